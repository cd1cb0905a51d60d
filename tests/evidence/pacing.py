"""Can the projection be trusted: is it nearer to the truth than simple ones, without bias, and are
its bounds honest?

Simulated shops of seeds 1 … 16 (``pacing_worlds``): three seasons teach, the fourth is
projected after 3 … 12 weeks of each style's life and held against what it really sold in
the end. Beside it the two projections that people make by hand. Then real fashion, where
the data are at hand, and the time that 20,000 seasons of styles take.
Run: ``make evidence-pacing`` (all seeds); the suite runs three.
"""

import argparse
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
from tests.evidence.pacing_worlds import World, at_week, world

from destock.analysis.pacing.experience import learn
from destock.analysis.pacing.lives import Lives, lives
from destock.analysis.pacing.projection import backtest, project

PRIOR_UNITS = 4000
WEEKS = (3, 4, 6, 8, 10, 12)
CATALOGUE = (
    Path(__file__).parents[3]
    / "shared"
    / "data"
    / "fashion_visuelle"
    / "catalogue_SS17_AW18.parquet"
)


def seasons(shown: World) -> tuple[Lives, Lives]:
    """The lives of the past seasons, and those of the last one as far as they are shown."""
    known = lives(shown.styles, shown.weeks, shown.events)
    newest = (known.styles["season"] == known.styles["season"].max()).to_numpy()
    return known.where(~newest), known.where(newest)


def by_hand(past: Lives, now: pd.DataFrame) -> dict[str, np.ndarray]:
    """Last year's curve of the category, and the straight line: what a spreadsheet would say."""
    last = past.where((past.styles["season"] == past.styles["season"].max()).to_numpy())
    week = int(now["week"].iloc[0])
    sums = (
        pd.DataFrame({"sold": last.cumulative[:, week - 1], "final": last.final})
        .groupby(last.styles["category"])
        .sum()
    )
    share = (
        now["category"]
        .map(sums["sold"] / sums["final"])
        .fillna(sums["sold"].sum() / sums["final"].sum())
    )
    return {"last_year": now["sold"] / share, "straight_line": now["sold"] / week * now["life"]}


def judged(shown: World, week: int, past: Lives, experience) -> pd.DataFrame:
    """Every style of the last season after so many weeks: what was projected, what simple ones say,
    what came true.
    """
    _, running = seasons(at_week(shown, week))
    now = project(running, experience).merge(
        running.styles[["item", "category"]], on="item", validate="1:1"
    )
    most = now["bought"].fillna(np.inf)
    simple = {name: np.clip(units, now["sold"], most) for name, units in by_hand(past, now).items()}
    return now.assign(**simple, final=now["item"].map(shown.final), seen=week)


def study(seeds: list[int]) -> pd.DataFrame:
    """One row a (seed, week): errors as shares of all units sold, and how often the truth lay
    within the bounds.
    """
    rows = []
    for seed in seeds:
        shown = world(seed)
        past, _ = seasons(shown)
        experience = learn(past, PRIOR_UNITS)
        rows += [
            {"seed": seed, "week": week} | scores(judged(shown, week, past, experience))
            for week in WEEKS
        ]
    return pd.DataFrame(rows)


def scores(now: pd.DataFrame) -> dict[str, float]:
    final, total = now["final"], now["final"].sum()
    wape = {
        name: (now[name] - final).abs().sum() / total
        for name in ("projected", "last_year", "straight_line")
    }
    left = final < now["bought"].fillna(np.inf)
    within = {
        level: (final >= now[f"low{level}"] - 1e-9) & (final <= now[f"high{level}"] + 1e-9)
        for level in (80, 90)
    }
    width = ((now["high80"] - now["low80"]) / now["bought"]).mean()
    return wape | {
        "bias": (now["projected"] - final).sum() / total,
        "within80_left": within[80][left].mean(),
        "within80": within[80].mean(),
        "within90": within[90].mean(),
        "width80": width,
    }


def bars(table: pd.DataFrame, slack: float = 2.0) -> pd.DataFrame:
    """Each line of what must be shown at week 6: the figure, its Monte-Carlo error, the bar, and
    whether it is reached within ``slack`` errors.
    """
    six = table[table["week"] == 6]
    lines = {
        "error of units at the exit": (six["projected"], None, 0.118),
        "error − 80 % of last year's curve": (
            six["projected"] - 0.80 * six["last_year"],
            None,
            0.0,
        ),
        "error − 75 % of the straight line": (
            six["projected"] - 0.75 * six["straight_line"],
            None,
            0.0,
        ),
        "bias": (six["bias"], -0.04, 0.04),
        "80 % bounds hold, never sold out": (six["within80_left"], 0.77, 0.88),
        "80 % bounds hold, all": (six["within80"], 0.75, 0.92),
    }
    rows = []
    for line, (values, low, high) in lines.items():
        mean, error = values.mean(), values.std() / np.sqrt(len(values))
        reached = mean <= high + slack * error and (low is None or mean >= low - slack * error)
        rows.append(
            {
                "line": line,
                "figure": mean,
                "mc_error": error,
                "from": low,
                "to": high,
                "reached": bool(reached),
            }
        )
    return pd.DataFrame(rows)


