"""Projection: the published figures, naive loops, what past seasons may and may not teach, bounds,
and the edges.
"""

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest
from tests.analysis.pacing.tiny import NO_EVENTS, made, small_world

from destock.analysis.pacing.curve import fit
from destock.analysis.pacing.experience import Experience, credible, demand_of_buy, learn
from destock.analysis.pacing.lives import Lives, lives
from destock.analysis.pacing.projection import backtest, project

BOUNDS = ["sold", "low90", "low80", "projected", "high80", "high90"]


def shop(shown) -> tuple[Lives, Lives]:
    """Past and running season."""
    running = shown.styles["in_season"]
    return tuple(
        lives(shown.styles[rows], shown.weeks, shown.events) for rows in (~running, running)
    )


@cache
def experience_of(seed: int, every: int) -> Experience:
    """What the past of a simulated shop teaches; the same in every week of its running season."""
    return learn(shop(small_world(seed, 6, every)[0])[0], 4000)


def past(seasons: int = 2, styles: int = 8, seed: int = 4, bought: float = 200.0) -> Lives:
    """Past styles of five weeks that sell half, a quarter, … of about 100 units."""
    rng = np.random.default_rng(seed)
    count = seasons * styles
    units = rng.poisson(np.outer(rng.uniform(60, 140, count), [0.4, 0.25, 0.2, 0.1, 0.05]))
    year = 2024 - np.arange(count) // styles
    return made(units, bought=bought, season=[f"{one}SS" for one in year], season_year=year)


class TestCredible:
    """750 units sold when the textbook triangle is 53.09 % down its way; the buy foretold 1290,
    give or take 35 %.
    """

    SHARE = 1 / (1420 / 940 * 1660 / 1420 * 960 / 900)

    @pytest.mark.parametrize(("noise", "units"), [(0.0, 1412.09), (0.01, 1407.47), (1e15, 1355.17)])
    def test_published_figures(self, noise, units):
        assert float(credible(750, self.SHARE, 1290, 1 / 0.35**2, noise)) == pytest.approx(
            units, abs=0.005
        )

    def test_without_a_prior_it_is_the_chain_ladder(self):
        assert float(credible(750, 0.5309, np.nan, 8.0, 0.01)) == pytest.approx(750 / 0.5309)
        assert float(credible(750, 0.5309, 1290, 0.0, 0.01)) == pytest.approx(750 / 0.5309)

    def test_before_the_first_sale_it_is_the_prior(self):
        assert float(credible(0, 0.0, 1290, 8.0, 0.01)) == pytest.approx(1290)

    def test_with_nothing_sold_and_nothing_known_it_is_unknown(self):
        assert np.isnan(credible(0, 0.0, np.nan, 8.0, 0.0))

    def test_nothing_sold_so_far_lowers_what_the_buy_foretold(self):
        assert float(credible(0, 0.5, 100, 8.0, 0.0)) == pytest.approx(0.5 * 8 / (8 / 100 + 0.5))

    def test_more_returned_than_sold_counts_as_nothing_sold(self):
        assert float(credible(-20, 0.5, 100, 8.0, 0.0)) == float(credible(0, 0.5, 100, 8.0, 0.0))

    def test_lies_between_the_prior_and_the_chain_ladder_and_rises_with_sales(self):
        sold = np.linspace(1, 2000, 50)
        units = credible(sold, 0.5, 1290, 8.0, 0.01)
        assert (np.diff(units) > 0).all()
        assert (
            (units >= np.minimum(2 * sold, sold + 645) - 1e-9)
            & (units <= np.maximum(2 * sold, sold + 645) + 1e-9)
        ).all()


