"""A command that a timer starts: from any folder, with nothing in its environment, in any locale
and any time zone.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from destock.model.folders import ROOT

DESTOCK = Path(sys.executable).with_name("destock")
# what the timer gives; a person's terminal gives more
TIMERS = {
    "nothing": {},
    "ascii": {"LC_ALL": "C", "PYTHONUTF8": "0", "TZ": "America/Los_Angeles", "MPLBACKEND": "TkAgg"},
}


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    return shutil.copytree(
        ROOT / "tests" / "shops" / "douyin", tmp_path_factory.mktemp("shops") / "女装"
    )


@pytest.fixture(scope="module", params=TIMERS)
def made(request, shop, tmp_path_factory):
    """What became of a page that was asked for from ``/``, with this environment and nothing
    else.
    """
    folder = tmp_path_factory.mktemp("timer")
    command = [
        DESTOCK,
        "report",
        shop,
        "--as-of",
        "2026-05-31",
        "--only",
        "impact",
        "--lang",
        "zh",
        "--out",
        folder / "包裹",
    ]
    environment = TIMERS[request.param] | {"DESTOCK_CACHE": str(folder / "cache")}
    ended = subprocess.run(
        [os.fsencode(part) for part in command],
        cwd="/",
        env=environment,
        capture_output=True,
        timeout=300,
    )
    return ended, folder / "包裹"


def test_the_page_is_made_wherever_and_however_the_timer_starts_it(made):
    ended, pack = made
    assert (ended.returncode, ended.stderr.decode()) == (0, "")
    assert ended.stdout.decode() == f"{pack / 'index.html'}\n"
    assert "由 destock" in (pack / "impact.html").read_text(encoding="utf-8")


def test_it_is_the_page_that_everybody_gets(made, usual):
    _, pack = made
    for name in ("impact.html", "index.html", "results/findings.csv", "results/value.parquet"):
        assert (pack / name).read_bytes() == usual.setdefault(name, (pack / name).read_bytes()), (
            name
        )


@pytest.fixture(scope="module")
def usual():
    """Files of the first timer's pack, for the others to be compared with."""
    return {}


def test_a_fault_is_said_in_its_own_letters_in_an_ascii_locale():
    environment = TIMERS["ascii"]
    ended = subprocess.run(
        [DESTOCK, "check", os.fsencode("没有"), "--lang", "zh"],
        cwd="/",
        env=environment,
        capture_output=True,
        timeout=60,
    )
    assert ended.returncode == 3
    assert "“/没有”不是店铺" in ended.stderr.decode()
