"""From the answer of customers to money: what each step of the price ladder sells, earns and brings
in.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from destock.model.metrics import ratio
from destock.model.proceeds import Proceeds

MEASURES = ["units", "revenue", "gross_profit", "cash"]


def break_even_uplift(price, new_price, unit_cost, expense_rate=0.0):
    """By what factor must units grow for a cut to earn the same gross profit as before?

    >>> round(float(break_even_uplift(0.90, 0.85, 0.50)) - 1, 3)
    0.143
    >>> round(float(break_even_uplift(0.90, 0.85, 0.50, 0.26)) - 1, 3)
    0.287
    """
    kept = 1 - expense_rate
    return ratio(np.asarray(price) * kept - unit_cost, np.asarray(new_price) * kept - unit_cost)


CUT = 0.10  # a price cut that people can picture


def after_a_cut(answers: pd.DataFrame) -> pd.DataFrame:
    """How many more units does a cut of CUT sell, and how sure is that?

    answers: ``elasticity`` with ``low`` and ``high``. Adds ``more`` with its ends ``more_low`` and
    ``more_high``, in order: (1 − CUT)^β − 1.

    >>> answers = pd.DataFrame({"elasticity": [-2.0], "low": [-3.0], "high": [-1.0]})
    >>> after_a_cut(answers)[["more", "more_low", "more_high"]].round(3).values.tolist()
    [[0.235, 0.111, 0.372]]
    """
    ends = {"more": "elasticity", "more_low": "high", "more_high": "low"}
    more = {name: (1 - CUT) ** answers[end].astype(float) - 1 for name, end in ends.items()}
    return answers.assign(**more)


def steps(assumptions: Mapping[str, float]) -> np.ndarray:
    """The prices that are looked at, as shares of today's."""
    return 1 - assumptions["ladder_step"] * np.arange(int(assumptions["ladder_steps"]) + 1)


def ladder(
    items: pd.DataFrame,
    elasticity: tuple[float, float, float],
    sale: Proceeds,
    assumptions: Mapping[str, float],
) -> pd.DataFrame:
    """What do units, revenue, gross profit and cash come to at each step of the ladder, until the
    exit?

    ``items``: ``price``, ``mean_cost``, ``rate`` (units a week today), ``weeks`` left, ``on_hand``
    (stock binds), ``return_rate``. ``elasticity``: best, low, high. Gross profit is before tax.
    Cash = what the sales bring after tax, fees, parcels and returns: the purchase is paid for.
    Leftovers count nothing. Returns one row a step: ``step`` (share of today's price), each of
    MEASURES with ``_low`` and ``_high``, ``break_even_uplift`` and ``expected_uplift`` of units,
    ``margin`` (gross profit ÷ revenue before tax), ``best`` (most cash).
    """
    frame = pd.DataFrame([_at(step, items, elasticity, sale) for step in steps(assumptions)])
    value = sale.before_tax((items["rate"] * items["price"]).sum())
    cost = (items["rate"] * items["mean_cost"]).sum()
    return frame.assign(
        break_even_uplift=break_even_uplift(value, value * frame["step"], cost),
        margin=ratio(frame["gross_profit"], sale.before_tax(frame["revenue"])),
        best=(frame["cash"] > 0) & (frame["cash"] == frame["cash"].max()),
    )


def _at(
    step: float, items: pd.DataFrame, elasticity: tuple[float, float, float], sale: Proceeds
) -> dict[str, float]:
    """The measures at one step by the best elasticity, and the lowest and highest of them all."""
    outcomes = pd.DataFrame([_outcome(items, step, beta, sale) for beta in elasticity])
    return {
        "step": step,
        **outcomes.iloc[0],
        **outcomes.min().add_suffix("_low"),
        **outcomes.max().add_suffix("_high"),
        "expected_uplift": step ** elasticity[0],
    }


def _outcome(items: pd.DataFrame, step: float, beta: float, sale: Proceeds) -> dict[str, float]:
    sold = np.minimum(items["rate"] * items["weeks"] * step**beta, items["on_hand"])
    price = items["price"] * step
    revenue = float((sold * price).sum())
    return {
        "units": float(sold.sum()),
        "revenue": revenue,
        "gross_profit": sale.before_tax(revenue) - float((sold * items["mean_cost"]).sum()),
        "cash": float((sold * sale.brings(price, items["return_rate"].fillna(0.0))).sum()),
    }
