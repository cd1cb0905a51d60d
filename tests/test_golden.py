"""Closed-form figures: published examples and hand calculations, to the last digit that was
printed.
"""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from tests.analysis.classification.tiny import core
from tests.analysis.classification.tiny import style as seasonal
from tests.analysis.pacing.chain_ladder import chain_ladder

from destock.analysis.classification.ageing import ageing
from destock.analysis.classification.causes import split
from destock.analysis.classification.cover import excess, seldom
from destock.analysis.classification.range import abc, pattern
from destock.analysis.clearance.floor import best_price, price_floor, rate_that_pays
from destock.analysis.clearance.waiting import Holding
from destock.analysis.elasticity.design import items_needed, least_detectable, std_error, variance
from destock.analysis.elasticity.money import break_even_uplift
from destock.analysis.elasticity.readout import net_of_dip, noise_interval
from destock.analysis.impact.carrying import carrying, mean_age
from destock.analysis.impact.ratios import turn
from destock.analysis.impact.value import written_down
from destock.analysis.pacing.curve import by_day, fit, monotone, reached
from destock.analysis.pacing.example import example
from destock.analysis.pacing.experience import credible
from destock.analysis.pacing.grades import grades
from destock.analysis.pacing.lives import Lives
from destock.analysis.pacing.targets import (
    Terms,
    cash_target,
    least_price,
    least_realisation,
    needed,
)
from destock.model.assumptions import assumed
from destock.model.metrics import (
    WEEKS_PER_MONTH,
    gross_profit_ratio,
    price_needed,
    ratio,
    sell_through,
    stock_to_sales,
    weeks_of_supply,
)
from destock.model.proceeds import Proceeds
from destock.pages import Frames
from destock.panel.book import open_book

BOUGHT, TAG = 2_000, 1_000


def target_sell_through(cost_rate, price_realisation, expense_rate, profit_rate=0.0):
    """What share of the buy must be sold at one price, where leftovers are worth nothing?"""
    return needed(cost_rate, [(1, price_realisation)], Terms({"net": expense_rate}, profit_rate))


def implied_elasticity(uplift, price, new_price):
    """Which elasticity would explain the uplift, if nothing but the price had changed?"""
    return np.log(uplift) / np.log(new_price / price)


def left(share: float) -> float:
    return BOUGHT * (1 - share)


class TestSellThroughTargets:
    """2,000 units at tag price 1,000, bought at 50 %, expenses 26 %, sold at 88 % of the tag."""

    def test_break_even(self):
        share = target_sell_through(0.50, 0.88, 0.26)
        assert share == pytest.approx(0.767813, abs=5e-7)
        assert round(left(share)) == 464

    def test_stock_left_at_break_even_at_tag_and_at_cost(self):
        share = target_sell_through(0.50, 0.88, 0.26)
        assert left(share) * TAG == pytest.approx(464_373, abs=0.5)
        assert left(share) * TAG * 0.5 == pytest.approx(232_187, abs=0.5)

    def test_eight_percent_profit(self):
        share = target_sell_through(0.50, 0.88, 0.26, 0.08)
        assert share == pytest.approx(0.860882, abs=5e-7)
        assert round(left(share)) == 278

    def test_the_figures_are_those_of_eight_percent_not_of_ten(self):
        assert round(left(target_sell_through(0.50, 0.88, 0.26, 0.10))) == 224

    @pytest.mark.parametrize(
        ("profit", "least"), [(0.0, 0.67568), (0.08, 0.75758), (0.10, 0.78125)]
    )
    def test_least_price_realisation(self, profit, least):
        assert least_realisation(0.50, 0.26, profit) == pytest.approx(least, abs=5e-6)

    def test_cost_without_tax_against_prices_with_tax_raises_the_break_even(self):
        assert target_sell_through(0.50, 0.88 / 1.13, 0.26) == pytest.approx(0.8676, abs=5e-5)

    @pytest.mark.parametrize("argument", [0, 2, 3])
    def test_grows_with_cost_expenses_and_profit(self, argument):
        given = [0.50, 0.88, 0.26, 0.08]
        more = [value + 0.01 * (i == argument) for i, value in enumerate(given)]
        assert target_sell_through(*more) > target_sell_through(*given)

    def test_falls_with_the_price(self):
        assert target_sell_through(0.50, 0.89, 0.26) < target_sell_through(0.50, 0.88, 0.26)

    def test_the_last_unit_leaves_exactly_the_profit(self):
        cost, price, expenses, profit = 0.43, 0.81, 0.22, 0.05
        sold = target_sell_through(cost, price, expenses, profit)
        assert sold * price * (1 - expenses) - cost == pytest.approx(profit * sold * price)


