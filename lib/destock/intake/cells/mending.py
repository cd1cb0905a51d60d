"""Which line of shop.toml would let most of a table's rejected rows in? Tried on all of them."""

from dataclasses import replace

import pandas as pd
import pyarrow as pa

from destock import engine
from destock.intake.cells import grammar, moments, numerals
from destock.intake.events import UNKNOWN_WORD
from destock.intake.shop import Shop, Source
from destock.model.schema import TABLES

_DAYS = [
    mark.join(order)
    for mark in "/-."
    for order in (
        ("%d", "%m", "%Y"),
        ("%m", "%d", "%Y"),
        ("%d", "%m", "%y"),
        ("%m", "%d", "%y"),
        ("%y", "%m", "%d"),
    )
] + ["%d-%b-%y", "%d %b %y"]
# between lines of which one is right
OR = " / "
_VALUE = '"value"'
WORDS = 3  # of a status that a line names
_NUMBERS = ["1,234.50", "1.234,50"]
_ZONE = r"(:\d\d)\s*(?:Z|UTC|GMT|[+-]\d\d:?\d\d)$"


def lines_of(con: engine.Engine, shop: Shop, rejects: pd.DataFrame) -> dict[str, str]:
    """Table → the line, or the two of which the shop knows the right one; none where no line does.

    A line is named where it reads every value that is rejected for the same cause.
    """
    found = {}
    for table, rows in rejects.groupby("table", sort=False):
        causes = {
            "date_format": rows[rows["rule"].isin(grammar.MENDED_BY_DATE_FORM)],
            "number_format": rows[rows["rule"] == grammar.TWO_READINGS],
            "status.words": rows[rows["rule"] == UNKNOWN_WORD],
        }
        key, concerned = max(causes.items(), key=lambda cause: len(cause[1]))
        if 2 * len(concerned) > len(rows):
            found[table] = _line(con, shop, key, concerned)
    return found


def _line(con: engine.Engine, shop: Shop, key: str, rows: pd.DataFrame) -> str:
    if key == "status.words":
        words = rows["value"].fillna("").unique()[:WORDS]
        return "; ".join(f'status.words."{word}" = "…"' for word in words)
    ways = _days(con, rows) if key == "date_format" else _numbers(con, shop, rows)
    return OR.join(f'{key} = "{way}"' for way in ways)


def _days(con: engine.Engine, rows: pd.DataFrame) -> list[str]:
    """The forms that read all of these days."""
    bare = f"regexp_replace({_VALUE}, {engine.literal(_ZONE)}, '\\1')"
    read = {
        form: f"({moments.declared(bare, form)}) BETWEEN DATE '1990-01-01' AND DATE '2099-12-31'"
        for form in _DAYS
    }
    return _holding(con, rows, read)


def _numbers(con: engine.Engine, shop: Shop, rows: pd.DataFrame) -> list[str]:
    """The forms that read all of these numbers."""
    table = TABLES[rows["table"].iloc[0]]
    read = {}
    for form in _NUMBERS:
        source, each = Source(table.name, "", number_format=form), ""
        for name in sorted(set(rows["column"])):
            value = replace(table.column(name), name=_VALUE)
            number = numerals.of_text(value, source, shop.currency)
            each += f' WHEN "column" = {engine.literal(name)} THEN {number} IS NOT NULL'
        read[form] = f"CASE{each} END"
    return _holding(con, rows, read)


def _holding(con: engine.Engine, rows: pd.DataFrame, read: dict[str, str]) -> list[str]:
    """The forms for which their SQL holds of every row."""
    values = rows[["column", "value"]].drop_duplicates()
    engine.put(con, "mending", pa.Table.from_pandas(values, preserve_index=False))
    asked = ", ".join(f"bool_and(coalesce({sql}, false))" for sql in read.values())
    holds = engine.rows(con, f"SELECT {asked} FROM mending")[0]
    con.execute("DROP TABLE mending")
    return [form for form, held in zip(read, holds, strict=True) if held]
