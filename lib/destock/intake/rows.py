"""Raw rows → typed rows: mapped, cast, checked, deduplicated; none lost on the way."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from destock import engine
from destock.intake import typed, weights
from destock.intake.cells import grammar, mending
from destock.intake.counting import all_used, count
from destock.intake.judging import judge
from destock.intake.named import JOINED, bring_in
from destock.intake.noting import EQUAL_ROWS, moved, note, notes_of, rounded
from destock.intake.rejects import REJECTS, rejects_of
from destock.intake.settle import replace_lines, settle
from destock.intake.shop import Shop, Source
from destock.model.findings import Finding
from destock.model.schema import TABLES, Table

OUTCOMES = ("used", "updated", "rejected", "deduplicated", "skipped")


@dataclass(frozen=True)
class Intake:
    """What came through the door: rows by file and outcome, the rejects, the columns that were
    given, what is odd.

    ``rejected_skus``: whose row in the products was rejected, and which no other row of it
    describes.
    """

    rows: pd.DataFrame
    rejects: pd.DataFrame
    given: frozenset[tuple[str, str]]
    notes: list[Finding] = field(default_factory=list)
    rejected_skus: tuple[str, ...] = ()

    def has(self, table: str, column: str = "") -> bool:
        """Did the shop give this table (or this column of it)?"""
        return any(t == table and column in ("", c) for t, c in self.given)


@dataclass
class _Loaded:
    """What ``load`` knows of one table: counts by file, rejects by file, its columns, what is
    odd.
    """

    counts: list[pd.DataFrame] = field(default_factory=list)
    columns: Iterable[str] = ()
    rejects: list[pd.DataFrame] = field(default_factory=list)
    notes: list[Finding] = field(default_factory=list)


def load(con: engine.Engine, shop: Shop, today: date) -> Intake:
    """Which of the shop's rows can be used, and what became of the others?

    Makes one typed table per name of the schema in the engine, empty where the shop has
    none. ``rows``: table, file, rows_in = used + updated + rejected + deduplicated +
    skipped; file_rows = rows_in unless a query makes the table's rows of the file's.
    ``rejects``: table, file, line, column, rule, value, raw. ``notes``: findings.
    Rows of what happens after ``today`` are rejected.
    Raises Fault (3) on a file that cannot be read, or of which a row would be lost.
    """
    weights.clear(con)
    loaded = {name: _load_table(con, shop, table, today) for name, table in TABLES.items()}
    counts = [counted for one in loaded.values() for counted in one.counts]
    rejected = [rows for one in loaded.values() for rows in one.rejects]
    rejects = pd.concat(rejected or [pd.DataFrame(columns=REJECTS)], ignore_index=True)
    rows = _weighed(con, pd.concat(counts, ignore_index=True))
    lines = mending.lines_of(con, shop, rejects)
    return Intake(
        rows=rows.assign(mend=[lines.get(table, "") for table in rows["table"]]),
        rejects=rejects,
        given=frozenset((name, column) for name, one in loaded.items() for column in one.columns),
        notes=[finding for one in loaded.values() for finding in one.notes],
        rejected_skus=tuple(
            sku for (sku,) in engine.rows(con, "SELECT sku FROM rejected_product ORDER BY sku")
        ),
    )


def _load_table(con: engine.Engine, shop: Shop, table: Table, today: date) -> _Loaded:
    """Make one typed table, in whichever way the shop gives it, if it does."""
    sources = shop.sources.get(table.name)
    if sources is None:
        _make(con, table, frozenset())
        return _Loaded()
    if sources[0].typed:
        counted, columns = typed.declare(con, shop, table)
        return _Loaded([counted], columns)
    named = [bring_in(con, source, shop.folder, shop.elsewhere()) for source in sources]
    loaded = _load_files(con, shop, table, [one.source for one in named], today)
    for one in named:
        if one.rows:
            rows = list(one.rows.values())
            loaded.counts.append(all_used(table, one.rows, rows, JOINED))
        for name in one.tables:
            con.execute(f"DROP VIEW {name}; DROP TABLE {name}_rows")
    return loaded


def _load_files(
    con: engine.Engine, shop: Shop, table: Table, sources: list[Source], today: date
) -> _Loaded:
    """Take the files of a table through the strict door: judge each row, settle which of several
    holds, count, note, keep what is left.
    """
    files = judge(con, table, sources, shop, today)
    given = frozenset(column for file in files for column in file.expressions)
    equal_rows = next((source.equal_rows for source in sources if source.equal_rows), "")
    equal_kept = settle(con, table, given, len(files), equal_rows)
    for source in sources:
        replace_lines(
            con, given, [n for n, f in enumerate(files) if f.source is source and f.events]
        )
    loaded = _Loaded(
        counts=[count(con, table, given, files)],
        columns=given,
        rejects=[rejects_of(con, table, files, n) for n in range(len(files))],
        notes=[*notes_of(table, files, given), *rounded(con, table)],
    )
    if equal_kept:
        loaded.notes.append(note(EQUAL_ROWS, equal_kept, table.name))
    if table.name == "products":
        loaded.notes += moved(con, files, given)
    weights.set_aside(con, table, given, grammar.SUMMARY)
    _keep(con, table, given)
    return loaded


def _weighed(con: engine.Engine, rows: pd.DataFrame) -> pd.DataFrame:
    """Which share of a table's units, of the stock or of the sales hangs on its rejected rows, and
    of which is it the largest?
    """
    shares = weights.weigh(con)
    for table, units in rows.groupby("table")[["units_rejected", "units_in"]].sum().iterrows():
        if units["units_rejected"]:
            of_units = (units["units_rejected"] / units["units_in"], "units")
            shares[table] = max(shares.get(table, of_units), of_units)
    largest = [shares.get(table, (0.0, "")) for table in rows["table"]]
    return rows.assign(
        share_rejected=[share for share, _ in largest], share_of=[of for _, of in largest]
    )


def _keep(con: engine.Engine, table: Table, given: frozenset[str]) -> None:
    """What is left of the judged rows is the table: no copy is made of it."""
    con.execute(
        f"""DELETE FROM judged WHERE NOT wanted OR fault IS NOT NULL;
        DELETE FROM judged USING outcomes o WHERE judged._file = o._file AND judged._row = o._row;
        DROP TABLE outcomes; DROP TABLE bad; DROP TABLE IF EXISTS given_{table.name};
        ALTER TABLE judged RENAME TO given_{table.name}"""
    )
    _make(con, table, given)


def _make(con: engine.Engine, table: Table, given: frozenset[str]) -> None:
    """The typed table as everybody knows it, with an empty column for each that the shop does not
    give.
    """
    columns = ", ".join(
        c.name if c.name in given else f"CAST(NULL AS {c.sql_type}) AS {c.name}"
        for c in table.columns
    )
    con.execute(
        f"CREATE OR REPLACE VIEW {table.name} AS SELECT {columns} "
        + (f"FROM given_{table.name}" if given else "WHERE false")
    )
