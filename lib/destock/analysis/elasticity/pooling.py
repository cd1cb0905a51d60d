"""What is known of one style, or of a category that nobody tested: its own data, and all the
others'.
"""

import numpy as np
import pandas as pd
from scipy.stats import t as student
from statsmodels.stats.meta_analysis import combine_effects

from destock.analysis.elasticity.poisson import Fit
from destock.model.messages import mark

# mean and spread of published elasticities (a meta-analysis): all that is known of a category
# without a test
PRIOR, PRIOR_SPREAD = -2.6, 1.0
STEPS, TOLERANCE = 40, 1e-11
# how far categories of one shop differ in their answer (s.d.): half-normal, before anything is
# known. Ours
SPREAD = 0.5
SPREADS = np.linspace(0, 4 * SPREAD, 81)
BASES = (mark("own data and all others"), mark("published studies"))


def by_item(rows: pd.DataFrame, pooled: Fit) -> pd.DataFrame:
    """How would each item's own sales answer, at the common curve and calendar?

    One Poisson regression an item, on its own level and price, with what the ``pooled``
    fit expects as offset. Variances are inflated by what clustering does to the pooled
    one: weeks of an item resemble each other. Returns ``item``, ``category``, ``own``,
    ``variance``; items whose price never moved have none.
    """
    rows = rows.loc[pooled.expected.index]
    code, names = pd.factorize(rows["item"])
    usual = rows.groupby("item")["log_price"].transform("mean")
    x, y = (rows["log_price"] - usual).to_numpy(), rows["sold_units"].to_numpy(float)
    base = pooled.expected.to_numpy() * np.exp(-pooled.slopes[0] * x)
    slope, information = _own_slopes(code, x, y, base, pooled.slopes[0])
    moved = np.bincount(code, x**2) > 1e-6
    design_effect = max(1.0, pooled.std_error[0] ** 2 * information[moved].sum())
    found = pd.DataFrame(
        {
            "item": names,
            "category": rows.groupby("item")["category"].first().reindex(names).to_numpy(),
            "own": slope,
            "variance": design_effect / np.maximum(information, 1e-9),
        }
    )
    return found[moved & np.isfinite(slope) & (information > 1e-6)].reset_index(drop=True)


def _own_slopes(
    code: np.ndarray, x: np.ndarray, y: np.ndarray, base: np.ndarray, start: float
) -> tuple[np.ndarray, np.ndarray]:
    """Newton on all items at once, each with its own level and slope; steps are held to one so that
    sparse items do not run away.
    """
    slope, total = np.full(code.max() + 1, start), np.bincount(code, y)
    for _ in range(STEPS):
        mean = base * np.exp(slope[code] * x)
        mean *= (total / np.bincount(code, mean))[code]
        mean_x = np.bincount(code, mean * x) / np.maximum(np.bincount(code, mean), 1e-12)
        centred = x - mean_x[code]
        score = np.bincount(code, (y - mean) * centred)
        information = np.bincount(code, mean * centred**2)
        change = np.clip(score / np.maximum(information, 1e-9), -1, 1)
        slope = slope + change
        if np.abs(change).max() < TOLERANCE:
            break
    return slope, information


def shrink(own: np.ndarray, variance: np.ndarray) -> pd.DataFrame:
    """What is each one's best estimate, given that it is one of many?

    Empirical Bayes with the spread of Paule and Mandel: ``elasticity`` = mean + weight ×
    (own − mean), ``weight`` = spread² ÷ (spread² + variance), interval ``low`` … ``high``
    with the error of the mean in it. One alone is drawn to the published prior.
    """
    own, variance = np.asarray(own, float), np.asarray(variance, float)
    if len(own) > 1:
        mean, spread2, mean_variance = _together(own, variance)
    else:
        spread2, mean, mean_variance = PRIOR_SPREAD**2, PRIOR, 0.0
    weight = spread2 / (spread2 + variance)
    best = mean + weight * (own - mean)
    width = 1.96 * np.sqrt(weight * variance + (1 - weight) ** 2 * mean_variance)
    return pd.DataFrame(
        {"elasticity": best, "low": best - width, "high": best + width, "weight": weight}
    )