class TestLearn:
    def test_a_season_is_foretold_from_the_other_seasons_only(self):
        """What the left-out season sold late changes its outcome, and no word of its forecast."""
        known = past(3)
        last = (known.styles["season"] == "2024SS").to_numpy()
        changed = known.units.copy()
        changed[last, 3:] *= 7
        forecast = ["share", "prior", "last_year", "last_year_all", "straight_line", "sold"]
        one, other = (
            learn(
                Lives(known.styles, units, known.exposure, known.event, known.to_end), 100
            ).trials.query("season == '2024SS' and week <= 3")
            for units in (known.units, changed)
        )
        assert one[forecast].equals(other[forecast])
        assert (other["final"] > one["final"]).any()

    def test_every_past_style_is_tried_at_every_week_of_its_life(self):
        trials = learn(past(2), 100).trials
        assert (trials.groupby("item")["week"].agg(list).map(tuple) == (0, 1, 2, 3, 4)).all()
        assert trials.groupby("item")["sold"].is_monotonic_increasing.all()

    def test_one_season_is_tried_on_fifths_of_its_styles_and_one_style_not_at_all(self):
        assert len(learn(past(1, 10), 100).trials) == 50
        found = learn(past(1, 1), 100)
        assert found.trials.empty
        assert found.precision == 0

    def test_precision_is_that_of_the_buy_as_a_forecast(self):
        """Demand is the buy × a log-normal error of 20 %, the same in every season: precision about
        1 ÷ 0.04.
        """
        rng = np.random.default_rng(6)
        bought = rng.uniform(1000, 9000, 400)
        units = np.outer(bought * np.exp(rng.normal(-0.7, 0.2, 400)), [0.5, 0.5])
        known = made(units, bought=bought, season=np.repeat(["2023SS", "2024SS"], 200))
        assert 1 / learn(known, 100).precision == pytest.approx(0.04, rel=0.2)

    def test_without_buys_nothing_is_believed_of_them(self):
        assert learn(past(bought=np.nan), 100).precision == 0

    def test_a_buy_that_was_always_met_is_believed_without_end_of_reason(self):
        known = made(np.full((10, 2), 50.0), bought=100.0, season=["2023SS", "2024SS"] * 5)
        assert learn(known, 100).precision == pytest.approx(1e4)

    def test_styles_that_sold_out_say_nothing_of_the_noise_of_sales(self):
        """All sell half of their demand in the first week; half of them then have nothing left."""
        known = made(
            [[500, 500], [500, 0]] * 20,
            exposure=[[1, 1], [1, 0]] * 20,
            season=np.repeat(["2023SS", "2024SS"], 20),
        )
        assert learn(known, 100).noise.tolist() == [0]

    def test_last_years_curve_of_all_categories_is_their_sum(self):
        """2023 sold 10 of 40 coats and 60 of 80 dresses in the first week: 70 of 120."""
        known = made(
            [[10, 30], [60, 20], [35, 5]],
            season=["2023SS", "2023SS", "2024SS"],
            category=["coat", "dress", "coat"],
        )
        last = learn(known, 0).trials.query("week == 1 and season == '2024SS'").iloc[0]
        assert last[["last_year", "last_year_all"]].tolist() == pytest.approx([140, 60])

    def test_last_years_curve_is_that_of_the_season_before(self):
        known = made([[10, 30], [30, 10], [20, 20]], season=["2022SS", "2023SS", "2024SS"])
        found = learn(known, 0).trials.query("week == 1").set_index("season")["last_year"]
        assert found.to_dict() == pytest.approx(
            {"2022SS": 10 / 0.75, "2023SS": 30 / 0.25, "2024SS": 20 / 0.75}
        )


