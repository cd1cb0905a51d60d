"""The inputs of a command are of one moment: hashed once, the same for all its processes, and
looked at again at the end.
"""

import os
import time
from pathlib import Path

import pytest

from destock.intake.inputs import refuse_changed
from destock.intake.shop import open_shop
from destock.model.folders import BELONGS
from destock.model.messages import Fault

LINES = "order_id,sku,ordered_at,units,kind,customer_paid\n1,A,2026-06-01,1,sale,10\n"


@pytest.fixture
def shop(make_shop):
    return make_shop(
        {"products": "sku\nA\n", "order_lines/1.csv": LINES, "order_lines/2.csv": LINES},
        name="First",
    )


@pytest.fixture
def command(tmp_path, monkeypatch):
    """From here on this process is one of a command's."""
    monkeypatch.setenv(BELONGS, str(tmp_path))


def settled(first: dict) -> dict:
    """As if all of it had been written long before it was read: not a moment ago, as a test's files
    are.
    """
    time.sleep(0.02)  # a file system's times are no finer than this
    return {name: one._replace(settled=True) for name, one in first.items()}


def rewritten(path: Path, content: str, ns: int | None = None) -> None:
    before = path.stat()
    path.write_text(content, encoding="utf-8")
    os.utime(path, ns=(before.st_atime_ns, ns or before.st_mtime_ns))


def replaced(path: Path, content: str) -> None:
    path.with_suffix(".new").write_text(content, encoding="utf-8")
    path.with_suffix(".new").rename(path)


CHANGES = {
    "longer": ("order_lines/2.csv", lambda shop: rewritten(shop / "order_lines/2.csv", LINES * 2)),
    "as long": (
        "order_lines/2.csv",
        lambda shop: rewritten(shop / "order_lines/2.csv", LINES.replace("10", "11"), 10**18),
    ),
    "as long, at the same time": (
        "order_lines/2.csv",
        lambda shop: rewritten(shop / "order_lines/2.csv", LINES.replace("10", "11")),
    ),
    "another file of its name": (
        "products.csv",
        lambda shop: replaced(shop / "products.csv", "sku\nB\n"),
    ),
    "gone": ("products.csv", lambda shop: (shop / "products.csv").unlink()),
    "a folder": (
        "products.csv",
        lambda shop: (shop / "products.csv").unlink() or (shop / "products.csv").mkdir(),
    ),
    "one more export": (
        "order_lines/3.csv",
        lambda shop: (shop / "order_lines/3.csv").write_text(LINES),
    ),
    "one export less": ("order_lines/1.csv", lambda shop: (shop / "order_lines/1.csv").unlink()),
    "shop.toml": (
        "shop.toml",
        lambda shop: rewritten(
            shop / "shop.toml", (shop / "shop.toml").read_text().replace("First", "Other")
        ),
    ),
}


@pytest.mark.parametrize("long_ago", [True, False])
@pytest.mark.parametrize("change", CHANGES)
def test_what_changed_is_named(shop, change, long_ago):
    name, make = CHANGES[change]
    opened = open_shop(shop)
    first = settled(opened.first_seen()) if long_ago else opened.first_seen()
    refuse_changed(first, opened.inputs)
    make(shop)
    with pytest.raises(Fault, match=name) as caught:
        refuse_changed(first, opened.inputs)
    assert caught.value.exit_code == 5


def test_what_holds_the_same_bytes_did_not_change(shop):
    opened = open_shop(shop)
    first = opened.first_seen()
    replaced(shop / "products.csv", "sku\nA\n")
    (shop / "order_lines/1.csv").touch()
    refuse_changed(first, opened.inputs)


def test_what_has_not_been_touched_is_not_hashed_again(shop):
    opened = open_shop(shop)
    first = {
        name: one._replace(sha256="not its own")
        for name, one in settled(opened.first_seen()).items()
    }
    refuse_changed(first, opened.inputs)
    with pytest.raises(Fault, match="changed"):  # so it would be found
        refuse_changed(
            {name: one._replace(settled=False) for name, one in first.items()}, opened.inputs
        )


def test_all_processes_of_a_command_see_what_the_first_one_saw(shop, command):
    before = open_shop(shop)
    prints = before.fingerprint()
    (shop / "shop.toml").write_text((shop / "shop.toml").read_text().replace("First", "Other"))
    (shop / "products.csv").unlink()  # nobody hashes it again
    (shop / "order_lines/3.csv").write_text(LINES)
    again = open_shop(shop / "shop.toml")
    assert (again.name, again.fingerprint()) == ("First", prints)


def test_two_shops_of_one_command_are_two(make_shop, command):
    one, other = (
        open_shop(make_shop({"products": f"sku\n{sku}\n", "order_lines": LINES}, name=sku))
        for sku in "AB"
    )
    assert (one.name, other.name) == ("A", "B")
    assert one.fingerprint()["products.csv"] != other.fingerprint()["products.csv"]


def test_a_process_alone_sees_what_there_is_now(shop):
    before = open_shop(shop).fingerprint()
    (shop / "shop.toml").write_text((shop / "shop.toml").read_text().replace("First", "Other"))
    after = open_shop(shop)
    assert (after.name, after.fingerprint() == before) == ("Other", False)


def test_the_hash_of_a_shop_toml_is_that_of_the_text_that_was_read(shop):
    before = open_shop(shop).fingerprint()["shop.toml"]
    opened = open_shop(shop)
    (shop / "shop.toml").write_text("nothing")
    assert opened.fingerprint()["shop.toml"] == before


def test_a_shop_toml_may_begin_with_a_byte_order_mark(shop):
    (shop / "shop.toml").write_bytes(b"\xef\xbb\xbf" + (shop / "shop.toml").read_bytes())
    assert open_shop(shop).name == "First"


def test_a_shop_toml_in_another_encoding_is_told_to_be_saved_in_utf_8(shop):
    (shop / "shop.toml").write_bytes('name = "连衣裙"'.encode("gbk"))
    with pytest.raises(Fault, match="save it as UTF-8") as caught:
        open_shop(shop)
    assert caught.value.exit_code == 3
