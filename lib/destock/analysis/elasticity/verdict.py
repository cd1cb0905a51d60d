"""May these data be asked what a price cut brings? The answer to that comes before any number."""

from collections.abc import Callable
from functools import partial

import numpy as np
import pandas as pd
from scipy.stats import chi2

from destock.analysis.elasticity import estimators, experiments, groups, lots, pooling
from destock.analysis.elasticity.poisson import Fit, fit
from destock.model.messages import mark

LEAST_SPREAD, LEAST_ITEMS, LEAST_DRAWN = 0.03, 20, 6
# percent of units per percent of price: what cannot be told from it is no answer to rest a cut on
HARDLY = -0.3
MOST_WEAKER = 0.5
IN_STOCK, CENSORED_SHARE, LEAST_SURE = 0.8, 0.3, 0.75
VERDICTS = (mark("usable"), mark("use with care"), mark("not from these data"))
LEAST_CATEGORIES = 3  # of which the spread of one more can be told
LOT, _, HISTORY, *_ = estimators.ESTIMATORS
# why not at all
(
    NO_TEST,
    NEVER_MOVED,
    TOO_NARROW,
    TOO_FEW,
    NO_SALES,
    TOO_THIN,
    COLLINEAR,
    PAID_ONLY,
    NO_ANSWER,
) = (
    mark("no test and no price that moved"),
    mark("price never moved"),
    mark("prices hardly differ"),
    mark("too few items"),
    mark("nothing was sold"),
    mark("too few weeks with sales, of too few items whose price moved"),
    mark("price follows from past sales and age"),
    mark("prices seen only in what was paid, and leftovers or large orders lower what is paid"),
    mark("it cannot be told that a lower price sells more"),
)
# why with care
RANDOMISED, BROKEN, FORWARD, UNBALANCED, MANAGER, TIMING, EXPOSURE, CENSORED, UNSURE = (
    mark("randomised"),
    mark("prices that were drawn by lot were not kept to"),
    mark("the first weeks at a new price sold more than those that followed"),
    mark("arms differed before the decision"),
    mark("no test by lot: whoever set the prices may have known more than past sales"),
    mark("prices followed past sales: estimates disagree"),
    mark("price moved together with exposure"),
    mark("out of stock too often"),
    mark("interval too wide to act on"),
)
# whose price the answer is about
ALONE, TOGETHER = (
    mark("a style's own price, the others' as they are"),
    mark("the price of all styles that stand in for each other"),
)
COLUMNS = [
    "group",
    "answers",
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
    lot = _refusal(tests) is None
    rows, cluster = (tests, "cluster") if lot else (weeks, "item")
    told = _randomised(rows) if lot else _observed(rows)
    whole = {"group": "all"} | _described(rows) | told
    own, errors = pd.Series(dtype=float), np.empty((0, 0))
    if "elasticity" in whole:
        way = estimators.hold_out if lot else estimators.history_conditioned
        also = ("fresh",) if FORWARD in whole["reason"] else ()
        own, errors = groups.own_slopes(rows, partial(_with, way, also), cluster)
    parts = _by_category(own, errors, rows, whole)
    new = {"group": "new category"} | _described(rows.iloc[:0]) | _new_category(own, errors, whole)
    answers = TOGETHER if lot and estimators.drawn_together(rows) else ALONE
    return pd.DataFrame([whole, *parts, new], columns=COLUMNS).assign(answers=answers)


def _with(way: Callable, also: tuple[str, ...], rows: pd.DataFrame, slopes: tuple[str, ...]):
    return way(rows, slopes=(*slopes, *also))


def _by_category(own: pd.Series, errors: np.ndarray, rows: pd.DataFrame, whole: dict) -> list[dict]:
    """The rows of the categories, each drawn to all others as far as it is uncertain itself."""
    parts = []
    pooled = pooling.together(own.to_numpy(), errors).assign(std_error=np.sqrt(np.diag(errors)))
    for name, number in zip(own.index, pooled.to_dict("records"), strict=True):
        part = {"group": name, "estimator": pooling.BASES[0]} | _wider(number, whole["apart"])
        part |= _described(rows[rows["category"] == name])
        if part["items"] < LEAST_ITEMS:
            part |= {"verdict": "use with care", "reason": TOO_FEW}
        else:
            part |= {"verdict": whole["verdict"], "reason": whole["reason"]}
        parts.append(part)
    return parts


def _new_category(own: pd.Series, errors: np.ndarray, whole: dict) -> dict:
    """A category without any test: as uncertain as the shop's own categories differ, or as
    published studies do.
    """
    if len(own) < LEAST_CATEGORIES:
        return _refused([NO_TEST]) | pooling.published()
    return {
        "verdict": "use with care",
        "reason": NO_TEST,
        "estimator": mark("the shop's other categories"),
    } | _wider(pooling.next_one(own.to_numpy(), errors), whole["apart"])


def _wider(numbers: dict, apart: float) -> dict:
    """The same, wider by as much as two readings of the same weeks lie apart: a price that follows
    past sales is read as stronger by one of them, hardly as weaker by the other.
    """
    return numbers | {
        "low": numbers["low"] - apart,
        "high": numbers["high"] + min(apart, MOST_WEAKER),
    }


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
    found, forward = lots.read(rows)
    refusal = _unfit(found, rows) or (TOO_FEW if len(found.influence) < LEAST_DRAWN else None)
    if refusal:
        return _refused([refusal])
    doubts = {
        BROKEN: lots.kept_to(rows)["breached"].any(),
        FORWARD: forward,
        UNBALANCED: _unbalanced(rows),
        CENSORED: _censored(rows),
        UNSURE: found.std_error[0] > LEAST_SURE,
    }
    reasons = [reason for reason, holds in doubts.items() if holds]
    return _told(
        "use with care" if reasons else "usable",
        reasons or [RANDOMISED],
        LOT,
        found,
    )


def _unfit(found: Fit | None, rows: pd.DataFrame) -> str | None:
    """Why a fit is no answer: there is none, the price keeps no spread of its own, nothing tells
    how wrong it may be, or most items fell out.
    """
    if found is None:
        return TOO_THIN
    if found.spread < LEAST_SPREAD:
        return COLLINEAR
    if not found.known:
        return TOO_THIN
    return TOO_FEW if rows.loc[found.expected.index, "item"].nunique() < LEAST_ITEMS else None


def _observed(rows: pd.DataFrame) -> dict:
    """What prices say that somebody set: whoever it was may have known more."""
    refusal = _refusal(rows)
    if refusal:
        return _refused([refusal] if rows.empty else [refusal, MANAGER])
    # nothing is fitted for an answer that is refused anyway
    if rows["list_price"].isna().mean() > 0.5:
        return _refused([PAID_ONLY, MANAGER])
    same, alike = estimators.fixed_effects(rows), estimators.history_conditioned(rows)
    doubts = [MANAGER, *([TIMING] if same and alike and disagree(same, alike) else [])]
    refusal = _unfit(alike, rows)
    if refusal:
        return _refused([refusal, *doubts])
    doubts += [EXPOSURE] if _exposed(rows) else []
    doubts += [CENSORED] if _censored(rows) else []
    if lots.fades(
        fit(rows.dropna(subset="fresh"), ["log_price", "fresh"], ["unit", "curve", "week"])
    ):
        return _refused([FORWARD, *doubts])
    if alike.interval()[1] > HARDLY:
        return _refused([NO_ANSWER, *doubts])
    # how far two readings of the same weeks lie apart, neither is known to be nearer
    apart = abs(alike.slopes[0] - same.slopes[0]) if same and same.known else 0.0
    return _told("use with care", doubts, HISTORY, alike, apart)


def _refused(reasons: list[str]) -> dict:
    return {"verdict": "not from these data", "reason": "; ".join(reasons)}


def _told(verdict: str, reasons: list[str], estimator: str, found: Fit, apart: float = 0.0) -> dict:
    told = {"verdict": verdict, "reason": "; ".join(reasons), "estimator": estimator}
    return told | _wider(interval_of(found), apart) | {"apart": apart}


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
    found = estimators.hold_out(early, slopes=tuple(regressors))
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
