"""Returns still to come: a young shop, a rate that drifts, a lag that nobody has seen to its end,
and a planted truth.
"""

import numpy as np
import pandas as pd
import pytest

from destock.analysis.pacing.returns import still_to_come

MONDAY = pd.Timestamp("2025-03-03")


def shop(sold, rate, spread, days=None, category="dress"):
    """Weeks of sales, and what came back of them by the last day: ``rate`` of each week, spread
    over the weeks after it.
    """
    weeks = pd.DataFrame(
        {
            "category": category,
            "week": MONDAY + pd.to_timedelta(7 * np.arange(len(sold)), unit="D"),
            "sold_units": np.array(sold, float),
        }
    )
    as_of = MONDAY + pd.Timedelta(days=(7 * len(sold) if days is None else days) - 1)
    rates = np.broadcast_to(rate, len(sold))
    rows = [
        (category, week, lag, units * rates[n] * part)
        for n, (week, units) in enumerate(zip(weeks["week"], sold, strict=True))
        for lag, part in enumerate(spread)
        if part and n + lag < len(sold)
    ]
    return weeks, pd.DataFrame(rows, columns=["category", "sale_week", "lag_weeks", "units"]), as_of


def truth(sold, rate, spread):
    """What is still to come of each week, as a loop over weeks and lags."""
    rates = np.broadcast_to(rate, len(sold))
    return [
        units * rates[n] * sum(part for lag, part in enumerate(spread) if n + lag >= len(sold))
        for n, units in enumerate(sold)
    ]


SPREAD = (0.1, 0.2, 0.3, 0.2, 0.2)


def test_a_shop_of_six_weeks_has_not_seen_most_of_its_returns():
    """Half comes back, over five weeks: 110 of 300 are still to come, and none of the oldest two
    weeks'.
    """
    found = still_to_come(*shop([100] * 6, 0.5, SPREAD))
    assert found["pending_units"].tolist() == pytest.approx(truth([100] * 6, 0.5, SPREAD))
    assert found["pending_units"].sum() == pytest.approx(110)
    assert found["pending_share"].tolist() == pytest.approx([0, 0, 0.2, 0.4, 0.7, 0.9])


def test_the_rate_is_that_of_now_not_that_of_all_years():
    """.2 for two years, .5 for the last eleven weeks; all of it three weeks after the sale."""
    rate = [0.2] * 93 + [0.5] * 11
    found = still_to_come(*shop([100] * 104, rate, (0, 0, 0, 1)))
    assert found["pending_units"].tail(3).tolist() == pytest.approx([50] * 3)
    assert found["pending_units"].head(101).sum() == 0


def test_weeks_that_have_seen_more_do_not_teach_that_returns_are_fast():
    """Right truncation: were the lags simply counted, the young weeks' quick returns would weigh
    too much.
    """
    found = still_to_come(*shop([10, 20, 40, 80, 160, 320], 0.5, SPREAD))
    assert found["pending_units"].tolist() == pytest.approx(
        truth([10, 20, 40, 80, 160, 320], 0.5, SPREAD)
    )


def test_a_running_week_counts_by_its_days():
    weeks, lag, as_of = shop([100, 100, 100], 0.5, (0.5, 0.5), days=14 + 3)
    lag.loc[lag["sale_week"] == weeks["week"].iloc[-1], "units"] *= 3 / 7
    last = still_to_come(weeks, lag, as_of)["pending_share"].iloc[-1]
    assert last == pytest.approx(1 - 0.5 * 3 / 7)


def test_a_category_with_few_returns_leans_on_the_shop():
    large, small = shop([100] * 12, 0.5, SPREAD), shop([1] * 12, 0.5, SPREAD, category="belt")
    both = still_to_come(
        *(pd.concat([a, b], ignore_index=True) for a, b in zip(large[:2], small[:2], strict=True)),
        large[2],
    )
    assert both["pending_units"].iloc[-1] == pytest.approx(0.45)


@pytest.mark.parametrize(
    "lag", [shop([10] * 5, 0.0, (1,))[1].iloc[:0], shop([10] * 5, 0.0, (1,))[1]]
)
def test_where_nothing_came_back_nothing_is_to_come(lag):
    weeks, _, as_of = shop([10] * 5, 0.0, (1,))
    assert still_to_come(weeks, lag, as_of).to_numpy().sum() == 0


def test_an_empty_shop_has_no_rows():
    weeks, lag, as_of = shop([10], 0.5, (1,))
    assert still_to_come(weeks.iloc[:0], lag.iloc[:0], as_of).empty


def test_order_of_rows_and_what_comes_later_do_not_matter():
    weeks, lag, as_of = shop([30, 50, 70, 90, 40, 60], 0.4, SPREAD)
    mixed = still_to_come(
        weeks.sample(frac=1, random_state=1), lag.sample(frac=1, random_state=2), as_of
    ).sort_index()
    pd.testing.assert_frame_equal(mixed, still_to_come(weeks, lag, as_of))


@pytest.mark.evidence
def test_a_planted_rate_is_found_on_average():
    """Two hundred shops of twenty weeks, 200 units a week, whose rate drifts from .3 to .6: the
    error of what is to come is none on average.
    """
    dice, errors = np.random.default_rng(1), []
    rate, spread = np.linspace(0.3, 0.6, 20), np.array([0.25, 0.35, 0.25, 0.15])
    for _ in range(200):
        weeks, _, as_of = shop([200] * 20, 0, (1,))
        back = np.array([dice.multinomial(n, spread) for n in dice.binomial(200, rate)])
        rows = [
            ("dress", weeks["week"][n], lag, float(back[n, lag]))
            for n in range(20)
            for lag in range(4)
            if n + lag < 20
        ]
        found = still_to_come(
            weeks,
            pd.DataFrame(rows, columns=["category", "sale_week", "lag_weeks", "units"]),
            as_of,
        )["pending_units"].sum()
        coming = sum(back[n, lag] for n in range(20) for lag in range(4) if n + lag >= 20)
        errors.append(found / coming - 1)
    error = np.std(errors) / np.sqrt(200)
    # the rate of eight weeks lags a drift of .016 a week by some six points in a hundred
    assert abs(np.mean(errors)) < 0.10 + 2 * error
