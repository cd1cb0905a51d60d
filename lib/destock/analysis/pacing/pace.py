"""Which styles run behind their path, and will they earn their cost back?"""

import numpy as np
import pandas as pd

from destock.model.messages import mark
from destock.model.metrics import ratio, sell_through

PACES = (mark("no baseline"), mark("too early"), mark("slow"), mark("behind"), mark("ahead"), mark("on pace"))


def pace(styles: pd.DataFrame, needed: pd.DataFrame, bands: pd.DataFrame, assumptions: dict[str, float]) -> pd.DataFrame:
    """Which styles of the running season fall behind, and will they earn their cost back?

    styles: items with their targets; needed: from ``decomposition``; bands: from ``baseline``.
    Returns one row a style in season: its ``sell_through`` beside its own path (``path_now``:
    where the goal asks it to be; ``slow_line``, ``hot_line``) and beside the ``median`` of past
    styles at its age; ``pace`` (ahead / on pace / behind / slow / too early / no baseline), ``pace_ratio``
    (own ÷ path); ``projected`` sell-through at its exit with bounds.
    """
    now = styles[
        styles["in_season"] & styles["season_half"].notna() & (styles["received"] > 0) & styles["net_units"].notna() & styles["age"].notna()
    ].copy()
    now = now.merge(needed.drop(columns=["season", "season_half", "life", "sold"]), on="item", how="left", validate="1:1")
    now = now.assign(age=now["age"].astype("int64"), tier_used=_tier_used(now, bands))
    past = bands.rename(columns={"tier": "tier_used", "styles": "past_styles"}).drop(columns="past_seasons")
    now = now.merge(past, on=["season", "tier_used", "age"], how="left", validate="m:1")
    committed = (now["received"] + now["on_order"]).astype(float)
    for share, units in {"path_now": "target_now", "slow_line": "slow_now", "hot_line": "hot_now"}.items():
        now[share] = ratio(now[units], committed)
    now["committed_sell_through"] = sell_through(now["net_units"], committed)
    now["pace_ratio"] = ratio(now["committed_sell_through"], now["path_now"])
    now["projected_units"] = now["projected"]
    for bound in ("projected", "low80", "high80", "low90", "high90"):
        now[bound] = ratio(now[bound], committed)
    now["pace"] = _judged(now, assumptions["too_early_days"])
    return now.sort_values(["pace_ratio", "item"], kind="stable").reset_index(drop=True)


def _tier_used(now: pd.DataFrame, bands: pd.DataFrame) -> pd.Series:
    """The tier whose past a style is shown beside: its own, or all where too few past styles had it."""
    known = pd.MultiIndex.from_frame(bands[["season", "tier"]])
    own = pd.MultiIndex.from_frame(now[["season", "tier"]].astype("str"))
    return now["tier"].astype("str").where(own.isin(known), "all")


def _judged(now: pd.DataFrame, too_early_days: float) -> np.ndarray:
    stands = now["committed_sell_through"]
    young = (now["age"] + 1) * 7 <= too_early_days
    return np.select(
        [now["path_now"].isna() | now["slow_line"].isna(), young, stands < now["slow_line"], stands < now["path_now"], stands >= now["hot_line"]],
        list(PACES[:5]), PACES[5],
    )  # fmt: skip
