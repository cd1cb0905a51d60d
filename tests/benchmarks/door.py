"""What the door costs: our load of a CSV of order lines against the engine's own, typed into a
table, of the same file.

``python -m tests.benchmarks.door`` prints both medians of five, their ratio, and the most
memory either took; each run is a process of its own. Fails where the ratio is above 2.
"""

import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv

from destock.model.schema import TABLES

COLUMNS = ("order_id", "line_id", "sku", "ordered_at", "units", "kind", "customer_paid", "channel")
MOST = 2.0
_MEASURE = """
seconds = time.perf_counter() - started
peak = next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(seconds, int(peak) / 1024, rows)
"""
_PEER = """
import time, duckdb
con = duckdb.connect()
con.execute("SET enable_progress_bar = false")
started = time.perf_counter()
con.execute("CREATE TABLE order_lines AS SELECT * FROM read_csv('{folder}/order_lines.csv',
    auto_detect = false, header = true, delim = ',', quote = '\\"', columns = {columns})")
rows = con.execute("SELECT count(*) FROM order_lines").fetchone()[0]
"""
_OURS = """
import tempfile, time
from datetime import date
from pathlib import Path
from destock import engine
from destock.intake.rows import load
from destock.intake.shop import open_shop
shop = open_shop("{folder}")
con = engine.start([shop.folder], Path(tempfile.mkdtemp()))
started = time.perf_counter()
rows = load(con, shop, date(2099, 1, 1)).rows["used"].iloc[-1]
"""


def write(folder: Path, rows: int) -> None:
    """A shop of so many order lines, two to an order, written a million at a time."""
    (folder / "products.csv").write_text("sku\nSKU1\n", encoding="utf-8")
    (folder / "shop.toml").write_text(
        '[tables]\nproducts = "products.csv"\norder_lines = "order_lines.csv"\n', encoding="utf-8"
    )
    dice, writer = np.random.default_rng(1), None
    for start in range(0, rows, 1_000_000):
        n = np.arange(start, min(start + 1_000_000, rows))
        at = np.datetime64("2024-01-01T00:00:00") + n.astype("timedelta64[s]")
        values = {
            "order_id": 6_900_000_000_000_000_000 + n // 2,
            "line_id": n % 2,
            "sku": np.char.add("SKU", dice.integers(0, 5000, len(n)).astype("U")),
            "ordered_at": np.char.replace(at.astype("U"), "T", " "),
            "units": dice.integers(1, 4, len(n)),
            "kind": dice.choice(["sale", "return"], len(n)),
            "customer_paid": dice.integers(100, 90_000, len(n)) / 100,
            "channel": dice.choice(["douyin", "tmall"], len(n)),
        }
        table = pa.table(values)
        writer = writer or pacsv.CSVWriter(
            folder / "order_lines.csv",
            table.schema,
            write_options=pacsv.WriteOptions(quoting_style="none"),
        )
        writer.write_table(table)
    writer.close()


def measured(code: str) -> tuple[float, float, int]:
    """Seconds, megabytes and rows of one run in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", code + _MEASURE], capture_output=True, text=True, check=True
    )
    seconds, megabytes, rows = done.stdout.split()
    return float(seconds), float(megabytes), int(rows)


def main(rows: int = 10_000_000, runs: int = 5) -> int:
    """Print the table; the two take turns, so that what else the machine does falls on both."""
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), rows)
        columns = {name: TABLES["order_lines"].column(name).sql_type for name in COLUMNS}
        codes = {
            "engine": _PEER.format(folder=folder, columns=columns),
            "door": _OURS.format(folder=folder),
        }
        taken = {name: [] for name in codes}
        for _ in range(runs):
            for name, code in codes.items():
                taken[name].append(measured(code))
    for name, each in taken.items():
        seconds, megabytes, counted = zip(*each, strict=True)
        print(
            f"{name:8}{median(seconds):8.1f} s (median of {runs},"
            f" {min(seconds):.1f}–{max(seconds):.1f}) {max(megabytes):8.0f} MB {counted[0]:12,}"
            " rows"
        )
    ratio = median(one[0] for one in taken["door"]) / median(one[0] for one in taken["engine"])
    print(f"the door costs {ratio:.2f} × the engine's own load (at most {MOST})")
    return int(ratio > MOST)


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
