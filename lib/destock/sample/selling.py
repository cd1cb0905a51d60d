"""Years of trading, day by day: who sees a style, who buys it, what ships, what comes back, what is
counted.
"""

import numpy as np

from . import decisions
from .shop import Shop, lay_out_demand

TRAFFIC_ELASTICITY = -0.35  # the part of a price's effect that comes as exposures


def trade(shop: Shop) -> None:
    """All days from the first to the last."""
    lay_out_demand(shop)
    decisions.place_first_buys(shop)
    for day in range(shop.last + 1):
        receive(shop, day)
        move_stock(shop, day)
        decisions.review_prices(shop, day)
        decisions.place_hopeful_buys(shop, day)
        if shop.days[day].day_of_week == 0:
            decisions.reorder(shop, day)
        sell(shop, day)
        if shop.days[day].is_quarter_end or day == shop.last:
            count(shop, day)
    decisions.place_open_orders(shop)


def receive(shop: Shop, day: int) -> None:
    """Deliveries, parcels that leave, parcels that come back, and reservations that are let go."""
    arrived, back = shop.arrivals[day], shop.comes_back[day]
    shop.free += arrived + back + shop.released[day]
    shop.on_hand += arrived + back - shop.goes_out[day]
    shop.b_grade += shop.comes_damaged[day]
    shop.on_order -= shop.by_style(arrived)
    shop.received_so_far += shop.by_style(arrived)
    # a faulty piece comes back and a good one goes out, if there is one
    for sku, units, line in shop.swaps.pop(day, []):
        if shop.free[sku] >= units and day < shop.last:
            shop.free[sku] -= units
            shop.goes_out[day + 1, sku] += units
            shop.swapped.append(line)


def move_stock(shop: Shop, day: int) -> None:
    """Samples, quality finds, vendor returns, the clearing of old seasons, and the quarter's
    shrink.
    """
    defective = shop.styles.planted_class == "defective"
    take_samples(shop, day)
    find_spoilt(shop, day, defective)
    clear_old_seasons(shop, day, defective)
    if shop.days[day].is_quarter_end:
        write_off_quarter(shop, day, defective)


def take_samples(shop: Shop, day: int) -> None:
    """On the day before its launch, pieces of a style go to those who show it."""
    st = shop.styles
    sampled = np.flatnonzero((st.launch - 1 == day) & (st.tier != "novelty"))
    units = np.where(st.tier[sampled] == "push", 3, 1)
    shop.move(day, shop.first_sku[sampled] + 1, units, "sample out")


