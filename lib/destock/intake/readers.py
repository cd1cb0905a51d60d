"""One file → its records, as text where it is a text: each with its line, none left out, in
batches.
"""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from destock.intake.delimited import open_delimited
from destock.intake.raw import Raw, names_of, refuse_empty
from destock.intake.shop import Source
from destock.intake.workbook import open_sheet, unreadable
from destock.model.messages import Fault, mark

# A Parquet file of so many cells, and so many for each of its bytes, is refused unread.
MOST_CELLS, MOST_CELLS_A_BYTE = 10_000_000, 200


def open_raw(path: Path, source: Source) -> Raw:
    """What does this file hold? Its rows are not read yet.

    Columns keep the file's own names. CSV and XLSX columns are text; Parquet columns keep
    their types. Raises Fault (3) on a file that cannot be read, is empty or is not whole.
    """
    reader = {".csv": open_delimited, ".parquet": _parquet, ".xlsx": _xlsx}.get(path.suffix.lower())
    if reader is None:
        text = mark("{file}: cannot be read ({reason})")
        raise Fault(3, text, file=path.name, reason="csv / parquet / xlsx")
    try:
        return reader(path, source)
    except OSError as error:
        raise unreadable(path, error) from error


def _parquet(path: Path, source: Source) -> Raw:
    try:
        file = pq.ParquetFile(path, page_checksum_verification=True)
    except (pa.ArrowInvalid, OSError) as error:
        raise unreadable(path, error) from error
    rows, cells = file.metadata.num_rows, file.metadata.num_rows * file.metadata.num_columns
    refuse_empty(path, source, True, rows)
    if cells > max(MOST_CELLS, MOST_CELLS_A_BYTE * path.stat().st_size):
        text = mark("{file}: {rows} rows in so small a file: this is no table of a shop")
        raise Fault(3, text, file=path.name, rows=rows)
    schema = file.schema_arrow
    fields = [
        pa.field(name, kind)
        for name, kind in zip(names_of(path, schema.names), schema.types, strict=True)
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
    refuse_empty(path, source, bool(two), len(two) - 1)
    top, titles = two[0]
    width = max(titles)
    fields = [
        pa.field(name, pa.string())
        for name in names_of(path, [titles.get(place) for place in range(1, width + 1)])
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
