"""Are projections and their bounds honest for slow, usual and fast styles alike, and where do they
err?

Shops whose ends are known: ``pacing_worlds``, kinds of ``independent``, the sample on past days of
its last finished season. Monte-Carlo errors are those of means over seeds.
Run: ``python -m tests.evidence.projections``.
"""

import argparse
import os
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pandas as pd
from tests.evidence.independent.seasons import seasons as shown_seasons
from tests.evidence.independent.shop import parameters
from tests.evidence.independent.weeks import World, draw
from tests.evidence.pacing import PRIOR_UNITS
from tests.evidence.pacing_worlds import at_week, world

from destock.analysis.pacing.experience import learn
from destock.analysis.pacing.lives import LONGEST, Lives, lives
from destock.analysis.pacing.projection import project
from destock.pages import Frames
from destock.panel.book import open_book
from destock.sample import write_sample

FIRST, SAMPLE = "pacing_worlds", "sample"
KINDS = {
    "independent": {"reorders": False, "drift": 0.0},
    "independent, reorders": {"reorders": True, "drift": 0.0},
    "independent, falling": {"reorders": False, "drift": -0.15},
}
WEEKS, SAMPLE_WEEKS, ALL_WEEKS = (4, 6, 10), range(4, 13), 0
FIRST_SHOP = 201
TOLD = ["projected", "low80", "high80"]
# where, parted by, figure: from, to
BARS = {
    ("shops", "all", "within"): (0.76, 0.86),
    ("shops", "pace", "within"): (0.74, 1.0),
    ("shops", "pace", "bias"): (-0.05, 0.05),
    ("shops", "told", "within"): (0.74, 1.0),
    ("shops", "told", "bias"): (-0.05, 0.05),
    (SAMPLE, "all", "within"): (0.76, 1.0),
}
SHOWN = (
    "week part styles out within within_se over width bias bias_se error error_se"
    " bias_all error_all error_all_se bias_category error_category refused above"
)


def first_family(seed: int) -> pd.DataFrame:
    """The last season of a ``pacing_worlds`` shop; pace is sold ÷ bought, 1 where sold out."""
    shop = world(seed)
    bought = shop.styles.set_index("item")["received"]
    ends = pd.DataFrame({"final": shop.final, "pace": shop.final / bought})
    return _by_week({week: at_week(shop, week) for week in WEEKS}, ends)


def second_family(seed: int, kind: str) -> pd.DataFrame:
    """The last season of an ``independent`` shop; pace is true mean demand ÷ all ever bought."""
    drawn = draw(parameters(seed, **KINDS[kind]), 0)
    shown = {week: shown_seasons(drawn, week=week) for week in WEEKS}
    end = shown[WEEKS[-1]]
    ends = pd.DataFrame({"final": end.final, "pace": end.pace})
    return _by_week(shown, ends, buys(drawn))


def buys(drawn: World) -> pd.DataFrame:
    """Units by the week in which they were first known to be bought: first buys at the launch."""
    frame, ordered = drawn.shop.styles.frame, drawn.styles["ordered"].copy()
    ordered[np.arange(len(frame)), frame["launch"]] += frame["first_buy"]
    row, week = np.nonzero(ordered)
    start = frame["start"].iloc[row].reset_index(drop=True)
    return pd.DataFrame(
        {
            "item": frame["item"].to_numpy()[row],
            "week": start + pd.to_timedelta(7 * week, unit="D"),
            "units": ordered[row, week],
        }
    )


def _by_week(shown: dict, ends: pd.DataFrame, bought: pd.DataFrame | None = None) -> pd.DataFrame:
    """What is projected at each moment; what the past teaches is the same at all of them."""
    parts, experience = [], None
    for week, moment in shown.items():
        styles = moment.styles.assign(launched_again=pd.NaT)
        known = lives(styles, moment.weeks, moment.events, bought)
        newest = (known.styles["season"] == known.styles["season"].max()).to_numpy()
        past, now = known.where(~newest), known.where(newest)
        experience = experience or learn(past, PRIOR_UNITS)
        parts.append(beside(project(now, experience), past, now, ends).assign(week=week))
    return pd.concat(parts, ignore_index=True)


