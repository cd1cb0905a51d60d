"""Dead, missing and broken sizes, in money."""

import pandas as pd
import pytest
from tests.analysis.classification.tiny import NUMBERS

from destock.analysis.classification import sizes

LAST = pd.Timestamp("2026-06-01")


def shop(**sold: list[float]) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """One style; sold by week per size, oldest first; a size named "…_out" has had no stock in the
    last two weeks.
    """
    rows = [
        {
            "sku": sku,
            "week": LAST - pd.Timedelta(weeks=len(units) - 1 - n),
            "complete": True,
            "sold_units": float(u),
            "undone_units": 0.0,
            "paid_value": 20.0 * u,
            "days_on_sale": 7,
            "days_in_stock": 0 if sku.endswith("_out") and n >= len(units) - 2 else 7,
        }
        for sku, units in sold.items()
        for n, u in enumerate(units)
    ]
    skus = pd.DataFrame(
        {
            "sku": list(sold),
            "item": "a",
            "size": list(sold),
            "unit_cost": 5.0,
            "on_hand": [0.0 if s.endswith("_out") else 10.0 for s in sold],
        }
    )
    skus["on_hand_cost"] = skus["on_hand"] * skus["unit_cost"]
    item = pd.DataFrame(
        {
            "item": ["a"],
            "name": ["Dress"],
            "in_season": True,
            "sizes_left": 0.9,
            "on_hand": float(skus["on_hand"].sum()),
        }
    )
    return skus, pd.DataFrame(rows), item


def states(**sold) -> dict[str, str]:
    return sizes.sizes(*shop(**sold), NUMBERS).set_index("sku")["state"].to_dict()


def test_a_size_is_dead_where_its_style_sells_and_it_does_not():
    assert states(S=[1] * 20, L=[0] * 20) == {"S": "in stock", "L": "dead size"}


def test_a_size_is_not_dead_where_nothing_sells_or_it_is_new():
    assert states(S=[0] * 20, L=[0] * 20) == {"S": "in stock", "L": "in stock"}
    assert states(S=[1] * 20, L=[0] * 5) == {"S": "in stock", "L": "in stock"}


def test_a_missing_size_loses_its_own_rate_for_the_weeks_without():
    """Two a week at 20 while in stock, gone for two weeks: 4 units, 80 of sales."""
    row = (
        sizes.sizes(*shop(S=[1] * 20, M_out=[2] * 18 + [0, 0]), NUMBERS)
        .set_index("sku")
        .loc["M_out"]
    )
    assert (row["state"], row["lost_units"], row["lost_sales"]) == (
        "lost size",
        pytest.approx(4),
        pytest.approx(80),
    )


def test_nothing_is_lost_after_the_season():
    skus, weeks, item = shop(S=[1] * 20, M_out=[2] * 18 + [0, 0])
    rows = sizes.sizes(skus, weeks, item.assign(in_season=False), NUMBERS)
    assert rows["lost_sales"].sum() == 0
    assert "lost size" not in set(rows["state"])


def test_a_run_is_broken_by_the_sales_of_the_sizes_left():
    skus, weeks, item = shop(S=[1] * 20, M_out=[9] * 18 + [0, 0])
    assert sizes.sizes(skus, weeks, item.assign(sizes_left=0.1), NUMBERS)["broken"].all()
    assert not sizes.sizes(skus, weeks, item, NUMBERS)["broken"].any()


def test_styles_by_what_they_lose():
    rows = sizes.by_style(
        sizes.sizes(*shop(S=[1] * 20, L=[0] * 20, M_out=[2] * 18 + [0, 0]), NUMBERS)
    ).iloc[0]
    assert rows[["dead_sizes", "lost_sizes", "dead_cost", "lost_sales"]].tolist() == [
        1,
        1,
        50,
        pytest.approx(80),
    ]


def test_unknown_stock_has_no_sizes_to_judge():
    skus, weeks, item = shop(S=[1] * 20)
    assert sizes.sizes(skus.assign(on_hand=float("nan")), weeks, item, NUMBERS).empty


def test_without_weeks_of_sales_no_size_is_judged():
    skus, weeks, item = shop(S=[1] * 20, L=[0] * 20)
    assert sizes.sizes(skus, weeks.assign(days_in_stock=float("nan")), item, NUMBERS).empty


def test_what_a_size_loses_whose_rate_is_not_known_is_unknown():
    """In stock for one week of twenty: too short to know what it sells."""
    skus, weeks, item = shop(S=[1] * 20, M_out=[2] * 18 + [0, 0])
    weeks.loc[weeks["sku"].eq("M_out") & (weeks["week"] > weeks["week"].min()), "days_in_stock"] = 0
    row = sizes.sizes(skus, weeks, item, NUMBERS).set_index("sku").loc["M_out"]
    assert row[["lost_units", "lost_sales"]].isna().all()
