"""How much do rejected rows weigh? Few rows may hold much of what a shop sells or has: one product
most of its stock.
"""

from collections.abc import Iterable

from destock import engine
from destock.model.messages import mark
from destock.model.schema import TABLES, Table

# what is measured → what is said where rejected rows hold too much of it
UNITS = mark(
    "{table}: the rejected rows hold {share} of its units: mend the file or shop.toml (“destock"
    " check” lists them)"
)
STOCK = mark(
    "{table}: the rejected rows hold {share} of the units in stock: mend the file or shop.toml"
    " (“destock check” lists them)"
)
VALUE = mark(
    "{table}: the rejected rows hold {share} of the stock at cost: mend the file or shop.toml"
    " (“destock check” lists them)"
)
SALES = mark(
    "{table}: the rejected rows hold {share} of the money sold: mend the file or shop.toml"
    " (“destock check” lists them)"
)
SAID = {"units": UNITS, "units in stock": STOCK, "stock at cost": VALUE, "money sold": SALES}

_UNITS = {
    "order_lines": ("units",),
    "purchases": ("units_received", "units_ordered"),
    "movements": ("units",),
}
# what is kept of the rejected rows of a table, to be weighed once all tables are there
_ASIDE = {
    "products": ("sku", "unit_cost"),
    "stock": ("sku", "counted_at", "on_hand"),
    "snapshot": ("sku", "as_of", "on_hand"),
}
BAD = "(j.fault IS NOT NULL OR o.outcome IN ('conflict', 'equal'))"


def units(table: Table, given: frozenset[str]) -> str:
    """SQL for the units of a row, where it has any."""
    known = [name for name in _UNITS.get(table.name, ()) if name in given]
    return f"coalesce(abs(coalesce({', '.join(known)})), 0)" if known else "0"


def at_most(table: Table, given: Iterable[str]) -> str:
    """SQL for the units that a count may mean which cannot be read: 464 pcs, 1,200. Good for a
    limit, and for nothing else.
    """
    if table.name not in ("stock", "snapshot") or "on_hand" not in given:
        return "NULL"
    text = "CAST(on_hand AS VARCHAR)"
    number = rf"regexp_matches({text}, '^\D{{0,4}}\d[\d.,'' ]{{0,12}}\D{{0,4}}$')"
    return (
        rf"CASE WHEN typed_on_hand IS NULL AND {number} THEN TRY_CAST(regexp_replace({text},"
        r" '[.,]\d{1,2}\D*$|\D', '', 'g') AS DECIMAL(18,3)) END"
    )


def set_aside(con: engine.Engine, table: Table, given: frozenset[str], summary: str) -> None:
    """Keep what is readable of a table's rejected rows; a row that sums up others stands for
    nothing.
    """
    if table.name in _ASIDE:
        known = {name: name for name in given} | {"on_hand": "coalesce(on_hand, at_most)"}
        columns = ", ".join(known.get(name, f"NULL AS {name}") for name in _ASIDE[table.name])
        bad = f"{BAD} AND NOT ends_with(coalesce(j.fault, ''), {engine.literal(':' + summary)})"
        con.execute(
            f"INSERT INTO {_aside(table.name)} SELECT {columns} FROM judged j LEFT JOIN outcomes o"
            f" USING (_file, _row) WHERE {bad}"
        )


def clear(con: engine.Engine) -> None:
    """Nothing is set aside yet."""
    for name, columns in _ASIDE.items():
        kinds = ", ".join(f"{column} {TABLES[name].column(column).sql_type}" for column in columns)
        con.execute(f"CREATE OR REPLACE TABLE {_aside(name)} ({kinds})")


def _aside(name: str) -> str:
    return f"rejected_{name}"


def weigh(con: engine.Engine) -> dict[str, tuple[float, str]]:
    """Which share of the stock, or of the sales, hangs on rejected rows? Table → the largest share,
    and of what.

    Makes ``rejected_product``: the SKUs whose product row was rejected, and which no other row of
    the master describes. A SKU holds its newest counts; where nothing was counted, what was
    received less what was sold. A cost that is not known is taken as the mean of those that are. Of
    a rejected count, the number as far as it can be read, else what the SKU held otherwise.
    """
    con.execute(
        "CREATE OR REPLACE TABLE rejected_product AS SELECT DISTINCT sku FROM rejected_products"
        " ANTI JOIN products USING (sku) WHERE sku IS NOT NULL"
    )
    aside = engine.rows(
        con, f"SELECT {' + '.join(f'(SELECT count(*) FROM {_aside(name)})' for name in _ASIDE)}"
    )[0][0]
    return _shares(con) if aside else {}


def _shares(con: engine.Engine) -> dict[str, tuple[float, str]]:
    engine.run(con, "destock.intake", "weights")
    shares = engine.rows(
        con,
        """SELECT name, measure, part / whole FROM weight
        WHERE part > 0 AND whole > 0 ORDER BY 3, measure""",
    )
    con.execute("DROP TABLE sold; DROP TABLE held; DROP TABLE worth; DROP TABLE weight")
    return {name: (share, measure) for name, measure, share in shares}
