"""Selling on week by week, and what is left in the end: by hand, and against a plain loop."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from destock.analysis.clearance.waiting import Ending, Holding, Sizes, ending, run_down

FREE = Holding(0.0, 0.0, 0.0, 2)


def one(units: list[float], share: list[float]) -> Sizes:
    return Sizes(np.array([units]), np.array([share]))


class TestRunDown:
    def test_two_weeks_by_hand(self):
        """20 units, 10 a week at 444, 1.40 of storage a unit and week, 10 % a year; a jobber pays
        200, 3 % less each week.
        """
        holding = Holding(0.10, 1.4, 0.03, 1)
        jobber = ending(np.array([200.0]), np.zeros((1, 2)), np.nan, holding)
        demand, net = np.full((1, 1, 2), 10.0), np.full((1, 2), 444.0)
        found = run_down(one([20.0], [1.0]), demand, net, jobber, holding)
        week = 1.1 ** (-7 / 365)
        sold_on = 4440 * week - 20 * 1.4
        assert found["value"][0, 0].tolist() == pytest.approx(
            [
                20 * 200,
                sold_on + 10 * 194 * week,
                sold_on + 4440 * week**2 - 10 * 1.4 * week,
            ]
        )
        assert found["cash"][0, 0].tolist() == pytest.approx([4000, 4440 - 28 + 1940, 4412])
        assert found["left"][0, 0].tolist() == [20, 10, 0]

    @given(
        st.lists(st.floats(0, 30), min_size=1, max_size=5),
        st.lists(st.floats(0, 20), min_size=1, max_size=6),
        st.floats(0, 2),
        st.floats(0, 0.5),
    )
    def test_it_is_a_plain_loop_over_weeks_and_sizes(self, units, weekly, storage, rate):
        share = np.arange(1.0, len(units) + 1)
        share /= share.sum()
        holding = Holding(rate, storage, 0.05, 3)
        left_over = ending(np.array([7.0]), np.full((1, len(weekly)), 9.0), 0.2, holding)
        found = run_down(
            one(units, list(share)),
            np.array([[weekly]]),
            np.full((1, len(weekly)), 50.0),
            left_over,
            holding,
        )
        left, brought = np.array(units), 0.0
        for week, wanted in enumerate(weekly):
            today = (1 + rate) ** (-7 * week / 365)
            value = brought + left.sum() * left_over.worth[0, week] * today
            assert found["value"][0, 0, week] == pytest.approx(value, abs=1e-6)
            sold = np.minimum(share * wanted, left)
            brought -= left.sum() * storage * today
            left = left - sold
            brought += sold.sum() * 50.0 * (1 + rate) ** (-7 * (week + 1) / 365)
        assert found["left"][0, 0, -1] == pytest.approx(left.sum(), abs=1e-9)

    def test_a_broken_run_sells_slower(self):
        none = Ending(*(np.zeros((1, 3)) for _ in range(3)))
        demand, net = np.full((1, 1, 2), 10.0), np.full((1, 2), 1.0)
        whole = run_down(one([10.0, 10.0], [0.5, 0.5]), demand, net, none, FREE)
        broken = run_down(one([20.0, 0.0], [0.5, 0.5]), demand, net, none, FREE)
        assert whole["value"][0, 0].tolist() == [0, 10, 20]
        assert broken["value"][0, 0].tolist() == [0, 5, 10]


class TestEnding:
    def test_without_a_pace_it_is_the_jobber_alone(self):
        found = ending(np.array([10.0]), np.full((1, 2), 99.0), np.nan, Holding(0.1, 1.0, 0.5, 1))
        assert found.worth.tolist() == [[10, 5, 2.5]]
        assert found.cash.tolist() == [[10, 5, 0]]
        assert not found.cleared.any()

    def test_clearing_half_each_week_at_full_value_brings_nearly_all_of_it(self):
        found = ending(np.array([1.0]), np.full((1, 60), 8.0), 0.5, FREE)
        assert found.worth[0, 0] == pytest.approx(8.0, abs=1e-6)
        assert found.cash[0, 0] == pytest.approx(6.0)  # two weeks: a half and a quarter
        assert found.cleared[0, 0]

    def test_clearing_is_no_way_where_storage_eats_it(self):
        found = ending(np.array([1.0]), np.full((1, 10), 8.0), 0.01, Holding(0.0, 1.0, 0.0, 2))
        assert not found.cleared.any()
        assert found.worth.tolist() == [[1.0] * 11]

    @given(st.floats(0.01, 0.9), st.floats(0, 50), st.floats(0, 50))
    def test_it_is_never_worth_less_than_the_jobber_pays(self, pace, jobber, net):
        holding = Holding(0.10, 0.3, 0.03, 4)
        found = ending(np.array([jobber]), np.full((1, 20), net), pace, holding)
        assert (found.worth >= jobber * 0.97 ** np.arange(21) - 1e-9).all()


class TestSizes:
    def test_fewer_units_are_fewer_of_each_size_and_more_come_as_customers_want(self):
        shelf = one([30.0, 10.0], [0.25, 0.75])
        assert shelf.of(np.array([20.0])).units.tolist() == [[15, 5]]
        assert shelf.of(np.array([48.0])).units.tolist() == [[32, 16]]
