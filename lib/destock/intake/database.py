"""Tables that live in PostgreSQL: streamed through ADBC into one Parquet file each, which goes
through the same door as any export.

A file between them, because a database promises neither that its rows stay nor in which order they
come: rejects are found by their number in a second reading, and the pages of a pack are processes
of their own. The connection is held no longer than the stream.
"""

import hashlib
import os
import random
import re
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from importlib import import_module
from pathlib import Path
from types import ModuleType
from urllib.parse import urlencode

import pyarrow as pa
import pyarrow.parquet as pq
from filelock import FileLock

from destock.model.folders import session
from destock.model.messages import Fault, mark

TRIES = 3
# seconds: to wait for an answer, to ask a silent server whether it is still there
WAITS = {"connect_timeout": 10, "keepalives_idle": 60}
# One moment for all tables, nothing written, no waiting for a lock; and unchanged rows in an
# unchanged order, so that they have the same digest.
SNAPSHOT = (
    "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY",
    "SET LOCAL lock_timeout = '60s'",
    "SET LOCAL synchronize_seqscans = off",
    "SET LOCAL max_parallel_workers_per_gather = 0",
)
# The server cannot be reached or has no room; after any other answer of its own it is not asked
# again.
_PASSES = re.compile(
    r"could not translate|failed: (?!\w+:  )|starting up|shutting down|recovery|too many|connection"
    r" slots"
)


def extracted(database: str, selected: Mapping[str, str]) -> dict[str, Path]:
    """Where do the rows of these tables lie, all as they were in one moment of the database?

    ``database`` is the name of the environment variable that holds its address; ``selected``: our
    table → theirs, or a SELECT. A command reads them once, and so does a notebook that runs alone.

    Raises Fault (3) where there is no connection (three tries, unless the server refuses), no such
    table, a column of a type that no table of a shop has, or where the stream breaks off.
    """
    address = _address(database)
    asked = hashlib.sha256(repr((address, sorted(selected.items()))).encode())
    folder = session() / f"extract-{asked.hexdigest()[:16]}"
    building = folder.with_suffix(".part")
    with FileLock(folder.with_suffix(".lock")):
        if not folder.is_dir():
            shutil.rmtree(building, ignore_errors=True)
            building.mkdir()
            _stream_all(database, address, selected, building)
            building.rename(folder)
    return {table: folder / _file(database, table) for table in selected}


def _file(database: str, table: str) -> str:
    return f"{database}.{table}.parquet"


def _address(database: str) -> str:
    address = os.environ.get(database, "")
    if not re.match(r"postgres(ql)?://", address):  # what the driver says of any other repeats it
        text = mark(
            "{database}: this environment variable is to hold the address of the database,"
            " postgresql://…, and does not"
        )
        raise Fault(3, text, database=database)
    missing = {key: wait for key, wait in WAITS.items() if f"{key}=" not in address}
    return f"{address}{'&' if '?' in address else '?'}{urlencode(missing)}" if missing else address


def _stream_all(database: str, address: str, selected: Mapping[str, str], folder: Path) -> None:
    with closing(_connection(database, address)) as con, con.cursor() as cursor:
        with _said(database, ", ".join(selected)):
            for setting in SNAPSHOT:
                cursor.execute(setting)
        for table, source in selected.items():
            with _said(database, table):
                _stream(cursor, database, table, source, folder / _file(database, table))


def _driver() -> ModuleType:
    try:
        return import_module("adbc_driver_postgresql.dbapi")
    except ImportError as error:
        raise Fault(
            3,
            mark("PostgreSQL cannot be read ({reason}): it needs the extra “postgres”"),
            reason=error,
        ) from error


def _connection(database: str, address: str):
    driver = _driver()
    for n in range(TRIES):
        try:
            return driver.connect(address)
        except driver.Error as error:
            said = str(error)
        if n == TRIES - 1 or not _PASSES.search(said):
            break
        time.sleep(2**n + random.random())  # noqa: S311
    # no host, no user, nothing of an address that is not understood
    reason = re.sub('"[^"]*"', '"…"', _reason(said))
    raise Fault(
        3,
        mark("{database}: no connection to this database ({reason})"),
        database=database,
        reason=reason,
    )


def _reason(said: str) -> str:
    """What went wrong, without where, and without the driver's own words before it."""
    return re.split(r"\b\w+:  |failed: |connect: ", said.split("\n")[0])[-1].strip()


@contextmanager
def _said(database: str, table: str) -> Iterator[None]:
    """What the driver raises, as one line; a disk that is full is not the database's fault."""
    try:
        yield
    except (_driver().Error, OSError) as error:
        if getattr(error, "errno", None):
            raise
        text = mark("{database}: {table} cannot be read ({reason})")
        raise Fault(3, text, database=database, table=table, reason=_reason(str(error))) from error


def _stream(cursor, database: str, table: str, source: str, path: Path) -> None:
    """Write all rows of a table or a SELECT into a file, batch by batch, after the server has
    counted them.
    """
    chosen = (
        source
        if re.match(r"\s*(select|with)\b", source, re.IGNORECASE)
        else f"SELECT * FROM {source}"
    )
    # the driver closes a bracket behind it: not inside a comment
    chosen = chosen.strip().removesuffix(";") + "\n"
    cursor.execute(f"SELECT count(*) FROM ({chosen}) AS source")
    counted, loaded = cursor.fetchone()[0], 0
    cursor.execute(chosen)
    with cursor.fetch_record_batch() as batches:
        schema = _schema(batches.schema, database, table)
        with pq.ParquetWriter(path, schema, compression="zstd", write_page_checksum=True) as target:
            for batch in batches:
                columns = [
                    c.storage if isinstance(c.type, pa.OpaqueType) else c for c in batch.columns
                ]
                target.write_batch(pa.record_batch(columns, schema))
                loaded += batch.num_rows
    if loaded != counted:
        text = mark("{database}: {counted} rows of {table} were counted, {loaded} came")
        raise Fault(3, text, database=database, table=table, counted=counted, loaded=loaded)


def _schema(given: pa.Schema, database: str, table: str) -> pa.Schema:
    """The columns as the door takes them. NUMERIC stays its digits, which the door reads as
    strictly as those of a text.
    """
    strange = [f"{field.name} ({_theirs(field)})" for field in given if not _is_known(field)]
    if strange:
        text = mark(
            "{database}: {table} has columns of types that are not read: {columns}; leave them out,"
            ' or cast them, in source = "SELECT …"'
        )
        raise Fault(3, text, database=database, table=table, columns=", ".join(strange))
    return pa.schema(
        [
            pa.field(f.name, pa.string() if isinstance(f.type, pa.OpaqueType) else f.type)
            for f in given
        ]
    )


def _theirs(field: pa.Field) -> str:
    return field.metadata[b"POSTGRESQL:type"].decode()


def _is_known(field: pa.Field) -> bool:
    kinds = (
        pa.types.is_string,
        pa.types.is_integer,
        pa.types.is_floating,
        pa.types.is_boolean,
        pa.types.is_date,
        pa.types.is_timestamp,
    )
    # money comes as a number of cents, or of whatever else the server's locale has
    return _theirs(field) in ("numeric", "uuid") or (
        _theirs(field) != "money" and any(is_it(field.type) for is_it in kinds)
    )
