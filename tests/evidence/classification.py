"""Are the planted kinds of overstock found again, and how much is called overstock that is none?

The simulator fixes the kind of every style and what it will still sell before any sale;
no analysis reads that file. Here both are compared, in units, over the sample shops of
seeds 101 … 110. Run: ``make evidence`` (all seeds); the suite runs one small shop.
"""

import argparse
import os
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

from destock import story
from destock.intake.sample import write_sample
from destock.panel.book import open_book

NAMES = {"out_of_season": "out of season", "healthy": "none of the four"}
FOUND = {"over-bought": "none of the four", "too early": "none of the four", "unclassifiable": "none of the four"}
OVERALL, EACH = 0.80, 0.60


def truth(folder: Path) -> pd.Series:
    """Planted overstock in units by (item, kind): b-grade units are defective whatever the style."""
    planted = pd.read_csv(folder / "truth.csv", dtype={"style": str}).rename(columns={"style": "item"})
    good = planted.assign(kind=planted["planted_class"].replace(NAMES), units=planted["true_excess"] - planted["on_hand_b_grade"])
    bad = planted.assign(kind="defective", units=planted["on_hand_b_grade"].astype(float))
    return pd.concat([good, bad]).groupby(["item", "kind"])["units"].sum()


def found(folder: Path) -> pd.Series:
    """Overstock as the workbook finds it, in units by (item, kind)."""
    classes = story.results(open_book(folder))["classes"]
    return classes.assign(kind=classes["class"].replace(FOUND)).groupby(["item", "kind"])["units"].sum()


def scores(folder: Path) -> pd.DataFrame:
    """By kind: planted and found units, and the units that are in both for the same style."""
    both = pd.concat([truth(folder).rename("planted"), found(folder).rename("found")], axis=1).fillna(0.0)
    return both.assign(hits=np.minimum(both["planted"], both["found"])).groupby("kind").sum()


def rates(table: pd.DataFrame) -> pd.DataFrame:
    """Recall (hits ÷ planted) and precision (hits ÷ found) of every kind and of all together."""
    table = pd.concat([table, table.sum().to_frame("all").T])
    return table.assign(recall=table["hits"] / table["planted"], precision=table["hits"] / table["found"])


def study(seeds: list[int], styles: int = 450) -> pd.DataFrame:
    """One row a (seed, kind)."""
    parts = []
    for seed in seeds:
        with tempfile.TemporaryDirectory() as folder:
            parts.append(scores(write_sample(Path(folder, "shop"), seed=seed, styles=styles)).assign(seed=seed).reset_index())
    return pd.concat(parts, ignore_index=True)


def spread(by_seed: pd.DataFrame) -> pd.DataFrame:
    """Recall over the seeds: mean and its Monte-Carlo standard error."""
    recall = by_seed.assign(recall=by_seed["hits"] / by_seed["planted"]).groupby("kind")["recall"]
    return pd.DataFrame({"mean_recall": recall.mean(), "standard_error": recall.std() / np.sqrt(recall.count())})


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=list(range(101, 111)))
    with tempfile.TemporaryDirectory() as cache:
        os.environ["DESTOCK_CACHE"] = cache
        by_seed = study(parser.parse_args().seeds)
    table = rates(by_seed.groupby("kind")[["planted", "found", "hits"]].sum()).join(spread(by_seed))
    print(table.round(3).to_string())
    four = table.drop(index=["all", "none of the four"])
    planted = table.drop(index="all")
    reached = planted["hits"].sum() / planted["planted"].sum() >= OVERALL and (four["recall"] >= EACH).all()
    print(f"bars: all overstock units ≥ {OVERALL}, each kind ≥ {EACH}: {'reached' if reached else 'MISSED'}")
    return int(not reached)


if __name__ == "__main__":
    sys.exit(main())
