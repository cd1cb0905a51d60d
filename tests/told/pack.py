"""A pack as somebody else has it: the files of ``results/``, the shop's own shop.toml, the pages as
text. Nothing here asks the library for a figure.
"""

import json
import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd

# sentence → what its blanks must be, by name: of one finding, or of each of several; none of what
# must not be told
ORACLES: dict[str, Callable] = {}


def tells(*ids: str):
    """Let a function say, of a pack, what the blanks of these sentences must be."""

    def known(oracle: Callable) -> Callable:
        ORACLES.update(dict.fromkeys(ids, oracle))
        return oracle

    return known


@dataclass(frozen=True)
class Pack:
    """What is in the folder of a pack, and in the shop.toml of its shop."""

    folder: Path
    shop: Path

    @cached_property
    def _tables(self) -> dict[str, pd.DataFrame]:
        return {
            file.stem: pd.read_parquet(file) for file in (self.folder / "results").glob("*.parquet")
        }

    def __getitem__(self, table: str) -> pd.DataFrame:
        return self._tables[table]

    @cached_property
    def toml(self) -> dict:
        return tomllib.loads((self.shop / "shop.toml").read_text(encoding="utf-8"))

    @cached_property
    def as_of(self) -> pd.Timestamp:
        return pd.Timestamp(json.loads((self.folder / "run.json").read_text("utf-8"))["as_of"])

    @cached_property
    def pages(self) -> dict[str, str]:
        """Page → its HTML."""
        return {page.stem: page.read_text("utf-8") for page in self.folder.glob("*.html")}

    def assumed(self, name: str) -> float:
        return self["assumptions"].set_index("name")["value"][name]

    def has(self, table: str) -> bool:
        """Does the shop give this table?"""
        return table in self.toml["tables"]

    def told(self, sentence: str) -> list[dict]:
        """The figures of each finding of this id; the same on several pages is one."""
        rows = self["findings"]
        texts = dict.fromkeys(rows.loc[rows["id"] == sentence, "figures"])
        return [{name: value for name, (value, _) in json.loads(text).items()} for text in texts]

    @cached_property
    def notes(self) -> list[tuple[int, str]]:
        """Rows and table of each note that says where all rows of a cut table are."""
        cut = re.compile(r"of ([\d,]+) rows; all of them are in results/(\w+)\.csv")
        return [
            (int(rows.replace(",", "")), table)
            for page in self.pages.values()
            for rows, table in cut.findall(page)
        ]


def summed(amounts: pd.Series) -> float:
    """What amounts come to as far as they are known: of none it is 0, of unknown ones unknown."""
    return amounts.sum(min_count=min(len(amounts), 1))


def share(part: float, whole: float) -> float:
    return part / whole if whole > 0 else float("nan")


def day(when: pd.Timestamp) -> str | None:
    return None if pd.isna(when) else f"{when:%Y-%m-%d}"
