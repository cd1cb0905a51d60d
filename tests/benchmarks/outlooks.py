"""Styles with too much stock, what lies a year ahead of them, and six exits: planted numbers, for
the whole way from what is known of a style to what leaves by which exit.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from destock.analysis.clearance.outlook import Outlook
from destock.analysis.clearance.waiting import Holding, Sizes
from destock.model.proceeds import Proceeds

YEAR, SIZES = 52, 5
PRICES = np.array([1, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4])
BLOCK = 500  # styles at once
TODAY = pd.Timestamp("2026-06-07")
# part of the full price, part of the shop's own sales that it takes, room a week as a part of what
# is too much, fixed cost as a part of its takings, lot as a part of its room, units of a style
EXITS = {
    "session": (0.46, 0.3, 0.006, 0.0, 0.0, 30),
    "group": (0.40, 0.2, 0.008, 0.12, 0.0, np.nan),
    "staff": (0.36, 0.1, 0.010, 0.0, 0.25, 60),
    "outlet": (0.31, 0.1, 0.015, 0.08, 0.3, np.nan),
    "wholesale": (0.24, 0.0, 0.03, 0.04, 0.0, 150),
    "abroad": (0.15, 0.0, 0.06, 0.0, 0.5, np.nan),
}


@dataclass(frozen=True)
class Given:
    """What is known before anything is worked out."""

    outlook: Outlook
    exits: pd.DataFrame
    today: pd.Timestamp


def outlook(styles: int, seed: int = 1) -> Given:
    """Stock that lasts for 15 to 100 weeks at its rate, the season of half of the styles over in 5
    to 40 weeks; levels known to a third, answers to 0.4.
    """
    rng = np.random.default_rng([seed, styles])
    units, full = np.ceil(rng.lognormal(4.8, 0.8, styles)), rng.lognormal(5.6, 0.6, styles)
    weekly = units / rng.uniform(15, 100, styles)
    over = np.where(rng.random(styles) < 0.5, rng.uniform(5, 40, styles), np.inf)
    in_season = np.arange(YEAR) < over[:, None]
    coming = weekly[:, None] * np.where(in_season, 1.0, 0.3) * rng.uniform(0.8, 1.2, (styles, YEAR))
    path = np.where(in_season, 1.0, 0.6)
    share = rng.dirichlet(np.full(SIZES, 4.0), styles)
    rows = pd.DataFrame(
        {
            "item": [f"i{at:05}" for at in range(styles)],
            "category": "dress",
            "units": units,
            "too_much": np.ceil(units * rng.uniform(0.2, 1, styles)),
            "price": 0.9 * full,
            "full_price": full,
            "mean_cost": 0.25 * full,
            "clearing_price": 0.45 * full,
            "jobber": 0.07 * full,
            "return_rate": rng.uniform(0.1, 0.5, styles),
            "spread": rng.uniform(0.1, 0.33, styles),
            "elasticity": -rng.uniform(1, 3.2, styles),
            "elasticity_error": rng.uniform(0.1, 0.4, styles),
        }
    )
    lies = rng.dirichlet(np.full(SIZES, 4.0), styles) * units[:, None]
    sale = Proceeds({"net": 0.2, "per parcel": 5.0, "per return": 5.0}, 0.13)
    holding = Holding(capital_rate=0.12, storage_week=0.2, decline=0.01, weeks_asked=8)
    sizes = Sizes(lies, share)
    ahead = Outlook(rows, sizes, coming, path, in_season, sale, holding, pace=0.08, taken=0.3)
    return Given(ahead, exits_of(rows), TODAY)


def exits_of(rows: pd.DataFrame) -> pd.DataFrame:
    """Exits that are open in all of the coming weeks, in the columns of the shop's table."""
    much, full = rows["too_much"].sum(), rows["full_price"].mean()
    found = pd.DataFrame.from_dict(
        EXITS,
        orient="index",
        columns=["price_share", "takes_share", "room", "fee", "lot", "units_of_style"],
    ).rename_axis("exit")
    units = np.ceil(found["room"] * much)
    found = found.assign(
        units=units,
        fixed_cost=found["fee"] * units * full * found["price_share"],
        least_units=np.floor(found["lot"] * units),
        fee_rate=0.1,
        pays_after=14.0,
    )
    absent = ["category", "price", "cost_share", "handling", "return_rate", "return_cost"]
    found = found.assign(kind="outlet", **dict.fromkeys(absent, np.nan))
    return (
        found.assign(opens_on=pd.NaT, closes_on=pd.NaT)
        .reset_index()
        .drop(columns=["room", "fee", "lot"])
    )
