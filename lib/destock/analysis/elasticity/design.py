"""The next test: which styles to keep at their price by lot, what that can show, and what it
costs.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from destock.model.proceeds import Proceeds

# 80 % power at 5 %: the effect must be 2.8 standard errors wide
POWER = 2.8
WEEKS_BEFORE = 4
LEAST_CLUSTERS = 20
COLUMNS = [
    "item",
    "valid_from",
    "valid_to",
    "price",
    "mechanism",
    "experiment",
    "arm",
    "cluster",
    "decision_date",
    "window_end",
    "seed",
    "planned_price",
]


def variance(rate: float, before: float, after: float, assumptions: Mapping[str, float]) -> float:
    """How much does the logarithm of one style's sales after ÷ before vary by itself?

    1/(μT₀) + 1/(μT₁) + (1/b)(1/T₀ + 1/T₁) + σ²[V(T₀) + V(T₁) − 2C]: counting noise, weekly
    noise of size b, and shocks of spread σ whose correlation falls by ρ a week.
    """
    sigma, rho, size = (
        assumptions[name] for name in ("demand_shock", "demand_persistence", "demand_size")
    )
    noise = (1 / rate + 1 / size) * (1 / before + 1 / after)
    return noise + sigma**2 * (
        _mean_shock(before, rho) + _mean_shock(after, rho) - 2 * _shared_shock(before, after, rho)
    )


def _mean_shock(weeks: float, rho: float) -> float:
    whole = max(1, round(weeks))
    return (whole + 2 * sum((whole - k) * rho**k for k in range(1, whole))) / whole**2


def _shared_shock(before: float, after: float, rho: float) -> float:
    lags = np.add.outer(np.arange(1, max(1, round(before)) + 1), np.arange(max(1, round(after))))
    return float((rho**lags).mean())


def std_error(
    per_arm: float,
    cut: float,
    rate: float,
    after: float,
    assumptions: Mapping[str, float],
    spread: float = 0.0,
) -> float:
    """How sure can a test with so many styles an arm be of the elasticity? ``spread``: s.d. ÷ mean
    of the styles' rates.
    """
    whole = variance(rate, WEEKS_BEFORE, after, assumptions) * (1 + spread**2)
    return float(np.sqrt(2 * whole / per_arm) / abs(np.log1p(-cut)))


def least_detectable(
    per_arm: float,
    cut: float,
    rate: float,
    after: float,
    assumptions: Mapping[str, float],
    spread: float = 0.0,
) -> float:
    """How large must the elasticity be for the test to see it, four times in five?"""
    return POWER * std_error(per_arm, cut, rate, after, assumptions, spread)


def items_needed(
    least: float,
    cut: float,
    rate: float,
    after: float,
    assumptions: Mapping[str, float],
    spread: float = 0.0,
) -> int:
    """How many styles an arm does it take to see an elasticity of this size?"""
    return int(
        np.ceil((POWER * std_error(1, cut, rate, after, assumptions, spread) / least) ** 2 - 1e-9)
    )


def options(flagged: pd.DataFrame, assumptions: Mapping[str, float]) -> pd.DataFrame:
    """What would tests of one to eight weeks and of several cuts show? One row a (cut, weeks): what
    it sees, styles it takes an arm.
    """
    rate, spread = _rate(flagged)
    per_arm = _arms(len(_clusters(flagged).unique()), assumptions["test_hold_out"])

    def shown(cut: float, weeks: int) -> dict[str, float]:
        terms = (cut, rate, weeks, assumptions, spread)
        return {
            "cut": cut,
            "weeks": weeks,
            "least_detectable": least_detectable(per_arm, *terms) if per_arm else np.nan,
            "items_needed": items_needed(1.0, *terms),
        }

    cuts = sorted({0.1, 0.2, 0.3, assumptions["test_cut"]})
    lengths = sorted({1, 2, 4, 8, int(assumptions["test_weeks"])})
    return pd.DataFrame([shown(cut, weeks) for cut in cuts for weeks in lengths])


def sharpest(options: pd.DataFrame, cut: float, weeks: float, wanted: float) -> pd.Series | None:
    """Which test should be run to see an elasticity of ``wanted``?

    options: ``options``. The one asked for (``cut``, ``weeks``) where it can see it, else the
    mildest that can: the smallest cut, then the fewest weeks. None where none can.
    """
    able = options[options["least_detectable"] <= wanted]
    if able.empty:
        return None
    asked = able[(able["cut"] == cut) & (able["weeks"] == int(weeks))]
    return (asked if len(asked) else able.sort_values(["cut", "weeks"])).iloc[0]


def _rate(flagged: pd.DataFrame) -> tuple[float, float]:
    """Mean rate of the styles that sell, and s.d. ÷ mean."""
    selling = flagged.loc[flagged["rate"] > 0, "rate"]
    if selling.empty:
        return 1.0, 0.0
    return float(selling.mean()), float(selling.std(ddof=0) / selling.mean())


def _arms(units: int, share: float) -> float:
    """Two arms of unequal size weigh as much as two of this size."""
    held = round(units * share)
    return 2 * held * (units - held) / units if 0 < held < units else 0.0


def _clusters(flagged: pd.DataFrame) -> pd.Series:
    """Styles that stand in for each other share an arm: category × tier, where there are enough of
    those to draw by lot.
    """
    together = flagged["category"].astype("str") + " / " + flagged["tier"].astype("str")
    return together if together.nunique() >= LEAST_CLUSTERS else flagged["item"]


def draw(
    flagged: pd.DataFrame, as_of: pd.Timestamp, seed: int, assumptions: Mapping[str, float]
) -> pd.DataFrame:
    """Which of the styles flagged for a cut keep their price for one decision period, drawn by lot?

    ``flagged``: one row an item with ``category``, ``tier``, ``rate`` (units a week) and
    ``price``. Drawn among neighbours in category and rate, by cluster where there are
    enough clusters, from ``seed`` alone: the order of the rows does not matter. Returns
    rows of the table ``prices`` (COLUMNS), to be taken back as they are.
    """
    start = as_of + pd.Timedelta(days=7 - as_of.day_of_week)
    end = start + pd.Timedelta(days=7 * int(assumptions["test_weeks"]) - 1)
    rows = (
        flagged.assign(cluster=_clusters(flagged))
        .sort_values("item", kind="stable")
        .reset_index(drop=True)
    )
    held = rows["cluster"].isin(_held_back(rows, seed, assumptions["test_hold_out"]))
    price = (rows["price"] * np.where(held, 1.0, 1 - assumptions["test_cut"])).round(2)
    return rows.assign(
        valid_from=start,
        valid_to=end + pd.Timedelta(days=1),
        price=price,
        mechanism=np.where(held, "", "markdown"),
        experiment=f"hold-out {start:%Y-%m-%d}",
        arm=np.where(held, "control", "cut"),
        decision_date=start,
        window_end=end,
        seed=seed,
        planned_price=price,
    )[COLUMNS]


def _held_back(rows: pd.DataFrame, seed: int, share: float) -> set[str]:
    """Clusters drawn by lot: neighbours in category and rate form a block, mixed by itself, of
    which a share is held.
    """
    clusters = (
        rows.groupby("cluster", sort=True)
        .agg(category=("category", "min"), rate=("rate", "mean"))
        .reset_index()
    )
    rng = np.random.default_rng(seed)
    clusters["turn"] = rng.permutation(len(clusters))
    ordered = clusters.sort_values(["category", "rate", "turn"], kind="stable").reset_index(
        drop=True
    )
    ordered["block"] = ordered.index // max(2, round(1 / min(share, 1 - share)))
    ordered = ordered.sort_values(["block", "turn"], kind="stable").reset_index(drop=True)
    place = np.arange(len(ordered)) * share + rng.random()  # every 1/share-th, from a random start
    return set(ordered.loc[np.floor(place + share) > np.floor(place), "cluster"])


def cost(
    flagged: pd.DataFrame,
    drawn: pd.DataFrame,
    elasticity: tuple[float, float, float],
    sale: Proceeds,
    assumptions: Mapping[str, float],
) -> dict[str, float]:
    """What gross profit, before tax, does it cost to keep the held-back styles at their price
    instead of cutting them too?

    ``elasticity``: best, low, high. Negative where waiting earns more than the cut.
    """
    held = flagged[flagged["item"].isin(drawn.loc[drawn["arm"] == "control", "item"])]
    price, share = sale.before_tax(held["price"]), 1 - assumptions["test_cut"]
    units = held["rate"] * assumptions["test_weeks"]
    kept, cut = price - held["mean_cost"], price * share - held["mean_cost"]
    gains = [float((units * (share**beta * cut - kept)).sum()) for beta in elasticity]
    return {"cost": gains[0], "cost_low": min(gains), "cost_high": max(gains), "held": len(held)}
