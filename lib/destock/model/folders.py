"""Where things lie: the project itself, and what is kept from one run to the next."""

import os
from pathlib import Path

import platformdirs

ROOT = Path(__file__).resolve().parents[3]


def cache() -> Path:
    """The folder of everything that can be computed again: kept frames, locks, and the notebooks that failed last."""
    return Path(os.environ.get("DESTOCK_CACHE") or platformdirs.user_cache_path("destock"))
