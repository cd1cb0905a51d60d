"""Photos of styles on the page: small, of our own making, and only from the shop's folder."""

import base64
import io
import re

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from destock.pages import Frames, open_page
from destock.pages.summary import photographed
from destock.panel.book import open_book
from destock.present.photos import EDGE, photo
from destock.present.tables import table


@pytest.fixture
def picture(tmp_path):
    """A large photo with a comment in it that must not reach a page."""
    path = tmp_path / "dress.jpg"
    Image.fromarray(np.random.default_rng(1).integers(0, 255, (900, 600, 3), dtype=np.uint8)).save(
        path, comment=b"<script>alert(1)</script>"
    )
    return path


def shown(html: str) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(re.search(r"base64,([^\"]+)", html).group(1))))


def test_a_photo_is_small_and_made_anew(picture):
    html = str(photo(str(picture)))
    assert max(shown(html).size) == EDGE
    assert b"script" not in base64.b64decode(re.search(r"base64,([^\"]+)", html).group(1))
    assert html == str(photo(str(picture)))


def test_no_photo_is_a_dash_and_no_picture_is_said(tmp_path):
    assert photo(None) == "–"
    fake = tmp_path / "<b>.jpg"
    fake.write_text("<svg onload=alert(1)>", encoding="utf-8")
    assert "<svg" not in photo(str(fake))
    assert "<b>.jpg" in photo(str(fake))


def test_a_bomb_is_not_opened(tmp_path, monkeypatch):
    path = tmp_path / "bomb.png"
    Image.new("1", (9000, 9000)).save(path)
    assert photo(str(path)) == "picture too large"


def test_the_column_is_there_only_where_a_photo_is(picture):
    rows = pd.DataFrame({"item": ["a", "b"], "photo": [str(picture), None]})
    with_photo, without = (
        table(rows, ["photo", "item"], "CNY"),
        table(rows.assign(photo=None), ["photo", "item"], "CNY"),
    )
    assert with_photo.headings == ("Photo", "Style")
    assert without.headings == ("Style",)
    assert 'class="photo"' in with_photo._repr_html_()


PRODUCTS = (
    "sku,style,name,tag_price,unit_cost,image\n"
    "a,A,<b>Dress</b>,100,40,dress.jpg\n"
    "b,B,Coat,100,40,../outside.jpg\n"
    "c,C,Skirt,100,40,\n"
)
SNAPSHOT = (
    "sku,as_of,on_hand,sold_3m\na,2026-06-07,900,13\nb,2026-06-07,800,13\nc,2026-06-07,700,13\n"
)


def test_a_photo_outside_the_shops_folder_is_not_read(make_shop, picture):
    shop = make_shop({"products": PRODUCTS, "snapshot": SNAPSHOT})
    Image.open(picture).save(shop / "dress.jpg")
    Image.open(picture).save(shop.parent / "outside.jpg")
    top = photographed(Frames(open_book(shop))["actions"], open_book(shop).shop).set_index("item")
    assert top["photo"].notna().to_dict() == {"A": True, "B": False, "C": False}
    page = open_page("summary", shop)
    html = table(page["top"], ["photo", "name", "item"], "CNY")._repr_html_()
    assert html.count("<img") == 1
    assert "<b>" not in html
