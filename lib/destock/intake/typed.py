"""Tables that somebody else has typed: read where they lie, row by row never copied, and checked by
SQL.

A table with ``typed = true`` in ``shop.toml`` is Parquet with our column names and types. The
strict door would copy it; a table of a hundred million lines stays where it is, in DuckDB and in
Spark.
"""

from datetime import date

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from destock import engine
from destock.intake.cells.moments import future
from destock.intake.counting import all_used
from destock.intake.shop import Shop
from destock.model.messages import Fault, mark
from destock.model.schema import TABLES, Column, Table


def declare(con, shop: Shop, table: Table) -> tuple[pd.DataFrame, list[str]]:
    """Make a typed table a view of its files; how many rows has each file, and which columns were
    given?

    Raises Fault (3) where a file is no Parquet, a required column is missing, or a column's type is
    not ours.
    """
    paths = shop.files(table.name)
    schemas = [_schema(path) for path in paths]
    given = [c.name for c in table.columns if all(c.name in schema.names for schema in schemas)]
    for path, schema in zip(paths, schemas, strict=True):
        _check_types(path.name, schema, table)
    engine.view(
        con,
        table.name,
        [str(path) for path in paths],
        {c.name: (c.sql_type, c.name in given) for c in table.columns},
    )
    lines = [pq.ParquetFile(path).metadata.num_rows for path in paths]
    return all_used(table, paths, lines, "typed"), given


def _schema(path) -> pa.Schema:
    try:
        return pq.read_schema(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise Fault(
            3,
            mark("{file}: cannot be read ({reason})"),
            file=path.name,
            reason=str(error).splitlines()[0][:160],
        ) from error


def _check_types(file: str, schema: pa.Schema, table: Table) -> None:
    for column in table.columns:
        if column.name in schema.names:
            if not _fits(schema.field(column.name).type, column):
                text = mark('{file}: column "{column}" is {found}, a typed table needs {wanted}')
                raise Fault(
                    3,
                    text,
                    file=file,
                    column=column.name,
                    found=schema.field(column.name).type,
                    wanted=column.sql_type,
                )
        elif column.required:
            raise Fault(
                3,
                mark('{file}: a typed table needs a column "{column}"'),
                file=file,
                column=column.name,
            )


def _fits(found: pa.DataType, column: Column) -> bool:
    """Can every value be taken as it is?"""
    if column.kind in ("units", "money"):
        scale = {"units": 3, "money": 4}[column.kind]
        return pa.types.is_integer(found) or (
            pa.types.is_decimal(found)
            and found.scale <= scale
            and found.precision - found.scale <= 18 - scale
        )
    if column.kind in ("text", "id"):
        return pa.types.is_string(found) or pa.types.is_large_string(found)
    return {
        "number": pa.types.is_floating(found) or pa.types.is_integer(found),
        "integer": pa.types.is_integer(found),
        "date": pa.types.is_date(found),
        "time": pa.types.is_timestamp(found) and found.tz is None,
    }[column.kind]


def check(con, shop: Shop, today: date) -> None:
    """Does a typed table keep the rules that the strict door keeps? Runs where the table lies.

    Raises Fault (4) with the first rule that is broken: a required value missing, a word that is
    not known, units below zero, something that happens after ``today``, a key twice.
    """
    for name in (name for name, sources in shop.sources.items() if sources[0].typed):
        table = TABLES[name]
        rules = {column.name: rule for column in table.columns if (rule := _broken(column, today))}
        counts = ", ".join(f"sum(CASE WHEN {rule} THEN 1 ELSE 0 END)" for rule in rules.values())
        broken = dict(zip(rules, engine.rows(con, f"SELECT {counts} FROM {name}")[0], strict=True))
        if table.key:
            key = ", ".join(table.key)
            broken[" + ".join(table.key)] = engine.rows(
                con,
                f"SELECT count(*) FROM (SELECT {key} FROM {name} GROUP BY {key} HAVING count(*) >"
                " 1) AS twice",
            )[0][0]
        for column, count in broken.items():
            if count:
                text = mark(
                    "{table}: {count} rows of a typed table break the rule of {column}: mend the"
                    " table, or leave out typed = true"
                )
                raise Fault(4, text, table=name, count=count, column=column)


def _broken(column: Column, today: date) -> str:
    rules = [f"{column.name} IS NULL"] if column.required else []
    if column.values:
        rules.append(
            f"{column.name} NOT IN ({', '.join(engine.literal(v) for v in column.values)})"
        )
    if column.kind in ("units", "money", "number") and not column.signed:
        rules.append(f"{column.name} < 0")
    # of others, a hundred million values would be read for this alone
    if column.kind in ("date", "time") and column.required and not column.planned:
        rules.append(future(column.name, today))
    return " OR ".join(f"coalesce({rule}, false)" for rule in rules)
