"""Files → raw tables: all columns of all files of one table, read once, with file and line."""

import csv
import io
import unicodedata
from datetime import date, datetime, time
from itertools import zip_longest
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from destock import engine
from destock.intake.shop import Shop, Source
from destock.model.messages import Fault, mark

_UNREADABLE = mark("{file}: cannot be read ({reason})")


def read_raw(con: engine.Engine, shop: Shop, source: Source, name: str) -> list[Path]:
    """Bring all files of one table into the engine as table ``name``.

    Columns keep the files' own names; ``_file`` (0, 1, … oldest export first) and
    ``_line`` (of the file, header included, one a record) come first. CSV and XLSX columns
    are text; Parquet columns keep their types.
    Raises Fault (3) on a file that cannot be read or is empty.
    """
    paths = shop.files(source.table)
    for number, path in enumerate(paths):
        reader = {".csv": _csv, ".parquet": _parquet, ".xlsx": _xlsx}.get(path.suffix.lower())
        if reader is None:
            raise Fault(3, _UNREADABLE, file=path.name, reason="csv / parquet / xlsx")
        table = reader(path, source)
        if not table.num_rows:
            raise Fault(3, mark("{file}: has no rows"), file=path.name)
        try:
            _append(con, name, table, number, 0 if reader is _parquet else source.header_row)
        except engine.EngineError as error:  # columns of two exports whose types do not go together
            raise Fault(3, _UNREADABLE, file=path.name, reason=engine.message(error)) from error
    return paths


def _append(con: engine.Engine, name: str, table: pa.Table, number: int, above: int) -> None:
    con.register("incoming", table)
    numbered = f"SELECT {number} AS _file, {above} + row_number() OVER () AS _line, * FROM incoming"
    if number == 0:
        con.execute(f"CREATE OR REPLACE TABLE {name} AS {numbered}")
    else:
        con.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM {name} UNION ALL BY NAME {numbered}")
    con.unregister("incoming")


def header(text: object) -> str:
    """A column's name as we compare it: full width or half, without marks and blanks around it."""
    return unicodedata.normalize("NFKC", str(text)).replace("\ufeff", "").strip()


def second(name: str) -> str:
    """What a column is called whose name came before in the same file."""
    return f"{name} (2)"


def _names(headers: list) -> list[str]:
    names = []
    for place, text in enumerate(headers, 1):
        name = header(text or "") or f"column {place}"
        while name.casefold() in {n.casefold() for n in names}:
            name = second(name)
        names.append(name)
    return names


def _parquet(path: Path, source: Source) -> pa.Table:
    try:
        table = pq.read_table(path, page_checksum_verification=True)
    except (pa.ArrowInvalid, OSError) as error:
        raise Fault(3, _UNREADABLE, file=path.name, reason=_first_line(error)) from error
    return table.rename_columns(_names(table.column_names))


def _csv(path: Path, source: Source) -> pa.Table:
    text = _decoded(path, source.encoding)
    lines = text.splitlines(keepends=True)[source.header_row - 1 :]
    names = _names(next(csv.reader(lines[:1], delimiter=source.delimiter), []))
    if not names or len(lines) < 2:
        raise Fault(3, mark("{file}: has no rows"), file=path.name)
    parse = pacsv.ParseOptions(delimiter=source.delimiter, newlines_in_values=True)
    convert = pacsv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=True, null_values=[""])
    read = pacsv.ReadOptions(column_names=names, skip_rows=1)
    try:
        table = pacsv.read_csv(io.BytesIO("".join(lines).encode()), read, parse, convert)
    except pa.ArrowInvalid as error:
        raise Fault(3, _UNREADABLE, file=path.name, reason=_first_line(error)) from error
    # A quote that nobody closes swallows all rows after it, and the parser does not mind.
    last = table.column(-1)[-1].as_py() if table.num_rows else None
    if "\n" in (last or "") and not text.rstrip().endswith('"'):
        reason = f'line {len(text.splitlines()) - last.rstrip().count(chr(10))}: " is never closed'
        raise Fault(3, _UNREADABLE, file=path.name, reason=reason)
    return table


def _decoded(path: Path, encoding: str) -> str:
    raw = path.read_bytes()
    marks = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
    by_mark = [name for start, name in marks.items() if raw.startswith(start)]
    tried = by_mark or ([encoding] if encoding else ["utf-8", "gb18030"])
    for name in tried:
        try:
            return raw.decode(name)
        except UnicodeDecodeError as error:
            reason = f"{name}, byte {error.start}"
        except LookupError:
            reason = f"encoding {name}"
    raise Fault(3, _UNREADABLE, file=path.name, reason=reason)


def _xlsx(path: Path, source: Source) -> pa.Table:
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        sheet = book[source.sheet] if source.sheet else book.worksheets[0]
        rows = [row for row in sheet.iter_rows(min_row=source.header_row, values_only=True) if any(v is not None for v in row)]
    except Exception as error:  # openpyxl raises whatever its XML, zip or style readers raise
        raise Fault(3, _UNREADABLE, file=path.name, reason=_first_line(error)) from error
    if len(rows) < 2:
        raise Fault(3, mark("{file}: has no rows"), file=path.name)
    columns = list(zip_longest(*rows))  # a row may end where its last value stands
    cells = [pa.array([_cell(v) for v in values], pa.string()) for _, *values in columns]
    return pa.table(cells, names=_names([first for first, *_ in columns]))


def _cell(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | float) and abs(value) >= 1e15:
        return f"{value:E}"  # a workbook keeps fifteen digits of a number: an identifier of more is damaged, and must look so
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:160]
