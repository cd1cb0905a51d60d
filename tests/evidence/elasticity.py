"""Is the answer to a price found again, are its intervals honest, and is the verdict right?

Simulated seasons (``markdown_worlds``) in which prices are drawn by lot, follow a rule on
past sales, are held back by lot, or follow what only the manager knows. Run: ``make
evidence-elasticity`` (seeds 1–200 in order, exit 1 where a line falls short); the suite
runs a few seeds with its bars widened by three Monte-Carlo standard errors.
"""

import argparse
import os
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

os.environ.setdefault("OMP_NUM_THREADS", "1")  # two worlds at a time, one core each

import numpy as np
import pandas as pd
import pyfixest
from tests.evidence.markdown_worlds import CELLS, TRUE, simulate

from destock.analysis.elasticity import estimators, experiments, verdict
from destock.analysis.elasticity.poisson import Fit

RULES = ("rule, transient shocks", "rule, lasting trends", "rule, both")


@dataclass(frozen=True)
class Bar:
    """One line that must hold: a measure of an estimator in a kind of world, between two values."""

    cell: str
    estimator: str
    measure: str
    low: float
    high: float


BARS = (
    *(
        Bar(cell, "answer", *limits)
        for cell in ("randomised", "hold-out")
        for limits in (("bias", -0.08, 0.08), ("usable", 0.90, 1.0))
    ),
    *(Bar("randomised", name, "bias", -0.08, 0.08) for name in ("item effects",)),
    *(Bar("randomised", name, "coverage", 0.90, 0.98) for name in ("answer", "item effects")),
    Bar("hold-out", "answer", "coverage", 0.90, 1.0),
    *(
        Bar(cell, "history", *limits)
        for cell in RULES
        for limits in (("bias", -0.20, 0.20), ("rmse", 0.0, 0.40), ("coverage", 0.86, 1.0))
    ),
    *(Bar(cell, "answer", "usable", 0.0, 0.0) for cell in (*RULES, "private")),
    Bar("sizes", "by style", "coverage", 0.90, 0.98),
    Bar("sizes", "by SKU", "coverage", 0.0, 0.90),
    *(Bar(cell, "log-log", "bias", 1.0, np.inf) for cell in RULES),
    Bar("randomised, sparse", "log(q + 1)", "bias", 1.0, np.inf),
)


def world(cell: str, seed: int) -> list[dict]:
    """One world: what the page would answer, and what each estimator says by itself."""
    data = simulate(CELLS[cell], seed)
    weeks = estimators.panel_weeks(data["item_week"], data["item_now"])
    if cell == "sizes":
        found = {
            "by style": estimators.fixed_effects(weeks, "style"),
            "by SKU": estimators.fixed_effects(weeks),
        }
    else:
        found = {
            "item effects": estimators.fixed_effects(weeks),
            "history": estimators.history_conditioned(weeks),
            "log-log": estimators.log_log(weeks),
            "log(q + 1)": log_plus_one(weeks),
            "before/after": estimators.before_after(weeks),
        }
    rows = [_row(cell, seed, name, fit) for name, fit in found.items() if fit]
    return rows if cell == "sizes" else [_answer(cell, seed, data, weeks), *rows]


def _answer(cell: str, seed: int, data: dict[str, pd.DataFrame], weeks: pd.DataFrame) -> dict:
    tests = experiments.weeks_of_tests(data["item_week"], data["experiment"], data["item_now"])
    told = verdict.answer(tests, weeks).iloc[0]
    return {
        "cell": cell,
        "seed": seed,
        "estimator": "answer",
        "beta": told["elasticity"],
        "low": told["low"],
        "high": told["high"],
        "verdict": told["verdict"],
    }


def _row(cell: str, seed: int, name: str, fit: Fit) -> dict:
    low, high = fit.interval()
    return {
        "cell": cell,
        "seed": seed,
        "estimator": name,
        "beta": fit.slopes[0],
        "low": low,
        "high": high,
    }


def log_plus_one(weeks: pd.DataFrame) -> Fit | None:
    """What many do with zeros: least squares on log(units + 1) with an effect for each item and
    week.
    """
    effects = [pd.factorize(weeks[name])[0] for name in ("unit", "week")]
    logs, price = np.log1p(weeks["sold_units"].to_numpy()), weeks["log_price"].to_numpy()
    for _ in range(30):  # demeaned by turns; then the library's own least squares
        for code in effects:
            logs, price = (
                x - (np.bincount(code, x) / np.bincount(code))[code] for x in (logs, price)
            )
    return estimators.log_log(weeks.assign(sold_units=np.exp(logs), log_price=price))


def study(seeds: Sequence[int], cells: Sequence[str] = tuple(CELLS)) -> pd.DataFrame:
    """All worlds, two at a time."""
    jobs = [(cell, seed) for cell in cells for seed in seeds]
    with ProcessPoolExecutor(2) as pool:
        return pd.DataFrame(
            [row for rows in pool.map(world, *zip(*jobs, strict=True), chunksize=5) for row in rows]
        )


