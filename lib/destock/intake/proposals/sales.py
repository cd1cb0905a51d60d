"""How an unknown export tells what was sold: what was paid for a line, and what was undone."""

from destock.intake.proposals.entry import Entry
from destock.intake.proposals.matching import is_of_order, is_total
from destock.intake.proposals.status import tell_status
from destock.intake.proposals.values import known


def tell_sales(entry: Entry, columns: dict[str, str]) -> None:
    """What was paid for a line, and what its rows are: sales, or also what was undone.

    Takes out of ``columns`` what is said otherwise than by its name.
    """
    _tell_paid(entry, columns)
    units = columns["units"]
    if any(value.startswith(("-", "(")) for value in known(entry.export.columns[units])):
        paid = entry.keys.pop("columns.customer_paid", "")
        paid = paid or f'amount("{columns.pop("customer_paid")}")'
        entry.keys |= {
            "columns.kind": f"CASE WHEN units(\"{units}\") < 0 THEN 'return' ELSE 'sale' END",
            "columns.units": f'abs(units("{units}"))',
            "columns.customer_paid": f"abs({paid})",
        }
        columns.pop("units")
    elif "status" in columns:
        keys, questions = tell_status(entry.export, columns)
        entry.keys |= keys
        entry.questions += questions
        columns.pop("refund_value", None)
    else:
        entry.keys["columns.kind"] = "'sale'"
    columns.pop("kind", None)


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
    elif price and price != paid and is_total(given, paid, price, columns["units"]) is False:
        entry.keys["columns.customer_paid"] = f'amount("{columns.pop("customer_paid")}") * {pieces}'
