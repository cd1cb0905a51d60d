"""Raw rows → typed rows: mapped, cast, checked, deduplicated; none lost on the way."""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches

import pandas as pd

from destock import engine
from destock.intake import grammar, query, typed, weights
from destock.intake.inputs import sha256
from destock.intake.named import JOINED, Named, bring_in
from destock.intake.query import FAILED, LINE
from destock.intake.readers import Raw, header, open_raw, second
from destock.intake.settle import CONFLICT, EQUAL, settle
from destock.intake.shop import Shop, Source
from destock.model.findings import Finding
from destock.model.messages import Fault, mark
from destock.model.schema import TABLES, Column, Table

# share of a table's rows, or of its money, above which nothing is published
REJECT_LIMIT = 0.01
# a torn record over more lines than this hides other rows in a quote that was never meant
TORN_LINES = 20
TORN = mark("not as many fields as the header")
NAMED = 3  # lines that a sentence names
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
class _File:
    """One file on its way in: how it is read, the relation of its rows, the columns it gives, what
    never became a row.

    ``failures``: SQL that says of a row that an expression of the shop fails on it → the
    expression's place.
    """

    raw: Raw
    relation: str = "incoming"
    expressions: dict[str, str] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)
    blank: int = 0
    unmade: tuple[int, list[int]] = (0, [])


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
        files = _judge_all(con, table, source, shop, today)
        own = frozenset(column for file in files for column in file.expressions)
        kept = settle(con, table, own, len(files), source.equal_rows)
        counts += [_count(con, table, own, files), *([_joined(table, named)] if named.rows else [])]
        rejects += [_rejects(con, table, source, files, number) for number in range(len(files))]
        given |= {(table.name, column) for column in own}
        notes += (
            _notes(table, files, own)
            + _rounded(con, table)
            + ([_note("equal_rows", kept, table.name)] if kept else [])
        )
        notes += _moved(con, files, own) if table.name == "products" else []
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


def refuse_over_limit(rows: pd.DataFrame) -> None:
    """Are so many rows of a table rejected that no figure can be trusted?

    Raises Fault (4) above REJECT_LIMIT of rows, money, units, stock or sales, and for any product
    whose identifier cannot be relied on. Rows that sum up others are no loss.
    """
    measured = [
        "rejected",
        "rows_in",
        "money_rejected",
        "money_in",
        "key_rejected",
        "equal_rejected",
        "totals",
    ]
    total = rows[rows["read_as"] != JOINED].groupby("table", sort=False)[measured].sum()
    for table, row in total.iterrows():
        rejected = row["rejected"] - row["totals"]
        if (
            row["equal_rejected"]
            and 2 * row["equal_rejected"] > rejected > REJECT_LIMIT * row["rows_in"]
        ):
            text = mark(
                "{table}: {equal} rows equal another one of their export, and no line number tells"
                ' them apart: say equal_rows = "separate" (each of them happened) or "copies" (it'
                " was exported twice) in shop.toml [tables.{table}]"
            )
            raise Fault(4, text, table=table, equal=int(row["equal_rejected"]))
        if rejected > REJECT_LIMIT * row["rows_in"]:
            text = mark(
                "{table}: {rejected} of {rows_in} rows are rejected, more than 1 %: mend the file"
                " or shop.toml (“destock check” lists them)"
            )
            raise Fault(4, text, table=table, rejected=int(rejected), rows_in=int(row["rows_in"]))
        if row["money_rejected"] > REJECT_LIMIT * row["money_in"]:
            text = mark(
                "{table}: the rejected rows hold more than 1 % of its money: mend the file or"
                " shop.toml (“destock check” lists them)"
            )
            raise Fault(4, text, table=table)
        if table == "products" and row["key_rejected"]:
            text = mark(
                "products: {rejected} rows have no SKU that can be relied on: mend the file"
                " (“destock check” lists them)"
            )
            raise Fault(4, text, rejected=int(row["key_rejected"]))
        share, of = rows.loc[rows["table"] == table, ["share_rejected", "share_of"]].iloc[0]
        if share > REJECT_LIMIT:
            raise Fault(4, weights.SAID[of], table=table, share=f"{share:.1%}")


