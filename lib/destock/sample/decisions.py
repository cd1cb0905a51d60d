"""What the shop decides while it trades: prices, markdown experiments, first buys, reorders and
open orders.
"""

import numpy as np
import pandas as pd

from .shop import Shop

LADDER = np.array([1.0, 0.88, 0.76, 0.64, 0.52])
REVIEW_WEEKS = (6, 10, 13)
# days left to the exit, share of the everyday price
CLEARANCE = [(49, 0.80), (28, 0.65), (12, 0.50), (0, 0.40), (-90, 0.33), (-365, 0.25)]
# Markdowns are drawn by lot on the first Monday from these days on.
LOTS = {"04-10": "SS-1", "05-11": "SS-2", "10-15": "AW-1", "11-22": "AW-2"}
ARMS = [("control", 0.0), ("cut20", 0.2), ("control", 0.0), ("cut30", 0.3), ("cut10", 0.1)]
WINDOW, WEEK = 21, pd.to_timedelta(range(7), unit="D")


def review_prices(shop: Shop, day: int) -> None:
    """On Mondays slow sellers step down, lots are drawn, ended seasons clear; a new style gets its
    first price.
    """
    if shop.days[day].day_of_week == 0:
        shop.trial[shop.window_end <= day] = ""
        draw_lots(shop, day)
        step_down_slow_sellers(shop, day)
        post_prices(shop, day, shop.listed_from <= day)
    elif (shop.listed_from == day).any():
        post_prices(shop, day, shop.listed_from == day)


