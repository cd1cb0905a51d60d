"""Money: sunk and avoidable kept apart, nothing charged twice, sums that agree."""

import numpy as np
import pandas as pd
import pytest

from destock.analysis.impact import carrying as impact
from destock.model.assumptions import assumed

NUMBERS = assumed(
    {"capital_rate": 0.10, "storage_per_unit_day": 0.20, "insurance_rate": 0, "shrink_rate": 0}
)
SKU = pd.DataFrame({"sku": ["a1", "b1"], "item": ["a", "b"]})


def layers(*rows: tuple) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["sku", "age_days", "units"])


def classes(*rows: tuple) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["item", "class", "units", "cost"])


def test_holding_464_units_at_500_for_sixty_days():
    """464 × 0.20 + 464 × 500 × 10 % ÷ 365 = 156.36 a day, 9,381.70 in sixty days."""
    costs = impact.carrying(
        classes(("a", "slow", 464.0, 464 * 500.0)), layers(("a1", 60, 464.0)), SKU, NUMBERS
    ).iloc[0]
    assert costs["storage"] + costs["capital"] == pytest.approx(9_381.70, abs=5e-3)
    assert costs["week"] == pytest.approx(7 * 156.36, abs=0.05)
    assert costs["total"] == pytest.approx(232_000 + 9_381.70, abs=5e-3)


def test_each_rate_is_charged_once_and_only_two_are_paid_out():
    """A year: 10 units × 0.20 × 365, and 10 % + 2 % + 3 % of 1,000."""
    numbers = NUMBERS | {"insurance_rate": 0.02, "shrink_rate": 0.03}
    costs = impact.carrying(
        classes(("a", "slow", 10.0, 1000.0)), layers(("a1", 365, 10.0)), SKU, numbers
    ).iloc[0]
    assert costs[list(impact.RATES)].tolist() == pytest.approx([730, 100, 20, 30])
    assert costs["total"] == pytest.approx(1880)
    assert costs["week"] == pytest.approx(7 / 365 * 880)
    assert costs["week_cash"] == pytest.approx(7 / 365 * 750)


def test_age_is_the_mean_over_units_of_known_age():
    age = impact.mean_age(
        layers(("a1", 20, 100.0), ("a1", 60, 50.0), ("a1", None, 10.0), ("b1", None, 5.0)), SKU
    )
    assert age["a"] == pytest.approx(33.33, abs=5e-3)
    assert "b" not in age


def test_unknown_age_has_an_unknown_past_and_still_costs_next_week():
    costs = impact.carrying(
        classes(("b", "slow", 10.0, 50.0)), layers(("b1", None, 10.0)), SKU, NUMBERS
    ).iloc[0]
    assert np.isnan(costs["storage"])
    assert costs["total"] == 50  # as far as it is known
    assert costs["week"] > 0


def test_what_has_no_cost_costs_an_unknown_sum_and_no_zero():
    rows = classes(
        ("a", "slow", 3.0, np.nan), ("b", "slow", 5.0, 10.0), ("a", "defective", 2.0, np.nan)
    )
    costs = impact.carrying(rows, layers(("a1", 10, 5.0), ("b1", 10, 5.0)), SKU, NUMBERS)
    assert costs["week"].isna().tolist() == [True, False, True]
    by_class = impact.by(costs, "class").set_index("class")["purchase"]
    assert by_class["slow"] == 10
    assert np.isnan(by_class["defective"])


def test_classes_and_categories_add_up_to_the_same():
    rows = classes(
        ("a", "slow", 3.0, 30.0), ("a", "defective", 2.0, 20.0), ("b", "slow", 5.0, 10.0)
    )
    costs = impact.carrying(rows, layers(("a1", 10, 5.0), ("b1", 99, 5.0)), SKU, NUMBERS).assign(
        category=["x", "x", "y"]
    )
    by_class, by_category = impact.by(costs, "class"), impact.by(costs, "category")
    for column in ("units", "purchase", *impact.RATES, "total", "week", "week_cash"):
        assert by_class[column].sum() == pytest.approx(costs[column].sum())
        assert by_category[column].sum() == pytest.approx(costs[column].sum())


def test_purchase_cost_does_not_change_what_storage_takes():
    layer = layers(("a1", 30, 10.0))
    cheap, dear = (
        impact.carrying(classes(("a", "slow", 10.0, cost)), layer, SKU, NUMBERS).iloc[0]
        for cost in (100.0, 900.0)
    )
    assert cheap["storage"] == dear["storage"]


def test_locked_share_is_a_ratio_of_sums():
    item_now = pd.DataFrame({"on_hand_cost": [100.0, 300.0], "damaged_cost": [0.0, 100.0]})
    assert impact.locked(pd.DataFrame({"purchase": [50.0, 75.0]}), item_now) == {
        "excess_cost": 125,
        "stock_cost": 500,
        "share": 0.25,
    }


def test_no_stock_has_no_share():
    item_now = pd.DataFrame({"on_hand_cost": [0.0], "damaged_cost": [0.0]})
    assert np.isnan(impact.locked(pd.DataFrame({"purchase": []}), item_now)["share"])


def test_coverage_of_cost_is_by_units():
    item_now = pd.DataFrame(
        {
            "on_hand": [30.0, 60.0],
            "damaged": [0.0, 10.0],
            "on_hand_cost": [150.0, np.nan],
            "damaged_cost": [0.0, np.nan],
        }
    )
    assert impact.coverage(item_now)["share"] == 0.3
