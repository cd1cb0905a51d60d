"""How old the stock is, by the day it was received: first in, first out."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pandas as pd

from destock.model.messages import mark
from destock.model.metrics import ratio

BANDS = (30, 60, 90, 180)
UNKNOWN_AGE = mark("unknown")
VALUES = ["units", "cost", "tag", "nrv", "excess_units", "excess_cost"]


def band_labels(bands: Sequence[int] = BANDS) -> tuple[str, ...]:
    """The names of age bands, oldest last, stock of unknown age after them.

    >>> band_labels((30, 60))
    ('0–30', '31–60', '> 60', 'unknown')
    """
    first = f"0–{bands[0]}"
    return (
        first,
        *(f"{low + 1}–{high}" for low, high in pairwise(bands)),
        f"> {bands[-1]}",
        UNKNOWN_AGE,
    )


def ageing(
    layer: pd.DataFrame, sku_now: pd.DataFrame, worth: pd.DataFrame, bands: Sequence[int] = BANDS
) -> pd.DataFrame:
    """How old is the stock, and what is it worth at cost, at tag, and net of what selling costs?

    layer: sku, age_days (null = unknown), units, unit_cost; worth: one row an item with category,
    ``excess_units``, ``excess_cost``, ``nrv`` (of all its stock). An item's excess and NRV are
    spread evenly over its units. Returns one row a (category, band): VALUES; every band is listed
    for every category with stock, and units of unknown age have a band of their own.
    """
    rows = layer.merge(sku_now[["sku", "item", "tag_price"]], on="sku", validate="m:1").merge(
        worth, on="item", validate="m:1"
    )
    units = rows["units"]
    part = ratio(units, units.groupby(rows["item"]).transform("sum"))
    cells = rows.assign(
        band=_band(rows["age_days"], bands),
        cost=units * rows["unit_cost"],
        tag=units * rows["tag_price"],
        **{name: rows[name] * part for name in ("nrv", "excess_units", "excess_cost")},
    ).groupby(["category", "band"], observed=False)
    # of no units every value is 0; of units of which none is known it is unknown
    nothing = cells.size().eq(0)
    return cells[VALUES].sum(min_count=1).mask(nothing, 0.0).reset_index().astype({"band": str})


def _band(days: pd.Series, bands: Sequence[int]) -> pd.Categorical:
    labels = band_labels(bands)
    known = pd.cut(days.clip(lower=1), [0, *bands, np.inf], labels=labels[:-1]).astype(object)
    return pd.Categorical(known.where(known.notna(), UNKNOWN_AGE), labels)
