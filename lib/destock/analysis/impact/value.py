"""What the stock is still worth: net realisable value item by item, and the write-down an auditor can follow."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from destock.model.messages import mark
from destock.model.metrics import ratio

GOOD, DAMAGED = mark("good"), mark("damaged")
RECENT_WEEKS = 8
LEAST_UNITS = 30  # sold after their exit, before the shop's own clearance price is taken
DEAD_DAYS = 365  # after its exit a style brings what a jobber pays
COST_GAP = 0.05  # share of the stock's tag value without a cost above which no write-down is stated


@dataclass(frozen=True)
class Standard:
    """What a set of accounting rules asks: its name, its source, and whether a write-down may be taken back."""

    name: str
    rule: str
    reversal: bool


STANDARDS = {
    "CAS 1": Standard("CAS 1", mark("CAS 1: lower of cost and net realisable value, item by item – a write-down is taken back when its cause is gone, up to the original cost"), True),
    "IFRS": Standard("IFRS", mark("IAS 2: lower of cost and net realisable value, item by item – a reversal is required when value recovers, up to the original cost"), True),
    "US GAAP": Standard("US GAAP", mark("ASC 330: lower of cost and net realisable value (first in first out, average cost) – a write-down makes a new cost and is not taken back"), False),
}  # fmt: skip

# where a price comes from
RECENT, OWN_CLEARANCE, ASSUMED, REALISED = (
    mark("paid in the last eight weeks"),
    mark("paid for own styles after their exit"),
    mark("assumption"),
    mark("paid so far"),
)


def clearance_share(weeks: pd.DataFrame, items: pd.DataFrame, assumptions: dict[str, float]) -> tuple[float, str]:
    """At which part of the tag price has the shop sold what was left after the exit, and where does that come from?

    Paid ÷ tag value of all units sold after their style's exit; with fewer than 30 of them the assumption.
    """
    rows = weeks.merge(items[["item", "exit_date", "tag_price"]], on="item", validate="m:1")
    after = rows[(rows["week"] > rows["exit_date"]) & rows["tag_price"].notna()]
    if after["sold_units"].sum() < LEAST_UNITS:
        return assumptions["clearance_price"], ASSUMED
    return float(after["paid_value"].sum() / (after["sold_units"] * after["tag_price"]).sum()), OWN_CLEARANCE


def recent_price(items: pd.DataFrame, weeks: pd.DataFrame) -> pd.DataFrame:
    """What do customers pay for each style now? Last eight weeks, else over its whole life: item, ``price``, ``price_basis``."""
    late = weeks[weeks["week"] > weeks["week"].max() - pd.Timedelta(weeks=RECENT_WEEKS)].groupby("item")[["paid_value", "sold_units"]].sum()
    now = items["item"].map(ratio(late["paid_value"], late["sold_units"]).where(late["paid_value"] > 0))
    ever = ratio(items["paid_value"], items["sold_units"]).where(items["paid_value"] > 0)
    basis = np.where(now.notna(), RECENT, np.where(ever.notna(), REALISED, ""))
    return items[["item"]].assign(price=now.fillna(ever), price_basis=basis)


def net_realisable(
    frame: pd.DataFrame,
    prices: pd.DataFrame,
    clearance: tuple[float, str],
    assumptions: dict[str, float],
    as_of: pd.Timestamp,
    tax_rate: float = 0.0,
) -> pd.DataFrame:
    """What will each item bring, net of what selling it costs, and how far is that below what it cost?

    frame: items from ``cover.excess``. Good units that are needed sell at today's price, the rest at the clearance price (a year after its exit:
    at the salvage price); damaged units at the damaged price. Expected price = Σ share of units × price; NRV = price ÷ (1 + tax) × (1 − selling costs). Returns one
    row an (item, condition) with stock: ``units``, ``unit_cost``, ``regular_share``, ``price``, ``clearance_price``, ``expected_price``, ``nrv`` (each a unit),
    ``write_down_unit`` = max(0, cost − NRV), ``write_down``, ``carrying`` (= cost − write-down), ``price_basis``, ``clearance_basis``; items without a tag price or cost stay, unknown.
    """
    rows = frame.merge(prices, on="item", validate="1:1")
    long_over = (as_of - rows["exit_date"]).dt.days > DEAD_DAYS
    exit_share = np.where(long_over, assumptions["salvage_price"], clearance[0])
    tag = rows["tag_price"]
    regular = (1 - ratio(rows["excess_on_hand"], rows["on_hand"])).clip(0, 1).fillna(1.0)
    price = rows["price"].fillna(tag * exit_share)
    good = rows[["item"]].assign(
        condition=GOOD, units=rows["on_hand"].clip(lower=0), cost=rows["on_hand_cost"], regular_share=regular, price=price,
        clearance_price=np.fmin(price, tag * exit_share), price_basis=rows["price_basis"], clearance_basis=np.where(long_over, ASSUMED, clearance[1]),
    )  # fmt: skip
    bad = rows[["item"]].assign(
        condition=DAMAGED, units=rows["damaged"].clip(lower=0), cost=rows["damaged_cost"], regular_share=0.0, price=price,
        clearance_price=np.fmin(price, tag * assumptions["damaged_price"]), price_basis=rows["price_basis"], clearance_basis=ASSUMED,
    )  # fmt: skip
    both = pd.concat([good, bad], ignore_index=True).query("units > 0").reset_index(drop=True)
    both["unit_cost"] = ratio(both["cost"], both["units"]).where(both["cost"] > 0)
    both["expected_price"] = expected([both["regular_share"], 1 - both["regular_share"]], [both["price"], both["clearance_price"]])
    both["nrv"] = both["expected_price"] / (1 + tax_rate) * (1 - assumptions["selling_rate"])
    return (
        written_down(both)
        .drop(columns="cost")
        .sort_values(["write_down", "item", "condition"], ascending=[False, True, True], kind="stable")
        .reset_index(drop=True)
    )


def expected(shares, prices):
    """What does a unit bring on average over the ways it may go? Σ share × price.

    >>> round(float(expected([0.6, 0.3, 0.1], [444, 296, 120])), 1)
    367.2
    """
    return sum(np.asarray(share) * np.asarray(price) for share, price in zip(shares, prices, strict=True))


def written_down(rows: pd.DataFrame) -> pd.DataFrame:
    """How much of its cost is each item no longer worth? Item by item: what one gains never covers what another lost.

    >>> rows = pd.DataFrame({"units": [100.0, 50, 200], "unit_cost": [500.0, 300, 80], "nrv": [444.0, 420, 60]})
    >>> float(written_down(rows)["write_down"].sum())
    9600.0
    """
    each = (rows["unit_cost"] - rows["nrv"]).clip(lower=0)
    return rows.assign(
        write_down_unit=each, write_down=rows["units"] * each, carrying=rows["units"] * np.minimum(rows["unit_cost"], rows["nrv"])
    )


def movement(rows: pd.DataFrame, provisions: pd.DataFrame, standard: Standard) -> pd.DataFrame:
    """What is to be booked, given what has been booked already?

    rows: of ``net_realisable``; provisions: item, amount. Returns one row an item: ``required`` (write-down now), ``booked``, ``change`` (to book now, negative: taken back – never
    under rules that forbid it), ``closing`` = booked + change.
    """
    required = rows.groupby("item", as_index=False)["write_down"].sum().rename(columns={"write_down": "required"})
    both = required.merge(
        provisions[["item", "amount"]].rename(columns={"amount": "booked"}), on="item", how="outer", validate="1:1"
    ).fillna(0.0)
    change = both["required"] - both["booked"]
    both["change"] = change if standard.reversal else change.clip(lower=0)
    return (
        both.assign(closing=both["booked"] + both["change"])
        .sort_values(["required", "item"], ascending=[False, True], kind="stable")
        .reset_index(drop=True)
    )


def cost_gap(frame: pd.DataFrame) -> float:
    """What share of the stock, at tag value, has no cost, so that its write-down is unknown?"""
    value = (frame["on_hand"].fillna(0) + frame["damaged"].fillna(0)) * frame["tag_price"].fillna(0)
    return float(value[frame["mean_cost"].isna()].sum() / value.sum()) if value.sum() > 0 else 0.0
