"""The XML spreadsheet of Excel 2003, which platforms still save as .xls."""

from pathlib import Path

from destock.intake.formats.kinds import SPREADSHEETML
from destock.intake.formats.office_xml import Handler, failed, moment, number, open_xml
from destock.intake.formats.raw import Raw
from destock.intake.formats.written import encoding_written
from destock.intake.shop import Source

_SS = f"{SPREADSHEETML} "
_VISIBLE = "urn:schemas-microsoft-com:office:excel Visible"


def open_spreadsheetml(path: Path, source: Source) -> Raw:
    """What does this XML spreadsheet hold? Raises Fault (3)."""
    encoding = encoding_written(path, source.encoding)
    return open_xml(path, source, lambda: path.open(encoding=encoding), _Spreadsheet)


class _Spreadsheet(Handler):
    """Rows and cells may say where they stand; those that do not follow the last one."""

    kind, said, hidden, span = "", [], False, 0
    inside, across, formula, comment = False, 0, "", False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        self.inside = False
        begin = {
            f"{_SS}Worksheet": self._sheet,
            f"{_SS}Row": self._row,
            f"{_SS}Cell": self._cell,
            f"{_SS}Data": self._data,
        }.get(name)
        if begin:
            begin({key.removeprefix(_SS): value for key, value in attributes.items()})
        elif name == f"{_SS}Comment":
            self.comment = True
        elif name == _VISIBLE:
            self.said, self.inside = [], True
        else:  # formatted text is in elements of its own
            self.inside = bool(self.kind) and not self.comment

    def end(self, name: str) -> None:
        """An element ends."""
        if name == f"{_SS}Row":
            self.end_row(self.hidden)
            self.line += self.span
        elif name == f"{_SS}Cell":
            self._end_cell()
        elif name == f"{_SS}Comment":
            self.comment = False
        elif name == _VISIBLE and "".join(self.said) != "SheetVisible":
            self.sheets[self.title] = (False, self.sheets[self.title][1])
        ended = name in (f"{_SS}Data", f"{_SS}Cell")
        self.inside = bool(self.kind) and not self.comment and not ended

    def text(self, said: str) -> None:
        """Text between elements."""
        if self.inside:
            self.said.append(said)

    def _sheet(self, attributes: dict[str, str]) -> None:
        self.begin_sheet(attributes.get("Name", ""))

    def _row(self, attributes: dict[str, str]) -> None:
        self.line = int(attributes.get("Index", self.line + 1))
        self.cells, self.column = {}, 0
        self.hidden = attributes.get("Hidden") == "1"
        self.span = int(attributes.get("Span", 0))

    def _cell(self, attributes: dict[str, str]) -> None:
        self.column = int(attributes.get("Index", self.column + 1))
        self.formula = attributes.get("Formula", "")
        self.kind, self.said = "", []
        self.across = int(attributes.get("MergeAcross", 0))
        self.merge(self.across + 1, int(attributes.get("MergeDown", 0)) + 1)

    def _data(self, attributes: dict[str, str]) -> None:
        if not self.comment:
            self.kind, self.inside = attributes.get("Type", "String"), True

    def _end_cell(self) -> None:
        text, kind, self.kind = "".join(self.said), self.kind, ""
        if value := self._value(kind, text):
            self.cells[self.column] = value
        self.column += self.across

    def _value(self, kind: str, text: str) -> str | None:
        if kind == "Error" or (self.formula and not text):
            return failed(text or self.formula, f"R{self.line}C{self.column}")
        if kind == "Number":
            return number(text)
        if kind == "DateTime":
            return moment(text)
        if kind == "Boolean":
            return "TRUE" if text == "1" else "FALSE"
        return text.replace("\r\n", "\n").replace("\r", "\n")
