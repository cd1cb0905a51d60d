"""What to do first: the styles that hold most money, and one verb each."""

import numpy as np
import pandas as pd

from destock.model.messages import mark
from destock.model.metrics import price_needed, ratio

CANCEL = mark("cancel the open order")
VERBS = (
    CANCEL,
    mark("other channel"),
    mark("clearance session"),
    mark("improve content"),
    mark("stop paid traffic"),
    mark("cut the price"),
    mark("stop reordering"),
    mark("watch"),
)


def actions(
    frame: pd.DataFrame,
    costs: pd.DataFrame,
    orders: pd.DataFrame,
    elasticity: float,
    as_of: pd.Timestamp,
    assumptions: dict[str, float],
) -> pd.DataFrame:
    """Which styles matter most, and what is the one thing to do about each?

    ``frame``: one row an item from ``cover.excess``, with ``ad_spend`` of late; ``costs``: rows of
    impact (item, class, units, purchase, week); ``orders``: rows of open orders (item, lever,
    units, money, until). Money = cost of excess on hand + cost of excess on order. Returns one row
    an item with either: ``class`` (of most money, null where only orders are too much), ``money``,
    ``week``, ``verb``, ``price_to`` (share of the tag price, where the verb is a cut), ``until``
    (last day to cancel). The cheapest lever first – what need not be bought –, then most money.
    """
    rows = _with_money(frame, costs, orders)
    in_stock, skus = rows["skus_in_stock"].astype("Int64").astype("str"), rows["skus"].astype("str")
    rows = rows.assign(
        return_rate=rows["return_rate"] if rows["returns"].sum() > 0 else np.nan,
        sizes=in_stock + " / " + skus,
        price_to=_price_to_clear(rows, elasticity),
    )
    rows["verb"] = _verb(rows, as_of, assumptions)
    rows["price_to"] = rows["price_to"].where(rows["verb"] == "cut the price")
    return cheapest_first(most_money(rows))


def _with_money(frame: pd.DataFrame, costs: pd.DataFrame, orders: pd.DataFrame) -> pd.DataFrame:
    """The items with either, their class of most money, and what both come to. Nothing too much on
    hand, or on order, costs nothing; what is there and has no cost is unknown.
    """
    rows = frame[frame["item"].isin(costs["item"]) | frame["item"].isin(orders["item"])]
    largest = costs.sort_values(
        ["item", "purchase", "units"], ascending=[True, False, False], kind="stable"
    ).drop_duplicates("item")
    spent = costs.groupby("item")[["units", "purchase", "week"]].sum(skipna=False).reset_index()
    for part in (largest[["item", "class"]], spent, _orders(orders)):
        rows = rows.merge(part, on="item", how="left", validate="1:1")
    for whole, amounts in (
        (costs, ["units", "purchase", "week"]),
        (orders, ["on_order_cost", "cancellable_cost"]),
    ):
        rows[amounts] = rows[amounts].mask(~rows["item"].isin(whole["item"]), 0.0)
    return rows.assign(money=rows["purchase"] + rows["on_order_cost"])


def most_money(rows: pd.DataFrame) -> pd.DataFrame:
    """The same rows, those with most money first; those whose cost nobody knows after them, by
    their tag value, then by units.
    """
    units = rows["excess_units"].fillna(0.0) + rows["excess_on_order"].fillna(0.0)
    order = pd.DataFrame(
        {
            "money": rows["money"],
            "tag": units * rows["tag_price"],
            "units": units,
            "item": rows["item"],
        },
        index=rows.index,
    )
    return rows.loc[
        order.sort_values([*order], ascending=[False, False, False, True], kind="stable").index
    ]


def cheapest_first(rows: pd.DataFrame) -> pd.DataFrame:
    """The same rows, those that need no sale on top: an order that is cancelled costs nothing."""
    return pd.concat([rows[rows["verb"] == CANCEL], rows[rows["verb"] != CANCEL]]).reset_index(
        drop=True
    )


def _orders(orders: pd.DataFrame) -> pd.DataFrame:
    """By item: money on order that is too much, the part that can still be cancelled, and until
    when.
    """
    can = orders["lever"] == "cancel"
    rows = orders.assign(
        on_order_cost=orders["money"],
        cancellable_cost=orders["money"].where(can, 0.0),
        until=orders["until"].where(can),
    )
    items = rows.groupby("item")
    return (
        items[["on_order_cost", "cancellable_cost"]]
        .sum(skipna=False)
        .join(items["until"].min())
        .reset_index()
    )


def _price_to_clear(rows: pd.DataFrame, elasticity: float) -> pd.Series:
    """Share of the tag price at which the stock would sell out by the exit; unknown without an
    elasticity.
    """
    uplift = ratio(rows["on_hand"], rows["need"]).clip(lower=1)
    return rows["price_realisation"] * price_needed(uplift, elasticity)


def _verb(rows: pd.DataFrame, as_of: pd.Timestamp, a: dict[str, float]) -> np.ndarray:
    """The first verb whose reason holds."""
    kind, in_season = rows["class"], rows["exit_date"] >= as_of
    long_over = (as_of - rows["exit_date"]).dt.days > 365
    reachable = rows["price_to"] >= a["deepest_cut"] * rows["price_realisation"]
    worth_cancelling = (rows["cancellable_cost"] > 0) & (
        rows["cancellable_cost"] >= a["order_share"] * rows["money"]
    )
    reasons = [
        (worth_cancelling, CANCEL),
        (kind == "defective", "other channel"),
        ((kind == "out of season") & long_over, "other channel"),
        (kind == "out of season", "clearance session"),
        ((kind == "misjudged") & _seldom_clicked(rows, a["low_rate"]), "improve content"),
        (in_season & kind.isin(["misjudged", "over-bought"]) & reachable, "cut the price"),
        ((kind == "misjudged") & (rows["ad_spend"] > 0), "stop paid traffic"),
        (kind == "misjudged", "clearance session"),
        (kind.isin(["slow", "over-bought"]), "stop reordering"),
    ]
    holds, verbs = zip(*reasons, strict=True)
    return np.select(holds, verbs, "watch")


def _seldom_clicked(rows: pd.DataFrame, low_rate: float) -> pd.Series:
    """Of those who saw the style, clearly fewer clicked than on the middle one of its category."""
    click_rate = ratio(rows["clicks"], rows["exposures"])
    return click_rate < low_rate * click_rate.groupby(rows["category"]).transform("median")
