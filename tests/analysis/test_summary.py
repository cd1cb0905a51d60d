"""Which styles hold most money: ranked by it, with the one thing that is decided about each."""

import numpy as np
import pandas as pd

from destock.analysis import summary


def row(item: str, **columns) -> dict:
    usual = {
        "item": item,
        "category": "dress",
        "returns": 30.0,
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
NO_ORDERS = pd.DataFrame({"item": [], "cancellable": [], "money": [], "until": []}).astype(
    {"item": str, "cancellable": bool, "money": float, "until": "datetime64[us]"}
)
SOON = pd.Timestamp("2026-06-20")


def order(item: str, money: float, cancellable: bool = True) -> pd.DataFrame:
    return pd.DataFrame({"item": [item], "cancellable": cancellable, "money": money, "until": SOON})


def things(**decisions: str) -> pd.DataFrame:
    """What is decided about each item; what begins with "cancel" needs no sale."""
    words = list(decisions.values())
    return pd.DataFrame(
        {
            "item": list(decisions),
            "decision": words,
            "price_to": np.nan,
            "gain": 1.0,
            "free": [word.startswith("cancel") for word in words],
        }
    ).astype({"item": str})


def actions(
    *rows: dict, orders: pd.DataFrame = NO_ORDERS, decided: pd.DataFrame | None = None
) -> pd.DataFrame:
    costs = [
        {
            "item": r["item"],
            "class": "misjudged",
            "units": 20.0,
            "purchase": r.get("purchase", 200.0),
            "week": 1.0,
        }
        for r in rows
        if r.get("purchase", 1) != 0
    ]
    frame = pd.DataFrame([{k: v for k, v in r.items() if k != "purchase"} for r in rows])
    if decided is None:
        decided = things(**{r["item"]: "keep selling" for r in rows})
    return summary.actions(frame, pd.DataFrame(costs, columns=list(NO_COSTS)), orders, decided)


def test_most_money_first_and_what_is_on_order_counts():
    found = actions(
        row("a", purchase=100.0),
        row("b", purchase=50.0),
        row("c", purchase=120.0),
        orders=order("b", 300.0, cancellable=False),
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


def test_what_costs_nothing_stands_on_top():
    """An order of 50 that can be cancelled comes before 1,000 in stock, with its last day."""
    found = actions(
        row("a", purchase=1_000.0),
        row("b", purchase=40.0),
        orders=order("b", 50.0),
        decided=things(a="cut the price", b="cancel the order"),
    )
    assert found["item"].tolist() == ["b", "a"]
    assert found["decision"].tolist() == ["cancel the order", "cut the price"]
    assert found["until"].tolist() == [SOON, pd.NaT]


def test_a_style_that_is_too_much_only_on_order_is_there():
    found = actions(row("a", purchase=0.0), row("b"), orders=order("a", 70.0)).set_index("item")
    assert found.loc["a", ["money", "units", "cancellable_cost"]].tolist() == [70, 0, 70]


def test_what_nobody_decided_has_no_decision():
    found = actions(row("a"), row("b"), decided=things(b="watch")).set_index("item")
    assert found["decision"].fillna("–").to_dict() == {"a": "–", "b": "watch"}


def test_sizes_left_are_shown_of_all_sizes():
    assert actions(row("a"))["sizes"].tolist() == ["3 / 4"]


def test_nothing_in_excess_is_an_empty_list():
    empty = summary.actions(pd.DataFrame([row("a")]), NO_COSTS, NO_ORDERS, things())
    assert empty.empty
    assert {"decision", "money", "price_to", "until"} <= set(empty)
