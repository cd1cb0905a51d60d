"""Profiles of platforms' exports: one small file each in ``exports``, which says by which columns
such a file is known, and how each of our tables is made of it.

What a profile says of a table is what a ``shop.toml`` may say of it: ``export = "NAME"`` takes it
over, and each key beside it wins.
"""

import tomllib
import unicodedata
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from destock.model.messages import Fault, mark

FOLDER = Path(__file__).with_name("exports")
# keys of a table in which what the shop says is added to what the profile says
_MERGED = ("rename", "columns", "status", "heads", "spread", "words")


@dataclass(frozen=True)
class Profile:
    """One kind of export: how it is recognised, and the tables that it fills.

    ``seen`` says where its header was found; all of ``required``, and none of ``forbidden``, stand
    in it; ``strong``: names that hardly any other export has. ``alone``: tables that this export
    fills only where no other one does.
    """

    name: str
    title: str
    seen: str
    required: list[str]
    strong: list[str] = field(default_factory=list)
    forbidden: list[str] = field(default_factory=list)
    alone: list[str] = field(default_factory=list)
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


def recognise(names: list[str]) -> list[tuple[str, float]]:
    """Which export has these columns? Each profile that it can be, with its score, best first.

    All that a profile requires stands there, and nothing that it forbids; its score is the share of
    its marks, required and strong, that stand there.
    """
    given = {_key(name) for name in names}
    found = []
    for profile in profiles().values():
        required, strong, forbidden = (
            {_key(name) for name in some}
            for some in (profile.required, profile.strong, profile.forbidden)
        )
        if required <= given and not forbidden & given:
            found.append((profile.name, len((required | strong) & given) / len(required | strong)))
    return sorted(found, key=lambda one: -one[1])


def _key(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).split()).casefold()


def completed(table: str, entry: dict) -> dict:
    """What a shop says of a table, together with what the profile of its export does.

    Raises Fault (2) for a profile that fills no such table.
    """
    name = entry.get("export", "")
    own = frozenset(entry.get("rename", {})) | frozenset(entry.get("columns", {}))
    if not name:
        return entry | {"own": own}
    known = profiles()[name].tables
    if table not in known:
        raise Fault(
            2,
            mark("shop.toml [tables.{table}]: the export “{name}” fills {tables}"),
            table=table,
            name=name,
            tables=", ".join(known),
        )
    whole = _merged(known[table], entry)
    # one of our columns is either another's name or an expression
    for kind, other in (("rename", "columns"), ("columns", "rename")):
        whole[other] = {
            column: value
            for column, value in whole.get(other, {}).items()
            if column not in entry.get(kind, {})
        }
    return whole | {"own": own}


def _merged(given: dict, own: dict) -> dict:
    """Both, where a table stands in both key by key; what is the shop's own wins."""
    return given | {
        key: _merged(given[key], value) if key in _MERGED and key in given else value
        for key, value in own.items()
    }
