"""The target, week by week: how many units by when, what is hot and what is slow, and when a target
is missed.
"""

import numpy as np
import pandas as pd

from destock.analysis.pacing.curve import by_day
from destock.analysis.pacing.experience import LEAST_TRIALS
from destock.analysis.pacing.lives import Lives
from destock.analysis.pacing.projection import INTERVALS
from destock.model.metrics import ratio

LINES = {"slow": 0.25, "hot": 0.75}
SPREAD = {"slowest": 0.10, "slow": 0.25, "hot": 0.75, "hottest": 0.90}


def goals(styles: pd.DataFrame, projection: pd.DataFrame) -> pd.DataFrame:
    """How many units of each style should be sold by its exit?

    styles: item, ``target`` (sell-through that earns the target profit; above 1 it cannot
    be reached and all that was bought is the goal). Where no target is known, the goal is
    what such buys have usually sold. Returns the projection with ``goal`` (units), ``goal_basis``.
    """
    frame = projection.merge(styles[["item", "target"]], on="item", how="left", validate="1:1")
    by_target = frame["bought"] * frame["target"].clip(upper=1.0)
    basis = np.select([frame["target"] > 1, by_target.notna()], ["all", "target"], "usual")
    return frame.assign(
        goal=by_target.fillna(np.fmin(frame["prior"], frame["bought"])), goal_basis=basis
    ).drop(columns="target")


def lines(trials: pd.DataFrame) -> pd.DataFrame:
    """How far apart were past styles at each week of life, as factors of the middle one?

    Returns week, and for each of SPREAD the quantile of (sold ÷ (what the buy foretold ×
    share of life reached)) ÷ its median; weeks with too few past styles take the nearest other.
    """
    known = trials[(trials["week"] > 0) & (trials["prior"] > 0) & (trials["share"] > 0)]
    pace = (known["sold"] / (known["prior"] * known["share"])).groupby(known["week"])
    levels = list(SPREAD.values())
    found = pace.quantile([*levels, 0.5]).unstack().reindex(columns=[*levels, 0.5])
    middle = found[0.5].where(found[0.5] > 0)
    factors = found[levels].div(middle, axis=0).set_axis(list(SPREAD), axis=1)
    enough = (pace.size() >= LEAST_TRIALS) & factors.notna().all(axis=1)
    if not enough.any():
        return pd.DataFrame(columns=["week", *SPREAD], dtype=float)
    weeks = pd.RangeIndex(1, int(trials["week"].max()) + 2, name="week")
    return factors[enough].reindex(weeks, method="nearest").reset_index()


def path(
    running: Lives, share: np.ndarray, frame: pd.DataFrame, spread: pd.DataFrame
) -> pd.DataFrame:
    """Where should each style stand at the end of each week of its life, and where does it, or will
    it, stand?

    frame: from ``goals``, in the order of ``running``. Returns one row an (item, week):
    ``week_end``, ``share`` of the goal, ``target_units``, ``slow_units``, ``hot_units`` (the
    slowest and fastest quarter of past styles, set to this goal), ``sold`` (weeks that are
    over), ``projected`` and its bounds (weeks to come).
    """
    row, week = np.nonzero(running.alive)
    style = frame.iloc[row].reset_index(drop=True)
    over = week < style["week"].to_numpy()
    begin = running.styles["first_week"].iloc[row].to_numpy()
    rows = pd.DataFrame({"item": style["item"], "week": week + 1, "share": share[row, week]})
    rows["week_end"] = begin + pd.to_timedelta(7 * week + 6, unit="D")
    rows["target_units"] = style["goal"] * rows["share"]
    rows = rows.assign(**_slow_and_hot(rows, style["bought"], spread))
    rows["sold"] = np.where(over, running.cumulative[row, week], np.nan)
    coming = ratio(rows["share"] - style["share"], 1 - style["share"]).fillna(1.0)
    for name in ("projected", *INTERVALS):
        rows[name] = (style["sold"] + (style[name] - style["sold"]) * coming).mask(over)
    return rows


def _slow_and_hot(
    rows: pd.DataFrame, bought: pd.Series, spread: pd.DataFrame
) -> dict[str, pd.Series]:
    """The path times what past styles were off it in the same week: within the buy, and never
    falling.
    """
    week = rows["week"].clip(upper=spread["week"].max())
    factors = spread.set_index("week").reindex(week).reset_index(drop=True)
    units = {line: rows["target_units"] * factors[line] for line in LINES}
    most = bought.fillna(np.inf)
    return {
        f"{line}_units": np.minimum(each, most).groupby(rows["item"]).cummax()
        for line, each in units.items()
    }


