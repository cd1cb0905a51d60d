"""Pages: a section that shows nothing is left out, and its question is listed."""

from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

from destock.publish.html import answered


def section(question: str, *html: str) -> list:
    outputs = [
        new_output("execute_result", {"text/html": text, "text/plain": "-"}) for text in html
    ]
    return [
        new_markdown_cell(f"## {question}"),
        *(new_code_cell("show()", outputs=[output]) for output in outputs),
        new_markdown_cell("How to read it."),
    ]


NOTHING = '<p class="note">There is none.</p>'


def test_a_section_without_picture_table_or_finding_becomes_a_line():
    cells = [
        new_markdown_cell("# Which?"),
        *section("Shown?", "<table></table>", NOTHING),
        *section("Not shown?", NOTHING, ""),
    ]
    kept, questions = answered(cells)
    assert questions == ["Not shown?"]
    assert [cell.source for cell in kept] == [
        "# Which?",
        "## Shown?",
        "show()",
        "show()",
        "How to read it.",
    ]


def test_a_finding_or_a_picture_is_an_answer():
    cells = [
        *section("Told?", '<p class="finding">Yes.</p>'),
        *section("Drawn?", '<img class="chart" src="data:,">'),
    ]
    assert answered(cells) == (cells, [])


def test_a_section_of_prose_stays():
    cells = [new_markdown_cell("## Method\n\nAs it is.")]
    assert answered(cells) == (cells, [])
