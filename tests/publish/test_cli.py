"""The command line: one clear line and an exit code for whatever is wrong, never a traceback."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def destock(*arguments, cwd=ROOT) -> subprocess.CompletedProcess:
    return subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys; from destock.publish.cli import main; sys.exit(main())",
            *map(str, arguments),
        ],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.mark.parametrize("command", ["report", "check", "sample"])
def test_help_shows_an_example(command):
    assert f"example: destock {command}" in " ".join(destock(command, "--help").stdout.split())


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("report", "nowhere"), 3, "no shop at"),
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
        (("nonsense",), 2, "nonsense"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(arguments, code, says):
    ended = destock(*arguments)
    assert ended.returncode == code, ended.stderr
    last = ended.stderr.strip().splitlines()[-1]
    assert says in last
    assert "Traceback" not in ended.stderr


def test_a_fault_is_said_in_the_language_asked_for():
    assert "shop.toml" in (said := destock("check", "nowhere", "--lang", "zh").stderr)
    assert "店铺" in said


def test_check_counts_every_row(small_shop):
    ended = destock("check", small_shop)
    assert ended.returncode == 0, ended.stderr
    assert "order_lines (order_lines.parquet, read as parquet):" in ended.stdout


def test_sample_is_the_same_for_the_same_seed(tmp_path):
    for name in ("a", "b"):
        assert destock("sample", tmp_path / name, "--seed", "3", "--styles", "60").returncode == 0
    files = sorted(p.name for p in (tmp_path / "a").iterdir())
    assert "shop.toml" in files
    assert all(
        (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
        for name in files
    )
