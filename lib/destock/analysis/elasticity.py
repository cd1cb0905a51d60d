"""How customers answer a price cut, learned from the shop's own randomised markdowns."""

import numpy as np
import pandas as pd
from scipy.linalg import qr
from scipy.stats import t as student
from statsmodels.genmod.families import Poisson
from statsmodels.genmod.generalized_linear_model import GLM

from destock.model.metrics import ratio

WEEKS_BEFORE = 4
LEAST_SPREAD = 0.03
LEAST_ITEMS = 20
COLUMNS = ["group", "verdict", "reason", "elasticity", "low", "high", "std_error", "items", "controls", "item_weeks", "units"]


def test_weeks(item_week: pd.DataFrame, experiment: pd.DataFrame, item_now: pd.DataFrame) -> pd.DataFrame:
    """Which weeks of which items speak about a randomised price?

    For every recorded test: its items' complete weeks from four before the decision to
    the end of the window, without weeks that straddle a change of the listed price and
    weeks in which the item was out of stock. Adds ``experiment``, ``arm``, ``category``,
    ``unit`` (item in test), ``treated`` (after the decision), ``log_price``.
    """
    tests = experiment.merge(item_now[["item", "category"]], on="item", validate="m:1")
    rows = item_week[item_week["complete"]].merge(tests, on="item")
    start = rows["decision_date"] - pd.Timedelta(weeks=WEEKS_BEFORE)
    rows = rows[(rows["week"] >= start) & (rows["week"] + pd.Timedelta(days=6) <= rows["window_end"])]
    straddles = (rows["list_prices"] > 1) | (
        (rows["week"] < rows["decision_date"]) & (rows["week"] + pd.Timedelta(days=6) >= rows["decision_date"])
    )
    rows = rows[~straddles & (rows["price"] > 0) & ~(rows["in_stock_share"] == 0)].copy()
    rows["unit"] = rows["experiment"] + " " + rows["item"]
    rows["treated"] = rows["week"] >= rows["decision_date"]
    rows["log_price"] = np.log(rows["list_price"].fillna(rows["price"]))
    rows["in_stock"] = rows["in_stock_share"].fillna(1.0)
    return rows.sort_values(["unit", "week"], kind="stable").reset_index(drop=True)


def estimate(rows: pd.DataFrame, by: str | None = None) -> pd.DataFrame:
    """By how many percent do units rise when the price falls by one percent?

    Poisson with an effect for each item in each test and for each week of each test, log
    in-stock share as offset, standard errors clustered by priced item (sizes share price
    and shocks). ``by``: also one row for each value of that column. Returns COLUMNS;
    ``verdict`` comes first: "usable", or "not from these data" with the ``reason``
    (no test / price never moved / too few items / does not converge).

    Source: Poisson pseudo-maximum likelihood with two effects, on randomised arms.
    """
    groups = [("all", rows)] + (list(rows.groupby(by)) if by else [])
    return pd.DataFrame([{"group": name} | _estimate(group) for name, group in groups], columns=COLUMNS)


def _estimate(rows: pd.DataFrame) -> dict:
    controls = rows.loc[rows["arm"] == "control", "item"].nunique() if len(rows) else 0
    found = {
        "items": rows["item"].nunique(),
        "controls": controls,
        "item_weeks": len(rows),
        "units": rows["sold_units"].sum() if len(rows) else 0.0,
    }
    refusal = _refusal(rows)
    if refusal:
        return found | {"verdict": "not from these data", "reason": refusal}
    fitted = _poisson(rows)
    if fitted is None:
        return found | {"verdict": "not from these data", "reason": "does not converge"}
    beta, error = fitted
    width = student.ppf(0.975, found["items"] - 1) * error  # as many degrees of freedom as clusters allow
    return found | {
        "verdict": "usable",
        "reason": "randomised",
        "elasticity": beta,
        "std_error": error,
        "low": beta - width,
        "high": beta + width,
    }


def _refusal(rows: pd.DataFrame) -> str:
    if rows.empty:
        return "no test"
    within = rows["log_price"] - rows.groupby("unit")["log_price"].transform("mean")
    if within.std(ddof=0) < LEAST_SPREAD:
        return "price never moved"
    if rows["item"].nunique() < LEAST_ITEMS:
        return "too few items"
    return ""


def _poisson(rows: pd.DataFrame) -> tuple[float, float] | None:
    """Elasticity and its clustered standard error; None where the fit does not converge."""
    rows = rows.assign(cell=rows["experiment"] + " " + rows["week"].astype("str"))
    rows = _informative(rows, ["unit", "cell"])
    if rows.empty:
        return None
    dummies = pd.get_dummies(rows["unit"], dtype=float).to_numpy(), pd.get_dummies(rows["cell"], dtype=float).to_numpy()
    design = _independent(np.column_stack([rows["log_price"], *dummies]))
    model = GLM(rows["sold_units"].to_numpy(), design, family=Poisson(), offset=np.log(rows["in_stock"]).to_numpy())
    groups = pd.factorize(rows["item"])[0]
    result = model.fit(maxiter=100, cov_type="cluster", cov_kwds={"groups": groups})
    if not result.converged:
        return None
    return float(result.params[0]), float(result.bse[0])


def _informative(rows: pd.DataFrame, effects: list[str]) -> pd.DataFrame:
    """Leave out effects that sold nothing at all: Poisson cannot fit them, and they say nothing."""
    while True:
        keep = np.logical_and.reduce([rows.groupby(effect)["sold_units"].transform("sum") > 0 for effect in effects])
        if keep.all():
            return rows
        rows = rows[keep]


def _independent(design: np.ndarray) -> np.ndarray:
    """Drop aliased dummies (the price stays first): with them the fit does not converge."""
    scaled = design / np.linalg.norm(design, axis=0)
    scaled[:, 0] *= 1e6  # pivoting takes the longest column first
    _, triangle, order = qr(scaled, mode="economic", pivoting=True)
    size = np.abs(np.diag(triangle))
    kept = order[: len(size)][size > 1e-8]
    return design[:, [0, *sorted(kept[kept != 0])]]


def daily(item_day: pd.DataFrame, experiment: pd.DataFrame) -> pd.DataFrame:
    """What did each arm of the price tests sell a day, before and after the decision?

    All tests together, day 0 = the decision. Returns one row an (arm, day_of_test):
    ``sold_units``, ``items`` in test, ``index`` = units per item ÷ the arm's own mean before the decision.
    """
    rows = item_day.drop(columns=["experiment", "arm"]).merge(
        experiment[["experiment", "item", "arm", "decision_date", "window_end"]], on="item"
    )
    rows["day_of_test"] = (rows["day"] - rows["decision_date"]).dt.days
    rows = rows[(rows["day_of_test"] >= -7 * WEEKS_BEFORE) & (rows["day"] <= rows["window_end"])]
    total = rows.groupby(["arm", "day_of_test"], as_index=False).agg(sold_units=("sold_units", "sum"), items=("item", "size"))
    total["per_item"] = ratio(total["sold_units"], total["items"])
    before = total[total["day_of_test"] < 0].groupby("arm")["per_item"].mean()
    return total.assign(index=ratio(total["per_item"], total["arm"].map(before)))
