"""Cash by a date: by hand, and what must hold for any options."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from destock.analysis.clearance import goal

APART = pd.Series({0.0: 1.0})  # styles are never off together
HALF = pd.Series({0.0: 0.5, 0.2: 0.5})


def option(item: str, way: str, value: float, cash: float, **columns) -> dict:
    return {
        "item": item,
        "portion": "in stock",
        "po_id": "",
        "way": way,
        "present_value": value,
        "cash_by_date": cash,
        "cash_by_level": 0.0,
        "cash_answer_all": 0.0,
        "cash_alone": 0.0,
    } | columns


TWO = pd.DataFrame(
    [
        option("a", "keep selling", 100.0, 20.0),
        option("a", "sell to a jobber", 60.0, 60.0),
        option("b", "keep selling", 50.0, 50.0),
        option("b", "cut the price", 40.0, 45.0),
    ]
)
UNSURE = TWO.assign(cash_by_level=10.0, cash_answer_all=2.0, cash_alone=3.0)


def curve_of(options: pd.DataFrame, wanted: float, shared: pd.Series) -> pd.DataFrame:
    """The curve of options that hurry does not change."""
    return goal.cash_curve(dict.fromkeys(goal.HURRY, options), wanted, shared)


def test_without_hurry_value_decides_and_with_all_of_it_cash():
    curve = curve_of(TWO, np.nan, APART)
    assert curve.iloc[0][["cash", "present_value", "given_up"]].tolist() == [70, 150, 0]
    assert curve.iloc[-1][["cash", "present_value", "given_up"]].tolist() == [110, 110, 40]
    # 40 of value for 40 of cash: from a hurry of 1 on
    turns = curve.loc[curve["cash"] == 110, "hurry"].min()
    assert turns == 1.5
    assert curve["cash"].is_monotonic_increasing
    assert curve["given_up"].is_monotonic_increasing


def test_the_chance_of_a_goal_and_the_hurry_it_takes():
    curve = curve_of(TWO, 100.0, APART)
    assert curve["chance"].isin([0.0, 1.0]).all()
    assert goal.hurry_needed(curve, 0.8) == 1.5
    assert np.isnan(goal.hurry_needed(curve_of(TWO, 111.0, APART), 0.8))
    assert curve_of(TWO, np.nan, APART)["chance"].isna().all()


def test_what_each_is_off_by_alone_evens_out_and_what_all_are_off_by_does_not():
    first = curve_of(UNSURE, 60.0, HALF).iloc[0]
    alone, answer, level = 3**2 + 3**2, (2 + 2) ** 2, (0.2 * (10 + 10)) ** 2
    apart, alike = np.sqrt(alone + answer), np.sqrt(alone + answer + level)
    chance = (norm.cdf(10 / apart) + norm.cdf(10 / alike)) / 2
    assert first["chance"] == pytest.approx(chance)
    above = first["by_date_high"] - 70
    assert above == pytest.approx(70 - first["by_date_low"])
    assert (norm.cdf(above / apart) + norm.cdf(above / alike)) / 2 == pytest.approx(0.9)


def test_one_item_that_is_off_alone_is_normal():
    one = pd.DataFrame([option("a", "keep selling", 100.0, 70.0, cash_alone=5.0)])
    first = curve_of(one, 60.0, APART).iloc[0]
    assert first["chance"] == pytest.approx(norm.cdf(2))
    assert first["by_date_low"] == pytest.approx(70 - norm.ppf(0.9) * 5)


def test_what_is_never_off_is_reached_or_not_and_has_no_span():
    for wanted, chance in ((70.0, 1.0), (70.1, 0.0)):
        first = curve_of(TWO, wanted, HALF).iloc[0]
        assert first["chance"] == chance
        assert first["by_date_low"] == first["by_date_high"] == 70
    # all are off together or nothing is: half of the cases are the mean itself
    level = TWO.assign(cash_by_level=10.0)
    assert curve_of(level, 70.0, HALF)["chance"].iloc[0] == pytest.approx(0.75)


def test_nothing_to_sell_reaches_nothing():
    first = curve_of(TWO.iloc[:0], 1.0, HALF).iloc[0]
    assert first[["cash", "chance", "by_date_low", "by_date_high"]].tolist() == [0, 0, 0, 0]


def test_what_has_no_value_is_no_way_to_cash():
    more = pd.concat([TWO, pd.DataFrame([option("a", "clearance session", np.nan, np.nan)])])
    pd.testing.assert_frame_equal(curve_of(more, 60.0, APART), curve_of(TWO, 60.0, APART))


def test_currency_scales_and_order_does_not_matter():
    money = ["present_value", "cash_by_date", "cash_by_level", "cash_answer_all", "cash_alone"]
    seven = UNSURE.assign(**{name: 7 * UNSURE[name] for name in money})
    one, other = curve_of(UNSURE, 60.0, HALF), curve_of(seven.iloc[::-1], 420.0, HALF)
    assert other["chance"].tolist() == pytest.approx(one["chance"].tolist())
    for name in ("cash", "by_date_low", "by_date_high"):
        assert other[name].tolist() == pytest.approx((7 * one[name]).tolist())
