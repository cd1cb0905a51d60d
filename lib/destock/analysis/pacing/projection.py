"""What a style will have sold by its exit, how sure that is, and how wrong such estimates were in
past seasons.
"""

import numpy as np
import pandas as pd
from scipy.stats import CensoredData, ecdf

from destock.analysis.pacing.curve import reached
from destock.analysis.pacing.experience import LEAST_TRIALS, Experience, credible, demand_of_buy
from destock.analysis.pacing.lives import Lives
from destock.model.messages import mark
from destock.model.metrics import ratio

METHODS = {
    "expected": mark("this page"),
    "last_year": mark("last year's curve"),
    "straight_line": mark("straight line"),
}
INTERVALS = {"middle": 0.50, "low80": 0.10, "high80": 0.90, "low90": 0.05, "high90": 0.95}


def project(running: Lives, experience: Experience) -> pd.DataFrame:
    """What will each style of the running season have sold by its exit, and between which bounds?

    Returns one row a style: ``demand`` (the credible estimate, set right by half of the past
    errors; stock not limiting), ``projected`` (at most what was bought), the bounds of
    INTERVALS (within stock; as many past estimates lay within such bounds at the same week
    of life), ``share`` of life sales reached, ``trials`` behind them.
    """
    frame = _estimated(running, experience)
    frame = frame.join(_bounds(frame, experience.trials))
    frame["demand"] = frame.pop("middle").where(lambda units: np.isfinite(units), frame["expected"])
    # set right in part only, the estimate may lie outside what past errors would bound
    for low, high in (("low80", "high80"), ("low90", "high90")):
        frame[low] = _within(np.minimum(frame[low], frame["demand"]), frame)
        frame[high] = _within(np.maximum(frame[high], frame["demand"]), frame)
    return frame.assign(projected=_within(frame["demand"], frame))


def _estimated(running: Lives, experience: Experience) -> pd.DataFrame:
    """Where each style stands at the end of its last week, and its credible estimate (``expected``)
    from there.
    """
    columns = ["item", "season", "life", "bought", "weeks_seen"]
    frame = running.styles[columns].rename(columns={"weeks_seen": "week"})
    share = reached(running, experience.curve)
    row, before = np.arange(len(frame)), frame["week"].to_numpy() - 1
    frame = frame.assign(
        sold=np.where(before >= 0, running.cumulative[row, before], 0.0),
        share=np.where(before >= 0, share[row, before], 0.0),
        prior=demand_of_buy(experience.past, reached(experience.past, experience.curve), running),
    )
    noise = frame["week"].map(experience.noise).fillna(0.0)
    expected = credible(frame["sold"], frame["share"], frame["prior"], experience.precision, noise)
    return frame.assign(expected=expected)


def _within(units: pd.Series, frame: pd.DataFrame) -> pd.Series:
    """Not less than was sold, not more than was bought."""
    most = frame["bought"].fillna(np.inf).clip(lower=frame["sold"])
    return units.clip(lower=frame["sold"]).clip(upper=most)


def _bounds(frame: pd.DataFrame, trials: pd.DataFrame) -> pd.DataFrame:
    """Bounds from how far past estimates were off, at the same week of life and for equally large
    sales.

    Where no buy is known, nothing can be cut at it: stock-outs then count as a part of what seasons
    usually sell.
    """
    usable = trials[~(trials["sold"] >= trials["bought"]) & trials["expected"].notna()]
    error = np.log(
        (usable["final"] - usable["sold"] + 1).clip(lower=1e-3)
        / (usable["expected"] - usable["sold"] + 1)
    )
    usable = usable.assign(error=error)
    parts = []
    for (week, bought), group in frame.groupby(["week", frame["bought"].notna()]):
        near = usable[usable["week"] == _nearest(usable, week)]
        parts.append(_bounds_of_week(group, near.assign(sold_out=near["sold_out"] & bought)))
    empty = pd.DataFrame(columns=[*INTERVALS, "trials"], dtype=float)
    return pd.concat([empty, *parts]).reindex(frame.index)


def _nearest(trials: pd.DataFrame, week: int) -> float:
    """The week of life closest to this one with enough past cases."""
    count = trials.groupby("week").size()
    enough = count[count >= min(LEAST_TRIALS, count.max())].index if len(count) else []
    return min(enough, key=lambda other: (abs(other - week), other), default=np.nan)


def _bounds_of_week(frame: pd.DataFrame, trials: pd.DataFrame) -> pd.DataFrame:
    """Bounds for styles of one week of life, by thirds of sales to date where there are cases
    enough.
    """
    groups = 3 if len(trials) >= 3 * LEAST_TRIALS else 1
    edges = np.quantile(trials["sold"], np.arange(1, groups) / groups) if groups > 1 else []
    size, own = np.searchsorted(edges, trials["sold"]), np.searchsorted(edges, frame["sold"])
    found = [_errors(trials[size == group]) for group in range(groups)]
    cuts = pd.DataFrame([found[group] for group in own], index=frame.index)
    left = frame["expected"] - frame["sold"] + 1
    units = cuts[list(INTERVALS)].apply(lambda error: frame["sold"] + left * np.exp(error) - 1)
    return units.assign(trials=cuts["trials"])


def _errors(trials: pd.DataFrame) -> dict[str, float]:
    """How far past estimates were off (log), at the levels of INTERVALS; unknown from fewer than
    two.

    Half of the errors of s seasons sets the estimate right by s ÷ (s + 1) only: the next
    season may err the other way.
    """
    if len(trials) < 2:
        return dict.fromkeys(INTERVALS, np.nan) | {"trials": len(trials)}
    found = _quantiles(trials["error"], trials["sold_out"], list(INTERVALS.values()))
    cuts = dict(zip(INTERVALS, found, strict=True))
    seasons = trials["season"].nunique()
    return cuts | {"middle": cuts["middle"] * seasons / (seasons + 1), "trials": len(trials)}


def _quantiles(values: pd.Series, at_least: pd.Series, levels: list[float]) -> np.ndarray:
    """Quantiles where some values are known only to be at least so large (Kaplan–Meier), a little
    wider for few cases.
    """
    known = ecdf(CensoredData.right_censored(values.to_numpy(), at_least.to_numpy())).cdf
    n, level = len(values), np.array(levels)
    lower, upper = np.maximum(level * (n + 1) - 1, 0) / n, np.minimum(level * (n + 1) / n, 1)
    wider = np.where(level < 0.5, lower, upper)
    at = np.searchsorted(known.probabilities, wider - 1e-12)
    return np.append(known.quantiles, np.inf)[np.minimum(at, len(known.quantiles))]


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
