"""A shop opened for one day: its panel, and every frame that was made of it, kept for the next
time.

Frames are Parquet under the hash of inputs, parameters and library, so that a notebook
run alone computes what it needs and a pack computes it once. What is kept only saves time: it
never gives another answer than there would be without it.
"""

import hashlib
import json
import os
import shutil
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from functools import lru_cache, partial
from pathlib import Path

import pandas as pd
from filelock import FileLock

import destock
from destock import engine
from destock.intake.cells.grammar import FUTURE
from destock.intake.inputs import Seen, refuse_changed
from destock.intake.shop import Shop, find_shop, open_shop
from destock.model.assumptions import assumed
from destock.model.folders import (
    cache,
    goes_with_session,
    make_folder,
    require_room,
    to_disk,
    today,
)
from destock.model.messages import Fault, mark
from destock.model.parameters import day, folder, mapping
from destock.model.weeks import chinese_events
from destock.panel import store
from destock.panel.panel import build

KEPT_DAYS = 30
# in the folder of a panel: the day on which it was built, as JSON
BUILT = "built.json"


@dataclass(frozen=True)
class Book:
    """A shop opened for one day with its assumptions: where its kept frames lie."""

    shop: Shop
    as_of: date
    assumptions: dict[str, float]
    first: dict[str, Seen]

    @property
    def inputs(self) -> dict[str, str]:
        """SHA-256 of every input when it was first read, by its name."""
        return _digests(self.first)

    @property
    def key(self) -> str:
        return _hash([self.inputs, str(self.as_of), destock.__version__, _source_hash()])

    @property
    def folder(self) -> Path:
        """Where the panel is kept, or will be.

        What lies beyond tomorrow is rejected, so a panel may depend on the day on which it is
        built. Only one in which that day rejected nothing is kept for later days too: those could
        reject nothing either.
        """
        lasting = cache() / self.key
        return lasting if self.lasts_since() <= self._today else self._of_today

    def panel(self, name: str) -> pd.DataFrame:
        """One frame of the panel, built if it is not there yet, and again if it is not what was
        written.
        """
        folder = self.folder
        frame = store.read(folder / f"{name}.parquet", self.key)
        if frame is None:
            _build_once(self, name)
            folder = self.folder
            frame = _read_again(folder / f"{name}.parquet", self.key)
        os.utime(folder)
        return frame

    def kept(
        self,
        names: tuple[str, ...],
        compute: Callable[[], dict[str, pd.DataFrame]],
        numbers: Mapping[str, float],
    ) -> dict[str, pd.DataFrame]:
        """Result frames that are computed together, if they are not there as they were written for
        these ``numbers``, the assumptions that they depend on: by one process, while others wait.
        """
        self.panel("run")
        paths = {name: self.folder / f"{_hash(numbers)}-{name}.parquet" for name in names}
        frames = {name: store.read(path, self.key) for name, path in paths.items()}
        if any(frame is None for frame in frames.values()):
            with FileLock(paths[names[0]].with_suffix(".lock")):
                if not all(store.is_whole(path, self.key) for path in paths.values()):
                    computed = compute()
                    for name, path in paths.items():
                        store.keep(path, self.key, partial(engine.save, computed[name]))
            frames = {name: _read_again(path, self.key) for name, path in paths.items()}
        return frames

    def events(self) -> pd.DataFrame:
        """The days that move demand and move with the year: the shop's own; else, where money is
        yuan, China's.
        """
        if self.shop.events:
            rows = [(event, day) for event, days in self.shop.events.items() for day in days]
            return pd.DataFrame(rows, columns=["event", "date"]).astype({"date": "datetime64[us]"})
        everywhere = chinese_events()
        return everywhere if self.shop.currency == "CNY" else everywhere.iloc[:0]

    @property
    def today(self) -> pd.Timestamp:
        return self.panel("run")["as_of"].iloc[0]

    @property
    def _today(self) -> date:
        """The day by tomorrow of which things have happened."""
        return max(self.as_of, today())

    @property
    def _of_today(self) -> Path:
        return cache() / _hash([self.key, str(self._today)])

    def lasts_since(self) -> date:
        """From which day on is the kept panel right on every day? The end of time where there is
        none.
        """
        known = store.read_text(cache() / self.key / BUILT, self.key)
        return date.fromisoformat(json.loads(known)) if known else date.max


def open_book(
    shop: str | Path, as_of: date | str | None = None, settings: Mapping[str, object] | None = None
) -> Book:
    """Open a shop for a day: its tables found, its parameters checked.

    Raises Fault: 2 for a parameter that cannot be, 3 for a shop that cannot be read.
    """
    opened = open_shop(find_shop(folder(shop)))
    assumptions, first = assumed(opened.assumptions, mapping(settings)), opened.first_seen()
    return Book(opened, day(as_of) or opened.as_of or _last_day(opened, first), assumptions, first)


