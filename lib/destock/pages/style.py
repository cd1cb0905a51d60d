"""One style: all that the pages say of it, each with what it rests on."""

import pandas as pd

from destock.intake.shop import Shop
from destock.model.columns import Column, declare
from destock.model.findings import UNKNOWN, Finding, Sentence
from destock.model.messages import Fault, mark
from destock.model.metrics import ratio, shipped_units
from destock.model.notebooks import notebooks
from destock.model.parameters import nearest
from destock.pages.frames import view
from destock.pages.pacing import shares_of_buy
from destock.pages.page import page
from destock.pages.summary import photographed

declare(
    {
        "told_by": Column("label", mark("Page")),
        "judgement": Column("label", mark("Says")),
        "planned": Column("by unit", mark("Planned")),
        "came": Column("by unit", mark("Came")),
    }
)


@view
def chosen(item, styles, actions) -> str:
    """The style that is asked for; where none is, the one with most money in excess, else most
    units in stock.

    Raises Fault (2) for a style that the shop does not have.
    """
    if not item:
        most = actions.sort_values(["money", "item"], ascending=[False, True])
        held = styles.sort_values(["on_hand", "item"], ascending=[False, True])
        return next(iter([*most["item"], *held["item"]]), "")
    if item not in set(styles["item"]):
        unknown = mark('style "{item}" is not known; did you mean "{near}"?')
        raise Fault(2, unknown, item=item, near=nearest(item, styles["item"]))
    return item


def of(rows: pd.DataFrame, chosen: str) -> pd.DataFrame:
    """The rows of one style."""
    return rows[rows["item"] == chosen].reset_index(drop=True)


@view
def style(chosen, styles, shop: Shop) -> pd.DataFrame:
    """The style itself, with its photo."""
    return photographed(of(styles, chosen), shop)


@view
def judgements(chosen, classes, main_cause, pace, behind, grades) -> pd.DataFrame:
    """What does each page say of the style?"""
    said = [
        ("classification", classes, "class"),
        ("classification", main_cause, "named"),
        ("pacing", pace, "pace"),
        ("pacing", behind, "first"),
        ("pacing", grades, "grade"),
    ]
    rows = [
        (notebooks()[name].label, word)
        for name, frame, column in said
        for word in of(frame, chosen)[column].drop_duplicates()
        if isinstance(word, str) and word
    ]
    return pd.DataFrame(rows, columns=["told_by", "judgement"])


@view
def style_kinds(chosen, classes_told) -> pd.DataFrame:
    """Of which kind its excess is, and what that rests on."""
    return of(classes_told, chosen)


@view
def style_path(chosen, pace, season_path) -> pd.DataFrame:
    """Its path to the goal, what it sold, and where it may end; empty out of season."""
    return shares_of_buy(of(pace, chosen), season_path)


@view
def style_weeks(chosen, item_week) -> pd.DataFrame:
    """Its weeks: prices, units, stock."""
    return of(item_week, chosen).sort_values("week", kind="stable")


@view
def style_sizes(chosen, sizes) -> pd.DataFrame:
    """Its sizes: what is left, dead, or gone."""
    return of(sizes, chosen)


@view
def plan_and_actual(chosen, planned) -> pd.DataFrame:
    """What was planned for it, and what came."""
    rows = of(planned, chosen)
    if rows.empty:
        return pd.DataFrame(columns=["figure", "unit", "planned", "came"])
    row = rows.iloc[0]
    pairs = [
        (mark("units bought"), "units", row["planned_buy"], row["buy"]),
        (mark("units sold"), "units", row["planned_sales"], row["sales"]),
        (mark("days on sale"), "units", row["planned_days"], row["days"]),
        (mark("share of time in stock"), "percent", row["planned_instock"], row["in_stock"]),
        (
            mark("times shown a day"),
            "units",
            row["planned_exposures_per_day"],
            row["exposures_per_day"],
        ),
        (mark("click rate"), "percent", row["planned_click_rate"], row["click_rate"]),
        (mark("price paid"), "price", row["planned_price"], row["price"]),
        (mark("kept of what was ordered"), "percent", row["planned_kept"], row["kept"]),
    ]
    return pd.DataFrame(pairs, columns=["figure", "unit", "planned", "came"])


@view
def style_causes(chosen, leftover) -> pd.DataFrame:
    """The units that each cause added to what is left of it, the largest first."""
    rows = of(leftover, chosen)
    return rows[rows["units"].abs() > 0].sort_values("units", ascending=False, kind="stable")


@view
def style_costs(chosen, costs) -> pd.DataFrame:
    """What its excess cost, and what each week more costs."""
    return of(costs, chosen)


@view
def style_value(chosen, value) -> pd.DataFrame:
    """What its stock will bring."""
    return of(value, chosen)


@view
def style_decisions(chosen, decisions) -> pd.DataFrame:
    """What is decided about its stock, its damaged units, its open orders."""
    return of(decisions, chosen)


