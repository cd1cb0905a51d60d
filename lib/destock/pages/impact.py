"""What the overstock costs: the money locked, every week of waiting, and what it does to profit and
cash.
"""

import pandas as pd

from destock.analysis.impact import carrying
from destock.model.findings import Finding, Sentence
from destock.model.messages import mark
from destock.model.metrics import total
from destock.pages.frames import frame, view
from destock.pages.page import page


@frame(
    key="item class",
    columns=(
        "category units purchase age_days storage capital insurance shrink total week week_cash"
    ),
    assumes="storage_per_unit_day capital_rate insurance_rate shrink_rate",
)
def costs(classes, layer, sku_now, item_now, numbers) -> pd.DataFrame:
    """What the excess cost to buy, to keep so far, and for one more week."""
    excess = classes[["item", "class", "units", "cost"]]
    rows = carrying.carrying(excess, layer, sku_now, numbers)
    return rows.merge(item_now[["item", "category"]], on="item", validate="m:1")


@view
def costs_by_class(costs) -> pd.DataFrame:
    """The same by kind."""
    return carrying.by(costs, "class")


@view
def costs_by_category(costs) -> pd.DataFrame:
    """The same by category."""
    return carrying.by(costs, "category")


@view
def effects(costs, provisions, decisions, shrink_rate) -> pd.DataFrame:
    """What the overstock does to profit and to cash, each amount once: figure, cash_flow, profit,
    basis.
    """
    spent = total(costs)
    shrink = float(total(costs["purchase"]) * shrink_rate * 7 / 365)
    capital = spent["week"] - spent["week_cash"] - shrink
    decided = decisions[decisions["present_value"].notna()]
    rows = [
        (
            mark("purchase of the excess"),
            -spent["purchase"],
            0.0,
            mark("paid already – no decision brings it back"),
        ),
        (
            mark("write-down to be booked now"),
            0.0,
            -total(provisions["change"]),
            mark("all stock, cost above net realisable value, less what is booked"),
        ),
        (
            mark("storage and insurance, a week"),
            -spent["week_cash"],
            -spent["week_cash"],
            mark("paid out every week"),
        ),
        (
            mark("capital, a week"),
            0.0,
            -capital,
            mark("what the money could earn, on cost – once"),
        ),
        (mark("shrink, a week"), 0.0, -shrink, mark("units lost, at cost")),
        (
            mark("all stock and orders, as is decided"),
            total(decided["present_value"]),
            0.0,
            mark("what it brings in coming weeks, present value, after storage"),
        ),
        (
            mark("all stock and orders, if nothing is done"),
            total(decided["keep_value"].fillna(0.0)),
            0.0,
            mark("instead of the line above – the difference is what acting brings"),
        ),
    ]
    frame = pd.DataFrame(rows, columns=["figure", "cash_flow", "profit", "basis"])
    return frame.astype({"cash_flow": float, "profit": float})


LOCKED = Sentence(
    "locked",
    mark(
        "{share:percent} of the money in stock is locked in overstock: {money:money} of"
        " {stock:money}, at cost (cost is known for {known:percent} of the units)."
    ),
    "share",
    "excess ÷ stock, at cost",
    value="share",
    money="money",
    severity=2,
)
WAITING = Sentence(
    "waiting",
    mark(
        "Every week of waiting costs {money:money}: storage ({storage_rate:price} per unit and"
        " day), capital ({capital_rate:percent} a year, on cost), insurance"
        " ({insurance_rate:percent}) and shrink ({shrink_rate:percent}); {cash:money} of it is paid"
        " out."
    ),
    "money a week",
    "storage, capital, insurance, shrink; on cost",
    value="money",
    money="money",
    severity=1,
)
SPENT = Sentence(
    "spent",
    mark(
        "Keeping the overstock has cost {money:money} since it was received, on top of its"
        " purchase."
    ),
    "money",
    "the same four since receipt",
    value="money",
    money="money",
)
COST_GAP = Sentence(
    "cost_gap",
    mark(
        "The cost of {known:percent} of the units in stock is known: money at cost leaves the"
        " others out."
    ),
    "share",
    "units in stock with a cost ÷ units in stock",
    value="known",
    severity=1,
)


@view(assumes="storage_per_unit_day capital_rate insurance_rate shrink_rate")
def about_cost(costs, item_now, numbers) -> list[Finding]:
    """How much money is locked, what a week of waiting costs, what keeping has cost; or that no
    cost is known.
    """
    if costs.empty:
        return []
    locked, known = carrying.locked(costs, item_now), carrying.coverage(item_now)["share"]
    found = [COST_GAP.found({"known": known})] if known < 1 else []
    if pd.isna(locked["excess_cost"]):
        return found
    figures = {"money": locked["excess_cost"], "stock": locked["stock_cost"]}
    warnings = (mark("cost is not known for all stock"),) if known < 1 else ()
    found.append(
        LOCKED.found(figures | {"share": locked["share"], "known": known}, warnings=warnings)
    )
    sums = total(costs)
    waiting = {"money": sums["week"], "cash": sums["week_cash"]}
    waiting |= {"storage_rate": numbers["storage_per_unit_day"]}
    found.append(WAITING.found(numbers | waiting))
    if costs["age_days"].notna().any():
        found.append(SPENT.found({"money": sums[[*carrying.RATES]].sum()}))
    return found


@page
def found(
    about_unknown_stock,
    about_cost,
    about_write_down,
    about_productivity,
    about_losses,
) -> list[Finding]:
    """What does the overstock cost, what is it still worth, and until when does holding pay?"""
    return about_unknown_stock or (
        about_cost + about_write_down + about_productivity + about_losses
    )
