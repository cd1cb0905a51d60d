"""Exports → what a ``shop.toml`` is to say of each table, and what only the shop can answer."""

import re
from dataclasses import dataclass, field
from datetime import date

from destock.intake.macros import day_in
from destock.intake.proposals.finding import Export
from destock.intake.proposals.matching import Match, called, is_of_order, is_total, matches
from destock.intake.proposals.question import Question
from destock.intake.proposals.status import tell_status
from destock.intake.proposals.values import day_forms, known, number_forms
from destock.model.messages import mark
from destock.model.schema import TABLES

# where the day of a shop in this currency most likely begins
ZONES = {
    "CNY": "Asia/Shanghai",
    "HKD": "Asia/Hong_Kong",
    "TWD": "Asia/Taipei",
    "JPY": "Asia/Tokyo",
    "KRW": "Asia/Seoul",
    "IDR": "Asia/Jakarta",
    "THB": "Asia/Bangkok",
    "VND": "Asia/Ho_Chi_Minh",
    "MYR": "Asia/Kuala_Lumpur",
    "SGD": "Asia/Singapore",
    "PHP": "Asia/Manila",
    "INR": "Asia/Kolkata",
    "EUR": "Europe/Berlin",
    "GBP": "Europe/London",
    "USD": "America/New_York",
    "CAD": "America/Toronto",
    "BRL": "America/Sao_Paulo",
    "MXN": "America/Mexico_City",
    "AUD": "Australia/Sydney",
}


@dataclass
class Entry:
    """What shop.toml is to say of one source of a table: ``keys`` by dotted name, ``why`` it is
    read so, and the questions about it.
    """

    table: str
    keys: dict[str, object]
    export: Export
    questions: list[Question] = field(default_factory=list)


@dataclass
class Proposal:
    """A whole shop.toml: its own keys, its tables, the questions about itself, and the exports that
    are left out.
    """

    keys: dict[str, object]
    entries: list[Entry]
    questions: list[Question]
    unused: list[Export]


def propose(exports: list[Export], name: str) -> Proposal:
    """What is a shop with these exports to say of itself?"""
    entries = _of_profiles(exports)
    skus = _skus(entries)
    unknown = [export for export in exports if export.profile is None]
    taken = {entry.table for entry in entries}
    for export in unknown:
        found = _of_names(export, skus, taken)
        entries += found
        if any(entry.table == "products" for entry in found):
            skus |= _skus(found)
    if not any(entry.table == "products" for entry in entries):
        entries += _products_of_sales(entries)
    used = {id(entry.export) for entry in entries}
    sources = {entry.keys.get("heads.source") for entry in entries}
    keys, questions = _of_shop(entries, name)
    order = list(TABLES)
    return Proposal(
        keys,
        sorted(entries, key=lambda entry: order.index(entry.table)),
        questions,
        [e for e in exports if id(e) not in used and e.source not in sources],
    )


def _of_profiles(exports: list[Export]) -> list[Entry]:
    """The tables of exports that a profile knows; one that fills a table only where no other does
    waits for the others.
    """
    known_as = [export for export in exports if export.profile]
    entries = [
        _entry(export, table, known_as)
        for export in known_as
        for table in export.profile.tables
        if table not in export.profile.alone
    ]
    for export in known_as:
        for table in export.profile.alone:
            if not any(entry.table == table for entry in entries):
                entries.append(_entry(export, table, known_as))
    return [entry for entry in entries if entry is not None]


def _entry(export: Export, table: str, exports: list[Export]) -> Entry | None:
    """An export by its profile; with the export that its orders stand in, where it needs one."""
    profile = export.profile
    keys: dict[str, object] = {"source": export.source, "export": profile.name}
    keys |= _read_as(export)
    said = profile.tables[table]
    if "heads" in said and "columns" not in said["heads"]:
        heads = [other for other in exports if other.profile.heads_of == profile.name]
        if not heads:
            return None
        keys["heads.source"] = heads[0].source
    entry = Entry(table, keys, export)
    if "file_day()" in str(said):
        _ask_day(entry)
    _ask_forms(entry, [*said.get("rename", {}).values()])
    return entry


def _read_as(export: Export) -> dict[str, str]:
    """What has to be said of how a file is read."""
    said = {"sheet": export.sheet, "encoding": export.encoding}
    return {key: value for key, value in said.items() if value}


def _ask_day(entry: Entry) -> None:
    """Of which day is a file that says so neither in a column nor in its name?"""
    silent = [path for path in entry.export.paths if day_in(path.name) is None]
    if silent:
        written = max(date.fromtimestamp(path.stat().st_mtime) for path in silent)
        text = mark("{file}: of which day is this count? It was last written on {day}.")
        said = {"file": silent[0].name, "day": written}
        entry.questions.append(Question("day", text, [written], said, free=True))


def _ask_forms(entry: Entry, names: list) -> None:
    """How does an export write days and numbers, where that is not plain by itself?"""
    columns = entry.export.columns
    read = {name for some in names for name in _listed(some)}
    values = [columns[name] for name in read & columns.keys()]
    days = [some for some in values if known(some) and day_forms(some)]
    if days and "date_format" not in entry.keys:
        forms = day_forms([value for some in days for value in some])
        _settle(entry, "date_format", forms, mark("{file}: which is the form of its dates?"))
    numbers = [some for some in values if number_forms(some)]
    if numbers and "number_format" not in entry.keys:
        forms = number_forms([value for some in numbers for value in some])
        _settle(entry, "number_format", forms, mark("{file}: how does it write 1234.50?"))


