"""What happened to the lines of an export in which a row is a line and not an event: each row
becomes its sale and, where it was undone, the cancellation, return or refund as well.

What the words of its status columns say is written in the export's profile and in ``shop.toml``; a
word that stands in neither is rejected with its row, for a closed order that is taken for a sale is
a wrong figure that looks right.
"""

from destock import engine
from destock.intake import query
from destock.intake.cells import grammar
from destock.intake.cells.nothing import WORDS
from destock.intake.columns import File, named, quoted_in, sql_of
from destock.model.messages import mark

# what a word of an order's status may mean, and one of its after-sales
ORDER = ("unpaid", "paid", "shipped", "cancelled", "returned")
AFTERSALE = ("none", "refunded", "refund only")
# what the columns of a line tell of its fate
STATUS = (
    "order",
    "aftersale",
    "paid_at",
    "shipped_at",
    "cancelled_at",
    "returned_at",
    "ended_at",
    "returned_units",
    "refund",
)
# of an after-sale: there is none
_NOTHING = ("", *(word.lower() for word in WORDS["text"]))
# how many rows one row may become
MOST = 4
KIND, NTH = "_kind", "_nth"
UNKNOWN_WORD = mark(
    "a status that nobody has explained: say in shop.toml what it means, such as"
    ' status.words = { "…" = "shipped" } (unpaid, paid, shipped, cancelled, returned; of an'
    " after-sale none, refunded, refund only)"
)
_FAILS = "?"
_STATES = {"order": ORDER, "aftersale": AFTERSALE}


def tell_events(file: File, present: list[str]) -> None:
    """What happened to each line of a file? Gives it ``events``, and the expressions that differ
    from event to event; changes nothing where its rows are events themselves.
    """
    if not file.source.status:
        return
    said = {
        key: found if key in _STATES else f"given({found})"
        for key, wanted in file.source.status.items()
        if key != "words" and (found := _found(file, wanted, present))
    }
    if "shipped_at" in file.expressions:
        said = {"shipped_at": f"given({file.expressions['shipped_at']})"} | said
    for key, states in _STATES.items():
        file.states[f"_{key}"] = _meaning(file, said.get(key, ""), states)
        if key in said:
            file.failures[f"_{key} IS NULL"] = engine.literal(f"{key}:{UNKNOWN_WORD}")
            file.faulty[key] = said[key]
    if "returned_units" in said:
        unreadable = query.fails(f"units({said['returned_units']})")
        file.failures[unreadable] = engine.literal(f"returned_units:{grammar.FAILS}")
        file.faulty["returned_units"] = said["returned_units"]
    file.events = _kinds(said)
    _tell_of_each(file, file.expressions, said)


def _found(file: File, wanted: str | list[str], present: list[str]) -> str:
    """SQL for what tells of a line's fate: a column, or an expression over columns in quotes, where
    the file has them.
    """
    if isinstance(wanted, str) and (read := set(quoted_in(wanted))):
        # one that fails on a row says a word that nobody has explained
        sql = f"({sql_of(wanted)}\n)"
        fails = f"WHEN {query.fails(sql)} THEN {engine.literal(_FAILS)}"
        return f"CASE {fails} ELSE {query.value(sql)} END" if read <= set(present) else ""
    name = named(file, wanted, present)
    return engine.quoted(name) if name else ""


def _meaning(file: File, status: str, states: tuple[str, ...]) -> str:
    """SQL for what a status says, NULL where nobody has explained it; an empty after-sale is
    none.
    """
    if not status:
        return "''"
    words = {
        str(word).lower(): means for word, means in file.source.status.get("words", {}).items()
    }
    known = (dict.fromkeys(_NOTHING, "none") if "none" in states else {}) | words
    pairs = ", ".join(
        f"{engine.literal(word)}: {engine.literal(means)}"
        for word, means in known.items()
        if means in states
    )
    # a CASE of so many words takes twenty times as long, and a join one processor only
    return f"MAP {{{pairs}}}[lower(coalesce({status}, ''))]" if pairs else "NULL"


