"""The notebooks of the workbook: one page each, in the order of their numbers; each says itself
what it is called and which tables it can use.
"""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from destock.model.folders import ROOT
from destock.model.messages import say


@dataclass(frozen=True)
class Notebook:
    """One notebook: its file, the text of its first cell, the label of its page, the tables without
    which the page says less, whether every pack has it, and what it asks beside the shop:
    parameter → what that is.
    """

    path: Path
    opening: str
    label: str
    tables: list[str]
    in_pack: bool
    asks: dict[str, str]

    @property
    def question(self) -> str:
        """What the notebook answers, in the language of the run: the first line of its first
        cell.
        """
        return say(self.opening).splitlines()[0].lstrip("# ")


@cache
def notebooks() -> dict[str, Notebook]:
    """Page → notebook, in the order of the pack's menu: ``03_impact.ipynb`` is the page impact."""
    found = {}
    for path in sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb")):
        whole = json.loads(path.read_text(encoding="utf-8"))
        opening, own = "".join(whole["cells"][0]["source"]), whole["metadata"]["destock"]
        if lacking := {"label", "tables", "in_pack", "asks"} - set(own):
            raise KeyError(f"{path.name}: its metadata lack {', '.join(sorted(lacking))}")
        found[path.stem.partition("_")[2]] = Notebook(path, opening, **own)
    return found


def in_pack() -> list[str]:
    """The pages that every pack has, in their order."""
    return [name for name, notebook in notebooks().items() if notebook.in_pack]
