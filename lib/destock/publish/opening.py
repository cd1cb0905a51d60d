"""What opens a pack, in a process of its own: the shop, its day, and its panel. It starts before
most libraries are imported.
"""

from collections.abc import Callable
from datetime import date
from pathlib import Path

from destock.intake.inputs import changed, refuse_changed
from destock.intake.rejects import refuse_over_limit
from destock.intake.shop import find_shop, open_shop
from destock.model.folders import today
from destock.model.messages import Fault, speak
from destock.model.parameters import day
from destock.panel.book import Book, open_book

Note = Callable[[dict], None]


def opened(facts: dict, note: Note) -> dict:
    """Open the shop and build its panel, or find it kept: the name of the shop and the day of the
    report.

    Raises Fault: 2 for a parameter, 3 for what cannot be read, 4 for too many rejected rows, 5 for
    what was changed meanwhile.
    """
    try:
        book = book_of(facts)
        refuse_changed(book.first, book.shop.inputs)  # since an earlier pack of this command
        refuse_over_limit(book.panel("rows"))
    except Fault as fault:
        if fault.exit_code != 4:
            raise
        from destock.publish.check import refusal

        raise refusal(
            fault, facts["shop"], max(today(), day(facts["as_of"]) or date.min)
        ) from fault
    return {"shop_name": book.shop.name, "as_of": f"{book.as_of}"}


def unchanged(facts: dict, note: Note) -> dict:
    """Are the shop's inputs what they were when the command first read them? Raises Fault (5) where
    not.
    """
    speak(facts["lang"])
    try:
        shop = open_shop(find_shop(facts["shop"]))
    except Fault as fault:  # it could be opened before
        raise changed(Path(facts["shop"]).name) from fault
    refuse_changed(shop.first_seen(), shop.inputs)
    return {}


def book_of(facts: dict) -> Book:
    """The shop on the day of a command, in its language."""
    speak(facts["lang"])
    return open_book(facts["shop"], facts["as_of"], facts["settings"])
