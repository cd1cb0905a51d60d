"""One file → its records, as text where it is a text: each with its line, none left out, in
batches.
"""

import shutil
import weakref
from pathlib import Path

from destock.intake.formats.delimited import open_delimited
from destock.intake.formats.json_lines import open_json
from destock.intake.formats.kinds import kind_of
from destock.intake.formats.markup import open_page
from destock.intake.formats.older_workbooks import open_xls, open_xlsb
from destock.intake.formats.open_document import open_document
from destock.intake.formats.packed import unpacked
from destock.intake.formats.parquet import open_parquet
from destock.intake.formats.raw import Raw
from destock.intake.formats.sheets import raw_of, unreadable
from destock.intake.formats.spreadsheetml import open_spreadsheetml
from destock.intake.formats.workbook import open_sheet
from destock.intake.shop import Source


def _xlsx(path: Path, source: Source) -> Raw:
    return raw_of(open_sheet(path, source.sheet), source)


_READERS = {
    "text": open_delimited,
    "parquet": open_parquet,
    "xlsx": _xlsx,
    "xls": open_xls,
    "xlsb": open_xlsb,
    "ods": open_document,
    "spreadsheetml": open_spreadsheetml,
    "html": open_page,
    "xhtml": open_page,
    "json": open_json,
}


def open_raw(path: Path, source: Source) -> Raw:
    """What does this file hold? Its rows are not read yet. What reads it is chosen by what it
    holds, whatever it is called.

    Columns keep the file's own names. Those of Parquet keep their types, all others are text.
    Raises Fault (3) on a file that cannot be read, is empty or is not whole.
    """
    kind = kind_of(path)
    try:
        if kind not in ("zip", "gz"):
            return _READERS[kind](path, source)
        with unpacked(path, kind) as file:
            raw = _READERS[kind_of(file)](file, source)
            # the file is there as long as somebody may read it
            weakref.finalize(raw, shutil.rmtree, file.parent, ignore_errors=True)
            return raw
    except OSError as error:
        raise unreadable(path, error) from error
