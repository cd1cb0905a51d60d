"""Which of our columns is each column of an unknown export, and which table is the export?

By names first, in several languages; by values where names leave a choice: identifiers that the
product table knows, days, amounts that are price times units.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from destock.intake.profiles import profiles
from destock.intake.proposals.values import amount, known, share_of
from destock.model.schema import TABLES

NAMES = Path(__file__).with_name("names.toml")
# share of a column's values that have to be of its kind
FITS = 0.9
# share of an export's identifiers that the product table has to know
KNOWN = 0.5
# orders of several lines from which it is told whether an amount is theirs
SEVERAL = 5
# what a table of this name cannot do without, besides what the schema says; one of each
NEEDED = {
    "products": (("sku",), ("style", "name", "category", "tag_price", "unit_cost")),
    "order_lines": (
        ("order_id",),
        ("sku",),
        ("ordered_at",),
        ("units",),
        ("customer_paid", "unit_price"),
    ),
    "stock": (("sku",), ("on_hand",)),
    "purchases": (("po_id",), ("sku",), ("units_received", "units_ordered")),
}
# columns that only help to make others
_KINDS = {"unit_price": "money", "status": "text", "aftersale": "text", "paid_at": "time"}
_KINDS |= {"returned_units": "units", "refund_value": "money"}


@dataclass(frozen=True)
class Match:
    """An export as one of our tables: our column → theirs; ``doubts``: our column → the others that
    it may be as well; ``strength``: how much of it is understood.
    """

    table: str
    columns: dict[str, str]
    doubts: dict[str, list[str]] = field(default_factory=dict)
    strength: float = 0.0


@cache
def names() -> dict[str, dict[str, list[str]]]:
    """How exports call our columns."""
    said = tomllib.loads(NAMES.read_text(encoding="utf-8"))
    return {
        table: {column: [whole(name) for name in known_as] for column, known_as in columns.items()}
        for table, columns in said.items()
    }


@cache
def whole(name: str) -> str:
    """A name as it is compared: without capitals, blanks and signs."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", name).lower())


@cache
def plain(name: str) -> str:
    """A name as it is compared, without what stands in brackets."""
    text = unicodedata.normalize("NFKC", name)
    return whole(re.sub(r"[(\[【].*?[)\]】]", "", text) or text)


def matches(columns: dict[str, list[str]], skus: set[str]) -> list[Match]:
    """What may this export be? Best first; none where it is nothing that we know.

    ``columns``: its names, with a sample of the values of each. ``skus``: identifiers that a
    product table has, where there is one.
    """
    found = [match for table in NEEDED if (match := _as(table, columns, skus)) is not None]
    # what asks for more is more than chance
    return sorted(found, key=lambda match: (-len(NEEDED[match.table]), -match.strength))


def _as(table: str, columns: dict[str, list[str]], skus: set[str]) -> Match | None:
    if {plain(name) for name in columns} & set(names()["never"].get(table, [])):
        return None
    taken: dict[str, str] = {}
    doubts: dict[str, list[str]] = {}
    filled = any(map(known, columns.values()))
    for ours, known_as in names()[table].items():
        possible = [
            name
            for name in _called(known_as, columns)
            # where an export holds something, a column that holds nothing is of no use
            if _may_be(table, ours, columns[name]) and (known(columns[name]) or not filled)
        ]
        free = [name for name in possible if name not in taken.values()]
        if ours == "sku" and free:
            free = _by_values(free, columns, skus, table)
        if free:
            taken[ours] = free[0]
        if len(free) > 1 and _same_rank(free[:2], known_as):
            doubts[ours] = free[1:]
    if not all(any(name in taken for name in one_of) for one_of in NEEDED[table]):
        return None
    if _is_another_thing(table, taken, columns, skus):
        return None
    return Match(table, taken, doubts, len(taken) / len(names()[table]))


def called(table: str, columns: Iterable[str]) -> dict[str, str]:
    """Our columns of a table by the likeliest of theirs, by name alone."""
    found = {ours: _called(known_as, columns) for ours, known_as in names()[table].items()}
    return {ours: theirs[0] for ours, theirs in found.items() if theirs}


def _called(known_as: list[str], columns: Iterable[str]) -> list[str]:
    """The columns of these names, in the order in which they are meant."""
    by_name: dict[str, list[str]] = {}
    for form in (whole, plain):
        for name in sorted(columns):
            by_name.setdefault(form(name), []).append(name)
    return [*dict.fromkeys(name for known in known_as for name in by_name.get(known, []))]


def _same_rank(two: list[str], known_as: list[str]) -> bool:
    """Is the second as likely as the first? The names of a list are in the order of their
    weight.
    """
    first, second = (
        min(known_as.index(form) for form in (plain(name), whole(name)) if form in known_as)
        for name in two
    )
    return second - first <= 2


def _may_be(table: str, ours: str, values: list[str]) -> bool:
    """Are the values of the kind that the column has? A column without values may be any."""
    column = TABLES[table].column(ours)
    kind = _KINDS.get(ours) or (column.kind if column else "text")
    return not known(values) or share_of(kind, values) >= FITS


