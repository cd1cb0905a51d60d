"""A shop opened for one day: its panel, and every frame that was made of it, kept for the next time.

Frames are Parquet under the hash of inputs, parameters and library, so that a notebook
run alone computes what it needs and a pack computes it once.
"""

import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import pandas as pd
import platformdirs

import destock
from destock import engine
from destock.intake.shop import Shop, find_shop, open_shop
from destock.model.assumptions import assumed
from destock.model.parameters import day, folder, mapping
from destock.model.weeks import chinese_events
from destock.panel.panel import build, last_day

KEPT_DAYS = 30


@dataclass(frozen=True)
class Book:
    """A shop opened for one day with its assumptions: where its kept frames lie."""

    shop: Shop
    as_of: date
    assumptions: dict[str, float]
    inputs: dict[str, str]

    @property
    def key(self) -> str:
        return _hash([self.inputs, str(self.as_of), destock.__version__, _source_hash()])

    def panel(self, name: str) -> pd.DataFrame:
        """One frame of the panel, built if it is not there yet."""
        folder = _cache() / self.key
        if not folder.is_dir():
            _build(self, folder)
        os.utime(folder)
        return engine.read(folder / f"{name}.parquet")

    def kept(self, name: str, compute: Callable[[], pd.DataFrame]) -> pd.DataFrame:
        """One result frame, computed if it is not there yet for these assumptions."""
        self.panel("run")
        path = _cache() / self.key / f"{_hash(self.assumptions)}-{name}.parquet"
        if not path.exists():
            frame = compute()
            handle, temporary = tempfile.mkstemp(dir=path.parent)
            os.close(handle)
            engine.save(frame, Path(temporary))
            os.replace(temporary, path)
        return engine.read(path)

    def kept_together(self, names: tuple[str, ...], compute: Callable[[], dict[str, pd.DataFrame]]) -> dict[str, pd.DataFrame]:
        """Result frames that are computed together, if they are not there yet."""
        found: dict[str, pd.DataFrame] = {}

        def one(name: str) -> pd.DataFrame:
            if not found:
                found.update(compute())
            return found[name]

        return {name: self.kept(name, lambda name=name: one(name)) for name in names}

    def events(self) -> pd.DataFrame:
        """The days that move demand and move with the year: the shop's own; else, where money is yuan, China's."""
        if self.shop.events:
            rows = [(event, day) for event, days in self.shop.events.items() for day in days]
            return pd.DataFrame(rows, columns=["event", "date"]).astype({"date": "datetime64[us]"})
        everywhere = chinese_events()
        return everywhere if self.shop.currency == "CNY" else everywhere.iloc[:0]

    @property
    def today(self) -> pd.Timestamp:
        return self.panel("run")["as_of"].iloc[0]


def open_book(shop: str | Path, as_of: date | str | None = None, settings: Mapping[str, object] | None = None) -> Book:
    """Open a shop for a day: its tables found, its parameters checked.

    Raises Fault: 2 for a parameter that cannot be, 3 for a shop that cannot be read.
    """
    opened = open_shop(find_shop(folder(shop)))
    assumptions, inputs = assumed(opened.assumptions, mapping(settings)), opened.fingerprint()
    return Book(opened, day(as_of) or opened.as_of or _last_day(opened, inputs), assumptions, inputs)


def _last_day(shop: Shop, inputs: dict[str, str]) -> date:
    """The day of the last order line: the day of the report where nobody names one."""
    noted = _cache() / f"{_hash([inputs, _source_hash()])}.day"
    if not noted.exists():
        _cache().mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=_cache(), prefix="building-") as scratch:
            noted.write_text(last_day(shop, Path(scratch)).isoformat(), encoding="utf-8")
    return date.fromisoformat(noted.read_text(encoding="utf-8"))


def _cache() -> Path:
    return Path(os.environ.get("DESTOCK_CACHE") or platformdirs.user_cache_path("destock"))


def _build(book: Book, folder: Path) -> None:
    _cache().mkdir(parents=True, exist_ok=True)
    for old in _cache().iterdir():
        if old.is_dir() and time.time() - old.stat().st_mtime > KEPT_DAYS * 86_400:
            shutil.rmtree(old, ignore_errors=True)
    with tempfile.TemporaryDirectory(dir=_cache(), prefix="building-") as temporary:
        build(book.shop, book.as_of, Path(temporary))
        try:
            Path(temporary).rename(folder)
        except OSError:
            if not folder.is_dir():  # otherwise another process was faster, with the same frames
                raise
        else:
            Path(temporary).mkdir()


def _hash(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()[:16]


@cache
def _source_hash() -> str:
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parents[1].rglob("*")):
        if path.suffix in (".py", ".sql"):
            digest.update(path.read_bytes())
    return digest.hexdigest()