def find_spoilt(shop: Shop, day: int, defective: np.ndarray) -> None:
    """Some weeks after its launch, a check finds how much of a defective style is b-grade."""
    st = shop.styles
    for style in np.flatnonzero(defective & (st.launch + 18 + st.lead_time // 2 == day)):
        bought = st.planned_buy[style] * (1 if shop.seasonal[style] else 0.25)
        skus = shop.skus_of[style]
        spoilt = np.round(shop.planned_share[skus] * (bought * st.b_grade_share[style]))
        shop.move(day, skus, spoilt, "condition")


def clear_old_seasons(shop: Shop, day: int, defective: np.ndarray) -> None:
    """Some styles go back to their vendor after their season, and most of the rest go for good a
    year later.
    """
    rng, st = shop.streams["stock"], shop.styles
    for style in np.flatnonzero(shop.seasonal & (st.exit + 75 == day)):
        if rng.random() < 0.33:
            skus = shop.skus_of[style]
            shop.move(day, skus, np.ceil(shop.free[skus] * 0.5), "vendor return")
    for style in np.flatnonzero(shop.seasonal & (st.exit + 400 == day) & ~defective):
        if rng.random() < 0.70:
            kind, skus = rng.choice(["write-off", "donation"]), shop.skus_of[style]
            shop.move(day, skus, np.ceil(shop.free[skus] * 0.9), kind)


def write_off_quarter(shop: Shop, day: int, defective: np.ndarray) -> None:
    """At the end of a quarter most b-grade pieces are written off, and some good ones are
    missing.
    """
    spoilt = np.where(defective[shop.style_of], 0, np.ceil(shop.b_grade * 0.9)).astype(int)
    shop.b_grade -= spoilt
    shop.note(
        "movements",
        sku=np.arange(len(spoilt)),
        moved_at=day,
        units=-spoilt,
        kind="write-off",
        condition="b-grade",
    )
    missing = (shop.free > 0) & (shop.streams["stock"].random(len(shop.free)) < 0.012)
    shop.move(day, np.flatnonzero(missing), 1, "shrink")


def count(shop: Shop, day: int) -> None:
    """A full count at the end of the day; about one SKU in a hundred has lost a piece that no
    movement explains.
    """
    lost = (shop.free > 0) & (shop.streams["stock"].random(len(shop.free)) < 0.01)
    shop.free -= lost
    shop.on_hand -= lost
    shop.note("differences", sku=np.flatnonzero(lost), counted_at=day, units=-1)
    shop.spoilt |= shop.b_grade > 0
    for condition, units, ever in (
        ("good", shop.on_hand, shop.arrivals[: day + 1].any(0)),
        ("b-grade", shop.b_grade, shop.spoilt),
    ):
        shop.note(
            "counts",
            sku=np.flatnonzero(ever),
            counted_at=day,
            on_hand=units[ever],
            condition=condition,
        )


def sell(shop: Shop, day: int) -> None:
    """A day of exposures, clicks and orders; what is not on the shelf cannot be bought."""
    rng, st = shop.streams["orders"], shop.styles
    relative = np.where(shop.price > 0, shop.price / st.planned_price, 1.0)
    shown = (shop.listed_from <= day) & (shop.by_style(shop.free) > 0)
    exposures = rng.poisson(shop.reach[day] * relative**TRAFFIC_ELASTICITY * shown)
    rate = (
        exposures
        * shop.convert[day]
        * relative ** (st.beta - TRAFFIC_ELASTICITY)
        / (1 - st.cancel_rate)
    )
    wanted = rng.poisson(rate[shop.style_of] * shop.true_share / 1.06)
    sku = np.repeat(np.arange(len(wanted)), np.minimum(wanted, shop.free))
    units = 1 + (rng.random(len(sku)) < 0.06)
    units[(np.bincount(sku, units, len(wanted)) > shop.free)[sku]] = 1
    sold = np.bincount(sku, units, len(wanted)).astype(int)
    shop.free -= sold
    shop.sold[day] = shop.by_style(sold)
    shop.sold_so_far += shop.sold[day]
    note_traffic(shop, day, exposures)
    note_lines(shop, day, *add_gifts(shop, day, sku, units))


def note_traffic(shop: Shop, day: int, exposures: np.ndarray) -> None:
    """A row per style that anybody saw."""
    st, seen = shop.styles, np.flatnonzero(exposures)
    exposures, ads = exposures[seen], 0.35 * shop.ads[day, seen]
    clicks = shop.streams["orders"].binomial(
        exposures, np.minimum(0.5, st.click_rate * st.click_factor)[seen]
    )
    clicks = np.minimum(np.maximum(clicks, shop.sold[day, seen]), exposures)
    minutes = shop.minutes[day, seen] * (shop.live[day, seen] & (day <= st.exit[seen]))
    spend = np.round(exposures * (ads / (1 + ads)) * 0.35).astype(int)
    shop.note(
        "traffic",
        item=seen,
        date=day,
        exposures=exposures,
        clicks=clicks,
        live_minutes=minutes,
        ad_spend=spend,
    )


def add_gifts(
    shop: Shop, day: int, sku: np.ndarray, units: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Now and then a piece goes out as a gift or a lottery prize."""
    rng, many = (
        shop.streams["orders"],
        np.flatnonzero((shop.free > 4) & (shop.styles.launch <= day)[shop.style_of]),
    )
    given = (
        rng.choice(many, min(rng.poisson(0.35), len(many)), replace=False) if len(many) else many
    )
    shop.free[given] -= 1
    gift = rng.choice(["gift", "lottery"], len(given))
    return (
        np.r_[sku, given],
        np.r_[units, np.ones(len(given), int)],
        np.r_[np.full(len(sku), "goods"), gift],
    )


def note_lines(
    shop: Shop, day: int, sku: np.ndarray, units: np.ndarray, line_type: np.ndarray
) -> None:
    """The fate of each order line: cancelled, shipped, kept, sent back, refunded."""
    rng, st, style, n = shop.streams["orders"], shop.styles, shop.style_of[sku], len(sku)
    goods = line_type == "goods"
    ahead = (shop.listed_from[style] <= day) & (day < st.launch[style])
    presale = np.where(ahead & goods, st.presale[style], "none")
    unpaid = (presale == "deposit") & (rng.random(n) < 0.10)
    cancelled = goods & ~unpaid & (rng.random(n) < st.cancel_rate[style])
    ships = ~cancelled & ~unpaid
    cancel_day = day + rng.choice(3, n, p=[0.6, 0.3, 0.1])
    ship_day = shop.leaves[np.where(ahead, st.launch[style], day) + 1 + (rng.random(n) < 0.35)]
    free_day = np.where(unpaid, st.launch[style] + 1, np.maximum(cancel_day, day + 1))
    np.add.at(shop.goes_out, (ship_day, sku), units * ships)
    np.add.at(shop.released, (free_day, sku), units * ~ships)
    back = send_back(shop, sku, units, ships & goods, ship_day)
    refunded = ships & goods & (back["return_units"] == 0) & (rng.random(n) < 0.007)
    refund_day = ship_day + 3 + rng.integers(0, 8, n)
    shop.note(
        "lines",
        sku=sku,
        day=day,
        units=units,
        price=shop.price[style] * goods,
        line_type=line_type,
        presale=presale,
        unpaid=unpaid,
        live=shop.live[day, style],
        cancel_day=np.where(cancelled, cancel_day, -1),
        ship_day=np.where(ships, ship_day, -1),
        refund_day=np.where(refunded, refund_day, -1),
        **back,
    )


def send_back(
    shop: Shop, sku: np.ndarray, units: np.ndarray, sold: np.ndarray, ship_day: np.ndarray
) -> dict[str, np.ndarray]:
    """What customers return of each line, and when; for some of the faulty pieces a good one is to
    be sent.
    """
    rng, st, style, n = shop.streams["orders"], shop.styles, shop.style_of[sku], len(sku)
    returned = rng.binomial(units, st.return_rate[style]) * sold
    day = ship_day + 4 + rng.binomial(11, 0.32, n)
    quality = (returned > 0) & (rng.random(n) < (st.quality_rate / st.return_rate)[style])
    resaleable = np.where(quality | (rng.random(n) < 0.006), 0, returned)
    for line in np.flatnonzero(quality & (rng.random(n) < 0.10)):
        shop.swaps[day[line]].append((sku[line], returned[line], shop.lines + line))
    shop.lines += n
    np.add.at(shop.comes_back, (day, sku), resaleable)
    np.add.at(shop.comes_damaged, (day, sku), returned - resaleable)
    return {
        "return_units": returned,
        "return_day": day,
        "resaleable_units": resaleable,
        "quality": quality,
    }
