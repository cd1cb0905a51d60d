"""Which price changes there were, which of them were tests, and which weeks speak about those."""

import numpy as np
import pandas as pd
import pytest
from tests.evidence.markdown_worlds import CELLS, simulate

from destock.analysis.elasticity import experiments
from destock.analysis.elasticity.estimators import panel_weeks

DECISION = pd.Timestamp("2025-05-05")


def shop(prices: dict[str, list[float]], listed: bool = True) -> pd.DataFrame:
    """Weeks of a shop in which every item sells five a week."""
    parts = [
        pd.DataFrame(
            {
                "item": item,
                "week": pd.date_range("2025-01-06", periods=len(path), freq="7D"),
                "price": path,
                "age_week": range(len(path)),
            }
        )
        for item, path in prices.items()
    ]
    rows = pd.concat(parts, ignore_index=True).assign(
        complete=True, sold_units=5.0, list_prices=1, in_stock_share=1.0
    )
    rows["list_price"] = rows["price"] if listed else np.nan
    return panel_weeks(
        rows, pd.DataFrame({"item": list(prices), "category": "dress", "received": 100.0})
    )


class TestPriceChanges:
    def test_by_hand(self):
        found = experiments.price_changes(
            shop({"a": [10, 10, 8, 8, 8, 9], "b": [20] * 6, "c": [20, 20, 15, 15, 15, 15]})
        ).set_index(["item", "week"])
        first = found.loc[("a", pd.Timestamp("2025-01-20"))]
        assert first[["price_from", "price_to", "step", "weeks_held", "share_changed"]].astype(
            float
        ).tolist() == pytest.approx([10, 8, -0.2, 3, 2 / 3])
        assert found.loc["a", "step"].tolist() == pytest.approx([-0.2, 0.125])
        assert "b" not in found.index.get_level_values("item")
        assert set(found["source"]) == {"listed"}

    def test_a_price_paid_counts_where_it_holds(self):
        found = experiments.price_changes(shop({"a": [10, 10, 9, 10, 8, 8, 8]}, listed=False))
        assert found["price_to"].tolist() == pytest.approx([8])
        assert found["source"].tolist() == ["paid"]

    def test_no_change_is_an_empty_frame(self):
        assert experiments.price_changes(shop({"a": [10] * 4})).empty


class TestDesign:
    def made(self, cell: str, seed: int, tested: bool = False) -> str:
        data = simulate(CELLS[cell], seed)
        rows = panel_weeks(data["item_week"], data["item_now"])
        return experiments.design(experiments.price_changes(rows), rows, tested)

    def test_a_rule_on_sales_is_seen(self):
        assert [self.made("rule, transient shocks", seed) for seed in range(1, 5)] == [
            "rule-driven"
        ] * 4

    def test_a_lot_that_nobody_recorded_seldom_looks_like_a_rule(self):
        found = [self.made("randomised", seed) for seed in range(1, 13)]
        assert set(found) <= {"staggered", "rule-driven"}
        # two looks at 2.5 % each: more than three of twelve is once in four hundred
        assert found.count("rule-driven") <= 3
        assert self.made("randomised", 1, tested=True) == "randomised"

    def test_one_item_or_none(self):
        for prices, name in (
            ({"a": [10, 8, 8], "b": [5, 5, 5]}, "single"),
            ({"a": [10] * 3}, "no price change"),
        ):
            rows = shop(prices)
            assert experiments.design(experiments.price_changes(rows), rows, False) == name


class TestWeeksOfTests:
    def data(self) -> dict[str, pd.DataFrame]:
        weeks = pd.date_range(DECISION - pd.Timedelta(weeks=6), periods=12, freq="7D")
        grid = pd.MultiIndex.from_product([["a", "b"], weeks], names=["item", "week"]).to_frame(
            index=False
        )
        rows = grid.assign(
            complete=True,
            sold_units=3.0,
            price=10.0,
            list_price=10.0,
            list_prices=1,
            in_stock_share=1.0,
            age_week=5,
        )
        tests = {
            "experiment": "T",
            "item": ["a", "b"],
            "arm": ["cut", "control"],
            "decision_date": DECISION,
            "window_end": DECISION + pd.Timedelta(days=20),
        }
        return {
            "item_week": rows,
            "experiment": pd.DataFrame(tests),
            "item_now": pd.DataFrame({"item": ["a", "b"], "category": "dress"}),
        }

    def test_four_weeks_before_to_the_end_of_the_window(self):
        rows = experiments.weeks_of_tests(**self.data())
        assert sorted(rows["week_of_test"].unique()) == [-4, -3, -2, -1, 0, 1, 2]
        assert rows["treated"].eq(rows["week_of_test"] >= 0).all()

    def test_and_the_weeks_after_it_where_asked(self):
        assert experiments.weeks_of_tests(**self.data(), after=2)["week_of_test"].max() == 4

    def test_leaves_out_weeks_that_straddle_a_change(self):
        data = self.data()
        data["item_week"].loc[data["item_week"]["week"] == DECISION, "list_prices"] = 2
        assert 0 not in set(experiments.weeks_of_tests(**data)["week_of_test"])
        moved = self.data()
        # a Wednesday: its own week is neither before nor after
        moved["experiment"]["decision_date"] += pd.Timedelta(days=2)
        assert DECISION not in set(experiments.weeks_of_tests(**moved)["week"])

    def test_leaves_out_weeks_at_an_earlier_price(self):
        data = self.data()
        data["item_week"].loc[
            data["item_week"]["week"] < DECISION - pd.Timedelta(weeks=2), ["price", "list_price"]
        ] = 12.0
        assert sorted(experiments.weeks_of_tests(**data)["week_of_test"].unique()) == [
            -2,
            -1,
            0,
            1,
            2,
        ]

    def test_leaves_out_weeks_without_stock(self):
        data = self.data()
        data["item_week"].loc[data["item_week"]["item"] == "a", "in_stock_share"] = 0.0
        assert set(experiments.weeks_of_tests(**data)["item"]) == {"b"}

    def test_leaves_out_weeks_at_a_listed_price_of_nothing(self):
        """Given away, whatever some customer still paid: nothing has no logarithm."""
        data = self.data()
        data["item_week"].loc[data["item_week"]["week"] > DECISION, "list_price"] = 0.0
        found = experiments.weeks_of_tests(**data)
        assert sorted(found["week_of_test"].unique()) == [-4, -3, -2, -1, 0]
        assert np.isfinite(found["log_price"]).all()


def test_daily_is_relative_to_each_arms_own_level_before():
    days = pd.date_range(DECISION - pd.Timedelta(days=3), periods=6)
    sold = [
        (i, d, u * (2 if i == "a" and d >= DECISION else 1))
        for i, u in (("a", 4.0), ("b", 10.0))
        for d in days
    ]
    item_day = pd.DataFrame(sold, columns=["item", "day", "sold_units"]).assign(
        experiment=None, arm=None
    )
    tests = pd.DataFrame(
        {
            "experiment": "T",
            "item": ["a", "b"],
            "arm": ["cut", "control"],
            "decision_date": DECISION,
            "window_end": days[-1],
        }
    )
    found = experiments.daily(item_day, tests).set_index(["arm", "day_of_test"])
    assert found.loc["cut", "index"].tolist() == [1, 1, 1, 2, 2, 2]
    assert found.loc["control", "index"].tolist() == [1] * 6
    level = found.loc["cut", "level"].tolist()
    assert level == pytest.approx([np.nan] * 3 + [5 / 4, 7 / 5, 9 / 6], nan_ok=True)
