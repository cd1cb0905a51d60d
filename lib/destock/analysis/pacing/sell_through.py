"""Sell-through: what was sold and kept, week by week and style by style."""

import numpy as np
import pandas as pd

from destock.analysis.pacing.life import begins
from destock.analysis.pacing.returns import still_to_come
from destock.model.metrics import ratio, sell_through, shipped_units

LEAST_SHIPPED = 30  # units: a style that shipped fewer says less of its returns than its category
# above it hardly a unit is kept, and what each would have to bear means nothing
MOST_RETURNED = 0.95


def net_weeks(
    item_week: pd.DataFrame, item_now: pd.DataFrame, return_lag: pd.DataFrame, as_of: pd.Timestamp
) -> pd.DataFrame:
    """What was sold and kept, week by week, with the returns still to come already taken off?

    Returns the weeks of the panel, the running one (not ``complete``) with them: figures of now
    count it, curves and fits do not. Adds ``age`` (weeks since its present life began; below 0
    before), ``launched_again`` and ``carried`` by ``life.begins``, ``of_this_life``, ``net_units``
    (sold, less cancelled and returned by week of sale or still to come), ``provisional`` (over 2 %
    of the week's returns are to come), ``cumulative`` (of this life). Weeks before it was in stock
    or sold are left out.
    """
    weeks = item_week.merge(item_now[["item", "category"]], on="item", validate="m:1")
    weeks = weeks.merge(begins(item_week, item_now), on="item", validate="m:1")
    weeks = weeks.sort_values(["item", "week"], kind="stable").reset_index(drop=True)
    coming = still_to_come(weeks, return_lag, as_of)
    kept = weeks["sold_units"] - weeks["undone_units"]
    weeks = weeks.assign(
        net_units=kept - np.minimum(coming["pending_units"], kept.clip(lower=0)),
        provisional=coming["pending_share"] > 0.02,
        age=(weeks["week"] - weeks.pop("begins")).dt.days // 7,
        of_this_life=~(weeks["week"] < weeks["launched_again"]),
    )
    net = weeks["net_units"].where(weeks["of_this_life"], 0.0)
    weeks["cumulative"] = net.groupby(weeks["item"]).cumsum()
    return weeks[_seen(weeks)].reset_index(drop=True)


def _seen(weeks: pd.DataFrame) -> pd.Series:
    """Had it been sold, in stock or launched by then?"""
    seen = (weeks["sold_units"] > 0) | (weeks["in_stock_share"] > 0) | (weeks["age"] >= 0)
    return seen.groupby(weeks["item"]).cummax()


