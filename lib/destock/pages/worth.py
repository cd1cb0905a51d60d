"""What the stock is still worth: what it will bring, what is to be written down, and until when
holding pays.
"""

import pandas as pd

from destock.analysis.impact import ratios
from destock.analysis.impact import value as values
from destock.model.findings import Finding, Sentence
from destock.model.messages import mark
from destock.model.metrics import ratio, total
from destock.pages.frames import frame, view


@frame
def recent_price(items, weeks) -> pd.DataFrame:
    """What customers pay for each style now."""
    return values.recent_price(items, weeks)


@view(assumes="clearance_price")
def clearance(weeks, items, numbers) -> tuple[float, str]:
    """At which part of the tag price leftovers go, and where that comes from."""
    return values.clearance_share(weeks, items, numbers)


@frame(
    key="item portion",
    columns=("units unit_cost price price_basis nrv covered write_down_unit write_down carrying"),
)
def value(
    styles, recent_price, clearance, selling_proceeds, salvage, damaged_price, today, shop
) -> pd.DataFrame:
    """What every item in stock will bring, and its write-down."""
    numbers = {"damaged_price": damaged_price, "salvage_price": salvage}
    return values.net_realisable(
        styles, recent_price, clearance, selling_proceeds, numbers, today, shop.write_down
    )


@view
def names(items) -> pd.DataFrame:
    """The name of every item."""
    return items[["item", "name"]]


@view(rows_of="value")
def value_named(value, names) -> pd.DataFrame:
    """The same with the names of the styles."""
    return value.merge(names, on="item")


@frame(key="item", columns="required booked change closing")
def provisions(value, provision, shop) -> pd.DataFrame:
    """What is to be booked by the shop's accounting rules, given what is booked."""
    return values.movement(value, provision, values.STANDARDS[shop.accounting])


@frame(
    key="category",
    columns=("weeks cost_of_sales gross_margin inventory turn days gmroi months cost_known"),
)
def productivity(sku_week, sku_now, receipt, proceeds) -> pd.DataFrame:
    """Turn, days, GMROI and months of stock, by category."""
    return ratios.productivity(sku_week, sku_now, receipt, proceeds)


@frame(
    key="month",
    columns=("sales markdowns write-offs shrink loss share acceptable acceptable_money"),
    assumes="target_profit_rate",
)
def losses(weeks, items, loss_week, proceeds, numbers) -> pd.DataFrame:
    """Share of the sales lost to markdowns, write-offs and shrink by month, beside what the margin
    can bear.
    """
    return ratios.losses(weeks, items, loss_week, proceeds, numbers)


WRITE_DOWN = Sentence(
    "write_down",
    mark(
        "The stock is worth {money:money} less than it cost, in {styles:units} styles. Booked so"
        " far: {booked:money}; to be booked now: {change:money}. {rule:label}. What is too much is"
        " valued at {clearance:percent} of the tag ({source:label}) at most; tax, fees and returns"
        " take {selling:percent} of what all stock will be paid for. What an item's needed units"
        " will bring above their cost covers {covered:money} of what those too much will lose;"
        ' write_down = "portion" in shop.toml sets each against its own cost.'
    ),
    "money",
    value="money",
    money="money",
    severity=1,
)
WRITE_DOWN_BY_PORTION = Sentence(
    "write_down_by_portion",
    mark(
        "The stock is worth {money:money} less than it cost, in {styles:units} styles. Booked so"
        " far: {booked:money}; to be booked now: {change:money}. {rule:label}. What is too much is"
        " valued at {clearance:percent} of the tag ({source:label}) at most; tax, fees and returns"
        " take {selling:percent} of what all stock will be paid for. Units that are needed and"
        " units that are too much are each set against their own cost;"
        ' write_down = "item" in shop.toml sets the whole item against its cost.'
    ),
    "money",
    value="money",
    money="money",
    severity=1,
)
WRITE_DOWN_UNKNOWN = Sentence(
    "write_down_unknown",
    mark(
        "Of {unknown:units} styles no write-down can be told: their cost or their price is not"
        " known."
    ),
    "styles",
    value="unknown",
)
NO_WRITE_DOWN = Sentence(
    "no_write_down",
    mark(
        "{share:percent} of the stock, at tag value, has no cost: a write-down would be a guess and"
        " is not stated. Add unit_cost to the products."
    ),
    "share",
    "stock without a cost, at tag value",
    value="share",
    severity=1,
)


