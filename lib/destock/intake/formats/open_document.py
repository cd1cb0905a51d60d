"""OpenDocument spreadsheets (.ods), read from their XML: python-calamine 0.9.1 gives a failed
formula as nothing or as 0, cells without a type not at all, and needs memory for every cell up to
the last one.
"""

import io
import re
import zipfile
from pathlib import Path
from typing import TextIO

from destock.intake.formats.office_xml import PROTECTED, Handler, failed, moment, number, open_xml
from destock.intake.formats.raw import Raw
from destock.intake.formats.sheets import ERRORS
from destock.intake.formats.workbook import refuse_bomb
from destock.intake.shop import Source
from destock.model.messages import Fault

_ODF = "urn:oasis:names:tc:opendocument:xmlns:"
_TABLE, _OFFICE, _TEXT, _STYLE = (f"{_ODF}{n}:1.0 " for n in ("table", "office", "text", "style"))
_DRAW = f"{_ODF}drawing:1.0 "
_CELLS = (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell")
_CALC = "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0 value-type"
_LENGTH = re.compile(r"(-?)P(?:(\d+)D)?T?(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.\d+)?S)?")


def open_document(path: Path, source: Source) -> Raw:
    """What does this OpenDocument spreadsheet hold? Raises Fault (3)."""
    refuse_bomb(path)
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        manifest = "META-INF/manifest.xml"
        if manifest in names and b"encryption-data" in archive.read(manifest):
            raise Fault(3, PROTECTED, file=path.name)
    return open_xml(path, source, lambda: _content(path), _Document)


def _content(path: Path) -> TextIO:
    # the part stays open without its archive
    with zipfile.ZipFile(path) as archive:
        return io.TextIOWrapper(archive.open("content.xml"), encoding="utf-8")


class _Document(Handler):
    """Rows and cells may stand for several alike; what is drawn or noted in a cell is no value."""

    hidden_styles: frozenset[str] = frozenset()
    style, aside, times, hidden = "", 0, 1, False
    cell, paragraphs, inside = None, (), False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        if self.aside or name == f"{_OFFICE}annotation" or name.startswith(_DRAW):
            self.aside += 1
        elif name in _CELLS:
            self.cell, self.paragraphs = attributes, []
            self.column += 1
            self._merge(attributes)
        elif self.cell is not None:
            self._text_begins(name, attributes)
        elif name == f"{_TABLE}table-row":
            self.line, self.column, self.cells = self.line + 1, 0, {}
            self.times = int(attributes.get(f"{_TABLE}number-rows-repeated", 1))
            self.hidden = attributes.get(f"{_TABLE}visibility", "visible") != "visible"
        elif name == f"{_TABLE}table":
            shown = attributes.get(f"{_TABLE}style-name", "") not in self.hidden_styles
            self.begin_sheet(attributes.get(f"{_TABLE}name", ""), shown)
        elif name == f"{_STYLE}style":
            self.style = attributes.get(f"{_STYLE}name", "")
        elif attributes.get(f"{_TABLE}display") == "false":
            self.hidden_styles |= {self.style}

    def end(self, name: str) -> None:
        """An element ends."""
        if self.aside:
            self.aside -= 1
        elif name in _CELLS:
            self._end_cell()
        elif name == f"{_TEXT}p":
            self.inside = False
        elif name == f"{_TABLE}table-row":
            self.end_row(self.hidden, self.times)

    def text(self, said: str) -> None:
        """Text between elements."""
        if self.inside and not self.aside:
            # line ends of the file are none of the value
            self.paragraphs[-1] += re.sub(r"\s+", " ", said)

    def _text_begins(self, name: str, attributes: dict[str, str]) -> None:
        if name == f"{_TEXT}p":
            self.paragraphs.append("")
            self.inside = True
        elif self.inside and name == f"{_TEXT}s":
            self.paragraphs[-1] += " " * int(attributes.get(f"{_TEXT}c", 1))
        elif self.inside and name in (f"{_TEXT}tab", f"{_TEXT}line-break"):
            self.paragraphs[-1] += "\t" if name.endswith("tab") else "\n"

    def _merge(self, attributes: dict[str, str]) -> None:
        across, down = (
            int(attributes.get(f"{_TABLE}number-{side}-spanned", 1)) for side in ("columns", "rows")
        )
        self.merge(across, down)

    def _end_cell(self) -> None:
        times = int(self.cell.get(f"{_TABLE}number-columns-repeated", 1))
        value = self._value("\n".join(self.paragraphs))
        if value:
            self.cells |= dict.fromkeys(range(self.column, self.column + times), value)
        self.column += times - 1
        self.cell = None

    def _value(self, shown: str) -> str | None:
        cell, kind = self.cell, self.cell.get(f"{_OFFICE}value-type", "string")
        computed = f"{_TABLE}formula" in cell or kind != "string"
        if cell.get(_CALC) == "error" or (computed and shown.startswith((*ERRORS, "Err:"))):
            return failed(shown, f"R{self.line}C{self.column}")
        if kind in ("float", "percentage", "currency"):
            return number(cell[f"{_OFFICE}value"])
        if kind == "date":
            return moment(cell[f"{_OFFICE}date-value"])
        if kind == "time":
            return _hours(cell[f"{_OFFICE}time-value"])
        if kind == "boolean":
            return cell[f"{_OFFICE}boolean-value"].upper()
        return cell.get(f"{_OFFICE}string-value") or shown


def _hours(written: str) -> str:
    """A length of time such as PT36H00M00S, in hours."""
    found = _LENGTH.fullmatch(written)
    if not found:
        return written
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups()[1:])
    return f"{found[1]}{24 * days + hours:02}:{minutes:02}:{seconds:02}"
