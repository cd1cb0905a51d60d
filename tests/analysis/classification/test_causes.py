"""Causes: an exact split of the gap to plan, and how sure its largest part is."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from destock.analysis.classification import causes
from destock.analysis.classification.plan import compared

PLAN = {
    "item": "a",
    "planned_sales": 228.0,
    "planned_buy": 265.0,
    "planned_days": 60.0,
    "planned_instock": 0.95,
    "planned_exposures_per_day": 200.0,
    "planned_click_rate": np.nan,
    "planned_price": 900.0,
    "planned_kept": 1.0,
}
ACTUAL = {
    "days": 46.0,
    "in_stock": 0.90,
    "exposures_per_day": 150.0,
    "click_rate": np.nan,
    "price": 880.0,
    "kept": 1.0,
    "orders": 92.0,
    "clicks": np.nan,
    "sales": 92.0,
    "buy": 320.0,
}


def frame(**columns) -> pd.DataFrame:
    return pd.DataFrame([PLAN | ACTUAL | columns])


def split(beta: float = -2.0, **columns) -> pd.Series:
    return causes.split(frame(**columns), beta).iloc[0]


def test_a_factor_that_is_not_known_is_in_what_was_not_wanted():
    known, blind = split(), split(exposures_per_day=np.nan)
    assert blind["not shown"] == 0
    assert blind["not wanted"] == pytest.approx(known["not wanted"] + known["not shown"])
    assert causes.unknown(frame(exposures_per_day=np.nan), -2.0).iloc[0] == "not shown; not clicked"


def test_without_an_elasticity_the_price_cannot_be_told_apart():
    assert split(beta=np.nan)["price"] == 0
    assert "price" in causes.unknown(frame()).iloc[0]


@given(
    st.floats(0.01, 500),
    st.floats(1, 500),
    st.floats(0.05, 1),
    st.floats(1, 1000),
    st.floats(100, 2000),
)
def test_the_parts_add_up_to_the_leftover(sales, days, in_stock, exposures, price):
    """Buy − sales, whatever happened."""
    parts = split(
        sales=sales, days=days, in_stock=in_stock, exposures_per_day=exposures, price=price
    )
    assert parts.sum() == pytest.approx(320 - max(sales, 0.5), abs=1e-9 * 320)


def test_sold_as_planned_leaves_what_was_planned_to_be_left():
    as_planned = {
        "days": 60.0,
        "in_stock": 0.95,
        "exposures_per_day": 200.0,
        "price": 900.0,
        "sales": 228.0,
        "buy": 265.0,
    }
    parts = split(**as_planned)
    assert parts["left over by plan"] == 37
    assert parts.drop("left over by plan").abs().max() < 1e-9


def test_nothing_sold_counts_as_half_a_unit():
    assert split(sales=0.0).sum() == pytest.approx(320 - 0.5)


AS_PLANNED = {
    "days": 60.0,
    "in_stock": 0.95,
    "exposures_per_day": 200.0,
    "price": 900.0,
    "sales": 228.0,
    "orders": 228.0,
    "buy": 265.0,
}


def one(beta: float = -2.0, **columns) -> pd.Series:
    return causes.largest(frame(**AS_PLANNED | columns), beta, 0.3).iloc[0]


def shop(error: float, n: int = 60) -> pd.DataFrame:
    """Styles whose plan was wrong by so much (log) though nothing went wrong."""
    off = np.exp(error * np.random.default_rng(1).standard_normal(n))
    rows = [
        frame(**AS_PLANNED | {"item": f"s{i:02}", "sales": 228 * x, "orders": 228 * x})
        for i, x in enumerate(off)
    ]
    return pd.concat(rows, ignore_index=True)


class TestLargest:
    def test_one_plain_cause_is_sure(self):
        row = one(exposures_per_day=40.0, sales=45.6, orders=45.6)
        assert (row["cause"], row["named"]) == ("not shown", "not shown")
        assert row["probability"] > 0.95

    def test_two_that_are_as_large_are_mixed(self):
        row = one(days=30.0, exposures_per_day=96.0, sales=54.7, orders=54.7)
        assert row["named"] == "mixed"
        assert row["probability"] < causes.SURE

    def test_what_went_as_planned_has_no_cause(self):
        for better in ({}, {"exposures_per_day": 300.0, "sales": 400.0, "orders": 400.0}):
            assert one(**better)["cause"] == "none"

    def test_what_often_strays_accuses_nobody(self):
        """A third below plan: a cause where plans are right, none where they are wrong by that."""
        missed = {"item": "x", "sales": 150.0, "orders": 150.0}
        row = frame(**AS_PLANNED | missed)
        told = [
            causes.largest(pd.concat([shop(error), row]), -2.0, 0.3).set_index("item").loc["x"]
            for error in (0.1, 0.4)
        ]
        assert [row["cause"] for row in told] == ["not wanted", "none"]
        assert told[0]["probability"] > 0.9

    def test_few_plans_are_held_against_what_is_stated(self):
        """Of fewer than 25 styles nobody knows how far their plans stray: DEFAULT_PLAN."""
        assert causes.largest(shop(0.05, 24), -2.0)["cause"].eq("none").all()
        row = one(sales=228 * np.exp(-2 * causes.DEFAULT_PLAN), orders=120.0)
        assert row["cause"] in ("none", "not wanted")
        assert row["probability"] < 0.95

    def test_by_hand(self):
        """One factor that is known moved by log 2 with σ = .15 beside eight that did not move."""
        x, sigma2, tau2 = np.log(2), 0.15**2, causes.DEPTH**2
        both = sigma2 + tau2
        moved = (
            2
            * norm.cdf(x * causes.DEPTH / np.sqrt(sigma2 * both))
            * np.sqrt(sigma2 / both)
            * np.exp(x**2 * (1 / sigma2 - 1 / both) / 2)
        )
        found = causes._likelihood_ratio(
            pd.DataFrame({"a": [x, 0.0]}), pd.DataFrame({"a": [sigma2, sigma2]})
        )["a"]
        assert found.tolist() == pytest.approx([moved, np.sqrt(sigma2 / both)])

    def test_a_factor_that_is_not_known_is_no_cause(self):
        assert one(exposures_per_day=np.nan, sales=45.6, orders=45.6)["cause"] == "not wanted"
        assert one(beta=np.nan, price=2000.0, sales=45.6, orders=45.6)["cause"] == "not wanted"

    def test_rows_in_another_order_say_the_same(self):
        rows = shop(0.3)
        found, turned = (causes.largest(part, -2.0, 0.3) for part in (rows, rows.iloc[::-1]))
        pd.testing.assert_frame_equal(found, turned)

    def test_in_another_currency_it_says_the_same(self):
        rows = shop(0.3).assign(price=700.0)
        other = rows.assign(price=rows["price"] * 7, planned_price=rows["planned_price"] * 7)
        pd.testing.assert_frame_equal(
            causes.largest(rows, -2.0, 0.3), causes.largest(other, -2.0, 0.3)
        )


class TestCharged:
    CLASSES = pd.DataFrame(
        {
            "item": ["a", "a", "b"],
            "class": ["misjudged", "defective", "slow"],
            "units": [60.0, 5.0, 10.0],
            "cost": [600.0, 50.0, 20.0],
        }
    )
    PARTS = pd.DataFrame(
        {"not shown": [30.0], "not wanted": [-50.0], "bought above plan": [10.0]},
        index=pd.Index(["a"], name="item"),
    )

    def test_in_proportion_to_what_added_units(self):
        rows = (
            causes.charged(self.CLASSES, self.PARTS).set_index(["item", "cause"])["units"].to_dict()
        )
        assert rows == {
            ("a", "not shown"): 45,
            ("a", "bought above plan"): 15,
            ("a", "quality"): 5,
            ("b", "no plan"): 10,
        }

    def test_no_unit_and_no_money_is_lost(self):
        rows = causes.charged(self.CLASSES, self.PARTS)
        both = rows.groupby(["item", "class"])[["units", "cost"]].sum()
        assert (
            both.to_numpy().tolist()
            == self.CLASSES.set_index(["item", "class"])
            .sort_index()[["units", "cost"]]
            .to_numpy()
            .tolist()
        )

    def test_where_nothing_added_units_the_plan_explains_nothing(self):
        rows = causes.charged(self.CLASSES, self.PARTS.clip(upper=0))
        assert rows.loc[rows["class"] == "misjudged", "cause"].tolist() == ["none"]


class TestCompared:
    """A style of 2026SS, planned for 1 March to 31 August, that came on 1 April."""

    TODAY = pd.Timestamp("2026-06-07")

    def compared(self, **columns) -> pd.Series:
        item = {
            "item": "a",
            "category": "dress",
            "exit_date": pd.Timestamp("2026-08-31"),
            "in_season": True,
            "first_sale": pd.Timestamp("2026-04-01"),
            "launch_date": pd.Timestamp("2026-04-01"),
            "remaining": 60.0,
            "received": 200.0,
            "on_order": 20.0,
            "exposures": 0.0,
            "clicks": 0.0,
        }
        plan = {
            "item": "a",
            "planned_sales": 300.0,
            "planned_buy": 320.0,
            "planned_days": 184.0,
            "planned_instock": 0.9,
            "planned_exposures_per_day": 100.0,
            "planned_click_rate": 0.05,
            "planned_conversion": 0.01,
            "planned_price": 90.0,
            "planned_return_rate": 0.4,
            "planned_launch": pd.Timestamp("2026-03-01"),
        }
        weeks = pd.DataFrame(
            {"item": "a", "week": pd.date_range("2026-03-30", "2026-06-01", freq="7D")}
        )
        weeks = weeks.assign(
            net_units=5.0,
            sold_units=12.0,
            cancelled_units=2.0,
            paid_value=960.0,
            received_units=0.0,
            exposures=700.0,
            clicks=28.0,
            in_stock_share=0.8,
        )
        return compared(
            pd.DataFrame([item | columns]), weeks, pd.DataFrame([plan]), self.TODAY
        ).iloc[0]

    def test_sales_are_what_is_sold_and_what_will_be(self):
        row = self.compared()
        assert (row["sales"], row["buy"], row["planned_sales"]) == (5 * 10 + 60, 220, 300)

    def test_every_factor_by_its_own_figures(self):
        row = self.compared()
        assert (row["days"], row["in_stock"], row["click_rate"], row["price"]) == (
            153,
            pytest.approx(0.8),
            pytest.approx(0.04),
            80,
        )
        assert row["kept"] == 0.5
        assert row["exposures_per_day"] == pytest.approx(7000 / (0.8 * 68))

    def test_shown_at_a_part_of_life_at_which_no_past_one_was_says_nothing(self):
        """The past style was shown in its last week alone: how much more the new one would still be
        shown nobody knows, and no number stands for it.
        """
        style = {"category": "dress", "remaining": 0.0, "received": 9.0, "on_order": 0.0}
        style |= {"exposures": 0.0, "clicks": 0.0}
        days = pd.to_datetime(["2026-06-01", "2025-03-03"])
        items = pd.DataFrame([style | {"item": item} for item in ("new", "past")])
        items = items.assign(first_sale=days, launch_date=days, in_season=[True, False])
        items["exit_date"] = pd.to_datetime(["2026-08-31", "2025-06-01"])
        weeks = pd.DataFrame(
            {
                "item": ["new", "past", "past"],
                "week": pd.to_datetime(["2026-06-01", "2025-03-03", "2025-05-26"]),
                "exposures": [700.0, 0.0, 700.0],
                "in_stock_share": 1.0,
                "cancelled_units": 0.0,
                "clicks": np.nan,
                "received_units": 0.0,
            }
        ).assign(net_units=5.0, sold_units=5.0, paid_value=50.0)
        plan = pd.DataFrame({"item": ["new", "past"], "planned_sales": 9.0, "planned_buy": 9.0})
        plan = plan.assign(planned_days=91.0, planned_exposures_per_day=100.0, planned_price=10.0)
        unsaid = ["planned_instock", "planned_click_rate", "planned_return_rate"]
        plan = plan.assign(**dict.fromkeys(unsaid, np.nan), planned_launch=pd.NaT)
        found = compared(items, weeks, plan, self.TODAY)
        assert found["exposures_per_day"].isna().tolist() == [True, False]
        assert np.isfinite(causes.split(found, -2.0).to_numpy()).all()

    def test_a_core_style_is_compared_over_the_last_year(self):
        row = self.compared(exit_date=pd.NaT, first_sale=pd.Timestamp("2023-01-01"))
        assert row["planned_sales"] == pytest.approx(300 * 99 / 184)
        assert row["sales"] == 50
