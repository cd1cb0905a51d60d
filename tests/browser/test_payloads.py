"""Hostile texts in a real browser with the network off: they stay texts, with and without the
page's own policy.
"""

import html
import json
import re
from datetime import date

import pytest
from tests.browser.chromium import chromium
from tests.hostile import PAYLOADS, PLACES, hostile_shop, page_of, positions

from destock.model.notebooks import in_pack
from destock.publish.cli import main

PAGES = ["index", *in_pack()]
POLICY = re.compile(r"<meta [^>]*Content-Security-Policy[^>]*>")
# what a script of the page would call
SPY = "<script>alert = () => { parent.called += 1 }</script>"
PROBE = """<!DOCTYPE html><meta charset="utf-8"><script>called = 0;
addEventListener("load", () => setTimeout(() => {
  const part = e => e.tagName + " " + [...e.attributes].map(a => a.name).join(" ");
  const pages = [...document.querySelectorAll("iframe")].map(
    f => [...f.contentDocument.querySelectorAll("*")].map(part));
  document.getElementById("seen").textContent = JSON.stringify({ called, pages });
}, 1000))</script><pre id="seen"></pre>"""


def seen(folder, *sources) -> dict:
    """What the browser makes of pages: the elements with their attributes, and how often one of
    them called ``alert``.
    """
    frames = [f'<iframe srcdoc="{html.escape(source)}"></iframe>' for source in sources]
    probe = folder / "probe.html"
    probe.write_text(PROBE + "".join(frames), encoding="utf-8")
    found = re.search(
        r'<pre id="seen">(.*?)</pre>',
        chromium(folder / "profile", "--dump-dom", f"file://{probe}"),
        re.DOTALL,
    )
    return json.loads(html.unescape(found[1]))


def unprotected(source: str) -> str:
    """The page without its policy, spied on from its first line."""
    bare, policies = POLICY.subn("", source)
    assert policies == 1
    return bare.replace("<head>", f"<head>{SPY}", 1)


@pytest.fixture(scope="module")
def packs(tmp_path_factory):
    """The pack of the hostile shop, and that of its twin."""
    folder = tmp_path_factory.mktemp("hostile")
    made = []
    for name in ("payloads", "plain"):
        shop = hostile_shop(folder / name, name == "payloads")
        made.append(folder / f"pack-{name}")
        assert main(["report", str(shop), "--out", str(made[-1])]) == 0
    assert positions(folder / "payloads") >= 500
    return made


@pytest.mark.parametrize("name", PAGES)
def test_a_page_of_payloads_has_the_elements_of_its_twin(packs, tmp_path, name):
    hostile, plain = ((pack / f"{name}.html").read_text(encoding="utf-8") for pack in packs)
    assert "alert(1)" in html.unescape(hostile)
    found = seen(tmp_path, unprotected(hostile), unprotected(plain), hostile)
    assert found["called"] == 0
    assert len(found["pages"][0]) > 20
    assert found["pages"][0] == found["pages"][1]
    assert len(found["pages"][2]) == len(found["pages"][0])  # a policy for a spy


def test_every_payload_in_every_place_stays_a_text(tmp_path):
    assert len(PAYLOADS) * len(PLACES) >= 500
    day = date(2026, 6, 7)
    found = seen(tmp_path, *(unprotected(page_of(text, day)) for text in ("plain", *PAYLOADS)))
    assert found["called"] == 0
    plain, *hostile = found["pages"]
    assert [payload for payload, page in zip(PAYLOADS, hostile, strict=True) if page != plain] == []


@pytest.mark.parametrize(
    "raw", ["<img src=x onerror=alert(1)>", "<script>alert(1)</script>", "<svg onload=alert(1)>"]
)
def test_a_payload_that_was_not_escaped_would_be_noticed_and_the_policy_would_still_stop_it(
    tmp_path, raw
):
    page = page_of("NEEDLE", date(2026, 6, 7))
    broken = page.replace('<p class="finding">', f'<p class="finding">{raw}', 1)
    assert seen(tmp_path, unprotected(broken))["called"] == 1
    # before the policy, so that it spies
    found = seen(tmp_path, broken.replace("<head>", f"<head>{SPY}", 1))
    assert found["called"] == 0
    assert found["pages"][0] != seen(tmp_path, unprotected(page))["pages"][0]


def test_the_policy_lets_our_own_style_through_and_no_other(tmp_path):
    """Ours makes the menu flexible; that of a text would hide the page."""
    page = page_of("x", date(2026, 6, 7)).replace(
        "<main>", "<main><style>main { display: none }</style>", 1
    )
    probe = tmp_path / "probe.html"
    script = """<script>addEventListener("load", () => setTimeout(() => {
    const d = document.querySelector("iframe").contentDocument;
      const of = (e, what) => getComputedStyle(d.querySelector(e))[what];
      document.title = of("main", "display") + " " + of("nav", "display"); }, 500))</script>"""
    probe.write_text(f'{script}<iframe srcdoc="{html.escape(page)}"></iframe>', encoding="utf-8")
    assert "<title>block flex</title>" in chromium(
        tmp_path / "profile", "--dump-dom", f"file://{probe}"
    )
