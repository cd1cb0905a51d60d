"""Which styles run behind the pace of past seasons, and will they earn their cost back?"""

import numpy as np
import pandas as pd

from destock.analysis.pacing.targets import target_sell_through
from destock.model.messages import mark
from destock.model.metrics import ratio

PACES = (mark("no baseline"), mark("too early"), mark("slow"), mark("behind"), mark("ahead"), mark("on pace"))


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
