"""Every column that a page shows or the results hold: once, by subject."""

from destock.model.columns import decisions, goods, overstock, prices, records, sell_through
from destock.model.columns.column import Column

COLUMNS: dict[str, Column] = {}

__all__ = ["COLUMNS", "Column", "declare"]


def declare(columns: dict[str, Column]) -> None:
    """Add the columns of a page of its own. Raises ValueError where a name means another thing
    already.
    """
    for name, column in columns.items():
        if COLUMNS.setdefault(name, column) != column:
            raise ValueError(f"two columns are called {name}")


for _subject in (records, goods, overstock, decisions, sell_through, prices):
    declare(_subject.COLUMNS)
