"""Which exports lie in a folder: files of one kind together, each with its columns and a sample."""

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from destock.intake.beside import is_export
from destock.intake.formats.raw import Raw
from destock.intake.formats.readers import open_raw
from destock.intake.formats.survey import encoding_of
from destock.intake.profiles import Profile, recognise
from destock.intake.proposals.matching import all_names, known_names
from destock.intake.shop import Source
from destock.model.messages import Fault

SAMPLE = 500  # rows of a file that are looked at
DEPTH = 2  # folders below the shop's own
# in which texts are saved that are neither UTF-8 nor simplified Chinese; of two in which as many
# columns have names that we know, the first
ENCODINGS = ("cp1252", "shift_jis", "cp949", "big5", "cp1250", "cp1251")


@dataclass(frozen=True)
class Export:
    """Files of one kind: ``source`` as shop.toml names them, ``columns`` with a sample of values,
    the ``profile`` that they are recognised by, with its ``score`` and the ``margin`` to the next.
    """

    paths: list[Path]
    source: str
    columns: dict[str, list[str]]
    sheet: str = ""
    encoding: str = ""
    profile: Profile | None = None
    score: float = 0.0
    margin: float = 0.0


@dataclass(frozen=True)
class Found:
    """What a folder holds: exports, and the files that cannot be read, with the reason."""

    exports: list[Export] = field(default_factory=list)
    unread: dict[str, Fault] = field(default_factory=dict)


@dataclass(frozen=True)
class _Sheet:
    path: Path
    title: str
    encoding: str
    columns: dict[str, list[str]]
    profile: Profile | None
    score: float
    margin: float


def find(folder: Path) -> Found:
    """Which exports are in this folder, and in the folders in it?"""
    sheets: list[_Sheet] = []
    unread: dict[str, Fault] = {}
    files = sorted(exports_in(folder))
    for path in files:
        name = str(path.relative_to(folder))
        try:
            sheets.append(_table(path))
        except Fault as fault:
            if not fault.values.get("titles"):
                unread[name] = fault
            for title in fault.values.get("titles", []):
                try:
                    sheets.append(_sheet(path, title))
                except Fault as of_sheet:
                    unread[f"{name}: {title}"] = of_sheet
    groups: dict[tuple, list[_Sheet]] = {}
    for sheet in sheets:
        kind = sheet.profile.name if sheet.profile else tuple(sheet.columns)
        groups.setdefault((kind, sheet.title, sheet.encoding), []).append(sheet)
    exports = [export for group in groups.values() for export in _together(folder, group, files)]
    return Found(exports, unread)


def exports_in(folder: Path, depth: int = DEPTH) -> Iterator[Path]:
    """Every file that may be an export, in a folder and the folders in it."""
    for entry in sorted(folder.iterdir()):
        if entry.is_dir() and depth and not entry.name.startswith("."):
            yield from exports_in(entry, depth - 1)
        elif entry.is_file() and is_export(entry):
            yield entry


def _table(path: Path) -> _Sheet:
    """The table of one file. Raises Fault, with their ``titles`` where a workbook has several."""
    try:
        found = _sheet(path)
    except Fault as fault:
        other = None if "titles" in fault.values else _in_another_encoding(path)
        if other is None:
            raise
        return other
    # nearly every Korean text is some text in Chinese, too
    with suppress(Fault):
        if not known_names(found.columns) and encoding_of(path) == "gb18030":
            other = _in_another_encoding(path)
            return other if other and known_names(other.columns) else found
    return found


def _in_another_encoding(path: Path) -> _Sheet | None:
    """A text that is neither UTF-8 nor Chinese, in the encoding in which most of its columns have
    names that we know.
    """
    found = []
    for encoding in ENCODINGS:
        with suppress(Fault):
            found.append(_sheet(path, encoding=encoding))
    return max(found, key=lambda sheet: known_names(sheet.columns), default=None)


def _sheet(path: Path, title: str = "", encoding: str = "") -> _Sheet:
    source = Source("order_lines", path.name, sheet=title, encoding=encoding, rename=all_names())
    raw = open_raw(path, source)
    columns = _sample(raw)
    known = recognise([*columns])
    score = known[0][1] if known else 0.0
    margin = score - known[1][1] if len(known) > 1 else score
    profile = known[0][0] if known else None
    return _Sheet(path, title, encoding, columns, profile, score, margin)


def _sample(raw: Raw) -> dict[str, list[str]]:
    """The columns of a file with their first values."""
    with raw.stream() as batches:
        first = next(iter(batches), None)
    if first is None:
        return {name: [] for name in raw.names}
    rows = first.slice(0, SAMPLE)
    return {
        name: ["" if value is None else str(value) for value in rows[name].to_pylist()]
        for name in raw.names
    }


def _together(folder: Path, group: list[_Sheet], files: list[Path]) -> Iterator[Export]:
    """Files of one kind as one source where a folder or a pattern names just them, else each by
    itself.
    """
    paths = [sheet.path for sheet in group]
    source = _named(folder, paths, files)
    parts = (
        [(source, group)]
        if source
        else [(_relative(folder, sheet.path), [sheet]) for sheet in group]
    )
    for name, sheets in parts:
        first = sheets[0]
        columns = {
            column: [value for sheet in sheets for value in sheet.columns.get(column, [])][:SAMPLE]
            for sheet in sheets
            for column in sheet.columns
        }
        yield Export(
            [sheet.path for sheet in sheets],
            name,
            columns,
            first.title,
            first.encoding,
            first.profile,
            min(sheet.score for sheet in sheets),
            min(sheet.margin for sheet in sheets),
        )


def _named(folder: Path, paths: list[Path], files: list[Path]) -> str:
    """A name that means these files and no others; empty where there is none."""
    if len(paths) == 1:
        return _relative(folder, paths[0])
    parents = {path.parent for path in paths}
    if len(parents) > 1:
        return ""
    parent = parents.pop()
    beside = [path for path in files if path.parent == parent]
    if parent != folder and beside == sorted(paths):
        return _relative(folder, parent)
    start, end = _ends([path.name for path in paths])
    plain = not set("[]?*") & set(start + end)
    if plain and sorted(parent.glob(f"{start}*{end}")) == sorted(paths):
        return _relative(folder, parent / f"{start}*{end}")
    return ""


def _ends(names: list[str]) -> tuple[str, str]:
    """How all of these names begin and how they end, letter by letter."""
    backwards = [name[::-1] for name in names]
    start, end = (os.path.commonprefix(some) for some in (names, backwards))  # noqa: RUF071
    # a part of a day or a number that they happen to share is none of the next one's
    return start.rstrip("0123456789"), end[::-1].lstrip("0123456789")


def _relative(folder: Path, path: Path) -> str:
    return path.relative_to(folder).as_posix()
