"""What a batch survives, in full: ``make torture-batch``, or one part of it by name. Prints its
table, fails where a line falls short.

Parts: ``kills`` of the publish step, ``disk`` full and read-only, ``packs`` killed whole,
``faults`` of notebooks through the whole command, ``crowd`` of forty different reports and of eight
times the same.
"""

import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import contextmanager, suppress
from pathlib import Path

import pandas as pd
import psutil
from tests.publish.test_kernel import FAULTS
from tests.torture.kills import at_random, every_step, is_whole, killed_after, publish_version

from destock.model.folders import BELONGS, ROOT

DESTOCK = [
    sys.executable,
    "-c",
    "import sys; from destock.publish.cli import main; sys.exit(main())",
]
SHOP = ROOT / "tests" / "shops" / "douyin"
ONE_PAGE = ("--as-of", "2026-05-31", "--only", "impact")
FAILED: list[str] = []


def line(what: str, figure: object, good: bool) -> None:
    print(f"{what:<72}{figure!s:>16}  {'ok' if good else 'FALLS SHORT'}", flush=True)
    FAILED.extend([] if good else [what])


def start(*arguments, lib: Path = ROOT / "lib", **options) -> subprocess.Popen:
    environment = os.environ | {"PYTHONPATH": str(lib)} | options.pop("env", {})
    command = [*DESTOCK, "report", *map(str, arguments)]
    return subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
        **options,
    )


def digest(pack: Path) -> str:
    return hashlib.sha256(
        b"".join(path.read_bytes() for path in sorted(pack.rglob("*")) if path.is_file())
    ).hexdigest()


def listed(pack: Path) -> bool:
    """Is the pack complete: does every file that its run.json lists have that hash?"""
    files = json.loads((pack / "run.json").read_text(encoding="utf-8"))["files"]
    return all(
        hashlib.sha256((pack / name).read_bytes()).hexdigest() == digest
        for name, digest in files.items()
    )


def left_behind(folder: Path) -> list[str]:
    """Processes of any batch, and files beside the pack, in the temp folder and in the cache, that
    should be gone.
    """
    found = [
        str(path)
        for path in [
            *folder.glob(".*"),
            *Path(os.environ["TMPDIR"]).iterdir(),
            *Path(os.environ["DESTOCK_CACHE"]).glob("building-*[0-9a-f]"),
        ]
    ]
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.environ().get(BELONGS, "").startswith(os.environ["TMPDIR"]):
                found.append(f"{process.pid} {' '.join(process.cmdline())[:80]}")
    return found


def kills(folder: Path) -> None:
    steps, broken = every_step(folder / "pack")
    line(
        f"publish step killed before each of its {steps} steps: broken packs",
        broken,
        broken == 0 and steps > 30,
    )
    done, broken = at_random(folder / "pack", 1000)
    line(
        f"publish step killed {done} times, at random and at first write: broken packs",
        broken,
        broken == 0,
    )


@contextmanager
def mounted(folder: Path, options: str):
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def disk(folder: Path) -> None:
    with mounted(folder / "small", "size=300k") as small:
        publish_version(small / "pack", 1)
        before, broken = digest(small / "pack"), 0
        for n in range(20):
            with suppress(OSError):
                publish_version(small / "pack", 2, size=60_000 + 5_000 * n)
            broken += not is_whole(small / "pack")
            killed_after(small / "pack", 3, n / 1000)
            broken += not is_whole(small / "pack")
        line("publish step on a full disk, 20 sizes: broken packs", broken, broken == 0)
        publish_version(small / "pack", 1)
        before = digest(small / "pack")
        code, said = ended(start(SHOP, *ONE_PAGE, "--out", small / "pack"))
        line(
            "whole pack on a disk without room: exit code",
            code,
            code == 5 and str(small) in said and digest(small / "pack") == before,
        )
        line("… that says how much is needed and free", said[-40:], "bytes are needed" in said)
        line(
            "… files left beside the old pack",
            len(list(small.iterdir())) - 1,
            len(list(small.iterdir())) == 1,
        )
        subprocess.run(["mount", "-o", "remount,ro,size=20m", small], check=True)
        code, said = ended(start(SHOP, *ONE_PAGE, "--out", small / "pack"))
        untouched = digest(small / "pack") == before
        line(
            "whole pack on a read-only disk: exit code",
            code,
            code == 5 and "Read-only file system" in said and untouched,
        )
    for size in (60, 150, 350):
        with mounted(folder / f"cache{size}", f"size={size}k") as small:
            code, said = ended(
                start(
                    SHOP,
                    *ONE_PAGE,
                    "--out",
                    folder / "whole",
                    env={"DESTOCK_CACHE": str(small / "cache")},
                )
            )
            good = code == 5 and "No space left" in said and not (folder / "whole").exists()
            line(f"cache on a disk of {size} kB that fills up meanwhile: exit code", code, good)


