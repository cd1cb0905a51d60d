"""Who would see and want each style on each day: laid out before trading begins, ruled by the planted truth."""

import numpy as np

from .market import calendar_lift, pace
from .shop import Shop

SHOCK_SD, SHOCK_MEMORY = 0.30, 0.60


def lay_out_demand(shop: Shop) -> None:
    """Exposures and orders per exposure of every style-day at the planned price, before stock has its say."""
    rng, st = shop.streams["demand"], shop.styles
    seen, convert = life_curves(shop)
    shop.live = rng.random(seen.shape) < st.live_share
    shop.ads = by_week(rng.random((len(seen) // 7 + 1, seen.shape[1])) < st.ad_share, len(seen))
    shop.minutes = rng.integers(5, 40, seen.shape)
    push = (1 + 1.2 * shop.live) / (1 + 1.2 * st.live_share) * (1 + 0.35 * shop.ads) / (1 + 0.35 * st.ad_share)
    shocks = draw_shocks(rng, seen.shape)
    push[shop.last + 1 :] = shocks[shop.last + 1 :] = 1.0  # nothing is known beyond the last day
    shop.reach = seen * st.planned_exposures_per_day * st.traffic_factor * push
    shop.convert = convert * st.planned_conversion * st.click_factor * st.appeal_factor * shocks


def life_curves(shop: Shop) -> tuple[np.ndarray, np.ndarray]:
    """Exposures and conversion over each life, both one on average; presale before it, a clearance table at weekends after it."""
    st, day = shop.styles, np.arange(len(shop.days))[:, None]
    on_sale, age = (day >= st.launch) & (day <= st.exit), day - st.launch
    life_share = ((age + 0.5) / (st.exit - st.launch + 1)).clip(1e-6, 1) * st.speed
    steady = (1 - 0.7 * np.exp(-age.clip(0) / 20)) * np.exp(-age.clip(0) / 2000)
    demand = np.where(shop.seasonal, pace(life_share, st.shape, st.scale * st.stretch), steady)
    demand = demand * calendar_lift(shop.days)[:, None] * on_sale
    demand /= demand.sum(0) / on_sale.sum(0)
    seen = demand**0.7
    seen /= seen.sum(0) / on_sale.sum(0)
    fade = st.faded_to + (1 - st.faded_to) / (1 + np.exp((day - st.fade_day - 28).clip(-200, 200) / 9))
    convert = np.divide(demand, seen, out=np.ones_like(demand), where=seen > 0) * fade
    ahead = (day >= shop.listed_from) & (day < st.launch)
    after = (day > st.exit) & (shop.days.day_of_week >= 5)[:, None]
    return np.select([ahead, after], [0.6, 0.03], seen), np.where(ahead, np.where(st.presale_failure, 0.3, 1.0), convert)


def by_week(values: np.ndarray, span: int) -> np.ndarray:
    """Rows of weeks repeated for each of their days."""
    return np.repeat(values, 7, axis=0)[:span]


def draw_shocks(rng: np.random.Generator, shape: tuple[int, int]) -> np.ndarray:
    """Weekly demand shocks with memory, shared by all sizes of a style."""
    shock = rng.normal(0, SHOCK_SD, (shape[0] // 7 + 1, shape[1]))
    for week in range(1, len(shock)):
        shock[week] = SHOCK_MEMORY * shock[week - 1] + shock[week] * np.sqrt(1 - SHOCK_MEMORY**2)
    return by_week(np.exp(shock - SHOCK_SD**2 / 2), shape[0])


def expected_remaining(shop: Shop) -> np.ndarray:
    """Net units each style would still sell to its exit (core and ended seasons: 13 weeks) at today's price, with all sizes in stock."""
    st, ahead = shop.styles, slice(shop.last + 1, None)
    until = np.where(shop.seasonal & (st.exit > shop.last), st.exit, shop.last + 91)
    rate = shop.reach[ahead] * shop.convert[ahead] * (np.arange(len(shop.days))[ahead, None] <= until)
    relative = np.where(shop.price > 0, shop.price, st.everyday_price) / st.planned_price
    return rate.sum(0) * relative**st.beta * (1 - st.return_rate)
