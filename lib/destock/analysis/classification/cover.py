"""Cover: how long the stock will last, and how much of it is more than the shop can still use."""

import numpy as np
import pandas as pd

from destock.model.messages import mark
from destock.model.metrics import WEEKS_PER_MONTH, ratio, stock_to_sales, weeks_of_supply

REMAINING = (mark("past seasons"), mark("its own sales"), mark("recent rate"))
# that a weekly rate, and one of a snapshot, are the mean of
RECENT_WEEKS, QUARTER_WEEKS = 8, 13
UPPER = 1.2816  # standard deviations up to what nine cases of ten stay below
SMOOTHING = 0.2  # of demand that comes seldom: the weight of the newest week


def still_to_sell(
    styles: pd.DataFrame, projection: pd.DataFrame, rates: pd.DataFrame, as_of: pd.Timestamp
) -> pd.DataFrame:
    """What will each seasonal style still sell until its exit, and on what does that rest?

    ``remaining``: expected demand less what is sold, by past seasons; of a style below its
    ``fail_line`` by its own sales alone, because the buy that it was projected with is what
    failed; where no past season compares, its recent rate × weeks left; nothing after the exit.
    ``remaining_sd``: its standard deviation, by the bounds that hold for 8 of 10, or by how its
    weeks differ. ``remaining_basis``: one of REMAINING, empty for core styles.
    """
    frame = styles.reset_index(drop=True)
    found = _until_exit(frame, projection)
    failed = (frame["sell_through"] < frame["fail_line"]) & found["alone"].notna()
    remaining = found["by_past"].mask(failed, found["alone"]).mask(~frame["in_season"], 0.0)
    weeks_left = ((frame["exit_date"] - as_of).dt.days / 7).clip(lower=0)
    lately = rates.set_index("item").reindex(frame["item"]).set_axis(frame.index)
    by_rate = lately["rate"] * weeks_left
    error = found["past_sd"].mask(failed, found["alone_sd"])
    return frame.assign(
        remaining=remaining.fillna(by_rate),
        remaining_sd=error.where(remaining.notna(), _error_of_rate(lately, weeks_left)).fillna(0.0),
        remaining_basis=_basis(frame["exit_date"].isna(), remaining.isna(), failed),
    )


def _basis(core: pd.Series, unknown: pd.Series, failed: pd.Series) -> pd.Series:
    """What the rest of each style rests on."""
    past_seasons, own_sales, recent_rate = REMAINING
    words = ["", recent_rate, own_sales]
    basis = np.select([core, unknown, failed], words, past_seasons)
    return pd.Series(basis, core.index, dtype="str")


def _error_of_rate(lately: pd.DataFrame, weeks_left: pd.Series) -> pd.Series:
    """The standard deviation of what a recent rate says of the weeks to come: how far its mean may
    be off – by how its weeks differ, where that is unknown by chance alone – and chance in them.
    """
    of_mean = lately["rate_sd"] ** 2 / RECENT_WEEKS
    of_mean = of_mean.fillna(lately["rate"] / QUARTER_WEEKS)
    return np.sqrt(of_mean * weeks_left**2 + lately["rate"] * weeks_left)


def _until_exit(frame: pd.DataFrame, projection: pd.DataFrame) -> pd.DataFrame:
    """What each style will still sell by past seasons, and by its own sales alone – sold × (1 −
    share) ÷ share of life (chain ladder) –, each with its standard deviation.
    """
    found = projection.set_index("item").reindex(frame["item"]).reset_index(drop=True)
    # the projection stands at the end of the last week: what has been sold since no longer remains
    since = frame["running_units"].fillna(0.0)
    sold, share = found["sold"], found["share"]
    alone = (ratio(sold.clip(lower=0) * (1 - share), share) - since).clip(lower=0)
    return pd.DataFrame(
        {
            "by_past": (found["demand"] - sold - since).clip(lower=0),
            "past_sd": (found["high80"] - found["low80"]) / 2.56,
            "alone": alone,
            "alone_sd": np.sqrt(alone / share.where(share > 0)),
        }
    )


def excess(
    styles: pd.DataFrame, rates: pd.DataFrame, as_of: pd.Timestamp, assumptions: dict[str, float]
) -> pd.DataFrame:
    """How many units are more than the shop can still use, and how long will the stock last?

    Of stock what is more than the ``need``, of open orders what is more than ``need_most``; damaged
    units are excess as they are.
    Returns ``need`` and ``ceiling_weeks`` (as ``needed`` says), ``excess_on_hand``,
    ``excess_on_order``, ``excess_units`` (on hand and damaged) and how long the stock lasts (as
    ``lasting`` says). Unknown where stock is, and where nobody knows what sells: sales that are not
    recorded, goods of yesterday. Of nothing, nothing is too much.
    """
    frame = needed(styles.merge(rates, on="item", how="left", validate="1:1"), assumptions)
    supply = frame["on_hand"] + frame["on_order"]
    on_hand = (frame["on_hand"] - frame["need"]).clip(lower=0).mask(supply.le(0), 0.0)
    # The last units needed are the ones on order. An order can be cancelled once and not be called
    # back: too much of it is only what is left when as much is wanted as in nine cases of ten.
    beyond = (supply - frame["need_most"]).clip(lower=0).mask(supply.le(0), 0.0)
    on_order = np.minimum(beyond, frame["on_order"])
    frame = frame.assign(
        excess_on_order=on_order,
        excess_on_hand=on_hand,
        excess_units=on_hand + frame["damaged"],
    )
    return lasting(frame, as_of)


