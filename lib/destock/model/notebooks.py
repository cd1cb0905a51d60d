"""The notebooks of the workbook: one page each, in the order of their numbers; each says itself
what it is called and which tables it can use.
"""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from destock.model.folders import ROOT


@dataclass(frozen=True)
class Notebook:
    """One notebook: its file, the label of its page, the tables without which the page says less,
    and whether every pack has it.
    """

    path: Path
    label: str
    tables: tuple[str, ...]
    in_pack: bool


@cache
def notebooks() -> dict[str, Notebook]:
    """Page → notebook, in the order of the pack's menu: ``03_impact.ipynb`` is the page impact."""
    found = {}
    for path in sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb")):
        own = json.loads(path.read_text(encoding="utf-8"))["metadata"]["destock"]
        name = path.stem.partition("_")[2]
        found[name] = Notebook(path, own["label"], tuple(own["tables"]), own["in_pack"])
    return found


def in_pack() -> list[str]:
    """The pages that every pack has, in their order."""
    return [name for name, notebook in notebooks().items() if notebook.in_pack]
