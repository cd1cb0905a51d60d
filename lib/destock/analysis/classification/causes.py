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
YEAR_DAYS = 364
PHASES = np.linspace(0, 1, 21)


def split(frame: pd.DataFrame, elasticity: float | np.ndarray = np.nan) -> pd.DataFrame:
    """How many units of a style's leftover came from which cause?

    frame: plan and actual of each item (``compared``). Leftover = left over by plan (planned buy −
    planned sales) + bought above plan (buy − planned buy) + what was sold less than planned; that
    shortfall is split exactly by logarithmic means (LMDI: Ang 2004): Δ = L(sales, plan) · ln(actual
    ÷ plan), L(a, b) = (a − b) ÷ ln(a ÷ b), for each factor of sales = days × in stock × exposures ×
    click rate × price effect × kept share × appeal. Price effect = (price ÷ planned)^elasticity.
    What a factor that is not known has done is in "not wanted" (appeal, the rest). Returns items ×
    (CAUSES, PLANNED): units that it added, negative where it took some away. Nothing sold counts as
    half a unit.
    """
    plan, sales = (
        frame["planned_sales"].to_numpy(float),
        np.maximum(frame["sales"].to_numpy(float), 0.5),
    )
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
    found = split(rows, elasticity)[list(CAUSES)].to_numpy()
    top, dice, hits = found.argmax(axis=1), np.random.default_rng(0), np.zeros(len(rows))
    for draws in some_draws(DRAWS, len(rows)):
        drawn, luck = _drawn(rows, draws, dice)
        causes = (
            split(drawn, elasticity + elasticity_error * luck)[list(CAUSES)]
            .to_numpy()
            .argmax(axis=1)
        )
        hits += (causes.reshape(draws, -1) == top).sum(axis=0)
    cause = np.where(found.max(axis=1, initial=-np.inf) > 0, np.array(CAUSES)[top], NONE)
    named = np.where((hits / DRAWS < SURE) & (cause != NONE), MIXED, cause)
    return pd.DataFrame(
        {
            "item": rows["item"],
            "cause": cause,
            "probability": hits / DRAWS,
            "named": named,
            "also_unknown": unknown(rows, elasticity),
        }
    )


def _drawn(
    rows: pd.DataFrame, draws: int, dice: np.random.Generator
) -> tuple[pd.DataFrame, np.ndarray]:
    """The rows as often as there are draws, one draw after the other, with their noisy figures
    drawn; and the luck of each with the elasticity.
    """
    n, many = len(rows), pd.concat([rows] * draws, ignore_index=True)
    orders, clicks = (
        rows["orders"].clip(lower=0).fillna(0.0).to_numpy(float),
        rows["clicks"].fillna(0.0).to_numpy(float),
    )
    whole, sure = orders.round().astype(int), rows["kept"].clip(0, 1).fillna(1.0).to_numpy(float)
    dealt = [
        (
            np.full(n, dice.standard_normal()),
            dice.poisson(orders),
            dice.binomial(whole, sure),
            dice.poisson(clicks),
            *dice.standard_normal((2, n)),
        )
        for _ in range(draws)
    ]
    luck, ordered, stayed, clicked, exposed, counted = (
        np.concatenate(each) for each in zip(*dealt, strict=True)
    )
    share = many["kept"].clip(0, 1)
    kept = ratio(stayed, many["orders"].clip(lower=0).fillna(0.0).round()).where(
        share.notna(), np.nan
    )
    kept = kept.where(kept > 0, share)
    drawn = many.assign(
        sales=many["sales"]
        * ratio(ordered, many["orders"].clip(lower=0).fillna(0.0)).fillna(1.0)
        * ratio(kept, share).fillna(1.0),
        kept=kept,
        click_rate=many["click_rate"] * ratio(clicked, many["clicks"].fillna(0.0)).fillna(1.0),
        exposures_per_day=many["exposures_per_day"] * np.exp(EXPOSURE_ERROR * exposed),
        in_stock=(many["in_stock"] + INSTOCK_ERROR * counted).clip(0.01, 1),
    )
    return drawn, luck


