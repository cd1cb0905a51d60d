"""Where things lie: the project itself, and what is kept from one run to the next."""

import atexit
import os
import shutil
import tempfile
from functools import lru_cache
from pathlib import Path

import platformdirs

from destock.model.messages import Fault, mark

ROOT = Path(__file__).resolve().parents[3]
# the environment variable by which all processes of a command know its folder
BELONGS = "DESTOCK_BATCH"


def cache() -> Path:
    """The folder of everything that can be computed again: kept frames, locks, and the notebooks that failed last."""
    return Path(os.environ.get("DESTOCK_CACHE") or platformdirs.user_cache_path("destock"))


def room(folder: Path) -> int:
    """How many bytes are free where a folder is, or will be made?"""
    return shutil.disk_usage(next(place for place in (folder, *folder.parents) if place.is_dir())).free


def require_room(folder: Path, needed: int) -> None:
    """Is there room for so many bytes? Raises Fault (5) where there is not, before any work is done."""
    if (free := room(folder)) < needed:
        text = mark('no room in "{path}": about {needed} bytes are needed, {free} are free')
        raise Fault(5, text, path=folder, needed=f"{needed:,}", free=f"{free:,}")


def session() -> Path:
    """The folder of what is read once: by a command with all its processes, or by a process alone. It goes when they end."""
    return Path(os.environ.get(BELONGS) or _of_process(os.getpid()))


@lru_cache
def _of_process(pid: int) -> str:
    folder = tempfile.mkdtemp(prefix=f"destock-{pid}-")  # a name by which a batch knows it for a stray if this process is killed
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