def _kinds(said: dict[str, str]) -> str:
    """SQL for the list of what happened to a line; one empty text where it was never paid."""
    shipped = "_order IN ('shipped', 'returned')"
    if not {"order", "shipped_at"} & said.keys():
        # nothing says that it was not
        shipped = "true"
    if "shipped_at" in said:
        shipped = f"({said['shipped_at']} IS NOT NULL OR {shipped})"
    unpaid = "_order = 'unpaid'"
    if "paid_at" in said:
        unpaid += f" OR (_order = 'cancelled' AND {said['paid_at']} IS NULL)"
    back = "_aftersale = 'refunded' OR _order IN ('cancelled', 'returned')"
    if "returned_units" in said:
        back += f" OR coalesce(TRY(units({said['returned_units']})), 0) > 0"
    return (
        f"CASE WHEN {unpaid} THEN [''] WHEN ({back}) AND {shipped} THEN ['sale', 'return']"
        f" WHEN {back} THEN ['sale', 'cancel']"
        " WHEN _aftersale = 'refund only' THEN ['sale', 'refund_only'] ELSE ['sale'] END"
    )


def _tell_of_each(file: File, of: dict[str, str], said: dict[str, str]) -> None:
    """Each event has its own day; a sale has no earlier one; a refund alone moves no units."""
    sold = of["ordered_at"]
    # what has no day of its own has the last one that its line knows
    last = [said[key] for key in ("ended_at", "shipped_at") if key in said] + [sold]
    cancelled, returned = (
        f"coalesce({', '.join([said[key], *last] if key in said else last)})"
        for key in ("cancelled_at", "returned_at")
    )
    of["kind"] = KIND
    of["ordered_at"] = (
        f"CASE {KIND} WHEN 'sale' THEN {sold} WHEN 'cancel' THEN {cancelled} ELSE {returned} END"
    )
    of["original_ordered_at"] = f"CASE WHEN {KIND} <> 'sale' THEN {sold} END"
    if "shipped_at" in of:
        of["shipped_at"] = f"CASE WHEN {KIND} = 'sale' THEN {said['shipped_at']} END"
    if "refund" in said:
        of["refund_value"] = said["refund"]
    if "refund_value" in of:
        of["refund_value"] = f"CASE WHEN {KIND} <> 'sale' THEN {of['refund_value']} END"
    if "returned_units" in said:
        _tell_of_a_part(file, of, said["returned_units"])
    for name in ("units", "customer_paid", "merchant_revenue"):
        if name in of:
            of[name] = f"CASE WHEN {KIND} = 'refund_only' THEN '0' ELSE {of[name]} END"


def _tell_of_a_part(file: File, of: dict[str, str], returned: str) -> None:
    """Where only some of a line's units came back, so did their part of the money."""
    computed = {*file.source.columns, *file.source.spread}

    def number(name: str, read: str) -> str:
        """A column as the export writes it, or as an expression has made it."""
        return f"CAST({of[name]} AS DECIMAL(18,4))" if name in computed else f"{read}({of[name]})"

    units = number("units", "units")
    some = f"{KIND} = 'return' AND units({returned}) > 0 AND units({returned}) < {units}"
    for name in ("customer_paid", "merchant_revenue"):
        if name in of:
            whole = number(name, "amount")
            part = f"CAST({whole} * units({returned}) / {units} AS DECIMAL(18,4))"
            of[name] = f"CASE WHEN {some} THEN {part} ELSE {whole} END"
    of["units"] = f"CASE WHEN {some} THEN units({returned}) ELSE {units} END"


def rows_of(file: File) -> str:
    """SQL for the rows of a file, each with its ``_row``: one for each event where it tells of
    lines.
    """
    if not file.events:
        return "(SELECT *, _line AS _row FROM incoming)" if file.streamed else file.relation
    row, made = ("_line", "_kinds") if file.streamed else ("_row", "_kinds, _row")
    states = ", ".join(f"{sql} AS {name}" for name, sql in file.states.items())
    told = f"SELECT *, {file.events} AS _kinds FROM (SELECT *, {states} FROM {file.relation})"
    return f"""(SELECT * EXCLUDE ({made}), {row} * {MOST} + {NTH} AS _row FROM (
            SELECT *, unnest(_kinds) AS {KIND}, generate_subscripts(_kinds, 1) - 1 AS {NTH}
            FROM ({told})))"""
