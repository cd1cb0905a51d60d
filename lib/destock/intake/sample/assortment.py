"""What the shop planned to sell, and the truth that plan did not know: drawn before the first trading day."""

from __future__ import annotations

import numpy as np
import pandas as pd

from .market import CATEGORIES, CORE_YEAR, TIERS, season_table

COLOURS = {"BK": "黑色", "WH": "米白", "BL": "雾蓝", "GN": "豆绿", "PK": "藕粉", "KH": "卡其"}
LOOKS = ["法式", "通勤", "复古", "简约", "轻熟", "新中式", "学院", "慵懒"]
DETAILS = ["收腰", "垂感", "碎花", "拼接", "泡泡袖", "显瘦", "高腰", "宽松", "系带", "提花"]
SIZES = {3: (["S", "M", "L"], [0.28, 0.42, 0.30]), 4: (["S", "M", "L", "XL"], [0.22, 0.35, 0.28, 0.15])}
ROLES = {"push": ["hit", "traffic"], "signature": ["steady", "margin"], "novelty": ["test", "margin"]}
PLANNED_INSTOCK, PLANNED_SELL_THROUGH = 0.95, 0.93
CAUSES = ["late", "stock-outs", "traffic", "content", "product", "returns", "price", "overbuy"]


def draw_styles(rng: np.random.Generator, count: int, years: int, days: pd.DatetimeIndex) -> pd.DataFrame:
    """One row per style with its plan; days are counted from the first trading day."""
    cores = max(4, round(count * 0.076))
    seasons = season_table(years)
    per_season = [len(part) for part in np.array_split(np.arange(count - cores), len(seasons))][::-1]
    frames = [seasonal_styles(rng, season, n, days) for season, n in zip(seasons.itertuples(), per_season, strict=True)]
    styles = pd.concat([*frames, core_styles(rng, cores, len(days))], ignore_index=True)
    return plan_numbers(rng, describe(rng, styles))


def seasonal_styles(rng: np.random.Generator, season, count: int, days: pd.DatetimeIndex) -> pd.DataFrame:
    """The styles of one season, launched in four waves."""
    tier = np.repeat(TIERS.index, np.diff(np.round(np.r_[0, TIERS["share"].cumsum()] * count).astype(int)))
    wave = rng.integers(1, 5, count)
    opens, closes = (int((day - days[0]).days) for day in (season.opens, season.closes))
    weights = CATEGORIES[season.half]
    return pd.DataFrame(
        {
            "style": [f"{season.season[2:]}-{number:03d}" for number in range(1, count + 1)],
            "season": season.season,
            "tier": tier,
            "category": rng.choice(weights.index, count, p=weights / weights.sum()),
            "wave": wave,
            "planned_launch": opens + 17 * (wave - 1) + rng.integers(0, 6, count),
            "exit": closes,
        }
    )


def core_styles(rng: np.random.Generator, count: int, span: int) -> pd.DataFrame:
    """Core styles with staggered launches: most are old, about one in six is 20 to 80 days old."""
    last = span - 101
    fresh = max(1, round(count * 0.16))
    old = np.linspace(20, max(40, last - 200), count - fresh) + rng.integers(-4, 5, count - fresh)
    launch = np.r_[old, last - np.linspace(24, 78, fresh)[::-1]].astype(int)
    tier = np.where(np.arange(count) % 4 == 0, "push", "signature")
    weights = CATEGORIES["core"]
    return pd.DataFrame(
        {
            "style": [f"CO-{number:03d}" for number in range(1, count + 1)],
            "season": None,
            "tier": tier,
            "category": rng.choice(weights.index, count, p=weights / weights.sum()),
            "wave": 0,
            "planned_launch": launch,
            "exit": span + CORE_YEAR,
        }
    )


def describe(rng: np.random.Generator, styles: pd.DataFrame) -> pd.DataFrame:
    """Names, price tags, costs and vendors."""
    n = len(styles)
    category = CATEGORIES.loc[styles["category"]].reset_index(drop=True)
    tag = (category["tag"] * rng.lognormal(0, 0.16, n) / 10).round() * 10 - 1
    looks, details = rng.choice(LOOKS, n), rng.choice(DETAILS, n)
    names = [f"{look}{detail}{kind}" for look, detail, kind in zip(looks, details, styles["category"], strict=True)]
    role = [ROLES[tier][pick] for tier, pick in zip(styles["tier"], (rng.random(n) < 0.35).astype(int), strict=True)]
    return styles.assign(
        name=names,
        role=np.where(styles["season"].isna(), "steady", role),
        parent=category["parent"],
        tag=tag,
        unit_cost=(tag * rng.uniform(0.30, 0.38, n)).round(2),
        vendor=[f"V{number:02d}" for number in rng.integers(1, 19, n)],
        moq=styles["tier"].map({"push": 50, "signature": 30, "novelty": 20}),
        lead_time=rng.integers(15, 31, n),
        volume=category["volume"],
    )


