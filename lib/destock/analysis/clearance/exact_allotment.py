"""The allotment of a few styles, to the best there is: a mixed integer programme."""

import ctypes
import os

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, OptimizeResult, milp
from scipy.sparse import csr_array, hstack

from destock.analysis.clearance.allotment import Allotment, Allotted, allotted

GAP = 1e-9  # of the value: closer the solver need not come


def exact(asked: Allotment, goal: float = -np.inf) -> Allotted | None:
    """Which allotment brings most, with so much cash by the date? None: none brings so much.

    All is told in parts – of an item's units, of a slot's room, of the value –, for the solver's
    tolerances are absolute.
    """
    points, leaving = np.argwhere(np.isfinite(asked.value)), np.argwhere(asked.most > 0)
    (items, plans), slots = asked.value.shape[:2], len(asked.capacity)
    counts = len(points), len(leaving), items * plans, slots
    value = _brings(asked, points, leaving, (asked.value, asked.net, asked.fee))
    cash = _brings(asked, points, leaving, (asked.cash, asked.paid, asked.fee_paid))
    units, most = asked.units[leaving[:, 0]], np.minimum(asked.most, asked.capacity)
    upper = [np.ones(counts[0]), most[tuple(leaving.T)] / units, np.ones(sum(counts[2:]))]
    scale = np.abs(value).max() or 1.0
    found = solved(
        -value / scale,
        integrality=np.repeat([0, 0, 1, 1], counts),
        bounds=Bounds(0, np.concatenate(upper)),
        constraints=[*_rules(asked, points, leaving), *_at_least(cash, goal)],
        options={"mip_rel_gap": GAP},
    )
    if found.x is None:
        return None
    _, parts, chosen, _ = np.split(found.x, np.cumsum(counts)[:-1])
    given = np.zeros((items, slots))
    given[tuple(leaving.T)] = parts * units
    plan = chosen.reshape(items, plans).argmax(axis=1)
    return allotted(asked, given, plan, -found.mip_dual_bound * scale)


def _at_least(cash: np.ndarray, goal: float) -> list[LinearConstraint]:
    """So much cash by the date, where a goal is set."""
    part = max(abs(goal), 1.0)
    return [LinearConstraint(cash / part, goal / part, np.inf)] if goal > -np.inf else []


def _brings(asked: Allotment, points: np.ndarray, leaving: np.ndarray, of: tuple) -> np.ndarray:
    """What each column of the programme brings: of value, or of cash."""
    own, away, fee = of
    plans = np.zeros(asked.value[..., 0].size)
    away = away[tuple(leaving.T)] * asked.units[leaving[:, 0]]
    return np.concatenate([own[tuple(points.T)], away, plans, -fee])


def solved(costs: np.ndarray, **asked) -> OptimizeResult:
    """What ``milp`` finds, and no word of it on the page.

    HiGHS 1.12, in scipy 1.17.1, writes a line of its own to the process's output where a solution
    was mended, whatever it is told; a notebook takes it for the cell's.
    """
    to_c = ctypes.CDLL(None)
    to_c.fflush(None)
    kept, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    try:
        return milp(costs, **asked)
    finally:
        to_c.fflush(None)
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)


def _rules(asked: Allotment, points: np.ndarray, leaving: np.ndarray) -> list[LinearConstraint]:
    """The constraints. Columns: points of plans, units that leave, plans, slots."""
    (items, plans), slots = asked.value.shape[:2], len(asked.capacity)
    every, left, none = items * plans, len(leaving), csr_array
    of_plan = _ones(points[:, 0] * plans + points[:, 1], every)
    kept = asked.kept[tuple(points.T)] / asked.units[points[:, 0]]
    kept = _ones(points[:, 0], items) * kept
    of_item = _ones(np.repeat(np.arange(items), plans), items)
    part = asked.units[leaving[:, 0]] / asked.capacity[leaving[:, 1]]
    used, open_slot = _ones(leaving[:, 1], slots) * part, np.eye(slots)
    lot = csr_array(open_slot * (asked.least / np.maximum(asked.capacity, 1e-12)))
    apart = none((slots, len(points))), none((slots, every))
    return [
        # the points of a plan are mixed if it is chosen, and one plan is
        _rule([of_plan, none((every, left)), -_ones(np.arange(every), every)], every, slots, 0),
        _rule([none((items, len(points))), none((items, left)), of_item], items, slots, 1),
        # all units are kept or leave
        _rule([kept, _ones(leaving[:, 0], items), none((items, every))], items, slots, 1),
        LinearConstraint(hstack([apart[0], used, apart[1], csr_array(-open_slot)]), -np.inf, 0),
        LinearConstraint(hstack([apart[0], used, apart[1], -lot]), 0, np.inf),
    ]


def _rule(parts: list, rows: int, slots: int, is_worth: float) -> LinearConstraint:
    """An equation in which the slots play no part."""
    return LinearConstraint(hstack([*parts, csr_array((rows, slots))]), is_worth, is_worth)


def _ones(row: np.ndarray, rows: int) -> csr_array:
    """A matrix with a one in each column, in its row."""
    return csr_array((np.ones(len(row)), (row, np.arange(len(row)))), (rows, len(row)))
