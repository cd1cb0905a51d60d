"""Exits: which units that are too much leave beside the shop's own sales, by where and when."""

import numpy as np
import pandas as pd

from destock.analysis.clearance import exit_plan as plans
from destock.analysis.clearance import exits as ways_out
from destock.analysis.clearance import line_up as line_ups
from destock.analysis.clearance.choice import DOES, LIVE
from destock.analysis.clearance.goal import HURRY
from destock.analysis.clearance.options import stock_options
from destock.analysis.clearance.outlook import Outlook
from destock.analysis.clearance.ways import IN_STOCK
from destock.model.findings import Finding, Sentence
from destock.model.messages import mark
from destock.model.metrics import ratio
from destock.pages.frames import frame, view
from destock.pages.options import BLOCK


@view
def exit_slots(exit_offer, today) -> pd.DataFrame:
    """When units can leave by each exit in the coming weeks."""
    return ways_out.open_slots(exit_offer, today)


@view
def offer(outlook, exit_slots, full_price, proceeds, decided_by_analyst, rungs) -> plans.Offer:
    """What may leave, and by where: where there is no exit nothing; what the analyst has decided
    about stays.
    """
    free = ~outlook.rows["item"].isin(decided_by_analyst["item"]) & bool(len(exit_slots))
    part = outlook.only(np.flatnonzero(free & (outlook.of("too_much") > 0)))
    rows = part.rows.assign(full_price=part.rows["item"].map(full_price).astype(float))
    prices = ways_out.exit_prices(rows, exit_slots, proceeds.tax_rate)
    blocks = [plans.own_curves(block, rungs) for block in part.blocks(BLOCK)]
    curves = {name: np.concatenate([block[name] for block in blocks]) for name in blocks[0]}
    return plans.offer(part, curves, exit_slots, prices)


@frame(makes=("exits_by_hurry", "rest_by_hurry", "exit_bounds"))
def exits_by_hurry(offer) -> dict[str, pd.DataFrame]:
    """For each degree of hurry: what leaves by which exit, what the rest brings, and how near the
    best that is.
    """
    found = dict(zip(HURRY, plans.by_hurry(offer, HURRY), strict=True))
    leaving = [plans.leaving(offer, one).assign(hurry=hurry) for hurry, one in found.items()]
    rest = [plans.own_figures(offer, one).assign(hurry=hurry) for hurry, one in found.items()]
    bounds = [(hurry, one.value + hurry * one.cash, one.bound) for hurry, one in found.items()]
    return {
        "exits_by_hurry": pd.concat(leaving, ignore_index=True),
        "rest_by_hurry": pd.concat(rest, ignore_index=True),
        "exit_bounds": pd.DataFrame(bounds, columns=["hurry", "found", "bound"]),
    }


@view
def options_by_hurry(
    own_options, damaged_options, exits_by_hurry, rest_by_hurry
) -> dict[float, pd.DataFrame]:
    """What can be done with stock at each degree of hurry, after what leaves by exits then."""
    found = {}
    for hurry in HURRY:
        gone = exits_by_hurry[exits_by_hurry["hurry"] == hurry]
        rest = rest_by_hurry[rest_by_hurry["hurry"] == hurry]
        whole = own_options[~own_options["item"].isin(gone["item"])]
        gone = gone.assign(way=gone["exit"], portion=plans.portion(gone))
        rest = rest.assign(portion=IN_STOCK)
        rows = pd.concat([whole, rest, gone, damaged_options], ignore_index=True)
        found[hurry] = rows.assign(po_id="")
    return found


@frame(key="item exit leaves_on", columns="kind paid_on units price present_value cash_by_date")
def exit_plan(exits_by_hurry, hurry) -> pd.DataFrame:
    """Which units leave by which exit, and when."""
    rows = exits_by_hurry[exits_by_hurry["hurry"] == hurry].drop(columns="hurry")
    return rows.sort_values(["leaves_on", "exit", "item"], kind="stable").reset_index(drop=True)


@view
def outlook_after(outlook, exit_plan) -> Outlook:
    """All stock that no exit takes, with what lies ahead of it."""
    gone = exit_plan.groupby("item")["units"].sum()
    gone = outlook.rows["item"].map(gone).astype(float).fillna(0.0)
    return outlook.without(gone.to_numpy())


@frame
def rest_options(outlook_after, exit_plan, today, rungs) -> pd.DataFrame:
    """What can be done with the rest of each style of which units leave by an exit."""
    at = np.flatnonzero(outlook_after.rows["item"].isin(exit_plan["item"]))
    return stock_options(outlook_after.only(at), rungs, today)


@view
def exit_decisions(exit_plan, own_options, rest_options, today) -> pd.DataFrame:
    """What is decided about units that leave by an exit, and what they would bring otherwise."""
    before = own_options[own_options["item"].isin(exit_plan["item"])]
    return plans.exit_decisions(exit_plan, before, rest_options, today)


@view
def exit_calendar(exit_plan, exit_decisions, exit_slots) -> pd.DataFrame:
    """What leaves by which exit on which day, and how full that is."""
    told = exit_plan.assign(gain=exit_decisions["gain"].to_numpy(), styles=1)
    days = told.groupby(["leaves_on", "exit", "kind", "paid_on"], sort=False)
    rows = days[["styles", "units", "present_value", "gain"]].sum().reset_index()
    room = exit_slots.groupby(["exit", "leaves_on"])["units"].sum(skipna=False).rename("room")
    rows = rows.join(room, on=["exit", "leaves_on"])
    return rows.assign(does=rows["kind"].map(DOES))


@view
def line_up(exit_plan, outlook, sku_now, items) -> pd.DataFrame:
    """The line-up of the next live session."""
    live = exit_plan[exit_plan["kind"] == LIVE]
    live = live[live["leaves_on"].eq(live["leaves_on"].min())]
    live = live[live["exit"].eq(live["exit"].min())]
    rows = live.merge(outlook.rows[["item", "rate"]], on="item").merge(items[["item", "name"]])
    return line_ups.line_up(rows, sku_now)


BY_EXITS = Sentence(
    "by_exits",
    mark(
        "{units:units} units of {styles:units} styles leave by {exits:units} exits in the coming"
        " {weeks:units} weeks and bring {money:money}, {more:money} more than the best that the"
        " shop could do with them itself; no other way of dividing all up brings more than"
        " {gap:percent} above this one. What an exit takes and pays is the shop's own word (table"
        " exits)."
    ),
    "money",
    "today's money, after fees, returns and storage",
    value="money",
    money="money",
)
NO_USE = Sentence(
    "no_use_of_exits",
    mark(
        "No exit of the table exits brings more than the shop's own sales: nothing leaves by one."
    ),
    "units",
)


@view
def about_exits(exit_plan, exit_decisions, exit_offer, exit_bounds, hurry) -> list[Finding]:
    """What leaves by exits, what that is worth, and how near to the best it is."""
    if exit_plan.empty:
        return [NO_USE.found(value=0)] if len(exit_offer) else []
    found = exit_bounds[exit_bounds["hurry"] == hurry].iloc[0]
    figures = {
        "units": exit_plan["units"].sum(),
        "styles": exit_plan["item"].nunique(),
        "exits": exit_plan["exit"].nunique(),
        "weeks": ways_out.WEEKS,
        "money": exit_plan["present_value"].sum(),
        "more": exit_decisions["second_loses"].sum(),
        "gap": float(ratio(found["bound"], found["found"])) - 1,
    }
    return [BY_EXITS.found(figures)]