def ended(process: subprocess.Popen, timeout: float = 300) -> tuple[int, str]:
    _, said = process.communicate(timeout=timeout)
    if "Traceback" in said:
        line("a traceback was shown", said[-300:], good=False)
    return process.returncode, said.strip().splitlines()[-1] if said.strip() else ""


def packs(folder: Path, kills: int = 30) -> None:
    """Whole packs, killed: the command, its supervisor, or both, by SIGKILL; or asked to end by the
    signals that ask.
    """
    place, rng = folder / "pack", random.Random(2)  # noqa: S311
    for _ in range(2):  # the second from kept frames, as those that will be killed
        began = time.perf_counter()
        code, _ = ended(start(SHOP, *ONE_PAGE, "--out", place))
        usual = time.perf_counter() - began
    line("a whole pack that nobody kills: exit code", code, code == 0 and listed(place))
    broken, killed, stayed, wrong, slow = 0, 0, [], [], 0.0
    ways = ["command", "supervisor", "TERM", "INT", "HUP"]
    while killed < kills:  # a pack that was ready before the signal came proves nothing
        process, way = start(SHOP, *ONE_PAGE, "--out", place), ways[killed % len(ways)]
        time.sleep(rng.uniform(0.2, usual))
        kill(process, way)
        asked = time.perf_counter()
        code, _ = ended(process)
        slow = max(slow, time.perf_counter() - asked)
        killed += code != 0
        # ended by the signal itself, before any line of ours ran: what a shell says of it
        code = code if code >= 0 else 128 - code
        wanted = {
            "command": {137},
            "supervisor": {7},
            "TERM": {143},
            "INT": {130},
            "HUP": {143, 129},
        }[way]
        wrong += [] if code in wanted | {0} else [(way, code)]
        deadline = time.monotonic() + 5
        while (left := left_behind(folder)) and time.monotonic() < deadline:
            time.sleep(0.1)
        stayed += left
        broken += not listed(place)
    line(
        f"whole packs killed {killed} times before they were ready: broken packs",
        broken,
        broken == 0,
    )
    line("… processes and temp files of ours 5 s later", len(stayed), not stayed)
    line("… other exit codes than expected", len(wrong), not wrong)
    line("… longest end after the signal, seconds", round(slow, 1), slow < 10)
    print(*stayed, *wrong, sep="\n")


def kill(process: subprocess.Popen, way: str) -> None:
    if way == "supervisor":
        with suppress(psutil.Error):
            for child in psutil.Process(process.pid).children():
                child.kill()
    else:
        process.send_signal({"command": signal.SIGKILL}.get(way) or signal.Signals[f"SIG{way}"])


