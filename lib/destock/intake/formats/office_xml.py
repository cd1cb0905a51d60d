"""Workbooks in XML → rows of text: OpenDocument (.ods), and what Excel 2003 called an XML
spreadsheet.
"""

import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO
from xml.parsers import expat

from destock.intake.formats.raw import Raw
from destock.intake.formats.sheets import (
    ERRORS,
    Cells,
    Rows,
    Sheet,
    as_text,
    chosen,
    raw_of,
    unreadable,
)
from destock.intake.shop import Source
from destock.model.messages import Fault, mark

MOST_CELLS = 20_000_000
PROTECTED = mark("{file}: it is protected by a password: save it without one")
_CHUNK = 1 << 16
_LARGE = mark("{file}: more than {cells} cells: this is no table of a shop")
_ENTITIES = mark("{file}: it defines a document type of its own: export it again, as CSV or XLSX")


class Handler:
    """What the events of the parser mean: ``done`` takes each row that holds something; ``sheets``
    each sheet's title → (is it shown, has it cells). Only rows of ``wanted`` are kept.
    """

    def __init__(self, path: Path, sheet: Sheet | None):
        self.path, self.sheet = path, sheet
        self.done: list[tuple[int, Cells]] = []
        self.sheets: dict[str, tuple[bool, bool]] = {}
        self.title, self.line, self.column = "", 0, 0
        self.cells: Cells = {}
        self.count = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        raise NotImplementedError

    def end(self, name: str) -> None:
        """An element ends."""
        raise NotImplementedError

    def text(self, said: str) -> None:
        """Text between elements."""
        raise NotImplementedError

    def begin_sheet(self, title: str, shown: bool = True) -> None:
        """What follows belongs to this sheet."""
        self.title, self.line = title, 0
        self.sheets.setdefault(title, (shown, False))

    def end_row(self, hidden: bool, times: int = 1) -> None:
        """A row is complete, and stands there so many times."""
        if self.cells:
            self.sheets[self.title] = (self.sheets[self.title][0], True)
            self.count += len(self.cells) * times
            if self.count > MOST_CELLS:
                raise Fault(3, _LARGE, file=self.path.name, cells=f"{MOST_CELLS:,}")
            if self.sheet and self.sheet.title == self.title:
                lines = range(self.line, self.line + times)
                self.done += [(line, self.cells) for line in lines]
                self.sheet.hidden |= set(lines) if hidden else set()
        self.line += times - 1

    def merge(self, columns: int, rows: int) -> None:
        """The cell of now stands in the place of several."""
        if self.sheet and self.sheet.title == self.title and (columns > 1 or rows > 1):
            name = f"{self.title}!R{self.line}C{self.column}"
            self.sheet.merged.append((name, self.line, self.line + rows - 1))


@dataclass
class XmlSheet(Sheet):
    """A sheet of a workbook in XML."""

    opened: Callable[[], TextIO] | None = None
    handler: type[Handler] | None = None

    def rows(self) -> Rows:
        """Every row that is not empty, with the value of each cell as a CSV would hold it."""
        self.merged.clear()
        yield from _events(self.path, self.opened, self.handler(self.path, self))


def open_xml(
    path: Path, source: Source, opened: Callable[[], TextIO], handler: type[Handler]
) -> Raw:
    """What does the one sheet of this workbook hold that is meant? Raises Fault (3)."""
    first = handler(path, None)
    for _ in _events(path, opened, first):
        pass
    sheet = XmlSheet(path, chosen(path, source.sheet, first.sheets), opened=opened, handler=handler)
    return raw_of(sheet, source)


def _events(path: Path, opened: Callable[[], TextIO], handler: Handler) -> Rows:
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler, parser.EndElementHandler = handler.start, handler.end
    parser.CharacterDataHandler, parser.buffer_text = handler.text, True

    def refuse(*_: object) -> None:
        # a document type can define entities that grow without end, or name files
        raise Fault(3, _ENTITIES, file=path.name)

    parser.StartDoctypeDeclHandler = refuse
    try:
        with opened() as text:
            while chunk := text.read(_CHUNK):
                parser.Parse(chunk)
                yield from _taken(handler)
            parser.Parse("", True)
            yield from _taken(handler)
    except (expat.ExpatError, ValueError, zipfile.BadZipFile, OSError) as error:
        raise unreadable(path, error) from error


def _taken(handler: Handler) -> Iterator[tuple[int, Cells]]:
    done, handler.done = handler.done, []
    yield from done


def number(written: str) -> str | None:
    """A number as a workbook has it: damaged where it had more than fifteen digits."""
    return as_text(int(written) if re.fullmatch(r"-?\d{1,300}", written) else float(written))


def moment(written: str) -> str:
    """A day or a moment such as 2026-05-01T10:00:00.000; a time alone has the first day of all."""
    day, _, time = re.sub(r"\.\d+$|\.?0*Z$", "", written).partition("T")
    if day in ("1899-12-30", "1899-12-31") and time:
        return time
    return f"{day} {time}" if time.strip("0:") else day


def failed(text: str, cell: str) -> str:
    """What stands in the place of a value that was not computed, so that nobody takes it for
    one.
    """
    return f"{text if text.startswith(ERRORS) else f'#RESULT! {text}'} ({cell})"