class TestProject:
    def now(self, sold, **columns) -> Lives:
        return made(
            [[*sold, *[None] * (5 - len(sold))]],
            **({"season": "2025SS", "bought": 200.0} | columns),
        )

    @pytest.mark.parametrize("week", [0, 1, 6, 20])
    def test_bounds_hold_each_other_between_what_was_sold_and_what_was_bought(self, week):
        _, running = shop(small_world(1, week)[0])
        found = project(running, experience_of(1, 8))
        assert not found[BOUNDS].isna().any(axis=None)
        assert (found[BOUNDS].diff(axis=1).iloc[:, 1:] >= -1e-9).all(axis=None)
        assert (found["high90"] <= found["bought"]).all()

    def test_a_planted_season_is_met_and_its_bounds_hold(self):
        shown, final = small_world(2, 8, every=3)
        found = project(shop(shown)[1], experience_of(2, 3)).assign(
            final=lambda frame: frame["item"].map(final)
        )
        assert (found["projected"] - found["final"]).abs().sum() < 0.15 * found["final"].sum()
        assert found["final"].between(found["low80"] - 1e-9, found["high80"] + 1e-9).mean() > 0.65

    def test_the_order_of_rows_and_the_weeks_to_come_do_not_matter(self):
        shown, _ = small_world(1, 6)
        late = shown.styles.loc[shown.styles["in_season"], "item"]
        future = pd.DataFrame({"item": late, "age": 30, "net_units": 1e6, "in_stock_share": 1.0})
        mixed = pd.concat([shown.weeks, future]).sample(frac=1, random_state=1)
        rows = shown.styles.sample(frac=1, random_state=2)
        other = [
            lives(rows[rows["in_season"] == now], mixed, shown.events) for now in (False, True)
        ]
        pd.testing.assert_frame_equal(
            project(shop(shown)[1], experience_of(1, 8)), project(other[1], learn(other[0], 4000))
        )

    def test_without_a_buy_nothing_is_cut_and_stock_outs_are_a_part_of_what_is_usual(self):
        """Half of past styles ran out after the first week; a running one without a buy is expected
        to do as they did together.
        """
        units = [[50, 50], [50, 0]] * 40
        known = made(
            units, exposure=[[1, 1], [1, 0]] * 40, season=np.repeat(["2023SS", "2024SS"], 40)
        )
        running = made([[50, None]], season="2025SS")
        found = project(running, learn(known, 0)).iloc[0]
        assert (found["low80"], found["high80"]) == (50, pytest.approx(100, abs=1))
        assert np.isfinite(found["high90"])

    def test_where_stock_never_ran_out_a_style_that_sells_twice_as_much_is_expected_to_end_higher(
        self,
    ):
        experience = learn(past(3), 1)
        one, two = (project(self.now([sold]), experience)["demand"].iloc[0] for sold in (30, 60))
        assert one < two

    def test_a_style_that_sold_out_in_its_first_week_stays_there(self):
        found = project(self.now([200]), learn(past(3), 100)).iloc[0]
        assert found[BOUNDS].tolist() == [200] * 6
        assert found["demand"] > 200

    def test_a_style_not_yet_launched_is_expected_as_its_buy_foretells(self):
        found = project(self.now([]), learn(past(3, 30), 100)).iloc[0]
        assert (found["week"], found["sold"], found["share"]) == (0, 0, 0)
        assert found["expected"] == pytest.approx(found["prior"])
        assert found["prior"] == pytest.approx(100, rel=0.15)

    def test_a_style_that_sold_nothing_is_expected_to_sell_less_than_its_buy_foretold(self):
        found = project(self.now([0, 0]), learn(past(3, 30), 100)).iloc[0]
        assert 0 <= found["projected"] < found["prior"] / 3

    def test_a_style_with_more_returned_than_sold_is_not_expected_below_nothing(self):
        found = project(self.now([3, -8]), learn(past(3, 30), 100)).iloc[0]
        assert found["sold"] == -5
        assert found["sold"] <= found["low90"] <= found["projected"] <= found["high90"] <= 200

    def test_without_sales_and_without_a_buy_nothing_is_known(self):
        found = project(self.now([], bought=np.nan), learn(past(3, bought=np.nan), 100)).iloc[0]
        assert np.isnan(found["projected"])

    def test_one_past_style_gives_an_estimate_and_no_bounds(self):
        found = project(self.now([40]), learn(made([[40, 25, 20, 10, 5]]), 100)).iloc[0]
        assert found["projected"] == pytest.approx(100)
        assert found[["low80", "high80"]].isna().all()

    @pytest.mark.parametrize("seasons", [2, 3])
    def test_an_estimate_always_wrong_one_way_is_set_right_within_its_bounds(self, seasons):
        """Every past style sold e⁻¹ of what was then expected still to come."""
        found = project(made([[10, None]], bought=500.0), self.wrong(seasons)).iloc[0]
        assert found["demand"] == pytest.approx(10 + (found["expected"] - 9) * np.exp(-1) - 1)
        assert found["low80"] <= found["projected"] <= found["high80"]

    @pytest.mark.parametrize(("seasons", "part"), [(2, 2 / 3), (3, 3 / 4)])
    def test_where_no_buy_is_known_it_is_set_right_in_part(self, seasons, part):
        found = project(made([[10, None]]), self.wrong(seasons)).iloc[0]
        assert found["demand"] == pytest.approx(10 + (found["expected"] - 9) * np.exp(-part) - 1)
        assert found["low80"] <= found["projected"] <= found["high80"]

    def wrong(self, seasons: int) -> Experience:
        trials = pd.DataFrame(
            {
                "item": [f"i{row}" for row in range(10 * seasons)],
                "season": np.repeat(np.arange(seasons), 10),
                "week": 1,
                "sold": 10.0,
                "expected": 109.0,
                "bought": 500.0,
                "grown": 1.0,
            }
        )
        trials["final"] = trials["demand"] = 10 + 100 * np.exp(-1) - 1
        past = made([[10, 99]])
        return Experience(past, fit(past, 0), trials, 0.0, pd.Series(dtype=float))

    def test_what_was_usually_bought_again_may_be_sold_beyond_the_buy(self):
        """Past styles sold 90 of 100 in their first week, were then bought again, half as much as
        before, and sold that too. Where that is not known the buy is the end.
        """
        units, bought = [[90, 30, 20, 10]] * 60, np.full((60, 4), 150.0)
        bought[:, 0] = 100.0
        season = np.repeat(["2023SS", "2024SS"], 30)
        known = made(units, bought=150.0, season=season)
        running = made([[90, None, None, None]], bought=100.0, season="2025SS")
        again = learn(replace(known, committed=bought), 1)
        more, same = (project(running, one).iloc[0] for one in (again, learn(known, 1)))
        assert more["projected"] == pytest.approx(150)
        assert same["projected"] == pytest.approx(100)

    def test_units_and_buys_ten_times_as_large_give_the_same_shares_reached(self):
        shown, _ = small_world(1, 6)
        large = shown.weeks.assign(net_units=10 * shown.weeks["net_units"])
        bought = shown.styles.assign(received=10 * shown.styles["received"])
        one = project(shop(shown)[1], experience_of(1, 8))
        running = bought["in_season"]
        other = project(
            lives(bought[running], large, shown.events),
            learn(lives(bought[~running], large, shown.events), 40_000),
        )
        assert other["share"].tolist() == pytest.approx(one["share"].tolist())
        assert other["prior"].tolist() == pytest.approx((10 * one["prior"]).tolist())

    def test_a_new_category_is_foretold_from_all_buys(self):
        known = past(3, 30)
        found = project(self.now([40], category="cape"), learn(known, 100)).iloc[0]
        assert found["prior"] == pytest.approx(
            project(self.now([40]), learn(known, 100))["prior"].iloc[0]
        )

    def test_an_empty_season_gives_no_rows(self):
        running = self.now([1]).where(np.array([False]))
        assert project(running, learn(past(), 100)).empty


