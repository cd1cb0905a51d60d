"""The records of XLS (MS-XLS) and XLSB (MS-XLSB) workbooks, as far as python-calamine 0.9.1 keeps
them to itself: it gives a cell whose formula failed as an empty one, and tells of no hidden row.
"""

import re
import struct
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from openpyxl.utils import get_column_letter

from destock.intake.formats.compound import Unknown, stream_of

ERRORS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
}
# records of XLS
_BOF, _EOF, _SHEET, _ROW, _FORMULA, _ERROR, _SEVERAL = 0x809, 0x0A, 0x85, 0x208, 0x06, 0x205, 0xBD
_VALUES = {0xFD, 0x204, 0x203, 0x27E, _FORMULA, _ERROR}
_HIDDEN = 0x20  # among the flags of a row
# records of XLSB
_B_SHEET, _B_ROW, _B_CELLS, _B_ERRORS = 156, 0, range(2, 12), (3, 11)


@dataclass
class Marks:
    """Of one sheet: ``failed`` line → column → error; ``hidden`` lines; ``reach`` line → its last
    column that holds something.
    """

    failed: dict[int, dict[int, str]] = field(default_factory=dict)
    hidden: set[int] = field(default_factory=set)
    reach: dict[int, int] = field(default_factory=dict)

    @property
    def any(self) -> bool:
        """Does the sheet hold anything?"""
        return bool(self.reach)

    def add(self, line: int, column: int, error: int | None = None) -> None:
        """Note a cell, counted from 1."""
        self.reach[line] = max(self.reach.get(line, 0), column)
        if error is not None:
            text = f"{ERRORS.get(error, '#VALUE!')} ({get_column_letter(column)}{line})"
            self.failed.setdefault(line, {})[column] = text


def of_xls(path: Path) -> dict[str, Marks]:
    """What do the records of each sheet say? Raises Unknown where they cannot be followed."""
    stream = stream_of(path, ("Workbook", "Book"))
    found = {}
    for kind, _, body in _records(stream, 0):
        if kind == _SHEET:
            at, _, length, wide = struct.unpack_from("<IHBB", body)
            name = body[8 : 8 + length * (1 + (wide & 1))]
            found[name.decode("utf-16-le" if wide & 1 else "latin-1")] = _of_sheet(stream, at)
    return found


def _records(stream: bytes, at: int) -> Iterator[tuple[int, int, bytes]]:
    """Each record from here to the end of its part, with the place behind it."""
    depth = 0
    while at + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, at)
        at += 4 + size
        depth += (kind == _BOF) - (kind == _EOF)
        yield kind, at, stream[at - size : at]
        if depth <= 0:
            return


def _of_sheet(stream: bytes, at: int) -> Marks:
    marks, depth = Marks(), 0
    for kind, _, body in _records(stream, at):
        # a chart that lies on the sheet is a part of its own
        depth += (kind == _BOF) - (kind == _EOF)
        if depth == 1 and kind == _ROW and struct.unpack_from("<H", body, 12)[0] & _HIDDEN:
            marks.hidden.add(struct.unpack_from("<H", body)[0] + 1)
        elif depth == 1 and kind in _VALUES:
            line, column = struct.unpack_from("<HH", body)
            marks.add(line + 1, column + 1, _error(kind, body))
        elif depth == 1 and kind == _SEVERAL:
            line = struct.unpack_from("<H", body)[0]
            marks.add(line + 1, struct.unpack_from("<H", body, len(body) - 2)[0] + 1)
    return marks


def _error(kind: int, body: bytes) -> int | None:
    if kind == _ERROR and body[7] == 1:
        return body[6]
    # the result of a formula is a number, or says by its end that it is something else
    if kind == _FORMULA and body[12:14] == b"\xff\xff" and body[6] == 2:
        return body[8]
    return None


def of_xlsb(path: Path) -> dict[str, Marks]:
    """What do the records of each sheet say? Raises Unknown where they cannot be followed."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = dict(_b_parts(archive.read("xl/_rels/workbook.bin.rels").decode()))
            sheets = dict(_b_sheets(archive.read("xl/workbook.bin")))
            return {
                name: _of_b_sheet(archive.read(f"xl/{parts[part]}"))
                for name, part in sheets.items()
                if parts.get(part, "").startswith("worksheets/")
            }
    except (KeyError, IndexError, ValueError, struct.error, zipfile.BadZipFile) as error:
        raise Unknown(str(error)) from error


def _b_parts(relations: str) -> Iterator[tuple[str, str]]:
    """The name by which the workbook refers to each of its parts, and where that lies."""
    for one in re.findall(r"<Relationship\b[^>]*>", relations):
        said = dict(re.findall(r"(\w+)\s*=\s*[\"']([^\"']*)", one))
        yield said["Id"], said["Target"].removeprefix("/xl/")


def _b_sheets(stream: bytes) -> Iterator[tuple[str, str]]:
    """Name of each sheet, and the name by which the workbook refers to its part."""
    for kind, body in _b_records(stream):
        if kind == _B_SHEET:
            part, at = _b_text(body, 8)
            yield _b_text(body, at)[0], part


def _b_text(body: bytes, at: int) -> tuple[str, int]:
    end = at + 4 + 2 * struct.unpack_from("<I", body, at)[0]
    return body[at + 4 : end].decode("utf-16-le"), end


def _b_records(stream: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at < len(stream):
        kind, at = _b_number(stream, at, 2)
        size, at = _b_number(stream, at, 4)
        at += size
        yield kind, stream[at - size : at]


def _b_number(stream: bytes, at: int, most: int) -> tuple[int, int]:
    """A number of several bytes, each of which says whether one more follows."""
    value = 0
    for place in range(most):
        byte = stream[at + place]
        value |= (byte & 0x7F) << (7 * place)
        if not byte & 0x80:
            return value, at + place + 1
    return value, at + most


def _of_b_sheet(stream: bytes) -> Marks:
    marks, line = Marks(), 0
    for kind, body in _b_records(stream):
        if kind == _B_ROW:
            line = struct.unpack_from("<I", body)[0] + 1
            if len(body) > 11 and body[11] & 0x10:
                marks.hidden.add(line)
        elif kind in _B_CELLS:
            column = struct.unpack_from("<I", body)[0] + 1
            marks.add(line, column, body[8] if kind in _B_ERRORS else None)
    return marks
