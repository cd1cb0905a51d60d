"""What every item sells a week: by its dated sales, or by what a snapshot knows of the last
months.
"""

import numpy as np
import pandas as pd

from destock.model.metrics import WEEKS_PER_MONTH

RECENT_WEEKS, QUARTER_WEEKS = 8, 13
# what a snapshot knows of the last months, the window to trust first: long enough to be steady,
# short enough to be of now
MONTHS = {"sold_3m": 3, "sold_1m": 1, "sold_6m": 6, "sold_9m": 9}


def weekly_rate(
    weeks: pd.DataFrame, too_early_days: float, recent: int = RECENT_WEEKS
) -> pd.DataFrame:
    """How many units a week does each item sell while it is in stock?

    weeks: complete ones. Mean of the last ``recent`` of them since its first sale, divided by the
    share of time in stock (at least a fifth of it). Returns item, ``rate``, ``rate_sd``,
    ``in_stock_recent``, and ``quarter_rate``: the same over 13 weeks. What has not sold yet sells
    nothing only once it has been on sale for ``too_early_days``: until then its rate is unknown.
    """
    selling = weeks[weeks.groupby("item")["sold_units"].cumsum() > 0]
    late = _in_stock_mean(selling, recent)
    quarter = _in_stock_mean(selling, QUARTER_WEEKS)["rate"].rename("quarter_rate")
    on_sale = weeks[~weeks["in_stock_share"].eq(0)].groupby("item").size()
    watched = on_sale.reindex(pd.Index(weeks["item"].unique(), name="item"), fill_value=0)
    frame = late.join(quarter, how="outer").reindex(watched.index)
    nothing = (7 * watched > too_early_days) & frame["rate"].isna()
    return frame.assign(
        **{name: frame[name].mask(nothing, 0.0) for name in ("rate", "quarter_rate")}
    ).reset_index()


def _in_stock_mean(weeks: pd.DataFrame, recent: int) -> pd.DataFrame:
    late = weeks[weeks["week"] > weeks["week"].max() - pd.Timedelta(weeks=recent)]
    late = late.assign(share=late["in_stock_share"].fillna(1.0))
    stats = late.groupby("item").agg(
        net=("net_units", "sum"),
        share=("share", "sum"),
        rate_sd=("net_units", "std"),
        in_stock_recent=("share", "mean"),
    )
    stats["rate"] = stats["net"].clip(lower=0) / stats["share"].clip(lower=recent / 5)
    return stats[["rate", "rate_sd", "in_stock_recent"]]


def rate_of_months(snapshot: pd.DataFrame) -> pd.DataFrame:
    """How many units a week does each item sell, by what it sold in the last months?

    snapshot: item, sold_1m, sold_3m, sold_6m, sold_9m. Units of the first window known of three
    months, one, six, nine ÷ its weeks (a month is 52 ÷ 12). Time out of stock and the spread are
    unknown to a snapshot. Returns item, ``rate``, ``rate_sd``, ``in_stock_recent``,
    ``quarter_rate`` (the same).
    """
    weekly = pd.DataFrame(
        {
            name: snapshot[name].clip(lower=0) / (months * WEEKS_PER_MONTH)
            for name, months in MONTHS.items()
        }
    )
    rate = weekly.bfill(axis=1)["sold_3m"]
    return pd.DataFrame(
        {
            "item": snapshot["item"],
            "rate": rate,
            "rate_sd": np.nan,
            "in_stock_recent": np.nan,
            "quarter_rate": rate,
        }
    )


def dead_by_months(snapshot: pd.DataFrame) -> pd.Series:
    """Which items hold stock and sold nothing in three months, or in the longest time that the
    snapshot knows beyond them?

    Unknown sales are no proof: an item of which only the last month is known is not called dead.
    """
    longest = snapshot[["sold_9m", "sold_6m", "sold_3m"]].bfill(axis=1)["sold_9m"]
    return (snapshot["on_hand"] > 0) & (longest <= 0)
