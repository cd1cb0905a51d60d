"""Of which kind is a file, by what it holds? Its name is no witness: platforms save texts and web
pages as .xls.
"""

import re
import zipfile
from pathlib import Path

from destock.intake.formats.sheets import unreadable

_HEAD = 4096  # bytes that tell what a file is
_SIGNS = {
    b"PAR1": "parquet",
    b"\x1f\x8b": "gz",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "xls",
    b"PK\x03\x04": "zip",
    b"PK\x05\x06": "zip",
}
# a zip that holds this part is a workbook
_PARTS = {"xl/workbook.xml": "xlsx", "xl/workbook.bin": "xlsb", "content.xml": "ods"}
_BY_MARK = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
SPREADSHEETML = "urn:schemas-microsoft-com:office:spreadsheet"
_TEXTS = {
    "spreadsheetml": rf"<(\?xml|(\w+:)?Workbook\b)[\s\S]*{SPREADSHEETML}['\"]",
    "html": r"<(!doctype html|!--|html|head|body|meta|style|table|div)(?!\w)",
    "xhtml": r"<\?xml[\s\S]*<(html|table)\b",
    "json": r"\{\s*[\"}]|\[\s*[{\]]",
}


def kind_of(path: Path) -> str:
    """What is to read this file? Whatever is nothing else is a text. Raises Fault (3) where it
    cannot be read.
    """
    try:
        with path.open("rb") as source:
            head = source.read(_HEAD)
    except OSError as error:
        raise unreadable(path, error) from error
    kind = next((kind for sign, kind in _SIGNS.items() if head.startswith(sign)), "")
    if kind == "zip":
        return _of_zip(path)
    return kind or _of_text(head)


def _of_zip(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError) as error:
        raise unreadable(path, error) from error
    return next((kind for part, kind in _PARTS.items() if part in names), "zip")


def _of_text(head: bytes) -> str:
    encoding = _BY_MARK.get(head[:2], "utf-8")
    text = head.decode(encoding, "replace").lstrip("\ufeff \t\r\n")
    found = (kind for kind, form in _TEXTS.items() if re.match(form, text, re.IGNORECASE))
    return next(found, "text")
