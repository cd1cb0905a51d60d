"""Every row of a table typed, each with the first rule that it breaks."""

from contextlib import nullcontext
from datetime import date

from destock import engine
from destock.intake import macros, query, weights
from destock.intake.asking import ask, compare, execute, incoming
from destock.intake.cells import grammar, mixed, numerals, sweeping
from destock.intake.columns import (
    File,
    all_empty,
    map_columns,
    money_of,
    refuse_unknown_names,
    sql_of,
)
from destock.intake.events import KIND, MOST, rows_of, tell_events
from destock.intake.formats.readers import open_raw
from destock.intake.lines import join_heads
from destock.intake.profiles import refuse_other
from destock.intake.query import FAILED
from destock.intake.shop import Shop, Source
from destock.model.schema import Table


def judge(
    con: engine.Engine, table: Table, sources: list[Source], shop: Shop, today: date
) -> list[File]:
    """Bring every row of a table's files into the engine, typed, each with the first rule that it
    breaks.
    """
    files = [
        File(open_raw(path, source), source) for source in sources for path in shop.files_of(source)
    ]
    for number, file in enumerate(files):
        macros.define(con, file.source, shop.currency, file.raw.path)
        _map(con, table, shop, file, number)
    refuse_unknown_names(table, files)
    given = "".join(
        f", {c.name} {c.sql_type}"
        for c in table.columns
        if any(c.name in file.expressions for file in files)
    )
    con.execute(
        "CREATE OR REPLACE TABLE judged (_file INTEGER, _row BIGINT, wanted BOOLEAN, rounded"
        f" UTINYINT, comma BOOLEAN, at_most DECIMAL(18,3), fault VARCHAR{given})"
    )
    for number, file in enumerate(files):
        macros.define(con, file.source, shop.currency, file.raw.path)
        _guard(con, file)
        _judge_file(con, table, file, number, shop.currency, today)
        mixed.refuse_mixed(con, table, file, number)
    sweeping.sweep(con, table, {name for file in files for name in file.expressions})
    _mark_totals(con, table, files)
    return files


def _map(con: engine.Engine, table: Table, shop: Shop, file: File, number: int) -> None:
    """Which columns has a file, and what makes ours of them? Those that nothing is made of are not
    read where a profile says what the others are.
    """
    refuse_other(file.source.export, file.raw.path.name, file.raw.names)
    if file.source.query:
        present = ask(con, file, number)
    elif file.source.heads:
        present = join_heads(con, shop, file, number)
    else:
        present = file.raw.names
    file.expressions = map_columns(table, file, present)
    tell_events(file, present)
    file.expressions = {c: file.expressions[c] for c in table.names if c in file.expressions}
    if file.source.export and file.streamed:
        file.raw.needed = _needed(file)


def _needed(file: File) -> list[str]:
    """The columns that something is made of. Who bought, and where they live, is never read."""
    texts = [file.source.where, *file.expressions.values(), *file.states.values(), file.events]
    said = sql_of(" ".join(texts))
    return [name for name in file.raw.names if engine.quoted(name) in said]


def _mark_totals(con: engine.Engine, table: Table, files: list[File]) -> None:
    """Reject rows that sum up others: a name of a total where an identifier belongs, or a last row
    with amounts and nothing that they are of.
    """
    given = {name for file in files for name in file.expressions}
    known = [c for c in table.columns if c.name in given]
    identifiers = [c.name for c in known if c.kind == "id"]
    words = ", ".join(map(engine.literal, grammar.TOTALS))
    for name in identifiers:
        fault = engine.literal(f"{name}:{grammar.SUMMARY}")
        con.execute(f"UPDATE judged SET fault = {fault} WHERE {name} IN ({words}) AND wanted")
    amounts = [c.name for c in known if c.kind in ("units", "money")]
    exported = ", ".join(str(n) for n, file in enumerate(files) if not file.source.query)
    if amounts and exported:
        nothing = " AND ".join(f"{name} IS NULL" for name in identifiers) or "true"
        con.execute(
            f"""UPDATE judged
            SET fault = split_part(fault, ':', 1) || {engine.literal(":" + grammar.SUMMARY)}
            WHERE wanted AND fault IS NOT NULL AND {nothing}
                AND coalesce({", ".join(amounts)}) IS NOT NULL
                AND (_file, _row) IN (
                    SELECT (_file, max(_row)) FROM judged
                    WHERE wanted AND _file IN ({exported}) GROUP BY _file
                )"""
        )


def _guard(con: engine.Engine, file: File) -> None:
    """Let the shop's own expressions fail on a row alone, where the engine can ask for each row by
    itself.
    """
    computed = set(file.source.columns)
    if "returned_units" in file.source.status:
        computed |= {"units", "customer_paid", "merchant_revenue"}
    for name in sorted(computed & file.expressions.keys()):
        if query.steady(con, expression := file.expressions[name]):
            file.expressions[name] = query.value(expression)
            file.failures[query.fails(expression)] = _failing(engine.literal(name))
    where = sql_of(file.source.where)
    if where and query.steady(con, where):
        file.failures[query.fails(f"{where}\n")] = _failing("'where'")


