"""Is any style told two things? Every frame that a page shows is held against the one decision."""

import re

import pandas as pd

from destock.model.columns import COLUMNS
from destock.model.notebooks import notebooks
from destock.pages import Frames
from destock.panel.book import Book

# what is shown as a choice that was not made, or as what comes after
OTHER_WAYS = {"way", "second", "then"}


def shown_frames() -> list[str]:
    """The names of all frames that any page shows."""
    cells = "".join(page.path.read_text(encoding="utf-8") for page in notebooks().values())
    return sorted(set(re.findall(r'page\[\\"(\w+)\\"\]', cells)))


def two_verdicts(book: Book) -> list[str]:
    """Each place in which a style is told another thing than what is decided about it."""
    frames = Frames(book, {"item": ""})
    decisions = frames["decisions"]
    words = {*frames["options"]["way"], *decisions["decision"]}
    decided = decisions.groupby("item")["decision"].agg(set).to_dict()
    order = decisions.set_index(["item", "po_id"])["decision"]
    found = []
    for name in shown_frames():
        rows = frames[name]
        if not isinstance(rows, pd.DataFrame) or "item" not in rows:
            continue
        for column in set(rows) - OTHER_WAYS:
            for place, (item, said) in rows[["item", column]].iterrows():
                ours = decided.get(item, set())
                if "po_id" in rows and column == "lever":
                    ours = {order[item, rows.at[place, "po_id"]]}
                if isinstance(said, str) and said in words and said not in ours:
                    found.append(f"{name}.{column}: {item} is told “{said}”, not {sorted(ours)}")
    return found


def silent_columns() -> set[str]:
    """Columns that are written as a decision and are no part of the decision itself."""
    return {name for name, column in COLUMNS.items() if column.kind == "decision"} - {"decision"}
