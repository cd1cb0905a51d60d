"""What the typed tables say against each other: none of it stops a report, all of it is worth a
look before one is believed.
"""

from datetime import date

from destock import engine
from destock.model.findings import Finding, Sentence
from destock.model.messages import mark
from destock.model.schema import TABLES

# share of the units sold whose cost is known, below which margins are said to be weak
COST_COVERAGE = 0.98

NOT_IN_MASTER = Sentence(
    "not_in_master",
    mark(
        "{skus:units} SKUs with {units:units} units sold are not in the product table: they are"
        " counted under “(not in master)”."
    ),
    "rows",
    value="skus",
    severity=1,
)
PRODUCT_REJECTED = Sentence(
    "product_rejected",
    mark(
        "{skus:units} SKUs with {units:units} units sold stand in the product table, in rows that"
        " were rejected: they are counted under “(product row rejected)”."
    ),
    "rows",
    value="skus",
    severity=1,
)
COST_OVER_TAG = Sentence(
    "cost_over_tag",
    mark("{skus:units} products cost more than their tag price."),
    "rows",
    value="skus",
    severity=1,
)
GIVEN_AWAY = Sentence(
    "given_away",
    mark(
        "{skus:units} sales with {units:units} units brought no money: gifts have line_type gift,"
        " and stay out of prices."
    ),
    "rows",
    value="skus",
    severity=1,
)
COUNTED_BELOW_ZERO = Sentence(
    "counted_below_zero",
    mark(
        "{skus:units} counts are below zero, by {units:units} units in all: what was sold there was"
        " never booked in."
    ),
    "rows",
    value="skus",
    severity=1,
)
NEVER_RECEIVED = Sentence(
    "never_received",
    mark("{skus:units} SKUs with {units:units} units sold were never received in the purchases."),
    "rows",
    value="skus",
    severity=1,
)
UNKNOWN_ITEMS = Sentence(
    "unknown_items",
    mark(
        "The table “{table:text}” names {n:units} items that no product and no event explains:"
        " {names:text}. Nothing is made of them."
    ),
    "items",
    value="n",
    severity=1,
)
COST_UNKNOWN = Sentence(
    "cost_unknown",
    mark(
        "The cost is known for {share:percent} of the units sold: margins and locked money are said"
        " of these only."
    ),
    "share",
    "units sold with a known cost ÷ units sold",
    value="share",
    severity=1,
)
LAST_EVENT = Sentence(
    "last_event",
    mark("The last order line is of {last_day:date}, {days:units} days ago."),
    "days",
    value="days",
)
IN_THE_FUTURE = Sentence(
    "in_the_future",
    mark(
        "The last order line is of {last_day:date}, {days:units} days from now: a date is wrong, or"
        " name the day of the report with as_of."
    ),
    "days",
    severity=1,
)

_SOLD = "SELECT sku, sum(units) AS units FROM order_lines WHERE kind = 'sale' GROUP BY sku"
# sentence → SKUs or rows concerned, units concerned; each right side of a join has one row a SKU
_CHECKS = {
    NOT_IN_MASTER: (
        f"SELECT count(*), sum(units) FROM ({_SOLD}) ANTI JOIN products USING (sku) ANTI JOIN"
        " rejected_product USING (sku)"
    ),
    PRODUCT_REJECTED: (
        f"SELECT count(*), coalesce(sum(units), 0) FROM rejected_product LEFT JOIN ({_SOLD}) USING"
        " (sku)"
    ),
    COST_OVER_TAG: "SELECT count(*), 0 FROM products WHERE unit_cost > tag_price",
    GIVEN_AWAY: (
        "SELECT count(*), sum(units) FROM order_lines WHERE kind = 'sale' AND customer_paid = 0 AND"
        " coalesce(line_type, 'goods') = 'goods'"
    ),
    COUNTED_BELOW_ZERO: "SELECT count(*), -sum(on_hand) FROM stock WHERE on_hand < 0",
    NEVER_RECEIVED: (
        f"""SELECT count(*), sum(units) FROM ({_SOLD})
        ANTI JOIN (SELECT DISTINCT sku FROM purchases WHERE received_at IS NOT NULL) USING (sku)
        WHERE (SELECT count(*) FROM purchases) > 0"""
    ),
}
# price level → the item that a product belongs to; a SKU without a product is an item of its own
_ITEM = {
    "style": "coalesce(style, sku)",
    "style_colour": "coalesce(style_colour, style, sku)",
    "sku": "sku",
}
_EVENTS = ("order_lines", "purchases", "movements", "stock", "snapshot")
NAMED = 3


def doubts(con: engine.Engine, today: date, price_level: str) -> list[Finding]:
    """Which SKUs, items, costs, counts and dates contradict each other?

    Reads the tables that ``load`` made. Findings: each of _CHECKS that concerns a row,
    ``unknown_items`` of each table that names some, ``cost_unknown`` below COST_COVERAGE,
    and ``last_event`` (how fresh) or ``in_the_future``.
    """
    found = []
    for sentence, sql in _CHECKS.items():
        rows, units = engine.rows(con, sql)[0]
        if rows:
            found.append(sentence.found({"skus": rows, "units": float(units or 0)}))
    return [*found, *_unknown(con, price_level), *_cost(con), *_freshness(con, today)]


def unknown_items(table: str, items: list[str]) -> Finding:
    """A table names items that no product and no event explains."""
    names = ", ".join(items[:NAMED]) + (", …" if len(items) > NAMED else "")
    return UNKNOWN_ITEMS.found({"n": len(items), "table": table, "names": names}, item=table)


def _unknown(con: engine.Engine, price_level: str) -> list[Finding]:
    skus = " UNION ALL ".join(f"SELECT DISTINCT sku FROM {table}" for table in _EVENTS)
    known = (
        f"SELECT {_ITEM[price_level]} AS item FROM products UNION ALL SELECT sku FROM ({skus}) ANTI"
        " JOIN products USING (sku)"
    )
    named = [table.name for table in TABLES.values() if table.column("item")]
    found = {
        table: engine.rows(
            con,
            f"SELECT DISTINCT item FROM {table} ANTI JOIN ({known}) AS known USING (item) ORDER BY"
            " item",
        )
        for table in named
    }
    return [
        unknown_items(table, [item for (item,) in items]) for table, items in found.items() if items
    ]


def _cost(con: engine.Engine) -> list[Finding]:
    known, all_units = engine.rows(
        con,
        f"""WITH bought AS (SELECT sku, max(unit_cost) AS unit_cost FROM purchases GROUP BY sku)
        SELECT
            coalesce(sum(units) FILTER (coalesce(p.unit_cost, b.unit_cost) IS NOT NULL), 0),
            sum(units)
        FROM ({_SOLD}) s LEFT JOIN products p USING (sku) LEFT JOIN bought b USING (sku)""",
    )[0]
    share = float(known / all_units) if all_units else 1.0
    if share >= COST_COVERAGE:
        return []
    return [COST_UNKNOWN.found({"share": share})]


def _freshness(con: engine.Engine, today: date) -> list[Finding]:
    last = engine.rows(con, "SELECT CAST(max(ordered_at) AS DATE) FROM order_lines")[0][0]
    if last is None:
        return []
    days = (today - last).days
    told = {"last_day": last, "days": abs(days)}
    return [LAST_EVENT.found(told) if days >= 0 else IN_THE_FUTURE.found(told, value=days)]