def sample(seed: int) -> pd.DataFrame:
    """The last finished season of a sample shop, opened 4 … 12 weeks after its start."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["DESTOCK_CACHE"] = str(Path(folder, "cache"))
        shop = write_sample(Path(folder, "shop"), seed=seed)
        frames = Frames(open_book(shop))
        items = frames["items"]
        over = items[items["season"].notna() & ~items["in_season"]]
        season = over.loc[over["exit_date"].idxmax(), "season"]
        whole = _lives(frames, items["season"] == season)
        ends = pd.DataFrame({"final": whole.final, "pace": whole.final / whole.bought})
        ends, start = ends.set_index(whole.styles["item"]), whole.styles["first_week"].min()
        parts = []
        for week in SAMPLE_WEEKS:
            sunday = start + pd.Timedelta(days=7 * week - 1)
            parts.append(_opened(shop, sunday, season, ends).assign(week=week))
    return pd.concat(parts, ignore_index=True)


def _opened(shop: Path, as_of: pd.Timestamp, season: str, ends: pd.DataFrame) -> pd.DataFrame:
    """What the workbook of a past Sunday projects, of the styles on sale by then."""
    frames = Frames(open_book(shop, as_of.date()))
    items, numbers = frames["items"], frames.book.assumptions
    now = items[items["season"] == season]
    year, half = now["season_year"].iloc[0], now["season_half"].iloc[0]
    ended = (items["exit_date"] < as_of) & (items["season_half"] == half)
    recent = items["season_year"].between(year - numbers["baseline_seasons"], year - 1)
    past = _lives(frames, ended & recent & ~items["left_truncated"].eq(True))
    return beside(frames["projection"], past, _lives(frames, items["season"] == season), ends)


def _lives(frames: Frames, which: pd.Series) -> Lives:
    rows = frames["items"][which]
    again = rows.get("launched_again", pd.NaT)
    return lives(rows.assign(launched_again=again), frames["weeks"], frames["events"])


def beside(projection: pd.DataFrame, past: Lives, now: Lives, ends: pd.DataFrame) -> pd.DataFrame:
    """One row a style bought and in mid-life: what is projected, what last year says, the end."""
    seen = now.styles["weeks_seen"].to_numpy()
    sold = now.cumulative[np.arange(len(seen)), np.maximum(seen - 1, 0)]
    rows = now.styles[["item", "category", "life", "bought"]].assign(seen=seen, sold=sold)
    rows = rows[(rows["bought"] > 0) & (seen > 0) & (seen < rows["life"])]
    rows = rows.merge(projection[["item", *TOLD]], on="item", how="left", validate="1:1")
    last = past.where((past.styles["season"] == past.styles["season"].max()).to_numpy())
    by_hand = {
        "last_all": _last_year(last, rows, rows["category"] == ""),
        "last_category": _last_year(last, rows, rows["category"].isin(last.styles["category"])),
    }
    return rows.assign(**by_hand).join(ends, on="item", validate="1:1")


def _last_year(last: Lives, rows: pd.DataFrame, own: pd.Series) -> pd.Series:
    """Sales to date ÷ the share sold at that age last season, by category where ``own``."""
    weeks = pd.DataFrame(last.cumulative)
    sums = weeks.groupby(last.styles["category"].to_numpy()).sum()
    sums.loc[""] = weeks.sum()
    shares = sums.div(sums.iloc[:, -1], axis=0).reindex(columns=range(LONGEST)).ffill(axis=1)
    kept = shares.loc[rows["category"].where(own, "")].to_numpy()
    share = kept[np.arange(len(rows)), rows["seen"] - 1]
    units = (rows["sold"] / np.where(share > 0, share, np.nan)).fillna(rows["sold"])
    return units.clip(lower=rows["sold"], upper=np.maximum(rows["bought"], rows["sold"]))


def thirds(values: pd.Series, top: float = np.inf) -> np.ndarray:
    """1, 2, 3: groups of equal size; all that reach ``top`` are of the third, the rest halves."""
    high = values >= min(values.quantile(2 / 3), top)
    return np.select([high, values <= values[~high].median()], ["3", "1"], "2")


def grouped(rows: pd.DataFrame) -> pd.DataFrame:
    """All styles of a moment once for the whole, and by thirds of their true pace (1 = slow), of
    units bought, and of projected ÷ bought, which is what was told at the moment.
    """
    told = (rows["projected"] / rows["bought"]).rank(method="first")
    # of a true mean demand no value means sold out
    top = np.inf if rows["source"].iloc[0] in KINDS else 1.0
    ways = {
        "pace": thirds(rows["pace"], top),
        "told": thirds(told),
        "units": thirds(rows["bought"]),
    }
    parts = [rows.assign(by=by, part=by + " " + which.astype(object)) for by, which in ways.items()]
    return pd.concat([rows.assign(by="all", part="all"), *parts])


def scores(rows: pd.DataFrame) -> pd.Series:
    """How often the truth lies within the bounds; bias and error beside last season's curve."""
    told = rows[rows[TOLD].notna().all(axis=1)]
    final, total = told["final"], told["final"].sum()
    inside = (final >= told["low80"] - 1e-9) & (final <= told["high80"] + 1e-9)
    figures = {
        "styles": len(rows),
        "within": inside.mean(),
        "out": (rows["sold"] >= rows["bought"] - 1e-9).mean(),
        "over": (final > told["high80"] + 1e-9).mean(),
        "width": ((told["high80"] - told["low80"]) / told["bought"]).mean(),
        "refused": 1 - len(told) / len(rows),
        "above": (rows["final"] > rows["bought"] + 1e-9).mean(),
    }
    for name, label in {"projected": "", "last_all": "_all", "last_category": "_category"}.items():
        miss = told[name] - final
        figures |= {f"bias{label}": miss.sum() / total, f"error{label}": miss.abs().sum() / total}
    return pd.Series(figures)


