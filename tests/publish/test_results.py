"""What is written to ``results/``: text never becomes a formula, a row stays a row, JSON stays JSON."""

import csv
import json

import numpy as np
import pandas as pd
import pytest

from destock.model.results import TABLES, published
from destock.publish.results import inert, write_json, write_results

FORMULAS = [
    "=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(1)", "\t=1", "\r=1", "\n=1", "\0=1", '=HYPERLINK("http://x","y")', "{=1}", "a\r=1+1", "a\n=1+1", 'a","=1+1', "＝1+1",
]  # fmt: skip
IDS = ["00012345", "123456789012345678", "1E5", "TRUE", "NA", "0x10"]


def cells(path):
    with path.open(encoding="utf-8-sig", newline="") as source:
        return list(csv.reader(source))


@pytest.fixture
def written(tmp_path):
    texts = FORMULAS + IDS
    frame = pd.DataFrame({"item": texts, "gap": np.arange(len(texts)) * -1.5, "sure": [True, None] * (len(texts) // 2)})
    write_results({"control": frame}, tmp_path / "results")
    return tmp_path / "results"


def test_no_cell_begins_a_formula(written):
    header, *rows = cells(written / "control.csv")
    assert header == ["item", "gap", "sure"]
    assert [row[0] for row in rows] == ["'" + t if t[0] in "=+-@\t\r\n\0＝" else t for t in FORMULAS + IDS]


def test_numbers_keep_their_sign_and_rows_their_number(written):
    _, *rows = cells(written / "control.csv")
    assert [float(row[1]) for row in rows] == [n * -1.5 for n in range(len(FORMULAS + IDS))]


def test_a_spreadsheet_that_breaks_lines_at_every_return_meets_no_formula(written):
    """Each text is in quotes, so a line break inside one begins no row."""
    raw = (written / "control.csv").read_bytes().decode("utf-8-sig")
    quoted = [part for number, part in enumerate(raw.split('"')) if number % 2 == 0]
    assert not any("=" in part for part in quoted)


def test_parquet_keeps_the_text_itself(written):
    assert pd.read_parquet(written / "control.parquet")["item"].tolist() == FORMULAS + IDS


def test_inert_leaves_what_is_no_text(written):
    frame = pd.DataFrame({"n": [-1, 2], "d": pd.to_datetime(["2026-01-01", None]), "b": [True, None]})
    pd.testing.assert_frame_equal(inert(frame), frame)


def test_a_ratio_to_nothing_is_empty():
    key, others = TABLES["ladder"]
    frame = pd.DataFrame({name: [1.0, float("inf"), float("-inf")] for name in [*key.split(), *others.split()]})
    assert published("ladder", frame).count().eq(1).all()


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_json_holds_no_number_that_json_does_not_know(tmp_path, value):
    with pytest.raises(ValueError, match="JSON"):
        write_json({"x": value}, tmp_path / "x.json")


def test_json_keeps_its_letters(tmp_path):
    write_json({"名": 1}, tmp_path / "x.json")
    assert json.loads((tmp_path / "x.json").read_text(encoding="utf-8")) == {"名": 1}
    assert "名" in (tmp_path / "x.json").read_text(encoding="utf-8")
