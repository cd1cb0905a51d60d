"""What past seasons teach: how well the buy, and sales to date, foretold what was sold in the
end.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from destock.analysis.pacing import surprise
from destock.analysis.pacing.bounds import LEAST_TRIALS
from destock.analysis.pacing.curve import Curve, fit, reached
from destock.analysis.pacing.level import level
from destock.analysis.pacing.lives import LOST_SHARE, Lives, lost_share, sold_out
from destock.model.metrics import ratio

FOLDS = 5  # where there is only one past season, fifths of its styles stand in for seasons


@dataclass(frozen=True)
class Experience:
    """What past seasons teach about the running one.

    ``past`` their lives, ``curve`` how they ran; ``trials``: every past style at every week of its
    life, estimated from the other seasons only; ``precision`` of the buy as a forecast (1 ÷ κ²);
    ``noise`` (φ) of sales to date by week of life; ``slopes``: what the signs of a style's course
    have meant, by week of life.
    """

    past: Lives
    curve: Curve
    trials: pd.DataFrame
    precision: float
    noise: pd.Series
    slopes: np.ndarray | None = None


def learn(past: Lives, prior_units: float) -> Experience:
    """How well did the buy, and sales to date, foretell what past seasons sold in the end?

    Every past season is estimated from the others (with one season: every fifth of its
    styles from the rest), week of life by week of life.
    """
    trials = _trials(past, prior_units)
    precision, noise = _precision(trials[trials["week"] == 0]), _noise(trials)
    trials = trials.assign(expected=_expected(trials, precision, noise))
    slopes = None
    if len(trials):
        trials["expected"], slopes = surprise.learned(trials)
    return Experience(past, fit(past, prior_units), trials, precision, noise, slopes)


def estimated(running: Lives, experience: Experience) -> pd.DataFrame:
    """Where each style stands at the end of its last week, and what is expected (``expected``) from
    there.
    """
    columns = ["item", "season", "life", "bought", "weeks_seen"]
    frame = running.styles[columns].rename(columns={"weeks_seen": "week"})
    past, share = experience.past, reached(running, experience.curve)
    prior = demand_of_buy(past, reached(past, experience.curve), running)
    row, week = np.arange(len(frame)), frame["week"].to_numpy()
    frame = frame.assign(**_standing(running, share, row, week), prior=prior)
    frame["usual"] = frame["bought"].median()
    frame["prior"] = prior * level(running, share, prior)[row, week]
    frame["expected"] = _expected(frame, experience.precision, experience.noise)
    if experience.slopes is not None:
        known = np.minimum(week, len(experience.slopes) - 1)
        frame["expected"] = surprise.corrected(frame, experience.slopes[known])
    return frame.drop(columns=["recent", "due", "usual"])


def _expected(frame: pd.DataFrame, precision: float, noise: pd.Series) -> np.ndarray:
    known = frame["week"].map(noise).fillna(0.0)
    return credible(frame["sold"], frame["share"], frame["prior"], precision, known)


def _standing(known: Lives, share: np.ndarray, row: np.ndarray, week: np.ndarray) -> dict:
    """Units sold and the share expected after so many weeks; those of the last two, and what the
    curve puts there of what was sold.
    """
    total, reach = (np.pad(x, ((0, 0), (1, 0))) for x in (known.cumulative, share))
    before = np.maximum(week - 2, 0)
    sold, part = total[row, week], reach[row, week]
    late = ratio(part - reach[row, before], part)
    return {
        "sold": sold,
        "share": part,
        "recent": sold - total[row, before],
        "due": np.clip(sold, 0, None) * np.nan_to_num(late),
    }


def _trials(past: Lives, prior_units: float) -> pd.DataFrame:
    """Every season, or fifth of the only one, tried with what is known of the rest."""
    folds = _folds(past.styles)
    names = np.unique(folds)
    if len(names) < 2:  # no rest to learn from: the columns without a row
        return _trial(past, past.where(folds < folds), prior_units).assign(fold=0)
    parts = [
        _trial(past.where(folds != fold), past.where(folds == fold), prior_units).assign(fold=i)
        for i, fold in enumerate(names)
    ]
    return pd.concat(parts, ignore_index=True)


def _noise(trials: pd.DataFrame) -> pd.Series:
    """φ by week of life: the robust variance of log(sold ÷ share ÷ final) beyond what counts of
    that size vary by anyway; of styles that never sold out.
    """
    known = trials[
        ~trials["sold_out"]
        & (trials["week"] > 0)
        & (trials["sold"] > 0)
        & (trials["share"] > 0)
        & (trials["final"] > 0)
    ]
    week = known.assign(
        error=np.log(known["sold"] / known["share"] / known["final"]), least=1 / known["sold"]
    ).groupby("week")
    return (week["error"].agg(_robust_variance) - week["least"].median()).clip(lower=0)


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
    prior = demand_of_buy(rest, reached(rest, curve), out)
    known = out.styles[["item", "season", "life"]].assign(
        final=out.final,
        demand=demand(out, share),
        sold_out=sold_out(out, share),
        row=np.arange(len(out.styles)),
    )
    frame = known.loc[known.index.repeat(known["life"])].reset_index(drop=True)
    frame["week"] = frame.groupby("row").cumcount()  # weeks completed: 0 … life − 1
    row, week = frame["row"].to_numpy(), frame["week"].to_numpy()
    frame = frame.assign(**_standing(out, share, row, week))
    frame["prior"] = (prior[:, None] * level(out, share, prior))[row, week]
    frame["bought"] = out.bought_by[row, np.maximum(week - 1, 0)]
    frame["usual"] = out.styles["bought"].median()
    frame["grown"] = ratio(out.bought[row], frame["bought"]).fillna(1.0)
    own, pooled = _one_season(rest, out)
    frame["last_year"] = ratio(frame["sold"], own[row, week - 1]).where(week > 0)
    frame["last_year_all"] = ratio(frame["sold"], pooled[week - 1]).where(week > 0)
    frame["straight_line"] = ratio(frame["sold"] * frame["life"], frame["week"])
    return frame.drop(columns="row")


def _one_season(rest: Lives, out: Lives) -> tuple[np.ndarray, np.ndarray]:
    """Naive: the share that the season before (or else the next one) had reached by each week, by
    category (a row a style) and in all.
    """
    seasons = np.unique(rest.styles["season"])
    before = [season for season in seasons if (out.styles["season"] > season).all()]
    season = before[-1] if before else seasons[0]
    one = rest.where((rest.styles["season"] == season).to_numpy())
    sums = pd.DataFrame(one.cumulative).groupby(one.styles["category"].to_numpy()).sum()
    sums = pd.concat([sums, sums.sum().to_frame("").T])  # "": a category that it did not have
    shares = sums.div(sums.iloc[:, -1], axis=0)
    shares = shares.reindex(columns=range(out.units.shape[1])).ffill(axis=1)
    category = out.styles["category"]
    own = shares.loc[category.where(category.isin(sums.index), "")].to_numpy()
    return own, shares.loc[""].to_numpy()


def demand(known: Lives, share: np.ndarray) -> np.ndarray:
    """What would each style have sold, had stock not run out? Sales ÷ the share expected until
    then.
    """
    lost = lost_share(known, share)
    return np.where(lost > LOST_SHARE, known.final / np.clip(1 - lost, 0.1, 1), known.final)


def demand_of_buy(rest: Lives, share: np.ndarray, out: Lives) -> np.ndarray:
    """What does the first buy alone foretell? Log demand in a line on log units bought, with a
    level for each category.

    rest: past styles, ``share`` of life sales that they were expected to reach by each week; out:
    the styles to foretell, in units. Demand of a past style that sold out is its sales ÷ the share
    expected until then.
    """
    known = pd.DataFrame(
        {
            "category": rest.styles["category"],
            "buy": np.log(rest.bought_by[:, 0]),
            "demand": np.log(np.maximum(demand(rest, share), 0.5)),
        }
    ).dropna()
    slope = _slope(known)
    level = known["demand"] - slope * known["buy"]
    own = level.groupby(known["category"]).agg(["median", "count"])
    own = own.loc[own["count"] >= LEAST_TRIALS / FOLDS, "median"]
    usual = out.styles["category"].map(own).astype(float).fillna(level.median()).to_numpy()
    # what was left from an earlier life was not bought for this one
    bought = np.where(out.styles["launched_again"].notna(), np.nan, out.bought_by[:, 0])
    return np.exp(slope * np.log(bought) + usual)


def _slope(known: pd.DataFrame) -> float:
    """By how many percent is demand larger where the buy was larger by one? Below 1 where large
    buys were partly errors.
    """
    usual = known.groupby("category")[["buy", "demand"]].transform("mean")
    within = known[["buy", "demand"]] - usual
    spread = (within["buy"] ** 2).sum()
    if len(known) < LEAST_TRIALS or not spread > 0:
        return 1.0
    return float((within["buy"] * within["demand"]).sum() / spread)


def _precision(first: pd.DataFrame) -> float:
    """1 ÷ variance of log(demand ÷ prior) within seasons; 0 where no buy is known.

    However well a few buys were met: none is believed closer than to 1 %.
    """
    known = first[(first["demand"] > 0) & (first["prior"] > 0)]
    if len(known) < LEAST_TRIALS / FOLDS:
        return 0.0
    error = np.log(known["demand"] / known["prior"])
    within = error - error.groupby(known["season"]).transform("mean")
    return 1 / max(float((within**2).mean()), 0.01**2)


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