class TestRatios:
    def test_net_sell_through_of_a_ledger(self):
        """Receipts 600 + 200, gross sales 570, returns 75."""
        assert sell_through(570, 800) == pytest.approx(0.7125)
        assert sell_through(570 - 75, 800) == pytest.approx(0.61875)

    def test_replenishment_lowers_sell_through_on_the_day_it_lands(self):
        assert sell_through(370, 600) == pytest.approx(0.6167, abs=5e-5)
        assert sell_through(370, 800) == pytest.approx(0.4625)

    def test_cover_of_nine_hundred_units(self):
        assert weeks_of_supply(900, 20) == 45
        assert stock_to_sales(900, 20 * WEEKS_PER_MONTH) == pytest.approx(10.38, abs=5e-3)

    def test_nothing_by_nothing_is_unknown(self):
        assert np.isnan(ratio(0, 0))

    def test_no_sale_is_infinite_cover_and_no_stock_is_none(self):
        assert weeks_of_supply(5, 0) == np.inf
        assert weeks_of_supply(0, 0) == 0
        assert np.isnan(weeks_of_supply(np.nan, 3))


def test_price_needed_is_the_inverse_of_the_uplift():
    """Needed uplifts 1.19, 1.68, 2.19 at elasticity −2: price × 0.916, 0.772, 0.676."""
    assert price_needed([1.19, 1.68, 2.19], -2) == pytest.approx([0.916, 0.772, 0.676], abs=1e-3)


TODAY = pd.Timestamp("2026-06-07")


