"""Is a cause that is said to be nearly certain the one that was planted?

Styles whose plan failed for a reason known here and not in the shop: those of
``tests.evidence.independent.causes``, whose plans are also wrong with no reason, and those of
``tests.evidence.planted_causes``. Run: ``python -m tests.evidence.cause_probabilities --seeds 20``
(seeds 1 … 20, 400 styles each; exit 1 where a line falls short).
"""

import argparse
import os
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

os.environ.setdefault("OMP_NUM_THREADS", "1")  # two seeds at a time, one core each

import numpy as np
import pandas as pd
from tests.evidence import planted_causes
from tests.evidence.independent import causes as independent

from destock.analysis.classification import causes

STYLES, RESAMPLES = 400, 1000
SAID, NEAR = 0.95, 0.80  # above which a cause is said to be nearly certain, and likely
BINS = (0.0, 0.4, 0.6, 0.8, 0.9, 0.95, 1.0)
FIRST = "first family"
WORLDS = {  # how wrong a plan is though nothing went wrong, and where
    "plan wrong in its sum": {"plan_error": 0.3, "which": "sales"},
    "plan wrong in every factor": {"plan_error": 0.3, "which": "all"},
    "plan right": {"plan_error": 0.0},
    FIRST: {},
}


@dataclass(frozen=True)
class Bar:
    """One line that must hold in each kind of world: a measure, from a value up."""

    measure: str
    low: float


BARS = (Bar("said_right", 0.92), Bar("units_right", 0.50))


def styles(kind: str, seed: int, count: int = STYLES) -> pd.DataFrame:
    """Ask for the cause of each style of one world, and lay it beside what was planted.

    Returns one row a style: kind, seed, planted, cause, probability, right, leftover (units).
    """
    frame, planted, elasticity, error = _made(kind, seed, count)
    told = causes.largest(frame, elasticity, error).set_index("item").loc[frame["item"]]
    cause = told["cause"].to_numpy()
    column = planted.columns.get_indexer(cause)  # -1: no cause was told
    hit = planted.to_numpy()[np.arange(len(cause)), column] & (column >= 0)
    many = planted.sum(axis=1).to_numpy()
    return pd.DataFrame(
        {
            "kind": kind,
            "seed": seed,
            "planted": np.select([many == 0, many == 1], ["none", "one"], "two"),
            "cause": cause,
            "probability": told["probability"].to_numpy(float),
            "right": np.where(many == 0, cause == causes.NONE, hit),
            "leftover": (frame["buy"] - frame["sales"]).clip(lower=0).to_numpy(float),
        }
    )


def _made(kind: str, seed: int, count: int) -> tuple[pd.DataFrame, pd.DataFrame, float, float]:
    """Make one world: the shop's frame, which causes were planted, the elasticity and its error."""
    if kind == FIRST:
        rng = np.random.default_rng(seed)
        frame, cause = planted_causes.planted(rng, count)
        error = planted_causes.BETA_ERROR
        planted = pd.DataFrame({name: cause == name for name in planted_causes.CAUSES})
        return frame, planted, planted_causes.BETA + error * rng.standard_normal(), error
    made = independent.planted(seed, styles=count, **WORLDS[kind])
    return made.frame, made.depth > 0, made.elasticity, made.error


def study(
    seeds: Sequence[int], kinds: Sequence[str] = tuple(WORLDS), processes: int = 2
) -> pd.DataFrame:
    """Ask all worlds, two at a time at most."""
    jobs = [(kind, seed) for kind in kinds for seed in seeds]
    if processes == 1:
        return pd.concat([styles(*job) for job in jobs], ignore_index=True)
    with ProcessPoolExecutor(2) as pool:
        return pd.concat(pool.map(styles, *zip(*jobs, strict=True)), ignore_index=True)


def table(found: pd.DataFrame) -> pd.DataFrame:
    """Measure each kind of world, with standard errors by bootstrap over seeds."""
    said, near = found["probability"] > SAID, found["probability"] > NEAR
    one, many, left = found["planted"] == "one", found["planted"], found["leftover"]
    right, single = found["right"].astype(bool), left.where(one, 0.0)
    asked = {
        "right": (right, right | True),
        "said": (said, said | True),
        "said_right": (said & right, said),
        **{f"said_right_{n}": (said & right & (many == n), said & (many == n)) for n in CASES},
        **{f"said_of_{n}": (said & (many == n), many == n) for n in CASES},
        "near_right": (near & right, near),
        "units_near": (single.where(near, 0.0), single),
        "units_right": (single.where(near & right, 0.0), single),
        "units_said_right": (single.where(said & right, 0.0), single),
    }
    rows = {}
    for kind, part in found.groupby("kind", sort=False):
        rows[kind] = {"seeds": part["seed"].nunique(), "styles": len(part)}
        for name, (top, bottom) in asked.items():
            rows[kind] |= _ratio(name, top[part.index], bottom[part.index], part["seed"])
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("kind")


