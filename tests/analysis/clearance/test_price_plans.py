"""One price or a ladder: plans of one style, against the decision's own figures."""

import numpy as np
import pytest
from tests.analysis.clearance.tiny import outlook

from destock.analysis.clearance import price_plans as plans
from destock.analysis.clearance.ladder import Rules

STEPS = np.array([1.0, 0.8, 0.6])
SHOP = {"elasticity": -2.0, "elasticity_error": 0.3, "spread": 0.3, "units": 60.0}


def found(*weekly: float, rules: Rules | None = None, **columns):
    rows = plans.price_plans(
        outlook(*weekly, **SHOP | columns), STEPS, rules or Rules(changes=2, least_weeks=1)
    )
    return rows.set_index("plan")


def test_no_plan_brings_more_than_the_bound_and_the_ladder_is_never_worse_than_one_price():
    value = found(9.0, 8.0, 7.0, 6.0)["plan_value"]
    assert value[plans.HELD] <= value[plans.ONE] <= value[plans.LADDER] <= value[plans.BOUND]
    assert (value <= value[plans.BOUND] + 1e-9).all()
    assert list(value.index) == list(plans.PLANS)


def test_without_more_cuts_a_ladder_is_one_price():
    rows = found(9.0, 8.0, 7.0, 6.0, rules=Rules(changes=0))
    assert rows.loc[plans.LADDER, "plan_value"] == pytest.approx(rows.loc[plans.ONE, "plan_value"])
    assert rows.loc[plans.LADDER, "price_first"] == rows.loc[plans.ONE, "price_first"]


def test_against_one_price():
    rows = found(9.0, 8.0, 7.0, 6.0)
    one = rows.loc[plans.ONE, "plan_value"]
    assert rows["against_one"].tolist() == pytest.approx((rows["plan_value"] / one - 1).tolist())


def test_all_to_a_jobber_is_what_he_pays_today():
    assert found(9.0, 8.0).loc[plans.LET_GO, "plan_value"] == 60 * 10


def test_much_stock_and_hardly_any_chance_sell_as_many_as_are_wanted():
    """Two weeks at 10 a week and 100: 2,000, and the jobber's 9.41 for the other 980."""
    rows = found(10.0, 10.0, units=1000.0, elasticity_error=0.0, spread=0.0)
    assert rows.loc[plans.HELD, "plan_value"] == pytest.approx(2000 + 980 * 10 * 0.97**2)


def test_prices_that_would_have_fallen_anyway_sell_less_if_they_hold():
    """Half of today's price in the second week sold 10 at β = −2: at a price that holds it is a
    quarter of that.
    """
    shop = outlook(10.0, 10.0, **SHOP | {"units": 1000.0, "elasticity_error": 0.0, "spread": 0.0})
    shop.path[0, 1] = 0.5
    rows = plans.price_plans(shop, STEPS, Rules()).set_index("plan")
    left = 1000 - 12.5
    assert rows.loc[plans.HELD, "plan_value"] == pytest.approx(1250 + left * 10 * 0.97**2)


def test_no_style_no_plan():
    rows = plans.price_plans(outlook(1.0).only(np.array([], int)), STEPS, Rules())
    assert rows.empty
    assert rows.columns.tolist() == plans.COLUMNS
