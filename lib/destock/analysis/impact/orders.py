"""Open orders of what is already too much: the cheapest stock is the one that never arrives."""

import numpy as np
import pandas as pd

from destock.model.messages import mark
from destock.model.metrics import ratio

CANCEL, ASK, POSTPONE, OVERDUE = STEPS = (
    mark("cancel"),
    mark("ask to cancel"),
    mark("postpone"),
    mark("overdue: refuse or take"),
)


def open_orders(lines: pd.DataFrame, excess: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """Which open orders are for stock that is already too much, what can be done about each, until
    when, and for how much money?

    lines: open purchase lines (po_id, sku, item, units, due_at, cancellable_until, unit_cost,
    vendor); excess: item, ``excess_on_order``, ``mean_cost``, name, category. Returns one row an
    order of an item, the cheapest lever first: ``lever`` – cancel (until ``until``), ask to cancel
    (no day is known), postpone (past that day, not yet due), overdue – ``units`` too much of
    ``ordered``, ``money`` at cost, ``until`` (cancel: the last day; postpone: the day it is due).
    """
    order = _by_order(_too_many(lines, excess))
    last_day, overdue = order["cancellable_until"], order["due_at"] < as_of
    can_cancel = last_day >= as_of
    lever = np.select(
        [can_cancel, last_day.isna() & ~overdue, ~overdue], [CANCEL, ASK, POSTPONE], OVERDUE
    )
    order = order.assign(
        lever=lever,
        until=last_day.where(can_cancel, order["due_at"].where(lever == POSTPONE)),
        share=ratio(order["units"], order["ordered"]),
        rank=pd.Series(lever, order.index).map(STEPS.index),
    )
    return (
        order.sort_values(
            ["rank", "money", "item", "po_id"], ascending=[True, False, True, True], kind="stable"
        )
        .drop(columns="rank")
        .reset_index(drop=True)
    )


def _too_many(lines: pd.DataFrame, excess: pd.DataFrame) -> pd.DataFrame:
    """The excess of an item falls on the lines that are due last: their units would be needed last.
    Adds ``too_many`` units and their ``money``.
    """
    rows = lines.merge(
        excess[["item", "name", "category", "excess_on_order", "mean_cost"]],
        on="item",
        validate="m:1",
    )
    rows = rows.sort_values(
        ["item", "due_at", "po_id", "sku"],
        ascending=[True, False, True, True],
        na_position="first",
        kind="stable",
    )
    due_later = rows.groupby("item")["units"].cumsum() - rows["units"]
    left = (rows["excess_on_order"] - due_later).clip(lower=0)
    too_many = np.minimum(rows["units"], left)
    cost = rows["unit_cost"].fillna(rows["mean_cost"])
    return rows.assign(too_many=too_many, money=too_many * cost)


def _by_order(rows: pd.DataFrame) -> pd.DataFrame:
    """One row an order of an item; its money is unknown where the cost of one line is."""
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
    return order.assign(money=lines["money"].sum(skipna=False)).reset_index()