def _last_day(shop: Shop, first: dict[str, Seen]) -> date:
    """The day of the last thing that the tables of facts tell: the day of the report where nobody
    names one.
    """
    key = _hash([_digests(first), _source_hash()])
    noted = cache() / f"{key}.day"
    known = json.loads(store.read_text(noted, key) or "{}")
    if known and _stands(
        Book(shop, date.fromisoformat(known["day"]), {}, first), date.fromisoformat(known["noted"])
    ):
        return date.fromisoformat(known["day"])
    make_folder(cache())
    with FileLock(noted.with_suffix(".lock")):
        with _building() as folder:
            book = _build(shop, first, folder)
            with _putting(book):
                _put(book, folder)
        found = book.as_of
        store.keep(
            noted,
            key,
            lambda part: part.write_text(
                json.dumps({"day": f"{found}", "noted": f"{today()}"}), encoding="utf-8"
            ),
        )
    return found


def _stands(book: Book, noted: date) -> bool:
    """Is a last day that was noted on another day right today? So it is where nothing was beyond
    that day's tomorrow.
    """
    return noted == today() or book.lasts_since() <= noted <= today()


def _build_once(book: Book, name: str) -> None:
    """Build the panel, unless another process has done so meanwhile and its frame ``name`` is
    whole.
    """
    make_folder(cache())
    with _putting(book):
        if not store.is_whole(book.folder / f"{name}.parquet", book.key):
            with _building() as folder:
                _put(_build(book.shop, book.first, folder, book.as_of), folder)


def _putting(book: Book) -> FileLock:
    """Whoever puts a panel in its place holds this lock."""
    return FileLock(cache() / f"building-{book.key}.lock")


def _build(shop: Shop, first: dict[str, Seen], folder: Path, as_of: date | None = None) -> Book:
    """Build the panel of a day, or of the last one that the shop tells of, sealed in ``folder``."""
    _sweep()
    # the panel is smaller than the tables that it is made of; what they spill on the way is not
    # known before
    require_room(cache(), sum(one.size for one in first.values()))
    with _of_one_moment(shop, first):
        as_of = build(shop, as_of, folder, today())
    book = Book(shop, as_of, {}, first)
    for path in folder.iterdir():
        to_disk(path)
        store.seal(path, book.key)
    return book


def _put(book: Book, folder: Path) -> None:
    """Put a panel that was built where it belongs: where another is, each of its frames by itself,
    for there may be readers.
    """
    depends = FUTURE in set(engine.read(folder / "rejects.parquet")["rule"])
    place = book._of_today if depends else cache() / book.key
    built = folder / BUILT
    store.keep(
        built,
        book.key,
        lambda part: part.write_text(json.dumps(f"{book._today}"), encoding="utf-8"),
    )
    if place.is_symlink() or place.is_file():
        place.unlink()
    if not place.exists():
        folder.rename(place)
        return
    # what says that the panel lasts comes last
    for path in sorted(folder.iterdir(), key=lambda path: path.name.startswith(BUILT)):
        if (there := place / path.name).is_dir() and not there.is_symlink():
            shutil.rmtree(there)
        os.replace(path, there)


@contextmanager
def _of_one_moment(shop: Shop, first: dict[str, Seen]) -> Iterator[None]:
    """What is read inside is what was first read. Raises Fault (5) where an input changed, whatever
    else went wrong by it.
    """
    try:
        yield
    except Exception:
        # half of a file that is being written is no fault of the file
        refuse_changed(first, shop.inputs)
        raise
    refuse_changed(first, shop.inputs)


def _read_again(path: Path, key: str) -> pd.DataFrame:
    frame = store.read(path, key)
    if frame is None:
        raise Fault(
            5,
            mark(
                '"{path}" was made again and is damaged again: is the disk sound? Remove "{folder}"'
            ),
            path=path,
            folder=path.parent,
        )
    return frame


@contextmanager
def _building() -> Iterator[Path]:
    """A folder in the cache to build in, which goes however this process ends."""
    folder = cache() / f"building-{uuid.uuid4().hex}"
    goes_with_session(folder)
    make_folder(folder)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _sweep() -> None:
    for old in cache().glob("*[0-9a-f]"):
        with suppress(FileNotFoundError):  # another process was faster
            if old.is_dir() and time.time() - old.stat().st_mtime > KEPT_DAYS * 86_400:
                shutil.rmtree(old, ignore_errors=True)


def _digests(first: Mapping[str, Seen]) -> dict[str, str]:
    return {name: one.sha256 for name, one in first.items()}


def _hash(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()[:16]


@lru_cache
def _source_hash() -> str:
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parents[1].rglob("*")):
        if path.suffix in (".py", ".sql", ".toml"):
            digest.update(path.read_bytes())
    return digest.hexdigest()
