"""Exports → what a ``shop.toml`` is to say of each table, and what only the shop can answer."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from destock.intake.macros import day_in
from destock.intake.proposals.entry import Entry, listed
from destock.intake.proposals.finding import Export
from destock.intake.proposals.matching import Match, called, matches
from destock.intake.proposals.places import leave_out_sums
from destock.intake.proposals.question import Question
from destock.intake.proposals.sales import tell_sales
from destock.intake.proposals.shop_keys import of_shop
from destock.intake.proposals.values import day_forms, known, number_forms
from destock.model.messages import mark, say
from destock.model.schema import TABLES


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
    entries, instead = _of_profiles(exports)
    skus = _skus(entries + instead)
    taken = {entry.table for entry in entries}
    for export in exports:
        found = _of_names(export, skus, taken) if export.profile is None else []
        for entry in found:
            if entry.table == "order_lines" and "order_lines" in taken:
                text = mark("these are other sales than those of the table's other sources")
                entry.notes.append(say(text))
            taken.add(entry.table)
        entries += found
        skus |= _skus(found)
    for entry in instead:
        if entry.table not in taken:
            taken.add(entry.table)
            entries.append(entry)
    if "products" not in taken:
        entries += _products_of_sales(entries)
    used = {id(entry.export) for entry in entries}
    sources = {entry.keys.get("heads.source") for entry in entries}
    keys, questions = of_shop(entries, name)
    order = list(TABLES)
    return Proposal(
        keys,
        sorted(entries, key=lambda entry: order.index(entry.table)),
        questions,
        [e for e in exports if id(e) not in used and e.source not in sources],
    )


def _of_profiles(exports: list[Export]) -> tuple[list[Entry], list[Entry]]:
    """The tables of exports that a profile knows, and those that it fills only where no other
    export does.
    """
    known_as = [export for export in exports if export.profile]
    entries: list[Entry] = []
    instead: list[Entry] = []
    for export in known_as:
        for table in export.profile.tables:
            if entry := _entry(export, table, known_as):
                (instead if table in export.profile.alone else entries).append(entry)
    return entries, instead


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
    _ask_forms(entry, [*said.get("rename", {}).values()], said)
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


def _ask_forms(entry: Entry, names: list, settled: Collection[str] = ()) -> None:
    """How does an export write days and numbers, where that is neither plain by itself nor
    ``settled`` by its profile?
    """
    columns = entry.export.columns
    read = {name for some in names for name in listed(some)}
    values = [columns[name] for name in read & columns.keys()]
    days = [some for some in values if known(some) and day_forms(some)]
    if days and "date_format" not in settled:
        forms = day_forms([value for some in days for value in some])
        _settle(entry, "date_format", forms, mark("{file}: which is the form of its dates?"))
    numbers = [some for some in values if number_forms(some)]
    if numbers and "number_format" not in settled:
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
            for name in listed(entry.renamed.get("sku", [])):
                found |= set(known(entry.export.columns.get(name, [])))
    return found


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
        tell_sales(entry, columns)
    if "received_at" in columns and "units_received" not in columns:
        columns["units_received"] = columns.pop("units_ordered")
    if match.table == "stock":
        _tell_count(entry, columns)
    asked = {question.key for question in entry.questions}
    for ours, theirs in columns.items():
        if TABLES[match.table].column(ours) and f"rename.{ours}" not in asked:
            entry.keys[f"rename.{ours}"] = theirs
    _ask_forms(entry, [*columns.values()])
    return entry


def _tell_count(entry: Entry, columns: dict[str, str]) -> None:
    """Of which day and of which places is a count?"""
    leave_out_sums(entry, columns)
    if "counted_at" not in columns:
        entry.keys["columns.counted_at"] = "file_day()"
        _ask_day(entry)


def _products_of_sales(entries: list[Entry]) -> list[Entry]:
    """The SKUs that another table names, with what stands beside them, where a shop has no list of
    its products.
    """
    for entry in entries:
        columns = entry.export.columns
        known_as = entry.renamed.get("sku", [])
        sku = next((n for n in listed(known_as) if n in columns), "")
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