def needed(frame: pd.DataFrame, assumptions: dict[str, float]) -> pd.DataFrame:
    """How many units of each style can the shop still use?

    Adds ``need`` – seasonal: what will still sell until the exit; core: rate × (lead time + review
    + cover) + z σ √(lead time + review) –, ``need_most``, which nine cases of ten stay below as far
    as that or the rate may be off, and ``ceiling_weeks``, the weeks that a core style's stock may
    last.
    """
    own_wait = frame["lead_time_days"] / 7
    wait = own_wait.fillna(assumptions["lead_time_weeks"]) + assumptions["review_weeks"]
    cover = wait + assumptions["cover_weeks"]
    safety = assumptions["service_z"] * frame["rate_sd"].fillna(0.0) * np.sqrt(wait)
    ceiling = frame["rate"] * cover + safety
    core = frame["exit_date"].isna()
    need = frame["remaining"].mask(core, ceiling)
    of_rate = frame["rate_sd"].fillna(0.0) / np.sqrt(RECENT_WEEKS) * cover
    off = frame["remaining_sd"].mask(core, of_rate)
    return frame.assign(need=need, need_most=need + UPPER * off, ceiling_weeks=cover)


def lasting(frame: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """How long will the stock last?

    Adds ``coming_rate`` (units a week to come: seasonal by what remains, core as lately),
    ``weeks_of_supply`` (stock ÷ coming rate) and ``stock_to_sales`` (stock ÷ monthly sales of the
    last 13 weeks in stock).
    """
    rate, weeks_left = frame["rate"], (frame["exit_date"] - as_of).dt.days / 7
    coming = ratio(frame["remaining"], weeks_left).where(weeks_left > 0, rate)
    monthly = frame["quarter_rate"] * WEEKS_PER_MONTH
    return frame.assign(
        coming_rate=coming,
        weeks_of_supply=_lasts(weeks_of_supply, frame["on_hand"], coming.fillna(rate)),
        stock_to_sales=_lasts(stock_to_sales, frame["on_hand"], monthly),
    )


def _lasts(measure, units: pd.Series, rate: pd.Series) -> pd.Series:
    """For how long units last at a rate; unknown where the rate is."""
    return pd.Series(measure(units, rate.fillna(0.0)), index=units.index).where(
        rate.notna() | units.le(0)
    )


def at_cost(frame: pd.DataFrame, layer: pd.DataFrame, sku_now: pd.DataFrame) -> pd.DataFrame:
    """What did the units that are too much cost, and those that are needed? First in, first out.

    frame: ``excess``; layer: FIFO layers (sku, received_on, unit_cost, good_units). Of an item's
    good units the oldest will sell first: they are the needed ones. Adds ``needed_cost`` and
    ``excess_cost`` (together the cost of what is on hand); unknown where a unit's cost or the need
    is.
    """
    rows = layer[layer["good_units"] > 0].merge(sku_now[["sku", "item"]], on="sku", validate="m:1")
    rows = rows.sort_values(
        ["item", "received_on", "sku", "unit_cost"], na_position="first", kind="stable"
    )
    units = rows["good_units"].astype(float)
    older = units.groupby(rows["item"]).cumsum() - units
    stock = frame.set_index("item")
    wanted = rows["item"].map(stock["on_hand"] - stock["excess_on_hand"]).astype(float)
    needed = (wanted - older).clip(lower=0, upper=units)
    empty = frame["on_hand"].le(0) & frame["excess_on_hand"].notna()
    costs = {"needed_cost": _value(needed, rows), "excess_cost": _value(units - needed, rows)}
    return frame.assign(
        **{
            name: frame["item"].map(cost).astype(float).mask(empty, 0.0)
            for name, cost in costs.items()
        }
    )


def _value(units: pd.Series, rows: pd.DataFrame) -> pd.Series:
    """Units × unit cost by item; unknown where the cost of a unit is."""
    value = (units * rows["unit_cost"]).mask(units.eq(0), 0.0)
    return value.groupby(rows["item"]).sum(skipna=False)


def seldom(demand: np.ndarray, smoothing: float = SMOOTHING) -> np.ndarray:
    """How much does a style sell a week that sells only now and then?

    demand: styles × weeks. Teunter–Syntetos–Babai: the chance of a sale and the size of one are
    smoothed apart, and the chance falls in every week without one, so that a dying style is seen to
    die. Nothing sold: 0.

    >>> round(float(seldom(np.array([[0, 0, 3, 0, 0, 0, 2, 0, 4, 0]]))[0]), 6)
    1.034009
    """
    sold = demand > 0
    first = np.where(sold.any(axis=1), sold.argmax(axis=1), 0)
    chance, size = 1 / (first + 1.0), demand[np.arange(len(demand)), first].astype(float)
    for week in range(demand.shape[1]):
        now = sold[:, week]
        size = np.where(now, size + smoothing * (demand[:, week] - size), size)
        chance = chance + smoothing * (now - chance)
    return chance * size
