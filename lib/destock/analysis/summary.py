"""What to do first: the styles that hold most money, and one verb each."""

import numpy as np
import pandas as pd

from destock.model.messages import mark
from destock.model.metrics import price_needed, ratio

VERBS = (
    mark("cancel the open order"), mark("other channel"), mark("clearance session"), mark("improve content"),
    mark("cut the price"), mark("stop reordering"), mark("watch"),
)  # fmt: skip
LOW_CLICK_RATE = 0.7
DEEPEST_CUT = 0.5
# from this share of a style's money in excess on, its open order is the first thing to do
ORDER_SHARE = 0.25


def actions(frame: pd.DataFrame, costs: pd.DataFrame, elasticity: float, as_of: pd.Timestamp) -> pd.DataFrame:
    """Which styles matter most, and what is the one thing to do about each?

    ``frame``: one row an item from classification's ``excess``; ``costs``: rows of impact
    (item, class, units, purchase, week). Money = cost of excess on hand + cost of excess
    on order. Returns one row an item, most money first: ``class`` (of most money),
    ``money``, ``week``, ``verb``, ``price_to`` (share of the tag price, where the verb is a cut).
    """
    main = costs.sort_values(["item", "purchase"], ascending=[True, False], kind="stable").drop_duplicates("item")[["item", "class"]]
    total = costs.groupby("item", as_index=False)[["units", "purchase", "week"]].sum()
    rows = frame.merge(main, on="item", how="inner", validate="1:1").merge(total, on="item", validate="1:1")
    rows["on_order_cost"] = rows["excess_on_order"] * rows["mean_cost"]
    rows["money"] = rows["purchase"].fillna(0) + rows["on_order_cost"].fillna(0)
    rows["return_rate"] = ratio(rows["returns"], rows["sold_units"]) if rows["returns"].sum() > 0 else np.nan
    rows["sizes"] = rows["skus_in_stock"].astype("Int64").astype("str") + " / " + rows["skus"].astype("str")
    rows["price_to"] = _price_to_clear(rows, elasticity)
    rows["verb"] = _verb(rows, as_of)
    rows["price_to"] = rows["price_to"].where(rows["verb"] == "cut the price")
    return rows.sort_values(["money", "item"], ascending=[False, True], kind="stable").reset_index(drop=True)


def _price_to_clear(rows: pd.DataFrame, elasticity: float) -> pd.Series:
    """Share of the tag price at which the stock would sell out by the exit; unknown without an elasticity."""
    uplift = ratio(rows["on_hand"], rows["need"]).clip(lower=1)
    return rows["price_realisation"] * price_needed(uplift, elasticity)


def _verb(rows: pd.DataFrame, as_of: pd.Timestamp) -> np.ndarray:
    kind = rows["class"]
    cancellable = (rows["cancellable"] > 0) & (rows["on_order_cost"] >= ORDER_SHARE * rows["money"])
    long_over = (as_of - rows["exit_date"]).dt.days > 365
    click_rate = ratio(rows["clicks"], rows["exposures"])
    unloved = click_rate < LOW_CLICK_RATE * click_rate.groupby(rows["category"]).transform("median")
    reachable = rows["price_to"] >= DEEPEST_CUT * rows["price_realisation"]
    in_season = rows["exit_date"] >= as_of
    return np.select(
        [cancellable, kind == "defective", (kind == "out of season") & long_over, kind == "out of season",
         (kind == "misjudged") & unloved, in_season & kind.isin(["misjudged", "over-bought"]) & reachable,
         kind == "misjudged", kind.isin(["slow", "over-bought"])],
        ["cancel the open order", "other channel", "other channel", "clearance session",
         "improve content", "cut the price", "clearance session", "stop reordering"], "watch",
    )  # fmt: skip
