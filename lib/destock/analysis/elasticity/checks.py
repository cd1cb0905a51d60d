"""What stands beside the answer: the same data by traffic, in every way of reading them, and week
by week around the decision.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd
from scipy.stats import chi2

from destock.analysis.elasticity import estimators, experiments, lots
from destock.analysis.elasticity.poisson import Fit, fit
from destock.analysis.elasticity.verdict import interval_of
from destock.model.messages import mark


def by_traffic(tests: pd.DataFrame) -> pd.DataFrame:
    """How much of the answer is that more people see a cheaper style, and how much that more of
    them buy?

    Rows total, exposure and conversion (units given exposure) of the tests by lot; total =
    exposure + conversion, up to noise. Empty without traffic.
    """
    seen = tests[tests["exposures"] > 0] if "exposures" in tests else tests.iloc[:0]
    if seen.empty:
        return _rows({}, "part")
    seen = seen.astype({"exposures": float})
    asked = {
        mark("total"): (seen, "sold_units"),
        mark("exposure"): (seen.assign(in_stock=1.0), "exposures"),
        mark("conversion"): (seen.assign(in_stock=seen["exposures"]), "sold_units"),
    }
    fits = {
        name: fit(rows, ["log_price"], ["unit", "cell", "curve", "week"], units=units)
        for name, (rows, units) in asked.items()
    }
    return _rows(fits, "part")


def compare(tests: pd.DataFrame, weeks: pd.DataFrame) -> pd.DataFrame:
    """What would each way of reading the same shop have said? Columns ``estimator``,
    ``elasticity``, ``low``, ``high``, ``std_error``.
    """
    drawn = lots.as_drawn(tests) if len(tests) else tests
    ways: list[tuple[Callable, pd.DataFrame]] = [
        (lambda rows: lots.read(rows)[0], tests),
        (estimators.hold_out, drawn),
        (estimators.history_conditioned, weeks),
        (estimators.fixed_effects, weeks),
        (estimators.log_log, weeks),
        (estimators.before_after, weeks),
    ]
    fits = {
        name: way(rows)
        for name, (way, rows) in zip(estimators.ESTIMATORS, ways, strict=True)
        if len(rows) and rows["log_price"].std() > 0
    }
    return _rows(fits, "estimator")


def _rows(fits: dict[str, Fit | None], name: str) -> pd.DataFrame:
    """One row a fit that tells how wrong it may be."""
    told = [
        interval_of(found) | {name: key}
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
    at = np.array([int(name.split()[1]) for name in names])
    width = 1.96 * found.std_error
    frame = pd.DataFrame(
        {
            "week_of_test": [*at, -1],
            "uplift": np.expm1([*found.slopes, 0.0]),
            "low": np.expm1([*(found.slopes - width), 0.0]),
            "high": np.expm1([*(found.slopes + width), 0.0]),
        }
    )
    return frame.sort_values("week_of_test", ignore_index=True), _no_difference(found, at < 0)


def _no_difference(found: Fit, before: np.ndarray) -> float:
    """How likely are slopes so far from 0 where there is no difference? The p-value of a Wald
    test.
    """
    asked = before & np.isfinite(found.std_error)
    if not asked.any():
        return float("nan")
    slopes = found.slopes[asked]
    covariance = (found.influence.T @ found.influence).to_numpy()[np.ix_(asked, asked)]
    return float(chi2.sf(slopes @ np.linalg.pinv(covariance) @ slopes, asked.sum()))


def _around_tests(tests: pd.DataFrame) -> tuple[pd.DataFrame, pd.Series, list[str]]:
    return tests, tests["arm"] != "control", ["unit", "cell", "curve", "week"]


def _around_cuts(weeks: pd.DataFrame) -> tuple[pd.DataFrame, pd.Series, list[str]]:
    cuts = experiments.price_changes(weeks).query("step < 0")
    first = pd.to_datetime(weeks["item"].map(cuts.groupby("item")["week"].min().to_dict()))
    place = (weeks["week"] - first).dt.days // 7
    near = place.between(-experiments.WEEKS_BEFORE, experiments.WEEKS_AFTER - 1) | first.isna()
    rows = weeks[near].assign(week_of_test=place[near].fillna(-1).astype(int))
    return rows, first[near].notna(), ["unit", "curve", "week"]
