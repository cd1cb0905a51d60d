"""Small shops whose true demand is drawn first, what they would know of it, and the weeks in which
they live what they have decided.

A shop: seasons of styles, one after the other, the last of them running. What a week sells of a
style falls with its age and is shaken by a shock that all styles share, by one of the style that
its sizes share, and, size by size, by more than chance (negative binomial). How much each of these
shakes differs from shop to shop; styles differ in level, decline and elasticity. Nothing here is
taken from the library.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

FIRST = pd.Timestamp("2023-01-02")
AHEAD, HALF_YEAR = 52, 26


@dataclass(frozen=True)
class Truth:
    """What nobody knows. units: what customers wanted of each size, week by week until today, all
    styles there ever were; ahead: the mean of each coming week by style, before its price.
    """

    season: np.ndarray  # of a style; the last is running
    sizes: np.ndarray  # of customers, styles × sizes
    units: np.ndarray  # styles × sizes × weeks of age
    ahead: np.ndarray
    elasticity: np.ndarray
    dispersion: float
    pace: float
    age: int  # of the running season, in weeks
    life: int

    @property
    def now(self) -> np.ndarray:
        """The styles of the running season."""
        return self.season == self.season.max()


@dataclass(frozen=True)
class Shop:
    """What stands on the shelves of the running season, and what things cost."""

    stock: np.ndarray  # running styles × sizes
    price: np.ndarray
    jobber: np.ndarray
    clearing: np.ndarray
    fee: float
    storage: float
    decline: float  # of what a jobber pays, a week
    asked: int  # weeks within which cash is wanted


def lasting(rng, sd: float, memory: float, shape: tuple[int, ...]) -> np.ndarray:
    """Shocks of mean 1 that last from week to week (the last axis)."""
    steps = rng.normal(0, 1, shape)
    for week in range(1, shape[-1]):
        fresh = np.sqrt(1 - memory**2) * steps[..., week]
        steps[..., week] = memory * steps[..., week - 1] + fresh
    return np.exp(sd * steps - sd**2 / 2)


def scattered(rng, mean: np.ndarray, dispersion: float) -> np.ndarray:
    """Units with this mean and a variance of mean + dispersion × mean²."""
    return rng.poisson(mean * rng.gamma(1 / dispersion, dispersion, mean.shape))


def truth(rng) -> Truth:
    """All that is true of one shop."""
    age, styles, past = rng.integers(8, 13), rng.integers(15, 61), rng.integers(4, 9)
    life = HALF_YEAR
    season = np.repeat(np.arange(past + 1), styles)
    n = len(season)
    level = rng.lognormal(np.log(rng.uniform(4, 20)), 0.7, n)
    falls = rng.normal(rng.uniform(0.0, 0.08), 0.02, n)
    calendar_weeks = (past + 1) * life + AHEAD
    shared = lasting(rng, rng.exponential(0.15), rng.uniform(0.5, 0.95), (calendar_weeks,))
    own = lasting(rng, rng.uniform(0.1, 0.4), rng.uniform(0.3, 0.9), (n, life + AHEAD))
    weeks = np.arange(life + AHEAD)
    mean = level[:, None] * np.exp(-falls[:, None] * weeks) * own
    mean = mean * shared[season[:, None] * life + weeks]
    there = np.arange(5) < rng.integers(2, 6, n)[:, None]
    sizes = rng.gamma(6.0, 1.0, (n, 5)) * there
    sizes = sizes / sizes.sum(axis=1, keepdims=True)
    dispersion = rng.uniform(0.02, 0.3)
    units = scattered(rng, mean[:, None, :life] * sizes[:, :, None], dispersion)
    now = season == past
    return Truth(
        season,
        sizes,
        units * (~now[:, None, None] | (weeks[:life] < age)),
        mean[now, age : age + AHEAD],
        rng.normal(rng.normal(-2.0, 0.4), 0.4, styles).clip(max=-0.3),
        dispersion,
        rng.uniform(0.03, 0.15),
        int(age),
        life,
    )


def shop(rng, true: Truth) -> Shop:
    """The shelves, bought for what the buyer hoped for; what is left of it differs by size."""
    wanted = true.units[true.now].sum(axis=(1, 2)) + 1
    left = wanted / true.age * (true.life - true.age) * rng.lognormal(0.4, 0.7, len(wanted))
    running = true.sizes[true.now]
    stock = rng.poisson(left[:, None] * running * rng.lognormal(-0.02, 0.2, running.shape))
    price = rng.uniform(80, 600, len(wanted)).round()
    jobber, clearing = rng.uniform(0.1, 0.35), rng.uniform(0.25, 0.6)
    return Shop(
        stock,
        price,
        jobber * price,
        clearing * price,
        rng.uniform(0.05, 0.3),
        rng.uniform(0.1, 0.7),
        rng.uniform(0.01, 0.05),
        int(rng.integers(5, 11)),
    )


def names(true: Truth) -> np.ndarray:
    """A name for each style."""
    return np.array([f"s{number:04d}" for number in range(len(true.season))])


def panel(true: Truth) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What the shop has written down: units by item and week, and each item's first and last
    day.
    """
    n, age, item = len(true.season), np.arange(true.life), names(true)
    launch = FIRST + pd.to_timedelta(7 * true.life * true.season, unit="D")
    weeks = pd.DataFrame(
        {
            "item": np.repeat(item, true.life),
            "week": np.repeat(launch, true.life) + pd.to_timedelta(7 * np.tile(age, n), unit="D"),
            "net_units": true.units.sum(axis=1).ravel().astype(float),
            "in_stock_share": 1.0,
        }
    )
    seen = np.where(true.now, true.age, true.life)
    exits = launch + pd.Timedelta(days=7 * true.life)
    items = pd.DataFrame({"item": item, "exit_date": exits})
    return weeks[np.tile(age, n) < np.repeat(seen, true.life)], items