def faults(folder: Path) -> None:
    """Every fault in a copy of the project, through the whole command: exit code not 0, old pack
    untouched.
    """
    project, place = folder / "project", folder / "pack"
    shutil.copytree(ROOT / "lib", project / "lib")
    shutil.copytree(ROOT / "notebooks", project / "notebooks")
    page = project / "lib" / "destock" / "publish" / "page.py"
    page.write_text(page.read_text().replace("CELL_SECONDS = 300", "CELL_SECONDS = 5"))
    place.mkdir()
    (place / "index.html").write_text("last week")
    path = project / "notebooks" / "03_impact.ipynb"
    sound = json.loads(path.read_text(encoding="utf-8"))
    for name, sources, arguments, wanted, _ in FAULTS:
        broken = json.loads(json.dumps(sound))
        tags = list(arguments.get("tags", ()))
        broken["cells"] += [
            sound["cells"][2] | {"source": [source], "metadata": {"tags": tags}}
            for source in sources
        ]
        path.write_text(json.dumps(broken))
        code, said = ended(start(SHOP, *ONE_PAGE, "--out", place, lib=project / "lib"))
        untouched = [file.name for file in place.rglob("*")] == ["index.html"] and (
            place / "index.html"
        ).read_text() == "last week"
        line(
            f"{name}: exit code",
            code,
            code == wanted and untouched and "notebook impact, cell" in said,
        )


def crowd(folder: Path, many: int = 40, same: int = 8) -> None:
    """Different reports at once, each right; the same one several times: one runs, the others end
    at once.
    """
    running, counted = {}, {}
    for n in range(many):
        shop = folder / f"shop{n}"
        shutil.copytree(SHOP, shop)
        stock = shop / "stock.csv"
        stock.write_text(
            stock.read_text(encoding="utf-8").replace(
                "B1-F,2026/05/31,47", f"B1-F,2026/05/31,{47 + n}"
            ),
            encoding="utf-8",
        )
        toml = shop / "shop.toml"
        name = toml.read_text(encoding="utf-8").splitlines()[0]
        toml.write_text(
            toml.read_text(encoding="utf-8").replace(name, f'name = "Shop number {n}."', 1),
            encoding="utf-8",
        )
        running[n] = start(shop, *ONE_PAGE, "--out", folder / "packs" / f"pack{n}")
    codes = Counter(ended(process, 1200)[0] for process in running.values())
    for n in range(many):
        pack = folder / "packs" / f"pack{n}"
        with suppress(OSError):
            control = pd.read_csv(pack / "results" / "control.csv", encoding="utf-8-sig").set_index(
                "figure"
            )["ours"]
            counted[n] = control["units on hand"] == 86 + n and f"Shop number {n}." in (
                pack / "impact.html"
            ).read_text(encoding="utf-8")
    line(f"{many} different reports at once: exit 0", codes[0], codes[0] == many)
    line(
        "… with its own shop and its own count",
        sum(counted.values()),
        sum(counted.values()) == many,
    )
    line(
        "… processes and temp files left",
        len(left_behind(folder / "packs")),
        not left_behind(folder / "packs"),
    )
    began = time.perf_counter()
    running, slow = (
        [start(SHOP, *ONE_PAGE, "--out", folder / "packs" / "one") for _ in range(same)],
        0.0,
    )
    waiting, codes = list(running), Counter()
    while waiting:
        for process in [process for process in waiting if process.poll() is not None]:
            waiting.remove(process)
            code, _ = ended(process)
            codes[code] += 1
            slow = max(slow, time.perf_counter() - began) if code == 75 else slow
        time.sleep(0.02)
    line(
        f"the same report {same} times at once: one runs, the others exit 75",
        dict(codes),
        codes == {0: 1, 75: same - 1},
    )
    line("… the last 75 came after seconds", round(slow, 2), slow < 5)


PARTS = {part.__name__: part for part in (kills, disk, packs, faults, crowd)}


def main(names: list[str]) -> int:
    for name in names or PARTS:
        with tempfile.TemporaryDirectory(prefix="torture-") as folder:
            work = Path(folder)
            for part in ("tmp", "cache", "work"):
                (work / part).mkdir()
            os.environ |= {"TMPDIR": str(work / "tmp"), "DESTOCK_CACHE": str(work / "cache")}
            PARTS[name](work / "work")
    return 1 if FAILED else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
