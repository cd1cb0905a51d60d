"""The weeks ahead: how many units each style will sell if nothing is done, at which prices, and how
far that may be off.
"""

import numpy as np
import pandas as pd
from scipy.stats import norm

from destock.analysis.clearance.waiting import Sizes
from destock.model.metrics import ratio

WEEKS_AHEAD = 52
WEEKS_AROUND = 30  # before an exit: further from it prices are those of every day
LEAST_UNITS = 30  # sold in a week before or after their exits, before its price counts
BOUGHT_COUNTS = 20  # units sold at which a size's own sales count as much as what was bought of it
RATE_WEEKS = 8  # that a weekly rate is the mean of
LEAST_SHAPE, MOST_SHAPE = 0.5, 50.0  # how alike styles are after their exit: hardly, and very
LEVELS, ANSWERS = 10, 5  # equally likely cases of a style's level and of its customers' answer


def coming_weeks(frame: pd.DataFrame, path: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """How many units will each item sell in each of the coming weeks? Items × weeks ahead.

    Running seasons: what remains (``remaining``), spread as the season's path runs on; core styles
    and what is over: their rate of late.
    """
    rows = frame.set_index("item")
    table = _at_one_rate(rows, as_of)
    if (path["week_end"] > as_of).any():
        shape = _shape_ahead(path, as_of)
        spread = shape.mul(rows["remaining"].reindex(shape.index), axis=0).dropna()
        known = spread.index.intersection(table.index)
        table.loc[known] = spread.loc[known].to_numpy()
    return table


def _at_one_rate(rows: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """The same number of units every week until the exit; without one, for all weeks ahead."""
    weeks_left = np.ceil((rows["exit_date"] - as_of).dt.days / 7)
    running = weeks_left > 0
    rate = ratio(rows["remaining"], weeks_left).where(running, rows["rate"])
    on_sale = np.arange(WEEKS_AHEAD) < weeks_left.where(running, WEEKS_AHEAD).to_numpy()[:, None]
    return pd.DataFrame(np.where(on_sale, rate.to_numpy()[:, None], 0.0), index=rows.index)


def _shape_ahead(path: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """Which part of what remains falls into each coming week, by the season's path? Items × weeks
    ahead.
    """
    steps = path.sort_values(["item", "week"])
    steps = steps.assign(
        part=steps.groupby("item")["share"].diff(),
        ahead=(steps["week_end"] - as_of).dt.days.sub(1) // 7,
    )
    parts = steps[steps["week_end"] > as_of].pivot_table(
        index="item", columns="ahead", values="part", aggfunc="sum"
    )
    parts = parts.reindex(columns=range(WEEKS_AHEAD)).fillna(0.0)
    return parts.div(parts.sum(axis=1).where(lambda total: total > 0), axis=0)


def after_exit(styles: pd.DataFrame, rates: pd.DataFrame, as_of: pd.Timestamp) -> pd.Series:
    """What does each item sell a week after its exit? Its own sales of late, as far as they tell.

    Usual is one part, the same for the whole shop, of what a style sold a week over its life:
    Σ sold lately ÷ Σ of that. A style that sold a few units lately has been lucky, one that sold
    none unlucky: a gamma–Poisson estimate, as far as styles differ by more than chance. Elsewhere
    the rate is left as it is. rates: the plain ones of the last eight weeks, for a smoothed rate
    jumps with every sale.
    """
    plain = styles["item"].map(rates.set_index("item")["rate"])
    over = (styles["exit_date"] < as_of) & plain.notna() & (styles["weeks_on_sale"] > 0)
    rows = styles.assign(rate=plain)[over]
    watched = RATE_WEEKS * rows["in_stock_recent"].fillna(1.0).clip(lower=1 / 5)
    in_life = rows["net_units"].clip(lower=0) / rows["weeks_on_sale"]
    counted = rows["rate"] * watched
    expected = in_life * watched * ratio(counted.sum(), (in_life * watched).sum())
    known = expected > 0
    beyond_chance = ((counted - expected) ** 2 - expected)[known].sum()
    shape = (expected[known] ** 2).sum() / max(beyond_chance, 1e-9)
    shape = np.clip(shape, LEAST_SHAPE, MOST_SHAPE)
    usual = ratio(expected, watched)
    found = (shape + counted) / (shape + expected) * usual
    return styles["rate"].mask(over & found.reindex(styles.index).notna(), found)


def usual_prices(weeks: pd.DataFrame, items: pd.DataFrame) -> pd.Series:
    """How far has this shop taken its prices down by each week before and after an exit? Share of
    tag value paid, by weeks since the exit (negative before it); it never rises again.

    What past seasons sold they sold at these prices: who lets a style run on as usual sells at them
    as well.
    """
    rows = weeks.merge(items[["item", "exit_date"]], on="item", validate="m:1")
    rows = rows[rows["exit_date"].notna() & (rows["sold_at_tag"] > 0)]
    since = (rows["week"] - rows["exit_date"]).dt.days // 7
    kept = since.between(-WEEKS_AROUND, WEEKS_AHEAD)
    by_week = rows[kept].groupby(since[kept])[["paid_value", "sold_at_tag", "sold_units"]].sum()
    known = by_week[(by_week["sold_units"] >= LEAST_UNITS) & (by_week["paid_value"] > 0)]
    paid = ratio(known["paid_value"], known["sold_at_tag"])
    every = range(-WEEKS_AROUND, 2 * WEEKS_AHEAD + 1)
    return paid.reindex(every).ffill().bfill().cummin().fillna(1.0)


def price_path(rows: pd.DataFrame, usual: pd.Series, as_of: pd.Timestamp) -> np.ndarray:
    """Which part of today's price will each item have in each week ahead, if the shop takes prices
    down as it usually has? Items × weeks ahead; 1 for what has no exit.
    """
    week = as_of - pd.Timedelta(days=as_of.day_of_week)
    since = np.floor((week - rows["exit_date"]).dt.days / 7)
    now = since.clip(usual.index.min(), WEEKS_AHEAD).fillna(usual.index.min()).astype(int)
    ahead = now.to_numpy()[:, None] + np.arange(1, WEEKS_AHEAD + 1)
    path = usual.to_numpy()[ahead - usual.index.min()] / usual.loc[now].to_numpy()[:, None]
    return np.where(rows["exit_date"].isna().to_numpy()[:, None], 1.0, path)


def weeks_in_season(rows: pd.DataFrame, as_of: pd.Timestamp) -> np.ndarray:
    """Which of the weeks ahead lie before each item's exit? Items × weeks; without one, all."""
    left = np.ceil((rows["exit_date"] - as_of).dt.days / 7).fillna(np.inf).to_numpy()
    return np.arange(WEEKS_AHEAD) < left[:, None]


def wanted_in(rows: pd.DataFrame) -> pd.Series:
    """After how many weeks would the units on order that are too many be wanted? Of what has no
    exit: as long as all that is there lasts at its rate, half of them counted; else never.
    """
    before = rows["on_hand"] + rows["on_order"] - rows["excess_on_order"] / 2
    return ratio(before, rows["rate"]).where(rows["exit_date"].isna())


def on_the_shelf(rows: pd.DataFrame, sku_now: pd.DataFrame) -> Sizes:
    """How many units of each size are there, and which part of its customers wants that size?

    By what each size sold, and as far as that is little by what was bought of it. Where its sizes
    are not known, an item is one size.
    """
    skus = sku_now[sku_now["item"].isin(rows["item"])].sort_values(["item", "sku"])
    place = pd.Series(np.arange(len(rows)), index=rows["item"])
    at = place[skus["item"]].to_numpy()
    number = skus.groupby("item").cumcount().to_numpy()
    shape = (len(rows), int(number.max(initial=0)) + 1)
    units, share = np.zeros(shape), np.zeros(shape)
    units[at, number] = skus["on_hand"].fillna(0.0).clip(lower=0)
    bought = skus["received"].fillna(0.0).clip(lower=0)
    bought = ratio(bought, bought.groupby(skus["item"]).transform("sum"))
    usual = bought.fillna(1 / skus.groupby("item")["sku"].transform("size"))
    share[at, number] = skus["sold_units"].fillna(0.0).clip(lower=0) + BOUGHT_COUNTS * usual
    share = share / share.sum(axis=1, keepdims=True)
    known = np.isclose(units.sum(axis=1), rows["units"])
    first = np.arange(shape[1]) == 0
    units = np.where(known[:, None], units, rows["units"].to_numpy()[:, None] * first)
    return Sizes(units, np.where(known[:, None], share, 1.0 * first))


def spread_of_level(rows: pd.DataFrame) -> np.ndarray:
    """How far may the units to come be off, as a part of them? ``remaining_sd`` ÷ ``remaining``;
    of what has one rate, by how its last eight weeks differ; unknown where neither is.
    """
    ahead = ratio(rows["remaining_sd"], rows["remaining"])
    lately = ratio(rows["rate_sd"] / np.sqrt(RATE_WEEKS), rows["rate"])
    return ahead.where(rows["remaining"].gt(0) & rows["remaining_sd"].gt(0), lately).to_numpy(float)


def cases(spread: np.ndarray, elasticity: np.ndarray, error: np.ndarray):
    """Equally likely cases of the level of each item's demand and of its customers' answer.

    Returns two arrays, cases × items: level (lognormal, 1 on average) and elasticity. Every level
    meets every answer: the one is learned from past seasons, the other from price tests. What is
    not known to be off does not vary.
    """
    sigma = np.sqrt(np.log1p(np.nan_to_num(spread) ** 2))
    level = np.exp(_middles(LEVELS)[:, None] * sigma)
    level = level / level.mean(axis=0)
    answer = elasticity + _middles(ANSWERS)[:, None] * np.nan_to_num(error)
    return np.repeat(level, ANSWERS, axis=0), np.tile(answer, (LEVELS, 1))


def _middles(count: int) -> np.ndarray:
    """The middles of equally likely parts of the normal distribution, one standard deviation
    apart as they should be.
    """
    middle = norm.ppf((np.arange(count) + 0.5) / count)
    return middle / middle.std()
