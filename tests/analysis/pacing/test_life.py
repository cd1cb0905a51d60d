"""When a life begins: by hand, with samples before it, launched again, and never sold."""

import numpy as np
import pandas as pd
import pytest

from destock.analysis.pacing.life import begins

MONDAY = pd.Timestamp("2025-03-03")
EXIT = pd.Timestamp("2025-08-31")


def week(number: int) -> pd.Timestamp:
    return MONDAY + pd.Timedelta(weeks=number)


def lived(sold, stocked=None, received=None, left=None, first=0, **now) -> pd.Series:
    """The life of one item that sold so much in each week from the ``first`` on."""
    n = len(sold)
    weeks = pd.DataFrame(
        {
            "item": "a",
            "week": [week(first + i) for i in range(n)],
            "sold_units": np.array(sold, float),
            "received_units": received or [100.0] + [0.0] * (n - 1),
            "in_stock_share": [1.0] * n if stocked is None else np.array(stocked, float),
            "closing_units": left or [5.0] * n,
        }
    )
    told = {"item": "a", "launch_date": week(first), "launch_imputed": True, "exit_date": EXIT}
    return begins(weeks, pd.DataFrame([told | now])).iloc[0]


def test_it_begins_in_the_first_week_in_which_it_was_in_stock_and_sold():
    assert lived([0, 0, 3, 2])["begins"] == week(2)
    assert lived([3, 0, 3, 2], stocked=[0, 1, 1, 1])["begins"] == week(2)


def test_a_launch_that_is_recorded_begins_it_though_nothing_was_sold_yet():
    launched = {"launch_date": week(1) + pd.Timedelta(days=3), "launch_imputed": False}
    assert lived([0, 0, 3, 2], **launched)["begins"] == week(1)
    assert lived([0, 0, 3, 2], stocked=[0, 0, 1, 1], **launched)["begins"] == week(2)


def test_where_nobody_counted_the_stock_its_first_sale_begins_it():
    assert lived([0, 3, 2], stocked=[np.nan] * 3)["begins"] == week(1)


def test_one_that_never_sold_lives_since_it_was_in_stock_or_else_since_it_is_known():
    assert lived([0, 0, 0], stocked=[0, 1, 1])["begins"] == week(1)
    assert lived([0, 0, 0], stocked=[0, 0, 0])["begins"] == week(0)
    assert lived([0, 4, 0], stocked=[0, 0, 0])["begins"] == week(1)


@pytest.mark.parametrize(("gap", "begun"), [(3, -12), (4, -7), (9, -2)])
def test_a_sample_weeks_before_the_others_begins_nothing(gap, begun):
    """One unit of a hundred; a few weeks without a sale may be the life of a slow style."""
    found = lived([1] + [0] * gap + [50, 49], first=-12)
    assert found["begins"] == week(begun)
    assert pd.isna(found["launched_again"])


def test_samples_that_came_before_the_goods_are_told_by_what_came():
    received = [1.0, 0, 0, 0, 0, 0, 200.0, 0]
    assert lived([1, 0, 0, 0, 0, 0, 3, 2], received=received)["begins"] == week(6)


def test_a_style_that_sells_now_and_then_began_with_its_first_sale():
    assert lived([1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1])["begins"] == week(0)


def again(received_at: int, **now):
    """Sold a year ago and now; received then, and in a week of this year (−52 … 3)."""
    received = [400.0] + [0.0] * 55
    received[52 + received_at] += 200.0
    sold = [60] * 10 + [0] * 42 + [30, 20, 20, 10]
    return lived(sold, received=received, left=[7.0] * 56, first=-52, **now)


def test_an_item_that_came_back_in_a_later_season_lives_again():
    found = again(0)
    assert found["launched_again"] == week(0)
    assert found["begins"] == week(0)
    assert found["carried"] == 7


def test_its_new_launch_date_tells_it_too():
    found = again(-52, launch_date=week(0), launch_imputed=False)
    assert (found["launched_again"], found["begins"]) == (week(0), week(0))


def test_left_over_and_never_bought_again_it_lives_on():
    found = again(-52)
    assert found["begins"] == week(-52)
    assert pd.isna(found["launched_again"])
    assert pd.isna(found["carried"])


def test_a_core_style_has_one_life_and_a_reorder_in_the_season_begins_none():
    assert again(0, exit_date=pd.NaT)["begins"] == week(-52)
    received = [100.0] + [0.0] * 11 + [100.0, 0]
    found = lived([20, 20, 20] + [0] * 9 + [20, 20], received=received)
    assert found["begins"] == week(0)
    assert pd.isna(found["launched_again"])


def test_the_order_of_rows_does_not_matter_and_of_nothing_there_is_nothing():
    rng = np.random.default_rng(1)
    weeks = pd.DataFrame(
        {
            "item": np.repeat(list("abcd"), 30),
            "week": [week(i - 20) for i in range(30)] * 4,
            "sold_units": rng.poisson(0.5, 120) * 1.0,
            "received_units": rng.poisson(0.2, 120) * 10.0,
            "in_stock_share": rng.integers(0, 2, 120) * 1.0,
            "closing_units": 3.0,
        }
    )
    now = pd.DataFrame(
        {"item": list("abcd"), "launch_date": MONDAY, "launch_imputed": True, "exit_date": EXIT}
    )
    found = begins(weeks, now)
    shuffled = begins(weeks.sample(frac=1, random_state=2), now.iloc[::-1])
    pd.testing.assert_frame_equal(found, shuffled)
    assert begins(weeks.iloc[:0], now.iloc[:0]).empty
