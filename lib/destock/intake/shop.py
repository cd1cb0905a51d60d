"""Opens a shop: a folder with a ``shop.toml`` that says where its tables are and how to read
them.
"""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from difflib import get_close_matches
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.numbers import is_currency

from destock.engine import ENGINES
from destock.intake.database import extracted
from destock.intake.inputs import Seen, first_seen, first_text
from destock.intake.named import named_files
from destock.model.folders import ROOT
from destock.model.messages import Fault, mark
from destock.model.metrics import DEFINITIONS, EXPENSE_BASES
from destock.model.schema import TABLES

# Dotted keys take the parser the square of their length: a shop.toml is no larger than this, nor
# one of its lines.
MOST_TOML, MOST_LINE = 500_000, 5_000
# how a table writes 1234.50: currency sign, thousands, decimal mark
NUMBER_FORM = re.compile(
    r"(?P<sign>[^\d.,' -]?)1(?P<thousands>[.,' ]?)234(?P<decimal>[.,])50(?P<tail>[^\d.,' -]?)"
)

_KEYS = {
    "name": str,
    "currency": str,
    "tax_basis": str,
    "timezone": str,
    "price_level": str,
    "unit": str,
    "sell_through": str,
    "as_of": date,
    "tables": dict,
    "seasons": dict,
    "assumptions": dict,
    "control_totals": dict,
    "expenses": list,
    "targets": dict,
    "events": dict,
    "stages": list,
    "age_bands": list,
    "accounting": str,
    "write_down": str,
    "engine": str,
    "spark": dict,
}
_SOURCE_KEYS = {
    "source": str,
    "database": str,
    "rename": dict,
    "columns": dict,
    "where": str,
    "query": str,
    "encoding": str,
    "delimiter": str,
    "date_format": str,
    "number_format": str,
    "sheet": str,
    "header_row": int,
    "typed": bool,
    "final_newline": bool,
    "equal_rows": str,
}
# what holds an address with its password is shown nowhere, not even in a shop.toml
_NO_ADDRESS = {"source": re.compile(r"(?!\s*\w+://)"), "database": re.compile(r"[A-Za-z_]\w*$")}
_CHOICES = {
    "tax_basis": ("incl", "excl"),
    "price_level": ("style", "style_colour", "sku"),
    "accounting": ("CAS 1", "IFRS", "US GAAP"),
    "write_down": ("item", "portion"),
    "engine": ENGINES,
}
# what a season is to bring beside its profit: share or price realisation from 0 to 1, money from 0
_TARGETS = {"salvage": 1, "tax_rate": 1, "cash_needed": float("inf"), "cash_price": 1}
_CASH_BASES = ("after expenses", "before expenses")
_TOTALS = ("paid", "cancelled", "refunded", "net", "settled", "units_on_hand", "stock_at_cost")


@dataclass(frozen=True)
class Source:
    """How one table is read: files or a database's table, renames (ours = theirs), SQL expressions,
    a filter, a query.
    """

    table: str
    source: str
    database: str = ""
    rename: dict[str, str] = field(default_factory=dict)
    columns: dict[str, str] = field(default_factory=dict)
    where: str = ""
    query: str = ""
    encoding: str = ""
    delimiter: str = ","
    date_format: str = ""
    number_format: str = ""
    sheet: str = ""
    header_row: int = 1
    final_newline: bool = True
    typed: bool = False
    equal_rows: str = ""


