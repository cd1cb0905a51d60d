"""How an unknown export tells what was sold: what was paid for a line, and what was undone."""

from destock import engine
from destock.intake.proposals.entry import Entry
from destock.intake.proposals.matching import is_of_order, is_total, names, whole
from destock.intake.proposals.status import tell_status
from destock.intake.proposals.values import known
from destock.model.messages import mark, say

# columns that tell how a line fared
_FATE = {"status", "aftersale", "returned_units", "refund_value"}


def tell_sales(entry: Entry, columns: dict[str, str]) -> None:
    """What was paid for a line, and what its rows are: sales, or also what was undone.

    Takes out of ``columns`` what is said otherwise than by its name.
    """
    _tell_paid(entry, columns)
    units = columns["units"]
    if _FATE & columns.keys():
        keys, questions = tell_status(entry.export, columns)
        entry.keys |= keys
        entry.questions += questions
    elif any(value.startswith(("-", "(")) for value in known(entry.export.columns[units])):
        _tell_signed(entry, columns)
    elif "kind" in columns:
        entry.keys["columns.kind"] = _kind(columns["kind"], entry.export.columns)
    else:
        entry.keys["columns.kind"] = "'sale'"
    for name in ("kind", "refund_value"):
        columns.pop(name, None)
    _note_unread(entry, columns)


def _tell_signed(entry: Entry, columns: dict[str, str]) -> None:
    """Units below zero came back."""
    units, paid = columns.pop("units"), entry.keys.pop("columns.customer_paid", "")
    paid = paid or f'amount("{columns.pop("customer_paid")}")'
    entry.keys |= {
        "columns.kind": f"CASE WHEN units(\"{units}\") < 0 THEN 'return' ELSE 'sale' END",
        "columns.units": f'abs(units("{units}"))',
        "columns.customer_paid": f"abs({paid})",
    }


def _kind(column: str, given: dict[str, list[str]]) -> str:
    """SQL for what a row is, by the words of a column; a word that nobody knows is no event."""
    meanings = {
        word: kind
        for word in sorted(set(known(given[column])))
        for kind, words in names()["kinds"].items()
        if whole(word) in words
    }
    branches = " ".join(
        f"WHEN {engine.literal(word)} THEN {engine.literal(kind)}"
        for word, kind in meanings.items()
    )
    return f'CASE "{column}" {branches} END' if branches else f'"{column}"'


def _note_unread(entry: Entry, columns: dict[str, str]) -> None:
    """Columns that nothing is made of, and that may change what was paid, tell what came back, or
    be meant instead of one that is read.
    """
    said = " ".join([*columns.values(), *map(str, entry.keys.values())])
    telling = names()["telling"]["order_lines"]
    instead = {name for ours in ("units", "customer_paid") for name in names()["order_lines"][ours]}
    for name in entry.export.columns:
        if name in said or not known(entry.export.columns[name]):
            continue
        if any(word in whole(name) for word in telling) or whole(name) in instead:
            text = mark(
                "“{column}” is not read: it changes neither what was paid nor what came back"
            )
            entry.notes.append(say(text, column=name))


def _tell_paid(entry: Entry, columns: dict[str, str]) -> None:
    """Is what was paid said of the line, of one piece, or of the whole order?"""
    given, pieces = entry.export.columns, f'units("{columns["units"]}")'
    price, paid = columns.get("unit_price"), columns.get("customer_paid")
    worth = f'amount("{price}") * {pieces}' if price else pieces
    if not paid:
        entry.keys["columns.customer_paid"] = worth
    elif is_of_order(given, columns["order_id"], paid, price or "", columns["units"]):
        entry.keys |= {
            "heads.key": columns["order_id"],
            "heads.columns": [columns.pop("customer_paid")],
            "spread.customer_paid.amount": f'amount("{paid}")',
            "spread.customer_paid.by": worth,
        }
    elif price != paid and is_total(given, columns) is False:
        entry.keys["columns.customer_paid"] = f'amount("{columns.pop("customer_paid")}") * {pieces}'
