"""Every text of the shop, in every place where a page shows one: none becomes an element or an
attribute.
"""

from datetime import date
from html.parser import HTMLParser

import pytest
from tests.hostile import PAYLOADS, PLACES, page_of

from destock.publish.inspection import ELEMENTS


class Structure(HTMLParser):
    """Elements in their order with the names of their attributes, and where each one ends."""

    def __init__(self, source):
        super().__init__()
        self.seen, self.text = [], []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, tuple(name for name, _ in attrs)))

    def handle_endtag(self, tag):
        self.seen.append(f"/{tag}")

    def handle_comment(self, data):
        self.seen.append("comment")

    def handle_data(self, data):
        self.text.append(data)


@pytest.fixture(scope="module")
def plain():
    return Structure(page_of("plain", date(2026, 6, 7)))


def test_there_are_500_pairs_of_payload_and_place():
    assert len(PAYLOADS) * len(PLACES) >= 500


@pytest.mark.parametrize("payload", PAYLOADS, ids=range(len(PAYLOADS)))
def test_no_text_becomes_an_element_or_an_attribute(plain, payload):
    seen = Structure(page_of(payload, date(2026, 6, 7)))
    assert seen.seen == plain.seen
    assert {tag for tag, _ in filter(lambda part: isinstance(part, tuple), seen.seen)} <= set(
        ELEMENTS
    )


def test_each_place_shows_its_text():
    """None of the places above is one where the payload was never written."""
    shown = "".join(Structure(page_of("NEEDLE", date(2026, 6, 7))).text)
    assert shown.count("NEEDLE") >= len(PLACES)
