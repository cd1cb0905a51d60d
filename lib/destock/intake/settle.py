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
    con.execute("CREATE OR REPLACE TABLE outcomes (_file INTEGER, _row BIGINT, outcome VARCHAR)")
    # in a single export without numbers, only rows that are equal in all columns meet
    meeting = sorted(given) if files == 1 and not numbered else key
    hashed = f"hash({', '.join(_shared(table, meeting))})"
    if not _put_shared(con, hashed):
        return 0
    alike = numbered or equal_rows == "copies"
    con.execute(
        f"""INSERT INTO outcomes
        WITH known AS ({_known(table, given, hashed, alike)}),
        copies AS ({_copies(given)}),
        versions AS ({_versions(table, given, key)})
        SELECT _file, _row, {_outcome(table, equal_rows, numbered)} AS outcome
        FROM versions WHERE fault IS NULL"""
    )
    return _drop_used(con)


def replace_lines(con: engine.Engine, given: frozenset[str], files: list[int]) -> None:
    """Where a newer export tells of a line again, nothing that an older one said of it holds.

    ``files``: exports of one source in which a row is a line. What happened to a line may happen no
    more in a newer one: a refund that was asked for and withdrawn, a day that became known.
    """
    if len(files) < 2:
        return
    line = [name for name in ("order_id", "line_id", "sku") if name in given]
    # an order without line numbers is told anew as a whole
    line = line if "line_id" in given else line[:1]
    con.execute(
        f"""INSERT INTO outcomes
        WITH told AS (
            SELECT {", ".join(line)}, max(_file) AS newest FROM judged
            WHERE _file IN ({", ".join(map(str, files))}) GROUP BY ALL
            HAVING min(_file) < max(_file)
        )
        SELECT _file, _row, 'updated' FROM judged JOIN told USING ({", ".join(line)})
        ANTI JOIN outcomes USING (_file, _row)
        WHERE wanted AND _file < newest AND _file IN ({", ".join(map(str, files))})"""
    )


def _drop_used(con: engine.Engine) -> int:
    """Leave in ``outcomes`` what is not simply used; how many rows of a ledger are kept that equal
    another?
    """
    kept = engine.rows(con, "SELECT count(*) FROM outcomes WHERE outcome = 'kept'")[0][0]
    con.execute("DELETE FROM outcomes WHERE outcome IN ('used', 'kept'); DROP TABLE shared")
    return kept


def _put_shared(con: engine.Engine, hashed: str) -> bool:
    """Make ``shared`` the hashes that more than one row has; are there any? Most tables have none,
    and sorted numbers tell so in no time.
    """
    marks = con.sql(f"SELECT {hashed} AS mark FROM judged WHERE wanted").to_arrow_table()["mark"]
    marks = np.sort(marks.to_numpy())
    twice = np.unique(marks[1:][marks[1:] == marks[:-1]])
    if len(twice):
        engine.put(con, "shared", pa.table({"mark": twice}))
    return len(twice) > 0


def _known(table: Table, given: frozenset[str], hashed: str, alike: bool) -> str:
    """SQL for the rows that may share a key, with ``nth``: where equal rows are not ``alike``, the
    second of two in one export is a copy of another export's second only.
    """
    columns = ", ".join(_all_columns(given))
    nth = "1" if alike else f"row_number() OVER (PARTITION BY {columns}, _file ORDER BY _row)"
    return f"""SELECT *, {nth} AS nth FROM judged SEMI JOIN shared ON {hashed} = mark
            WHERE wanted AND {_has_key(table)}"""


def _copies(given: frozenset[str]) -> str:
    """SQL that numbers the copies of a row, that of the newest export first."""
    columns = ", ".join(_all_columns(given))
    return f"""SELECT *, row_number() OVER copies_of_it AS copy FROM known
            WINDOW copies_of_it AS (PARTITION BY {columns}, nth ORDER BY _file DESC, _row)"""


def _versions(table: Table, given: frozenset[str], key: list[str]) -> str:
    """SQL that says of each row which is the ``newest`` export of its key, and how many rows its
    own export has of it that are no copies.
    """
    columns = ", ".join(key)
    return f"""SELECT _file, _row, fault, copy, nth,
                greatest(max(_file) OVER of_key, {_overtaken(table, given)}) AS newest,
                count(*) FILTER (copy = 1) OVER of_key_in_file AS in_file
            FROM copies
            WINDOW of_key AS (PARTITION BY {columns}),
                of_key_in_file AS (PARTITION BY {columns}, _file)"""


def _all_columns(given: frozenset[str]) -> list[str]:
    """What two copies have in common: each value, and what is wrong with the row."""
    return [*sorted(given), "fault"]


def _outcome(table: Table, equal_rows: str, numbered: bool) -> str:
    """SQL for what became of a row; ``again``: of one that equals another of its own export."""
    again = "used" if equal_rows else "equal" if table.key else "kept"
    return f"""CASE WHEN copy > 1 THEN 'deduplicated'
                WHEN _file < newest THEN 'updated'
                WHEN nth > 1 THEN '{again}'
                WHEN in_file > 1 AND {numbered} THEN 'conflict'
                ELSE 'used' END"""


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
