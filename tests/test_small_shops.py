"""Young shops, shops at one price, shops that only took goods back: each gets its pack, and what
cannot be known is said.
"""

from pathlib import Path

import pandas as pd
import pytest
from tests.torture import shops
from tests.torture.small_shops import KINDS, first_of, write

from destock.analysis.classification import draws
from destock.analysis.elasticity import verdict
from destock.model.messages import speak
from destock.pages import Frames
from destock.panel.book import open_book

TWELVE = (
    "young",
    "first day",
    "one cut",
    "price test",
    "large price test",
    "two seasons",
    "no sales so far",
    "only returns",
    "goods of yesterday",
    "wholesale only",
    "snapshot of stock",
    "odd values",
)
YOUNG_SHOP = Path(__file__).parents[2] / "shared" / "data" / "cases" / "young-shop"


@pytest.mark.parametrize("kind", TWELVE)
def test_every_page_its_charts_sentences_and_results(kind, tmp_path, monkeypatch):
    """A warning fails this too. Two draws instead of hundreds: what is drawn is tested
    elsewhere.
    """
    monkeypatch.setattr(draws, "DRAWS", 2)
    try:
        for _, step in shops.in_process(
            write(first_of(kind), tmp_path), ["en", "zh"][TWELVE.index(kind) % 2]
        ):
            step()
    finally:
        speak("en")


def test_a_seed_is_a_shop(tmp_path):
    one, other = (
        {path.name: path.read_bytes() for path in write(7, tmp_path / place).iterdir()}
        for place in ("a", "b")
    )
    assert one == other
    assert {first_of(kind) for kind in KINDS} <= set(range(1, shops.SEEDS + 1))


@pytest.mark.skipif(not YOUNG_SHOP.is_dir(), reason="the case is not on this machine")
def test_the_price_of_a_young_shop_is_not_known_from_its_data():
    book = open_book(YOUNG_SHOP)
    whole = Frames(book)["elasticity"].iloc[0]
    assert whole["verdict"] == "not from these data"
    assert whole["reason"].startswith(verdict.PAID_ONLY)
    assert pd.isna(whole["elasticity"])