class TestOverstock:
    """The figures of sections on kinds, causes and money."""

    def test_layers_of_three_receipts(self, make_shop):
        """100 each on days 0, 40, 80; 150 left on day 100: 100 are 20 days old, 50 are 60; mean
        33.33.
        """
        receipts = [("2026-01-01", 100), ("2026-02-10", 100), ("2026-03-22", 100)]
        book = shop_of(make_shop, date(2026, 4, 11), [("2026-04-01", 150, "sale", {})], receipts)
        layer = book.panel("layer").sort_values("age_days")
        assert layer[["age_days", "units"]].to_numpy().tolist() == [[20, 100], [60, 50]]
        assert mean_age(layer, book.panel("sku_now"))["S"] == pytest.approx(100 / 3)

    def test_excess_of_a_core_style(self):
        """900 on hand, 20 ± 12 a week, lead 2, review 1, cover 8, z 1.645: safety 34.19, ceiling
        254.19, excess 645.81.
        """
        style = pd.DataFrame([core("a", on_hand=900.0, lead_time_days=14.0)])
        rates = pd.DataFrame({"item": ["a"], "rate": 20.0, "rate_sd": 12.0, "quarter_rate": 20.0})
        row = excess(
            style, rates, TODAY, assumed({"cover_weeks": 8, "review_weeks": 1, "service_z": 1.645})
        ).iloc[0]
        assert (row["need"] - 20 * 11, row["need"], row["excess_on_hand"]) == pytest.approx(
            (34.19, 254.19, 645.81), abs=5e-3
        )
        assert (row["weeks_of_supply"], row["stock_to_sales"]) == (
            45,
            pytest.approx(10.38, abs=5e-3),
        )

    def test_excess_of_a_seasonal_style(self):
        """18 % of 1,500 still to sell, 900 on hand: 630 too many."""
        style = pd.DataFrame([seasonal("a", on_hand=900.0, remaining=0.18 * 1500)])
        assert excess(
            style,
            pd.DataFrame({"item": ["a"], "rate": 1.0, "rate_sd": 0.0, "quarter_rate": 1.0}),
            TODAY,
            assumed(),
        )["excess_on_hand"].tolist() == [630]

    def test_ranks_with_ties_and_a_style_that_sells_seldom(self):
        assert "".join(abc(pd.Series([50, 20, 12, 8, 5, 3, 1.5, 0.5]))) == "AABBCCCC"
        named, interval, variation = pattern(np.array([[0, 0, 3, 0, 0, 0, 2, 0, 4, 0]], float))
        assert (named[0], interval[0], variation[0]) == (
            "intermittent",
            pytest.approx(3.33, abs=5e-3),
            pytest.approx(0.0741, abs=5e-5),
        )
        assert seldom(np.array([[0, 0, 3, 0, 0, 0, 2, 0, 4, 0]]))[0] == pytest.approx(
            1.034009, abs=5e-7
        )

    PLAN = pd.DataFrame(
        [
            {
                "item": "a",
                "planned_sales": 228.0,
                "planned_buy": 265.0,
                "planned_days": 60.0,
                "planned_instock": 0.95,
                "planned_exposures_per_day": 200.0,
                "planned_click_rate": np.nan,
                "planned_price": 900.0,
                "planned_kept": 1.0,
                "days": 46.0,
                "in_stock": 0.90,
                "exposures_per_day": 150.0,
                "click_rate": np.nan,
                "price": 880.0,
                "kept": 1.0,
                "orders": 92.0,
                "clicks": np.nan,
                "sales": 92.0,
                "buy": 320.0,
            }
        ]
    )

    def test_a_shortfall_split_into_its_causes(self):
        parts = split(self.PLAN, -2.0).iloc[0]
        expected = {
            "arrived late": 39.82,
            "not in stock": 8.10,
            "not shown": 43.11,
            "price": -6.74,
            "not wanted": 51.71,
            "bought above plan": 55,
        }
        assert {name: parts[name] for name in expected} == pytest.approx(expected, abs=5e-3)
        assert sum(expected.values()) == pytest.approx(191, abs=0.02)

    def test_the_same_with_returns(self):
        parts = split(
            self.PLAN.assign(planned_sales=125.4, sales=36.8, planned_kept=0.55, kept=0.40), -2.0
        ).iloc[0]
        expected = {
            "arrived late": 19.20,
            "not in stock": 3.91,
            "not shown": 20.79,
            "price": -3.25,
            "sent back": 23.01,
            "not wanted": 24.94,
        }
        assert {name: parts[name] for name in expected} == pytest.approx(expected, abs=5e-3)

    def test_holding_464_units_for_sixty_days(self):
        """464 × 0.20 + 464 × 500 × 10 % ÷ 365 = 156.36 a day, 9,381.70 in sixty days."""
        rates = assumed(
            {
                "capital_rate": 0.10,
                "storage_per_unit_day": 0.20,
                "insurance_rate": 0,
                "shrink_rate": 0,
            }
        )
        classes = pd.DataFrame({"item": ["a"], "class": "slow", "units": 464.0, "cost": 232_000.0})
        layer, skus = (
            pd.DataFrame({"sku": ["a1"], "age_days": 60.0, "units": 464.0}),
            pd.DataFrame({"sku": ["a1"], "item": ["a"]}),
        )
        row = carrying(classes, layer, skus, rates).iloc[0]
        assert (row["week"] / 7, row["storage"] + row["capital"]) == pytest.approx(
            (156.36, 9_381.70), abs=5e-3
        )

    def test_write_downs_item_by_item(self):
        """600 less 26 % = 444: 464 × 56 = 25,984; three items 9,600, pooled they would show
        3,600.
        """
        row = written_down(
            pd.DataFrame(
                {
                    "item": ["a"],
                    "portion": "needed",
                    "units": [464.0],
                    "unit_cost": [500.0],
                    "nrv": [600 * (1 - 0.26)],
                }
            )
        ).iloc[0]
        assert row[["write_down_unit", "write_down"]].tolist() == pytest.approx([56, 25_984])
        three = pd.DataFrame(
            {
                "item": list("abc"),
                "portion": "needed",
                "units": [100.0, 50.0, 200.0],
                "unit_cost": [500.0, 300.0, 80.0],
                "nrv": [444.0, 420.0, 60.0],
            }
        )
        assert written_down(three)["write_down"].sum() == pytest.approx(9_600)
        assert (three["units"] * (three["unit_cost"] - three["nrv"])).sum() == pytest.approx(3_600)

    def test_how_hard_the_money_works(self):
        found = turn(3.6e6, 2.4e6, 0.9e6)
        assert [
            float(found[name]) for name in ("turn", "days", "gmroi", "months")
        ] == pytest.approx([4.0, 91.25, 2.667, 3.0], abs=5e-4)

    def test_price_floors(self):
        parcel, both = (
            Proceeds({"net": 0.05, "per parcel": 10}),
            Proceeds({"net": 0.05, "per parcel": 10, "per return": 12}),
        )
        floors = [
            float(floor)
            for floor in (
                price_floor(120, parcel),
                price_floor(120, both, 0.3),
                price_floor(120, both, 0.3, 0.0, 0.0),
            )
        ]
        assert floors == pytest.approx([136.84, 146.77, 200.90], abs=5e-3)

    def test_prices_where_time_does_not_press(self):
        assert [
            round(float(best_price(least, beta)))
            for least in (675.7, 162.2)
            for beta in (-2, -2.62)
        ] == [1351, 1093, 324, 262]

    def test_hold_or_let_go(self):
        holding = 200 * 0.10 / 52 + 1.4
        assert holding == pytest.approx(1.785, abs=5e-4)
        assert float(rate_that_pays(278, 200, 194, holding, 444)) == pytest.approx(8.66, abs=5e-3)

    def test_cash_of_eight_weeks_today(self):
        """30, 25, 20 and 10 thousand every two weeks at 15 %: 84,042."""
        today = Holding(0.15, 0.0, 0.0, 0).discount([2, 4, 6, 8])
        assert (today * [30e3, 25e3, 20e3, 10e3]).sum() == pytest.approx(84_042, abs=0.5)


def test_age_bands_close_on_their_last_day():
    days = [0, 30, 31, 60, 61, 90, 91, 180, 181, None]
    layer = pd.DataFrame({"sku": "a", "age_days": days, "units": 1.0, "unit_cost": 2.0})
    sku = pd.DataFrame({"sku": ["a"], "item": ["a"], "tag_price": [3.0]})
    worth = pd.DataFrame(
        {
            "item": ["a"],
            "category": ["c"],
            "excess_units": [0.0],
            "excess_cost": [0.0],
            "nrv": [10.0],
        }
    )
    units = ageing(layer, sku, worth).set_index("band")["units"]
    assert units.to_dict() == {
        "0–30": 2,
        "31–60": 2,
        "61–90": 2,
        "91–180": 2,
        "> 180": 1,
        "unknown": 1,
    }


