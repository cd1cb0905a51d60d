"""A pack's place holds a whole pack at every moment, whoever is killed when."""

import ctypes
import json
import os
import subprocess
import sys

import pytest
from tests.torture.kills import (
    at_random,
    every_step,
    is_whole,
    killed_at_step,
    leftovers,
    publish_version,
)

from destock.model.messages import Fault
from destock.publish import place as places


def test_killed_before_every_step_the_pack_is_whole_and_the_rest_is_swept(tmp_path):
    place = tmp_path / "pack"
    kills, broken = every_step(place)
    assert (kills > 30, broken) == (True, 0)
    assert leftovers(place) == []


def test_killed_at_random_moments_the_pack_is_whole(tmp_path):
    assert at_random(tmp_path / "pack", kills=30) == (30, 0)


def test_the_last_pack_comes_back_where_two_renames_were_cut_apart(tmp_path, monkeypatch):
    monkeypatch.setattr(places, "_exchanged", lambda one, other: False)
    place, step = tmp_path / "pack", 0
    publish_version(place, 0)
    while killed_at_step(place, step + 1, step):
        with places.beside(place):
            assert is_whole(place), step
        step += 1
    assert step > 30


def test_a_file_system_without_exchange_falls_back_to_two_renames(tmp_path, monkeypatch):
    class Refuses:
        def renameat2(self, *_):
            ctypes.set_errno(22)
            return -1

    monkeypatch.setattr(ctypes, "CDLL", lambda *_, **__: Refuses())
    for version in (1, 2):
        publish_version(tmp_path / "pack", version)
    assert (tmp_path / "pack" / "index.html").read_text().startswith("2 ")
    assert leftovers(tmp_path / "pack") == []


def test_a_second_run_ends_at_once_with_75_and_names_the_first(tmp_path):
    code = (
        "import sys; from pathlib import Path; from destock.publish import place\nwith"
        " place.held(Path(sys.argv[1])): print('held', flush=True); input()"
    )
    command = [sys.executable, "-c", code, tmp_path / "pack"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as first:
        assert first.stdout.readline() == "held\n"
        with (
            pytest.raises(Fault, match=f"process {first.pid} ") as fault,
            places.held(tmp_path / "pack"),
        ):
            pass
        assert fault.value.exit_code == 75
        first.kill()
    with places.held(tmp_path / "pack"):  # the lock of the dead is free
        assert os.getpid()


def test_a_pack_is_for_its_owner_alone_unless_asked(tmp_path, monkeypatch):
    modes = []
    for asked in ("", "1"):
        monkeypatch.setenv("DESTOCK_SHARED", asked)
        publish_version(tmp_path / "pack", 1)
        modes.append((tmp_path / "pack").stat().st_mode & 0o777)
    os.umask(umask := os.umask(0))
    assert modes == [0o700, 0o777 & ~umask]


@pytest.mark.parametrize(
    ("run", "refused"),
    [
        ({"shop_number": "theirs"}, True),
        ({"shop_number": 7}, True),
        ({"shop_number": "ours"}, False),
        ({}, False),
        ([], False),
    ],
)
def test_the_pack_of_another_shop_is_not_replaced(tmp_path, run, refused):
    (tmp_path / "run.json").write_text(json.dumps(run))
    if not refused:
        return places.refuse_other_shops(tmp_path, "ours")
    with pytest.raises(Fault, match=r"another shop of this name.*--out.*--force") as fault:
        places.refuse_other_shops(tmp_path, "ours")
    assert fault.value.exit_code == 2


def test_a_place_that_another_shop_is_being_made_in_is_its_own(tmp_path):
    code = (
        "import sys; from pathlib import Path; from destock.publish import place\nwith"
        " place.held(Path(sys.argv[1]), 'theirs'): print('held', flush=True); input()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, tmp_path / "pack"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as first:
        assert first.stdout.readline() == "held\n"
        for shop, code in (("ours", 2), ("theirs", 75)):
            with pytest.raises(Fault) as fault, places.held(tmp_path / "pack", shop):
                pass
            assert fault.value.exit_code == code
        first.kill()
