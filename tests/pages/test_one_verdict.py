"""One decision a style: no page tells it another thing. The small shops of ``test_small_shops`` are
held against the same.
"""

import pandas as pd
import pytest
from tests.torture.one_verdict import shown_frames, silent_columns, two_verdicts

from destock.model.folders import ROOT
from destock.pages import Frames
from destock.panel.book import open_book

SHOPS = ("first", "snapshot", "douyin")


def test_the_pages_of_the_sample_tell_each_style_one_thing(small_shop):
    book = open_book(small_shop)
    assert two_verdicts(book) == []
    assert {"to_do", "top", "open_orders", "grades_told", "style_decisions"} <= set(shown_frames())
    assert Frames(book)["decisions"]["decision"].nunique() > 3


@pytest.mark.parametrize("shop", SHOPS)
def test_so_do_those_of_other_shops(shop):
    assert two_verdicts(open_book(ROOT / "tests" / "shops" / shop)) == []


def test_a_second_verdict_would_be_seen(small_shop, monkeypatch):
    book = open_book(small_shop)
    decided = Frames(book)["decisions"]
    kept = decided.loc[decided["decision"] == "keep selling", "item"].iloc[0]
    wrong = pd.DataFrame({"item": [kept], "verb": ["sell to a jobber"]})
    known = Frames.__getitem__
    monkeypatch.setattr(
        Frames, "__getitem__", lambda self, name: wrong if name == "top" else known(self, name)
    )
    assert [line for line in two_verdicts(book) if line.startswith("top.verb")]


def test_nothing_else_is_written_as_a_decision():
    assert silent_columns() == set()
