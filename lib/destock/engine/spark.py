"""Spark: the same SQL, translated, where a shop's lines live on a cluster."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa
import sqlglot
from sqlglot import exp

from destock.engine import duck
from destock.model.messages import Fault, mark

SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    "spark.sql.sources.default": "parquet",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}


@dataclass(frozen=True)
class Cluster:
    """A Spark session, and the folder in which it keeps the tables that it makes."""

    session: Any
    scratch: Path


def start(
    options: Mapping[str, str], places: Mapping[str, str], scratch: Path, zone: str
) -> Cluster:
    """A session with the typed tables as views. ``options`` are those of ``[spark]`` in shop.toml,
    ``master`` among them.

    Raises Fault (3) where pyspark or Java is missing, or the master does not answer.
    """
    unusable = mark(
        "Spark cannot be started ({reason}): it needs the extra “spark” and Java 17 or newer"
    )
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    try:
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise Fault(3, unusable, reason=error) from error
    given = {
        key if key.startswith("spark.") else f"spark.{key}": str(value)
        for key, value in options.items()
    }
    builder = SparkSession.builder.appName("destock")
    for key, value in (
        {"spark.master": "local[*]", "spark.local.dir": str(scratch)} | SETTINGS | given
    ).items():
        builder = builder.config(key, value)
    try:
        con = builder.getOrCreate()
        con.sparkContext.setLogLevel("ERROR")
        for name, place in places.items():
            con.read.parquet(place).createOrReplaceTempView(name)
    except Exception as error:  # py4j raises whatever Java does
        raise Fault(3, unusable, reason=str(error).splitlines()[0][:160]) from error
    return Cluster(con, scratch)


def run(con: Cluster, package: str, name: str) -> None:
    """Run one ``.sql`` file of a package, statement by statement."""
    text = files(package).joinpath(f"{name}.sql").read_text(encoding="utf-8")
    for statement in sqlglot.parse(text, dialect="duckdb"):
        _make(con, statement)


def _make(con: Cluster, statement: exp.Create | exp.Drop) -> None:
    """A view is only a name; a table is written, so that no plan grows with all that came before
    it.
    """
    if isinstance(statement, exp.Drop):
        con.session.catalog.dropTempView(statement.find(exp.Table).name)
        return
    name, made = statement.this.name, con.session.sql(translated(statement.expression))
    if statement.kind == "TABLE":
        place = str(con.scratch / f"{name}.made.parquet")
        made.write.mode("overwrite").parquet(place)
        made = con.session.read.parquet(place)
    made.createOrReplaceTempView(name)


def translated(query: str | exp.Expression) -> str:
    """A query of DuckDB's dialect in Spark's."""
    tree = sqlglot.parse_one(query, dialect="duckdb") if isinstance(query, str) else query
    return tree.sql(dialect="spark")


def rows(con: Cluster, sql: str) -> list[tuple]:
    """All rows of a small query."""
    return [tuple(row) for row in con.session.sql(translated(sql)).collect()]


def put(con: Cluster, name: str, frame: pd.DataFrame | pa.Table) -> None:
    """Make a small frame a table of the engine."""
    table = (
        pa.Table.from_pandas(frame, preserve_index=False)
        if isinstance(frame, pd.DataFrame)
        else frame
    )
    con.session.createDataFrame(table).createOrReplaceTempView(name)


def here(con: Cluster, name: str) -> duckdb.DuckDBPyConnection:
    """A DuckDB that sees this table: in the Parquet that the workers have written, for millions of
    rows do not fit through the driver.
    """
    place = con.scratch / f"{name}.made.parquet"
    if not place.exists():
        con.session.table(name).write.parquet(str(place))
    near = duck.start({con.scratch}, con.scratch)
    near.execute(
        f"CREATE VIEW {duck.quoted(name)} AS SELECT * FROM"
        f" read_parquet({duck.text(f'{place}/*.parquet')})"
    )
    return near


def close(con: Cluster) -> None:
    """Let go of the engine and of what it holds."""
    con.session.stop()
