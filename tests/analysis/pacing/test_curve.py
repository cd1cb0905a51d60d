"""Season curves: the textbook triangle, statsmodels as oracle, planted curves and events, and the
edges.
"""

import numpy as np
import pytest
import statsmodels.api as sm
from tests.analysis.pacing.tiny import made

from destock.analysis.pacing.curve import by_day, fit, monotone, reached

TRIANGLE = [[200, 520, 780, 900, 960], [150, 420, 640, 760, None], [300, 750, None, None, None]]
SHARES = [0.2042, 0.5309, 0.8020, 0.9375, 1]


def weekly(cumulative):
    return np.diff(np.array(cumulative, float), axis=1, prepend=0.0)


def shares(known, prior_units: float = 0.0) -> np.ndarray:
    return reached(known, fit(known, prior_units))


class TestFit:
    def test_is_the_chain_ladder_where_only_the_future_is_missing(self):
        assert shares(made(weekly(TRIANGLE)))[0].tolist() == pytest.approx(SHARES, abs=5e-5)

    def test_is_poisson_maximum_likelihood_with_gaps_partial_weeks_and_an_event_that_moves(self):
        rng = np.random.default_rng(3)
        exposure = rng.choice([0, 0.6, 1, 1, 1], (8, 6))
        event = np.zeros((8, 6), int)
        event[np.arange(8), [1, 2, 3, 4, 1, 2, 3, 4]] = 1
        units = rng.poisson(
            np.outer(rng.uniform(50, 300, 8), [5, 4, 3, 2, 2, 1]) / 17 * np.where(event, 1.6, 1)
        ) * (exposure > 0)
        curve = fit(made(units, exposure=exposure, event=event), 0.0)
        row, age = np.nonzero(exposure)
        dummies = np.hstack([np.eye(8)[row], np.eye(6)[age][:, 1:], event[row, age][:, None]])
        glm = sm.GLM(
            units[row, age],
            dummies,
            family=sm.families.Poisson(),
            offset=np.log(exposure[row, age]),
        ).fit(tol=1e-12)
        by_age = np.exp(np.append(0, glm.params[8:13]))
        assert curve.weekly.iloc[-1].to_numpy() == pytest.approx(by_age / by_age.sum(), abs=1e-6)
        assert curve.event[1] == pytest.approx(np.exp(glm.params[13]), abs=1e-5)

    def test_finds_a_planted_curve_and_a_planted_lift_of_an_event_that_moves_between_seasons(self):
        rng = np.random.default_rng(11)
        true = np.array([10, 18, 20, 16, 12, 9, 7, 4, 3, 1]) / 100
        event = np.zeros((60, 10), int)
        event[np.arange(60), np.repeat([2, 4, 5], 20)] = 3
        units = rng.poisson(np.outer(rng.uniform(300, 900, 60), true) * np.where(event, 1.5, 1))
        curve = fit(made(units, event=event), 1.0)
        assert curve.weekly.iloc[-1].to_numpy() == pytest.approx(true, abs=0.004)
        assert curve.event[3] == pytest.approx(1.5, abs=0.06)

    def test_stock_that_runs_out_does_not_flatten_the_curve(self):
        rng = np.random.default_rng(2)
        true = np.full(10, 0.1)
        demand = rng.poisson(np.outer(rng.uniform(200, 600, 80), true))
        gone = np.arange(10) >= rng.integers(3, 15, 80)[:, None]
        known = made(np.where(gone, 0, demand), exposure=1.0 - gone)
        naive = np.where(gone, 0, demand)[:, :5].sum() / np.where(gone, 0, demand).sum()
        assert naive > 0.57
        assert shares(known)[0, 4] == pytest.approx(0.5, abs=0.01)

    def test_a_small_category_leans_on_the_larger_ones_and_a_large_one_on_itself(self):
        known = made([[5, 5, 0, 0], [4000, 3000, 2000, 1000]], category=["small", "large"])
        small, large = shares(known, 4000)[:, 0]
        assert large == pytest.approx(0.4, abs=0.001)
        assert small == pytest.approx(0.4, abs=0.01)
        assert shares(known, 0)[0, 0] == 0.5

    def test_a_node_leans_on_its_parent_as_on_one_more_style_of_so_many_units(self):
        """Root 30:70. The first category sold 20:0 alone: (20 + 10·0.3) ÷ 30, and again for its
        tier.
        """
        found = shares(
            made([[20, 0], [10, 70]], parent_category=["a", "b"], category="", tier=""), 10.0
        )
        parent = (20 + 10 * 0.3) / 30
        category = (20 + 10 * parent) / 30
        assert found[0, 0] == pytest.approx((20 + 10 * category) / 30, abs=1e-4)

    def test_weeks_with_more_returned_than_sold_count_as_nothing_sold(self):
        assert shares(made([[6, -2, 4]]))[0].tolist() == pytest.approx([0.6, 0.6, 1])

    def test_names_with_a_slash_are_no_path(self):
        """A category "a/b" and a tier b of category a are strangers."""
        known = made([[9, 1], [1, 9]], parent_category="p", category=["a/b", "a"], tier=["", "b"])
        assert len(fit(known, 0.0).weekly) == 6
        assert shares(known)[:, 0].tolist() == pytest.approx([0.9, 0.1])

    def test_the_same_category_under_two_parents_has_two_curves(self):
        assert shares(made([[9, 1], [1, 9]], parent_category=["men", "women"]))[
            :, 0
        ].tolist() == pytest.approx([0.9, 0.1])

    def test_units_and_prior_ten_times_as_large_give_the_same_shares(self):
        units = np.random.default_rng(1).poisson(20, (12, 6))
        category = ["a", "b", "c"] * 4
        assert shares(made(10 * units, category=category), 500).ravel() == pytest.approx(
            shares(made(units, category=category), 50).ravel()
        )

    def test_the_order_of_styles_does_not_matter(self):
        units, order = (
            np.random.default_rng(1).poisson(20, (12, 6)),
            np.random.default_rng(2).permutation(12),
        )
        category = np.array(["a", "b", "c"] * 4)
        one, other = (
            shares(made(units, category=category), 50),
            shares(made(units[order], category=category[order]), 50),
        )
        assert one[order].ravel() == pytest.approx(other.ravel())

    @pytest.mark.parametrize("there", [True, False])
    def test_without_a_past_style_or_a_week_in_stock_sales_are_expected_evenly(self, there):
        past = made([[1, 2], [3, 4]], exposure=[[0, 0], [0, 0]]).where(np.array([there, there]))
        assert reached(made([[1, None]]), fit(past, 100)).tolist() == [[0.5, 1.0]]


