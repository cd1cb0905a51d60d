"""Which units leave by which exit and when, beside the shop's own ways for the rest."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from destock.analysis.clearance.allotment import (
    Allotment,
    Allotted,
    allotted,
    best_plans,
    fits,
)
from destock.analysis.clearance.exact_allotment import exact
from destock.analysis.clearance.exits import allotment
from destock.analysis.clearance.options import cash_figures
from destock.analysis.clearance.outlook import Outcome, Outlook
from destock.analysis.clearance.priced_allotment import in_whole, priced
from destock.analysis.clearance.ways import (
    CLEAR,
    CUT,
    JOBBER,
    KEEP,
    best_cut,
    given_away,
    keep,
)
from destock.model.metrics import ratio

PARTS = np.linspace(0, 1, 9)  # of what is too much that are kept
OWN = (KEEP, CUT, CLEAR, JOBBER)
FEW = 100  # plans of all items: so few are left to the exact programme


def own_curves(outlook: Outlook, steps: np.ndarray) -> dict[str, np.ndarray]:
    """What do the shop's own ways bring, if a part of what is too much is kept for them?

    steps: prices that are looked at, as parts of today's. Figure → items × ways × nine parts:
    ``present_value``, ``cash_by_date``, ``cash_sd``, ``cash_answer_sd``; unknown of a way that
    nobody can value.
    """
    much, parts = outlook.of("too_much"), []
    rest, shape = keep(outlook, outlook.of("units") - much), (len(much), len(OWN))
    for part in PARTS:
        less = outlook.without((1 - part) * much)
        found = {KEEP: keep(less, less.of("units"))}
        found |= {way: given_away(less, way, rest) for way in (CLEAR, JOBBER)}
        if (steps < 1).any():
            found[CUT] = best_cut(less, steps[steps < 1])[0] if part else rest
        figures = [_figures(found[way]) if way in found else {} for way in OWN]
        nothing = np.full(len(much), np.nan)
        parts.append(
            {
                name: np.stack([one.get(name, nothing) for one in figures], axis=1).reshape(shape)
                for name in _figures(rest)
            }
        )
    return {name: np.stack([one[name] for one in parts], axis=-1) for name in parts[0]}


def _figures(outcome: Outcome) -> dict[str, np.ndarray]:
    """What one way brings in value and cash, on the mean of all cases."""
    return {"present_value": outcome.value.mean(axis=0)} | cash_figures(outcome)


@dataclass(frozen=True)
class Offer:
    """What may leave, and by where: items, slots, the price of each item at each, what the shop's
    own ways bring for each part that is kept (``cubes``: figure → items × ways × parts), and the
    allotment that is asked for.
    """

    items: pd.Series
    slots: pd.DataFrame
    price: np.ndarray
    cubes: dict[str, np.ndarray]
    asked: Allotment


def offer(
    outlook: Outlook,
    cubes: dict[str, np.ndarray],
    slots: pd.DataFrame,
    prices: tuple[np.ndarray, np.ndarray],
) -> Offer:
    """What may leave by exits? Items of the outlook whose value to the shop itself is known.

    cubes: of ``own_curves``; prices: of ``exit_prices``.
    """
    at = np.flatnonzero(np.isfinite(cubes["present_value"][:, 0, -1]))
    cubes = {name: cube[at] for name, cube in cubes.items()}
    part = outlook.only(at)
    known = np.isfinite(cubes["present_value"]).all(axis=-1, keepdims=True)
    kept = np.broadcast_to(part.of("too_much")[:, None, None] * PARTS, cubes["cash_sd"].shape)
    own = {
        "kept": kept,
        "value": np.where(known, cubes["present_value"], -np.inf),
        "cash": np.where(known, cubes["cash_by_date"], 0.0),
    }
    price, brings = (of[at] for of in prices)
    asked = allotment(part, own, slots, brings)
    return Offer(part.rows["item"], slots, price, cubes, asked)


def allot(asked: Allotment, hurry: float = 0.0) -> Allotted:
    """Which units leave by which slot, if cash by the date is worth ``hurry`` beyond its value?

    A few items exactly, more of them by prices on the room of the exits (``priced``). A solver can
    call a thing solved that does not fit (scipy issue 24141): what does not is not taken.
    """
    if asked.net.size and asked.value[..., 0].size <= FEW:
        found = exact(asked.hurried(hurry))
        given = in_whole(asked, found.given)
        if fits(asked, given):
            return allotted(asked, given, best_plans(asked, given, hurry), found.bound)
    if asked.net.size:
        found = priced(asked, hurry)
        if fits(asked, found.given):
            return found
    nothing = np.zeros(asked.net.shape)
    return allotted(asked, nothing, best_plans(asked, nothing, hurry), np.nan)


def by_hurry(offer: Offer, degrees: tuple[float, ...]) -> list[Allotted]:
    """What leaves for each degree of hurry? Of all that were found the one that is best for it."""
    found = [allot(offer.asked, hurry) for hurry in degrees]
    best = [
        max(found, key=lambda one, hurry=hurry: one.value + hurry * one.cash) for hurry in degrees
    ]
    return [replace(one, bound=own.bound) for one, own in zip(best, found, strict=True)]


def leaving(offer: Offer, found: Allotted) -> pd.DataFrame:
    """Which units leave, when, and what do they bring? One row an item, exit and day.

    ``units``, ``price``, ``present_value`` and ``cash_by_date`` after their part of what opening
    the slot costs, ``exit``, ``kind``, ``leaves_on``, ``paid_on``.
    """
    at, slot = np.nonzero(found.given)
    units, asked = found.given[at, slot], offer.asked
    part = ratio(units, found.given.sum(axis=0)[slot])
    told = offer.slots.iloc[slot][["exit", "kind", "leaves_on", "paid_on"]].reset_index(drop=True)
    rows = told.assign(
        item=offer.items.to_numpy()[at],
        units=units,
        price=units * offer.price[at, slot],
        present_value=units * asked.net[at, slot] - part * asked.fee[slot],
        cash_by_date=units * asked.paid[at, slot] - part * asked.fee_paid[slot],
    )
    # an exit may have several terms on one day, for this category and for all
    sums = ["units", "price", "present_value", "cash_by_date"]
    how = dict.fromkeys(["kind"], "first") | {"paid_on": "max"} | dict.fromkeys(sums, "sum")
    rows = rows.groupby(["item", "exit", "leaves_on"], as_index=False, sort=False).agg(how)
    return rows.assign(price=ratio(rows["price"], rows["units"]))


def portion(rows: pd.DataFrame) -> pd.Series:
    """What the units that leave by an exit on a day are called, as a part of an item's stock."""
    return (
        rows["exit"].astype("str") + " " + rows["leaves_on"].dt.strftime("%Y-%m-%d").astype("str")
    )


