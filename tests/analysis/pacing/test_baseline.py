"""Sell-through and the pace of past seasons: hand-computed weeks and bands, a naive sort, and the
edges.
"""

import numpy as np
import pandas as pd
import pytest

from destock.analysis.pacing import baseline, rates, sell_through
from destock.model.assumptions import assumed

MONDAY, TODAY = pd.Timestamp("2025-03-03"), pd.Timestamp("2025-05-04")


def item_weeks(
    sold: dict[str, list[float]], undone: dict[str, list[float]] | None = None, in_stock=1.0
) -> pd.DataFrame:
    rows = [
        {
            "item": item,
            "week": MONDAY + pd.Timedelta(weeks=i),
            "complete": True,
            "sold_units": float(units),
            "paid_value": units * 8.0,
            "sold_at_tag": units * 10.0,
            "undone_units": float((undone or {}).get(item, [0] * 99)[i]),
            "cancelled_units": 0.0,
            "returned_units": 0.0,
            "received_units": 100.0 * (i == 0),
            "closing_units": 0.0,
            "in_stock_share": in_stock,
            "exposures": 100.0,
            "clicks": 5.0,
        }
        for item, units_by_week in sold.items()
        for i, units in enumerate(units_by_week)
    ]
    return pd.DataFrame(rows)


def item_now(*items: str, **columns) -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "item": items,
            "category": "dress",
            "tier": "push",
            "season": "2025SS",
            "received": 100.0,
            "on_order": 0.0,
            "tag_price": 10.0,
            "mean_cost": 5.0,
            "first_sale": MONDAY,
            "first_receipt": MONDAY,
            "returns": 0.0,
            "quality_returns": 0.0,
            "launch_imputed": True,
            "launch_date": MONDAY,
            "exit_date": MONDAY + pd.Timedelta(weeks=5, days=-1),
        }
    )
    return frame.assign(**columns)


NO_LAG = pd.DataFrame(
    {
        "category": pd.Series(dtype=str),
        "sale_week": pd.Series(dtype="datetime64[us]"),
        "lag_weeks": pd.Series(dtype=int),
        "units": pd.Series(dtype=float),
    }
)


def net(sold, undone=None, lag=NO_LAG, now=None):
    return net_of(item_weeks(sold, undone), item_now(*sold) if now is None else now, lag)


def net_of(weeks, now, lag=NO_LAG):
    """As of the last day of the last week."""
    return sell_through.net_weeks(weeks, now, lag, weeks["week"].max() + pd.Timedelta(days=6))


def lagged(units, category="dress"):
    """Returns by week of sale (rows) and weeks after it (columns)."""
    rows = [
        (category, MONDAY + pd.Timedelta(weeks=w), lag, n)
        for w, row in enumerate(units)
        for lag, n in enumerate(row)
        if n
    ]
    return pd.DataFrame(rows, columns=["category", "sale_week", "lag_weeks", "units"])


class TestNetWeeks:
    def test_takes_off_what_was_cancelled_or_returned_in_the_week_of_its_sale(self):
        weeks = net({"a": [10, 20]}, {"a": [4, 5]})
        assert weeks["net_units"].tolist() == [6, 15]
        assert weeks["cumulative"].tolist() == [6, 21]

    def test_takes_off_returns_still_to_come_at_the_categorys_rate_and_lag(self):
        """Half of everything comes back, half of that in the week after: of the last week a quarter
        is still to come.
        """
        weeks = net({"a": [100] * 12}, {"a": [50] * 11 + [25]}, lagged([[25, 25]] * 11 + [[25]]))
        assert weeks["net_units"].tolist() == pytest.approx([50.0] * 12)
        assert weeks["provisional"].tolist() == [False] * 11 + [True]

    def test_life_begins_with_the_first_week_on_sale(self):
        frame = item_weeks({"a": [0, 0, 5, 3]})
        frame.loc[:1, "in_stock_share"] = 0.0
        weeks = net_of(frame, item_now("a"))
        assert weeks["age"].tolist() == [0, 1]

    def test_the_running_week_is_told_apart_and_counts_in_figures_of_now(self):
        frame = item_weeks({"a": [3, 4]})
        frame.loc[1, "complete"] = False
        today = MONDAY + pd.Timedelta(days=9)  # the Wednesday of the second week
        weeks = sell_through.net_weeks(frame, item_now("a"), NO_LAG, today)
        assert weeks[["complete", "net_units"]].to_numpy().tolist() == [[True, 3], [False, 4]]
        row = sell_through.items(item_now("a"), weeks, today).iloc[0]
        assert row[["net_units", "age", "weeks_on_sale"]].tolist() == pytest.approx(
            [7, 0, 1 + 3 / 7]
        )

    def test_a_style_of_this_week_has_sold_and_no_week_behind_it(self):
        frame = item_weeks({"a": [3]}).assign(complete=False)
        today = MONDAY + pd.Timedelta(days=1)
        row = sell_through.items(
            item_now("a"), sell_through.net_weeks(frame, item_now("a"), NO_LAG, today), today
        ).iloc[0]
        assert row[["net_units", "sell_through", "age", "weeks_on_sale"]].tolist() == pytest.approx(
            [3, 0.03, -1, 2 / 7]
        )

    def test_never_takes_off_more_than_was_sold(self):
        weeks = net({"a": [10] * 10}, {"a": [9.9] * 10}, lagged([[0, 0, 0, 9.9]] * 7 + [[9.9]] * 3))
        assert (weeks["net_units"] >= 0).all()


