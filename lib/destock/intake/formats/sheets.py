"""A sheet of cells → a table: its header, its rows as text, and what stands around them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import islice
from pathlib import Path

import numpy as np
import pyarrow as pa
from openpyxl.utils import get_column_letter
from openpyxl.utils.escape import unescape

from destock.intake.formats.headers import LOOKED_AT, header_at
from destock.intake.formats.raw import Raw, names_of, refuse_empty
from destock.intake.shop import Source
from destock.model.messages import Fault, mark

# a cell so many blank rows below, or columns right of, all that came before belongs to no table
FAR_ROWS, FAR_COLUMNS = 10_000, 1_000
# a cell whose formula failed, or was never computed, begins with one of these
ERRORS = ("#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#RESULT!")

Cells = dict[int, str]
Rows = Iterator[tuple[int, Cells]]


@dataclass
class Sheet:
    """One sheet: ``rows()`` yields (line, cells as text) of every row that is not empty. Once all
    were read, ``hidden`` holds the lines that are not shown, and ``merged`` (name, first line, last
    line) of cells that are one.
    """

    path: Path
    title: str
    hidden: set[int] = field(default_factory=set)
    merged: list[tuple[str, int, int]] = field(default_factory=list)

    def rows(self) -> Rows:
        """Every row that is not empty."""
        raise NotImplementedError


def raw_of(sheet: Sheet, source: Source, form: str = "") -> Raw:
    """What does this sheet hold? All of its columns are text. Raises Fault (3) where it is empty,
    and while it is read where cells of the table are merged or stand far outside it.
    """
    begin = ((line, cells) for line, cells in _near(sheet) if line >= source.header_row)
    first = list(islice(begin, LOOKED_AT + 1))
    at = 0 if source.header_row else header_at([c.values() for _, c in first[:-1]], source)[0]
    body = [cells for _, cells in first[at + 1 :]]
    refuse_empty(sheet.path, source, bool(first), sum(1 for _ in _until(body, source.footer)))
    top, titles = first[at]
    width = max(titles)
    names = names_of(sheet.path, [titles.get(place) for place in range(1, width + 1)])

    def batches() -> Iterator[pa.RecordBatch]:
        rows = _below(sheet, top, source.footer, raw)
        while some := list(islice(rows, 10_000)):
            lines = pa.array([line for line, _ in some], pa.int64())
            columns = [
                pa.array([cells.get(place) for _, cells in some], pa.string())
                for place in range(1, width + 1)
            ]
            yield pa.record_batch([lines, *columns], names=["_line", *raw.names])

    said = form or f"sheet {sheet.title}"
    raw = Raw(sheet.path, [pa.field(name, pa.string()) for name in names], batches, None, said)
    raw.passed = {line: _joined(cells) for line, cells in first[:at]}
    raw.header_line = top
    return raw


def _below(sheet: Sheet, top: int, footer: str, raw: Raw) -> Rows:
    """The rows between the header and the footer."""
    last, ended = top, False
    for line, cells in _near(sheet):
        ended = ended or (line > top and footer != "" and footer in _joined(cells))
        if ended:
            raw.footer[line] = _joined(cells)
        elif line > top:
            last = line
            yield line, cells
    raw.hidden = {line for line in sheet.hidden if top < line <= last}
    for name, first, final in sheet.merged:
        if first <= last and final >= top:
            text = mark("{file}: the cells {cells} are merged: give each row its own value")
            raise Fault(3, text, file=sheet.path.name, cells=name)


def _until(rows: list[Cells], footer: str) -> Iterator[Cells]:
    for cells in rows:
        if footer and footer in _joined(cells):
            return
        yield cells


def _joined(cells: Cells) -> str:
    return ",".join(cells.values())


def _near(sheet: Sheet) -> Rows:
    """The rows of a sheet. Raises Fault (3) where a cell stands far outside of all others."""
    last, width = 0, 0
    for line, cells in sheet.rows():
        refuse_far(sheet.path, line, max(cells), last, width)
        last, width = line, max(max(cells), width)
        yield line, cells


def refuse_far(path: Path, line: int, column: int, last: int, width: int) -> None:
    """Raises Fault (3) for a cell far below, or right of, all that came before."""
    if line > last + FAR_ROWS or (last and column > width + FAR_COLUMNS):
        text = mark(
            "{file}: the cell {cell} stands far outside the table: clear it, or move the table"
            " into a sheet of its own"
        )
        raise Fault(3, text, file=path.name, cell=f"{get_column_letter(column)}{line}")


def chosen(path: Path, title: str, sheets: Mapping[str, tuple[bool, bool]]) -> str:
    """Which sheet is meant: the one of this title, else the only one that holds cells and is
    shown? ``sheets``: title → (is it shown, has it cells). Raises Fault (3).
    """
    filled = [name for name, (_, cells) in sheets.items() if cells]
    shown = [name for name in filled if sheets[name][0]]
    found = [title] * (title in sheets) if title else shown or filled
    if len(found) == 1:
        return found[0]
    which = mark("{file}: which sheet is meant? Say sheet = … in shop.toml; it has: {sheets}")
    none = mark('{file}: no sheet "{title}"; it has: {sheets}')
    said = {"title": title, "sheets": ", ".join(sheets), "titles": shown or filled}
    raise Fault(3, none if title else which, file=path.name, **said)


def unreadable(path: Path, error: Exception) -> Fault:
    """A file that its library does not understand, in the library's own words."""
    said = str(error).replace(str(path), path.name).splitlines()
    reason = (said or [type(error).__name__])[0][:160]
    return Fault(3, mark("{file}: cannot be read ({reason})"), file=path.name, reason=reason)


def as_text(value: object) -> str | None:
    """A cell's value as the text that a CSV would hold; None where it is empty."""
    if value is None or value == "":
        return None
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    if isinstance(value, timedelta):
        return _hours(value)
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


def _hours(length: timedelta) -> str:
    """A length of time in hours, however many: 36:00:00 is no half past anything."""
    seconds = round(length.total_seconds())
    hours, rest = divmod(abs(seconds), 3600)
    return f"{'-' * (seconds < 0)}{hours:02}:{rest // 60:02}:{rest % 60:02}"
