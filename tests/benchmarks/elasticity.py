"""Own elasticities of 10,000 SKUs × 100 weeks in one pass against loops over statsmodels, and the
pooled Poisson against pyfixest.

The loops take a part of the SKUs, and their seconds are scaled to all: a loop's time is that of its
parts. ``make bench-elasticity``
"""

import sys
import warnings

import numpy as np
import pandas as pd
import pyfixest
import statsmodels.api as sm
import statsmodels.formula.api as smf
from tests.benchmarks.measure import Bar, compare, report

from destock.analysis.elasticity.poisson import Fit, fit
from destock.analysis.elasticity.pooling import by_item

ITEMS, WEEKS, BY_FORMULA, BY_ARRAYS = 10_000, 100, 100, 500


def rows(items: int = ITEMS, weeks: int = WEEKS) -> pd.DataFrame:
    rng = np.random.default_rng(1)
    item, week = np.repeat(np.arange(items), weeks), np.tile(np.arange(weeks), items)
    price = np.log(rng.choice([1.0, 0.9, 0.8, 0.7], items * weeks))
    level = rng.normal(1.0, 0.8, items)[item] + 0.3 * np.sin(week / 8)
    units = rng.poisson(np.exp(level - 1.8 * price)).astype(float)
    return pd.DataFrame(
        {
            "item": item,
            "category": "c",
            "week": week,
            "log_price": price,
            "sold_units": units,
            "in_stock": 1.0,
            "expected": np.exp(level),
        }
    )


def some(data: pd.DataFrame, items: int) -> pd.DataFrame:
    return data[data["item"] < items]


def own(data: pd.DataFrame) -> pd.DataFrame:
    pooled = Fit(
        np.array([-1.8]),
        pd.DataFrame({"slope": [0.01, -0.01]}),
        data["expected"] * np.exp(-1.8 * data["log_price"]),
        0.1,
    )
    return by_item(data, pooled)


def ours(data: pd.DataFrame) -> int:
    return len(own(data))


def loop(data: pd.DataFrame) -> pd.Series:
    """One regression a SKU, with statsmodels on arrays."""
    family, slopes = sm.families.Poisson(), {}
    for item, part in data.groupby("item"):
        x = np.column_stack([np.ones(len(part)), part["log_price"]])
        model = sm.GLM(
            part["sold_units"].to_numpy(),
            x,
            family=family,
            offset=np.log(part["expected"].to_numpy()),
        )
        slopes[item] = model.fit(tol=1e-14, maxiter=100).params[1]
    return pd.Series(slopes)


def by_arrays(data: pd.DataFrame) -> int:
    return len(loop(some(data, BY_ARRAYS)))


def by_formula(data: pd.DataFrame) -> int:
    for _, part in some(data, BY_FORMULA).groupby("item"):
        smf.glm(
            "sold_units ~ log_price",
            part,
            family=sm.families.Poisson(),
            offset=np.log(part["expected"]),
        ).fit()
    return BY_FORMULA


def pooled(data: pd.DataFrame) -> int:
    return len(fit(data, ["log_price"], ["item", "week"]).expected)


def by_pyfixest(data: pd.DataFrame) -> int:
    warnings.simplefilter("ignore")
    return pyfixest.fepois("sold_units ~ log_price | item + week", data, vcov={"CRV1": "item"})._N


def main() -> bool:
    found = compare(
        {
            "ours, every SKU": ours,
            f"formula loop, {BY_FORMULA} SKUs": by_formula,
            f"array loop, {BY_ARRAYS} SKUs": by_arrays,
        },
        rows,
    )
    mine, formula, arrays = (one.seconds for one in found.values())
    data = some(rows(), BY_ARRAYS)
    apart = np.abs(own(data).set_index("item")["own"] - loop(data)).max()
    bars = [
        Bar("ours ÷ formula loop over all", mine / (formula * ITEMS / BY_FORMULA), 1 / 100),
        Bar("ours ÷ array loop over all", mine / (arrays * ITEMS / BY_ARRAYS), 1 / 8),
        Bar("largest difference from the loop", apart, 1e-8),
    ]
    held = report(f"own elasticities of {ITEMS:,} SKUs × {WEEKS} weeks", found, bars)
    found = compare({"ours": pooled, "pyfixest": by_pyfixest}, rows)
    bars = [Bar("ours ÷ pyfixest", found["ours"].seconds / found["pyfixest"].seconds, 1 / 2)]
    return report("pooled Poisson, effects of SKU and week, clustered errors", found, bars) and held


if __name__ == "__main__":
    sys.exit(not main())