def draw_lots(shop: Shop, day: int) -> None:
    """Half of the eligible styles of each category enter the experiment and draw an arm, whatever
    they sold so far.
    """
    rng, st, age = shop.streams["price"], shop.styles, day - shop.styles.launch
    lots = [LOTS[date] for date in (shop.days[day] - WEEK).strftime("%m-%d") if date in LOTS]
    if not lots:
        return
    name = f"{shop.days[day].year}{lots[0]}"
    ours = (st.season == name[:6]) | (~shop.seasonal & (age >= 60))
    enough = shop.by_style(shop.free) >= np.maximum(
        15, shop.sold[max(day - WINDOW, 0) : day].sum(0)
    )
    eligible = ours & (age >= 21) & (st.exit - day > 71) & enough & (shop.trial == "")
    for category in np.unique(st.category[eligible]):
        pool = rng.permutation(np.flatnonzero(eligible & (st.category == category)))
        start = rng.integers(len(ARMS))
        for turn, style in enumerate(pool[: (len(pool) + rng.integers(2)) // 2]):
            shop.arm[style], shop.cut[style] = ARMS[(start + turn) % len(ARMS)]
            shop.trial[style], shop.window_end[style], shop.frozen[style] = (
                name,
                day + WINDOW,
                share_of_everyday(shop, day)[style],
            )


def step_down_slow_sellers(shop: Shop, day: int) -> None:
    """The manager's rule: at its review ages, the slowest third of a category's season goes one
    step down.
    """
    st = shop.styles
    age = (day - st.launch) // 7
    selling = shop.seasonal & (age >= 4) & (day <= st.exit)
    speed = (
        shop.sold_so_far
        * (1 - st.planned_return_rate)
        / np.maximum(shop.received_so_far, 1)
        / np.sqrt(np.maximum(age, 1))
    )
    due = selling & np.isin(age, REVIEW_WEEKS) & (shop.trial == "")
    for category in np.unique(st.category[due]):
        peers = selling & (st.category == category)
        slow = due & peers & (speed <= np.quantile(speed[peers], 1 / 3))
        shop.level[slow] = np.minimum(shop.level[slow] + 1, len(LADDER) - 1)


def share_of_everyday(shop: Shop, day: int) -> np.ndarray:
    """Price by the rule and by the end-of-season clearance, whichever is lower."""
    left = np.where(shop.seasonal, shop.styles.exit - day, 10**6)
    clearance = np.select(
        [left <= days_left for days_left, _ in CLEARANCE[::-1]],
        [share for _, share in CLEARANCE[::-1]],
        1.0,
    )
    return np.minimum(LADDER[shop.level], clearance)


def post_prices(shop: Shop, day: int, listed: np.ndarray) -> None:
    """A row for each price, or experiment, that changes today; a style without stock keeps its
    price.
    """
    rule, enrolled, new_trial = (
        share_of_everyday(shop, day),
        shop.trial != "",
        shop.shown_trial != shop.trial,
    )
    price = np.round(
        shop.styles.everyday_price * np.where(enrolled, shop.frozen * (1 - shop.cut), rule)
    )
    reasons = [enrolled & (shop.cut > 0), rule < LADDER[shop.level], rule < 1]
    mechanism = np.select(reasons, ["coupon", "fixed price", "markdown"], "")
    stocked = (shop.by_style(shop.on_hand) > 0) | (shop.price == 0) | new_trial
    new = np.flatnonzero(listed & stocked & ((price != shop.price) | new_trial))
    shown = {
        "valid_from": day,
        "valid_to": 0,
        "price": price[new].astype(int),
        "mechanism": mechanism[new],
    }
    trial = {
        "experiment": shop.trial[new],
        "arm": np.where(enrolled, shop.arm, "")[new],
        "decision_date": day,
    }
    plan = {"window_end": shop.window_end[new], "seed": 0, "planned_price": shown["price"]}
    # valid_to and seed are filled in when the book is written
    shop.note("prices", item=new, **shown, **trial, **plan, style=new)
    shop.price[new], shop.shown_trial[new] = price[new], shop.trial[new]


def short_delivery(rng: np.random.Generator, worst: float) -> float:
    """The share of an order that is delivered: now and then not all."""
    return rng.uniform(worst, 0.95) if rng.random() < 0.06 else 1.0


def place_first_buys(shop: Shop) -> None:
    """The buy before launch, by planned sizes: sometimes late, sometimes short; core styles buy
    about a quarter of their year.
    """
    rng, st = shop.streams["supply"], shop.styles
    units = st.planned_buy * st.buy_factor * np.where(shop.seasonal, 1.0, 0.25)
    for style in range(len(units)):
        arrives = max(1, st.launch[style] - 9 - rng.integers(0, 6))
        due = min(arrives, max(1, st.planned_launch[style] - 9)) - rng.integers(0, 3)
        shop.order(
            style,
            units[style],
            due - st.lead_time[style] - 25,
            due,
            arrives,
            filled=short_delivery(rng, 0.82),
        )


def place_hopeful_buys(shop: Shop, day: int) -> None:
    """Slow core styles: two bulk orders go on after their demand has faded."""
    rng, st = shop.streams["supply"], shop.styles
    for style in np.flatnonzero((st.fade_day + 14 == day) | (st.fade_day + 70 == day)):
        units, due = st.planned_sales[style] * rng.uniform(0.27, 0.37), day + st.lead_time[style]
        shop.order(style, units, day, due, due + rng.integers(0, 5))


def reorder(shop: Shop, day: int) -> None:
    """Every Monday: order again what would run out before the next delivery, at most twice in a
    season.
    """
    rng, st, seasonal = shop.streams["supply"], shop.styles, shop.seasonal
    span = np.minimum(np.where(seasonal, 21, 56), np.maximum(day - st.launch, 1))
    recent = np.where(
        seasonal, shop.sold[max(day - 21, 0) : day].sum(0), shop.sold[max(day - 56, 0) : day].sum(0)
    )
    rate = recent / span * (1 - st.planned_return_rate) * 0.93
    left, stock = st.exit - day, shop.by_style(shop.free) + shop.on_order
    want = rate * np.minimum(st.lead_time + np.where(seasonal, 30, 40), left * 0.2) - stock
    in_season = (
        (left > 55 + st.lead_time) & (shop.reorders < 2) & (st.planted_cause != "stock-outs")
    )
    ready = (day - st.launch >= 21) & np.where(seasonal, in_season, day < st.fade_day)
    for style in np.flatnonzero(
        ready & (stock < rate * (st.lead_time + 14)) & (want >= 0.4 * st.moq)
    ):
        free, units = shop.free[shop.skus_of[style]], max(want[style], st.moq[style])
        need = np.maximum(shop.planned_share[shop.skus_of[style]] * (units + free.sum()) - free, 0)
        due = day + st.lead_time[style]
        arrives = due + (rng.integers(5, 15) if rng.random() < 0.08 else rng.integers(0, 2))
        shop.order(style, units, day, due, arrives, need / need.sum(), short_delivery(rng, 0.80))
        shop.reorders[style] += 1


def place_open_orders(shop: Shop) -> None:
    """Orders on their way at the end, many of them for styles that already have too much."""
    rng, st, last = shop.streams["supply"], shop.styles, shop.last
    alive = (st.exit > last) & (st.launch <= last)
    too_much = rng.permutation(
        np.flatnonzero(alive & np.isin(st.planted_class, ["misjudged", "slow"]))
    )
    others = rng.permutation(np.flatnonzero(alive & (st.planted_class == "healthy")))
    for style in np.sort(
        np.r_[too_much[: round(len(too_much) * 0.7)], others[: round(len(others) * 0.4)]]
    ):
        units = max(st.moq[style], round(st.planned_buy[style] * rng.uniform(0.06, 0.14)))
        ordered = last - rng.integers(3, 14)
        due = max(ordered + st.lead_time[style], last + 1 + rng.integers(0, 6))
        shop.order(style, units, ordered, due, 10**6)
