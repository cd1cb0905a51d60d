"""What opens a pack, in a process of its own: the shop, its day, and its panel. It starts before most libraries are imported."""

from collections.abc import Callable

from destock.intake.rows import refuse_over_limit
from destock.model.messages import speak
from destock.panel.book import Book, open_book

Note = Callable[[dict], None]


def opened(facts: dict, note: Note) -> dict:
    """Open the shop and build its panel, or find it kept: the name of the shop and the day of the report.

    Raises Fault: 2 for a parameter, 3 for what cannot be read, 4 for too many rejected rows.
    """
    book = book_of(facts)
    note({"remove": str(book.building)})
    refuse_over_limit(book.panel("rows"))
    return {"shop_name": book.shop.name, "as_of": f"{book.as_of}"}


def book_of(facts: dict) -> Book:
    """The shop on the day of a command, in its language."""
    speak(facts["lang"])
    return open_book(facts["shop"], facts["as_of"], facts["settings"])
