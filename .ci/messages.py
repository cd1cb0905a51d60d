"""Bring every message of the code and the notebooks into the Chinese catalogue; say which ones
still lack a translation.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from destock.model.findings import plain_blanks

ROOT = Path(__file__).parents[1]
CATALOGUE = ROOT / "lib/destock/model/locale/zh/LC_MESSAGES/destock.po"


def template():
    """The messages that the code and the notebooks hold now."""
    with tempfile.TemporaryDirectory() as folder:
        pot = Path(folder, "destock.pot")
        command = [
            "-q",
            "extract",
            "-F",
            "pyproject.toml",
            "-k",
            "mark",
            "-k",
            "say",
            "-k",
            "_",
            "--no-location",
            "--sort-output",
            "-o",
        ]
        subprocess.run(
            [sys.executable, "-m", "babel.messages.frontend", *command, str(pot), ".", ".ci"],
            cwd=ROOT,
            check=True,
        )
        with pot.open("rb") as source:
            return _with_plain_blanks(read_po(source))


def _with_plain_blanks(found: Catalog) -> Catalog:
    """A sentence says of which kind each of its blanks is; its message does not."""
    plain = Catalog()
    for message in found:
        if message.id:
            plain.add(plain_blanks(message.id))
    return plain


def main() -> int:
    """Update the catalogue in place: new messages empty, messages that are gone left out."""
    with CATALOGUE.open("rb") as source:
        catalogue = read_po(source, locale="zh_Hans_CN")
    catalogue.update(template(), no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    with CATALOGUE.open("wb") as target:
        write_po(
            target,
            catalogue,
            width=120,
            sort_output=True,
            omit_header=False,
            include_lineno=False,
            ignore_obsolete=True,
        )
    empty = [message.id for message in catalogue if message.id and not message.string]
    print("\n".join(f"not translated: {text[:100]!r}" for text in empty))
    if empty:
        print(
            f"Translate these {len(empty)} in {CATALOGUE.relative_to(ROOT)}, then run this again."
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
