"""How the shop has cleared so far: at which price, and how fast."""

import numpy as np
import pandas as pd

from destock.model.metrics import ratio

LEAST_UNITS = 30  # sold after their exit, before the shop's own pace is taken


def clearing_pace(weeks: pd.DataFrame, items: pd.DataFrame) -> float:
    """Which part of what is left after its exit does a week sell in this shop?

    Σ net units ÷ Σ units at the beginning of the week, of all complete weeks after an exit;
    unknown where fewer than 30 units were sold so.
    """
    rows = weeks.merge(items[["item", "exit_date"]], on="item", validate="m:1")
    after = rows[rows["week"] > rows["exit_date"]]
    if after["sold_units"].sum() < LEAST_UNITS:
        return np.nan
    sold = after["net_units"].sum()
    left = (after["closing_units"] + after["net_units"]).clip(lower=0).sum()
    return float(min(ratio(max(sold, 0.0), left), 1.0))


def full_price(items: pd.DataFrame, weeks: pd.DataFrame) -> pd.Series:
    """Of which price is what a jobber pays, or a clearance price, a part? Its tag; where no tag is
    known the dearest price that it was listed or sold at in a week. Indexed by item.
    """
    dearest = weeks[["list_price", "price"]].max(axis=1).groupby(weeks["item"]).max()
    return items.set_index("item")["tag_price"].astype(float).fillna(dearest)
