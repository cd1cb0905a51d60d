"""Sell-through: hand-computed curves, a naive chain ladder, planted curves, and the edges."""

import numpy as np
import pandas as pd
import pytest

from destock.analysis.pacing import baseline, pace, projection, sell_through
from destock.model.assumptions import assumed

MONDAY = pd.Timestamp("2025-03-03")


def item_weeks(sold: dict[str, list[float]], undone: dict[str, list[float]] | None = None, in_stock=1.0) -> pd.DataFrame:
    rows = [
        {"item": item, "week": MONDAY + pd.Timedelta(weeks=i), "complete": True, "sold_units": float(units), "paid_value": units * 8.0,
         "undone_units": float((undone or {}).get(item, [0] * 99)[i]), "in_stock_share": in_stock, "exposures": 100.0, "clicks": 5.0}
        for item, units_by_week in sold.items()
        for i, units in enumerate(units_by_week)
    ]  # fmt: skip
    return pd.DataFrame(rows)


def item_now(*items: str, **columns) -> pd.DataFrame:
    frame = pd.DataFrame({"item": items, "category": "dress", "tier": "push", "season": "2025SS", "received": 100.0, "on_order": 0.0, "tag_price": 10.0,
                          "mean_cost": 5.0, "launch_imputed": False, "exit_date": MONDAY + pd.Timedelta(weeks=5, days=-1)})  # fmt: skip
    return frame.assign(**columns)


NO_LAG = pd.DataFrame({"category": pd.Series(dtype=str), "lag_weeks": pd.Series(dtype=int), "units": pd.Series(dtype=float)})


def net(sold, undone=None, lag=NO_LAG, now=None):
    return sell_through.net_weeks(item_weeks(sold, undone), item_now(*sold) if now is None else now, lag)


class TestNetWeeks:
    def test_takes_off_what_was_cancelled_or_returned_in_the_week_of_its_sale(self):
        weeks = net({"a": [10, 20]}, {"a": [4, 5]})
        assert weeks["net_units"].tolist() == [6, 15]
        assert weeks["cumulative"].tolist() == [6, 21]

    def test_takes_off_returns_still_to_come_at_the_categorys_rate_and_lag(self):
        """Half of everything comes back, half of that in the week after: a week later a quarter is still expected."""
        lag = pd.DataFrame({"category": ["dress", "dress"], "lag_weeks": [0, 1], "units": [50.0, 50.0]})
        weeks = net({"a": [100] * 12}, {"a": [50] * 11 + [25]}, lag)
        assert weeks["net_units"].tolist() == pytest.approx([50.0] * 12)
        assert weeks["provisional"].tolist() == [False] * 11 + [True]

    def test_life_begins_with_the_first_week_on_sale(self):
        frame = item_weeks({"a": [0, 0, 5, 3]})
        frame.loc[:1, "in_stock_share"] = 0.0
        weeks = sell_through.net_weeks(frame, item_now("a"), NO_LAG)
        assert weeks["age"].tolist() == [0, 1]

    def test_the_running_week_is_left_out(self):
        frame = item_weeks({"a": [3, 4]})
        frame.loc[1, "complete"] = False
        assert len(sell_through.net_weeks(frame, item_now("a"), NO_LAG)) == 1

    def test_never_takes_off_more_than_was_sold(self):
        lag = pd.DataFrame({"category": ["dress"], "lag_weeks": [3], "units": [9.0]})
        weeks = net({"a": [10] * 10}, {"a": [9.9] * 10}, lag)
        assert (weeks["net_units"] >= 0).all()


def styles_of(weeks, now=None, as_of=MONDAY + pd.Timedelta(weeks=60)):
    return sell_through.items(item_now(*weeks["item"].unique()) if now is None else now, weeks, as_of)


