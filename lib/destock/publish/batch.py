"""What the results and the first page of a pack are made by, in a process of its own."""

import json
import platform
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

from destock.model.messages import language, made_for, say
from destock.model.notebooks import in_pack
from destock.pages import Page, pages_of
from destock.pages import results as frames_of
from destock.panel.book import Book
from destock.present.sentences import tell
from destock.publish import html
from destock.publish.opening import Note, book_of
from destock.publish.page import notebook
from destock.publish.results import write_results

VERSIONS = (
    "destock",
    "duckdb",
    "pandas",
    "numpy",
    "statsmodels",
    "matplotlib",
    "papermill",
    "nbconvert",
)


def results(facts: dict, names: list[str], given: dict, folder: str, note: Note) -> dict:
    """Write ``results/`` and the first page of the pack; returns what ``run.json`` says of the
    run.
    """
    book, place = book_of(facts), Path(folder)
    pages = pages_of(book, in_pack())
    own = [name for name in names if name not in pages]
    shown = pages | pages_of(book, own, given)
    with made_for(say("the results")):
        frames = frames_of(book, shown)
        write_results(frames, place / "results")
    (place / "index.html").write_text(
        _contents(book, {name: shown[name] for name in names}), encoding="utf-8"
    )
    return {
        "shop": book.shop.name,
        "as_of": f"{book.as_of}",
        "language": language(),
        "assumptions": book.assumptions,
        "given": given,
        "inputs": book.inputs,
        "rows": json.loads(frames["rows"].to_json(orient="records", date_format="iso")),
        "python": platform.python_version(),
        "versions": {name: version(name) for name in VERSIONS},
    }


def _contents(book: Book, pages: Mapping[str, Page]) -> str:
    leads = {}
    for name, page in pages.items():
        first = [finding for finding in page.findings if not finding.id.endswith("missing_table")][
            :1
        ]
        leads[name] = (html.heading(notebook(name)), str(tell(first, page.currency)))
    title = say("Overstock report: {shop}", shop=book.shop.name)
    return html.contents(
        html.page_frame("index", title, book.shop.name, book.as_of, list(pages), leads)
    )
