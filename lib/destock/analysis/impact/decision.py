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


HELD = [
    "item",
    "units",
    "price",
    "salvage",
    "floor",
    "floor_share",
    "net_price",
    "rate_needed",
    "rate_expected",
    "advice",
    "hold_until",
    "gain",
    "best_price",
    "cash_ahead",
]


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
    (of salvage, a week). Returns HELD: the prices of ``priced``, what ``look_ahead`` sees,
    ``advice``, and ``hold_until``, the last day on which holding pays (null: not now; a year ahead:
    no end in sight).
    """
    rows = frame.reset_index(drop=True)
    expected = coming.reindex(index=rows["item"], columns=range(WEEKS_AHEAD)).fillna(0.0).to_numpy()
    rows = look_ahead(priced(rows, expected, sale, terms), expected, terms)
    pays = rows["weeks_held"] > 0
    last = as_of + pd.to_timedelta(7 * rows["weeks_held"], unit="D")
    return rows.assign(advice=np.where(pays, HOLD, LET_GO), hold_until=last.where(pays))[HELD]


def priced(
    rows: pd.DataFrame, expected: np.ndarray, sale: Proceeds, terms: dict[str, float]
) -> pd.DataFrame:
    """What does a unit bring now, below which price is it better let go, and which price earns
    most?

    rows, terms: as ``hold`` has them; expected: a row of units a week for each. Adds ``net_price``
    (what a unit that is kept brings), ``floor`` (``price_floor``), ``floor_share`` (of the price
    now) and ``best_price`` (until the stock's end).
    """
    returned = rows["return_rate"].fillna(0.0)
    floor = price_floor(rows["salvage"], sale, returned, terms["storage_week"])
    clearing = clearing_price(
        rows["price"], rows["units"], expected.sum(axis=1), terms["elasticity"]
    )
    return rows.assign(
        net_price=sale.brings(rows["price"], returned),
        floor=floor,
        floor_share=ratio(floor, rows["price"]),
        best_price=best_price(floor, terms["elasticity"], clearing),
    )


def look_ahead(rows: pd.DataFrame, expected: np.ndarray, terms: dict[str, float]) -> pd.DataFrame:
    """For how many weeks does holding pay, what does it bring, and how much cash does a year of
    selling on?

    One-step look-ahead: hold while the sales expected of a week exceed ``rate_that_pays``. Capital
    is charged on what a unit would bring, not on its cost. Adds ``rate_needed`` and
    ``rate_expected`` (units of the coming week), ``weeks_held``, ``gain`` (what holding brings over
    letting go all now) and ``cash_ahead`` (present value of selling on at today's price for a year
    and letting go what is left).
    """
    on_hand, sold, left = _run_down(rows["units"].to_numpy(float), expected)
    kept = (1 - terms["decline"]) ** np.arange(WEEKS_AHEAD + 1)
    salvage = rows["salvage"].to_numpy(float)[:, None] * kept
    now, then = salvage[:, :-1], salvage[:, 1:]
    net_price = rows["net_price"].to_numpy(float)[:, None]
    holding = now * terms["capital_rate"] / 52 + terms["storage_week"]
    needed = rate_that_pays(on_hand, now, then, holding, net_price)
    pays = np.logical_and.accumulate((sold > needed) & (on_hand > 0), axis=1)
    gain = np.where(pays, sold * (net_price - then) - on_hand * (now - then + holding), 0.0)
    return rows.assign(
        rate_needed=needed[:, 0],
        rate_expected=expected[:, 0],
        weeks_held=pays.sum(axis=1),
        gain=gain.cumsum(axis=1)[:, -1],
        cash_ahead=_in_todays_money(sold * net_price, left * salvage[:, -1], terms["capital_rate"]),
    )


def _in_todays_money(sales: np.ndarray, let_go: np.ndarray, rate: float) -> np.ndarray:
    """What the sales of the weeks ahead are worth today, with what is let go at the end of them."""
    ahead = np.arange(1, WEEKS_AHEAD + 1)
    return present_value(sales, ahead, rate) + present_value(let_go[:, None], ahead[-1:], rate)


def _run_down(units: np.ndarray, expected: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Units on hand at the beginning of each coming week, units sold in it, and what is left in the
    end.
    """
    on_hand, sold = np.empty(expected.shape), np.empty(expected.shape)
    left = units
    for week in range(expected.shape[1]):
        on_hand[:, week] = left
        sold[:, week] = np.minimum(expected[:, week], left)
        left = left - sold[:, week]
    return on_hand, sold, left


def coming_weeks(frame: pd.DataFrame, path: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """How many units will each item sell in each of the coming weeks? Items × weeks ahead.

    Running seasons: what remains (``remaining``), spread as the season's path runs on; core styles
    and what is over: their rate of late.
    """
    rows = frame.set_index("item")
    table = _at_one_rate(rows, as_of)
    if (path["week_end"] > as_of).any():
        shape = _shape_ahead(path, as_of)
        spread = shape.mul(rows["remaining"].reindex(shape.index), axis=0).dropna()
        known = spread.index.intersection(table.index)
        table.loc[known] = spread.loc[known].to_numpy()
    return table


def _at_one_rate(rows: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """The same number of units every week until the exit; without one, for all weeks ahead."""
    weeks_left = np.ceil((rows["exit_date"] - as_of).dt.days / 7)
    running = weeks_left > 0
    rate = ratio(rows["remaining"], weeks_left).where(running, rows["rate"].fillna(0.0))
    on_sale = np.arange(WEEKS_AHEAD) < weeks_left.where(running, WEEKS_AHEAD).to_numpy()[:, None]
    return pd.DataFrame(np.where(on_sale, rate.to_numpy()[:, None], 0.0), index=rows.index)


def _shape_ahead(path: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """Which part of what remains falls into each coming week, by the season's path? Items × weeks
    ahead.
    """
    steps = path.sort_values(["item", "week"])
    steps = steps.assign(
        part=steps.groupby("item")["share"].diff(),
        ahead=(steps["week_end"] - as_of).dt.days.sub(1) // 7,
    )
    parts = steps[steps["week_end"] > as_of].pivot_table(
        index="item", columns="ahead", values="part", aggfunc="sum"
    )
    parts = parts.reindex(columns=range(WEEKS_AHEAD)).fillna(0.0)
    return parts.div(parts.sum(axis=1).where(lambda total: total > 0), axis=0)