def table(rows: pd.DataFrame) -> pd.DataFrame:
    """Means over seeds with their Monte-Carlo errors (``_se``), one row a source, week and part;
    the sample's weeks together, too (ALL_WEEKS).
    """
    cases = pd.concat([grouped(part) for _, part in rows.groupby(["source", "seed", "week"])])
    together = cases[cases["source"] == SAMPLE].assign(week=ALL_WEEKS)
    keys = ["source", "week", "by", "part"]
    found = pd.concat([cases, together]).groupby([*keys, "seed"]).apply(scores).groupby(keys)
    return found.mean().join(found.sem().add_suffix("_se")).reset_index()


def bars(found: pd.DataFrame, slack: float = 2.0) -> pd.DataFrame:
    """Each line of what must be shown: the figure, its Monte-Carlo error, the bar, and whether it
    is reached within ``slack`` errors.
    """
    rows = []
    for one in found[found["week"].isin([ALL_WEEKS, *WEEKS])].to_dict("records"):
        for (place, by, name), (low, high) in BARS.items():
            if (one["source"] == SAMPLE, one["by"]) == (place == SAMPLE, by):
                figure, error = one[name], one[f"{name}_se"]
                room = slack * np.nan_to_num(error)
                reached = bool(low - room <= figure <= high + room)
                line = f"{one['source']}, week {one['week']}, {one['part']}: {name}"
                rows.append((line, figure, error, low, high, reached))
    return pd.DataFrame(rows, columns=["line", "figure", "mc_error", "from", "to", "reached"])


def study(jobs: list[tuple[str, int]], processes: int = 1) -> pd.DataFrame:
    """All rows of these (source, seed): here, or in two processes."""
    if processes == 1:
        return pd.concat(map(_of_job, jobs), ignore_index=True)
    with ProcessPoolExecutor(min(processes, 2), mp_context=get_context("spawn")) as workers:
        return pd.concat(workers.map(_of_job, jobs), ignore_index=True)


def _of_job(job: tuple[str, int]) -> pd.DataFrame:
    source, seed = job
    if source in KINDS:
        rows = second_family(seed, source)
    else:
        rows = first_family(seed) if source == FIRST else sample(seed)
    return rows.assign(source=source, seed=seed)


def show(found: pd.DataFrame) -> None:
    """A table a source, its parts in their order."""
    for source, rows in found.sort_values(["week", "part"]).groupby("source"):
        print(f"\n{source}\n{rows[SHOWN.split()].round(3).to_string(index=False)}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=40)
    parser.add_argument("--shops", type=int, default=6, help="samples, minutes each")
    parser.add_argument("--processes", type=int, default=1)
    chosen = parser.parse_args()
    jobs = [(source, 1 + i) for source in (FIRST, *KINDS) for i in range(chosen.seeds)]
    jobs += [(SAMPLE, FIRST_SHOP + i) for i in range(chosen.shops)]
    found = table(study(jobs, chosen.processes))
    show(found)
    lines = bars(found)
    print(f"\n{lines.round(3).to_string(index=False)}")
    return 0 if lines["reached"].all() else 1


if __name__ == "__main__":
    sys.exit(main())
