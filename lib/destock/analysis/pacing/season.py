"""The running season put together: its curve, projection, path and stages, from the past seasons of
the same half-year.
"""

import pandas as pd

from destock.analysis.pacing.curve import reached
from destock.analysis.pacing.decomposition import goals, lines, needed, path, stages
from destock.analysis.pacing.experience import learn
from destock.analysis.pacing.lives import Lives, lives, sold_out
from destock.analysis.pacing.projection import backtest, project

FRAMES = ("projection", "season_path", "backtest", "stages")
CENSORED_TOO_OFTEN = 0.40


def season(
    items: pd.DataFrame,
    weeks: pd.DataFrame,
    targets: pd.DataFrame,
    events: pd.DataFrame,
    as_of: pd.Timestamp,
    assumptions: dict[str, float],
    days: tuple[int, ...],
    buys: pd.DataFrame | None = None,
) -> dict[str, pd.DataFrame]:
    """How far should the running season be, how far is it, and where will it end?

    Compares every running season with the last ``baseline_seasons`` of the same half-year that
    had ended by ``as_of``; one or two of them work, and the number is told.
    Styles on sale before the records are left out of the past. buys: as ``lives``. Returns
    FRAMES: ``projection`` (style), ``season_path`` (style, week), ``backtest`` (half, week,
    method) and ``stages`` (half, tier, day).
    """
    found = {name: [] for name in FRAMES}
    running = items[items["in_season"] & items["season_half"].notna()]
    for half, now in running.groupby("season_half"):
        newest = now["season_year"].max()
        ended = (
            (items["exit_date"] < as_of)
            & (items["season_half"] == half)
            & ~items["left_truncated"].eq(True)
        )
        recent = items["season_year"].between(newest - assumptions["baseline_seasons"], newest - 1)
        past = lives(items[ended & recent], weeks, events, buys)
        if past.final.sum() > 0:
            shown = lives(now, weeks, events, buys)
            frames = _of_half(past, shown, targets, assumptions["curve_prior_units"], days)
            for name, frame in frames.items():
                found[name].append(frame.assign(season_half=half))
    return {
        name: pd.concat(frames, ignore_index=True) if frames else EMPTY[name]
        for name, frames in found.items()
    }


def _of_half(
    past: Lives, now: Lives, targets: pd.DataFrame, prior_units: float, days: tuple[int, ...]
) -> dict[str, pd.DataFrame]:
    experience = learn(past, prior_units)
    curve = experience.curve
    censored = sold_out(past, reached(past, curve)).mean()
    projected = goals(targets, project(now, experience)).assign(
        past_seasons=past.styles["season"].nunique(), low_trust=censored > CENSORED_TOO_OFTEN
    )
    paths = path(now, reached(now, curve), projected, lines(experience.trials))
    projected = needed(projected, paths, now.styles)
    by_stage = stages(
        paths, projected.merge(now.styles[["item", "tier"]], on="item", validate="1:1"), days
    )
    return {
        "projection": projected,
        "season_path": paths,
        "backtest": backtest(experience),
        "stages": by_stage,
    }


_UNITS = (
    "sold",
    "prior",
    "expected",
    "demand",
    "projected",
    "low80",
    "high80",
    "low90",
    "high90",
    "goal",
    "needed",
    "coming",
    "target_now",
    "slow_now",
    "hot_now",
)
EMPTY = {
    "projection": pd.DataFrame(
        {
            "item": pd.Series(dtype=str),
            "season": pd.Series(dtype=str),
            "life": pd.Series(dtype=int),
            "bought": pd.Series(dtype=float),
            "week": pd.Series(dtype=int),
            "share": pd.Series(dtype=float),
        }
        | {name: pd.Series(dtype=float) for name in _UNITS}
        | {
            "trials": pd.Series(dtype=float),
            "goal_basis": pd.Series(dtype=str),
            "past_seasons": pd.Series(dtype=int),
            "low_trust": pd.Series(dtype=bool),
            "missed_from": pd.Series(dtype="datetime64[us]"),
            "season_half": pd.Series(dtype=str),
        }
    ),
    "season_path": pd.DataFrame(
        columns=[
            "item",
            "week",
            "share",
            "week_end",
            "target_units",
            "slow_units",
            "hot_units",
            "sold",
            "projected",
            "low80",
            "high80",
            "low90",
            "high90",
            "season_half",
        ]
    ),
    "backtest": pd.DataFrame(
        columns=[
            "week",
            "method",
            "error",
            "bias",
            "bias_low",
            "bias_high",
            "styles",
            "seasons",
            "season_half",
        ]
    ),
    "stages": pd.DataFrame(
        columns=["tier", "day", "target", "slow", "hot", "units", "styles", "share", "season_half"]
    ),
}
