"""Raw rows → typed rows: mapped, cast, checked, deduplicated; none lost on the way."""

from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from destock import engine
from destock.intake import grammar, typed, weights
from destock.intake.columns import File
from destock.intake.judging import judge
from destock.intake.named import JOINED, Named, bring_in
from destock.intake.noting import EQUAL_ROWS, moved, note, notes_of, rounded
from destock.intake.rejects import rejects_of
from destock.intake.settle import settle
from destock.intake.shop import Shop
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


def load(con: engine.Engine, shop: Shop, today: date) -> Intake:
    """Which of the shop's rows can be used, and what became of the others?

    Makes one typed table per name of the schema in the engine, empty where the shop has
    none. ``rows``: table, file, rows_in = used + updated + rejected + deduplicated +
    skipped; file_rows = rows_in unless a query makes the table's rows of the file's.
    ``rejects``: table, file, line, column, rule, value, raw. ``notes``: findings.
    Rows of what happens after ``today`` are rejected.
    Raises Fault (3) on a file that cannot be read, or of which a row would be lost.
    """
    counts, rejects, given, notes = [], [], set(), []
    weights.clear(con)
    for table in TABLES.values():
        source = shop.sources.get(table.name)
        if source is None:
            _make(con, table, frozenset())
            continue
        if source.typed:
            counted, columns = typed.declare(con, shop, table)
            counts.append(counted)
            given |= {(table.name, column) for column in columns}
            continue
        named = bring_in(con, source, shop.folder, shop.elsewhere())
        source = named.source
        files = judge(con, table, source, shop, today)
        own = frozenset(column for file in files for column in file.expressions)
        kept = settle(con, table, own, len(files), source.equal_rows)
        counts += [_count(con, table, own, files), *([_joined(table, named)] if named.rows else [])]
        rejects += [rejects_of(con, table, source, files, number) for number in range(len(files))]
        given |= {(table.name, column) for column in own}
        notes += (
            notes_of(table, files, own)
            + rounded(con, table)
            + ([note(EQUAL_ROWS, kept, table.name)] if kept else [])
        )
        notes += moved(con, files, own) if table.name == "products" else []
        weights.set_aside(con, table, own, grammar.SUMMARY)
        _keep(con, table, own)
        for name in named.tables:
            con.execute(f"DROP VIEW {name}; DROP TABLE {name}_rows")
    rejected = rejects or [
        pd.DataFrame(columns=["table", "file", "line", "column", "rule", "value", "raw"])
    ]
    rows = _weighed(con, pd.concat(counts, ignore_index=True))
    skus = tuple(
        sku for (sku,) in engine.rows(con, "SELECT sku FROM rejected_product ORDER BY sku")
    )
    return Intake(rows, pd.concat(rejected, ignore_index=True), frozenset(given), notes, skus)


def _weighed(con: engine.Engine, rows: pd.DataFrame) -> pd.DataFrame:
    """Which share of a table's units, of the stock or of the sales hangs on its rejected rows, and
    of which is it the largest?
    """
    shares = weights.weigh(con)
    for table, units in rows.groupby("table")[["units_rejected", "units_in"]].sum().iterrows():
        if units["units_rejected"]:
            shares[table] = max(
                shares.get(table, (0.0, "")), (units["units_rejected"] / units["units_in"], "units")
            )
    share = rows["table"].map(lambda table: shares.get(table, (0.0, ""))[0])
    return rows.assign(
        share_rejected=share,
        share_of=rows["table"].map(lambda table: shares.get(table, (0.0, ""))[1]),
    )


def _count(
    con: engine.Engine, table: Table, given: frozenset[str], files: list[File]
) -> pd.DataFrame:
    money = f"coalesce(abs({table.money}), 0)" if table.money else "0"
    keys = ", ".join(engine.literal(name) for name in table.key) or "''"
    units = weights.units(table, given)
    bad = f"(WHERE {weights.BAD})"
    # a total is nothing by itself
    real = (
        "j.wanted AND NOT ends_with(coalesce(j.fault, ''),"
        f" {engine.literal(':' + grammar.SUMMARY)})"
    )
    lost = f"{real} AND {weights.BAD}"
    counted = con.execute(f"""SELECT j._file, count(*) AS rows_in,
            count(*) FILTER (j.wanted AND j.fault IS NULL AND o.outcome IS NULL) AS used,
            count(*) FILTER (o.outcome = 'updated') AS updated, count(*) FILTER {bad} AS rejected,
            count(*) FILTER (o.outcome = 'deduplicated') AS deduplicated,
            count(*) FILTER (NOT j.wanted) AS skipped,
            CAST(coalesce(sum({money}) FILTER ({real}), 0) AS DOUBLE) AS money_in,
            CAST(coalesce(sum({money}) FILTER ({lost}), 0) AS DOUBLE) AS money_rejected,
            CAST(coalesce(sum({units}) FILTER ({real}), 0) AS DOUBLE) AS units_in,
            CAST(coalesce(sum({units}) FILTER ({lost}), 0) AS DOUBLE) AS units_rejected,
            count(*) FILTER (
                outcome = 'conflict' OR (split_part(j.fault, ':', 1) IN ({keys}) AND {real})
            ) AS key_rejected,
            count(*) FILTER (j.wanted AND NOT ({real})) AS totals,
            count(*) FILTER (outcome = 'equal') AS equal_rejected
        FROM judged j LEFT JOIN outcomes o USING (_file, _row) GROUP BY j._file""").df()
    counted = counted.set_index("_file").reindex(range(len(files)), fill_value=0)
    torn, blank = [len(file.raw.torn) for file in files], [file.blank for file in files]
    counted["rows_in"] += [t + b for t, b in zip(torn, blank, strict=True)]
    counted["rejected"] += torn
    counted["skipped"] += blank
    counted["file_rows"] = [file.raw.rows + len(file.raw.torn) for file in files]
    counted["read_as"] = [file.raw.read_as for file in files]
    counted.insert(0, "table", table.name)
    counted.insert(1, "file", [file.raw.path.name for file in files])
    return counted.reset_index(drop=True)


def _joined(table: Table, named: Named) -> pd.DataFrame:
    """The files that the table's SQL names: read whole, each row there to be used."""
    paths, rows = list(named.rows), list(named.rows.values())
    zeros = dict.fromkeys(typed.NOTHING, 0)
    counted = {
        "table": table.name,
        "file": [p.name for p in paths],
        "rows_in": rows,
        "used": rows,
        "file_rows": rows,
        "read_as": JOINED,
    }
    return pd.DataFrame(counted | zeros)


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
