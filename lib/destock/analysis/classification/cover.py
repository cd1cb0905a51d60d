"""Cover: how long the stock will last, and how much of it is more than the shop can still use."""

import numpy as np
import pandas as pd

from destock.model.messages import mark
from destock.model.metrics import WEEKS_PER_MONTH, ratio, stock_to_sales, weeks_of_supply

REMAINING = (mark("past seasons"), mark("its own sales"), mark("recent rate"))
SMOOTHING = 0.2  # of demand that comes seldom: the weight of the newest week


def still_to_sell(
    styles: pd.DataFrame, projection: pd.DataFrame, rates: pd.DataFrame, as_of: pd.Timestamp
) -> pd.DataFrame:
    """What will each seasonal style still sell until its exit, and on what does that rest?

    ``remaining``: expected demand less what is sold, by past seasons; of a style below its
    ``fail_line`` by its own sales alone, sold × (1 − share) ÷ share of life (chain ladder), because
    the buy that it was projected with is what failed; where no past season compares, its recent
    rate × weeks left; nothing after the exit. ``remaining_sd``: a standard deviation, from the
    bounds that hold for 8 of 10; ``remaining_basis``: one of REMAINING, empty for core styles.
    """
    frame = styles.reset_index(drop=True)
    found = projection.set_index("item").reindex(frame["item"]).reset_index(drop=True)
    # the projection stands at the end of the last week: what has been sold since no longer remains
    since = (frame["net_units"] - found["sold"]).fillna(0.0)
    by_past = (found["demand"] - found["sold"] - since).clip(lower=0)
    alone = (
        ratio(found["sold"].clip(lower=0) * (1 - found["share"]), found["share"]) - since
    ).clip(lower=0)
    failed = (frame["sell_through"] < frame["fail_line"]) & alone.notna()
    by_rate = frame["item"].map(rates.set_index("item")["rate"]) * (
        (frame["exit_date"] - as_of).dt.days / 7
    ).clip(lower=0)
    remaining = by_past.mask(failed, alone).mask(~frame["in_season"], 0.0)
    basis = pd.Series(np.where(failed, REMAINING[1], REMAINING[0]), index=frame.index).where(
        remaining.notna(), REMAINING[2]
    )
    spread = ((found["high80"] - found["low80"]) / 2.56).mask(
        failed, np.sqrt(alone / found["share"].where(found["share"] > 0))
    )
    return frame.assign(
        remaining=remaining.fillna(by_rate),
        remaining_sd=spread.fillna(0.0),
        remaining_basis=basis.where(frame["exit_date"].notna(), ""),
    )


def excess(
    styles: pd.DataFrame, rates: pd.DataFrame, as_of: pd.Timestamp, assumptions: dict[str, float]
) -> pd.DataFrame:
    """How many units are more than the shop can still use, and how long will the stock last?

    Seasonal: stock + open orders − what will still sell until the exit. Core: stock + open orders −
    (rate × (lead time + review + cover) + z σ √(lead time + review)). Damaged units are excess as
    they are. Returns ``need``, ``excess_on_hand``, ``excess_on_order``, ``excess_units`` (on hand
    and damaged), ``coming_rate`` (units a week to come: seasonal by what remains, core as lately),
    ``weeks_of_supply`` (stock ÷ coming rate), ``stock_to_sales`` (stock ÷ monthly sales of the last
    13 weeks in stock). Unknown where stock is, and where nobody knows what sells: sales that are
    not recorded, goods of yesterday. Of nothing, nothing is too much.
    """
    frame = styles.merge(rates, on="item", how="left", validate="1:1")
    rate, spread = frame["rate"], frame["rate_sd"].fillna(0.0)
    wait = (frame["lead_time_days"] / 7).fillna(assumptions["lead_time_weeks"]) + assumptions[
        "review_weeks"
    ]
    ceiling = rate * (wait + assumptions["cover_weeks"]) + assumptions[
        "service_z"
    ] * spread * np.sqrt(wait)
    frame["need"] = np.where(frame["exit_date"].isna(), ceiling, frame["remaining"])
    supply = frame["on_hand"] + frame["on_order"]
    too_much = (supply - frame["need"]).clip(lower=0).mask(supply.le(0), 0.0)
    # The last units needed are the ones on order: what is too much is first of all there, where it
    # can still be cancelled.
    frame["excess_on_order"] = np.minimum(too_much, frame["on_order"])
    frame["excess_on_hand"] = too_much - frame["excess_on_order"]
    frame["excess_units"] = frame["excess_on_hand"] + frame["damaged"]
    frame["ceiling_weeks"] = wait + assumptions["cover_weeks"]
    weeks_left = (frame["exit_date"] - as_of).dt.days / 7
    frame["coming_rate"] = ratio(frame["remaining"], weeks_left).where(weeks_left > 0, rate)
    frame["weeks_of_supply"] = _lasts(
        weeks_of_supply, frame["on_hand"], frame["coming_rate"].fillna(rate)
    )
    frame["stock_to_sales"] = _lasts(
        stock_to_sales, frame["on_hand"], frame["quarter_rate"] * WEEKS_PER_MONTH
    )
    return frame


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
    before = units.groupby(rows["item"]).cumsum() - units
    wanted = (
        rows["item"]
        .map(frame.set_index("item")["on_hand"] - frame.set_index("item")["excess_on_hand"])
        .astype(float)
    )
    needed = (wanted - before).clip(lower=0, upper=units)
    parts = {"needed_cost": needed, "excess_cost": units - needed}
    costs = {name: _value(part, rows) for name, part in parts.items()}
    empty = frame["on_hand"].le(0) & frame["excess_on_hand"].notna()
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
