"""How many rows came in, what became of them, and how much money and how many units they hold."""

from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from destock import engine
from destock.intake import weights
from destock.intake.cells import grammar
from destock.intake.columns import File
from destock.model.schema import Table

# what is counted of rows that are all used
_NOTHING = (
    "updated",
    "rejected",
    "deduplicated",
    "skipped",
    "money_in",
    "money_rejected",
    "units_in",
    "units_rejected",
    "key_rejected",
    "equal_rejected",
    "totals",
)


def count(
    con: engine.Engine, table: Table, given: frozenset[str], files: list[File]
) -> pd.DataFrame:
    """What became of the rows of each file? Those that never became rows of the engine, torn ones,
    blank ones and those below the table, are among them.
    """
    _view_counted_rows(con, table, given)
    engine.run(con, "destock.intake", "counts")
    counted = con.execute("FROM file_count").df().set_index("_file")
    con.execute("DROP TABLE file_count")
    counted = counted.reindex(range(len(files)), fill_value=0)
    torn = [len(file.raw.torn) for file in files]
    passed = [file.blank + len(file.raw.footer) for file in files]
    counted["rows_in"] += [t + p for t, p in zip(torn, passed, strict=True)]
    counted["rejected"] += torn
    counted["skipped"] += passed
    counted["file_rows"] = [
        file.raw.rows + len(file.raw.torn) + len(file.raw.footer) for file in files
    ]
    counted["read_as"] = [file.raw.read_as for file in files]
    counted.insert(0, "table", table.name)
    counted.insert(1, "file", [file.raw.path.name for file in files])
    return counted.reset_index(drop=True)


def _view_counted_rows(con: engine.Engine, table: Table, given: frozenset[str]) -> None:
    money = f"coalesce(abs({table.money}), 0)" if table.money else "0"
    keys = ", ".join(engine.literal(name) for name in table.key) or "''"
    summary = engine.literal(":" + grammar.SUMMARY)
    con.execute(
        f"""CREATE OR REPLACE TEMP VIEW counted_row AS
        SELECT j._file, j.wanted, j.fault, o.outcome,
            {money} AS money, {weights.units(table, given)} AS units,
            {weights.BAD} AS is_rejected,
            split_part(j.fault, ':', 1) IN ({keys}) AS has_faulty_key,
            -- a total is nothing by itself
            j.wanted AND NOT ends_with(coalesce(j.fault, ''), {summary}) AS is_real
        FROM judged j LEFT JOIN outcomes o USING (_file, _row)"""
    )


def all_used(table: Table, files: Iterable[Path], rows: list[int], read_as: str) -> pd.DataFrame:
    """The counts of files of which every row is used."""
    counted = {
        "table": table.name,
        "file": [path.name for path in files],
        "rows_in": rows,
        "used": rows,
        "file_rows": rows,
        "read_as": read_as,
    }
    return pd.DataFrame(counted | dict.fromkeys(_NOTHING, 0))
