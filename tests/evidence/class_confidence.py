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
RUNNING, SNAPSHOT = "running season", "snapshot"


def found(seed: int, number: int, where: str) -> pd.DataFrame:
    """The kind of the good units of every style that has too many, in one draw of one shop."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["DESTOCK_CACHE"] = str(Path(folder, "cache"))
        world = draw(parameters(seed, styles=STYLES), number)
        shop = write_shop(world, Path(folder, "shop"), AS_OF_WEEK)
        frames = Frames(open_book(as_snapshot(shop) if where == SNAPSHOT else shop))
        styles = frames["styles"][["item", "in_season", "exit_date"]]
        rows = frames["classes"].query("confidence.notna()")
        rows = rows[~((rows["class"] == "defective") & (rows["confidence"] == 1))]
        running = styles["in_season"] & styles["exit_date"].notna()
        # what is over is out of season whatever was sold
        judged = styles[running] if where == RUNNING else styles[styles["in_season"]]
        return rows[rows["item"].isin(judged["item"])].assign(seed=seed, number=number, where=where)


def as_snapshot(shop: Path) -> Path:
    """The same shop as one knows it who has no dated sales: what is there, what the last months
    sold.
    """
    lines, stock = pd.read_csv(shop / "order_lines.csv"), pd.read_csv(shop / "stock.csv")
    today = pd.to_datetime(stock["counted_at"]).max().normalize()
    ago = (today - pd.to_datetime(lines["ordered_at"]).dt.normalize()).dt.days
    units = lines["units"].where(lines["kind"] == "sale", -lines["units"])
    held = stock[pd.to_datetime(stock["counted_at"]).dt.normalize() == today]
    rows = held.groupby("sku", as_index=False)["on_hand"].sum().assign(as_of=f"{today:%Y-%m-%d}")
    for months in (1, 3, 6, 9):
        sold = units[ago < months * 52 / 12 * 7].groupby(lines["sku"]).sum()
        rows[f"sold_{months}m"] = rows["sku"].map(sold).fillna(0)
    rows.to_csv(shop / "snapshot.csv", index=False)
    toml = (shop / "shop.toml").read_text(encoding="utf-8")
    head, seasons = toml.split("[tables.", 1)[0], "[seasons]" + toml.split("[seasons]", 1)[1]
    tables = [f'[tables.{name}]\nsource = "{name}.csv"\n' for name in ("products", "snapshot")]
    (shop / "shop.toml").write_text("\n".join([head, *tables, seasons]), encoding="utf-8")
    return shop


def study(seeds: Sequence[int], where: str, draws: int = DRAWS) -> pd.DataFrame:
    """One row a style and draw; ``right`` is the share of the shop's other draws that found it too
    many and of the same kind.
    """
    parts = [found(seed, n, where) for seed in seeds for n in range(draws)]
    rows = pd.concat(parts, ignore_index=True)
    style = rows.groupby(["seed", "item"])["number"].transform("size")
    alike = rows.groupby(["seed", "item", "class"])["number"].transform("size")
    others = (style - 1).where(style > 1)
    return rows.assign(right=(alike - 1) / others).dropna(subset="right")


def scores(rows: pd.DataFrame) -> dict[str, float]:
    """How often it was said for nearly certain, and was right; Monte-Carlo error over styles."""
    said = rows[rows["confidence"] > SAID]
    by_style = said.groupby(["seed", "item"])["right"].mean()
    error = by_style.std() / np.sqrt(max(len(by_style), 1))
    right = said["right"].mean()
    return {
        "styles": len(rows),
        "said": len(said) / len(rows),
        "right": right,
        "right_se": error,
        "unclassifiable": (rows["class"] == "unclassifiable").mean(),
        "reached": bool(right >= RIGHT - 2 * error),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=6)
    seeds, lines = range(1, parser.parse_args().seeds + 1), {}
    for where in (RUNNING, SNAPSHOT):
        rows = study(seeds, where)
        bins = pd.cut(rows["confidence"], (0, 0.5, 0.7, 0.85, 0.95, 1), include_lowest=True)
        by = rows.groupby(bins, observed=False)["right"].agg(["size", "mean"])
        print(f"{where}\n{by.round(3).to_string()}\n")
        lines[where] = scores(rows)
    table = pd.DataFrame.from_dict(lines, orient="index")
    print(table.round(3).to_string())
    return 0 if table["reached"].all() else 1


if __name__ == "__main__":
    sys.exit(main())
