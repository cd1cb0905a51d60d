"""How much is too much: what every style will still sell, what the shop can still use, its sizes,
its age.
"""

import pandas as pd

from destock.analysis.classification import ageing as ages
from destock.analysis.classification import cover, kinds
from destock.analysis.classification import range as ranks
from destock.analysis.classification import sizes as runs
from destock.analysis.classification.lines import core_pace, lines_of_failure
from destock.analysis.pacing.rates import dead_by_months
from destock.model.findings import Finding, Sentence
from destock.model.messages import mark
from destock.model.metrics import ratio, total
from destock.pages.frames import frame, view


@frame(assumes="slow_days misjudged_quantile")
def measured(items, shown, weeks, baseline, projection, item_months, demand, today, numbers):
    """Every priced item with the lines it is measured by and what it will still sell."""
    new_core = core_pace(items, weeks, numbers)
    rows = items.merge(shown, on="item", validate="1:1")
    rows = lines_of_failure(rows, baseline, new_core, numbers)
    if len(item_months):
        idle = item_months.loc[dead_by_months(item_months), "item"]
        rows = rows.assign(idle=rows["item"].isin(idle))
    return cover.still_to_sell(rows, projection, demand, today)


@frame(
    key="item",
    columns=(
        "name category tier season launch_date exit_date age in_season tag_price"
        " mean_cost received sold_units net_units sell_through fail_line flags paid_value"
        " price_realisation on_hand damaged on_order on_hand_cost damaged_cost stock_basis"
        " remaining remaining_sd remaining_basis need rate coming_rate weeks_of_supply"
        " stock_to_sales excess_on_hand excess_on_order excess_units exposures clicks"
        " in_stock_share last_sale gross_profit abc_basis abc xyz pattern sale_interval"
        " size_variation"
    ),
    assumes="lead_time_weeks review_weeks cover_weeks service_z",
)
def styles(measured, demand, today, layer, sku_now, ranked, numbers) -> pd.DataFrame:
    """Every priced item with what is too much of it, and its rank in the range."""
    rows = cover.excess(measured, demand, today, numbers)
    rows = cover.at_cost(rows, layer, sku_now)
    return rows.merge(ranked, on="item", how="left", validate="1:1")


@frame(
    key="sku",
    columns="item name size state broken units cost lost_units lost_sales",
    assumes="dead_weeks size_floor",
)
def sizes(sku_now, sku_week, items, numbers) -> pd.DataFrame:
    """Every SKU of the styles in stock: dead, lost, broken."""
    return runs.sizes(sku_now, sku_week, items, numbers)


@view(key="item", columns="broken dead_sizes lost_sizes dead_cost broken_cost lost_sales")
def sizes_by_style(sizes) -> pd.DataFrame:
    """Styles with broken runs, dead or lost sizes, in money."""
    return runs.by_style(sizes)


@frame(key="period_end", columns="moving on_sale share")
def moving(sku_week) -> pd.DataFrame:
    """Share of SKUs in stock that sold, by four weeks."""
    return ranks.moving_share(sku_week)


@frame(key="category band", columns="units cost tag nrv excess_units excess_cost")
def ageing(styles, classes, value, layer, sku_now, shop) -> pd.DataFrame:
    """Stock by category and days since receipt, at cost, at tag, and net of what selling costs."""
    excess = classes.groupby("item")[["units", "cost"]].sum(skipna=False).add_prefix("excess_")
    worth = styles[["item", "category"]].join(excess, on="item")
    nothing = styles["excess_on_hand"].notna() & worth["excess_units"].isna()
    worth["excess_units"] = worth["excess_units"].mask(nothing, 0.0)
    worth["excess_cost"] = worth["excess_cost"].mask(worth["excess_units"].eq(0), 0.0)
    nrv = value.assign(nrv=value["units"] * value["nrv"]).groupby("item")["nrv"].sum(skipna=False)
    return ages.ageing(layer, sku_now, worth.join(nrv, on="item"), shop.age_bands)


@view
def age_bands(ageing) -> pd.DataFrame:
    """The same of all categories together: a row a band, with its share of the cost."""
    bands = ageing.groupby("band", sort=False)[ages.VALUES].sum(min_count=1).reset_index()
    return bands.assign(share=bands["cost"] / total(bands["cost"]), worth=bands["nrv"])


NEED_UNKNOWN = Sentence(
    "need_unknown",
    mark(
        "Of {styles:units} styles with {units:units} units nobody can say yet how many are too"
        " many: what they sell is not known, or they have been on sale for less than two weeks."
        " They are left out."
    ),
    "styles",
    "stock of which no need is known",
    value="styles",
    severity=1,
)
BY_RATE = Sentence(
    "by_rate",
    mark(
        "For {styles:units} styles with {units:units} units there is no earlier season: their"
        " excess rests on the rate of the last eight weeks, carried to the end of the season, and"
        " is rough."
    ),
    "styles",
    "no earlier season of the same kind",
    value="styles",
    severity=1,
)
BY_MONTHS = Sentence(
    "by_months",
    mark(
        "For {styles:units} styles with {units:units} units only the last months' sales are known:"
        " their excess rests on that rate, carried to the end of the season, and is rough."
    ),
    "styles",
    "no earlier season of the same kind",
    value="styles",
    severity=1,
)
DEAD = Sentence(
    "dead",
    mark(
        "{items:units} styles have not sold one unit in {weeks:units} weeks: {units:units} units,"
        " {cost:cost}."
    ),
    "styles",
    "no sale for that many weeks",
    value="items",
    money="cost",
    severity=1,
)


