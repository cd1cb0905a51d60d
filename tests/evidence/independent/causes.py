"""Styles whose plan failed for one reason that is known here and not in the shop."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

CAUSES = (
    "arrived late",
    "not in stock",
    "not shown",
    "not clicked",
    "price",
    "sent back",
    "not wanted",
    "bought above plan",
)
NONE, TWO = 0.20, 0.15  # shares of the styles with no cause and with two
USUAL = {  # log-sd of what came against what was right to expect, with nothing wrong
    "days": 0.10,
    "in_stock": 0.10,
    "exposures_per_day": 0.20,
    "click_rate": 0.15,
    "price": 0.10,
    "kept": 0.10,
    "appeal": 0.15,
    "buy": 0.10,
}
WRONG = {  # share of a plan's squared error that each of its factors carries
    "days": 0.10,
    "in_stock": 0.05,
    "exposures_per_day": 0.35,
    "click_rate": 0.15,
    "kept": 0.05,
    "appeal": 0.30,
}
MOST = {"in_stock": 0.99, "kept": 0.97}  # no share goes above
FACTOR = dict(zip(CAUSES, USUAL, strict=True))  # what each cause moves


@dataclass(frozen=True)
class Planted:
    """Styles, the planted causes, the shop's earlier styles and the elasticity it was told."""

    frame: pd.DataFrame
    cause: pd.Series
    past: pd.DataFrame | None
    elasticity: float
    error: float  # standard error of `elasticity`
    depth: pd.DataFrame  # log depth by style and cause, 0 where the cause was not planted


@dataclass(frozen=True)
class Shop:
    """What the styles of one shop have in common; arrays by category."""

    elasticity: float
    click_rate: np.ndarray
    pay_rate: np.ndarray
    kept: np.ndarray
    in_stock: np.ndarray
    cover: float  # units bought for each unit planned to sell


def planted(
    seed: int,
    styles: int,
    plan_error: float = 0.3,
    which: str = "sales",
    history: bool = True,
) -> Planted:
    """Draw styles whose plan failed for a reason planted here.

    Parameters
    ----------
    seed
        Any number from 0: the same arguments give the same styles.
    styles
        How many.
    plan_error
        Log-sd by which the plan was wrong though nothing went wrong.
    which
        "sales": only planned sales (and the buy made from them) are wrong; "all": every planned
        factor is, each by its share.
    history
        Whether the shop remembers 300 earlier styles.

    Returns
    -------
    Planted
        `frame` has a row per style and `cause` (by item) its label in `CAUSES`, "none" or "two".
    """
    if which not in ("sales", "all"):
        raise ValueError(which)
    rng = np.random.default_rng([77, seed])
    shop = _shop(rng)
    error = rng.uniform(0.15, 0.35)
    told = float(rng.normal(shop.elasticity, error))
    frame, depth = _season(shop, "N", styles, (plan_error, which), rng)
    past = _season(shop, "P", 300, (plan_error, which), rng)[0] if history else None
    return Planted(frame, _labels(depth), past, told, float(error), depth)


def _shop(rng: np.random.Generator) -> Shop:
    """Draw a shop of six categories."""
    return Shop(
        elasticity=rng.uniform(-2.5, -1.5),
        click_rate=np.exp(rng.normal(np.log(0.035), 0.2, 6)),
        pay_rate=np.exp(rng.normal(np.log(0.03), 0.2, 6)),
        kept=rng.uniform(0.5, 0.75, 6),
        in_stock=rng.uniform(0.75, 0.88, 6),
        cover=rng.uniform(1.1, 1.25),
    )


