"""A page: what one notebook shows, its frames by name and its findings by id."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from destock.intake.missing import missing_tables
from destock.intake.shop import Shop
from destock.model.findings import Finding, Sentence
from destock.model.findings import table as findings_table
from destock.model.messages import Fault, made_for, mark, say, speak
from destock.model.metrics import DEFINITIONS
from destock.model.notebooks import notebooks
from destock.model.parameters import refuse_unknown
from destock.model.results import PUBLISHED, publish, published
from destock.pages.frames import Frames, with_rows_of
from destock.panel.book import Book, open_book

# page → what is found on it; each module of this room that has a notebook gives one
PAGES: dict[str, Callable] = {}

UNIT = Sentence("unit", mark("Units on this page are {unit:text}."))


def page(found: Callable) -> Callable:
    """Let a function say what is found on the page of its module, of what its arguments name."""
    PAGES[found.__module__.rpartition(".")[2]] = found
    return found


publish("findings", "page id item", "value low high unit basis money severity warnings figures")
publish("assumptions", "name", "value unit source meaning")


@dataclass(frozen=True)
class Page:
    """What one notebook shows of a shop on a day."""

    name: str
    frames: Frames
    findings: list[Finding]

    @property
    def currency(self) -> str:
        return self.frames.book.shop.currency

    @property
    def definition(self) -> str:
        """What this shop's sell-through divides by what: the line under every chart that compares
        it.
        """
        return DEFINITIONS[self.frames.book.shop.sell_through]

    def __getitem__(self, name: str) -> pd.DataFrame:
        """A frame that remembers in which table of the results all of its rows are, where they are
        in one.
        """
        made = self.frames[name].copy(deep=False)
        made.attrs["results"] = with_rows_of(name, made, self.frames)
        return made

    def found(self, *ids: str) -> list[Finding]:
        """The findings of these ids, in this order; an id that was not found is left out."""
        return [finding for wanted in ids for finding in self.findings if finding.id == wanted]


def open_page(
    name: str,
    shop: str | Path,
    as_of: object = None,
    lang: str = "en",
    settings: Mapping[str, object] | None = None,
    **given: object,
) -> Page:
    """What does one page say of a shop on a day?

    name: the word of its notebook. given: what else the notebook asks about. Raises Fault: 2 for a
    parameter that cannot be, 3 for a shop that cannot be read.
    """
    speak(lang)
    refuse_unknown(*given)
    if name in notebooks() and name not in PAGES:
        raise KeyError(f"pages/{name}.py has no function marked @page")
    if name not in PAGES:
        known = " ".join(notebooks())
        raise Fault(2, mark('page "{name}" is not known: use {known}'), name=name, known=known)
    return page_of(open_book(shop, as_of, settings), name, given)


def page_of(book: Book, name: str, given: Mapping[str, object] | None = None) -> Page:
    """What one page says of a shop that is open."""
    asked = dict.fromkeys(notebooks()[name].asks, "") | dict(given or {})
    frames = Frames(book, asked)
    missing = missing_tables(set(frames["given"]["table"]), notebooks()[name].tables)
    return Page(name, frames, missing + frames.told(PAGES[name]) + _unit(book.shop))


def _unit(shop: Shop) -> list[Finding]:
    """What is one unit, where a shop does not sell pieces?"""
    told = UNIT.found({"unit": shop.unit}, value=1, unit=shop.unit)
    return [] if shop.unit == Shop.unit else [told]


def pages_of(
    book: Book, names: list[str], given: Mapping[str, object] | None = None
) -> dict[str, Page]:
    """What these notebooks show of this shop on this day, by the names of their pages."""
    made = {}
    for name in names:
        with made_for(say("page {page}", page=name)):
            made[name] = page_of(book, name, given)
    return made


def results(book: Book, pages: Mapping[str, Page]) -> dict[str, pd.DataFrame]:
    """Every frame that other people build on, by the name of its file in ``results/``
    (model/results.py says what is in it).
    """
    found = pd.concat(
        [findings_table(page.findings).assign(page=name) for name, page in pages.items()],
        ignore_index=True,
    )
    frames = Frames(book, {"findings": found})
    return {name: published(name, frames[name]) for name in PUBLISHED}
