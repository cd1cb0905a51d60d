"""How does the panel's time grow with the number of lines? ``make bench-growth``: 1 and 10 M; with
``100`` as argument up to 100 M.
"""

import sys
import tempfile
from functools import partial
from math import log
from pathlib import Path

from tests.benchmarks import lines
from tests.benchmarks.measure import Bar, compare, report
from tests.benchmarks.panel import ours


def main(most: int) -> bool:
    sizes = [size for size in (1, 10, 100) if size <= most]
    found = {}
    for size in sizes:
        with tempfile.TemporaryDirectory() as temporary:
            folder = lines.write(Path(temporary), size * 1_000_000)
            found |= compare({f"{size} M lines": ours}, partial(Path, folder))
    seconds = [one.seconds for one in found.values()]
    slope = log(seconds[-1] / seconds[0]) / log(sizes[-1] / sizes[0])
    return report("growth of the panel", found, [Bar("log seconds ÷ log lines", slope, 1.0)])


if __name__ == "__main__":
    sys.exit(not main(int(sys.argv[1]) if len(sys.argv) > 1 else 10))
