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
    lot = _refusal(tests) is None
    rows, judge = (tests, _randomised) if lot else (weeks, _observed)
    whole = {"group": "all"} | _described(rows) | judge(rows)
    parts = (
        _by_category(rows, whole, estimators.hold_out if lot else estimators.history_conditioned)
        if "elasticity" in whole
        else []
    )
    return pd.DataFrame(
        [
            whole,
            *parts,
            {"group": "new category"} | _described(rows.iloc[:0]) | _new_category(parts),
        ],
        columns=COLUMNS,
    )


def _by_category(rows: pd.DataFrame, whole: dict, estimator: Callable) -> list[dict]:
    """A slope for each category in one regression, each drawn to all others as far as it is
    uncertain itself.
    """
    names = sorted(rows["category"].unique())
    slopes = {
        f"slope {name}": rows["log_price"].where(rows["category"] == name, 0.0) for name in names
    }
    found = estimator(rows.assign(**slopes), slopes=tuple(slopes)) if len(names) > 1 else None
    if found is None:
        return []
    known = np.isfinite(found.std_error[: len(names)]) & (found.std_error[: len(names)] > 0)
    names, own, error = (
        np.array(names)[known],
        found.slopes[: len(known)][known],
        found.std_error[: len(known)][known],
    )
    drawn, described = (
        pooling.shrink(own, error**2).to_dict("records"),
        [_described(rows[rows["category"] == name]) for name in names],
    )
    few = [part["items"] < LEAST_ITEMS for part in described]
    return [
        {"group": name, "estimator": pooling.BASES[0], "std_error": sure}
        | number
        | described[n]
        | (
            {"verdict": "use with care", "reason": TOO_FEW}
            if few[n]
            else {"verdict": whole["verdict"], "reason": whole["reason"]}
        )
        for n, (name, sure, number) in enumerate(zip(names, error, drawn, strict=True))
    ]


