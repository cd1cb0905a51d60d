"""The range: which styles earn the money (ABC), how evenly they sell (XYZ), and how many sell at
all.
"""

import numpy as np
import pandas as pd

from destock.analysis.classification.cover import seldom
from destock.model.messages import mark
from destock.model.metrics import ratio

A_SHARE, B_SHARE = 0.70, 0.90  # of gross profit, before the style itself
X_CV, Y_CV = 0.5, 1.0
# Syntetos–Boylan–Croston: weeks between sales, squared variation of their sizes
INTERVAL, VARIATION = (1.32, 0.49)
PATTERNS = (mark("smooth"), mark("erratic"), mark("intermittent"), mark("lumpy"))
YEAR_WEEKS = 52


def abc(value: pd.Series) -> pd.Series:
    """Which styles bring the first 70 % of the money (A), which the next 20 % (B), which the rest
    (C)?

    Graded by the share of those that bring more than a style, compared with a tolerance, so that
    ties at a line never depend on rounding, and styles that bring the same are graded alike. Styles
    without value are C.

    >>> "".join(abc(pd.Series([50, 20, 12, 8, 5, 3, 1.5, 0.5])))
    'AABBCCCC'
    >>> "".join(abc(pd.Series([50, 25, 25])))
    'AAA'
    """
    earned = value.fillna(0.0).clip(lower=0)
    largest = earned.sort_values(ascending=False, kind="stable")
    more = (largest.cumsum() - largest).groupby(largest.round(6)).transform("min")
    before = ratio(more, np.full(len(largest), largest.sum()))
    graded = np.select([before < A_SHARE - 1e-9, before < B_SHARE - 1e-9], ["A", "B"], "C")
    return pd.Series(graded, index=largest.index).reindex(value.index).where(earned > 0, "C")


def xyz(weekly: np.ndarray) -> np.ndarray:
    """How evenly does each style sell: X (variation up to .5), Y (up to 1), Z?

    weekly: styles × weeks, unknown weeks NaN; unknown with fewer than four weeks or without sales.
    """
    known = np.isfinite(weekly)
    weeks = known.sum(axis=1)
    mean = ratio(np.where(known, weekly, 0.0).sum(axis=1), weeks)
    squares = np.where(known, weekly - mean[:, None], 0.0) ** 2
    variation = ratio(np.sqrt(ratio(squares.sum(axis=1), weeks)), mean)
    graded = np.select(
        [variation <= X_CV, variation <= Y_CV, variation > Y_CV], ["X", "Y", "Z"], ""
    )
    return np.where(weeks >= 4, graded, "")