@view
def about_write_down(styles, value, provisions, clearance, shop) -> list[Finding]:
    """What the stock is worth less than it cost, what is booked, and what is to be booked."""
    gap = values.cost_gap(styles)
    if gap > values.COST_GAP:
        return [NO_WRITE_DOWN.found({"share": gap})]
    known = provisions[provisions["required"].notna()]
    unknown = {"unknown": len(provisions) - len(known)}
    untold = [WRITE_DOWN_UNKNOWN.found(unknown)] if unknown["unknown"] else []
    if known.empty or (len(value) and value["write_down"].isna().all()):
        return untold
    standard = values.STANDARDS[shop.accounting]
    sale = value.dropna(subset=["nrv"])
    paid, kept = ((sale["units"] * sale[column]).sum() for column in ("price", "nrv"))
    figures = {
        "money": known["required"].sum(),
        "booked": known["booked"].sum(),
        "change": known["change"].sum(),
        "covered": total(value["covered"]),
        "styles": (known["required"] > 0).sum(),
        "rule": standard.rule,
        "clearance": clearance[0],
        "source": clearance[1],
        "selling": 1 - float(ratio(kept, paid)),
    }
    sentence = WRITE_DOWN if shop.write_down == "item" else WRITE_DOWN_BY_PORTION
    return [sentence.found(figures, basis=standard.name), *untold]


TURN = Sentence(
    "turn",
    mark(
        "The stock turns {turn:number} times a year and lasts {days:units} days ({months:number}"
        " months of sales at cost); each unit of money in it earns {gmroi:number} of gross margin a"
        " year (last {weeks:units} weeks)."
    ),
    "times a year",
    "cost of sales ÷ mean stock at cost, 13 points",
    value="turn",
)


@view
def about_productivity(productivity) -> list[Finding]:
    """How hard the money in stock works."""
    if productivity.empty or not productivity["turn"].iloc[0] > 0:
        return []
    return [TURN.found(productivity.iloc[0])]


LOSSES_OVER = Sentence(
    "losses_over",
    mark(
        "In the last {months:units} months {actual:percent} of net sales were lost to markdowns,"
        " write-offs and shrink; the margin bears {acceptable:percent}. That is {over:money} too"
        " much."
    ),
    "share",
    "markdowns + write-offs + shrink ÷ net sales",
    value="actual",
)
LOSSES_WITHIN = Sentence(
    "losses_within",
    mark(
        "In the last {months:units} months {actual:percent} of net sales were lost to markdowns,"
        " write-offs and shrink; the margin bears {acceptable:percent}. That is within what the"
        " business can carry."
    ),
    "share",
    "markdowns + write-offs + shrink ÷ net sales",
    value="actual",
)


@view
def about_losses(losses) -> list[Finding]:
    """What was lost, beside what the margin can bear; without a cost nobody knows either."""
    year = losses.tail(12).dropna(subset=["loss", "acceptable_money"])
    if year.empty:
        return []
    loss, bearable, sold = (year[column].sum() for column in ("loss", "acceptable_money", "sales"))
    figures = {
        "actual": float(ratio(loss, sold)),
        "acceptable": float(ratio(bearable, sold)),
        "over": (year["loss"] - year["acceptable_money"]).sum(),
        "months": len(year),
    }
    over = figures["actual"] > figures["acceptable"]
    return [(LOSSES_OVER if over else LOSSES_WITHIN).found(figures)]
