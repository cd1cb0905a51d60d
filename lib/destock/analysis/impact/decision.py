"""Hold or let go: the lowest price that beats the alternative, and until when holding pays. What a
unit once cost plays no part.
"""

import numpy as np
import pandas as pd

from destock.model.messages import mark
from destock.model.metrics import price_needed, ratio
from destock.model.proceeds import Proceeds

WEEKS_AHEAD = 52
HOLD, LET_GO = mark("hold"), mark("let go")


def price_floor(alternative, sale: Proceeds, return_rate=0.0, holding_avoided=0.0, resaleable=1.0):
    """Below which price is a unit better given to the best alternative?

    The price at which a unit that is kept brings what the alternative pays for it, less the holding
    that selling it avoids. ``resaleable``: share of returned units that can still take the
    alternative; what the others lose, each kept unit bears. Purchase cost is no argument.

    >>> parcel = Proceeds({"net": 0.05, "per parcel": 10})
    >>> round(float(price_floor(120, parcel)), 2)
    136.84
    >>> both = Proceeds({"net": 0.05, "per parcel": 10, "per return": 12})
    >>> round(float(price_floor(120, both, 0.3)), 2)
    146.77
    >>> round(float(price_floor(120, both, 0.3, 0.0, 0.0)), 2)
    200.9
    """
    back = np.asarray(return_rate, float)
    lost = np.asarray(alternative, float) * (1 - back * resaleable) / (1 - back)
    return sale.price_that_brings(lost - holding_avoided, back)


def rate_that_pays(units, salvage, salvage_next, holding, net_price):
    """How many units a week must sell for holding one week more to pay?

    units × (loss of salvage value + holding of a unit) ÷ (net price − next week's salvage value);
    infinite where a sale brings no more than the salvage.

    >>> round(float(rate_that_pays(278, 200, 194, 1.785, 444)), 2)
    8.66
    """
    gain = np.asarray(net_price, float) - salvage_next
    return np.where(
        gain > 0,
        ratio(
            np.asarray(units, float) * (np.asarray(salvage, float) - salvage_next + holding), gain
        ),
        np.inf,
    )


def best_price(least, elasticity, clearing=0.0):
    """At which price does the stock earn most until its end? None unless customers answer by more
    than 1 : 1.

    ``least``: the price floor. β ÷ (β + 1) × floor holds where there are units enough; a price at
    which they would be gone early only gives them away, so it is never below ``clearing``, the
    price at which the stock just lasts.

    >>> [round(float(best_price(least, beta))) for least in (675.7, 162.2) for beta in (-2, -2.62)]
    [1351, 1093, 324, 262]
    >>> float(best_price(162.2, -2, clearing=400.0))
    400.0
    """
    factor = elasticity / (elasticity + 1) if elasticity < -1 else np.nan
    return np.maximum(np.asarray(least, float) * factor, clearing)


def clearing_price(price, units, expected, elasticity):
    """At which price does the stock just last to its end, if ``expected`` units would go at
    today's? Unknown where none would.

    >>> float(clearing_price(100.0, 200.0, 50.0, -2.0))
    50.0
    """
    known = (np.asarray(expected, float) > 0) & (np.asarray(units, float) > 0)
    uplift = np.where(known, np.asarray(units, float) / np.where(known, expected, 1.0), np.nan)
    return np.asarray(price, float) * price_needed(uplift, elasticity)


def present_value(cash: np.ndarray, weeks: np.ndarray, rate: float):
    """What is cash of coming weeks worth today, at a yearly rate? Along the last axis.

    >>> round(float(present_value(np.array([30.0, 25, 20, 10]), np.array([2, 4, 6, 8]), 0.15)), 3)
    84.042
    """
    return (np.asarray(cash, float) / (1 + rate) ** (np.asarray(weeks, float) * 7 / 365)).sum(
        axis=-1
    )


