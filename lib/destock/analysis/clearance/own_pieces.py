"""What each unit brings that an item keeps, under the plan that is best for so many."""

from dataclasses import dataclass

import numpy as np

from destock.analysis.clearance.allotment import Allotment


@dataclass(frozen=True)
class Pieces:
    """An item's units in pieces of which each unit brings the same: what none kept brings, and of
    each piece (items × pieces, the best first) how many units there are and what one brings.
    """

    none: np.ndarray
    units: np.ndarray
    brings: np.ndarray


def own_pieces(wanted: Allotment) -> Pieces:
    """What does each unit bring that is kept, under the plan that is best for so many? The least
    concave line above all plans of an item.
    """
    items, most = len(wanted.kept), wanted.kept[0].size
    kept, value = wanted.kept.reshape(items, most), wanted.value.reshape(items, most)
    order = np.lexsort((-value, kept), axis=1)
    kept, value = (np.take_along_axis(of, order, axis=1) for of in (kept, value))
    corner = _line_above(kept, value)
    kept, value = (np.take_along_axis(of, corner, axis=1) for of in (kept, value))
    units = np.diff(kept)
    brings = np.diff(value) / np.where(units > 0, units, 1.0)
    return Pieces(value[:, 0], units, np.where(units > 0, brings, -np.inf))


def _line_above(kept: np.ndarray, value: np.ndarray) -> np.ndarray:
    """Which points are corners of the line above all of an item's, from left to right? Items ×
    corners, the last of an item again where it has fewer than another.

    kept, value: items × points, more units later, of as many the best first.
    """
    every, (items, most) = np.arange(len(kept)), kept.shape
    corner, count = np.zeros((items, most), int), np.zeros(items, int)
    known = np.isfinite(value) & (np.diff(kept, axis=1, prepend=-1.0) != 0)
    value = np.where(known, value, 0.0)
    for at in range(most):
        there = below = known[:, at]
        while below.any():
            last, before = corner[every, count - 1], corner[every, count - 2]
            run, rise = (of[:, at] - of[every, before] for of in (kept, value))
            way, up = (of[every, last] - of[every, before] for of in (kept, value))
            below = there & (count > 1) & (up * run <= rise * way)
            count -= below
        corner[every[there], count[there]] = at
        count += there
    return np.take_along_axis(corner, np.minimum(np.arange(count.max()), count[:, None] - 1), 1)
