"""Tiny lives for the tests of pacing: what was sold week by week, as the library holds it."""

from functools import cache

import numpy as np
import pandas as pd
from tests.evidence.pacing_worlds import World, at_week, world

from destock.analysis.pacing.lives import Lives

MONDAY = pd.Timestamp("2025-03-03")
NO_EVENTS = pd.DataFrame({"event": pd.Series(dtype=str), "date": pd.Series(dtype="datetime64[us]")})


def style(item: str = "a", **columns) -> dict:
    """A style of a past season, four weeks long; each test changes what it is about."""
    usual = {
        "item": item,
        "season": "2024SS",
        "season_year": 2024.0,
        "season_half": "SS",
        "parent_category": "women",
        "category": "dress",
        "tier": "push",
        "received": 100.0,
        "on_order": 0.0,
        "launched_again": pd.NaT,
        "first_week": MONDAY,
        "life": 4,
        "age": 3.0,
        "week_part": 0.0,
        "net_units": np.nan,
        "in_season": False,
        "exit_date": MONDAY + pd.Timedelta(days=27),
        "left_truncated": False,
    }
    return usual | columns


def made(units, bought=np.nan, **columns) -> Lives:
    """Lives from rows of weekly units; None = a week that nobody saw. ``exposure``, ``event``,
    ``to_end``, ``life``, ``weeks_seen`` may be given.
    """
    grid = np.array(units, float)
    rows, width = grid.shape
    arrays = {
        "exposure": columns.pop("exposure", (~np.isnan(grid)).astype(float)),
        "event": columns.pop("event", np.zeros(grid.shape, int)),
        "to_end": columns.pop("to_end", np.zeros(grid.shape, int)),
    }
    styles = pd.DataFrame([style(f"i{row:02}") for row in range(rows)])
    styles = styles.assign(
        **({"life": width, "bought": bought, "weeks_seen": (~np.isnan(grid)).sum(axis=1)} | columns)
    )
    return Lives(
        styles, np.nan_to_num(grid), **{name: np.array(array) for name, array in arrays.items()}
    )


@cache
def small_world(seed: int = 1, week: int = 6, every: int = 8) -> tuple[World, pd.Series]:
    """A simulated shop of four seasons, every eighth style of it, seen after ``week`` weeks; and
    what was sold in the end.
    """
    shown = at_week(world(seed), week)
    styles = (
        shown.styles[shown.styles["item"].str[-3:].astype(int) % every == 0]
        .assign(left_truncated=False)
        .reset_index(drop=True)
    )
    weeks = shown.weeks[shown.weeks["item"].isin(styles["item"])].reset_index(drop=True)
    return World(styles, weeks, shown.events, shown.final), shown.final
