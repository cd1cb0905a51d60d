"""Is a kind of overstock that is said to be nearly certain the one that other luck would have shown
as well?

Shops of ``independent`` whose truth is fixed, each drawn anew several times and opened in the
middle of the running season. The kind of a style is right as often as the other draws of the same
shop find it. Run: ``make evidence-class_confidence`` (seeds 1 … 6, eight draws each; exit 1 where a
line falls short).
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from tests.evidence.independent.folder import write_shop
from tests.evidence.independent.shop import parameters
from tests.evidence.independent.weeks import draw

from destock.pages import Frames
from destock.panel.book import open_book

STYLES, DRAWS, AS_OF_WEEK = 80, 8, 12
SAID, RIGHT = 0.95, 0.93
RUNNING, EVERY = "running season", "all"


def found(seed: int, number: int) -> pd.DataFrame:
    """The kind of the good units of every style that has too many, in one draw of one shop."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["DESTOCK_CACHE"] = str(Path(folder, "cache"))
        world = draw(parameters(seed, styles=STYLES), number)
        frames = Frames(open_book(write_shop(world, Path(folder, "shop"), AS_OF_WEEK)))
        styles = frames["styles"][["item", "in_season", "exit_date"]]
        rows = frames["classes"].query("confidence.notna()")
        rows = rows[~((rows["class"] == "defective") & (rows["confidence"] == 1))]
        running = styles["in_season"] & styles["exit_date"].notna()
        return rows.merge(styles.assign(running=running), on="item").assign(
            seed=seed, number=number
        )


def study(seeds: Sequence[int], draws: int = DRAWS) -> pd.DataFrame:
    """One row a style and draw; ``right`` is the share of the shop's other draws that found it too
    many and of the same kind.
    """
    rows = pd.concat([found(seed, n) for seed in seeds for n in range(draws)], ignore_index=True)
    style = rows.groupby(["seed", "item"])["number"].transform("size")
    alike = rows.groupby(["seed", "item", "class"])["number"].transform("size")
    others = (style - 1).where(style > 1)
    return rows.assign(right=(alike - 1) / others).dropna(subset="right")


def table(rows: pd.DataFrame) -> pd.DataFrame:
    """Share right by what was said, with Monte-Carlo errors over styles of shops."""
    parts = {EVERY: rows, RUNNING: rows[rows["running"]]}
    lines = []
    for name, part in parts.items():
        said = part[part["confidence"] > SAID]
        by_style = said.groupby(["seed", "item"])["right"].mean()
        lines.append(
            {
                "where": name,
                "styles": len(part),
                "said": len(said) / len(part),
                "right": said["right"].mean(),
                "right_se": by_style.std() / np.sqrt(len(by_style)),
                "unclassifiable": (part["class"] == "unclassifiable").mean(),
            }
        )
    return pd.DataFrame(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=6)
    rows = study(range(1, parser.parse_args().seeds + 1))
    bins = pd.cut(rows["confidence"], (0, 0.5, 0.7, 0.85, 0.95, 1), include_lowest=True)
    by = rows[rows["running"]].groupby(bins, observed=False)["right"].agg(["size", "mean"])
    print(by.round(3).to_string(), "\n")
    lines = table(rows)
    lines["reached"] = lines["right"] >= RIGHT - 2 * lines["right_se"]
    print(lines.round(3).to_string(index=False))
    return 0 if lines["reached"].all() else 1


if __name__ == "__main__":
    sys.exit(main())
