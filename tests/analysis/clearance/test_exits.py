"""Exits: when they are open, what a unit brings there, and which units leave. By hand."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from tests.analysis.clearance.tiny import TODAY, outlook

from destock.analysis.clearance import exit_plan, exits
from destock.analysis.clearance.line_up import CLEARS, EARNS, OPENS, line_up
from destock.analysis.clearance.options import stock_options
from destock.analysis.clearance.waiting import Holding

TERMS = {
    "exit": "session",
    "kind": "live session",
    "category": None,
    "opens_on": pd.NaT,
    "closes_on": pd.NaT,
    "price": np.nan,
    "price_share": np.nan,
    "cost_share": np.nan,
    "fee_rate": np.nan,
    "return_rate": np.nan,
    "handling": np.nan,
    "return_cost": np.nan,
    "takes_share": np.nan,
    "units": np.nan,
    "units_of_style": np.nan,
    "least_units": np.nan,
    "fixed_cost": np.nan,
    "pays_after": np.nan,
}


def terms(*rows: dict) -> pd.DataFrame:
    table = pd.DataFrame([TERMS | row for row in rows])
    days = ["opens_on", "closes_on"]
    return table.assign(**{day: pd.to_datetime(table[day]) for day in days})


def days(rows: pd.DataFrame) -> list[str]:
    return rows["leaves_on"].dt.strftime("%m-%d").tolist()


class TestSlots:
    def test_one_session_is_one_slot_on_its_day(self):
        """It is Sunday the 7th: the 13th lies in the first week, the 14th too, the 15th not."""
        rows = terms(
            {"exit": "a", "opens_on": "2026-06-13", "closes_on": "2026-06-13", "pays_after": 15},
            {"exit": "b", "opens_on": "2026-06-14", "closes_on": "2026-06-16"},
            {"exit": "c", "opens_on": "2026-06-15", "closes_on": "2026-06-15"},
        )
        slots = exits.open_slots(rows, TODAY)
        assert slots["exit"].tolist() == ["a", "b", "c"]
        assert slots["week"].tolist() == [0, 0, 1]
        assert slots["paid_on"].dt.strftime("%m-%d").tolist() == ["06-28", "06-14", "06-15"]

    def test_what_is_open_takes_units_every_week_for_ten_weeks(self):
        slots = exits.open_slots(terms({}), TODAY)
        assert days(slots)[:2] == ["06-08", "06-15"]
        assert slots["week"].tolist() == list(range(10))

    def test_weeks_count_from_the_opening_and_end_with_the_last_day(self):
        rows = terms({"opens_on": "2026-06-17", "closes_on": "2026-07-01"})
        assert days(exits.open_slots(rows, TODAY)) == ["06-17", "06-24", "07-01"]

    def test_a_session_that_has_begun_has_room_that_nobody_knows(self):
        begun = {"opens_on": "2026-06-05", "closes_on": "2026-06-09"}
        assert exits.open_slots(terms(begun), TODAY).empty
        longer = begun | {"closes_on": "2026-07-09"}
        assert len(exits.open_slots(terms(longer), TODAY)) == 5

    def test_what_opens_later_than_the_ten_weeks_is_not_there_yet(self):
        assert exits.open_slots(terms({"opens_on": "2026-09-01"}), TODAY).empty

    def test_without_exits_there_is_none(self):
        assert exits.open_slots(terms({}).iloc[:0], TODAY).empty


ROWS = pd.DataFrame({"category": ["dress", "coat"], "full_price": [200.0, np.nan], "mean_cost": 50})


def brings(term: dict, tax_rate: float = 0.0) -> list[float]:
    slots = exits.open_slots(
        terms(term | {"opens_on": "2026-06-08", "closes_on": "2026-06-08"}), TODAY
    )
    return exits.exit_prices(ROWS, slots, tax_rate)[1][:, 0].tolist()


class TestPrices:
    def test_a_part_of_the_tag_less_fees_parcels_and_returns(self):
        """60 × (1 − .25) = 45, less 1 ÷ .65 parcels of 5 and .35 ÷ .65 returns of 4."""
        live = {"price_share": 0.3, "fee_rate": 0.25, "return_rate": 0.35}
        live |= {"handling": 5, "return_cost": 4}
        found = brings(live)
        assert found[0] == pytest.approx(45 - (5 + 0.35 * 4) / 0.65)
        assert np.isnan(found[1])

    def test_a_price_a_unit_needs_no_tag(self):
        assert brings({"price": 30.0}) == [30.0, 30.0]

    def test_the_tax_inside_the_price_is_not_the_shops(self):
        assert brings({"price": 113.0}, tax_rate=0.13) == pytest.approx([100.0, 100.0])

    def test_a_part_of_what_it_cost(self):
        assert brings({"cost_share": 0.25, "handling": 1.0}) == [11.5, 11.5]

    def test_only_a_category_that_it_takes(self):
        found = brings({"price": 30.0, "category": "coat"})
        assert np.isnan(found[0])
        assert found[1] == 30.0


def offered(one, *rows: dict) -> exit_plan.Offer:
    slots = exits.open_slots(terms(*rows), TODAY)
    known = one.rows.assign(full_price=200.0, mean_cost=50.0, category="dress")
    curves = exit_plan.own_curves(one, np.array([1.0]))
    return exit_plan.offer(one, curves, slots, exits.exit_prices(known, slots, 0.0))


SESSION = {"price": 30.0, "opens_on": "2026-06-13", "closes_on": "2026-06-13", "units": 50.0}


class TestPlan:
    def test_the_units_leave_that_bring_less_at_home(self):
        """100 units, 40 of them wanted at 100: the other 60 get 10 from a jobber, 30 in a session
        that takes 50.
        """
        offer = offered(outlook(10, 10, 10, 10, units=100), SESSION)
        found = exit_plan.allot(offer.asked)
        assert found.given.tolist() == [[50.0]]
        rows = exit_plan.leaving(offer, found)
        assert rows["present_value"].tolist() == [1500.0]
        own = exit_plan.own_figures(offer, found).set_index("way")
        # 40 × 100 and ten to the jobber, worth 3 % less each week
        assert own.loc["keep selling", "present_value"] == pytest.approx(
            4000 + 10 * 10 * 0.97**4, rel=0.01
        )

    def test_nothing_leaves_that_brings_more_at_home(self):
        offer = offered(outlook(100, 0, units=100), SESSION)
        assert exit_plan.allot(offer.asked).given.sum() == 0

    def test_no_more_of_a_style_than_the_session_shows(self):
        offer = offered(outlook(10, 0, 0, units=100), SESSION | {"units_of_style": 20.5})
        assert exit_plan.allot(offer.asked).given.tolist() == [[20.0]]

    def test_a_session_that_does_not_earn_its_cost_is_not_held(self):
        dear = offered(outlook(10, 0, 0, units=100), SESSION | {"fixed_cost": 1030.0})
        assert exit_plan.allot(dear.asked).given.sum() == 0
        worth_it = offered(outlook(10, 0, 0, units=100), SESSION | {"fixed_cost": 900.0})
        found = exit_plan.allot(worth_it.asked)
        assert found.given.sum() == 50
        assert exit_plan.leaving(worth_it, found)["present_value"].tolist() == [1500 - 900]

    def test_what_it_takes_from_the_shops_own_sales_is_not_gained(self):
        """A fifth of what it sells would have been bought at 100: 30 − 20 = 10 a unit."""
        offer = offered(outlook(10, 0, 0, units=100), SESSION | {"takes_share": 0.2})
        assert offer.asked.net.tolist() == [[10.0]]

    def test_money_that_comes_after_the_date_is_no_cash_by_it(self):
        late = SESSION | {"pays_after": 60}
        assert offered(outlook(10, 0, 0, units=100), late).asked.paid.tolist() == [[0.0]]
        capital = Holding(capital_rate=0.1, storage_week=0.0, decline=0.03, weeks_asked=8)
        offer = offered(outlook(10, 0, 0, units=100, holding=capital), late)
        assert offer.asked.net[0, 0] == pytest.approx(30 * 1.1 ** (-60 / 365))

    def test_a_unit_is_stored_until_it_leaves(self):
        stored = Holding(capital_rate=0.0, storage_week=0.5, decline=0.03, weeks_asked=8)
        later = SESSION | {"opens_on": "2026-06-22", "closes_on": "2026-06-22"}
        offer = offered(outlook(10, 0, 0, units=100, holding=stored), later)
        assert offer.asked.net.tolist() == [[29.0]]

    @pytest.mark.parametrize(
        "terms",
        [{"units": 0.0}, {"return_rate": 1.0}, {"least_units": 200.0}, {"category": "hats"}],
    )
    def test_an_exit_that_can_take_nothing_takes_nothing(self, terms, monkeypatch):
        offer = offered(outlook(10, 0, 0, units=100), SESSION | terms)
        assert exit_plan.allot(offer.asked).given.sum() == 0
        monkeypatch.setattr(exit_plan, "FEW", 0)
        assert exit_plan.allot(offer.asked).given.sum() == 0

    def test_two_terms_of_one_exit_on_one_day_are_one_row(self):
        twice = [SESSION | {"units": 20.0}, SESSION | {"units": 10.0, "category": "dress"}]
        offer = offered(outlook(10, 0, 0, units=100), *twice)
        (row,) = exit_plan.leaving(offer, exit_plan.allot(offer.asked)).itertuples()
        assert (row.units, row.price, row.present_value) == (30.0, 30.0, 900.0)

    def test_units_that_are_needed_do_not_leave(self):
        offer = offered(outlook(10, 0, 0, units=100, too_much=30.0), SESSION)
        assert exit_plan.allot(offer.asked).given.tolist() == [[30.0]]

    def test_what_nobody_can_value_stays(self):
        offer = offered(outlook(10, 0, 0, units=100, price=np.nan), SESSION)
        assert offer.items.empty
        assert exit_plan.leaving(offer, exit_plan.allot(offer.asked)).empty

    def test_what_is_decided_adds_up_with_the_rest(self):
        """The gain of the units that leave and of the rest is that of all over letting all be."""
        one = outlook(10, 10, 10, 10, units=100)
        offer = offered(one, SESSION, SESSION | {"exit": "other", "units": 5.0, "price": 28.0})
        found = exit_plan.allot(offer.asked)
        rows = exit_plan.leaving(offer, found)
        before, after = (
            stock_options(of, np.array([1.0]), TODAY)
            for of in (one, one.without(found.given.sum(axis=1)))
        )
        decided = exit_plan.exit_decisions(rows, before, after, TODAY)
        assert sorted(decided["units"]) == [5.0, 50.0]
        keep = (
            options.loc[options["way"] == "keep selling", "present_value"].iloc[0]
            for options in (before, after)
        )
        assert decided["keep_value"].sum() == pytest.approx(next(keep) - next(keep))
        assert (decided["gain_low"] <= decided["gain"] + 1e-9).all()
        assert (decided["gain"] <= decided["gain_high"] + 1e-9).all()


def test_of_all_that_was_found_the_best_for_each_hurry(monkeypatch):
    """What is found for no hurry is worth 10, in a hurry 9 and 6 of it at once."""
    offer = offered(outlook(10, 0, 0, units=100), SESSION)
    plain = exit_plan.allot(offer.asked)
    found = {
        0.0: replace(plain, value=10.0, cash=1.0),
        1.0: replace(plain, value=8.0, cash=2.0),
        2.0: replace(plain, value=9.0, cash=6.0),
    }
    monkeypatch.setattr(exit_plan, "allot", lambda _, hurry: found[hurry])
    best = exit_plan.by_hurry(offer, tuple(found))
    assert [one.value for one in best] == [10.0, 9.0, 9.0]


def test_how_far_a_gain_may_be_off_is_how_far_keeping_on_may():
    one = outlook(30, 30, 30, units=100, spread=0.5)
    offer = offered(one, SESSION | {"price": 95.0})
    found = exit_plan.allot(offer.asked)
    rows = exit_plan.leaving(offer, found)
    before, after = (
        stock_options(of, np.array([1.0]), TODAY)
        for of in (one, one.without(found.given.sum(axis=1)))
    )
    (decided,) = exit_plan.exit_decisions(rows, before, after, TODAY).itertuples()
    assert decided.gain_low < decided.gain < decided.gain_high


class TestLineUp:
    ROWS = pd.DataFrame(
        {
            "item": ["wanted", "dear", "cheap", "broken"],
            "units": 10.0,
            "price": [50.0, 200.0, 60.0, 80.0],
            "present_value": [400.0, 1500.0, 450.0, 5000.0],
            "rate": [5.0, 0.1, 0.2, 9.0],
        }
    )
    SIZES = pd.DataFrame(
        [
            ("wanted", "S", 4.0),
            ("wanted", "L", 6.0),
            ("dear", "S", 20.0),
            ("cheap", "S", 5.0),
            ("cheap", "S", 5.0),
            ("broken", "S", 0.0),
            ("broken", "M", 23.0),
        ],
        columns=["item", "size", "on_hand"],
    )

    def test_what_draws_opens_what_brings_most_follows_what_is_broken_ends(self):
        rows = line_up(self.ROWS, self.SIZES)
        assert rows["item"].tolist() == ["wanted", "dear", "cheap", "broken"]
        assert rows["task"].tolist() == [OPENS, EARNS, EARNS, CLEARS]
        assert rows["run_order"].tolist() == [1, 2, 3, 4]

    def test_what_is_said_to_be_left_is_left(self):
        told = line_up(self.ROWS, self.SIZES).set_index("item")["left"]
        assert told["wanted"] == "S 4 · L 6"
        assert told["cheap"] == "S 10"
        assert told["broken"] == "M 23"

    def test_no_session_no_line_up(self):
        assert line_up(self.ROWS.iloc[:0], self.SIZES).empty

    def test_order_of_rows_changes_nothing(self):
        other = line_up(self.ROWS.iloc[::-1].reset_index(drop=True), self.SIZES)
        assert other["item"].tolist() == line_up(self.ROWS, self.SIZES)["item"].tolist()
