"""DuckDB: the engine inside the process, and the one in which every door stands."""

import contextlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

# share of the machine's memory; what needs more goes to the scratch folder
MEMORY_LIMIT = "50%"
SPILL = "spilled"


def start(readable: Iterable[Path], scratch: Path, zone: str = "UTC") -> duckdb.DuckDBPyConnection:
    """Open an engine that can read these files (or all files of these folders), and nothing else.

    A shop's own SQL (column expressions, queries) runs here: it can reach no other file, no network
    and no extension. Moments with a zone of their own become times of ``zone``, whatever zone the
    machine is in. What does not fit into memory is spilled to a folder of its own in ``scratch``:
    the engine may always read and write where it spills, and in ``scratch`` lies more.
    """
    con = duckdb.connect(
        config={"temp_directory": str(scratch / SPILL), "memory_limit": MEMORY_LIMIT}
    )
    # A bar in the middle of a report is noise. A kernel without ipywidgets shows none, and refuses
    # to be asked.
    with contextlib.suppress(duckdb.InvalidInputException):
        con.execute("SET enable_progress_bar = false")
    folders, files = [], []
    for path in sorted(set(readable)):
        (folders if path.is_dir() else files).append(text(str(path)))
    for setting in (
        f"TimeZone = {text(zone)}",
        "autoinstall_known_extensions = false",
        "autoload_known_extensions = false",
        "python_enable_replacements = false",
        # every table that is written has an order of its own; keeping another costs a fifth of a
        # load
        "preserve_insertion_order = false",
        f"allowed_directories = [{', '.join(folders)}]",
        f"allowed_paths = [{', '.join(files)}]",
        "enable_external_access = false",
        "lock_configuration = true",
    ):
        con.execute(f"SET {setting}")
    return con


def run(con: duckdb.DuckDBPyConnection, package: str, name: str) -> None:
    """Run one ``.sql`` file of a package, statement by statement."""
    con.execute(files(package).joinpath(f"{name}.sql").read_text(encoding="utf-8"))


def rows(con: duckdb.DuckDBPyConnection, sql: str) -> list[tuple]:
    """All rows of a small query."""
    return con.execute(sql).fetchall()


def put(con: duckdb.DuckDBPyConnection, name: str, frame: pd.DataFrame | pa.Table) -> None:
    """Make a small frame a table of the engine."""
    con.register("incoming", frame)
    con.execute(f"CREATE OR REPLACE TABLE {quoted(name)} AS SELECT * FROM incoming")
    con.unregister("incoming")


def here(con: duckdb.DuckDBPyConnection, name: str) -> duckdb.DuckDBPyConnection:
    """A DuckDB that sees this table: this one."""
    return con


def kinds(con: duckdb.DuckDBPyConnection, name: str) -> dict[str, str]:
    """The engine's own type of each column of a table."""
    return dict(
        con.execute(f"SELECT column_name, column_type FROM (DESCRIBE {quoted(name)})").fetchall()
    )


def view(
    con: duckdb.DuckDBPyConnection,
    name: str,
    paths: list[str],
    columns: Mapping[str, tuple[str, bool]],
) -> None:
    """A table that stays in its Parquet files: column → (type, is it in the files?)."""
    files = ", ".join(text(path) for path in paths)
    chosen = ", ".join(
        f"CAST({quoted(c) if there else 'NULL'} AS {kind}) AS {quoted(c)}"
        for c, (kind, there) in columns.items()
    )
    con.execute(
        f"CREATE OR REPLACE VIEW {quoted(name)} AS SELECT {chosen} FROM read_parquet([{files}],"
        " union_by_name = true)"
    )


def close(con: duckdb.DuckDBPyConnection) -> None:
    """Let go of the engine and of what it holds."""
    con.close()


def freeze(con: duckdb.DuckDBPyConnection, names: Iterable[str], folder: Path) -> dict[str, str]:
    """Write tables as typed Parquet; returns where each one lies."""
    places = {name: str(folder / f"{name}.frozen.parquet") for name in names}
    for name, place in places.items():  # written out here: the engine itself may write nowhere
        batches = con.sql(f"FROM {quoted(name)}").to_arrow_reader()
        with pq.ParquetWriter(place, batches.schema, compression="zstd") as target:
            for batch in batches:
                target.write_batch(batch)
    return places


@contextlib.contextmanager
def parser() -> Iterator[duckdb.DuckDBPyConnection]:
    """An engine that takes SQL apart and reads nothing. It lives no longer than it is needed: a
    process with one must not be forked.
    """
    con = duckdb.connect(config={"threads": 1, "enable_external_access": False})
    try:
        yield con
    finally:
        con.close()


def tree(con: duckdb.DuckDBPyConnection, sql: str) -> dict:
    """A SELECT as the engine's parser understands it. Raises what the engine raises for text that
    is none.
    """
    found = json.loads(con.execute("SELECT json_serialize_sql(?)", [sql]).fetchall()[0][0])
    if found["error"]:
        raise duckdb.ParserException(
            found["error_message"] if found["error_type"] == "parser" else "this is not one SELECT"
        )
    return found


def untree(con: duckdb.DuckDBPyConnection, parsed: dict) -> str:
    """The text of a SELECT that ``tree`` has taken apart."""
    return con.execute("SELECT json_deserialize_sql(?)", [json.dumps(parsed)]).fetchall()[0][0]


@lru_cache(maxsize=1)
def unsteady() -> frozenset[str]:
    """Functions of which a row by itself does not know the value: those of many rows, and those
    that answer each time anew.
    """
    with parser() as con:
        found = con.execute(
            "SELECT function_name FROM duckdb_functions() WHERE function_type = 'aggregate' OR"
            " stability = 'VOLATILE'"
        )
        return frozenset(name for (name,) in found.fetchall())


def quoted(name: str) -> str:
    """An identifier that SQL takes as a name, whatever it contains."""
    return '"' + name.replace('"', '""') + '"'


def text(value: str) -> str:
    """A text as SQL writes it."""
    return "'" + value.replace("'", "''") + "'"


def run_one(con: duckdb.DuckDBPyConnection, sql: str) -> bool:
    """Run a statement. False, and nothing was run, where another is hidden behind it."""
    statements = con.extract_statements(sql)
    if len(statements) == 1:
        con.execute(statements[0])
    return len(statements) == 1


def message(error: duckdb.Error) -> str:
    """The first line of an engine's error, without its position marks."""
    return re.sub(r"\s+", " ", str(error).splitlines()[0]).strip()
