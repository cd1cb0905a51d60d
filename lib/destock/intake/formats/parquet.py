"""Parquet → its records under their own types, each with its number as its line."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from destock.intake.formats.raw import Raw, names_of, refuse_empty
from destock.intake.formats.sheets import unreadable
from destock.intake.shop import Source
from destock.model.messages import Fault, mark

# A Parquet file of so many cells, and so many for each of its bytes, is refused unread.
MOST_CELLS, MOST_CELLS_A_BYTE = 10_000_000, 200


def open_parquet(path: Path, source: Source) -> Raw:
    """What does this Parquet file hold? Raises Fault (3) where it is damaged, empty, or larger than
    any of a shop.
    """
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
