"""A web page that was saved as a workbook → the rows of its largest table, as text."""

import re
from dataclasses import dataclass
from pathlib import Path

from bs4 import BeautifulSoup, CData, NavigableString, Tag

from destock.intake.formats.raw import Raw
from destock.intake.formats.sheets import Cells, Rows, Sheet, raw_of
from destock.intake.formats.written import encoding_written
from destock.intake.shop import Source
from destock.model.messages import Fault, mark

MOST_BYTES = 100_000_000
_LARGE = mark("{file}: a web page of {size} MB is too much at once: export it as CSV or XLSX")
_NO_TABLE = mark(
    "{file}: a web page without a table: open it in a spreadsheet and save it as .xlsx, or export"
    " it again"
)
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)


def open_page(path: Path, source: Source) -> Raw:
    """What does the largest table of this page hold? Raises Fault (3) where there is none."""
    size = path.stat().st_size
    if size > MOST_BYTES:
        raise Fault(3, _LARGE, file=path.name, size=size // 1_000_000)
    encoding = encoding_written(path, source.encoding)
    page = BeautifulSoup(path.read_text(encoding=encoding), "html.parser")
    tables = [_Table(path, table) for table in page.find_all("table")]
    if not any(table.listed for table in tables):
        raise Fault(3, _NO_TABLE, file=path.name)
    largest = max(tables, key=lambda table: sum(map(len, table.listed.values())))
    page = PageTable(path, "", largest.hidden, largest.merged, largest.listed)
    return raw_of(page, source, f"HTML, {encoding}")


@dataclass
class PageTable(Sheet):
    """The table of a page; the number of a row is its line."""

    listed: dict[int, Cells] | None = None

    def rows(self) -> Rows:
        """Every row that is not empty."""
        yield from self.listed.items()


class _Table:
    """One table of a page, without those inside it: a cell's text is all that stands before the
    next cell, for pages leave out where a cell ends.
    """

    def __init__(self, path: Path, table: Tag):
        self.listed: dict[int, Cells] = {}
        self.hidden: set[int] = set()
        self.merged: list[tuple[str, int, int]] = []
        self.line, self.column, self.across = 0, 0, 1
        self.cells: dict[int, list[str]] = {}
        for part in table.descendants:
            if isinstance(part, Tag):
                self._begin(part, table)
            elif self.column and type(part) in (NavigableString, CData):
                self.cells[self.column].append(re.sub(r"[ \t\r\n]+", " ", part))
        self._end_row()

    def _begin(self, tag: Tag, table: Tag) -> None:
        if tag.name == "br" and self.column:
            self.cells[self.column].append("\n")
        elif tag.name in ("tr", "td", "th") and tag.find_parent("table") is table:
            if tag.name == "tr":
                self._row(tag)
            elif self.line:
                self._cell(tag)

    def _row(self, tag: Tag) -> None:
        self._end_row()
        self.line, self.column, self.across, self.cells = self.line + 1, 0, 1, {}
        if _HIDDEN.search(tag.get("style", "")):
            self.hidden.add(self.line)

    def _cell(self, tag: Tag) -> None:
        self.column += self.across
        self.cells[self.column] = []
        self.across, down = (_span(tag, side) for side in ("colspan", "rowspan"))
        if self.across > 1 or down > 1:
            name = f"R{self.line}C{self.column}"
            self.merged.append((name, self.line, self.line + down - 1))

    def _end_row(self) -> None:
        texts = {
            column: re.sub(r" *\n *", "\n", "".join(parts)).strip(" \n")
            for column, parts in self.cells.items()
        }
        if found := {column: text for column, text in texts.items() if text}:
            self.listed[self.line] = found


def _span(tag: Tag, side: str) -> int:
    written = str(tag.get(side, "1")).strip()
    return min(max(int(written), 1), 1000) if re.fullmatch(r"\d{1,9}", written) else 1
