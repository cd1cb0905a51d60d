"""Every row of a table typed, each with the first rule that it breaks."""

from contextlib import nullcontext
from datetime import date

from destock import engine
from destock.intake import grammar, mixed, numerals, query, sweeping, weights
from destock.intake.asking import ask, compare, execute, incoming
from destock.intake.columns import (
    File,
    all_empty,
    map_columns,
    money_of,
    refuse_unknown_names,
    sql_of,
)
from destock.intake.query import FAILED
from destock.intake.readers import open_raw
from destock.intake.shop import Shop, Source
from destock.model.schema import Table


def judge(con: engine.Engine, table: Table, source: Source, shop: Shop, today: date) -> list[File]:
    """Bring every row of a table's files into the engine, typed, each with the first rule that it
    breaks.
    """
    files = [File(open_raw(path, source)) for path in shop.files(table.name)]
    for number, file in enumerate(files):
        present = ask(con, source, file, number) if source.query else file.raw.names
        file.expressions = map_columns(table, source, file, present)
    refuse_unknown_names(table, source, files)
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
        _guard(con, source, file)
        _judge_file(con, table, source, file, number, shop.currency, today)
        mixed.refuse_mixed(con, table, source, file, number)
    given = {name for file in files for name in file.expressions}
    sweeping.sweep(con, table, given)
    _mark_totals(con, table, source, given)
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


def _guard(con: engine.Engine, source: Source, file: File) -> None:
    """Let the shop's own expressions fail on a row alone, where the engine can ask for each row by
    itself.
    """
    for name in source.columns:
        if query.steady(con, expression := file.expressions[name]):
            file.expressions[name] = query.value(expression)
            file.failures[query.fails(expression)] = engine.literal(name)
    if source.where and query.steady(con, where := sql_of(source.where)):
        file.failures[query.fails(f"{where}\n")] = "'where'"


def _judge_file(
    con: engine.Engine,
    table: Table,
    source: Source,
    file: File,
    number: int,
    currency: str,
    today: date,
) -> None:
    """Cast every row of one file and name the first rule that it breaks."""
    if source.query:
        _judge_rows(con, table, source, file, number, currency, today)
        _refuse_hopeless(con, source, file, number)
        return
    with incoming(con, file.raw):
        _judge_rows(con, table, source, file, number, currency, today)
    compare(file.raw, engine.rows(con, f"SELECT count(*) FROM judged WHERE _file = {number}")[0][0])
    _refuse_hopeless(con, source, file, number)


def _judge_rows(
    con: engine.Engine,
    table: Table,
    source: Source,
    file: File,
    number: int,
    currency: str,
    today: date,
) -> None:
    execute(
        con,
        source,
        file.raw,
        "columns",
        f"CREATE OR REPLACE TEMP VIEW mapped AS {_mapped(source, file)}",
    )
    kinds = dict(engine.rows(con, "SELECT column_name, column_type FROM (DESCRIBE mapped)"))
    columns = [column for column in table.columns if column.name in file.expressions]
    values = ", ".join(
        f"{grammar.typed(c, kinds[c.name], source, currency)} AS typed_{c.name}" for c in columns
    )
    doubtful, broken = grammar.broken(columns, source, currency, today)
    if file.failures:
        doubtful = f"{FAILED} IS NOT NULL OR {doubtful}"
        broken = (
            f"CASE WHEN {FAILED} IS NOT NULL THEN {FAILED} || {engine.literal(':' + grammar.FAILS)}"
            f" ELSE {broken} END"
        )
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


def _refuse_hopeless(con: engine.Engine, source: Source, file: File, number: int) -> None:
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
            again = nullcontext() if source.query else incoming(con, file.raw)
            with again:
                asked = (
                    "CREATE OR REPLACE TEMP TABLE hopeless AS SELECT"
                    f" {sql_of(source.columns[name])}\n FROM {file.relation}"
                )
                execute(con, source, file.raw, "columns", asked)


def _mapped(source: Source, file: File) -> str:
    """Our columns as the file gives them; ``wanted``: not blank, and inside the shop's own
    filter.
    """
    where = f"({sql_of(source.where)}\n)" if source.where else "true"
    if "'where'" in file.failures.values():
        where = f"{query.fails(where)} OR {query.value(where)}"
    row, blank = ("_row", "false") if source.query else ("_line AS _row", all_empty(file.raw.names))
    select = ", ".join(f"{expression} AS {name}" for name, expression in file.expressions.items())
    failing = " ".join(f"WHEN {failure} THEN {place}" for failure, place in file.failures.items())
    failed = f", CASE {failing} END AS {FAILED}" if failing else ""
    return (
        f"SELECT {row}, coalesce({where}, false) AND NOT {blank} AS wanted, {select}{failed} FROM"
        f" {file.relation}"
    )
