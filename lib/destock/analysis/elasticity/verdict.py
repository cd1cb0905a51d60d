"""May these data be asked what a price cut brings? The answer to that comes before any number."""

from collections.abc import Callable

import numpy as np
import pandas as pd
from scipy.stats import chi2

from destock.analysis.elasticity import estimators, experiments, pooling
from destock.analysis.elasticity.poisson import Fit, fit
from destock.model.messages import mark

LEAST_SPREAD, LEAST_ITEMS = 0.03, 20
IN_STOCK, CENSORED_SHARE, LEAST_SURE = 0.8, 0.3, 0.75
VERDICTS = (mark("usable"), mark("use with care"), mark("not from these data"))
# why not at all
NO_TEST, NEVER_MOVED, TOO_NARROW, TOO_FEW, NO_SALES, TOO_THIN, COLLINEAR, PAID_ONLY = (
    mark("no test and no price that moved"),
    mark("price never moved"),
    mark("prices hardly differ"),
    mark("too few items"),
    mark("nothing was sold"),
    mark("too few weeks with sales, of too few items whose price moved"),
    mark("price follows from past sales and age"),
    mark("prices seen only in what was paid, and leftovers or large orders lower what is paid"),
)
# why with care
RANDOMISED, UNBALANCED, MANAGER, TIMING, EXPOSURE, CENSORED, UNSURE = (
    mark("randomised"),
    mark("arms differed before the decision"),
    mark("no test by lot: whoever set the prices may have known more than past sales"),
    mark("prices followed past sales: estimates disagree"),
    mark("price moved together with exposure"),
    mark("out of stock too often"),
    mark("interval too wide to act on"),
)
COLUMNS = [
    "group",
    "verdict",
    "reason",
    "estimator",
    "elasticity",
    "low",
    "high",
    "std_error",
    "items",
    "controls",
    "item_weeks",
    "units",
]


def answer(tests: pd.DataFrame, weeks: pd.DataFrame) -> pd.DataFrame:
    """By how many percent do units rise when the price falls by one percent, and may that be known?

    ``tests``: ``experiments.weeks_of_tests``; ``weeks``: ``estimators.panel_weeks``, asked
    where no test by lot can be used. Returns COLUMNS, first for all items together, then
    by category where there is an answer; ``reason`` holds one or more reasons, "; "
    between. Only a recorded randomisation can be "usable".
    """
    if _refusal(tests) is None:
        rows, judge, estimator = tests, _randomised, estimators.hold_out
    else:
        rows, judge, estimator = weeks, _observed, estimators.history_conditioned
    whole = {"group": "all"} | _described(rows) | judge(rows)
    parts = _by_category(rows, whole, estimator) if "elasticity" in whole else []
    new = {"group": "new category"} | _described(rows.iloc[:0]) | _new_category(parts)
    return pd.DataFrame([whole, *parts, new], columns=COLUMNS)


def _by_category(rows: pd.DataFrame, whole: dict, estimator: Callable) -> list[dict]:
    """A slope for each category in one regression, each drawn to all others as far as it is
    uncertain itself.
    """
    own = _own_slopes(rows, estimator)
    drawn = pooling.shrink(own["elasticity"].to_numpy(), own["std_error"].to_numpy() ** 2)
    parts = []
    for name, error, number in zip(
        own.index, own["std_error"], drawn.to_dict("records"), strict=True
    ):
        part = {"group": name, "estimator": pooling.BASES[0], "std_error": error}
        part |= number | _described(rows[rows["category"] == name])
        if part["items"] < LEAST_ITEMS:
            part |= {"verdict": "use with care", "reason": TOO_FEW}
        else:
            part |= {"verdict": whole["verdict"], "reason": whole["reason"]}
        parts.append(part)
    return parts


def _own_slopes(rows: pd.DataFrame, estimator: Callable) -> pd.DataFrame:
    """Elasticity and standard error of each category that tells its own; none where there is only
    one.
    """
    names = sorted(rows["category"].unique())
    slopes = {
        f"slope {name}": rows["log_price"].where(rows["category"] == name, 0.0) for name in names
    }
    found = estimator(rows.assign(**slopes), slopes=tuple(slopes)) if len(names) > 1 else None
    if found is None:
        return pd.DataFrame(columns=["elasticity", "std_error"], dtype=float)
    numbers = {
        "elasticity": found.slopes[: len(names)],
        "std_error": found.std_error[: len(names)],
    }
    own = pd.DataFrame(numbers, index=names)
    return own[np.isfinite(own["std_error"]) & (own["std_error"] > 0)]


def _new_category(parts: list[dict]) -> dict:
    """A category without any test: as uncertain as the shop's own categories differ, or as
    published studies do.
    """
    if len(parts) < 2:
        return _refused([NO_TEST]) | pooling.published()
    spread = pooling.next_one(
        [part["elasticity"] for part in parts], [part["std_error"] ** 2 for part in parts]
    )
    return {
        "verdict": "use with care",
        "reason": NO_TEST,
        "estimator": mark("the shop's other categories"),
    } | spread


def _described(rows: pd.DataFrame) -> dict:
    controls = rows.loc[rows["arm"] == "control", "item"].nunique() if "arm" in rows else 0
    return {
        "items": rows["item"].nunique(),
        "controls": controls,
        "item_weeks": len(rows),
        "units": float(rows["sold_units"].sum()),
    }


