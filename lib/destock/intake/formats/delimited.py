"""CSV → its records as text, each with the line on which it begins, none left out."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from destock.intake.formats.layout import Layout, footer_line, is_phrase, look, split
from destock.intake.formats.raw import Raw, names_of, refuse_empty
from destock.intake.formats.sheets import unreadable
from destock.intake.formats.survey import Survey, encoding_of, survey
from destock.intake.shop import Source
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
    encoding = encoding_of(path, source.encoding)
    layout = look(path, encoding, source)
    found = survey(path, encoding, layout.delimiter)
    names = names_of(path, [*layout.header, ""] if layout.surplus else layout.header)
    counted = found.records - layout.records
    refuse_empty(path, source, bool(names), counted)
    end = footer_line(path, encoding, source.footer, layout.lines) if source.footer else 0
    if not found.ended and source.final_newline and not end:
        raise Fault(3, _NOT_ENDED, file=path.name)
    fields = [pa.field(name, pa.string()) for name in names]

    def batches() -> Iterator[pa.RecordBatch]:
        return _batches(raw, source, found, layout, end) if counted else iter(())

    said = f"{found.encoding}, {layout.delimiter!r}"
    raw = Raw(path, fields, batches, counted, said, passed=layout.passed)
    raw.header_line = layout.header_line
    return raw


def _batches(
    raw: Raw, source: Source, found: Survey, layout: Layout, end: int
) -> Iterator[pa.RecordBatch]:
    position = _Position(raw, layout, end)
    options = _options(raw, layout, found, position)
    try:
        # by its name alone, Arrow would take a text for a packed one
        text = pa.input_stream(raw.path, compression=None)
        for batch in pacsv.open_csv(text, *options):
            lines = position.lines_of(batch, found.multiline)
            rows = pa.record_batch(
                [pa.array(lines), *batch.columns], names=["_line", *batch.schema.names]
            )
            rows = _above(end, rows, raw, layout) if end else rows
            yield _without_surplus(rows, raw, layout) if layout.surplus else rows
    except pa.ArrowInvalid as error:
        if "straddl" in str(error):
            raise Fault(3, _TOO_LONG, file=raw.path.name, size=BLOCK >> 20) from error
        raise unreadable(raw.path, error) from error
    position.finish()
    if raw.footer and not raw.torn and not position.filled:
        refuse_empty(raw.path, source, True, 0)


def _above(end: int, rows: pa.RecordBatch, raw: Raw, layout: Layout) -> pa.RecordBatch:
    """The rows above the line that ends the table; those from there on are its footer."""
    within = pc.less(rows["_line"], end)
    below = rows.filter(pc.invert(within))
    raw.footer |= dict(_texts(below, layout.delimiter))
    return rows.filter(within) if len(below) else rows


def _without_surplus(rows: pa.RecordBatch, raw: Raw, layout: Layout) -> pa.RecordBatch:
    """The rows with nothing behind their last delimiter; those with something are torn."""
    behind = pc.utf8_trim_whitespace(rows.columns[-1])
    empty = pc.fill_null(pc.equal(behind, ""), True)
    full = rows.filter(pc.invert(empty))
    raw.torn |= {line: (len(raw.names), text) for line, text in _texts(full, layout.delimiter)}
    return rows.filter(empty) if len(full) else rows


def _texts(rows: pa.RecordBatch, delimiter: str) -> Iterator[tuple[int, str]]:
    """Each row's line, and its values as one text."""
    for line, *values in zip(*(column.to_pylist() for column in rows.columns), strict=True):
        yield line, delimiter.join(value or "" for value in values)


class _Position:
    """Which record comes next, and on which line does it begin?

    ``torn``: the records that have not as many fields as the header, by their number; Arrow tells
    of them before it gives the batch around them. ``filled``: the line of the last row that is not
    blank. From line ``end`` on, if there is one, all is footer.
    """

    def __init__(self, raw: Raw, layout: Layout, end: int):
        self.raw, self.above, self.end = raw, layout.lines, end
        self.delimiter = layout.delimiter
        self.record, self.line, self.filled = 1, layout.lines + 1, 0
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
        lines = self._pass(spans)[places]
        self.filled = _last_filled(batch, lines, self.end) or self.filled
        return lines

    def finish(self) -> None:
        """Note the torn records behind the last row; those that are words beside the table are no
        rows of it.
        """
        self._pass(np.ones(max(max(self.torn, default=0) + 1 - self.record, 0), int))
        torn = self.raw.torn
        for line in sorted(torn, reverse=True):
            text = torn[line][1]
            if not (0 < self.end <= line) and (
                line < self.filled
                or not is_phrase(split(text, self.delimiter), len(self.raw.names))
            ):
                return
            self.raw.footer[line] = torn.pop(line)[1]

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


def _last_filled(batch: pa.RecordBatch, lines: np.ndarray, end: int) -> int:
    """The line of the last row of the table that is not blank, 0 where none is."""
    for place in range(int(np.searchsorted(lines, end)) if end else len(lines), 0, -1):
        if any(column[place - 1].is_valid for column in batch.columns):
            return int(lines[place - 1])
    return 0


def _options(raw: Raw, layout: Layout, found: Survey, position: _Position) -> Sequence:
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
        delimiter=layout.delimiter,
        newlines_in_values=True,
        ignore_empty_lines=False,
        invalid_row_handler=position.tear,
    )
    convert = pacsv.ConvertOptions(
        column_types={f.name: f.type for f in raw.fields},
        strings_can_be_null=True,
        null_values=[""],
        check_utf8=False,
        # what runs over several lines, or stands behind the last value, is looked at whatever it is
        include_columns=None if found.multiline or layout.surplus else raw.needed,
    )
    return read, parse, convert
