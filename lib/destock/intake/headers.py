"""Where a table begins: the row that holds the names of its columns."""

import re
from collections.abc import Iterable, Sequence

from destock.intake.raw import header
from destock.intake.shop import Source
from destock.model.schema import TABLES

LOOKED_AT = 20  # rows among which the header is looked for
_WORDS = re.compile(r'"([^"]+)"|(\w+)')


def header_at(rows: Sequence[Iterable[object]], source: Source) -> tuple[int, int]:
    """Which of these rows holds the most names that the table wants, and how many? Where none holds
    two, nor all that it needs, it is the first that is not blank.
    """
    named, needed = _names(source)
    held = [_keys(row) for row in rows]
    counts = [len(keys & named) for keys in held]
    most = max(counts, default=0)
    if most >= 2 or (most and any(needed and needed <= keys for keys in held)):
        return counts.index(most), most
    return next((place for place, keys in enumerate(held) if keys), 0), most


def _names(source: Source) -> tuple[set[str], set[str]]:
    """The names of columns that a table can use, and those that it needs: our own, or the export's
    where shop.toml renames them; and whatever its SQL names.
    """
    columns = TABLES[source.table].columns
    theirs = {c.name: _key(source.rename.get(c.name, c.name)) for c in columns}
    needed = {theirs[c.name] for c in columns if c.required and c.name not in source.columns}
    sql = " ".join([source.query, source.where, *source.columns.values()])
    words = {_key(quoted or word) for quoted, word in _WORDS.findall(sql)}
    return {*theirs.values(), *words}, set() if source.query else needed


def _keys(row: Iterable[object]) -> set[str]:
    return {key for cell in row if cell is not None and (key := _key(cell))}


def _key(text: object) -> str:
    return header(text).casefold()
