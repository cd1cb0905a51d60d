"""Does a ladder of prices keep to its bounds, and what is it worth where demand is not known?

Random items: no plan above the fluid bound, none of the fixed prices above the ladder. Then a style
whose elasticity and level are drawn, with demand that varies more than chance: the ladder that is
made of the mean demand at each price, and the best single price, each against one who knows the
demand. Values are exact for each draw, so that the only Monte-Carlo error is that of the draws. Run
by ``make evidence-clearance``.
"""

import numpy as np
import pandas as pd

from destock.analysis.clearance import ladder
from destock.analysis.clearance.ladder import Item

ITEMS, DRAWS = 500, 200
OF_KNOWING, NEAR_ONE_PRICE = 0.93, 0.015
# a tag of 880 of which 26 % go in fees, eight weeks that fade by 6 % a week from 14 units
PRICES = np.array([1, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4])
NET, WEEKLY = 880 * (1 - 0.26) * PRICES, 14 * np.exp(-0.06 * np.arange(8))
HOLDING, SALVAGE, DISPERSION = 1.8, 120.0, 0.08
BETA, BETA_SD, LEVEL_SD = -2.0, 0.6, 0.3
STOCKS = {"mild": 120, "more": 200, "severe": 278}


def drawn(rng: np.random.Generator) -> Item:
    """Any item: few or many units, a steep or a flat answer, chance or more."""
    weeks, prices = rng.integers(1, 9), rng.integers(2, 7)
    steps = np.sort(rng.uniform(0.3, 1.0, prices))[::-1]
    demand = rng.uniform(0.1, 20, (weeks, 1)) * steps ** rng.uniform(-4, -0.3)
    return Item(
        int(rng.integers(1, 200)),
        rng.uniform(20, 900) * steps,
        demand,
        float(rng.choice([0.0, 0.5, 2.0])),
        float(rng.uniform(0, 15)),
        float(rng.choice([0.0, 0.1])),
    )


def bounds(items: int = ITEMS) -> dict[str, float]:
    """Of so many random items: how often is the ladder above its bound, or below a fixed price?"""
    above = below = 0
    for seed in range(1, items + 1):
        item = drawn(np.random.default_rng(seed))
        value, slack = ladder.best(item).value, item.slack
        above += value > ladder.fluid(item) + slack
        below += value < ladder.fixed(item).max() - slack
    return {"items": items, "above its bound": above, "below a fixed price": below}


def style(units: int, level: float, beta: float) -> Item:
    """The style with a level and an answer that somebody knows."""
    return Item(units, NET, level * WEEKLY[:, None] * PRICES**beta, HOLDING, SALVAGE, DISPERSION)


def value_of(plan: ladder.Plan, item: Item) -> float:
    """What does a plan bring that was made for another demand?"""
    path = ladder.expected_path(item, plan)
    left = path["left"]
    return path["cash"].sum() - HOLDING * left.sum() + SALVAGE * left.iloc[-1]


def against_knowing(draws: int = DRAWS) -> pd.DataFrame:
    """By how much stock there is: the ladder and the best single price ÷ what one brings who knows
    level and answer, with the error of the mean.
    """
    rows = []
    for name, units in STOCKS.items():
        rng = np.random.default_rng(1)
        worlds = [
            style(units, float(np.exp(rng.normal(0, LEVEL_SD))), float(rng.normal(BETA, BETA_SD)))
            for _ in range(draws)
        ]
        prior = np.random.default_rng(2)
        level, beta = np.exp(prior.normal(0, LEVEL_SD, 2000)), prior.normal(BETA, BETA_SD, 2000)
        mean = (level[:, None] * PRICES ** beta[:, None]).mean(axis=0)
        plan = ladder.best(Item(units, NET, WEEKLY[:, None] * mean, HOLDING, SALVAGE, DISPERSION))
        held = np.array([ladder.fixed(world) for world in worlds])
        one = held[:, held.mean(axis=0).argmax()]
        knowing = np.array([ladder.best(world).value for world in worlds])
        ours = np.array([value_of(plan, world) for world in worlds])
        error = (ours - knowing * ours.sum() / knowing.sum()).std() / np.sqrt(draws)
        rows.append(
            {
                "stock": name,
                "ladder": ours.sum() / knowing.sum(),
                "one price": one.sum() / knowing.sum(),
                "error": error / knowing.mean(),
            }
        )
    table = pd.DataFrame(rows)
    enough = table["ladder"] + 2 * table["error"] >= OF_KNOWING
    near = table["ladder"] >= table["one price"] - NEAR_ONE_PRICE - 2 * table["error"]
    return table.assign(reached=enough & near)
