"""Kinds of overstock: which stock is too much, of which kind, and what brought it about."""

from dataclasses import replace

import pandas as pd

from destock.analysis.classification import causes as reasons
from destock.analysis.classification import kinds
from destock.analysis.classification import range as ranks
from destock.analysis.classification.plan import compared
from destock.model.findings import UNKNOWN, Finding, Sentence
from destock.model.messages import mark
from destock.model.metrics import ratio, total
from destock.pages.frames import frame, view
from destock.pages.page import page

UNRANKED = mark("too few weeks")
IN_QUADRANTS = [
    "item",
    "name",
    "category",
    "season",
    "on_hand",
    "damaged",
    "on_order",
    "weeks_of_supply",
    "stock_to_sales",
    "sell_through",
]
RULES = (
    "slow_stock_to_sales slow_days defect_factor defect_least_units remaining_share instock_floor"
    " too_early_days dead_weeks"
)


@frame(
    key="item class",
    columns="units cost also confidence decided reason missing dead",
    assumes=RULES,
)
def classes(styles, override, today, numbers) -> pd.DataFrame:
    """Excess units by item and kind of overstock; the analyst's word wins."""
    return kinds.classify(styles, override, today, numbers)


@view
def by_class(classes, about_unknown_stock) -> pd.DataFrame:
    """The same by kind, all kinds listed; of unknown stock nothing is."""
    rows = kinds.by_class(classes)
    return rows.iloc[:0] if about_unknown_stock else rows


@view(rows_of="classes")
def classes_told(classes, styles) -> pd.DataFrame:
    """The same with what each class rests on."""
    more = [column for column in styles if column == "item" or column not in classes]
    rests_on = styles[more].drop(columns="category")
    return classes.merge(rests_on, on="item", validate="m:1")


@view
def decided(classes_told) -> pd.DataFrame:
    """What the analyst decided."""
    return classes_told[classes_told["decided"] == kinds.BY_ANALYST]


@view
def excess_money(classes) -> pd.Series:
    """What the excess of each item cost, unknown where a part of it is."""
    return classes.groupby("item")["cost"].sum(skipna=False)


@view
def quadrants(classes, excess_money, styles, slow_stock_to_sales, good_sell_through):
    """Every item in stock with its sell-through, its months of stock and the money in its
    excess.
    """
    main = classes.groupby("item", sort=False)["class"].first().reset_index()
    main["money"] = main["item"].map(excess_money)
    held = styles.loc[styles["on_hand"] > 0, IN_QUADRANTS]
    return held.merge(main, on="item", how="left").assign(
        many_months=slow_stock_to_sales, good_sell_through=good_sell_through
    )


@view
def grid(excess_money, styles) -> pd.DataFrame:
    """Where does the money in stock and in excess lie, by what a style earns (ABC) and how evenly
    it sells (XYZ)?
    """
    nothing = ~styles["item"].isin(excess_money.index) & styles["excess_on_hand"].notna()
    held = styles.assign(
        excess_cost=styles["item"].map(excess_money).mask(nothing, 0.0),
        seldom=styles["pattern"].isin(ranks.PATTERNS[2:]),
    )[styles["on_hand"] > 0]
    cells = held.groupby(["abc", "xyz"])
    table = cells.agg(items=("item", "size"), seldom=("seldom", "sum")).reset_index()
    for name, column in (("stock_cost", "on_hand_cost"), ("excess_cost", "excess_cost")):
        table[name] = cells[column].sum(min_count=1).to_numpy()
    return table.assign(xyz=table["xyz"].replace("", UNRANKED))


@frame
def planned(measured, sales, plan, today) -> pd.DataFrame:
    """Plan and actual of every item that has a plan."""
    return compared(measured, sales, plan, today)


@frame(key="item", columns="cause probability named also_unknown")
def main_cause(planned, elasticity) -> pd.DataFrame:
    """Units that each cause added to each item's leftover, with its largest cause and how likely
    that is.
    """
    whole = elasticity.iloc[0]
    beta, error = UNKNOWN, 0.0
    if whole["verdict"] == "usable":
        beta, error = float(whole["elasticity"]), float(whole["std_error"])
    parts, largest = reasons.split(planned, beta), reasons.largest(planned, beta, error)
    return parts.reset_index().merge(largest, on="item", validate="1:1")


@view(key="item cause", columns="units")
def leftover(main_cause) -> pd.DataFrame:
    """The units of each item and cause, a row each."""
    parts = main_cause[["item", *reasons.CAUSES, reasons.PLANNED]]
    long = parts.melt("item", var_name="cause", value_name="units")
    return long.sort_values(["item", "cause"])


@view(rows_of="main_cause")
def leftover_named(main_cause, styles, excess_money) -> pd.DataFrame:
    """The causes of each item with its name and the money in its excess, most money first."""
    money = excess_money.rename("money").reset_index()
    rows = main_cause.merge(styles[["item", "name"]], on="item", validate="1:1")
    return (
        rows.merge(money, on="item", validate="1:1")
        .sort_values(["money", "item"], ascending=[False, True], kind="stable")
        .reset_index(drop=True)
    )


@frame(key="item class cause", columns="units cost")
def causes(classes, main_cause) -> pd.DataFrame:
    """Excess units and money by item, class and cause."""
    parts = main_cause.set_index("item")[[*reasons.CAUSES, reasons.PLANNED]]
    return reasons.charged(classes, parts)


