"""Everything that can be done with each item, and what each way brings, in rows."""

import numpy as np
import pandas as pd

from destock.analysis.clearance.coming import ANSWERS, LEVELS
from destock.analysis.clearance.outlook import Outcome, Outlook
from destock.analysis.clearance.ways import (
    CLEAR,
    CONTENT,
    CUT,
    DAMAGED,
    IN_STOCK,
    JOBBER,
    KEEP,
    OTHER,
    TRAFFIC,
    WATCH,
    best_cut,
    cut_later,
    given_away,
    keep,
)
from destock.model.metrics import ratio
from destock.model.proceeds import Proceeds

RANGE = (0.10, 0.90)  # of the cases: four of five lie between


def stock_options(outlook: Outlook, steps: np.ndarray, as_of: pd.Timestamp) -> pd.DataFrame:
    """What can be done with the stock of each item, and what does each way bring?

    steps: prices that are looked at, as parts of today's. One row an item and way: ``units`` it is
    done with, ``price``, ``cash_now`` (of the first week), ``cash_by_date`` (by the day asked for)
    with ``cash_sd`` and ``cash_answer_sd`` (how far its level, and its answer, may put it off),
    ``present_value`` (mean of all cases) with ``present_low`` and ``present_high`` (four of five
    cases), ``gain`` over keeping on with ``gain_low`` and ``gain_high``, ``waiting`` (what a week
    more of keeping on takes away), ``pays_until`` (when selling on ends), ``then`` (where what is
    left goes) and ``do_by`` (of keeping on: that day; else this week). Where nothing is too much,
    or nobody knows, keeping on is the only way; what is not known has no value.
    """
    outlook = outlook.only(np.flatnonzero(outlook.of("units") > 0))
    kept = keep(outlook, outlook.of("units"))
    whole = _told(outlook, KEEP, kept, kept, as_of)
    whole = whole.assign(way=np.where(outlook.rows["too_much"].isna(), WATCH, KEEP))
    much = np.flatnonzero(outlook.of("too_much") > 0)
    others = _other_ways(outlook.only(much), kept.only(much), steps, as_of) if len(much) else []
    return pd.concat([whole, *others], ignore_index=True)


def _other_ways(
    part: Outlook, kept: Outcome, steps: np.ndarray, as_of: pd.Timestamp
) -> list[pd.DataFrame]:
    """What can be done with stock that is too much, other than keeping on (``kept``)."""
    lower_prices, rows = steps[steps < 1], []
    if len(lower_prices):
        lower, step = best_cut(part, lower_prices)
        told = _told(part, CUT, lower, kept, as_of, cut_later(part, step))
        rows.append(told.assign(price=step * part.of("price")))
    rest = keep(part, part.of("units") - part.of("too_much"))
    for way, price in ((CLEAR, "clearing_price"), (JOBBER, "jobber")):
        later = given_away(part, way, rest, begins=1).value.mean(axis=0)
        told = _told(part, way, given_away(part, way, rest), kept, as_of, later)
        rows.append(told.assign(units=part.of("too_much"), price=part.of(price)))
    return rows


def _told(
    outlook: Outlook,
    way: str,
    outcome: Outcome,
    kept: Outcome,
    as_of: pd.Timestamp,
    later: float | np.ndarray = np.nan,
) -> pd.DataFrame:
    """A row an item of what one way brings; later: what it brings if it comes in a week."""
    value, gain = outcome.value, outcome.value - kept.value
    low, high = (np.quantile(value, end, axis=0) for end in RANGE)
    gain_low, gain_high = (np.quantile(gain, end, axis=0) for end in RANGE)
    pays_until = as_of + pd.to_timedelta(7 * outcome.weeks, unit="D")
    return pd.DataFrame(
        {
            "item": outlook.rows["item"].to_numpy(),
            "portion": IN_STOCK,
            "way": way,
            "units": outlook.of("units"),
            "price": outlook.of("price"),
            "cash_now": outcome.first,
            **cash_figures(outcome),
            "present_value": value.mean(axis=0),
            "present_low": low,
            "present_high": high,
            "gain": gain.mean(axis=0),
            "gain_low": gain_low,
            "gain_high": gain_high,
            "waiting": value.mean(axis=0) - later,
            "pays_until": pays_until,
            "then": outcome.then,
            "do_by": pays_until if way == KEEP else as_of + pd.Timedelta(weeks=1),
        }
    )