def in_stock(rows: pd.DataFrame) -> dict[str, float]:
    """How many styles are these, and how many units of them lie in stock?"""
    return {"styles": len(rows), "units": rows["on_hand"].sum()}


@view
def about_need(styles) -> list[Finding]:
    """Of which stock does nobody know how much will still sell?"""
    rows = styles[styles["excess_on_hand"].isna() & styles["on_hand"].gt(0)]
    return [NEED_UNKNOWN.found(in_stock(rows))] if len(rows) else []


@view
def about_rough(styles, item_months) -> list[Finding]:
    """Which excess rests on the rate of late alone?"""
    known = styles["excess_on_hand"].notna() & (styles["on_hand"] > 0)
    rough = styles[known & (styles["remaining_basis"] == "recent rate")]
    sentence = BY_RATE if item_months.empty else BY_MONTHS
    return [sentence.found(in_stock(rough))] if len(rough) else []


@view(assumes="dead_weeks")
def about_dead(styles, today, numbers) -> list[Finding]:
    """What has not sold at all for a quarter?"""
    idle = styles[kinds.dead(styles, today, numbers)]
    if idle.empty:
        return []
    figures = {
        "items": len(idle),
        "units": idle["on_hand"].sum(),
        "weeks": numbers["dead_weeks"],
        "cost": total(idle["on_hand_cost"]),
    }
    return [DEAD.found(figures)]


SIZES = Sentence(
    "sizes",
    mark(
        "{dead:units} sizes lie dead while their styles sell: {dead_cost:cost}. {lost:units} sizes"
        " are gone while others are left; missing sizes cost about {lost_sales:money} of sales in"
        " the last eight weeks. {styles:units} styles have broken runs; their stock:"
        " {broken_cost:cost}."
    ),
    "SKUs",
    "no sale while the style sold",
    value="dead",
    money="dead_cost",
)


@view
def about_sizes(sizes) -> list[Finding]:
    """What broken runs, dead sizes and missing sizes come to in money."""
    if sizes.empty:
        return []
    dead, broken = sizes[sizes["state"] == "dead size"], sizes[sizes["broken"]]
    figures = {
        "dead": len(dead),
        "lost": (sizes["state"] == "lost size").sum(),
        "styles": broken["item"].nunique(),
        "lost_sales": sizes["lost_sales"].sum(),
        "dead_cost": total(dead["cost"]),
        "broken_cost": total(broken["cost"]),
    }
    return [SIZES.found(figures)]


OLD_STOCK = Sentence(
    "old_stock",
    mark(
        "{share:percent} of the stock at cost was received more than {days:units} days ago:"
        " {money:money}; net of selling costs it is worth {worth:percent} of that."
    ),
    "share",
    "cost of units received earlier ÷ cost of stock",
    value="share",
)
UNKNOWN_AGE = Sentence(
    "unknown_age",
    mark(
        "The age of {units:units} units ({cost:cost}) is not known: there are more of them than"
        " were ever received."
    ),
    "units",
    "units beyond all receipts",
    value="units",
)
MOVING = Sentence(
    "moving",
    mark(
        "{moving:units} of {on_sale:units} SKUs in stock sold at least one unit in the last four"
        " weeks: {share:percent}."
    ),
    "share",
    "SKUs sold ÷ SKUs in stock, four weeks",
    value="share",
)


@view
def about_age(ageing, moving, shop) -> list[Finding]:
    """How much of the stock is old, and how much of the range moves."""
    lost, dated = (ageing[(ageing["band"] == ages.UNKNOWN_AGE) == one] for one in (True, False))
    found = []
    if dated["cost"].sum() > 0:
        found.append(OLD_STOCK.found(_old(ageing, shop.age_bands)))
        if lost["units"].sum() > 0:
            figures = {"units": lost["units"].sum(), "cost": total(lost["cost"])}
            found.append(UNKNOWN_AGE.found(figures))
    return found + [MOVING.found(now) for now in moving.head(1).to_dict("records")]


def _old(ageing: pd.DataFrame, edges: tuple[int, ...]) -> dict[str, float]:
    """What was received longer ago than the edge of a band that is nearest to ninety days."""
    edge = min(edges, key=lambda one: abs(one - 90))
    bands = ageing["band"].map(lambda band: _first_day(band) > edge or band == f"> {edge}")
    cost, worth = (total(ageing.loc[bands, column]) for column in ("cost", "nrv"))
    return {
        "share": float(ratio(cost, total(ageing["cost"]))),
        "worth": float(ratio(worth, cost)),
        "money": cost,
        "days": edge,
    }


def _first_day(band: str) -> int:
    start = band.removeprefix("> ").partition("–")[0]
    return int(start) if start.isdigit() else 0
