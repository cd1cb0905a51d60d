"""Simulated seasons in which the true answer to a price is fixed before anybody sets one.

A world: staggered launches, gamma-shaped lives, demand shocks that last, negative binomial
noise, a buy with an error of its own. Then somebody sets prices: by lot, by a rule that
looks at sell-through, by the same rule with a random hold-out, by what only the manager
knows, or by lot with sizes that share their style's shocks. All tables have the columns
of the panel. Nothing here is taken from the library.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

TRUE = -2.0
FIRST = pd.Timestamp("2024-01-01")
SHAPE, SCALE = np.array([1.6, 2.0, 2.6]), np.array([4.2, 3.6, 3.0])
STEPS = np.array([1.0, 0.85, 0.70, 0.55])
REVIEWS = (5, 8, 11, 14)
TARGET = 0.86


@dataclass(frozen=True)
class Cell:
    """One kind of world: who sets the price, how many styles, and what shakes their demand."""

    design: str
    items: int = 150
    weeks: int = 20
    shock: float = 0.30
    trend: float = 0.0
    life: float = 160.0


CELLS = {
    "randomised": Cell("lot"),
    "randomised, sparse": Cell("lot", life=12.0),
    "rule, transient shocks": Cell("rule"),
    "rule, lasting trends": Cell("rule", shock=0.0, trend=0.08),
    "rule, both": Cell("rule", trend=0.05),
    "hold-out": Cell("hold-out", items=300, trend=0.05),
    "private": Cell("private", trend=0.08),
    "sizes": Cell("sizes", items=50, weeks=16),
}


@dataclass
class Demand:
    """What a world's styles would sell at full price, week by week, and how they answer a price."""

    rng: np.random.Generator
    category: np.ndarray
    launch: np.ndarray
    beta: np.ndarray
    level: np.ndarray
    trend: np.ndarray
    buy: np.ndarray
    path: np.ndarray


