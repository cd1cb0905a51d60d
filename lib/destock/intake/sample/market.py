"""The market around the simulated shop: its trading days, seasons, categories and tiers."""

from __future__ import annotations

import numpy as np
import pandas as pd

AS_OF = pd.Timestamp("2026-06-07")
HORIZON = 100  # days after as_of: what is still expected of a season lies there
CORE_YEAR = 365  # a core style is planned by the year

CATEGORIES = pd.DataFrame(
    [  # tag and volume in CNY and litres; rates per shipped unit; shape and scale of the life curve; season weights
        ("连衣裙", "裙装", 469, 0.52, 0.020, 0.060, -2.1, 1.9, 0.20, 1.6, 0.30, 0.14, 0.00),
        ("半身裙", "裙装", 339, 0.46, 0.018, 0.055, -2.0, 2.1, 0.20, 1.2, 0.18, 0.10, 0.12),
        ("衬衫", "上装", 299, 0.42, 0.018, 0.058, -1.9, 2.2, 0.19, 0.9, 0.18, 0.08, 0.20),
        ("T恤", "上装", 179, 0.34, 0.016, 0.070, -2.2, 2.4, 0.18, 0.6, 0.20, 0.00, 0.28),
        ("针织衫", "上装", 399, 0.43, 0.022, 0.055, -2.0, 2.0, 0.20, 1.5, 0.00, 0.26, 0.16),
        ("裤装", "裤装", 349, 0.47, 0.018, 0.052, -1.8, 2.3, 0.19, 1.3, 0.14, 0.14, 0.24),
        ("外套", "外套", 799, 0.45, 0.020, 0.050, -2.0, 2.1, 0.18, 3.5, 0.00, 0.18, 0.00),
        ("羽绒服", "外套", 1399, 0.40, 0.020, 0.045, -2.1, 2.8, 0.17, 7.0, 0.00, 0.10, 0.00),
    ],
    columns=[
        "category",
        "parent",
        "tag",
        "return_rate",
        "quality_rate",
        "click_rate",
        "beta",
        "shape",
        "scale",
        "volume",
        "SS",
        "AW",
        "core",
    ],
).set_index("category")

TIERS = pd.DataFrame(
    [("push", 0.15, 520, 0.30, 0.30, 0.90), ("signature", 0.35, 185, 0.16, 0.15, 1.00), ("novelty", 0.50, 70, 0.08, 0.05, 1.10)],
    columns=["tier", "share", "net_units", "live_share", "ad_share", "scale"],
).set_index("tier")

NEW_YEARS = pd.to_datetime(["2023-01-22", "2024-02-10", "2025-01-29", "2026-02-17"])
WEEKDAY = np.array([0.90, 0.90, 0.93, 0.97, 1.05, 1.12, 1.13])
FESTIVALS = [  # first day, last day, lift
    ("03-04", "03-08", 1.35),
    ("06-01", "06-15", 1.25),
    ("06-16", "06-18", 1.80),
    ("06-19", "06-20", 1.15),
    ("06-21", "06-27", 0.85),
    ("10-24", "11-08", 1.22),
    ("11-09", "11-11", 1.90),
    ("11-12", "11-19", 0.82),
    ("12-09", "12-12", 1.30),
]


def trading_days(years: int) -> pd.DatetimeIndex:
    """Whole weeks that end on as_of, and the days known beyond it."""
    return pd.date_range(AS_OF - pd.Timedelta(days=364 * years - 1), AS_OF + pd.Timedelta(days=HORIZON))


def season_table(years: int) -> pd.DataFrame:
    """The seasons of these years: their half, the first day of their first wave, and their last day."""
    rows = []
    for year in range(AS_OF.year - years, AS_OF.year + 1):
        rows.append((f"{year}SS", "SS", f"{year}-02-22", f"{year}-08-31"))
        rows.append((f"{year}AW", "AW", f"{year}-08-22", str(pd.Timestamp(f"{year + 1}-03-01") - pd.Timedelta(days=1))))
    table = pd.DataFrame(rows[1:-1], columns=["season", "half", "opens", "closes"])
    return table.astype({"opens": "datetime64[s]", "closes": "datetime64[s]"})


def calendar_lift(days: pd.DatetimeIndex) -> np.ndarray:
    """Demand of each day over a plain day: weekday, festivals, and the true date of each new year."""
    lift = WEEKDAY[days.day_of_week].copy()
    month_day = days.strftime("%m-%d")
    for first, last, by in FESTIVALS:
        lift[(month_day >= first) & (month_day <= last)] *= by
    for new_year in NEW_YEARS:
        away = (days - new_year).days
        lift[(away >= -6) & (away <= 7)] *= 0.45
        lift[(away >= -20) & (away < -6)] *= 1.12
    return lift


def next_shipping_day(days: pd.DatetimeIndex) -> np.ndarray:
    """Day on which a parcel due that day really leaves: carriers stop around the new year."""
    leaves = np.arange(len(days))
    for new_year in NEW_YEARS:
        away = np.asarray((days - new_year).days)
        stopped = (away >= -3) & (away <= 5)
        leaves[stopped] += 6 - away[stopped]
    return np.minimum(leaves, len(days) - 1)


def pace(category: pd.Series, tier: pd.Series, life_share: np.ndarray) -> np.ndarray:
    """Density of demand over a style's life, a gamma shape in the share of life passed; one row per style."""
    shape = CATEGORIES["shape"].reindex(category).to_numpy()[:, None]
    scale = (CATEGORIES["scale"].reindex(category).to_numpy() * TIERS["scale"].reindex(tier).to_numpy())[:, None]
    return life_share ** (shape - 1) * np.exp(-life_share / scale)


def true_curves(years: int) -> pd.DataFrame:
    """The planted pacing curves: cumulative share of a life's demand by week, at an even calendar."""
    frames = []
    for half, weeks in (("SS", 24), ("AW", 25)):
        keys = pd.MultiIndex.from_product([CATEGORIES.index[CATEGORIES[half] > 0], TIERS.index], names=["category", "tier"])
        days = (np.arange(weeks * 7) + 0.5) / (weeks * 7)
        density = pace(keys.get_level_values(0), keys.get_level_values(1), days[None, :])
        share = (density.cumsum(axis=1) / density.sum(axis=1, keepdims=True))[:, 6::7]
        wide = pd.DataFrame(share.round(5), index=keys, columns=range(1, weeks + 1))
        frames.append(wide.melt(ignore_index=False, var_name="week", value_name="share").reset_index().assign(half=half, life_weeks=weeks))
    curves = pd.concat(frames)[["half", "category", "tier", "life_weeks", "week", "share"]]
    return curves.sort_values(["half", "category", "tier", "week"], ignore_index=True)
