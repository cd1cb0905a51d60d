"""What kind of overstock: how much is too much, and which of the four classes it belongs to."""

import numpy as np
import pandas as pd

from destock.model.messages import mark
from destock.model.metrics import WEEKS_PER_MONTH, ratio, stock_to_sales, weeks_of_supply, wilson_lower

CLASSES = (
    mark("defective"), mark("out of season"), mark("misjudged"), mark("slow"),
    mark("over-bought"), mark("too early"), mark("unclassifiable"),
)  # fmt: skip
AGE_BANDS = (0, 30, 60, 90, 180, np.inf)
AGE_LABELS = ("0–30", "31–60", "61–90", "91–180", "> 180")
UNKNOWN_AGE = mark("unknown")


def excess(styles: pd.DataFrame, rates: pd.DataFrame, assumptions: dict[str, float]) -> pd.DataFrame:
    """How many units are more than the shop can still use?

    Seasonal: stock + open orders − what will still sell until the exit. Core: stock + open
    orders − (rate × (lead time + review + cover) + z σ √(lead time + review)). Damaged
    units are excess as they are. Returns item, ``need``, ``excess_on_hand``, ``excess_on_order``,
    ``excess_units`` (on hand and damaged), ``weeks_of_supply``, ``stock_to_sales``, ``rate``, …;
    unknown where stock is.
    """
    frame = styles.merge(rates, on="item", how="left", validate="1:1")
    rate, spread = frame["rate"].fillna(0.0), frame["rate_sd"].fillna(0.0)
    wait = (frame["lead_time_days"] / 7).fillna(assumptions["lead_time_weeks"]) + assumptions["review_weeks"]
    ceiling = rate * (wait + assumptions["cover_weeks"]) + assumptions["service_z"] * spread * np.sqrt(wait)
    core = frame["exit_date"].isna()
    frame["need"] = np.where(core, ceiling, frame["remaining"])
    too_much = (frame["on_hand"] + frame["on_order"] - frame["need"]).clip(lower=0)
    # The last units needed are the ones on order: what is too much is first of all there, where it can still be cancelled.
    frame["excess_on_order"] = np.minimum(too_much, frame["on_order"])
    frame["excess_on_hand"] = too_much - frame["excess_on_order"]
    frame["excess_units"] = frame["excess_on_hand"] + frame["damaged"]
    frame["ceiling_weeks"] = wait + assumptions["cover_weeks"]
    frame["weeks_of_supply"] = weeks_of_supply(frame["on_hand"], rate)
    frame["stock_to_sales"] = stock_to_sales(frame["on_hand"], rate * WEEKS_PER_MONTH)
    return frame


def lines_of_failure(frame: pd.DataFrame, bands: pd.DataFrame) -> pd.DataFrame:
    """Below which sell-through, at its age, has a style failed?

    Adds ``fail_line``: the low quantile of past styles of its tier (all tiers, where the
    tier had too few) at the same week of life; and ``category_rate``: the median weekly
    rate of its category's core styles.
    """
    line = bands.set_index(["season", "tier", "age"])["fail"]
    age = frame["age"].fillna(-1).astype("int64")
    own = line.reindex(pd.MultiIndex.from_arrays([frame["season"], frame["tier"], age])).to_numpy()
    pooled = line.reindex(pd.MultiIndex.from_arrays([frame["season"], np.repeat("all", len(frame)), age])).to_numpy()
    core_rate = frame.loc[frame["exit_date"].isna()].groupby("category")["rate"].median()
    return frame.assign(fail_line=np.where(np.isnan(own), pooled, own), category_rate=frame["category"].map(core_rate))


def _rules(frame: pd.DataFrame, as_of: pd.Timestamp, a: dict[str, float]) -> dict[str, pd.Series]:
    """Which rule holds for the good units of each item? In order: the first that holds names the class."""
    seasonal = frame["exit_date"].notna()
    age_days = (frame["age"] + 1) * 7
    by_category = frame.groupby("category")
    shipped = frame["sold_units"] * (1 - ratio(frame["undone_units"] - frame["returns"], frame["sold_units"]).clip(0, 1).fillna(0))
    category_quality = ratio(by_category["quality_returns"].transform("sum"), shipped.groupby(frame["category"]).transform("sum"))
    quality = pd.Series(wilson_lower(frame["quality_returns"], shipped), index=frame.index)
    defect = (quality > a["defect_factor"] * category_quality) & (shipped >= a["defect_least_units"])
    share_left = ratio(frame["remaining"], frame["remaining"] + frame["net_units"].clip(lower=0))
    over = seasonal & ((frame["exit_date"] < as_of) | (share_left <= a["remaining_share"]))
    floor = by_category["exposures"].transform(lambda s: (s / frame.loc[s.index, "age"].add(1)).quantile(a["exposure_quantile"]))
    seen = (frame["exposures"] / frame["age"].add(1) >= floor) | frame["exposures"].isna()
    available = ~(frame["in_stock_share"] < a["instock_floor"])
    failing = frame["sell_through"] < frame["fail_line"]
    young_core = ~seasonal & (age_days <= a["slow_days"])
    fair_rate = frame["category_rate"]
    misjudged = (seasonal & failing | young_core & (frame["rate"] < fair_rate)) & seen & available & (age_days > a["too_early_days"])
    limit = np.maximum(
        a["slow_stock_to_sales"], by_category["stock_to_sales"].transform(lambda s: s.replace(np.inf, np.nan).quantile(0.75)).fillna(0)
    )
    slow = (
        ~seasonal & (age_days > a["slow_days"]) & ((frame["weeks_of_supply"] > frame["ceiling_weeks"]) | (frame["stock_to_sales"] > limit))
    )
    unknown = frame["age"].isna() | seasonal & frame["need"].isna()
    early = (age_days <= a["too_early_days"]) | (seasonal & failing | young_core) & ~seen
    return {
        "defective": defect,
        "out of season": over,
        "unclassifiable": unknown,
        "misjudged": misjudged,
        "slow": slow,
        "too early": early,
        "over-bought": pd.Series(True, index=frame.index),
    }


