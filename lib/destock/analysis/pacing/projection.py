"""What a style will have sold by its exit, how sure that is, and how wrong such estimates were in
past seasons.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import CensoredData, ecdf

from destock.analysis.pacing.curve import Curve, fit, reached
from destock.analysis.pacing.lives import LOST_SHARE, Lives, lost_share, sold_out
from destock.model.messages import mark
from destock.model.metrics import ratio

METHODS = {
    "expected": mark("this page"),
    "last_year": mark("last year's curve"),
    "straight_line": mark("straight line"),
}
INTERVALS = {"middle": 0.50, "low80": 0.10, "high80": 0.90, "low90": 0.05, "high90": 0.95}
FOLDS = 5  # where there is only one past season, fifths of its styles stand in for seasons
LEAST_TRIALS = 25  # fewer past cases than this are pooled with their neighbours


@dataclass(frozen=True)
class Experience:
    """What past seasons teach about the running one.

    ``past`` their lives, ``curve`` how they ran; ``trials``: every past style at every week of its
    life, estimated from the other seasons only; ``precision`` of the buy as a forecast (1 ÷ κ²);
    ``noise`` (φ) of sales to date by week of life.
    """

    past: Lives
    curve: Curve
    trials: pd.DataFrame
    precision: float
    noise: pd.Series


def learn(past: Lives, prior_units: float) -> Experience:
    """How well did the buy, and sales to date, foretell what past seasons sold in the end?

    Every past season is estimated from the others (with one season: every fifth of its
    styles from the rest), week of life by week of life.
    """
    folds = _folds(past.styles)
    several = [fold for fold in np.unique(folds) if (folds != fold).any()]
    trials = [
        _trial(past.where(folds != fold), past.where(folds == fold), prior_units)
        for fold in several
    ]
    frame = pd.concat(
        trials or [_trial(past, past.where(folds < folds), prior_units)], ignore_index=True
    )
    precision = _precision(frame[frame["week"] == 0])
    noise = frame[
        ~frame["sold_out"]
        & (frame["week"] > 0)
        & (frame["sold"] > 0)
        & (frame["share"] > 0)
        & (frame["final"] > 0)
    ]
    noise = noise.assign(
        error=np.log(noise["sold"] / noise["share"] / noise["final"]), least=1 / noise["sold"]
    ).groupby("week")
    phi = (noise["error"].agg(_robust_variance) - noise["least"].median()).clip(lower=0)
    frame["expected"] = credible(
        frame["sold"], frame["share"], frame["prior"], precision, frame["week"].map(phi).fillna(0.0)
    )
    return Experience(past, fit(past, prior_units), frame, precision, phi)


def _folds(styles: pd.DataFrame) -> np.ndarray:
    if styles["season"].nunique() > 1:
        return styles["season"].to_numpy()
    return np.arange(len(styles)) % FOLDS


def _trial(rest: Lives, out: Lives, prior_units: float) -> pd.DataFrame:
    """The styles of one left-out season at every week of their lives, with what the other seasons
    would have said.
    """
    curve = fit(rest, prior_units)
    share = reached(out, curve)
    prior = _prior(rest, reached(rest, curve), out)
    known = out.styles[["item", "season", "life"]].assign(
        bought=out.bought,
        prior=prior,
        final=out.final,
        sold_out=sold_out(out, share),
        row=np.arange(len(out.styles)),
    )
    frame = known.loc[known.index.repeat(known["life"])].reset_index(drop=True)
    frame["week"] = frame.groupby("row").cumcount()  # weeks completed: 0 … life − 1
    row, before = frame["row"].to_numpy(), frame["week"].to_numpy() - 1
    frame["sold"] = np.where(before >= 0, out.cumulative[row, before], 0.0)
    frame["share"] = np.where(before >= 0, share[row, before], 0.0)
    frame["last_year"] = ratio(frame["sold"], _one_season(rest, out)[row, before])
    frame["straight_line"] = ratio(frame["sold"] * frame["life"], frame["week"])
    return frame.drop(columns="row")


def _one_season(rest: Lives, out: Lives) -> np.ndarray:
    """Naive: the share that the season before (or else the next one) had reached by each week, by
    category.
    """
    seasons = np.unique(rest.styles["season"])
    before = [season for season in seasons if (out.styles["season"] > season).all()]
    one = rest.where((rest.styles["season"] == (before[-1] if before else seasons[0])).to_numpy())
    sums = pd.DataFrame(one.cumulative).groupby(one.styles["category"].to_numpy()).sum()
    sums = pd.concat([sums, sums.sum().to_frame("").T])
    known = out.styles["category"].where(out.styles["category"].isin(sums.index), "")
    shares = (
        sums.div(sums.iloc[:, -1], axis=0).reindex(columns=range(out.units.shape[1])).ffill(axis=1)
    )
    return shares.loc[known].to_numpy()


def _prior(rest: Lives, share: np.ndarray, out: Lives) -> np.ndarray:
    """What the buy alone foretells: log demand in a line on log units bought, with a level for each
    category.

    Demand of a past style that sold out is its sales ÷ the share of life sales expected until then.
    """
    lost = lost_share(rest, share)
    demand = np.where(lost > LOST_SHARE, rest.final / np.clip(1 - lost, 0.05, 1), rest.final)
    known = pd.DataFrame(
        {
            "category": rest.styles["category"],
            "buy": np.log(rest.bought),
            "demand": np.log(np.maximum(demand, 0.5)),
        }
    ).dropna()
    slope = _slope(known)
    usual = (
        (known["demand"] - slope * known["buy"]).groupby(known["category"]).agg(["median", "count"])
    )
    usual = usual.loc[usual["count"] >= LEAST_TRIALS / FOLDS, "median"]
    pooled = (known["demand"] - slope * known["buy"]).median()
    return np.exp(
        slope * np.log(out.bought)
        + out.styles["category"].map(usual).astype(float).fillna(pooled).to_numpy()
    )


def _slope(known: pd.DataFrame) -> float:
    """By how many percent is demand larger where the buy was larger by one? Below 1 where large
    buys were partly errors.
    """
    within = known[["buy", "demand"]] - known.groupby("category")[["buy", "demand"]].transform(
        "mean"
    )
    spread = (within["buy"] ** 2).sum()
    return (
        float((within["buy"] * within["demand"]).sum() / spread)
        if len(known) >= LEAST_TRIALS and spread > 0
        else 1.0
    )


def _precision(first: pd.DataFrame) -> float:
    """1 ÷ robust variance of log(final ÷ prior) over styles that never sold out; 0 where no buy is
    known.

    However well a few buys were met: none is believed closer than to 1 %.
    """
    known = first[~first["sold_out"] & (first["final"] > 0) & (first["prior"] > 0)]
    if len(known) < LEAST_TRIALS / FOLDS:
        return 0.0
    return 1 / max(_robust_variance(np.log(known["final"] / known["prior"])), 0.01**2)


def _robust_variance(values: pd.Series) -> float:
    return float((1.4826 * (values - values.median()).abs().median()) ** 2)


def credible(sold, share, prior, precision: float, noise):
    """How many units will be sold by the exit, if stock does not run out?

    Sales to date and the buy, each believed as far as past seasons bear it out (gamma–Poisson
    credibility): C + (1 − S)(A + kC) ÷ (A/U₀ + kS), k = 1 ÷ (1 + φC). Without a prior it is
    the chain ladder C ÷ S; with nothing sold and nothing known, unknown.

    >>> round(float(credible(750, 0.530873, 1290, 1 / 0.35**2, 0.01)), 2)
    1407.47
    """
    sold, share, prior = (np.asarray(x, float) for x in (np.clip(sold, 0, None), share, prior))
    trust = 1 / (1 + np.asarray(noise, float) * sold)
    weight = np.where(np.isnan(prior), 0.0, precision)
    bottom = np.where(weight > 0, weight / np.where(prior > 0, prior, 1), 0) + trust * share
    return sold + (1 - share) * ratio(weight + trust * sold, bottom)


def project(running: Lives, experience: Experience) -> pd.DataFrame:
    """What will each style of the running season have sold by its exit, and between which bounds?

    Returns one row a style: ``demand`` (the credible estimate, set right by half of the past
    errors; stock not limiting), ``projected`` (at most what was bought), the bounds of
    INTERVALS (within stock; as many past estimates lay within such bounds at the same week
    of life), ``share`` of life sales reached, ``trials`` behind them.
    """
    share = reached(running, experience.curve)
    row, before = np.arange(len(running.styles)), running.styles["weeks_seen"].to_numpy() - 1
    frame = running.styles[["item", "season", "life", "bought", "weeks_seen"]].rename(
        columns={"weeks_seen": "week"}
    )
    frame["sold"] = np.where(before >= 0, running.cumulative[row, before], 0.0)
    frame["share"] = np.where(before >= 0, share[row, before], 0.0)
    frame["prior"] = _prior(experience.past, reached(experience.past, experience.curve), running)
    noise = frame["week"].map(experience.noise).fillna(0.0)
    frame["expected"] = credible(
        frame["sold"], frame["share"], frame["prior"], experience.precision, noise
    )
    frame = frame.join(_bounds(frame, experience.trials))
    frame["demand"] = frame.pop("middle").where(lambda units: np.isfinite(units), frame["expected"])
    # set right in part only, the estimate may lie outside what past errors would bound
    for name, level in list(INTERVALS.items())[1:]:
        frame[name] = _within(
            (np.minimum if level < 0.5 else np.maximum)(frame[name], frame["demand"]), frame
        )
    return frame.assign(projected=_within(frame["demand"], frame))


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
    cuts = dict(
        zip(
            INTERVALS,
            _quantiles(trials["error"], trials["sold_out"], list(INTERVALS.values())),
            strict=True,
        )
    )
    seasons = trials["season"].nunique()
    return cuts | {"middle": cuts["middle"] * seasons / (seasons + 1), "trials": len(trials)}


def _quantiles(values: pd.Series, at_least: pd.Series, levels: list[float]) -> np.ndarray:
    """Quantiles where some values are known only to be at least so large (Kaplan–Meier), a little
    wider for few cases.
    """
    known = ecdf(CensoredData.right_censored(values.to_numpy(), at_least.to_numpy())).cdf
    n = len(values)
    wider = np.array(
        [
            max(level * (n + 1) - 1, 0) / n if level < 0.5 else min(level * (n + 1) / n, 1)
            for level in levels
        ]
    )
    at = np.searchsorted(known.probabilities, wider - 1e-12)
    return np.append(known.quantiles, np.inf)[np.minimum(at, len(known.quantiles))]


def backtest(experience: Experience) -> pd.DataFrame:
    """How wrong were such estimates at each week of life in past seasons, beside the simple ones?

    Returns one row a (week, method): ``error`` (Σ|estimate − final| ÷ Σ final), ``bias``
    (Σ(estimate − final) ÷ Σ final), ``styles``, ``seasons``; ``bias_low`` and ``bias_high``: the
    smallest and the largest bias of a season. Each season is estimated from the others.
    """
    trials = experience.trials
    shown = trials[(trials["week"] > 0) & trials[list(METHODS)].notna().all(axis=1)]
    long = shown.melt(
        ["week", "season", "final", "sold", "bought"], list(METHODS), "method", "estimate"
    )
    long["estimate"] = _within(long["estimate"], long)
    long = long.assign(
        miss=long["estimate"] - long["final"], off=(long["estimate"] - long["final"]).abs()
    )
    by_season = long.groupby(["week", "method", "season"])[["miss", "final"]].sum()
    bias = (
        ratio(by_season["miss"], by_season["final"])
        .groupby(["week", "method"])
        .agg(bias_low="min", bias_high="max")
    )
    total = long.groupby(["week", "method"]).agg(
        off=("off", "sum"),
        miss=("miss", "sum"),
        final=("final", "sum"),
        styles=("final", "size"),
        seasons=("season", "nunique"),
    )
    total = total.assign(
        error=ratio(total["off"], total["final"]), bias=ratio(total["miss"], total["final"])
    ).join(bias)
    return total.reset_index()[
        ["week", "method", "error", "bias", "bias_low", "bias_high", "styles", "seasons"]
    ]
