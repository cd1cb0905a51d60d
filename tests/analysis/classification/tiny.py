"""Styles made by hand for the tests of overstock; each test changes what it is about."""

import numpy as np
import pandas as pd

from destock.analysis.classification import cover
from destock.model.assumptions import assumed

TODAY = pd.Timestamp("2026-06-07")
NUMBERS = assumed()
NO_OVERRIDES = pd.DataFrame(
    {name: pd.Series(dtype=str) for name in ("item", "class", "reason", "decided_by")}
)


def style(item: str, **columns) -> dict:
    """A style of the running season that sells as it should."""
    usual = {
        "item": item,
        "category": "dress",
        "tier": "push",
        "season": "2026SS",
        "exit_date": pd.Timestamp("2026-08-31"),
        "age": 10.0,
        "week_part": 0.0,
        "on_hand": 100.0,
        "damaged": 0.0,
        "on_order": 0.0,
        "on_hand_cost": 500.0,
        "damaged_cost": 0.0,
        "mean_cost": 5.0,
        "tag_price": 10.0,
        "remaining": 60.0,
        "remaining_sd": 0.0,
        "net_units": 200.0,
        "running_units": 0.0,
        "sold_units": 300.0,
        "undone_units": 100.0,
        "cancelled_units": 20.0,
        "returns": 80.0,
        "quality_returns": 2.0,
        "received": 300.0,
        "sell_through": 0.66,
        "fail_line": 0.30,
        "exposures": 10_000.0,
        "clicks": 300.0,
        "in_stock_share": 0.95,
        "lead_time_days": 14.0,
        "last_sale": pd.Timestamp("2026-05-25"),
        "category_quality": 0.01,
        "exposures_week": 900.0,
        "exposure_floor": 100.0,
        "in_season": True,
        "left_truncated": False,
    }
    return dated(usual | columns)


def dated(row: dict) -> dict:
    """With the weeks on sale that its age says."""
    return row | {"weeks_on_sale": row["age"] + 1 + row["week_part"]}


def core(item: str, **columns) -> dict:
    """A core style, long on sale."""
    return dated(
        style(item, season=None, exit_date=pd.NaT, age=60.0, fail_line=np.nan, remaining=np.nan)
        | columns
    )


RATES = pd.DataFrame(
    {
        "item": list("abcdef"),
        "rate": 10.0,
        "rate_sd": 4.0,
        "quarter_rate": 10.0,
        "in_stock_recent": 1.0,
    }
)


def excess(*rows: dict, rates: pd.DataFrame = RATES) -> pd.DataFrame:
    frame = cover.excess(pd.DataFrame(rows), rates, TODAY, NUMBERS)
    return frame.assign(
        excess_cost=frame["excess_on_hand"] * frame["on_hand_cost"] / frame["on_hand"]
    )
