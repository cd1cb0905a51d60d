"""Sell-through: how much was sold, whether that is enough, and how much will be sold by the end."""

import numpy as np
import pandas as pd

from destock.model.messages import mark
from destock.model.metrics import ratio, sell_through

BANDS = {"q10": 0.10, "q25": 0.25, "median": 0.50, "q75": 0.75, "q90": 0.90}
PACES = (mark("no baseline"), mark("too early"), mark("slow"), mark("behind"), mark("ahead"), mark("on pace"))
LEAST_ITEMS = 5
RECENT_WEEKS = 8


def target_sell_through(cost_rate, price_realisation, expense_rate, profit_rate=0.0):
    """What share of the buy must be sold to earn ``profit_rate`` on sales? Zero profit = break-even.

    ``cost_rate`` = unit cost ÷ tag price, ``price_realisation`` = price paid ÷ tag price,
    ``expense_rate`` and ``profit_rate`` = shares of net sales; leftovers are worth nothing.
    X = c ÷ ((1 − o − π) d). A result above 1 cannot be reached at this price.

    >>> round(float(target_sell_through(0.50, 0.88, 0.26)), 4)
    0.7678
    >>> round(float(target_sell_through(0.50, 0.88, 0.26, 0.08)), 4)
    0.8609
    """
    return ratio(cost_rate, (1 - expense_rate - profit_rate) * np.asarray(price_realisation, float))


def least_realisation(cost_rate, expense_rate, profit_rate=0.0):
    """Below which price realisation is the target out of reach even if everything sells?

    >>> round(float(least_realisation(0.50, 0.26, 0.08)), 5)
    0.75758
    """
    return ratio(cost_rate, np.asarray(1 - expense_rate - profit_rate, float))


def net_weeks(item_week: pd.DataFrame, item_now: pd.DataFrame, return_lag: pd.DataFrame) -> pd.DataFrame:
    """What was sold and kept, week by week, with the returns still to come already taken off?

    item_week: the panel (item, week, sold_units, undone_units, …). Returns its complete
    weeks with ``age`` (weeks since the item was first on sale), ``net_units`` (sold, less
    cancelled and returned by week of sale, less those still expected), ``provisional``
    (more than 2 % of the week's returns are still expected) and ``cumulative``. A week k
    weeks ago has seen the share F(k) of its returns: net = sold − undone − sold·ρ·(1 − F(k)).
    """
    weeks = item_week[item_week["complete"]].merge(item_now[["item", "category"]], on="item", validate="m:1")
    weeks = weeks.sort_values(["item", "week"], kind="stable").reset_index(drop=True)
    ago = (weeks["week"].max() - weeks["week"]).dt.days // 7
    pending = 1 - _share_seen(return_lag, weeks["category"], ago)
    rate = weeks["category"].map(_return_rate(weeks[ago >= RECENT_WEEKS])).fillna(0)
    sold = weeks["sold_units"]
    weeks["net_units"] = sold - weeks["undone_units"] - (sold * rate * pending).clip(upper=(sold - weeks["undone_units"]).clip(lower=0))
    weeks["provisional"] = (pending > 0.02) & (rate > 0)
    on_sale = (weeks["sold_units"] > 0) | (weeks["in_stock_share"] > 0)
    first = (
        weeks["week"].where(on_sale).groupby(weeks["item"]).transform("min").fillna(weeks["week"].groupby(weeks["item"]).transform("min"))
    )
    weeks["age"] = (weeks["week"] - first).dt.days // 7
    weeks["cumulative"] = weeks.groupby("item")["net_units"].cumsum()
    return weeks[weeks["age"] >= 0].reset_index(drop=True)


def _return_rate(weeks: pd.DataFrame) -> pd.Series:
    total = weeks.groupby("category")[["undone_units", "sold_units"]].sum()
    return ratio(total["undone_units"], total["sold_units"])


