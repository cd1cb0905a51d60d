"""The target week by week: the published example, hand-made paths, lines from past styles, and when
a target is missed.
"""

import numpy as np
import pandas as pd
import pytest
from tests.analysis.pacing.tiny import MONDAY, made

from destock.analysis.pacing.decomposition import SPREAD, goals, lines, needed, path, stages

SHARE = np.array([[0.12, 0.30, 0.45, 0.60, 0.80, 0.92, 1.0]])
NO_SPREAD = pd.DataFrame(columns=["week", *SPREAD], dtype=float)


def spread(weeks: int = 7, slow: float = 0.8, hot: float = 1.1) -> pd.DataFrame:
    return pd.DataFrame(
        {"week": range(1, weeks + 1), "slowest": 0.5, "slow": slow, "hot": hot, "hottest": 2.0}
    )


def projected(sold: float, week: int, **columns) -> pd.DataFrame:
    """A style with a goal of 1,720 of 2,000 units, as ``goals`` gives it."""
    share = 0.0 if week == 0 else SHARE[0, week - 1]
    usual = {
        "item": "i00",
        "week": week,
        "sold": sold,
        "share": share,
        "bought": 2000.0,
        "goal": 1720.0,
        "projected": 1500.0,
        "low80": 1300.0,
        "high80": 1800.0,
        "low90": 1200.0,
        "high90": 1900.0,
    }
    return pd.DataFrame([usual | columns])


def paths(
    *sold: float, factors: pd.DataFrame | None = None, **columns
) -> tuple[pd.DataFrame, pd.DataFrame]:
    frame = projected(float(sum(sold)), len(sold), **columns)
    running = made([[*sold, *[None] * (7 - len(sold))]])
    return frame, path(running, SHARE, frame, spread() if factors is None else factors)


class TestGoals:
    def goal(self, target, prior=90.0, bought=100.0) -> tuple[float, str]:
        frame = pd.DataFrame({"item": ["a"], "bought": [bought], "prior": [prior]})
        row = goals(pd.DataFrame({"item": ["a"], "target": [target]}), frame).iloc[0]
        assert "target" not in row
        return row["goal"], row["goal_basis"]

    def test_the_goal_is_the_target_of_what_was_bought(self):
        assert self.goal(0.86) == (86, "target")

    def test_a_target_out_of_reach_asks_for_all(self):
        assert self.goal(1.3) == (100, "all")

    def test_without_a_target_it_is_what_such_buys_have_usually_sold_at_most_all(self):
        assert self.goal(np.nan) == (90, "usual")
        assert self.goal(np.nan, prior=150.0) == (100, "usual")

    def test_without_a_target_and_a_buy_it_is_unknown(self):
        goal, basis = self.goal(0.86, prior=np.nan, bought=np.nan)
        assert np.isnan(goal)
        assert basis == "usual"

    def test_a_style_without_a_row_of_targets_stays(self):
        frame = pd.DataFrame({"item": ["a"], "bought": [100.0], "prior": [70.0]})
        assert goals(pd.DataFrame({"item": [], "target": []}), frame)["goal"].tolist() == [70]


class TestLines:
    def trials(self, sold, week=1, prior=100.0, share=0.5) -> pd.DataFrame:
        return pd.DataFrame({"week": week, "prior": prior, "share": share, "sold": sold})

    def test_are_quantiles_of_past_pace_as_factors_of_the_middle_one(self):
        """At paces 1, 2, …, 41, whatever the buy foretold: median 21, quarters 11 and 31."""
        pace, prior = np.arange(1, 42.0), np.random.default_rng(1).uniform(50, 500, 41)
        found = lines(self.trials(pace * prior * 0.5, prior=prior)).iloc[0]
        assert (found["slow"], found["hot"]) == (pytest.approx(11 / 21), pytest.approx(31 / 21))
        assert (found["slowest"], found["hottest"]) == (
            pytest.approx(5 / 21),
            pytest.approx(37 / 21),
        )

    def test_a_week_with_too_few_past_styles_takes_the_nearest_other(self):
        found = lines(
            pd.concat([self.trials(np.arange(1, 40.0), week=2), self.trials([1.0, 99.0], week=4)])
        )
        assert found["week"].tolist() == [1, 2, 3, 4, 5]
        assert found["slow"].nunique() == 1

    def test_without_a_buy_or_a_past_style_there_are_none(self):
        assert lines(self.trials(np.arange(1, 40.0), prior=np.nan)).empty
        assert list(lines(self.trials([]))) == ["week", *SPREAD]

    def test_where_the_middle_style_has_sold_nothing_there_are_none(self):
        assert lines(self.trials(np.zeros(40))).empty


