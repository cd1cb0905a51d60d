"""The last look at a pack before it is put in its place: nothing that runs, nothing of another host, no secret."""

import os
import re
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

from destock.model.messages import Fault, mark

# all that a page is made of: element → its attributes
ELEMENTS = {
    "html": "lang", "head": "", "meta": "charset http-equiv content name", "title": "", "style": "", "body": "", "header": "", "nav": "", "main": "", "footer": "",
    "a": "href aria-current", "h1": "id", "h2": "id", "h3": "id", "p": "class", "ul": "class", "ol": "", "li": "", "div": "class", "pre": "", "code": "", "em": "",
    "strong": "", "br": "", "table": "", "thead": "", "tbody": "", "tr": "", "th": "class", "td": "class data-label", "details": "", "summary": "", "img": "class alt src",
}  # fmt: skip
_SECRET = re.compile(r"secret|token|passw|api_?key|credential", re.IGNORECASE)
_ADDRESS = re.compile(r"\w+://[^/@]*:(?P<password>[^/@]+)@")
_SHORTEST = 8


def inspect(folder: Path, environment: Mapping[str, str] = os.environ) -> None:
    """May this pack be published?

    Raises Fault (5) on an element or attribute that no page of ours has, on a reference that
    leaves the pack, and on the value of an environment variable that is called a secret or is an address with a password.
    """
    pages = {page.name for page in folder.glob("*.html")}
    for page in sorted(folder.glob("*.html")):
        seen = _Page(pages)
        seen.feed(page.read_text(encoding="utf-8"))
        if seen.strange:
            raise Fault(5, mark('{file} would hold "{what}": the pack is not published'), file=page.name, what=seen.strange[0])
    secrets = [(name, value.encode()) for name, value in _secrets(environment) if len(value) >= _SHORTEST]
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        content = path.read_bytes()
        for name, value in secrets:
            if value in content:
                raise Fault(5, mark("{file} would hold the value of {name}: the pack is not published"), file=path.name, name=name)


def _secrets(environment: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name, value in environment.items():
        address = _ADDRESS.match(value)
        if address or _SECRET.search(name):
            yield name, value
        if address:
            yield from ((name, password) for password in (address["password"], unquote(address["password"])))


# attribute → what may stand in it
_VALUES = {"src": "data:image/", "http-equiv": "Content-Security-Policy"}


class _Page(HTMLParser):
    def __init__(self, pages: set[str]):
        super().__init__()
        self.pages, self.strange = pages, []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ELEMENTS:
            self.strange.append(f"<{tag}>")
        for name, value in attrs:
            own = (value in self.pages) if name == "href" else (value or "").startswith(_VALUES.get(name, ""))
            if name not in ELEMENTS.get(tag, "").split() or not own:
                self.strange.append(f"<{tag} {name}={(value or '')[:80]}>")
