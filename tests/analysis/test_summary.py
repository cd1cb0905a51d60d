"""What to do first: ranked by money, one verb each."""

import numpy as np
import pandas as pd
import pytest

from destock.analysis import summary
from destock.model.assumptions import assumed

TODAY = pd.Timestamp("2026-06-07")


def row(item: str, **columns) -> dict:
    usual = {
        "item": item,
        "category": "dress",
        "exit_date": pd.Timestamp("2026-08-31"),
        "returns": 30.0,
        "sold_units": 100.0,
        "on_hand": 100.0,
        "need": 80.0,
        "price_realisation": 0.9,
        "clicks": 50.0,
        "exposures": 1_000.0,
        "ad_spend": 0.0,
        "skus_in_stock": 3.0,
        "skus": 4,
        "tag_price": 10.0,
        "excess_units": 20.0,
        "excess_on_order": 0.0,
        "return_rate": 0.3,
    }
    return usual | columns


NO_COSTS = pd.DataFrame({"item": [], "class": [], "units": [], "purchase": [], "week": []}).astype(
    {"item": str, "class": str}
)
NO_ORDERS = pd.DataFrame({"item": [], "lever": [], "money": [], "until": []}).astype(
    {"item": str, "lever": str, "money": float, "until": "datetime64[us]"}
)
SOON = pd.Timestamp("2026-06-20")


def order(
    item: str, money: float, lever: str = "cancel", until: pd.Timestamp = SOON
) -> pd.DataFrame:
    return pd.DataFrame({"item": [item], "lever": lever, "money": money, "until": until})


def actions(
    *rows: dict, kind: str = "misjudged", elasticity: float = -2.0, orders: pd.DataFrame = NO_ORDERS
) -> pd.DataFrame:
    costs = [
        {
            "item": r["item"],
            "class": r.get("class", kind),
            "units": 20.0,
            "purchase": r.get("purchase", 200.0),
            "week": 1.0,
        }
        for r in rows
        if r.get("purchase", 1) != 0
    ]
    frame = pd.DataFrame(
        [{k: v for k, v in r.items() if k not in ("class", "purchase")} for r in rows]
    )
    return summary.actions(
        frame, pd.DataFrame(costs, columns=list(NO_COSTS)), orders, elasticity, TODAY, assumed()
    )


def verb(kind: str, orders: pd.DataFrame = NO_ORDERS, **columns) -> str:
    others = [row(f"o{n}") for n in range(5)]
    found = actions(row("a", **{"class": kind}, **columns), *others, orders=orders)
    return found.set_index("item").loc["a", "verb"]


def test_most_money_first_and_what_is_on_order_counts():
    found = actions(
        row("a", purchase=100.0),
        row("b", purchase=50.0),
        row("c", purchase=120.0),
        orders=order("b", 300.0, "postpone"),
    )
    assert found["item"].tolist() == ["b", "c", "a"]
    assert found["money"].tolist() == [350, 120, 100]


def test_what_has_no_cost_is_ranked_by_tag_value_then_units_after_what_has_one():
    rows = [
        row("a", purchase=np.nan, tag_price=10.0),
        row("b", purchase=np.nan, tag_price=12.0),
        row("c", purchase=1.0),
        row("d", purchase=np.nan, tag_price=np.nan),
    ]
    found = actions(*rows)
    assert found["item"].tolist() == ["c", "b", "a", "d"]
    assert found["money"].isna().tolist() == [False, True, True, True]


def test_the_cheapest_lever_stands_on_top():
    """An order of 50 that can be cancelled comes before 1,000 in stock, with its last day."""
    found = actions(row("a", purchase=1_000.0), row("b", purchase=40.0), orders=order("b", 50.0))
    assert found["item"].tolist() == ["b", "a"]
    assert found["verb"].iloc[0] == "cancel the open order"
    assert found["until"].tolist() == [SOON, pd.NaT]


def test_a_style_that_is_too_much_only_on_order_is_there():
    found = actions(row("a", purchase=0.0), row("b"), orders=order("a", 70.0)).set_index("item")
    assert found.loc["a", ["money", "units", "verb"]].tolist() == [70, 0, "cancel the open order"]


@pytest.mark.parametrize(
    ("kind", "columns", "expected"),
    [
        ("misjudged", {"orders": order("a", 500.0)}, "cancel the open order"),
        ("misjudged", {"orders": order("a", 10.0)}, "cut the price"),
        ("misjudged", {"orders": order("a", 500.0, "postpone")}, "cut the price"),
        ("misjudged", {"need": 5.0, "ad_spend": 90.0}, "stop paid traffic"),
        ("defective", {}, "other channel"),
        ("out of season", {"exit_date": pd.Timestamp("2026-02-28")}, "clearance session"),
        ("out of season", {"exit_date": pd.Timestamp("2024-02-29")}, "other channel"),
        ("misjudged", {"clicks": 5.0}, "improve content"),
        ("misjudged", {}, "cut the price"),
        ("misjudged", {"need": 5.0}, "clearance session"),
        ("slow", {}, "stop reordering"),
        ("too early", {}, "watch"),
    ],
)
def test_one_verb_for_each_kind(kind, columns, expected):
    assert verb(kind, **columns) == expected


def test_a_cut_names_the_price_that_clears_the_stock():
    """Stock 100, need 80: 25 % more; at elasticity −2 that takes a price of 0.9 × 1.25^(−1/2)."""
    assert actions(row("a"))["price_to"].tolist() == pytest.approx([0.9 * 1.25**-0.5])


def test_no_price_is_named_where_no_elasticity_is_known():
    found = actions(row("a"), elasticity=float("nan"))
    assert found["verb"].tolist() == ["clearance session"]
    assert np.isnan(found["price_to"].iloc[0])


def test_sizes_left_are_shown_of_all_sizes():
    assert actions(row("a"))["sizes"].tolist() == ["3 / 4"]


def test_nothing_in_excess_is_an_empty_list():
    empty = summary.actions(pd.DataFrame([row("a")]), NO_COSTS, NO_ORDERS, -2.0, TODAY, assumed())
    assert empty.empty
    assert {"verb", "money", "price_to", "until"} <= set(empty)
