"""The publish step, killed: a child makes a pack of ready artefacts, and dies before its n-th step
of the system, or at a random moment.
"""

import hashlib
import json
import os
import random
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path

from destock.publish import place as places

FILES = (
    "index.html",
    "results/styles.csv",
    "results/styles.parquet",
    "results/actions.xlsx",
    "results/page.ipynb",
)


def publish_version(place: Path, version: int, size: int = 20_000) -> None:
    """Make a pack whose every file is of one version, as a run does: files, then the list of their
    hashes, then the change of places.
    """
    with places.held(place), places.beside(place) as folder:
        content = {name: f"{version} {name} ".encode() * (size // 20) for name in FILES}
        for name, data in content.items():
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_bytes(data)
        hashes = {name: hashlib.sha256(data).hexdigest() for name, data in content.items()}
        (folder / "run.json").write_text(json.dumps(hashes))
        places.put(folder, place)


def is_whole(place: Path) -> bool:
    """Are all files there, and each the one that run.json lists?"""
    hashes = json.loads((place / "run.json").read_text())
    return set(hashes) == set(FILES) and all(
        hashlib.sha256((place / name).read_bytes()).hexdigest() == hashes[name] for name in hashes
    )


def leftovers(place: Path) -> list[Path]:
    return [path for path in place.parent.iterdir() if path != place]


def killed_at_step(place: Path, version: int, step: int) -> bool:
    """Publish in a child that is killed before its ``step``-th call that opens, makes, moves or
    removes; was it killed?
    """
    if (pid := os.fork()) == 0:
        steps = iter(range(step, -1, -1))

        def count_down(event: str, _) -> None:
            if (
                event != "os.kill"
                and event.split(".")[0] in ("open", "os", "shutil", "tempfile", "ctypes")
                and next(steps, 0) == 0
            ):
                os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(count_down)
        _publish_and_exit(place, version)
    return os.WIFSIGNALED(os.waitpid(pid, 0)[1])


def killed_after(place: Path, version: int, seconds: float) -> bool:
    """Publish in a child that is killed after so many seconds; was it killed?"""
    if (pid := os.fork()) == 0:
        _publish_and_exit(place, version)
    time.sleep(seconds)
    os.kill(pid, signal.SIGKILL)
    return os.WIFSIGNALED(os.waitpid(pid, 0)[1])


def killed_at_first_write(place: Path, version: int) -> bool:
    """Publish in a child that is killed as soon as anything of it is seen beside the place; was it
    killed?
    """
    if (pid := os.fork()) == 0:
        _publish_and_exit(place, version, size=2_000_000)
    while not _written(place):
        if os.waitpid(pid, os.WNOHANG)[0]:
            return False
    os.kill(pid, signal.SIGKILL)
    return os.WIFSIGNALED(os.waitpid(pid, 0)[1])


def _written(place: Path) -> bool:
    with suppress(FileNotFoundError):  # it was moved or removed while we looked
        return any(
            path.is_file() and path.stat().st_size
            for folder in leftovers(place)
            for path in folder.rglob("*")
        )
    return False


def _publish_and_exit(place: Path, version: int, size: int = 20_000) -> None:
    code = 1
    try:
        publish_version(place, version, size)
        code = 0
    finally:
        os._exit(code)


def every_step(place: Path) -> tuple[int, int]:
    """Kill before every step in turn until one run comes through: how many kills, and how many
    broken packs.
    """
    publish_version(place, 0)
    kills, broken = 0, 0
    while killed_at_step(place, kills + 1, kills):
        kills += 1
        broken += not is_whole(place)
    return kills, broken + (not is_whole(place))


def at_random(place: Path, kills: int, seed: int = 1) -> tuple[int, int]:
    """Kill at random moments and at first write until there were so many kills; how many, and how
    many broken packs.
    """
    rng = random.Random(seed)  # noqa: S311
    publish_version(place, 0)
    began = time.perf_counter()
    publish_version(place, 1)
    usual, done, broken, n = time.perf_counter() - began, 0, 0, 1
    while done < kills:
        n += 1
        done += (
            killed_at_first_write(place, n)
            if n % 4 == 0
            else killed_after(place, n, rng.uniform(0, 1.5 * usual))
        )
        broken += not is_whole(place)
    return done, broken
