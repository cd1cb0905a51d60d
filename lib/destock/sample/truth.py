"""The truth that the plan did not know: which overstock, why, and by how much, drawn before the
first trading day.
"""

import numpy as np
import pandas as pd

from .assortment import PLANNED_INSTOCK

CAUSES = ["late", "stock-outs", "traffic", "content", "product", "returns", "price", "overbuy"]


def plant_truth(rng: np.random.Generator, styles: pd.DataFrame, last: int) -> None:
    """Everything true about each style, and its expected life demand at the everyday price, as
    further columns.
    """
    plant_classes(rng, styles, last)
    plant_causes(rng, styles)
    plant_factors(rng, styles)
    plant_dates_and_prices(rng, styles, last)
    life = styles["exit"] - styles["launch"] + 1
    styles["days_factor"] = np.where(styles["season"].isna(), 1.0, life / styles["planned_days"])
    styles["kept_factor"] = (1 - styles["return_rate"]) / (1 - styles["planned_return_rate"])
    styles["price_factor"] = (styles["everyday_price"] / styles["planned_price"]) ** styles["beta"]
    factors = styles[
        [f"{name}_factor" for name in ("days", "traffic", "click", "appeal", "kept", "price")]
    ].prod(axis=1)
    styles["planned_demand"] = styles["planned_sales"]
    styles["life_demand"] = styles["planned_sales"] / PLANNED_INSTOCK * factors * styles["faded_to"]


def plant_classes(rng: np.random.Generator, styles: pd.DataFrame, last: int) -> None:
    """Which overstock each style's leftover is, decided by the design alone."""
    season, core, age = styles["season"], styles["season"].isna(), last - styles["planned_launch"]
    current = ~core & (styles["exit"] > last)
    kind = pd.Series(np.where(core | current, "healthy", "out_of_season"))

    def plant(name: str, among: pd.Series, share: float) -> None:
        # A random share, spread evenly over small and large styles so that planted units do not
        # hang on one of them.
        order = styles[among].sort_values("planned_sales", kind="stable").index
        count = round(share * len(order))
        step = len(order) / max(count, 1)
        kind[order[(np.arange(count) * step + rng.uniform(0, step)).astype(int)]] = name

    plant("misjudged", current & (age >= 49), 0.25)
    plant("slow", core & (age > 300), 0.27)
    recent = [(season == name, 0.08) for name in season.dropna().unique()[-3:-1]]
    for among, share in [(current, 0.13), *recent, (core & (age > 100), 0.12)]:
        plant(
            "defective",
            among & kind.isin(["healthy", "out_of_season"]) & (styles["tier"] != "push"),
            share,
        )
    styles["planted_class"] = kind


def plant_causes(rng: np.random.Generator, styles: pd.DataFrame) -> None:
    """One cause per style; ended seasons had their causes too, the current one mostly in its
    misjudged styles.
    """
    n, kind = len(styles), styles["planted_class"]
    spared = styles["season"].isna() | ((kind == "healthy") & (styles["tier"] == "push"))
    share = kind.map({"out_of_season": 0.52, "healthy": 0.26}).fillna(0).mask(spared, 0)
    cause = np.where(rng.random(n) < share, rng.choice(CAUSES, n), "none")
    flop = rng.choice(["product", "content"], n, p=[0.7, 0.3])
    styles["planted_cause"] = np.select(
        [kind == "misjudged", kind == "slow"], [flop, "product"], cause
    )


def plant_factors(rng: np.random.Generator, styles: pd.DataFrame) -> None:
    """The truth as factors on the plan: strong for the planted cause, about one elsewhere."""
    n, cause = len(styles), styles["planted_cause"]
    defective = styles["planted_class"] == "defective"
    noise = plant_appeal(rng, styles)
    kept = np.where(cause == "returns", rng.uniform(0.50, 0.65, n), noise[3].clip(0.85, 1.15))
    buys = [rng.uniform(1.4, 1.8, n), rng.uniform(0.40, 0.55, n)]
    styles["buy_factor"] = np.select([cause == "overbuy", cause == "stock-outs"], buys, noise[4])
    quality = styles["quality_rate"] * rng.lognormal(0, 0.1, n)
    faulty = np.where(defective, 3 * quality, 0)
    styles["quality_rate"] = quality + faulty
    returned = 1 - (1 - styles["planned_return_rate"]) * kept + faulty
    styles["return_rate"] = returned.clip(0.15, 0.85)
    styles["beta"] = rng.normal(styles["beta"], 0.35)
    styles["cancel_rate"] = rng.uniform(0.05, 0.09, n)
    styles["speed"] = rng.lognormal(0, 0.06, n)
    styles["b_grade_share"] = np.where(defective, rng.uniform(0.24, 0.35, n), 0.0)


def plant_appeal(rng: np.random.Generator, styles: pd.DataFrame) -> np.ndarray:
    """How often is a style shown, clicked and bought beside its plan? Returns the noise, of which
    the last two rows are not used yet.
    """
    n, cause, kind = len(styles), styles["planted_cause"], styles["planted_class"]
    misjudged = kind == "misjudged"
    depth = np.where(misjudged, -np.log(rng.uniform(0.19, 0.33, n)), rng.uniform(0.45, 0.95, n))
    noise = np.exp(rng.normal(0, 0.10, (5, n)))
    hits = {"traffic": "traffic", "click": "content", "appeal": "product"}
    for (name, hit), usual in zip(hits.items(), noise, strict=False):
        usual = np.where(misjudged, usual.clip(0.92, 1.06), usual)
        struck = (cause == hit) & (kind != "slow")
        styles[f"{name}_factor"] = np.where(struck, np.exp(-depth), usual)
    return noise


def plant_dates_and_prices(rng: np.random.Generator, styles: pd.DataFrame, last: int) -> None:
    """The real launch, the real everyday price, the presale, and the day a slow core style's demand
    began to fade.
    """
    n, cause, kind = len(styles), styles["planted_cause"], styles["planted_class"]
    slip = np.where(rng.random(n) < 0.10, rng.integers(5, 13, n), 0)
    slip = np.where(cause == "late", rng.integers(40, 62, n), slip)
    slip = np.minimum(slip, (last - 12 - styles["planned_launch"]).clip(lower=0))
    styles["launch"], styles["everyday_price"] = (
        styles["planned_launch"] + slip,
        styles["planned_price"],
    )
    cheap = (styles["planned_price"] * rng.uniform(0.76, 0.84, n)).round()
    styles["planned_price"] = styles["planned_price"].mask(cause == "price", cheap)
    chance = (styles["presale_chance"] * np.where(kind == "misjudged", 2, 1)).where(
        styles["season"].notna() & (slip == 0), 0
    )
    styles["presale"] = np.where(rng.random(n) < chance, rng.choice(["full", "deposit"], n), "none")
    styles["presale_failure"] = ((kind == "misjudged") & (styles["presale"] != "none")).astype(int)
    fade = last - rng.uniform(130, np.clip(last - styles["launch"] - 170, 140, 290)).astype(int)
    styles["fade_day"] = np.where(kind == "slow", fade, 10**6)
    styles["faded_to"] = np.where(kind == "slow", rng.uniform(0.05, 0.20, n), 1.0)
