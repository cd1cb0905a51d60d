"""XLS and XLSB → rows of text. python-calamine reads the values; what it does not tell – cells
whose formula failed, rows that are hidden, how far the cells reach – is looked up in the records.
"""

from dataclasses import dataclass, field
from pathlib import Path

import python_calamine
from openpyxl.utils import get_column_letter

from destock.intake.formats import binary_records
from destock.intake.formats.binary_records import Marks
from destock.intake.formats.office_xml import PROTECTED
from destock.intake.formats.raw import Raw
from destock.intake.formats.sheets import (
    Rows,
    Sheet,
    as_text,
    chosen,
    raw_of,
    refuse_far,
    unreadable,
)
from destock.intake.formats.workbook import refuse_bomb
from destock.intake.shop import Source
from destock.model.messages import Fault

_VISIBLE = python_calamine.SheetVisibleEnum.Visible


def open_xls(path: Path, source: Source) -> Raw:
    """What does this workbook of Excel 97–2003 hold? Raises Fault (3)."""
    return _open(path, source, binary_records.of_xls)


def open_xlsb(path: Path, source: Source) -> Raw:
    """What does this binary workbook hold? Raises Fault (3)."""
    refuse_bomb(path)
    return _open(path, source, binary_records.of_xlsb)


@dataclass
class Older(Sheet):
    """A sheet with what its records say beside its values."""

    marks: Marks = field(default_factory=Marks)

    def rows(self) -> Rows:
        """Every row that is not empty. All cells are in memory meanwhile."""
        try:
            with python_calamine.CalamineWorkbook.from_path(self.path) as book:
                sheet = book.get_sheet_by_name(self.title)
                merged = sheet.merged_cell_ranges or []
                # rows and columns that are empty at the beginning count, too
                values = sheet.to_python(skip_empty_area=False)
        except python_calamine.CalamineError as error:
            raise unreadable(self.path, error) from error
        self.merged[:] = [
            (f"{_cell(*first)}:{_cell(*last)}", first[0] + 1, last[0] + 1) for first, last in merged
        ]
        self.hidden |= self.marks.hidden
        yield from self._texts(values)

    def _texts(self, values: list[list]) -> Rows:
        failed = {line: dict(cells) for line, cells in self.marks.failed.items()}
        for line, row in enumerate(values, 1):
            cells = {
                column: text
                for column, value in enumerate(row, 1)
                if (text := as_text(value)) is not None
            }
            cells |= failed.pop(line, {})
            if cells:
                yield line, cells
        yield from sorted(failed.items())


def _open(path: Path, source: Source, marks_of) -> Raw:
    try:
        marks = marks_of(path)
        for one in marks.values():
            _refuse_far(path, one)
        with python_calamine.CalamineWorkbook.from_path(path) as book:
            shown = {one.name: one.visible == _VISIBLE for one in book.sheets_metadata}
    except python_calamine.PasswordError as error:
        raise Fault(3, PROTECTED, file=path.name) from error
    except (python_calamine.CalamineError, binary_records.Unknown) as error:
        raise unreadable(path, error) from error
    sheets = {name: (seen, name in marks and marks[name].any) for name, seen in shown.items()}
    title = chosen(path, source.sheet, sheets)
    return raw_of(Older(path, title, marks=marks[title]), source)


def _refuse_far(path: Path, marks: Marks) -> None:
    """A far cell is refused before python-calamine takes room for all cells before it."""
    last, width = 0, 0
    for line, column in sorted(marks.reach.items()):
        refuse_far(path, line, column, last, width)
        last, width = line, max(width, column)


def _cell(line: int, column: int) -> str:
    return f"{get_column_letter(column + 1)}{line + 1}"
