"""Sizes: runs that are broken, sizes that died, and the sales that missing ones cost."""

import numpy as np
import pandas as pd

from destock.model.messages import mark
from destock.model.metrics import ratio

DEAD, LOST, IN_STOCK, SOLD_OUT = STATES = (
    mark("dead size"),
    mark("lost size"),
    mark("in stock"),
    mark("sold out"),
)
RECENT_WEEKS, RATE_WEEKS = 8, 26
LEAST_DAYS = 14  # in stock, before a size's own rate is known


COLUMNS = [
    "item",
    "sku",
    "name",
    "size",
    "state",
    "broken",
    "units",
    "cost",
    "lost_units",
    "lost_sales",
]


def sizes(
    sku_now: pd.DataFrame,
    sku_week: pd.DataFrame,
    items: pd.DataFrame,
    assumptions: dict[str, float],
) -> pd.DataFrame:
    """Which sizes lie dead, and what do the missing ones cost?

    One row a SKU of every style with stock: ``state`` – dead size: stock, and no sale in
    ``dead_weeks`` while its style sold; lost size: none left while other sizes are, in season –
    ``units`` and ``cost`` held, ``lost_units`` and ``lost_sales`` of the last eight weeks (its own
    rate while in stock × weeks without, net of the style's returns, at the price lately paid), and
    ``broken``: the sizes that are left bring less than ``size_floor`` of the style's sales. What a
    size loses that was too short in stock to know its rate is unknown. Empty where stock or its
    weeks are unknown.
    """
    known = sku_week[sku_week["complete"] & sku_week["days_in_stock"].notna()]
    rows = _of_styles_with_stock(sku_now, items)
    if known.empty:
        rows = rows.iloc[:0]
    rows = rows.join(_recent(known, assumptions["dead_weeks"]), on="sku")
    rows = rows.fillna({"sold_lately": 0.0, "lost_weeks": 0.0})
    units = rows["on_hand"].clip(lower=0)
    rows = _with_losses(
        rows.assign(
            broken=rows["sizes_left"] < assumptions["size_floor"],
            units=units,
            cost=rows["on_hand_cost"].mask(units.eq(0), 0.0),
        )
    )
    rows["state"] = _states(rows, assumptions["dead_weeks"])
    return rows[COLUMNS].sort_values(["item", "sku"], kind="stable").reset_index(drop=True)


def _of_styles_with_stock(sku_now: pd.DataFrame, items: pd.DataFrame) -> pd.DataFrame:
    """The SKUs whose stock is known, of styles that have some; each by its style's name."""
    style = items[["item", "name", "in_season", "sizes_left", "on_hand"]]
    style = style[style["on_hand"] > 0].drop(columns="on_hand")
    rows = sku_now[sku_now["on_hand"].notna()].drop(columns="name", errors="ignore")
    return rows.merge(style, on="item", validate="m:1")


def _states(rows: pd.DataFrame, dead_weeks: float) -> np.ndarray:
    """One of STATES for each size."""
    held = rows["units"] > 0
    style_sold = rows.groupby("item")["sold_lately"].transform("sum") > 0
    long_known = rows["known_weeks"] >= dead_weeks
    dead = held & (rows["sold_lately"] <= 0) & style_sold & long_known
    lost = (rows["units"] == 0) & rows["in_season"] & (rows["rate"] > 0)
    return np.select([dead, lost, held], [DEAD, LOST, IN_STOCK], SOLD_OUT)


def _with_losses(rows: pd.DataFrame) -> pd.DataFrame:
    """What each size would have sold in the weeks without it: nothing out of season."""
    missing = rows["in_season"] & (rows["lost_weeks"] > 0)
    units = (rows["rate"] * rows["lost_weeks"]).where(missing, 0.0)
    sales = (units * rows["price"]).mask(units.eq(0), 0.0)
    return rows.assign(lost_units=units, lost_sales=sales)


def _recent(weeks: pd.DataFrame, dead_weeks: float) -> pd.DataFrame:
    """By SKU: units sold while stock may die, weeks known, its rate while in stock, and weeks
    without stock of the last eight.
    """
    ago = (weeks["week"].max() - weeks["week"]).dt.days // 7
    without = (weeks["days_on_sale"] - weeks["days_in_stock"]).clip(lower=0) / 7
    rows = weeks.assign(
        net=weeks["sold_units"] - weeks["undone_units"],
        lately=weeks["sold_units"].where(ago < dead_weeks, 0.0),
        out=without.where(ago < RECENT_WEEKS, 0.0),
    )
    total = rows.groupby("sku").agg(
        sold_lately=("lately", "sum"), known_weeks=("week", "size"), lost_weeks=("out", "sum")
    )
    half_year = rows[ago < RATE_WEEKS].groupby("sku")
    sums = half_year[["net", "days_in_stock", "paid_value", "sold_units"]].sum()
    rate = ratio(sums["net"].clip(lower=0) * 7, sums["days_in_stock"])
    return total.assign(
        rate=rate.where(sums["days_in_stock"] >= LEAST_DAYS),
        price=ratio(sums["paid_value"], sums["sold_units"]),
    )


def by_style(rows: pd.DataFrame) -> pd.DataFrame:
    """Which styles have broken runs, and what do their dead and lost sizes come to in money? One
    row a style with one of the three.
    """
    dead, lost = rows["state"] == DEAD, rows["state"] == LOST
    part = rows.assign(
        dead_sizes=dead,
        lost_sizes=lost,
        dead_cost=rows["cost"].where(dead, 0.0),
        broken_cost=rows["cost"].where(rows["broken"], 0.0),
    )
    total = part.groupby("item", as_index=False).agg(
        name=("name", "first"),
        sizes=("sku", "size"),
        broken=("broken", "first"),
        dead_sizes=("dead_sizes", "sum"),
        lost_sizes=("lost_sizes", "sum"),
        units=("units", "sum"),
        cost=("cost", "sum"),
        dead_cost=("dead_cost", "sum"),
        broken_cost=("broken_cost", "sum"),
        lost_units=("lost_units", "sum"),
        lost_sales=("lost_sales", "sum"),
    )
    named = total[(total["broken"]) | (total["dead_sizes"] > 0) | (total["lost_sales"] > 0)]
    return (
        named.assign(matters=named["dead_cost"] + named["lost_sales"])
        .sort_values(["matters", "item"], ascending=[False, True])
        .drop(columns="matters")
        .reset_index(drop=True)
    )