def shop_of(make_shop, as_of, lines, receipts, season="2026SS", **more):
    """A book of one style: lines (day, units, kind, columns…), receipts (day, units)."""
    ends = {"2025AW": date(2026, 3, 31), "2026SS": date(2026, 8, 31)}
    sold = [
        {
            "order_id": f"o{n}",
            "line_id": "1",
            "sku": "A",
            "ordered_at": f"{day} 12:00:00",
            "units": units,
            "kind": kind,
            "customer_paid": 0,
        }
        | rest
        for n, (day, units, kind, rest) in enumerate(lines)
    ]
    tables = {
        "products": f"sku,style,category,season,tag_price,unit_cost\nA,S,dress,{season},100,50\n",
        "order_lines": pd.DataFrame(sold),
        "purchases": pd.DataFrame(
            [
                {"po_id": f"p{n}", "sku": "A", "received_at": day, "units_received": units}
                for n, (day, units) in enumerate(receipts)
            ]
        ),
    }
    return open_book(make_shop(tables | more, seasons=ends), as_of)


def cohort(book, by, name):
    return Frames(book)["cohorts"].set_index(["by", "cohort"]).loc[(by, name)]


class TestSellThroughOfTheLedger:
    """Receipts 600 + 200, gross sales 570, returns 75 (60 resaleable), 40 sent back to the vendor,
    shrink 5.
    """

    SOLD = [
        ("2026-06-03", 445, "sale", {}),
        ("2026-06-03", 75, "return", {"original_ordered_at": "2026-06-03", "resaleable_units": 60}),
    ]
    MOVED = "sku,moved_at,units,kind\nA,2026-06-16,-40,vendor return\nA,2026-06-16,-5,shrink\n"

    def ledger(self, make_shop):
        lines = [*self.SOLD, ("2026-06-10", 125, "sale", {})]
        return shop_of(
            make_shop,
            "2026-06-21",
            lines,
            [("2026-06-01", 600), ("2026-06-15", 200)],
            movements=self.MOVED,
        )

    def test_gross_net_and_net_of_what_went_back_to_the_vendor(self, make_shop):
        row = cohort(self.ledger(make_shop), "season", "2026SS")
        assert row["gross"] == pytest.approx(0.7125, abs=1e-6)
        assert row["sell_through"] == pytest.approx(0.61875, abs=1e-6)
        assert row["after_vendor_returns"] == pytest.approx(495 / 760, abs=1e-6)
        assert row[["at_tag", "at_cost", "sell_in"]].tolist() == pytest.approx([0.61875] * 3)
        assert row[["gross_at_tag", "gross_at_cost"]].tolist() == pytest.approx([0.7125] * 2)

    def test_closing_stock_is_saleable_and_quarantine(self, make_shop):
        now = self.ledger(make_shop).panel("sku_now").iloc[0]
        assert now[["on_hand", "damaged"]].tolist() == [245, 15]

    def test_sell_through_falls_the_day_a_replenishment_lands_and_says_so(self, make_shop):
        receipts = [("2026-06-01", 600), ("2026-06-15", 200)]
        before, after = (
            Frames(shop_of(make_shop, day, self.SOLD, receipts))["items"].iloc[0]
            for day in ("2026-06-14", "2026-06-21")
        )
        assert before["sell_through"] == pytest.approx(370 / 600, abs=1e-6)
        assert after["sell_through"] == pytest.approx(370 / 800, abs=1e-6)
        assert ("replen" in before["flags"], "replen" in after["flags"]) == (False, True)


def test_a_season_crosses_the_year_and_a_year_begins_with_its_stock(make_shop):
    """Receipts 1,000, sold 450 by 31 December (a Wednesday) and 300 by 31 March."""
    lines = [
        ("2025-12-31", 450, "sale", {}),
        ("2026-01-01", 100, "sale", {}),
        ("2026-03-29", 200, "sale", {}),
    ]
    book = shop_of(make_shop, "2026-03-31", lines, [("2025-09-01", 1000)], season="2025AW")
    assert cohort(book, "season", "2025AW")["sell_through"] == pytest.approx(0.75, abs=1e-6)
    assert cohort(book, "year", "2025")["sell_through"] == pytest.approx(0.45, abs=1e-6)
    assert cohort(book, "year", "2026")["sell_through"] == pytest.approx(300 / 550, abs=1e-6)


