"""Why it is too much: the gap between plan and actual, split into its causes. Accounting, not
proof.
"""

import numpy as np
import pandas as pd

from destock.analysis.classification.draws import some_draws
from destock.model.messages import mark
from destock.model.metrics import ratio

# cause → the planned figure and the actual one whose ratio it is; in the order of a sale
FACTORS = {
    mark("arrived late"): ("planned_days", "days"),
    mark("not in stock"): ("planned_instock", "in_stock"),
    mark("not shown"): ("planned_exposures_per_day", "exposures_per_day"),
    mark("not clicked"): ("planned_click_rate", "click_rate"),
    mark("price"): ("planned_price", "price"),
    mark("sent back"): ("planned_kept", "kept"),
}
WANTED, OVERBOUGHT, PLANNED = (
    mark("not wanted"),
    mark("bought above plan"),
    mark("left over by plan"),
)
CAUSES = (*FACTORS, WANTED, OVERBOUGHT)
QUALITY, NO_PLAN, MIXED, NONE = mark("quality"), mark("no plan"), mark("mixed"), mark("none")
EVERY = (*CAUSES, PLANNED, QUALITY, NO_PLAN)
DRAWS = 200
SURE = 0.6  # below this share of draws no single cause is named
# standard errors of what is counted by others: exposures as a share, time in stock in points. Ours.
EXPOSURE_ERROR, INSTOCK_ERROR = 0.05, 0.02


def split(frame: pd.DataFrame, elasticity: float | np.ndarray = np.nan) -> pd.DataFrame:
    """How many units of a style's leftover came from which cause?

    frame: each item of ``plan.compared``. Leftover = left over by plan (planned buy −
    planned sales) + bought above plan (buy − planned buy) + what was sold less than planned; that
    shortfall is split exactly by logarithmic means (LMDI: Ang 2004): Δ = L(sales, plan) · ln(actual
    ÷ plan), L(a, b) = (a − b) ÷ ln(a ÷ b), for each factor of sales = days × in stock × exposures ×
    click rate × price effect × kept share × appeal. Price effect = (price ÷ planned)^elasticity.
    What a factor that is not known has done is in "not wanted" (appeal, the rest). Returns items ×
    (CAUSES, PLANNED): units that it added, negative where it took some away. Nothing sold counts as
    half a unit.
    """
    plan = frame["planned_sales"].to_numpy(float)
    sales = np.maximum(frame["sales"].to_numpy(float), 0.5)
    weight = _log_mean(sales, plan)
    logs = _logs(frame, elasticity)
    parts = {cause: -weight * log for cause, log in logs.items()}
    parts[WANTED] = -weight * (np.log(sales / plan) - sum(logs.values()))
    parts[OVERBOUGHT] = (frame["buy"] - frame["planned_buy"]).to_numpy(float)
    parts[PLANNED] = (frame["planned_buy"] - frame["planned_sales"]).to_numpy(float)
    return pd.DataFrame(parts, index=pd.Index(frame["item"], name="item"))


