"""The market around the simulated shop: its trading days, seasons, categories and tiers."""

import numpy as np
import pandas as pd

AS_OF = pd.Timestamp("2026-06-07")
HORIZON = 100  # days after as_of: what is still expected of a season lies there
CORE_YEAR = 365  # a core style is planned by the year

CATEGORIES = pd.DataFrame.from_dict(
    # tag and volume in CNY and litres; rates per shipped unit; shape and scale of the life curve;
    # season weights
    {
        "连衣裙": ("裙装", 469, 0.52, 0.020, 0.060, -2.1, 1.9, 0.20, 1.6, 0.30, 0.14, 0.00),
        "半身裙": ("裙装", 339, 0.46, 0.018, 0.055, -2.0, 2.1, 0.20, 1.2, 0.18, 0.10, 0.12),
        "衬衫": ("上装", 299, 0.42, 0.018, 0.058, -1.9, 2.2, 0.19, 0.9, 0.18, 0.08, 0.20),
        "T恤": ("上装", 179, 0.34, 0.016, 0.070, -2.2, 2.4, 0.18, 0.6, 0.20, 0.00, 0.28),
        "针织衫": ("上装", 399, 0.43, 0.022, 0.055, -2.0, 2.0, 0.20, 1.5, 0.00, 0.26, 0.16),
        "裤装": ("裤装", 349, 0.47, 0.018, 0.052, -1.8, 2.3, 0.19, 1.3, 0.14, 0.14, 0.24),
        "外套": ("外套", 799, 0.45, 0.020, 0.050, -2.0, 2.1, 0.18, 3.5, 0.00, 0.18, 0.00),
        "羽绒服": ("外套", 1399, 0.40, 0.020, 0.045, -2.1, 2.8, 0.17, 7.0, 0.00, 0.10, 0.00),
    },
    orient="index",
    columns=[
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
)
TIERS = pd.DataFrame.from_dict(
    {
        "push": (0.15, 520, 0.30, 0.30, 0.90, 50, 0.4, "hit", "traffic"),
        "signature": (0.35, 185, 0.16, 0.15, 1.00, 30, 0.2, "steady", "margin"),
        "novelty": (0.50, 70, 0.08, 0.05, 1.10, 20, 0.0, "test", "margin"),
    },
    orient="index",
    columns=[
        "share",
        "net_units",
        "live_share",
        "ad_share",
        "stretch",
        "moq",
        "presale_chance",
        "role",
        "other_role",
    ],
)

NEW_YEARS = pd.to_datetime(["2023-01-22", "2024-02-10", "2025-01-29", "2026-02-17"])
WEEKDAY = np.array([0.90, 0.90, 0.93, 0.97, 1.05, 1.12, 1.13])
FESTIVALS = pd.Series(  # the lift from this day of the year to the next one named
    [1.00, 1.35, 1.00, 1.25, 1.80, 1.15, 0.85, 1.00, 1.22, 1.90, 0.82, 1.00, 1.30, 1.00],
    [
        "01-01",
        "03-04",
        "03-09",
        "06-01",
        "06-16",
        "06-19",
        "06-21",
        "06-28",
        "10-24",
        "11-09",
        "11-12",
        "11-20",
        "12-09",
        "12-13",
    ],
)


def season_table(years: int) -> pd.DataFrame:
    """The seasons of these years: their half, the first day of their first wave, and their last
    day.
    """
    rows = []
    for year in range(AS_OF.year - years, AS_OF.year + 1):
        rows.append((f"{year}SS", "SS", pd.Timestamp(year, 2, 22), pd.Timestamp(year, 8, 31)))
        rows.append(
            (
                f"{year}AW",
                "AW",
                pd.Timestamp(year, 8, 22),
                pd.Timestamp(year + 1, 3, 1) - pd.Timedelta(days=1),
            )
        )
    return pd.DataFrame(rows[1:-1], columns=["season", "half", "opens", "closes"])


def calendar(days: pd.DatetimeIndex) -> tuple[np.ndarray, np.ndarray]:
    """Demand of each day over a plain day, and the day on which a parcel due then really leaves:
    carriers stop at the new year.
    """
    away = np.array([(days - new_year).days for new_year in NEW_YEARS])
    # days since the nearest new year, negative before it
    away = away[abs(away).argmin(0), np.arange(len(days))]
    holiday = np.select(
        [(away >= -6) & (away <= 7), (away >= -20) & (away < -6)], [0.45, 1.12], 1.0
    )
    festival = FESTIVALS.iloc[
        FESTIVALS.index.searchsorted(days.strftime("%m-%d"), side="right") - 1
    ].to_numpy()
    leaves = np.arange(len(days)) + np.where((away >= -3) & (away <= 5), 6 - away, 0)
    return WEEKDAY[days.day_of_week] * festival * holiday, np.minimum(leaves, len(days) - 1)


def pace(life_share: np.ndarray, shape: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """Density of demand over a style's life, a gamma shape in the share of life passed."""
    return life_share ** (shape - 1) * np.exp(-life_share / scale)


def true_curves() -> pd.DataFrame:
    """The planted pacing curves: cumulative share of a life's demand by week, at an even
    calendar.
    """
    names, curves = ["half", "category", "tier", "life_weeks", "week"], []
    for half, weeks in (("SS", 24), ("AW", 25)):
        sold = CATEGORIES[CATEGORIES[half] > 0]
        shape, scale = (
            sold["shape"].to_numpy()[:, None, None],
            np.outer(sold["scale"], TIERS["stretch"])[:, :, None],
        )
        density = pace((np.arange(weeks * 7) + 0.5) / (weeks * 7), shape, scale)
        share = (density.cumsum(-1) / density.sum(-1, keepdims=True))[..., 6::7].round(5)
        keys = pd.MultiIndex.from_product(
            [[half], sold.index, TIERS.index, [weeks], range(1, weeks + 1)], names=names
        )
        curves.append(pd.Series(share.ravel(), keys, name="share"))
    return (
        pd.concat(curves)
        .reset_index()
        .sort_values(["half", "category", "tier", "week"], ignore_index=True)
    )