def pattern(weekly: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Does a style sell every week or now and then, evenly or in lumps? (PATTERNS, weeks between
    sales, squared variation of sizes).

    weekly: styles × weeks, unknown weeks NaN. Interval = weeks ÷ weeks with a sale; variation by
    the population's variance.
    """
    sold = np.nan_to_num(weekly) > 0
    sales = sold.sum(axis=1)
    interval = ratio(np.isfinite(weekly).sum(axis=1), sales)
    mean = ratio(np.where(sold, weekly, 0.0).sum(axis=1), sales)
    squares = np.where(sold, weekly - mean[:, None], 0.0) ** 2
    variation = ratio(squares.sum(axis=1), sales * mean**2)
    seldom_sold, uneven = interval >= INTERVAL, variation >= VARIATION
    smooth, erratic, intermittent, lumpy = PATTERNS
    named = np.select(
        [sales == 0, seldom_sold & uneven, seldom_sold, uneven],
        ["", lumpy, intermittent, erratic],
        smooth,
    )
    return named, interval, variation


RANKED = [
    "item",
    "gross_profit",
    "abc_basis",
    "abc",
    "xyz",
    "pattern",
    "sale_interval",
    "size_variation",
    "seldom_rate",
]


def ranked(items: pd.DataFrame, weeks: pd.DataFrame, snapshot: pd.DataFrame) -> pd.DataFrame:
    """Which styles earn the money, and how evenly do they sell?

    Last 52 complete weeks. ABC by gross profit (net revenue − net units × unit cost; where no cost
    is known by net revenue; of a snapshot by units sold × (tag − cost)). XYZ and pattern by weekly
    units in stock, divided by the category's own week. Returns item, ``gross_profit``,
    ``abc_basis``, ``abc``, ``xyz``, ``pattern``, ``sale_interval`` (weeks), ``size_variation``,
    ``seldom_rate`` (units a week, of PATTERNS that sell seldom).
    """
    late = weeks[weeks["week"] > weeks["week"].max() - pd.Timedelta(weeks=YEAR_WEEKS)]
    frame = items[["item", "category", "mean_cost", "tag_price"]].merge(
        _earned(items, late, snapshot), on="item", how="left", validate="1:1"
    )
    even, plain = _weekly(frame, late)
    named, interval, variation = pattern(plain)
    rate = seldom(np.nan_to_num(plain)) if plain.shape[1] else 0.0
    return frame.assign(
        abc=abc(frame["gross_profit"]),
        xyz=xyz(even),
        pattern=named,
        sale_interval=interval,
        size_variation=variation,
        seldom_rate=np.where(np.isin(named, PATTERNS[2:]), rate, np.nan),
    )[RANKED]


def _earned(items: pd.DataFrame, late: pd.DataFrame, snapshot: pd.DataFrame) -> pd.DataFrame:
    """What each item earned, and on what that rests: gross profit, else net sales, else units."""
    frame = _sold(items, late) if snapshot.empty else _sold_by_months(items, snapshot)
    profit = frame["net"] - frame["units"] * frame["mean_cost"]
    basis = np.select(
        [profit.notna(), frame["net"].notna()],
        [mark("gross profit"), mark("net sales (cost unknown)")],
        mark("units (price unknown)"),
    )
    value = profit.fillna(frame["net"]).fillna(frame["units"])
    return frame[["item"]].assign(gross_profit=value, abc_basis=basis)


def _sold(items: pd.DataFrame, late: pd.DataFrame) -> pd.DataFrame:
    """Net sales in money and units of the last year."""
    sums = ["revenue", "refund_value", "sold_units", "cancelled_units", "returned_units"]
    total = late.groupby("item")[sums].sum()
    rows = items[["item", "mean_cost"]].join(total, on="item").fillna(dict.fromkeys(total, 0.0))
    return rows.assign(
        net=rows["revenue"] - rows["refund_value"],
        units=rows["sold_units"] - rows["cancelled_units"] - rows["returned_units"],
    )


def _sold_by_months(items: pd.DataFrame, snapshot: pd.DataFrame) -> pd.DataFrame:
    """The same of a snapshot: units of the longest time that it knows, at their tag."""
    months = snapshot.set_index("item")[["sold_9m", "sold_6m", "sold_3m", "sold_1m"]]
    units = items["item"].map(months.astype(float).bfill(axis=1).iloc[:, 0])
    return items[["item", "mean_cost"]].assign(net=units * items["tag_price"], units=units)


def _weekly(frame: pd.DataFrame, late: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Weekly units in stock (items × weeks), divided by how the category's week ran, and as they
    were; weeks mostly out of stock are unknown.
    """
    share = late["in_stock_share"].fillna(1.0)
    units = late["net_units"].clip(lower=0) / share.where(share > 0)
    rows = late.assign(units=units.where(share >= 0.5), sold=late["sold_units"].where(share >= 0.5))
    by_week = rows.groupby(["category", "week"])["units"].mean()
    usual = by_week / by_week.groupby("category").transform("mean")
    at = pd.MultiIndex.from_frame(rows[["category", "week"]])
    rows["even"] = rows["units"] / usual.where(usual > 0).reindex(at).to_numpy(float)
    return _wide(rows, "even", frame), _wide(rows, "sold", frame)


def _wide(rows: pd.DataFrame, values: str, frame: pd.DataFrame) -> np.ndarray:
    wide = rows.pivot(index="item", columns="week", values=values)
    return wide.reindex(frame["item"]).to_numpy(float)


def moving_share(sku_week: pd.DataFrame) -> pd.DataFrame:
    """What share of the SKUs in stock sells at all (动销率)?

    SKUs with at least one sale ÷ SKUs that were in stock or sold, in four complete weeks,
    for the last 13 such periods: ``period_end``, ``moving``, ``on_sale``, ``share``. Empty
    where stock is unknown: nobody can say then what was on sale.
    """
    rows = sku_week[sku_week["complete"] & (sku_week["stock_basis"] != "unknown")]
    last = rows["week"].max()
    period = (last - rows["week"]).dt.days // 28
    on_sale = (rows["days_in_stock"] > 0) | (rows["sold_units"] > 0)
    rows = rows.assign(period=period)[on_sale & (period < 13)]
    skus = rows.groupby(["period", "sku"], as_index=False)["sold_units"].sum()
    total = (
        skus.assign(sold=skus["sold_units"] > 0)
        .groupby("period", as_index=False)
        .agg(moving=("sold", "sum"), on_sale=("sku", "size"))
    )
    ago = pd.to_timedelta(total["period"] * 28, unit="D")
    total = total.assign(
        period_end=last + pd.Timedelta(days=6) - ago,
        share=ratio(total["moving"], total["on_sale"]),
    )
    return total[["period_end", "moving", "on_sale", "share"]]