def table(found: pd.DataFrame) -> pd.DataFrame:
    """Bias, root mean squared error, coverage and verdicts of each estimator in each kind of world,
    with Monte-Carlo errors.
    """
    found = found.assign(
        error=found["beta"] - TRUE, covered=(found["low"] <= TRUE) & (found["high"] >= TRUE)
    )
    rows = []
    for (cell, estimator), part in found.groupby(["cell", "estimator"], sort=False):
        known, n = part[part["beta"].notna()], len(part)
        squares, coverage = known["error"] ** 2, known["covered"].mean()
        row = {
            "cell": cell,
            "estimator": estimator,
            "worlds": n,
            "bias": known["error"].mean(),
            "bias_se": known["error"].std() / np.sqrt(n),
        }
        row |= {
            "rmse": np.sqrt(squares.mean()),
            "rmse_se": squares.std() / np.sqrt(n) / 2 / np.sqrt(squares.mean()),
        }
        row |= {
            "coverage": coverage,
            "coverage_se": np.sqrt(max(coverage * (1 - coverage), 0.95 * 0.05) / n),
        }
        if estimator == "answer":
            shares = (
                part["verdict"]
                .value_counts(normalize=True)
                .reindex(["usable", "use with care", "not from these data"], fill_value=0.0)
            )
            row |= shares.to_dict() | {
                "usable_se": np.sqrt(shares["usable"] * (1 - shares["usable"]) / n)
            }
        rows.append(row)
    return pd.DataFrame(rows).set_index(["cell", "estimator"])


def lines(measured: pd.DataFrame, widening: float = 0.0) -> pd.DataFrame:
    """Each bar beside what was measured; ``widening`` in Monte-Carlo standard errors."""
    rows = []
    for bar in BARS:
        if (bar.cell, bar.estimator) in measured.index:
            row = measured.loc[(bar.cell, bar.estimator)]
            error = row[f"{bar.measure}_se"]
            error = 0.0 if bar.low == bar.high else error  # "never" is never
            held = bar.low - widening * error <= row[bar.measure] <= bar.high + widening * error
            rows.append(
                {
                    "cell": bar.cell,
                    "estimator": bar.estimator,
                    "measure": bar.measure,
                    "from": bar.low,
                    "to": bar.high,
                    "measured": row[bar.measure],
                    "mc_se": error,
                    "line": "reached" if held else "MISSED",
                }
            )
    return pd.DataFrame(rows)


def large_shop(items: int = 10_000, weeks: int = 100) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Item-weeks of a shop of ten thousand items over a hundred weeks, each at a new price every
    ten weeks.
    """
    rng = np.random.default_rng(1)
    item, week = np.repeat(np.arange(items), weeks), np.tile(np.arange(weeks), items)
    moves = np.log(rng.choice([1.0, 0.9, 0.8, 0.7], (items, weeks // 10)))
    price, level = 100 * np.exp(moves[item, week // 10]), rng.normal(1.5, 0.6, items)[item]
    units = rng.poisson(np.exp(level - 0.01 * week) * (price / 100) ** TRUE).astype(float)
    monday = pd.Timestamp("2024-01-01") + pd.to_timedelta(np.arange(weeks) * 7, unit="D")
    names = np.array([f"i{number:05}" for number in range(items)])
    frame = pd.DataFrame(
        {
            "item": names[item],
            "week": monday[week],
            "age_week": week,
            "complete": True,
            "sold_units": units,
            "price": price,
            "list_price": price,
            "list_prices": 1,
            "in_stock_share": 1.0,
            "exposures": np.nan,
        }
    )
    return frame, pd.DataFrame(
        {
            "item": names,
            "category": [f"c{number % 8}" for number in range(items)],
            "received": np.ceil(np.exp(rng.normal(6, 0.5, items))),
        }
    )


def cost() -> pd.DataFrame:
    """Seconds for the panel, both estimates of all items, and the verdict with its categories:
    median of five; and the regression beside pyfixest's.
    """
    item_week, item_now = large_shop()
    taken, ours, theirs = [], [], []
    for _ in range(5):
        start = time.perf_counter()
        weeks = estimators.panel_weeks(item_week, item_now)
        none = weeks.iloc[:0].assign(arm="", experiment="", cell="")
        verdict.answer(none, weeks)
        taken.append(time.perf_counter() - start)
    for _ in range(5):
        start = time.perf_counter()
        estimators.fixed_effects(weeks)
        ours.append(time.perf_counter() - start)
        start = time.perf_counter()
        pyfixest.fepois(
            "sold_units ~ log_price | unit + curve + week", weeks, vcov={"CRV1": "item"}
        )
        theirs.append(time.perf_counter() - start)
    rows = [
        ("seconds, 10,000 items × 100 weeks", np.median(taken), 10.0),
        ("seconds of one regression ÷ pyfixest's", np.median(ours) / np.median(theirs), 1.0),
    ]
    return pd.DataFrame(
        [
            {
                "cell": "cost",
                "measure": name,
                "to": most,
                "measured": value,
                "line": "reached" if value <= most else "MISSED",
            }
            for name, value, most in rows
        ]
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=list(range(1, 201)))
    measured = table(study(parser.parse_args().seeds))
    print(measured.round(3).to_string(na_rep=""))
    held = pd.concat([lines(measured), cost()], ignore_index=True)
    print(held.round(3).to_string(index=False))
    return int((held["line"] != "reached").any())


if __name__ == "__main__":
    sys.exit(main())