def _judge_all(
    con: engine.Engine, table: Table, source: Source, shop: Shop, today: date
) -> list[_File]:
    """Bring every row of a table's files into the engine, typed, each with the first rule that it
    breaks.
    """
    files = [_File(open_raw(path, source)) for path in shop.files(table.name)]
    for number, file in enumerate(files):
        present = _query(con, source, file, number) if source.query else file.raw.names
        file.expressions = _map(table, source, file, present)
    _refuse_unknown_names(table, source, files)
    given = "".join(
        f", {c.name} {c.sql_type}"
        for c in table.columns
        if any(c.name in file.expressions for file in files)
    )
    con.execute(
        "CREATE OR REPLACE TABLE judged (_file INTEGER, _row BIGINT, wanted BOOLEAN, rounded"
        f" UTINYINT, at_most DECIMAL(18,3), fault VARCHAR{given})"
    )
    for number, file in enumerate(files):
        _guard(con, source, file)
        _judge(con, table, source, file, number, shop.currency, today)
    _mark_totals(con, table, source, {name for file in files for name in file.expressions})
    return files


def _mark_totals(con: engine.Engine, table: Table, source: Source, given: set[str]) -> None:
    """Reject rows that sum up others: a name of a total where an identifier belongs, or a last row
    with amounts and nothing that they are of.
    """
    known = [c for c in table.columns if c.name in given]
    identifiers = [c.name for c in known if c.kind == "id"]
    words = ", ".join(map(engine.literal, grammar.TOTALS))
    for name in identifiers:
        fault = engine.literal(f"{name}:{grammar.SUMMARY}")
        con.execute(f"UPDATE judged SET fault = {fault} WHERE {name} IN ({words}) AND wanted")
    amounts = [c.name for c in known if c.kind in ("units", "money")]
    if amounts and not source.query:
        nothing = " AND ".join(f"{name} IS NULL" for name in identifiers) or "true"
        con.execute(
            f"""UPDATE judged
            SET fault = split_part(fault, ':', 1) || {engine.literal(":" + grammar.SUMMARY)}
            WHERE wanted AND ends_with(fault, {engine.literal(":" + grammar.MISSING)})
                AND {nothing} AND coalesce({", ".join(amounts)}) IS NOT NULL
                AND (_file, _row) IN (
                    SELECT (_file, max(_row)) FROM judged WHERE wanted GROUP BY _file
                )"""
        )


def _guard(con: engine.Engine, source: Source, file: _File) -> None:
    """Let the shop's own expressions fail on a row alone, where the engine can ask for each row by
    itself.
    """
    for name in source.columns:
        if query.steady(con, expression := file.expressions[name]):
            file.expressions[name] = query.value(expression)
            file.failures[query.fails(expression)] = engine.literal(name)
    if source.where and query.steady(con, where := _sql(source.where)):
        file.failures[query.fails(f"{where}\n")] = "'where'"


def _query(con: engine.Engine, source: Source, file: _File, number: int) -> list[str]:
    """Run the shop's query over one export by itself, so that a newer one's rows still win; returns
    the columns of its result.
    """
    with _incoming(con, file.raw):
        _execute(
            con,
            source,
            file.raw,
            "query",
            "CREATE OR REPLACE TABLE source AS SELECT * FROM incoming",
        )
    _compare(file.raw, engine.rows(con, "SELECT count(*) FROM source")[0][0])
    file.blank = engine.rows(con, f"DELETE FROM source WHERE {_blank(file.raw.names)}")[0][0]
    file.relation = f"queried_{number}"
    sql = _sql(source.query).strip().removesuffix(";")
    _execute(
        con,
        source,
        file.raw,
        "query",
        f"CREATE OR REPLACE TEMP VIEW asked AS SELECT * FROM ({sql}\n)",
    )
    followed = next((way for way in query.followed(con, sql) if _fits(con, way.sql)), None)
    _run_query(con, source, file, followed.sql if followed else sql)
    names = _columns(con, file.relation)
    if FAILED in names:
        file.failures = {f"{FAILED} IS NOT NULL": FAILED}
        if engine.rows(
            con, f"SELECT count(*) > 0 AND count(*) = count({FAILED}) FROM {file.relation}"
        )[0][0]:
            # what fails on every row is wrong by itself: the engine says how
            _run_query(con, source, file, sql)
    kinds = dict(
        engine.rows(con, f"SELECT column_name, column_type FROM (DESCRIBE {file.relation})")
    )
    if followed and followed.whole and kinds[LINE] == "BIGINT":
        lost = f"FROM source ANTI JOIN {file.relation} AS made ON source.{LINE} = made.{LINE}"
        count = engine.rows(con, f"SELECT count(*) {lost}")[0][0]
        file.unmade = (
            count,
            [
                line
                for (line,) in engine.rows(
                    con, f"SELECT source.{LINE} {lost} ORDER BY ALL LIMIT {NAMED}"
                )
            ],
        )
    con.execute("DROP VIEW asked; DROP TABLE source")
    if LINE not in names:
        con.execute(
            f"ALTER TABLE {file.relation} ADD COLUMN {LINE} BIGINT; UPDATE {file.relation} SET"
            f" {LINE} = _row"
        )
    return [name for name in names if name not in ("_row", LINE, FAILED)]


