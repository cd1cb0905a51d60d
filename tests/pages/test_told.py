"""What is told and what the notebooks ask for are the same ids; a frame says truly where all of its
rows are.
"""

import ast
import json
from pathlib import Path

import pandas as pd
import pytest
from tests.told.words import AT_THE_DOOR

from destock.model.findings import SENTENCES
from destock.model.notebooks import in_pack, notebooks
from destock.model.results import PUBLISHED
from destock.pages import pages_of, results
from destock.panel.book import open_book
from destock.publish.check import NOTHING_NEW

DOUYIN = Path(__file__).parents[1] / "shops" / "douyin"


def texts(name: str) -> list[ast.AST]:
    """The code of a notebook, as nodes."""
    cells = json.loads(notebooks()[name].path.read_text(encoding="utf-8"))["cells"]
    code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    return [node for text in code for node in ast.walk(ast.parse(text))]


def asked(name: str) -> set[str]:
    """The ids that a notebook tells where they are found: ``page.found("id", ...)``."""
    return {
        argument.value
        for node in texts(name)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "page.found"
        for argument in node.args
    }


def shown(name: str) -> set[str]:
    """The frames that a notebook shows: ``page["name"]``."""
    return {
        node.slice.value
        for node in texts(name)
        if isinstance(node, ast.Subscript) and ast.unparse(node.value) == "page"
    }


@pytest.mark.parametrize("name", in_pack())
def test_every_id_that_a_notebook_asks_for_is_a_sentence(name):
    assert asked(name) - set(SENTENCES) == set()


def test_every_sentence_is_asked_for_by_a_notebook():
    every = set().union(*(asked(name) for name in notebooks()))
    assert {*SENTENCES, NOTHING_NEW.id} - every == AT_THE_DOOR


@pytest.fixture(scope="module")
def pack():
    """The pages of a shop, and its results."""
    book = open_book(DOUYIN)
    pages = pages_of(book, in_pack())
    return pages, results(book, pages)


@pytest.mark.parametrize("name", in_pack())
def test_a_frame_names_a_table_with_the_same_rows(name, pack):
    pages, tables = pack
    frames = {frame: pages[name][frame] for frame in shown(name)}
    named = {frame: rows.attrs["results"] for frame, rows in frames.items()}
    assert any(named.values())
    for frame, table in named.items():
        if table:
            key = list(PUBLISHED[table].key)
            pd.testing.assert_index_equal(
                *(
                    pd.MultiIndex.from_frame(rows[key]).sort_values()
                    for rows in (frames[frame], tables[table])
                ),
                obj=f"{frame} in results/{table}",
            )
