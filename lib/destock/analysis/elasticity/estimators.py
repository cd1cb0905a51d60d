"""What each way of reading the same weeks says about the price: three that can be right, and two
that people use.
"""

import numpy as np
import pandas as pd
from statsmodels.regression.linear_model import OLS

from destock.analysis.elasticity.poisson import REPRODUCED, Fit, fit
from destock.model.messages import mark

LAGS, LIFE_WEEKS = 3, 26
HISTORY = ["last", "recent", "cumulative", "bought", "recent_by_age", "cumulative_by_age"]
ESTIMATORS = (
    mark("randomised test"),
    mark("randomised test, as it was drawn"),
    mark("given what the rule saw"),
    mark("same style, before and after"),
    mark("all styles together"),
    mark("before and after the cut"),
)


def panel_weeks(item_week: pd.DataFrame, item_now: pd.DataFrame) -> pd.DataFrame:
    """Which weeks of which items speak about the shop's own prices, with what could be known before
    each?

    Complete weeks in stock at one price, of items or, where ``location`` is there, of
    items in locations (``unit``). Adds ``log_price``, ``in_stock``, ``curve`` (category ×
    week of life), the price of the three weeks before (``price_1`` …), by how much it is new
    within two weeks (``fresh``), and the history that a markdown rule can have seen, in logarithms
    (HISTORY).
    """
    rows = item_week[item_week["complete"]].merge(
        item_now[["item", "category", "received"]], on="item", suffixes=("_week", "")
    )
    rows["unit"] = rows["item"] + " " + rows["location"] if "location" in rows else rows["item"]
    rows = rows.sort_values(["unit", "week"], kind="stable").reset_index(drop=True)
    price = rows["list_price"].fillna(rows["price"]).astype(float)
    rows["log_price"] = np.log(price.where(price > 0))
    rows["curve"] = life_curve(rows)
    rows["in_stock"] = rows["in_stock_share"].fillna(1.0)
    rows = _with_history(rows)
    seen = (rows["in_stock"] > 0) & rows["log_price"].notna() & (rows["list_prices"].fillna(1) <= 1)
    return rows[seen].reset_index(drop=True)


def life_curve(rows: pd.DataFrame) -> pd.Series:
    """Category × week of life: styles that should sell alike, had nobody touched their price. After
    half a year weeks no longer differ.
    """
    return (
        rows["category"].astype("str") + " " + rows["age_week"].clip(upper=LIFE_WEEKS).astype("str")
    )


def _with_history(rows: pd.DataFrame) -> pd.DataFrame:
    """What a markdown rule can have seen before each week: past sales, past prices, units
    bought.
    """
    unit, age = rows.groupby("unit"), rows["age_week"].astype(float)
    lags = range(1, LAGS + 1)
    sold = pd.concat([unit["sold_units"].shift(lag) for lag in lags], axis=1)
    recent = np.log(sold.sum(axis=1, skipna=False) + 0.5)
    before = (unit["sold_units"].cumsum() - rows["sold_units"]).clip(0)
    cumulative = np.log(before + 0.5)
    return rows.assign(
        last=np.log(sold.iloc[:, 0] + 0.5),
        recent=recent,
        cumulative=cumulative,
        bought=np.log(rows["received"].where(rows["received"] > 0).astype(float)),
        recent_by_age=recent * age,
        cumulative_by_age=cumulative * age,
        **{f"price_{lag}": unit["log_price"].shift(lag) for lag in lags},
        fresh=rows["log_price"] - unit["log_price"].shift(2),
    )


def fixed_effects(rows: pd.DataFrame, cluster: str = "item") -> Fit | None:
    """What do sales of the same style say before and after its price moved?

    Poisson with an effect for each item, each category × week of life and each week. Wrong
    where the price followed past sales: a style is cut in its trough and recovers anyway.
    """
    return fit(rows, ["log_price"], ["unit", "curve", "week"], cluster)


def history_conditioned(
    rows: pd.DataFrame, cluster: str = "item", slopes: tuple[str, ...] = ("log_price",)
) -> Fit | None:
    """What do sales say among styles that looked alike to the markdown rule?

    Poisson without item effects, on everything a rule based on sales has seen: past sales,
    past prices, units bought, week of life. Wrong where the manager knew more than that.
    """
    # what is the same everywhere explains nothing
    known = [name for name in HISTORY if rows[name].nunique() > 1]
    lags = [f"price_{lag}" for lag in range(1, LAGS + 1)]
    seen = rows.dropna(subset=[*known, *lags])
    return fit(seen, [*slopes, *lags, *known], ["curve", "week"], cluster) if len(seen) else None


