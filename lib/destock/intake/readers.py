"""One file → its records, as text where it is a text: each with its line, none left out, in
batches.
"""

import csv
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from destock.intake.shop import Source
from destock.intake.survey import Survey, survey
from destock.intake.workbook import open_sheet, unreadable
from destock.model.messages import Fault, mark
from destock.model.schema import TABLES

BLOCK = 2 << 20
MOST_COLUMNS = 2000
# A Parquet file of so many cells, and so many for each of its bytes, is refused unread.
MOST_CELLS, MOST_CELLS_A_BYTE = 10_000_000, 200
_BLANKS = " \t\r\n\u00a0\u3000\ufeff"
# What a spreadsheet takes for the beginning of a formula (OWASP ASVS 1.2.10), full-width signs
# included.
FORMULA = "=+-@\t\r\n\0＝＋－＠"
# An apostrophe before one of these, or before a number, is a guard and no part of the value.
GUARDED = rf"'('*(?:[0-9]+|[{re.escape(FORMULA)}](?s:.)*))"
_GUARD = rf"^(?:=\"(.*)\"|{GUARDED})$"
# bytes that a text to be mended begins or ends with: blanks of one byte, guards, and those of the
# blanks of several
_BLANK, _FOREIGN, _GUARDS = 32, 128, b"'=\""
_FIRST, _LAST = np.zeros(256, bool), np.zeros(256, bool)
_FIRST[[*range(_BLANK + 1), *b"'=\xc2\xe3\xef"]] = _LAST[
    [*range(_BLANK + 1), *b'"\xa0\x80\xbf']
] = True
_EMPTY = mark("{file}: has no rows: export it again, or take {table} out of shop.toml")


@dataclass
class Raw:
    """A file that can be read: ``names`` of its columns, ``batches()`` of its rows, each with its
    ``_line`` first.

    ``counted``: how many rows another way of counting finds, for a text. ``torn``: records that
    have not as many fields as the header: line → (fields, text); ``rows``: how many became rows;
    both complete once all batches were read. ``read_as`` says what was taken for granted.
    """

    path: Path
    fields: list[pa.Field]
    batches: Callable[[], Iterator[pa.RecordBatch]]
    counted: int | None
    read_as: str
    torn: dict[int, tuple[int, str]] = field(default_factory=dict)
    hidden: set[int] = field(default_factory=set)
    rows: int = 0
    fault: Fault | None = None

    @property
    def names(self) -> list[str]:
        return [column.name for column in self.fields]

    def blamed(self, otherwise: Fault) -> Fault:
        """Our words for what went wrong, given away: a fault that its own file kept would hold on
        to the engine.
        """
        fault, self.fault = self.fault, None
        return fault or otherwise

    def stream(self, as_given: bool = False) -> pa.RecordBatchReader:
        """All rows, once, for an engine to take; texts without the blanks and guards around them,
        unless ``as_given``.

        The engine has its own words for what goes wrong: ``fault`` keeps ours.
        """

        def rows() -> Iterator[pa.RecordBatch]:
            self.rows = 0
            try:
                for batch in self.batches():
                    self.rows += batch.num_rows
                    columns = [
                        c if as_given or c.type != pa.string() else _bare(c) for c in batch.columns
                    ]
                    yield pa.record_batch(columns, names=batch.schema.names)
            except Fault as fault:
                self.fault = fault
                raise

        return pa.RecordBatchReader.from_batches(
            pa.schema([("_line", pa.int64()), *self.fields]), rows()
        )


def open_raw(path: Path, source: Source) -> Raw:
    """What does this file hold? Its rows are not read yet.

    Columns keep the file's own names. CSV and XLSX columns are text; Parquet columns keep
    their types. Raises Fault (3) on a file that cannot be read, is empty or is not whole.
    """
    reader = {".csv": _csv, ".parquet": _parquet, ".xlsx": _xlsx}.get(path.suffix.lower())
    if reader is None:
        raise Fault(
            3,
            mark("{file}: cannot be read ({reason})"),
            file=path.name,
            reason="csv / parquet / xlsx",
        )
    try:
        return reader(path, source)
    except OSError as error:
        raise unreadable(path, error) from error


def header(text: object) -> str:
    """A column's name as we compare it: full width or half, in one line, without marks and blanks
    around it.
    """
    return " ".join(unicodedata.normalize("NFKC", str(text)).replace("\ufeff", "").split())