def _run_query(con: engine.Engine, source: Source, file: _File, sql: str) -> None:
    numbered = f"SELECT row_number() OVER (ORDER BY _queried) AS _row, * FROM ({sql}\n) AS _queried"
    _execute(
        con, source, file.raw, "query", f"CREATE OR REPLACE TABLE {file.relation} AS {numbered}"
    )


def _fits(con: engine.Engine, sql: str) -> bool:
    """Does a query that was followed still have the columns that the shop asked for? The engine
    knows functions that it follows nowhere.
    """
    try:
        con.execute(f"CREATE OR REPLACE TEMP VIEW answered AS SELECT * FROM ({sql}\n)")
    except engine.EngineError:
        return False
    asked, answered = (set(_columns(con, view)) - {LINE, FAILED} for view in ("asked", "answered"))
    con.execute("DROP VIEW answered")
    return asked == answered


def _columns(con: engine.Engine, relation: str) -> list[str]:
    return [name for (name,) in engine.rows(con, f"SELECT column_name FROM (DESCRIBE {relation})")]


def _map(table: Table, source: Source, file: _File, present: list[str]) -> dict[str, str]:
    """Which expression of the file's columns makes each of ours?"""
    by_name = {name.casefold(): name for name in present}
    expressions = {}
    for column in table.columns:
        wanted = source.rename.get(column.name, column.name)
        theirs = by_name.get(header(wanted).casefold())
        if column.name in source.columns:
            expressions[column.name] = f"({_sql(source.columns[column.name])}\n)"
        elif theirs:
            if second(theirs) in present:
                raise Fault(
                    3,
                    mark("{file}: cannot be read ({reason})"),
                    file=file.raw.path.name,
                    reason=f'2 × "{theirs}"',
                )
            expressions[column.name] = engine.quoted(theirs)
        elif column.required:
            raise _no_column(table, column.name, wanted, file.raw, present)
    return expressions


def _refuse_unknown_names(table: Table, source: Source, files: list[_File]) -> None:
    """A column that shop.toml renames must be in one of the exports at least."""
    for name, wanted in source.rename.items():
        if not any(name in file.expressions for file in files):
            raise _no_column(table, name, wanted, files[0].raw, files[0].raw.names)


def _no_column(table: Table, name: str, wanted: str, raw: Raw, present: list[str]) -> Fault:
    said = {
        "file": raw.path.name,
        "column": wanted,
        "table": table.name,
        "name": name,
        "present": ", ".join(present),
    }
    other = next((mark for mark in ";\t|," if len(present) == 1 and mark in present[0]), "")
    near = get_close_matches(wanted, present, n=1, cutoff=0.75)
    if other:
        text = mark(
            '{file}: no column "{column}" for {table}.{name}; its columns seem to be divided by'
            " {delimiter}: say so in shop.toml"
        )
        return Fault(3, text, **said, delimiter=repr(other))
    if near:
        text = mark(
            '{file}: no column "{column}" for {table}.{name}; did you mean "{near}"? It has:'
            " {present}"
        )
        return Fault(3, text, **said, near=near[0])
    return Fault(
        3, mark('{file}: no column "{column}" for {table}.{name}; it has: {present}'), **said
    )


