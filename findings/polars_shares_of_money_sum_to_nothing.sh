#!/usr/bin/env bash
# polars: the shares of 400 styles in the revenue, a DECIMAL of two digits, sum to 0.00; its own SQL, DuckDB and pandas say 1.
#
# Expected: a division of decimals has more digits than its terms, as in SQL databases and in Arrow, or is a float.
# Seen: polars keeps the larger scale of the two terms, by design (pull request 24542, issue 19784), so money ÷ money has two digits:
#   each share of a quarter percent is 0.00, and so is their sum; 60.00 ÷ 1,234.50 is 0.05; 0.01 ÷ 2 is 0.00. Halves go to the even
#   digit. The same division in polars' SQL has eight digits; mean() is a float. On the same Parquet DuckDB divides to DOUBLE, pyarrow
#   and pandas on Arrow to a longer decimal; there it is the mean that has two digits (0.01 and 0.02: 0.02).
# Why it matters here: DuckDB writes amounts as DECIMAL(18,2). An ABC by cumulative share has every style in A, a margin is right to
#   one percent, a sell-through by value to one percent; nothing is missing and nothing warns. Cast to Float64, or to a scale of ten, first.
# Seen on 2026-11-28 with polars 2.1.0, duckdb 2.0.0, pyarrow 26.0.1, pandas 3.1.1 (PyPI), Linux, Python 3.11.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check polars==2.1.0 duckdb==2.0.0 pyarrow==26.0.1 pandas==3.1.1
cd "$folder"
"$folder/venv/bin/python" - <<'PY'
from decimal import Decimal

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

duckdb.sql(
    "COPY (SELECT 'S' || i AS style, CAST(100 + i / 1000 AS DECIMAL(18,2)) AS revenue FROM range(400) t(i)) TO 'styles.parquet'"
)
styles = pl.read_parquet("styles.parquet")
assert styles.schema["revenue"] == pl.Decimal(18, 2)
shares = styles.select(share=pl.col("revenue") / pl.col("revenue").sum())["share"]
by_sql = styles.sql("SELECT sum(share) FROM (SELECT revenue / sum(revenue) OVER () AS share FROM self)").item()
by_float = styles.select((pl.col("revenue").cast(pl.Float64) / pl.col("revenue").sum().cast(pl.Float64)).sum()).item()
by_duckdb = duckdb.sql("SELECT sum(share) FROM (SELECT revenue / sum(revenue) OVER () AS share FROM 'styles.parquet')").fetchall()[0][0]
arrow = pd.read_parquet("styles.parquet", dtype_backend="pyarrow")["revenue"]
by_pandas = (arrow / arrow.sum()).sum()
print("sum of shares: polars", shares.sum(), shares.dtype, "| its SQL", by_sql, "| floats", by_float, "| DuckDB", by_duckdb, "| pandas", by_pandas)
assert shares.dtype == pl.Decimal(38, 2) and shares.sum() == 0 and shares.cum_sum().max() == 0
for found in (by_sql, by_float, by_duckdb, by_pandas):
    assert abs(float(found) - 1) < 1e-4, found
pair = pl.DataFrame({"cost": [Decimal("60.00"), Decimal("0.01")], "price": [Decimal("1234.50"), Decimal("2.00")]})
pair = pair.cast(pl.Decimal(18, 2))
assert pair.select(pl.col("cost") / pl.col("price")).to_series().to_list() == [Decimal("0.05"), Decimal("0.00")]
cents = pa.array([Decimal("0.01"), Decimal("0.02")], pa.decimal128(18, 2))
assert pc.mean(cents).as_py() == Decimal("0.02") and pd.Series(cents, dtype=pd.ArrowDtype(cents.type)).mean() == Decimal("0.02")
assert pl.Series(cents.to_pylist(), dtype=pl.Decimal(18, 2)).mean() == 0.015
print("still so: money divided by money has the digits of money in polars, and only there")
PY
