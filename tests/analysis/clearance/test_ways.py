"""What each way brings: by hand where it can be, and what must hold for any shop."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from tests.analysis.clearance.tiny import HOLDING, TODAY, outlook

from destock.analysis.clearance import options, ways
from destock.analysis.clearance.waiting import Holding
from destock.model.proceeds import Proceeds

STEPS = np.array([1.0, 0.9, 0.8, 0.7, 0.6, 0.5])


def found(*weekly: float, **columns) -> pd.DataFrame:
    """The ways of one style, by name."""
    return options.stock_options(outlook(*weekly, **columns), STEPS, TODAY).set_index("way")


class TestKeep:
    def test_until_the_week_after_which_the_jobber_is_better(self):
        """100 units at 100; a jobber pays 10, 3 % less each week: 10, 10 and 10 units bring 3,000,
        the 70 left 70 × 10 × .97³; a week without sales would cost 3 % of that.
        """
        row = found(10.0, 10.0, 10.0, 0.0, 0.0).loc[ways.KEEP]
        assert row["present_value"] == pytest.approx(3000 + 700 * 0.97**3)
        assert row["do_by"] == row["pays_until"] == TODAY + pd.Timedelta(weeks=3)
        assert row["then"] == ways.JOBBER

    def test_a_festival_ahead_is_waited_for(self):
        """Three weeks without a sale cost 8.7 % of what a jobber pays, the fourth sells 90."""
        row = found(0.0, 0.0, 0.0, 90.0).loc[ways.KEEP]
        assert row["pays_until"] == TODAY + pd.Timedelta(weeks=4)
        assert row["gain"] == 0

    def test_nothing_is_left_where_all_sells(self):
        assert found(60.0, 60.0).loc[ways.KEEP, "then"] == ""

    def test_it_is_the_only_way_where_nothing_is_too_much(self):
        assert found(10.0, too_much=0.0).index.tolist() == [ways.KEEP]

    def test_where_nobody_knows_what_is_too_much_it_is_watched(self):
        rows = options.stock_options(outlook(10.0, too_much=np.nan), STEPS, TODAY)
        assert rows["way"].tolist() == [ways.WATCH]

    def test_what_sells_nobody_knows_has_no_value(self):
        assert found(np.nan, np.nan)["present_value"].isna()[[ways.KEEP, ways.CUT]].all()


class TestCut:
    def test_the_step_that_brings_most(self):
        """100 units, one week at 25 a week: at β = −2 the half price sells all 100 for 5,000; no
        cut, 2,500 and 75 for the jobber.
        """
        row = found(25.0, 0.0, elasticity=-2.0).loc[ways.CUT]
        assert row["price"] == 50
        assert row["present_value"] == pytest.approx(5000)
        assert row["gain"] == pytest.approx(5000 - 2500 - 75 * 9.7)

    def test_a_week_later_the_first_one_has_gone_at_the_old_price(self):
        row = found(25.0, 25.0, elasticity=-2.0).loc[ways.CUT]
        at_once = max(ways.cut(outlook(25.0, 25.0, elasticity=-2.0), s).value[0, 0] for s in STEPS)
        later = ways.cut(outlook(25.0, 25.0, elasticity=-2.0), row["price"] / 100, 1).value[0, 0]
        assert row["waiting"] == pytest.approx(at_once - later)
        assert row["waiting"] > 0

    def test_who_may_not_cut_has_no_such_way(self):
        rows = options.stock_options(outlook(25.0, 0.0), np.array([1.0]), TODAY)
        assert ways.CUT not in set(rows["way"])

    def test_without_an_answer_it_has_no_value(self):
        row = found(25.0, 0.0).loc[ways.CUT]
        assert row[["present_value", "gain"]].isna().all()

    def test_level_and_answer_are_never_taken_apart(self):
        """The mean over all cases of what can be sold, not what the mean case sells: with few
        units much of a strong answer is lost.
        """
        unsure = outlook(25.0, elasticity=-2.0, elasticity_error=1.0, spread=0.5)
        one_case = outlook(25.0, elasticity=-2.0)
        assert ways.cut(unsure, 0.5).value.mean() < ways.cut(one_case, 0.5).value.mean() - 100

    def test_prices_that_fall_anyway_fall_from_the_lower_price(self):
        plain = outlook(10.0, 10.0, elasticity=-1.0)
        falling = replace(plain, path=np.array([[1.0, 0.5]]))
        assert ways.cut(falling, 0.8).first[0] == pytest.approx(10 / 0.8 * 80)
        assert falling.prices(0.8).tolist() == [[80, 40]]


class TestGivenAway:
    def test_a_jobber_takes_what_is_too_much_and_the_rest_sells_on(self):
        """60 of 100 at 10 now; 40 left at 20 a week."""
        row = found(20.0, 20.0, too_much=60.0).loc[ways.JOBBER]
        assert row["present_value"] == pytest.approx(600 + 4000)
        assert row["units"] == 60
        assert row["cash_now"] == pytest.approx(600 + 2000)

    def test_a_session_sells_its_part_each_week_and_the_jobber_gets_the_rest(self):
        """All 100 at 40, half of what is left each week of two, 20 % of the first week taken from
        sales at 100, then the jobber's ten.
        """
        session = outlook(0.0, 0.0, pace=0.5, taken=0.2, holding=replace(HOLDING, decline=0.0))
        first = ways.given_away(session, ways.CLEAR, ways.keep(session, np.zeros(1)))
        ending = session.ending()
        assert ending.worth[0, 1] == pytest.approx(0.5 * (40 - 20) + 0.5 * ending.worth[0, 2])
        assert first.value[0, 0] == pytest.approx(50 * (40 - 20) + 50 * ending.worth[0, 1])

    def test_a_shop_that_never_cleared_cannot_value_a_session(self):
        assert np.isnan(found(10.0, 0.0).loc[ways.CLEAR, "present_value"])

    def test_waiting_a_week_costs_what_the_jobber_takes_off_and_the_storage(self):
        row = found(0.0, 0.0, holding=Holding(0.0, 0.5, 0.03, 8)).loc[ways.JOBBER]
        assert row["waiting"] == pytest.approx(100 * (10 * 0.03 + 0.5))


class TestAnyShop:
    WEEKLY = (12.0, 9.0, 7.0, 30.0, 2.0, 2.0)
    SHOP = {"elasticity": -2.2, "elasticity_error": 0.4, "spread": 0.3, "pace": 0.1}

    def test_money_scales_with_the_currency(self):
        one = found(*self.WEEKLY, **self.SHOP, holding=Holding(0.1, 0.5, 0.03, 3))
        seven = found(
            *self.WEEKLY,
            **self.SHOP,
            price=700.0,
            jobber=70.0,
            clearing_price=280.0,
            holding=Holding(0.1, 3.5, 0.03, 3),
        )
        money = ["price", "cash_now", "cash_by_date", "present_value", "gain", "gain_high"]
        assert seven[money].to_numpy() == pytest.approx(7 * one[money].to_numpy())
        assert seven["do_by"].tolist() == one["do_by"].tolist()

    def test_dearer_storage_and_capital_never_make_a_way_worth_more(self):
        free = found(*self.WEEKLY, **self.SHOP)
        for holding in (
            Holding(0.3, 0.0, 0.03, 8),
            Holding(0.0, 2.0, 0.03, 8),
            Holding(0, 0, 0.2, 8),
        ):
            dear = found(*self.WEEKLY, **self.SHOP, holding=holding)
            assert (dear["present_value"] <= free["present_value"] + 1e-9).all()

    def test_fees_take_from_every_sale_but_the_jobber_pays_net(self):
        free = found(*self.WEEKLY, **self.SHOP)["present_value"]
        fees = found(*self.WEEKLY, **self.SHOP, sale=Proceeds({"net": 0.3}))["present_value"]
        assert (fees < free).tolist() == [True, True, True, False]
        assert fees[ways.JOBBER] == free[ways.JOBBER]

    def test_styles_do_not_know_each_other(self):
        alone = [outlook(*self.WEEKLY, **self.SHOP), outlook(*self.WEEKLY[::-1], price=80.0)]
        both = replace(
            alone[0],
            rows=pd.concat([one.rows for one in alone]).assign(item=["a", "b"]),
            shelf=replace(
                alone[0].shelf,
                units=np.concatenate([one.shelf.units for one in alone]),
                share=np.concatenate([one.shelf.share for one in alone]),
            ),
            **{
                name: np.concatenate([getattr(one, name) for one in alone])
                for name in ("coming", "path", "in_season")
            },
        )
        rows = options.stock_options(both, STEPS, TODAY)
        for item, one in zip("ab", alone, strict=True):
            own = rows[rows["item"] == item].drop(columns="item").reset_index(drop=True)
            expected = options.stock_options(replace(one, pace=both.pace), STEPS, TODAY).drop(
                columns="item"
            )
            pd.testing.assert_frame_equal(own, expected)
        assert [len(block.rows) for block in both.blocks(1)] == [1, 1]

    def test_the_range_holds_four_of_five_cases(self):
        row = found(*self.WEEKLY, **self.SHOP).loc[ways.KEEP]
        values = ways.keep(outlook(*self.WEEKLY, **self.SHOP), np.array([100.0])).value
        inside = (values >= row["present_low"]) & (values <= row["present_high"])
        assert inside.mean() == pytest.approx(0.8, abs=0.1)


def test_more_units_on_order_bring_what_they_add():
    """30 there, 20 a week for two weeks at 100: of 20 that come 10 sell, ten are the jobber's."""
    shop = outlook(20.0, 20.0, units=30.0, too_much=0.0, on_order=20.0, order_too_much=20.0)
    row = options.worth_on_order(shop).iloc[0]
    assert row["worth"] == pytest.approx(10 * 100 + 10 * 10 * 0.97**2)
    assert row["units"] == 20


