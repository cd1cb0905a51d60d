"""Styles whose plan failed for one known reason: the truth is drawn first, then what a shop would
have counted of it.
"""

import numpy as np
import pandas as pd

# what can go wrong → the factor of sales that it is; the buy is no factor of sales
FACTORS = {
    "arrived late": "days",
    "not in stock": "in_stock",
    "not shown": "exposures",
    "not clicked": "clicks",
    "price": "price",
    "not wanted": "appeal",
    "sent back": "kept",
}
CAUSES = (*FACTORS, "bought above plan")
BETA, BETA_ERROR = -2.0, 0.3
COUNT_ERROR, STOCK_ERROR = 0.05, 0.02  # of exposures, and of time in stock
USUAL = 0.12  # spread of everything that is not the cause, in logarithms


def planted(rng: np.random.Generator, styles: int = 4000) -> tuple[pd.DataFrame, np.ndarray]:
    """Plan and actual of styles with one planted cause each (0.4 … 1.0 in logarithms), and the
    causes.
    """
    plan = _plan(rng, styles)
    cause = rng.choice(CAUSES, styles)
    depth = rng.uniform(0.4, 1.0, styles)
    logs = {name: np.where(cause == name, -depth, rng.normal(0, USUAL, styles)) for name in CAUSES}
    logs["not in stock"] = np.minimum(logs["not in stock"], -np.log(plan["planned_instock"]))
    logs["sent back"] = np.minimum(logs["sent back"], -np.log(plan["planned_kept"]))
    buy = plan["planned_buy"] * np.exp(
        np.where(cause == "bought above plan", depth, rng.normal(0, USUAL, styles))
    )
    return _counted(rng, plan, logs).assign(buy=buy.round()), cause


def _plan(rng: np.random.Generator, n: int) -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "item": [f"s{i:05d}" for i in range(n)],
            "planned_days": rng.integers(45, 180, n).astype(float),
            "planned_instock": rng.uniform(0.88, 0.97, n),
            "planned_click_rate": rng.uniform(0.03, 0.08, n),
            "planned_price": rng.uniform(80, 900, n).round(),
            "planned_kept": rng.uniform(0.40, 0.85, n),
            "planned_sales": rng.lognormal(np.log(250), 0.6, n).clip(60).round(),
        }
    )
    pay_rate = rng.uniform(0.10, 0.30, n)
    reach = (
        frame[["planned_days", "planned_instock", "planned_click_rate", "planned_kept"]].prod(
            axis=1
        )
        * pay_rate
    )
    return frame.assign(
        planned_exposures_per_day=frame["planned_sales"] / reach,
        planned_buy=(frame["planned_sales"] / 0.93).round(),
        pay_rate=pay_rate,
    )


def _counted(
    rng: np.random.Generator, plan: pd.DataFrame, logs: dict[str, np.ndarray]
) -> pd.DataFrame:
    """What was counted: orders and clicks by chance, exposures and time in stock with the errors of
    those who count them.
    """
    true = {FACTORS[name]: np.exp(log) for name, log in logs.items() if name in FACTORS}
    days, in_stock = plan["planned_days"] * true["days"], plan["planned_instock"] * true["in_stock"]
    shown, clicked = (
        plan["planned_exposures_per_day"] * true["exposures"],
        plan["planned_click_rate"] * true["clicks"],
    )
    clicks = rng.poisson(days * in_stock * shown * clicked)
    pay_rate = (plan["pay_rate"] * true["appeal"] * true["price"]).clip(upper=1)
    orders = rng.poisson(days * in_stock * shown * clicked * pay_rate)
    net = rng.binomial(orders, (plan["planned_kept"] * true["kept"]).clip(0, 1))
    counted = shown * np.exp(COUNT_ERROR * rng.standard_normal(len(plan)))
    return plan.drop(columns="pay_rate").assign(
        days=days,
        in_stock=(in_stock + STOCK_ERROR * rng.standard_normal(len(plan))).clip(0.01, 1),
        exposures_per_day=counted,
        click_rate=clicks / (days * in_stock * shown),
        price=plan["planned_price"] * true["price"] ** (1 / BETA),
        kept=np.divide(net, orders, out=np.ones(len(plan)), where=orders > 0),
        orders=orders.astype(float),
        clicks=clicks.astype(float),
        sales=net.astype(float),
    )
