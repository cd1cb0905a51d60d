"""Rows that share a key: copies of one another, older versions, contradictions – and equal rows
that nothing tells apart.
"""

import numpy as np
import pyarrow as pa

from destock import engine
from destock.model.messages import mark
from destock.model.schema import Table

CONFLICT = mark("the same key with other values in one export")
EQUAL = mark(
    'equal to a row before it, and no line number tells them apart: say equal_rows = "separate" or'
    ' "copies" in shop.toml'
)


def settle(
    con: engine.Engine, table: Table, given: frozenset[str], files: int, equal_rows: str
) -> int:
    """What became of the rows that share a key with another? ``outcomes`` holds those that are not
    simply used.

    A row that is rejected for a value, and whose key can be read, still replaces the older
    exports' row of that key: what it says is not known, but that the older one is out of date is.

    ``equal_rows`` says what rows of one export are that are equal in all columns, where no number
    tells them apart: "separate" events or "copies" of one. Without it a second order line is
    rejected, and a second row of a ledger is kept: returns how many were, for somebody to look at.
    """
    key, numbered = _key(table, given), _numbered(con, table, given)
    everything = ", ".join((*sorted(given), "fault"))
    shared = (
        f"hash({', '.join(_shared(table, sorted(given) if files == 1 and not numbered else key))})"
    )
    marks = np.sort(
        con.sql(f"SELECT {shared} AS mark FROM judged WHERE wanted")
        .to_arrow_table()["mark"]
        .to_numpy()
    )
    twice = np.unique(marks[1:][marks[1:] == marks[:-1]])
    con.execute("CREATE OR REPLACE TABLE outcomes (_file INTEGER, _row BIGINT, outcome VARCHAR)")
    if not len(twice):
        return 0
    engine.put(con, "shared", pa.table({"mark": twice}))
    # the second of two separate rows is a copy of another export's second only
    alike = numbered or equal_rows == "copies"
    nth = "1" if alike else f"row_number() OVER (PARTITION BY {everything}, _file ORDER BY _row)"
    again = "used" if equal_rows else "equal" if table.key else "kept"
    con.execute(
        f"""INSERT INTO outcomes
        WITH known AS (
            SELECT *, {nth} AS nth FROM judged SEMI JOIN shared ON {shared} = mark
            WHERE wanted AND {_has_key(table)}
        ),
        copies AS (
            SELECT *, row_number() OVER copies_of_it AS copy FROM known
            WINDOW copies_of_it AS (PARTITION BY {everything}, nth ORDER BY _file DESC, _row)
        ),
        versions AS (
            SELECT _file, _row, fault, copy, nth,
                greatest(max(_file) OVER of_key, {_overtaken(table, given)}) AS newest,
                count(*) FILTER (copy = 1) OVER of_key_in_file AS in_file
            FROM copies
            WINDOW of_key AS (PARTITION BY {", ".join(key)}),
                of_key_in_file AS (PARTITION BY {", ".join(key)}, _file)
        )
        SELECT _file, _row,
            CASE WHEN copy > 1 THEN 'deduplicated' WHEN _file < newest THEN 'updated'
                WHEN nth > 1 THEN '{again}' WHEN in_file > 1 AND {numbered} THEN 'conflict'
                ELSE 'used' END AS outcome
        FROM versions WHERE fault IS NULL"""
    )
    kept = engine.rows(con, "SELECT count(*) FROM outcomes WHERE outcome = 'kept'")[0][0]
    con.execute("DELETE FROM outcomes WHERE outcome IN ('used', 'kept'); DROP TABLE shared")
    return kept


def _key(table: Table, given: frozenset[str]) -> list[str]:
    """What tells rows apart, as far as the table has it; all of a ledger's columns do."""
    return [name for name in table.key if name in given] or sorted(given)


def _numbered(con: engine.Engine, table: Table, given: frozenset[str]) -> bool:
    """Does the key tell rows apart, so that two of one key in one export contradict each other?
    Without line numbers, none of an order's does.
    """
    if table.name == "order_lines":
        return (
            "line_id" in given
            and engine.rows(con, "SELECT count(line_id) > 0 FROM judged WHERE wanted")[0][0]
        )
    return bool(table.key)


def _shared(table: Table, columns: list[str]) -> list[str]:
    """What rows have in common that may be one another's copy, version or conflict."""
    return ["po_id", "sku"] if table.name == "purchases" else columns


def _has_key(table: Table) -> str:
    needed = [name for name in table.key if name in table.required]
    faulty = ", ".join(engine.literal(name) for name in table.key) or "''"
    return " AND ".join(
        [
            *(f"{name} IS NOT NULL" for name in needed),
            f"(fault IS NULL OR split_part(fault, ':', 1) NOT IN ({faulty}))",
        ]
    )


def _overtaken(table: Table, given: frozenset[str]) -> str:
    """A purchase line is open no more once a newer export knows when it came."""
    if table.name != "purchases" or "received_at" not in given:
        return "NULL"
    return "CASE WHEN received_at IS NULL THEN max(_file) OVER (PARTITION BY po_id, sku) END"