def cash_figures(outcome: Outcome) -> dict[str, np.ndarray]:
    """How much cash is there by the date, and how far may its level and its answer put it off?"""
    by_answer = outcome.cash.reshape(LEVELS, ANSWERS, -1).mean(axis=0)
    answer_sd, sd = by_answer.std(axis=0), outcome.cash.std(axis=0)
    return {
        "cash_by_date": outcome.cash.mean(axis=0),
        "cash_sd": np.sqrt(np.maximum(sd**2 - answer_sd**2, 0.0)),
        "cash_answer_sd": answer_sd,
    }


def worth_on_order(outlook: Outlook) -> pd.DataFrame:
    """What would the units on order bring that are too many, beside all that is there?

    rows of the outlook: also ``on_order`` and ``order_too_much``. Returns item, ``units``,
    ``worth``, ``worth_low``, ``worth_high``.
    """
    part = outlook.only(np.flatnonzero(outlook.of("order_too_much") > 0))
    units, supply = part.of("order_too_much"), part.of("units") + part.of("on_order")
    more = keep(part, supply).value - keep(part, supply - units).value
    low, high = (np.quantile(more, end, axis=0) for end in RANGE)
    return pd.DataFrame(
        {
            "item": part.rows["item"],
            "units": units,
            "worth": more.mean(axis=0),
            "worth_low": low,
            "worth_high": high,
        }
    )


def damaged_options(
    rows: pd.DataFrame, sale: Proceeds, damaged_price: float, as_of: pd.Timestamp
) -> pd.DataFrame:
    """What do the damaged units of each item bring, sold apart at their own price or to a jobber?

    rows: item, ``damaged`` units, tag_price, ``jobber``, return_rate. In the columns of ``ways``;
    they bring nothing where they lie.
    """
    rows = rows[rows["damaged"] > 0]
    apart = sale.brings(rows["tag_price"] * damaged_price, rows["return_rate"].fillna(0.0))
    parts = []
    for way, price, net in (
        (OTHER, rows["tag_price"] * damaged_price, apart),
        (JOBBER, rows["jobber"], rows["jobber"]),
    ):
        brought = rows["damaged"] * net
        figures = dict.fromkeys(("cash_now", "cash_by_date", "present_value", "gain"), brought)
        told = rows[["item"]].assign(units=rows["damaged"], price=price, way=way, **figures)
        parts.append(told.assign(portion=DAMAGED, do_by=as_of + pd.Timedelta(days=7)))
    return pd.concat(parts, ignore_index=True)


def shown_options(rows: pd.DataFrame, low_rate: float) -> pd.DataFrame:
    """For which styles is there something to do about how they are shown, before their price?

    rows: item, category, ``units``, ``too_much``, exposures, clicks, ``ad_spend`` (a week, lately).
    Better content where clearly fewer of those who saw it clicked than on the middle one of its
    category; no more paid traffic where some was paid. What either brings nobody can value from
    these data: they stand among the ways, and are not chosen.
    """
    rate = ratio(rows["clicks"], rows["exposures"])
    seldom = rate < low_rate * rate.groupby(rows["category"]).transform("median")
    much = rows["too_much"] > 0
    parts = [
        rows.loc[much & holds, ["item", "units"]].assign(way=way, cash_now=saved, portion=IN_STOCK)
        for way, holds, saved in (
            (CONTENT, seldom, np.nan),
            (TRAFFIC, rows["ad_spend"] > 0, rows["ad_spend"]),
        )
    ]
    return pd.concat(parts, ignore_index=True)
