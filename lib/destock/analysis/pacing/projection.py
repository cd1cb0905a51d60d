"""What a style will have sold by its exit, how sure that is, and how wrong such estimates were in
past seasons.
"""

import numpy as np
import pandas as pd

from destock.analysis.pacing import bounds, surprise
from destock.analysis.pacing.bounds import LEAST_TRIALS
from destock.analysis.pacing.experience import Experience, estimated
from destock.analysis.pacing.lives import Lives
from destock.model.messages import mark
from destock.model.metrics import ratio

METHODS = {
    "expected": mark("this page"),
    "last_year": mark("last year's curve"),
    "last_year_all": mark("last year's curve, all categories"),
    "straight_line": mark("straight line"),
}
INTERVALS = {"low80": 0.10, "high80": 0.90, "low90": 0.05, "high90": 0.95}


def project(running: Lives, experience: Experience) -> pd.DataFrame:
    """What will each style of the running season have sold by its exit, and between which bounds?

    Returns one row a style: ``demand`` (the mean of what may come, as past estimates of such styles
    were off; stock not limiting), ``projected`` (the mean of what of that can be had: at most what
    was bought, and what past styles like it were bought again), the bounds of INTERVALS (within
    that; as many past estimates lay within such bounds at the same week of life), ``share`` of
    life sales reached, ``trials`` behind them.
    """
    frame = estimated(running, experience)
    frame = frame.join(_bounds(frame, experience.trials))
    # the mean of what is skewed may lie outside bounds
    for low, high in (("low80", "high80"), ("low90", "high90")):
        frame[low] = np.minimum(frame[low], frame["projected"])
        frame[high] = np.maximum(frame[high], frame["projected"])
    return frame


def _within(units: pd.Series, frame: pd.DataFrame) -> pd.Series:
    """Not less than was sold, not more than was bought."""
    most = frame["bought"].fillna(np.inf).clip(lower=frame["sold"])
    return units.clip(lower=frame["sold"]).clip(upper=most)


def _bounds(frame: pd.DataFrame, trials: pd.DataFrame) -> pd.DataFrame:
    """Means and bounds from how far past estimates were off, at the same week of life and for
    styles that were expected to sell through equally far.

    Where no buy is known, nothing can be cut at it: stock-outs then count as a part of what seasons
    usually sell.
    """
    usable = trials[~(trials["sold"] >= trials["bought"]) & trials["expected"].notna()]
    parts = [pd.DataFrame(columns=["demand", "projected", *INTERVALS, "trials"], dtype=float)]
    for (week, bought), group in frame.groupby(["week", frame["bought"].notna()]):
        near = usable[usable["week"] == _nearest(usable, week)]
        near = near.assign(
            error=surprise.error(near, "demand" if bought else "final"),
            rest=near["expected"] - near["sold"] + 1,
        )
        parts.append(_of_week(group, near, bought))
    return pd.concat(parts).reindex(frame.index)


def _nearest(trials: pd.DataFrame, week: int) -> float:
    """The week of life closest to this one with enough past cases."""
    count = trials.groupby("week").size()
    enough = count[count >= min(LEAST_TRIALS, count.max())].index if len(count) else []
    return min(enough, key=lambda other: (abs(other - week), other), default=np.nan)


def _of_week(frame: pd.DataFrame, trials: pd.DataFrame, bought: bool) -> pd.DataFrame:
    """Means and bounds of styles of one week of life; fewer than two past cases give no bounds."""
    if len(trials) < 2:
        found = {"demand": frame["expected"], "projected": _within(frame["expected"], frame)}
        return pd.DataFrame(found).assign(trials=float(len(trials)))
    drawn, seasons = bounds.draws(frame, trials, bought), trials["season"].nunique()
    error = bounds.widened(drawn["error"], seasons)
    units, within = _ends(frame, error, drawn["grown"])
    found = bounds.quantiles(within, list(INTERVALS.values()))
    if not bought:
        units, within = _ends(frame, bounds.in_part(error, seasons), drawn["grown"])
    return pd.DataFrame(found, frame.index, list(INTERVALS)).assign(
        demand=bounds.mean(units, drawn["rest"]),
        projected=bounds.mean(within, drawn["rest"]),
        trials=float(error.shape[1]),
    )


def _ends(
    frame: pd.DataFrame, error: np.ndarray, grown: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Units in the end with each error, and what of them can be had: what was bought again of past
    hits came with their errors.
    """
    sold, expected = (frame[name].to_numpy(float)[:, None] for name in ("sold", "expected"))
    most = frame["bought"].fillna(np.inf).to_numpy(float)[:, None] * grown
    units = np.maximum(sold + (expected - sold + 1) * np.exp(error) - 1, sold)
    return units, np.minimum(units, np.maximum(most, sold))


def backtest(experience: Experience) -> pd.DataFrame:
    """How wrong were such estimates at each week of life in past seasons, beside the simple ones?

    Returns one row a (week, method): ``error`` (Σ|estimate − final| ÷ Σ final), ``bias``
    (Σ(estimate − final) ÷ Σ final), ``styles``, ``seasons``; ``bias_low`` and ``bias_high``: the
    smallest and the largest bias of a season. Each season is estimated from the others.
    """
    rows = _by_method(experience.trials)
    total = rows.groupby(["week", "method"]).agg(
        off=("off", "sum"),
        miss=("miss", "sum"),
        final=("final", "sum"),
        styles=("final", "size"),
        seasons=("season", "nunique"),
    )
    season = rows.groupby(["week", "method", "season"])[["miss", "final"]].sum()
    bias = ratio(season["miss"], season["final"]).groupby(["week", "method"])
    total = total.assign(
        error=ratio(total["off"], total["final"]), bias=ratio(total["miss"], total["final"])
    ).join(bias.agg(bias_low="min", bias_high="max"))
    return total.reset_index()[
        ["week", "method", "error", "bias", "bias_low", "bias_high", "styles", "seasons"]
    ]


def _by_method(trials: pd.DataFrame) -> pd.DataFrame:
    """One row a trial and method, where all methods have an estimate: how far it missed what was
    sold in the end.
    """
    shown = trials[(trials["week"] > 0) & trials[list(METHODS)].notna().all(axis=1)]
    rows = shown.melt(
        ["week", "season", "final", "sold", "bought"], list(METHODS), "method", "estimate"
    )
    miss = _within(rows["estimate"], rows) - rows["final"]
    return rows.assign(miss=miss, off=miss.abs())
