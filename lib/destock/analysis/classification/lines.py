"""The lines that styles are measured by: the sell-through below which they have failed, the returns
that are usual in their category, the months of stock above which they are slow.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd

from destock.model.metrics import ratio, shipped_units

LEAST_STYLES = 5


def core_pace(items: pd.DataFrame, weeks: pd.DataFrame, assumptions: dict[str, float]) -> pd.Series:
    """Below which sell-through has a new core style failed? By week of life: the low quantile of
    earlier core styles.

    Net units ÷ units received by then, of core styles whose launch is in the records, in the weeks
    in which a core style is still new (``slow_days``); unknown where fewer than five have come so
    far.
    """
    core = items[items["exit_date"].isna() & ~items["left_truncated"].eq(True)]
    rows = weeks[weeks["item"].isin(core["item"])]
    reached = ratio(rows["cumulative"], rows.groupby("item")["received_units"].cumsum())
    new = rows["age"].between(0, assumptions["slow_days"] / 7)
    by_age = reached[new].groupby(rows["age"])
    return by_age.quantile(assumptions["misjudged_quantile"]).where(by_age.count() >= LEAST_STYLES)


def lines_of_failure(
    items: pd.DataFrame, bands: pd.DataFrame, core_lines: pd.Series, assumptions: dict[str, float]
) -> pd.DataFrame:
    """What is each style measured by?

    Adds ``fail_line``: the sell-through, at its week of life, below which it has failed – the low
    quantile of past styles of its tier (all tiers, where the tier had too few), of a new core style
    that of earlier ones; ``category_quality``: returns for quality ÷ units kept or returned of its
    category.
    """
    core = items["exit_date"].isna()
    new = core & (items["weeks_on_sale"] * 7 <= assumptions["slow_days"])
    new_core = np.where(new, _of_day(items, lambda age: age.map(core_lines)), np.nan)
    own, pooled = _of_tier(items, bands, items["tier"]), _of_tier(items, bands, "all")
    category = items["category"]
    returned = items.groupby(category)["quality_returns"].transform("sum")
    shipped = shipped_units(items).groupby(category).transform("sum")
    return items.assign(
        fail_line=np.where(core, new_core, np.where(np.isnan(own), pooled, own)),
        category_quality=ratio(returned, shipped),
    )


def _of_tier(items: pd.DataFrame, bands: pd.DataFrame, tier: pd.Series | str) -> np.ndarray:
    """The line of past styles of a tier, on the day of life of each item."""
    line = bands.set_index(["season", "tier", "age"])["fail"]
    keys = items.assign(tier=tier)[["season", "tier"]]

    def at(age: pd.Series) -> pd.Series:
        return line.reindex(pd.MultiIndex.from_frame(keys.assign(age=age)))

    return _of_day(items, at)


def _of_day(items: pd.DataFrame, line: Callable[[pd.Series], pd.Series]) -> np.ndarray:
    """A line that is known at the ends of weeks of life, on the day of life of each item: it begins
    at 0.
    """
    age = items["age"].fillna(-1).astype("int64")
    part = items["week_part"].fillna(0.0).to_numpy(float)
    last, running = line(age).to_numpy(float), line(age + 1).to_numpy(float)
    last = np.where((age < 0) & (part > 0), 0.0, last)
    return last + np.where(np.isnan(running), 0.0, running - last) * part


def slow_limit(frame: pd.DataFrame, assumptions: dict[str, float]) -> pd.Series:
    """Above how many months of stock is a core style slow? The assumption, or three quarters of its
    category if that is more.
    """
    known = frame["stock_to_sales"].replace(np.inf, np.nan)
    usual = known.groupby(frame["category"]).transform(lambda months: months.quantile(0.75))
    return usual.fillna(0).clip(lower=assumptions["slow_stock_to_sales"])
