"""Frames by name: a frame is a function, and its arguments are what it reads.

An argument is another frame, a frame of the panel, an assumption, or one of ``FACTS``. The name of
the function is the frame's name wherever it is kept, shown and published. A kept frame is computed
again only where something that it reads is another: no assumption that it does not ask for makes
it stale.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache, partial
from inspect import signature

import pandas as pd

from destock.model.assumptions import ASSUMPTIONS, table
from destock.model.parameters import nearest
from destock.model.results import PUBLISHED, publish
from destock.panel.book import Book
from destock.panel.panel import WRITTEN

# what a frame can ask for of the shop and the day
FACTS = {
    "shop": lambda book: book.shop,
    "today": lambda book: book.today,
    "events": lambda book: book.events(),
    "assumptions": lambda book: table(book.assumptions),
}


@dataclass(frozen=True)
class Maker:
    """A function with the names of what it makes, and the assumptions that it is given together as
    ``numbers``: those and no others.
    """

    make: Callable
    makes: tuple[str, ...]
    together: bool
    assumes: tuple[str, ...]
    kept: bool
    rows_of: str

    @property
    def reads(self) -> tuple[str, ...]:
        """The names of its arguments."""
        return tuple(signature(self.make).parameters)


MAKERS: dict[str, Maker] = {}


def frame(
    make: Callable | None = None,
    *,
    key: str = "",
    columns: str = "",
    makes: tuple[str, ...] = (),
    assumes: str = "",
    kept: bool = True,
    rows_of: str = "",
):
    """Let a function be a frame, kept for the next time.

    key, columns: of a frame that stands in the results, what tells its rows apart and what else is
    published of each. makes: the names of several frames that it returns together, by name.
    assumes: assumptions that it is given as ``numbers``. rows_of: the frame of the results that
    holds all of its rows.
    """
    if make is None:
        return partial(
            frame,
            key=key,
            columns=columns,
            makes=makes,
            assumes=assumes,
            kept=kept,
            rows_of=rows_of,
        )
    if key:
        publish(make.__name__, key, columns)
    names = makes or (make.__name__,)
    maker = Maker(make, names, bool(makes), tuple(assumes.split()), kept, rows_of)
    for name in maker.makes:
        if MAKERS.setdefault(name, maker) is not maker:
            raise ValueError(f"two frames are called {name}")
    return make


# made when it is asked for and not kept: a figure, a finding, a part of another frame
view = partial(frame, kept=False)


@lru_cache
def assumed_by(name: str) -> frozenset[str]:
    """On which assumptions does a frame, or anything that it reads, depend?"""
    if name not in MAKERS:
        return frozenset({name} & set(ASSUMPTIONS))
    maker = MAKERS[name]
    return frozenset(maker.assumes).union(*(assumed_by(argument) for argument in maker.reads))


@dataclass(frozen=True)
class Frames:
    """All that can be said of a shop's day, by name; ``given``: what a page is asked about."""

    book: Book
    given: Mapping[str, object] = field(default_factory=dict)

    def __getitem__(self, name: str) -> object:
        """A frame, figure or fact of this name: computed if it is not kept."""
        if name in self.given:
            return self.given[name]
        if name in MAKERS:
            return self._made(name)
        if name in self.book.assumptions:
            return self.book.assumptions[name]
        if name in FACTS:
            return FACTS[name](self.book)
        if name not in WRITTEN:
            known = [*MAKERS, *FACTS, *ASSUMPTIONS, *WRITTEN]
            raise KeyError(f'no frame is called "{name}"; did you mean "{nearest(name, known)}"?')
        return self.book.panel(name)

    def told(self, make: Callable) -> object:
        """What a function says of the frames that its arguments name."""
        return make(**{name: self[name] for name in signature(make).parameters})

    def _made(self, name: str) -> object:
        maker = MAKERS[name]
        if not maker.kept:
            return self._make(maker)[name]
        numbers = {one: self.book.assumptions[one] for one in sorted(assumed_by(name))}
        return self.book.kept(maker.makes, partial(self._make, maker), numbers)[name]

    def _make(self, maker: Maker) -> dict[str, object]:
        numbers = {one: self.book.assumptions[one] for one in maker.assumes}
        made = maker.make(
            **{name: numbers if name == "numbers" else self[name] for name in maker.reads}
        )
        return made if maker.together else {maker.makes[0]: made}


def with_rows_of(name: str, made: pd.DataFrame, frames: Frames) -> str:
    """The table of the results in which all rows of a frame are; empty where they are in none."""
    whole = (MAKERS[name].rows_of if name in MAKERS else "") or name
    if whole not in PUBLISHED:
        return ""
    return whole if whole == name or len(made) == len(frames[whole]) else ""
