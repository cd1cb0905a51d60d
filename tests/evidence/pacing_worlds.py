"""Simulated shops for the evidence on pacing: four seasons whose truth is fixed before any method
sees them.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import gamma

STYLES = {"coat": 60, "dress": 60, "knitwear": 40, "shirt": 40, "skirt": 12, "swimwear": 12}
SHAPES, SCALES = (1.6, 2.0, 2.6, 1.6, 2.0, 2.6), (5.5, 4.7, 3.9, 4.7, 3.9, 5.5)  # weeks
WEEKS, HOLIDAY_WEEKS, CLOSING_WEEKS = 26, (20, 18, 21, 17), 6
LEVEL_SD, SPEED_SD, STYLE_SD, SIZE_SD, BUY_SD, SHOCK_SD, SHOCK_RHO = (
    0.12,
    0.06,
    0.15,
    0.6,
    0.35,
    0.30,
    0.6,
)
UNITS, HOLIDAY_LIFT, CLOSING_LIFT = 400.0, 0.35, 1.45


@dataclass(frozen=True)
class World:
    """``styles`` and ``weeks`` as the panel would give them, the holidays, and the truth: units
    sold by the exit.
    """

    styles: pd.DataFrame
    weeks: pd.DataFrame
    events: pd.DataFrame
    final: pd.Series


def world(seed: int) -> World:
    """Four seasons of 224 styles: seasons differ in level and speed, styles in size and speed,
    stock runs out.
    """
    rng = np.random.default_rng(seed)
    seasons = [_season(rng, number) for number in range(4)]
    styles, weeks = (
        pd.concat([season[i] for season in seasons], ignore_index=True) for i in (0, 1)
    )
    days = [
        _monday(number) + pd.Timedelta(weeks=week, days=3)
        for number, week in enumerate(HOLIDAY_WEEKS)
    ]
    final = weeks.groupby("item")["net_units"].sum()
    return World(styles, weeks, pd.DataFrame({"event": "holiday", "date": days}), final)


def _monday(season: int) -> pd.Timestamp:
    return pd.Timestamp("2023-02-06") + pd.Timedelta(weeks=52 * season)


def _season(rng: np.random.Generator, number: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    kind = np.repeat(np.arange(len(STYLES)), list(STYLES.values()))
    count, age = len(kind), np.arange(WEEKS)
    level, speed = np.exp(rng.normal(0, LEVEL_SD)), np.exp(rng.normal(0, SPEED_SD))
    launch = rng.integers(0, 9, count)
    planned = UNITS * np.exp(rng.normal(0, SIZE_SD, count))
    scale = np.array(SCALES)[kind] * speed * np.exp(rng.normal(0, STYLE_SD, count))
    edges = gamma.cdf(
        np.arange(WEEKS + 1)[None, :], np.array(SHAPES)[kind, None], scale=scale[:, None]
    )
    week = launch[:, None] + age
    special = np.where(week == HOLIDAY_WEEKS[number], np.exp(HOLIDAY_LIFT), 1) * np.where(
        week >= WEEKS - CLOSING_WEEKS, CLOSING_LIFT, 1
    )
    mean = (
        planned[:, None]
        * level
        * np.diff(edges, axis=1)
        * special
        * np.exp(_shocks(rng, count) - SHOCK_SD**2 / 2)
    )
    demand = rng.poisson(np.where(week < WEEKS, mean, 0.0)).astype(float)
    bought = np.ceil(planned * np.exp(rng.normal(0, BUY_SD, count)))
    left = np.clip(bought[:, None] - np.cumsum(demand, axis=1) + demand, 0, None)
    sold = np.minimum(demand, left)
    in_stock = np.where(demand > 0, sold / np.maximum(demand, 1), left > 0)
    return _frames(number, np.array(list(STYLES))[kind], launch, bought, sold, in_stock)


def _shocks(rng: np.random.Generator, count: int) -> np.ndarray:
    steps = rng.normal(0, SHOCK_SD, (count, WEEKS))
    for week in range(1, WEEKS):
        steps[:, week] = SHOCK_RHO * steps[:, week - 1] + np.sqrt(1 - SHOCK_RHO**2) * steps[:, week]
    return steps


def _frames(number, category, launch, bought, sold, in_stock) -> tuple[pd.DataFrame, pd.DataFrame]:
    start = _monday(number)
    styles = pd.DataFrame(
        {
            "item": [f"{number}-{i:03}" for i in range(len(launch))],
            "season": f"{2023 + number}SS",
            "season_year": 2023.0 + number,
            "season_half": "SS",
            "parent_category": "all",
            "category": category,
            "tier": "all",
            "received": bought,
            "on_order": 0.0,
            "launched_again": pd.NaT,
            "first_week": start + pd.to_timedelta(launch * 7, unit="D"),
            "life": WEEKS - launch,
            "exit_date": start + pd.Timedelta(weeks=WEEKS) - pd.Timedelta(days=1),
            "in_season": False,
        }
    )
    styles["age"] = styles["life"] - 1
    row, age = np.nonzero(np.arange(WEEKS) < styles["life"].to_numpy()[:, None])
    weeks = pd.DataFrame(
        {
            "item": styles["item"].to_numpy()[row],
            "age": age,
            "net_units": sold[row, age],
            "in_stock_share": in_stock[row, age],
        }
    )
    return styles, weeks


def at_week(shown: World, week: int) -> World:
    """The world as it was when every style of the last season had completed ``week`` weeks of its
    life.
    """
    running = shown.styles["season"] == shown.styles["season"].max()
    styles = shown.styles.assign(
        in_season=running, age=shown.styles["age"].where(~running, week - 1)
    )
    late = shown.weeks["item"].isin(styles.loc[running, "item"]) & (shown.weeks["age"] >= week)
    weeks = shown.weeks[~late]
    sold = styles["item"].map(weeks.groupby("item")["net_units"].sum()).fillna(0.0)
    return World(styles.assign(net_units=sold, week_part=0.0), weeks, shown.events, shown.final)