def plan_numbers(rng: np.random.Generator, styles: pd.DataFrame) -> pd.DataFrame:
    """The plan, whose factors multiply to planned net units: days, in-stock, exposures, conversion, kept share."""
    n, core = len(styles), styles["season"].isna()
    category = CATEGORIES.loc[styles["category"]].reset_index(drop=True)
    units = TIERS["net_units"].reindex(styles["tier"]).to_numpy() * rng.lognormal(0, 0.32, n)
    days = np.where(core, CORE_YEAR, styles["exit"] - styles["planned_launch"] + 1)
    returned = (category["return_rate"] + rng.normal(0, 0.02, n)).round(3)
    sales = np.maximum(20, np.where(core, units.clip(240, 480), units)).round()
    bought_rate = sales / (days * PLANNED_INSTOCK * (1 - returned))
    exposures = np.maximum(15, (bought_rate / (category["click_rate"] * 0.2 * rng.lognormal(0, 0.1, n))).round())
    return styles.assign(
        planned_days=days,
        planned_sales=sales,
        planned_return_rate=returned,
        planned_exposures_per_day=exposures,
        planned_conversion=(bought_rate / exposures).round(7),
        planned_instock=PLANNED_INSTOCK,
        planned_buy=(sales / PLANNED_SELL_THROUGH / 5).round() * 5,
        click_rate=category["click_rate"],
        planned_price=(styles["tag"] * rng.uniform(0.85, 0.92, n)).round(),
    )


def spread_pick(rng: np.random.Generator, styles: pd.DataFrame, among: pd.Series, share: float) -> np.ndarray:
    """A random share of styles, spread evenly over small and large ones so that planted units do not hang on one style."""
    order = styles.index[among][np.argsort(styles.loc[among, "planned_sales"].to_numpy(), kind="stable")]
    count = round(share * len(order))
    step = len(order) / max(count, 1)
    return order[(np.arange(count) * step + rng.uniform(0, step)).astype(int)].to_numpy()


def plant_classes(rng: np.random.Generator, styles: pd.DataFrame, last: int) -> pd.DataFrame:
    """Which overstock each style's leftover is, decided by the design alone."""
    core = styles["season"].isna()
    kind = pd.Series(np.where(core | (styles["exit"] > last), "healthy", "out_of_season"), index=styles.index)
    current = ~core & (styles["exit"] > last)
    age = last - styles["planned_launch"]
    kind[spread_pick(rng, styles, current & (age >= 49), 0.25)] = "misjudged"
    kind[spread_pick(rng, styles, core & (age > 300), 0.27)] = "slow"
    names = styles["season"].dropna().unique()
    recent = [(styles["season"].eq(name), 0.08) for name in names[-3:-1]]
    for among, share in [(current, 0.13), *recent, (core & (age > 100), 0.12)]:
        open_to = among & kind.isin(["healthy", "out_of_season"]) & styles["tier"].ne("push")
        kind[spread_pick(rng, styles, open_to, share)] = "defective"
    return styles.assign(planted_class=kind)


def plant_causes(rng: np.random.Generator, styles: pd.DataFrame) -> pd.DataFrame:
    """One cause per style; ended seasons had their causes too, the current one mostly in its misjudged styles."""
    n = len(styles)
    share = styles["planted_class"].map({"out_of_season": 0.52, "healthy": 0.26}).fillna(0)
    share = share.where(styles["season"].notna() & ~(styles["planted_class"].eq("healthy") & styles["tier"].eq("push")), 0)
    cause = np.where(rng.random(n) < share, rng.choice(CAUSES, n), "none")
    flop = rng.choice(["product", "content"], n, p=[0.7, 0.3])
    cause = np.where(styles["planted_class"].eq("misjudged"), flop, cause)
    cause = np.where(styles["planted_class"].eq("slow"), "product", cause)
    return styles.assign(planted_cause=cause)


