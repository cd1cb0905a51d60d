"""Panel, weekly stock and ages of 20,000 SKUs × 183 weeks, from a million order lines with receipts and counts. ``make bench-stock``

With a line for the same rolled up to priced items, week by week, of which no bar is asked.
"""

import sys
import tempfile
from functools import partial
from pathlib import Path

from tests.benchmarks import lines
from tests.benchmarks.measure import Bar, compare, report
from tests.benchmarks.panel import AS_OF, bare_scan

from destock import engine
from destock.intake.rows import load
from destock.intake.shop import open_shop
from destock.panel import panel

STEPS = ("skus", "sales", "stock", "panel", "now", "ageing")


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


def main() -> bool:
    with tempfile.TemporaryDirectory() as temporary:
        folder = lines.write(Path(temporary), 1_000_000, stock=True)
        works = {"ours": ours, "ours, with items": with_items, "bare scan of the order lines": bare_scan}
        found = compare(works, partial(Path, folder))
    return report("panel, weekly stock and ages, 20,000 SKUs × 183 weeks", found, [Bar("seconds of ours", found["ours"].seconds, 5.0)])


if __name__ == "__main__":
    sys.exit(not main())
