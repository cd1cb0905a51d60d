"""What the overstock costs to keep: the money sunk in it, and what every further week of waiting
takes.
"""

import pandas as pd

from destock.model.metrics import ratio, total

RATES = ("storage", "capital", "insurance", "shrink")


def carrying(
    classes: pd.DataFrame, layer: pd.DataFrame, sku_now: pd.DataFrame, assumptions: dict[str, float]
) -> pd.DataFrame:
    """What did the overstock cost to buy, what has keeping it cost so far, and what will a week
    more cost?

    classes: item, class, units, cost. Returns it with ``purchase`` (sunk: it cannot be got back by
    waiting), what keeping has cost since receipt (at the item's mean age in stock, FIFO) by each of
    RATES, ``total`` of all five, ``week`` (the four rates for one further week: what can still be
    avoided) and ``week_cash`` (the part of it that is paid out: storage and insurance). storage =
    units × rate × days; the others = cost × rate × days ÷ 365. Capital stands for the money once:
    no other return on it is charged.
    """
    days = classes["item"].map(mean_age(layer, sku_now)).astype(float)
    day = {
        "storage": classes["units"] * assumptions["storage_per_unit_day"],
        "capital": classes["cost"] * assumptions["capital_rate"] / 365,
        "insurance": classes["cost"] * assumptions["insurance_rate"] / 365,
        "shrink": classes["cost"] * assumptions["shrink_rate"] / 365,
    }
    frame = classes.assign(
        purchase=classes["cost"], age_days=days, **{name: cost * days for name, cost in day.items()}
    )
    return frame.assign(
        total=frame["purchase"] + frame[list(RATES)].sum(axis=1),
        week=7 * sum(day.values()),
        week_cash=7 * (day["storage"] + day["insurance"]),
    )


def mean_age(layer: pd.DataFrame, sku_now: pd.DataFrame) -> pd.Series:
    """How many days has each item's stock been there, on average over the units of known age?"""
    known = layer[layer["age_days"].notna()].merge(
        sku_now[["sku", "item"]], on="sku", validate="m:1"
    )
    weighted = (
        known.assign(days=known["age_days"] * known["units"])
        .groupby("item")[["days", "units"]]
        .sum()
    )
    return ratio(weighted["days"], weighted["units"])


def by(costs: pd.DataFrame, key: str) -> pd.DataFrame:
    """What does the overstock cost by class or by category? Sums of units and of every cost, as far
    as it is known.
    """
    columns = ["units", "purchase", *RATES, "total", "week", "week_cash"]
    return (
        costs.groupby(key)[columns]
        .sum(min_count=1)
        .sort_values(["purchase", "units"], ascending=False)
        .reset_index()
    )


def locked(costs: pd.DataFrame, item_now: pd.DataFrame) -> dict[str, float]:
    """What share of the money in stock is locked in overstock? At cost; numerator and denominator
    shown.
    """
    stock = float(total(item_now["on_hand_cost"] + item_now["damaged_cost"]))
    excess = float(total(costs["purchase"]))
    return {
        "excess_cost": excess,
        "stock_cost": stock,
        "share": excess / stock if stock > 0 else float("nan"),
    }


def coverage(item_now: pd.DataFrame) -> dict[str, float]:
    """For what share of the units on hand is the cost known?"""
    units = item_now["on_hand"].fillna(0) + item_now["damaged"].fillna(0)
    known = float(units[(item_now["on_hand_cost"] + item_now["damaged_cost"]).notna()].sum())
    return {
        "known_units": known,
        "units": float(units.sum()),
        "share": known / units.sum() if units.sum() > 0 else float("nan"),
    }
