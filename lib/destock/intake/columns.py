"""Which of a file's columns, or which SQL over them, makes each of ours?"""

import re
from dataclasses import dataclass, field
from difflib import get_close_matches

from destock import engine
from destock.intake.raw import Raw, header, second
from destock.intake.shop import Source
from destock.model.messages import Fault, mark
from destock.model.schema import Column, Table

NAMED = 3  # lines that a sentence names


@dataclass
class File:
    """One file on its way in: how it is read, the relation of its rows, the columns it gives, what
    never became a row.

    ``failures``: SQL that says of a row that an expression of the shop fails on it → the
    expression's place.
    """

    raw: Raw
    relation: str = "incoming"
    expressions: dict[str, str] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)
    blank: int = 0
    unmade: tuple[int, list[int]] = (0, [])


def map_columns(table: Table, source: Source, file: File, present: list[str]) -> dict[str, str]:
    """Which expression of the file's columns makes each of ours?"""
    by_name = {name.casefold(): name for name in present}
    expressions = {}
    for column in table.columns:
        wanted = source.rename.get(column.name, column.name)
        theirs = by_name.get(header(wanted).casefold())
        if column.name in source.columns:
            expressions[column.name] = f"({sql_of(source.columns[column.name])}\n)"
        elif theirs:
            if second(theirs) in present:
                raise Fault(
                    3,
                    mark("{file}: cannot be read ({reason})"),
                    file=file.raw.path.name,
                    reason=f'2 × "{theirs}"',
                )
            expressions[column.name] = engine.quoted(theirs)
        elif column.required:
            raise _no_column(table, column.name, wanted, file.raw, present)
    return expressions


def refuse_unknown_names(table: Table, source: Source, files: list[File]) -> None:
    """A column that shop.toml renames must be in one of the exports at least."""
    for name, wanted in source.rename.items():
        if not any(name in file.expressions for file in files):
            raise _no_column(table, name, wanted, files[0].raw, files[0].raw.names)


def _no_column(table: Table, name: str, wanted: str, raw: Raw, present: list[str]) -> Fault:
    said = {
        "file": raw.path.name,
        "column": wanted,
        "table": table.name,
        "name": name,
        "present": ", ".join(present),
    }
    other = next((mark for mark in ";\t|," if len(present) == 1 and mark in present[0]), "")
    near = get_close_matches(wanted, present, n=1, cutoff=0.75)
    if other:
        text = mark(
            '{file}: no column "{column}" for {table}.{name}; its columns seem to be divided by'
            " {delimiter}: say so in shop.toml"
        )
        return Fault(3, text, **said, delimiter=repr(other))
    if near:
        text = mark(
            '{file}: no column "{column}" for {table}.{name}; did you mean "{near}"? It has:'
            " {present}"
        )
        return Fault(3, text, **said, near=near[0])
    return Fault(
        3, mark('{file}: no column "{column}" for {table}.{name}; it has: {present}'), **said
    )


def all_empty(names: list[str]) -> str:
    """SQL that says of a row of a file that all of its fields are empty."""
    return (
        f"(coalesce({', '.join(f'CAST({engine.quoted(name)} AS VARCHAR)' for name in names)}) IS"
        " NULL)"
    )


def sql_of(text: str) -> str:
    """A shop's own SQL, with the names of columns written as the readers write them."""
    return re.sub(r'"[^"]+"', lambda name: header(name[0]), text)


def money_of(table: Table) -> list[Column]:
    """The columns of a table that hold money."""
    return [column for column in table.columns if column.kind == "money"]
