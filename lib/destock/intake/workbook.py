"""XLSX → rows of text, cell by cell: nothing that a spreadsheet hides or has not computed passes
for a value.
"""

import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path

import numpy as np
import openpyxl
from openpyxl.utils import get_column_letter
from openpyxl.utils.escape import unescape
from openpyxl.worksheet._read_only import ReadOnlyWorksheet
from openpyxl.worksheet._reader import FORMULA_TAG, WorkSheetParser

from destock.model.messages import Fault, mark

# A workbook is a zip: what unpacks to more than this, or to so many times its size, is refused
# unopened.
MOST_BYTES, MOST_RATIO, HARMLESS_BYTES = 500_000_000, 100, 10_000_000
# a cell so many blank rows below, or columns right of, all that came before belongs to no table
FAR_ROWS, FAR_COLUMNS = 10_000, 1_000
# a cell whose formula failed, or was never computed, begins with one of these
ERRORS = ("#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#RESULT!")


@dataclass
class Sheet:
    """One sheet: ``rows()`` yields (line, cells as text) of every row that is not empty; ``hidden``
    counts the hidden ones.
    """

    path: Path
    title: str
    hidden: set[int] = field(default_factory=set)

    def rows(self) -> Iterator[tuple[int, dict[int, str]]]:
        """Raises Fault (3) where cells of the data are merged or stand far outside it, or the
        workbook cannot be read.
        """
        try:
            yield from self._rows()
        except Fault:
            raise
        except Exception as error:  # openpyxl raises whatever its XML, zip or style readers raise
            raise unreadable(self.path, error) from error

    def _rows(self) -> Iterator[tuple[int, dict[int, str]]]:
        with _open(self.path) as book, book[self.title]._get_source() as source:
            cells = _Cells(
                source,
                book[self.title]._shared_strings,
                data_only=True,
                epoch=book.epoch,
                date_formats=book._date_formats | _chinese_dates(book),
            )
            last, width = 0, 0
            for line, row in cells.parse():
                found = {
                    cell["column"]: text
                    for cell in row
                    if (text := _text(cell["value"])) is not None
                }
                if found:
                    self._refuse_far(line, max(found), last, width)
                    last, width = line, max(max(found), width)
                    if cells.row_dimensions.pop(str(line), {}).get("hidden") in ("1", "true"):
                        self.hidden.add(line)
                    yield line, found
        for merged in cells.merged_cells.mergeCell if cells.merged_cells else ():
            text = mark("{file}: the cells {cells} are merged: give each row its own value")
            raise Fault(3, text, file=self.path.name, cells=merged.ref)

    def _refuse_far(self, line: int, column: int, last: int, width: int) -> None:
        if line > last + FAR_ROWS or (last and column > width + FAR_COLUMNS):
            text = mark(
                "{file}: the cell {cell} stands far outside the table: clear it, or move the table"
                " into a sheet of its own"
            )
            raise Fault(3, text, file=self.path.name, cell=f"{get_column_letter(column)}{line}")


# Formats of dates that are built in for Chinese, Japanese and Korean (ECMA-376 part 1, 18.8.30),
# such as 2026年5月1日: no format code stands in the file, and openpyxl 3.1.5 takes their cells for
# numbers. What a file redefines itself has another id by then.
CHINESE_DATES = {*range(27, 37), *range(50, 59)}


def _chinese_dates(book) -> set[int]:
    """The styles of a workbook whose cells are dates by such a format."""
    return {n for n, style in enumerate(book._cell_styles) if style.numFmtId in CHINESE_DATES}


class _Cells(WorkSheetParser):
    """The reader of openpyxl, except that a formula without a result is not an empty cell."""

    def parse_cell(self, element):
        cell = super().parse_cell(element)
        if cell["value"] is None and element.find(FORMULA_TAG) is not None:
            cell["value"] = f"#RESULT! ={element.findtext(FORMULA_TAG) or ''}"
        if isinstance(cell["value"], str) and cell["value"].startswith(ERRORS):
            cell["value"] += f" ({element.get('r')})"
        return cell


def open_sheet(path: Path, title: str) -> Sheet:
    """The sheet of this title; without one, the only sheet that holds anything. Raises Fault
    (3).
    """
    _refuse_bomb(path)
    try:
        with _open(path) as book:
            sheets = {sheet.title: sheet for sheet in book.worksheets}
            filled = [
                name
                for name, sheet in sheets.items()
                if name == title or (not title and _has_cells(sheet))
            ]
    except Exception as error:  # see Sheet.rows
        raise unreadable(path, error) from error
    if len(filled) == 1:
        return Sheet(path, filled[0])
    if not sheets:
        strict = mark(
            "{file}: it holds no sheet that can be read; where it was saved as Strict Open XML,"
            " save it as an ordinary workbook (.xlsx)"
        )
        raise Fault(3, strict, file=path.name)
    which = mark("{file}: which sheet is meant? Say sheet = … in shop.toml; it has: {sheets}")
    none = mark('{file}: no sheet "{title}"; it has: {sheets}')
    raise Fault(3, none if title else which, file=path.name, title=title, sheets=", ".join(sheets))


def unreadable(path: Path, error: Exception) -> Fault:
    """A file that its library does not understand, in the library's own words."""
    said = str(error).replace(str(path), path.name).splitlines()
    reason = (said or [type(error).__name__])[0][:160]
    return Fault(3, mark("{file}: cannot be read ({reason})"), file=path.name, reason=reason)


@contextmanager
def _open(path: Path) -> Iterator[openpyxl.Workbook]:
    with path.open("rb") as file:
        # what a workbook has beside its cells is none of our business
        with warnings.catch_warnings(action="ignore"):
            book = openpyxl.load_workbook(file, read_only=True, data_only=True)
        yield book


def _has_cells(sheet: ReadOnlyWorksheet) -> bool:
    with sheet._get_source() as source:
        return any(row for _, row in _Cells(source, sheet._shared_strings, data_only=True).parse())


def _refuse_bomb(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(member.file_size for member in archive.infolist())
    except (zipfile.BadZipFile, OSError) as error:
        raise unreadable(path, error) from error
    if unpacked > MOST_BYTES or (
        unpacked > HARMLESS_BYTES and unpacked > MOST_RATIO * path.stat().st_size
    ):
        text = mark("{file}: {size} MB unpack to {unpacked} MB: this is no workbook of a shop")
        raise Fault(
            3,
            text,
            file=path.name,
            size=round(path.stat().st_size / 1e6, 1),
            unpacked=round(unpacked / 1e6),
        )


def _text(value: object) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | float) and abs(value) >= 1e15:
        # a workbook keeps fifteen digits of a number: an identifier of more is damaged, and must
        # look so
        return f"{value:E}"
    if isinstance(value, float):
        return _decimal(value)
    return (
        unescape(value).replace("\r\n", "\n").replace("\r", "\n")
        if isinstance(value, str)
        else str(value)
    )


def _decimal(value: float) -> str:
    """A number's digits. A cell that holds 1.234 means no thousands: it ends in a zero that says
    so.
    """
    text = np.format_float_positional(value, trim="-")
    return f"{text}0" if len(text.partition(".")[2]) == 3 else text