@dataclass(frozen=True)
class Shop:
    """What ``shop.toml`` says, checked. Rows are not read yet."""

    folder: Path
    name: str
    currency: str
    sources: dict[str, Source]
    tax_basis: str = "incl"
    timezone: str = "Asia/Shanghai"
    price_level: str = "style"
    unit: str = "units"
    sell_through: str = "received"
    as_of: date | None = None
    seasons: dict[str, date] = field(default_factory=dict)
    assumptions: dict[str, float] = field(default_factory=dict)
    control_totals: dict[str, float] = field(default_factory=dict)
    expenses: list[dict] = field(default_factory=list)
    targets: dict = field(default_factory=dict)
    events: dict[str, list[date]] = field(default_factory=dict)
    stages: tuple[int, ...] = (15, 30, 60, 90, 120, 150)
    age_bands: tuple[int, ...] = (30, 60, 90, 180)
    accounting: str = "CAS 1"
    write_down: str = "item"
    engine: str = "duckdb"
    spark: dict[str, str] = field(default_factory=dict)
    file: str = "shop.toml"
    toml: Seen | None = None  # that file as it was read

    def files(self, table: str) -> list[Path]:
        """The files of one table, oldest export first: by name, numbers in it as numbers, "orders
        (1)" after "orders".

        A table of a database is the one file that its rows were streamed into.
        """
        if database := self.sources[table].database:
            selected = {
                name: source.source
                for name, source in self.sources.items()
                if source.database == database
            }
            return [extracted(database, selected)[table]]
        place = self.folder / self.sources[table].source
        if place.is_dir():
            found = [
                p for p in place.iterdir() if p.suffix.lower() in (".csv", ".parquet", ".xlsx")
            ]
        elif place.exists():
            found = [place]
        else:
            found = list(place.parent.glob(place.name)) if place.parent.is_dir() else []
        if not found:
            raise Fault(
                3,
                mark('table "{table}": nothing to read at "{path}"'),
                table=table,
                path=self.sources[table].source,
            )
        for path in found:
            # no table could name such a file
            if path.name != path.name.encode(errors="replace").decode():
                raise Fault(
                    3,
                    mark("{file}: its name is not written in UTF-8; give it another"),
                    file=path.name,
                )
        return sorted(
            found,
            key=lambda p: [
                (not part.isdigit(), int(part) if part.isdigit() else 0, part)
                for part in re.split(r"(\d+)", p.stem)
            ],
        )

    def further(self, table: str) -> list[Path]:
        """The files that the table's own SQL names beside its source: inputs as those are."""
        return named_files(self.sources[table], self.folder, self.elsewhere())

    def elsewhere(self) -> set[Path]:
        """Files of the shop's tables, whatever folder they lie in: those that its SQL may name
        outside the shop's own.
        """
        return {
            path.resolve()
            for name, source in self.sources.items()
            if not source.database
            for path in self.files(name)
        }

    def for_engine(self) -> set[Path]:
        """The files that the engine opens by itself: typed tables, and what the shop's SQL names.
        All others are read for it.
        """
        typed = {
            path
            for name, source in self.sources.items()
            if source.typed
            for path in self.files(name)
        }
        return typed.union(*(self.further(name) for name in self.sources))

    def inputs(self) -> dict[str, Path]:
        """``shop.toml`` and every input file, by path; a database's rows by database and table."""
        found = {(self.file, self.folder / self.file)}
        for table, source in self.sources.items():
            for path in self.files(table) + self.further(table):
                near = path.relative_to(self.folder) if path.is_relative_to(self.folder) else path
                found.add((path.name if source.database else str(near), path))
        return dict(sorted(found))

    def first_seen(self) -> dict[str, Seen]:
        """The inputs as they were when the command, or this process where there is none, first read
        them.
        """
        return first_seen(
            self.folder / self.file, self.inputs, {self.file: self.toml} if self.toml else {}
        )

    def fingerprint(self) -> dict[str, str]:
        """SHA-256 of every input, by its name."""
        return {name: one.sha256 for name, one in self.first_seen().items()}