def styles_of(weeks, now=None, as_of=MONDAY + pd.Timedelta(weeks=60)):
    return sell_through.items(
        item_now(*weeks["item"].unique()) if now is None else now, weeks, as_of
    )


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
        now = item_now(
            "a",
            "b",
            "c",
            "d",
            mean_cost=[5.0, None, 5.0, 5.0],
            launch_imputed=[True, False, False, False],
        )
        assert styles_of(weeks, now)["flags"].tolist() == [
            "launch_imputed",
            "no_sales; cost_missing",
            "net_negative",
            "st_gt_100",
        ]

    def test_more_returned_than_sold_stays_negative_in_the_books(self):
        assert styles_of(net({"a": [3, 0]}, {"a": [5, 0]}))["net_units"].tolist() == [-2]


class TestBaseline:
    def past(self, shares: list[float], season: str = "2024SS"):
        """Past styles that sold a share of 100 in their first week and nothing after; one style
        now.
        """
        sold = {f"p{n}": [100 * share, 0] for n, share in enumerate(shares)}
        now = pd.concat(
            [
                item_now(*sold, season=season),
                item_now("now", season="2025SS", exit_date=pd.Timestamp("2025-08-31")),
            ]
        )
        weeks = net(sold | {"now": [30, 5]}, now=now)
        styles = sell_through.items(now, weeks, TODAY)
        return styles, weeks, baseline.baseline(styles, weeks, TODAY, assumed())

    def test_median_and_quartiles_of_past_styles_at_the_same_age(self):
        _, _, bands = self.past([0.1, 0.2, 0.3, 0.4, 0.5])
        first = bands[(bands["tier"] == "push") & (bands["age"] == 0)].iloc[0]
        assert first[["q25", "median", "q75"]].tolist() == pytest.approx([0.2, 0.3, 0.4])
        assert (first["styles"], first["past_seasons"]) == (5, 1)

    def test_too_few_styles_give_no_band(self):
        assert self.past([0.1, 0.2])[2].empty

    def test_quantiles_equal_a_naive_sort(self):
        shares = [0.31, 0.05, 0.77, 0.4, 0.62, 0.18]
        bands = self.past(shares)[2].query("tier == 'all' and age == 0").iloc[0]
        for name, level in {**baseline.BANDS, "fail": 0.1}.items():
            at = level * 5
            low, high = sorted(shares)[int(at)], sorted(shares)[min(int(at) + 1, 5)]
            assert bands[name] == pytest.approx(low + (high - low) * (at % 1))

    def test_a_style_that_has_ended_its_life_stays_at_what_it_reached(self):
        """Two long lives and four short ones: in the third week all six still count."""
        sold = {f"p{n}": [10.0 * n, 5.0, 5.0][: 3 if n > 3 else 1] for n in range(6)}
        now = pd.concat(
            [
                item_now(*sold, season="2024SS"),
                item_now("now", exit_date=pd.Timestamp("2025-08-31")),
            ]
        )
        weeks = net(sold | {"now": [1]}, now=now)
        bands = baseline.baseline(sell_through.items(now, weeks, TODAY), weeks, TODAY, assumed())
        assert bands[(bands["tier"] == "all") & (bands["age"] == 2)]["styles"].tolist() == [6]
        assert bands[(bands["tier"] == "all")]["median"].tolist() == pytest.approx(
            [0.25, 0.25, 0.25]
        )

    def test_bands_never_fall_from_one_week_to_the_next(self):
        """Returns pull three of five styles down after the first week."""
        sold = {f"p{n}": [50.0, 1.0] for n in range(5)}
        undone = {f"p{n}": [0.0, 30.0] for n in range(3)}
        now = pd.concat(
            [
                item_now(*sold, season="2024SS"),
                item_now("now", exit_date=pd.Timestamp("2025-08-31")),
            ]
        )
        weeks = net(
            sold | {"now": [1, 1]},
            undone | {name: [0.0, 0.0] for name in ("p3", "p4", "now")},
            now=now,
        )
        bands = baseline.baseline(
            sell_through.items(now, weeks, TODAY), weeks, TODAY, assumed()
        ).query("tier == 'all'")
        assert (bands.groupby("tier")[list(baseline.BANDS)].diff().dropna() >= 0).all(axis=None)
        assert bands["q25"].tolist() == pytest.approx([(0.5 + 0.21) / 2] * 2)

    @pytest.mark.parametrize(
        ("season", "seasons"), [("2024SS", [1]), ("2021SS", []), ("2024AW", []), ("2025SS", [])]
    )
    def test_only_the_same_season_of_the_last_three_years_counts(self, season, seasons):
        bands = self.past([0.1, 0.2, 0.3, 0.4, 0.5], season)[2]
        assert bands["past_seasons"].unique().tolist() == seasons

    def test_a_season_that_has_not_ended_teaches_nothing(self):
        styles, weeks, _ = self.past([0.1, 0.2, 0.3, 0.4, 0.5])
        assert baseline.baseline(styles, weeks, MONDAY, assumed()).empty

    def test_styles_never_received_are_left_out(self):
        styles, weeks, _ = self.past([0.1, 0.2, 0.3, 0.4, 0.5, 0.6])
        few = styles.assign(
            received=styles["received"].where(~styles["item"].isin(["p0", "p1"]), 0.0)
        )
        assert baseline.baseline(few, weeks, TODAY, assumed()).empty

    def test_without_past_seasons_there_are_no_bands_and_every_column(self):
        bands = self.past([])[2]
        assert bands.empty
        assert list(bands) == [
            "season",
            "tier",
            "age",
            *baseline.BANDS,
            "fail",
            "styles",
            "past_seasons",
        ]

    def test_the_order_of_rows_and_weeks_to_come_do_not_matter(self):
        styles, weeks, bands = self.past([0.1, 0.2, 0.3, 0.4, 0.5])
        more = pd.concat(
            [weeks, weeks[weeks["item"] == "now"].assign(age=9, cumulative=1e6)]
        ).sample(frac=1, random_state=2)
        later = baseline.baseline(
            styles.sample(frac=1, random_state=1),
            more.sort_values(["item", "age"]),
            TODAY,
            assumed(),
        )
        pd.testing.assert_frame_equal(bands, later)


