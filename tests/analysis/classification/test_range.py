"""ABC, XYZ, patterns of demand, and how much of the range moves."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.analysis.classification.tiny import TODAY

from destock.analysis.classification import range


class TestAbc:
    def test_ties_at_the_line_go_down(self):
        """50 + 20 are exactly 70 %: the third style is B, which plain floats get wrong."""
        assert "".join(range.abc(pd.Series([50, 20, 12, 8, 5, 3, 1.5, 0.5]))) == "AABBCCCC"

    @given(st.lists(st.integers(0, 1000), min_size=1, max_size=30), st.floats(0.01, 1000))
    def test_grades_do_not_change_with_the_currency(self, values, factor):
        value = pd.Series(values, dtype=float)
        assert range.abc(value).tolist() == range.abc(value * factor).tolist()

    def test_losses_and_nothing_are_c(self):
        assert range.abc(pd.Series([100, -500, 0, np.nan])).tolist() == ["A", "C", "C", "C"]

    def test_nothing_earned_at_all(self):
        assert range.abc(pd.Series([0.0, 0.0])).tolist() == ["C", "C"]


class TestXyz:
    def test_by_the_variation_of_known_weeks(self):
        weekly = np.array(
            [
                [10, 10, 10, 10, np.nan],
                [10, 2, 10, 2, 6],
                [40, 0, 0, 0, 0],
                [5, np.nan, np.nan, np.nan, 5],
            ],
            float,
        )
        assert range.xyz(weekly).tolist() == ["X", "Y", "Z", ""]


class TestPattern:
    def test_a_style_that_sells_now_and_then(self):
        """[0,0,3,0,0,0,2,0,4,0]: a sale every 3.33 weeks, squared variation of sizes .0741
        (population).
        """
        named, interval, squared = range.pattern(np.array([[0, 0, 3, 0, 0, 0, 2, 0, 4, 0]], float))
        assert (named[0], interval[0], squared[0]) == (
            "intermittent",
            pytest.approx(10 / 3),
            pytest.approx(0.0741, abs=5e-5),
        )

    def test_all_four_and_none(self):
        rows = np.array(
            [[5, 5, 5, 5], [1, 9, 1, 20], [0, 0, 5, 0], [1, 0, 0, 20], [0, 0, 0, 0]], float
        )
        assert range.pattern(rows)[0].tolist() == ["smooth", "erratic", "intermittent", "lumpy", ""]


def weeks(*rows: tuple) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["item", "ago", "sold_units", "revenue"])
    return frame.assign(
        week=pd.Timestamp("2026-06-01") - pd.to_timedelta(7 * frame["ago"], unit="D"),
        category="c",
        net_units=frame["sold_units"],
        cancelled_units=0.0,
        returned_units=0.0,
        refund_value=0.0,
        in_stock_share=1.0,
    )


ITEMS = pd.DataFrame(
    {"item": ["a", "b", "c"], "category": "c", "mean_cost": [4.0, np.nan, 4.0], "tag_price": 10.0}
)
NO_SNAPSHOT = pd.DataFrame()


class TestRanked:
    def test_gross_profit_of_a_year_and_sales_where_no_cost_is_known(self):
        rows = range.ranked(
            ITEMS,
            weeks(("a", 0, 10.0, 100.0), ("a", 60, 99.0, 990.0), ("b", 0, 5.0, 50.0)),
            NO_SNAPSHOT,
        ).set_index("item")
        assert rows["gross_profit"].to_dict() == {"a": 60, "b": 50, "c": 0}
        assert rows["abc_basis"].to_dict() == {
            "a": "gross profit",
            "b": "net sales (cost unknown)",
            "c": "gross profit",
        }

    def test_a_snapshot_counts_the_longest_time_it_knows(self):
        snapshot = pd.DataFrame(
            {
                "item": ["a", "c"],
                "sold_1m": [1.0, 2.0],
                "sold_3m": [4.0, np.nan],
                "sold_6m": [np.nan, np.nan],
                "sold_9m": [np.nan, np.nan],
            }
        )
        rows = range.ranked(ITEMS, weeks(("a", 0, 0.0, 0.0)).iloc[:0], snapshot).set_index("item")
        assert rows.loc[["a", "c"], "gross_profit"].tolist() == [4 * 6, 2 * 6]

    def test_the_season_is_taken_out_of_the_variation(self):
        """Two styles that swing together with their category sell evenly."""
        rows = [
            (item, ago, factor * (30.0 if ago % 2 else 10.0), 1.0)
            for ago in np.arange(20)
            for item, factor in (("a", 1), ("c", 3))
        ]
        assert range.ranked(ITEMS, weeks(*rows), NO_SNAPSHOT).set_index("item").loc[
            ["a", "c"], "xyz"
        ].tolist() == ["X", "X"]


def test_share_of_skus_moving():
    week = pd.Timestamp("2026-06-01")
    rows = [("a", 0, 5, 7), ("b", 0, 0, 7), ("c", 0, 0, 0), ("a", 5, 0, 7), ("b", 5, 2, 7)]
    frame = pd.DataFrame(rows, columns=["sku", "ago", "sold_units", "days_in_stock"])
    sku_week = frame.assign(
        week=week - pd.to_timedelta(7 * frame["ago"], unit="D"),
        complete=True,
        stock_basis="counted",
    )
    moving = range.moving_share(sku_week)
    assert moving[["moving", "on_sale", "share"]].to_numpy().tolist() == [[1, 2, 0.5], [1, 2, 0.5]]
    assert moving["period_end"].iloc[0] == TODAY


def test_nobody_can_say_what_moves_where_stock_is_unknown():
    sku_week = pd.DataFrame(
        {
            "sku": ["a"],
            "week": [TODAY],
            "complete": True,
            "sold_units": 1.0,
            "days_in_stock": np.nan,
            "stock_basis": "unknown",
        }
    )
    assert range.moving_share(sku_week).empty
