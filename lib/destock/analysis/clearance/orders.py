"""Open orders of what is already too much: the cheapest stock is the one that never arrives."""

import numpy as np
import pandas as pd

from destock.analysis.clearance.waiting import Holding
from destock.model.messages import mark
from destock.model.metrics import ratio

CANCEL, ASK, POSTPONE, OVERDUE = STEPS = (
    mark("cancel the order"),
    mark("ask to cancel the order"),
    mark("postpone the order"),
    mark("overdue: refuse or take"),
)
TAKE = mark("take the order")
ON_ORDER = mark("on order")


def surplus_orders(lines: pd.DataFrame, excess: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
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
        cancellable=can_cancel,
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
    # no part of a piece is cancelled
    too_many = np.floor(too_many + 1e-9).where(rows["units"] % 1 == 0, too_many)
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


def order_options(orders: pd.DataFrame, worth: pd.DataFrame, holding: Holding) -> pd.DataFrame:
    """What does each open order bring that is not taken, and what if it is?

    orders: of ``surplus_orders``; worth: item, ``units`` too many on order, what they bring beside
    the stock (``worth``, ``worth_low``, ``worth_high``), and ``wanted_in``: after how many weeks
    they could be bought again (unknown: never). Two rows an order, in the columns of
    ``stock_options``: not taken, its money is not spent; taken, its units bring what they are
    worth, and at most what it costs to buy them when they are wanted. Unknown is the gain without a
    cost, and of what can only be postponed, for its money will be spent: too many all the same.
    """
    rows = orders.merge(worth.rename(columns={"units": "of_all"}), on="item", validate="m:1")
    money, mean, low, high = _spared_or_brought(rows, holding)
    same = rows[["item", "po_id", "units"]].assign(
        portion=ON_ORDER, price=ratio(rows["money"], rows["units"])
    )
    spared = ("cash_now", "cash_by_date", "present_value", "present_low", "present_high")
    left = same.assign(way=rows["lever"], do_by=rows["until"], **dict.fromkeys(spared, money))
    left = left.assign(gain=money - mean, gain_low=money - high, gain_high=money - low)
    brought = {"present_value": mean, "present_low": low, "present_high": high}
    nothing = dict.fromkeys(("cash_now", "gain", "gain_low", "gain_high"), 0.0)
    return pd.concat([left, same.assign(way=TAKE, **brought, **nothing)], ignore_index=True)


def _spared_or_brought(rows: pd.DataFrame, holding: Holding) -> list[pd.Series]:
    """The money of each order if it is not taken, and what its units bring if they come: mean, low
    and high.
    """
    again = rows["money"] * holding.discount(rows["wanted_in"])
    again = again - rows["units"] * holding.storage_week * rows["wanted_in"]
    part = ratio(rows["units"], rows["of_all"])
    worth = [np.fmin(rows[name] * part, again) for name in ("worth", "worth_low", "worth_high")]
    unknown = rows["lever"] == POSTPONE
    return [figure.mask(unknown) for figure in (rows["money"], *worth)]
