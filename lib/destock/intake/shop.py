"""Opens a shop: a folder with a ``shop.toml`` that says where its tables are and how to read
them.
"""

import re
import tomllib
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from destock.intake.beside import is_beside, is_export
from destock.intake.database import extracted
from destock.intake.declared import check
from destock.intake.inputs import Seen, first_seen, first_text
from destock.intake.named import named_files
from destock.intake.profiles import completed
from destock.model.folders import ROOT
from destock.model.messages import Fault, mark

# Dotted keys take the parser the square of their length: a shop.toml is no larger than this, nor
# one of its lines.
MOST_TOML, MOST_LINE = 500_000, 5_000


@dataclass(frozen=True)
class Source:
    """How one table is read, or a part of it: files or a database's table, the profile of a
    platform's export, renames (ours = theirs, or several names of which a file has one), SQL
    expressions, what the words of a status say, what stands once for several lines, a filter, a
    query.

    ``day``: of what its files tell of, where they do not say it themselves. ``own``: which of our
    columns shop.toml itself names; those that only a profile names may be missing in a file.
    """

    table: str
    source: str
    number: int = 0
    database: str = ""
    export: str = ""
    rename: dict[str, str | list[str]] = field(default_factory=dict)
    columns: dict[str, str] = field(default_factory=dict)
    status: dict = field(default_factory=dict)
    heads: dict = field(default_factory=dict)
    spread: dict[str, dict[str, str]] = field(default_factory=dict)
    day: date | None = None
    own: frozenset[str] = frozenset()
    where: str = ""
    query: str = ""
    encoding: str = ""
    delimiter: str = ""
    date_format: str = ""
    number_format: str = ""
    sheet: str = ""
    header_row: int = 0
    footer: str = ""
    final_newline: bool = True
    typed: bool = False
    equal_rows: str = ""


@dataclass(frozen=True)
class Shop:
    """What ``shop.toml`` says, checked. Rows are not read yet."""

    folder: Path
    name: str
    currency: str
    sources: dict[str, list[Source]]
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
        """All files of one table, of each of its sources in turn."""
        return [path for source in self.sources[table] for path in self.files_of(source)]

    def files_of(self, source: Source) -> list[Path]:
        """The files of one source, oldest export first: by name, numbers in it as numbers, "orders
        (1)" after "orders".

        A table of a database is the one file that its rows were streamed into.
        """
        if source.database:
            selected = {
                extract(other): other.source
                for others in self.sources.values()
                for other in others
                if other.database == source.database
            }
            return [extracted(source.database, selected)[extract(source)]]
        return self.found(source.table, source.source)

    def heads_of(self, source: Source) -> list[Path]:
        """The files whose rows stand each for several lines of a source, oldest export first."""
        named = source.heads.get("source", "")
        return self.found(source.table, named) if named else []

    def found(self, table: str, name: str) -> list[Path]:
        """The files of this name, folder or pattern. Raises Fault (3) where there is none."""
        place = self.folder / name
        if place.is_dir():
            found = [p for p in place.iterdir() if is_export(p)]
        elif place.exists():
            found = [place]
        else:
            base = next(parent for parent in place.parents if parent.is_dir())
            matching = base.glob(str(place.relative_to(base)))
            found = [p for p in matching if not is_beside(p)]
        if not found:
            raise Fault(
                3, mark('table "{table}": nothing to read at "{path}"'), table=table, path=name
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
        """The files that a table reads beside its source: those of its heads, and those that its
        own SQL names. Inputs as any other.
        """
        return [
            path
            for source in self.sources[table]
            for path in self.heads_of(source) + named_files(source, self.folder, self.elsewhere())
        ]

    def elsewhere(self) -> set[Path]:
        """Files of the shop's tables, whatever folder they lie in: those that its SQL may name
        outside the shop's own.
        """
        return {
            path.resolve()
            for sources in self.sources.values()
            for source in sources
            if not source.database
            for path in self.files_of(source)
        }

    def for_engine(self) -> set[Path]:
        """The files that the engine opens by itself: typed tables, and what the shop's SQL names.
        All others are read for it.
        """
        typed = {
            path
            for sources in self.sources.values()
            for source in sources
            if source.typed
            for path in self.files_of(source)
        }
        return typed.union(*(self.further(name) for name in self.sources))

    def inputs(self) -> dict[str, Path]:
        """``shop.toml`` and every input file, by path; a database's rows by database and table."""
        found = {(self.file, self.folder / self.file)}
        for table, sources in self.sources.items():
            extracts = {path for s in sources if s.database for path in self.files_of(s)}
            for path in self.files(table) + self.further(table):
                near = path.relative_to(self.folder) if path.is_relative_to(self.folder) else path
                found.add((path.name if path in extracts else str(near), path))
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
    except (ValueError, RecursionError) as error:  # also of 5,000 digits
        raise Fault(3, mark("{path}: {error}"), path=file, error=error) from error
    check(config)
    sources = {name: _sources(name, entry) for name, entry in config.pop("tables").items()}
    named = {"name": file.parent.name, "currency": "CNY"} | config
    return Shop(**named, folder=file.parent.resolve(), sources=sources, file=file.name, toml=toml)


def find_shop(path: str | Path) -> Path:
    """Where is the shop that a notebook names? A relative path starts at the project's root."""
    return Path(path) if Path(path).is_absolute() else ROOT / path


def _sources(table: str, entry: str | dict | list[dict]) -> list[Source]:
    """The sources of one table: a file's name, what shop.toml says about it, or several of these.
    Raises Fault (2) where one is typed and another is not.
    """
    entries = entry if isinstance(entry, list) else [entry]
    sources = [
        Source(
            table, number=n, **completed(table, {"source": one} if isinstance(one, str) else one)
        )
        for n, one in enumerate(entries)
    ]
    if len({source.typed for source in sources}) > 1:
        raise Fault(
            2,
            mark("shop.toml [[tables.{table}]]: either all of its sources are typed, or none"),
            table=table,
        )
    return sources


def extract(source: Source) -> str:
    """What the rows of this source are called once they were streamed out of a database."""
    return source.table if not source.number else f"{source.table}-{source.number + 1}"


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
