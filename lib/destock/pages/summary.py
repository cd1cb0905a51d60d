"""The summary: what is too much, and what to do first."""

import pandas as pd

from destock.analysis import summary
from destock.intake.shop import Shop
from destock.model.findings import Finding, Sentence
from destock.model.messages import mark
from destock.model.metrics import ratio, total
from destock.pages.frames import frame, view
from destock.pages.page import page


@frame(
    key="item",
    columns=(
        "name category class money units purchase on_order_cost cancellable_cost until"
        " week decision price_to gain sell_through target weeks_of_supply sizes return_rate"
    ),
)
def actions(styles, targets, costs, open_orders, first_things) -> pd.DataFrame:
    """Every item with excess or an open order too much, with what is decided about it: what costs
    nothing first, then most money.
    """
    rows = styles.merge(targets[["item", "target"]], on="item", how="left", validate="1:1")
    return summary.actions(rows, costs, open_orders, first_things)


@view
def most_money(actions) -> pd.DataFrame:
    """The ten of them with most money, whatever is to be done."""
    return summary.most_money(actions).head(10)


@view
def top(most_money, shop) -> pd.DataFrame:
    """The same ten with their photos, the cheapest lever first."""
    return photographed(summary.cheapest_first(most_money), shop)


def photographed(rows: pd.DataFrame, shop: Shop) -> pd.DataFrame:
    """The same rows with the file of each style's photo: one of the shop's own folder, null where
    there is none.
    """
    folder = shop.folder.resolve()

    def file(name: object) -> str | None:
        path = (folder / name).resolve() if isinstance(name, str) and name else folder
        return str(path) if path.is_file() and path.is_relative_to(folder) else None

    photos = [file(name) for name in rows["image"]]
    return rows.assign(photo=pd.Series(photos, index=rows.index, dtype=object))


TOP_TEN = Sentence(
    "top_ten",
    mark(
        "The {styles:units} styles below hold {money:money}: {share:percent} of all money in excess"
        " stock and excess orders."
    ),
    "share",
    "ten styles ÷ all excess, at cost",
    value="share",
    money="money",
    severity=2,
)
TOP_TEN_BY_TAG = Sentence(
    "top_ten_by_tag",
    mark(
        "The {styles:units} styles below hold most tag value of what is too much; what they cost is"
        " unknown."
    ),
    "share",
    "ten styles ÷ all excess, at cost",
    value="share",
    severity=2,
)
OPEN_ORDERS = Sentence(
    "open_orders",
    mark(
        "{units:units} units that are already too many are still on order for {styles:units}"
        " styles, {cost:cost}: the cheapest stock is the one that never arrives."
    ),
    "money",
    "excess on order at cost",
    value="cost",
    money="cost",
    severity=2,
)
NO_OPEN_ORDERS = Sentence(
    "no_open_orders",
    mark("No open order is for stock that is already too much."),
    "orders",
    "excess on order",
)


@view
def about_top(actions, most_money) -> list[Finding]:
    """How much the ten largest hold."""
    if actions.empty:
        return []
    money = total(most_money["money"])
    figures = {
        "money": money,
        "share": float(ratio(money, total(actions["money"]))),
        "styles": len(most_money),
    }
    return [(TOP_TEN if pd.notna(money) else TOP_TEN_BY_TAG).found(figures)]


@view
def about_orders(open_orders, given) -> list[Finding]:
    """What is still on its way, though it is already too much."""
    if open_orders.empty:
        known = "purchases" in set(given["table"])
        return [NO_OPEN_ORDERS.found(value=0)] if known else []
    return [OPEN_ORDERS.found(_ordered(open_orders) | {"cost": total(open_orders["money"])})]


def _ordered(orders: pd.DataFrame) -> dict[str, float]:
    return {"styles": orders["item"].nunique(), "units": orders["units"].sum()}


URGENT_ORDER = Sentence(
    "urgent_order",
    mark(
        "Most urgent: of {all:units} units on order that are too many ({all_styles:units} styles),"
        " {units:units} can still be cancelled ({styles:units} styles, {cost:cost}); the first of"
        " them, {first:cost}, until {until:date}."
    ),
    "money",
    "excess on order at cost",
    value="cost",
    money="cost",
    severity=2,
)
URGENT_STYLE = Sentence(
    "urgent_style",
    mark(
        "Most urgent: {name:text} ({item:text}) with {money:money} in excess, which costs"
        " {week:money} a week."
    ),
    "money",
    "excess at cost",
    value="money",
    money="money",
    severity=2,
)


@view
def about_urgent(open_orders, most_money) -> list[Finding]:
    """The order whose day comes first among those that can be cancelled; without one, the style
    with most money.
    """
    if most_money.empty:
        return []
    orders = open_orders[open_orders["cancellable"]]
    if orders.empty:
        return _urgent_style(most_money.iloc[0])
    first, every = orders["until"].min(), _ordered(open_orders)
    figures = _ordered(orders) | {
        "cost": total(orders["money"]),
        "first": total(orders.loc[orders["until"] == first, "money"]),
        "all": every["units"],
        "all_styles": every["styles"],
        "until": first,
    }
    return [URGENT_ORDER.found(figures)]


def _urgent_style(worst: pd.Series) -> list[Finding]:
    if pd.isna(worst["money"]):
        return []
    name = worst["name"] if isinstance(worst["name"], str) else worst["item"]
    figures = worst[["item", "money", "week"]].to_dict() | {"name": name}
    return [URGENT_STYLE.found(figures, item=worst["item"])]


@page
def found(
    about_doubts,
    about_unknown_stock,
    about_excess,
    about_causes,
    about_cost,
    about_pace,
    about_top,
    about_orders,
    about_urgent,
    about_acting,
    about_later,
) -> list[Finding]:
    """Does it agree with my own system, and which ten styles matter most?"""
    stock = about_unknown_stock or about_excess + about_causes + about_cost
    first = about_top + about_orders + about_urgent + about_acting
    return about_doubts + stock + about_pace + first + about_later
