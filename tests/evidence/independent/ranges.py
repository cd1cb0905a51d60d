"""The styles of a fashion season, their demand and their true elasticities, by kind of season."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

CATEGORIES = np.array(["dress", "knit", "shirt", "trousers", "coat", "shoes", "bag", "denim"])
TIERS = np.array(["entry", "core", "top"])
LADDER = (1.0, 0.85, 0.7, 0.5)


@dataclass(frozen=True)
class Cell:
    """What makes one kind of season differ from another; pairs are lowest and highest."""

    policy: str = "style"  # drawn by "style" or "cluster", or a rule: "cover", "behind", "manager"
    own: float = -2.0  # mean elasticity, around which the season is drawn
    drift: float = 0.2  # sd of the season's mean
    spread: tuple[float, float] = (0.3, 0.5)  # sd between the styles
    category_sd: float = 0.2
    cross: float = 0.0  # elasticity to the mean price of the substitutes
    cluster_sd: float = 0.1  # weekly shock the styles of a cluster share
    style_sd: float = 0.15  # persistent weekly shock of one style
    categories: tuple[int, int] = (5, 8)
    looks: tuple[int, int] = (3, 8)  # clusters in a category
    clusters: tuple[int, int] = (25, 45)
    members: tuple[int, int] = (4, 8)  # styles in a cluster
    breach: str = ""  # "controls", "cuts" or "rounding"
    pull: bool = False
    traffic: bool = False
    ladder: tuple[float, ...] = LADDER
    budget: int = 12  # styles a review may cut


_FEW = {"categories": (5, 5), "looks": (1, 3), "clusters": (8, 12), "members": (10, 16)}
_MANY = {"category_sd": 0.4, "looks": (5, 8), "members": (5, 7), "clusters": (25, 64)}
_SUBSTITUTES = {"own": -1.8, "drift": 0.07, "cross": 0.9}
_COVER = {"policy": "cover", "ladder": (1.0, 0.7), "budget": 10_000}

CELLS: dict[str, Cell] = {
    "lot by style": Cell(),
    "lot by style, pulled forward": Cell(pull=True),
    "lot by cluster .15": Cell("cluster", own=-1.8, cluster_sd=0.15),
    "lot by cluster .25": Cell("cluster", own=-2.2, cluster_sd=0.25),
    "lot by cluster .35": Cell("cluster", own=-1.6, cluster_sd=0.35),
    "lot by cluster, few": Cell("cluster", cluster_sd=0.2, **_FEW),
    "lot by cluster, substitution": Cell("cluster", cluster_sd=0.15, **_SUBSTITUTES),
    "lot by style, substitution": Cell(cluster_sd=0.15, **_SUBSTITUTES),
    "broken controls": Cell(own=-1.9, breach="controls"),
    "broken cuts": Cell(own=-2.1, breach="cuts"),
    "kept to": Cell(breach="rounding"),
    "cover rule, two prices": Cell(own=-1.7, **_COVER),
    "cover rule, all the same elasticity": Cell(
        own=-2.0, drift=0.0, spread=(0.0, 0.0), category_sd=0.0, **_COVER
    ),
    "sell-through rule with budget": Cell("behind", own=-2.4, pull=True),
    "manager's knowledge": Cell("manager", own=-1.5, style_sd=0.3),
    "five categories": Cell(categories=(5, 5), **_MANY),
    "eight categories": Cell(own=-1.8, categories=(8, 8), **_MANY),
    "lot with traffic": Cell(own=-2.3, traffic=True),
}


@dataclass(frozen=True)
class Range:
    """The styles of a season; `quiet` is the log mean by week and style with no price cut."""

    category: np.ndarray
    cluster: np.ndarray
    tier: np.ndarray
    base: np.ndarray
    launch: np.ndarray
    last: np.ndarray
    own: np.ndarray
    quiet: np.ndarray
    bought: np.ndarray

    def listed(self) -> np.ndarray:
        """Tell in which week (row) which style (column) is on offer."""
        week = np.arange(len(self.quiet))[:, None]
        return (week >= self.launch) & (week <= self.last)


def draw_range(cell: Cell, rng: np.random.Generator) -> tuple[Range, float]:
    """Draw the styles, their demand and their elasticities; also a category never sold."""
    looks = np.zeros(1)
    while not cell.clusters[0] <= looks.sum() <= cell.clusters[1]:
        count = rng.integers(cell.categories[0], cell.categories[1] + 1)
        looks = rng.integers(cell.looks[0], cell.looks[1] + 1, count)
    of = np.repeat(np.arange(count), looks)  # category of each cluster
    members = rng.integers(cell.members[0], cell.members[1] + 1, len(of))
    cluster = np.repeat(np.arange(len(of)), members)
    own, new = _elasticities(cell, of[cluster], rng)
    tier = rng.choice(3, len(of), p=[0.4, 0.4, 0.2])[cluster]
    low, high = np.array([60, 120, 250])[tier], np.array([150, 320, 600])[tier]
    base = np.round(np.exp(rng.uniform(np.log(low), np.log(high))))
    weeks = int(rng.integers(18, 27))
    wave = np.floor(8 * rng.uniform(size=len(of)) ** 2).astype(int)
    launch = wave[cluster] + rng.integers(0, 2, len(cluster))
    last = np.minimum(weeks - 1, launch + rng.integers(13, 22, len(cluster)))
    life = _life(weeks, launch, rng)
    week = np.arange(weeks)[:, None]
    planned = (np.exp(life) * ((week >= launch) & (week <= last))).sum(axis=0)
    bought = np.ceil(planned * np.exp(rng.normal(0.35, 0.35, len(cluster))))
    quiet = life + _shocks(cell, weeks, of, cluster, rng)
    return Range(of[cluster], cluster, tier, base, launch, last, own, quiet, bought), new


def _elasticities(
    cell: Cell, category: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, float]:
    """Draw every style's own elasticity, and the mean of a category of forty never sold."""
    middle, sd = rng.normal(cell.own, cell.drift), rng.uniform(*cell.spread)
    of = rng.normal(middle, cell.category_sd, category.max() + 2)
    own = np.minimum(rng.normal(of[category], sd), -0.3)
    return own, float(np.minimum(rng.normal(of[-1], sd, 40), -0.3).mean())