def second(name: str) -> str:
    """What a column is called whose name came before in the same file."""
    return f"{name} (2)"


def _names(path: Path, headers: list) -> list[str]:
    if len(headers) > MOST_COLUMNS:
        raise Fault(
            3,
            mark("{file}: {columns} columns: this is no table of a shop"),
            file=path.name,
            columns=len(headers),
        )
    names, taken = [], set()
    for place, text in enumerate(headers, 1):
        name = header(text or "") or f"column {place}"
        while name.casefold() in taken:
            name = second(name)
        taken.add(name.casefold())
        names.append(name)
    return names


def _csv(path: Path, source: Source) -> Raw:
    found = survey(path, source.encoding, source.delimiter)
    names, above = _header(path, found.encoding, source)
    counted = found.records - source.header_row
    _refuse_empty(path, source, bool(names), counted)
    if not found.ended and source.final_newline:
        text = mark(
            "{file}: ends in the middle of a line: upload it again (or say final_newline = false in"
            " shop.toml, if it always does)"
        )
        raise Fault(3, text, file=path.name)
    fields = [pa.field(name, pa.string()) for name in names]
    raw = Raw(
        path,
        fields,
        lambda: _csv_batches(raw, source, found, above) if counted else iter(()),
        counted,
        "",
    )
    raw.read_as = f"{found.encoding}, {source.delimiter!r}"
    return raw


def _refuse_empty(path: Path, source: Source, header: bool, rows: int) -> None:
    if not header or (rows < 1 and not TABLES[source.table].by_hand):
        raise Fault(3, _EMPTY, file=path.name, table=source.table)


def _header(path: Path, encoding: str, source: Source) -> tuple[list[str], int]:
    """Names of the columns, and how many lines stand above the first row."""
    with path.open(encoding=encoding, newline="") as text:
        above = sum(1 for _ in islice(text, source.header_row - 1))
        reader = csv.reader(text, delimiter=source.delimiter)
        names = _names(path, next(reader, []))
        return names, above + reader.line_num


def _csv_batches(raw: Raw, source: Source, found: Survey, above: int) -> Iterator[pa.RecordBatch]:
    torn: dict[int, tuple[int, str]] = {}  # by number of record

    def tear(row: pacsv.InvalidRow) -> str:
        torn[row.number - above] = (row.actual_columns, row.text)
        return "skip"

    # under any other name Python decodes it once more
    encoding = "utf8" if found.encoding.startswith("utf-8") else found.encoding
    read = pacsv.ReadOptions(
        column_names=raw.names,
        skip_rows=above,
        block_size=BLOCK,
        encoding=encoding,
        use_threads=False,
    )
    parse = pacsv.ParseOptions(
        delimiter=source.delimiter,
        newlines_in_values=True,
        ignore_empty_lines=False,
        invalid_row_handler=tear,
    )
    convert = pacsv.ConvertOptions(
        column_types={f.name: f.type for f in raw.fields},
        strings_can_be_null=True,
        null_values=[""],
        check_utf8=False,
    )
    record, line = 1, above + 1
    try:
        for batch in pacsv.open_csv(raw.path, read, parse, convert):
            numbers = _numbers(record, batch.num_rows, torn)
            lines, record, line = _lines(
                batch if found.multiline else None, numbers, record, line, torn, raw
            )
            yield pa.record_batch([pa.array(lines), *batch.columns], names=["_line", *raw.names])
    except pa.ArrowInvalid as error:
        if "straddl" in str(error):
            raise Fault(
                3,
                mark("{file}: a row of more than {size} MB: this is no table of a shop"),
                file=raw.path.name,
                size=BLOCK >> 20,
            ) from error
        raise unreadable(raw.path, error) from error
    _lines(None, np.array([max(torn, default=0)]), record, line, torn, raw)