class TestPath:
    def test_the_published_example_in_units_and_in_sell_through(self):
        """86 % of 2,000 units."""
        _, rows = paths(200)
        assert rows["target_units"].round().tolist() == [206, 516, 774, 1032, 1376, 1582, 1720]
        assert (rows["target_units"] / 20).tolist() == pytest.approx(
            [10.32, 25.8, 38.7, 51.6, 68.8, 79.12, 86]
        )

    def test_lines_are_factors_of_the_target_at_most_what_was_bought(self):
        _, rows = paths(200, factors=spread(hot=1.3))
        assert rows["slow_units"].tolist() == pytest.approx((0.8 * rows["target_units"]).tolist())
        assert rows["hot_units"].tolist() == pytest.approx(
            [*(1.3 * rows["target_units"][:5]), 2000, 2000]
        )

    def test_lines_never_fall_and_go_on_where_no_past_life_was_so_long(self):
        _, rows = paths(200, factors=spread(3).assign(slow=[0.9, 0.2, 0.5]))
        assert rows["slow_units"].is_monotonic_increasing
        assert rows["slow_units"].iloc[-1] == pytest.approx(0.5 * 1720)

    def test_what_is_over_is_sold_and_what_is_to_come_runs_to_the_projection(self):
        _, rows = paths(200, 300)
        assert rows["sold"].dropna().tolist() == [200, 500]
        assert rows["projected"].isna().tolist() == [True, True, *[False] * 5]
        assert rows["projected"][2] == pytest.approx(500 + 1000 * 0.15 / 0.7)
        assert rows.loc[6, ["low90", "low80", "projected", "high80", "high90"]].tolist() == [
            1200,
            1300,
            1500,
            1800,
            1900,
        ]
        assert rows["week_end"].iloc[0] == MONDAY + pd.Timedelta(days=6)

    def test_before_the_launch_everything_is_to_come(self):
        _, rows = paths()
        assert rows["sold"].isna().all()
        assert rows["projected"].tolist() == pytest.approx((1500 * SHARE[0]).tolist())

    def test_where_nothing_more_is_expected_the_projection_stays(self):
        frame = projected(900.0, 2, share=1.0, projected=900.0)
        rows = path(made([[400, 500, *[None] * 5]]), np.array([[0.5] + [1.0] * 6]), frame, spread())
        assert rows["projected"].tolist()[2:] == [900] * 5

    def test_without_past_buys_there_is_a_target_and_no_line(self):
        _, rows = paths(200, factors=NO_SPREAD)
        assert rows["target_units"].notna().all()
        assert rows[["slow_units", "hot_units"]].isna().all(axis=None)


def of_now(
    frame: pd.DataFrame, rows: pd.DataFrame, since: float = 0.0, week_part: float = 0.0
) -> pd.DataFrame:
    """What is needed on a day of the running week, of which a part has passed and ``since`` units
    were sold.
    """
    styles = pd.DataFrame(
        {"item": frame["item"], "net_units": frame["sold"] + since, "week_part": week_part}
    )
    return needed(frame.assign(life=7), rows, styles)


