"""FIFO layers of 20,000 SKUs that are received every week for 180 weeks, inside the engine. ``make
bench-layers``
"""

import sys
import tempfile
from pathlib import Path

from tests.benchmarks.measure import Bar, compare, report

from destock import engine

SKUS, WEEKS = 20_000, 180
GIVEN = f"""
CREATE TABLE purchases AS
SELECT 'S' || k AS sku, TIMESTAMP '2022-12-26' + to_days(CAST(7 * w AS INTEGER)) AS received_at,
    CAST(5 + hash(k * 1000 + w) % 20 AS DECIMAL(18,3)) AS units_received,
    CAST(NULL AS DECIMAL(18,3)) AS units_ordered
FROM range({SKUS}) t(k), range({WEEKS}) s(w);
CREATE TABLE sku_now AS
SELECT 'S' || k AS sku, CAST(hash(k) % 3000 AS DECIMAL(18,3)) AS on_hand,
    CAST(hash(k + 1) % 5 AS DECIMAL(18,3)) AS damaged FROM range({SKUS}) t(k);
CREATE TABLE run AS SELECT DATE '2026-06-07' AS as_of"""


def prepared() -> engine.Engine:
    """The receipts and what is held of them, in the engine; its scratch folder stays for the life
    of the process.
    """
    con = engine.start(set(), Path(tempfile.mkdtemp()))
    engine.rows(con, GIVEN)
    return con


def layers(con: engine.Engine) -> int:
    engine.run(con, "destock.panel", "ageing")
    return engine.rows(con, "SELECT count(*) FROM layer")[0][0]


def scan(con: engine.Engine) -> int:
    """The physical limit: reading the receipts once."""
    engine.rows(con, "SELECT sum(units_received), max(received_at) FROM purchases GROUP BY sku")
    return SKUS * WEEKS


def main() -> bool:
    found = compare({"ours": layers, "one sum over the receipts": scan}, prepared)
    return report(
        f"FIFO layers, {SKUS:,} SKUs × {WEEKS} weeks",
        found,
        [Bar("seconds of ours", found["ours"].seconds, 5.0)],
    )


if __name__ == "__main__":
    sys.exit(not main())
