"""Where a pack goes: a name that is safe on every system, a folder that holds nothing but a
pack.
"""

import hashlib
import os
import re
import unicodedata
from datetime import date
from pathlib import Path

from destock.model.folders import ROOT
from destock.model.messages import Fault, language, mark
from destock.model.notebooks import notebooks

# all that a pack's folder may hold: it is replaced whole
CONTENTS = {"index.html", "run.json", "results", *(f"{page}.html" for page in notebooks())}
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


def pack_place(shop: Path, as_of: date | str, only: list[str], out: Path | None) -> Path:
    """The folder of a pack: the one asked for, or ``reports/SHOP-DAY-LANGUAGE``.

    Raises Fault (5) where something stands there that is no pack: it would be lost.
    """
    place = (
        Path(os.path.abspath(out))
        if out
        else ROOT / "reports" / "-".join([shop_slug(shop), f"{as_of}", language(), *only])
    )
    if place.exists() and not _is_pack(place):
        raise Fault(
            5,
            mark(
                '"{path}" holds something other than a pack, which would be lost: name another'
                " folder"
            ),
            path=place,
        )
    return place


def _is_pack(place: Path) -> bool:
    names = {path.name for path in place.iterdir()} if place.is_dir() else {""}
    return not names or ("index.html" in names and names <= CONTENTS)


def shop_slug(shop: Path) -> str:
    """The name under which a shop's packs and rejects lie: that of its folder, or of its file where
    that has a name of its own.
    """
    return slug(shop.parent.name if shop.name == "shop.toml" else shop.name)


def shop_number(shop: Path) -> str:
    """Which of all shops of one name is this? A number made of where it lies, which tells nobody
    where that is.

    Nothing is written into a shop's folder, which may be read-only or a copy of another: a shop
    that moves is another.
    """
    file = shop if shop.suffix == ".toml" else shop / "shop.toml"
    return hashlib.sha256(os.fsencode(file.resolve())).hexdigest()[:12]


def slug(name: str, longest: int = 80) -> str:
    """A name that stays in its folder on every system: letters of any language, digits, ``._-``.

    >>> slug("../女装 <b>"), slug("CON"), slug("")
    ('女装-b', '_CON', '_')
    """
    kept = re.sub(r"[^\w.-]+", "-", unicodedata.normalize("NFC", name)).strip("-. ")
    kept = kept[:longest].rstrip("-. ")
    return f"_{kept}" if not kept or _RESERVED.fullmatch(kept) else kept
