"""Raw rows → typed rows: mapped, cast, checked, deduplicated; none lost on the way."""

import re
from dataclasses import dataclass

import pandas as pd

from destock import engine
from destock.intake import typed
from destock.intake.readers import header, read_raw, second
from destock.intake.shop import Shop, Source
from destock.model.messages import Fault, mark
from destock.model.schema import TABLES, Column, Table

_BLANKS = " \t\r\n\u00a0\u3000"
_GUARD = r"""^(?:="(.*)"|'(\d+))$"""


# share of a table's rows above which nothing is published
REJECT_LIMIT = 0.01


@dataclass(frozen=True)
class Intake:
    """What came through the door: rows by file and outcome, the rejects, the columns that were given."""

    rows: pd.DataFrame
    rejects: pd.DataFrame
    given: frozenset[tuple[str, str]]

    def has(self, table: str, column: str = "") -> bool:
        """Did the shop give this table (or this column of it)?"""
        return any(t == table and column in ("", c) for t, c in self.given)


def load(con: engine.Engine, shop: Shop) -> Intake:
    """Which of the shop's rows can be used, and what became of the others?

    Makes one typed table per name of the schema in the engine, empty where the shop has
    none. ``rows``: table, file, rows_in = used + updated + rejected + deduplicated +
    skipped. ``rejects``: table, file, line, column, rule, value.
    """
    counts, rejects, given = [], [], set()
    for table in TABLES.values():
        source = shop.sources.get(table.name)
        if source is None:
            _empty(con, table)
            continue
        if source.typed:
            counted, columns = typed.declare(con, shop, table)
            counts.append(counted)
            given |= {(table.name, column) for column in columns}
            continue
        names = [path.name for path in read_raw(con, shop, source, "raw")]
        given |= {(table.name, column) for column in _map(con, table, source, names)}
        _judge(con, table, source)
        counts.append(_count(con, table, names))
        rejects.append(_rejects(con, table, names))
        _keep(con, table)
    con.execute("DROP TABLE IF EXISTS raw; DROP TABLE IF EXISTS mapped; DROP TABLE IF EXISTS judged; DROP TABLE IF EXISTS outcomes")
    rejected = rejects or [pd.DataFrame(columns=["table", "file", "line", "column", "rule", "value"])]
    return Intake(pd.concat(counts, ignore_index=True), pd.concat(rejected, ignore_index=True), frozenset(given))


def refuse_over_limit(rows: pd.DataFrame) -> None:
    """Are so many rows of a table rejected that no figure can be trusted? Raises Fault (4) above REJECT_LIMIT."""
    total = rows.groupby("table", sort=False)[["rejected", "rows_in"]].sum()
    for table, row in total[total["rejected"] > REJECT_LIMIT * total["rows_in"]].iterrows():
        text = mark(
            "{table}: {rejected} of {rows_in} rows are rejected, more than 1 %: mend the file or shop.toml (“destock check” lists them)"
        )
        raise Fault(4, text, table=table, rejected=row["rejected"], rows_in=row["rows_in"])


def _empty(con: engine.Engine, table: Table) -> None:
    columns = ", ".join(f"{c.name} {c.sql_type}" for c in table.columns)
    con.execute(f"CREATE OR REPLACE TABLE {table.name} ({columns})")


def _map(con: engine.Engine, table: Table, source: Source, files: list[str]) -> list[str]:
    """Give each column of the schema its source expression; returns the columns that have one."""
    if source.query:
        _query(con, source, len(files))
    present = {name for (name,) in engine.rows(con, "SELECT column_name FROM (DESCRIBE raw)")}
    by_name = {name.casefold(): name for name in present}
    expressions = {}
    for column in table.columns:
        theirs = by_name.get(header(source.rename.get(column.name, column.name)).casefold())
        if column.name in source.columns:
            expressions[column.name] = f"({_sql(source.columns[column.name])})"
        elif theirs:
            if second(theirs) in present:
                raise Fault(3, mark("{file}: cannot be read ({reason})"), file=files[0], reason=f'2 × "{theirs}"')
            expressions[column.name] = engine.quoted(theirs)
        elif column.required or column.name in source.rename:
            wanted = source.rename.get(column.name, column.name)
            raise Fault(
                3,
                mark('{file}: no column "{column}" for {table}.{name}; it has: {present}'),
                file=files[0],
                column=wanted,
                table=table.name,
                name=column.name,
                present=", ".join(sorted(present - {"_file", "_line"})),
            )
    select = ", ".join(f"{expressions.get(c.name, 'NULL')} AS {c.name}" for c in table.columns)
    where = f"coalesce(({_sql(source.where)}), false)" if source.where else "true"
    _execute(con, source, "columns", f"CREATE OR REPLACE TABLE mapped AS SELECT _file, _line, {where} AS wanted, {select} FROM raw")
    return list(expressions)


