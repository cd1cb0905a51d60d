"""Cover: what will still sell, what is too much, how long it lasts."""

import numpy as np
import pandas as pd
import pytest
from tests.analysis.classification.tiny import RATES, TODAY, core, excess, style

from destock.analysis.classification import cover


class TestExcess:
    def test_seasonal_is_what_will_not_sell_until_the_exit(self):
        assert excess(style("a"))["excess_units"].tolist() == [40]

    def test_what_is_on_order_is_too_much_first(self):
        row = excess(style("a", on_order=30.0)).iloc[0]
        assert (row["excess_on_order"], row["excess_on_hand"]) == (30, 40)
        row = excess(style("a", on_hand=50.0, on_order=30.0)).iloc[0]
        assert (row["excess_on_order"], row["excess_on_hand"]) == (20, 0)

    def test_core_is_what_exceeds_lead_time_review_cover_and_safety(self):
        """Rate 20, sd 12, lead 2, review 1, cover 8: safety 34.19, ceiling 254.19, excess of 900 =
        645.81.
        """
        row = excess(core("a", on_hand=900.0), rates=RATES.assign(rate=20.0, rate_sd=12.0)).iloc[0]
        assert row["excess_units"] == pytest.approx(645.81, abs=5e-3)
        assert row["weeks_of_supply"] == 45

    def test_damaged_units_are_excess_as_they_are(self):
        assert excess(style("a", on_hand=10.0, damaged=7.0))["excess_units"].tolist() == [7]

    def test_unknown_stock_stays_unknown(self):
        assert excess(style("a", on_hand=np.nan))["excess_units"].isna().all()


class TestCover:
    def test_a_season_lasts_by_what_is_to_come_and_not_by_what_was(self):
        """60 units in the 85 days to the exit: 4.94 a week; 100 in stock last 20.2 weeks, whatever
        sold lately.
        """
        row = excess(style("a")).iloc[0]
        assert row["coming_rate"] == pytest.approx(60 / (85 / 7))
        assert row["weeks_of_supply"] == pytest.approx(100 / (60 / (85 / 7)))

    def test_a_season_that_is_over_lasts_by_its_rate_of_late(self):
        row = excess(
            style("a", exit_date=pd.Timestamp("2026-02-28"), remaining=0.0, in_season=False)
        ).iloc[0]
        assert row["weeks_of_supply"] == 10

    def test_stock_to_sales_counts_three_months(self):
        """900 in stock, 20 a week in the last 13 weeks: 10.38 months, though the last eight weeks
        ran faster.
        """
        rates = RATES.assign(rate=40.0, quarter_rate=20.0)
        assert excess(core("a", on_hand=900.0), rates=rates)["stock_to_sales"].iloc[
            0
        ] == pytest.approx(10.38, abs=5e-3)

    def test_no_sale_lasts_for_ever(self):
        assert excess(core("a"), rates=RATES.assign(rate=0.0, quarter_rate=0.0))[
            ["weeks_of_supply", "stock_to_sales"]
        ].to_numpy().tolist() == [[np.inf, np.inf]]


@pytest.mark.parametrize("rates", [RATES.assign(rate=np.nan, quarter_rate=np.nan), RATES.iloc[:0]])
def test_sales_that_nobody_knows_give_no_cover_and_no_excess(rates):
    """Not recorded, or too new to say: neither is "sells nothing", and all of it too much."""
    row = excess(core("a", damaged=3.0), rates=rates).iloc[0]
    assert row[["need", "excess_on_hand", "weeks_of_supply", "stock_to_sales"]].isna().all()


def test_of_nothing_nothing_is_too_much_whatever_it_sells():
    row = excess(core("a", on_hand=0.0), rates=RATES.iloc[:0]).iloc[0]
    assert (row["excess_on_hand"], row["weeks_of_supply"]) == (0, 0)


