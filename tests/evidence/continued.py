"""The sample shop, continued from its last day under given decisions about its stock.

What customers will want is planted: it is fixed before any decision is made and shared by all of
them, draw by draw (common random numbers). The decisions say what is to be done with each style;
nothing here knows how they were made.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import poisson

from destock.model.proceeds import Proceeds
from destock.sample import _drawn as first_day
from destock.sample import books, exits, selling
from destock.sample.decisions import CLEARANCE
from destock.sample.shop import SHOCK_MEMORY, SHOCK_SD, Shop

DAYS, ASKED = 364, 8
PHI = 1 / 15  # a day's demand varies more than chance: negative binomial


@dataclass(frozen=True)
class World:
    """What lies ahead of each style: net units a day wanted at its everyday price (days × styles),
    its answer to a price, what it has by size, its price today, and what others pay.
    """

    styles: pd.DataFrame
    wanted: np.ndarray
    stock: np.ndarray  # SKUs
    share: np.ndarray  # of a style's demand, SKUs
    style_of: np.ndarray
    usual: np.ndarray  # price if nothing is done, days × styles


def ahead(shop: Shop) -> World:
    """The planted future of a shop on its last day."""
    st, last = shop.styles, shop.last
    days = np.arange(last + 1, len(shop.days))
    known = (shop.reach * shop.convert)[days] * (1 - st.return_rate)
    at_planned = known * (st.everyday_price / st.planned_price) ** st.beta
    # beyond what is planted the mean of its last two weeks goes on: all seasons are over by then
    tail = np.repeat(at_planned[-14:].mean(axis=0)[None], DAYS - len(days), axis=0)
    left = np.where(shop.seasonal, st.exit, 10**6)[None] - (last + 1 + np.arange(DAYS))[:, None]
    shares = [share for _, share in CLEARANCE[::-1]]
    step = np.select([left <= days_left for days_left, _ in CLEARANCE[::-1]], shares, 1.0)
    price = np.where(shop.price > 0, shop.price, st.everyday_price)
    return World(
        pd.DataFrame(
            {
                "item": shop.plan["style"],
                "everyday": st.everyday_price,
                "price": price,
                "tag": st.tag,
                "beta": st.beta,
                "return_rate": st.return_rate,
            }
        ),
        np.concatenate([at_planned, tail]),
        shop.on_hand.copy(),
        shop.true_share,
        shop.style_of,
        np.minimum(price, step * st.everyday_price),
    )


def only(world: World, at: np.ndarray) -> World:
    """The same of some styles."""
    skus = np.flatnonzero(np.isin(world.style_of, at))
    return World(
        world.styles.iloc[at].reset_index(drop=True),
        world.wanted[:, at],
        world.stock[skus],
        world.share[skus],
        np.searchsorted(at, world.style_of[skus]),
        world.usual[:, at],
    )


def chances(world: World, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Luck that no decision changes: a factor on each style's weeks, shared by its sizes, and a
    number between 0 and 1 for each SKU and day.
    """
    weeks, styles = DAYS // 7, len(world.styles)
    shock = rng.normal(0, SHOCK_SD, (weeks, styles))
    for week in range(1, weeks):
        fresh = shock[week] * np.sqrt(1 - SHOCK_MEMORY**2)
        shock[week] = SHOCK_MEMORY * shock[week - 1] + fresh
    factor = np.exp(shock - SHOCK_SD**2 / 2)
    luck = rng.gamma(1 / PHI, PHI, (weeks, styles))
    return factor * luck, rng.random((weeks, len(world.stock)))


@dataclass(frozen=True)
class Costs:
    """What the study charges, of the assumptions: capital a year, storage of a unit and day, what a
    jobber pays of the tag and takes off each week, what a sale leaves.
    """

    capital: float
    storage: float
    jobber: float
    decline: float
    sale: Proceeds


def lived(world: World, plan: pd.DataFrame, luck: tuple, costs: Costs) -> np.ndarray:
    """What does each style's stock bring under a plan, in one draw? Two rows: today's money, after
    storage, of a year; cash of the first ASKED weeks, after storage.

    plan: a row a style in the world's order: ``step`` (its price ÷ the usual one), ``given`` (units
    that go to a jobber today), ``weeks`` (then what is left goes to a jobber).
    """
    factor, uniform = luck
    styles, style_of = world.styles, world.style_of
    step, weeks = plan["step"].to_numpy(float), plan["weeks"].to_numpy(int)
    stock = _without(world, plan["given"].to_numpy(float))
    jobber = costs.jobber * styles["tag"].to_numpy()
    brought = (by_style(world, world.stock) - by_style(world, stock)) * jobber
    cash = brought.copy()
    relative = step * world.usual / styles["everyday"].to_numpy()
    daily = world.wanted * relative ** styles["beta"].to_numpy()
    back = styles["return_rate"].to_numpy()
    for week in range(DAYS // 7):
        today = (1 + costs.capital) ** (-7 * week / 365)
        over = weeks == week
        units = by_style(world, stock)
        worth = jobber * (1 - costs.decline) ** week
        brought = brought + np.where(over, units * worth, 0.0) * today
        cash = cash + np.where(over, units * worth, 0.0) * (week <= ASKED)
        stock = np.where(over[style_of], 0.0, stock)
        span = slice(7 * week, 7 * week + 7)
        mean = daily[span].sum(axis=0) * factor[week]
        price = (
            step
            * (world.usual[span] * daily[span]).sum(axis=0)
            / np.maximum(daily[span].sum(axis=0), 1e-12)
        )
        sold = np.minimum(_drawn(mean[style_of] * world.share, uniform[week]), stock)
        later = (1 + costs.capital) ** (-7 * (week + 1) / 365)
        stored = by_style(world, stock) * 7 * costs.storage
        net = by_style(world, sold) * costs.sale.brings(price, back)
        brought = brought - stored * today + net * later
        cash = cash + (net - stored) * (week < ASKED)
        stock = stock - sold
    last = jobber * (1 - costs.decline) ** (DAYS // 7) * (1 + costs.capital) ** (-DAYS / 365)
    return np.array([brought + by_style(world, stock) * last, cash])


def _drawn(mean: np.ndarray, uniform: np.ndarray) -> np.ndarray:
    """The units of a Poisson draw with this chance: more where more is wanted, never less."""
    return poisson.ppf(uniform, mean)


def by_style(world: World, units: np.ndarray) -> np.ndarray:
    return np.bincount(world.style_of, units, len(world.styles))


def _without(world: World, given: np.ndarray) -> np.ndarray:
    """The stock by SKU without the units given away, of each size its part."""
    all_units = by_style(world, world.stock)
    kept = np.where(all_units > 0, 1 - given / np.maximum(all_units, 1), 1.0).clip(0, 1)
    return world.stock * kept[world.style_of]


def shop_of(seed: int, folder: Path, styles: int = 450, years: int = 4) -> Shop:
    """A sample shop on its last day, its books written to a folder. It has no exits: what they take
    and pay is made up, and no simulation can judge it.
    """
    shop = first_day(seed, styles, years)
    selling.trade(shop)
    folder.mkdir(parents=True, exist_ok=True)
    books.write_books(folder, shop, seed, years)
    pd.DataFrame(columns=exits.EXIT).to_csv(folder / "exits.csv", index=False)
    return shop