CASES = ("none", "one", "two")


def calibration(found: pd.DataFrame) -> pd.DataFrame:
    """Compare what is stated with what is true, by bin of what is stated."""
    bins = pd.cut(found["probability"], list(BINS), include_lowest=True)
    rows = []
    for (kind, name), part in found.groupby(["kind", bins], sort=False, observed=True):
        row = {"kind": kind, "stated in": str(name), "n": len(part)}
        row["stated"] = part["probability"].mean()
        some = pd.Series(True, index=part.index)
        row |= _ratio("true", part["right"].astype(bool), some, part["seed"])
        planted = part["planted"] != "none"
        row |= _ratio(
            "true_if_planted", part["right"].astype(bool) & planted, planted, part["seed"]
        )
        rows.append(row)
    frame = pd.DataFrame(rows)
    kinds = pd.Categorical(frame["kind"], list(WORLDS))
    return frame.assign(kind=kinds).sort_values(["kind", "stated"], ignore_index=True)


def _ratio(name: str, top: pd.Series, bottom: pd.Series, seed: pd.Series) -> dict[str, float]:
    """Divide two sums; standard error from a bootstrap of whole seeds."""
    sums = pd.DataFrame({"top": top.astype(float), "bottom": bottom.astype(float)})
    by_seed = sums.groupby(seed).sum().to_numpy()
    if not by_seed[:, 1].sum() > 0:
        return {name: np.nan, f"{name}_se": np.nan}
    dice, n = np.random.default_rng(0), len(by_seed)
    drawn = dice.multinomial(n, np.full(n, 1 / n), RESAMPLES) @ by_seed
    drawn = drawn[drawn[:, 1] > 0]
    error = (drawn[:, 0] / drawn[:, 1]).std(ddof=1) if n > 1 else np.nan
    return {name: by_seed[:, 0].sum() / by_seed[:, 1].sum(), f"{name}_se": error}


def bars(measured: pd.DataFrame, widening: float = 0.0) -> pd.DataFrame:
    """Lay each bar beside what was measured; ``widening`` in standard errors."""
    rows = []
    for bar in BARS:
        for kind, row in measured.iterrows():
            value, error = row[bar.measure], row[f"{bar.measure}_se"]
            held = value >= bar.low - widening * np.nan_to_num(error)
            row = {"kind": kind, "measure": bar.measure, "from": bar.low, "measured": value}
            rows.append(row | {"se": error, "line": "reached" if held else "MISSED"})
    return pd.DataFrame(rows)


def tidy(frame: pd.DataFrame) -> str:
    """Print every measure with its standard error behind it."""
    cells = pd.DataFrame(index=frame.index)
    for name in frame.columns[~frame.columns.str.endswith("_se")]:
        cells[name] = frame[name]
        if f"{name}_se" in frame:
            pair = zip(frame[name], frame[f"{name}_se"], strict=True)
            cells[name] = ["" if np.isnan(x) else f"{x:.3f} ±{e:.3f}" for x, e in pair]
    return cells.to_string(float_format="{:.3f}".format)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=20, help="worlds of each kind: seeds 1 … N")
    parser.add_argument("--processes", type=int, default=2, choices=(1, 2))
    asked = parser.parse_args()
    found = study(range(1, asked.seeds + 1), processes=asked.processes)
    measured = table(found)
    turned = measured.drop(columns=["seeds", "styles"])
    print(tidy(measured[["seeds", "styles"]]), "\n")
    names = turned.columns[~turned.columns.str.endswith("_se")]
    print(_turned(turned, names), "\n")
    print(tidy(calibration(found).set_index("kind")), "\n")
    held = bars(measured, widening=2.0)
    print(held.round(3).to_string(index=False))
    return int((held["line"] != "reached").any())


def _turned(frame: pd.DataFrame, names: Sequence[str]) -> str:
    """Print one row a measure and one column a kind of world."""
    cells = {
        kind: {n: f"{row[n]:.3f} ±{row[n + '_se']:.3f}".replace("nan ±nan", "") for n in names}
        for kind, row in frame.iterrows()
    }
    return pd.DataFrame(cells).to_string()


if __name__ == "__main__":
    sys.exit(main())