def test_what_is_shipped_to_the_channel_is_not_sold(make_shop):
    """1,000 bought; the franchise was shipped 800 and sold 300, own shops had 200 and sold 150:
    sell-in 95 %, sell-out 45 %.
    """
    franchise = {"channel": "franchise"}
    lines = [
        ("2026-06-02", 800, "sale", franchise | {"basis": "wholesale"}),
        ("2026-06-09", 300, "sale", franchise | {"basis": "retail"}),
        ("2026-06-09", 150, "sale", {"channel": "own", "basis": "retail"}),
    ]
    book = shop_of(make_shop, "2026-06-14", lines, [("2026-06-01", 1000)])
    row = cohort(book, "season", "2026SS")
    assert row[["sell_in", "sell_through", "channel_stock"]].tolist() == pytest.approx(
        [0.95, 0.45, 500], abs=1e-6
    )
    assert book.panel("item_now")["on_hand"].tolist() == [50]
    assert Frames(book)["items"]["sold_units"].tolist() == [450]


NET = {"net": 0.26}


def share(terms, steps=((1, 0.88),)):
    return float(needed(0.50, steps, terms, TAG))


class TestTargetsOfAnyTerms:
    @pytest.mark.parametrize(
        ("terms", "percent"),
        [
            (Terms(NET, salvage=0.20), 66.489362),
            (Terms({"net": 0.20, "fixed": 60_000}, buy_at_tag=BOUGHT * TAG), 75.284091),
            (Terms(NET | {"per return": 15}, return_rate=0.5), 78.591638),
            (Terms({"net": 0.16, "paid": 0.10}, return_rate=0.5), 88.778409),
            (Terms(NET, tax_rate=0.13), 86.762899),
            (Terms(NET, 0.08, tax_rate=0.13), 97.279614),
            (Terms(NET), 76.781327),
            (Terms(NET, 0.08), 86.088154),
            (Terms(NET, 0.10), 88.778409),
        ],
    )
    def test_each_expense_has_its_base(self, terms, percent):
        assert 100 * share(terms) == pytest.approx(percent, abs=1e-6)

    @pytest.mark.parametrize(("profit", "percent"), [(0.0, 77.432432), (0.08, 87.067736)])
    def test_two_price_steps(self, profit, percent):
        assert 100 * share(Terms(NET, profit), [(0.35, 0.90), (1, 0.85)]) == pytest.approx(
            percent, abs=1e-6
        )

    @pytest.mark.parametrize(
        ("profit", "least"), [(0.0, 0.675676), (0.08, 0.757576), (0.10, 0.78125)]
    )
    def test_least_price(self, profit, least):
        terms = Terms(NET, profit)
        assert float(least_price(0.50, [(1, 0.60)], terms)) == pytest.approx(least, abs=1e-6)
        assert share(terms, [(1, least - 1e-5)]) > 1 > share(terms, [(1, least + 1e-5)])

    def test_stock_left_at_eight_percent_at_tag_and_at_cost(self):
        assert left(share(Terms(NET, 0.08))) * TAG == pytest.approx(278_236.91, abs=0.01)
        assert left(share(Terms(NET, 0.08))) * TAG * 0.5 == pytest.approx(139_118.46, abs=0.01)

    def test_the_printed_leftovers_imply_eight_percent_whatever_the_price(self):
        table = example().set_index("case")["amount"]
        assert table[
            "profit rate that the two printed leftovers imply, whatever the price"
        ] == pytest.approx(0.0799303, abs=1e-6)

    @pytest.mark.parametrize(
        ("leftover", "profit", "low", "high"),
        [(464, 0.0, 0.87950, 0.88007), (278, 0.08, 0.87962, 0.88013)],
    )
    def test_the_printed_leftovers_fix_the_price_to_eight_eight(self, leftover, profit, low, high):
        prices = np.arange(0.8790, 0.8810, 1e-5)
        fits = prices[np.round(left(target_sell_through(0.50, prices, 0.26, profit))) == leftover]
        assert [fits.min(), fits.max()] == pytest.approx([low, high], abs=2e-5)

    def test_with_ten_percent_the_printed_leftover_needs_another_price_and_loses_the_other(self):
        price = 0.50 / (0.64 * (1 - 278 / BOUGHT))
        assert price == pytest.approx(0.9074, abs=5e-5)
        assert round(left(target_sell_through(0.50, price, 0.26))) == 511


