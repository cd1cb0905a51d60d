"""Functions for SQL over an export's texts: an amount, units or a moment, read as the export writes
it. A text that is none fails, and with it the row alone.
"""

import re
from contextlib import suppress
from dataclasses import replace
from datetime import date
from pathlib import Path

from destock import engine
from destock.intake.cells import numerals
from destock.intake.cells.moments import moment
from destock.intake.cells.nothing import words
from destock.intake.shop import Source
from destock.model.messages import Fault, mark
from destock.model.schema import Column

# a day in a file's name: 2026-06-07, 20260607, 2026_06_07, 2026年6月7日
_DAY = re.compile(r"(?<!\d)(20\d\d)[-_.年]?(\d\d?)[-_.月]?(\d\d?)(?!\d)")
_NO_DAY = mark(
    "{file}: of which day this is stands neither in the file nor in its name: name it such as"
    " {stem}-2026-06-07{suffix}, or say day = 2026-06-07 in shop.toml [tables.{table}]"
)


def define(con: engine.Engine, source: Source, currency: str, file: Path) -> None:
    """Let SQL over this file say ``amount("…")``, ``units("…")``, ``moment("…")``, ``given("…")``
    and ``file_day()``.

    Raises Fault (3) where ``file_day`` is asked for and nobody says which it is.
    """
    amount, units, time = (Column("v", kind, "") for kind in ("money", "units", "time"))
    for name, text, column in (
        ("amount", numerals.of_text(amount, source, currency), amount),
        ("units", numerals.of_text(units, source, currency), units),
        ("moment", f"CAST({moment('v', source.date_format)} AS VARCHAR)", time),
    ):
        # each is a long text, which takes the engine as long as a small file does
        if _says(source, name):
            _put(con, name, text, column)
    # a column of a Parquet file or a database has a type of its own, and keeps it
    text = "CAST(x AS VARCHAR)"
    # most values begin with a digit, and none of the words does that is no zero
    con.execute(
        f"CREATE OR REPLACE TEMP MACRO given(x) AS CASE WHEN {text} >= '1' AND {text} < ':' THEN x"
        f" WHEN {text} NOT IN ({words('time')}) THEN x END"
    )
    if any("file_day()" in text for text in (source.query, *source.columns.values())):
        day = source.day or day_in(file.name)
        if day is None:
            said = {"stem": file.stem, "suffix": file.suffix, "table": source.table}
            raise Fault(3, _NO_DAY, file=file.name, **said)
        con.execute(f"CREATE OR REPLACE TEMP MACRO file_day() AS '{day}'")


def day_in(name: str) -> date | None:
    """The day that a file's name names, the last where it names several: an export's period ends
    there.
    """
    days = []
    for parts in _DAY.findall(name):
        with suppress(ValueError):  # 20261345 is a number
            days.append(date(*map(int, parts)))
    return days[-1] if days else None


def _says(source: Source, name: str) -> bool:
    """May the SQL over a file say this name? Ours does where a part of a line may come back; theirs
    where it stands in what shop.toml or the profile says beside names of columns.
    """
    said = str(replace(source, rename={})).lower()
    return "returned_units" in source.status or name in said


def _put(con: engine.Engine, name: str, text: str, column: Column) -> None:
    # what has two readings, such as 1.234, the engine would take for one of them
    read = f"CAST(coalesce({text}, v || ' in no declared form') AS {column.sql_type})"
    # a macro is its text, and this one names its value dozens of times: what x is, is asked once
    once = f"lambda v: CASE WHEN v IS NOT NULL THEN {read} END"
    con.execute(
        f"CREATE OR REPLACE TEMP MACRO {name}(x) AS list_transform([CAST(x AS VARCHAR)], {once})[1]"
    )
