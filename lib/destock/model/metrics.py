"""The trade's ratios. Each is a ratio of sums; nothing ÷ nothing is unknown, never zero."""

import numpy as np
import pandas as pd

from destock.model.messages import mark

# Paths and projections divide by the whole commitment: what is still on order was bought as well.
COMMITTED = mark("net units ÷ units bought (received and on order)")
# The definitions of sell-through in use → what is divided by what. A shop chooses one:
# ``sell_through`` in its shop.toml.
DEFINITIONS = {
    mark("received"): mark("net sales to date ÷ units received to date"),
    mark("opening stock"): mark("net sales since 1 January ÷ stock on 1 January"),
    mark("available"): mark(
        "net sales since 1 January ÷ (stock on 1 January + units received since)"
    ),
    mark("90-day average"): mark("net sales of the last 90 days ÷ mean stock of those days"),
}

# What an expense is charged on → what its amount is. [[expenses]] of shop.toml.
EXPENSE_BASES = {
    "net": mark("share of net sales"),
    "paid": mark("share of what customers paid, before refunds"),
    "per parcel": mark("money per unit shipped, also of those that come back"),
    "per return": mark("money per unit that comes back"),
    "fixed": mark("money for the whole season's buy"),
}

WEEKS_PER_MONTH = 52 / 12


def ratio(numerator, denominator):
    """How much is there of one for each of the other? Unknown where the denominator is not
    positive.

    >>> float(ratio(1, 4))
    0.25
    >>> bool(np.isnan(ratio(1, 0)))
    True
    """
    top, bottom = np.asarray(numerator, float), np.asarray(denominator, float)
    result = np.divide(
        top, bottom, out=np.full(np.broadcast(top, bottom).shape, np.nan), where=bottom > 0
    )
    index = next((x.index for x in (numerator, denominator) if isinstance(x, pd.Series)), None)
    return result if index is None else pd.Series(result, index=index)


def total(values: pd.Series | pd.DataFrame):
    """What do amounts come to? The sum of those that are known; of nothing it is 0, of what is
    there and all unknown it is unknown.

    >>> [float(total(pd.Series(known, dtype=float))) for known in ([1.0, np.nan], [], [np.nan])]
    [1.0, 0.0, nan]
    """
    numbers = values.select_dtypes("number") if isinstance(values, pd.DataFrame) else values
    return numbers.sum(min_count=min(len(numbers), 1))


def sell_through(net_units, received_units):
    """What share of what was received has been sold and kept?

    Net of cancellations and returns ÷ units received: the default of the four definitions.

    >>> round(float(sell_through(570 - 75, 800)), 5)
    0.61875
    """
    return ratio(net_units, received_units)


def shipped_units(frame: pd.DataFrame) -> pd.Series:
    """How many units of each item have customers had in their hands? Sold, less cancelled before
    shipping.
    """
    return (frame["sold_units"] - frame["cancelled_units"]).clip(lower=0)


def weeks_of_supply(units, weekly_units):
    """How many weeks will the stock last at the coming weeks' rate? Infinite when nothing sells."""
    units, weekly = np.asarray(units, float), np.asarray(weekly_units, float)
    units, weekly = np.broadcast_arrays(units, weekly)
    nothing_sells = np.where(np.isnan(units), np.nan, np.where(units > 0, np.inf, 0.0))
    return np.divide(units, weekly, out=nothing_sells, where=weekly > 0)


def stock_to_sales(units, monthly_units):
    """How many months of sales lie in stock (库销比)? Units ÷ mean monthly net units.

    >>> round(float(stock_to_sales(900, 20 * WEEKS_PER_MONTH)), 2)
    10.38
    """
    return weeks_of_supply(units, monthly_units)


def wilson(hits, trials, z: float = 1.96):
    """Between which bounds does a rate lie, given how few trials there were? Wilson score interval:
    (low, high).
    """
    hits, trials = np.asarray(hits, float), np.asarray(trials, float)
    with np.errstate(invalid="ignore", divide="ignore"):
        p = hits / trials
        centre = p + z**2 / (2 * trials)
        spread = z * np.sqrt(p * (1 - p) / trials + z**2 / (4 * trials**2))
        # rounding must not make something of nothing
        low = np.where(hits > 0, (centre - spread) / (1 + z**2 / trials), 0.0)
        high = (centre + spread) / (1 + z**2 / trials)
        return np.where(trials > 0, low, np.nan), np.where(trials > 0, high, np.nan)


def wilson_lower(hits, trials, z: float = 1.96):
    """How high is a rate at least, given how few trials there were? Wilson score bound."""
    return wilson(hits, trials, z)[0]


def price_needed(uplift, elasticity):
    """To which share of today's price must it fall for sales to grow by a factor?

    >>> round(float(price_needed(1.31, -4.72)), 2)
    0.94
    """
    return np.asarray(uplift, float) ** (1 / np.asarray(elasticity, float))


def gross_profit_ratio(uplift, price, new_price, unit_cost, expense_rate=0.0):
    """By what factor does gross profit change if the price goes from one to another and units grow
    by ``uplift``?

    >>> round(float(gross_profit_ratio(1.31, 0.90, 0.85, 0.50)) - 1, 3)
    0.146
    """
    kept = 1 - expense_rate
    return np.asarray(uplift) * ratio(
        np.asarray(new_price) * kept - unit_cost, np.asarray(price) * kept - unit_cost
    )
