"""What a table and a column are, and what kinds of value a column holds."""

from dataclasses import dataclass

SQL_TYPES = {
    "text": "VARCHAR",
    "id": "VARCHAR",
    "units": "DECIMAL(18,3)",
    "money": "DECIMAL(18,4)",
    "number": "DOUBLE",
    "integer": "BIGINT",
    "date": "DATE",
    "time": "TIMESTAMP",
}


# how the meaning of a column ends that a shop may give and that nothing is computed from
UNREAD = "(no figure reads it yet)"


@dataclass(frozen=True)
class Column:
    """One column: its name, what kind of value it holds, and what that value means."""

    name: str
    kind: str
    meaning: str
    required: bool = False
    values: tuple[str, ...] = ()
    planned: bool = False  # a day that may lie ahead: nothing has happened on it yet

    @property
    def sql_type(self) -> str:
        return SQL_TYPES[self.kind]

    @property
    def signed(self) -> bool:
        """May it be below zero?"""
        return "signed" in self.meaning or self.kind == "integer"


@dataclass(frozen=True)
class Table:
    """One table: what a row is, which columns make it unique, which columns it has, and which of
    them is its money.

    A table without a key is a ledger: two equal rows of one export are two rows. One that people
    keep ``by_hand`` may have no rows: the last was deleted. An export without any has failed.
    """

    name: str
    row: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    money: str = ""
    by_hand: bool = False

    def column(self, name: str) -> Column | None:
        return next((c for c in self.columns if c.name == name), None)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(c.name for c in self.columns)

    @property
    def required(self) -> tuple[str, ...]:
        return tuple(c.name for c in self.columns if c.required)


def must(name: str, kind: str, meaning: str, *values: str, planned: bool = False) -> Column:
    """A column that every export of the table has to have."""
    return Column(name, kind, meaning, True, values, planned)


def may(name: str, kind: str, meaning: str, *values: str, planned: bool = False) -> Column:
    """A column that an export may have."""
    return Column(name, kind, meaning, False, values, planned)
