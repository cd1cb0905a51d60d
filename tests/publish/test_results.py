"""What is written to ``results/``: text never becomes a formula, a row stays a row, JSON stays
JSON.
"""

import csv
import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import destock.pages  # noqa: F401 - its frames say themselves what is published
from destock.intake.cells.trimming import FORMULA
from destock.intake.formats.readers import open_raw
from destock.intake.shop import Source
from destock.model.results import PUBLISHED, published
from destock.publish.place import write_json
from destock.publish.results import inert, write_csv, write_results

FORMULAS = [
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "\0=1",
    '=HYPERLINK("http://x","y")',
    "{=1}",
    "a\r=1+1",
    "a\n=1+1",
    'a","=1+1',
    "＝1+1",
]
IDS = ["00012345", "123456789012345678", "1E5", "TRUE", "NA", "0x10"]


def cells(path):
    with path.open(encoding="utf-8-sig", newline="") as source:
        return list(csv.reader(source))


@pytest.fixture
def written(tmp_path):
    texts = FORMULAS + IDS
    frame = pd.DataFrame(
        {
            "item": texts,
            "gap": np.arange(len(texts)) * -1.5,
            "sure": [True, None] * (len(texts) // 2),
        }
    )
    write_results({"control": frame}, tmp_path / "results")
    return tmp_path / "results"


def test_no_cell_begins_a_formula(written):
    header, *rows = cells(written / "control.csv")
    assert header == ["item", "gap", "sure"]
    assert [row[0] for row in rows] == [
        "'" + t if t[0] in "=+-@\t\r\n\0＝" else t for t in FORMULAS + IDS
    ]


IDENTIFIERS = ["-12", "=A1", "+8613800138000", "@x", "007", "'x", "''", '="007"', "-"]
# a value as the door knows it: no blanks around it, letters composed
VALUES = st.text("'=+-@＝－0127aé\"\t ", min_size=1).map(str.strip).filter(bool)


@given(st.lists(VALUES, min_size=1))
@example(IDENTIFIERS)
@example([f"'{sign}1" for sign in FORMULA if sign.isprintable()] + ["'12", "''12"])
def test_what_we_write_the_door_reads_as_it_was(tmp_path_factory, texts):
    path = tmp_path_factory.mktemp("trip") / "prices.csv"
    write_csv(pd.DataFrame({"item": texts}), path)
    assert (
        open_raw(path, Source("prices", path.name)).stream().read_all()["item"].to_pylist() == texts
    )


def test_a_drawn_test_and_decisions_come_back_with_their_identifiers(make_shop, take_in):
    # a dash alone says that there is none
    identifiers = [text for text in IDENTIFIERS if text != "-"]
    rows = pd.DataFrame({"item": identifiers})
    shop = make_shop(
        {
            "products": "sku\nA\n",
            "order_lines": (
                "order_id,sku,ordered_at,units,kind,customer_paid\n1,A,2026-06-01,1,sale,1\n"
            ),
        },
        tables={"prices": {"source": "next_test.csv"}, "overrides": {"source": "overrides.csv"}},
    )
    write_csv(rows.assign(valid_from="2026-06-08", price=9.5), shop / "next_test.csv")
    write_csv(rows.assign(**{"class": "slow"}, reason="seen"), shop / "overrides.csv")
    _, table = take_in(shop)
    for name in ("prices", "overrides"):
        assert sorted(table(name)["item"]) == sorted(identifiers), name


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
    frame = pd.DataFrame(
        {"n": [-1, 2], "d": pd.to_datetime(["2026-01-01", None]), "b": [True, None]}
    )
    pd.testing.assert_frame_equal(inert(frame), frame)


def test_a_ratio_to_nothing_is_empty():
    columns = PUBLISHED["ladder"].columns
    frame = pd.DataFrame({name: [1.0, float("inf"), float("-inf")] for name in columns})
    assert published("ladder", frame).count().eq(1).all()


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_json_holds_no_number_that_json_does_not_know(tmp_path, value):
    with pytest.raises(ValueError, match="JSON"):
        write_json({"x": value}, tmp_path / "x.json")


def test_json_keeps_its_letters(tmp_path):
    write_json({"名": 1}, tmp_path / "x.json")
    assert json.loads((tmp_path / "x.json").read_text(encoding="utf-8")) == {"名": 1}
    assert "名" in (tmp_path / "x.json").read_text(encoding="utf-8")
