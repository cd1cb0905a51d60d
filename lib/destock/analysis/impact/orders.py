"""Open orders of what is already too much: the cheapest stock is the one that never arrives."""

import numpy as np
import pandas as pd

from destock.model.messages import mark
from destock.model.metrics import ratio

STEPS = (mark("cancel"), mark("ask to cancel"), mark("postpone"), mark("overdue: refuse or take"))


def open_orders(lines: pd.DataFrame, excess: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """Which open orders are for stock that is already too much, what can be done about each, until
    when, and for how much money?

    lines: open purchase lines (po_id, sku, item, units, due_at, cancellable_until, unit_cost,
    vendor); excess: item, ``excess_on_order``, ``mean_cost``, name, class. The excess of an item
    falls on the lines that are due last: their units would be needed last. Returns one row an order
    of an item, the cheapest lever first: ``lever`` – cancel (until ``until``), ask to cancel (no
    day is known), postpone (past that day, not yet due), overdue – ``units`` too much of
    ``ordered``, ``money`` at cost, ``until`` (cancel: the last day; postpone: the day it is due).
    """
    rows = lines.merge(
        excess[["item", "name", "category", "excess_on_order", "mean_cost"]],
        on="item",
        validate="m:1",
    )
    rows = rows.assign(late=rows["due_at"].fillna(pd.Timestamp.max.normalize())).sort_values(
        ["item", "late", "po_id", "sku"], ascending=[True, False, True, True], kind="stable"
    )
    covered = rows.groupby("item")["units"].cumsum() - rows["units"]
    rows["too_many"] = np.minimum(rows["units"], (rows["excess_on_order"] - covered).clip(lower=0))
    rows["money"] = rows["too_many"] * rows["unit_cost"].fillna(rows["mean_cost"])
    lines = rows[rows["too_many"] > 0].groupby(["item", "po_id"])
    order = lines.agg(
        name=("name", "first"),
        category=("category", "first"),
        vendor=("vendor", "first"),
        ordered=("units", "sum"),
        units=("too_many", "sum"),
        due_at=("due_at", "max"),
        cancellable_until=("cancellable_until", "max"),
    )
    order = order.assign(money=lines["money"].sum(skipna=False)).reset_index()
    can, late = order["cancellable_until"] >= as_of, order["due_at"] < as_of
    order["lever"] = np.select(
        [can, order["cancellable_until"].isna() & ~late, ~late], STEPS[:3], STEPS[3]
    )
    order["until"] = order["cancellable_until"].where(
        can, order["due_at"].where(order["lever"] == STEPS[2])
    )
    rank = order["lever"].map({step: n for n, step in enumerate(STEPS)})
    order["share"] = ratio(order["units"], order["ordered"])
    return (
        order.assign(rank=rank)
        .sort_values(
            ["rank", "money", "item", "po_id"], ascending=[True, False, True, True], kind="stable"
        )
        .drop(columns="rank")
        .reset_index(drop=True)
    )
