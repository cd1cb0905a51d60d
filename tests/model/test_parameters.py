"""Parameters: one way to write each, everything else refused before anything runs."""

import os
import subprocess
import sys
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import nbformat
import numpy as np
import pandas as pd
import pytest

from destock.intake.shop import ROOT
from destock.model.assumptions import assumed
from destock.model.messages import Fault, speak
from destock.model.parameters import day, folder, mapping, number
from destock.pages import open_page
from destock.panel.book import open_book

HOSTILE_NAMES = [
    "mnth",
    "",
    " ",
    "capital_rate ",
    "Capital_Rate",
    "capital-rate",
    "class",
    "lambda",
    "None",
    "x; import os",
    '__import__("os").system("true")',
    "capital_rate = 1; y",
    "capital_rate\n",
    "a\0b",
    "../x",
    "{0.__class__}",
    "капитал",
    "资金",
    "__class__",
    "0",
    "<script>",
    7,
    None,
    ("a",),
    True,
]


@pytest.mark.parametrize(
    "value",
    ["2026-06-07", date(2026, 6, 7), datetime(2026, 6, 7, 23, 59), pd.Timestamp("2026-06-07")],
)
def test_a_day_is_a_day(value):
    assert day(value) == date(2026, 6, 7)


@pytest.mark.parametrize("value", [None, ""])
def test_no_day_is_the_shops_own(value):
    assert day(value) is None


@pytest.mark.parametrize(
    "value",
    [
        "20260607",
        "2026-W23-7",
        "07.06.2026",
        "06/07/2026",
        "2026-02-30",
        "2026-06-07T00:00",
        " 2026-06-07",
        "yesterday",
        "2026-06-07; DROP TABLE x",
        20260607,
        1.5,
        True,
        ["2026-06-07"],
        {"a": 1},
        b"2026-06-07",
        "9999999-01-01",
        "nan",
    ],
)
def test_what_is_no_day_is_refused(value):
    with pytest.raises(Fault, match="is not a date") as fault:
        day(value)
    assert fault.value.exit_code == 2


@pytest.mark.parametrize(
    "value", [0.12, "0.12", "+0.12", ".12", Decimal("0.12").__float__(), np.float64(0.12)]
)
def test_a_number_is_a_number(value):
    assert number(value) == 0.12


@pytest.mark.parametrize(
    "value",
    [
        "1_000",
        "1e2",
        "0x10",
        "１",
        "1,5",
        "1 000",
        "12%",
        "¥1",
        "nan",
        "inf",
        "-Infinity",
        "",
        " 1",
        "1\n",
        "TRUE",
        None,
        True,
        [1],
        {"a": 1},
        b"1",
        date(2026, 1, 1),
        1j,
    ],
)
def test_what_is_no_number_is_refused(value):
    assert np.isnan(number(value))
    with pytest.raises(Fault, match="is not a number") as fault:
        assumed({"capital_rate": value})
    assert fault.value.exit_code == 2


@pytest.mark.parametrize("name", ["ladder_steps", "test_weeks", "baseline_seasons"])
def test_where_parts_make_no_sense_a_part_is_refused(name):
    assert assumed({name: "2"})[name] == 2
    with pytest.raises(Fault, match="not a whole number"):
        assumed({name: "2.5"})


@pytest.mark.parametrize("name", HOSTILE_NAMES, ids=repr)
def test_an_unknown_name_is_refused_with_the_nearest(name):
    with pytest.raises(Fault, match="did you mean") as fault:
        assumed({name: 0.1})
    assert fault.value.exit_code == 2
    assert "\n" not in str(fault.value)


@pytest.mark.parametrize(
    "value", [7, None, True, ["data/sample"], {"a": 1}, "", "a\0b", b"data/sample"]
)
def test_what_is_no_folder_is_refused(value):
    with pytest.raises(Fault, match="is not a folder") as fault:
        folder(value)
    assert fault.value.exit_code == 2


@pytest.mark.parametrize("value", ["capital_rate=0.1", 7, [("capital_rate", 0.1)], True])
def test_settings_are_a_table(value):
    with pytest.raises(Fault, match="settings") as fault:
        mapping(value)
    assert fault.value.exit_code == 2


@pytest.mark.parametrize("value", [7, None, True, ["en"], {"en": 1}, "EN", "fr", "../zh", ""])
def test_a_language_that_is_not_spoken_is_refused(value):
    with pytest.raises(Fault, match="not spoken") as fault:
        speak(value)
    assert fault.value.exit_code == 2


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"shop": 7}, "not a folder"),
        ({"shop": "nowhere"}, "no shop at"),
        ({"as_of": 20260607}, "not a date"),
        ({"as_of": "9999-12-31"}, "more than a year after"),
        ({"as_of": "0001-01-01"}, "nothing happened"),
        ({"lang": 7}, "not spoken"),
        ({"settings": "x"}, "settings"),
        ({"settings": {"captial_rate": 1}}, '"capital_rate"'),
    ],
)
def test_a_notebooks_own_parameters_are_checked(small_shop, wrong, says):
    with pytest.raises(Fault, match=says):
        open_page("intake", **{"shop": small_shop} | wrong)


class TestPlainPapermill:
    """`papermill notebooks/X.ipynb -p …`: what the notebook's own first line can see, it refuses in
    one line.
    """

    def run(self, tmp_path, *arguments):
        target = tmp_path / "out.ipynb"
        command = [
            sys.executable,
            "-m",
            "papermill",
            ROOT / "notebooks" / "01_intake.ipynb",
            target,
            "--no-progress-bar",
            *arguments,
        ]
        ended = subprocess.run(
            [str(part) for part in command],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=120,
            env=os.environ,
        )
        errors = [
            o
            for cell in nbformat.read(target, 4).cells
            for o in cell.get("outputs", [])
            if o.output_type == "error"
        ]
        return ended, errors

    @pytest.mark.parametrize(
        ("arguments", "says"),
        [
            (("-p", "shpo", "data/sample"), 'parameter "shpo" is not known; did you mean "shop"?'),
            (("-p", "shop", "007", "-p", "as_of", "2026-06-07"), 'shop "7" is not a folder'),
            (("-y", "{settings: {captial_rate: .nan}}"), 'did you mean "capital_rate"?'),
        ],
    )
    def test_a_wrong_parameter_is_one_line(self, tmp_path, arguments, says):
        ended, errors = self.run(tmp_path, *arguments)
        assert ended.returncode == 1
        (error,) = errors
        assert error.ename == "Fault"
        (line,) = error.traceback
        assert line.startswith("destock: ")
        assert says in line


def test_a_relative_shop_is_found_from_any_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert open_book("data/sample", "2026-06-07").shop.folder == Path(ROOT, "data", "sample")
