"""How often styles are shown while they are on sale, beside others of their age."""

import pandas as pd

LEAST_STYLES = 5


def shown(items: pd.DataFrame, weeks: pd.DataFrame, assumptions: dict[str, float]) -> pd.DataFrame:
    """How often was each item shown a week, and below what was it hardly shown?

    weeks: complete ones; those count in which the item was in stock, from the beginning of its life
    to its exit. Returns item, ``exposures_week`` (mean of its life so far; unknown where nobody
    counted) and ``exposure_floor``, by what the items of its category (of all, where there are
    fewer than five) had been shown by the same week of their lives: their ``exposure_quantile``, or
    ``low_rate`` × their median where that is less. A quarter of all styles is always in the lowest
    quarter; hardly shown is what is far from the usual as well.
    """
    so_far = _so_far(items, weeks)
    last = so_far.groupby("item")[["age", "exposures_week"]].last()
    floors = last.join(items.set_index("item")["category"])
    by_age = so_far.pivot_table(index="item", columns="age", values="exposures_week")
    by_age = by_age.ffill(axis=1)
    pooled = _floors(by_age, assumptions)
    floors["exposure_floor"] = floors["age"].map(pooled)
    for _, part in floors.groupby("category"):
        own = part["age"].map(_floors(by_age.loc[part.index], assumptions))
        floors.loc[part.index, "exposure_floor"] = own.fillna(part["exposure_floor"])
    found = floors[["exposures_week", "exposure_floor"]].reindex(items["item"])
    return found.rename_axis("item").reset_index()


def _so_far(items: pd.DataFrame, weeks: pd.DataFrame) -> pd.DataFrame:
    """What each item had been shown a week by every week of its life in which it was on sale."""
    rows = weeks.merge(items[["item", "exit_date"]], on="item", validate="m:1")
    over = rows["week"] > rows["exit_date"]
    out_of_stock = rows["in_stock_share"].eq(0)
    rows = rows[(rows["age"] >= 0) & ~over & ~out_of_stock & rows["exposures"].notna()]
    shown = rows["exposures"].astype(float).groupby(rows["item"])
    return rows.assign(exposures_week=shown.cumsum() / (shown.cumcount() + 1))


def _floors(by_age: pd.DataFrame, assumptions: dict[str, float]) -> pd.Series:
    """By week of life: below what is an item hardly shown? Unknown where too few came so far."""
    low = by_age.quantile(assumptions["exposure_quantile"])
    far = assumptions["low_rate"] * by_age.median()
    return low.clip(upper=far).where(by_age.count() >= LEAST_STYLES)