def items(item_now: pd.DataFrame, weeks: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """How far has every style sold through by now, how old is it, and at which part of its tag
    price?

    weeks: ``net_weeks``: all is of the same moment. Returns one row an item: the columns of
    ``item_now``, ``age`` (complete weeks on sale, the first is 0; −1 in the first week itself),
    ``week_part`` (of the running week that has passed), ``weeks_on_sale`` (both together), ``life``
    (weeks from ``first_week`` on sale to exit), ``net_units`` (``running_units`` of them in the
    running week), ``sell_through`` (net ÷ received), ``price_realisation`` (paid ÷ sold at tag),
    ``return_rate`` (came back, or still will, ÷ shipped), season, ``flags``. Of an item that was
    launched again it is of its present life; what was left from the earlier one is received in it.
    """
    frame = item_now.merge(_to_date(weeks, as_of), on="item", how="left", validate="1:1")
    if weeks.empty:
        frame = _not_recorded(frame, as_of)
    else:
        frame = _of_this_life(frame)
        frame["net_units"] = frame["net_units"].fillna(0.0)
    frame = frame.assign(
        weeks_on_sale=frame["age"] + 1 + frame["week_part"],
        sell_through=sell_through(frame["net_units"], frame["received"]),
        price_realisation=ratio(frame["paid_at_tag"], frame["sold_at_tag"]),
        return_rate=_returned(frame),
    )
    frame = _in_its_season(frame, as_of)
    return frame.assign(flags=_flags(frame))


def _in_its_season(frame: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """The year and half of each item's season, how long it lasts, and whether it still runs."""
    season = frame["season"].astype("str").str.extract(r"^(\d{4})(.+)$")
    return frame.assign(
        season_year=pd.to_numeric(season[0]),
        season_half=season[1],
        life=(frame["exit_date"] - frame["first_week"]).dt.days // 7 + 1,
        in_season=frame["exit_date"].isna() | (frame["exit_date"] >= as_of),
    )


def _of_this_life(frame: pd.DataFrame) -> pd.DataFrame:
    """What the records say of all times: of an item that was launched again what they say since."""
    again, back = frame["launched_again"].notna(), frame["returned_units"]
    told = {
        "received": frame["carried"] + frame["received_units"],
        "first_sale": frame["first_week"],
        "first_receipt": frame["launched_again"],
        "launch_date": frame["launched_again"],
        "returns": np.minimum(frame["returns"], back),
        "quality_returns": np.minimum(frame["quality_returns"], back),
    }
    told = {name: frame[name].mask(again, now) for name, now in told.items()}
    return frame.assign(**told).drop(columns=["carried", "received_units", "returned_units"])


def _to_date(weeks: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """Of each item with weeks on sale: its age, and the sums of its weeks."""
    weeks = weeks[weeks["of_this_life"]]
    rows = _summable(weeks, as_of).groupby("item")
    total = rows.agg(
        age=("whole_age", "max"),
        week_part=("week_part", "sum"),
        first_week=("first_week", "min"),
        launched_again=("launched_again", "first"),
        carried=("carried", "first"),
        received_units=("received_units", "sum"),
        returned_units=("returned_units", "sum"),
        net_units=("net_units", "sum"),
        running_units=("running_units", "sum"),
        sold_units=("sold_units", "sum"),
        cancelled_units=("cancelled_units", "sum"),
        undone_units=("undone_units", "sum"),
        paid_value=("paid_value", "sum"),
        sold_at_tag=("sold_at_tag", "sum"),
        paid_at_tag=("paid_at_tag", "sum"),
        provisional_units=("provisional_units", "sum"),
        in_stock_share=("in_stock_share", "mean"),
        last_sale=("sale_week", "max"),
    )
    # unknown, not zero, where nobody counted
    return total.join(rows[["exposures", "clicks"]].sum(min_count=1))


def _summable(weeks: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """The weeks with what is summed of some of them only."""
    running, on_sale = ~weeks["complete"], weeks["age"] >= 0
    passed = ((as_of - weeks["week"]).dt.days + 1) / 7
    return weeks.assign(
        provisional_units=weeks["net_units"].where(weeks["provisional"], 0.0),
        sale_week=weeks["week"].where(weeks["sold_units"] > 0),
        # sizes may differ in their tags: what was paid is set against the tags of the very units
        paid_at_tag=weeks["paid_value"].where(weeks["sold_at_tag"].notna(), 0.0),
        whole_age=weeks["age"].mask(running, -1).clip(lower=-1),
        week_part=passed.where(running & on_sale, 0.0),
        first_week=weeks["week"].where(on_sale),
        running_units=weeks["net_units"].where(running, 0.0),
        in_stock_share=weeks["in_stock_share"].where(on_sale),
    )


def _not_recorded(frame: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """Of a shop without dated sales the launch alone says how old a style is; what it sold is
    unknown, not zero.
    """
    age = (as_of - frame["launch_date"]).dt.days // 7
    age = age.where(frame["launch_date"] <= as_of)
    return frame.assign(age=age, week_part=age * 0.0)


def _returned(frame: pd.DataFrame) -> pd.Series:
    """Came back ÷ shipped, what is still to come with it: of its own units as far as they go,
    beside LEAST_SHIPPED of its category's.
    """
    shipped = shipped_units(frame)
    back = (shipped - frame["net_units"].clip(lower=0)).clip(lower=0)
    units = pd.DataFrame({"back": back, "shipped": shipped})
    whole = units.groupby(frame["category"]).transform("sum")
    usual = ratio(whole["back"], whole["shipped"])
    rate = (back + LEAST_SHIPPED * usual) / (shipped + LEAST_SHIPPED)
    return rate.fillna(usual).clip(upper=MOST_RETURNED)


def in_running_season(styles: pd.DataFrame) -> pd.Series:
    """Which styles are judged as those of the running season? Bought, not yet at their exit, and
    their sales known.
    """
    return (
        styles["in_season"]
        & styles["season_half"].notna()
        & (styles["received"] > 0)
        & styles["net_units"].notna()
    )


def _flags(frame: pd.DataFrame) -> pd.Series:
    """What to know about an item's figures before trusting them."""
    return _named(
        {
            "no_sales": frame["net_units"].notna() & ~(frame["sold_units"] > 0),
            "net_negative": frame["net_units"] < 0,
            "returns_immature": frame["provisional_units"] > 0,
            "st_gt_100": frame["sell_through"] > 1,
            "launch_imputed": frame["launch_imputed"],
            "cost_missing": frame["mean_cost"].isna(),
        },
        frame.index,
    )


def _named(rules: dict[str, pd.Series], index: pd.Index) -> pd.Series:
    """The names of the rules that hold for each row."""
    holds = pd.DataFrame({name: rule.eq(True) for name, rule in rules.items()}, index=index)
    return pd.Series(
        ["; ".join(holds.columns[row]) for row in holds.to_numpy()], index=index, dtype="str"
    )


def record_flags(
    frame: pd.DataFrame, weeks: pd.DataFrame, assumptions: dict[str, float]
) -> pd.Series:
    """What to know about an item's records and stock before comparing it: adds to the ``flags`` of
    ``items``.

    late_receipt (sold before anything was received), left_trunc (on sale before the records begin:
    no age curve), replen (later deliveries above ``replenishment_share`` of the first), censored
    (sold out in a week of its life that it should have been on sale), price_mix (a week with
    several list prices), broken (the sizes in stock bring less than ``size_floor`` of its sales).
    """
    exit_date = weeks["item"].map(frame.set_index("item")["exit_date"])
    of_life = weeks[exit_date.isna() | (weeks["week"] <= exit_date)]
    sold_out = (of_life["in_stock_share"] < 1).groupby(of_life["item"]).any()
    mixed = (of_life["list_prices"] > 1).groupby(of_life["item"]).any()
    first = frame["received"] - frame["replenished"]
    later = frame["replenished"] > assumptions["replenishment_share"] * first
    added = _named(
        {
            "late_receipt": frame["first_sale"] < frame["first_receipt"],
            "left_trunc": frame["left_truncated"],
            "replen": later & (first > 0),
            "censored": frame["item"].map(sold_out),
            "price_mix": frame["item"].map(mixed),
            "broken": (frame["sizes_left"] < assumptions["size_floor"]) & (frame["on_hand"] > 0),
        },
        frame.index,
    )
    return frame["flags"].str.cat(added, sep="; ").str.strip("; ")
