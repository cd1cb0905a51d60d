"""Four years of trading, day by day: who sees a style, who buys it, what ships, what comes back, what is counted."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd

from . import decisions
from .market import HORIZON, TIERS, calendar_lift, next_shipping_day, pace

TRAFFIC_ELASTICITY = -0.35  # the part of a price's effect that comes as exposures
SHOCK_SD, SHOCK_MEMORY = 0.30, 0.60
LINE_COLUMNS = [
    "sku",
    "day",
    "units",
    "price",
    "cancel_day",
    "ship_day",
    "return_units",
    "return_day",
    "resaleable",
    "quality",
    "swap",
    "presale",
    "unpaid",
    "gift",
    "live",
    "refund_day",
]


def open_shop(styles: pd.DataFrame, skus: pd.DataFrame, days: pd.DatetimeIndex, streams: dict) -> SimpleNamespace:
    """The shop's state before its first day: empty shelves, first buys on order."""
    n, k, span = len(styles), len(skus), len(days)
    columns = SimpleNamespace(**{name: styles[name].to_numpy(object if styles[name].dtype.kind not in "iufb" else None) for name in styles})
    style_of = skus["style_no"].to_numpy()
    first = np.flatnonzero(np.r_[True, np.diff(style_of) > 0])
    shop = SimpleNamespace(
        styles=columns,
        days=days,
        last=span - HORIZON - 1,
        style_of=style_of,
        first_sku=first,
        skus_of=np.split(np.arange(k), first[1:]),
        planned_share=skus["planned_share"].to_numpy(),
        true_share=skus["true_share"].to_numpy(),
        seasonal=styles["season"].notna().to_numpy(),
        free=np.zeros(k, int),
        on_hand=np.zeros(k, int),
        b_grade=np.zeros(k, int),
        on_order=np.zeros(n, int),
        reorders=np.zeros(n, int),
        sold=np.zeros((span, n), np.int32),
        sold_so_far=np.zeros(n),
        received_so_far=np.zeros(n),
        purchase_log=[],
        line_log=[],
        traffic_log=[],
        movement_log=[],
        count_log=[],
        swaps={},
        swapped=[],
        lines=0,
        leaves=next_shipping_day(days),
        **{name: np.zeros((span, k), np.int32) for name in ("arrivals", "goes_out", "released", "comes_back", "comes_damaged")},
    )
    shop.reach_shape = (span, n)
    shop.listed_from = np.where(columns.presale == "none", columns.launch, columns.launch - 7)
    shop.decisions = decisions.decision_days(days, styles)
    lay_out_demand(shop, streams["demand"], styles)
    decisions.open_price_book(shop)
    decisions.place_first_buys(shop, streams["supply"])
    return shop


def lay_out_demand(shop: SimpleNamespace, rng: np.random.Generator, styles: pd.DataFrame) -> None:
    """Exposures and orders per exposure of every style-day at the planned price, before stock has its say."""
    st, day, calendar = shop.styles, np.arange(len(shop.days))[:, None], calendar_lift(shop.days)[:, None]
    on_sale = (day >= st.launch) & (day <= st.exit)
    life_share = ((day - st.launch + 0.5) / (st.exit - st.launch + 1)).clip(1e-6, 1) * st.speed
    age = np.maximum(day - st.launch, 0)
    steady = (1 - 0.7 * np.exp(-age / 20)) * np.exp(-age / 2000)
    demand = np.where(shop.seasonal, pace(styles["category"], styles["tier"], life_share.T).T, steady) * calendar * on_sale
    demand /= demand.sum(0) / on_sale.sum(0)
    seen = demand**0.7
    seen /= seen.sum(0) / on_sale.sum(0)
    fade = st.faded_to + (1 - st.faded_to) / (1 + np.exp((day - st.fade_day - 28).clip(-200, 200) / 9))
    convert = np.divide(demand, seen, out=np.ones_like(demand), where=seen > 0) * fade
    seen, convert = add_presale_and_tail(shop, day, seen, convert)
    shop.live, shop.minutes, shop.ad_lift, push = draw_campaigns(shop, rng)
    shop.reach = seen * st.planned_exposures_per_day * st.traffic_factor * push
    shop.convert = convert * st.planned_conversion * st.click_factor * st.appeal_factor * draw_shocks(shop, rng)
    shop.click = np.minimum(0.5, styles["click_rate"].to_numpy() * st.click_factor)