def _judge(
    con: engine.Engine,
    table: Table,
    source: Source,
    file: _File,
    number: int,
    currency: str,
    today: date,
) -> None:
    """Cast every row of one file and name the first rule that it breaks."""
    if source.query:
        _judge_rows(con, table, source, file, number, currency, today)
        _refuse_hopeless(con, source, file, number)
        return
    with _incoming(con, file.raw):
        _judge_rows(con, table, source, file, number, currency, today)
    _compare(
        file.raw, engine.rows(con, f"SELECT count(*) FROM judged WHERE _file = {number}")[0][0]
    )
    _refuse_hopeless(con, source, file, number)


@contextmanager
def _incoming(con: engine.Engine, raw: Raw, as_given: bool = False) -> Iterator[None]:
    """A file's rows as the relation ``incoming``, once; let go of whatever happens, for the engine
    holds on to what reads them.
    """
    con.register("incoming", raw.stream(as_given))
    try:
        yield
    finally:
        con.unregister("incoming")


def _judge_rows(
    con: engine.Engine,
    table: Table,
    source: Source,
    file: _File,
    number: int,
    currency: str,
    today: date,
) -> None:
    _execute(
        con,
        source,
        file.raw,
        "columns",
        f"CREATE OR REPLACE TEMP VIEW mapped AS {_mapped(source, file)}",
    )
    kinds = dict(engine.rows(con, "SELECT column_name, column_type FROM (DESCRIBE mapped)"))
    columns = [column for column in table.columns if column.name in file.expressions]
    values = ", ".join(
        f"{grammar.typed(c, kinds[c.name], source)} AS typed_{c.name}" for c in columns
    )
    doubtful, broken = grammar.broken(columns, currency, today, bool(grammar.form(source)))
    if file.failures:
        doubtful = f"{FAILED} IS NOT NULL OR {doubtful}"
        broken = (
            f"CASE WHEN {FAILED} IS NOT NULL THEN {FAILED} || {engine.literal(':' + grammar.FAILS)}"
            f" ELSE {broken} END"
        )
    names = ", ".join(file.expressions)
    judged = f"""INSERT INTO judged (_file, _row, wanted, rounded, at_most, fault, {names})
        SELECT {number}, _row, wanted, {_rounding(table, source, kinds)},
            {weights.at_most(table, file.expressions)},
            CASE WHEN wanted AND doubtful THEN {broken} END,
            {", ".join(f"typed_{c.name}" for c in columns)}
        FROM (SELECT *, {doubtful} AS doubtful FROM (SELECT *, {values} FROM mapped))"""
    _execute(con, source, file.raw, "columns", judged)


def _rounding(table: Table, source: Source, kinds: dict[str, str]) -> str:
    """SQL: which amounts of a row are rounded, as bits in the order of the table's columns of
    money.
    """
    more = [
        grammar.more_decimals(c, kinds[c.name], source) if c.name in kinds else ""
        for c in _money(table)
    ]
    return (
        " + ".join(
            f"CASE WHEN {one} THEN {2**bit} ELSE 0 END" for bit, one in enumerate(more) if one
        )
        or "0"
    )


def _money(table: Table) -> list[Column]:
    return [column for column in table.columns if column.kind == "money"]


def _rounded(con: engine.Engine, table: Table) -> list[Finding]:
    """In which columns were amounts rounded, and how many?"""
    counts = ", ".join(
        f"count(*) FILTER (rounded & {2**bit} > 0)" for bit in range(len(_money(table)))
    )
    if not counts:
        return []
    found = engine.rows(
        con, f"SELECT {counts} FROM judged WHERE rounded > 0 AND wanted AND fault IS NULL"
    )[0]
    return [
        _note("rounded", n, table.name, column=column.name)
        for column, n in zip(_money(table), found, strict=True)
        if n
    ]


def _refuse_hopeless(con: engine.Engine, source: Source, file: _File, number: int) -> None:
    """An expression that fails on every row is wrong by itself. Raises Fault (3) in the engine's
    own words.
    """
    wanted = f"FROM judged WHERE _file = {number} AND wanted"
    for place in file.failures.values():
        name = place.strip("'")
        failed = f"count(*) FILTER (fault = {engine.literal(f'{name}:{grammar.FAILS}')})"
        if (
            name in source.columns
            and engine.rows(con, f"SELECT count(*) > 0 AND count(*) = {failed} {wanted}")[0][0]
        ):
            again = nullcontext() if source.query else _incoming(con, file.raw)
            with again:
                asked = (
                    "CREATE OR REPLACE TEMP TABLE hopeless AS SELECT"
                    f" {_sql(source.columns[name])}\n FROM {file.relation}"
                )
                _execute(con, source, file.raw, "columns", asked)


