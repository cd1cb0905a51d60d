"""The encoding that a text names itself: a page's charset, the declaration of an XML."""

import codecs
import re
from pathlib import Path

from destock.intake.formats.survey import encoding_of
from destock.model.messages import Fault

_NAMED = re.compile(rb"(?:charset|encoding)\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE)
_HEAD = 4096
# what calls itself by the older Chinese standards is often written in the newer one
_CHINESE = {"gb2312", "gbk", "gb_2312-80", "x-gbk"}


def encoding_written(path: Path, declared: str) -> str:
    """In which encoding is this text? What it says of itself holds where every byte fits. Raises
    Fault (3) where none does.
    """
    with path.open("rb") as source:
        head = source.read(_HEAD)
    found = _NAMED.search(head)
    name = found[1].decode("ascii", "replace").lower() if found else ""
    name = "gb18030" if name in _CHINESE else name
    # a text that can be read as ASCII is none of two bytes a letter
    if declared or not name or name.startswith(("utf-16", "ucs")):
        return encoding_of(path, declared)
    try:
        codecs.lookup(name)
        return encoding_of(path, name)
    except (Fault, LookupError):
        return encoding_of(path)