def plant_factors(rng: np.random.Generator, styles: pd.DataFrame) -> pd.DataFrame:
    """The truth as factors on the plan: strong for the planted cause, about one elsewhere."""
    n, cause = len(styles), styles["planted_cause"]
    misjudged = styles["planted_class"].eq("misjudged")
    depth = np.where(misjudged, -np.log(rng.uniform(0.19, 0.33, n)), rng.uniform(0.45, 0.95, n))
    noise = {name: np.exp(rng.normal(0, 0.10, n)) for name in ("traffic", "click", "appeal", "kept", "buy")}
    for name, hit in {"traffic": "traffic", "click": "content", "appeal": "product"}.items():
        planted = cause.eq(hit) & styles["planted_class"].ne("slow")
        noise[name] = np.where(planted, np.exp(-depth), np.where(misjudged, noise[name].clip(0.92, 1.06), noise[name]))
    kept = (1 - styles["planned_return_rate"]) * np.where(cause.eq("returns"), rng.uniform(0.50, 0.65, n), noise["kept"].clip(0.85, 1.15))
    buy = np.where(
        cause.eq("overbuy"), rng.uniform(1.4, 1.8, n), np.where(cause.eq("stock-outs"), rng.uniform(0.40, 0.55, n), noise["buy"])
    )
    quality = CATEGORIES["quality_rate"].reindex(styles["category"]).to_numpy() * rng.lognormal(0, 0.1, n)
    extra = np.where(styles["planted_class"].eq("defective"), 3 * quality, 0)
    return styles.assign(
        beta=rng.normal(CATEGORIES["beta"].reindex(styles["category"]), 0.35),
        traffic_factor=noise["traffic"],
        click_factor=noise["click"],
        appeal_factor=noise["appeal"],
        return_rate=(1 - kept + extra).clip(0.15, 0.85),
        quality_rate=quality + extra,
        cancel_rate=rng.uniform(0.05, 0.09, n),
        buy_factor=buy,
        speed=rng.lognormal(0, 0.06, n),
        b_grade_share=np.where(styles["planted_class"].eq("defective"), rng.uniform(0.24, 0.35, n), 0.0),
    )


def plant_dates_and_prices(rng: np.random.Generator, styles: pd.DataFrame, last: int) -> pd.DataFrame:
    """The real launch, the real everyday price, the presale, and the day a slow core style's demand began to fade."""
    n, cause, core = len(styles), styles["planted_cause"], styles["season"].isna()
    slip = np.where(rng.random(n) < 0.10, rng.integers(5, 13, n), 0)
    slip = np.where(cause.eq("late"), rng.integers(40, 62, n), slip)
    slip = np.minimum(slip, (last - 12 - styles["planned_launch"]).clip(lower=0))
    launch = styles["planned_launch"] + slip
    planned_price = np.where(cause.eq("price"), (styles["planned_price"] * rng.uniform(0.76, 0.84, n)).round(), styles["planned_price"])
    misjudged = styles["planted_class"].eq("misjudged")
    chance = styles["tier"].map({"push": 0.4, "signature": 0.2, "novelty": 0.0}) * np.where(misjudged, 2, 1)
    presale = np.where(rng.random(n) < chance.where(~core & (slip == 0), 0), rng.choice(["full", "deposit"], n), "none")
    failed = misjudged & (presale != "none")
    age = last - launch
    fade = last - rng.uniform(130, np.clip(age - 170, 140, 290)).astype(int)
    slow = styles["planted_class"].eq("slow")
    return styles.assign(
        launch=launch,
        everyday_price=styles["planned_price"],
        planned_price=planned_price,
        presale=presale,
        presale_failure=failed,
        fade_day=np.where(slow, fade, 10**6),
        faded_to=np.where(slow, rng.uniform(0.05, 0.20, n), 1.0),
    )


def plant_truth(rng: np.random.Generator, styles: pd.DataFrame, last: int) -> pd.DataFrame:
    """Everything true about each style, and its expected life demand at the everyday price."""
    styles = plant_causes(rng, plant_classes(rng, styles, last))
    styles = plant_dates_and_prices(rng, plant_factors(rng, styles), last)
    core = styles["season"].isna()
    days_factor = np.where(core, 1.0, (styles["exit"] - styles["launch"] + 1) / styles["planned_days"])
    kept_factor = (1 - styles["return_rate"]) / (1 - styles["planned_return_rate"])
    price_factor = (styles["everyday_price"] / styles["planned_price"]) ** styles["beta"]
    factors = days_factor * styles["traffic_factor"] * styles["click_factor"] * styles["appeal_factor"] * kept_factor * price_factor
    return styles.assign(
        days_factor=days_factor,
        kept_factor=kept_factor,
        price_factor=price_factor,
        planned_demand=styles["planned_sales"],
        life_demand=styles["planned_sales"]
        / PLANNED_INSTOCK
        * factors
        * np.where(styles["planted_class"].eq("slow"), styles["faded_to"], 1.0),
    )


def draw_skus(rng: np.random.Generator, styles: pd.DataFrame) -> pd.DataFrame:
    """One row per SKU, sorted by style: the sizes that were planned, and those that customers really ask for."""
    rows = []
    for index, style in enumerate(styles["style"]):
        sizes, shares = SIZES[4 if rng.random() < 0.3 else 3]
        colours = rng.choice(list(COLOURS), 2 if rng.random() < 0.05 else 1, replace=False)
        for colour in colours:
            for size, share in zip(sizes, shares, strict=True):
                rows.append((index, f"{style}-{colour}-{size}", f"{style}-{colour}", COLOURS[colour], size, share / len(colours)))
    skus = pd.DataFrame(rows, columns=["style_no", "sku", "style_colour", "colour", "size", "planned_share"])
    asked = skus["planned_share"] * rng.lognormal(0, 0.22, len(skus))
    return skus.assign(true_share=asked / asked.groupby(skus["style_no"]).transform("sum"))
