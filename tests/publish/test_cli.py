"""The command line: one clear line and an exit code for whatever is wrong, never a traceback."""

import subprocess
import sys

import pytest

from destock.model.folders import ROOT
from destock.model.messages import speak
from destock.publish.cli import main

WRONG = [
    (("report", "nowhere"), 3, "no shop at"),
    (("nonsense",), 2, "nonsense"),
    (("report", "data/sample", "--as-of", "07/06/2026"), 2, "as-of"),
    (("report", "data/sample", "--only", "pacin"), 2, "pacin"),
    (("report", "data/sample", "--set", "captial_rate=0.1"), 2, "capital_rate"),
    (("report", "data/sample", "--set", "capital_rate"), 2, "NAME=VALUE"),
    (
        ("report", "data/sample", "--set", "capital_rate=0.1", "capital_rate=0.2"),
        2,
        "capital_rate=0.2",
    ),
    (("report", "data/sample", "--set", "capital_rate=lots"), 2, "lots"),
    (("report", "data/sample", "--lang", "fr"), 2, "fr"),
    (("check", "nowhere"), 3, "no shop at"),
]


@pytest.fixture
def destock(capsys):
    """``destock("check", "nowhere")``: the exit code of a command, what it prints, and what it says
    is wrong.
    """

    def run(*arguments):
        try:
            code = main([*map(str, arguments)])
        except SystemExit as ended:
            code = ended.code
        return code, *capsys.readouterr()

    yield run
    speak("en")


def started(*arguments) -> subprocess.CompletedProcess:
    """The same as a process of its own."""
    command = "import sys; from destock.publish.cli import main; sys.exit(main())"
    return subprocess.run(
        [sys.executable, "-c", command, *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.mark.parametrize("command", ["report", "check", "sample"])
def test_help_shows_an_example(destock, command):
    assert f"example: destock {command}" in " ".join(destock(command, "--help")[1].split())


def is_said(code, stderr, wanted, says):
    assert code == wanted, stderr
    last = stderr.strip().splitlines()[-1]
    assert says in last
    assert "Traceback" not in stderr


@pytest.mark.parametrize(("arguments", "code", "says"), WRONG)
def test_what_is_wrong_is_said_in_one_line(destock, arguments, code, says):
    ended, _, stderr = destock(*arguments)
    is_said(ended, stderr, code, says)


@pytest.mark.parametrize(("arguments", "code", "says"), WRONG[:2])
def test_so_does_a_process(arguments, code, says):
    ended = started(*arguments)
    is_said(ended.returncode, ended.stderr, code, says)


def test_a_fault_is_said_in_the_language_asked_for(destock):
    assert "shop.toml" in (said := destock("check", "nowhere", "--lang", "zh")[2])
    assert "店铺" in said


def test_check_counts_every_row(small_shop):
    ended = started("check", small_shop)
    assert ended.returncode == 0, ended.stderr
    assert "order_lines (order_lines.parquet, read as parquet):" in ended.stdout


def test_sample_is_the_same_for_the_same_seed(tmp_path):
    # whatever a process calls the hash of a text
    for name in ("a", "b"):
        assert started("sample", tmp_path / name, "--seed", "3", "--styles", "60").returncode == 0
    files = sorted(p.name for p in (tmp_path / "a").iterdir())
    assert "shop.toml" in files
    assert all(
        (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
        for name in files
    )
