"""Poisson regression of units with large sets of effects, and what it knows about its own error."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.linalg import cho_factor, cho_solve
from scipy.stats import t as student

STEPS, TOLERANCE = 60, 1e-9
# Dummies of item, age and week are aliased. A ridge on the Newton step alone leaves the optimum
# where it is.
RIDGE, ALIASED = 1e-10, 1e-4
# An error is told by clusters that differ: by two at least, and not where the effects reproduce
# what they sold.
LEAST_CLUSTERS, REPRODUCED = 2, 1e-4


@dataclass(frozen=True)
class Fit:
    """Slopes of a regression, what each cluster adds to their error (clusters × slopes), the units
    it expects of each row, and the spread (s.d.) that the first regressor keeps when all else is
    held fixed. What the rows cannot tell is NaN.
    """

    slopes: np.ndarray
    influence: pd.DataFrame
    expected: pd.Series
    spread: float

    @property
    def std_error(self) -> np.ndarray:
        return np.sqrt((self.influence**2).sum(skipna=False).to_numpy())

    @property
    def known(self) -> bool:
        """Do the rows tell the first slope, and how wrong it may be?"""
        return bool(np.isfinite(self.std_error[0]))

    def interval(self, slope: int = 0) -> tuple[float, float]:
        """95 % of t with as many degrees of freedom as clusters allow."""
        width = student.ppf(0.975, len(self.influence) - 1) * self.std_error[slope]
        return float(self.slopes[slope] - width), float(self.slopes[slope] + width)


def fit(
    rows: pd.DataFrame,
    regressors: list[str],
    effects: list[str],
    cluster: str = "item",
    units: str = "sold_units",
) -> Fit | None:
    """By how much does the logarithm of expected units move with each regressor? None where no fit
    exists.

    Poisson pseudo-maximum likelihood with the log of column ``in_stock`` as offset. The
    first effect is concentrated out in closed form, the others are solved by Newton's
    method on their cross-tables, so that no column of dummies is ever written. Standard
    errors are clustered, with the correction (n − 1) ÷ (n − k) × G ÷ (G − 1) in which k
    counts every effect, as a regression on dummies would. A slope is NaN where the effects
    and the other regressors leave nothing of its regressor; its error, where it rests on one
    cluster, or on as many effects as rows: nothing is left that could be wrong.
    """
    rows = informative(rows, effects, units)
    if rows.empty:
        return None
    system = _equations(rows, regressors, effects, units)
    told = system.told()
    if not told[0] and len(rows) <= system.effects:
        return None
    if told.any():
        system = system.only(told)
        return _solved(system, told, rows, cluster)
    names = pd.unique(rows[cluster])
    nothing = pd.DataFrame(np.nan, index=names, columns=range(len(told)))
    return Fit(np.full(len(told), np.nan), nothing, pd.Series(system.mean, index=rows.index), 0.0)


def _equations(
    rows: pd.DataFrame, regressors: list[str], effects: list[str], units: str
) -> "_System":
    codes = [pd.factorize(rows[effect])[0] for effect in effects]
    x = rows[regressors].to_numpy(float)
    offset = np.log(rows["in_stock"].to_numpy(float))
    return _System(codes, x - x.mean(axis=0), rows[units].to_numpy(float), offset)


def _solved(system: "_System", told: np.ndarray, rows: pd.DataFrame, cluster: str) -> Fit | None:
    """The fit of the regressors that are told, NaN for the others."""
    groups, names = pd.factorize(rows[cluster])
    found = system.solve()
    if found is None or len(names) < LEAST_CLUSTERS:
        return None
    slopes = np.full(len(told), np.nan)
    influence = np.full((len(names), len(told)), np.nan)
    slopes[told], influence[:, told] = found, system.influence(groups)
    return Fit(
        slopes,
        pd.DataFrame(influence, index=names),
        pd.Series(system.mean, index=rows.index),
        system.spread() if told[0] else 0.0,
    )


def informative(rows: pd.DataFrame, effects: list[str], units: str = "sold_units") -> pd.DataFrame:
    """Leave out effects that sold nothing at all: Poisson cannot fit them, and they say nothing
    about a price.
    """
    while True:
        kept = np.logical_and.reduce(
            [rows.groupby(effect)[units].transform("sum") > 0 for effect in effects]
        )
        if kept.all():
            return rows
        rows = rows[kept]


class _System:
    """The likelihood's equations: slopes and small effects in one dense block, the first effect
    eliminated.
    """

    def __init__(self, codes: list[np.ndarray], x: np.ndarray, y: np.ndarray, offset: np.ndarray):
        self.large, small, self.x, self.y, self.offset = codes[0], codes[1:], x, y, offset
        sizes = [code.max() + 1 for code in small]
        starts = np.cumsum([x.shape[1], *sizes])
        self.small = [
            (code, slice(start, start + size), size)
            for code, start, size in zip(small, starts, sizes, strict=False)
        ]
        self.units = np.bincount(self.large, y)
        self.effects = len(self.units) + sum(size - 1 for size in sizes)
        self.by_large = np.empty((len(self.units), starts[-1]))
        self.mean = (y + y.mean()) / 2
        self._factorise()

    def only(self, told: np.ndarray) -> "_System":
        """The same equations with these regressors alone."""
        if told.all():
            return self
        codes = [self.large, *(code for code, _, _ in self.small)]
        return _System(codes, self.x[:, told], self.y, self.offset)

    def told(self) -> np.ndarray:
        """Which regressors keep a spread of their own when all else is held fixed?"""
        k = self.x.shape[1]
        own = np.diag(cho_solve(self.factor, np.eye(self.by_large.shape[1], k))[:k])
        return 1 / np.sqrt(own * self.mean.sum()) >= ALIASED * np.maximum(1, self.x.std(axis=0))

    def solve(self) -> np.ndarray | None:
        """Newton steps from the usual start of a Poisson regression, halved where they overshoot;
        None where they do not converge.
        """
        k, parameters, value = self.x.shape[1], np.zeros(self.by_large.shape[1]), -np.inf
        # first step: least squares on the logarithm
        residual = self.mean * (np.log(self.mean) - self.offset) + self.y - self.mean
        for step in range(STEPS):
            if step:
                self._factorise()
            change, last = self._newton(residual), value
            full = np.abs(change[:k]).max(initial=0)
            value = self._likelihood(parameters + change)
            while not value >= last - 1e-9 * abs(last) and np.abs(change).max() > TOLERANCE:
                change = change / 2
                value = self._likelihood(parameters + change)
            # the slope runs away: a price at which nothing was sold explains it best at infinity
            if not np.isfinite(value):
                return None
            parameters, residual = parameters + change, self.y - self.mean
            if step and full <= TOLERANCE and abs(value - last) <= TOLERANCE * abs(value):
                return parameters[:k]
        return None

    def _likelihood(self, parameters: np.ndarray) -> float:
        """Log-likelihood, up to a constant, with the first effect at its best; leaves the means
        behind.
        """
        eta = self.offset + self._along(parameters)
        eta -= eta.max()
        self.mean = np.exp(eta)
        # a step so far that a unit expects nothing: NaN, and halved
        with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
            level = self.units / np.bincount(self.large, self.mean)
            self.mean *= level[self.large]
            return float(self.y @ eta + self.units @ np.log(level) - self.mean.sum())

    def _along(self, parameters: np.ndarray) -> np.ndarray:
        """The linear predictor of every row without the first effect."""
        eta = self.x @ parameters[: self.x.shape[1]]
        for code, place, _ in self.small:
            eta += parameters[place][code]
        return eta

    def _newton(self, residual: np.ndarray) -> np.ndarray:
        inner = residual - self.mean * (np.bincount(self.large, residual) / self.weight)[self.large]
        scores = [self.x.T @ inner, *(np.bincount(code, inner) for code, _, _ in self.small)]
        return cho_solve(self.factor, np.concatenate(scores))

    def _factorise(self) -> None:
        """Cross-products of slopes and small effects, weighted by the means, net of the first
        effect.
        """
        w, k = self.mean, self.x.shape[1]
        self.weight = np.bincount(self.large, w)
        self.by_large[:, :k] = self._sums(self.large, len(self.weight))
        cross = np.zeros((self.by_large.shape[1],) * 2)
        cross[:k, :k] = (self.x * w[:, None]).T @ self.x
        for a, (code, place, size) in enumerate(self.small):
            self.by_large[:, place] = _table(self.large, code, w, len(self.weight), size)
            cross[place, :k] = self._sums(code, size)
            for other, before, width in self.small[: a + 1]:
                cross[place, before] = _table(code, other, w, size, width)
        # a regressor that never moves, an effect of no more units
        whole = np.where(np.diag(cross) > 0, np.diag(cross), 1)
        self.by_large /= np.sqrt(self.weight)[:, None]
        cross -= self.by_large.T @ self.by_large
        cross[np.diag_indices_from(cross)] += RIDGE * whole
        self.factor = cho_factor(cross, lower=True, overwrite_a=True, check_finite=False)

    def _sums(self, code: np.ndarray, size: int) -> np.ndarray:
        return np.column_stack([np.bincount(code, self.mean * column, size) for column in self.x.T])

    def spread(self) -> float:
        """Standard deviation of the first regressor net of everything else, weighted by expected
        units.
        """
        first = cho_solve(self.factor, np.eye(self.by_large.shape[1], 1))[0, 0]
        return float(1 / np.sqrt(first * self.mean.sum()))

    def influence(self, groups: np.ndarray) -> np.ndarray:
        """What each cluster adds to the slopes: its scores on regressors net of all effects, over
        their information.

        NaN where that is no error: nearly all of a slope's information is one cluster's, whose
        score is nothing by construction.
        """
        k, n, clusters = self.x.shape[1], len(self.y), groups.max() + 1
        # the slopes' part of the inverse information
        rows = cho_solve(self.factor, np.eye(self.by_large.shape[1], k))
        level = -(self.by_large @ rows) / np.sqrt(self.weight)[:, None]
        loading = np.column_stack([self._along(column) for column in rows.T]) + level[self.large]
        added = loading * (self.y - self.mean)[:, None]
        sums = np.column_stack([np.bincount(groups, column) for column in added.T])
        shares = np.column_stack(
            [np.bincount(groups, self.mean * column**2) for column in loading.T]
        )
        # as many clusters of the same weight
        rest_on = shares.sum(axis=0) ** 2 / (shares**2).sum(axis=0)
        known = (rest_on >= LEAST_CLUSTERS) & (
            (sums**2).sum(axis=0) > REPRODUCED**2 * shares.sum(axis=0)
        )
        correction = (n - 1) / max(n - k - self.effects, 1) * clusters / (clusters - 1)
        return np.where(known, sums * np.sqrt(correction), np.nan)


def _table(
    row: np.ndarray, column: np.ndarray, weight: np.ndarray, height: int, width: int
) -> np.ndarray:
    return np.bincount(row * width + column, weight, height * width).reshape(height, width)
