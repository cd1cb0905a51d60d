"""How a text is laid out: what divides its values, where its table begins, and where it ends."""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from destock.intake.cells.grammar import TOTALS
from destock.intake.formats.headers import LOOKED_AT, header_at
from destock.intake.shop import Source

SAMPLE = 1 << 16  # letters of a file that are looked at
BODY = 20  # rows that are compared with their header
DELIMITERS = (",", "\t", ";", "|")
# a first line that says what divides the values, as a spreadsheet understands it
_SEP = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE)
# what a sentence has and an identifier has not: words with a blank or a colon between or behind
_PHRASE = re.compile(r"[^\W\d_][^\n]*[\s:：]|[\s:：][^\n]*[^\W\d_]|[\u4e00-\u9fff]{2}")


@dataclass(frozen=True)
class Layout:
    """``header``: the names in the file; ``records`` and ``lines`` of the file that stand above the
    first row; ``passed``: lines above the header, with their text.

    ``surplus``: each row ends in one more delimiter than the header, with nothing behind it.
    """

    delimiter: str
    header: list[str]
    records: int
    lines: int
    header_line: int = 1
    surplus: bool = False
    passed: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Record:
    line: int
    end: int
    fields: list[str]


def look(path: Path, encoding: str, source: Source) -> Layout:
    """What divides the values of this text, and in which of its first lines does the table
    begin?
    """
    declared = max(source.header_row - 1, 0)
    lines = _sample(path, encoding, declared)
    named = _SEP.fullmatch(lines[0]) if lines and not source.header_row else None
    lines = lines[1:] if named else lines
    delimiter = source.delimiter or (named[1] if named else _delimiter(lines, source, path))
    records = _records(lines, delimiter)
    rows = [record.fields for record in records]
    at = 0 if source.header_row else header_at(rows[:LOOKED_AT], source)[0]
    before = declared + bool(named)
    if not records:
        return Layout(delimiter, [], before, before)
    names, surplus = _mended(rows[at], rows[at + 1 : at + 1 + BODY])
    passed = {before + r.line: delimiter.join(r.fields) for r in records[:at] if any(r.fields)}
    line, end = before + records[at].line, before + records[at].end
    return Layout(delimiter, names, before + at + 1, end, line, surplus, passed)


def footer_line(path: Path, encoding: str, text: str, above: int) -> int:
    """On which line, below so many, stands the text that ends the table? 0 where none does."""
    with path.open(encoding=encoding, newline="") as lines:
        return next((n for n, one in enumerate(lines, 1) if n > above and text in one), 0)


def is_phrase(fields: Sequence[str], width: int) -> bool:
    """Is a record that has not as many fields as the header a few words beside the table, such as
    ``2,record(s) downloaded``? What may be a row that was cut off is none.
    """
    said = [field.strip() for field in fields if field and field.strip()]
    if not said or len(said) > 2 or 2 * len(said) > width:
        return False
    return any(field in TOTALS or _PHRASE.search(field) for field in said)


def split(text: str, delimiter: str) -> list[str]:
    """The fields of one record."""
    return next(csv.reader([text], delimiter=delimiter), [])


def _sample(path: Path, encoding: str, skipped: int) -> list[str]:
    """The first whole lines of a text, or at least one, below those that are skipped."""
    with path.open(encoding=encoding, newline="") as text:
        for _ in islice(text, skipped):
            pass
        said = text.read(SAMPLE)
        rest = text.readline()
        lines = _lines(said)
        # where there is more, the last line may be a part of one
        if not rest:
            return lines
        return lines[:-1] if len(lines) > 1 else [lines[0] + rest]


def _lines(text: str) -> list[str]:
    """Lines as the parsers see them: other marks that may end a line are part of a value."""
    return re.findall(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+", text)


def _records(lines: list[str], delimiter: str) -> list[_Record]:
    reader, records = csv.reader(lines, delimiter=delimiter), []
    try:
        for fields in islice(reader, LOOKED_AT + BODY):
            line = records[-1].end + 1 if records else 1
            records.append(_Record(line, reader.line_num, fields))
    except csv.Error:  # what follows is for the parser that loads the file to refuse
        return records
    return records


def _delimiter(lines: list[str], source: Source, path: Path) -> str:
    """Which delimiter makes most sense of a text? It lets the header name what the table wants, and
    each row have as many values; one that only stands beside others guards values from a
    spreadsheet.
    """
    tabs_first = path.suffix.lower() in (".tsv", ".tab")
    tried = sorted(DELIMITERS, key=lambda one: tabs_first and one != "\t")
    return max(tried, key=lambda one: _sense(lines, one, source))


def _sense(lines: list[str], delimiter: str, source: Source) -> tuple:
    rows = [record.fields for record in _records(lines, delimiter)]
    at, held = header_at(rows[:LOOKED_AT], source)
    names, *body = rows[at:] or [[]]
    full = [row for row in body if any(row)]
    regular = sum(abs(len(row) - len(names)) <= 1 for row in full) >= 0.9 * len(full)
    guards = any(name[:1] and name[0] in DELIMITERS for name in names[1:])
    divides = len(names) > 1
    return held, divides and regular, divides and not guards, len(names)


def _mended(names: list[str], body: list[list[str]]) -> tuple[list[str], bool]:
    """The header without the delimiter too many at its end; do the rows have one instead?"""
    lengths = {len(row) for row in body if any(row) and not is_phrase(row, len(names))}
    if lengths == {len(names) - 1} and names[-1] == "":
        return names[:-1], False
    if lengths == {len(names) + 1} and not any(any(row[len(names) :]) for row in body):
        return names, True
    return names, False