class TestPrior:
    def test_demand_of_a_style_that_sold_out_is_what_it_would_have_sold(self):
        """It sold all 50 of its buy in the first half of its life: demand 100, twice the buy; as
        did the others.
        """
        known = made(
            [[100, 100], [50, 0], [50, 0]] * 3,
            bought=[100.0, 50.0, 50.0] * 3,
            exposure=[[1, 1], [1, 0], [1, 0]] * 3,
        )
        share = np.tile([0.5, 1.0], (9, 1))
        assert demand_of_buy(
            known, share, made([[None, None]], bought=300.0)
        ).tolist() == pytest.approx([600])

    def test_large_buys_that_were_partly_errors_are_believed_in_part(self):
        rng = np.random.default_rng(0)
        bought = np.exp(rng.normal(5, 1, 300))
        known = made(np.round(8 * bought[:, None] ** 0.6 * [0.5, 0.5]), bought=bought)
        share = np.tile([0.5, 1.0], (300, 1))
        assert demand_of_buy(known, share, made([[0, 0]], bought=1000.0)).tolist() == pytest.approx(
            [8 * 1000**0.6], rel=0.02
        )

    def test_a_category_has_its_own_level(self):
        known = made(
            [[50, 50]] * 10 + [[20, 20]] * 10, bought=100.0, category=["dress"] * 10 + ["coat"] * 10
        )
        running = made([[0, 0]] * 2, bought=100.0, category=["dress", "coat"])
        assert demand_of_buy(
            known, np.tile([0.5, 1.0], (20, 1)), running
        ).tolist() == pytest.approx([100, 40])


class TestBacktest:
    def test_equals_a_naive_loop_over_past_styles(self):
        experience = learn(past(3, bought=110.0), 100)
        found = backtest(experience).set_index(["week", "method"])
        for week in (1, 2, 3, 4):
            rows = experience.trials[experience.trials["week"] == week]
            for method in ("expected", "last_year", "last_year_all", "straight_line"):
                off, miss, sold = (
                    0.0,
                    dict.fromkeys(rows["season"], 0.0),
                    dict.fromkeys(rows["season"], 0.0),
                )
                for row in rows.to_dict("records"):
                    estimate = min(max(row[method], row["sold"]), max(row["bought"], row["sold"]))
                    off += abs(estimate - row["final"])
                    miss[row["season"]] += estimate - row["final"]
                    sold[row["season"]] += row["final"]
                line, biases = (
                    found.loc[(week, method)],
                    [miss[season] / sold[season] for season in miss],
                )
                assert line["error"] == pytest.approx(off / sum(sold.values()))
                assert line["bias"] == pytest.approx(sum(miss.values()) / sum(sold.values()))
                assert (line["bias_high"], line["bias_low"]) == (
                    pytest.approx(max(biases)),
                    pytest.approx(min(biases)),
                )
                assert (line["styles"], line["seasons"]) == (24, 3)

    def test_the_estimate_beats_the_simple_ones_in_a_planted_shop(self):
        found = backtest(experience_of(2, 3)).pivot(index="week", columns="method", values="error")
        assert (found.loc[4:8, "expected"] < found.loc[4:8, "last_year"]).all()
        assert (found.loc[4:8, "expected"] < found.loc[4:8, "straight_line"]).all()

    def test_without_a_trial_there_is_no_row_and_every_column(self):
        found = backtest(learn(past(1, 1), 100))
        assert found.empty
        assert list(found) == [
            "week",
            "method",
            "error",
            "bias",
            "bias_low",
            "bias_high",
            "styles",
            "seasons",
        ]


def test_a_season_without_events_works():
    shown, _ = small_world(1, 6)
    running = shown.styles["in_season"]
    before, now = (
        lives(shown.styles[rows], shown.weeks, NO_EVENTS) for rows in (~running, running)
    )
    assert not project(now, learn(before, 4000))["projected"].isna().any()
