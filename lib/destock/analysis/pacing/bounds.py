"""What may still come: how far estimates of past styles that stood alike were off, drawn together
with what was bought again of them.
"""

import numpy as np
import pandas as pd

LEAST_TRIALS = 25  # fewer past cases than this are pooled with their neighbours
MOST_TRIALS = 200
PARTS = 5  # a fifth of the past cases is alike
SEASON_SD = 0.15  # logs: by so much seasons differ, where only one is known
LEAST_SPREAD = 0.02  # logs
TAIL = 0.1
DRAWN = ("error", "grown", "rest")


def draws(frame: pd.DataFrame, trials: pd.DataFrame, bought: bool) -> dict[str, np.ndarray]:
    """By what may the rest of each style differ, and its buy grow?

    Returns DRAWN of the trials nearest by rank in how far they were expected to sell through,
    styles × trials: ``error`` (logs), ``grown`` (bought in the end ÷ by then), ``rest`` (units
    expected to come).
    """
    place = _told(trials, bought)
    order = np.argsort(place, kind="stable")
    place, n = place[order], len(trials)
    count = min(n, int(np.clip(n / PARTS, LEAST_TRIALS, MOST_TRIALS)))
    own = _told(frame, bought)
    middle = (np.searchsorted(place, own, "left") + np.searchsorted(place, own, "right")) / 2
    start = np.clip(np.floor(middle - count / 2).astype(int), 0, n - count)
    at = order[start[:, None] + np.arange(count)]
    return {name: trials[name].to_numpy(float)[at] for name in DRAWN}


def _told(frame: pd.DataFrame, bought: bool) -> np.ndarray:
    """How far is a style expected to sell through? Without a buy: what it has sold."""
    value = frame["expected"] / frame["bought"] if bought else frame["sold"]
    return value.to_numpy(float)


def widened(error: np.ndarray, seasons: int) -> np.ndarray:
    """The errors of each row, further apart where one season cannot show how seasons differ."""
    if seasons > 1:
        return error
    centre = error.mean(axis=1, keepdims=True)
    spread = np.maximum(error.std(axis=1, keepdims=True), LEAST_SPREAD)
    return centre + (error - centre) * np.sqrt(1 + (SEASON_SD / spread) ** 2)


def in_part(error: np.ndarray, seasons: int) -> np.ndarray:
    """The errors of each row, their mean believed by s ÷ (s + 1) of s seasons only.

    Where no buy is known nothing but luck of the last seasons may be behind it: the next one may
    err the other way.
    """
    return error - np.log(np.exp(error).mean(axis=1, keepdims=True)) / (seasons + 1)


def mean(units: np.ndarray, rest: np.ndarray) -> np.ndarray:
    """The mean of each row, by units expected to come: so sums are met, whichever styles are large.
    What lies beyond the middle four fifths counts as their ends: one past style that took off does
    not lift all that stood like it.
    """
    low, high = np.quantile(units, [TAIL, 1 - TAIL], axis=1, keepdims=True)
    found = (np.clip(units, low, high) * rest).sum(axis=1) / rest.sum(axis=1)
    return np.clip(found, units.min(axis=1), units.max(axis=1))


def quantiles(units: np.ndarray, levels: list[float]) -> np.ndarray:
    """Quantiles of each row, a little wider for few cases."""
    units, n, level = np.sort(units, axis=1), units.shape[1], np.array(levels)
    at = np.where(level < 0.5, np.floor(level * (n + 1)), np.ceil(level * (n + 1))) - 1
    return units[:, np.clip(at, 0, n - 1).astype(int)]
