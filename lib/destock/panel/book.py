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
from functools import lru_cache
from pathlib import Path

import pandas as pd
from filelock import FileLock

import destock
from destock import engine
from destock.intake.shop import Shop, find_shop, open_shop
from destock.model.assumptions import assumed
from destock.model.folders import cache, require_room
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
        if not self.folder.is_dir():
            _build(self)
        os.utime(self.folder)
        return engine.read(self.folder / f"{name}.parquet")

    @property
    def folder(self) -> Path:
        return cache() / self.key

    @property
    def building(self) -> Path:
        """Where the panel is built before it takes its place; whoever holds its lock may sweep it."""
        return cache() / f"building-{self.key}"

    def kept(self, name: str, compute: Callable[[], pd.DataFrame]) -> pd.DataFrame:
        """One result frame, computed if it is not there yet for these assumptions."""
        return self.kept_together((name,), lambda: {name: compute()})[name]

    def kept_together(self, names: tuple[str, ...], compute: Callable[[], dict[str, pd.DataFrame]]) -> dict[str, pd.DataFrame]:
        """Result frames that are computed together, if they are not there yet: by one process, while others wait."""
        self.panel("run")
        paths = {name: self.folder / f"{_hash(self.assumptions)}-{name}.parquet" for name in names}
        if not all(path.exists() for path in paths.values()):
            with FileLock(paths[names[0]].with_suffix(".lock")):
                if not all(path.exists() for path in paths.values()):
                    _keep(compute(), paths)
        return {name: engine.read(path) for name, path in paths.items()}

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
    noted = cache() / f"{_hash([inputs, _source_hash()])}.day"
    if not noted.exists():
        cache().mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache(), prefix="building-") as scratch:
            noted.write_text(last_day(shop, Path(scratch), date.today()).isoformat(), encoding="utf-8")
    return date.fromisoformat(noted.read_text(encoding="utf-8"))


def _keep(frames: dict[str, pd.DataFrame], paths: dict[str, Path]) -> None:
    for name, path in paths.items():
        engine.save(frames[name], path.with_suffix(".part"))
        os.replace(path.with_suffix(".part"), path)


def _build(book: Book) -> None:
    cache().mkdir(parents=True, exist_ok=True)
    for old in cache().glob("*[0-9a-f]"):
        if old.is_dir() and time.time() - old.stat().st_mtime > KEPT_DAYS * 86_400:
            shutil.rmtree(old, ignore_errors=True)
    with FileLock(book.building.with_suffix(".lock")):
        if book.folder.is_dir():  # another process was faster
            return
        shutil.rmtree(book.building, ignore_errors=True)
        # the panel is smaller than the tables that it is made of; what they spill on the way is not known before
        require_room(cache(), sum(path.stat().st_size for table in book.shop.sources for path in book.shop.files(table)))
        book.building.mkdir()
        try:
            build(book.shop, book.as_of, book.building, date.today())
            book.building.rename(book.folder)
        finally:
            shutil.rmtree(book.building, ignore_errors=True)


def _hash(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()[:16]


@lru_cache
def _source_hash() -> str:
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parents[1].rglob("*")):
        if path.suffix in (".py", ".sql"):
            digest.update(path.read_bytes())
    return digest.hexdigest()