def _new_category(parts: list[dict]) -> dict:
    """A category without any test: as uncertain as the shop's own categories differ, or as
    published studies do.
    """
    if len(parts) < 2:
        return {"verdict": "not from these data", "reason": NO_TEST} | pooling.published()
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
    refusal, found = _refusal(rows), None
    if refusal is None:
        found = estimators.hold_out(rows)
        refusal = _unfit(found)
    if refusal:
        return {"verdict": "not from these data", "reason": refusal}
    doubts = [
        reason
        for reason, holds in ((UNBALANCED, _unbalanced), (CENSORED, _censored))
        if holds(rows)
    ]
    doubts += [UNSURE] if found.std_error[0] > LEAST_SURE else []
    return _told(
        "use with care" if doubts else "usable",
        doubts or [RANDOMISED],
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
    refusal, same, alike = _refusal(rows), None, None
    if refusal is None:
        same, alike = estimators.fixed_effects(rows), estimators.history_conditioned(rows)
        refusal = _unfit(alike)
    doubts = [MANAGER, *([TIMING] if same and alike and disagree(same, alike) else [])]
    doubts += [
        reason
        for reason, holds in ((EXPOSURE, _exposed), (CENSORED, _censored))
        if refusal is None and holds(rows)
    ]
    if refusal is None and rows["list_price"].isna().mean() > 0.5:
        refusal = PAID_ONLY
    if refusal:
        return {
            "verdict": "not from these data",
            "reason": "; ".join([refusal, *doubts[len(rows) == 0 :]]),
        }
    return _told("use with care", doubts, estimators.ESTIMATORS[1], alike)


def _told(verdict: str, reasons: list[str], estimator: str, found: Fit) -> dict:
    low, high = found.interval()
    number = {
        "elasticity": float(found.slopes[0]),
        "low": low,
        "high": high,
        "std_error": float(found.std_error[0]),
    }
    return {"verdict": verdict, "reason": "; ".join(reasons), "estimator": estimator} | number


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
    price = rows["log_price"]
    after, before = (
        price.where(side).groupby(rows["unit"]).transform(pick)
        for side, pick in ((rows["treated"], "first"), (~rows["treated"], "last"))
    )
    rows = rows.assign(drift=(after - before) * rows["week_of_test"])[
        ~rows["treated"] & after.notna()
    ]
    if not rows["drift"].std() > 0:
        return False
    moved = rows.groupby("unit")["log_price"].nunique().max() > 1
    found = fit(
        rows, ["drift", "log_price"] if moved else ["drift"], ["unit", "cell", "curve", "week"]
    )
    return found is not None and bool(
        found.slopes[0] ** 2 > chi2.ppf(0.99, 1) * found.std_error[0] ** 2
    )


def _censored(rows: pd.DataFrame) -> bool:
    return bool((rows["in_stock"] < IN_STOCK).mean() > CENSORED_SHARE)


def _exposed(rows: pd.DataFrame) -> bool:
    """Was a style shown more, or less, when its price moved?"""
    if "exposures" not in rows or rows["exposures"].isna().all():
        return False
    seen = rows[rows["exposures"].notna()].astype({"exposures": float})
    found = fit(seen, ["log_price"], ["unit", "curve", "week"], units="exposures")
    return found is not None and bool(abs(found.slopes[0]) > max(2 * found.std_error[0], 0.1))


def by_traffic(tests: pd.DataFrame) -> pd.DataFrame:
    """How much of the answer is that more people see a cheaper style, and how much that more of
    them buy?

    Rows total, exposure and conversion (units given exposure) of the tests by lot; total =
    exposure + conversion, up to noise. Empty without traffic.
    """
    seen = (
        tests[tests["exposures"] > 0].astype({"exposures": float})
        if "exposures" in tests
        else tests.iloc[:0]
    )
    asked = {
        mark("total"): (seen, "sold_units"),
        mark("exposure"): (seen.assign(in_stock=1.0), "exposures"),
        mark("conversion"): (
            seen.assign(in_stock=seen["exposures"]) if len(seen) else seen,
            "sold_units",
        ),
    }
    fits = {
        name: fit(rows, ["log_price"], ["unit", "cell", "curve", "week"], units=units)
        for name, (rows, units) in asked.items()
        if len(rows)
    }
    return _rows(fits, "part")


def compare(tests: pd.DataFrame, weeks: pd.DataFrame) -> pd.DataFrame:
    """What would each way of reading the same shop have said? Columns ``estimator``,
    ``elasticity``, ``low``, ``high``, ``std_error``.
    """
    ways: list[tuple[Callable, pd.DataFrame]] = [
        (estimators.hold_out, tests),
        (estimators.history_conditioned, weeks),
        (estimators.fixed_effects, weeks),
        (estimators.log_log, weeks),
        (estimators.before_after, weeks),
    ]
    named = zip(estimators.ESTIMATORS, ways, strict=True)
    return _rows(
        {
            name: way(rows)
            for name, (way, rows) in named
            if len(rows) and rows["log_price"].std() > 0
        },
        "estimator",
    )


def _rows(fits: dict[str, Fit | None], name: str) -> pd.DataFrame:
    told = [
        _told("", [], "", found) | {name: key}
        for key, found in fits.items()
        if found is not None and found.known
    ]
    return pd.DataFrame(told, columns=[name, "elasticity", "low", "high", "std_error"])


def event_study(tests: pd.DataFrame, weeks: pd.DataFrame) -> tuple[pd.DataFrame, float]:
    """Did the cut styles run with the others before the cut, and how far from them after it?

    Of the tests by lot, else of the first cut of each item against its category at the
    same week of life. Returns one row a week from the decision (``uplift`` on units, with
    interval; the week before it = 0), and the p-value of "no difference before".
    """
    rows, treated, effects = _around_tests(tests) if len(tests) else _around_cuts(weeks)
    rows, names = experiments.event_study(rows, treated)
    names = [name for name in names if rows[name].any()]
    found = fit(rows, names, effects) if names else None
    if found is None or np.isnan(found.std_error).all():
        return pd.DataFrame(columns=["week_of_test", "uplift", "low", "high"]), float("nan")
    error, at = found.std_error, [int(name.split()[1]) for name in names]
    frame = pd.DataFrame({"week_of_test": [*at, -1], "uplift": np.expm1([*found.slopes, 0.0])})
    frame["low"], frame["high"] = (
        np.expm1([*(found.slopes + side * 1.96 * error), 0.0]) for side in (-1, 1)
    )
    leads = (np.array(at) < 0) & np.isfinite(error)
    covariance = (found.influence.T @ found.influence).to_numpy()[np.ix_(leads, leads)]
    wald = found.slopes[leads] @ np.linalg.pinv(covariance) @ found.slopes[leads]
    return frame.sort_values("week_of_test", ignore_index=True), (
        float(chi2.sf(wald, leads.sum())) if leads.any() else float("nan")
    )


def _around_tests(tests: pd.DataFrame) -> tuple[pd.DataFrame, pd.Series, list[str]]:
    return tests, tests["arm"] != "control", ["unit", "cell", "curve", "week"]


def _around_cuts(weeks: pd.DataFrame) -> tuple[pd.DataFrame, pd.Series, list[str]]:
    cuts = experiments.price_changes(weeks).query("step < 0")
    first = pd.to_datetime(weeks["item"].map(cuts.groupby("item")["week"].min().to_dict()))
    place = (weeks["week"] - first).dt.days // 7
    near = place.between(-experiments.WEEKS_BEFORE, experiments.WEEKS_AFTER - 1) | first.isna()
    rows = weeks[near].assign(week_of_test=place[near].fillna(-1).astype(int))
    return rows, first[near].notna(), ["unit", "curve", "week"]
