"""From the answer of customers to money."""

import numpy as np
import pandas as pd
import pytest

from destock.analysis.elasticity import money
from destock.model.assumptions import assumed
from destock.model.proceeds import Proceeds

ASSUMED, SALE = assumed(), Proceeds({"net": 0.26})


def items(**columns) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "price": [100.0],
            "mean_cost": [40.0],
            "rate": [10.0],
            "weeks": [5.0],
            "on_hand": [1e6],
            "return_rate": [0.0],
        }
        | columns
    )


class TestLadder:
    def test_by_hand(self):
        """50 units at today's price; at 80 % and β = −2: 50 ÷ 0.64."""
        row = money.ladder(items(), (-2.0, -3.0, -1.0), SALE, ASSUMED).set_index("step").loc[0.8]
        units = 50 / 0.64
        assert row["units"] == pytest.approx(units)
        assert row["revenue"] == pytest.approx(units * 80)
        assert row["gross_profit"] == pytest.approx(units * 40)
        assert row["cash"] == pytest.approx(units * 80 * 0.74)
        assert (row["units_low"], row["units_high"]) == pytest.approx((50 / 0.8, 50 / 0.8**3))
        assert row["margin"] == pytest.approx(0.5)
        assert row["break_even_uplift"] == pytest.approx(60 / 40)
        assert row["expected_uplift"] == pytest.approx(1 / 0.64)

    def test_tax_fees_and_returns_reach_cash_and_gross_profit(self):
        """At 113 with 13 % of tax: 100, less 26 %, less (5 + half of 5) ÷ half of the shipped: 74 −
        15.
        """
        sale = Proceeds({"net": 0.26, "per parcel": 5, "per return": 5}, 0.13)
        row = money.ladder(
            items(price=[113.0], return_rate=[0.5]), (-2.0, -3.0, -1.0), sale, ASSUMED
        ).iloc[0]
        assert (row["cash"], row["gross_profit"]) == pytest.approx((50 * 59, 50 * 60))
        assert row["margin"] == pytest.approx(0.6)

    def test_stock_binds(self):
        found = money.ladder(items(on_hand=[60.0]), (-2.0, -2.0, -2.0), SALE, ASSUMED)
        assert found["units"].tolist() == pytest.approx([50, 60, 60, 60, 60, 60])
        assert found.loc[found["best"], "step"].tolist() == pytest.approx([0.9])

    def test_the_step_that_pays_is_today_where_customers_do_not_answer(self):
        found = money.ladder(items(), (-0.5, -0.9, -0.1), SALE, ASSUMED)
        assert found.loc[found["best"], "step"].tolist() == [1.0]

    def test_intervals_hold_the_estimate(self):
        found = money.ladder(items(), (-2.0, -3.0, -1.0), SALE, ASSUMED)
        for name in money.MEASURES:
            assert (found[f"{name}_low"] <= found[name] + 1e-9).all()
            assert (found[name] <= found[f"{name}_high"] + 1e-9).all()

    def test_currency_does_not_matter(self):
        ten = money.ladder(
            items(price=[1000.0], mean_cost=[400.0]), (-2.0, -3.0, -1.0), SALE, ASSUMED
        )
        one = money.ladder(items(), (-2.0, -3.0, -1.0), SALE, ASSUMED)
        assert ten["cash"].tolist() == pytest.approx((10 * one["cash"]).tolist())
        assert ten["best"].tolist() == one["best"].tolist()

    def test_nothing_flagged(self):
        found = money.ladder(items().iloc[:0], (-2.0, -3.0, -1.0), SALE, ASSUMED)
        assert found["cash"].tolist() == [0.0] * 6

    def test_steps_are_an_assumption(self):
        assert money.steps(
            ASSUMED | {"ladder_step": 0.15, "ladder_steps": 3}
        ).tolist() == pytest.approx([1, 0.85, 0.7, 0.55])


def test_below_cost_no_uplift_breaks_even():
    assert np.isnan(money.break_even_uplift(0.9, 0.5, 0.5))