class TestCash:
    REACHED = 1722 / BOUGHT  # 86.09 % in whole units: 278 are left

    @pytest.mark.parametrize(
        ("cash", "expenses", "percent"), [(100_000, 0.0, 94.433333), (70_000, 0.26, 93.982883)]
    )
    def test_round_amounts_that_all_print_as_94(self, cash, expenses, percent):
        assert 100 * float(
            cash_target(self.REACHED, cash, BOUGHT * TAG, 0.60, expenses)
        ) == pytest.approx(percent, abs=1e-6)

    def test_twelve_percent_on_all_sales_prints_as_94_too(self):
        assert share(Terms(NET, 0.12), [(self.REACHED, 0.88), (1, 0.60)]) == pytest.approx(
            0.942286, abs=1e-6
        )

    def test_the_rest_holds_no_more(self):
        sold = self.REACHED
        assert float(cash_target(sold, 166_800, BOUGHT * TAG, 0.60)) == pytest.approx(1)
        assert float(cash_target(sold, 123_432, BOUGHT * TAG, 0.60, 0.26)) == pytest.approx(1)
        assert float(cash_target(sold, 70_152, BOUGHT * TAG, 0.60, 0.26)) == pytest.approx(
            sold + 158 / BOUGHT
        )

    def test_what_all_of_it_earns(self):
        paid, cost = 1722 * 880 + 278 * 600, BOUGHT * TAG * 0.5
        assert (paid * 0.74 - cost) == pytest.approx(244_798.4)
        assert share(
            Terms(NET, (paid * 0.74 - cost) / paid), [(self.REACHED, 0.88), (1, 0.60)]
        ) == pytest.approx(1)

    @pytest.mark.parametrize(
        ("at", "percent"), [(0.60, 43.722944), (0.50, 32.216906), (0.0, 13.911846)]
    )
    def test_share_that_may_be_cleared(self, at, percent):
        """Cleared at that price, all of it sold, it keeps the target: just, and no more."""
        for more, over in ((-1e-8, False), (1e-8, True)):
            assert (
                share(Terms(NET, 0.08), [(1 - percent / 100 - more, 0.88), (1, at)]) <= 1
            ) != over


@pytest.mark.parametrize(
    ("before", "after", "expenses", "change"),
    [
        (0.90, 0.85, 0, 0.14625),
        (0.88, 0.85, 0, 0.206579),
        (1.0, 0.85, 0, -0.083),
        (0.88, 0.85 * 0.88, 0, -0.145053),
        (0.90, 0.85, 0.26, 0.018012),
    ],
)
def test_a_cut_to_85_percent_with_31_percent_more_units(before, after, expenses, change):
    assert float(gross_profit_ratio(1.31, before, after, 0.50, expenses)) - 1 == pytest.approx(
        change, abs=1e-6
    )


class TestGrades:
    """Buy / sold / realisation: A 2000/700/.92, B 800/640/.90, C 500/450/.55, D 600/180/.60, E
    300/285/.93; line at 60 %.
    """

    STYLES = pd.DataFrame(
        {
            "item": list("ABCDE"),
            "received": [2000.0, 800, 500, 600, 300],
            "net_units": [700.0, 640, 450, 180, 285],
            "price_realisation": [0.92, 0.90, 0.55, 0.60, 0.93],
            "tag_price": 1000.0,
            "season": "2026SS",
            "season_half": "SS",
            "category": "dress",
            "in_season": True,
            "weeks_on_sale": 10.0,
        }
    )

    def graded(self, money=1.0):
        styles = self.STYLES.assign(tag_price=self.STYLES["tag_price"] * money)
        return (
            grades(styles, styles["net_units"] / styles["received"] >= 0.60, assumed())
            .set_index("item")
            .sort_index()
        )

    def test_shares_and_mean_realisation(self):
        found = self.graded()
        assert found["group_realisation"].tolist() == pytest.approx([0.816208] * 5, abs=1e-6)
        assert found["value_share"].tolist() == pytest.approx(
            [0.349896, 0.312950, 0.134471, 0.058678, 0.144006], abs=1e-6
        )

    def test_each_style_has_its_grade(self):
        assert self.graded()["grade"].to_dict() == {
            "A": "profit style",
            "B": "best seller",
            "C": "traffic style",
            "D": "weak style",
            "E": "best seller",
        }

    def test_no_grade_depends_on_the_currency(self):
        assert self.graded(7.3)["grade"].tolist() == self.graded()["grade"].tolist()