def open_shop(path: str | Path) -> Shop:
    """Is this a shop, and what does it say about itself?

    ``path`` is a folder that holds a ``shop.toml``, or the file itself. Raises Fault: exit
    code 3 when there is none or it is not TOML, 2 when a key or a value is not known.
    """
    place = Path(path)
    file = place if place.suffix == ".toml" else place / "shop.toml"
    if not file.is_file():
        raise Fault(3, mark('no shop at "{path}": a shop is a folder with a shop.toml'), path=path)
    try:
        text, toml = _toml(file)
        config = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise Fault(3, mark("{path}: {error}"), path=file, error=error) from error
    _check_keys(config, _KEYS, "shop.toml")
    _check_choices(config)
    tables = config.pop("tables", {})
    sources = {name: _source(name, entry) for name, entry in tables.items()}
    for needed in (("products",), ("order_lines", "snapshot")):
        if not set(needed) & set(sources):
            raise Fault(
                3,
                mark('shop.toml names no table "{table}": it is needed'),
                table='" / "'.join(needed),
            )
    named = {"name": file.parent.name, "currency": "CNY"} | config
    return Shop(**named, folder=file.parent.resolve(), sources=sources, file=file.name, toml=toml)


def find_shop(path: str | Path) -> Path:
    """Where is the shop that a notebook names? A relative path starts at the project's root."""
    return Path(path) if Path(path).is_absolute() else ROOT / path


def _toml(file: Path) -> tuple[str, Seen | None]:
    text, toml = first_text(file) if file.stat().st_size <= MOST_TOML else ("", None)
    if not text or max(map(len, text.splitlines())) > MOST_LINE:
        raise Fault(
            3,
            mark("{path}: empty, over {bytes} bytes, or with a line over {letters} letters"),
            path=file,
            bytes=MOST_TOML,
            letters=MOST_LINE,
        )
    return text, toml


def _source(name: str, entry: str | dict) -> Source:
    _check_known(name, TABLES, "shop.toml [tables]")
    entry = {"source": entry} if isinstance(entry, str) else entry
    place = f"shop.toml [tables.{name}]"
    _check_keys({name: entry}, {name: dict}, "shop.toml [tables]")
    _check_keys(entry, _SOURCE_KEYS, place)
    if "source" not in entry:
        raise Fault(2, mark('{place} needs "{key}"'), place=place, key="source")
    for key, form in _NO_ADDRESS.items():
        if not form.match(entry.get(key, "_")):
            text = mark(
                '{place}: "{key}" is no place for an address: write that into an environment'
                ' variable, and here database = "ITS_NAME"'
            )
            raise Fault(2, text, place=place, key=key)
    known = dict.fromkeys(TABLES[name].names, str)
    _check_keys(entry.get("rename", {}), known, f"{place} rename")
    _check_keys(entry.get("columns", {}), known, f"{place} columns")
    _check(len(entry.get("delimiter", ",").encode()) == 1, place, "delimiter", "one character")
    _check(entry.get("header_row", 1) >= 1, place, "header_row", "int from 1")
    form = entry.get("date_format", "")
    _check("%I" not in form or "%p" in form, place, "date_format", "a form with %p where it has %I")
    equal = "separate / copies, of a table whose rows have no number of their own"
    unnumbered = name == "order_lines" or not TABLES[name].key
    _check(
        entry.get("equal_rows", "") in (("", "separate", "copies") if unnumbered else ("",)),
        place,
        "equal_rows",
        equal,
    )
    form = NUMBER_FORM.fullmatch(entry.get("number_format", "1234.50"))
    _check(
        bool(form) and form["thousands"] != form["decimal"],
        place,
        "number_format",
        "1234.50 as the table writes it, such as ¥1,234.50",
    )
    return Source(name, **entry)


def _check_keys(given: dict, known: dict[str, type], place: str) -> None:
    for key, value in given.items():
        _check_known(key, known, place)
        _check(_is_a(value, known[key]), place, key, getattr(known[key], "__name__", "number"))


def _check_known(name: str, known: Iterable[str], place: str) -> None:
    if name not in known:
        near = get_close_matches(name, known, n=1, cutoff=0.3)
        raise Fault(
            2,
            mark('{place}: "{name}" is not known; did you mean "{near}"?'),
            place=place,
            name=name,
            near=(near or list(known))[0],
        )


