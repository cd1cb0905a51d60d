"""Order lines → SKU-weeks of sales, as Parquet: against one bare aggregate of the same columns, and
against the pandas an analyst would write.

``make bench-panel`` takes ten million lines; ``python -m tests.benchmarks.panel 100`` a hundred
million (a peer in pandas would not fit; the bare scan of the named columns takes its place). All
contenders but the scan and ``two_sums`` make the same frame: ``tests/panel/test_peers.py``.
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
SUMS = (
    "sold_units",
    "cancelled_units",
    "returned_units",
    "gift_units",
    "paid_value",
    "revenue",
    "refund_value",
)
MEASURES = """
    CAST(sum(CASE WHEN kind = 'sale' THEN units ELSE 0 END) AS DOUBLE) AS sold_units,
    CAST(sum(CASE WHEN kind = 'cancel' THEN units ELSE 0 END) AS DOUBLE) AS cancelled_units,
    CAST(sum(CASE WHEN kind = 'return' THEN units ELSE 0 END) AS DOUBLE) AS returned_units,
    CAST(sum(CASE WHEN kind = 'sale' AND line_type = 'gift' THEN units ELSE 0 END) AS DOUBLE)
        AS gift_units,
    CAST(sum(CASE WHEN kind = 'sale' THEN customer_paid ELSE 0 END) AS DOUBLE) AS paid_value,
    CAST(sum(CASE WHEN kind = 'sale' AND basis = 'retail' THEN customer_paid ELSE 0 END) AS DOUBLE)
        AS revenue,
    CAST(sum(CASE WHEN kind <> 'sale' THEN customer_paid ELSE 0 END) AS DOUBLE) AS refund_value"""
SCANNED = [
    "sku",
    "ordered_at",
    "kind",
    "units",
    "customer_paid",
    "channel",
    "line_type",
    "presale",
    "basis",
]


def ours(folder: Path) -> int:
    """The library's own path: the typed door, the SQL of the panel, the stream into Parquet."""
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        shop = open_shop(folder)
        con = engine.start({folder}, Path(scratch))
        panel.context(con, shop, load(con, shop, AS_OF.date()), AS_OF.date())
        panel.transform(con, ("sales", "skus"))
        con.execute(
            f"CREATE VIEW same_columns AS SELECT sku, week, {', '.join(SUMS)} FROM sku_week_sales"
        )
        engine.write(con, "same_columns", "sku, week", folder / "ours.parquet")
        return engine.rows(con, "SELECT count(*) FROM sku_week_sales")[0][0]


def check(folder: Path) -> int:
    """What a report does before: every rule of a typed table, and its keys, over all lines. No bar
    is asked of it.
    """
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        shop = open_shop(folder)
        con = engine.start({folder}, Path(scratch))
        load(con, shop, AS_OF.date())
        typed.check(con, shop, AS_OF.date())
        return engine.rows(con, "SELECT count(*) FROM order_lines")[0][0]


def bare_aggregate(folder: Path) -> int:
    return _grouped(folder, MEASURES)


def two_sums(folder: Path) -> int:
    """The least that can be called a panel: net units and net value."""
    net = "sum(CASE WHEN kind = 'sale' THEN {0} ELSE -{0} END)"
    return _grouped(
        folder, f"{net.format('units')} AS units, {net.format('customer_paid')} AS value"
    )


def _grouped(folder: Path, sums: str) -> int:
    query = (
        f"SELECT sku, CAST(date_trunc('week', ordered_at) AS DATE) AS week, {sums} FROM"
        f" '{folder}/order_lines.parquet' GROUP BY ALL"
    )
    copy = (
        f"COPY ({query}) TO '{folder}/bare.parquet' (FORMAT parquet, COMPRESSION"
        f" {engine.COMPRESSION})"
    )
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        return bare_engine(scratch).execute(copy).fetchone()[0]


def bare_scan(folder: Path) -> int:
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        read = ", ".join(
            f"sum({c})" if c in ("units", "customer_paid") else f"max({c})" for c in SCANNED
        )
        return (
            bare_engine(scratch)
            .execute(f"SELECT count(*), {read} FROM '{folder}/order_lines.parquet'")
            .fetchone()[0]
        )


def bare_engine(scratch: str) -> duckdb.DuckDBPyConnection:
    con = duckdb.connect(config={"temp_directory": scratch})
    con.execute("SET enable_progress_bar = false")
    return con


def in_pandas(folder: Path) -> int:
    """What an analyst would write: read, a week, one column a measure, group."""
    rows = pd.read_parquet(folder / "order_lines.parquet")
    rows["week"] = rows["ordered_at"].dt.to_period("W-SUN").dt.start_time
    units, paid, sale = (
        rows["units"].astype(float),
        rows["customer_paid"].astype(float),
        rows["kind"] == "sale",
    )
    rows["sold_units"] = units.where(sale, 0.0)
    rows["cancelled_units"] = units.where(rows["kind"] == "cancel", 0.0)
    rows["returned_units"] = units.where(rows["kind"] == "return", 0.0)
    rows["gift_units"] = units.where(sale & (rows["line_type"] == "gift"), 0.0)
    rows["paid_value"] = paid.where(sale, 0.0)
    rows["revenue"] = paid.where(sale & (rows["basis"] == "retail"), 0.0)
    rows["refund_value"] = paid.where(~sale, 0.0)
    weeks = rows.groupby(["sku", "week"], as_index=False)[list(SUMS)].sum()
    weeks.to_parquet(folder / "pandas.parquet")
    return len(weeks)


def main(millions: float) -> bool:
    return all([side_by_side(kind, millions) for kind in lines.NUMBER])


def side_by_side(kind: str, millions: float) -> bool:
    works = {
        "ours": ours,
        "bare aggregate into Parquet": bare_aggregate,
        "bare scan of the named columns": bare_scan,
    }
    works |= (
        {"two sums into Parquet": two_sums}
        if millions > 20
        else {"pandas": in_pandas, "check of the typed lines": check}
    )
    with tempfile.TemporaryDirectory() as temporary:
        folder = lines.write(Path(temporary), int(millions * 1e6), kind=kind)
        found = compare(works, partial(Path, folder))
    return report(
        f"panel from {millions:g} M order lines, {kind}",
        found,
        (_large if millions > 20 else _small)(*found.values()),
    )


def _small(
    mine: Measured, limit: Measured, _scan: Measured, peer: Measured, _check: Measured
) -> list[Bar]:
    print(f"bare aggregate ÷ pandas: 1 / {peer.seconds / limit.seconds:.3g}")
    return [
        Bar("ours ÷ bare aggregate", mine.seconds / limit.seconds, 1.5),
        Bar("ours ÷ pandas", mine.seconds / peer.seconds, 1 / 6),
        Bar("memory of ours ÷ pandas", mine.memory / peer.memory, 1 / 3),
    ]


def _large(mine: Measured, limit: Measured, scan: Measured, least: Measured) -> list[Bar]:
    """What keeps no rule of a shop has lines of its own: no panel can be faster than it."""
    print(
        f"bare aggregate ÷ bare scan: {limit.seconds / scan.seconds:.3g}; two sums ÷ bare scan:"
        f" {least.seconds / scan.seconds:.3g}"
    )
    return [
        Bar("ours ÷ bare scan", mine.seconds / scan.seconds, 2.6),
        Bar("ours ÷ bare aggregate", mine.seconds / limit.seconds, 1.5),
        Bar("memory of ours, GiB", mine.memory / 1024, 2.0),
    ]


if __name__ == "__main__":
    sys.exit(not main(float(sys.argv[1]) if len(sys.argv) > 1 else 10))
