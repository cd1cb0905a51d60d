"""What the stock is still worth: net realisable value item by item, and the write-down an auditor
can follow.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from destock.model.messages import mark
from destock.model.metrics import ratio
from destock.model.proceeds import Proceeds

# portions of an item's stock: each is worth what it will bring, and what one gains never covers
# what another lost
NEEDED, TOO_MUCH, NOT_KNOWN, DAMAGED = (
    mark("needed"),
    mark("too much"),
    mark("need not known"),
    mark("damaged"),
)
RECENT_WEEKS = 8
LEAST_UNITS = 30  # sold after their exit, before the shop's own clearance price is taken
DEAD_DAYS = 365  # after its exit a style brings what a jobber pays
COST_GAP = 0.05  # share of the stock's tag value without a cost above which no write-down is stated


@dataclass(frozen=True)
class Standard:
    """What a set of accounting rules asks: its name, its source, and whether a write-down may be
    taken back.
    """

    name: str
    rule: str
    reversal: bool


STANDARDS = {
    "CAS 1": Standard(
        "CAS 1",
        mark(
            "CAS 1: lower of cost and net realisable value, item by item – a write-down is taken"
            " back when its cause is gone, up to the original cost"
        ),
        True,
    ),
    "IFRS": Standard(
        "IFRS",
        mark(
            "IAS 2: lower of cost and net realisable value, item by item – a reversal is required"
            " when value recovers, up to the original cost"
        ),
        True,
    ),
    "US GAAP": Standard(
        "US GAAP",
        mark(
            "ASC 330: lower of cost and net realisable value (first in first out, average cost) – a"
            " write-down makes a new cost and is not taken back"
        ),
        False,
    ),
}

# where a price comes from
RECENT, OWN_CLEARANCE, ASSUMED, REALISED, AT_TAG = (
    mark("paid in the last eight weeks"),
    mark("paid for own styles after their exit"),
    mark("assumption"),
    mark("paid so far"),
    mark("its tag: nothing sold yet"),
)


def clearance_share(
    weeks: pd.DataFrame, items: pd.DataFrame, assumptions: dict[str, float]
) -> tuple[float, str]:
    """At which part of the tag price has the shop sold what was left after the exit, and where does
    that come from?

    Paid ÷ tag value of all units sold after their style's exit; with fewer than 30 of them the
    assumption.
    """
    rows = weeks.merge(items[["item", "exit_date"]], on="item", validate="m:1")
    after = rows[(rows["week"] > rows["exit_date"]) & (rows["sold_at_tag"] > 0)]
    if after["sold_units"].sum() < LEAST_UNITS:
        return assumptions["clearance_price"], ASSUMED
    return float(after["paid_value"].sum() / after["sold_at_tag"].sum()), OWN_CLEARANCE


def recent_price(items: pd.DataFrame, weeks: pd.DataFrame) -> pd.DataFrame:
    """What do customers pay for each style now? Last eight weeks, else over its whole life, else
    its tag: item, ``price``, ``price_basis``.
    """
    late = (
        weeks[weeks["week"] > weeks["week"].max() - pd.Timedelta(weeks=RECENT_WEEKS)]
        .groupby("item")[["paid_value", "sold_units"]]
        .sum()
    )
    now = items["item"].map(
        ratio(late["paid_value"], late["sold_units"]).where(late["paid_value"] > 0)
    )
    ever = ratio(items["paid_value"], items["sold_units"]).where(items["paid_value"] > 0)
    basis = np.select(
        [now.notna(), ever.notna(), items["tag_price"].notna()], [RECENT, REALISED, AT_TAG], ""
    )
    return items[["item"]].assign(
        price=now.fillna(ever).fillna(items["tag_price"]), price_basis=basis
    )


def portions(frame: pd.DataFrame) -> pd.DataFrame:
    """Which units of each item are needed, which are too much, which are damaged, and what did each
    portion cost?

    frame: items from ``cover.excess`` with ``cover.at_cost``. Returns one row a portion with units:
    item, ``portion``, ``units``, ``cost``. Where nobody knows how many are needed, all good units
    are one portion.
    """
    known = frame["excess_on_hand"].notna()
    good, too_much = frame["on_hand"].clip(lower=0), frame["excess_on_hand"].fillna(0.0)
    parts = {
        NEEDED: (good - too_much).where(known, 0.0),
        TOO_MUCH: too_much,
        NOT_KNOWN: good.where(~known, 0.0),
        DAMAGED: frame["damaged"].clip(lower=0),
    }
    cost = {
        NEEDED: frame["needed_cost"],
        TOO_MUCH: frame["excess_cost"],
        NOT_KNOWN: frame["on_hand_cost"],
        DAMAGED: frame["damaged_cost"],
    }
    rows = [
        frame[["item"]].assign(portion=name, units=units, cost=cost[name])
        for name, units in parts.items()
    ]
    return pd.concat(rows, ignore_index=True).query("units > 0").reset_index(drop=True)


def net_realisable(
    frame: pd.DataFrame,
    prices: pd.DataFrame,
    clearance: tuple[float, str],
    sale: Proceeds,
    assumptions: dict[str, float],
    as_of: pd.Timestamp,
    each: str = "item",
) -> pd.DataFrame:
    """What will each item bring, net of what selling it costs, and how far is that below what it
    cost?

    frame: items from ``cover.excess`` with ``cover.at_cost`` and ``return_rate``. Units that are
    needed, or of which the need is not known, sell at today's price, the others at a lower one
    (``lower_price``). NRV = what a sale at that price brings. Returns one row an (item, portion)
    with stock: ``units``, ``unit_cost``, ``price`` with ``price_basis``, ``nrv`` (each a unit), and
    those of ``written_down``, ``each`` as it is asked there; items without a tag price or cost
    stay, unknown.
    """
    of_item = frame[["item", "tag_price", "exit_date", "return_rate"]]
    rows = portions(frame).merge(of_item, on="item").merge(prices, on="item", validate="m:1")
    rows = lower_price(rows, clearance, assumptions, as_of)
    rows["unit_cost"] = ratio(rows["cost"], rows["units"]).where(rows["cost"] > 0)
    rows["nrv"] = sale.brings(rows["price"], rows["return_rate"].fillna(0.0))
    return (
        written_down(rows, each)
        .drop(columns=["cost", "tag_price", "exit_date", "return_rate"])
        .sort_values(
            ["write_down", "item", "portion"], ascending=[False, True, True], kind="stable"
        )
        .reset_index(drop=True)
    )


def lower_price(
    rows: pd.DataFrame,
    clearance: tuple[float, str],
    assumptions: dict[str, float],
    as_of: pd.Timestamp,
) -> pd.DataFrame:
    """At which price will the units go that nobody needs, and where is that price from?

    rows: portions with ``tag_price``, ``exit_date``, ``price`` and ``price_basis`` of today. What
    is too much goes at the clearance price (a year after its exit: at the salvage price), damaged
    units at the damaged price, all as parts of the tag, and none above today's price.
    """
    damaged = rows["portion"] == DAMAGED
    long_over = (as_of - rows["exit_date"]).dt.days > DEAD_DAYS
    share, basis = clearance
    share = np.select(
        [damaged, long_over], [assumptions["damaged_price"], assumptions["salvage_price"]], share
    )
    basis = np.where(damaged | long_over, ASSUMED, basis)
    at_exit = rows["tag_price"] * share
    lower = (damaged | (rows["portion"] == TOO_MUCH)) & ~(at_exit >= rows["price"])
    return rows.assign(
        price=rows["price"].mask(lower, at_exit), price_basis=rows["price_basis"].mask(lower, basis)
    )


# the rules ask for one figure of an item; a stricter reading asks for one of each portion
EACH = ("item", "portion")


def written_down(rows: pd.DataFrame, each: str = "item") -> pd.DataFrame:
    """How much of its cost is each item no longer worth? What one item gains never covers what
    another lost.

    rows: item, portion, units, unit_cost, nrv. By "item" what an item's needed units will bring
    above their cost covers what those too much will bring below it (``covered``); by "portion"
    nothing is covered. Damaged units are an item of their own. Adds ``covered``, ``write_down``
    (units × (cost − NRV), where that is above 0, − covered), ``write_down_unit`` and ``carrying``.

    >>> rows = pd.DataFrame({"item": list("abc"), "portion": "needed", "units": [100.0, 50, 200]})
    >>> rows = rows.assign(unit_cost=[500.0, 300, 80], nrv=[444.0, 420, 60])
    >>> float(written_down(rows)["write_down"].sum())
    9600.0
    >>> both = rows.assign(item="a", portion=["too much", "needed", "needed"])
    >>> [float(written_down(both, each)["write_down"].sum()) for each in EACH]
    [3600.0, 9600.0]
    """
    short = rows["units"] * (rows["unit_cost"] - rows["nrv"])
    alone = short.clip(lower=0)
    same = [rows["item"], rows["portion"] == DAMAGED]
    whole = short.groupby(same).transform("sum", skipna=False).clip(lower=0)
    lost = alone.groupby(same).transform("sum", skipna=False)
    write_down = alone if each == "portion" else alone * ratio(whole, lost).mask(lost.eq(0), 0.0)
    return rows.assign(
        covered=alone - write_down,
        write_down_unit=ratio(write_down, rows["units"]),
        write_down=write_down,
        carrying=rows["units"] * rows["unit_cost"] - write_down,
    )


def movement(rows: pd.DataFrame, provisions: pd.DataFrame, standard: Standard) -> pd.DataFrame:
    """What is to be booked, given what has been booked already?

    rows: of ``net_realisable``; provisions: item, amount. Returns one row an item: ``required``
    (write-down now), ``booked``, ``change`` (to book now, negative: taken back – never under rules
    that forbid it), ``closing`` = booked + change.
    """
    # of an item with a portion without a cost it is unknown
    known = rows.groupby("item")["write_down"].sum(skipna=False)
    required = known.rename("required").reset_index()
    both = required.merge(
        provisions[["item", "amount"]].rename(columns={"amount": "booked"}),
        on="item",
        how="outer",
        validate="1:1",
    )
    gone = ~both["item"].isin(required["item"])  # nothing in stock: nothing to write down
    both = both.assign(required=both["required"].mask(gone, 0.0), booked=both["booked"].fillna(0.0))
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