def _mapped(source: Source, file: _File) -> str:
    """Our columns as the file gives them; ``wanted``: not blank, and inside the shop's own
    filter.
    """
    where = f"({_sql(source.where)}\n)" if source.where else "true"
    if "'where'" in file.failures.values():
        where = f"{query.fails(where)} OR {query.value(where)}"
    row, blank = ("_row", "false") if source.query else ("_line AS _row", _blank(file.raw.names))
    select = ", ".join(f"{expression} AS {name}" for name, expression in file.expressions.items())
    failing = " ".join(f"WHEN {failure} THEN {place}" for failure, place in file.failures.items())
    failed = f", CASE {failing} END AS {FAILED}" if failing else ""
    return (
        f"SELECT {row}, coalesce({where}, false) AND NOT {blank} AS wanted, {select}{failed} FROM"
        f" {file.relation}"
    )


def _blank(names: list[str]) -> str:
    return (
        f"(coalesce({', '.join(f'CAST({engine.quoted(name)} AS VARCHAR)' for name in names)}) IS"
        " NULL)"
    )


def _compare(raw: Raw, loaded: int) -> None:
    """Every record that was counted is a row or a reject. Raises Fault (3) where one would be
    lost.
    """
    torn = len(raw.torn)
    if torn and 2 * torn > loaded + torn:
        line, (fields, _) = min(raw.torn.items())
        text = mark(
            "{file}:{line}: {fields} fields, where the header has {names}; so have most of its"
            " lines"
        )
        raise Fault(3, text, file=raw.path.name, line=line, fields=fields, names=len(raw.names))
    for line, (_, text) in raw.torn.items():
        if text.count("\n") >= TORN_LINES:
            said = mark('{file}:{line}: a quote (") is not closed, or not where its value ends')
            raise Fault(3, said, file=raw.path.name, line=line)
    if raw.counted not in (None, loaded + torn):
        text = mark(
            "{file}: {counted} rows were counted, {loaded} were loaded: the file is damaged, or its"
            " quotes or line ends are not regular"
        )
        raise Fault(3, text, file=raw.path.name, counted=raw.counted, loaded=loaded + torn)


def _sql(text: str) -> str:
    """A shop's own SQL, with the names of columns written as the readers write them."""
    return re.sub(r'"[^"]+"', lambda name: header(name[0]), text)


def _execute(con: engine.Engine, source: Source, raw: Raw, key: str, sql: str) -> None:
    refused = mark("shop.toml [tables.{table}] {key}: {reason}")
    try:
        if not engine.run_one(con, sql):
            raise Fault(3, refused, table=source.table, key=key, reason="; …")
    except engine.EngineError as error:
        raise raw.blamed(
            Fault(3, refused, table=source.table, key=key, reason=engine.message(error))
        ) from error


