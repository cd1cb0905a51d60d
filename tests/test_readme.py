"""The README's own example is a shop that works, and its figures are right."""

from pathlib import Path

import pytest

from destock.panel.book import open_book
from destock.publish.cli import main

ROOT = Path(__file__).parents[1]
SHOP = ROOT / "tests" / "shops" / "douyin"


@pytest.fixture(scope="module")
def panel():
    return open_book(SHOP, "2026-05-31").panel


def test_the_readme_shows_this_shop_toml():
    example = (SHOP / "shop.toml").read_text(encoding="utf-8")
    indented = "".join(f"   {line}" if line.strip() else line for line in example.splitlines(keepends=True))
    assert indented in (ROOT / "README.md").read_text(encoding="utf-8")


def test_paid_cancelled_and_refunded_are_counted_once(panel):
    totals = panel("control_total").iloc[0]
    assert totals[["paid", "cancelled", "refunded"]].tolist() == [1194, 249, 498]


def test_the_newer_export_wins_where_two_overlap(panel):
    rows = panel("rows").query("table == 'order_lines'")
    assert rows[["rows_in", "used", "updated", "deduplicated"]].to_numpy().tolist() == [[4, 1, 1, 2], [5, 5, 0, 0]]


def test_the_count_differs_by_the_one_piece_that_is_gone(panel):
    breaks = panel("count_break")
    assert breaks[["sku", "expected", "found"]].to_numpy().tolist() == [["B1-F", 48, 47]]


def test_open_orders_are_seen(panel):
    assert panel("item_now").set_index("item")["on_order"].to_dict() == {"A1": 0, "B1": 100}


def test_check_says_it_in_both_languages(capsys):
    assert main(["check", str(SHOP)]) == 0
    assert "order_lines (orders-2.csv, read as utf-8, ','): 5 rows, 5 used" in capsys.readouterr().out
    assert main(["check", str(SHOP), "--lang", "zh"]) == 0
    assert "order_lines" in capsys.readouterr().out
    main(["check", str(SHOP), "--lang", "en"])