def _settle(entry: Entry, key: str, forms: list[str], text: str) -> None:
    if len(forms) == 1:
        entry.keys[key] = forms[0]
    elif forms:
        said = {"file": entry.export.source}
        entry.questions.append(Question(key, text, forms, said))


def _skus(entries: list[Entry]) -> set[str]:
    """The identifiers of the product tables, as far as they were looked at."""
    found: set[str] = set()
    for entry in entries:
        if entry.table == "products":
            for name in _listed(_renamed(entry).get("sku", [])):
                found |= set(known(entry.export.columns.get(name, [])))
    return found


def _renamed(entry: Entry) -> dict:
    """Our columns by their names, as the profile or the proposal has it."""
    if "export" in entry.keys:
        return entry.export.profile.tables[entry.table].get("rename", {})
    return {
        key.removeprefix("rename."): value
        for key, value in entry.keys.items()
        if key.startswith("rename.")
    }


def _of_names(export: Export, skus: set[str], taken: set[str]) -> list[Entry]:
    """The tables that an export fills whose platform nobody knows: the one that it looks most like,
    and products beside a count of stock.
    """
    found = matches(export.columns, skus)
    if not found:
        return []
    tables = [found[0]]
    if found[0].table in ("stock", "products"):
        tables = [m for m in found if m.table in ("stock", "products")]
        tables = [m for m in tables if m.table == "stock" or m.table not in taken]
    return [_proposed(export, match) for match in tables]


def _proposed(export: Export, match: Match) -> Entry:
    entry = Entry(match.table, {"source": export.source} | _read_as(export), export)
    columns = dict(match.columns)
    for ours, others in match.doubts.items():
        if ours in columns and TABLES[match.table].column(ours):
            text = mark("{file}: which of its columns is {column}?")
            said = {"file": export.source, "column": f"{match.table}.{ours}"}
            answers = [columns[ours], *others]
            entry.questions.append(Question(f"rename.{ours}", text, answers, said))
    if match.table == "order_lines":
        _tell_sales(entry, columns)
    if match.table == "stock" and "counted_at" not in columns:
        entry.keys["columns.counted_at"] = "file_day()"
        _ask_day(entry)
    asked = {question.key for question in entry.questions}
    for ours, theirs in columns.items():
        if TABLES[match.table].column(ours) and f"rename.{ours}" not in asked:
            entry.keys[f"rename.{ours}"] = theirs
    _ask_forms(entry, [*columns.values()])
    return entry


def _tell_sales(entry: Entry, columns: dict[str, str]) -> None:
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


def _products_of_sales(entries: list[Entry]) -> list[Entry]:
    """The SKUs that another table names, with what stands beside them, where a shop has no list of
    its products.
    """
    for entry in entries:
        columns = entry.export.columns
        known_as = _renamed(entry).get("sku", [])
        sku = next((n for n in _listed(known_as) if n in columns), "")
        if sku:
            beside = called("products", columns)
            made = [f'"{sku}" AS sku']
            made += [f'"{beside[n]}" AS {n}' for n in ("style", "name", "category") if n in beside]
            query = (
                f'SELECT DISTINCT ON ("{sku}") {", ".join(made)} FROM source'
                f' WHERE given("{sku}") IS NOT NULL ORDER BY "{sku}", _line DESC'
            )
            keys = {"source": entry.export.source} | _read_as(entry.export) | {"query": query}
            return [Entry("products", keys, entry.export)]
    return []


def _listed(names: str | list[str]) -> list[str]:
    return [names] if isinstance(names, str) else names


def _of_shop(entries: list[Entry], name: str) -> tuple[dict[str, object], list[Question]]:
    """What the shop is called, its money, its day, and what one price is set for."""
    questions: list[Question] = []
    keys: dict[str, object] = {"name": name}
    profiled = [entry.export.profile for entry in entries if entry.export.profile]
    money = _currencies(entries) or [*dict.fromkeys(p.currency for p in profiled if p.currency)]
    if len(money) == 1:
        keys["currency"] = money[0]
    else:
        text = mark("In which currency is the money of these files?")
        questions.append(Question("currency", text, money or _likely_money(entries), free=True))
    zones = [*dict.fromkeys(p.timezone for p in profiled if p.timezone)]
    if len(zones) == 1:
        keys["timezone"] = zones[0]
    else:
        likely = zones or [ZONES.get(str(keys.get("currency") or _likely_money(entries)[0]), "UTC")]
        text = mark("In which time zone does a day of this shop begin?")
        questions.append(Question("timezone", text, likely, free=True))
    styled = any("style" in _renamed(e) for e in entries if e.table == "products")
    keys["price_level"] = "style" if styled else "sku"
    return keys, questions


def _likely_money(entries: list[Entry]) -> list[str]:
    """The currencies that the writing of the columns' names makes likely."""
    text = "".join(name for entry in entries for name in entry.export.columns)
    scripts = {"JPY": "[\u3040-\u30ff]", "KRW": "[\uac00-\ud7af]", "CNY": "[\u4e00-\u9fff]"}
    written = next((money for money, script in scripts.items() if re.search(script, text)), "")
    return [*dict.fromkeys([written or "EUR", "USD", "EUR", "GBP", "CNY"])]


def _currencies(entries: list[Entry]) -> list[str]:
    """The currencies that the exports themselves name."""
    found = {
        value.upper()
        for entry in entries
        for name in [_renamed(entry).get("currency", "")]
        if isinstance(name, str)
        for value in known(entry.export.columns.get(name, []))
        if len(value) == 3
    }
    return sorted(found)
