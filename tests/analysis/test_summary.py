"""What to do first: ranked by money, one verb each."""

import numpy as np
import pandas as pd
import pytest

from destock.analysis import summary

TODAY = pd.Timestamp("2026-06-07")


def row(item: str, **columns) -> dict:
    usual = {
        "item": item, "category": "dress", "exit_date": pd.Timestamp("2026-08-31"), "excess_on_order": 0.0, "cancellable": 0.0, "mean_cost": 10.0, "returns": 30.0,
        "sold_units": 100.0, "on_hand": 100.0, "need": 80.0, "price_realisation": 0.9, "clicks": 50.0, "exposures": 1_000.0, "skus_in_stock": 3.0, "skus": 4,
    }  # fmt: skip
    return usual | columns


def actions(*rows: dict, kind: str = "misjudged", elasticity: float = -2.0) -> pd.DataFrame:
    costs = pd.DataFrame(
        [{"item": r["item"], "class": r.get("class", kind), "units": 20.0, "purchase": r.get("purchase", 200.0), "week": 1.0} for r in rows]
    )
    frame = pd.DataFrame([{k: v for k, v in r.items() if k not in ("class", "purchase")} for r in rows])
    return summary.actions(frame, costs, elasticity, TODAY)


def verb(kind: str, **columns) -> str:
    others = [row(f"o{n}") for n in range(5)]
    found = actions(row("a", **{"class": kind}, **columns), *others)
    return found.set_index("item").loc["a", "verb"]


def test_most_money_first_and_what_is_on_order_counts():
    found = actions(row("a", purchase=100.0), row("b", purchase=50.0, excess_on_order=30.0), row("c", purchase=120.0))
    assert found["item"].tolist() == ["b", "c", "a"]
    assert found["money"].tolist() == [350, 120, 100]


@pytest.mark.parametrize(
    ("kind", "columns", "expected"),
    [
        ("misjudged", {"excess_on_order": 50.0, "cancellable": 50.0}, "cancel the open order"),
        ("misjudged", {"excess_on_order": 50.0}, "cut the price"),
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
    assert actions(row("a")).iloc[:0].shape[0] == 0
    empty = summary.actions(
        pd.DataFrame([row("a")]),
        pd.DataFrame({"item": [], "class": [], "units": [], "purchase": [], "week": []}).astype({"item": str, "class": str}),
        -2.0,
        TODAY,
    )
    assert empty.empty