class TestItems:
    def test_sell_through_and_price_realisation(self):
        frame = styles_of(net({"a": [10, 20]}, {"a": [0, 5]}))
        assert frame["sell_through"].tolist() == [0.25]
        assert frame["price_realisation"].tolist() == [0.8]

    def test_an_item_that_never_sold_stays_in(self):
        weeks = net({"a": [10, 20], "b": [0, 0]})
        frame = styles_of(weeks).set_index("item")
        assert frame.loc["b", "net_units"] == 0
        assert frame.loc["b", "sell_through"] == 0
        assert np.isnan(frame.loc["b", "price_realisation"])

    def test_an_item_without_a_week_stays_in(self):
        frame = styles_of(net({"a": [1]}), item_now("a", "c")).set_index("item")
        assert np.isnan(frame.loc["c", "age"])
        assert frame.loc["c", "net_units"] == 0

    def test_what_to_know_about_a_figure_is_flagged(self):
        weeks = net({"a": [10], "b": [0], "c": [3], "d": [150]}, {"c": [5]})
        now = item_now("a", "b", "c", "d", mean_cost=[5.0, None, 5.0, 5.0], launch_imputed=[True, False, False, False])
        assert styles_of(weeks, now)["flags"].tolist() == ["launch_imputed", "no_sales; cost_missing", "net_negative", "st_gt_100"]

    def test_more_returned_than_sold_stays_negative_in_the_books(self):
        assert styles_of(net({"a": [3, 0]}, {"a": [5, 0]}))["net_units"].tolist() == [-2]


class TestChainLadder:
    SOLD = {"s1": [200, 320, 260, 120, 60], "s2": [150, 270, 220, 120], "s3": [300, 450]}

    def ladder(self):
        """The textbook triangle: links 2.6, 1.5106, 1.1690, 1.0667."""
        weeks = net(self.SOLD)
        styles = styles_of(weeks)
        return baseline.links(styles, weeks, styles["exit_date"].max() + pd.Timedelta(days=1))

    def test_links_of_the_textbook_triangle(self):
        pooled = self.ladder().query("tier == 'all'")
        assert pooled["factor"].tolist() == pytest.approx([2.6, 1420 / 940, 1660 / 1420, 960 / 900], abs=1e-4)

    def test_equals_a_naive_loop(self):
        rng = np.random.default_rng(5)
        sold = {f"i{n}": list(rng.poisson(30, rng.integers(2, 6))) for n in range(12)}
        weeks = net(sold)
        found = baseline.links(styles_of(weeks), weeks, pd.Timestamp("2026-01-01")).query("tier == 'all'").set_index("age")["factor"]
        for age in range(4):
            pairs = [
                (sum(units[: age + 1]), sum(units[: age + 2])) for units in sold.values() if len(units) > age + 1 and sum(units[: age + 1])
            ]
            assert found[age] == pytest.approx(max(1, sum(b for _, b in pairs) / sum(a for a, _ in pairs)))

    def test_weeks_out_of_stock_leave_the_risk_set(self):
        frame = item_weeks({"a": [10, 10, 0], "b": [10, 10, 10]})
        frame.loc[(frame["item"] == "a") & (frame["sold_units"] == 0), "in_stock_share"] = 0.0
        weeks = sell_through.net_weeks(frame, item_now("a", "b"), NO_LAG)
        ladder = baseline.links(styles_of(weeks), weeks, pd.Timestamp("2026-01-01")).query("tier == 'all'")
        assert ladder["factor"].tolist() == [2.0, 1.5]

    def test_a_running_season_teaches_nothing(self):
        weeks = net(self.SOLD)
        assert baseline.links(styles_of(weeks), weeks, MONDAY).empty

    def test_remaining_demand_is_sales_times_growth_to_the_own_exit(self):
        ladder = pd.DataFrame({"season_half": "SS", "tier": "all", "age": [0, 1, 2, 3], "factor": [2.0, 1.5, 1.2, 1.1], "units": 500.0})
        styles = pd.DataFrame(
            {
                "item": ["a", "b"],
                "tier": "push",
                "season_half": "SS",
                "age": [1, 1],
                "life": [5, 4],
                "net_units": [100.0, 100.0],
                "in_season": True,
            }
        )
        assert projection.remaining_demand(styles, ladder).tolist() == pytest.approx([100 * (1.5 * 1.2 * 1.1 - 1), 100 * (1.5 * 1.2 - 1)])

    def test_nothing_remains_once_the_season_is_over_and_nothing_is_known_without_links(self):
        styles = pd.DataFrame(
            {
                "item": ["a", "b"],
                "tier": "push",
                "season_half": "SS",
                "age": [1, 1],
                "life": [5, 5],
                "net_units": 9.0,
                "in_season": [False, True],
            }
        )
        none = pd.DataFrame({"season_half": [], "tier": [], "age": [], "factor": [], "units": []})
        assert projection.remaining_demand(styles, none).fillna(-1).tolist() == [0, -1]


