"""Profiles of platforms' exports: one small file each in ``exports``, which says by which columns
such a file is known, and how each of our tables is made of it.

What a profile says of a table is what a ``shop.toml`` may say of it: ``export = "NAME"`` takes it
over, and each key beside it wins.
"""

import tomllib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from destock.model.messages import Fault, mark

FOLDER = Path(__file__).with_name("exports")
_OTHER_EXPORT = mark(
    "{file}: no export “{export}”, or one without columns that it needs: {lacking}. Export it with"
    " all columns"
)
# keys of a table in which what the shop says is added to what the profile says
_MERGED = ("rename", "columns", "status", "heads", "spread", "words")


@dataclass(frozen=True)
class Profile:
    """One kind of export: how it is recognised, and the tables that it fills.

    ``seen`` says where its header was found; all of ``required`` (of a list in it, one at least),
    and none of ``forbidden``, stand in it; ``strong``: names that hardly any other export has.
    ``alone``: tables that this export fills only where no other one does. ``heads_of``: the export
    of whose lines this one holds the orders, where it fills no table by itself.
    """

    name: str
    title: str
    seen: str
    required: list[str | list[str]]
    strong: list[str] = field(default_factory=list)
    forbidden: list[str] = field(default_factory=list)
    alone: list[str] = field(default_factory=list)
    heads_of: str = ""
    currency: str = ""
    timezone: str = ""
    tables: dict[str, dict] = field(default_factory=dict)


@cache
def profiles() -> dict[str, Profile]:
    """Every profile, by its name."""
    return {
        path.stem: Profile(path.stem, **tomllib.loads(path.read_text(encoding="utf-8")))
        for path in sorted(FOLDER.glob("*.toml"))
    }


def recognise(names: Iterable[str]) -> list[tuple[Profile, float]]:
    """Of which platform is an export whose columns are called so? The likeliest first, each with
    the share of its strong names that are there; of two alike, the one that asks for more.
    """
    plain = {_plain(name) for name in names}
    found = [
        (profile, _share(profile.strong, plain))
        for profile in profiles().values()
        if not missing(profile, plain)
        and plain.isdisjoint(_plain(name) for name in profile.forbidden)
    ]
    return sorted(found, key=lambda one: (one[1], len(one[0].required)), reverse=True)


def missing(profile: Profile, names: Iterable[str]) -> list[str]:
    """Which columns has a file not, without which it is no such export?"""
    plain = {_plain(name) for name in names}
    ways = [[name] if isinstance(name, str) else name for name in profile.required]
    return [" / ".join(way) for way in ways if plain.isdisjoint(map(_plain, way))]


def refuse_other(name: str, file: str, names: list[str]) -> None:
    """Raises Fault (3) where a file lacks a column without which it is another export than the one
    that shop.toml names, or tells less than its profile reads out of it.
    """
    if name and (lacking := missing(profiles()[name], names)):
        raise Fault(3, _OTHER_EXPORT, file=file, export=name, lacking=", ".join(lacking))


def heads_of(name: str) -> str:
    """The export that holds the orders of this one's lines; empty where it holds them itself."""
    return next(
        (other.name for other in profiles().values() if name and other.heads_of == name), ""
    )


def _share(strong: list[str], plain: set[str]) -> float:
    return len(plain & {_plain(name) for name in strong}) / max(len(strong), 1)


def _plain(name: str) -> str:
    """A column's name as the readers write it, in small letters."""
    text = unicodedata.normalize("NFKC", name).replace("\ufeff", "")
    return " ".join(text.split()).casefold()


def completed(table: str, entry: dict) -> dict:
    """What a shop says of a table, together with what the profile of its export does.

    Raises Fault (2) for a profile that fills no such table.
    """
    name = entry.get("export", "")
    own = frozenset(entry.get("rename", {})) | frozenset(entry.get("columns", {}))
    if not name:
        return _whole(table, entry) | {"own": own}
    known = profiles()[name].tables
    if table not in known:
        raise Fault(
            2,
            mark("shop.toml [tables.{table}]: the export “{name}” fills {tables}"),
            table=table,
            name=name,
            tables=", ".join(known),
        )
    whole = _whole(table, _merged(known[table], entry))
    # one of our columns is either another's name or an expression
    for kind, other in (("rename", "columns"), ("columns", "rename")):
        whole[other] = {
            column: value
            for column, value in whole.get(other, {}).items()
            if column not in entry.get(kind, {})
        }
    return whole | {"own": own}


def _whole(table: str, entry: dict) -> dict:
    """What is said of a table, with all that a part of it needs. Raises Fault (2) where it is said
    neither in shop.toml nor in a profile.
    """
    if "heads" in entry and "key" not in entry["heads"]:
        place = f"shop.toml [tables.{table}.heads]"
        raise Fault(2, mark('{place} needs "{name}"'), place=place, name="key")
    return entry


def _merged(given: dict, own: dict) -> dict:
    """Both, where a table stands in both key by key; what is the shop's own wins."""
    return given | {
        key: _merged(given[key], value) if key in _MERGED and key in given else value
        for key, value in own.items()
    }
