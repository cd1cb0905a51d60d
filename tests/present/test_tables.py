"""Tables and sentences: written figures, every cell escaped, nothing cut silently."""

import json
import re
from pathlib import Path

import pandas as pd
import pytest
from tests.hostile import PAYLOADS

from destock.model.columns import COLUMNS
from destock.model.findings import SENTENCES, Finding
from destock.model.messages import say, speak
from destock.present.sentences import KINDS, figure, tell
from destock.present.tables import table


def test_cells_are_written_by_kind():
    frame = pd.DataFrame(
        {
            "name": ["a"],
            "units": [1234.0],
            "cost": [56_789.0],
            "sell_through": [0.615],
            "weeks_of_supply": [float("inf")],
            "counted_on": pd.to_datetime(["2026-06-07"]),
        }
    )
    written = table(frame, list(frame), "CNY")
    assert written.rows == (("a", "1,234", "CN¥56.8K", "61.5%", "∞", "Jun 7, 2026"),)


def test_what_is_not_known_is_a_dash():
    frame = pd.DataFrame(
        {"name": [None], "units": [float("nan")], "counted_on": [pd.NaT], "class": [float("nan")]}
    )
    assert table(frame, list(frame), "CNY").rows == (("–", "–", "–", "–"),)


def test_control_totals_are_exact_and_units_are_no_money():
    frame = pd.DataFrame(
        {
            "figure": ["paid", "units on hand"],
            "unit": ["money", "units"],
            "ours": [1234.5, 12.0],
            "theirs": [None, 12.0],
            "gap": [None, 0.0],
        }
    )
    assert table(frame, ["figure", "ours", "theirs", "gap"], "CNY").rows == (
        ("paid", "CN¥1,234.50", "–", "–"),
        ("units on hand", "12", "12", "0"),
    )


def test_a_cut_table_says_so():
    frame = pd.DataFrame({"units": range(3412)})
    frame.attrs["results"] = "pace"
    assert (
        table(frame, ["units"], "CNY", rows=20).note
        == "20 of 3,412 rows; all of them are in results/pace.csv."
    )
    assert (
        table(frame[frame["units"] > 9], ["units"], "CNY", rows=20).note
        == "20 of 3,402 rows; all of them are in results/pace.csv."
    )
    assert table(frame, ["units"], "CNY", rows=3412).note == ""


def test_what_stands_nowhere_else_is_shown_whole():
    whole = table(pd.DataFrame({"units": range(30)}), ["units"], "CNY", rows=20)
    assert len(whole.rows) == 30
    assert whole.note == ""


def test_an_empty_table_says_so():
    html = table(pd.DataFrame({"units": []}), ["units"], "CNY")._repr_html_()
    assert "<table>" not in html
    assert "There is none." in html


def test_a_cut_names_its_price():
    decided = ["cut the price", "watch", None]
    frame = pd.DataFrame({"decision": decided, "price_to": [0.71, None, None]})
    assert table(frame, ["decision"], "CNY").rows == (
        ("cut the price to 71.0% of the tag",),
        ("watch",),
        ("–",),
    )


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_cell_becomes_an_element(payload):
    html = table(
        pd.DataFrame({"name": [payload], "category": [payload]}), ["name", "category"], "CNY"
    )._repr_html_()
    inside = html.split("<tbody>")[1].split("</tbody>")[0]
    assert inside.count("<") == 2 + 4
    assert "<img" not in html
    assert "<script" not in html


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_sentence_becomes_an_element(payload):
    finding = Finding(
        "missing_table",
        1,
        "table",
        figures={
            "table": (payload, "text"),
            "impossible": ("x", "label"),
            "possible": ("y", "label"),
        },
    )
    assert tell([finding], "CNY")._repr_html_().count("<") == 2


def test_every_heading_is_there_for_every_column_a_notebook_asks_for():
    for path in (Path(__file__).parents[2] / "notebooks").glob("*.ipynb"):
        code = "".join(
            line
            for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]
            if cell["cell_type"] == "code"
            for line in [*cell["source"], "\n"]
        )
        lists = re.findall(r"(?:columns = |\], )\[([^\]]*)\]", code)
        assert lists
        assert {name for found in lists for name in re.findall(r'"(\w+)"', found)} <= {
            name for name, column in COLUMNS.items() if column.heading
        }, path.name


def test_every_blank_of_a_sentence_says_of_which_kind_it_is():
    for name, sentence in SENTENCES.items():
        assert set(re.findall(r"{(\w+)", sentence.told)) == set(sentence.kinds), name
        assert all(figure(float("nan"), kind, "CNY") for kind in sentence.kinds.values()), name
        assert set(sentence.kinds.values()) <= KINDS, name


def test_a_word_with_a_semicolon_of_its_own_is_one_word_and_a_list_is_several():
    speak("zh")
    try:
        whole = "interrupted; the last good pack stays"
        assert figure(whole, "label", "CNY") == say(whole) != whole
        assert figure("cut; all", "label", "CNY") == f"{say('cut')}；{say('all')}"
    finally:
        speak("en")
