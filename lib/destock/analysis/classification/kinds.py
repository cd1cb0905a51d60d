"""Kinds of overstock: rules that look at one style each, in order, and the analyst who knows
better.
"""

import numpy as np
import pandas as pd

from destock.analysis.classification.draws import confidence
from destock.analysis.classification.lines import slow_limit
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
    "fail_line": mark("a past season to compare with"),
    "stock_to_sales": mark("sales of the last months"),
}


def rules(frame: pd.DataFrame, as_of: pd.Timestamp, a: dict[str, float]) -> pd.DataFrame:
    """Which rule holds for the good units of each item? One column a class, in ORDER."""
    seasonal, days = frame["exit_date"].notna(), frame["weeks_on_sale"] * 7
    new_core = ~seasonal & (days <= a["slow_days"])
    failing = (frame["sell_through"] < frame["fail_line"]) & (seasonal | new_core)
    shown = _shown(frame)
    in_stock = ~(frame["in_stock_share"] < a["instock_floor"])
    over = (frame["exit_date"] < as_of) | (_share_left(frame) <= a["remaining_share"])
    lasts_too_long = (frame["weeks_of_supply"] > frame["ceiling_weeks"]) | (
        frame["stock_to_sales"] > frame["slow_limit"]
    )
    holds = {
        "defective": _defective(frame, a),
        "out of season": seasonal & over,
        "unclassifiable": _missing(frame, a["too_early_days"]).ne(""),
        "misjudged": failing & shown & in_stock & (days > a["too_early_days"]),
        "slow": ~seasonal & ~new_core & lasts_too_long,
        "too early": (days <= a["too_early_days"]) | (failing & ~shown),
        "over-bought": pd.Series(True, index=frame.index),
    }
    return pd.DataFrame({name: holds[name].fillna(False).astype(bool) for name in ORDER})


def _defective(frame: pd.DataFrame, a: dict[str, float]) -> pd.Series:
    """Of units enough, clearly more came back for quality than is usual in the category."""
    shipped = shipped_units(frame)
    at_least = pd.Series(wilson_lower(frame["quality_returns"], shipped), index=frame.index)
    too_often = at_least > a["defect_factor"] * frame["category_quality"]
    return too_often & (shipped >= a["defect_least_units"])


def _shown(frame: pd.DataFrame) -> pd.Series:
    """Was it shown enough to be judged? Where nobody counted, it is taken to have been."""
    return ~(frame["exposures_week"] < frame["exposure_floor"])


def _share_left(frame: pd.DataFrame) -> pd.Series:
    """Which part of its life's sales is still to come?"""
    sold = frame["net_units"].clip(lower=0)
    return ratio(frame["remaining"], frame["remaining"] + sold)


def _missing(frame: pd.DataFrame, too_early_days: float) -> pd.Series:
    """What a class cannot be told without; empty where nothing is missing. A core style of unknown
    age is judged by its cover.
    """
    seasonal = frame["exit_date"].notna()
    old_enough = frame["weeks_on_sale"] * 7 > too_early_days
    lacks = [
        seasonal & frame["age"].isna(),
        seasonal & frame["need"].isna(),
        seasonal & frame["in_season"] & frame["fail_line"].isna() & old_enough,
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
    good, bad = _good_units(frame, overrides, as_of, assumptions), _damaged_units(frame)
    rows = pd.concat([good[good["units"] > 0], bad[bad["units"] > 0]])
    both = rows.groupby(["item", "class"])
    told = ["also", "confidence", "decided", "reason", "missing", "dead"]
    rows = both.agg(units=("units", "sum"), **{name: (name, "first") for name in told})
    rows = rows.assign(cost=both["cost"].sum(skipna=False)).reset_index()
    return _most_money_first(rows, frame.set_index("item")["tag_price"])


def _most_money_first(rows: pd.DataFrame, tag_price: pd.Series) -> pd.DataFrame:
    """Where no cost is known, what lies at more tag value matters more, and then more units."""
    tag = rows["item"].map(tag_price).astype(float) * rows["units"]
    order = rows.assign(tag=tag).sort_values(
        ["cost", "tag", "units", "item"], ascending=[False, False, False, True], kind="stable"
    )
    return rows.loc[order.index].reset_index(drop=True)


def _good_units(
    frame: pd.DataFrame, overrides: pd.DataFrame, as_of: pd.Timestamp, assumptions: dict[str, float]
) -> pd.DataFrame:
    """The class of each item's good units: the analyst's, else that of the first rule that
    holds.
    """
    holds = rules(frame, as_of, assumptions)
    first = holds.idxmax(axis=1)
    told = frame[["item"]].merge(overrides, on="item", how="left", validate="1:1")
    told = told.set_axis(frame.index)
    by_analyst = told["class"].notna()
    own = told["class"].where(by_analyst, first)
    lacks = (first == "unclassifiable") & ~by_analyst
    return pd.DataFrame(
        {
            "item": frame["item"],
            "class": own,
            "units": frame["excess_on_hand"],
            "cost": frame["excess_cost"],
            "also": _also(holds, own),
            "confidence": confidence(
                frame, first, lambda rows: rules(rows, as_of, assumptions)
            ).mask(by_analyst, np.nan),
            "decided": np.where(by_analyst, BY_ANALYST, BY_RULE),
            "reason": told["reason"].fillna(""),
            "missing": _missing(frame, assumptions["too_early_days"]).where(lacks, ""),
            "dead": dead(frame, as_of, assumptions),
        }
    )


def _damaged_units(frame: pd.DataFrame) -> pd.DataFrame:
    """Damaged units are defective, whatever the item is."""
    return pd.DataFrame(
        {
            "item": frame["item"],
            "class": "defective",
            "units": frame["damaged"],
            "cost": frame["damaged_cost"],
            "also": "",
            "confidence": 1.0,
            "decided": BY_RULE,
            "reason": "",
            "missing": "",
            "dead": False,
        }
    )


def _also(holds: pd.DataFrame, own: pd.Series) -> list[str]:
    """The other rules that hold; "over-bought" always does."""
    others = [
        [name for name in holds.columns[row] if name not in (kind, "over-bought")]
        for row, kind in zip(holds.to_numpy(), own, strict=True)
    ]
    return ["; ".join(names) for names in others]


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
    # of a kind without units the cost is 0; of one without a known cost it is unknown
    listed.loc[~listed.index.isin(total.index)] = 0
    return listed.rename_axis(key).reset_index()