@view
def style_ways(chosen, options) -> pd.DataFrame:
    """All that can be done with it, what brings most first."""
    rows = of(options, chosen)
    return rows.sort_values(["portion", "present_value"], ascending=[False, False], kind="stable")


@view
def style_tests(chosen, readouts) -> pd.DataFrame:
    """Its price tests, read day by day."""
    return of(readouts, chosen)


@view
def style_orders(chosen, open_orders) -> pd.DataFrame:
    """Its open orders that are already too much."""
    return of(open_orders, chosen)


STYLE_EXCESS = Sentence(
    "style_excess",
    mark(
        "{name:text} ({item:text}): {units:units} of {stock:units} units in stock and"
        " {ordered:units} of {on_order:units} on order are more than the shop can still use,"
        " {cost:cost}; each week of waiting costs {week:money}."
    ),
    "units",
    "excess of the style, good, damaged and on order",
    value="units",
    money="cost",
)
STYLE_ENOUGH = Sentence(
    "style_enough",
    mark("{name:text} ({item:text}): nothing is too much of {stock:units} units in stock."),
    "units",
    "excess of the style, good and damaged",
    value="units",
)
STYLE_UNKNOWN = Sentence(
    "style_unknown",
    mark(
        "{name:text} ({item:text}): nobody can say how much is too much; its stock, or what it will"
        " still sell, is not known."
    ),
    "units",
)


@view
def about_style(chosen, style, actions) -> list[Finding]:
    """How much of the style is too much, and what waiting costs."""
    if style.empty:
        return []
    row = style.iloc[0].to_dict()
    name = row["name"] if isinstance(row["name"], str) else row["item"]
    figures = (
        row
        | {
            "name": name,
            "units": row["excess_units"],
            "stock": row["on_hand"] + row["damaged"],
            "ordered": row["excess_on_order"],
        }
        | dict.fromkeys(("cost", "week"), UNKNOWN)
    )
    # what is too much is the same as on the summary: in stock and on order
    for act in of(actions, chosen).to_dict("records"):
        figures |= {"cost": act["money"], "week": act["week"]}
    if pd.isna(row["excess_units"]):
        return [STYLE_UNKNOWN.found(figures)]
    some = row["excess_units"] + row["excess_on_order"] > 0
    return [(STYLE_EXCESS if some else STYLE_ENOUGH).found(figures, item=row["item"])]


STYLE_PACE = Sentence(
    "style_pace",
    mark(
        "It has sold {sell_through:percent} of what was received after {age:weeks} weeks; past"
        " styles of its kind had usually sold {median:percent}. At this pace {projected:percent} of"
        " what was bought will be sold by {exit_date:date} ({low80:percent} to {high80:percent} in"
        " eight of ten cases); {break_even:percent} earns its cost back."
    ),
    "share",
    "net units ÷ received",
    value="sell_through",
)


@view
def about_style_pace(chosen, pace) -> list[Finding]:
    """How far it has come, and where it will end."""
    return [STYLE_PACE.found(row) for row in of(pace, chosen).to_dict("records")]


STYLE_RETURNS = Sentence(
    "style_returns",
    mark(
        "{return_rate:percent} of what was shipped came back or still will;"
        " {quality_returns:units} pieces came back for quality ({quality:percent} of"
        " {shipped:units} shipped)."
    ),
    "share",
    "units back ÷ units shipped",
    value="return_rate",
)


@view
def about_style_returns(style) -> list[Finding]:
    """How much of it comes back."""
    rows = style[style["return_rate"].notna()]
    shipped = shipped_units(rows)
    rows = rows.assign(shipped=shipped, quality=ratio(rows["quality_returns"], shipped))
    return [STYLE_RETURNS.found(row) for row in rows.to_dict("records")]


STYLE_ELASTICITY = Sentence(
    "style_elasticity",
    mark(
        "One percent off its price sells {more:number} percent more units ({low:number} to"
        " {high:number}); {weight:percent} of that comes from its own weeks, the rest from its"
        " category."
    ),
    "% units per % price",
    "empirical Bayes",
    value="elasticity",
)


@view
def about_style_price(chosen, item_elasticity) -> list[Finding]:
    """How its customers answer a price, as far as tests say."""
    rows = of(item_elasticity, chosen)
    rows = rows[rows["elasticity"].notna()]
    more = rows.assign(more=-rows["elasticity"], low=-rows["high"], high=-rows["low"])
    return [
        STYLE_ELASTICITY.found(row, low=-row["high"], high=-row["low"])
        for row in more.to_dict("records")
    ]


@page
def found(
    about_unknown_stock, about_style, about_style_pace, about_style_returns, about_style_price
) -> list[Finding]:
    """What do all pages say of one style?"""
    first = about_unknown_stock + about_style + about_style_pace
    return first + about_style_returns + about_style_price