def _log_mean(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    log = np.log(a / b)
    near = np.abs(log) < 1e-9
    return np.where(near, a, (a - b) / np.where(near, 1.0, log))


def _logs(frame: pd.DataFrame, elasticity: float | np.ndarray) -> dict[str, np.ndarray]:
    logs = {}
    for cause, (planned, actual) in FACTORS.items():
        log = np.log(ratio(frame[actual], frame[planned]).where(lambda r: r > 0)).to_numpy(float)
        log = log * elasticity if cause == "price" else log
        logs[cause] = np.nan_to_num(log)
    return logs


def unknown(frame: pd.DataFrame, elasticity: float = np.nan) -> pd.Series:
    """Which factors are not known of each item, so that "not wanted" holds them as well?"""
    lacks = {
        cause: ~(ratio(frame[actual], frame[planned]) > 0)
        for cause, (planned, actual) in FACTORS.items()
    }
    lacks["price"] |= np.isnan(elasticity)
    table = pd.DataFrame(lacks)
    return pd.Series(["; ".join(table.columns[row]) for row in table.to_numpy()], index=frame.index)


def largest(
    frame: pd.DataFrame, elasticity: float = np.nan, elasticity_error: float = 0.0
) -> pd.DataFrame:
    """Which cause is the largest of each style, and how likely is it that it is?

    200 draws: orders and clicks Poisson, kept units binomial, exposures and time in stock with the
    errors of those who count them, the elasticity with its own. Returns item, ``cause`` (of CAUSES;
    "none" where nothing added units), ``probability`` (share of draws in which it is the largest),
    ``named`` (the cause; "mixed" below SURE), ``also_unknown``. Items are drawn in the order of
    their names.
    """
    rows = frame.sort_values("item", kind="stable").reset_index(drop=True)
    found = _added(rows, elasticity)
    top, hits = found.argmax(axis=1), np.zeros(len(rows))
    dice = np.random.default_rng(0)
    for draws in some_draws(DRAWS, len(rows)):
        drawn = _drawn(rows, draws, dice)
        causes = _added(drawn, elasticity + elasticity_error * drawn["elasticity_luck"].to_numpy())
        hits += (causes.argmax(axis=1).reshape(draws, -1) == top).sum(axis=0)
    probability = hits / DRAWS
    cause = np.where(found.max(axis=1, initial=-np.inf) > 0, np.array(CAUSES)[top], NONE)
    return pd.DataFrame(
        {
            "item": rows["item"],
            "cause": cause,
            "probability": probability,
            "named": np.where((probability < SURE) & (cause != NONE), MIXED, cause),
            "also_unknown": unknown(rows, elasticity),
        }
    )


def _added(frame: pd.DataFrame, elasticity: float | np.ndarray) -> np.ndarray:
    """Units that each cause added: items × CAUSES."""
    return split(frame, elasticity)[list(CAUSES)].to_numpy()


def _drawn(rows: pd.DataFrame, draws: int, dice: np.random.Generator) -> pd.DataFrame:
    """The rows as often as there are draws, one draw after the other, with their noisy figures
    drawn; ``elasticity_luck``: by how many standard errors the elasticity of the draw is off.
    """
    many, luck = pd.concat([rows] * draws, ignore_index=True), _luck(rows, draws, dice)
    orders, share = many["orders"].clip(lower=0).fillna(0.0), many["kept"].clip(0, 1)
    kept = ratio(luck["kept"], orders.round()).where(share.notna(), np.nan)
    kept = kept.where(kept > 0, share)
    ordered_more = ratio(luck["orders"], orders).fillna(1.0)
    kept_more = ratio(kept, share).fillna(1.0)
    clicked_more = ratio(luck["clicks"], many["clicks"].fillna(0.0)).fillna(1.0)
    return many.assign(
        sales=many["sales"] * ordered_more * kept_more,
        kept=kept,
        click_rate=many["click_rate"] * clicked_more,
        exposures_per_day=many["exposures_per_day"] * np.exp(EXPOSURE_ERROR * luck["exposures"]),
        in_stock=(many["in_stock"] + INSTOCK_ERROR * luck["in_stock"]).clip(0.01, 1),
        elasticity_luck=luck["elasticity"],
    )


def _luck(rows: pd.DataFrame, draws: int, dice: np.random.Generator) -> pd.DataFrame:
    """What chance deals to every row in each draw: units ordered, units kept, clicks, and how many
    standard errors its exposures, its time in stock and the elasticity of all are off.
    """
    orders = rows["orders"].clip(lower=0).fillna(0.0).to_numpy(float)
    whole = orders.round().astype(int)
    kept = rows["kept"].clip(0, 1).fillna(1.0).to_numpy(float)
    clicks = rows["clicks"].fillna(0.0).to_numpy(float)
    dealt = [
        {
            "elasticity": np.full(len(rows), dice.standard_normal()),
            "orders": dice.poisson(orders),
            "kept": dice.binomial(whole, kept),
            "clicks": dice.poisson(clicks),
            "exposures": dice.standard_normal(len(rows)),
            "in_stock": dice.standard_normal(len(rows)),
        }
        for _ in range(draws)
    ]
    return pd.concat([pd.DataFrame(draw) for draw in dealt], ignore_index=True)


def charged(classes: pd.DataFrame, parts: pd.DataFrame) -> pd.DataFrame:
    """How much of the overstock came from which cause, in units and money?

    classes: item, class, units, cost. Each item's excess is spread over what added to its leftover
    (``split``), in proportion; defective units have the cause "quality", items without a plan "no
    plan". One row an (item, class, cause); sums are those of ``classes``.
    """
    shares = _shares_of_causes(classes, parts)
    long = shares.melt(ignore_index=False, var_name="cause", value_name="part").query("part > 0")
    rows = classes.loc[long.index, ["item", "class"]].assign(
        cause=long["cause"],
        units=classes.loc[long.index, "units"] * long["part"],
        cost=classes.loc[long.index, "cost"] * long["part"],
    )
    return rows.sort_values(["item", "class", "cause"], kind="stable").reset_index(drop=True)


def _shares_of_causes(classes: pd.DataFrame, parts: pd.DataFrame) -> pd.DataFrame:
    """Which part of the excess of each row of ``classes`` came from which cause? They add up to
    1.
    """
    added = parts.clip(lower=0)
    whole = added.sum(axis=1)
    shares = added.div(whole.where(whole > 0), axis=0).fillna(0.0)
    shares[NONE] = (whole <= 0).astype(float)
    rows = shares.reindex(classes["item"], fill_value=0.0).set_axis(classes.index)
    rows = rows.assign(**{NO_PLAN: 0.0, QUALITY: 0.0})
    rows.loc[~classes["item"].isin(shares.index), NO_PLAN] = 1.0
    defective = classes["class"] == "defective"
    rows.loc[defective, :] = 0.0
    rows.loc[defective, QUALITY] = 1.0
    return rows
