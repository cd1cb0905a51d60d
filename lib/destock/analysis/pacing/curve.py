"""How a season runs: which share of its life's sales a style has usually reached by each week."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.interpolate import PchipInterpolator
from scipy.optimize import isotonic_regression

from destock.analysis.pacing.lives import Lives

# each curve leans on the one above it, the first on all styles
LEVELS = ["parent_category", "category", "tier"]
STEP = "\x1f"  # between the names of a path: no category has it in its own
ROUNDS, CLOSE_ENOUGH = 2000, 1e-8


@dataclass(frozen=True)
class Curve:
    """What a week sells relative to others: by week of life (a row a node), around events, before
    the exit.
    """

    weekly: pd.DataFrame
    event: np.ndarray
    to_end: np.ndarray


@dataclass(frozen=True)
class _Cells:
    """The weeks of past styles that teach something, one entry each: units and share of time in
    stock, the number of its style, of its place in the table of curves (a row a node, a column a
    week of life), of its week around an event and before the exit.
    """

    units: np.ndarray
    exposure: np.ndarray
    style: np.ndarray
    place: np.ndarray
    event: np.ndarray
    to_end: np.ndarray
    parents: np.ndarray
    width: int

    def shares(self, weekly: np.ndarray) -> np.ndarray:
        """The weekly share of each entry's curve."""
        return weekly.ravel()[self.place]

    def by_style(self, values: np.ndarray) -> np.ndarray:
        """The sum of each entry's style, for every entry."""
        return np.bincount(self.style, values)[self.style]

    def by_node(self, values: np.ndarray) -> np.ndarray:
        """Sums in the table of curves; a node's are its children's."""
        size = len(self.parents) * self.width
        return _pooled(np.bincount(self.place, values, size).reshape(-1, self.width), self.parents)


def fit(past: Lives, prior_units: float) -> Curve:
    """How do styles of the same kind spread their sales over their weeks of life?

    Weekly units ~ style × week of life of its node × week around an event × week before
    the exit × share of time in stock, fitted by iterative proportional fitting (Poisson
    maximum likelihood; without the event and exit effects, and with nothing missing but
    the future, exactly the chain ladder). A node's curve is drawn to its parent's as if one
    more style had sold ``prior_units`` the parent's way; weeks without stock say nothing.
    """
    nodes, cells = _cells(past)
    sold, of_style = cells.by_node(cells.units), cells.by_style(cells.units)
    by_event = np.bincount(cells.event, cells.units)
    by_end = np.bincount(cells.to_end, cells.units)
    weekly = np.full(sold.shape, 1 / cells.width)
    around, before = np.ones(len(by_event)), np.ones(len(by_end))
    for _ in range(ROUNDS):
        last = weekly
        other = cells.exposure * around[cells.event] * before[cells.to_end]
        level = of_style / np.maximum(cells.by_style(other * cells.shares(weekly)), 1e-12)
        weekly = _shrunk(sold, cells.by_node(level * other), cells.parents, prior_units)
        fitted = level * cells.exposure * cells.shares(weekly)
        around = _effects(by_event, cells.event, fitted * before[cells.to_end], prior_units)
        before = _effects(by_end, cells.to_end, fitted * around[cells.event], prior_units)
        if np.abs(weekly - last).max() < CLOSE_ENOUGH:
            break
    return Curve(pd.DataFrame(weekly, index=nodes), around, before)


def _cells(past: Lives) -> tuple[list[str], _Cells]:
    """The nodes of all curves, and the weeks that they are learned from."""
    nodes, parents, leaf = _tree(past.styles)
    style, age = np.nonzero(past.exposure)
    width = past.units.shape[1]
    return nodes, _Cells(
        units=np.clip(past.units[style, age], 0, None),
        exposure=past.exposure[style, age],
        style=style,
        place=leaf[style] * width + age,
        event=past.event[style, age],
        to_end=past.to_end[style, age],
        parents=parents,
        width=width,
    )


def _paths(styles: pd.DataFrame) -> pd.DataFrame:
    """A style's nodes, from all styles ("") down to its tier, named by the way to them."""
    frame, path = pd.DataFrame({"all": ""}, index=styles.index), ""
    for level in LEVELS:
        path = path + STEP + styles[level].astype("str").fillna("")
        frame[level] = path
    return frame