def _life(weeks: int, launch: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Draw the log level and the life curve: two weeks of getting known, then wear."""
    age = np.arange(weeks)[:, None] - launch
    level = rng.normal(np.log(14), 0.7, len(launch))
    wear = rng.uniform(0.01, 0.07, len(launch))
    return level - wear * age - 0.6 * (age == 0) - 0.2 * (age == 1)


def _ar(rng: np.random.Generator, shape: tuple[int, int], sd: float, keep: float) -> np.ndarray:
    """Draw shocks that fade: `sd` in any one week, of which the share `keep` lives on."""
    shock = rng.normal(0, sd, shape)
    for week in range(1, shape[0]):
        shock[week] = keep * shock[week - 1] + np.sqrt(1 - keep**2) * shock[week]
    return shock


def _shocks(
    cell: Cell, weeks: int, of: np.ndarray, cluster: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Add up what moves sales besides prices: calendar, category, cluster, style, a viral post."""
    styles, week = len(cluster), np.arange(weeks)
    calendar = rng.normal(0, 0.06, weeks).cumsum()
    for day in rng.choice(week, 2, replace=False):
        high = rng.uniform(0.15, 0.5)
        calendar += high * ((week == day) + 0.4 * (week == day - 1) - 0.3 * (week == day + 1))
    total = calendar[:, None] + _ar(rng, (weeks, of.max() + 1), 0.1, 0.6)[:, of[cluster]]
    total = total + _ar(rng, (weeks, len(of)), cell.cluster_sd, 0.7)[:, cluster]
    total += _ar(rng, (weeks, styles), cell.style_sd, 0.85) + rng.normal(0, 0.1, (weeks, styles))
    viral = np.flatnonzero(rng.uniform(size=styles) < 0.02)
    for style, day in zip(viral, rng.integers(3, weeks - 2, len(viral)), strict=True):
        total[day : day + 3, style] += np.log(rng.uniform(3, 6)) * np.array([1, 0.7, 0.3])
    return total
