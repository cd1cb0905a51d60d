"""Why a style runs behind: the evidence, in the order in which it should be looked at; price comes
last.
"""

import numpy as np
import pandas as pd

from destock.model.messages import mark
from destock.model.metrics import ratio, wilson_lower

REASONS = {
    "late": mark("it came late"),
    "broken": mark("sizes were missing"),
    "unseen": mark("it was shown too little"),
    "not_clicked": mark("few who saw it clicked: picture, video"),
    "not_bought": mark("few who clicked bought: product, talk, display"),
    "sent_back": mark("much came back: fit, quality"),
    "price": mark("the price, nothing else stands out"),
}
LATE_DAYS = 7


def evidence(
    behind: pd.DataFrame, styles: pd.DataFrame, plan: pd.DataFrame, assumptions: dict[str, float]
) -> pd.DataFrame:
    """What should be looked at first for each style that runs behind, before its price is touched?

    behind: the styles to explain (item); styles: all styles, from ``sell_through.items``, with how
    often they were ``exposure.shown``; plan: item, ``planned_launch``. A rate is held against the
    whole category's and is called low (or high) where it is further off than ``low_rate`` and
    chance does not explain it. Returns one row a style: ``days_late``, ``in_stock_share``,
    ``sizes_left``, ``exposures_week``, ``click_rate``, ``pay_rate``, ``return_rate`` beside
    ``usual_…`` of its category, ``first`` (what to look at first), ``also``, ``unknown`` (what
    could not be looked at).
    """
    frame = _figures(styles, plan)
    signs = pd.DataFrame(_rules(frame, assumptions), dtype="boolean")
    # what nothing else explains is the price
    holds = signs.fillna(False).astype(bool).assign(price=True)
    first = holds.idxmax(axis=1)
    others = holds & (holds.cumsum(axis=1) > 1)
    frame = frame.assign(
        first=first.map(REASONS),
        also=_named(others.drop(columns="price")),
        unknown=_named(signs.isna()),
    )
    return behind[["item"]].merge(frame, on="item", how="left", validate="1:1")


def _named(signs: pd.DataFrame) -> list[str]:
    return ["; ".join(REASONS[name] for name in signs.columns[row]) for row in signs.to_numpy(bool)]


def _figures(styles: pd.DataFrame, plan: pd.DataFrame) -> pd.DataFrame:
    """How late each style came, how often it was shown, and its rates beside its category's."""
    came = styles[["first_receipt", "first_sale"]].apply(pd.to_datetime).min(axis=1)
    shipped = styles["sold_units"].clip(lower=0)
    frame = styles.assign(
        days_late=(came - _meant(styles, plan)).dt.days,
        shipped=shipped,
        sent_back=styles["returns"].astype(float).clip(upper=shipped),
    )
    for rate, (top, bottom) in RATES.items():
        known = frame[frame[top].notna() & frame[bottom].notna()]
        sums = known.groupby("category")[[top, bottom]].sum()
        frame[rate] = ratio(frame[top], frame[bottom])
        frame[f"usual_{rate}"] = frame["category"].map(ratio(sums[top], sums[bottom])).astype(float)
    return frame


def _meant(styles: pd.DataFrame, plan: pd.DataFrame) -> pd.Series:
    """The day on which each style was to be launched: by the plan, else by its own launch date
    where that is not read off its first sale.
    """
    own = styles["launch_date"].where(~styles["launch_imputed"].astype(bool))
    if plan.empty:
        return own
    planned = plan.drop_duplicates("item").set_index("item")["planned_launch"]
    return pd.to_datetime(styles["item"].map(planned)).fillna(own)


RATES = {
    "click_rate": ("clicks", "exposures"),
    "pay_rate": ("shipped", "clicks"),
    "return_rate": ("sent_back", "shipped"),
}


def _rules(frame: pd.DataFrame, a: dict[str, float]) -> dict[str, pd.Series]:
    """Which signs hold? In the order in which they are looked at; unknown where the data are
    missing.
    """
    thin = (frame["in_stock_share"] < a["instock_floor"]) | (frame["sizes_left"] < a["size_floor"])
    return {
        "late": (frame["days_late"] >= LATE_DAYS).where(frame["days_late"].notna()),
        "broken": thin.where(frame["in_stock_share"].notna() | frame["sizes_left"].notna()),
        "unseen": (frame["exposures_week"] < frame["exposure_floor"]).where(
            frame["exposure_floor"].notna()
        ),
        "not_clicked": _low(frame, "click_rate", a["low_rate"]),
        "not_bought": _low(frame, "pay_rate", a["low_rate"]),
        "sent_back": _high(frame, "return_rate", a["low_rate"]),
    }


def _low(frame: pd.DataFrame, rate: str, factor: float) -> pd.Series:
    top, bottom = (frame[name] for name in RATES[rate])
    most = 1 - wilson_lower((bottom - top).clip(lower=0), bottom)
    usual = frame[f"usual_{rate}"]
    return ((most < usual) & (frame[rate] < factor * usual)).where(frame[rate].notna())


def _high(frame: pd.DataFrame, rate: str, factor: float) -> pd.Series:
    top, bottom = (frame[name] for name in RATES[rate])
    usual = frame[f"usual_{rate}"]
    return ((wilson_lower(top, bottom) > usual) & (frame[rate] > usual / factor)).where(
        np.isfinite(frame[rate])
    )
