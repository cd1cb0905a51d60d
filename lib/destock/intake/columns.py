"""Which of a file's columns, or which SQL over them, makes each of ours?"""

import re
from dataclasses import dataclass, field
from difflib import get_close_matches

from destock import engine
from destock.intake.formats.raw import Raw, header, second
from destock.intake.shop import Source
from destock.model.messages import Fault, mark
from destock.model.schema import Column, Table

NAMED = 3  # lines that a sentence names


@dataclass
class File:
    """One file on its way in: how it is read, the relation of its rows, the columns it gives, what
    never became a row.

    ``states``, ``events``: SQL for what the status of a line says, and for what happened to it,
    where a row is no event.
    ``failures``: SQL that says of a row that nothing can be made of it → SQL for the column and the
    rule. ``faulty``: the columns of these failures that are none of ours → their expression.
    """

    raw: Raw
    source: Source
    relation: str = "incoming"
    expressions: dict[str, str] = field(default_factory=dict)
    states: dict[str, str] = field(default_factory=dict)
    events: str = ""
    failures: dict[str, str] = field(default_factory=dict)
    faulty: dict[str, str] = field(default_factory=dict)
    blank: int = 0
    unmade: tuple[int, list[int]] = (0, [])

    @property
    def read(self) -> list[str]:
        """The columns that are read from the file."""
        return self.raw.needed or self.raw.names

    @property
    def streamed(self) -> bool:
        """Are its rows read anew whenever they are asked for? Else they lie in the engine."""
        return self.relation == "incoming"


def map_columns(table: Table, file: File, present: list[str]) -> dict[str, str]:
    """Which expression of the file's columns makes each of ours?

    ``present``: the columns that its rows have. Raises Fault (3) where one that the table needs is
    not among them.
    """
    source, expressions = file.source, {}
    for column in table.columns:
        # a profile names what it means: Vendor is somebody else in each system
        named_alike = "" if source.export and not source.query else column.name
        wanted = source.rename.get(column.name, named_alike)
        spread = f"spread {column.name}"
        theirs = spread if spread in present else named(file, wanted, present)
        if column.name in source.columns and _is_possible(source, column.name, present):
            expressions[column.name] = f"({sql_of(source.columns[column.name])}\n)"
        elif theirs:
            expressions[column.name] = engine.quoted(theirs)
        elif column.required and not (column.name == "kind" and source.status):
            raise _no_column(table, file, column.name, present)
    return expressions


def named(file: File, wanted: str | list[str], present: list[str]) -> str:
    """Which column of a file goes by this name, or by the first of these that it has? Empty where
    none does. Raises Fault (3) where two do.
    """
    by_name = {name.casefold(): name for name in present}
    for name in [wanted] if isinstance(wanted, str) else wanted:
        theirs = by_name.get(header(name).casefold(), "")
        if theirs and second(theirs) in present:
            raise Fault(
                3,
                mark("{file}: cannot be read ({reason})"),
                file=file.raw.path.name,
                reason=f'2 × "{theirs}"',
            )
        if theirs:
            return theirs
    return ""


def _is_possible(source: Source, column: str, present: list[str]) -> bool:
    """Has the file all that an expression of a profile reads? A shop's own is taken at its word."""
    return column in source.own or set(quoted_in(source.columns[column])) <= set(present)


def quoted_in(text: str) -> list[str]:
    """The columns that SQL names in quotes, as the readers write them."""
    return [header(name) for name in re.findall(r'"([^"]+)"', text)]


def refuse_unknown_names(table: Table, files: list[File]) -> None:
    """A column that shop.toml renames must be in one of the exports at least."""
    for source in {id(file.source): file.source for file in files}.values():
        own = [file for file in files if file.source is source]
        for name in source.rename.keys() & source.own:
            if not any(name in file.expressions for file in own):
                raise _no_column(table, own[0], name, own[0].raw.names)


def _no_column(table: Table, file: File, name: str, present: list[str]) -> Fault:
    names = file.source.rename.get(name, name)
    wanted = names if isinstance(names, str) else " / ".join(names)
    said = {
        "file": file.raw.path.name,
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
