"""Photos of styles, small enough for a page: read, checked, made again."""

import base64
import io
from pathlib import Path

from markupsafe import Markup
from PIL import Image, UnidentifiedImageError

from destock.model.messages import say

EDGE = 96
MOST_PIXELS = 50_000_000
FORMATS = ("JPEG", "PNG", "WEBP")


def photo(path: object) -> str:
    """A style's photo as an image of the page's own, at most 96 pixels wide and high; a dash where
    there is none.

    ``path``: a file of the shop's folder, JPEG, PNG or WebP. Only its pixels reach the page: no
    metadata, no script, no reference. What is no such picture, or larger than 50 million pixels, is
    said.
    """
    if not isinstance(path, str):
        return "–"
    try:
        with Image.open(Path(path), formats=FORMATS) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                return say("picture too large")
            picture.draft("RGB", (EDGE, EDGE))
            small = picture.convert("RGB")
    except (OSError, UnidentifiedImageError, ValueError, Image.DecompressionBombError):
        return say("no picture: {file}", file=Path(path).name)
    small.thumbnail((EDGE, EDGE))
    small.info.clear()  # comments would be written with the pixels
    out = io.BytesIO()
    small.save(out, format="JPEG", quality=80)
    data = base64.b64encode(out.getvalue()).decode()
    return Markup('<img class="photo" alt="" src="data:image/jpeg;base64,{}">').format(data)