def demand(cell: Cell, seed: int) -> Demand:
    """Truth first: levels, curves, shocks and elasticities."""
    rng, n, weeks = (
        np.random.default_rng([seed, list(CELLS.values()).index(cell)]),
        cell.items,
        cell.weeks,
    )
    category, launch = rng.integers(0, 3, n), rng.integers(0, max(1, min(10, weeks - 8)), n)
    age = np.arange(weeks)[None, :] - launch[:, None]
    time = np.arange(52) + 0.5
    curve = time ** (SHAPE[:, None] - 1) * np.exp(-time / SCALE[:, None])
    trend = rng.normal(0, cell.trend, n) if cell.trend else np.zeros(n)
    # a trend moves demand within a life, it does not add to it
    share = curve[category] * np.exp(trend[:, None] * time)
    share /= share.sum(axis=1, keepdims=True)
    shocks = np.zeros((n, weeks))
    shocks[:, 0] = rng.normal(0, cell.shock, n)
    for week in range(1, weeks):
        shocks[:, week] = 0.6 * shocks[:, week - 1] + rng.normal(0, cell.shock * 0.8, n)
    season = rng.normal(0, 0.10, weeks)
    season[weeks // 3] += 0.35
    season[2 * weeks // 3] += 0.25
    life = cell.life * rng.lognormal(0, 0.6, n)
    level = (
        life[:, None] * share[np.arange(n)[:, None], np.clip(age, 0, 51)] * np.exp(shocks + season)
    )
    buy = np.ceil(life * rng.lognormal(0, 0.35, n) * np.exp(0.15) / TARGET)
    return Demand(
        rng,
        category,
        launch,
        rng.normal(TRUE, 0.4, n),
        np.where(age >= 0, level, 0.0),
        trend,
        buy,
        (curve / curve.sum(axis=1, keepdims=True)).cumsum(axis=1),
    )


def sell(world: Demand, week: int, price: np.ndarray) -> np.ndarray:
    """One week's sales at these shares of the full price: negative binomial, size 8."""
    mean = world.level[:, week] * price**world.beta
    return world.rng.poisson(mean * world.rng.gamma(8.0, 1 / 8.0, len(mean)))


def simulate(cell: Cell, seed: int) -> dict[str, pd.DataFrame]:
    """The shop's tables of one world: item_week, experiment, item_now."""
    world = demand(cell, seed)
    if cell.design == "sizes":
        return _sizes(world, cell)
    n = cell.items
    step, price, tests = np.zeros(n, int), np.ones(n), []
    units, prices = np.zeros((n, cell.weeks)), np.ones((n, cell.weeks))
    for week in range(cell.weeks):
        age = week - world.launch
        if cell.design == "lot":
            _draw_lots(world, week, age, price, tests)
        else:
            due = np.isin(age, REVIEWS) & (step < len(STEPS) - 1)
            flagged = due & _behind(world, cell, age, units)
            cut = flagged & (world.rng.random(n) < 0.5) if cell.design == "hold-out" else flagged
            if cell.design == "hold-out":
                tests += [
                    (i, f"age {age[i]}", "cut" if cut[i] else "control", week, 3)
                    for i in np.flatnonzero(flagged)
                ]
            step[cut] += 1
            price = STEPS[step]
        prices[:, week] = price
        units[:, week] = sell(world, week, price)
    return _tables(world, units, prices, tests)


def _behind(world: Demand, cell: Cell, age: np.ndarray, units: np.ndarray) -> np.ndarray:
    """Who is slow: by sell-through against nine tenths of the target path, or by a trend that only
    the manager sees.
    """
    if cell.design == "private":
        return world.trend + world.rng.normal(0, cell.trend, len(age)) < 0
    path = TARGET * world.path[world.category, np.clip(age - 1, 0, 51)]
    return units.sum(axis=1) / world.buy < 0.9 * path


def _draw_lots(world: Demand, week: int, age: np.ndarray, price: np.ndarray, tests: list) -> None:
    """In weeks 5 and 11 half of what is on sale is cut by lot: 10–30 %, then 20–40 %."""
    cuts = {5: (0.10, 0.30), 11: (0.20, 0.40)}
    if week not in cuts:
        return
    on_sale = np.flatnonzero(age >= 0)
    chosen = world.rng.permutation(on_sale)[: len(on_sale) // 2]
    price[:] = np.where(
        np.isin(np.arange(len(price)), chosen),
        1 - world.rng.uniform(*cuts[week], len(price)),
        price,
    )
    tests += [
        (i, f"lot {week}", "cut" if i in set(chosen) else "control", week, 6) for i in on_sale
    ]


def _sizes(world: Demand, cell: Cell) -> dict[str, pd.DataFrame]:
    """Four sizes a style with one price and one shock: half of the styles are cut by 10–40 % from
    mid-season on.
    """
    n, price = cell.items, np.ones((cell.items, cell.weeks))
    treated = world.rng.permutation(n)[: n // 2]
    price[treated, cell.weeks // 2 :] = 1 - world.rng.uniform(0.1, 0.4, len(treated))[:, None]
    parts = []
    for size in range(4):
        units = np.stack([sell(world, week, price[:, week]) for week in range(cell.weeks)], axis=1)
        table = _tables(world, units, price, [])["item_week"]
        parts.append(table.assign(style=table["item"], item=table["item"] + f"-{size}"))
    rows = pd.concat(parts, ignore_index=True)
    number = rows.drop_duplicates("item")["style"].str[1:].astype(int).to_numpy()
    now = pd.DataFrame(
        {
            "item": rows["item"].unique(),
            "category": [f"c{c}" for c in world.category[number]],
            "received": world.buy[number] / 4,
        }
    )
    return {"item_week": rows, "experiment": _experiment(world, [], price), "item_now": now}


def _tables(
    world: Demand, units: np.ndarray, prices: np.ndarray, tests: list
) -> dict[str, pd.DataFrame]:
    n, weeks = units.shape
    item, week = np.repeat(np.arange(n), weeks), np.tile(np.arange(weeks), n)
    age = week - world.launch[item]
    rows = pd.DataFrame(
        {
            "item": pd.Series(_names(n))[item].to_numpy(),
            "week": FIRST + pd.to_timedelta(7 * week, unit="D"),
            "complete": True,
            "age_week": age,
            "sold_units": units.ravel(),
            "price": 100 * prices.ravel(),
            "list_price": 100 * prices.ravel(),
            "list_prices": 1,
            "in_stock_share": 1.0,
        }
    )
    now = pd.DataFrame(
        {"item": _names(n), "category": [f"c{c}" for c in world.category], "received": world.buy}
    )
    return {
        "item_week": rows[age >= 0].reset_index(drop=True),
        "experiment": _experiment(world, tests, prices),
        "item_now": now,
    }


def _experiment(world: Demand, tests: list, prices: np.ndarray) -> pd.DataFrame:
    frame = pd.DataFrame(tests, columns=["number", "experiment", "arm", "start", "length"])
    start = FIRST + pd.to_timedelta(7 * frame["start"].astype(int), unit="D")
    return pd.DataFrame(
        {
            "experiment": frame["experiment"],
            "item": pd.Series(_names(len(prices)))[frame["number"].astype(int)].to_numpy(),
            "arm": frame["arm"],
            "cluster": pd.Series(_names(len(prices)))[frame["number"].astype(int)].to_numpy(),
            "decision_date": start,
            "window_end": start + pd.to_timedelta(7 * frame["length"].astype(int) - 1, unit="D"),
            "arm_price": 100 * prices[frame["number"].astype(int), frame["start"].astype(int)],
        }
    )


def _names(n: int) -> list[str]:
    return [f"s{i:03d}" for i in range(n)]