class TestBaseline:
    def past(self, shares: list[float]):
        """Past styles that sold a share of 100 in their first week and nothing after; one style now."""
        sold = {f"p{n}": [100 * share, 0] for n, share in enumerate(shares)}
        now = pd.concat([item_now(*sold, season="2024SS"), item_now("now", season="2025SS", exit_date=pd.Timestamp("2025-08-31"))])
        weeks = net(sold | {"now": [30, 5]}, now=now)
        styles = sell_through.items(now, weeks, pd.Timestamp("2025-05-04"))
        styles["remaining"] = 0.0
        return styles, weeks, baseline.baseline(styles, weeks, pd.Timestamp("2025-05-04"), assumed())

    def test_median_and_quartiles_of_past_styles_at_the_same_age(self):
        _, _, bands = self.past([0.1, 0.2, 0.3, 0.4, 0.5])
        first = bands[(bands["tier"] == "push") & (bands["age"] == 0)].iloc[0]
        assert first[["q25", "median", "q75"]].tolist() == pytest.approx([0.2, 0.3, 0.4])
        assert (first["styles"], first["past_seasons"]) == (5, 1)

    def test_too_few_styles_give_no_band(self):
        assert self.past([0.1, 0.2])[2].empty

    def test_a_style_below_the_slowest_tenth_is_slow(self):
        styles, _, bands = self.past([0.6, 0.7, 0.8, 0.9, 0.95])
        found = pace.pace(styles, bands, assumed({"too_early_days": 0}))
        assert found["pace"].tolist() == ["slow"]
        assert found["pace_ratio"].tolist() == pytest.approx([0.35 / 0.8])

    def test_a_young_style_is_not_judged(self):
        styles, _, bands = self.past([0.6, 0.7, 0.8, 0.9, 0.95])
        assert pace.pace(styles, bands, assumed({"too_early_days": 30}))["pace"].tolist() == ["too early"]

    def test_targets_use_the_styles_own_cost_and_price(self):
        styles, _, bands = self.past([0.6, 0.7, 0.8, 0.9, 0.95])
        row = pace.pace(styles, bands, assumed()).iloc[0]
        assert row["break_even"] == pytest.approx(0.5 / (0.74 * 0.8))
        assert row["target"] == pytest.approx(0.5 / (0.66 * 0.8))

    def test_without_past_seasons_there_is_a_row_and_no_pace(self):
        styles, _, bands = self.past([])
        assert pace.pace(styles, bands, assumed())["pace"].tolist() == ["no baseline"]


def test_weekly_rate_is_corrected_for_weeks_out_of_stock():
    frame = item_weeks({"a": [10, 10, 10, 10, 0, 0, 0, 0]})
    frame.loc[4:, "in_stock_share"] = 0.0
    weeks = sell_through.net_weeks(frame, item_now("a"), NO_LAG)
    assert sell_through.weekly_rate(weeks)["rate"].tolist() == [10]


def test_an_empty_shop_gives_empty_frames():
    weeks = net({"a": [1]}).iloc[:0]
    styles = styles_of(weeks, item_now("a").iloc[:0])
    assert baseline.baseline(styles, weeks, MONDAY, assumed()).empty
    assert sell_through.weekly_rate(weeks).empty
