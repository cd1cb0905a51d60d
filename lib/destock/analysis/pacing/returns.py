"""What will still come back: cancellations and returns that the last weeks' sales have not seen
yet.
"""

import numpy as np
import pandas as pd

from destock.model.metrics import ratio

# Sale weeks that the rate of now is read from, and those that show how returns spread over the
# weeks after a sale.
RATE_WEEKS, SHAPE_WEEKS = 8, 52
# sold and fully seen (for the rate), come back (for the spread): a category with fewer leans on the
# whole shop
LEAST_UNITS = 30
ALL = "\x00all"  # no category has such a name


def still_to_come(
    weeks: pd.DataFrame, return_lag: pd.DataFrame, as_of: pd.Timestamp
) -> pd.DataFrame:
    """How many units of each week's sales will still be cancelled or come back?

    weeks: item-weeks (category, week, sold_units); return_lag: category, sale_week, lag_weeks,
    units. Two steps, by category: how returns spread over the weeks after a sale, from sale weeks
    that are still being returned as well (right truncation: only the lags that a week can have
    shown by ``as_of`` count); and the rate of late. So a young shop is not taken for one whose
    returns are all in, nor an old rate for today's.

    Returns, on the index of ``weeks``: ``pending_units`` (sold × rate × the share not seen yet) and
    ``pending_share`` (of its returns). Source: reverse-time hazards (Lagakos, Barraj and De
    Gruttola 1988) and the Cape Cod method of loss reserving.
    """
    rows = _by_sale_week(weeks, return_lag, as_of)
    rates = _rates(rows)
    rate = weeks["category"].map(rates).fillna(rates[ALL]).fillna(0.0).to_numpy(float)
    at = pd.MultiIndex.from_frame(weeks[["category", "week"]])
    share = 1 - rows.set_index(["category", "week"])["seen"].reindex(at).to_numpy()
    units = weeks["sold_units"].to_numpy(float) * rate * share
    return pd.DataFrame(
        {"pending_units": units, "pending_share": np.where(units > 0, share, 0.0)},
        index=weeks.index,
    )


def _by_sale_week(
    weeks: pd.DataFrame, return_lag: pd.DataFrame, as_of: pd.Timestamp
) -> pd.DataFrame:
    """Of every category and of the whole shop: units sold in each week, those of them that are
    ``back``, and the share of its returns that can be back by now (``seen``).
    """
    sold = _both(weeks.groupby(["category", "week"], as_index=False)["sold_units"].sum())
    back = _both(return_lag.rename(columns={"sale_week": "week"})).merge(
        sold[["category", "week"]], on=["category", "week"]
    )
    return sold.assign(back=_come_back(sold, back), seen=_seen_by_now(sold, back, as_of))


def _seen_by_now(sold: pd.DataFrame, back: pd.DataFrame, as_of: pd.Timestamp) -> pd.Series:
    """Share of the returns of each category's sale week that has come by now: by its own spread,
    or by the whole shop's where too little came back.
    """
    spreads = {category: _spread(group, as_of) for category, group in back.groupby("category")}
    units = back.groupby("category")["units"].sum()
    seen = pd.Series(0.0, sold.index)
    for category, weeks in sold.groupby("category")["week"]:
        known = category if units.get(category, 0) >= LEAST_UNITS else ALL
        seen[weeks.index] = _seen(spreads.get(known, np.ones(1)), weeks, as_of)
    return seen


def _rates(rows: pd.DataFrame) -> dict[str, float]:
    """The rate of each category, and of the whole shop: that one also from few units, if there are
    no more.
    """
    groups = dict(list(rows.groupby("category")))
    rates = {category: _rate(group, LEAST_UNITS) for category, group in groups.items()}
    shop = rows[rows["category"] == ALL]
    exposed = (shop["sold_units"] * shop["seen"]).sum()
    return rates | {ALL: _rate(shop, min(LEAST_UNITS, exposed))}


def _both(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of every category, and of the whole shop."""
    keys = [name for name in rows if name in ("category", "week", "lag_weeks")]
    whole = rows.assign(category=ALL).groupby(keys, as_index=False).sum()
    return pd.concat([rows, whole], ignore_index=True)


def _come_back(sold: pd.DataFrame, back: pd.DataFrame) -> pd.Series:
    total = back.groupby(["category", "week"])["units"].sum()
    return pd.Series(
        total.reindex(pd.MultiIndex.from_frame(sold[["category", "week"]])).to_numpy(float),
        sold.index,
    ).fillna(0.0)


def _spread(back: pd.DataFrame, as_of: pd.Timestamp) -> np.ndarray:
    """Share of all returns that has come by the end of each week after the sale."""
    recent = back[back["week"] > as_of - pd.Timedelta(weeks=SHAPE_WEEKS)]
    recent = recent if recent["units"].sum() >= LEAST_UNITS else back
    by_lag = recent.astype({"units": float}).pivot_table(
        index="week", columns="lag_weeks", values="units", aggfunc="sum", fill_value=0.0
    )
    by_lag = by_lag.reindex(columns=range(int(by_lag.columns.max()) + 1), fill_value=0.0)
    so_far, last = by_lag.cumsum(axis=1).to_numpy(float), ((as_of - by_lag.index).days + 1) // 7 - 1
    share = np.ones(by_lag.shape[1])
    for lag in range(by_lag.shape[1] - 1, 0, -1):
        whole = last >= lag  # weeks that have been seen to the end of this lag
        before, now = so_far[whole, lag - 1].sum(), so_far[whole, lag].sum()
        share[lag - 1] = share[lag] * (before / now if now > 0 else 1.0)
    return share


def _seen(spread: np.ndarray, week: pd.Series, as_of: pd.Timestamp) -> np.ndarray:
    """Share of the returns of each sale week that has come by the end of ``as_of``; a week that is
    running, by the days that have passed.
    """
    days = (as_of - week).dt.days.to_numpy() + 1
    ends = np.concatenate([[0.0], spread])
    return np.interp(days / 7, np.arange(len(ends)), ends)


def _rate(weeks: pd.DataFrame, least: float) -> float:
    """What has come back ÷ (sold × the share that can have come back by now): of the last
    RATE_WEEKS sale weeks, more of them until ``least`` units are seen; unknown where they never
    are.
    """
    late = weeks.sort_values("week", ascending=False, kind="stable")
    exposed = (late["sold_units"] * late["seen"]).cumsum()
    enough = (exposed < least).sum() + 1
    taken = late.head(max(enough, RATE_WEEKS)) if enough <= len(late) else late.iloc[:0]
    return float(ratio(taken["back"].sum(), (taken["sold_units"] * taken["seen"]).sum()))