def divided(units: np.ndarray, given: np.ndarray) -> np.ndarray:
    """So many units of each style, of each size its part, in whole units. Styles × sizes."""
    part = units * (given / np.maximum(units.sum(axis=1), 1))[:, None]
    whole = np.floor(part + 1e-9)
    order = np.argsort(np.argsort(whole - part, axis=1, kind="stable"), axis=1)
    more = order < (given - whole.sum(axis=1))[:, None]
    return np.minimum(whole + more, units)


def lived(rng, true: Truth, has: Shop, plan: pd.DataFrame, clears: np.ndarray) -> np.ndarray:
    """Net cash of each style by the day asked for, after storage.

    plan: a row a running style: ``step`` (its price ÷ today's), ``jobber`` and ``session`` (units
    that go there today), ``weeks`` (when what is still sold on goes another way); clears: styles ×
    weeks, what is left at its beginning is cleared by the shop and not sold to the jobber.
    """
    steps, ends = plan["step"].to_numpy(), plan["weeks"].to_numpy()
    gone = divided(has.stock, plan["jobber"].to_numpy())
    session = divided(has.stock - gone, plan["session"].to_numpy())
    shelf, cash = has.stock - gone - session, gone.sum(axis=1) * has.jobber
    session, net = session.sum(axis=1), 1 - has.fee
    sizes = true.sizes[true.now]
    lift = steps**true.elasticity
    for week in range(has.asked + 1):
        over = ends == week
        session = session + np.where(over, shelf.sum(axis=1), 0)
        shelf = np.where(over[:, None], 0, shelf)
        to_jobber = np.where(clears[:, week] | ((week == 0) & ~over), 0, session)
        cash = cash + to_jobber * has.jobber * (1 - has.decline) ** week
        session = session - to_jobber
        if week == has.asked:
            return cash
        held = session + shelf.sum(axis=1)
        wanted = scattered(rng, (true.ahead[:, week] * lift)[:, None] * sizes, true.dispersion)
        sold = np.minimum(wanted, shelf)
        cleared = rng.binomial(session.astype(int), true.pace)
        price = np.minimum(has.clearing, steps * has.price)
        cash = cash + net * (sold.sum(axis=1) * steps * has.price + cleared * price)
        cash = cash - has.storage * held
        session, shelf = session - cleared, shelf - sold
    return cash
