"""First in, first out: what the units cost that were sold, and those that are held."""

import numpy as np
import pandas as pd


def cost_of(spans: pd.DataFrame, receipts: pd.DataFrame) -> pd.Series:
    """What did these units of each SKU cost, each at the cost of the receipt that it came with?

    receipts: sku, received_on, units, unit_cost. spans: sku, ``first``, ``last`` (units numbered in
    the order of their receipt: from 0 to 10 are the first ten ever received; below 0 they were
    there before the records), ``unit_cost`` of what no receipt explains. Returns the cost on the
    index of ``spans``; unknown where a unit's is.

    >>> bought = pd.DataFrame({"sku": "a", "units": [100.0, 100.0], "unit_cost": [40.0, 70.0]})
    >>> bought["received_on"] = pd.to_datetime(["2026-01-01", "2026-05-01"])
    >>> span = pd.DataFrame({"sku": ["a"], "first": [90.0], "last": [110.0], "unit_cost": [40.0]})
    >>> cost_of(span, bought).tolist()
    [1100.0]
    """
    rows = receipts.sort_values(["sku", "received_on", "unit_cost"], kind="stable")
    last = rows.groupby("sku")["units"].cumsum().astype(float)
    rows = rows.assign(begin=last - rows["units"].astype(float), end=last)[
        ["sku", "begin", "end", "unit_cost"]
    ]
    each = spans.assign(span=np.arange(len(spans)))[["span", "sku", "first", "last"]].merge(
        rows, on="sku"
    )
    units = (np.minimum(each["last"], each["end"]) - np.maximum(each["first"], each["begin"])).clip(
        lower=0
    )
    value = (
        (units * each["unit_cost"]).mask(units.eq(0), 0.0).groupby(each["span"]).sum(skipna=False)
    )
    explained = units.groupby(each["span"]).sum()
    value, explained = (
        part.reindex(range(len(spans)), fill_value=0.0).to_numpy(float)
        for part in (value, explained)
    )
    rest = (spans["last"] - spans["first"]).to_numpy(float) - explained
    return pd.Series(
        value + np.where(np.abs(rest) < 1e-9, 0.0, rest * spans["unit_cost"].to_numpy(float)),
        index=spans.index,
    )
