"""What the shop decides while it trades: prices, markdown experiments, first buys, reorders and open orders."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd

LADDER = np.array([1.0, 0.88, 0.76, 0.64, 0.52])
REVIEW_WEEKS = (6, 10, 13)
CLEARANCE = [(49, 0.80), (28, 0.65), (12, 0.50), (0, 0.40), (-90, 0.33), (-365, 0.25)]  # days left to the exit, share of the everyday price
ARMS = [("control", 0.0), ("cut20", 0.2), ("control", 0.0), ("cut30", 0.3), ("cut10", 0.1)]
WINDOW = 21


def decision_days(days: pd.DatetimeIndex, styles: pd.DataFrame) -> dict[int, str]:
    """Two Mondays a season on which markdowns are drawn by lot."""
    decisions = {}
    for season in styles["season"].dropna().unique():
        months = [(4, 10), (5, 11)] if season.endswith("SS") else [(10, 15), (11, 22)]
        for number, (month, day) in enumerate(months, 1):
            first = pd.Timestamp(int(season[:4]), month, day)
            monday = first + pd.Timedelta(days=(7 - first.day_of_week) % 7)
            decisions[int((monday - days[0]).days)] = f"{season}-{number}"
    return decisions


def open_price_book(shop: SimpleNamespace) -> None:
    """Nothing is priced before its first day."""
    n = len(shop.seasonal)
    shop.level, shop.window_end, shop.cut, shop.frozen = np.zeros(n, int), np.zeros(n, int), np.zeros(n), np.ones(n)
    shop.trial, shop.arm, shop.shown_trial = np.full(n, "", object), np.full(n, "", object), np.full(n, "", object)
    shop.price, shop.mechanism, shop.price_log = np.zeros(n), np.full(n, "", object), []


def review_prices(shop: SimpleNamespace, rng: np.random.Generator, day: int) -> None:
    """On Mondays slow sellers step down, lots are drawn, ended seasons clear; a new style gets its first price."""
    if shop.days[day].day_of_week == 0:
        shop.trial[shop.window_end <= day] = ""
        if day in shop.decisions:
            draw_lots(shop, rng, day, shop.decisions[day])
        step_down_slow_sellers(shop, day)
        post_prices(shop, day, shop.listed_from <= day)
    elif (shop.listed_from == day).any():
        post_prices(shop, day, shop.listed_from == day)


def step_down_slow_sellers(shop: SimpleNamespace, day: int) -> None:
    """The manager's rule: at its review ages, the slowest third of a category's season goes one step down."""
    st = shop.styles
    age = (day - st.launch) // 7
    selling = shop.seasonal & (age >= 4) & (day <= st.exit)
    speed = shop.sold_so_far * (1 - st.planned_return_rate) / np.maximum(shop.received_so_far, 1) / np.sqrt(np.maximum(age, 1))
    due = selling & np.isin(age, REVIEW_WEEKS) & (shop.trial == "")
    for category in np.unique(st.category[due]):
        peers = selling & (st.category == category)
        slow = due & (st.category == category) & (speed <= np.quantile(speed[peers], 1 / 3))
        shop.level[slow] = np.minimum(shop.level[slow] + 1, len(LADDER) - 1)


def draw_lots(shop: SimpleNamespace, rng: np.random.Generator, day: int, name: str) -> None:
    """Half of the eligible styles of each category enter the experiment and draw an arm, whatever they sold so far."""
    st = shop.styles
    age = day - st.launch
    ours = (st.season == name[:6]) | (~shop.seasonal & (age >= 60))
    enough = by_style(shop, shop.free) >= np.maximum(15, shop.sold[max(day - WINDOW, 0) : day].sum(0))
    eligible = ours & (age >= 21) & (st.exit - day > 71) & enough & (shop.trial == "")
    for category in np.unique(st.category[eligible]):
        pool = rng.permutation(np.flatnonzero(eligible & (st.category == category)))
        start = rng.integers(len(ARMS))
        for turn, style in enumerate(pool[: (len(pool) + rng.integers(2)) // 2]):
            shop.arm[style], shop.cut[style] = ARMS[(start + turn) % len(ARMS)]
            shop.trial[style], shop.window_end[style], shop.frozen[style] = name, day + WINDOW, share_of_everyday(shop, day)[style]


def share_of_everyday(shop: SimpleNamespace, day: int) -> np.ndarray:
    """Price by the rule and by the end-of-season clearance, whichever is lower."""
    left = shop.styles.exit - day
    clearance = np.ones(len(left))
    for days_left, share in CLEARANCE:
        clearance[shop.seasonal & (left <= days_left)] = share
    return np.minimum(LADDER[shop.level], clearance)


def post_prices(shop: SimpleNamespace, day: int, listed: np.ndarray) -> None:
    """A row for each price, or experiment, that changes today; a style without stock keeps its price."""
    st, rule, enrolled = shop.styles, share_of_everyday(shop, day), shop.trial != ""
    share = np.where(enrolled, shop.frozen * (1 - shop.cut), rule)
    price = np.round(st.everyday_price * share)
    mechanism = np.where(
        enrolled & (shop.cut > 0), "coupon", np.where(rule < LADDER[shop.level], "fixed price", np.where(rule < 1, "markdown", ""))
    )
    stocked = (by_style(shop, shop.on_hand) > 0) | (shop.price == 0) | (shop.shown_trial != shop.trial)
    changed = np.flatnonzero(listed & stocked & ((price != shop.price) | (shop.shown_trial != shop.trial)))
    for style in changed:
        arm, end = (shop.arm[style], shop.window_end[style]) if enrolled[style] else ("", -1)
        shop.price_log.append((style, day, price[style], mechanism[style], shop.trial[style], arm, end))
    shop.price[changed], shop.shown_trial[changed] = price[changed], shop.trial[changed]


def by_style(shop: SimpleNamespace, units: np.ndarray) -> np.ndarray:
    """Units of SKUs added up to styles."""
    return np.add.reduceat(units, shop.first_sku)


def place_order(shop: SimpleNamespace, style: int, units: np.ndarray, ordered: int, due: int, arrives: int, filled: float = 1.0) -> None:
    """One purchase order of a style, a line per SKU; what arrives after the last day stays open."""
    skus = shop.skus_of[style]
    received = np.round(units * filled).astype(int)
    if arrives < len(shop.arrivals):
        shop.arrivals[arrives, skus] += received
    shop.on_order[style] += received.sum()
    shop.purchase_log.append((skus[units > 0], units[units > 0].astype(int), received[units > 0], ordered, due, arrives))


def place_first_buys(shop: SimpleNamespace, rng: np.random.Generator) -> None:
    """The buy before launch, by planned sizes: sometimes late, sometimes short; core styles buy about a quarter of their year."""
    st = shop.styles
    for style in range(len(st.style)):
        total = st.planned_buy[style] * st.buy_factor[style] * (1.0 if shop.seasonal[style] else 0.25)
        units = np.round(total * shop.planned_share[shop.skus_of[style]])
        arrives = max(1, st.launch[style] - 9 - rng.integers(0, 6))
        due = min(arrives, max(1, st.planned_launch[style] - 9)) - rng.integers(0, 3)
        place_order(
            shop, style, units, due - st.lead_time[style] - 25, due, arrives, rng.uniform(0.82, 0.95) if rng.random() < 0.06 else 1.0
        )


def place_hopeful_buys(shop: SimpleNamespace, rng: np.random.Generator, day: int) -> None:
    """Slow core styles: two bulk orders go on after their demand has faded."""
    st = shop.styles
    for style in np.flatnonzero((st.fade_day + 14 == day) | (st.fade_day + 70 == day)):
        units = np.round(st.planned_sales[style] * rng.uniform(0.27, 0.37) * shop.planned_share[shop.skus_of[style]])
        due = day + int(st.lead_time[style])
        place_order(shop, style, units, day, due, due + rng.integers(0, 5))


def reorder(shop: SimpleNamespace, rng: np.random.Generator, day: int) -> None:
    """Every Monday: order again what would run out before the next delivery, at most twice in a season."""
    st = shop.styles
    weeks = np.where(shop.seasonal, 3, 8)
    span = np.minimum(weeks * 7, np.maximum(day - st.launch, 1))
    recent = np.where(shop.seasonal, shop.sold[max(day - 21, 0) : day].sum(0), shop.sold[max(day - 56, 0) : day].sum(0))
    rate = recent / span * (1 - st.planned_return_rate) * 0.93
    left, stock = st.exit - day, by_style(shop, shop.free) + shop.on_order
    want = rate * np.minimum(st.lead_time + np.where(shop.seasonal, 30, 40), left * 0.2) - stock
    seasonal_ok = (left > 55 + st.lead_time) & (shop.reorders < 2) & (st.planted_cause != "stock-outs")
    ready = (
        (day - st.launch >= 21)
        & np.where(shop.seasonal, seasonal_ok, day < st.fade_day)
        & (stock < rate * (st.lead_time + 14))
        & (want >= 0.4 * st.moq)
    )
    for style in np.flatnonzero(ready):
        skus = shop.skus_of[style]
        total = max(want[style], st.moq[style])
        need = np.maximum(shop.planned_share[skus] * (total + shop.free[skus].sum()) - shop.free[skus], 0)
        due = day + int(st.lead_time[style])
        late = rng.integers(5, 15) if rng.random() < 0.08 else rng.integers(0, 2)
        place_order(
            shop, style, np.round(need / need.sum() * total), day, due, due + late, rng.uniform(0.80, 0.95) if rng.random() < 0.06 else 1.0
        )
        shop.reorders[style] += 1


def place_open_orders(shop: SimpleNamespace, rng: np.random.Generator) -> None:
    """Orders on their way at the end, many of them for styles that already have too much."""
    st, last = shop.styles, shop.last
    alive = (st.exit > last) & (st.launch <= last)
    too_much = np.flatnonzero(alive & np.isin(st.planted_class, ["misjudged", "slow"]))
    others = np.flatnonzero(alive & (st.planted_class == "healthy"))
    picked = np.r_[rng.permutation(too_much)[: round(len(too_much) * 0.7)], rng.permutation(others)[: round(len(others) * 0.4)]]
    for style in np.sort(picked):
        total = max(st.moq[style], round(st.planned_buy[style] * rng.uniform(0.06, 0.14)))
        ordered = last - int(rng.integers(3, 14))
        due = max(ordered + int(st.lead_time[style]), last + 1 + int(rng.integers(0, 6)))
        place_order(shop, style, np.round(total * shop.planned_share[shop.skus_of[style]]), ordered, due, 10**6)
