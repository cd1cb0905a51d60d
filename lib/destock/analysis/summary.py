"""The styles that hold most money, with the one thing that is decided about each."""

import numpy as np
import pandas as pd


def actions(
    frame: pd.DataFrame, costs: pd.DataFrame, orders: pd.DataFrame, first_things: pd.DataFrame
) -> pd.DataFrame:
    """Which styles matter most, and what is the one thing to do about each?

    ``frame``: one row an item from ``cover.excess``; ``costs``: rows of impact (item, class, units,
    purchase, week); ``orders``: rows of open orders (item, units, money, until); ``first_things``:
    item, ``decision``, ``price_to``, ``gain``, ``free`` (it needs no sale). Money = cost of excess
    on hand + cost of excess on order. Returns one row an item with either: ``class`` (of most
    money, null where only orders are too much), ``money``, ``week``, ``decision``, ``price_to``
    (share of the tag price, where the decision is a cut), ``until`` (last day to cancel). What
    costs nothing first – an order that need not be taken –, then most money.
    """
    rows = _with_money(frame, costs, orders)
    told = first_things[["item", "decision", "price_to", "gain", "free"]]
    rows = rows.merge(told, on="item", how="left", validate="1:1")
    in_stock, skus = rows["skus_in_stock"].astype("Int64").astype("str"), rows["skus"].astype("str")
    rows = rows.assign(
        return_rate=rows["return_rate"] if rows["returns"].sum() > 0 else np.nan,
        sizes=in_stock + " / " + skus,
    )
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
    free = rows["free"].eq(True)
    return pd.concat([rows[free], rows[~free]]).reset_index(drop=True)


def _orders(orders: pd.DataFrame) -> pd.DataFrame:
    """By item: money on order that is too much, the part that can still be cancelled, and until
    when.
    """
    can = orders["cancellable"]
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
