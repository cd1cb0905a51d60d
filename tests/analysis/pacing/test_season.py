"""The running season put together: which past it is compared with, what comes out, and that the
future stays unknown.
"""

import numpy as np
import pandas as pd
import pytest
from tests.analysis.pacing.tiny import MONDAY, NO_EVENTS, small_world, style

from destock.analysis.pacing.season import EMPTY, FRAMES, season
from destock.model.assumptions import assumed

TODAY = pd.Timestamp("2026-05-20")
DAYS = (30, 60, 90)


def run(
    styles: pd.DataFrame,
    weeks: pd.DataFrame,
    events: pd.DataFrame = NO_EVENTS,
    target: float = 0.8,
    as_of=TODAY,
    **assumptions,
):
    targets = styles[["item"]].assign(target=target)
    return season(
        styles, weeks, targets, events, as_of, assumed({"curve_prior_units": 1} | assumptions), DAYS
    )


def shop(
    *years: int, halves: tuple[str, ...] = ("SS",), **columns
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Six styles a season that sell 40, 30, 20, 10 of 120 units; the last season has seen two
    weeks.
    """
    rows, sales = [], []
    for year in years:
        now = year == max(years)
        for n in range(6):
            for half in halves:
                start = MONDAY + pd.Timedelta(weeks=52 * (year - 2025))
                rows.append(
                    style(
                        f"{year}{half}{n}",
                        season=f"{year}{half}",
                        season_year=float(year),
                        season_half=half,
                        first_week=start,
                        received=120.0,
                        age=1.0 if now else 3.0,
                        in_season=now,
                        exit_date=(
                            TODAY + pd.Timedelta(days=9) if now else start + pd.Timedelta(days=27)
                        ),
                    )
                )
                sold = [40.0, 30.0] if now else [40.0, 30.0, 20.0, 10.0]
                sales += [
                    {"item": rows[-1]["item"], "age": a, "net_units": u, "in_stock_share": 1.0}
                    for a, u in enumerate(sold)
                ]
    return pd.DataFrame(rows).assign(**columns), pd.DataFrame(sales)


class TestSeason:
    def test_a_season_like_the_last_ones_ends_like_them(self):
        found = run(*shop(2023, 2024, 2025, 2026))["projection"]
        assert found["projected"].tolist() == pytest.approx([100] * 6)
        assert found["share"].tolist() == pytest.approx([0.7] * 6)
        assert found["goal"].tolist() == pytest.approx([96] * 6)
        assert found["target_now"].tolist() == pytest.approx([0.7 * 96] * 6)
        assert found["missed_from"].isna().all()

    @pytest.mark.parametrize("past", [1, 2, 3])
    def test_fewer_than_three_past_seasons_work_and_say_so(self, past):
        found = run(*shop(*range(2026 - past, 2027)))["projection"]
        assert found["past_seasons"].tolist() == [past] * 6
        assert found["projected"].tolist() == pytest.approx([100] * 6)

    def test_without_a_past_season_there_is_nothing_to_compare_with(self):
        found = run(*shop(2026))
        assert all(found[name].empty for name in FRAMES)

    def test_seasons_before_the_last_three_the_other_half_year_and_cut_records_teach_nothing(self):
        styles, weeks = shop(2020, 2021, 2022, 2023, 2026, halves=("SS", "AW"))
        ahead = run(styles, weeks)["projection"].groupby("season_half")["past_seasons"].first()
        assert ahead.to_dict() == {"AW": 1, "SS": 1}
        styles = styles[styles["season_half"] == "SS"]
        assert run(styles, weeks, baseline_seasons=6)["projection"][
            "past_seasons"
        ].unique().tolist() == [4]
        cut = styles.assign(left_truncated=styles["season_year"].eq(2023))
        assert run(cut, weeks)["projection"].empty

    def test_a_past_that_sold_nothing_is_no_past(self):
        styles, weeks = shop(2025, 2026)
        weeks["net_units"] = weeks["net_units"].where(weeks["item"].str.startswith("2026"), 0.0)
        assert run(styles, weeks)["projection"].empty

    def test_one_past_style_is_enough_for_an_estimate(self):
        styles, weeks = shop(2025, 2026)
        few = styles[(styles["season_year"] == 2026) | (styles["item"] == "2025SS0")]
        found = run(few, weeks)["projection"]
        assert found["projected"].tolist() == pytest.approx([100] * 6)
        assert found["low80"].isna().all()

    def test_an_empty_shop_gives_empty_frames_with_their_columns(self):
        styles, weeks = shop(2025, 2026)
        found = run(styles.iloc[:0], weeks.iloc[:0])
        assert all(found[name].empty for name in FRAMES)
        assert {"projected", "needed", "missed_from"} <= set(found["projection"])

    def test_empty_frames_have_the_columns_of_full_ones(self):
        found = run(*shop(2024, 2025, 2026))
        for name in FRAMES:
            assert set(found[name]) == set(EMPTY[name]), name

    def test_without_a_buy_there_is_a_projection_and_no_target(self):
        found = run(*shop(2024, 2025, 2026, received=np.nan, on_order=np.nan))["projection"]
        assert found["projected"].tolist() == pytest.approx([100] * 6)
        assert found[["goal", "needed", "target_now"]].isna().all(axis=None)

    def test_a_past_that_often_sold_out_is_marked(self):
        styles, weeks = shop(2025, 2026)
        gone = (weeks["age"] >= 2) & weeks["item"].str[-1].isin(list("012"))
        short = weeks.assign(
            net_units=weeks["net_units"].mask(gone, 0.0),
            in_stock_share=weeks["in_stock_share"].mask(gone, 0.0),
        )
        assert run(styles, short)["projection"]["low_trust"].all()
        assert not run(styles, weeks)["projection"]["low_trust"].any()

    def test_a_style_not_yet_launched_stays_in(self):
        styles, weeks = shop(2024, 2025, 2026)
        late = (styles["item"] == "2026SS3").to_numpy()
        found = (
            run(styles.assign(age=styles["age"].mask(late)), weeks[weeks["item"] != "2026SS3"])[
                "projection"
            ]
            .set_index("item")
            .loc["2026SS3"]
        )
        assert (found["week"], found["sold"]) == (0, 0)
        assert found["projected"] == pytest.approx(100)

    def test_every_style_has_a_path_of_its_whole_life_that_rises_to_its_goal(self):
        shown, _ = small_world(1, 6, 16)
        found = run(shown.styles, shown.weeks, shown.events)
        for _, rows in found["season_path"].groupby("item"):
            assert rows["share"].is_monotonic_increasing
            assert rows["share"].iloc[-1] == pytest.approx(1)
        assert (
            found["season_path"].groupby("item").size().sum()
            == shown.styles.loc[shown.styles["in_season"], "life"].sum()
        )

    def test_the_future_and_the_order_of_rows_change_nothing(self):
        shown, _ = small_world(1, 6, 16)
        running = shown.styles.loc[shown.styles["in_season"], "item"]
        future = pd.DataFrame({"item": running, "age": 9, "net_units": 1e6, "in_stock_share": 1.0})
        one = run(shown.styles, shown.weeks, shown.events)
        mixed = pd.concat([shown.weeks, future]).sample(frac=1, random_state=4)
        other = run(shown.styles.sample(frac=1, random_state=5), mixed, shown.events)
        for name in FRAMES:
            pd.testing.assert_frame_equal(one[name], other[name])
