"""CSV → its records as text, each with the line on which it begins, none left out."""

import csv
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from destock.intake.raw import Raw, names_of, refuse_empty
from destock.intake.shop import Source
from destock.intake.survey import Survey, survey
from destock.intake.workbook import unreadable
from destock.model.messages import Fault, mark

BLOCK = 2 << 20  # bytes that are parsed at a time; no record is longer
_NOT_ENDED = mark(
    "{file}: ends in the middle of a line: upload it again (or say final_newline = false in"
    " shop.toml, if it always does)"
)
_TOO_LONG = mark("{file}: a row of more than {size} MB: this is no table of a shop")


def open_delimited(path: Path, source: Source) -> Raw:
    """What does this CSV hold? All of its columns are text. Raises Fault (3) where it is damaged,
    empty, or ends in the middle of a line.
    """
    found = survey(path, source.encoding, source.delimiter)
    names, above = _header(path, found.encoding, source)
    counted = found.records - source.header_row
    refuse_empty(path, source, bool(names), counted)
    if not found.ended and source.final_newline:
        raise Fault(3, _NOT_ENDED, file=path.name)
    fields = [pa.field(name, pa.string()) for name in names]

    def batches() -> Iterator[pa.RecordBatch]:
        return _batches(raw, source, found, above) if counted else iter(())

    raw = Raw(path, fields, batches, counted, f"{found.encoding}, {source.delimiter!r}")
    return raw


def _header(path: Path, encoding: str, source: Source) -> tuple[list[str], int]:
    """Names of the columns, and how many lines stand above the first row."""
    with path.open(encoding=encoding, newline="") as text:
        above = sum(1 for _ in islice(text, source.header_row - 1))
        reader = csv.reader(text, delimiter=source.delimiter)
        names = names_of(path, next(reader, []))
        return names, above + reader.line_num


def _batches(raw: Raw, source: Source, found: Survey, above: int) -> Iterator[pa.RecordBatch]:
    position = _Position(raw, above)
    options = _options(raw, source, found, position)
    try:
        for batch in pacsv.open_csv(raw.path, *options):
            lines = pa.array(position.lines_of(batch, found.multiline))
            yield pa.record_batch([lines, *batch.columns], names=["_line", *raw.names])
    except pa.ArrowInvalid as error:
        if "straddl" in str(error):
            raise Fault(3, _TOO_LONG, file=raw.path.name, size=BLOCK >> 20) from error
        raise unreadable(raw.path, error) from error
    position.finish()


class _Position:
    """Which record comes next, and on which line does it begin?

    ``torn``: the records that have not as many fields as the header, by their number; Arrow tells
    of them before it gives the batch around them.
    """

    def __init__(self, raw: Raw, above: int):
        self.raw, self.above = raw, above
        self.record, self.line = 1, above + 1
        self.torn: dict[int, tuple[int, str]] = {}

    def tear(self, row: pacsv.InvalidRow) -> str:
        """Take a torn record out of the rows."""
        self.torn[row.number - self.above] = (row.actual_columns, row.text)
        return "skip"

    def lines_of(self, batch: pa.RecordBatch, multiline: bool) -> np.ndarray:
        """The line on which each record of the next batch begins."""
        numbers = self._numbers(batch.num_rows)
        if not len(numbers):
            return numbers
        places = numbers - self.record
        spans = np.ones(places[-1] + 1, int)
        for column in batch.columns if multiline else ():
            spans[places] += pc.count_substring(column, "\n").fill_null(0).to_numpy()
        return self._pass(spans)[places]

    def finish(self) -> None:
        """Note the torn records behind the last row."""
        self._pass(np.ones(max(max(self.torn, default=0) + 1 - self.record, 0), int))

    def _numbers(self, rows: int) -> np.ndarray:
        """Numbers of the records that became the next rows: those from here on that are not
        torn.
        """
        later = [number - self.record for number in self.torn if number >= self.record]
        known = rows + len(later)
        places = np.delete(np.arange(known), [place for place in later if place < known])
        return self.record + places[:rows]

    def _pass(self, spans: np.ndarray) -> np.ndarray:
        """Go past so many records, which take so many lines each; on which line does each begin?
        The torn ones among them are noted.
        """
        between = [n for n in self.torn if self.record <= n < self.record + len(spans)]
        for number in between:
            spans[number - self.record] += self.torn[number][1].count("\n")
        starts = self.line + np.cumsum(spans) - spans
        self.raw.torn |= {int(starts[n - self.record]): self.torn[n] for n in between}
        self.record += len(spans)
        self.line += int(spans.sum())
        return starts


def _options(raw: Raw, source: Source, found: Survey, position: _Position) -> Sequence:
    """How Arrow is to read, parse and convert: every field a text, an empty one NULL."""
    read = pacsv.ReadOptions(
        column_names=raw.names,
        skip_rows=position.above,
        block_size=BLOCK,
        # under any other name Python decodes it once more
        encoding="utf8" if found.encoding.startswith("utf-8") else found.encoding,
        use_threads=False,
    )
    parse = pacsv.ParseOptions(
        delimiter=source.delimiter,
        newlines_in_values=True,
        ignore_empty_lines=False,
        invalid_row_handler=position.tear,
    )
    convert = pacsv.ConvertOptions(
        column_types={f.name: f.type for f in raw.fields},
        strings_can_be_null=True,
        null_values=[""],
        check_utf8=False,
    )
    return read, parse, convert
