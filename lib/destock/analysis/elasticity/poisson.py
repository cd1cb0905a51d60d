"""Poisson regression of units with large sets of effects, and what it knows about its own error."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.linalg import cho_factor, cho_solve
from scipy.stats import t as student

STEPS, TOLERANCE = 60, 1e-9
# Dummies of item, age and week are aliased. A ridge on the Newton step alone leaves the optimum where it is.
RIDGE, ALIASED = 1e-10, 1e-4


@dataclass(frozen=True)
class Fit:
    """Slopes of a regression, what each cluster adds to their error (clusters × slopes), the units it expects of each row,
    and the spread (s.d.) that the first regressor keeps when all else is held fixed."""

    slopes: np.ndarray
    influence: pd.DataFrame
    expected: pd.Series
    spread: float

    @property
    def std_error(self) -> np.ndarray:
        return np.sqrt((self.influence**2).sum().to_numpy())

    def interval(self, slope: int = 0) -> tuple[float, float]:
        """95 % of t with as many degrees of freedom as clusters allow."""
        width = student.ppf(0.975, len(self.influence) - 1) * self.std_error[slope]
        return float(self.slopes[slope] - width), float(self.slopes[slope] + width)


def fit(rows: pd.DataFrame, regressors: list[str], effects: list[str], cluster: str = "item", units: str = "sold_units") -> Fit | None:
    """By how much does the logarithm of expected units move with each regressor? None where no fit exists.

    Poisson pseudo-maximum likelihood with the log of column ``in_stock`` as offset. The
    first effect is concentrated out in closed form, the others are solved by Newton's
    method on their cross-tables, so that no column of dummies is ever written. Standard
    errors are clustered, with the correction (n − 1) ÷ (n − k) × G ÷ (G − 1) in which k
    counts every effect, as a regression on dummies would.
    """
    rows = informative(rows, effects, units)
    if rows.empty:
        return None
    codes = [pd.factorize(rows[effect])[0] for effect in effects]
    y, x = rows[units].to_numpy(float), rows[regressors].to_numpy(float)
    x = x - x.mean(axis=0)
    system = _System(codes, x, y, np.log(rows["in_stock"].to_numpy(float)))
    slopes = system.solve()
    if slopes is None:
        return None
    groups, names = pd.factorize(rows[cluster])
    influence = system.influence(groups) if len(names) > 1 else None
    return (
        None
        if influence is None
        else Fit(slopes, pd.DataFrame(influence, index=names), pd.Series(system.mean, index=rows.index), system.spread())
    )


def informative(rows: pd.DataFrame, effects: list[str], units: str = "sold_units") -> pd.DataFrame:
    """Leave out effects that sold nothing at all: Poisson cannot fit them, and they say nothing about a price."""
    while True:
        kept = np.logical_and.reduce([rows.groupby(effect)[units].transform("sum") > 0 for effect in effects])
        if kept.all():
            return rows
        rows = rows[kept]


class _System:
    """The likelihood's equations: slopes and small effects in one dense block, the first effect eliminated."""

    def __init__(self, codes: list[np.ndarray], x: np.ndarray, y: np.ndarray, offset: np.ndarray):
        self.large, small, self.x, self.y, self.offset = codes[0], codes[1:], x, y, offset
        sizes = [code.max() + 1 for code in small]
        starts = np.cumsum([x.shape[1], *sizes])
        self.small = [(code, slice(start, start + size), size) for code, start, size in zip(small, starts, sizes, strict=False)]
        self.units = np.bincount(self.large, y)
        self.by_large = np.empty((len(self.units), starts[-1]))
        self.mean = (y + y.mean()) / 2

    def solve(self) -> np.ndarray | None:
        """Newton steps from the usual start of a Poisson regression, halved where they overshoot; None where they do not converge."""
        k, parameters, value = self.x.shape[1], np.zeros(self.by_large.shape[1]), -np.inf
        residual = self.mean * (np.log(self.mean) - self.offset) + self.y - self.mean  # first step: least squares on the logarithm
        for step in range(STEPS):
            change, last = self._newton(residual), value
            if step == 0 and self.spread() < ALIASED:
                return None
            value = self._likelihood(parameters + change)
            while step and not value >= last - 1e-9 * abs(last) and np.abs(change).max() > TOLERANCE:
                change = change / 2
                value = self._likelihood(parameters + change)
            parameters, residual = parameters + change, self.y - self.mean
            if step and np.abs(change[:k]).max() <= TOLERANCE and abs(value - last) <= TOLERANCE * abs(value):
                return parameters[:k]
        return None

    def _likelihood(self, parameters: np.ndarray) -> float:
        """Log-likelihood, up to a constant, with the first effect at its best; leaves the means behind."""
        eta = self.offset + self._along(parameters)
        eta -= eta.max()
        self.mean = np.exp(eta)
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
        self._factorise()
        inner = residual - self.mean * (np.bincount(self.large, residual) / self.weight)[self.large]
        scores = [self.x.T @ inner, *(np.bincount(code, inner) for code, _, _ in self.small)]
        return cho_solve(self.factor, np.concatenate(scores))

    def _factorise(self) -> None:
        """Cross-products of slopes and small effects, weighted by the means, net of the first effect."""
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
        whole = np.diag(cross).copy()
        self.by_large /= np.sqrt(self.weight)[:, None]
        cross -= self.by_large.T @ self.by_large
        cross[np.diag_indices_from(cross)] += RIDGE * whole
        self.factor = cho_factor(cross, lower=True, overwrite_a=True, check_finite=False)

    def _sums(self, code: np.ndarray, size: int) -> np.ndarray:
        return np.column_stack([np.bincount(code, self.mean * column, size) for column in self.x.T])

    def spread(self) -> float:
        """Standard deviation of the first regressor net of everything else, weighted by expected units."""
        return float(1 / np.sqrt(cho_solve(self.factor, np.eye(self.by_large.shape[1], 1))[0, 0] * self.mean.sum()))

    def influence(self, groups: np.ndarray) -> np.ndarray:
        """What each cluster adds to the slopes: its scores on regressors net of all effects, over their information."""
        k, n, clusters = self.x.shape[1], len(self.y), groups.max() + 1
        rows = cho_solve(self.factor, np.eye(self.by_large.shape[1], k))  # the slopes' part of the inverse information
        level = -(self.by_large @ rows) / np.sqrt(self.weight)[:, None]
        loading = np.column_stack([self._along(column) for column in rows.T]) + level[self.large]
        added = loading * (self.y - self.mean)[:, None]
        sums = np.column_stack([np.bincount(groups, column) for column in added.T])
        effects = len(self.units) + sum(size - 1 for _, _, size in self.small)
        return sums * np.sqrt((n - 1) / max(n - k - effects, 1) * clusters / (clusters - 1))


def _table(row: np.ndarray, column: np.ndarray, weight: np.ndarray, height: int, width: int) -> np.ndarray:
    return np.bincount(row * width + column, weight, height * width).reshape(height, width)
