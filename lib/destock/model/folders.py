"""Where things lie: the project itself, and what is kept from one run to the next."""

import atexit
import os
import shutil
import tempfile
from functools import lru_cache
from pathlib import Path

import platformdirs

ROOT = Path(__file__).resolve().parents[3]
# the environment variable by which all processes of a command know its folder
BELONGS = "DESTOCK_BATCH"


def cache() -> Path:
    """The folder of everything that can be computed again: kept frames, locks, and the notebooks that failed last."""
    return Path(os.environ.get("DESTOCK_CACHE") or platformdirs.user_cache_path("destock"))


def session() -> Path:
    """The folder of what is read once: by a command with all its processes, or by a process alone. It goes when they end."""
    return Path(os.environ.get(BELONGS) or _of_process(os.getpid()))


@lru_cache
def _of_process(pid: int) -> str:
    folder = tempfile.mkdtemp(prefix=f"destock-{pid}-")  # a name by which a batch knows it for a stray if this process is killed
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