def classify(frame: pd.DataFrame, as_of: pd.Timestamp, assumptions: dict[str, float]) -> pd.DataFrame:
    """Why is it too much: defective, out of season, misjudged, or slow?

    ``frame``: one row an item from ``excess`` with the lines of ``lines_of_failure``.
    Returns one row an (item, class): ``units``, ``cost``, ``also`` (other rules that hold).
    Units add up to all excess: damaged units are defective, the good ones take the first
    rule that holds.
    """
    rules = _rules(frame, as_of, assumptions)
    holds = pd.DataFrame({name: rule.fillna(False).astype(bool) for name, rule in rules.items()})
    first = holds.idxmax(axis=1)
    also = pd.Series(
        [
            " / ".join(n for n in holds.columns[row] if n not in (own, "over-bought"))
            for row, own in zip(holds.to_numpy(), first, strict=True)
        ],
        index=frame.index,
    )
    unit_cost = ratio(frame["on_hand_cost"], frame["on_hand"]).fillna(frame["mean_cost"])
    good = frame.assign(**{"class": first, "units": frame["excess_on_hand"], "cost": frame["excess_on_hand"] * unit_cost, "also": also})
    bad = frame.assign(**{"class": "defective", "units": frame["damaged"], "cost": frame["damaged_cost"], "also": ""})
    rows = pd.concat([good, bad])
    rows = (
        rows[rows["units"] > 0]
        .groupby(["item", "class"], as_index=False)
        .agg(units=("units", "sum"), cost=("cost", "sum"), also=("also", "max"))
    )
    return rows.sort_values(["cost", "item"], ascending=[False, True], kind="stable").reset_index(drop=True)


def dead(frame: pd.DataFrame, as_of: pd.Timestamp, assumptions: dict[str, float]) -> pd.Series:
    """Which items hold stock and have not sold one unit for the number of weeks that makes stock dead?"""
    weeks = assumptions["dead_weeks"]
    idle = (as_of - frame["last_sale"]).dt.days >= 7 * (weeks + 1)
    return (frame["on_hand"] > 0) & (idle | frame["last_sale"].isna()) & (frame["age"] >= weeks)


def by_class(classes: pd.DataFrame) -> pd.DataFrame:
    """How much of the overstock is of which kind? Units and cost by class, all classes listed."""
    total = classes.groupby("class").agg(items=("item", "nunique"), units=("units", "sum"), cost=("cost", "sum"))
    return total.reindex(CLASSES).fillna(0).rename_axis("class").reset_index()


def ageing(layer: pd.DataFrame, sku_now: pd.DataFrame, item_now: pd.DataFrame) -> pd.DataFrame:
    """How old is the stock, by the day it was received (first in, first out)?

    layer: sku, age_days (null = unknown), units. Returns one row an (category, band):
    ``units``, ``cost``; every band is listed for every category with stock.
    """
    rows = layer.merge(sku_now[["sku", "item", "unit_cost"]], on="sku", validate="m:1").merge(
        item_now[["item", "category"]], on="item", validate="m:1"
    )
    band = pd.cut(rows["age_days"].clip(lower=1), AGE_BANDS, labels=AGE_LABELS).astype(object)
    rows["band"] = pd.Categorical(band.where(band.notna(), UNKNOWN_AGE), [*AGE_LABELS, UNKNOWN_AGE])
    rows["cost"] = rows["units"] * rows["unit_cost"]
    return rows.groupby(["category", "band"], observed=False, as_index=False)[["units", "cost"]].sum().astype({"band": str})


def moving_share(sku_week: pd.DataFrame) -> pd.DataFrame:
    """What share of the SKUs in stock sells at all (动销率)?

    SKUs with at least one sale ÷ SKUs that were in stock or sold, in four complete weeks,
    for the last 13 such periods: ``period_end``, ``moving``, ``on_sale``, ``share``. Empty
    where stock is unknown: nobody can say then what was on sale.
    """
    rows = sku_week[sku_week["complete"] & (sku_week["stock_basis"] != "unknown")]
    last = rows["week"].max()
    rows = rows.assign(period=(last - rows["week"]).dt.days // 28, on_sale=(rows["days_in_stock"] > 0) | (rows["sold_units"] > 0))
    per_sku = rows[(rows["period"] < 13) & rows["on_sale"]].groupby(["period", "sku"], as_index=False)["sold_units"].sum()
    total = (
        per_sku.assign(sold=per_sku["sold_units"] > 0)
        .groupby("period", as_index=False)
        .agg(moving=("sold", "sum"), on_sale=("sku", "size"))
    )
    total["period_end"] = last + pd.Timedelta(days=6) - pd.to_timedelta(total["period"] * 28, unit="D")
    return total.assign(share=ratio(total["moving"], total["on_sale"]))[["period_end", "moving", "on_sale", "share"]]
