"""Grades: every one of the eight reachable, the line of the share, and who is not graded."""

import pandas as pd
import pytest

from destock.analysis.pacing.grades import GRADES, UNGRADED, grades
from destock.model.assumptions import assumed


def styles(**columns):
    """A large style at a good price, and one at a lower price that sets the category's
    realisation.
    """
    frame = pd.DataFrame(
        {
            "item": ["a", "b"],
            "net_units": [600.0, 400.0],
            "price_realisation": [0.9, 0.5],
            "tag_price": 100.0,
            "season": "2026SS",
            "season_half": "SS",
            "category": "dress",
            "in_season": True,
            "received": 1000.0,
            "weeks_on_sale": 6.0,
        }
    )
    return frame.assign(**columns)


def graded(frame, on_path=True):
    return grades(frame, pd.Series(on_path, index=frame.index), assumed()).set_index("item")


@pytest.mark.parametrize("key", GRADES)
def test_every_grade_can_be_reached(key):
    on_path, large, good = key
    units, price = (
        ([600.0, 100.0] if large else [100.0, 900.0]),
        ([0.9, 0.5] if good else [0.5, 0.9]),
    )
    row = graded(styles(net_units=units, price_realisation=price), on_path).loc["a"]
    assert row["grade"] == GRADES[key]


def test_the_style_that_crosses_the_line_is_large_and_one_that_starts_on_it_is_not():
    frame = pd.concat([styles()] * 2, ignore_index=True).assign(
        item=list("abcd"), net_units=[500.0, 200.0, 200.0, 100.0], price_realisation=0.8
    )
    assert graded(frame)["large"].to_dict() == {"a": True, "b": True, "c": False, "d": False}


@pytest.mark.parametrize(
    ("column", "value"), [("net_units", [600.0, 29.0]), ("weeks_on_sale", [5, 0])]
)
def test_few_sales_or_days_are_too_early(column, value):
    row = graded(styles(**{column: value})).loc["b"]
    assert row["grade"] == "too early"


def test_two_weeks_and_thirty_units_are_enough():
    assert (
        graded(styles(net_units=[600.0, 30.0], weeks_on_sale=2.0)).loc["b", "grade"] not in UNGRADED
    )


def test_without_a_path_there_is_no_grade():
    assert graded(styles(), None)["grade"].tolist() == ["no target path"] * 2


def test_each_category_and_season_has_its_own_line():
    assert graded(styles(category=["dress", "coat"]))[["large", "good_price"]].all(axis=None)


def test_styles_of_other_days_and_never_sold_ones():
    frame = styles(in_season=[True, False])
    assert graded(frame).index.tolist() == ["a"]
    none = styles(net_units=[0.0, -3.0], price_realisation=float("nan"))
    assert graded(none)["grade"].tolist() == ["too early"] * 2
    assert graded(frame.iloc[:0]).empty
