#!/usr/bin/env bash
# CSV: 40 payment numbers of 28 digits are 40 to pandas, polars and DuckDB, 1 to pyarrow and to pandas with engine="pyarrow"; and what
# DuckDB has read right it writes to Parquet as 1, what polars has read right nobody else can read.
#
# Expected: digits too many for an int64 stay text; pandas' engines differ in speed; a column that was read exactly is written exactly.
# Seen: pyarrow.csv takes more than 19 digits for a double, pandas with its engine as well: all numbers of a day are the same float.
#   pandas' own engine holds Python integers, and with dtype_backend="pyarrow" raises OverflowError instead. DuckDB sniffs HUGEINT and
#   polars Int128, both exact; but DuckDB's df() gives floats and COPY … TO Parquet a DOUBLE, silently, while its CSV and its Arrow
#   (decimal128) keep them. The Parquet of polars is BLOB to DuckDB, and pyarrow refuses it.
# Why it matters here: the numbers of 支付宝 payments have 28 digits and begin with the day, and a settlement is joined to its orders by
#   them: on such floats every payment matches every order of the day. Each step looks right by itself; what is right is to declare text.
# Seen on 2026-11-28 with pandas 3.1.1, pyarrow 26.0.1, polars 2.1.0, duckdb 2.0.0 (PyPI), Linux, Python 3.11. About pandas: pull
#   requests 62582 (integers instead of text), 66710 (the OverflowError).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check pandas==3.1.1 pyarrow==26.0.1 polars==2.1.0 duckdb==2.0.0
cd "$folder"
"$folder/venv/bin/python" - <<'PY'
from pathlib import Path

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

numbers = [f"20261128220014{i:014d}" for i in range(40)]
Path("bill.csv").write_text("支付宝交易号,金额\n" + "".join(f"{number},19.90\n" for number in numbers))


def different(values) -> int:
    return len(set(values))


by_arrow = pyarrow.csv.read_csv("bill.csv").column(0)
by_engine = pd.read_csv("bill.csv", engine="pyarrow").iloc[:, 0]
assert by_arrow.type == pa.float64() and by_engine.dtype == "float64"
assert different(by_arrow.to_pylist()) == different(by_engine) == 1
own = pd.read_csv("bill.csv").iloc[:, 0]
assert [str(value) for value in own] == numbers and isinstance(own[0], int)
try:
    pd.read_csv("bill.csv", dtype_backend="pyarrow")
    raise SystemExit("read with dtype_backend")
except OverflowError as error:
    print("pandas, dtype_backend:", error)

frame = pl.read_csv("bill.csv")
assert frame.dtypes[0] == pl.Int128 and different(frame.to_series(0)) == 40
frame.write_parquet("polars.parquet")
assert duckdb.sql("FROM 'polars.parquet'").types[0] == "BLOB"
try:
    pa.parquet.read_table("polars.parquet")
    raise SystemExit("read by pyarrow")
except pa.ArrowNotImplementedError as error:
    print("pyarrow, Parquet of polars:", error)

read = duckdb.sql("FROM read_csv('bill.csv')")
assert read.types[0] == "HUGEINT" and different(read.fetchall()) == 40
assert different(read.to_arrow_table().column(0).to_pylist()) == 40
assert different(read.df().iloc[:, 0]) == 1
read.write_parquet("duckdb.parquet")
kept = duckdb.sql("FROM 'duckdb.parquet'")
assert kept.types[0] == "DOUBLE" and different(kept.fetchall()) == 1
print("still so: 40 numbers are 1 in pyarrow.csv, in pandas' pyarrow engine, and in DuckDB's df() and Parquet")
PY
