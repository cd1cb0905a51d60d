"""Cash by a date: by hand, and what must hold for any options."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from destock.analysis.clearance import goal


def option(item: str, way: str, value: float, cash: float, **columns) -> dict:
    return {
        "item": item,
        "portion": "in stock",
        "po_id": "",
        "way": way,
        "present_value": value,
        "cash_by_date": cash,
        "cash_sd": 0.0,
        "cash_answer_sd": 0.0,
    } | columns


TWO = pd.DataFrame(
    [
        option("a", "keep selling", 100.0, 20.0),
        option("a", "sell to a jobber", 60.0, 60.0),
        option("b", "keep selling", 50.0, 50.0),
        option("b", "cut the price", 40.0, 45.0),
    ]
)


def curve_of(options: pd.DataFrame, wanted: float) -> pd.DataFrame:
    """The curve of options that hurry does not change."""
    return goal.cash_curve(dict.fromkeys(goal.HURRY, options), wanted)


def test_without_hurry_value_decides_and_with_all_of_it_cash():
    curve = curve_of(TWO, np.nan)
    assert curve.iloc[0][["cash", "present_value", "given_up"]].tolist() == [70, 150, 0]
    assert curve.iloc[-1][["cash", "present_value", "given_up"]].tolist() == [110, 110, 40]
    # 40 of value for 40 of cash: from a hurry of 1 on
    turns = curve.loc[curve["cash"] == 110, "hurry"].min()
    assert turns == 1.5
    assert curve["cash"].is_monotonic_increasing
    assert curve["given_up"].is_monotonic_increasing


def test_the_chance_of_a_goal_and_the_hurry_it_takes():
    curve = curve_of(TWO, 100.0)
    assert curve["chance"].isin([0.0, 1.0]).all()
    assert goal.hurry_needed(curve, 0.8) == 1.5
    assert np.isnan(goal.hurry_needed(curve_of(TWO, 111.0), 0.8))
    assert curve_of(TWO, np.nan)["chance"].isna().all()


def test_levels_differ_by_style_but_for_a_part_and_the_answer_is_one_for_all():
    unsure = TWO.assign(cash_sd=3.0, cash_answer_sd=2.0)
    curve = curve_of(unsure, 60.0)
    level = (1 - goal.SHARED) * 2 * 9 + goal.SHARED * 36
    sd = np.sqrt(level + 16)
    assert curve["chance"].iloc[0] == pytest.approx(norm.cdf((70 - 60) / sd))
    low = curve["by_date_low"].iloc[0]
    assert low == pytest.approx(70 - norm.ppf(0.9) * sd)


def test_what_has_no_value_is_no_way_to_cash():
    more = pd.concat([TWO, pd.DataFrame([option("a", "clearance session", np.nan, np.nan)])])
    pd.testing.assert_frame_equal(curve_of(more, 60.0), curve_of(TWO, 60.0))


def test_currency_scales_and_order_does_not_matter():
    money = ["present_value", "cash_by_date", "cash_sd", "cash_answer_sd"]
    unsure = TWO.assign(cash_sd=3.0, cash_answer_sd=2.0)
    seven = unsure.assign(**{name: 7 * unsure[name] for name in money})
    one, other = curve_of(unsure, 60.0), curve_of(seven.iloc[::-1], 420.0)
    assert other["chance"].tolist() == pytest.approx(one["chance"].tolist())
    assert other["cash"].tolist() == pytest.approx((7 * one["cash"]).tolist())