def _count(
    con: engine.Engine, table: Table, given: frozenset[str], files: list[_File]
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


def _rejects(
    con: engine.Engine, table: Table, source: Source, files: list[_File], number: int
) -> pd.DataFrame:
    """Every rejected row of one file: where it stands, which rule it breaks with which value, and
    its text.
    """
    file = files[number]
    con.execute(
        f"""CREATE OR REPLACE TABLE bad AS
        SELECT _row, split_part(coalesce(fault, ''), ':', 1) AS "column",
            CASE WHEN fault IS NOT NULL THEN substr(fault, strpos(fault, ':') + 1)
                WHEN outcome = 'equal' THEN {engine.literal(EQUAL)}
                ELSE {engine.literal(CONFLICT)} END AS rule
        FROM judged LEFT JOIN outcomes USING (_file, _row)
        WHERE _file = {number} AND (fault IS NOT NULL OR outcome IN ('conflict', 'equal'))"""
    )
    found = pd.DataFrame(
        [(line, "", TORN, str(fields), text) for line, (fields, text) in file.raw.torn.items()],
        columns=["line", "column", "rule", "value", "raw"],
    )
    if engine.rows(con, "SELECT count(*) FROM bad")[0][0]:
        read = nullcontext() if source.query else _incoming(con, file.raw, as_given=True)
        value = " ".join(
            f"WHEN '{name}' THEN CAST({expression} AS VARCHAR)"
            for name, expression in file.expressions.items()
        )
        row = "_row" if source.query else "_line"
        with read:
            names = [
                name for name in _columns(con, file.relation) if name not in ("_row", LINE, FAILED)
            ]
            rows = con.execute(
                f"""SELECT _line AS line, bad."column", bad.rule,
                    CASE bad."column" {value} END AS "value", {_text(names)} AS raw
                FROM {file.relation} JOIN bad ON bad._row = {file.relation}.{row}"""
            ).df()
        found = pd.concat([rows, found], ignore_index=True) if len(found) else rows
    if source.query:
        con.execute(f"DROP TABLE {file.relation}")
    found = found.sort_values(["line", "column"], kind="stable", ignore_index=True)
    found.insert(0, "table", table.name)
    found.insert(1, "file", file.raw.path.name)
    return found


def _text(names: list[str]) -> str:
    """A row as one line of text, as a CSV has it."""
    plain = [f"coalesce(CAST({engine.quoted(name)} AS VARCHAR), '')" for name in names]
    fields = [
        f"""CASE WHEN regexp_matches({p}, '[",\\r\\n]')
            THEN '"' || replace({p}, '"', '""') || '"' ELSE {p} END"""
        for p in plain
    ]
    return " || ',' || ".join(fields)


def _notes(table: Table, files: list[_File], given: frozenset[str]) -> list[Finding]:
    """What is odd about a table's files without any of their rows being wrong."""
    notes, contents, sizes = [], {}, Counter(file.raw.path.stat().st_size for file in files)
    for file in files:
        name = file.raw.path.name
        if not file.raw.rows:
            notes.append(_note("no_rows", 0, name))
        if file.unmade[0]:
            lines = ", ".join(map(str, file.unmade[1])) + (", …" if file.unmade[0] > NAMED else "")
            notes.append(_note("unmade_rows", file.unmade[0], name, table=table.name, lines=lines))
        if file.raw.hidden:
            notes.append(_note("hidden_rows", len(file.raw.hidden), name))
        if lacking := given - set(file.expressions):
            notes.append(
                _note("fewer_columns", len(lacking), name, columns=", ".join(sorted(lacking)))
            )
        content = (
            size := file.raw.path.stat().st_size,
            sha256(file.raw.path) if sizes[size] > 1 else "",
        )
        if (same := contents.setdefault(content, name)) != name:
            notes.append(_note("same_file", 1, name, other=same))
    return notes


def _moved(con: engine.Engine, files: list[_File], given: frozenset[str]) -> list[Finding]:
    """Which SKUs belong to another style in a newer export than before? Their history counts under
    the style of now.
    """
    if len(files) < 2 or not {"style", "style_colour"} & given:
        return []
    other = " OR ".join(
        f"before.{name} IS DISTINCT FROM now.{name}"
        for name in ("style", "style_colour")
        if name in given
    )
    skus = engine.rows(
        con,
        f"""WITH replaced AS (
            SELECT judged.* FROM judged JOIN outcomes USING (_file, _row) WHERE outcome = 'updated'
        ),
        settled AS (
            SELECT * FROM judged ANTI JOIN outcomes USING (_file, _row)
            WHERE wanted AND fault IS NULL
        )
        SELECT DISTINCT before.sku FROM replaced before JOIN settled now ON now.sku = before.sku
        WHERE {other} ORDER BY 1""",
    )
    names = ", ".join(sku for (sku,) in skus[:NAMED]) + (", …" if len(skus) > NAMED else "")
    return [_note("moved_skus", len(skus), files[-1].raw.path.name, names=names)] if skus else []


def _note(kind: str, value: int, file: str, **text: str) -> Finding:
    figures = {"n": (value, "units"), "file": (file, "text")} | {
        name: (t, "text") for name, t in text.items()
    }
    return Finding(kind, value, "rows", severity=1, item=file, figures=figures)


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