class TestCost:
    SKUS = pd.DataFrame({"sku": ["S", "M"], "item": "a"})

    def cost(self, *layers: tuple, **columns) -> pd.Series:
        """Layers of a style: size, day of receipt, units, cost a unit."""
        rows = pd.DataFrame(
            layers, columns=["sku", "received_on", "good_units", "unit_cost"]
        ).assign(received_on=lambda d: pd.to_datetime(d["received_on"]))
        frame = excess(style("a", **columns))
        return cover.at_cost(frame, rows, self.SKUS).iloc[0]

    def test_the_oldest_units_sell_first_and_the_newest_are_too_much(self):
        """60 of 100 are needed: 50 old ones at 4 and 10 of the newer at 7."""
        row = self.cost(("S", "2026-05-01", 50, 7.0), ("M", "2026-01-01", 50, 4.0))
        assert row[["needed_cost", "excess_cost"]].tolist() == [50 * 4 + 10 * 7, 40 * 7]

    def test_what_no_receipt_explains_is_the_oldest(self):
        row = self.cost(("S", "2026-05-01", 40, 7.0), ("S", None, 60, 5.0))
        assert row[["needed_cost", "excess_cost"]].tolist() == [300, 280]

    def test_a_cost_that_nobody_knows_is_no_zero(self):
        row = self.cost(("S", "2026-05-01", 40, np.nan), ("M", "2026-01-01", 60, 4.0))
        assert row["needed_cost"] == 240
        assert np.isnan(row["excess_cost"])

    def test_where_the_need_is_unknown_both_are(self):
        row = self.cost(("S", "2026-05-01", 100, 7.0), remaining=np.nan)
        assert row[["needed_cost", "excess_cost"]].isna().all()


def projection(**columns) -> pd.DataFrame:
    usual = {
        "item": ["a"],
        "sold": 40.0,
        "share": 0.4,
        "demand": 160.0,
        "low80": 130.0,
        "high80": 181.2,
    }
    return pd.DataFrame(usual | columns)


def remaining(*rows: dict, found: pd.DataFrame | None = None) -> pd.Series:
    return cover.still_to_sell(
        pd.DataFrame(rows), projection() if found is None else found, RATES, TODAY
    ).iloc[0]


class TestStillToSell:
    def test_past_seasons_say_what_is_to_come(self):
        row = remaining(style("a", net_units=40.0))
        assert (row["remaining"], row["remaining_basis"]) == (120, "past seasons")
        assert row["remaining_sd"] == pytest.approx(20)

    def test_a_style_that_failed_is_projected_by_its_own_sales(self):
        """40 sold at 40 % of life: 60 to come, not the 120 that its buy would promise."""
        row = remaining(style("a", sell_through=0.2, net_units=40.0))
        assert (row["remaining"], row["remaining_basis"]) == (pytest.approx(60), "its own sales")

    @pytest.mark.parametrize(("sell_through", "left"), [(0.66, 105), (0.2, 45)])
    def test_what_the_running_week_has_sold_no_longer_remains(self, sell_through, left):
        """The projection stands at the end of the last week, with 40 sold; the shelf has lost 15
        more since.
        """
        assert remaining(style("a", sell_through=sell_through, net_units=55.0, running_units=15.0))[
            "remaining"
        ] == pytest.approx(left)

    def test_a_style_that_failed_and_sold_nothing_sells_nothing(self):
        assert remaining(style("a", sell_through=0.0), found=projection(sold=0.0))["remaining"] == 0

    def test_after_the_exit_nothing_is_to_come(self):
        assert remaining(style("a", in_season=False))["remaining"] == 0

    def test_without_a_past_season_the_rate_of_late_goes_on(self):
        row = remaining(style("a"), found=projection().iloc[:0])
        assert (row["remaining"], row["remaining_basis"]) == (
            pytest.approx(10 * 85 / 7),
            "recent rate",
        )

    def test_core_styles_have_no_end(self):
        row = remaining(core("a"), found=projection().iloc[:0])
        assert np.isnan(row["remaining"])
        assert row["remaining_basis"] == ""


class TestSeldom:
    def test_a_dying_style_is_seen_to_die(self):
        sold = np.zeros((2, 30))
        sold[:, 1] = 5
        sold[0, 29] = 5
        alive, dying = cover.seldom(sold)
        assert alive > 10 * dying > 0

    def test_nothing_sold_is_nothing(self):
        assert cover.seldom(np.zeros((1, 5))).tolist() == [0]

    def test_of_one_style_as_a_plain_loop_says(self):
        demand = np.random.default_rng(1).poisson(0.4, (20, 40)).astype(float)
        for row, found in zip(demand, cover.seldom(demand), strict=True):
            first = next((n for n, d in enumerate(row) if d), 0)
            chance, size = 1 / (first + 1), row[first]
            for d in row:
                size = size + 0.2 * (d - size) if d else size
                chance += 0.2 * ((d > 0) - chance)
            assert found == pytest.approx(chance * size)