def test_weekly_rate_is_corrected_for_weeks_out_of_stock():
    frame = item_weeks({"a": [10, 10, 10, 10, 0, 0, 0, 0]})
    frame.loc[4:, "in_stock_share"] = 0.0
    weeks = net_of(frame, item_now("a"))
    assert rates.weekly_rate(weeks, 14)["rate"].tolist() == [10]


@pytest.mark.parametrize(("weeks", "rate"), [(1, np.nan), (2, np.nan), (3, 0.0)])
def test_what_has_not_sold_is_unknown_until_it_was_long_enough_on_sale(weeks, rate):
    found = rates.weekly_rate(net({"a": [0] * weeks}), 14)
    assert found[["rate", "quarter_rate"]].to_numpy().tolist() == [
        pytest.approx([rate] * 2, nan_ok=True)
    ]


def test_weeks_without_stock_say_nothing_of_what_would_sell():
    frame = item_weeks({"a": [0] * 8}).assign(in_stock_share=[1.0, 0, 0, 0, 0, 0, 0, 0])
    assert rates.weekly_rate(net_of(frame, item_now("a")), 14)["rate"].isna().all()


def test_returns_are_its_own_as_far_as_they_go_and_its_categorys_for_the_rest():
    """a shipped 80 of 100 and kept 40; b shipped 10 and kept 10: half of 90 ÷ 2 came back."""
    now = item_now("a", "b").assign(launch_date=MONDAY)
    frame = item_weeks({"a": [100], "b": [10]}, {"a": [60], "b": [0]})
    frame["cancelled_units"] = [20.0, 0.0]
    weeks = net_of(frame, now)
    rates = sell_through.items(now, weeks, MONDAY + pd.Timedelta(days=6))["return_rate"]
    usual = 40 / 90
    assert rates.tolist() == pytest.approx([(40 + 30 * usual) / 110, 30 * usual / 40])


def test_an_empty_shop_gives_empty_frames():
    weeks = net({"a": [1]}).iloc[:0]
    styles = styles_of(weeks, item_now("a").assign(launch_date=MONDAY).iloc[:0])
    assert baseline.baseline(styles, weeks, MONDAY, assumed()).empty
    assert rates.weekly_rate(weeks, 14).empty
