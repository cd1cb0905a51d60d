"""One price or a ladder? What each way of taking a price down would bring a style whose price is to
be cut.
"""

from dataclasses import replace

import numpy as np
import pandas as pd

from destock.analysis.clearance import ladder
from destock.analysis.clearance.ladder import Item, Rules
from destock.analysis.clearance.outlook import Outlook
from destock.model.messages import mark

HELD = mark("today's price held")
ONE = mark("one price, held to the end")
LADDER = mark("ladder that watches the stock")
STEPPED = mark("one step down every two weeks")
PROBE = mark("two steps down for two weeks, then what is best")
LET_GO = mark("all to a jobber today")
BOUND = mark("no plan can bring more")
PLANS = (HELD, ONE, LADDER, STEPPED, PROBE, LET_GO, BOUND)
COLUMNS = ["item", "plan", "price_first", "price_last", "plan_value", "against_one"]


def price_plans(outlook: Outlook, steps: np.ndarray, rules: Rules) -> pd.DataFrame:
    """What would each way of taking the price down bring, beside one price held to the end?

    outlook: the items whose price is to be cut; steps: the ladder, as parts of today's price, from
    1 down. Expected to the end of each item's season (a year ahead where that is over or none),
    with the mean demand of all cases at each price and chance in every week; what is left then goes
    its way. One row an item and plan: ``plan``, ``price_first`` and ``price_last`` (of what is
    expected), ``plan_value``, ``against_one`` (÷ that of one price, − 1).
    """
    parts = []
    for at, row in enumerate(outlook.rows.to_dict("records")):
        item = _item(outlook.only(np.array([at])), steps)
        let_go = ladder.let_go(replace(item, salvage=row["jobber"]))
        values = _values(item, rules) | {LET_GO: (let_go, None, None)}
        parts.append(_told(row["item"], values, row["price"] * steps))
    empty = pd.DataFrame(columns=COLUMNS).astype(dict.fromkeys(COLUMNS[2:], float))
    return pd.concat(parts, ignore_index=True) if parts else empty


def _item(one: Outlook, steps: np.ndarray) -> Item:
    """One item as the ladder knows it: whole units, sizes that are there, prices that hold.

    The demand ahead is that of prices which fall as they always have: at a price that holds it is
    less, by the same answer.
    """
    level, answer = (case[:, 0] for case in one.cases)
    weeks = int(one.in_season[0].sum()) or one.in_season.shape[1]
    relative = steps / one.path[0, :weeks, None]
    lift = (level * relative[:, :, None] ** answer).mean(axis=-1)
    there = one.shelf.share[0][one.shelf.units[0] > 0].sum()
    back = float(np.nan_to_num(one.of("return_rate")[0]))
    return Item(
        int(one.of("units")[0]),
        one.sale.brings(one.of("price")[0] * steps, back),
        there * one.coming[0, :weeks, None] * lift,
        one.holding.storage_week,
        float(one.ending().worth[0, weeks]),
    )


def _values(item: Item, rules: Rules) -> dict[str, tuple]:
    """What each plan brings, with the index of its first price and of its last where it has one."""
    held, plan = ladder.fixed(item), ladder.best(item, rules)
    path = ladder.expected_path(item, plan)["price"]
    best, last = int(held.argmax()), len(item.net) - 1
    stepped = np.minimum(np.arange(item.weeks) // 2 + 1, last)
    two = min(2, last)
    return {
        HELD: (held[0], 0, 0),
        ONE: (held[best], best, best),
        LADDER: (plan.value, path.iloc[0], path.iloc[-1]),
        STEPPED: (ladder.calendar(item, stepped), stepped[0], stepped[-1]),
        PROBE: (ladder.probe(item, two, min(2, item.weeks)), two, None),
        BOUND: (ladder.fluid(item), None, None),
    }


def _told(item: str, values: dict[str, tuple], prices: np.ndarray) -> pd.DataFrame:
    """A row a plan of one item."""
    rows = [
        (item, plan, *(np.nan if at is None else prices[at] for at in ends), value)
        for plan, (value, *ends) in ((plan, values[plan]) for plan in PLANS)
    ]
    told = pd.DataFrame(rows, columns=COLUMNS[:-1])
    return told.assign(against_one=told["plan_value"] / values[ONE][0] - 1)