class TestChainLadder:
    """The triangle of Taylor and Ashe (1983); reserves and standard errors as Mack (1993) printed
    them, in thousands and units.
    """

    PAID = pd.DataFrame(
        [
            [
                357848,
                1124788,
                1735330,
                2218270,
                2745596,
                3319994,
                3466336,
                3606286,
                3833515,
                3901463,
            ],
            [352118, 1236139, 2170033, 3353322, 3799067, 4120063, 4647867, 4914039, 5339085, None],
            [290507, 1292306, 2218525, 3235179, 3985995, 4132918, 4628910, 4909315, None, None],
            [310608, 1418858, 2195047, 3757447, 4029929, 4381982, 4588268, None, None, None],
            [443160, 1136350, 2128333, 2897821, 3402672, 3873311, None, None, None, None],
            [396132, 1333217, 2180715, 2985752, 3691712, None, None, None, None, None],
            [440832, 1288463, 2419861, 3483130, None, None, None, None, None, None],
            [359480, 1421128, 2864498, None, None, None, None, None, None, None],
            [376686, 1363294, None, None, None, None, None, None, None, None],
            [344014, None, None, None, None, None, None, None, None, None],
        ],
        dtype=float,
    )
    RESERVES = (
        0,
        94_634,
        469_511,
        709_638,
        984_889,
        1_419_459,
        2_177_641,
        3_920_301,
        4_278_972,
        4_625_811,
    )
    ERRORS = (0, 75_535, 121_699, 133_549, 261_406, 411_010, 558_317, 875_328, 971_258, 1_363_155)

    def ultimates(self, shares) -> pd.Series:
        latest = self.PAID.ffill(axis=1).iloc[:, -1]
        return latest / np.append(1.0, np.asarray(shares)[::-1])

    def test_the_published_reserves(self):
        reserves = (
            self.ultimates(chain_ladder(self.PAID)["share"]) - self.PAID.ffill(axis=1).iloc[:, -1]
        )
        assert reserves.round().tolist() == list(self.RESERVES)
        assert round(reserves.sum()) == 18_680_856

    def test_the_published_standard_errors(self):
        links = chain_ladder(self.PAID)
        variance = links["variance"].to_numpy().copy()
        variance[-1] = min(variance[-2] ** 2 / variance[-3], variance[-3], variance[-2])
        by_age = variance / links["factor"].to_numpy() ** 2
        filled = self.PAID.copy()
        for age, factor in links["factor"].items():
            filled[age + 1] = filled[age + 1].fillna(filled[age] * factor)
        errors = [
            filled.iloc[i, -1]
            * np.sqrt(
                sum(
                    by_age[k] * (1 / filled.iloc[i, k] + 1 / links["units"].iloc[k])
                    for k in range(9 - i, 9)
                )
            )
            for i in range(10)
        ]
        assert np.round(errors).tolist() == list(self.ERRORS)

    def test_proportional_fitting_is_the_chain_ladder(self):
        """Poisson with an effect for each style and each age gives the same shares; only the last
        weeks are missing here.
        """
        weekly = self.PAID.diff(axis=1).fillna({0: self.PAID[0]})
        weekly[0] = self.PAID[0]
        styles = pd.DataFrame(
            {
                "item": range(10),
                "parent_category": "",
                "category": "",
                "tier": "",
                "life": 10,
                "bought": np.nan,
            }
        )
        ordinary = np.zeros((10, 10), int)
        past = Lives(
            styles, weekly.fillna(0).to_numpy(), weekly.notna().to_numpy(float), ordinary, ordinary
        )
        found = reached(past, fit(past, 0.0))[0]
        assert found[:-1] == pytest.approx(chain_ladder(self.PAID)["share"].to_numpy(), abs=1e-6)

    def test_toy_triangle(self):
        toy = pd.DataFrame(
            [[200, 520, 780, 900, 960], [150, 420, 640, 760, None], [300, 750, None, None, None]],
            dtype=float,
        )
        links = chain_ladder(toy)
        assert links["factor"].tolist() == pytest.approx([2.6, 1.5106, 1.1690, 1.0667], abs=5e-5)
        assert links["share"].tolist() == pytest.approx([0.2042, 0.5309, 0.8020, 0.9375], abs=5e-5)
        assert [960, 760 / links["share"][3], 750 / links["share"][1]] == pytest.approx(
            [960, 810.7, 1412.8], abs=0.05
        )


class TestProjection:
    """The toy triangle's second week: 750 units sold, 53.09 % of the life reached, 1,290 expected
    from the buy, κ = .35.
    """

    SHARE = 900 / 960 * 1420 / 1660 * 940 / 1420

    @pytest.mark.parametrize(("noise", "units"), [(0.0, 1412.09), (0.01, 1407.47)])
    def test_credibility(self, noise, units):
        assert float(credible(750, self.SHARE, 1290, 1 / 0.35**2, noise)) == pytest.approx(
            units, abs=5e-3
        )

    def test_nothing_known_of_the_buy_is_the_chain_ladder_and_nothing_learned_from_sales_the_buy(
        self,
    ):
        assert float(credible(750, self.SHARE, np.nan, 1 / 0.35**2, 0.01)) == pytest.approx(
            750 / self.SHARE
        )
        assert float(credible(750, self.SHARE, 1290, 1e12, 0.01)) == pytest.approx(
            750 + (1 - self.SHARE) * 1290, abs=0.01
        )

    def test_monotone_shares_and_the_day_between_two_weeks(self):
        shares = monotone(
            [0.05, 0.12, 0.21, 0.20, 0.33, 0.41, 0.40, 0.55, 0.70, 0.86],
            np.array([9, 9, 9, 9, 9, 8, 8, 7, 7, 6.0]),
        )
        assert shares.tolist() == pytest.approx(
            [0.05, 0.12, 0.205, 0.205, 0.33, 0.405, 0.405, 0.55, 0.70, 0.86]
        )
        assert float(by_day(shares, np.array([30]))[0]) == pytest.approx(0.22431, abs=5e-6)