def fashion() -> pd.DataFrame:
    """Real fashion: learned from SS17 and AW17, tried on SS18 and AW18; one row a (week, style). No
    buy is known.
    """
    catalogue = pd.read_parquet(CATALOGUE).reset_index(drop=True)
    weekly = [f"w{week}" for week in range(12)]
    catalogue["item"] = [f"{number:03}" for number in range(len(catalogue))]
    rows = []
    for half in ("SS", "AW"):
        part = catalogue[catalogue["season"].str.startswith(half)]
        styles = pd.DataFrame(
            {
                "item": part["item"],
                "season": part["season"].str[2:] + half,
                "parent_category": "all",
                "category": part["category"],
                "tier": "all",
                "received": np.nan,
                "on_order": 0.0,
                "launched_again": pd.NaT,
                "life": 12,
                "age": 11,
                "first_week": pd.Timestamp("2017-02-06"),
            }
        )
        weeks = part.melt("item", weekly, "age", "net_units").assign(
            age=lambda w: w["age"].str[1:].astype(int), in_stock_share=np.nan
        )
        shown = World(
            styles.assign(in_season=False),
            weeks,
            pd.DataFrame({"event": [], "date": pd.to_datetime([])}),
            weeks.groupby("item")["net_units"].sum(),
        )
        past, _ = seasons(shown)
        experience = learn(past, PRIOR_UNITS)
        rows += [judged(shown, week, past, experience).assign(half=half) for week in range(1, 12)]
    return pd.concat(rows, ignore_index=True)


def fashion_table(now: pd.DataFrame, draws: int = 2000) -> pd.DataFrame:
    """Per week: error of ours, of last year's curve, of the straight line; ours − last year's with
    its bootstrap error.
    """
    rng, rows = np.random.default_rng(0), []
    for week, part in now.groupby("seen"):
        miss = {
            name: (part[name] - part["final"]).abs().to_numpy()
            for name in ("projected", "last_year", "straight_line")
        }
        final = part["final"].to_numpy()
        drawn = rng.integers(0, len(part), (draws, len(part)))
        gap = (miss["projected"] - miss["last_year"])[drawn].sum(axis=1) / final[drawn].sum(axis=1)
        inside = (
            (part["final"] >= part["low80"] - 1e-9) & (part["final"] <= part["high80"] + 1e-9)
        ).mean()
        row = {name: values.sum() / final.sum() for name, values in miss.items()}
        rows.append(
            {"week": week}
            | row
            | {
                "gap": row["projected"] - row["last_year"],
                "gap_error": gap.std(),
                "within80": inside,
                "styles": len(part),
            }
        )
    return pd.DataFrame(rows)


def fashion_bars(table: pd.DataFrame) -> pd.DataFrame:
    """Not worse than last year's curve by more than two bootstrap errors at weeks 3 and 4, better
    at week 6.
    """
    at = table.set_index("week")
    rows = [
        {
            "line": f"fashion, week {week}: error − last year's",
            "figure": at.loc[week, "gap"],
            "mc_error": at.loc[week, "gap_error"],
            "to": 0.0,
            "reached": bool(
                at.loc[week, "gap"] <= (2 * at.loc[week, "gap_error"] if week < 6 else 0)
            ),
        }
        for week in (3, 4, 6)
    ]
    return pd.DataFrame(rows)


def cost(copies: int = 23) -> pd.DataFrame:
    """Seconds for baselines, projections and back-test of some 20,000 seasons of styles: median of
    five.
    """
    shops = [world(seed) for seed in range(1, copies + 1)]
    styles = pd.concat(
        [shop.styles.assign(item=f"{i} " + shop.styles["item"]) for i, shop in enumerate(shops)],
        ignore_index=True,
    )
    weeks = pd.concat(
        [shop.weeks.assign(item=f"{i} " + shop.weeks["item"]) for i, shop in enumerate(shops)],
        ignore_index=True,
    )
    taken = []
    for _ in range(5):
        start = time.perf_counter()
        past, running = seasons(World(styles, weeks, shops[0].events, pd.Series(dtype=float)))
        experience = learn(past, PRIOR_UNITS)
        project(running, experience), backtest(experience)
        taken.append(time.perf_counter() - start)
    return pd.DataFrame(
        [
            {
                "line": f"seconds for {len(styles)} seasons of styles",
                "figure": np.median(taken),
                "to": 10.0,
                "reached": np.median(taken) <= 10,
            }
        ]
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=16)
    count = parser.parse_args().seeds
    pd.set_option("display.width", 200, "display.max_columns", 20)
    table = study(list(range(1, count + 1)))
    by_week = table.drop(columns="seed").groupby("week")
    print(
        f"Simulated shops, seeds 1–{count}: mean over seeds\n{by_week.mean().round(3)}\nMonte-Carlo"
        f" error\n{(by_week.std() / np.sqrt(count)).round(3)}\n"
    )
    lines = [bars(table), cost()]
    if CATALOGUE.is_file():
        real = fashion_table(fashion())
        print(
            "Real fashion, learned on one season of each half-year (weeks"
            f" completed)\n{real.round(4).to_string(index=False)}\n"
        )
        lines.append(fashion_bars(real))
    summary = pd.concat(lines, ignore_index=True)
    print(summary.round(4).to_string(index=False))
    return 0 if summary["reached"].all() else 1


if __name__ == "__main__":
    sys.exit(main())
