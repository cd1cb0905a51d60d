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
    numbered = spans.assign(span=np.arange(len(spans)))[["span", "sku", "first", "last"]]
    each = numbered.merge(_layers(receipts), on="sku")
    units = np.minimum(each["last"], each["end"]) - np.maximum(each["first"], each["begin"])
    units = units.clip(lower=0)
    cost = (units * each["unit_cost"]).mask(units.eq(0), 0.0)
    received = (
        pd.DataFrame({"units": units, "cost": cost})
        .groupby(each["span"])
        .sum(skipna=False)
        .reindex(range(len(spans)), fill_value=0.0)
        .set_axis(spans.index)
    )
    rest = spans["last"] - spans["first"] - received["units"]
    # what rounding leaves costs nothing, also where no cost is known
    return received["cost"] + (rest * spans["unit_cost"]).mask(rest.abs() < 1e-9, 0.0)


def _layers(receipts: pd.DataFrame) -> pd.DataFrame:
    """The receipts of each SKU in their order, with the numbers of the units that came with each:
    from ``begin`` to ``end``.
    """
    rows = receipts.sort_values(["sku", "received_on", "unit_cost"], kind="stable")
    end = rows.groupby("sku")["units"].cumsum().astype(float)
    return rows[["sku", "unit_cost"]].assign(begin=end - rows["units"].astype(float), end=end)
