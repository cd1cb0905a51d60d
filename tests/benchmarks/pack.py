"""How long does a pack take beside the loop of papermill and nbconvert commands that people write?
``make bench-pack``.

Ours and the loop make the same pages from the same notebooks, in turn, from kept frames (what the
analyses cost has benchmarks of its own). The limit is what the cells themselves take, as papermill
noted it in the loop, shared among the cores.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path

import nbformat
import psutil

from destock.model.folders import ROOT

RUNS = 5
SHOP = ROOT / "data" / "sample"
BIN = Path(sys.executable).parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def timed(work, *arguments) -> tuple[float, float]:
    """Seconds, and the most memory that the process tree held at once (shared pages counted once),
    in GB.
    """
    most, done = [0.0], threading.Event()
    watch = threading.Thread(target=_watch, args=(most, done))
    watch.start()
    began = time.perf_counter()
    work(*arguments)
    seconds = time.perf_counter() - began
    done.set()
    watch.join()
    return seconds, most[0]


def _watch(most: list[float], done: threading.Event) -> None:
    while not done.wait(0.25):
        held = 0
        for process in psutil.Process().children(recursive=True):
            with suppress(psutil.Error):
                held += process.memory_full_info().pss
        most[0] = max(most[0], held / 1e9)


def ours(folder: Path) -> None:
    subprocess.run(
        [BIN / "destock", "report", SHOP, "--out", folder / "pack"], check=True, capture_output=True
    )


def loop(folder: Path) -> None:
    for notebook in NOTEBOOKS:
        target = folder / notebook.name
        subprocess.run(
            [BIN / "papermill", notebook, target, "-p", "shop", str(SHOP), "--no-progress-bar"],
            check=True,
            capture_output=True,
        )
        subprocess.run(
            [BIN / "jupyter", "nbconvert", "--to", "html", "--no-input", target],
            check=True,
            capture_output=True,
        )


def cell_seconds(folder: Path) -> float:
    """What the cells took in the loop, by papermill's own notes."""
    notebooks = [nbformat.read(folder / path.name, as_version=4) for path in NOTEBOOKS]
    return sum(
        cell.metadata.papermill.duration or 0 for notebook in notebooks for cell in notebook.cells
    )


def main() -> int:
    workers, mine, theirs, limits, warm, memory = os.cpu_count() or 1, [], [], [], [], []
    with tempfile.TemporaryDirectory() as cache, tempfile.TemporaryDirectory() as target:
        os.environ["DESTOCK_CACHE"], folder = cache, Path(target)
        first, peak = timed(ours, folder)
        print(f"first pack, nothing kept: {first:.1f} s, {peak:.2f} GB")
        for n in range(RUNS):
            seconds, held = timed(ours, folder)
            mine.append(seconds)
            memory.append(held)
            warm.append(
                sum(
                    page["cells"]
                    for page in json.loads((folder / "pack" / "run.json").read_text())["pages"]
                )
                / workers
            )
            theirs.append(timed(loop, folder)[0])
            limits.append(cell_seconds(folder) / workers)
            print(
                f"run {n + 1}: ours {mine[-1]:.1f} s, loop {theirs[-1]:.1f} s, cells ÷ workers"
                f" {limits[-1]:.1f} s, in our kernels {warm[-1]:.1f} s"
            )
    faster = statistics.median(b / a for a, b in zip(mine, theirs, strict=True))
    over = statistics.median(a / b for a, b in zip(mine, limits, strict=True))
    over_warm = statistics.median(a / b for a, b in zip(mine, warm, strict=True))
    print(
        f"{len(NOTEBOOKS)} notebooks, {workers} workers, medians of {RUNS}: ours"
        f" {statistics.median(mine):.1f} s, loop {statistics.median(theirs):.1f} s"
    )
    print(
        f"loop ÷ ours {faster:.1f} (wanted ≥ 4); ours ÷ cells' seconds per worker {over:.2f}"
        f" (wanted ≤ 1.4; with cells as warm kernels run them {over_warm:.2f})"
    )
    print(f"peak memory {max(peak, *memory):.2f} GB (wanted ≤ 1.5)")
    return 0 if faster >= 4 and over <= 1.4 and max(peak, *memory) <= 1.5 else 1


if __name__ == "__main__":
    sys.exit(main())
