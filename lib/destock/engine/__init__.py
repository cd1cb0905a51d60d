"""Where rows live: the only room that knows which engine runs the SQL.

The ``.sql`` files of the panel are written once, in DuckDB's dialect. DuckDB runs them as they
are; for Spark, ``spark`` translates them. Both modules have the same verbs.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from types import ModuleType

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from destock.engine import duck
from destock.engine.duck import message, parser, quoted, run_one, start, tree, unsteady, untree
from destock.model.results import SCHEMA_VERSION

Engine = duckdb.DuckDBPyConnection
EngineError = duckdb.Error
ENGINES = ("duckdb", "spark")
SMALL = 1_000_000  # bytes of a file
# of a panel that its own pages read: zstd is a quarter smaller, and takes half a second longer for
# three million rows
COMPRESSION = "lz4"

__all__ = [
    "ENGINES",
    "Engine",
    "EngineError",
    "close",
    "hand_over",
    "literal",
    "message",
    "parser",
    "put",
    "quoted",
    "read",
    "rows",
    "run",
    "run_one",
    "save",
    "start",
    "tree",
    "unsteady",
    "untree",
    "view",
    "write",
]


def hand_over(
    con: Engine,
    kind: str,
    options: Mapping[str, str],
    names: Iterable[str],
    scratch: Path,
    zone: str,
):
    """The engine that computes the panel, with the typed tables ``names`` in it.

    "duckdb" goes on where the door stands. "spark" reads what the door has frozen as typed Parquet:
    on a cluster, ``scratch`` must be a folder that its workers see. Raises Fault (3) where no Spark
    can be started.
    """
    if kind == "duckdb":
        return con
    places = duck.freeze(con, names, scratch)
    con.close()
    return import_module("destock.engine.spark").start(options, places, scratch, zone)


def run(con, package: str, name: str) -> None:
    """Run one ``.sql`` file of a package, statement by statement."""
    _of(con).run(con, package, name)


def rows(con, sql: str) -> list[tuple]:
    """All rows of a small query. Fetched to the end: the engine refuses other work before."""
    return _of(con).rows(con, sql)


def put(con, name: str, frame: pd.DataFrame | pa.Table) -> None:
    """Make a small frame a table of the engine."""
    _of(con).put(con, name, frame)


def view(con: Engine, name: str, paths: list[str], columns: Mapping[str, tuple[str, bool]]) -> None:
    """A table that stays in its Parquet files: column → (type, is it in the files?)."""
    duck.view(con, name, paths, columns)


def close(con) -> None:
    """Let go of the engine and of what it holds."""
    _of(con).close(con)


def write(con, name: str, order: str, path: Path) -> None:
    """Stream a table out of the engine in a total order, as Parquet; decimals become floats, dates
    timestamps.
    """
    near = _of(con).here(con, name)
    columns = ", ".join(_plainly(column, kind) for column, kind in duck.kinds(near, name).items())
    batches = near.sql(f"SELECT {columns} FROM {quoted(name)} ORDER BY {order}").to_arrow_reader()
    schema = pa.schema(
        [pa.field(f.name, _plain(f.type)) for f in batches.schema],
        {"schema_version": SCHEMA_VERSION},
    )
    # a dictionary of numbers costs a third of the time and saves nothing
    words = [f.name for f in schema if pa.types.is_string(f.type)]
    with pq.ParquetWriter(
        path, schema, compression=COMPRESSION, write_page_checksum=True, use_dictionary=words
    ) as target:
        for batch in batches:
            target.write_batch(batch.cast(schema))


def _plainly(column: str, kind: str) -> str:
    name = quoted(column)
    if kind.upper().startswith("DECIMAL"):
        return f"CAST({name} AS DOUBLE) AS {name}"
    if kind.upper() == "DATE":
        return f"CAST({name} AS TIMESTAMP) AS {name}"
    return name


def _of(con) -> ModuleType:
    if isinstance(con, duckdb.DuckDBPyConnection):
        return duck
    return import_module("destock.engine.spark")


def _plain(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_decimal(kind):
        return pa.float64()
    if pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        return pa.timestamp("us")
    return kind


def save(frame: pd.DataFrame, path: Path) -> None:
    """Write a result frame as Parquet: no pandas metadata, the same bytes for the same rows."""
    table = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(
        {"schema_version": SCHEMA_VERSION}
    )
    pq.write_table(table, path, compression="zstd", write_page_checksum=True)


def read(path: Path) -> pd.DataFrame:
    """Read a result frame back. A small one, for which a page asks many times, is read once in a
    process.
    """
    known = path.stat()
    small = known.st_size < SMALL
    frame = (
        _kept(path, known.st_size, known.st_mtime_ns, known.st_ctime_ns, known.st_ino)
        if small
        else _read(path)
    )
    return frame.copy(deep=False)


@lru_cache(maxsize=256)
def _kept(path: Path, *_state: int) -> pd.DataFrame:
    return _read(path)


def _read(path: Path) -> pd.DataFrame:
    return pq.read_table(path, page_checksum_verification=True).to_pandas()


def literal(value: object) -> str:
    """A text that SQL takes as a value, whatever it contains."""
    return "NULL" if value is None else duck.text(str(value))
