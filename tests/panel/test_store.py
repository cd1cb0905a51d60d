"""What is kept mends itself, and never gives another answer than there would be without it."""

import json
import os
import shutil
import time
from datetime import date

import pandas as pd
import pytest

from destock import engine
from destock.intake import inputs
from destock.intake.inputs import refuse_changed
from destock.model.folders import BELONGS
from destock.model.messages import Fault
from destock.panel import panel, store
from destock.panel.book import open_book

LINES = (
    "order_id,line_id,sku,ordered_at,units,kind,customer_paid\n"
    "1,1,A,2026-06-02,1,sale,10\n"
    "2,1,A,2026-06-05,2,sale,20\n"
)
KEY = "k"


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("DESTOCK_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def shop(make_shop):
    return make_shop({"products": "sku\nA\n", "order_lines": LINES})


@pytest.fixture
def clock(tmp_path, monkeypatch):
    """``clock("2026-06-07")``: from here on a command runs that was started on that day."""

    def set_to(day):
        folder = tmp_path / f"command-{time.monotonic_ns()}"
        folder.mkdir()
        (folder / "today.json").write_text(json.dumps(day))
        monkeypatch.setenv(BELONGS, str(folder))

    return set_to


def kept(folder, name="frame", units=1.0):
    path = folder / f"{name}.parquet"
    store.keep(path, KEY, lambda part: engine.save(pd.DataFrame({"units": [units]}), part))
    return path


def swapped(path, folder):
    path.write_bytes(kept(folder, "other", 2.0).read_bytes())


def with_seal(path, folder):
    """All of another frame, its seal too."""
    other = kept(folder, "other", 2.0)
    for one in (other, other.with_name(f"{other.name}.seal")):
        shutil.copy(one, folder / one.name.replace("other", "frame"))


def a_folder(path, folder):
    path.unlink()
    path.mkdir()


def dangling(path, folder):
    path.unlink()
    path.symlink_to(folder / "nowhere")


DAMAGE = {
    "cut off": lambda path, folder: os.truncate(path, path.stat().st_size // 2),
    "empty": lambda path, folder: os.truncate(path, 0),
    "longer": lambda path, folder: path.write_bytes(path.read_bytes() + b"x"),
    "one byte": lambda path, folder: path.write_bytes(
        path.read_bytes().replace(b"units", b"Units")
    ),
    "gone": lambda path, folder: path.unlink(),
    "something else": lambda path, folder: path.write_text("something else"),
    "another frame": swapped,
    "another frame and its seal": with_seal,
    "a folder": a_folder,
    "a link to nothing": dangling,
    "no seal": lambda path, folder: path.with_name("frame.parquet.seal").unlink(),
    "an empty seal": lambda path, folder: os.truncate(path.with_name("frame.parquet.seal"), 0),
    "a seal that is no text": (
        lambda path, folder: path.with_name("frame.parquet.seal").write_bytes(b"\xff\xfe")
    ),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_frame_is_none(tmp_path, damage):
    path = kept(tmp_path)
    assert store.read(path, KEY)["units"].tolist() == [1.0]
    DAMAGE[damage](path, tmp_path)
    assert store.read(path, KEY) is None


def test_a_frame_of_another_place_is_none(tmp_path):
    assert store.read(kept(tmp_path), "another key") is None


def test_a_large_frame_is_hashed_once_by_a_command(tmp_path, monkeypatch, clock):
    monkeypatch.setattr(engine, "SMALL", 0)
    path = kept(tmp_path)
    clock("2026-06-07")
    for _ in range(2):
        store._digest.cache_clear()  # as in another process
        assert store.is_whole(path, KEY)
    hashed = list(tmp_path.glob("command-*/frame-*.json"))
    assert len(hashed) == 1
    hashed[0].write_text('"not hashed again"')
    store._digest.cache_clear()
    assert not store.is_whole(path, KEY)


WHOLE = {
    "half of its frames": lambda folder: [path.unlink() for path in sorted(folder.iterdir())[::2]],
    "all frames empty": lambda folder: [os.truncate(path, 0) for path in folder.glob("*.parquet")],
    "a file": lambda folder: shutil.rmtree(folder) or folder.write_text(""),
    "folders": lambda folder: [path.unlink() or path.mkdir() for path in list(folder.iterdir())],
}


def test_a_damaged_panel_is_built_again(shop, cache):
    def found():
        book = open_book(shop, "2026-06-07")
        return {name: book.panel(name).to_csv() for name in ("sku_week", "item_now", "rejects")}

    right = found()
    for name, damage in WHOLE.items():
        damage(open_book(shop, "2026-06-07").folder)
        assert found() == right, name
    assert list(cache.glob("building-*[0-9a-f]")) == []


def test_a_damaged_result_is_computed_again_and_others_stay(shop, cache):
    book, computed = open_book(shop, "2026-06-07"), []

    def kept(name):
        def compute():
            computed.append(name)
            return {name: pd.DataFrame({"x": [name]})}

        return book.kept((name,), compute, {})[name]["x"].tolist()

    for name in ("one", "two", "one", "two"):
        kept(name)
    next(book.folder.glob("*-one.parquet")).write_text("")
    os.truncate(book.folder / "run.parquet", 9)
    assert [kept(name) for name in ("one", "two")] == [["one"], ["two"]]
    assert computed == ["one", "two", "one"]


@pytest.mark.parametrize(
    "content", ["", "2020-01-01", "no day", '{"day": "2020-01-01", "noted": "2026-11-28"}', "\0"]
)
def test_a_damaged_day_is_found_again(shop, cache, content):
    assert open_book(shop).as_of == date(2026, 6, 5)
    next(cache.glob("*.day")).write_text(content)
    assert open_book(shop).as_of == date(2026, 6, 5)


def test_a_frame_that_cannot_be_kept_names_its_folder(shop, cache, monkeypatch):
    book = open_book(shop, "2026-06-07")
    # a disk that gives back something else each time
    monkeypatch.setattr(store, "read", lambda path, key: None)
    with pytest.raises(Fault, match=r"damaged again.* Remove") as caught:
        book.panel("run")
    assert (caught.value.exit_code, str(book.folder) in str(caught.value)) == (5, True)


def test_a_slow_clock_spoils_nothing_for_later_runs(shop, cache, clock):
    clock("2020-01-01")
    with pytest.raises(Fault, match="no row can be used"):
        open_book(shop)
    # by that clock the fifth is not yet
    assert len(open_book(shop, "2026-06-02").panel("rejects")) == 1
    clock("2026-06-07")
    assert len(open_book(shop, "2026-06-02").panel("rejects")) == 0
    assert open_book(shop).as_of == date(2026, 6, 5)


def test_a_day_that_a_slow_clock_noted_is_found_again(shop, cache, clock):
    clock("2026-06-03")
    assert open_book(shop).as_of == date(2026, 6, 2)
    clock("2026-06-08")
    open_book(shop, "2026-06-02").panel("run")  # in which nothing lies ahead any more
    assert open_book(shop).as_of == date(2026, 6, 5)
    open_book(shop).panel("run")
    clock("2026-06-03")
    assert open_book(shop).as_of == date(2026, 6, 2)


def test_a_fast_clock_spoils_nothing_for_later_runs(make_shop, cache, clock):
    shop = make_shop({"products": "sku\nA\n", "order_lines": LINES + "3,1,A,2028-01-01,1,sale,9\n"})
    clock("2028-06-01")
    assert len(open_book(shop, "2026-06-05").panel("rejects")) == 0
    clock("2026-06-07")
    assert len(open_book(shop, "2026-06-05").panel("rejects")) == 1


def test_nothing_is_read_again_on_another_day_for_which_that_day_is_nothing(shop, cache, clock):
    clock("2026-06-07")
    book = open_book(shop)
    book.panel("run")
    files = {
        path: path.stat().st_mtime_ns
        for path in cache.rglob("*")
        if path.is_file() and path.suffix != ".lock"
    }
    clock("2026-07-07")
    again = open_book(shop)
    again.panel("run")
    assert again.folder == book.folder
    assert {path: path.stat().st_mtime_ns for path in files} == files


@pytest.fixture
def readings(monkeypatch):
    """The days by which things have happened, of each time that the shop's files were read."""
    days, load = [], panel.load
    monkeypatch.setattr(
        panel, "load", lambda con, shop, today: days.append(today) or load(con, shop, today)
    )
    return days


def test_the_files_are_read_once_though_nobody_names_the_day(shop, cache, clock, readings):
    clock("2026-06-07")
    assert open_book(shop).panel("run")["as_of"].item() == pd.Timestamp("2026-06-05")
    open_book(shop, "2026-06-05").panel("sku_week")
    assert readings == [date(2026, 6, 7)]


def test_each_input_is_hashed_once_by_a_command(shop, cache, clock, monkeypatch):
    hashed, digest = [], inputs.sha256
    # files written a moment ago are looked at again, whatever their times say
    monkeypatch.setattr(inputs, "SETTLED", -1)
    monkeypatch.setattr(inputs, "sha256", lambda path: hashed.append(path.name) or digest(path))
    clock("2026-06-07")
    for _ in range(3):  # the pack's opening, its pages, its results
        book = open_book(shop)
        book.panel("sku_week")
    refuse_changed(book.first, book.shop.inputs)
    assert sorted(set(hashed)) == sorted(hashed) == ["order_lines.csv", "products.csv"]


def test_a_day_that_is_tomorrow_has_a_tomorrow_of_its_own(make_shop, cache, clock, readings):
    """In the shop's zone it may be tomorrow already: what happens on the day after that day is none
    of the future then.
    """
    shop = make_shop({"products": "sku\nA\n", "order_lines": LINES + "3,1,A,2026-06-06,1,sale,9\n"})
    clock("2026-06-04")
    book = open_book(shop)
    assert (book.as_of, len(book.panel("rejects")), readings) == (
        date(2026, 6, 5),
        0,
        [date(2026, 6, 4), date(2026, 6, 5)],
    )
    assert book.panel("later")["later_rows"].tolist() == [1]


def test_what_changes_after_a_book_was_opened_is_not_built_into_its_panel(shop, cache):
    book = open_book(shop, "2026-06-07")
    (shop / "order_lines.csv").write_text(LINES.replace("sale,20", "sale,30"))
    with pytest.raises(Fault, match=r"order_lines\.csv changed while") as caught:
        book.panel("run")
    assert caught.value.exit_code == 5
    assert [path.name for path in cache.iterdir() if path.is_dir()] == []
    assert open_book(shop, "2026-06-07").panel("sku_week")["paid_value"].sum() == 40


def test_half_of_an_export_is_said_to_have_changed_whatever_is_wrong_with_it(shop, cache):
    book = open_book(shop, "2026-06-07")
    (shop / "order_lines.csv").write_text(LINES[:80])
    with pytest.raises(Fault, match="changed while"):
        book.panel("run")
    (shop / "order_lines.csv").unlink()
    with pytest.raises(Fault, match="changed while"):
        book.panel("run")


def test_what_is_kept_is_for_its_owner_alone_unless_asked(shop, cache, monkeypatch):
    modes = []
    for asked in ("", "1"):
        shutil.rmtree(cache, ignore_errors=True)
        monkeypatch.setenv("DESTOCK_SHARED", asked)
        open_book(shop, "2026-06-07").panel("run")
        modes.append(
            [path.stat().st_mode & 0o077 for path in (cache, open_book(shop, "2026-06-07").folder)]
        )
    os.umask(umask := os.umask(0))
    assert modes == [[0, 0], [0o077 & ~umask] * 2]