def _tree(styles: pd.DataFrame) -> tuple[list[str], np.ndarray, np.ndarray]:
    """All nodes, parents first; the number of each node's parent; the number of each style's last
    node.
    """
    paths = _paths(styles)
    nodes = list(dict.fromkeys(["", *(path for level in paths for path in paths[level].unique())]))
    number = {path: i for i, path in enumerate(nodes)}
    parents = np.array([number.get(path.rpartition(STEP)[0], 0) for path in nodes], int)
    return nodes, parents, paths["tier"].map(number).to_numpy(int)


def _pooled(by_leaf: np.ndarray, parents: np.ndarray) -> np.ndarray:
    """Add every node's row to its parent's, children first."""
    total = by_leaf.astype(float)
    for node in range(len(parents) - 1, 0, -1):
        total[parents[node]] += total[node]
    return total


def _shrunk(
    sold: np.ndarray, expected: np.ndarray, parents: np.ndarray, prior_units: float
) -> np.ndarray:
    """Each node's weekly shares, drawn to its parent's; they add up to 1."""
    shares = np.empty_like(sold)
    for node, parent in enumerate(parents):
        prior, weight = (shares[parent], prior_units) if node else (np.zeros(sold.shape[1]), 0.0)
        top, bottom = sold[node] + weight * prior, expected[node] + weight
        rate = np.divide(top, bottom, out=np.zeros_like(top), where=bottom > 0)
        shares[node] = rate / max(rate.sum(), 1e-12)
    return shares


def _effects(
    sold: np.ndarray, code: np.ndarray, expected: np.ndarray, prior_units: float
) -> np.ndarray:
    """By what factor do special weeks sell more than ordinary ones? Code 0 is an ordinary week:
    1.
    """
    total = np.bincount(code, expected, len(sold))
    ratio = (sold + prior_units) / np.maximum(total + prior_units, 1e-12)
    return np.where((np.arange(len(sold)) == 0) | (sold + prior_units == 0), 1.0, ratio)


def reached(known: Lives, curve: Curve) -> np.ndarray:
    """Which share of its life's sales should each style have reached by the end of each week of its
    own life?
    """
    paths = _paths(known.styles)
    node = pd.Series("", index=known.styles.index)
    for level in LEVELS:
        node = paths[level].where(paths[level].isin(curve.weekly.index), node)
    by_age = curve.weekly.reindex(columns=known.ages, fill_value=0.0).loc[node].to_numpy()
    weekly = (
        by_age
        * _factor(curve.event, known.event)
        * _factor(curve.to_end, known.to_end)
        * known.alive
    )
    total = weekly.sum(axis=1, keepdims=True)
    # a life longer than any past one: nothing is known of its late weeks
    even = known.alive / known.alive.sum(axis=1, keepdims=True)
    return np.cumsum(
        np.where(total > 0, weekly / np.where(total > 0, total, 1), even), axis=1
    ).clip(max=1.0)


def _factor(effects: np.ndarray, code: np.ndarray) -> np.ndarray:
    """The effect of each week; an event that no past season has shown has none."""
    return np.append(effects, 1.0)[np.minimum(code, len(effects))]


def monotone(shares: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """The nearest shares that never fall from one week to the next (weighted isotonic
    regression).
    """
    return isotonic_regression(np.asarray(shares, float), weights=weights).x


def by_day(shares: np.ndarray, days: np.ndarray) -> np.ndarray:
    """Which share is reached by a day of life, between the ends of weeks? Monotone, never
    overshooting.

    ``shares`` (one style, or a row a style) at the ends of weeks 1, 2, …; 0 on day 0, and the last
    value after the last week.

    >>> by_day(np.array([0.1, 0.3]), np.array([0, 7, 14, 99])).tolist()
    [0.0, 0.1, 0.3, 0.3]
    """
    shares = np.asarray(shares, float)
    ends = 7 * np.arange(shares.shape[-1] + 1)
    begun = np.concatenate([np.zeros((*shares.shape[:-1], 1)), shares], axis=-1)
    return PchipInterpolator(ends, begun, axis=-1)(np.clip(days, 0, ends[-1]))