def _share_seen(return_lag: pd.DataFrame, category: pd.Series, ago: pd.Series) -> np.ndarray:
    """Share of a week's cancellations and returns that have come in ``ago`` weeks later."""
    if return_lag.empty:
        return np.ones(len(category))
    by_lag = return_lag.pivot_table(index="category", columns="lag_weeks", values="units", aggfunc="sum", fill_value=0.0)
    by_lag = by_lag.reindex(columns=range(int(by_lag.columns.max()) + 1), fill_value=0.0)
    seen = by_lag.cumsum(axis=1).div(by_lag.sum(axis=1), axis=0)
    row = seen.index.get_indexer(category)
    column = np.minimum(ago.to_numpy(), seen.shape[1] - 1)
    return np.where(row >= 0, seen.to_numpy()[row, column], 1.0)


def items(item_now: pd.DataFrame, weeks: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """How far has every style sold through, how old is it, and at which part of its tag price?

    Returns one row an item: the columns of ``item_now``, ``age`` (complete weeks on sale, the first is 0),
    ``life`` (weeks from first sale to exit), ``net_units``, ``sell_through`` (net ÷ received),
    ``price_realisation`` (paid ÷ sold at tag), ``season_year``, ``season_half``, ``in_season``, ``flags``.
    """
    weeks = weeks.assign(
        provisional_units=weeks["net_units"].where(weeks["provisional"], 0.0), sale_week=weeks["week"].where(weeks["sold_units"] > 0)
    )
    total = weeks.groupby("item").agg(
        age=("age", "max"), first_week=("week", "min"), net_units=("net_units", "sum"), sold_units=("sold_units", "sum"),
        undone_units=("undone_units", "sum"), paid_value=("paid_value", "sum"),
        provisional_units=("provisional_units", "sum"), in_stock_share=("in_stock_share", "mean"), last_sale=("sale_week", "max"),
    )  # fmt: skip
    seen = weeks.groupby("item")[["exposures", "clicks"]].sum(min_count=1)  # unknown, not zero, where nobody counted
    total = total.join(seen)
    frame = item_now.merge(total, on="item", how="left", validate="1:1")
    frame["net_units"] = frame["net_units"].fillna(0.0)
    frame["sell_through"] = sell_through(frame["net_units"], frame["received"])
    frame["price_realisation"] = ratio(frame["paid_value"], frame["sold_units"] * frame["tag_price"])
    season = frame["season"].astype("str").str.extract(r"^(\d{4})(.+)$")
    frame["season_year"], frame["season_half"] = pd.to_numeric(season[0]), season[1]
    frame["life"] = (frame["exit_date"] - frame["first_week"]).dt.days // 7 + 1
    frame["in_season"] = frame["exit_date"].isna() | (frame["exit_date"] >= as_of)
    return frame.assign(flags=_flags(frame))


def _flags(frame: pd.DataFrame) -> pd.Series:
    """What to know about an item's figures before trusting them."""
    rules = {
        "no_sales": ~(frame["sold_units"] > 0),
        "net_negative": frame["net_units"] < 0,
        "returns_immature": frame["provisional_units"] > 0,
        "st_gt_100": frame["sell_through"] > 1,
        "launch_imputed": frame["launch_imputed"],
        "cost_missing": frame["mean_cost"].isna(),
    }
    flags = pd.DataFrame(rules, index=frame.index).astype(bool)
    return pd.Series(["; ".join(flags.columns[row]) for row in flags.to_numpy()], index=frame.index, dtype="str")


def cumulative_share(styles: pd.DataFrame, weeks: pd.DataFrame, of: str) -> pd.DataFrame:
    """How far had each style sold through by each week of its life?

    ``of``: the column of ``styles`` that sales are divided by (``received``). Returns items
    × ages; after an item's last week its last value holds.
    """
    wide = weeks.pivot_table(index="item", columns="age", values="cumulative", aggfunc="last")
    wide = wide.reindex(columns=range(int(wide.columns.max()) + 1) if len(wide.columns) else []).ffill(axis=1)
    by = styles.set_index("item")[of].reindex(wide.index)
    return wide.div(by.where(by > 0), axis=0)


def baseline(styles: pd.DataFrame, weeks: pd.DataFrame, as_of: pd.Timestamp, assumptions: dict[str, float]) -> pd.DataFrame:
    """How fast did styles of the same tier sell in the same season of the last years?

    Returns one row a (season, tier, age): the quantiles of BANDS of sell-through over all
    styles of the same season of the last years (assumption ``baseline_seasons``) that had
    ended by ``as_of``, ``fail`` (the quantile ``misjudged_quantile``), the number of ``styles``
    and of ``past_seasons`` behind them. ``tier`` "all" pools the tiers.
    """
    levels = BANDS | {"fail": assumptions["misjudged_quantile"]}
    columns = ["season", "tier", "age", *levels, "styles", "past_seasons"]
    past = styles[(styles["exit_date"] < as_of) & (styles["received"] > 0) & styles["season_year"].notna()]
    now = (
        styles.loc[styles["in_season"] & styles["season_year"].notna(), ["season", "season_year", "season_half"]]
        .drop_duplicates()
        .sort_values("season")
    )
    share = cumulative_share(past, weeks[weeks["item"].isin(past["item"])], "received")
    found = [
        _bands(
            share,
            past[(past["season_half"] == half) & past["season_year"].between(year - assumptions["baseline_seasons"], year - 1)],
            season,
            levels,
        )
        for season, year, half in now.itertuples(index=False)
    ]
    return pd.concat([pd.DataFrame(columns=columns), *found], ignore_index=True)[columns].astype(
        _BASELINE_TYPES | dict.fromkeys(levels, float)
    )


_BASELINE_TYPES = {"season": str, "tier": str, "age": "int64", "styles": "int64", "past_seasons": "int64"}


def _bands(share: pd.DataFrame, past: pd.DataFrame, season: str, levels: dict[str, float]) -> pd.DataFrame:
    tiers = [("all", past), *past.groupby("tier")]
    parts = [pd.DataFrame()]
    for tier, group in tiers:
        rows = share.reindex(group["item"]).dropna(how="all")
        if len(rows) < LEAST_ITEMS:
            continue
        bands = rows.quantile(list(levels.values())).set_axis(levels, axis=0).T.rename_axis("age").reset_index()
        parts.append(bands.assign(season=season, tier=tier, styles=len(rows), past_seasons=group["season"].nunique()))
    return pd.concat(parts, ignore_index=True)


def links(styles: pd.DataFrame, weeks: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """By what factor do sales to date grow in the next week of life?

    Unit-weighted chain ladder: Σ C(a+1) ÷ Σ C(a) over the styles still at risk at a+1 (on
    sale inside their own life and not sold out). Returns one row a (season_half, tier,
    age): ``factor``, ``units`` behind it. ``tier`` "all" pools the tiers.
    Only seasons that had ended by ``as_of`` count.
    """
    past = styles.loc[(styles["exit_date"] < as_of) & styles["season_half"].notna(), ["item", "season_half", "tier", "life"]]
    rows = weeks.merge(past, on="item", validate="m:1")
    rows["next"] = rows.groupby("item")["cumulative"].shift(-1)
    available = rows.groupby("item")["in_stock_share"].shift(-1).fillna(1) > 0
    rows = rows[(rows["age"] + 1 < rows["life"]) & rows["next"].notna() & available & (rows["cumulative"] > 0)]
    pooled = pd.concat([rows, rows.assign(tier="all")])
    total = pooled.groupby(["season_half", "tier", "age"], as_index=False)[["cumulative", "next"]].sum()
    return total.assign(factor=np.maximum(1.0, total["next"] / total["cumulative"]), units=total["cumulative"]).drop(
        columns=["cumulative", "next"]
    )


def remaining_demand(styles: pd.DataFrame, ladder: pd.DataFrame) -> pd.Series:
    """How many units will each seasonal style still sell until its exit, if stock does not run out?

    Sales to date × (product of the links over the rest of its own life − 1); the tier's own
    links where they rest on 300 units, the pooled ones elsewhere. Unknown without links; 0
    once the season is over.
    """
    own = ladder[ladder["units"] >= 300].set_index(["season_half", "tier", "age"])["factor"]
    log_factors = np.log(own).unstack("age") if len(own) else pd.DataFrame()
    result = pd.Series(np.nan, index=styles.index)
    for i, s in styles[styles["in_season"] & styles["season_half"].notna() & styles["age"].notna()].iterrows():
        for tier in (s["tier"], "all"):
            if (s["season_half"], tier) in log_factors.index:
                rest = log_factors.loc[(s["season_half"], tier)].loc[s["age"] : s["life"] - 2]
                result[i] = max(0.0, s["net_units"]) * np.expm1(rest.fillna(0).sum())
                break
    return result.mask(~styles["in_season"], 0.0)


def remaining_at_rate(styles: pd.DataFrame, rates: pd.DataFrame, as_of: pd.Timestamp) -> pd.Series:
    """What will a style still sell until its exit if it goes on as in the last weeks?

    Weekly rate × weeks to the exit: for a season that no past one can be compared with.
    """
    rate = styles["item"].map(rates.set_index("item")["rate"])
    return rate * ((styles["exit_date"] - as_of).dt.days / 7).clip(lower=0)


def weekly_rate(weeks: pd.DataFrame, recent: int = RECENT_WEEKS) -> pd.DataFrame:
    """How many units a week does each item sell while it is in stock?

    Mean of the last ``recent`` complete weeks, divided by the share of time in stock
    (at least a fifth of it). Returns item, ``rate``, ``rate_sd``,
    ``in_stock_recent``.
    """
    last = weeks["week"].max()
    late = weeks[weeks["week"] > last - pd.Timedelta(weeks=recent)]
    share = late["in_stock_share"].fillna(1.0)
    stats = (
        late.assign(share=share)
        .groupby("item")
        .agg(net=("net_units", "sum"), share=("share", "sum"), rate_sd=("net_units", "std"), in_stock_recent=("share", "mean"))
    )
    stats["rate"] = stats["net"].clip(lower=0) / stats["share"].clip(lower=recent / 5)
    return stats.reset_index()[["item", "rate", "rate_sd", "in_stock_recent"]]


def pace(styles: pd.DataFrame, bands: pd.DataFrame, assumptions: dict[str, float]) -> pd.DataFrame:
    """Which styles of the running season fall behind, and will they earn their cost back?

    Returns one row a style in season: its ``sell_through`` beside the ``median`` and band
    of the same week of life, ``pace_ratio`` (own ÷ median), ``pace`` (ahead / on pace /
    behind / slow / too early / no baseline), ``break_even`` and ``target`` sell-through at its own
    price realisation, ``projected`` sell-through at its exit, ``tier_used``.
    """
    now = styles[styles["in_season"] & styles["season_half"].notna() & (styles["received"] > 0) & styles["age"].notna()].copy()
    known = pd.MultiIndex.from_frame(bands[["season", "tier"]])
    now["tier_used"] = now["tier"].astype("str").where(pd.MultiIndex.from_frame(now[["season", "tier"]]).isin(known), "all")
    now["age"] = now["age"].astype("int64")
    lookup = bands.rename(columns={"tier": "tier_used", "styles": "past_styles"})
    now = now.merge(lookup, on=["season", "tier_used", "age"], how="left", validate="m:1")
    now["pace_ratio"] = ratio(now["sell_through"], now["median"])
    young = (now["age"] + 1) * 7 <= assumptions["too_early_days"]
    st = now["sell_through"]
    now["pace"] = np.select(
        [now["median"].isna(), young, st < now["q10"], st < now["q25"], st > now["q75"]],
        list(PACES[:5]), PACES[5],
    )  # fmt: skip
    cost_rate = ratio(now["mean_cost"], now["tag_price"])
    now["break_even"] = target_sell_through(cost_rate, now["price_realisation"], assumptions["expense_rate"])
    now["target"] = target_sell_through(cost_rate, now["price_realisation"], assumptions["expense_rate"], assumptions["target_profit_rate"])
    now["projected"] = ratio(
        np.minimum(now["net_units"] + now["remaining"], now["received"] + now["on_order"]), now["received"] + now["on_order"]
    )
    return now.sort_values(["pace_ratio", "item"], kind="stable").reset_index(drop=True)