def compared(
    items: pd.DataFrame, weeks: pd.DataFrame, plan: pd.DataFrame, as_of: pd.Timestamp
) -> pd.DataFrame:
    """What was meant for each style, and what came of it by its exit?

    Seasonal styles: their whole life; of a running one what is sold plus what it will still sell,
    and exposures by how past lives were shown at the same part of life. Core styles: the last 52
    weeks (or since launch), the plan in proportion. Styles without planned sales and buy are left
    out. Columns: those of FACTORS, ``planned_sales``, ``sales``, ``planned_buy``, ``buy``,
    ``orders`` (units, cancelled ones left out), ``clicks``.
    """
    known = plan[(plan["planned_sales"] > 0) & plan["planned_buy"].notna()]
    frame = items.merge(known, on="item", validate="1:1").reset_index(drop=True)
    frame = _window(frame, as_of)
    rows = weeks.merge(frame[["item", "from_day", "to_day"]], on="item")
    rows = rows[
        (rows["week"] + pd.Timedelta(days=6) >= rows["from_day"]) & (rows["week"] <= rows["to_day"])
    ]
    rows["orders"] = rows["sold_units"] - rows["cancelled_units"]
    frame = frame.join(_sums(rows).add_suffix("_window"), on="item")
    core = frame["exit_date"].isna()
    part = frame["plan_part"]
    shown = ratio(
        frame["exposures_window"], frame["in_stock_window"].fillna(1.0) * frame["elapsed_days"]
    )
    return frame[
        [
            "item",
            "category",
            "planned_instock",
            "planned_exposures_per_day",
            "planned_click_rate",
            "planned_price",
        ]
    ].assign(
        planned_sales=frame["planned_sales"] * part,
        planned_buy=frame["planned_buy"] * part,
        planned_days=frame["planned_days"] * part,
        planned_kept=1 - frame["planned_return_rate"],
        days=frame["days"],
        in_stock=frame["in_stock_window"],
        # unknown where no past life was shown at that part of it
        exposures_per_day=ratio(shown, _phase(frame, weeks)),
        click_rate=ratio(frame["clicks_window"], frame["exposures_window"]),
        price=ratio(frame["paid_value_window"], frame["sold_units_window"]),
        kept=ratio(frame["net_units_window"], frame["orders_window"]).clip(upper=1),
        orders=frame["orders_window"].fillna(0.0),
        clicks=frame["clicks_window"],
        sales=frame["net_units_window"].fillna(0.0)
        + frame["remaining"].where(~core & frame["in_season"]).fillna(0.0),
        buy=np.where(core, frame["received_units_window"].fillna(0.0), frame["received"])
        + frame["on_order"],
    )


def _window(frame: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """The days that plan and actual are compared over; what part of the plan falls into them; how
    many of them have passed.
    """
    core = frame["exit_date"].isna()
    start = frame["first_sale"].fillna(frame["launch_date"])
    meant = frame["planned_launch"].fillna(start)
    year_ago = as_of - pd.Timedelta(days=YEAR_DAYS - 1)
    from_day = start.where(~core, start.clip(lower=year_ago))
    to_day = frame["exit_date"].where(~core, as_of)
    part = ((as_of - meant.clip(lower=year_ago)).dt.days + 1).clip(lower=1) / frame[
        "planned_days"
    ].fillna(YEAR_DAYS + 1)
    days = (to_day - from_day).dt.days + 1
    elapsed = (to_day.clip(upper=as_of) - from_day).dt.days + 1
    return frame.assign(
        from_day=from_day,
        to_day=to_day,
        days=days,
        elapsed_days=elapsed,
        plan_part=part.where(core, 1.0).clip(upper=1),
    )


def _sums(rows: pd.DataFrame) -> pd.DataFrame:
    names = ["net_units", "sold_units", "orders", "paid_value", "received_units"]
    total = (
        rows.groupby("item")[names]
        .sum()
        .join(rows.groupby("item")[["exposures", "clicks"]].sum(min_count=1))
    )
    return total.join(rows.groupby("item")["in_stock_share"].mean().rename("in_stock"))


def _phase(frame: pd.DataFrame, weeks: pd.DataFrame) -> pd.Series:
    """How much more than on an average day of its life is a style shown in the part of it that has
    passed? By past lives, pooled.
    """
    over = frame[frame["exit_date"].notna() & ~frame["in_season"]]
    rows = weeks.merge(over[["item", "from_day", "days"]], on="item").dropna(subset=["exposures"])
    passed = ((rows["week"] - rows["from_day"]).dt.days + 7).clip(lower=0) / rows["days"]
    shown = (
        rows.loc[passed <= 1 + 7 / rows["days"], "exposures"]
        .groupby(pd.cut(passed.clip(upper=1), PHASES), observed=False)
        .sum()
    )
    share = np.r_[0, shown.cumsum() / shown.sum()] if shown.sum() > 0 else PHASES
    part = (frame["elapsed_days"] / frame["days"]).clip(0, 1).fillna(1.0)
    return (
        ratio(np.interp(part, PHASES, share), part)
        .where(frame["exit_date"].notna(), 1.0)
        .fillna(1.0)
    )


def charged(classes: pd.DataFrame, parts: pd.DataFrame) -> pd.DataFrame:
    """How much of the overstock came from which cause, in units and money?

    classes: item, class, units, cost. Each item's excess is spread over what added to its leftover
    (``split``), in proportion; defective units have the cause "quality", items without a plan "no
    plan". One row an (item, class, cause); sums are those of ``classes``.
    """
    added = parts.clip(lower=0)
    shares = added.div(added.sum(axis=1).where(lambda s: s > 0), axis=0).fillna(0.0)
    shares[NONE] = (added.sum(axis=1) <= 0).astype(float)
    wide = (
        shares.reindex(classes["item"])
        .assign(**{NO_PLAN: 0.0, QUALITY: 0.0})
        .set_axis(classes.index)
    )
    wide.loc[wide[NONE].isna(), :] = 0.0
    wide.loc[~classes["item"].isin(shares.index).to_numpy(), NO_PLAN] = 1.0
    wide.loc[(classes["class"] == "defective").to_numpy(), :] = 0.0
    wide.loc[(classes["class"] == "defective").to_numpy(), QUALITY] = 1.0
    long = wide.melt(ignore_index=False, var_name="cause", value_name="part").query("part > 0")
    rows = classes.loc[long.index, ["item", "class"]].assign(
        cause=long["cause"],
        units=classes.loc[long.index, "units"] * long["part"],
        cost=classes.loc[long.index, "cost"] * long["part"],
    )
    return rows.sort_values(["item", "class", "cause"], kind="stable").reset_index(drop=True)
