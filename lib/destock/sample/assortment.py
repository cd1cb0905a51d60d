"""What the shop planned to sell: styles, sizes and numbers, drawn before the first trading day."""

import numpy as np
import pandas as pd

from .market import CATEGORIES, CORE_YEAR, TIERS, season_table

COLOURS = {"BK": "黑色", "WH": "米白", "BL": "雾蓝", "GN": "豆绿", "PK": "藕粉", "KH": "卡其"}
LOOKS = ["法式", "通勤", "复古", "简约", "轻熟", "新中式", "学院", "慵懒"]
DETAILS = ["收腰", "垂感", "碎花", "拼接", "泡泡袖", "显瘦", "高腰", "宽松", "系带", "提花"]
FEW_SIZES, MANY_SIZES = (
    {"S": 0.28, "M": 0.42, "L": 0.30},
    {"S": 0.22, "M": 0.35, "L": 0.28, "XL": 0.15},
)
PLANNED_INSTOCK, PLANNED_SELL_THROUGH = 0.95, 0.93


def draw_styles(
    rng: np.random.Generator, count: int, years: int, days: pd.DatetimeIndex
) -> pd.DataFrame:
    """One row per style with its plan; days are counted from the first trading day."""
    cores = max(4, round(count * 0.076))
    seasons = season_table(years)
    counts = [len(part) for part in np.array_split(np.arange(count - cores), len(seasons))][::-1]
    frames = [
        seasonal_styles(rng, season, n, days[0])
        for season, n in zip(seasons.itertuples(), counts, strict=True)
    ]
    styles = pd.concat([*frames, core_styles(rng, cores, len(days))], ignore_index=True)
    styles = styles.join(CATEGORIES, on="category").join(TIERS, on="tier")
    describe(rng, styles)
    plan_numbers(rng, styles)
    return styles


def seasonal_styles(
    rng: np.random.Generator, season, count: int, first: pd.Timestamp
) -> pd.DataFrame:
    """The styles of one season, launched in four waves."""
    tier = np.repeat(
        TIERS.index, np.diff(np.round(np.r_[0, TIERS["share"].cumsum()] * count).astype(int))
    )
    wave, weights = rng.integers(1, 5, count), CATEGORIES[season.half]
    category = rng.choice(weights.index, count, p=weights / weights.sum())
    launch = (season.opens - first).days + 17 * (wave - 1) + rng.integers(0, 6, count)
    style = [f"{season.season[2:]}-{number:03d}" for number in range(1, count + 1)]
    columns = {
        "style": style,
        "season": season.season,
        "tier": tier,
        "category": category,
        "wave": wave,
    }
    return pd.DataFrame(columns | {"planned_launch": launch, "exit": (season.closes - first).days})


def core_styles(rng: np.random.Generator, count: int, span: int) -> pd.DataFrame:
    """Core styles with staggered launches: most are old, about one in six is 20 to 80 days old."""
    last, fresh, weights = span - 101, max(1, round(count * 0.16)), CATEGORIES["core"]
    old = np.linspace(20, max(40, last - 200), count - fresh) + rng.integers(-4, 5, count - fresh)
    launch = np.r_[old, last - np.linspace(24, 78, fresh)[::-1]].astype(int)
    category = rng.choice(weights.index, count, p=weights / weights.sum())
    tier = np.where(np.arange(count) % 4 == 0, "push", "signature")
    style = [f"CO-{number:03d}" for number in range(1, count + 1)]
    columns = {"style": style, "season": None, "tier": tier, "category": category, "wave": 0}
    return pd.DataFrame(columns | {"planned_launch": launch, "exit": span + CORE_YEAR})


def describe(rng: np.random.Generator, styles: pd.DataFrame) -> None:
    """Names, price tags, costs and vendors."""
    n, core = len(styles), styles["season"].isna()
    styles["tag"] = (styles["tag"] * rng.lognormal(0, 0.16, n) / 10).round() * 10 - 1
    styles["name"] = (
        rng.choice(LOOKS, n).astype(object) + rng.choice(DETAILS, n) + styles["category"]
    )
    styles["role"] = np.select(
        [core, rng.random(n) < 0.35], ["steady", styles["other_role"]], styles["role"]
    )
    styles["unit_cost"] = (styles["tag"] * rng.uniform(0.30, 0.38, n)).round(2)
    styles["vendor"] = [f"V{number:02d}" for number in rng.integers(1, 19, n)]
    styles["lead_time"] = rng.integers(15, 31, n)


def plan_numbers(rng: np.random.Generator, styles: pd.DataFrame) -> None:
    """The plan, whose factors multiply to planned net units: days, in-stock, exposures, conversion,
    kept share.
    """
    n, core = len(styles), styles["season"].isna()
    units = styles["net_units"] * rng.lognormal(0, 0.32, n)
    days = np.where(core, CORE_YEAR, styles["exit"] - styles["planned_launch"] + 1)
    returned = (styles["return_rate"] + rng.normal(0, 0.02, n)).round(3)
    sales = np.maximum(20, np.where(core, units.clip(240, 480), units)).round()
    bought_rate = sales / (days * PLANNED_INSTOCK * (1 - returned))
    exposures = np.maximum(
        15, (bought_rate / (styles["click_rate"] * 0.2 * rng.lognormal(0, 0.1, n))).round()
    )
    styles["planned_days"], styles["planned_instock"], styles["planned_return_rate"] = (
        days,
        PLANNED_INSTOCK,
        returned,
    )
    styles["planned_sales"], styles["planned_buy"] = (
        sales,
        np.round(sales / PLANNED_SELL_THROUGH / 5) * 5,
    )
    styles["planned_exposures_per_day"], styles["planned_conversion"] = (
        exposures,
        (bought_rate / exposures).round(7),
    )
    styles["planned_click_rate"] = styles["click_rate"]
    styles["planned_price"] = (styles["tag"] * rng.uniform(0.85, 0.92, n)).round()


def draw_skus(rng: np.random.Generator, styles: pd.DataFrame) -> pd.DataFrame:
    """One row per SKU, sorted by style: the sizes that were planned, and those that customers
    really ask for.
    """
    rows = []
    for number, style in enumerate(styles["style"]):
        sizes = MANY_SIZES if rng.random() < 0.3 else FEW_SIZES
        colours = rng.choice(list(COLOURS), 2 if rng.random() < 0.05 else 1, replace=False)
        for colour in colours:
            item = f"{style}-{colour}"
            rows += [
                (number, f"{item}-{size}", item, COLOURS[colour], size, share / len(colours))
                for size, share in sizes.items()
            ]
    skus = pd.DataFrame(
        rows, columns=["style_no", "sku", "style_colour", "colour", "size", "planned_share"]
    )
    asked = skus["planned_share"] * rng.lognormal(0, 0.22, len(skus))
    return skus.assign(true_share=asked / asked.groupby(skus["style_no"]).transform("sum"))
