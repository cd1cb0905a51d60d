"""Why it is too much: the gap between plan and actual, split into its causes. Accounting, not
proof.
"""

import numpy as np
import pandas as pd
from scipy.stats import norm

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
SURE = 0.6  # below this probability no single cause is named
# before anything is seen: how often nothing went wrong, and how deep it cuts where it did (log)
NO_CAUSE, DEPTH = 0.3, 0.6
# how far factors stray from plan where a shop has too few plans to tell (log s.d.), and a plan's
# own error, which is in what was not wanted. Ours
LEAST_STYLES, LEAST_SPREAD, DEFAULT_SPREAD, DEFAULT_PLAN = 25, 0.02, 0.15, 0.30
MOST_LOG = 300.0
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


def _lacking(frame: pd.DataFrame, elasticity: float) -> dict[str, pd.Series]:
    lacks = {
        cause: ~(ratio(frame[actual], frame[planned]) > 0)
        for cause, (planned, actual) in FACTORS.items()
    }
    return lacks | {"price": lacks["price"] | bool(np.isnan(elasticity))}


def unknown(frame: pd.DataFrame, elasticity: float = np.nan) -> pd.Series:
    """Which factors are not known of each item, so that "not wanted" holds them as well?"""
    table = pd.DataFrame(_lacking(frame, elasticity))
    return pd.Series(["; ".join(table.columns[row]) for row in table.to_numpy()], index=frame.index)


def largest(
    frame: pd.DataFrame, elasticity: float = np.nan, elasticity_error: float = 0.0
) -> pd.DataFrame:
    """Which cause stands out of what usually goes otherwise than planned, and how likely is it the
    one?

    Each factor is held against how far it usually strays from plan in this shop (DEFAULT_SPREAD,
    ours, of fewer than LEAST_STYLES) and may be counted wrong: no cause, or one that moved its
    factor by a depth of its own (half-normal, DEPTH), by Bayes' rule. So a plan that is often wrong
    accuses nobody. Returns item, ``cause`` (of CAUSES; "none" where nothing stands out),
    ``probability``, ``named`` (the cause; "mixed" below SURE), ``also_unknown``.
    """
    moved, counted = _moved(frame, elasticity), _counted(frame, elasticity, elasticity_error)
    usual, spread = _usual(moved)
    # by how much more than usual it added to what is left, and the standard deviation of that
    added, error2 = moved - usual, spread**2 + counted
    ratios = _likelihood_ratio(added, error2).where(moved.notna(), 0.0)
    chances = (ratios * (1 - NO_CAUSE) / len(CAUSES)).assign(**{NONE: NO_CAUSE})
    chances = chances.div(chances.sum(axis=1), axis=0)
    cause, probability = chances.idxmax(axis=1).to_numpy(), chances.max(axis=1).to_numpy()
    found = frame[["item"]].assign(
        cause=cause,
        probability=probability,
        named=np.where((probability < SURE) & (cause != NONE), MIXED, cause),
        also_unknown=unknown(frame, elasticity),
    )
    return found.sort_values("item", kind="stable").reset_index(drop=True)


def _moved(frame: pd.DataFrame, elasticity: float) -> pd.DataFrame:
    """By how much (log) each factor added to what is left: sales that it took away, units bought
    above plan. Unknown where the factor is.
    """
    logs = {name: pd.Series(log, frame.index) for name, log in _logs(frame, elasticity).items()}
    known = {cause: ~lacks for cause, lacks in _lacking(frame, elasticity).items()}
    sales = np.log(frame["sales"].clip(lower=0.5) / frame["planned_sales"])
    parts = {cause: (-log).where(known[cause]) for cause, log in logs.items()}
    parts[WANTED] = sum(logs.values()) - sales
    parts[OVERBOUGHT] = np.log(frame["buy"].clip(lower=0.5) / frame["planned_buy"].clip(lower=0.5))
    return pd.DataFrame(parts).astype(float)


def _counted(frame: pd.DataFrame, elasticity: float, elasticity_error: float) -> pd.DataFrame:
    """The variance (log) of each factor by chance and by those who count: orders and clicks
    Poisson, kept units binomial, exposures and time in stock with the errors of their counters. In
    the rest, what was not wanted, are the errors of all.
    """
    orders, clicks = frame["orders"].clip(lower=1).fillna(1.0), frame["clicks"].clip(lower=1)
    kept = frame["kept"].clip(0.01, 1)
    price = np.log(ratio(frame["price"], frame["planned_price"]).where(lambda r: r > 0))
    parts = {
        "not in stock": (INSTOCK_ERROR / frame["in_stock"].clip(lower=0.01)) ** 2,
        "not shown": frame["exposures_per_day"] * 0.0 + EXPOSURE_ERROR**2,
        "not clicked": 1 / clicks,
        "price": (price * elasticity_error) ** 2,
        "sent back": (1 - kept) / (kept * orders),
    }
    table = pd.DataFrame(parts, dtype=float).fillna(0.0)
    table[WANTED] = table.drop(columns="sent back").sum(axis=1) + 1 / orders
    return table.reindex(columns=CAUSES, fill_value=0.0)


def _usual(moved: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """How far each factor usually strays from plan in this shop: its median and robust spread."""
    centre = moved.median().fillna(0.0)
    spread = 1.4826 * (moved - centre).abs().median()
    default = pd.Series(DEFAULT_SPREAD, CAUSES).mask(lambda s: s.index == WANTED, DEFAULT_PLAN)
    few = moved.count() < LEAST_STYLES
    return centre.where(~few, 0.0), spread.clip(lower=LEAST_SPREAD).where(~few, default)


def _likelihood_ratio(added: pd.DataFrame, error2: pd.DataFrame) -> pd.DataFrame:
    """How many times likelier is this movement of a factor if something went wrong with it?

    Normal movements; what went wrong adds a half-normal depth: 2 Φ(x τ ÷ σ √(σ² + τ²)) × N(x; σ² +
    τ²) ÷ N(x; σ²).
    """
    both = error2 + DEPTH**2
    logs = (
        np.log(2)
        + norm.logcdf(added * DEPTH / np.sqrt(error2 * both))
        + 0.5 * (np.log(error2 / both) + added**2 * (1 / error2 - 1 / both))
    )
    return np.exp(logs.clip(upper=MOST_LOG))


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