def _failing(place: str) -> str:
    """SQL for the column and the rule of an expression that fails."""
    return f"{place} || {engine.literal(':' + grammar.FAILS)}"


def _judge_file(
    con: engine.Engine, table: Table, file: File, number: int, currency: str, today: date
) -> None:
    """Cast every row of one file and name the first rule that it breaks."""
    with incoming(con, file.raw) if file.streamed else nullcontext():
        _judge_rows(con, table, file, number, currency, today)
    if file.streamed:
        # each row of the file is one row, or the first of several
        first = f"_row % {MOST} = 0" if file.events else "true"
        judged = f"SELECT count(*) FROM judged WHERE _file = {number} AND {first}"
        compare(file.raw, engine.rows(con, judged)[0][0])
    _refuse_hopeless(con, file, number)


def _judge_rows(
    con: engine.Engine, table: Table, file: File, number: int, currency: str, today: date
) -> None:
    source = file.source
    mapped = f"CREATE OR REPLACE TEMP VIEW mapped AS {_mapped(file)}"
    execute(con, source, file.raw, "columns", mapped)
    kinds = dict(engine.rows(con, "SELECT column_name, column_type FROM (DESCRIBE mapped)"))
    columns = [column for column in table.columns if column.name in file.expressions]
    values = ", ".join(
        f"{grammar.typed(c, kinds[c.name], source, currency)} AS typed_{c.name}" for c in columns
    )
    doubtful, broken = grammar.broken(columns, source, currency, today)
    if file.failures:
        doubtful = f"{FAILED} IS NOT NULL OR {doubtful}"
        broken = f"coalesce({FAILED}, {broken})"
    names = ", ".join(file.expressions)
    comma = numerals.has_comma(columns, kinds, source)
    judged = f"""INSERT INTO judged (_file, _row, wanted, rounded, comma, at_most, fault, {names})
        SELECT {number}, _row, wanted, {_rounding(table, source, kinds)},
            {comma},
            {weights.at_most(table, file.expressions)},
            CASE WHEN wanted AND doubtful THEN {broken} END,
            {", ".join(f"typed_{c.name}" for c in columns)}
        FROM (SELECT *, {doubtful} AS doubtful FROM (SELECT *, {values} FROM
            (SELECT *{numerals.common(columns, kinds, source)} FROM mapped)))"""
    execute(con, source, file.raw, "columns", judged)


def _rounding(table: Table, source: Source, kinds: dict[str, str]) -> str:
    """SQL: which amounts of a row are rounded, as bits in the order of the table's columns of
    money.
    """
    more = [
        numerals.more_decimals(c, kinds[c.name], source) if c.name in kinds else ""
        for c in money_of(table)
    ]
    return (
        " + ".join(
            f"CASE WHEN {one} THEN {2**bit} ELSE 0 END" for bit, one in enumerate(more) if one
        )
        or "0"
    )


def _refuse_hopeless(con: engine.Engine, file: File, number: int) -> None:
    """An expression that fails on every row is wrong by itself. Raises Fault (3) in the engine's
    own words.
    """
    source, wanted = file.source, f"FROM judged WHERE _file = {number} AND wanted"
    for name in source.own & source.columns.keys():
        failed = f"count(*) FILTER (fault = {engine.literal(f'{name}:{grammar.FAILS}')})"
        hopeless = f"SELECT count(*) > 0 AND count(*) = {failed} {wanted}"
        if file.failures and engine.rows(con, hopeless)[0][0]:
            with incoming(con, file.raw) if file.streamed else nullcontext():
                asked = (
                    "CREATE OR REPLACE TEMP TABLE hopeless AS SELECT"
                    f" {sql_of(source.columns[name])}\n FROM {rows_of(file)}"
                )
                execute(con, source, file.raw, "columns", asked)


def _mapped(file: File) -> str:
    """Our columns as the file gives them; ``wanted``: not blank, inside the shop's own filter, and
    of something that happened.
    """
    where = f"({sql_of(file.source.where)}\n)" if file.source.where else "true"
    if _failing("'where'") in file.failures.values():
        where = f"{query.fails(where)} OR {query.value(where)}"
    blank = "false" if file.source.query else all_empty(file.read)
    happened = f" AND {KIND} <> ''" if file.events else ""
    select = ", ".join(f"{expression} AS {name}" for name, expression in file.expressions.items())
    failing = " ".join(f"WHEN {failure} THEN {rule}" for failure, rule in file.failures.items())
    failed = f", CASE {failing} END AS {FAILED}" if failing else ""
    return (
        f"SELECT _row, coalesce({where}, false) AND NOT {blank}{happened} AS wanted,"
        f" {select}{failed} FROM {rows_of(file)}"
    )
