"""One column: how it is written, its heading on a page, its meaning and its unit."""

from dataclasses import dataclass

# kind of a figure → its unit, where a column does not name one
_UNITS = {
    "money": "money",
    "units": "units",
    "percent": "share",
    "chance": "share",
    "number": "ratio",
    "exact_price": "money per unit",
    "weeks": "weeks",
    "date": "date",
    "yes": "yes/no",
}


@dataclass(frozen=True)
class Column:
    """A column of a table: ``kind`` of its figures, ``heading`` where a page shows it, ``meaning``
    and ``unit`` where it stands in the results.
    """

    kind: str
    heading: str = ""
    meaning: str = ""
    unit: str = ""

    @property
    def in_unit(self) -> str:
        """Its unit: the one of its kind unless it names another; a word is text."""
        return self.unit or _UNITS.get(self.kind, "text")
