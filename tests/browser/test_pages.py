"""Pages in a real browser with the network off: they open whole, fit a phone, and run nothing.
`make test-browser`.
"""

import functools
import html
import re

import pytest
from tests.browser.chromium import chromium

from destock.model.notebooks import in_pack
from destock.publish.cli import main

# measures the page from outside: how wide it wants to be, and whether every picture could be drawn
PROBE = """<script>addEventListener("load", () => setTimeout(() => {
  const page = document.getElementById("page").contentDocument,
    wide = page.documentElement.scrollWidth;
  const broken = [...page.images].filter(i => !i.naturalWidth).length;
  document.title = `wide=${wide} broken=${broken} images=${page.images.length}`;
}, 500))</script>
<iframe id="page" style="width:390px;height:844px;border:0" srcdoc="%s"></iframe>"""


@pytest.fixture(scope="module")
def pack(small_shop, tmp_path_factory):
    pack = tmp_path_factory.mktemp("pack") / "pack"
    assert main(["report", str(small_shop), "--out", str(pack)]) == 0
    return pack


@functools.cache
def dom(path, profile) -> str:
    return chromium(profile, "--dump-dom", f"file://{path}")


PAGES = ["index", *in_pack()]


@pytest.mark.parametrize("name", PAGES)
def test_a_page_opens_whole_and_runs_nothing(pack, tmp_path_factory, name):
    seen = dom(pack / f"{name}.html", tmp_path_factory.getbasetemp() / "profile")
    assert "<h1" in seen
    assert "</footer>" in seen
    assert "<script" not in seen


@pytest.mark.parametrize("name", PAGES)
def test_a_page_fits_a_phone_and_draws_every_picture(pack, tmp_path, name):
    source = (pack / f"{name}.html").read_text(encoding="utf-8")
    (tmp_path / "probe.html").write_text(PROBE % html.escape(source), encoding="utf-8")
    title = re.search(
        r"<title>wide=(\d+) broken=(\d+) images=(\d+)",
        chromium(tmp_path / "profile", "--dump-dom", f"file://{tmp_path}/probe.html"),
    )
    assert title, "the page was not measured"
    wide, broken, images = map(int, title.groups())
    assert wide <= 390
    assert broken == 0
    assert images == source.count("<img ")
