"""Order lines → SKU-weeks of sales, as Parquet: against one bare aggregate of the same columns, and against the pandas an analyst would write.

``make bench-panel`` takes ten million lines; ``python -m tests.benchmarks.panel 100`` a hundred million (a peer in pandas
would not fit; the bare scan of the named columns takes its place).
"""

import sys
import tempfile
from functools import partial
from pathlib import Path

import duckdb
import pandas as pd
from tests.benchmarks import lines
from tests.benchmarks.measure import Bar, Measured, compare, report

from destock import engine
from destock.intake import typed
from destock.intake.rows import load
from destock.intake.shop import open_shop
from destock.panel import panel

AS_OF = pd.Timestamp(lines.FIRST) + pd.Timedelta(days=7 * lines.WEEKS - 1)
MEASURES = """
    CAST(sum(CASE WHEN kind = 'sale' THEN units ELSE 0 END) AS DOUBLE) AS sold_units,
    CAST(sum(CASE WHEN kind = 'cancel' THEN units ELSE 0 END) AS DOUBLE) AS cancelled_units,
    CAST(sum(CASE WHEN kind = 'return' THEN units ELSE 0 END) AS DOUBLE) AS returned_units,
    CAST(sum(CASE WHEN line_type = 'gift' THEN units ELSE 0 END) AS DOUBLE) AS gift_units,
    CAST(sum(CASE WHEN kind = 'sale' THEN customer_paid ELSE 0 END) AS DOUBLE) AS paid_value,
    CAST(sum(CASE WHEN kind = 'sale' AND basis = 'retail' THEN customer_paid ELSE 0 END) AS DOUBLE) AS revenue,
    CAST(sum(CASE WHEN kind <> 'sale' THEN customer_paid ELSE 0 END) AS DOUBLE) AS refund_value"""
SCANNED = ["sku", "ordered_at", "kind", "units", "customer_paid", "channel", "line_type", "presale", "basis"]


def ours(folder: Path) -> int:
    """The library's own path: the typed door, the SQL of the panel, the stream into Parquet."""
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        shop = open_shop(folder)
        con = engine.start({folder}, Path(scratch))
        panel.context(con, shop, load(con, shop, AS_OF.date()), AS_OF.date())
        panel.transform(con, ("skus", "sales"))
        engine.write(con, "sku_week_sales", "sku, week", Path(scratch) / "panel.parquet")
        return engine.rows(con, "SELECT count(*) FROM sku_week_sales")[0][0]


def check(folder: Path) -> int:
    """What a report does before: every rule of a typed table, and its keys, over all lines. No bar is asked of it."""
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        shop = open_shop(folder)
        con = engine.start({folder}, Path(scratch))
        load(con, shop, AS_OF.date())
        typed.check(con, shop, AS_OF.date())
        return engine.rows(con, "SELECT count(*) FROM order_lines")[0][0]


def bare_aggregate(folder: Path) -> int:
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        con = _bare(scratch)
        query = (
            f"SELECT sku, CAST(date_trunc('week', ordered_at) AS DATE) AS week, {MEASURES} FROM '{folder}/order_lines.parquet' GROUP BY ALL"
        )
        return con.execute(f"COPY ({query}) TO '{scratch}/bare.parquet' (FORMAT parquet, COMPRESSION zstd)").fetchone()[0]


def bare_scan(folder: Path) -> int:
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        read = ", ".join(f"sum({c})" if c in ("units", "customer_paid") else f"max({c})" for c in SCANNED)
        return _bare(scratch).execute(f"SELECT count(*), {read} FROM '{folder}/order_lines.parquet'").fetchone()[0]


def _bare(scratch: str) -> duckdb.DuckDBPyConnection:
    con = duckdb.connect(config={"temp_directory": scratch})
    con.execute("SET enable_progress_bar = false")
    return con


def in_pandas(folder: Path) -> int:
    """What an analyst would write: read, a week, one column a measure, group."""
    rows = pd.read_parquet(folder / "order_lines.parquet")
    rows["week"] = rows["ordered_at"].dt.to_period("W-SUN").dt.start_time
    rows["units"], rows["customer_paid"] = rows["units"].astype(float), rows["customer_paid"].astype(float)
    for kind in ("sale", "cancel", "return"):
        rows[f"{kind}_units"] = rows["units"].where(rows["kind"] == kind, 0.0)
        rows[f"{kind}_value"] = rows["customer_paid"].where(rows["kind"] == kind, 0.0)
    columns = [f"{kind}_{what}" for kind in ("sale", "cancel", "return") for what in ("units", "value")]
    weeks = rows.groupby(["sku", "week"], as_index=False)[columns].sum()
    weeks.to_parquet(folder / "pandas.parquet")
    return len(weeks)


def main(millions: float) -> bool:
    return all([side_by_side(kind, millions) for kind in lines.NUMBER])


def side_by_side(kind: str, millions: float) -> bool:
    works = {"ours": ours, "bare aggregate into Parquet": bare_aggregate, "bare scan of the named columns": bare_scan}
    works |= {} if millions > 20 else {"pandas": in_pandas, "check of the typed lines": check}
    with tempfile.TemporaryDirectory() as temporary:
        folder = lines.write(Path(temporary), int(millions * 1e6), kind=kind)
        found = compare(works, partial(Path, folder))
    return report(
        f"panel from {millions:g} M order lines, {kind}", found, _large(*found.values()) if millions > 20 else _small(*found.values())
    )


def _small(mine: Measured, limit: Measured, _scan: Measured, peer: Measured, _check: Measured) -> list[Bar]:
    return [
        Bar("ours ÷ bare aggregate", mine.seconds / limit.seconds, 1.5),
        Bar("ours ÷ pandas", mine.seconds / peer.seconds, 1 / 6),
        Bar("memory of ours ÷ pandas", mine.memory / peer.memory, 1 / 3),
    ]


def _large(mine: Measured, limit: Measured, scan: Measured) -> list[Bar]:
    """The bare aggregate, which keeps no rule of a shop, has its own line: no panel can be faster than it."""
    print(f"bare aggregate ÷ bare scan: {limit.seconds / scan.seconds:.3g}")
    return [
        Bar("ours ÷ bare scan", mine.seconds / scan.seconds, 2.6),
        Bar("ours ÷ bare aggregate", mine.seconds / limit.seconds, 1.5),
        Bar("memory of ours, GiB", mine.memory / 1024, 2.0),
    ]


if __name__ == "__main__":
    sys.exit(not main(float(sys.argv[1]) if len(sys.argv) > 1 else 10))
