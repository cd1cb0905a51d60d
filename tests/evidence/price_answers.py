"""Is the answer to a price honest in worlds that its authors have not seen?

Seasons of ``tests.evidence.independent.markdowns``, written from the specification of a shop
alone: lots by style and by cluster, substitutes, arms that were not kept to, prices that follow a
rule. Asked as the page asks: the row of all items, of each category, and of a category never sold.
Run: ``python -m tests.evidence.price_answers --seeds 200`` (seeds 1 … 200; exit 1 where a line
falls short).
"""

import argparse
import os
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

os.environ.setdefault("OMP_NUM_THREADS", "1")  # two worlds at a time, one core each

import numpy as np
import pandas as pd
from scipy.stats import binom
from tests.evidence.independent.markdowns import CELLS, World, simulate

from destock.analysis.elasticity import estimators, experiments, verdict

USABLE, CARE, REFUSED = "usable", "use with care", "not from these data"
ALL, CATEGORY, NEW = "all", "category", "new category"
TOGETHER = "lot by cluster, substitution"  # the lot moves all substitutes of a style at once
RULES = (
    "cover rule, two prices",
    "cover rule, all the same elasticity",
    "sell-through rule with budget",
    "manager's knowledge",
)
BY_CLUSTER = ("lot by cluster .15", "lot by cluster .25", "lot by cluster .35")
DATES = {"decision_date": "datetime64[ns]", "window_end": "datetime64[ns]"}
NOMINAL = 0.95
EVERY = ""


@dataclass(frozen=True)
class Bar:
    """One line that must hold: a measure of a group's answers, between two values.

    ``cell``: a kind of world; EVERY = each of those in which the group has an answer.
    """

    cell: str
    group: str
    measure: str
    low: float
    high: float = 1.0


BARS = (
    *(Bar(cell, ALL, "coverage", 0.90, 0.98) for cell in (*BY_CLUSTER, "lot by style")),
    Bar("kept to", ALL, "usable", 0.90),
    Bar("broken controls", ALL, "named", 0.90),
    *(Bar(cell, ALL, "named", 0.0, 0.10) for cell in ("kept to", "lot by style")),
    Bar("broken controls", ALL, "usable_unnamed", 0.0, 0.0),
    *(Bar(cell, ALL, "usable", 0.0, 0.0) for cell in RULES),
    *(Bar(cell, ALL, "coverage_care", 0.85) for cell in RULES),
    Bar(EVERY, CATEGORY, "coverage", 0.90),
    Bar(EVERY, NEW, "coverage", 0.88),
)


def world(cell: str, seed: int) -> list[dict]:
    """Ask one world as the page would, and lay each row of the answer beside the truth."""
    made = simulate(cell, seed)
    told, truth = answer(made), made.truth
    asked = [("all", ALL, truth.own)]
    asked += [(name, CATEGORY, true) for name, true in truth.by_category.items()]
    asked += [(NEW, NEW, truth.new_category)]
    rows = [_row(told, name, group, "own", true) for name, group, true in asked]
    if cell == TOGETHER:  # what the substitutes take away is nearly the same in each category
        less = truth.together - truth.own
        rows += [_row(told, name, group, "together", true + less) for name, group, true in asked]
    return [{"cell": cell, "seed": seed} | row for row in rows]


def answer(made: World) -> pd.DataFrame:
    """Say what the page says of one world, by group."""
    weeks = estimators.panel_weeks(made.item_week, made.item_now)
    experiment = made.experiment.astype(DATES)  # a shop without tests has dates in no rows, too
    tests = experiments.weeks_of_tests(made.item_week, experiment, made.item_now)
    return verdict.answer(tests, weeks).set_index("group")


def _row(told: pd.DataFrame, name: str, group: str, truth: str, true: float) -> dict:
    """Lay one row of an answer beside its truth; a category that has none is refused."""
    row = told.loc[name] if name in told.index else pd.Series({"verdict": REFUSED, "reason": ""})
    row = row.reindex(["elasticity", "low", "high", "verdict", "reason"])
    number = {key: float(row[key]) for key in ("elasticity", "low", "high")}
    known = bool(np.isfinite(number["low"] + number["high"]))
    return number | {
        "group": group,
        "truth": truth,
        "name": name,
        "true": true,
        "verdict": row["verdict"],
        "reason": row["reason"],
        "named": named(row),
        "known": known,
        "covered": known and number["low"] <= true <= number["high"],
    }


def named(row: pd.Series) -> bool:
    """Does an answer say that the arms of its tests were not kept to?"""
    broken = getattr(verdict, "BROKEN", None)
    return broken is not None and str(broken) in str(row["reason"])


def study(
    seeds: Sequence[int], cells: Sequence[str] = tuple(CELLS), processes: int = 2
) -> pd.DataFrame:
    """Ask all worlds, two at a time at most."""
    jobs = [(cell, seed) for cell in cells for seed in seeds]
    if processes == 1:
        return pd.DataFrame([row for job in jobs for row in world(*job)])
    with ProcessPoolExecutor(2) as pool:
        parts = pool.map(world, *zip(*jobs, strict=True), chunksize=5)
        return pd.DataFrame([row for part in parts for row in part])


def table(found: pd.DataFrame) -> pd.DataFrame:
    """Measure each group of answers in each kind of world, with Monte-Carlo standard errors."""
    by = found.groupby(["group", "cell", "truth"], sort=False)
    measured = {key: _measures(part) for key, part in by}
    frame = pd.DataFrame.from_dict(measured, orient="index")
    frame.index = frame.index.set_names(["group", "cell", "truth"])
    order = [(group, cell) for group in (ALL, CATEGORY, NEW) for cell in CELLS]
    return frame.loc[[key for pair in order for key in frame.index if key[:2] == pair]]


