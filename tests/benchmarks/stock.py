"""Panel, weekly stock and ages of 20,000 SKUs × 183 weeks, from a million order lines with receipts
and counts. ``make bench-stock``

Beside it the bare roll-forward: every SKU in every week, received less sold, and how much of it is
older than some weeks. It knows no count, no reservation, no damage, no day in stock and no life of
a SKU. The machines differ and are shared: the seconds say what is asked, the ratio to the bare
roll-forward says it on any machine. With a line for the same rolled up to priced items, week by
week, of which no bar is asked.
"""

import sys
import tempfile
from functools import partial
from pathlib import Path

from tests.benchmarks import lines
from tests.benchmarks.measure import Bar, compare, report
from tests.benchmarks.panel import AS_OF, bare_engine, bare_scan

from destock import engine
from destock.intake.rows import load
from destock.intake.shop import open_shop
from destock.panel import panel

STEPS = ("sales", "skus", "stock", "panel", "now", "ageing")
AGES = (4, 13, 26, 39, 52)
OLDER = "greatest(0, lag(received_sofar, {age}) OVER weeks - sold_sofar) AS older_than_{age}"
ROLL_FORWARD = f"""
CREATE TABLE weekly AS
WITH sold AS (
    SELECT sku, CAST(date_trunc('week', ordered_at) AS DATE) AS week,
        sum(CASE WHEN kind = 'sale' THEN units ELSE -units END) AS sold
    FROM '{{folder}}/order_lines.parquet' GROUP BY 1, 2
),
received AS (
    SELECT sku, CAST(date_trunc('week', received_at) AS DATE) AS week,
        sum(units_received) AS received
    FROM '{{folder}}/purchases.parquet' GROUP BY 1, 2
),
sofar AS (
    SELECT sku, w.week, coalesce(sold, 0) AS sold, coalesce(received, 0) AS received,
        sum(sold) OVER sofar AS sold_sofar, sum(received) OVER sofar AS received_sofar
    FROM '{{folder}}/products.parquet' CROSS JOIN (
        SELECT CAST(DATE '{lines.FIRST}' + CAST(7 * k AS INTEGER) AS DATE) AS week
        FROM range({lines.WEEKS}) t(k)
    ) w
    LEFT JOIN sold USING (sku, week) LEFT JOIN received USING (sku, week)
    WINDOW sofar AS (PARTITION BY sku ORDER BY w.week ROWS UNBOUNDED PRECEDING)
)
SELECT sku, week, sold, received, received_sofar - sold_sofar AS on_hand,
    {", ".join(OLDER.format(age=age) for age in AGES)}
FROM sofar WINDOW weeks AS (PARTITION BY sku ORDER BY week)"""


def ours(folder: Path) -> int:
    return _run(folder, STEPS)


def with_items(folder: Path) -> int:
    return _run(folder, (*STEPS, "items"))


def _run(folder: Path, steps: tuple[str, ...]) -> int:
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        shop = open_shop(folder)
        con = engine.start({folder}, Path(scratch))
        panel.context(con, shop, load(con, shop, AS_OF.date()), AS_OF.date())
        panel.transform(con, steps)
        return engine.rows(con, "SELECT count(*) FROM sku_week")[0][0]


def bare_roll_forward(folder: Path) -> int:
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        con = bare_engine(scratch)
        con.execute(ROLL_FORWARD.format(folder=folder))
        return con.execute("SELECT count(*) FROM weekly").fetchone()[0]


def main() -> bool:
    with tempfile.TemporaryDirectory() as temporary:
        folder = lines.write(Path(temporary), 1_000_000, stock=True)
        works = {
            "ours": ours,
            "bare roll-forward": bare_roll_forward,
            "ours, with items": with_items,
            "bare scan of the order lines": bare_scan,
        }
        found = compare(works, partial(Path, folder))
    mine, bare = found["ours"].seconds, found["bare roll-forward"].seconds
    bars = [
        Bar("seconds of ours", mine, 5.0),
        Bar("ours ÷ bare roll-forward (5 s ÷ 2.6 s of a prototype)", mine / bare, 5.0 / 2.6),
    ]
    return report("panel, weekly stock and ages, 20,000 SKUs × 183 weeks", found, bars)


if __name__ == "__main__":
    sys.exit(not main())
