"""The same input gives the same pack, byte for byte apart from ``run.json``: however many threads,
wherever and whenever it is made.

``python -m tests.torture.same_pack 20`` makes that many packs of one shop, each in new processes
with a cache, a folder, a seed of hashes and an environment of its own, and with 1, 2 and 8 threads
of the engine in turn. Prints one line a run; fails where two packs differ, naming the files.
"""

import hashlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from destock.sample import write_sample

THREADS = (1, 2, 8)
ENVIRONMENTS = (
    {"TZ": "Asia/Shanghai", "LC_ALL": "C.UTF-8"},
    {"TZ": "America/Los_Angeles", "LC_ALL": "C", "PYTHONUTF8": "0"},
    {"TZ": "UTC", "LANG": "de_DE.UTF-8", "MPLBACKEND": "agg"},
)
# every process of a run reads this first: an engine of so many threads
THREADED = """
import os
import duckdb
connect = duckdb.connect
threads = {"threads": int(os.environ["ENGINE_THREADS"])}
duckdb.connect = lambda *a, config=None, **k: connect(*a, config=(config or {}) | threads, **k)
"""


def make(shop: Path, folder: Path, run: int, *arguments: str) -> dict[str, str]:
    """Make one pack in a world of its own; file → SHA-256."""
    (folder / "site").mkdir(parents=True)
    (folder / "site" / "sitecustomize.py").write_text(THREADED, encoding="utf-8")
    world = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "PYTHONPATH": str(folder / "site"),
        "PYTHONHASHSEED": str(run),
    }
    world |= {
        "DESTOCK_CACHE": str(folder / "cache"),
        "ENGINE_THREADS": str(THREADS[run % 3]),
    } | ENVIRONMENTS[run // 3 % 3]
    command = [
        sys.executable,
        "-c",
        "import sys; from destock.publish.cli import main; sys.exit(main())",
        "report",
        str(shop),
    ]
    subprocess.run(
        [*command, "--out", str(folder / "pack"), *arguments],
        cwd=folder,
        env=world,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return hashes(folder / "pack")


def hashes(pack: Path) -> dict[str, str]:
    """Every file of a pack but ``run.json``, which says when it was made."""
    files = sorted(path for path in pack.rglob("*") if path.is_file() and path.name != "run.json")
    return {
        str(path.relative_to(pack)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files
    }


def main(runs: int) -> int:
    """Make the packs one after the other and compare each with the first."""
    different = 0
    with tempfile.TemporaryDirectory() as scratch:
        shop = write_sample(Path(scratch, "shop"), seed=1, styles=60)
        first = make(shop, Path(scratch, "0"), 0)
        for run in range(1, runs):
            made = make(shop, Path(scratch, str(run)), run)
            differ = sorted(
                name for name in first.keys() | made.keys() if first.get(name) != made.get(name)
            )
            different += bool(differ)
            world = " ".join(f"{k}={v}" for k, v in ENVIRONMENTS[run // 3 % 3].items())
            print(
                f"run {run + 1:2d}  {THREADS[run % 3]} threads  {len(made)} files "
                f" {' '.join(differ) or 'the same'}  ({world})",
                flush=True,
            )
    print(f"{runs} runs, {different} different packs")
    return int(different > 0)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 20))
