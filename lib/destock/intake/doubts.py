"""What the typed tables say against each other: none of it stops a report, all of it is worth a
look before one is believed.
"""

from datetime import date

from destock import engine
from destock.model.findings import Finding
from destock.model.schema import TABLES

# share of the units sold whose cost is known, below which margins are said to be weak
COST_COVERAGE = 0.98

_SOLD = "SELECT sku, sum(units) AS units FROM order_lines WHERE kind = 'sale' GROUP BY sku"
# finding → SKUs or rows concerned, units concerned; each right side of a join has one row a SKU
_CHECKS = {
    "not_in_master": (
        f"SELECT count(*), sum(units) FROM ({_SOLD}) ANTI JOIN products USING (sku) ANTI JOIN"
        " rejected_product USING (sku)"
    ),
    "product_rejected": (
        f"SELECT count(*), coalesce(sum(units), 0) FROM rejected_product LEFT JOIN ({_SOLD}) USING"
        " (sku)"
    ),
    "cost_over_tag": "SELECT count(*), 0 FROM products WHERE unit_cost > tag_price",
    "given_away": (
        "SELECT count(*), sum(units) FROM order_lines WHERE kind = 'sale' AND customer_paid = 0 AND"
        " coalesce(line_type, 'goods') = 'goods'"
    ),
    "counted_below_zero": "SELECT count(*), -sum(on_hand) FROM stock WHERE on_hand < 0",
    "never_received": (
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
    for kind, sql in _CHECKS.items():
        rows, units = engine.rows(con, sql)[0]
        if rows:
            found.append(
                Finding(
                    kind,
                    rows,
                    "rows",
                    severity=1,
                    figures={"skus": (rows, "units"), "units": (float(units or 0), "units")},
                )
            )
    return [*found, *_unknown(con, price_level), *_cost(con), *_freshness(con, today)]


def unknown_items(table: str, items: list[str]) -> Finding:
    """A table names items that no product and no event explains."""
    names = ", ".join(items[:NAMED]) + (", …" if len(items) > NAMED else "")
    figures = {"n": (len(items), "units"), "table": (table, "text"), "names": (names, "text")}
    return Finding("unknown_items", len(items), "items", severity=1, item=table, figures=figures)


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
    return [
        Finding(
            "cost_unknown",
            share,
            "share",
            "units sold with a known cost ÷ units sold",
            severity=1,
            figures={"share": (share, "percent")},
        )
    ]


def _freshness(con: engine.Engine, today: date) -> list[Finding]:
    last = engine.rows(con, "SELECT CAST(max(ordered_at) AS DATE) FROM order_lines")[0][0]
    if last is None:
        return []
    days = (today - last).days
    figures = {"last_day": (last, "date"), "days": (abs(days), "units")}
    return [
        Finding(
            "last_event" if days >= 0 else "in_the_future",
            days,
            "days",
            severity=int(days < 0),
            figures=figures,
        )
    ]