def hold(
    frame: pd.DataFrame,
    coming: pd.DataFrame,
    sale: Proceeds,
    terms: dict[str, float],
    as_of: pd.Timestamp,
) -> pd.DataFrame:
    """Which stock should be held, until when, and at which price is it better let go?

    frame: item, ``units`` (good, on hand), ``price`` (paid now), ``salvage`` (net a unit, best
    alternative), ``return_rate`` (came back ÷ shipped); coming: items × weeks ahead, units
    expected. terms: elasticity (NaN where unknown), capital_rate, storage_week (a unit), decline
    (of salvage, a week). Capital is charged on what a unit would bring, not on its cost. One-step
    look-ahead: hold while expected sales exceed ``rate_that_pays``. Returns item, ``floor``,
    ``floor_share`` (of the price now), ``net_price`` (what a unit that is kept brings),
    ``rate_needed``, ``rate_expected`` (of the coming week), ``advice``, ``hold_until`` (last day on
    which holding pays; null: not now; a year ahead: no end in sight), ``gain`` (what holding brings
    over letting go all now), ``best_price`` (until the stock's end), ``cash_ahead`` (present value
    of selling on at today's price for a year and letting go what is left).
    """
    rows = frame.reset_index(drop=True)
    back = rows["return_rate"].fillna(0.0)
    net_price = sale.brings(rows["price"], back)
    kept = (1 - terms["decline"]) ** np.arange(WEEKS_AHEAD + 1)
    units, alive = rows["units"].to_numpy(float).copy(), np.ones(len(rows), bool)
    weeks, gain = np.zeros(len(rows), int), np.zeros(len(rows))
    needed, cash = np.zeros((len(rows), WEEKS_AHEAD)), np.zeros((len(rows), WEEKS_AHEAD))
    expected = coming.reindex(index=rows["item"], columns=range(WEEKS_AHEAD)).fillna(0.0).to_numpy()
    for week in range(WEEKS_AHEAD):
        now, then = rows["salvage"] * kept[week], rows["salvage"] * kept[week + 1]
        holding = now * terms["capital_rate"] / 52 + terms["storage_week"]
        needed[:, week] = rate_that_pays(units, now, then, holding, net_price)
        sold = np.minimum(expected[:, week], units)
        alive &= (sold > needed[:, week]) & (units > 0)
        gain += np.where(alive, sold * (net_price - then) - units * (now - then + holding), 0.0)
        weeks += alive
        cash[:, week] = sold * net_price
        units = units - sold
    floor = price_floor(rows["salvage"], sale, back, terms["storage_week"])
    clearing = clearing_price(
        rows["price"], rows["units"], expected.sum(axis=1), terms["elasticity"]
    )
    last = as_of + pd.to_timedelta(7 * weeks, unit="D")
    ahead = np.arange(1, WEEKS_AHEAD + 1)
    left = (
        units
        * (rows["salvage"] * kept[-1]).to_numpy()
        / (1 + terms["capital_rate"]) ** (WEEKS_AHEAD * 7 / 365)
    )
    return rows[["item", "units", "price", "salvage"]].assign(
        floor=floor,
        floor_share=ratio(floor, rows["price"]),
        net_price=net_price,
        rate_needed=needed[:, 0],
        rate_expected=expected[:, 0],
        advice=np.where(weeks > 0, HOLD, LET_GO),
        hold_until=pd.Series(last).where(weeks > 0),
        gain=gain,
        best_price=best_price(floor, terms["elasticity"], clearing),
        cash_ahead=present_value(cash, ahead, terms["capital_rate"]) + left,
    )


def coming_weeks(frame: pd.DataFrame, path: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """How many units will each item sell in each of the coming weeks? Items × weeks ahead.

    Running seasons: what remains (``remaining``), spread as the season's path runs on; core styles
    and what is over: their rate of late.
    """
    rows = frame.set_index("item")
    weeks_left = np.ceil((rows["exit_date"] - as_of).dt.days / 7)
    flat = np.where(
        weeks_left.notna() & (weeks_left > 0),
        ratio(rows["remaining"], weeks_left),
        rows["rate"].fillna(0.0),
    )
    table = np.repeat(flat[:, None], WEEKS_AHEAD, axis=1)
    ahead = np.arange(WEEKS_AHEAD)[None, :]
    left = np.where(weeks_left > 0, weeks_left, WEEKS_AHEAD).astype(float)[:, None]
    table = pd.DataFrame(np.where(ahead < left, table, 0.0), index=rows.index)
    future = path[path["week_end"] > as_of]
    if len(future):
        future = future.assign(week=(future["week_end"] - as_of).dt.days.sub(1) // 7)
        step = (
            path.sort_values(["item", "week"])
            .assign(part=lambda d: d.groupby("item")["share"].diff())["part"]
            .reindex(future.index)
        )
        wide = (
            future.assign(part=step)
            .pivot_table(index="item", columns="week", values="part", aggfunc="sum")
            .reindex(columns=range(WEEKS_AHEAD))
            .fillna(0.0)
        )
        shape = wide.div(wide.sum(axis=1).where(lambda s: s > 0), axis=0)
        spread = shape.mul(rows["remaining"].reindex(shape.index), axis=0).dropna()
        table.loc[spread.index.intersection(table.index)] = spread.reindex(
            spread.index.intersection(table.index)
        ).to_numpy()
    return table