def add_presale_and_tail(shop: SimpleNamespace, day: np.ndarray, seen: np.ndarray, convert: np.ndarray) -> tuple:
    """A week of presale before launch; after the season, a clearance table at weekends only."""
    st = shop.styles
    ahead = (day >= shop.listed_from) & (day < st.launch)
    weekend = (shop.days.day_of_week >= 5).reshape(-1, 1)
    after = (day > st.exit) & weekend
    seen = np.where(ahead, 0.6, np.where(after, 0.03, seen))
    convert = np.where(ahead, np.where(st.presale_failure, 0.3, 1.0), convert)
    return seen, convert


def draw_campaigns(shop: SimpleNamespace, rng: np.random.Generator) -> tuple:
    """Live sessions by the day and paid traffic by the week, both averaging to one."""
    tier = TIERS.loc[shop.styles.tier]
    shape, live_share, ad_share = shop.reach_shape, tier["live_share"].to_numpy(), tier["ad_share"].to_numpy()
    live = rng.random(shape) < live_share
    ads = np.repeat(rng.random((shape[0] // 7 + 1, shape[1])) < ad_share, 7, axis=0)[: shape[0]]
    push = (1 + 1.2 * live) / (1 + 1.2 * live_share) * (1 + 0.35 * ads) / (1 + 0.35 * ad_share)
    push[shop.last + 1 :] = 1.0
    return live, rng.integers(5, 40, shape), 0.35 * ads / (1 + 0.35 * ads), push


def draw_shocks(shop: SimpleNamespace, rng: np.random.Generator) -> np.ndarray:
    """Weekly demand shocks with memory, shared by all sizes of a style; none is known beyond the last day."""
    weeks, n = shop.reach_shape[0] // 7 + 1, shop.reach_shape[1]
    shock = np.empty((weeks, n))
    shock[0] = rng.normal(0, SHOCK_SD, n)
    for week in range(1, weeks):
        shock[week] = SHOCK_MEMORY * shock[week - 1] + rng.normal(0, SHOCK_SD * np.sqrt(1 - SHOCK_MEMORY**2), n)
    lift = np.repeat(np.exp(shock - SHOCK_SD**2 / 2), 7, axis=0)[: shop.reach_shape[0]]
    lift[shop.last + 1 :] = 1.0
    return lift


def trade(shop: SimpleNamespace, streams: dict) -> None:
    """All days from the first to the last."""
    for day in range(shop.last + 1):
        receive(shop, day)
        move_stock(shop, streams["stock"], day)
        decisions.review_prices(shop, streams["price"], day)
        decisions.place_hopeful_buys(shop, streams["supply"], day)
        if shop.days[day].day_of_week == 0:
            decisions.reorder(shop, streams["supply"], day)
        sell(shop, streams["orders"], day)
        if shop.days[day].is_quarter_end or day == shop.last:
            count(shop, streams["stock"], day)
    decisions.place_open_orders(shop, streams["supply"])


def receive(shop: SimpleNamespace, day: int) -> None:
    """Deliveries, parcels that leave, parcels that come back, and reservations that are let go."""
    arrived, back = shop.arrivals[day], shop.comes_back[day]
    shop.free += arrived + back + shop.released[day]
    shop.on_hand += arrived + back - shop.goes_out[day]
    shop.b_grade += shop.comes_damaged[day]
    arrived = decisions.by_style(shop, arrived)
    shop.on_order -= arrived
    shop.received_so_far += arrived
    for sku, units, line in shop.swaps.pop(day, []):  # a faulty piece comes back and a good one goes out, if there is one
        if shop.free[sku] >= units and day < shop.last:
            shop.free[sku] -= units
            shop.goes_out[day + 1, sku] += units
            shop.swapped.append(line)


def move_stock(shop: SimpleNamespace, rng: np.random.Generator, day: int) -> None:
    """Samples, quality finds, vendor returns, the clearing of old seasons, and the quarter's shrink."""
    st = shop.styles
    for style in np.flatnonzero((st.launch - 1 == day) & (st.tier != "novelty")):
        move(shop, day, shop.skus_of[style][1:2], 3 if st.tier[style] == "push" else 1, "sample out")
    for style in np.flatnonzero((st.b_grade_share > 0) & (st.launch + 18 + st.lead_time // 2 == day)):
        skus = shop.skus_of[style]
        spoilt = np.round(
            shop.planned_share[skus] * st.planned_buy[style] * st.b_grade_share[style] * (1 if shop.seasonal[style] else 0.25)
        ).astype(int)
        move(shop, day, skus, spoilt, "condition")
    for style in np.flatnonzero(shop.seasonal & (st.exit + 75 == day)):
        if rng.random() < 0.33:
            move(shop, day, shop.skus_of[style], np.ceil(shop.free[shop.skus_of[style]] * 0.5).astype(int), "vendor return")
    for style in np.flatnonzero(shop.seasonal & (st.exit + 400 == day) & (st.planted_class != "defective")):
        if rng.random() < 0.70:
            move(
                shop,
                day,
                shop.skus_of[style],
                np.ceil(shop.free[shop.skus_of[style]] * 0.9).astype(int),
                rng.choice(["write-off", "donation"]),
            )
    if shop.days[day].is_quarter_end:
        keep = (st.planted_class == "defective")[shop.style_of]
        spoilt = np.where(keep, 0, np.ceil(shop.b_grade * 0.9)).astype(int)
        shop.b_grade -= spoilt
        log_moves(shop, day, np.arange(len(spoilt)), -spoilt, "write-off", "b-grade")
        move(shop, day, np.flatnonzero((shop.free > 0) & (rng.random(len(shop.free)) < 0.012)), 1, "shrink")


def move(shop: SimpleNamespace, day: int, skus: np.ndarray, units: np.ndarray | int, kind: str) -> None:
    """Take good units off the shelf, never more than are free; a change of condition puts them beside it."""
    taken = np.minimum(units, shop.free[skus])
    shop.free[skus] -= taken
    shop.on_hand[skus] -= taken
    log_moves(shop, day, skus, -taken, kind, "good")
    if kind == "condition":
        shop.b_grade[skus] += taken
        log_moves(shop, day, skus, taken, kind, "b-grade")


def log_moves(shop: SimpleNamespace, day: int, skus: np.ndarray, units: np.ndarray, kind: str, condition: str) -> None:
    """One row per SKU that really moved."""
    shop.movement_log += [(sku, day, moved, kind, condition) for sku, moved in zip(skus, units, strict=True) if moved]


def count(shop: SimpleNamespace, rng: np.random.Generator, day: int) -> None:
    """A full count at the end of the day; about one SKU in a hundred has lost a piece that no movement explains."""
    lost = (shop.free > 0) & (rng.random(len(shop.free)) < 0.01)
    shop.free -= lost
    shop.on_hand -= lost
    shop.count_log.append((day, shop.on_hand.copy(), shop.b_grade.copy(), lost))


def sell(shop: SimpleNamespace, rng: np.random.Generator, day: int) -> None:
    """A day of exposures, clicks and orders; what is not on the shelf cannot be bought."""
    st = shop.styles
    relative = np.where(shop.price > 0, shop.price / st.planned_price, 1.0)
    shown = (shop.listed_from <= day) & (decisions.by_style(shop, shop.free) > 0)
    exposures = rng.poisson(shop.reach[day] * relative**TRAFFIC_ELASTICITY * shown)
    rate = exposures * shop.convert[day] * relative ** (st.beta - TRAFFIC_ELASTICITY) / (1 - st.cancel_rate)
    wanted = rng.poisson(rate[shop.style_of] * shop.true_share / 1.06)
    lines = np.minimum(wanted, shop.free)
    sku = np.repeat(np.arange(len(lines)), lines)
    units = 1 + (rng.random(len(sku)) < 0.06)
    booked = np.bincount(sku, units, len(lines))
    units[(booked > shop.free)[sku]] = 1
    sold = np.bincount(sku, units, len(lines)).astype(int)
    shop.free -= sold
    shop.sold[day] = decisions.by_style(shop, sold)
    shop.sold_so_far += shop.sold[day]
    log_traffic(shop, rng, day, exposures)
    log_lines(shop, rng, day, *add_gifts(shop, rng, day, sku, units))


def log_traffic(shop: SimpleNamespace, rng: np.random.Generator, day: int, exposures: np.ndarray) -> None:
    """A row per style that anybody saw."""
    seen = np.flatnonzero(exposures)
    clicks = np.maximum(rng.binomial(exposures[seen], shop.click[seen]), shop.sold[day, seen])
    minutes = shop.minutes[day, seen] * (shop.live[day, seen] & (day <= shop.styles.exit[seen]))
    spend = np.round(exposures[seen] * shop.ad_lift[day, seen] * 0.35).astype(int)
    shop.traffic_log.append((seen, np.full(len(seen), day), exposures[seen], np.minimum(clicks, exposures[seen]), minutes, spend))


def add_gifts(shop: SimpleNamespace, rng: np.random.Generator, day: int, sku: np.ndarray, units: np.ndarray) -> tuple:
    """Now and then a piece goes out as a gift or a lottery prize."""
    many = np.flatnonzero((shop.free > 4) & (shop.styles.launch <= day)[shop.style_of])
    given = rng.choice(many, min(rng.poisson(0.35), len(many)), replace=False) if len(many) else many
    shop.free[given] -= 1
    return np.r_[sku, given], np.r_[units, np.ones(len(given), int)], np.r_[np.zeros(len(sku), int), rng.integers(1, 3, len(given))]


def log_lines(shop: SimpleNamespace, rng: np.random.Generator, day: int, sku: np.ndarray, units: np.ndarray, gift: np.ndarray) -> None:
    """The fate of each order line: cancelled, shipped, kept, sent back, swapped."""
    st, style, n = shop.styles, shop.style_of[sku], len(sku)
    goods, ahead = gift == 0, shop.listed_from[style] <= day
    ahead &= day < st.launch[style]
    unpaid = goods & ahead & (st.presale[style] == "deposit") & (rng.random(n) < 0.10)
    cancelled = goods & ~unpaid & (rng.random(n) < st.cancel_rate[style])
    cancel_day = day + rng.choice(3, n, p=[0.6, 0.3, 0.1])
    ships = goods & ~cancelled & ~unpaid | ~goods
    ship_day = shop.leaves[np.where(ahead, st.launch[style], day) + 1 + (rng.random(n) < 0.35)]
    returned = rng.binomial(units, st.return_rate[style]) * (ships & goods)
    return_day = ship_day + 4 + rng.binomial(11, 0.32, n)
    quality = (returned > 0) & (rng.random(n) < (st.quality_rate / st.return_rate)[style])
    resaleable = np.where(quality | (rng.random(n) < 0.006), 0, returned)
    swap = quality & (rng.random(n) < 0.10)
    refund_day = np.where(ships & goods & (returned == 0) & (rng.random(n) < 0.007), ship_day + 3 + rng.integers(0, 8, n), -1)
    schedule(shop.goes_out, ship_day, sku, units * ships)
    schedule(shop.released, np.where(unpaid, st.launch[style] + 1, np.maximum(cancel_day, day + 1)), sku, units * (cancelled | unpaid))
    schedule(shop.comes_back, return_day, sku, resaleable)
    schedule(shop.comes_damaged, return_day, sku, returned - resaleable)
    for line in np.flatnonzero(swap):
        shop.swaps.setdefault(int(return_day[line]), []).append((sku[line], returned[line], shop.lines + line))
    shop.lines += n
    row = (
        sku,
        np.full(n, day),
        units,
        shop.price[style] * goods,
        np.where(cancelled, cancel_day, -1),
        np.where(ships, ship_day, -1),
        returned,
        return_day,
        resaleable,
        quality,
        swap,
        np.where(ahead & goods, st.presale[style], "none"),
        unpaid,
        gift,
        shop.live[day, style],
        refund_day,
    )
    shop.line_log.append(row)


def schedule(ledger: np.ndarray, day: np.ndarray, sku: np.ndarray, units: np.ndarray) -> None:
    """Add units to the ledger of their day."""
    np.add.at(ledger, (day, sku), units)


def expected_remaining(shop: SimpleNamespace) -> np.ndarray:
    """Net units each style would still sell to its exit (core and ended seasons: 13 weeks) at today's price, with all sizes in stock."""
    st, ahead = shop.styles, np.arange(shop.last + 1, len(shop.days))[:, None]
    until = np.where(shop.seasonal & (st.exit > shop.last), st.exit, shop.last + 91)
    rate = shop.reach[ahead[:, 0]] * shop.convert[ahead[:, 0]] * (ahead <= until)
    relative = np.where(shop.price > 0, shop.price, st.everyday_price) / st.planned_price
    return rate.sum(0) * relative**st.beta * (1 - st.return_rate)