def _query(con: engine.Engine, source: Source, files: int) -> None:
    """Run a shop's query over each export by itself, so that the newer one's rows still win over the older one's."""
    query = _sql(source.query).strip().removesuffix(";")
    for number in range(files):
        one = f"SELECT {number} AS _file, row_number() OVER () AS _line, * FROM ({query}\n)"
        made = f"CREATE OR REPLACE TABLE queried_{number} AS WITH source AS (SELECT * FROM raw WHERE _file = {number}) {one}"
        _execute(con, source, "query", made)
    con.execute("CREATE OR REPLACE TABLE raw AS " + " UNION ALL BY NAME ".join(f"SELECT * FROM queried_{n}" for n in range(files)))
    con.execute(";".join(f"DROP TABLE queried_{n}" for n in range(files)))


def _sql(text: str) -> str:
    """A shop's own SQL, with the names of columns written as the readers write them."""
    return re.sub(r'"[^"]+"', lambda name: header(name[0]), text)


def _execute(con: engine.Engine, source: Source, key: str, sql: str) -> None:
    refused = mark("shop.toml [tables.{table}] {key}: {reason}")
    try:
        if not engine.is_one(con, sql):
            raise Fault(3, refused, table=source.table, key=key, reason="; …")
        con.execute(sql)
    except engine.EngineError as error:
        raise Fault(3, refused, table=source.table, key=key, reason=engine.message(error)) from error


def _judge(con: engine.Engine, table: Table, source: Source) -> None:
    """Cast every row and name the first rule that it breaks, then find copies and conflicts."""
    kinds = dict(engine.rows(con, "SELECT column_name, column_type FROM (DESCRIBE mapped)"))
    clean = ", ".join(_clean(c) if kinds[c.name] == "VARCHAR" else c.name for c in table.columns)
    casts = {c: _cast(c, kinds[c.name] == "VARCHAR", source.date_format) for c in table.columns}
    typed = ", ".join(f"{cast} AS {c.name}" for c, cast in casts.items())
    broken = " ".join(f"WHEN {_broken(c, cast, table)} THEN {engine.literal(c.name)}" for c, cast in casts.items())
    con.execute(
        f"CREATE OR REPLACE TABLE judged AS SELECT _file, _line, wanted, "
        f"CASE WHEN NOT wanted THEN NULL {broken} END AS bad_column, {typed} FROM (SELECT _file, _line, wanted, {clean} FROM mapped)"
    )
    own = _key(con, table)
    key, unique = ", ".join(own), str(own == table.key).lower()
    everything = ", ".join(table.names)
    con.execute(
        f"""CREATE OR REPLACE TABLE outcomes AS
        WITH good AS (SELECT * FROM judged WHERE wanted AND bad_column IS NULL),
        copies AS (SELECT *, row_number() OVER (PARTITION BY {everything} ORDER BY _file DESC, _line) AS copy FROM good),
        versions AS (SELECT _file, _line, copy,
            greatest(max(_file) OVER (PARTITION BY {key}), {_overtaken(table)}) AS newest,
            count(*) FILTER (copy = 1) OVER (PARTITION BY {key}, _file) AS in_file FROM copies)
        SELECT _file, _line, CASE WHEN copy > 1 THEN 'deduplicated' WHEN _file < newest THEN 'updated'
            WHEN in_file > 1 AND {unique} THEN 'conflict' ELSE 'used' END AS outcome FROM versions"""
    )


def _key(con: engine.Engine, table: Table) -> tuple[str, ...]:
    """What makes a row unique. Without line numbers the newest export of an order replaces the whole order."""
    if not table.key:
        return table.names
    numbered = table.name != "order_lines" or engine.rows(con, "SELECT count(line_id) > 0 FROM mapped")[0][0]
    return table.key if numbered else ("order_id",)


def _overtaken(table: Table) -> str:
    """A purchase line is open no more once a newer export knows when it came."""
    if table.name != "purchases":
        return "NULL"
    return "CASE WHEN received_at IS NULL THEN max(_file) OVER (PARTITION BY po_id, sku) END"


