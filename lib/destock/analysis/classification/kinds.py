"""Kinds of overstock: rules that look at one style each, in order, and the analyst who knows
better.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd

from destock.analysis.classification.draws import some_draws
from destock.model.messages import mark
from destock.model.metrics import ratio, shipped_units, wilson_lower
from destock.model.schema import CLASSES

# for the catalogue; the names themselves are the schema's
NAMES = (
    mark("defective"),
    mark("out of season"),
    mark("misjudged"),
    mark("slow"),
    mark("over-bought"),
    mark("too early"),
    mark("unclassifiable"),
)
# in this order the first rule that holds names the class; the last always does
ORDER = (
    "defective",
    "out of season",
    "unclassifiable",
    "misjudged",
    "slow",
    "too early",
    "over-bought",
)
BY_RULE, BY_ANALYST = mark("rule"), mark("analyst")
MISSING = {
    "sales": mark("dated sales (order_lines), a receipt or a launch date"),
    "need": mark("sales of its own or a past season to compare with"),
    "stock_to_sales": mark("sales of the last months"),
}
DRAWS = 100
LEAST_STYLES = 5


def core_pace(items: pd.DataFrame, weeks: pd.DataFrame, assumptions: dict[str, float]) -> pd.Series:
    """Below which sell-through has a new core style failed? By week of life: the low quantile of
    earlier core styles.

    Net units ÷ units received by then, of core styles whose launch is in the records, in the weeks
    in which a core style is still new (``slow_days``); unknown where fewer than five have come so
    far.
    """
    core = items[items["exit_date"].isna() & ~items["left_truncated"].eq(True)]
    rows = weeks[weeks["item"].isin(core["item"]) & (weeks["age"] <= assumptions["slow_days"] / 7)]
    reached = ratio(rows["cumulative"], rows.groupby("item")["received_units"].cumsum())
    by_age = reached.groupby(rows["age"])
    return by_age.quantile(assumptions["misjudged_quantile"]).where(by_age.count() >= LEAST_STYLES)


def lines_of_failure(
    items: pd.DataFrame, bands: pd.DataFrame, core_lines: pd.Series, assumptions: dict[str, float]
) -> pd.DataFrame:
    """What is each style measured by?

    Adds ``fail_line``: the sell-through, at its week of life, below which it has failed – the low
    quantile of past styles of its tier (all tiers, where the tier had too few), of a new core style
    that of earlier ones; ``category_quality``: returns for quality ÷ units kept or returned of its
    category; ``exposure_floor``: exposures a week below which it was hardly shown.
    """
    by_tier = bands.set_index(["season", "tier", "age"])["fail"]
    own = _of_day(
        items,
        lambda age: by_tier.reindex(
            pd.MultiIndex.from_arrays([items["season"], items["tier"], age])
        ),
    )
    pooled = _of_day(
        items,
        lambda age: by_tier.reindex(
            pd.MultiIndex.from_arrays([items["season"], np.repeat("all", len(items)), age])
        ),
    )
    new = items["exit_date"].isna() & (items["weeks_on_sale"] * 7 <= assumptions["slow_days"])
    new_core = np.where(new, _of_day(items, lambda age: age.map(core_lines)), np.nan)
    shipped, category = shipped_units(items), items["category"]
    shown = ratio(items["exposures"], items["weeks_on_sale"])
    return items.assign(
        fail_line=np.where(
            items["exit_date"].isna(), new_core, np.where(np.isnan(own), pooled, own)
        ),
        category_quality=ratio(
            items.groupby(category)["quality_returns"].transform("sum"),
            shipped.groupby(category).transform("sum"),
        ),
        exposure_floor=shown.groupby(category).transform(
            lambda s: s.quantile(assumptions["exposure_quantile"])
        ),
    )


def _of_day(items: pd.DataFrame, line: Callable[[pd.Series], pd.Series]) -> np.ndarray:
    """A line that is known at the ends of weeks of life, on the day of life of each item: it begins
    at 0.
    """
    age, part = (
        items["age"].fillna(-1).astype("int64"),
        items["week_part"].fillna(0.0).to_numpy(float),
    )
    last, running = (line(each).to_numpy(float) for each in (age, age + 1))
    last = np.where((age < 0) & (part > 0), 0.0, last)
    return last + np.where(np.isnan(running), 0.0, running - last) * part


def slow_limit(frame: pd.DataFrame, assumptions: dict[str, float]) -> pd.Series:
    """Above how many months of stock is a core style slow? The assumption, or three quarters of its
    category if that is more.
    """
    usual = (
        frame["stock_to_sales"]
        .replace(np.inf, np.nan)
        .groupby(frame["category"])
        .transform(lambda s: s.quantile(0.75))
    )
    return usual.fillna(0).clip(lower=assumptions["slow_stock_to_sales"])


def rules(frame: pd.DataFrame, as_of: pd.Timestamp, a: dict[str, float]) -> pd.DataFrame:
    """Which rule holds for the good units of each item? One column a class, in ORDER."""
    seasonal, age_days = frame["exit_date"].notna(), frame["weeks_on_sale"] * 7
    shipped = shipped_units(frame)
    quality = pd.Series(wilson_lower(frame["quality_returns"], shipped), index=frame.index)
    share_left = ratio(frame["remaining"], frame["remaining"] + frame["net_units"].clip(lower=0))
    new = ~seasonal & (age_days <= a["slow_days"])
    failing = (frame["sell_through"] < frame["fail_line"]) & (seasonal | new)
    seen = (ratio(frame["exposures"], frame["weeks_on_sale"]) >= frame["exposure_floor"]) | frame[
        "exposures"
    ].isna()
    too_much = (frame["weeks_of_supply"] > frame["ceiling_weeks"]) | (
        frame["stock_to_sales"] > frame["slow_limit"]
    )
    holds = {
        "defective": (
            (quality > a["defect_factor"] * frame["category_quality"])
            & (shipped >= a["defect_least_units"])
        ),
        "out of season": (
            seasonal & ((frame["exit_date"] < as_of) | (share_left <= a["remaining_share"]))
        ),
        "unclassifiable": _missing(frame).ne(""),
        "misjudged": (
            failing
            & seen
            & ~(frame["in_stock_share"] < a["instock_floor"])
            & (age_days > a["too_early_days"])
        ),
        "slow": ~seasonal & ~new & too_much,
        "too early": (age_days <= a["too_early_days"]) | failing & ~seen,
        "over-bought": pd.Series(True, index=frame.index),
    }
    return pd.DataFrame({name: holds[name].fillna(False).astype(bool) for name in ORDER})


def _missing(frame: pd.DataFrame) -> pd.Series:
    """What a class cannot be told without; empty where nothing is missing. A core style of unknown
    age is judged by its cover.
    """
    seasonal = frame["exit_date"].notna()
    lacks = [
        seasonal & frame["age"].isna(),
        seasonal & frame["need"].isna(),
        ~seasonal & frame["age"].isna() & frame["quarter_rate"].isna(),
    ]
    return pd.Series(np.select(lacks, list(MISSING.values()), ""), index=frame.index)


def classify(
    frame: pd.DataFrame, overrides: pd.DataFrame, as_of: pd.Timestamp, assumptions: dict[str, float]
) -> pd.DataFrame:
    """Why is it too much: defective, out of season, misjudged, or slow?

    ``frame``: one row an item from ``cover.excess`` with its lines; ``overrides``: item, class,
    reason, decided_by – the analyst's word, which wins. Returns one row an (item, class), most
    money first: ``units``, ``cost``, ``also`` (other rules that hold), ``confidence`` (share of
    draws of its noisy figures in which the class stays), ``decided`` (BY_RULE or BY_ANALYST),
    ``reason`` (the analyst's), ``missing`` (what an unclassifiable item lacks), ``dead``. Units add
    up to all excess: damaged units are defective, the good ones take the first rule that holds.
    """
    frame = frame.assign(slow_limit=slow_limit(frame, assumptions))
    holds = rules(frame, as_of, assumptions)
    first = holds.idxmax(axis=1)
    told = (
        frame[["item"]]
        .merge(overrides, on="item", how="left", validate="1:1")
        .set_axis(frame.index)
    )
    by_analyst = told["class"].notna()
    good = frame[["item"]].assign(
        **{
            "class": told["class"].where(by_analyst, first),
            "units": frame["excess_on_hand"],
            "cost": frame["excess_cost"],
        },
        also=_also(holds, told["class"].where(by_analyst, first)),
        confidence=_confidence(frame, first, as_of, assumptions).mask(by_analyst, np.nan),
        decided=np.where(by_analyst, BY_ANALYST, BY_RULE),
        reason=told["reason"].fillna(""),
        missing=_missing(frame).where((first == "unclassifiable") & ~by_analyst, ""),
        dead=dead(frame, as_of, assumptions),
    )
    bad = frame[["item"]].assign(
        **{
            "class": "defective",
            "units": frame["damaged"],
            "cost": frame["damaged_cost"],
            "confidence": 1.0,
        }
    )
    bad = bad.assign(also="", decided=BY_RULE, reason="", missing="", dead=False)
    rows = pd.concat([good[good["units"] > 0], bad[bad["units"] > 0]])
    kept = {
        name: (name, "first")
        for name in ("also", "confidence", "decided", "reason", "missing", "dead")
    }
    both = rows.groupby(["item", "class"])
    rows = (
        both.agg(units=("units", "sum"), **kept)
        .assign(cost=both["cost"].sum(skipna=False))
        .reset_index()
    )
    tag = rows["item"].map(frame.set_index("item")["tag_price"]).astype(float) * rows["units"]
    # where no cost is known, what lies at more tag value matters more, and then more units
    order = (
        rows.assign(tag=tag)
        .sort_values(
            ["cost", "tag", "units", "item"], ascending=[False, False, False, True], kind="stable"
        )
        .index
    )
    return rows.loc[order].reset_index(drop=True)


def _also(holds: pd.DataFrame, own: pd.Series) -> list[str]:
    others = [
        [n for n in holds.columns[row] if n not in (name, "over-bought")]
        for row, name in zip(holds.to_numpy(), own, strict=True)
    ]
    return ["; ".join(names) for names in others]


def _confidence(
    frame: pd.DataFrame, first: pd.Series, as_of: pd.Timestamp, assumptions: dict[str, float]
) -> pd.Series:
    """How often does the class stay the same when the figures it rests on are drawn again?

    Units sold and returned for quality: Poisson; weekly rates: mean ± their standard error over
    eight weeks; what remains: its standard deviation. The lines that styles are measured by stay.
    Items are drawn in the order of their names.
    """
    order = frame["item"].argsort(kind="stable")
    rows, dice = frame.iloc[order], np.random.default_rng(0)
    found = first.iloc[order].to_numpy()
    same = np.zeros(len(rows))
    for draws in some_draws(DRAWS, len(rows)):
        kinds = rules(_drawn(rows, draws, dice), as_of, assumptions).idxmax(axis=1)
        same += (kinds.to_numpy().reshape(draws, -1) == found).sum(axis=0)
    return pd.Series(same / DRAWS, index=rows.index).reindex(frame.index)


def _drawn(rows: pd.DataFrame, draws: int, dice: np.random.Generator) -> pd.DataFrame:
    """The rows as often as there are draws, one draw after the other, with their noisy figures
    drawn.
    """
    n, many = len(rows), pd.concat([rows] * draws, ignore_index=True)
    sold, returned = (
        rows[name].fillna(0).clip(lower=0).to_numpy(float)
        for name in ("sold_units", "quality_returns")
    )
    dealt = [
        (
            dice.poisson(sold),
            dice.standard_normal(n),
            dice.poisson(returned),
            dice.standard_normal(n),
        )
        for _ in range(draws)
    ]
    sold_again, pace, returned_again, rest = (
        np.concatenate(each) for each in zip(*dealt, strict=True)
    )
    luck = ratio(sold_again, many["sold_units"].fillna(0).clip(lower=0)).fillna(1.0)
    error = many["rate_sd"].fillna(0.0) / np.sqrt(8) * pace
    faster = ratio((many["rate"].fillna(0.0) + error).clip(lower=0), many["rate"]).fillna(1.0)
    return many.assign(
        net_units=many["net_units"] * luck,
        sell_through=many["sell_through"] * luck,
        quality_returns=returned_again,
        remaining=(many["remaining"] + many["remaining_sd"] * rest).clip(lower=0),
        weeks_of_supply=many["weeks_of_supply"] / faster,
        stock_to_sales=many["stock_to_sales"] / faster,
    )


def dead(frame: pd.DataFrame, as_of: pd.Timestamp, assumptions: dict[str, float]) -> pd.Series:
    """Which items hold stock and have not sold one unit for the number of weeks that makes stock
    dead?

    Where a snapshot stands in for dated sales, those that sold nothing in the months it covers
    (``idle``).
    """
    weeks = assumptions["dead_weeks"]
    idle = ((as_of - frame["last_sale"]).dt.days >= 7 * (weeks + 1)) | frame["last_sale"].isna()
    known = frame["idle"] if "idle" in frame else idle & (frame["age"] >= weeks)
    return (frame["on_hand"] > 0) & known.eq(True)


def by_class(classes: pd.DataFrame) -> pd.DataFrame:
    """How much of the overstock is of which kind? Items, units and cost by class, all classes
    listed.
    """
    return by(classes, "class", tuple(CLASSES))


def by(classes: pd.DataFrame, key: str, every: tuple[str, ...] = ()) -> pd.DataFrame:
    """How much of the overstock is of which kind, cause, category? Items, units and the cost as far
    as it is known; each of ``every`` is listed.
    """
    groups = classes.groupby(key)
    total = groups.agg(items=("item", "nunique"), units=("units", "sum")).assign(
        cost=groups["cost"].sum(min_count=1)
    )
    names = [*every, *sorted(set(total.index) - set(every))]
    listed = total.reindex(names)
    listed.loc[~listed.index.isin(total.index)] = (
        0  # of a kind without units the cost is 0; of one without a known cost it is unknown
    )
    return listed.rename_axis(key).reset_index()