class TestNeeded:
    def test_stands_beside_its_path_and_needs_its_part_of_what_is_missing(self):
        """500 of 1,720 after two weeks: 1,220 are missing, the third week brings 15 of the 70 %
        still to come.
        """
        row = of_now(*paths(200, 300)).iloc[0]
        assert (row["target_now"], row["slow_now"], row["hot_now"]) == (
            pytest.approx(516),
            pytest.approx(412.8),
            pytest.approx(567.6),
        )
        assert row["needed"] == pytest.approx(1220 * 15 / 70)

    def test_in_the_middle_of_a_week_everything_is_of_the_same_day(self):
        """Three and a half days into the third week: half of its 15 % on top of the path, half of
        it and half of the fourth's still asked.
        """
        row = of_now(*paths(200, 300), since=100.0, week_part=0.5).iloc[0]
        assert row["target_now"] == pytest.approx(1720 * (0.30 + 0.075))
        assert row["needed"] == pytest.approx((1720 - 600) * 0.15 / (1 - 0.375))

    def test_in_its_first_week_the_path_begins_at_nothing(self):
        assert of_now(*paths(), since=20.0, week_part=0.5)["target_now"].iloc[0] == pytest.approx(
            1720 * 0.06
        )

    def test_a_goal_already_reached_needs_nothing(self):
        row = of_now(*paths(1000, 900)).iloc[0]
        assert row["needed"] == 0

    def test_before_the_launch_it_needs_the_first_weeks_share_and_stands_nowhere(self):
        row = of_now(*paths()).iloc[0]
        assert row["needed"] == pytest.approx(1720 * 0.12)
        assert np.isnan(row["target_now"])

    def test_after_the_last_week_nothing_is_asked(self):
        assert np.isnan(of_now(*paths(200, 300, 200, 300, 300, 200, 100))["needed"].iloc[0])

    def test_the_target_is_missed_from_the_first_week_below_it_for_good(self):
        """Below in the first week, on it in the second, then falling behind: 600 + 900·(S − .3) ÷
        .7 against 1,720·S, from the fourth week on.
        """
        frame, rows = paths(100, 500)
        assert of_now(frame, rows)["missed_from"].tolist() == [
            MONDAY + pd.Timedelta(weeks=3, days=6)
        ]
        assert (rows["projected"].fillna(rows["sold"]) >= rows["target_units"]).tolist() == [
            False,
            True,
            True,
            False,
            False,
            False,
            False,
        ]

    def test_a_goal_that_is_reached_is_never_missed(self):
        assert of_now(*paths(10, projected=1720.0))["missed_from"].isna().all()

    def test_a_style_below_its_path_throughout_misses_it_from_its_first_week(self):
        assert of_now(*paths(10, 10))["missed_from"].tolist() == [MONDAY + pd.Timedelta(days=6)]

    def test_an_unknown_goal_is_not_missed(self):
        row = of_now(*paths(200, goal=np.nan)).iloc[0]
        assert np.isnan(row["needed"])
        assert row["missed_from"] is pd.NaT


class TestStages:
    def rows(
        self,
        goal=(86.0, 40.0),
        bought=(100.0, 50.0),
        factors=None,
        tier=("push", "push"),
        life=(7, 7),
    ):
        share = np.vstack([SHARE, SHARE])
        running = made([[None] * 7] * 2, life=list(life))
        frame = pd.concat(
            [projected(0.0, 0, item=f"i0{n}", goal=goal[n], bought=bought[n]) for n in (0, 1)],
            ignore_index=True,
        )
        known = path(running, share, frame, spread() if factors is None else factors)
        return stages(known, frame.assign(tier=tier), (14, 35, 49))

    def test_sums_of_targets_by_sums_of_buys_at_the_ends_of_weeks(self):
        found = self.rows()
        assert found["day"].tolist() == [14, 35, 49]
        assert found["units"].tolist() == pytest.approx([126 * 0.30, 126 * 0.80, 126])
        assert found["target"].tolist() == pytest.approx([0.84 * 0.30, 0.84 * 0.80, 0.84])
        assert found["share"].tolist() == pytest.approx([0.30, 0.80, 1])
        assert found["slow"].tolist() == pytest.approx(
            [0.8 * 0.84 * 0.30, 0.8 * 0.84 * 0.80, 0.8 * 0.84]
        )
        assert found["styles"].tolist() == [2, 2, 2]

    def test_tiers_stand_apart_the_largest_first_and_a_missing_one_is_kept(self):
        found = self.rows(tier=("push", "signature"), bought=(100.0, 500.0))
        assert found["tier"].tolist() == ["signature"] * 3 + ["push"] * 3
        assert len(self.rows(tier=("push", None))) == 6

    def test_a_life_that_ends_before_a_stage_is_left_out_of_it(self):
        found = self.rows(life=(7, 4))
        assert found["styles"].tolist() == [2, 1, 1]
        assert found["units"].tolist()[1:] == pytest.approx([86 * 0.80, 86])

    def test_a_style_without_a_goal_is_no_part_of_the_sums(self):
        found = self.rows(goal=(86.0, np.nan))
        assert found["target"].tolist() == pytest.approx([0.86 * 0.30, 0.86 * 0.80, 0.86])
        assert found["styles"].tolist() == [1, 1, 1]

    def test_without_lines_slow_and_hot_are_unknown(self):
        found = self.rows(factors=NO_SPREAD)
        assert found["target"].notna().all()
        assert found[["slow", "hot"]].isna().all(axis=None)

    def test_nothing_running_gives_no_rows(self):
        found = stages(
            paths(200)[1].iloc[:0], projected(0.0, 0).assign(tier="push").iloc[:0], (14,)
        )
        assert found.empty
        assert "target" in found
