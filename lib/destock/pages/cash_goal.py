"""The goal: so much cash by a date. Can it be had, how surely, and what does the hurry cost?"""

import pandas as pd

from destock.analysis.clearance import goal, together
from destock.model.findings import UNKNOWN, Finding, Sentence
from destock.model.messages import mark
from destock.model.metrics import total
from destock.pages.frames import frame, view


@view
def wanted_cash(costs, cash_goal) -> float:
    """How much cash is wanted: a part of the money locked in overstock; unknown without a goal, or
    without a cost.
    """
    return float(total(costs["purchase"])) * cash_goal if cash_goal > 0 else UNKNOWN


@view
def past_off(weeks, items, holding) -> together.Off:
    """How far the units of as many weeks as cash is asked for in were off in the past."""
    return together.off(together.past_spans(weeks, items, holding.weeks_asked))


@frame(key="hurry", columns="cash by_date_low by_date_high chance present_value given_up")
def cash_curve(
    options_by_hurry, decided_by_analyst, costs, wanted_cash, outlook, past_off, elasticity
) -> pd.DataFrame:
    """How much cash the overstock can become by the date, how surely it reaches the goal, and what
    value the hurry gives up.
    """
    error, sold = elasticity["std_error"].iloc[0], {}
    for hurry, rows in options_by_hurry.items():
        asked = goal.as_asked(rows[rows["item"].isin(costs["item"])], decided_by_analyst)
        sold[hurry] = together.unsure(asked, outlook, past_off, error)
    return goal.cash_curve(sold, wanted_cash, past_off.shared)


@view(rows_of="cash_curve")
def urgency(cash_curve, wanted_cash) -> pd.DataFrame:
    """The same with the goal."""
    return cash_curve.assign(goal=wanted_cash)


@view
def hurry(cash_curve, wanted_cash, goal_chance) -> float:
    """What cash by the date is worth beyond its value: as much as the goal needs; nothing without a
    goal, or where none is enough.
    """
    needed = goal.hurry_needed(cash_curve, goal_chance) if wanted_cash > 0 else UNKNOWN
    return 0.0 if pd.isna(needed) else needed


GOAL_REACHED = Sentence(
    "goal_reached",
    mark(
        "Goal: {goal:money} of cash from overstock within {days:units} days. As is decided it"
        " becomes {cash:money} ({low:money} to {high:money} in four of five cases): the goal is"
        " reached with a chance of {chance:chance}. The hurry gives up {given_up:money} of value."
    ),
    "money",
    "net cash within the days, after storage; off as far as the past was",
    value="cash",
    money="cash",
)
GOAL_OUT_OF_REACH = Sentence(
    "goal_out_of_reach",
    mark(
        "Goal: {goal:money} of cash from overstock within {days:units} days. That cannot be had"
        " surely enough: the most is {most:money} ({low:money} to {high:money} in four of five"
        " cases), which reaches it with a chance of {chance:chance} and gives up {given_up:money}"
        " of value. The decisions are those of most value: {cash:money} within the days."
    ),
    "money",
    "net cash within the days, after storage; off as far as the past was",
    value="most",
    money="most",
    severity=2,
)
MOST_CASH = Sentence(
    "most_cash",
    mark(
        "Within {days:units} days the overstock becomes {cash:money} of cash as is decided; at most"
        " {most:money}, if {given_up:money} of value is given up for it. A goal is set by"
        " cash_goal in shop.toml."
    ),
    "money",
    "net cash within the days, after storage; mean of all cases",
    value="cash",
    money="cash",
)


@view
def about_goal(cash_curve, wanted_cash, hurry, goal_chance, cash_days) -> list[Finding]:
    """Can the goal be reached, or what is the most that can be had?"""
    if not cash_curve["cash"].abs().sum() > 0:
        return []
    first, last = cash_curve.iloc[0], cash_curve.iloc[-1]
    figures = {"days": cash_days, "goal": wanted_cash, "most": last["cash"]}
    if pd.isna(wanted_cash):
        told = {"cash": first["cash"], "given_up": last["given_up"]}
        return [MOST_CASH.found(figures | told)]
    found, chosen = GOAL_REACHED, cash_curve[cash_curve["hurry"] == hurry].iloc[0]
    if chosen["chance"] < goal_chance:
        found, chosen = GOAL_OUT_OF_REACH, last
    told = {
        "low": chosen["by_date_low"],
        "high": chosen["by_date_high"],
        "chance": chosen["chance"],
    }
    told |= {"cash": cash_curve.loc[cash_curve["hurry"] == hurry, "cash"].iloc[0]}
    told |= {"given_up": chosen["given_up"]}
    return [found.found(figures | told, low=told["low"], high=told["high"])]