@view
def by_cause(causes) -> pd.DataFrame:
    """The same by cause."""
    return kinds.by(causes, "cause")


EXCESS = Sentence(
    "excess",
    mark(
        "{units:units} units are more than the shop can still use: {share:percent} of {stock:units}"
        " units in stock, {cost:cost}."
    ),
    "share",
    "excess ÷ on hand, units",
    value="share",
    money="cost",
    severity=2,
)


@view
def about_excess(
    styles, classes, about_need, about_kinds, about_rough, about_dead, about_deciding
) -> list[Finding]:
    """How much is too much, of which kind most of it is, and what does not sell at all."""
    known = styles["excess_on_hand"].notna()
    if not (known & styles["on_hand"].gt(0)).any() and not styles["damaged"].gt(0).any():
        return about_need
    units = classes["units"].sum()
    stock = styles.loc[known, "on_hand"].sum() + styles["damaged"].sum()
    figures = {
        "units": units,
        "stock": stock,
        "share": float(ratio(units, stock)),
        "cost": total(classes["cost"]),
    }
    found = EXCESS.found(figures)
    return [found, *about_need, *about_kinds, *about_rough, *about_dead, *about_deciding]


LARGEST_CLASS = Sentence(
    "largest_class",
    mark("The largest kind is “{class:label}”: {share:percent} of the excess units, {cost:cost}."),
    "share",
    "class ÷ all excess, units",
    value="share",
    money="cost",
)
LARGEST_CLASSES = replace(
    LARGEST_CLASS,
    id="largest_classes",
    told=mark(
        "The kind with most units is “{class:label}” ({share:percent} of the excess units,"
        " {cost:cost}); the one with most money is “{class_money:label}” ({cost_money:cost},"
        " {share_money:percent} of it)."
    ),
)


@view
def about_kinds(classes) -> list[Finding]:
    """The kind that holds most units, and the one that holds most money."""
    if classes.empty:
        return []
    rows = kinds.by_class(classes).set_index("class")
    most, dearest = (
        rows.sort_values(name, ascending=False, kind="stable").iloc[0] for name in ("units", "cost")
    )
    figures = {
        "class": most.name,
        "share": float(ratio(most["units"], classes["units"].sum())),
        "cost": most["cost"],
        "class_money": dearest.name,
        "cost_money": dearest["cost"],
        "share_money": float(ratio(dearest["cost"], total(classes["cost"]))),
    }
    same = most.name == dearest.name or pd.isna(figures["share_money"])
    return [(LARGEST_CLASS if same else LARGEST_CLASSES).found(figures)]


DECIDED = Sentence(
    "decided",
    mark(
        "The analyst has decided the kind of {styles:units} styles ({units:units} units in excess):"
        " that wins over the rules."
    ),
    "styles",
    "table overrides",
    value="styles",
)
NONE_DECIDED = Sentence(
    "none_decided",
    mark("The analyst has decided nothing here: every kind comes from a rule."),
    "styles",
    "table overrides",
)
UNCLASSIFIED = Sentence(
    "unclassified",
    mark(
        "{units:units} excess units of {styles:units} styles cannot be classified; missing:"
        " {missing:label}."
    ),
    "styles",
    "excess units without a class",
    value="styles",
    severity=1,
)


@view
def about_deciding(classes) -> list[Finding]:
    """What did the analyst decide, and what can nobody tell?"""
    own = classes[classes["decided"] == kinds.BY_ANALYST]
    figures = {"styles": own["item"].nunique(), "units": own["units"].sum()}
    lacking = classes[classes["missing"] != ""].groupby("missing")
    lacking = lacking.agg(styles=("item", "nunique"), units=("units", "sum")).reset_index()
    return [
        DECIDED.found(figures) if len(own) else NONE_DECIDED.found(value=0),
        *(UNCLASSIFIED.found(row) for row in lacking.to_dict("records")),
    ]


LARGEST_CAUSE = Sentence(
    "largest_cause",
    mark(
        "Plan against actual: the largest cause is “{cause:label}” with {share:percent} of the"
        " excess that can be explained so ({known:percent} of all). For {mixed:units} of"
        " {styles:units} styles with a plan no single cause stands out. This is accounting, not"
        " proof."
    ),
    "share",
    "units charged to the cause ÷ units with a plan",
    value="share",
)


@view
def about_causes(causes, main_cause) -> list[Finding]:
    """What brought most of the excess about, by plan against actual."""
    known = causes[~causes["cause"].isin([reasons.NO_PLAN, reasons.NONE])]
    if not known["cause"].isin([*reasons.CAUSES, reasons.PLANNED]).any():
        return []
    units = known.groupby("cause")["units"].sum().sort_values(ascending=False, kind="stable")
    figures = {
        "cause": units.index[0],
        "share": float(units.iloc[0] / units.sum()),
        "known": float(ratio(known["units"].sum(), causes["units"].sum())),
        "mixed": main_cause["named"].isin([reasons.MIXED, reasons.NONE]).sum(),
        "styles": len(main_cause),
    }
    return [LARGEST_CAUSE.found(figures)]


@page
def found(about_unknown_stock, about_excess, about_causes, about_sizes, about_age):
    """Which stock is too much, of which kind, and what brought it about?"""
    return (about_unknown_stock or about_excess + about_causes + about_sizes) + about_age