def needed(frame: pd.DataFrame, paths: pd.DataFrame, styles: pd.DataFrame) -> pd.DataFrame:
    """How many units must go in the coming seven days to reach the goal, and from when on is it
    missed?

    styles: item, ``net_units`` (sold by now), ``week_part`` (of the running week that has passed).
    Returns the frame with ``target_now``, ``slow_now``, ``hot_now`` (units by today: within a week
    the path is straight), ``needed`` (units of the coming seven days: what is missing, spread as
    the season goes), ``coming`` (units expected in them), ``missed_from``: the end of the week from
    which on the style is, and by its projection stays, below its path; empty where it reaches the
    goal.
    """
    frame = frame.merge(
        styles[["item", "net_units", "week_part"]], on="item", how="left", validate="1:1"
    )
    part = frame.pop("week_part").fillna(0.0)
    at = {weeks: _path_at(frame, paths, weeks) for weeks in (0, 1, 2)}
    here, ahead = (at[n] + (at[n + 1] - at[n]).mul(part, axis=0) for n in (0, 1))
    begun = (frame["week"] > 0) | (part > 0)
    for line in ("target", "slow", "hot"):
        frame[f"{line}_now"] = here[f"{line}_units"].where(begun)
    sold = frame.pop("net_units").fillna(frame["sold"])
    missing = (frame["goal"] - sold).clip(lower=0)
    part_of_rest = ratio(ahead["share"] - here["share"], 1 - here["share"])
    frame["needed"] = missing * part_of_rest
    frame["coming"] = (frame["projected"] - sold).clip(lower=0) * part_of_rest
    return frame.join(_missed(paths).rename("missed_from"), on="item")


def _path_at(frame: pd.DataFrame, paths: pd.DataFrame, later: int) -> pd.DataFrame:
    """The path of each style so many weeks after its last complete one: nothing before its life,
    and no more after it.
    """
    lines = ["share", "target_units", "slow_units", "hot_units"]
    asked = frame[["item"]].assign(week=np.minimum(frame["week"] + later, frame["life"]))
    found = asked.merge(
        paths[["item", "week", *lines]], on=["item", "week"], how="left", validate="1:1"
    )[lines].set_axis(frame.index)
    known = frame["goal"].notna()
    begins = pd.DataFrame(
        {"share": 0.0, **{line: np.where(known, 0.0, np.nan) for line in lines[1:]}},
        index=frame.index,
    )
    return found.where(asked["week"].gt(0).set_axis(frame.index), begins)


def _missed(paths: pd.DataFrame) -> pd.Series:
    """The end of the week after the last one in which the style was on its path; nothing where the
    last week is.
    """
    stands = paths["sold"].fillna(paths["projected"])
    rows = paths.assign(below=stands < paths["target_units"] - 0.5).sort_values(
        ["item", "week"], kind="stable"
    )
    stays = rows.iloc[::-1].groupby("item")["below"].cumprod().astype(bool)
    return rows[stays.loc[rows.index]].groupby("item")["week_end"].min()


def stages(paths: pd.DataFrame, running: pd.DataFrame, days: tuple[int, ...]) -> pd.DataFrame:
    """How much should be sold by each stage of the season, tier by tier, and what is slow and what
    is hot there?

    running: item, tier, bought, goal. Returns one row a (tier, day): ``share`` of the goal,
    ``target`` (sell-through), ``slow``, ``hot`` (sell-through), ``units`` to be sold by then by all
    styles of the tier together, ``styles`` that have a goal and whose life reaches that day. Sums ÷
    sums; the largest tier first.
    """
    paths = paths[paths["target_units"].notna()]
    if paths.empty:
        return pd.DataFrame(
            columns=["tier", "day", "share", "target", "slow", "hot", "units", "styles"]
        )
    tier = _units_by_day(paths, running, days).groupby(["tier", "day"], dropna=False)
    units = ["target", "slow", "hot"]
    total = tier[[*units, "bought", "goal"]].sum(min_count=1)
    total = total.assign(styles=tier.size()).reset_index()
    total = total.assign(
        units=total["target"],
        share=ratio(total["target"], total["goal"]),
        size=total.groupby("tier")["bought"].transform("max"),
        **{name: ratio(total[name], total["bought"]) for name in units},
    )
    return total.sort_values(
        ["size", "tier", "day"], ascending=[False, True, True], ignore_index=True
    ).drop(columns=["bought", "goal", "size"])


def _units_by_day(
    paths: pd.DataFrame, running: pd.DataFrame, days: tuple[int, ...]
) -> pd.DataFrame:
    """Of each style and day of its life: the units of its path, of the slow and of the hot one."""
    lasts = paths.groupby("item")["week"].max()
    known = running.set_index("item").loc[lasts.index, ["tier", "bought", "goal"]].reset_index()
    known = known.assign(last_day=7 * lasts.to_numpy())
    rows = known.loc[known.index.repeat(len(days))].assign(day=np.tile(days, len(known)))
    for name in ("target", "slow", "hot"):
        wide = paths.pivot(index="item", columns="week", values=f"{name}_units").ffill(axis=1)
        units = by_day(wide.fillna(0).to_numpy(), np.array(days))
        there = wide.notna().any(axis=1).to_numpy()[:, None]
        rows[name] = np.where(there, units, np.nan).ravel()
    return rows[rows["last_day"] >= rows["day"]]
