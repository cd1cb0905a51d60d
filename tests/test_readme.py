"""The examples of the READMEs are shops that work, and their figures are right."""

import json
import re
from pathlib import Path

import pytest

from destock.panel.book import open_book
from destock.publish.cli import main

ROOT = Path(__file__).parents[1]
FIRST, SHOP = (ROOT / "tests" / "shops" / name for name in ("first", "douyin"))


@pytest.fixture(scope="module")
def panel():
    return open_book(SHOP, "2026-05-31").panel


def test_the_readme_shows_a_shop_that_works():
    example = (FIRST / "shop.toml").read_text(encoding="utf-8")
    indented = "".join(
        f"   {line}" if line.strip() else line for line in example.splitlines(keepends=True)
    )
    assert indented in (ROOT / "README.md").read_text(encoding="utf-8")
    opened = open_book(FIRST)
    assert opened.as_of.isoformat() == "2026-05-31"
    assert opened.panel("control_total")[["paid", "refunded", "units_on_hand"]].iloc[
        0
    ].tolist() == [1323, 359, 107]


def test_the_readme_is_for_five_minutes_and_leads_on():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert len(readme.splitlines()) <= 120
    links = re.findall(r"\]\(([^)]+)\)", readme)
    assert {
        "notebooks/README.md",
        "data/README.md",
        "reports/README.md",
        "tests/README.md",
        "CONTRIBUTING.md",
    } <= set(links)
    assert [link for link in links if not (ROOT / link).is_file()] == []


def test_the_page_on_data_shows_this_shop_toml():
    assert (SHOP / "shop.toml").read_text(encoding="utf-8") in (
        ROOT / "data" / "README.md"
    ).read_text(encoding="utf-8")


def test_every_notebook_stands_with_its_question_on_the_page_on_notebooks():
    said = (ROOT / "notebooks" / "README.md").read_text(encoding="utf-8")
    for notebook in (ROOT / "notebooks").glob("*.ipynb"):
        question = json.loads(notebook.read_text(encoding="utf-8"))["cells"][0]["source"][0].strip(
            "# \n"
        )
        assert f"| `{notebook.stem}` | {question} |" in said, notebook.stem


def test_paid_cancelled_and_refunded_are_counted_once(panel):
    totals = panel("control_total").iloc[0]
    assert totals[["paid", "cancelled", "refunded"]].tolist() == [1194, 249, 498]


def test_the_newer_export_wins_where_two_overlap(panel):
    rows = panel("rows").query("table == 'order_lines'")
    assert rows[["rows_in", "used", "updated", "deduplicated"]].to_numpy().tolist() == [
        [4, 1, 1, 2],
        [5, 5, 0, 0],
    ]


def test_the_count_differs_by_the_one_piece_that_is_gone(panel):
    breaks = panel("count_break")
    assert breaks[["sku", "expected", "found"]].to_numpy().tolist() == [["B1-F", 48, 47]]


def test_open_orders_are_seen(panel):
    assert panel("item_now").set_index("item")["on_order"].to_dict() == {"A1": 0, "B1": 100}


def test_check_says_it_in_both_languages(capsys):
    assert main(["check", str(SHOP)]) == 0
    assert (
        "order_lines (orders-2.csv, read as utf-8, ','): 5 rows, 5 used" in capsys.readouterr().out
    )
    assert main(["check", str(SHOP), "--lang", "zh"]) == 0
    assert "order_lines" in capsys.readouterr().out
    main(["check", str(SHOP), "--lang", "en"])
