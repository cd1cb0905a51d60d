"""XLSX → rows of text, cell by cell: nothing that a spreadsheet hides or has not computed passes
for a value.
"""

import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import openpyxl
from openpyxl.utils import range_boundaries
from openpyxl.worksheet._read_only import ReadOnlyWorksheet
from openpyxl.worksheet._reader import FORMULA_TAG, WorkSheetParser

from destock.intake.formats.sheets import ERRORS, Rows, Sheet, as_text, chosen, unreadable
from destock.model.messages import Fault, mark

# A workbook is a zip: what unpacks to more than this, or to so many times its size, is refused
# unopened.
MOST_BYTES, MOST_RATIO, HARMLESS_BYTES = 500_000_000, 100, 10_000_000


@dataclass
class Workbook(Sheet):
    """One sheet of an XLSX file."""

    def rows(self) -> Rows:
        """Raises Fault (3) where the workbook cannot be read."""
        try:
            yield from self._rows()
        except Fault:
            raise
        except Exception as error:  # openpyxl raises whatever its XML, zip or style readers raise
            raise unreadable(self.path, error) from error

    def _rows(self) -> Rows:
        with _open(self.path) as book, book[self.title]._get_source() as source:
            cells = _Cells(
                source,
                book[self.title]._shared_strings,
                data_only=True,
                epoch=book.epoch,
                date_formats=book._date_formats | _chinese_dates(book),
            )
            for line, row in cells.parse():
                found = {
                    cell["column"]: text
                    for cell in row
                    if (text := as_text(cell["value"])) is not None
                }
                if found:
                    if cells.row_dimensions.pop(str(line), {}).get("hidden") in ("1", "true"):
                        self.hidden.add(line)
                    yield line, found
        for merged in cells.merged_cells.mergeCell if cells.merged_cells else ():
            _, first, _, last = range_boundaries(merged.ref)
            self.merged.append((merged.ref, first, last))


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
    """The sheet of this title; without one, the only sheet that is shown and holds anything. Raises
    Fault (3).
    """
    refuse_bomb(path)
    try:
        with _open(path) as book:
            sheets = {
                sheet.title: (sheet.sheet_state == "visible", title != "" or _has_cells(sheet))
                for sheet in book.worksheets
            }
    except Exception as error:  # see Workbook.rows
        raise unreadable(path, error) from error
    if not sheets:
        strict = mark(
            "{file}: it holds no sheet that can be read; where it was saved as Strict Open XML,"
            " save it as an ordinary workbook (.xlsx)"
        )
        raise Fault(3, strict, file=path.name)
    return Workbook(path, chosen(path, title, sheets))


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


def refuse_bomb(path: Path) -> None:
    """Raises Fault (3) for a zip that unpacks to more than a file of a shop can hold."""
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
