"""Which styles deserve what: sell-through pace, share of sales and price realisation, read
together.
"""

import numpy as np
import pandas as pd

from destock.analysis.pacing.sell_through import in_running_season
from destock.model.messages import mark
from destock.model.metrics import ratio

# (on its target path, large, at a good price) → what such a style is
GRADES = {
    (True, True, True): mark("best seller"),
    (False, True, True): mark("profit style"),
    (True, True, False): mark("volume by discount"),
    (True, False, True): mark("niche"),
    (True, False, False): mark("traffic style"),
    (False, True, False): mark("over-bought or over-discounted"),
    (False, False, True): mark("slow at a good price"),
    (False, False, False): mark("weak style"),
}
UNGRADED = (mark("too early"), mark("no target path"))


def grades(styles: pd.DataFrame, on_path: pd.Series, assumptions: dict[str, float]) -> pd.DataFrame:
    """Which style is a best seller, which a profit style, which one only draws traffic, and which
    is to be cleared?

    ``on_path``: sell-through at or above the target path at its age (true / false / unknown), on
    the index of ``styles``. Returns the styles of the running season with ``value_share`` and
    ``share_before`` (of its category's and season's net sales value, larger styles first),
    ``group_realisation`` (Σ paid ÷ Σ units at tag of that group), the flags ``on_path``, ``large``
    (share_before below ``grade_share``: the style that crosses the line is in) and ``good_price``,
    and ``grade``. Too early below ``grade_least_units`` net units or ``too_early_days``
    on sale.
    """
    wanted = in_running_season(styles)
    now = _in_group(styles[wanted].assign(on_path=on_path[wanted].astype(object)))
    now["large"] = now["share_before"] < assumptions["grade_share"] - 1e-9
    now["good_price"] = now["price_realisation"] >= now["group_realisation"] - 1e-9
    days, units = now["weeks_on_sale"].fillna(0) * 7, now["net_units"]
    young = (days < assumptions["too_early_days"]) | (units < assumptions["grade_least_units"])
    return _graded(now, young).reset_index(drop=True)


def _graded(now: pd.DataFrame, young: pd.Series) -> pd.DataFrame:
    """What each style is; nothing yet of the young and of those without a path."""
    stands = zip(now["on_path"].eq(True), now["large"], now["good_price"], strict=True)
    found = [GRADES[bool(fast), bool(large), bool(dear)] for fast, large, dear in stands]
    not_yet = [young, now["on_path"].isna()]
    return now.assign(grade=np.select(not_yet, list(UNGRADED), found))


def _in_group(now: pd.DataFrame) -> pd.DataFrame:
    """The net sales value of each style beside that of its season and category, the largest
    first.
    """
    net = now["net_units"].clip(lower=0)
    at_tag = net * now["tag_price"]
    value = (net * now["price_realisation"] * now["tag_price"]).fillna(0.0)
    now = now.assign(value=value, at_tag=at_tag)
    now = now.sort_values(["value", "item"], ascending=[False, True])
    group = now.groupby(["season", "category"])
    total = group[["value", "at_tag"]].transform("sum")
    return now.assign(
        value_share=ratio(now["value"], total["value"]),
        share_before=ratio(group["value"].cumsum() - now["value"], total["value"]),
        group_realisation=ratio(total["value"], total["at_tag"]),
    )
