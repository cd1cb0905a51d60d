"""Where rows live: the only room that knows which engine runs the SQL.

The ``.sql`` files of the panel are written once, in DuckDB's dialect.
"""

import contextlib
import re
from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from destock.model.results import SCHEMA_VERSION

Engine = duckdb.DuckDBPyConnection
EngineError = duckdb.Error


def start(readable: Iterable[Path], scratch: Path, zone: str = "UTC") -> Engine:
    """Open an engine that can reach the shop's folders, the scratch folder, and nothing else.

    A shop's own SQL (column expressions, queries) runs here: it can reach no other file,
    no network and no extension. Moments with a zone of their own become times of ``zone``,
    whatever zone the machine is in.
    """
    con = duckdb.connect(config={"temp_directory": str(scratch)})
    # A bar in the middle of a report is noise. A kernel without ipywidgets shows none, and refuses to be asked.
    with contextlib.suppress(duckdb.InvalidInputException):
        con.execute("SET enable_progress_bar = false")
    folders = ", ".join(_text(folder) for folder in sorted({str(p) for p in readable} | {str(scratch)}))
    for setting in (
        f"TimeZone = {_text(zone)}",
        "autoinstall_known_extensions = false",
        "autoload_known_extensions = false",
        "python_enable_replacements = false",
        f"allowed_directories = [{folders}]",
        "enable_external_access = false",
        "lock_configuration = true",
    ):
        con.execute(f"SET {setting}")
    return con


def run(con: Engine, package: str, name: str) -> None:
    """Run one ``.sql`` file of a package, statement by statement."""
    con.execute(files(package).joinpath(f"{name}.sql").read_text(encoding="utf-8"))


def rows(con: Engine, sql: str) -> list[tuple]:
    """All rows of a small query. Fetched to the end: the engine refuses other work before."""
    return con.execute(sql).fetchall()


def put(con: Engine, name: str, frame: pd.DataFrame | pa.Table) -> None:
    """Make a small frame a table of the engine."""
    con.register("incoming", frame)
    con.execute(f"CREATE OR REPLACE TABLE {quoted(name)} AS SELECT * FROM incoming")
    con.unregister("incoming")


def frame(con: Engine, name: str, order: str) -> pd.DataFrame:
    """Take a table out of the engine in a total order; decimals become floats, dates timestamps."""
    table = con.sql(f"SELECT * FROM {quoted(name)} ORDER BY {order}").to_arrow_table()
    return to_pandas(table)


def to_pandas(table: pa.Table) -> pd.DataFrame:
    """An Arrow table as the frame that analyses work on."""
    fields = [pa.field(f.name, _plain(f.type)) for f in table.schema]
    return table.cast(pa.schema(fields)).to_pandas()


def _plain(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_decimal(kind):
        return pa.float64()
    if pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        return pa.timestamp("us")
    return kind


def save(frame: pd.DataFrame, path: Path) -> None:
    """Write a result frame as Parquet: no pandas metadata, the same bytes for the same rows."""
    table = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata({"schema_version": SCHEMA_VERSION})
    pq.write_table(table, path, compression="zstd", write_page_checksum=True)


def read(path: Path) -> pd.DataFrame:
    """Read a result frame back."""
    return pq.read_table(path, page_checksum_verification=True).to_pandas()


def quoted(name: str) -> str:
    """An identifier that SQL takes as a name, whatever it contains."""
    return '"' + name.replace('"', '""') + '"'


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def literal(value: object) -> str:
    """A text that SQL takes as a value, whatever it contains."""
    return "NULL" if value is None else _text(str(value))


def is_one(con: Engine, sql: str) -> bool:
    """Is this one statement, with no other hidden behind it?"""
    return len(con.extract_statements(sql)) == 1


def message(error: duckdb.Error) -> str:
    """The first line of an engine's error, without its position marks."""
    return re.sub(r"\s+", " ", str(error).splitlines()[0]).strip()