def _bare(column: pa.StringArray) -> pa.StringArray:
    """Texts without blanks around them, nor what keeps a spreadsheet from taking them for numbers:
    ="007", '007.

    The bytes are looked at first: most columns hold nothing of the kind.
    """
    _, offsets, data = column.buffers()
    ends = (
        np.frombuffer(offsets, np.int32)[column.offset : column.offset + len(column) + 1]
        if data
        else np.zeros(1, np.int32)
    )
    raw = np.frombuffer(data, np.uint8)[ends[0] : ends[-1]] if data else ends
    if not len(raw) or (
        raw.min() > _BLANK
        and raw.max() < _FOREIGN
        and not any((raw == mark).any() for mark in _GUARDS)
    ):
        return column
    # marks that combine with the letter before
    if raw.max() >= 0xCC and np.isin(raw, [0xCC, 0xCD]).any():
        column = pc.utf8_normalize(column, "NFC")
    elif not (
        _FIRST[raw[np.minimum(ends[:-1] - ends[0], len(raw) - 1)]].any()
        or _LAST[raw[ends[1:] - ends[0] - 1]].any()
    ):
        return column
    column = pc.replace_substring_regex(pc.utf8_trim(column, _BLANKS), _GUARD, r"\1\2")
    return pc.if_else(pc.equal(column, ""), pa.scalar(None, pa.string()), column)


def _numbers(record: int, rows: int, torn: dict) -> np.ndarray:
    """Numbers of the records that became rows: from ``record`` on, without the torn ones."""
    later = [number for number in torn if number >= record]
    return np.delete(
        np.arange(record, record + rows + len(later)),
        [n - record for n in later if n - record < rows + len(later)],
    )[:rows]


def _lines(
    batch: pa.RecordBatch | None, numbers: np.ndarray, record: int, line: int, torn: dict, raw: Raw
) -> tuple[np.ndarray, int, int]:
    """The line on which each of these records begins, and the next record with its line. Notes the
    torn ones among them.
    """
    if not len(numbers):
        return numbers, record, line
    spans = np.ones(max(numbers[-1] + 1 - record, 0), int)
    if batch:
        for column in batch.columns:
            spans[numbers - record] += pc.count_substring(column, "\n").fill_null(0).to_numpy()
    between = [number for number in torn if record <= number < record + len(spans)]
    for number in between:
        spans[number - record] += torn[number][1].count("\n")
    starts = line + np.cumsum(spans) - spans
    raw.torn |= {int(starts[number - record]): torn[number] for number in between}
    return (
        starts[numbers - record] if len(spans) else numbers,
        record + len(spans),
        line + int(spans.sum()),
    )


def _parquet(path: Path, source: Source) -> Raw:
    try:
        file = pq.ParquetFile(path, page_checksum_verification=True)
    except (pa.ArrowInvalid, OSError) as error:
        raise unreadable(path, error) from error
    rows, cells = file.metadata.num_rows, file.metadata.num_rows * file.metadata.num_columns
    _refuse_empty(path, source, True, rows)
    if cells > max(MOST_CELLS, MOST_CELLS_A_BYTE * path.stat().st_size):
        text = mark("{file}: {rows} rows in so small a file: this is no table of a shop")
        raise Fault(3, text, file=path.name, rows=rows)
    schema = file.schema_arrow
    fields = [
        pa.field(name, kind)
        for name, kind in zip(_names(path, schema.names), schema.types, strict=True)
    ]

    def batches() -> Iterator[pa.RecordBatch]:
        line = 1
        try:
            for batch in pq.ParquetFile(path, page_checksum_verification=True).iter_batches():
                lines = pa.array(np.arange(line, line + batch.num_rows))
                yield pa.record_batch([lines, *batch.columns], names=["_line", *raw.names])
                line += batch.num_rows
        except (pa.ArrowInvalid, OSError) as error:
            raise unreadable(path, error) from error

    raw = Raw(path, fields, batches, rows, "parquet")
    return raw


def _xlsx(path: Path, source: Source) -> Raw:
    sheet = open_sheet(path, source.sheet)
    two = list(
        islice(((line, cells) for line, cells in sheet.rows() if line >= source.header_row), 2)
    )
    _refuse_empty(path, source, bool(two), len(two) - 1)
    top, titles = two[0]
    width = max(titles)
    fields = [
        pa.field(name, pa.string())
        for name in _names(path, [titles.get(place) for place in range(1, width + 1)])
    ]

    def batches() -> Iterator[pa.RecordBatch]:
        rows = (
            (line, *(cells.get(place) for place in range(1, width + 1)))
            for line, cells in sheet.rows()
            if line > top
        )
        kinds = [pa.int64(), *(f.type for f in fields)]
        while some := list(islice(rows, 10_000)):
            columns = [
                pa.array(values, kind)
                for values, kind in zip(zip(*some, strict=True), kinds, strict=True)
            ]
            yield pa.record_batch(columns, names=["_line", *raw.names])

    raw = Raw(path, fields, batches, None, f"sheet {sheet.title}", hidden=sheet.hidden)
    return raw
