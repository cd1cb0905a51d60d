"""The order lines of the shop's books: one row per event, from what the simulation noted of each
line's fate.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from .shop import Shop

DAY = 86_400
REASONS = np.array(["size", "not as pictured", "change of mind"])


def order_lines(shop: Shop) -> pd.DataFrame:
    """One row per event of an order line, sorted by time; nothing that happens after the last
    day.
    """
    rng, end = shop.streams["books"], (shop.last + 1) * DAY
    lines = pay(rng, number_orders(rng, shop.noted("lines"), shop.days))
    lines = lines.assign(swapped=lines.index.isin(shop.swapped))
    events = pd.concat([*sales(lines, rng), *aftersales(lines, rng)])
    events = events[events["ordered_at"] < end].sort_values(
        ["ordered_at", "order_id", "line_id", "kind"], ignore_index=True
    )
    for name in ("ordered_at", "shipped_at", "balance_paid_at", "original_ordered_at"):
        events[name] = events[name].where(events[name] < end) + int(shop.days[0].timestamp())
    return events


def number_orders(
    rng: np.random.Generator, lines: pd.DataFrame, days: pd.DatetimeIndex
) -> pd.DataFrame:
    """Lines of a day gathered into orders of one to three lines, each with its moment, channel and
    format.
    """
    lines = lines.assign(mix=rng.random(len(lines))).sort_values(["day", "presale", "mix"])
    key = lines[["day", "presale"]]
    starts = (
        (rng.random(len(lines)) < 0.8)
        | (key != key.shift()).any(axis=1)
        | (np.arange(len(lines)) % 3 == 0)
    )
    orders = lines.loc[starts, ["day", "live"]].reset_index(drop=True)
    n = len(orders)
    second = np.minimum(DAY - 60, (rng.beta(5, 1.9, n) * DAY).astype(int))
    number = (
        pd.Series(second).groupby(orders["day"]).rank("first").astype(int).astype(str).str.zfill(4)
    )
    app, luck = rng.random(n) < 0.06, rng.random(n)
    live = luck < np.where(orders.pop("live"), 0.75, 0.25)
    orders["format"] = np.select(
        [app, live, luck < 0.83], ["shelf", "live", "short video"], "product card"
    )
    orders["channel"] = np.where(app, "own app", "douyin")
    orders["order_id"] = days.strftime("%y%m%d").to_numpy()[orders["day"]] + number
    orders["sold_at"] = orders.pop("day") * DAY + second
    lines = lines.assign(order=starts.cumsum() - 1).join(orders, on="order")
    place = lines.groupby("order").cumcount() + 1
    return lines.assign(line_id=lines["order_id"] + "-" + place.astype(str)).sort_index()


def pay(rng: np.random.Generator, lines: pd.DataFrame) -> pd.DataFrame:
    """What the customer paid after small coupons, and the platform's subsidy on top; an unpaid
    balance leaves the deposit only.
    """
    n, due = len(lines), lines["units"] * lines["price"]
    coupon = np.where((rng.random(n) < 0.15) & (due > 60), rng.choice([5, 10, 15], n), 0)
    subsidy = np.where(
        (rng.random(n) < 0.12) & (due > 0) & (lines["channel"] == "douyin"),
        rng.choice([5, 10, 20], n),
        0,
    )
    paid = np.where(lines["unpaid"], (due * 0.1).round(), due - coupon)
    return lines.assign(
        customer_paid=paid, merchant_revenue=np.where(lines["unpaid"], paid, paid + subsidy)
    )


def event(lines: pd.DataFrame, kind: str | np.ndarray, at: np.ndarray, **columns) -> pd.DataFrame:
    """Rows of one kind of event: what every event carries from its line, and what this kind says
    otherwise.
    """
    carried = [
        "order_id",
        "line_id",
        "sku",
        "units",
        "customer_paid",
        "merchant_revenue",
        "channel",
        "format",
        "line_type",
        "presale",
    ]
    blank = dict.fromkeys(
        ["refund_value", "resaleable_units", "shipped_at", "balance_paid_at"], np.nan
    ) | {"reason": None}
    times = {"ordered_at": at.astype(float), "original_ordered_at": lines["sold_at"].astype(float)}
    return lines[carried].assign(**(blank | times | {"kind": kind} | columns))


def moment(rng: np.random.Generator, day: pd.Series) -> np.ndarray:
    """A minute of the waking day, in seconds from the first day."""
    return day.to_numpy() * DAY + rng.integers(9 * 60, 23 * 60, len(day)) * 60


def sales(lines: pd.DataFrame, rng: np.random.Generator) -> Iterator[pd.DataFrame]:
    """The orders themselves, and those taken back before they ship."""
    shipped = np.where(lines["ship_day"] >= 0, moment(rng, lines["ship_day"]), np.nan)
    balance = (lines["ship_day"].clip(lower=lines["day"] + 1) - 1) * DAY + 9 * 3600
    balance = balance.where((lines["presale"] == "deposit") & ~lines["unpaid"])
    yield event(
        lines,
        "sale",
        lines["sold_at"],
        shipped_at=shipped,
        original_ordered_at=np.nan,
        balance_paid_at=balance,
    )
    part = lines[lines["cancel_day"] >= 0]
    soon = np.minimum(
        part["sold_at"] + 60 * rng.integers(1, 300, len(part)), (part["day"] + 1) * DAY - 1
    )
    at = np.where(part["cancel_day"] == part["day"], soon, moment(rng, part["cancel_day"]))
    yield event(part, "cancel", at, refund_value=part["customer_paid"])


def aftersales(lines: pd.DataFrame, rng: np.random.Generator) -> Iterator[pd.DataFrame]:
    """What comes back, as return or exchange; money given back without goods; the good piece sent
    for a faulty one a day later.
    """
    part = lines[lines["return_units"] > 0]
    reason = np.where(
        part["quality"], "quality", REASONS[rng.choice(3, len(part), p=[0.45, 0.25, 0.30])]
    )
    money = (
        part[["customer_paid", "merchant_revenue"]]
        .mul(part["return_units"] / part["units"], axis=0)
        .round(2)
    )
    part = part.assign(units=part["return_units"], **money)
    kind, refund = (
        np.where(part["swapped"], "exchange", "return"),
        money["customer_paid"].mask(part["swapped"], 0.0),
    )
    pieces = part["resaleable_units"]
    yield event(
        part,
        kind,
        moment(rng, part["return_day"]),
        refund_value=refund,
        resaleable_units=pieces,
        reason=reason,
    )
    part = lines[lines["refund_day"] >= 0]
    back = (part["customer_paid"] * rng.choice([0.1, 0.2, 0.3], len(part))).round(2)
    nothing = {"customer_paid": 0.0, "merchant_revenue": 0.0}
    yield event(
        part,
        "refund_only",
        moment(rng, part["refund_day"]),
        units=0,
        refund_value=back,
        reason="quality",
        **nothing,
    )
    part = lines[lines["swapped"]]
    at, line_id = (
        (part["return_day"] + 1) * DAY + rng.integers(9 * 60, 12 * 60, len(part)) * 60,
        part["line_id"] + "R",
    )
    yield event(
        part,
        "reship",
        at,
        line_id=line_id,
        units=part["return_units"],
        shipped_at=at + 7200.0,
        **nothing,
    )
