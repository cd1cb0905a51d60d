"""Where a pack goes: no name leaves its folder, and nothing but a pack is ever replaced."""

from datetime import date
from pathlib import Path

import pytest

from destock.intake.shop import ROOT
from destock.model.messages import Fault
from destock.publish.naming import pack_place, shop_number, shop_slug, slug

DAY = date(2026, 6, 7)
BAD = [
    "../escaped",
    "..",
    ".",
    "",
    "/etc/passwd",
    "a/b",
    "a\\b",
    "C:\\x",
    "con",
    "NUL.txt",
    "a\0b",
    "a\nb",
    " x ",
    "x.",
    "~root",
    "$HOME",
    "{0.__class__}",
    "<img src=x onerror=alert(1)>",
    "a" * 300,
    "\u202egpj.exe",
    "-rf",
    ".hidden",
    "a:b",
    "a*?b",
    "%2e%2e",
    "女装/店",
]


@pytest.mark.parametrize("name", BAD)
def test_a_name_stays_in_its_folder(name):
    made = slug(name)
    assert (ROOT / made).resolve().parent == ROOT
    assert 0 < len(made) <= 81
    assert all(c.isalnum() or c in "._-" for c in made)
    assert not made.startswith((".", "-"))
    assert made.split(".")[0].lower() not in ("con", "nul", "prn", "aux")


@pytest.mark.parametrize("name", ["sample", "女装店", "shop_2.eu", "Ünïcode-1"])
def test_a_good_name_stays_as_it_is(name):
    assert slug(name) == name


def test_a_pack_goes_to_reports_under_shop_day_and_language():
    assert (
        pack_place(Path("/shops/女装 店"), DAY, ["pacing"], None)
        == ROOT / "reports" / "女装-店-2026-06-07-en-pacing"
    )


def test_an_old_pack_and_an_empty_folder_may_be_replaced(tmp_path):
    assert pack_place(tmp_path, DAY, [], tmp_path) == tmp_path
    for name in ("index.html", "run.json", "pacing.html"):
        (tmp_path / name).write_text("")
    (tmp_path / "results").mkdir()
    assert pack_place(tmp_path, DAY, [], tmp_path / "x" / "..") == tmp_path


@pytest.mark.parametrize(
    "names",
    [
        ["shop.toml"],
        ["index.html", "shop.toml"],
        ["results"],
        ["index.html", "holiday.jpg"],
        [".git"],
    ],
)
def test_a_folder_that_holds_something_else_is_never_replaced(tmp_path, names):
    for name in names:
        (tmp_path / name).write_text("")
    with pytest.raises(Fault, match="something other than a pack") as fault:
        pack_place(tmp_path, DAY, [], tmp_path)
    assert fault.value.exit_code == 5


def test_a_file_is_no_place_for_a_pack(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(Fault, match="something other than a pack"):
        pack_place(tmp_path, DAY, [], tmp_path / "file")


def test_a_shop_is_known_by_where_it_lies_however_it_is_named(tmp_path):
    for name in ("a/shop", "b/shop"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "a" / "shop")
    one = shop_number(tmp_path / "a" / "shop")
    assert (
        one == shop_number(tmp_path / "link") == shop_number(tmp_path / "a" / "shop" / "shop.toml")
    )
    assert (
        len(
            {
                one,
                shop_number(tmp_path / "b" / "shop"),
                shop_number(tmp_path / "a" / "shop" / "other.toml"),
            }
        )
        == 3
    )
    assert str(tmp_path) not in one
    assert (
        shop_slug(tmp_path / "a" / "shop")
        == shop_slug(tmp_path / "b" / "shop" / "shop.toml")
        == "shop"
    )
