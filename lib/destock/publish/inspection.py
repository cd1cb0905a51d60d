"""The last look at a pack before it is put in its place: nothing that runs, nothing of another
host, no secret.
"""

import json
import os
import re
from collections.abc import Iterator, Mapping
from functools import cache
from html import escape
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, unquote_plus

from destock.model.folders import ROOT
from destock.model.messages import Fault, mark

# all that a page is made of: element → its attributes
ELEMENTS = {
    "html": "lang",
    "head": "",
    "meta": "charset http-equiv content name",
    "title": "",
    "style": "",
    "body": "",
    "header": "",
    "nav": "",
    "main": "",
    "footer": "",
    "a": "href aria-current",
    "h1": "id",
    "h2": "id",
    "h3": "id",
    "p": "class",
    "ul": "class",
    "ol": "",
    "li": "",
    "div": "class",
    "pre": "",
    "code": "",
    "em": "",
    "strong": "",
    "br": "",
    "table": "",
    "thead": "",
    "tbody": "",
    "tr": "",
    "th": "class",
    "td": "class data-label",
    "details": "",
    "summary": "",
    "img": "class alt src",
}
# what a variable is called that holds a secret: a word of it, or the end of one as in DBPASS; PWD
# alone is the folder of a shell
_SECRET = re.compile(
    r"secret|token|passw|passphrase|credential|(pass|pwd|key)(?=_|\d|$)|(?<![a-z])(pass|pwd|key)_",
    re.IGNORECASE,
)
_FOLDERS = ("PWD", "OLDPWD")
# scheme or scheme+driver; the password ends at the last @, or at the first
_ADDRESSES = (
    re.compile(r"[a-z][\w+.-]*://[^/@:\s]*:([^/@\s]+)@", re.IGNORECASE),
    re.compile(r"[a-z][\w+.-]*://[^/@:\s]*:(\S+)@", re.IGNORECASE),
)
# ?password=…, PWD=…;, password='…'
_NAMED = re.compile(
    r"(?:^|[?&;\s])(?:pass(?:word|wd|phrase)?|pwd|token|secret|\w*[_-]?key|signature|sig)\s*=\s*(?:'([^']*)'|\"([^\"]*)\"|\{([^}]*)\}|([^&;\s]+))",
    re.IGNORECASE,
)
# A shorter secret is looked for as a whole word, unless our own pages say that word; a figure or
# three letters could stand anywhere.
_LONG, _SHORTEST = 8, 4


def inspect(folder: Path, environment: Mapping[str, str] = os.environ) -> None:
    """May this pack be published?

    Raises Fault (5) on an element or attribute that no page of ours has, on a reference that leaves
    the pack, and on the value of an environment variable that is called a secret or holds an
    address with a password.
    """
    pages = {page.name for page in folder.glob("*.html")}
    for page in sorted(folder.glob("*.html")):
        _refuse_strange(page, pages)
    secrets = [
        (name, secret)
        for name, secret in _secrets(environment)
        if len(secret) >= _LONG or _is_telling(secret)
    ]
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        _refuse_secrets(path, secrets)


def _refuse_strange(page: Path, pages: set[str]) -> None:
    """Raises Fault (5) on an element, attribute or reference that no page of ours has."""
    seen = _Page(pages)
    seen.feed(page.read_text(encoding="utf-8"))
    if seen.strange:
        text = mark('{file} would hold "{what}": the pack is not published')
        raise Fault(5, text, file=page.name, what=seen.strange[0])


def _refuse_secrets(path: Path, secrets: list[tuple[str, str]]) -> None:
    """Raises Fault (5) on a file that holds a secret in any form: a long one anywhere, a short one
    as a word.
    """
    content = path.read_bytes()
    # packed bytes could spell any short word
    text = "" if path.suffix == ".parquet" else content.decode(errors="replace")
    for name, secret in secrets:
        if len(secret) >= _LONG:
            held = any(form.encode(errors="surrogateescape") in content for form in _forms(secret))
        else:
            held = any(_word(form, text) for form in _forms(secret))
        if held:
            said = mark("{file} would hold the value of {name}: the pack is not published")
            raise Fault(5, said, file=path.name, name=name)


def _secrets(environment: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Name and value of what is to stay secret: of variables that are called so, and of every
    password in an address.
    """
    for name, value in environment.items():
        passwords = {found[1] for address in _ADDRESSES for found in address.finditer(value)}
        passwords |= {next(filter(None, found.groups()), "") for found in _NAMED.finditer(value)}
        called = _SECRET.search(name) and name not in _FOLDERS
        yield from ((name, secret) for secret in {value.strip()} if called or passwords)
        yield from (
            (name, way(password)) for password in passwords for way in (str, unquote, unquote_plus)
        )


def _forms(secret: str) -> set[str]:
    """How a secret would stand in a page, a CSV or JSON."""
    return {
        secret,
        escape(secret),
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
        secret.replace('"', '""'),
    }


def _is_telling(secret: str) -> bool:
    """Is this short text nothing that stands in packs anyway?"""
    return (
        len(secret) >= _SHORTEST
        and bool(re.search(r"[^\W\d_]", secret))
        and not _word(secret, _ours())
    )


def _word(word: str, text: str) -> bool:
    return word in text and bool(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text))


@cache
def _ours() -> str:
    """All words of the program itself: a secret of one of these would be found in every pack."""
    kinds = (".py", ".po", ".sql", ".j2", ".css", ".ipynb")
    texts = (
        path
        for folder in ("lib", "notebooks")
        for path in sorted((ROOT / folder).rglob("*"))
        if path.suffix in kinds
    )
    return "\n".join(path.read_text(encoding="utf-8") for path in texts)


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
            own = (
                (value in self.pages)
                if name == "href"
                else (value or "").startswith(_VALUES.get(name, ""))
            )
            if name not in ELEMENTS.get(tag, "").split() or not own:
                self.strange.append(f"<{tag} {name}={(value or '')[:80]}>")