def hold_out(
    rows: pd.DataFrame, cluster: str = "cluster", slopes: tuple[str, ...] = ("log_price",)
) -> Fit | None:
    """What do styles cut by lot sell beside those kept back by lot, in the first weeks after the
    decision?

    Poisson with an effect for each item in each test, each test × week from its decision, each
    category × week of life (what is cut deeper may be older) and each week; errors by what was
    drawn. Where that was more than a style the week of life is of all categories together: in one
    category there are few clusters, and a curve of its own would take the answer away. ``rows`` are
    those of ``experiments.weeks_of_tests``.
    """
    life = "age" if drawn_together(rows) else "curve"
    return fit(rows, [*slopes], ["unit", "cell", life, "week"], cluster)


def drawn_together(rows: pd.DataFrame) -> bool:
    """Were styles that stand in for each other drawn together?"""
    return bool((rows["cluster"] != rows["item"]).any())


def log_log(
    rows: pd.DataFrame,
    regressors: list[str] | None = None,
    effect: str | None = None,
    cluster: str = "item",
) -> Fit | None:
    """What does a line through the logarithms say? Weeks without sales fall out; without an
    ``effect`` dear styles are compared with cheap ones.
    """
    sold = rows[(rows["sold_units"] > 0) & rows["log_price"].notna()]
    if sold["log_price"].nunique() < 2 or sold[cluster].nunique() < 2:
        return None
    logs = sold[regressors or ["log_price"]].assign(y=np.log(sold["sold_units"].astype(float)))
    logs = logs - (logs.groupby(sold[effect]).transform("mean") if effect else logs.mean())
    groups = pd.factorize(sold[cluster])[0]
    line = OLS(logs["y"], logs.drop(columns="y")).fit(
        cov_type="cluster", cov_kwds={"groups": groups}
    )
    if _tells_no_error(line):
        return None
    return Fit(
        line.params.to_numpy(),
        _influence(line, sold[cluster]),
        line.fittedvalues,
        float(logs.iloc[:, 0].std()),
    )


def _tells_no_error(line) -> bool:
    """Does a line run through every point, or through the middle of each of two clusters? Then
    nothing tells how wrong it may be.
    """
    by_points = np.sqrt(line.scale * line.normalized_cov_params.iloc[0, 0])
    return (
        line.ssr <= REPRODUCED**3 * line.uncentered_tss
        or line.bse.iloc[0] <= REPRODUCED * by_points
    )


def _influence(line, cluster: pd.Series) -> pd.DataFrame:
    """What each cluster adds to the slopes, in the order in which clusters come; scaled to the
    standard errors of the line.
    """
    scores = line.model.exog * line.resid.to_numpy()[:, None]
    added = pd.DataFrame(scores @ line.normalized_cov_params.to_numpy(), index=cluster.to_numpy())
    sums = added.groupby(level=0).sum().loc[pd.unique(cluster)]
    return sums * (line.bse.to_numpy() / np.sqrt((sums**2).sum().to_numpy()))


def before_after(rows: pd.DataFrame, weeks: int = 2) -> Fit | None:
    """What do the weeks around each item's first cut say? The season's decline and the recovery
    from a trough are in it.
    """
    near = _around_first_cut(rows, weeks)
    mean = near.groupby(["after", "item"])[["sold_units", "log_price"]].mean()
    if set(mean.index.get_level_values("after")) != {True, False}:
        return None
    log_units = np.log(mean["sold_units"].where(mean["sold_units"] > 0))
    cut = mean["log_price"][True] - mean["log_price"][False]
    slopes = ((log_units[True] - log_units[False]) / cut)[cut < -0.01].dropna()
    error = slopes.std() / np.sqrt(len(slopes))
    # one item alone, or several that agree to the last unit
    if not error > 1e-9 * abs(slopes.mean()):
        return None
    off = slopes - slopes.mean()
    influence = off * error / np.sqrt((off**2).sum())
    return Fit(
        np.array([slopes.mean()]), influence.to_frame(), near["sold_units"], float(cut.std())
    )


def _around_first_cut(rows: pd.DataFrame, weeks: int) -> pd.DataFrame:
    """So many weeks before and after the first cut of each item that had one."""
    step = rows["log_price"] - rows.groupby("item")["log_price"].shift()
    first = rows[step < -0.01].groupby("item")["week"].first().rename("cut")
    near = rows.merge(first.reset_index(), on="item")
    place = (near["week"] - near["cut"]).dt.days // 7
    return near.assign(after=place >= 0)[(place >= -weeks) & (place < weeks)]
