"""Plan and actual of each style, over the same days."""

import numpy as np
import pandas as pd

from destock.model.metrics import ratio

YEAR_DAYS = 364
PHASES = np.linspace(0, 1, 21)


def compared(
    items: pd.DataFrame, weeks: pd.DataFrame, plan: pd.DataFrame, as_of: pd.Timestamp
) -> pd.DataFrame:
    """What was meant for each style, and what came of it by its exit?

    Seasonal styles: their whole life; of a running one what is sold plus what it will still sell,
    and exposures by how past lives were shown at the same part of life. Core styles: the last 52
    weeks (or since launch), the plan in proportion. Styles without planned sales and buy are left
    out. Columns: those of ``causes.FACTORS``, ``planned_sales``, ``sales``, ``planned_buy``,
    ``buy``, ``orders`` (units, cancelled ones left out), ``clicks``.
    """
    known = plan[(plan["planned_sales"] > 0) & plan["planned_buy"].notna()]
    frame = items.merge(known, on="item", validate="1:1").reset_index(drop=True)
    frame = _window(frame, as_of)
    actual = frame[["item"]].join(_in_window(weeks, frame), on="item")
    planned = frame[["item", "category", *_AS_PLANNED]].assign(
        planned_sales=frame["planned_sales"] * frame["plan_part"],
        planned_buy=frame["planned_buy"] * frame["plan_part"],
        planned_days=frame["planned_days"] * frame["plan_part"],
        planned_kept=1 - frame["planned_return_rate"],
    )
    return planned.assign(**_actual(frame, actual, _phase(frame, weeks)))


_AS_PLANNED = [
    "planned_instock",
    "planned_exposures_per_day",
    "planned_click_rate",
    "planned_price",
]


def _actual(frame: pd.DataFrame, actual: pd.DataFrame, phase: pd.Series) -> dict[str, pd.Series]:
    """What came of the plan: of the window's sums, and of a running season what is still to sell.

    ``phase``: how much more than on average a style is shown in the part of its life that has
    passed; unknown where no past life was shown at that part of it.
    """
    core = frame["exit_date"].isna()
    days_in_stock = actual["in_stock"].fillna(1.0) * frame["elapsed_days"]
    still_to_sell = frame["remaining"].where(~core & frame["in_season"])
    received = actual["received_units"].fillna(0.0).where(core, frame["received"])
    return {
        "days": frame["days"],
        "in_stock": actual["in_stock"],
        "exposures_per_day": ratio(ratio(actual["exposures"], days_in_stock), phase),
        "click_rate": ratio(actual["clicks"], actual["exposures"]),
        "price": ratio(actual["paid_value"], actual["sold_units"]),
        "kept": ratio(actual["net_units"], actual["orders"]).clip(upper=1),
        "orders": actual["orders"].fillna(0.0),
        "clicks": actual["clicks"],
        "sales": actual["net_units"].fillna(0.0) + still_to_sell.fillna(0.0),
        "buy": received + frame["on_order"],
    }


def _window(frame: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """The days that plan and actual are compared over; what part of the plan falls into them; how
    many of them have passed.
    """
    core = frame["exit_date"].isna()
    year_ago = as_of - pd.Timedelta(days=YEAR_DAYS - 1)
    start = frame["first_sale"].fillna(frame["launch_date"])
    from_day = start.where(~core, start.clip(lower=year_ago))
    to_day = frame["exit_date"].where(~core, as_of)
    meant = frame["planned_launch"].fillna(start).clip(lower=year_ago)
    meant_days = ((as_of - meant).dt.days + 1).clip(lower=1)
    part = meant_days / frame["planned_days"].fillna(YEAR_DAYS + 1)
    return frame.assign(
        from_day=from_day,
        to_day=to_day,
        days=(to_day - from_day).dt.days + 1,
        elapsed_days=(to_day.clip(upper=as_of) - from_day).dt.days + 1,
        plan_part=part.where(core, 1.0).clip(upper=1),
    )


def _in_window(weeks: pd.DataFrame, frame: pd.DataFrame) -> pd.DataFrame:
    """Sums of the weeks of each item that have a day between ``from_day`` and ``to_day``."""
    rows = weeks.merge(frame[["item", "from_day", "to_day"]], on="item")
    last_day = rows["week"] + pd.Timedelta(days=6)
    rows = rows[(last_day >= rows["from_day"]) & (rows["week"] <= rows["to_day"])]
    item = rows.assign(orders=rows["sold_units"] - rows["cancelled_units"]).groupby("item")
    total = item[["net_units", "sold_units", "orders", "paid_value", "received_units"]].sum()
    # unknown, not zero, where nobody counted
    seen = item[["exposures", "clicks"]].sum(min_count=1)
    return total.join(seen).join(item["in_stock_share"].mean().rename("in_stock"))


def _phase(frame: pd.DataFrame, weeks: pd.DataFrame) -> pd.Series:
    """How much more than on an average day of its life is a style shown in the part of it that has
    passed? By past lives, pooled.
    """
    over = frame[frame["exit_date"].notna() & ~frame["in_season"]]
    rows = weeks.merge(over[["item", "from_day", "days"]], on="item").dropna(subset=["exposures"])
    passed = ((rows["week"] - rows["from_day"]).dt.days + 7).clip(lower=0) / rows["days"]
    shown = (
        rows.loc[passed <= 1 + 7 / rows["days"], "exposures"]
        .groupby(pd.cut(passed.clip(upper=1), PHASES), observed=False)
        .sum()
    )
    share = np.r_[0, shown.cumsum() / shown.sum()] if shown.sum() > 0 else PHASES
    part = (frame["elapsed_days"] / frame["days"]).clip(0, 1).fillna(1.0)
    return (
        ratio(np.interp(part, PHASES, share), part)
        .where(frame["exit_date"].notna(), 1.0)
        .fillna(1.0)
    )
