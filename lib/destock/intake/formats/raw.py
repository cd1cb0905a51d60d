"""A file that can be read: its columns under the names by which they are compared, its records as a
stream.
"""

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from destock.intake.cells.trimming import trimmed
from destock.intake.shop import Source
from destock.model.messages import Fault, mark
from destock.model.schema import TABLES

MOST_COLUMNS = 2000
_EMPTY = mark("{file}: has no rows: export it again, or take {table} out of shop.toml")


@dataclass
class Raw:
    """A file that can be read: ``names`` of its columns, ``batches()`` of its rows, each with its
    ``_line`` first.

    ``counted``: how many rows another way of counting finds, for a text. ``torn``: records that
    have not as many fields as the header: line → (fields, text); ``rows``: how many became rows;
    both complete once all batches were read, as is ``footer``: lines below the table → text.
    ``passed``: lines above the header, which is ``header_line``, → text. ``read_as`` says what was
    taken for granted. ``needed``: the columns that anything is made of, where the others are not to
    be read.
    """

    path: Path
    fields: list[pa.Field]
    batches: Callable[[], Iterator[pa.RecordBatch]]
    counted: int | None
    read_as: str
    torn: dict[int, tuple[int, str]] = field(default_factory=dict)
    hidden: set[int] = field(default_factory=set)
    header_line: int = 1
    passed: dict[int, str] = field(default_factory=dict)
    footer: dict[int, str] = field(default_factory=dict)
    rows: int = 0
    fault: Fault | None = None
    needed: list[str] | None = None

    @property
    def names(self) -> list[str]:
        return [column.name for column in self.fields]

    def blamed(self, otherwise: Fault) -> Fault:
        """Our words for what went wrong, given away: a fault that its own file kept would hold on
        to the engine.
        """
        fault, self.fault = self.fault, None
        return fault or otherwise

    def stream(self, as_given: bool = False) -> pa.RecordBatchReader:
        """All rows, once, for an engine to take; texts without the blanks and guards around them,
        unless ``as_given``.

        The engine has its own words for what goes wrong: ``fault`` keeps ours.
        """

        def rows() -> Iterator[pa.RecordBatch]:
            self.rows = 0
            try:
                for batch in self.batches():
                    self.rows += batch.num_rows
                    if self.needed is not None:
                        batch = batch.select(["_line", *self.needed])
                    columns = [
                        c if as_given or c.type != pa.string() else trimmed(c)
                        for c in batch.columns
                    ]
                    yield pa.record_batch(columns, names=batch.schema.names)
            except Fault as fault:
                self.fault = fault
                raise

        fields = [f for f in self.fields if self.needed is None or f.name in self.needed]
        return pa.RecordBatchReader.from_batches(
            pa.schema([("_line", pa.int64()), *fields]), rows()
        )


def header(text: object) -> str:
    """A column's name as we compare it: full width or half, in one line, without marks and blanks
    around it, nor what has no width (Unicode's Cf: marks of byte order and of direction, joiners).
    """
    plain = unicodedata.normalize("NFKC", str(text))
    if not plain.isascii():
        plain = "".join(letter for letter in plain if unicodedata.category(letter) != "Cf")
    return " ".join(plain.split())


def second(name: str) -> str:
    """What a column is called whose name came before in the same file."""
    return f"{name} (2)"


def names_of(path: Path, headers: list) -> list[str]:
    """What the columns of a file are called, each by a name of its own. Raises Fault (3) for more
    than a table of a shop can have.
    """
    if len(headers) > MOST_COLUMNS:
        text = mark("{file}: {columns} columns: this is no table of a shop")
        raise Fault(3, text, file=path.name, columns=len(headers))
    names, taken = [], set()
    for place, text in enumerate(headers, 1):
        name = header(text or "") or f"column {place}"
        while name.casefold() in taken:
            name = second(name)
        taken.add(name.casefold())
        names.append(name)
    return names


def refuse_empty(path: Path, source: Source, header: bool, rows: int) -> None:
    """Raises Fault (3) on a file without a header, and on one without rows, unless people keep its
    table by hand.
    """
    if not header or (rows < 1 and not TABLES[source.table].by_hand):
        raise Fault(3, _EMPTY, file=path.name, table=source.table)