def _measures(part: pd.DataFrame) -> dict[str, float]:
    """Measure answers of one group in one kind of world; a seed's answers err together."""
    known, told = part[part["known"]], part["verdict"]
    error, seed = known["elasticity"] - known["true"], known["seed"]
    found = {"worlds": part["seed"].nunique(), "answers": len(part)}
    found |= _mean("given", part["known"], part["seed"])
    found |= _mean("bias", error, seed)
    square = _mean("rmse", error**2, seed)
    found["rmse"] = np.sqrt(square["rmse"])
    found["rmse_se"] = square["rmse_se"] / 2 / found["rmse"] if found["rmse"] > 0 else np.nan
    found |= _share("coverage", known)
    found |= _share("coverage_usable", known[known["verdict"] == USABLE])
    found |= _share("coverage_care", known[known["verdict"] == CARE])
    for name, word in (("usable", USABLE), ("care", CARE), ("refused", REFUSED)):
        found |= _mean(name, told == word, part["seed"])
    found |= _mean("named", part["named"], part["seed"])
    found |= _mean("usable_unnamed", (told == USABLE) & ~part["named"], part["seed"])
    return found | _median("width", known["high"] - known["low"])


def _share(name: str, known: pd.DataFrame) -> dict[str, float]:
    """Measure how often the truth was covered; no error is smaller than at the nominal share."""
    share = _mean(name, known["covered"], known["seed"])
    least = np.sqrt(NOMINAL * (1 - NOMINAL) / max(len(known), 1))
    return share | {f"{name}_se": np.fmax(share[f"{name}_se"], least)}


def _mean(name: str, value: pd.Series, seed: pd.Series) -> dict[str, float]:
    """Take a mean and its standard error clustered by seed."""
    value, count = value.astype(float), seed.nunique()
    if count < 2:
        return {name: value.mean(), f"{name}_se": np.nan}
    sums = (value - value.mean()).groupby(seed).sum()
    error = np.sqrt((sums**2).sum() * count / (count - 1)) / len(value)
    return {name: value.mean(), f"{name}_se": error}


def _median(name: str, value: pd.Series) -> dict[str, float]:
    """Take a median and its standard error, from the order statistics around it."""
    ordered, n = np.sort(value.to_numpy(float)), len(value)
    if n < 6:
        return {name: value.median(), f"{name}_se": np.nan}
    low, high = binom.ppf([0.159, 0.841], n, 0.5).astype(int)
    return {name: value.median(), f"{name}_se": (ordered[high] - ordered[low - 1]) / 2}


def bars(measured: pd.DataFrame, widening: float = 0.0) -> pd.DataFrame:
    """Lay each bar beside what was measured; ``widening`` in Monte-Carlo standard errors."""
    rows = []
    for bar in BARS:
        for group, cell, truth in measured.index:
            meant = "together" if cell == TOGETHER else "own"
            if group == bar.group and truth == meant and bar.cell in (cell, EVERY):
                row = measured.loc[(group, cell, truth)]
                rows.append(_line(bar, cell, row, widening))
    return pd.DataFrame([row for row in rows if row])


def _line(bar: Bar, cell: str, row: pd.Series, widening: float) -> dict:
    """Hold one bar against one row; nothing where the row has no such number."""
    value, error = row[bar.measure], row[f"{bar.measure}_se"]
    if np.isnan(value):
        return {}
    slack = 0.0 if bar.low == bar.high else widening * np.nan_to_num(error)  # "never" is never
    held = bar.low - slack <= value <= bar.high + slack
    return {
        "cell": cell,
        "group": bar.group,
        "measure": bar.measure,
        "from": bar.low,
        "to": bar.high,
        "measured": value,
        "mc_se": error,
        "line": "reached" if held else "MISSED",
    }


def tidy(measured: pd.DataFrame, group: str, measures: Sequence[str]) -> str:
    """Print measures of one group, each with its standard error behind it."""
    part = measured.loc[group]
    cells = part[["worlds"]].astype(int)
    for name in measures:
        pair = zip(part[name], part[f"{name}_se"], strict=True)
        cells[name] = ["" if np.isnan(x) else f"{x:.2f} ±{e:.3f}" for x, e in pair]
    return f"\n{group}\n{cells.reset_index().to_string(index=False)}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=200, help="worlds of each kind: seeds 1 … N")
    parser.add_argument("--cells", nargs="+", default=list(CELLS), choices=list(CELLS))
    parser.add_argument("--processes", type=int, default=2, choices=(1, 2))
    asked = parser.parse_args()
    measured = table(study(range(1, asked.seeds + 1), asked.cells, asked.processes))
    covered = ["coverage", "coverage_usable", "coverage_care"]
    told = ["usable", "care", "refused", "named"]
    print(tidy(measured, ALL, ["bias", "rmse", *covered]))
    print(tidy(measured, ALL, [*told, "usable_unnamed", "width"]))
    print(tidy(measured, CATEGORY, ["given", "bias", "rmse", *covered, "usable", "width"]))
    print(tidy(measured, NEW, ["given", "bias", "rmse", "coverage", "width"]))
    held = bars(measured, widening=2.0)
    print("\n" + held.round(3).to_string(index=False))
    return int((held["line"] != "reached").any())


if __name__ == "__main__":
    sys.exit(main())
