"""The results contract: which frames stand in ``results/``, by which key, and what their columns
mean.

Other people build on these files: a column may be added, but none may change its meaning without a
new SCHEMA_VERSION.
"""

from dataclasses import dataclass

import pandas as pd

from destock.model.columns import COLUMNS

SCHEMA_VERSION = "3"


@dataclass(frozen=True)
class Table:
    """A table of the results: what tells its rows apart, and what else it says of each."""

    key: tuple[str, ...]
    others: tuple[str, ...]

    @property
    def columns(self) -> list[str]:
        return [*self.key, *self.others]


# a frame says itself that it is published
PUBLISHED: dict[str, Table] = {}


def publish(name: str, key: str, columns: str) -> None:
    """Let the frame of this name be a table of the results. Raises KeyError for a column that
    nothing explains.
    """
    table = Table(tuple(key.split()), tuple(columns.split()))
    for column in table.columns:
        if not COLUMNS[column].meaning:
            raise KeyError(f"{name}: {column} has no meaning")
    PUBLISHED[name] = table


def published(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """The columns of a frame that the contract promises, in its order; a ratio to nothing is empty,
    as one that is not known.
    """
    return frame[PUBLISHED[name].columns].replace([float("inf"), float("-inf")], float("nan"))


def contract() -> dict:
    """What stands in ``results/``: for each table its key and its columns with unit and meaning."""
    tables = {
        name: {
            "key": list(table.key),
            "columns": {
                column: {"unit": COLUMNS[column].in_unit, "meaning": COLUMNS[column].meaning}
                for column in table.columns
            },
        }
        for name, table in sorted(PUBLISHED.items())
    }
    return {"schema_version": SCHEMA_VERSION, "tables": tables}
