"""Small shops that went wrong, and the values that are right. The kinds have shops of their own beside the code; these are kept as they were found."""

import shutil
from pathlib import Path

import pytest

CASES = Path(__file__).parents[2] / "shared" / "data" / "cases"

pytestmark = pytest.mark.skipif(not CASES.is_dir(), reason="the cases are not on this machine")


def test_joined_tables(tmp_path, monkeypatch, take_in):
    monkeypatch.chdir(tmp_path)
    folder = shutil.copytree(CASES / "joined-tables", tmp_path / "shop")
    _, table = take_in(folder)
    assert float(table("order_lines")["customer_paid"].sum()) == 60
    headers = folder / "headers.csv"
    headers.write_text("\n".join(line for line in headers.read_text().splitlines() if not line.startswith("3,")) + "\n")
    intake, table = take_in(folder)
    assert float(table("order_lines")["customer_paid"].sum()) == 40
    assert [(note.item, note.value, note.figures["lines"][0]) for note in intake.notes if note.id == "unmade_rows"] == [
        ("items.csv", 1, "5")
    ]


def test_average_cost(panel):
    control = panel(CASES / "average-cost", "2026-05-31")("control_total")
    assert round(float(control["stock_at_cost"].iloc[0]), 2) == 2284.15


def test_zoned_times(take_in):
    intake, table = take_in(CASES / "zoned-times")
    assert intake.rejects.empty
    times = table("order_lines").set_index("order_id")["ordered_at"].dt.strftime("%m-%d %H:%M")
    assert times.to_dict() == {"#1001": "05-05 01:30", "#1002": "05-05 13:00", "#1003": "05-06 23:00"}
