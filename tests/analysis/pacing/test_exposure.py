"""How often a style was shown beside others of its age: by hand."""

import numpy as np
import pandas as pd
import pytest

from destock.analysis.pacing.exposure import shown
from destock.model.assumptions import assumed

MONDAY = pd.Timestamp("2025-03-03")
NUMBERS = assumed()


def of(seen: dict[str, list[float]], category="dress", exit_date=pd.NaT, in_stock=1.0):
    rows = [
        {
            "item": item,
            "week": MONDAY + pd.Timedelta(weeks=age),
            "age": age,
            "exposures": exposures,
            "in_stock_share": in_stock,
        }
        for item, by_week in seen.items()
        for age, exposures in enumerate(by_week)
    ]
    items = pd.DataFrame({"item": list(seen), "category": category, "exit_date": exit_date})
    return items, pd.DataFrame(rows)


def usual(n: int = 9, weeks: int = 4, times: float = 100.0) -> dict[str, list[float]]:
    return {f"u{i}": [times] * weeks for i in range(n)}


def found(items, weeks):
    return shown(items, weeks, NUMBERS).set_index("item")


def test_it_is_held_against_others_at_its_own_age():
    """The others were shown 100 times a week in the first two weeks and never again."""
    frame = found(*of({"a": [90.0, 90.0]} | {f"u{i}": [100, 100, 0, 0] for i in range(9)}))
    assert frame.loc["a"].tolist() == [90, NUMBERS["low_rate"] * 100]
    assert frame.loc["u0"].tolist() == pytest.approx([50, NUMBERS["low_rate"] * 50])


def test_a_quarter_is_always_the_lowest_quarter_and_that_is_not_little():
    frame = found(*of({f"u{i}": [100.0 + i] * 4 for i in range(20)}))
    assert (frame["exposures_week"] >= frame["exposure_floor"]).all()


def test_hardly_shown_is_far_below_the_usual():
    frame = found(*of({"a": [15.0] * 4} | usual()))
    assert (frame["exposures_week"] < frame["exposure_floor"])["a"]
    assert (frame["exposures_week"] < frame["exposure_floor"]).sum() == 1


def test_weeks_out_of_stock_and_after_the_exit_do_not_count():
    items, weeks = of({"a": [100.0, 100, 0, 0]} | usual())
    assert (
        found(items.assign(exit_date=MONDAY + pd.Timedelta(days=13)), weeks).loc[
            "a", "exposures_week"
        ]
        == 100
    )
    weeks["in_stock_share"] = np.where(weeks["exposures"] == 0, 0.0, 1.0)
    assert found(items, weeks).loc["a", "exposures_week"] == 100


def test_a_small_category_is_held_against_the_whole_shop():
    items, weeks = of({"a": [15.0] * 4} | usual())
    items["category"] = np.where(items["item"] == "a", "hat", "dress")
    assert found(items, weeks).loc["a", "exposure_floor"] == NUMBERS["low_rate"] * 100


def test_where_nobody_counted_and_where_hardly_anybody_is_beside_it_nothing_is_known():
    frame = found(*of({"a": [np.nan] * 4} | usual()))
    assert frame.loc["a"].isna().all()
    assert found(*of({"a": [1.0] * 4} | usual(3)))["exposure_floor"].isna().all()
    assert found(*of({"a": [np.nan]})).isna().all(axis=None)