def test_damaged_units_bring_their_own_price_or_the_jobbers():
    rows = pd.DataFrame(
        {
            "item": ["a", "b"],
            "damaged": [5.0, 0.0],
            "tag_price": 200.0,
            "jobber": 20.0,
            "return_rate": 0.0,
        }
    )
    found = options.damaged_options(rows, Proceeds({"net": 0.25}), 0.2, TODAY)
    assert found["way"].tolist() == [ways.OTHER, ways.JOBBER]
    assert found["present_value"].tolist() == [5 * 200 * 0.2 * 0.75, 5 * 20]


def test_how_a_style_is_shown_is_a_way_that_nobody_can_value():
    """Of four styles shown alike one is clicked a third as often; ads were paid for another."""
    rows = pd.DataFrame(
        {
            "item": list("abcd"),
            "category": "dress",
            "units": 10.0,
            "too_much": [5.0, 5.0, 5.0, 0.0],
            "exposures": 900.0,
            "clicks": [90.0, 30.0, 90.0, 30.0],
            "ad_spend": [0.0, 0.0, 12.0, 12.0],
        }
    )
    found = options.shown_options(rows, 0.8)
    assert found[["item", "way"]].values.tolist() == [["b", ways.CONTENT], ["c", ways.TRAFFIC]]
    assert found["cash_now"].tolist()[1] == 12
    assert "present_value" not in found
