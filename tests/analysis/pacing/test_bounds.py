"""Means and bounds from past cases: which are drawn, how they are widened, quantiles by hand."""

import numpy as np
import pandas as pd
import pytest

from destock.analysis.pacing.bounds import (
    LEAST_TRIALS,
    SEASON_SD,
    draws,
    in_part,
    mean,
    quantiles,
    widened,
)


def trials(count: int) -> pd.DataFrame:
    """Case i was expected to sell i ÷ count of its buy, was off by i and grew by i."""
    number = np.arange(count, dtype=float)
    return pd.DataFrame(
        {
            "item": [f"i{i:03}" for i in range(count)],
            "expected": number,
            "bought": float(count),
            "sold": -number,
            "error": number,
            "grown": number,
            "rest": 1.0,
        }
    )


class TestDraws:
    def drawn(self, expected: float, count: int = 100, bought: bool = True) -> dict:
        frame = pd.DataFrame({"expected": [expected], "bought": [100.0], "sold": [-expected]})
        return draws(frame, trials(count).sample(frac=1, random_state=3), bought)

    def test_the_nearest_in_what_they_were_expected_to_sell_through_are_drawn(self):
        found = self.drawn(50.0)["error"][0]
        assert sorted(found) == list(range(50 - 12, 50 + 13))

    def test_growth_is_drawn_with_its_error(self):
        found = self.drawn(50.0)
        assert (found["error"] == found["grown"]).all()

    @pytest.mark.parametrize(("expected", "first"), [(-9.0, 0), (999.0, 100 - LEAST_TRIALS)])
    def test_at_the_ends_there_are_as_many(self, expected, first):
        assert sorted(self.drawn(expected)["error"][0]) == list(range(first, first + LEAST_TRIALS))

    def test_few_cases_are_all_drawn(self):
        assert self.drawn(5.0, count=8)["error"].shape == (1, 8)

    def test_without_a_buy_those_that_sold_as_much_are(self):
        assert self.drawn(0.0, bought=False)["error"][0].max() == LEAST_TRIALS - 1


class TestWidened:
    error = np.array([[-0.2, 0.0, 0.2]])

    def test_errors_of_two_seasons_stay_as_they_are(self):
        assert widened(self.error, 2).tolist() == self.error.tolist()

    def test_one_season_is_widened_by_what_seasons_differ(self):
        found = widened(self.error + 1, 1)
        assert found.mean() == pytest.approx(1)
        assert found.var() == pytest.approx(self.error.var() + SEASON_SD**2)

    def test_without_a_buy_the_mean_is_believed_in_part(self):
        found = in_part(np.full((1, 4), 0.9), 2)
        assert found.tolist() == pytest.approx(np.full((1, 4), 0.6))


class TestMean:
    def test_of_what_is_cut_is_less_than_what_the_mean_is_cut_to(self):
        """Demands of 50 and 150 with 100 to be had: 75, though their mean is 100."""
        assert mean(np.minimum([[50.0, 150.0]], 100.0), np.ones((1, 2))).tolist() == [75]

    def test_large_rests_count_by_their_units(self):
        units, rest = np.repeat([10.0, 20.0], 10), np.repeat([1.0, 3.0], 10)
        assert mean(units[None], rest[None]).tolist() == [17.5]

    def test_one_past_style_that_took_off_does_not_lift_all_that_stood_like_it(self):
        units = np.append(np.full(19, 10.0), 1000.0)
        assert mean(units[None], np.ones((1, 20))).tolist() == [10]

    def test_of_equals_is_the_same_to_the_last_digit(self):
        rest = np.random.default_rng(0).uniform(1, 9, (1, 50))
        assert mean(np.full((1, 50), 266.1), rest).tolist() == [266.1]


class TestQuantiles:
    def test_of_ten_values_only_the_least_and_the_largest_hold_eighty_percent(self):
        values = np.random.default_rng(1).permutation(np.arange(1, 11.0))[None, :]
        assert quantiles(values, [0.1, 0.9]).tolist() == [[1, 10]]

    def test_of_ninety_nine_the_tenth_from_either_end(self):
        assert quantiles(np.arange(1, 100.0)[None, :], [0.1, 0.9]).tolist() == [[10, 90]]

    def test_two_give_themselves(self):
        assert quantiles(np.array([[2.0, 1.0]]), [0.05, 0.95]).tolist() == [[1, 2]]