def pool(items: pd.DataFrame) -> pd.DataFrame:
    """What can be said of each item: its own data and those of its category's others? Adds
    ``shrink``'s columns and ``basis``.
    """
    parts = [
        part.reset_index(drop=True).join(shrink(part["own"], part["variance"]))
        for _, part in items.groupby("category")
    ]
    frame = (
        pd.concat(parts, ignore_index=True)
        if parts
        else items.reindex(columns=[*items.columns, "elasticity", "low", "high", "weight"])
    )
    return frame.assign(std_error=np.sqrt(frame["variance"]), basis=BASES[0])


def together(own: np.ndarray, errors: np.ndarray) -> pd.DataFrame:
    """What is each one's best estimate, given that it is one of few whose errors go together?

    errors: covariance of ``own``. As ``shrink``, but the spread is not taken as known: all spreads
    are weighed by how well they explain how far ``own`` lie apart (half-normal prior of SPREAD).
    """
    if not len(own):
        return pd.DataFrame(columns=["elasticity", "low", "high", "weight"], dtype=float)
    parts = [_at_spread(own, errors, spread) for spread in SPREADS]
    logs = np.array([part[0] for part in parts]) - SPREADS**2 / (2 * SPREAD**2)
    share = np.exp(logs - logs.max())
    share /= share.sum()
    best, variance, weight = (
        np.einsum("s,sk->k", share, np.array([part[i] for part in parts])) for i in (1, 2, 3)
    )
    apart = np.einsum("s,sk->k", share, (np.array([part[1] for part in parts]) - best) ** 2)
    width = 1.96 * np.sqrt(variance + apart)
    return pd.DataFrame(
        {"elasticity": best, "low": best - width, "high": best + width, "weight": weight}
    )


def _at_spread(own: np.ndarray, errors: np.ndarray, spread: float) -> tuple:
    """Log likelihood, best estimates, their variances, and weights of their own data, at one
    spread.
    """
    k, ones = len(own), np.ones(len(own))
    inverse = np.linalg.pinv(errors + spread**2 * np.eye(k))
    of_mean = 1 / (ones @ inverse @ ones)
    mean = of_mean * (ones @ inverse @ own)
    weight = spread**2 * inverse
    rest = (np.eye(k) - weight) @ ones
    variance = spread**2 * np.diag(np.eye(k) - weight) + rest**2 * of_mean
    _, size = np.linalg.slogdet(errors + spread**2 * np.eye(k))
    likelihood = 0.5 * (np.log(of_mean) - size - (own - mean) @ inverse @ (own - mean))
    return likelihood, mean + weight @ (own - mean), variance, np.diag(weight)


def next_one(own: np.ndarray, errors: np.ndarray) -> dict[str, float]:
    """Where would one more of the same kind lie, of which nothing is known yet?

    errors: covariance of ``own``. Mean ± t of k − 2 × √(spread² + error² of the mean) (Higgins,
    Thompson and Spiegelhalter 2009); of at least three.
    """
    own, errors = np.asarray(own, float), np.asarray(errors, float)
    mean, spread2, _ = _together(own, np.diag(errors))
    weight = 1 / (spread2 + np.diag(errors))
    weight = weight / weight.sum()
    error = np.sqrt(spread2 * (1 + (weight**2).sum()) + weight @ errors @ weight)
    width = student.ppf(0.975, len(own) - 2) * error
    return {
        "elasticity": float(mean),
        "low": float(mean - width),
        "high": float(mean + width),
        "std_error": float(error),
    }


def _together(own: np.ndarray, variance: np.ndarray) -> tuple[float, float, float]:
    """Mean, spread² and the mean's own variance."""
    with np.errstate(divide="ignore", invalid="ignore"):  # slopes that are all the same
        pooled = combine_effects(own, variance, method_re="iterated")
    return float(pooled.mean_effect_re), float(pooled.tau2), float(pooled.sd_eff_w_re**2)


def published() -> dict[str, object]:
    """What is known of a shop without any test: published studies, and they differ widely."""
    return {"estimator": BASES[1]} | _around(PRIOR, PRIOR_SPREAD)


def _around(mean: float, spread: float) -> dict[str, float]:
    return {
        "elasticity": float(mean),
        "low": float(mean - 1.96 * spread),
        "high": float(mean + 1.96 * spread),
        "std_error": float(spread),
    }
