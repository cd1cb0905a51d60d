"""The truth of a simulated fashion shop, written from what such shops are like and from no method.

Four spring/summer seasons, the last of them running; weekly demand. What is here is drawn once for
a shop: its styles (``styles``), the levels of its seasons, festivals, plans and buys. What chance
makes of it is in ``weeks``, what a study sees of it in ``seasons``, its exports in ``folder``.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from tests.evidence.independent import styles
from tests.evidence.independent.styles import Kind

YEARS = (2023, 2024, 2025, 2026)
CATEGORIES = ("dress", "knitwear", "shirt", "trousers", "skirt", "coat", "t-shirt", "accessory")
# name, month, day, days by which it moves from year to year, log lift of its week
FESTIVALS = (("store birthday", 4, 24, 10, 0.35), ("mid-year sale", 6, 18, 7, 0.55))
# share of the log lift that the following weeks lose
PULLED_FORWARD = (-0.35, -0.18)


@dataclass(frozen=True)
class Goods:
    """Styles (one row each), and the mean of their gross weekly demand at the tag price.

    ``plain`` is without festivals, ``festive`` what these multiply it by; a column is a week.
    """

    frame: pd.DataFrame
    plain: np.ndarray
    festive: np.ndarray


@dataclass(frozen=True)
class Shop:
    """All that chance does not touch: seasons, festivals, styles with a season and without."""

    seed: int
    kind: Kind
    seasons: pd.DataFrame
    events: pd.DataFrame
    styles: Goods
    core: Goods


def parameters(seed: int, **kind: float) -> Shop:
    """Draw the truth of a shop, once.

    Parameters
    ----------
    seed : int
        Which shop.
    **kind
        Fields of ``Kind``.
    """
    rng, chosen = np.random.default_rng([1, seed]), Kind(**kind)
    seasons = _calendar(rng)
    events = _events(rng)
    categories = _categories(rng)
    frame = styles.sizes(rng, chosen, styles.members(rng, chosen, seasons, categories), categories)
    frame = styles.buys(rng, chosen, styles.manners(rng, frame, categories))
    core = styles.buys(
        rng,
        chosen,
        styles.manners(rng, styles.core(rng, seasons, categories), categories),
        core=True,
    )
    weeks = (seasons["weeks"].max(), core["life"].max())
    lifted = events if chosen.festivals else events[:0]
    return Shop(
        seed,
        chosen,
        seasons,
        events,
        Goods(frame, _curves(frame, weeks[0]), _festive(frame, lifted, weeks[0])),
        Goods(core, _all_year(core, weeks[1]), _festive(core, lifted, weeks[1])),
    )


def _calendar(rng: np.random.Generator) -> pd.DataFrame:
    """Seasons: first Monday, weeks, and the weeks in which their waves are launched."""
    rows = []
    for year in YEARS:
        monday = pd.Timestamp(year, 2, 1) + pd.offsets.Week(weekday=0)
        weeks = int(rng.integers(24, 29))
        first = max(weeks - 26, 0) + int(rng.integers(0, 2))
        last = weeks - int(rng.integers(10, 14))
        waves = np.linspace(first, last, int(rng.integers(2, 5))).round().astype(int)
        end = monday + pd.Timedelta(days=7 * weeks - 1)
        rows.append((f"{year}SS", float(year), monday, weeks, end, waves))
    return pd.DataFrame(rows, columns=["season", "year", "start", "weeks", "end", "waves"])


def _events(rng: np.random.Generator) -> pd.DataFrame:
    """Festivals of all years: each moves by some days."""
    rows = [
        (name, pd.Timestamp(year, month, day) + pd.Timedelta(days=int(moved)), lift)
        for name, month, day, most, lift in FESTIVALS
        for year in YEARS
        for moved in rng.integers(-most, most + 1, 1)
    ]
    return pd.DataFrame(rows, columns=["event", "date", "lift"])


def _categories(rng: np.random.Generator) -> pd.DataFrame:
    """Five to eight categories of unequal size, each with a manner of its own."""
    n = int(rng.integers(5, 9))
    share = np.arange(1, n + 1) ** -1.1 * rng.lognormal(0, 0.25, n)
    return pd.DataFrame(
        {
            "category": rng.permutation(CATEGORIES)[:n],
            "share": share / share.sum(),
            "tiers": np.where(share > np.median(share), 3, rng.integers(2, 4, n)),
            "log_size": rng.normal(0, 0.3, n),
            "log_centre": rng.normal(0, 0.12, n),
            "return_logit": rng.normal(-0.95, 0.35, n),
            "price": rng.uniform(120, 600, n).round(-1),
            "conversion": rng.uniform(0.006, 0.02, n),
        }
    )


def _ages(frame: pd.DataFrame, weeks: int) -> tuple[np.ndarray, np.ndarray]:
    """Middle of each week of life, and whether the style is on sale in it."""
    age = np.arange(weeks) - frame["launch"].to_numpy()[:, None]
    alive = (age >= 0) & (age < frame["life"].to_numpy()[:, None])
    return np.where(alive, age + 0.5, 1.0), alive


def _curves(frame: pd.DataFrame, weeks: int) -> np.ndarray:
    """Mean weekly demand: a gamma curve cut off by the exit."""
    age, alive = _ages(frame, weeks)
    steepness = frame["steepness"].to_numpy()[:, None]
    centre = (frame["centre"] * frame["life"]).to_numpy()[:, None]
    weight = alive * age ** (steepness - 1) * np.exp(-age * steepness / centre)
    life = frame["planned_gross"] * frame["traffic"] * frame["appeal"] * frame["level"]
    return weight / weight.sum(1, keepdims=True) * life.to_numpy()[:, None]


def _all_year(frame: pd.DataFrame, weeks: int) -> np.ndarray:
    """Mean weekly demand of a core style: a year's waves, and some that fade."""
    week = np.arange(weeks)
    year = 1 + 0.2 * np.cos(2 * np.pi * (week / 52.2 - frame["centre"].to_numpy()[:, None]))
    fading = np.exp(-frame["fading"].to_numpy()[:, None] * week / 52.2)
    return (frame["planned_gross"] * frame["appeal"]).to_numpy()[:, None] * year * fading


def _festive(frame: pd.DataFrame, events: pd.DataFrame, weeks: int) -> np.ndarray:
    """What festivals multiply demand by: more in their week, less in the two after it."""
    lifted = np.zeros((len(frame), weeks + len(PULLED_FORWARD)))
    for date, lift in zip(events["date"], events["lift"], strict=True):
        week = ((date - frame["start"]).dt.days // 7).to_numpy()
        rows = np.flatnonzero((week >= 0) & (week < weeks))
        for after, part in enumerate((1.0, *PULLED_FORWARD)):
            lifted[rows, week[rows] + after] += part * lift * frame["sensitivity"].to_numpy()[rows]
    return np.exp(lifted[:, :weeks])
