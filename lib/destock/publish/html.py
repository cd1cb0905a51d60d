"""Executed notebook → one self-contained page: no code, no script, no request to any other host."""

from base64 import b64encode
from collections.abc import Mapping
from datetime import date
from functools import cache
from hashlib import sha256
from importlib.resources import files

import nbformat
from nbconvert import HTMLExporter

import destock
from destock.model.messages import LANGUAGES, day, language, plain, say
from destock.model.notebooks import notebooks


@cache
def _exporter() -> HTMLExporter:
    folder = files("destock.publish").joinpath("template")
    exporter = HTMLExporter(
        template_name="pack",
        extra_template_basedirs=[str(folder)],
        template_file="report.html.j2",
        exclude_anchor_links=True,
    )
    exporter.environment.autoescape = True
    return exporter


def translated(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """The notebook with every markdown cell in this run's language; each cell is one message."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = say(cell.source)
    return notebook


def heading(notebook: nbformat.NotebookNode) -> str:
    """The question that a notebook asks: the first line of its first cell."""
    return notebook.cells[0].source.splitlines()[0].lstrip("# ")


def report(notebook: nbformat.NotebookNode, frame: Mapping) -> str:
    """The page of an executed notebook, in the frame that ``page_frame`` made for it."""
    notebook.cells, unanswered = answered(notebook.cells)
    html, _ = _exporter().from_notebook_node(
        notebook, resources={"page": frame | {"unanswered": unanswered}}
    )
    return html


def answered(cells: list[nbformat.NotebookNode]) -> tuple[list[nbformat.NotebookNode], list[str]]:
    """The cells without the sections in which nothing could be shown, and the questions of those
    sections.

    A section begins with a heading of the second level; it shows something where one of its
    outputs is a picture, a table or a finding. How to read what is not there would be noise.
    """
    opening, *sections = _sections(cells)
    kept, questions = list(opening), []
    for section in sections:
        shown = [
            output["data"].get("text/html", "<img")
            for cell in section
            for output in cell.get("outputs", [])
            if "data" in output
        ]
        if not shown or any(answer in html for html in shown for answer in ANSWERS):
            kept += section
        else:
            questions.append(section[0].source.splitlines()[0].lstrip("# "))
    return kept, questions


ANSWERS = ("<img", "<table", 'class="finding"')


def _sections(cells: list[nbformat.NotebookNode]) -> list[list[nbformat.NotebookNode]]:
    sections = [[]]
    for cell in cells:
        if cell.cell_type == "markdown" and cell.source.startswith("## "):
            sections.append([])
        sections[-1].append(cell)
    return sections


def contents(frame: Mapping) -> str:
    """The first page of a pack: every question with the first sentence of its answer."""
    return (
        _exporter().environment.get_template("contents.html.j2").render(resources={"page": frame})
    )


def page_frame(
    page: str,
    title: str,
    shop: str,
    as_of: date,
    names: list[str],
    leads: Mapping[str, tuple[str, str]] | None = None,
) -> dict:
    """What stands around a page: title, shop, day, menu, style. ``leads``: question and first
    answer by page.
    """
    style = (
        files("destock.publish")
        .joinpath("template", "pack", "style.css")
        .read_text(encoding="utf-8")
    )
    links = [{"file": "index.html", "label": say("Contents"), "question": "", "answer": ""}]
    for name in names:
        question, answer = (leads or {}).get(name, ("", ""))
        links.append(
            {
                "file": f"{name}.html",
                "label": say(notebooks()[name].label),
                "question": question,
                "answer": answer,
            }
        )
    return {
        "file": f"{page}.html",
        "title": title,
        "shop": plain(shop),
        "as_of": day(as_of),
        "links": links,
        "css": style,
        "css_hash": b64encode(sha256(style.encode()).digest()).decode(),
        "lang": LANGUAGES[language()].replace("_", "-"),
        "version": destock.__version__,
        "say": say,
    }
