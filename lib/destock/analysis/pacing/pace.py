"""Which styles run behind their path, and will they earn their cost back?"""

import numpy as np
import pandas as pd

from destock.analysis.pacing.baseline import BANDS
from destock.analysis.pacing.sell_through import in_running_season
from destock.model.messages import mark
from destock.model.metrics import ratio, sell_through

PACES = (
    mark("no baseline"),
    mark("too early"),
    mark("slow"),
    mark("behind"),
    mark("ahead"),
    mark("on pace"),
)


def pace(
    styles: pd.DataFrame, needed: pd.DataFrame, bands: pd.DataFrame, assumptions: dict[str, float]
) -> pd.DataFrame:
    """Which styles of the running season fall behind, and will they earn their cost back?

    styles: items with their targets; needed: from ``decomposition``; bands: from ``baseline``.
    Returns one row a style in season: its ``sell_through`` beside its own path (``path_now``: where
    the goal asks it to be; ``slow_line``, ``hot_line``) and beside the ``median`` of past styles at
    its age; ``pace`` (ahead / on pace / behind / slow / too early / no baseline), ``pace_ratio``
    (own ÷ path); ``projected`` sell-through at its exit with bounds.
    """
    now = styles[in_running_season(styles) & styles["age"].notna()]
    path = needed.drop(columns=["season", "season_half", "life", "sold"])
    now = now.merge(path, on="item", how="left", validate="1:1")
    now = now.assign(age=now["age"].astype("int64"), tier_used=_tier_used(now, bands))
    now = now.merge(_of_day(now, bands), on="item", how="left", validate="1:1")
    now = _of_the_buy(now)
    now["pace_ratio"] = ratio(now["committed_sell_through"], now["path_now"])
    now["pace"] = _judged(now, assumptions["too_early_days"])
    return now.sort_values(["pace_ratio", "item"], kind="stable").reset_index(drop=True)


def _of_the_buy(now: pd.DataFrame) -> pd.DataFrame:
    """Units of the path and of the projection as shares of what was bought, with what is still on
    order.
    """
    bought = (now["received"] + now["on_order"]).astype(float)
    # the running week may have brought more than was expected
    ends = {
        bound: now[bound].astype(float).clip(lower=now["net_units"])
        for bound in ("projected", "low80", "high80", "low90", "high90")
    }
    return now.assign(
        path_now=ratio(now["target_now"], bought),
        slow_line=ratio(now["slow_now"], bought),
        hot_line=ratio(now["hot_now"], bought),
        committed_sell_through=sell_through(now["net_units"], bought),
        projected_units=ends["projected"],
        **{bound: ratio(units, bought) for bound, units in ends.items()},
    )


def _of_day(now: pd.DataFrame, bands: pd.DataFrame) -> pd.DataFrame:
    """Where past styles of the same tier stood on the same day of life: between the ends of the
    last week and of the running one.
    """
    past = bands.rename(columns={"tier": "tier_used", "styles": "past_styles"}).drop(
        columns="past_seasons"
    )
    keys, lines = ["season", "tier_used", "age"], [*BANDS, "fail"]
    rows = now[["item", "season", "tier_used", "age", "week_part"]]
    last = rows.merge(past, on=keys, how="left", validate="m:1")
    running = rows.assign(age=rows["age"] + 1).merge(past, on=keys, how="left", validate="m:1")
    begun = last[lines].where(last["age"] >= 0, 0.0)
    ahead = running[lines].fillna(begun)
    part = last["week_part"].to_numpy()[:, None]
    frame = (begun + (ahead - begun) * part).where(
        last["past_styles"].notna() | (last["age"] < 0) & running["past_styles"].notna()
    )
    return frame.assign(
        item=last["item"], past_styles=last["past_styles"].fillna(running["past_styles"])
    )


def _tier_used(now: pd.DataFrame, bands: pd.DataFrame) -> pd.Series:
    """The tier whose past a style is shown beside: its own, or all where too few past styles had
    it.
    """
    known = pd.MultiIndex.from_frame(bands[["season", "tier"]])
    own = pd.MultiIndex.from_frame(now[["season", "tier"]].astype("str"))
    return now["tier"].astype("str").where(own.isin(known), "all")


def _judged(now: pd.DataFrame, too_early_days: float) -> np.ndarray:
    stands = now["committed_sell_through"]
    young = now["weeks_on_sale"] * 7 <= too_early_days
    return np.select(
        [
            now["path_now"].isna() | now["slow_line"].isna(),
            young,
            stands < now["slow_line"],
            stands < now["path_now"],
            stands >= now["hot_line"],
        ],
        list(PACES[:5]),
        PACES[5],
    )
