"""Where things lie: the project itself, and what is kept from one run to the next."""

import atexit
import json
import os
import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from functools import lru_cache
from pathlib import Path

import platformdirs
from filelock import FileLock

from destock.model.messages import Fault, mark

ROOT = Path(__file__).resolve().parents[3]
# the environment variable by which all processes of a command know its folder
BELONGS = "DESTOCK_BATCH"
# in that folder: the folders elsewhere that are to go with it
LISTED = "belongings"


def cache() -> Path:
    """The folder of everything that can be computed again: kept frames, locks, and the notebooks
    that failed last.
    """
    return Path(os.environ.get("DESTOCK_CACHE") or platformdirs.user_cache_path("destock"))


def room(folder: Path) -> int:
    """How many bytes are free where a folder is, or will be made?"""
    return shutil.disk_usage(
        next(place for place in (folder, *folder.parents) if place.is_dir())
    ).free


def require_room(folder: Path, needed: int) -> None:
    """Is there room for so many bytes? Raises Fault (5) where there is not, before any work is
    done.
    """
    if (free := room(folder)) < needed:
        text = mark('no room in "{path}": about {needed} bytes are needed, {free} are free')
        raise Fault(5, text, path=folder, needed=f"{needed:,}", free=f"{free:,}")


def session() -> Path:
    """The folder of what is read once: by a command with all its processes, or by a process alone.
    It goes when they end.
    """
    return Path(os.environ.get(BELONGS) or _of_process(os.getpid()))


def begin_session(folder: str | Path) -> None:
    """Make a folder that of a command: the day is the one that it is here, whatever zone its
    processes are given.
    """
    Path(folder, "today.json").write_text(json.dumps(date.today().isoformat()), encoding="utf-8")


def once(name: str, find: Callable[[], object]) -> object:
    """What a command finds out once for all its processes; a process alone finds it anew each time.

    ``find`` returns what JSON can hold. What it raises is kept for nobody.
    """
    if BELONGS not in os.environ:
        return find()
    place = session() / f"{name}.json"
    if not place.exists():
        with FileLock(place.with_suffix(".lock")):
            if not place.exists():
                part = place.with_suffix(".part")
                part.write_text(json.dumps(find()), encoding="utf-8")
                part.replace(place)
    return json.loads(place.read_text(encoding="utf-8"))


def today() -> date:
    """The day on which a command was started, for all its processes, past midnight too; for a
    process alone the day that it is.
    """
    return date.fromisoformat(once("today", lambda: date.today().isoformat()))


def goes_with_session(folder: Path, own: str | Path = "") -> None:
    """A folder elsewhere, about to be made by this process alone, is to go when its command (whose
    folder is ``own``) ends, even if that is killed.
    """
    with Path(own or session(), LISTED).open("ab") as listed:
        listed.write(os.fsencode(folder) + b"\0")


def end_session(folder: str | Path) -> None:
    """Remove the folder of a command, and what was to go with it."""
    with suppress(OSError):
        for also in Path(folder, LISTED).read_bytes().split(b"\0")[:-1]:
            shutil.rmtree(os.fsdecode(also), ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)


@lru_cache
def _of_process(pid: int) -> str:
    # a name by which a batch knows it for a stray if this process is killed
    folder = tempfile.mkdtemp(prefix=f"destock-{pid}-")
    atexit.register(end_session, folder)
    return folder


def shared() -> bool:
    """May others read packs, rejects and cache, as far as the umask lets them? Only where
    DESTOCK_SHARED asks for it.
    """
    return bool(os.environ.get("DESTOCK_SHARED"))


def keep_to_owner() -> None:
    """Whatever a command and its processes write from here on is for their owner alone, unless
    ``shared``.
    """
    if not shared():
        os.umask(os.umask(0o077) | 0o077)


def make_folder(folder: Path) -> None:
    """Make a folder of what is kept, for its owner alone unless ``shared``; it may be there
    already.
    """
    folder.mkdir(mode=0o777 if shared() else 0o700, parents=True, exist_ok=True)


def to_disk(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk itself."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