def _check(right: bool, place: str, name: str, kind: str) -> None:
    if not right:
        raise Fault(
            2, mark('{place}: "{name}" must be of type {kind}'), place=place, name=name, kind=kind
        )


def _is_a(value: object, kind: type | tuple[type, ...]) -> bool:
    # To Python, true is a number and a moment is a day; to us they are not.
    return isinstance(value, kind) and (kind is bool or not isinstance(value, bool | datetime))


def _check_choices(config: dict) -> None:
    for key, choices in _CHOICES.items():
        if key in config and config[key] not in choices:
            raise Fault(
                2,
                mark('shop.toml: {key} "{value}" is not one of {choices}'),
                key=key,
                value=config[key],
                choices=", ".join(choices),
            )
    _check_known(config.get("sell_through", "received"), DEFINITIONS, "shop.toml sell_through")
    for expense in config.get("expenses", []):
        _check_expense(expense)
    _check_targets(config.get("targets", {}))
    _check(
        is_currency(config.get("currency", "CNY")),
        "shop.toml",
        "currency",
        "currency code such as CNY",
    )
    _check_zone(config.get("timezone", "UTC"))
    for season, end in config.get("seasons", {}).items():
        _check(_is_a(end, date), "shop.toml [seasons]", season, "date")
    for event, days in config.get("events", {}).items():
        _check(
            isinstance(days, list) and all(_is_a(day, date) for day in days),
            "shop.toml [events]",
            event,
            "list of dates",
        )
    for key in ("stages", "age_bands"):
        days = config.get(key, [15])
        rising = all(_is_a(day, int) and day > 0 for day in days) and days == sorted(set(days))
        _check(rising and bool(days), "shop.toml", key, "list of days, rising")
    _check_keys(
        config.get("control_totals", {}),
        dict.fromkeys(_TOTALS, (int, float)),
        "shop.toml [control_totals]",
    )


def _check_expense(expense: object) -> None:
    place, number = "shop.toml [[expenses]]", (int, float)
    _check_keys({"expenses": expense}, {"expenses": dict}, place)
    _check_keys(expense, {"name": str, "base": str, "amount": number}, place)
    for key in ("base", "amount"):
        if key not in expense:
            raise Fault(2, mark('{place} needs "{key}"'), place=place, key=key)
    _check_known(expense["base"], EXPENSE_BASES, f"{place} base")
    most = 1 if expense["base"] in ("net", "paid") else float("inf")
    _check(
        0 <= expense["amount"] < most,
        place,
        "amount",
        "share from 0 to 1" if most == 1 else "number from 0",
    )


def _check_targets(targets: dict) -> None:
    place = "shop.toml [targets]"
    _check_keys(
        targets,
        dict.fromkeys(_TARGETS, (int, float)) | {"cash_basis": str, "price_steps": list},
        place,
    )
    for key, most in _TARGETS.items():
        _check(0 <= targets.get(key, 0) <= most, place, key, f"number from 0 to {most}")
    _check_known(targets.get("cash_basis", _CASH_BASES[0]), _CASH_BASES, f"{place} cash_basis")
    steps = targets.get("price_steps", [])
    for n, step in enumerate(steps, 1):
        _check_keys({"price_steps": step}, {"price_steps": dict}, place)
        _check_keys(step, {"share": (int, float), "price": (int, float)}, f"{place} price_steps")
        # the last step sells the rest: it needs no share
        _check(
            step.get("price", 0) > 0 and (n == len(steps) or step.get("share", 0) > 0),
            place,
            "price_steps",
            "share and price above 0",
        )
    _check(
        sum(step["share"] for step in steps[:-1]) < 1,
        place,
        "price_steps",
        "share: all but the last below 1 together",
    )


def _check_zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        some = "Asia/Shanghai, Europe/London, …"
        raise Fault(
            2,
            mark('shop.toml: {key} "{value}" is not one of {choices}'),
            key="timezone",
            value=name,
            choices=some,
        ) from error
