"""Ages of the stock, by any bands, in four values that add up."""

import numpy as np
import pandas as pd
import pytest

from destock.analysis.classification.ageing import VALUES, ageing, band_labels

SKUS = pd.DataFrame(
    {"sku": ["a1", "a2", "b1"], "item": ["a", "a", "b"], "tag_price": [10.0, 12.0, 8.0]}
)
COST = {"a1": 5.0, "a2": 5.0, "b1": 2.0}
WORTH = pd.DataFrame(
    {
        "item": ["a", "b"],
        "category": ["x", "y"],
        "excess_units": [30.0, np.nan],
        "excess_cost": [150.0, np.nan],
        "nrv": [450.0, 20.0],
    }
)


def layers(*rows: tuple) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["sku", "age_days", "units"]).astype({"age_days": float})
    return frame.assign(unit_cost=frame["sku"].map(COST).astype(float))


def test_the_layers_of_three_receipts():
    """100 each on days 0, 40 and 80; of 150 left on day 100, 100 are 20 days old and 50 are 60."""
    rows = ageing(layers(("a1", 20, 100.0), ("a1", 60, 50.0)), SKUS, WORTH).set_index(
        ["category", "band"]
    )
    assert rows["units"][rows["units"] > 0].to_dict() == {("x", "0–30"): 100, ("x", "31–60"): 50}


def test_units_of_unknown_age_have_a_band_of_their_own():
    rows = ageing(layers(("a1", 20, 100.0), ("a1", None, 50.0)), SKUS, WORTH)
    assert rows.loc[rows["band"] == "unknown", "units"].sum() == 50


def test_any_bands():
    assert band_labels((7, 14)) == ("0–7", "8–14", "> 14", "unknown")
    rows = ageing(layers(("a1", 7, 1.0), ("a1", 8, 2.0), ("a1", 15, 4.0)), SKUS, WORTH, (7, 14))
    assert rows.loc[rows["category"] == "x", "units"].tolist() == [1, 2, 4, 0]


def test_every_value_adds_up_to_what_is_held():
    rows = ageing(layers(("a1", 10, 60.0), ("a2", 100, 40.0), ("b1", 400, 10.0)), SKUS, WORTH)
    total = rows[VALUES].sum()
    assert total.to_dict() == pytest.approx(
        {
            "units": 110,
            "cost": 520,
            "tag": 60 * 10 + 40 * 12 + 10 * 8,
            "nrv": 470,
            "excess_units": 30,
            "excess_cost": 150,
        }
    )


def test_each_layer_has_its_own_cost_and_an_unknown_one_is_no_zero():
    rows = layers(("a1", 10, 60.0), ("a1", 100, 40.0), ("b1", 10, 3.0)).assign(
        unit_cost=[7.0, 5.0, np.nan]
    )
    bands = ageing(rows, SKUS, WORTH).set_index(["category", "band"])["cost"]
    assert bands[[("x", "0–30"), ("x", "91–180"), ("x", "> 180")]].tolist() == [420, 200, 0]
    assert np.isnan(bands["y", "0–30"])


def test_excess_lies_evenly_over_an_items_units():
    rows = ageing(layers(("a1", 10, 60.0), ("a2", 100, 40.0)), SKUS, WORTH).set_index(
        ["category", "band"]
    )
    assert rows.loc[[("x", "0–30"), ("x", "91–180")], "excess_units"].tolist() == pytest.approx(
        [18, 12]
    )


def test_no_stock_has_no_ages():
    assert ageing(layers(), SKUS, WORTH).empty
