"""The ways of dealing with stock: keep selling, one cut, a clearance session, a jobber."""

import numpy as np

from destock.analysis.clearance.outlook import Outcome, Outlook
from destock.analysis.clearance.waiting import run_down
from destock.model.messages import mark

KEEP = mark("keep selling")
CUT = mark("cut the price")
CLEAR = mark("clearance session")
JOBBER = mark("sell to a jobber")
CONTENT, TRAFFIC = mark("improve content"), mark("stop paid traffic")
WATCH = mark("watch")  # nobody knows how much is too much
OTHER = mark("other channel")
IN_STOCK, DAMAGED = mark("in stock"), mark("damaged units")

LEFT = 0.5  # a unit on average: below it nothing is left


def keep(outlook: Outlook, units: np.ndarray) -> Outcome:
    """What do so many units bring if they are sold on as usual while that pays?"""
    return _sold_on(outlook, units, 1.0, begins=0)


def cut(outlook: Outlook, step: float, begins: int = 0) -> Outcome:
    """What does all stock bring after a cut to a part of today's price, from a week ahead on?"""
    return _sold_on(outlook, outlook.of("units"), step, begins)


def _sold_on(outlook: Outlook, units: np.ndarray, step: float, begins: int) -> Outcome:
    """Sold week by week, for as many weeks as bring most over all cases, at least for one."""
    level, answer = outlook.cases
    demand = level[:, :, None] * outlook.coming
    net = outlook.brings(outlook.prices())
    if step != 1:
        lower = (np.arange(net.shape[1]) >= begins)[None, :]
        demand = np.where(lower, demand * (step**answer)[:, :, None], demand)
        net = np.where(lower, outlook.brings(outlook.prices(step)), net)
    left_over = outlook.ending(step)
    found = run_down(outlook.shelf.of(units), demand, net, left_over, outlook.holding)
    weeks = 1 + found["value"][..., 1:].mean(axis=0).argmax(axis=1)
    value, cash = (
        np.take_along_axis(found[name], weeks[None, :, None], axis=2)[..., 0]
        for name in ("value", "cash")
    )
    first = (units - found["left"][..., 1]).mean(axis=0) * net[:, 0]
    at = np.arange(len(weeks)), weeks
    some = found["left"].mean(axis=0)[at] >= LEFT
    then = np.where(left_over.cleared[at], CLEAR, JOBBER)
    return Outcome(value, cash, first, weeks, np.where(some, then, ""))


def given_away(outlook: Outlook, way: str, rest: Outcome, begins: int = 0) -> Outcome:
    """What does stock bring if a jobber takes the units that are too much, or a clearance session
    sells them at its pace, from this week or the next one on? rest: what the others bring, which
    are kept selling.
    """
    units, holding, left = outlook.of("too_much"), outlook.holding, outlook.ending()
    if way == JOBBER:
        worth = outlook.of("jobber") * (1 - holding.decline) ** begins
        cash, first = worth, worth * (begins == 0)
    else:
        net = outlook.pace * outlook.cleared()[:, begins]
        over, storage = 1 - outlook.pace, holding.storage_week
        worth = float(holding.discount(1)) * (net + over * left.worth[:, begins + 1]) - storage
        cash, first = net + over * left.cash[:, begins + 1] - storage, net * (begins == 0)
    stored = holding.storage_week * begins
    moved = float(holding.discount(begins)) * worth - stored
    alike = np.ones((len(outlook.cases[0]), 1))
    part = Outcome(
        alike * (units * moved), alike * (units * (cash - stored)), units * first, 0 * units, units
    )
    return part + rest


def best_cut(outlook: Outlook, steps: np.ndarray) -> tuple[Outcome, np.ndarray]:
    """Which one cut brings most, over all cases? What it brings and its step, by item."""
    found = [cut(outlook, step) for step in steps]
    mean = np.array([one.value.mean(axis=0) for one in found])
    which = np.nan_to_num(mean, nan=-np.inf).argmax(axis=0)

    def picked(name: str) -> np.ndarray:
        every = np.stack([getattr(one, name) for one in found])
        return np.take_along_axis(every, which.reshape((1,) * (every.ndim - 1) + (-1,)), 0)[0]

    best = Outcome(*(picked(name) for name in ("value", "cash", "first", "weeks", "then")))
    return best, steps[which]


def cut_later(outlook: Outlook, step: np.ndarray) -> np.ndarray:
    """What does each item bring if its cut, to a part of today's price, comes a week later?"""
    later = np.empty(len(step))
    for one in np.unique(step):
        at = np.flatnonzero(step == one)
        later[at] = cut(outlook.only(at), one, begins=1).value.mean(axis=0)
    return later