def _refusal(rows: pd.DataFrame) -> str | None:
    if rows.empty:
        return NO_TEST
    if not rows["sold_units"].sum() > 0:
        return NO_SALES
    within = rows["log_price"] - rows.groupby("unit")["log_price"].transform("mean")
    if within.abs().max() < np.log1p(experiments.LEAST_STEP) / 2:
        return NEVER_MOVED
    if within.std(ddof=0) < LEAST_SPREAD:
        return TOO_NARROW
    return TOO_FEW if rows["item"].nunique() < LEAST_ITEMS else None


def _randomised(rows: pd.DataFrame) -> dict:
    """What the tests by lot say."""
    refusal = _refusal(rows)
    if refusal:
        return _refused([refusal])
    found = estimators.hold_out(rows)
    refusal = _unfit(found)
    if refusal:
        return _refused([refusal])
    doubts = {
        UNBALANCED: _unbalanced(rows),
        CENSORED: _censored(rows),
        UNSURE: found.std_error[0] > LEAST_SURE,
    }
    reasons = [reason for reason, holds in doubts.items() if holds]
    return _told(
        "use with care" if reasons else "usable",
        reasons or [RANDOMISED],
        estimators.ESTIMATORS[0],
        found,
    )


def _unfit(found: Fit | None) -> str | None:
    """Why a fit is no answer: there is none, the price keeps no spread of its own, nothing tells
    how wrong it may be, or most items fell out.
    """
    if found is None:
        return TOO_THIN
    if found.spread < LEAST_SPREAD:
        return COLLINEAR
    if not found.known:
        return TOO_THIN
    return TOO_FEW if len(found.influence) < LEAST_ITEMS else None


def _observed(rows: pd.DataFrame) -> dict:
    """What prices say that somebody set: whoever it was may have known more."""
    refusal = _refusal(rows)
    if refusal:
        return _refused([refusal] if rows.empty else [refusal, MANAGER])
    same, alike = estimators.fixed_effects(rows), estimators.history_conditioned(rows)
    doubts = [MANAGER, *([TIMING] if same and alike and disagree(same, alike) else [])]
    refusal = _unfit(alike)
    if refusal:
        return _refused([refusal, *doubts])
    doubts += [EXPOSURE] if _exposed(rows) else []
    doubts += [CENSORED] if _censored(rows) else []
    if rows["list_price"].isna().mean() > 0.5:
        return _refused([PAID_ONLY, *doubts])
    return _told("use with care", doubts, estimators.ESTIMATORS[1], alike)


def _refused(reasons: list[str]) -> dict:
    return {"verdict": "not from these data", "reason": "; ".join(reasons)}


def _told(verdict: str, reasons: list[str], estimator: str, found: Fit) -> dict:
    told = {"verdict": verdict, "reason": "; ".join(reasons), "estimator": estimator}
    return told | interval_of(found)


def interval_of(found: Fit) -> dict[str, float]:
    """Which elasticity does a fit say, between which bounds, with which standard error?"""
    low, high = found.interval()
    return {
        "elasticity": float(found.slopes[0]),
        "low": low,
        "high": high,
        "std_error": float(found.std_error[0]),
    }


def disagree(one: Fit, other: Fit) -> bool:
    """Do two estimates from the same items differ by more than two standard errors of their
    difference?
    """
    difference = one.influence.iloc[:, 0].sub(other.influence.iloc[:, 0], fill_value=0.0)
    return bool(abs(one.slopes[0] - other.slopes[0]) > 2 * np.sqrt((difference**2).sum()))


def _unbalanced(rows: pd.DataFrame) -> bool:
    """Did the arms already move apart in the weeks before the decision? A draw by lot does that
    once in a hundred times.
    """
    treated, price = rows["treated"], rows["log_price"]
    after = price.where(treated).groupby(rows["unit"]).transform("first")
    before = price.where(~treated).groupby(rows["unit"]).transform("last")
    drift = (after - before) * rows["week_of_test"]
    early = rows.assign(drift=drift)[~treated & after.notna()]
    if not early["drift"].std() > 0:
        return False
    price_moved = early.groupby("unit")["log_price"].nunique().max() > 1
    regressors = ["drift", "log_price"] if price_moved else ["drift"]
    found = fit(early, regressors, ["unit", "cell", "curve", "week"])
    if found is None:
        return False
    return bool(found.slopes[0] ** 2 > chi2.ppf(0.99, 1) * found.std_error[0] ** 2)


def _censored(rows: pd.DataFrame) -> bool:
    return bool((rows["in_stock"] < IN_STOCK).mean() > CENSORED_SHARE)


def _exposed(rows: pd.DataFrame) -> bool:
    """Was a style shown more, or less, when its price moved?"""
    if "exposures" not in rows or rows["exposures"].isna().all():
        return False
    seen = rows[rows["exposures"].notna()].astype({"exposures": float})
    found = fit(seen, ["log_price"], ["unit", "curve", "week"], units="exposures")
    return found is not None and bool(abs(found.slopes[0]) > max(2 * found.std_error[0], 0.1))
