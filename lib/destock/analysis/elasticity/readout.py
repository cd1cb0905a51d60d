"""One markdown test read day by day, and what its figures are worth."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from destock.analysis.elasticity.design import variance
from destock.model.metrics import ratio
from destock.model.proceeds import Proceeds

DAYS = 28


def noise_interval(
    uplift, rate: float, before: float, after: float, assumptions: Mapping[str, float]
) -> tuple[float, float]:
    """Between what and what may it lie when weeks also differ by themselves? ``rate`` units a week,
    periods in weeks.
    """
    width = 1.96 * np.sqrt(variance(rate, before, after, assumptions))
    return float(uplift * np.exp(-width)), float(uplift * np.exp(width))


def read(
    item_day: pd.DataFrame,
    experiment: pd.DataFrame,
    item_now: pd.DataFrame,
    sale: Proceeds,
    assumptions: Mapping[str, float],
) -> pd.DataFrame:
    """What did each cut item sell and earn a day, before its test and in it, and is that evidence?

    Returns one row a cut item in a test: ``days_before``, ``days_after``, units and gross profit a
    day before and after, ``uplift`` with its interval under realistic noise, ``control_uplift`` of
    the same test's controls, ``gross_profit_change``, ``evidence`` (interval above none). One
    item's before and after is seldom evidence; the test's arms together are.
    """
    rows = (
        item_day.drop(columns=["experiment", "arm"])
        .merge(experiment, on="item")
        .merge(item_now[["item", "name", "mean_cost"]], on="item")
    )
    day_of_test = (rows["day"] - rows["decision_date"]).dt.days
    earned = sale.before_tax(rows["revenue"]) - rows["sold_units"] * rows["mean_cost"]
    rows = rows.assign(after=day_of_test >= 0, gross_profit=earned)
    rows = rows[(day_of_test >= -DAYS) & (rows["day"] <= rows["window_end"])]
    before, after = _a_day(rows[~rows["after"]]), _a_day(rows[rows["after"]])
    sides = before.add_suffix("_before").join(after.add_suffix("_after"), how="inner")
    return _judged(sides.reset_index(), assumptions)


def _a_day(rows: pd.DataFrame) -> pd.DataFrame:
    """Days seen of each item in a test, units and gross profit a day."""
    return rows.groupby(["experiment", "item", "name", "arm"], dropna=False).agg(
        days=("day", "size"),
        sold_units=("sold_units", "mean"),
        gross_profit=("gross_profit", "mean"),
    )


def _judged(frame: pd.DataFrame, assumptions: Mapping[str, float]) -> pd.DataFrame:
    """The cut items beside the controls of their test."""
    sold = ["sold_units_after", "sold_units_before"]
    controls = frame[frame["arm"] == "control"].groupby("experiment")[sold].sum()
    usual = ratio(controls["sold_units_after"], controls["sold_units_before"])
    frame = frame.assign(
        uplift=ratio(frame["sold_units_after"], frame["sold_units_before"]),
        control_uplift=frame["experiment"].map(usual).astype(float),
    )
    frame = frame[frame["arm"] != "control"].reset_index(drop=True)
    frame["gross_profit_change"] = frame["gross_profit_after"] - frame["gross_profit_before"]
    ends = [_ends(row, assumptions) for row in frame.itertuples()]
    frame[["low", "high"]] = np.array(ends, float).reshape(-1, 2)
    none = frame["control_uplift"].fillna(1)
    return frame.assign(evidence=(frame["low"] > none) | (frame["high"] < none))


def _ends(row, assumptions: Mapping[str, float]) -> tuple[float, float]:
    """The interval of one item's uplift; unknown where it sold nothing before."""
    if not row.sold_units_before > 0:
        return np.nan, np.nan
    weeks_before, weeks_after = row.days_before / 7, row.days_after / 7
    return noise_interval(
        row.uplift, 7 * row.sold_units_before, weeks_before, weeks_after, assumptions
    )


def net_of_dip(weekly_lift) -> tuple[float, float, float]:
    """How much of a promotion's gain was borrowed from the weeks after it? Gross gain, net gain,
    share borrowed.

    >>> [round(x, 3) for x in net_of_dip([60, 60, -15, -15, -15])]
    [120.0, 75.0, 0.375]
    """
    lift = np.asarray(weekly_lift, float)
    gross, net = lift[lift > 0].sum(), lift.sum()
    return float(gross), float(net), float(1 - net / gross) if gross > 0 else float("nan")