class TestReached:
    PAST = made([[40, 30, 20, 10], [10, 20, 30, 40]], category=["dress", "coat"])

    def test_rises_to_one_at_the_exit_whatever_the_life(self):
        share = reached(made([[1, 1, 1, 1]] * 4, life=[1, 2, 3, 4]), fit(self.PAST, 10))
        assert (np.diff(share, axis=1) >= 0).all()
        assert [share[row, row] for row in range(4)] == pytest.approx([1, 1, 1, 1])

    def test_a_short_life_is_a_part_of_a_long_one(self):
        assert reached(made([[1, 1]], life=2), fit(self.PAST, 0))[0].tolist() == pytest.approx(
            [4 / 7, 1]
        )

    def test_a_life_longer_than_any_past_one_ends_with_the_longest_known(self):
        share = reached(made([[1] * 6]), fit(self.PAST, 0))[0]
        assert share.tolist() == pytest.approx([0.4, 0.7, 0.9, 1, 1, 1])

    def test_an_unknown_tier_goes_the_way_of_its_category_and_so_on_up_to_all(
        self,
    ):
        curve = fit(self.PAST, 0)
        share = reached(
            made(
                [[1] * 4] * 3,
                parent_category=["women", "women", "men"],
                category=["coat", "hat", "hat"],
                tier="new",
            ),
            curve,
        )
        assert share[:, 0].tolist() == pytest.approx([0.1, 0.25, 0.25])

    def test_styles_without_tier_category_or_parent_work(self):
        known = made([[3, 1]], parent_category=None, category=None, tier=np.nan)
        assert shares(known)[0].tolist() == pytest.approx([0.75, 1])

    def test_an_event_that_no_past_season_has_shown_has_no_effect(self):
        curve = fit(
            made([[10, 20, 10, 10], [10, 10, 20, 10]], event=[[0, 1, 0, 0], [0, 0, 1, 0]]), 0
        )
        assert (
            reached(made([[1] * 4], event=[[0, 9, 0, 0]]), curve)[0].tolist()
            == reached(made([[1] * 4]), curve)[0].tolist()
        )

    def test_an_event_lifts_the_week_it_falls_into_this_year(self):
        past = made([[10, 20, 10, 10], [10, 10, 20, 10]], event=[[0, 1, 0, 0], [0, 0, 1, 0]])
        share = reached(made([[1] * 4], event=[[0, 0, 0, 1]]), fit(past, 0))[0]
        assert np.diff(share, prepend=0).tolist() == pytest.approx([0.2, 0.2, 0.2, 0.4], abs=1e-4)


class TestByDay:
    def test_published_example_of_shares_that_must_not_fall(self):
        raw = [0.05, 0.12, 0.21, 0.20, 0.33, 0.41, 0.40, 0.55, 0.70, 0.86]
        smooth = monotone(np.array(raw), np.array([9, 9, 9, 9, 9, 8, 8, 7, 7, 6.0]))
        assert smooth.tolist() == pytest.approx(
            [0.05, 0.12, 0.205, 0.205, 0.33, 0.405, 0.405, 0.55, 0.70, 0.86]
        )
        assert float(by_day(smooth, np.array([30]))[0]) == pytest.approx(0.22431, abs=5e-6)

    def test_heavier_weeks_pull_harder(self):
        assert monotone(np.array([0.4, 0.1]), np.array([3.0, 1.0])).tolist() == pytest.approx(
            [0.325, 0.325]
        )

    def test_meets_the_ends_of_weeks_and_never_overshoots_or_falls(self):
        ends = np.array([0.02, 0.02, 0.5, 0.5, 0.51, 1.0])
        days = by_day(ends, np.arange(0, 60))
        assert days[7:43:7].tolist() == pytest.approx(ends.tolist())
        assert days[0] == 0
        assert (np.diff(days) >= -1e-12).all()
        assert days.max() == pytest.approx(1)