def _by_values(
    free: list[str], columns: dict[str, list[str]], skus: set[str], table: str
) -> list[str]:
    """Identifiers that the product table knows come first."""
    if not skus or table == "products":
        return free
    shares = {}
    for name in free:
        said = set(known(columns[name]))
        shares[name] = len(said & skus) / len(said) if said else 0.0
    if max(shares.values()) < KNOWN:
        return free
    return sorted(free, key=lambda name: -shares[name])


def _is_another_thing(
    table: str, taken: dict[str, str], columns: dict[str, list[str]], skus: set[str]
) -> bool:
    """Do the values speak against a table that the names would make?"""
    if table == "products":
        return _repeats(columns[taken["sku"]])
    bought = {plain(name) for name in columns} & set(names()["bought"].get(table, []))
    if bought and not {"status", "aftersale"} & taken.keys():
        return True
    return _is_of_others(columns[taken["sku"]], skus) or (
        table == "stock" and _is_no_count(taken, columns)
    )


def _is_of_others(values: list[str], skus: set[str]) -> bool:
    """Are these identifiers of other things than the products?"""
    said = set(known(values))
    return bool(skus and said) and len(said & skus) < KNOWN * len(said)


def _is_no_count(taken: dict[str, str], columns: dict[str, list[str]]) -> bool:
    """Is this what happened on many days, and no count of all goods on some?"""
    vague = whole(taken["on_hand"]) in names()["vague"]["stock"]
    if not vague or "counted_at" not in taken:
        return False
    days = known(columns[taken["counted_at"]])
    goods = set(known(columns[taken["sku"]]))
    return len(set(days)) > 1 and len(days) < KNOWN * len(goods) * len(set(days))


def _repeats(values: list[str]) -> bool:
    """Does an identifier come again and again? A table of products has each once."""
    said = known(values)
    return len(said) > 4 and len(set(said)) < 0.8 * len(said)


def is_total(given: dict[str, list[str]], columns: dict[str, str]) -> bool | None:
    """Is what was paid that of the whole line, and not of one piece? None where the values do not
    tell the two apart.

    Beside the price of a piece, or else beside what one piece of the same goods was paid for.
    """
    pieces = [amount(value) for value in given[columns["units"]]]
    paid = [amount(value) for value in given[columns["customer_paid"]]]
    price = columns.get("unit_price")
    single = dict(zip(given[columns["sku"]], paid, strict=True)) if not price else {}
    single |= {s: p for s, p, n in zip(given[columns["sku"]], paid, pieces, strict=True) if n == 1}
    alone = {s for s, n in zip(given[columns["sku"]], pieces, strict=True) if n == 1}
    lines = several = 0
    for row, (total, n) in enumerate(zip(paid, pieces, strict=True)):
        sku = given[columns["sku"]][row]
        each = amount(given[price][row]) if price else single[sku] if sku in alone else None
        if None in (total, each, n) or abs(n) < 2 or not each:
            continue
        # a discount makes either smaller
        lines += abs(total) > 1.02 * abs(each)
        several += 1
    return None if not several else 2 * lines >= several


def is_of_order(
    columns: dict[str, list[str]], order: str, paid: str, price: str, units: str
) -> bool:
    """Is an amount that of the whole order, written into each of its lines?

    It is where the lines of an order have the same amount although they are not worth the same;
    without a price, although they are not as many pieces.
    """
    orders: dict[str, list[tuple]] = {}
    pieces = [amount(value) or 1.0 for value in columns[units]]
    each = [amount(value) or 0.0 for value in columns[price]] if price else [1.0] * len(pieces)
    for number, one, n, piece in zip(columns[order], columns[paid], pieces, each, strict=True):
        orders.setdefault(number, []).append((amount(one), n * piece))
    several = [lines for lines in orders.values() if len({worth for _, worth in lines}) > 1]
    same = sum(len({one for one, _ in lines}) == 1 for lines in several)
    return len(several) >= SEVERAL and same >= FITS * len(several)


def known_names(columns: Iterable[str]) -> int:
    """How many of these columns have a name that any of ours is called by?"""
    called = {whole(name) for name in all_names()["order_id"]}
    return sum(plain(name) in called or whole(name) in called for name in columns)


@cache
def all_names() -> dict[str, list[str]]:
    """Every name by which a column of ours is called in any export: where a row holds several of
    them, it is the header.
    """
    said = tomllib.loads(NAMES.read_text(encoding="utf-8"))
    known_as = [
        name
        for table, columns in said.items()
        if table in TABLES
        for some in columns.values()
        for name in some
    ]
    in_profiles = [
        name
        for profile in profiles().values()
        for some in (*profile.required, *profile.strong)
        for name in ([some] if isinstance(some, str) else some)
    ]
    return {"order_id": [*dict.fromkeys(in_profiles + known_as)]}
