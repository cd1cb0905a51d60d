"""The styles of a simulated shop: how many, how large, in which manner they sell, how many were
bought.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

TIERS = ("push", "signature", "novelty")
PLANNED_SELL_THROUGH = 0.75
PLANNED_INSTOCK = 0.95
PLANNED_PRICE = 0.93  # mean price ÷ tag price
CORE_STYLES = 14
# bought again below so many weeks of stock, for a part of the weeks to come, from a weekly rate on
SEASON_REORDERS = {"again_below": 6.0, "again_for": 0.65, "again_from": 3.0}
CORE_REORDERS = {"again_below": 9.0, "again_for": 1.4, "again_from": 0.5}


@dataclass(frozen=True)
class Kind:
    """What may differ from shop to shop, as log standard deviations where nothing else is said.

    Attributes
    ----------
    styles : int
        Styles of a season, on average.
    drift : float
        Log change of the seasons' demand from year to year.
    level_sd : float
        Level of a season.
    walk_sd : float
        Weekly step of the level within a season.
    weather_sd : float
        Shock that a category's styles share, autocorrelated.
    plan_sd : float
        Error of a style's plan.
    category_sd : float
        Error of the plans of a category, common to its styles of a season.
    reorders : bool
        Whether styles that sell well are bought again in season.
    spikes : bool
        Whether a style may go viral.
    festivals : bool
        Whether festivals lift demand.
    markdowns : bool
        Whether slow styles are marked down in season.
    substitution : float
        Share of the unserved demand that turns to siblings.
    """

    styles: int = 150
    drift: float = 0.0
    level_sd: float = 0.15
    walk_sd: float = 0.05
    weather_sd: float = 0.18
    plan_sd: float = 0.42
    category_sd: float = 0.2
    reorders: bool = True
    spikes: bool = True
    festivals: bool = True
    markdowns: bool = True
    substitution: float = 0.35


def members(
    rng: np.random.Generator, kind: Kind, seasons: pd.DataFrame, categories: pd.DataFrame
) -> pd.DataFrame:
    """Styles of all seasons: category, tier, wave."""
    count = np.maximum(rng.normal(kind.styles, kind.styles * 0.04, len(seasons)), 20).astype(int)
    year = np.repeat(np.arange(len(seasons)), count)
    category = rng.choice(len(categories), len(year), p=categories["share"])
    tiers = categories["tiers"].to_numpy()[category]
    tier = np.minimum(np.digitize(rng.random(len(year)), (0.3, 0.75)), tiers - 1)
    launch = np.array([rng.choice(seasons["waves"][y]) for y in year])
    season = seasons.iloc[year].reset_index(drop=True)
    return pd.DataFrame(
        {
            "item": [f"{s}-{i:04d}" for i, s in enumerate(season["season"])],
            "season": season["season"],
            "start": season["start"],
            "year": year,
            "category_no": category,
            "category": categories["category"].to_numpy()[category],
            "tier_no": tier,
            "tier": np.array(TIERS)[tier],
            "group": (year * len(categories) + category) * len(TIERS) + tier,
            "launch": launch,
            "life": season["weeks"] - launch,
            "tries": 2,
            **SEASON_REORDERS,
        }
    )


def core(rng: np.random.Generator, seasons: pd.DataFrame, categories: pd.DataFrame) -> pd.DataFrame:
    """Styles without a season, sold from the first season's start to the last one's end."""
    n = CORE_STYLES
    category = rng.choice(len(categories), n, p=categories["share"])
    weeks = (seasons["end"].iloc[-1] - seasons["start"][0]).days // 7 + 1
    return pd.DataFrame(
        {
            "item": [f"core-{i:02d}" for i in range(n)],
            "season": "",
            "start": seasons["start"][0],
            "year": 0,
            "category_no": category,
            "category": categories["category"].to_numpy()[category],
            "tier_no": 1,
            "tier": TIERS[1],
            "group": np.arange(n),
            "launch": 0,
            "life": weeks,
            "tries": weeks,
            **CORE_REORDERS,
            "planned_gross": np.exp(rng.normal(np.log(14), 0.6, n)),
            "traffic": 1.0,
            "appeal": rng.lognormal(0, 0.25, n),
            "fading": np.where(rng.random(n) < 0.25, rng.uniform(0.15, 0.5, n), 0.0),
        }
    )


def sizes(
    rng: np.random.Generator, kind: Kind, frame: pd.DataFrame, categories: pd.DataFrame
) -> pd.DataFrame:
    """Gross demand of a life: as planned, and what multiplies it – being seen, being liked, and the
    level of the year, of which the planner knows the last one's.
    """
    n, year, category = len(frame), frame["year"].to_numpy(), frame["category_no"].to_numpy()
    years = year.max() + 1
    level = kind.drift * np.arange(-1, years) + rng.normal(0, kind.level_sd, years + 1)
    trend = rng.normal(0, kind.category_sd, (years, len(categories)))
    by_tier = np.array((0.45, 0.0, -0.4)) + rng.normal(0, 0.12, (len(categories), len(TIERS)))
    known = categories["log_size"].to_numpy()[category] + by_tier[category, frame["tier_no"]]
    planned = np.exp(np.log(170) + known + rng.normal(0, 0.65, n) + level[year])
    # a t of 4 degrees has twice the variance of its scale: the few great hits
    traffic = rng.lognormal(0, kind.plan_sd / np.sqrt(2), n)
    appeal = np.exp(np.clip(rng.standard_t(4, n), -6, 6) * kind.plan_sd / 2)
    flop = np.where(rng.random(n) < rng.uniform(0.15, 0.25), rng.uniform(0.06, 0.3, n), 1.0)
    unseen = rng.random(n) < 0.5
    return frame.assign(
        planned_gross=np.maximum(planned, 40),
        traffic=traffic * np.where(unseen, flop, 1),
        appeal=appeal * np.where(unseen, 1, flop) * np.exp(trend[year, category]),
        level=np.exp(level[year + 1] - level[year]),
    )


def manners(
    rng: np.random.Generator, frame: pd.DataFrame, categories: pd.DataFrame
) -> pd.DataFrame:
    """How a style sells: shape of its life, returns, noise, answer to prices and festivals."""
    n, category = len(frame), frame["category_no"].to_numpy()
    by_tier = rng.normal(0, 0.08, (len(categories), len(TIERS)))[category, frame["tier_no"]]
    own = categories["log_centre"].to_numpy()[category] + by_tier + rng.normal(0, 0.13, n)
    manner = np.digitize(rng.random(n), (0.15, 0.3))  # hype, slow burner, as most do
    logit = categories["return_logit"].to_numpy()[category]
    festive = np.where(rng.random(n) < 0.08, 2.5, 1.0)
    return frame.assign(
        centre=np.array((0.22, 0.62, 0.42))[manner] * np.exp(own),
        steepness=np.array((1.2, 3.0, 1.9))[manner] * rng.lognormal(0, 0.15, n),
        return_rate=1 / (1 + np.exp(-logit - rng.normal(0, 0.3, n))),
        planned_return_rate=(1 / (1 + np.exp(-logit))).round(3),
        evenness=rng.lognormal(np.log(6), 0.6, n),
        elasticity=-np.clip(rng.normal(1.8, 0.4, n), 0.6, 3.2),
        sensitivity=festive * rng.lognormal(0, 0.3, n),
        viral=np.clip(rng.lognormal(np.log(0.035), 0.5, n), 0, 0.3),
        planned_conversion=categories["conversion"].to_numpy()[category],
        planned_click_rate=rng.uniform(0.04, 0.08, n).round(4),
        tag_price=(categories["price"].to_numpy()[category] * rng.lognormal(0, 0.2, n)).round(),
        margin=rng.uniform(0.62, 0.75, n),
    )


def buys(
    rng: np.random.Generator, kind: Kind, frame: pd.DataFrame, core: bool = False
) -> pd.DataFrame:
    """What was bought before the season: all of the plan where nothing can be bought again."""
    n = len(frame)
    sales = frame["planned_gross"] * (1 - frame["planned_return_rate"])
    buy = (sales * 12 if core else sales / PLANNED_SELL_THROUGH).round(-1).clip(lower=20)
    first = rng.uniform(0.6, 1.0, n) if kind.reorders and not core else np.ones(n)
    return frame.assign(
        planned_sales=sales.round().astype(int),
        planned_buy=buy.astype(int),
        first_buy=(buy * first).round().astype(int),
        reorderable=(rng.random(n) < 0.65) | core,
    )