class TestMarkdownTest:
    """A price cut to 85 % sells 31 % more; unit cost 50 %, running expenses 26 % of sales."""

    @pytest.mark.parametrize(("price", "change"), [(0.90, 0.146), (0.88, 0.207), (1.00, -0.083)])
    def test_gross_profit_by_the_price_before(self, price, change):
        assert gross_profit_ratio(1.31, price, 0.85, 0.50) - 1 == pytest.approx(change, abs=5e-4)

    def test_gross_profit_where_the_cut_is_on_a_price_already_cut(self):
        assert gross_profit_ratio(1.31, 0.88, 0.85 * 0.88, 0.50) - 1 == pytest.approx(
            -0.145, abs=5e-4
        )

    def test_only_one_round_price_before_gives_fifteen_percent(self):
        prices = np.round(np.arange(0.86, 1.005, 0.01), 2)
        gains = gross_profit_ratio(1.31, prices, 0.85, 0.50) - 1
        assert prices[(gains > 0.1349) & (gains < 0.165)].tolist() == [0.90]

    def test_after_expenses_little_is_left(self):
        assert gross_profit_ratio(1.31, 0.90, 0.85, 0.50, 0.26) - 1 == pytest.approx(
            0.018, abs=5e-4
        )

    @pytest.mark.parametrize(
        ("expenses", "uplift", "elasticity"), [(0.0, 0.143, -2.34), (0.26, 0.287, -4.41)]
    )
    def test_break_even_uplift(self, expenses, uplift, elasticity):
        found = break_even_uplift(0.90, 0.85, 0.50, expenses)
        assert found - 1 == pytest.approx(uplift, abs=5e-4)
        assert implied_elasticity(found, 0.90, 0.85) == pytest.approx(elasticity, abs=5e-3)

    def test_implied_elasticity(self):
        assert implied_elasticity(1.31, 0.90, 0.85) == pytest.approx(-4.72, abs=5e-3)

    def test_a_falling_baseline_makes_it_larger(self):
        """Sales that fall by 8 % a week over fifteen days hide an uplift of 55.5 %."""
        true = 1.31 / np.exp(-0.08 * 15 / 7)
        assert true - 1 == pytest.approx(0.555, abs=1e-3)
        assert implied_elasticity(true, 0.90, 0.85) == pytest.approx(-7.72, abs=1e-2)

    @pytest.mark.parametrize(
        ("daily", "low", "high"), [(5, -0.05, 0.80), (20, 0.12, 0.54), (50, 0.18, 0.45)]
    )
    def test_chance_alone(self, daily, low, high):
        ends = noise_interval(
            1.31, 7 * daily, 15 / 7, 15 / 7, assumed() | {"demand_shock": 0.0, "demand_size": 1e12}
        )
        assert np.subtract(ends, 1) == pytest.approx((low, high), abs=6e-3)

    @pytest.mark.parametrize(
        ("daily", "low", "high"), [(5, -0.47, 2.28), (20, -0.45, 2.15), (50, -0.45, 2.12)]
    )
    def test_weeks_that_differ_by_themselves(self, daily, low, high):
        """Published from simulations: met to two points of the ratio."""
        ends = noise_interval(1.31, 7 * daily, 15 / 7, 15 / 7, assumed())
        assert np.subtract(ends, 1) == pytest.approx((low, high), abs=0.02)


class TestElasticity:
    @pytest.mark.parametrize(("mean", "seen"), [(0.5, -0.84), (2, -1.48), (10, -1.87), (50, -1.97)])
    def test_one_added_to_units_flattens_the_answer(self, mean, seen):
        """A cut of 30 % at elasticity −2, seen through log(units + 1)."""
        assert np.log((mean * 0.7**-2 + 1) / (mean + 1)) / np.log(0.7) == pytest.approx(
            seen, abs=5e-3
        )

    def test_a_promotion_borrows_from_the_weeks_after_it(self):
        assert net_of_dip([60, 60, -15, -15, -15]) == pytest.approx((120, 75, 0.375))

    def test_variance_of_one_styles_change(self):
        assert variance(10, 4, 3, assumed()) == pytest.approx(0.20735, abs=5e-6)

    @pytest.mark.parametrize(
        ("rate", "sigma", "error"), [(10, 0.0, 0.723), (2, 0.0, 1.055), (10, 0.8, 0.996)]
    )
    def test_standard_error_of_a_test(self, rate, sigma, error):
        """Thirty styles an arm, cut of 15 %; ``sigma``: spread of the styles' log-normal
        volumes.
        """
        spread = np.sqrt(np.expm1(sigma**2))
        assert std_error(30, 0.15, rate, 3, assumed(), spread) == pytest.approx(error, abs=1e-3)

    @pytest.mark.parametrize(
        ("cut", "items"), [(0.05, 1_236), (0.10, 293), (0.15, 124), (0.20, 66), (0.30, 26)]
    )
    def test_styles_an_arm_to_see_one(self, cut, items):
        assert items_needed(1.0, cut, 10, 3, assumed()) == pytest.approx(items, abs=1)

    def test_more_weeks_help_little(self):
        seen = [least_detectable(30, 0.15, 10, weeks, assumed()) for weeks in (1, 2, 3, 4, 6, 8)]
        assert seen == pytest.approx([2.69, 2.21, 2.03, 1.92, 1.81, 1.75], abs=6e-3)