def own_figures(offer: Offer, found: Allotted) -> pd.DataFrame:
    """What do the shop's own ways bring for the units that are kept of each item that gives some?

    Item, way, ``present_value``, ``cash_by_date``, ``cash_sd``, ``cash_answer_sd``: between the
    parts that were worked out, in proportion.
    """
    gives = np.flatnonzero(found.given.sum(axis=1) > 0)
    all_units = offer.asked.units[gives]
    part = 1 - found.given[gives].sum(axis=1) / all_units
    before = np.minimum(np.searchsorted(PARTS, part, side="right") - 1, len(PARTS) - 2)
    after = (part - PARTS[before]) / (PARTS[before + 1] - PARTS[before])
    every = np.arange(len(gives))
    figures = {}
    for name, cube in offer.cubes.items():
        low, high = (cube[gives][every, :, at] for at in (before, before + 1))
        figures[name] = (low + after[:, None] * (high - low)).ravel()
    rows = pd.MultiIndex.from_product([offer.items.iloc[gives], OWN], names=["item", "way"])
    return pd.DataFrame(figures, index=rows).reset_index()


def exit_decisions(
    rows: pd.DataFrame, before: pd.DataFrame, after: pd.DataFrame, as_of: pd.Timestamp
) -> pd.DataFrame:
    """What is decided about units that leave by an exit, and what would they bring otherwise?

    rows: of ``leaving``; before, after: ``stock_options`` of all units of these items and of those
    that are left. In the columns of ``decide``: the units' ``keep_value`` is what keeping on brings
    less without them, and ``second`` the best of the shop's own ways. An exit's own figures are
    agreed: ``gain_low`` and ``gain_high`` tell how far keeping on may be off.
    """
    rows = rows.reset_index(drop=True)
    other = _otherwise(rows, before, after)
    value, soon = rows["present_value"], rows["paid_on"] <= as_of + pd.Timedelta(days=7)
    return rows.assign(
        portion=portion(rows),
        po_id="",
        decision=rows["exit"],
        cash_now=rows["cash_by_date"].where(soon, 0.0),
        keep_value=other["present_value"],
        keep_cash=other["cash_by_date"],
        gain=value - other["present_value"],
        gain_low=value - other[["present_low", "present_high"]].max(axis=1),
        gain_high=value - other[["present_low", "present_high"]].min(axis=1),
        do_by=rows["leaves_on"],
        second=other["second"],
        second_loses=value - other["best"],
    )


def _otherwise(rows: pd.DataFrame, before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """What would the units of each row bring if they were sold on, and by the ``best`` of the
    shop's own ways, the ``second``?
    """
    kept = _less(before, after, KEEP).assign(best=_less(before, after)["present_value"])
    part = rows["units"] / rows.groupby("item")["units"].transform("sum")
    found = kept.reindex(rows["item"]).mul(part.to_numpy(), axis=0).reset_index(drop=True)
    best = before.sort_values("present_value", ascending=False, kind="stable")
    best = best.drop_duplicates("item").set_index("item")["way"]
    return found.assign(second=best.reindex(rows["item"]).to_numpy())


def _less(before: pd.DataFrame, after: pd.DataFrame, way: str = "") -> pd.DataFrame:
    """What one of the shop's own ways, or the best of them, brings less without the units that
    leave: by item.
    """
    figures = ["present_value", "present_low", "present_high", "cash_by_date"]

    def brought(rows: pd.DataFrame) -> pd.DataFrame:
        asked = rows[rows["way"] == way] if way else rows
        asked = asked.sort_values("present_value", ascending=False, kind="stable")
        return asked.drop_duplicates("item").set_index("item")[figures]

    full = brought(before)
    # of what is gone whole nothing is left; what is not known stays unknown
    return full - brought(after).reindex(full.index, fill_value=0.0)
