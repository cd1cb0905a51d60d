"""Every number that can be argued about: its value, its unit, where it comes from.

Order of precedence: the default here, then ``[assumptions]`` of ``shop.toml``, then
``--set NAME=VALUE``, then the notebook's own ``settings`` cell. One validator serves all.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

import pandas as pd

from destock.model.messages import Fault, mark
from destock.model.parameters import nearest, number

UNITS = (
    mark("share"),
    mark("share a year"),
    mark("money"),
    mark("weeks"),
    mark("days"),
    mark("number"),
    mark("months"),
    mark("times"),
    mark("units"),
    mark("seasons"),
)

# where a default comes from
OURS = mark("our choice")
TRADE = mark("usual in the trade")
ARTICLE = mark("a practitioner's example")


@dataclass(frozen=True)
class Assumption:
    """One arguable number: default, unit, least and largest sensible value, source, meaning, and
    whether parts of one make no sense.
    """

    value: float
    unit: str
    low: float
    high: float
    source: str
    meaning: str
    whole: bool = False


ASSUMPTIONS = {
    "expense_rate": Assumption(
        0.26, "share", 0, 0.99, ARTICLE, mark("running expenses ÷ net sales")
    ),
    "target_profit_rate": Assumption(
        0.08, "share", 0, 0.9, ARTICLE, mark("profit ÷ net sales that a season should make")
    ),
    "capital_rate": Assumption(
        0.10, "share a year", 0, 1, OURS, mark("cost of the money tied up in stock, a year")
    ),
    "storage_per_unit_day": Assumption(
        0.05, "money", 0, 100, OURS, mark("storage of one unit for one day")
    ),
    "insurance_rate": Assumption(
        0.005, "share a year", 0, 0.5, OURS, mark("insurance of the stock ÷ its cost, a year")
    ),
    "shrink_rate": Assumption(
        0.01,
        "share a year",
        0,
        0.5,
        OURS,
        mark("what stock loses by theft, damage and error ÷ its cost, a year"),
    ),
    "selling_rate": Assumption(
        0.26,
        "share",
        0,
        0.99,
        ARTICLE,
        mark("what selling a unit costs ÷ its price, for its net realisable value"),
    ),
    "clearance_price": Assumption(
        0.40,
        "share",
        0,
        1,
        OURS,
        mark(
            "price ÷ tag at which excess is cleared, where the shop has sold fewer than 30 units"
            " after their exit"
        ),
    ),
    "damaged_price": Assumption(
        0.20, "share", 0, 1, OURS, mark("price ÷ tag that a damaged unit brings")
    ),
    "salvage_price": Assumption(
        0.10,
        "share",
        0,
        1,
        OURS,
        mark("price ÷ tag that a jobber pays, net – [targets] salvage of shop.toml wins"),
    ),
    "salvage_decline": Assumption(
        0.03, "share", 0, 0.5, OURS, mark("part of that price that a week takes away")
    ),
    "cover_weeks": Assumption(
        8, "weeks", 0, 104, OURS, mark("weeks of sales that a core style may hold")
    ),
    "lead_time_weeks": Assumption(
        3, "weeks", 0, 52, OURS, mark("weeks from order to receipt where the product does not say")
    ),
    "review_weeks": Assumption(
        1, "weeks", 0, 52, OURS, mark("weeks between two orders of a core style")
    ),
    "service_z": Assumption(
        1.645,
        "number",
        0,
        4,
        TRADE,
        mark("safety factor: at 1.645 the stock lasts in 95 of 100 weeks"),
    ),
    "too_early_days": Assumption(
        14, "days", 0, 90, TRADE, mark("days on sale before a style is judged")
    ),
    "misjudged_quantile": Assumption(
        0.10, "share", 0.01, 0.5, OURS, mark("a style below this quantile of past pace fails")
    ),
    "exposure_quantile": Assumption(
        0.25,
        "share",
        0,
        0.9,
        OURS,
        mark("a style below this quantile of exposures was not shown enough to be judged"),
    ),
    "instock_floor": Assumption(
        0.80,
        "share",
        0,
        1,
        OURS,
        mark("a style in stock less than this is not judged by its sales"),
    ),
    "remaining_share": Assumption(
        0.05, "share", 0, 0.5, OURS, mark("a season with less than this still to sell is over")
    ),
    "slow_days": Assumption(
        90, "days", 14, 720, TRADE, mark("days on sale after which a core style may be called slow")
    ),
    "slow_stock_to_sales": Assumption(
        6, "months", 1, 60, OURS, mark("stock ÷ monthly sales above which a core style is slow")
    ),
    "good_sell_through": Assumption(
        0.70,
        "share",
        0,
        1,
        TRADE,
        mark("sell-through from which a picture calls a style sold"),
    ),
    "dead_weeks": Assumption(
        13, "weeks", 2, 104, TRADE, mark("weeks without a sale after which stock is dead")
    ),
    "defect_factor": Assumption(
        2,
        "times",
        1,
        20,
        OURS,
        mark("quality returns above this many times the category's are a defect"),
    ),
    "defect_least_units": Assumption(
        30, "units", 5, 1000, OURS, mark("shipped units below which a defect is not judged")
    ),
    "grade_share": Assumption(
        0.70,
        "share",
        0.1,
        1,
        TRADE,
        mark("the styles that bring this share of a category's net sales are its large ones"),
    ),
    "grade_least_units": Assumption(
        30,
        "units",
        1,
        1000,
        OURS,
        mark("net units below which a style is not graded, nor judged at a place"),
    ),
    "replenishment_share": Assumption(
        0.20,
        "share",
        0,
        5,
        OURS,
        mark("a later delivery above this part of the first is a replenishment"),
    ),
    "curve_prior_units": Assumption(
        4000,
        "units",
        0,
        1e6,
        OURS,
        mark("units at which a category's own curve counts as much as the one above it"),
    ),
    "size_floor": Assumption(
        0.60,
        "share",
        0,
        1,
        TRADE,
        mark("a style whose sizes in stock bring less than this part of its sales is broken"),
    ),
    "low_rate": Assumption(
        0.80,
        "share",
        0.1,
        1,
        OURS,
        mark("a click or pay rate below this part of the category's is low"),
    ),
    "deepest_cut": Assumption(
        0.50,
        "share",
        0.05,
        1,
        OURS,
        mark("a price is not cut below this part of what has been paid so far"),
    ),
    "session_takes": Assumption(
        0.10,
        "share",
        0,
        1,
        OURS,
        mark(
            "part of what a clearance session sells before the exit that would have been bought at"
            " its price"
        ),
    ),
    "cash_days": Assumption(
        60, "days", 7, 364, ARTICLE, mark("days within which stock is to become cash")
    ),
    "cash_goal": Assumption(
        0,
        "share",
        0,
        10,
        OURS,
        mark("cash wanted within these days ÷ money locked in overstock; 0 = no goal"),
    ),
    "goal_chance": Assumption(
        0.80, "share", 0.5, 0.99, OURS, mark("how surely a goal of cash is to be reached")
    ),
    "ladder_step": Assumption(
        0.10, "share", 0.01, 0.5, OURS, mark("one step down the price ladder, of today's price")
    ),
    "ladder_steps": Assumption(
        5, "number", 1, 10, OURS, mark("steps of the price ladder that are looked at"), True
    ),
    "ladder_changes": Assumption(
        2, "number", 0, 9, OURS, mark("cuts after the first that a ladder of prices may have"), True
    ),
    "ladder_weeks": Assumption(
        2, "weeks", 1, 12, OURS, mark("weeks for which each price of a ladder holds at least"), True
    ),
    "test_cut": Assumption(
        0.20, "share", 0.05, 0.5, OURS, mark("cut of the next price test, of today's price")
    ),
    "test_weeks": Assumption(
        3, "weeks", 1, 12, OURS, mark("weeks that the next price test runs"), True
    ),
    "test_hold_out": Assumption(
        0.50,
        "share",
        0.1,
        0.9,
        OURS,
        mark("share of the flagged styles that keep their price by lot"),
    ),
    "demand_shock": Assumption(
        0.30,
        "number",
        0,
        2,
        OURS,
        mark("spread of lasting ups and downs of a style's weekly demand, in logarithms"),
    ),
    "demand_persistence": Assumption(
        0.60, "share", 0, 0.99, OURS, mark("part of such an up or down that is left a week later")
    ),
    "demand_size": Assumption(
        8,
        "number",
        0.1,
        1000,
        OURS,
        mark("size of the negative binomial noise of weekly units: small = noisy"),
    ),
    "baseline_seasons": Assumption(
        3, "seasons", 1, 10, TRADE, mark("past seasons that a style is compared with"), True
    ),
}


def assumed(*overrides: Mapping[str, object]) -> dict[str, float]:
    """Which numbers hold for this run? Later mappings win; each is checked.

    Raises Fault (exit code 2) on an unknown name, with the nearest known one, on a value
    that is no number, and on one outside its sensible range.

    >>> assumed({"capital_rate": "0.12"})["capital_rate"]
    0.12
    """
    values = {name: float(one.value) for name, one in ASSUMPTIONS.items()}
    for override in overrides:
        values |= {name: _checked(name, value) for name, value in override.items()}
    return values


def _checked(name: str, value: object) -> float:
    known = ASSUMPTIONS.get(name)
    if known is None:
        raise Fault(
            2,
            mark('assumption "{name}" is not known; did you mean "{near}"?'),
            name=name,
            near=nearest(name, ASSUMPTIONS),
        )
    given = number(value)
    if not known.low <= given <= known.high:
        refused = mark('assumption "{name}": "{value}" is not a number from {low} to {high}')
        raise Fault(2, refused, name=name, value=value, low=known.low, high=known.high)
    if known.whole and not given.is_integer():
        raise Fault(
            2, mark('assumption "{name}": "{value}" is not a whole number'), name=name, value=value
        )
    return given


def table(values: Mapping[str, float]) -> pd.DataFrame:
    """Which numbers were used, and are they still our defaults?

    Columns: ``name``, ``value``, ``unit``, ``source``, ``meaning``; a changed value has
    the source "the shop's own".
    """
    frame = pd.DataFrame([{"name": name} | asdict(one) for name, one in ASSUMPTIONS.items()])
    frame["source"] = frame["source"].where(
        frame["value"] == frame["name"].map(values), mark("the shop's own")
    )
    frame["value"] = frame["name"].map(values)
    return frame[["name", "value", "unit", "source", "meaning"]]