def _clean(column: Column) -> str:
    """A text without blanks around it, nor what keeps a spreadsheet from taking it for a number: ="007", '007."""
    text = f"trim({column.name}, {engine.literal(_BLANKS)})"
    guarded = f"{text}[1] IN ('=', {engine.literal(chr(39))})"
    bare = f"CASE WHEN {guarded} THEN regexp_replace({text}, {engine.literal(_GUARD)}, '\\1\\2') ELSE {text} END"
    return f"nullif({bare}, '') AS {column.name}"


def _cast(column: Column, is_text: bool, date_format: str) -> str:
    if column.kind == "text":
        return f"nullif(trim(CAST({column.name} AS VARCHAR)), '')"
    if column.kind in ("date", "time") and is_text:
        return f"CAST({_moment(column.name, date_format)} AS {column.sql_type})"
    cast = f"TRY_CAST({column.name} AS {column.sql_type})"
    return f"CASE WHEN isfinite({cast}) THEN {cast} END" if column.kind == "number" else cast


def _moment(name: str, date_format: str) -> str:
    # A text with its own zone becomes a time of the shop's. Words that the engine knows (infinity, epoch) are no dates.
    zoned = r"'^\d.*:.*(Z|[+-]\d\d(:?\d\d)?)$'"
    known = (
        f"CASE WHEN regexp_matches({name}, {zoned}) THEN CAST(TRY_CAST({name} AS TIMESTAMPTZ) AS TIMESTAMP) "
        f"WHEN {name}[1] BETWEEN '0' AND '9' THEN TRY_CAST({name} AS TIMESTAMP) END"
    )
    return f"coalesce(try_strptime({name}, {engine.literal(date_format)}), {known})" if date_format else known


def _broken(column: Column, cast: str, table: Table) -> str:
    """When does a value break its column's rule: not of its type, missing, not one of the known words?"""
    rules = [f"{column.name} IS NOT NULL AND {cast} IS NULL"]
    if column.required:
        rules.append(f"{cast} IS NULL")
    if column.values:
        words = ", ".join(engine.literal(v) for v in column.values)
        rules.append(f"{cast} NOT IN ({words})")
    if column.name == "units" and "signed" not in column.meaning:
        rules.append(f"{cast} < 0")
    if column.kind == "text" and column.name in table.key:  # an identifier that a spreadsheet took for a number
        rules.append(f"{cast} LIKE '%E+%' AND TRY_CAST({cast} AS DOUBLE) IS NOT NULL")
    return "(" + " OR ".join(f"({rule})" for rule in rules) + ")"


def _count(con: engine.Engine, table: Table, files: list[str]) -> pd.DataFrame:
    counted = con.execute(
        """SELECT j._file, count(*) AS rows_in,
            count(*) FILTER (o.outcome = 'used') AS used, count(*) FILTER (o.outcome = 'updated') AS updated,
            count(*) FILTER (o.outcome = 'conflict' OR j.bad_column IS NOT NULL) AS rejected,
            count(*) FILTER (o.outcome = 'deduplicated') AS deduplicated, count(*) FILTER (NOT j.wanted) AS skipped
        FROM judged j LEFT JOIN outcomes o USING (_file, _line) GROUP BY j._file ORDER BY j._file"""
    ).df()
    counted.insert(0, "table", table.name)
    counted.insert(1, "file", [files[i] for i in counted.pop("_file")])
    return counted


def _rejects(con: engine.Engine, table: Table, files: list[str]) -> pd.DataFrame:
    value = " ".join(f"WHEN '{c.name}' THEN CAST(m.{c.name} AS VARCHAR)" for c in table.columns)
    found = con.execute(
        f"""SELECT j._file, j._line AS line, coalesce(j.bad_column, '') AS "column",
            CASE WHEN j.bad_column IS NULL THEN 'conflict' ELSE 'value' END AS rule, CASE j.bad_column {value} END AS "value"
        FROM judged j JOIN mapped m USING (_file, _line) LEFT JOIN outcomes o USING (_file, _line)
        WHERE j.bad_column IS NOT NULL OR o.outcome = 'conflict' ORDER BY j._file, j._line"""
    ).df()
    found.insert(0, "table", table.name)
    found.insert(1, "file", [files[i] for i in found.pop("_file")])
    return found


def _keep(con: engine.Engine, table: Table) -> None:
    con.execute(
        f"""CREATE OR REPLACE TABLE {table.name} AS SELECT {", ".join(table.names)}
        FROM judged JOIN outcomes USING (_file, _line) WHERE outcome = 'used'"""
    )
