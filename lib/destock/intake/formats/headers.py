"""Where a table begins: the row that holds the names of its columns."""

import re
from collections.abc import Iterable, Sequence

from destock.intake.formats.raw import header
from destock.intake.shop import Source
from destock.model.schema import TABLES

LOOKED_AT = 20  # rows among which the header is looked for
_WORDS = re.compile(r'"([^"]+)"|(\w+)')


def header_at(rows: Sequence[Iterable[object]], source: Source) -> tuple[int, int]:
    """Which of these rows holds the most names that the table wants, and how many? Where none holds
    two, nor all that it needs, it is the first that is not blank.
    """
    named, needed = _named(source), _needed(source)
    held = [_keys(row) for row in rows]
    counts = [len(keys & named) for keys in held]
    most = max(counts, default=0)
    whole = any(needed and all(keys & names for names in needed) for keys in held)
    if most >= 2 or (most and whole):
        return counts.index(most), most
    return next((place for place, keys in enumerate(held) if keys), 0), most


def _named(source: Source) -> set[str]:
    """The names of columns that a table can use: our own, or the export's where shop.toml or its
    profile renames them, and whatever its SQL names.
    """
    renamed = [_theirs(source, column.name) for column in TABLES[source.table].columns]
    told = [_alternatives(names) for key, names in source.status.items() if key != "words"]
    heads = _alternatives([source.heads.get("key", ""), *source.heads.get("columns", [])])
    sql = " ".join([source.query, source.where, *source.columns.values()])
    words = {_key(quoted or word) for quoted, word in _WORDS.findall(sql)}
    return set().union(*renamed, *told, heads, words)


def _needed(source: Source) -> list[set[str]]:
    """The names of each column that a table cannot do without; none where a query makes them."""
    columns = TABLES[source.table].required if not source.query else ()
    told = {"kind"} if source.status else set()
    return [_theirs(source, name) for name in columns if name not in {*source.columns, *told}]


def _theirs(source: Source, column: str) -> set[str]:
    return _alternatives(source.rename.get(column, column))


def _alternatives(names: str | list[str]) -> set[str]:
    return {_key(name) for name in ([names] if isinstance(names, str) else names) if name}


def _keys(row: Iterable[object]) -> set[str]:
    return {key for cell in row if cell is not None and (key := _key(cell))}


def _key(text: object) -> str:
    return header(text).casefold()
