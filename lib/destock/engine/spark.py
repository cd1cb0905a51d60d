"""Spark: the same SQL, translated, where a shop's lines live on a cluster."""

import os
import sys
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

import pandas as pd
import pyarrow as pa
import sqlglot
from sqlglot import exp

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


def start(options: Mapping[str, str], places: Mapping[str, str], scratch: Path, zone: str):
    """A session with the typed tables as views. ``options`` are those of ``[spark]`` in shop.toml, ``master`` among them.

    Raises Fault (3) where pyspark or Java is missing, or the master does not answer.
    """
    unusable = mark("Spark cannot be started ({reason}): it needs the extra “spark” and Java 17 or newer")
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    try:
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise Fault(3, unusable, reason=error) from error
    given = {key if key.startswith("spark.") else f"spark.{key}": str(value) for key, value in options.items()}
    builder = SparkSession.builder.appName("destock")
    for key, value in ({"spark.master": "local[*]", "spark.local.dir": str(scratch)} | SETTINGS | given).items():
        builder = builder.config(key, value)
    try:
        con = builder.getOrCreate()
        con.sparkContext.setLogLevel("ERROR")
        for name, place in places.items():
            con.read.parquet(place).createOrReplaceTempView(name)
    except Exception as error:  # py4j raises whatever Java does
        raise Fault(3, unusable, reason=str(error).splitlines()[0][:160]) from error
    return con


def run(con, package: str, name: str) -> None:
    text = files(package).joinpath(f"{name}.sql").read_text(encoding="utf-8")
    for statement in sqlglot.parse(text, dialect="duckdb"):
        _make(con, statement)


def _make(con, statement: exp.Create) -> None:
    """A table is a view whose rows are kept once somebody asks for them; a view is only a name."""
    made = con.sql(translated(statement.expression))
    if statement.kind == "TABLE":
        made = made.persist()
    made.createOrReplaceTempView(statement.this.name)


def translated(query: str | exp.Expression) -> str:
    """A query of DuckDB's dialect in Spark's."""
    tree = sqlglot.parse_one(query, dialect="duckdb") if isinstance(query, str) else query
    return tree.sql(dialect="spark")


def rows(con, sql: str) -> list[tuple]:
    return [tuple(row) for row in con.sql(translated(sql)).collect()]


def put(con, name: str, frame: pd.DataFrame | pa.Table) -> None:
    table = pa.Table.from_pandas(frame, preserve_index=False) if isinstance(frame, pd.DataFrame) else frame
    con.createDataFrame(table).createOrReplaceTempView(name)


def batches(con, sql: str) -> pa.RecordBatchReader:
    return con.sql(translated(sql)).toArrow().to_reader()


def kinds(con, name: str) -> dict[str, str]:
    return {field.name: field.dataType.simpleString() for field in con.table(name).schema}


def close(con) -> None:
    con.catalog.clearCache()
    con.stop()
