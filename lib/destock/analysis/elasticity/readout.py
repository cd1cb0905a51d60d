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
    rows["day_of_test"] = (rows["day"] - rows["decision_date"]).dt.days
    rows = rows[(rows["day_of_test"] >= -DAYS) & (rows["day"] <= rows["window_end"])]
    rows["gross_profit"] = sale.before_tax(rows["revenue"]) - rows["sold_units"] * rows["mean_cost"]
    keys = ["experiment", "item", "name", "arm"]
    sides = {
        side: rows[(rows["day_of_test"] >= 0) == (side == "after")] for side in ("before", "after")
    }
    daily = [
        part.groupby(keys, dropna=False)
        .agg(
            days=("day", "size"),
            sold_units=("sold_units", "mean"),
            gross_profit=("gross_profit", "mean"),
        )
        .add_suffix(f"_{side}")
        for side, part in sides.items()
    ]
    wide = daily[0].join(daily[1], how="inner")
    return _judged(wide.reset_index(), assumptions)


def _judged(frame: pd.DataFrame, assumptions: Mapping[str, float]) -> pd.DataFrame:
    frame["uplift"] = ratio(frame["sold_units_after"], frame["sold_units_before"])
    controls = (
        frame[frame["arm"] == "control"]
        .groupby("experiment")[["sold_units_after", "sold_units_before"]]
        .sum()
    )
    frame["control_uplift"] = (
        frame["experiment"]
        .map(ratio(controls["sold_units_after"], controls["sold_units_before"]))
        .astype(float)
    )
    frame = frame[frame["arm"] != "control"].reset_index(drop=True)
    frame["gross_profit_change"] = frame["gross_profit_after"] - frame["gross_profit_before"]
    ends = [
        (
            noise_interval(
                row.uplift,
                7 * row.sold_units_before,
                row.days_before / 7,
                row.days_after / 7,
                assumptions,
            )
            if row.sold_units_before > 0
            else (np.nan,) * 2
        )
        for row in frame.itertuples()
    ]
    frame["low"], frame["high"] = (np.array(ends, float).reshape(-1, 2)[:, side] for side in (0, 1))
    return frame.assign(
        evidence=(frame["low"] > frame["control_uplift"].fillna(1))
        | (frame["high"] < frame["control_uplift"].fillna(1))
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
