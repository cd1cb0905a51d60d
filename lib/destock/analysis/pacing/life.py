"""When the present life of each item began: a life is an item in a season, from its launch or the
first week in which it was in stock and sold.
"""

import pandas as pd

SEASON_DAYS = 364  # what an item of a season did a year before its exit was an earlier life
# a part of all units so small, so many weeks before the next sale, went out as samples
SAMPLE_SHARE, SAMPLE_WEEKS = 0.02, 4


def begins(weeks: pd.DataFrame, item_now: pd.DataFrame) -> pd.DataFrame:
    """Since when does each item live the life that it is judged by?

    weeks: item, week, sold_units, received_units, in_stock_share, closing_units, one row a week;
    item_now: item, launch_date, launch_imputed, exit_date. Returns one row an item: ``begins`` (the
    week of its launch where that is recorded, else the first one in which it was in stock and sold;
    samples that went out before do not count), ``launched_again`` (the week in which it came back
    after a life in an earlier season; NaT where it had none) and ``carried`` (units left from
    that).
    """
    rows = weeks.merge(
        item_now[["item", "launch_date", "launch_imputed", "exit_date"]], on="item", validate="m:1"
    ).sort_values(["item", "week"], kind="stable", ignore_index=True)
    again = _launched_again(rows)
    before = rows["week"] < again.reindex(rows["item"]).to_numpy()
    left = rows[before].groupby("item")["closing_units"].last().astype(float).clip(lower=0)
    frame = _on_sale(rows[~before]).rename("begins").rename_axis("item").reset_index()
    return frame.assign(
        launched_again=again.reindex(frame["item"]).to_numpy("datetime64[us]"),
        carried=left.reindex(frame["item"]).to_numpy(float),
    )


def _launched_again(rows: pd.DataFrame) -> pd.Series:
    """The week in which an item that had sold in an earlier season came back: by its launch date,
    else by its first receipt since.
    """
    a_year_before = rows["exit_date"] - pd.Timedelta(days=SEASON_DAYS)
    late = rows["week"] + pd.Timedelta(days=6) >= a_year_before
    earlier = rows.loc[~late & (rows["sold_units"] > 0) & a_year_before.notna(), "item"].unique()
    launched = _launched(rows) & (rows["launch_date"] >= a_year_before)
    back = rows[late & rows["item"].isin(earlier) & (launched | (rows["received_units"] > 0))]
    return back.groupby("item")["week"].min()


def _launched(rows: pd.DataFrame) -> pd.Series:
    """In which weeks had the item been launched, by a date that is recorded?"""
    return ~rows["launch_imputed"].astype(bool) & (
        rows["week"] + pd.Timedelta(days=6) >= rows["launch_date"]
    )


def _on_sale(rows: pd.DataFrame) -> pd.Series:
    """The first week in which each item was on sale; where it never was, the first in which it was
    in stock or sold, or its first one in the records.
    """
    stocked, sold = ~rows["in_stock_share"].eq(0), rows["sold_units"] > 0
    selling = rows[stocked & sold]
    since = _last_sample(selling, rows).reindex(rows["item"]).to_numpy()
    launched = stocked & (sold | _launched(rows)) & ~(rows["week"] < since)
    ways = (launched, stocked & rows["in_stock_share"].notna(), sold, sold | True)
    first, *others = (rows[way].groupby("item")["week"].min() for way in ways)
    for other in others:
        first = first.combine_first(other)
    return first


def _last_sample(selling: pd.DataFrame, rows: pd.DataFrame) -> pd.Series:
    """The week in which an item that had only been sampled began to sell."""
    item = selling.groupby("item")
    gap = item["week"].diff().dt.days > 7 * SAMPLE_WEEKS
    sold_before = item["sold_units"].cumsum() - selling["sold_units"]
    few = sold_before <= SAMPLE_SHARE * item["sold_units"].transform("sum")
    received = rows["received_units"].astype(float).fillna(0.0)
    came = received.groupby(rows["item"]).cumsum()[selling.index]
    in_all = received.groupby(rows["item"]).sum().reindex(selling["item"]).to_numpy(float)
    little = came.groupby(selling["item"]).shift() <= SAMPLE_SHARE * in_all
    return selling[gap & (few | little)].groupby("item")["week"].max()