def _season(
    shop: Shop, letter: str, styles: int, plan: tuple[float, str], rng: np.random.Generator
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Plan a season's styles, let them fail and count what the shop can count."""
    items = pd.Index([f"{letter}{number:05d}" for number in range(styles)], name="item")
    category = rng.choice(6, styles, p=[0.3, 0.22, 0.18, 0.14, 0.1, 0.06])
    depth = _plant(items, rng)
    right = _right(shop, category, rng)
    written = _written(shop, right, plan, rng)
    came = _came(shop, right, written["buy"], depth, rng)
    named = pd.DataFrame({"item": items, "category": np.array(list("ABCDEF"))[category]})
    frame = pd.concat([named, _planned(written), _counted(came, right, rng)], axis=1)
    return frame, depth


def _plant(items: pd.Index, rng: np.random.Generator) -> pd.DataFrame:
    """Give a style no cause, one, or two of the same depth."""
    count = rng.choice([0, 1, 2], len(items), p=[NONE, 1 - NONE - TWO, TWO])
    order = rng.uniform(size=(len(items), len(CAUSES))).argsort(axis=1).argsort(axis=1)
    deep = rng.uniform(0.25, 1.0, len(items))
    return pd.DataFrame((order < count[:, None]) * deep[:, None], index=items, columns=CAUSES)


def _labels(depth: pd.DataFrame) -> pd.Series:
    """Name the cause of each style."""
    count = (depth > 0).sum(axis=1)
    return depth.idxmax(axis=1).where(count > 0, "none").where(count < 2, "two").rename("cause")


def _right(shop: Shop, category: np.ndarray, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Draw what it would have been right to expect of each style; sizes have a heavy tail."""
    count = len(category)
    sales = (200 * np.exp(0.55 * rng.logistic(size=count))).clip(30, 30_000)
    right = {
        "days": rng.uniform(56, 120, count),
        "in_stock": shop.in_stock[category] * np.exp(rng.normal(0, 0.03, count)),
        "click_rate": shop.click_rate[category] * np.exp(rng.normal(0, 0.2, count)),
        "pay_rate": shop.pay_rate[category] * np.exp(rng.normal(0, 0.2, count)),
        "kept": shop.kept[category] * np.exp(rng.normal(0, 0.05, count)),
        "price": np.exp(rng.uniform(np.log(30), np.log(300), count)),
        "appeal": np.ones(count),
    }
    rest = right["days"] * right["in_stock"] * right["click_rate"] * right["pay_rate"]
    return right | {"exposures_per_day": sales / (rest * right["kept"]), "sales": sales}


def _written(
    shop: Shop, right: dict[str, np.ndarray], plan: tuple[float, str], rng: np.random.Generator
) -> dict[str, np.ndarray]:
    """Write the plan, which is wrong in its sum or in each of its factors."""
    error, which = plan
    written = dict(right)
    if which == "sales":
        written["sales"] = right["sales"] * np.exp(rng.normal(0, error, len(right["sales"])))
    else:
        for factor, share in WRONG.items():
            off = np.exp(rng.normal(0, error * np.sqrt(share), len(right["sales"])))
            written[factor] = (right[factor] * off).clip(max=MOST.get(factor, np.inf))
            written["sales"] = written["sales"] * written[factor] / right[factor]
    return written | {"buy": written["sales"] * shop.cover}


def _planned(written: dict[str, np.ndarray]) -> pd.DataFrame:
    """Lay out the plan in the shop's columns."""
    names = {"days": "days", "in_stock": "instock", "exposures_per_day": "exposures_per_day"}
    names |= {name: name for name in ("click_rate", "price", "kept", "sales", "buy")}
    frame = pd.DataFrame({f"planned_{name}": written[key] for key, name in names.items()})
    whole = {f"planned_{name}": 0 for name in ("days", "sales", "buy")}
    return frame.round(whole | {"planned_price": 2})


def _came(
    shop: Shop,
    right: dict[str, np.ndarray],
    buy: np.ndarray,
    depth: pd.DataFrame,
    rng: np.random.Generator,
) -> dict[str, np.ndarray]:
    """Draw what came: the usual spread, and the cause on top. A higher price loses `depth`."""
    came = dict(right) | {"buy": buy}
    for cause, factor in FACTOR.items():
        deep = depth[cause].to_numpy()
        sign = {"price": -1 / shop.elasticity, "bought above plan": 1}.get(cause, -1)
        move = rng.normal(0, USUAL[factor], len(buy)) + sign * deep
        came[factor] = (came[factor] * np.exp(move)).clip(max=MOST.get(factor, np.inf))
    came["days"] = came["days"].round().clip(7)
    dearer = came["price"] / right["price"]
    answer = rng.normal(shop.elasticity, 0.2, len(buy))  # styles differ a little
    return came | {"pay_rate": right["pay_rate"] * came["appeal"] * dearer**answer}


def _counted(
    came: dict[str, np.ndarray], right: dict[str, np.ndarray], rng: np.random.Generator
) -> pd.DataFrame:
    """Count as a shop counts, with errors; what sells beyond the buy was ordered again."""
    count = len(came["days"])
    shown = came["days"] * came["in_stock"] * came["exposures_per_day"]
    clicks = rng.poisson(shown * came["click_rate"])
    orders = rng.poisson(clicks * came["pay_rate"])
    sales = rng.binomial(orders, came["kept"])
    seen = shown * np.exp(rng.normal(0, 0.05, count))
    in_stock = (came["in_stock"] + rng.normal(0, 0.02, count)).clip(0.02, 1.0)
    return pd.DataFrame(
        {
            "days": came["days"],
            "in_stock": in_stock,
            "exposures_per_day": seen / (came["days"] * in_stock),
            "click_rate": clicks / seen,
            "price": came["price"].round(2),
            "kept": np.where(orders > 0, sales / np.maximum(orders, 1), right["kept"]),
            "orders": orders,
            "clicks": clicks,
            "sales": sales,
            "buy": np.maximum(came["buy"].round(), sales),
        }
    )
