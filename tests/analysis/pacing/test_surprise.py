"""What the course of sales adds to an estimate: the signs by hand, and what few trials teach."""

import numpy as np
import pandas as pd
import pytest

from destock.analysis.pacing.surprise import corrected, error, learned, signs


def standing(**columns) -> pd.DataFrame:
    usual = {
        "sold": 50.0,
        "share": 0.5,
        "prior": 100.0,
        "expected": 100.0,
        "bought": 200.0,
        "usual": 200.0,
        "recent": 20.0,
        "due": 20.0,
    }
    return pd.DataFrame([usual | columns])


class TestSigns:
    def test_what_sells_as_foretold_has_no_sign_but_what_will_be_left_of_it(self):
        assert signs(standing()).tolist() == [[0, 0, 0, 0.5, 0]]

    def test_more_sold_and_more_of_late_than_foretold(self):
        found = signs(standing(sold=100.5, recent=40.5, bought=100.0))
        assert found.tolist() == [[np.log(2), 0, np.log(2), 0, 0]]

    def test_less_sold_than_foretold_counts_twice_and_a_large_buy_more(self):
        found = signs(standing(sold=24.75, expected=50.0, bought=400.0))[0]
        assert found.tolist() == pytest.approx(
            [np.log(0.5), np.log(0.5), 0, 0.875, 0.875 * np.log(2)]
        )

    def test_unknown_is_no_sign(self):
        found = signs(standing(prior=np.nan, bought=np.nan, usual=np.nan, due=np.nan))
        assert found.tolist() == [[0, 0, 0, 0, 0]]

    def test_before_the_first_week_there_is_none(self):
        found = signs(standing(sold=0.0, share=0.0, recent=0.0, due=0.0))
        assert found.tolist() == [[0, 0, 0, 0, 0]]


class TestLearned:
    def trials(self, count: int, elasticity: float = 1.0, seed: int = 1) -> pd.DataFrame:
        """What is still to come moves with the course of the last two weeks; nothing else does."""
        rng = np.random.default_rng(seed)
        course = rng.normal(0, 0.5, count)
        return pd.concat([standing()] * count, ignore_index=True).assign(
            fold=np.arange(count) % 3,
            week=4,
            bought=100.0,
            usual=100.0,
            recent=20.5 * np.exp(course) - 0.5,
            demand=50 + 51 * np.exp(elasticity * course) - 1,
        )

    def test_many_trials_teach_how_much_the_course_means(self):
        trials = self.trials(6000)
        slopes = learned(trials)[1]
        assert slopes[4].tolist() == pytest.approx([0, 0, 1, 0, 0], abs=0.15)

    def test_few_trials_leave_the_estimate_alone(self):
        expected, slopes = learned(self.trials(6))
        assert np.abs(slopes).max() < 0.05
        assert expected.to_numpy() == pytest.approx(100, abs=3)

    def test_a_fold_is_set_right_by_the_others_only(self):
        one = self.trials(300)
        other = one.assign(demand=one["demand"].where(one["fold"] != 0, 500.0))
        same = one["fold"] == 0
        assert learned(one)[0][same].tolist() == pytest.approx(learned(other)[0][same].tolist())

    def test_neighbouring_weeks_learn_together_and_others_do_not(self):
        slopes = learned(self.trials(6000))[1]
        late = learned(pd.concat([self.trials(6000), self.trials(3, seed=2).assign(week=6)]))[1]
        assert slopes[3, 2] == pytest.approx(slopes[4, 2])
        assert (slopes[:3] == 0).all()
        assert abs(late[6, 2]) < 0.05

    def test_an_estimate_all_wrong_by_the_same_is_not_set_right_here(self):
        trials = self.trials(300, elasticity=0.0).assign(demand=300.0)
        assert learned(trials)[0].tolist() == pytest.approx([100] * 300, abs=1)


def test_the_error_is_in_logs_of_what_was_still_to_come():
    assert error(standing(final=50 + 51 * np.e - 1), "final").tolist() == pytest.approx([1])


def test_an_estimate_is_set_right_from_what_was_sold():
    slopes = np.array([[0, 0, 2.0, 0, 0]])
    found = corrected(standing(recent=40.5, bought=100.0), slopes)
    assert found.tolist() == pytest.approx([50 + 51 * 4 - 1])
