"""What the course of sales adds: by how much estimates like this one were too low or too high."""

import numpy as np
import pandas as pd

RIDGE = 40.0  # as many trials with a sign of one log that meant nothing
MOST = 1.5  # logs that an estimate is set right by
FARTHEST = 3.0  # logs: what was further off counts as so far
NOTHING = 0.05  # units: the log of none
BEYOND = 0.05  # least weight of trials expected to run out


def signs(frame: pd.DataFrame) -> np.ndarray:
    """Did a style sell more than its buy foretold, more of late than its curve, and will much be
    left of it?

    frame: sold, share, prior, expected, bought, recent (units of the last two weeks), due (what the
    curve puts there), usual (the buy of a style in the middle of its season). Returns five columns:
    log sold ÷ foretold; the same where it is less; log recent ÷ due; the share of the buy expected
    to be left, and that times the log of how large the buy is: what is marked down. Unknown is no
    sign.
    """
    sold, recent = (frame[name].clip(lower=0) for name in ("sold", "recent"))
    surprise = np.log((sold + 0.5) / (frame["prior"] * frame["share"] + 0.5)).fillna(0.0)
    course = np.log((recent + 0.5) / (frame["due"] + 0.5)).fillna(0.0)
    slack = (1 - frame["expected"] / frame["bought"]).clip(0, 1).fillna(0.0)
    slack = slack.where(frame["share"] > 0, 0.0)
    large = slack * np.log(frame["bought"] / frame["usual"]).fillna(0.0)
    return np.column_stack([surprise, surprise.clip(upper=0), course, slack, large])


def error(trials: pd.DataFrame, truth: str) -> pd.Series:
    """How much more than expected was still to come, in logs?"""
    return _left(trials, truth) - _left(trials, "expected")


def _left(frame: pd.DataFrame, units: str) -> pd.Series:
    return np.log((frame[units] - frame["sold"] + 1).clip(lower=NOTHING))


def learned(trials: pd.DataFrame) -> tuple[pd.Series, np.ndarray]:
    """What have the signs meant? Returns what was expected of each trial, set right by what they
    meant in the other folds, and their slopes from all folds (weeks × signs).

    trials: with ``fold``, ``week``, ``demand`` and what ``signs`` read.
    """
    moments = _moments(trials)
    every = moments.sum(axis=0)
    others = _slopes(every - moments)
    own = others[trials["fold"].to_numpy(int), trials["week"].to_numpy(int)]
    return corrected(trials, own), _slopes(every)


def _weight(trials: pd.DataFrame) -> np.ndarray:
    """What would have sold beyond the buy nobody saw, and it does not matter either."""
    told = (trials["expected"] / trials["bought"]).fillna(0.0).to_numpy()
    return np.clip(1.5 - told, BEYOND, 1)


def _moments(trials: pd.DataFrame) -> np.ndarray:
    """Sums of products of 1, the signs and the error, by fold and week with its two neighbours."""
    known = trials[trials["demand"].notna() & trials["expected"].notna()]
    miss = error(known, "demand").clip(-FARTHEST, FARTHEST)
    row = np.column_stack([np.ones(len(known)), signs(known), miss])
    weight, size = _weight(known), row.shape[1]
    folds, weeks = (int(trials[name].max()) + 1 for name in ("fold", "week"))
    at = known["fold"].to_numpy(int) * weeks + known["week"].to_numpy(int)
    found = np.zeros((folds, weeks, size, size))
    for i in range(size):
        for j in range(i, size):
            cells = np.bincount(at, weight * row[:, i] * row[:, j], folds * weeks)
            found[..., i, j] = found[..., j, i] = cells.reshape(folds, weeks)
    near = found.copy()
    near[:, 1:] += found[:, :-1]
    near[:, :-1] += found[:, 1:]
    return near


def _slopes(moments: np.ndarray) -> np.ndarray:
    """How many logs more are still to come for each unit of a sign; the ridge leaves few trials
    alone. The level is the errors' own: it is not set right here.
    """
    products, missed = moments[..., :-1, :-1], moments[..., :-1, -1:]
    penalty = np.diag([1e-9, *[RIDGE] * (products.shape[-1] - 1)])
    return np.linalg.solve(products + penalty, missed)[..., 1:, 0]


def corrected(frame: pd.DataFrame, slopes: np.ndarray) -> pd.Series:
    """The estimate, set right by what its signs have meant; slopes: a row for each row."""
    shift = np.clip((signs(frame) * slopes).sum(axis=1), -MOST, MOST)
    rest = (frame["expected"] - frame["sold"] + 1) * np.exp(shift) - 1
    return frame["sold"] + rest.clip(lower=0)
