"""Every sentence and error, in English and Simplified Chinese, from one gettext catalogue."""

import gettext
import io
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from functools import cache
from importlib.resources import files

from babel import dates, numbers
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

NEARLY_CERTAIN = 0.99
LANGUAGES = {"en": "en", "zh": "zh_Hans_CN"}

_language = ContextVar("language", default="en")


class Fault(Exception):
    """Something a person must mend: one clear line, and the exit code it ends with.

    Exit codes: 1 analysis, 2 usage or parameter, 3 input, 4 data quality, 5 output,
    6 time limit, 7 kernel died, 75 already running.
    """

    def __init__(self, exit_code: int, template: str, **values):
        super().__init__(template)
        self.exit_code, self.template, self.values = exit_code, template, values

    def __str__(self) -> str:
        return say(self.template, **self.values)

    def _render_traceback_(self) -> list[str]:
        # In a notebook, too, a fault is one line.
        return [f"destock: {self}"]

    def __reduce__(self):
        return _fault, (self.exit_code, self.template, self.values)


def _fault(exit_code, template, values):
    return Fault(exit_code, template, **values)


@contextmanager
def made_for(what: str) -> Iterator[None]:
    """Let an error that is no Fault say what was being made: of a scheduled run its last line is
    all that is kept.
    """
    try:
        yield
    except Exception as error:
        error.add_note(what)
        raise


def mark(template: str) -> str:
    """Mark a template for the catalogue without translating it yet."""
    return template


def speak(lang: str) -> None:
    """Choose the language of everything said from here on."""
    if not isinstance(lang, str) or lang not in LANGUAGES:
        raise Fault(
            2,
            mark('language "{lang}" is not spoken here: use {known}'),
            lang=lang,
            known=" / ".join(LANGUAGES),
        )
    _language.set(lang)


def language() -> str:
    """Which language is spoken now: ``en`` or ``zh``."""
    return _language.get()


def locale() -> str:
    """The locale that numbers and dates are written in now."""
    return LANGUAGES[language()]


def say(template: str, **values) -> str:
    """A template of the catalogue in the language of this run, its blanks filled in.

    >>> say("{n} styles", n=3)
    '3 styles'
    """
    text = _catalogue(language()).gettext(template) if template else ""
    return text.format(**{name: plain(value) for name, value in values.items()}) if values else text


def plain(value: object) -> str:
    """A text of the shop's own as one line that a page or a terminal shows as it is, without the
    secrets of an address.

    >>> plain("two\\nlines, turned \\u202e round"), plain("postgres://shop:secret@host/db")
    ('two�lines, turned � round', 'postgres://***@host/db')
    """
    return _SECRET.sub(
        lambda found: f"{found['word'] or ''}***",
        _UNSEEN.sub("\N{REPLACEMENT CHARACTER}", str(value)),
    )


# characters that end a line, steer a terminal, turn the direction of reading, or belong to no text
# at all
_UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)
# who asks, in an address, even with a slash in the password; and what follows a word such as
# password=
_SECRET = re.compile(
    r"""(?<=://)(?:[^/\s]+|[^\s:/]*:\S+)(?=@)
    |(?P<word>(?:pass(?:word|wd|phrase)?|pwd|token|secret|credentials?|(?:api|access|secret|private)[_-]?key|signature|sig)\s*=\s*)
    (?:'[^']*'|"[^"]*"|\S+)""",
    re.IGNORECASE | re.VERBOSE,
)


@cache
def _catalogue(lang: str) -> gettext.NullTranslations:
    # The .po file is the only copy: compiled in memory, so that it can never be stale.
    if lang == "en":
        return gettext.NullTranslations()
    binary = io.BytesIO()
    with (
        files("destock.model")
        .joinpath("locale", lang, "LC_MESSAGES", "destock.po")
        .open("rb") as source
    ):
        write_mo(binary, read_po(source, locale=lang))
    binary.seek(0)
    return gettext.GNUTranslations(binary)


def extract_notebook(fileobj, keywords, comment_tags, options):
    """Babel extractor: each markdown cell of a notebook is one message, and so are the label of its
    page and what it asks.
    """
    notebook = json.load(fileobj)
    own = notebook["metadata"]["destock"]
    for text in (own["label"], *own["asks"].values()):
        yield 0, "_", text, []
    for number, cell in enumerate(notebook["cells"], 1):
        if cell["cell_type"] == "markdown":
            yield number, "_", "".join(cell["source"]), []


def money(value: float, currency: str) -> str:
    """An amount for a sentence: compact, in the way of the language (万 in Chinese)."""
    if abs(value) < 10_000:
        return numbers.format_currency(
            round(value), currency, locale=locale(), format="¤#,##0", currency_digits=False
        )
    return numbers.format_compact_currency(value, currency, locale=locale(), fraction_digits=1)


def exact_money(value: float, currency: str) -> str:
    """An amount for a control total: to the cent."""
    return numbers.format_currency(value, currency, locale=locale())


def count(value: float) -> str:
    """A number of units, styles or lines; parts of a unit only where there are some."""
    return numbers.format_decimal(
        value,
        format="#,##0" if float(value).is_integer() or abs(value) >= 10 else "#,##0.#",
        locale=locale(),
    )


def percent(value: float) -> str:
    """A share, to a tenth of a percent."""
    return numbers.format_percent(value, format="#,##0.0%", locale=locale())


def chance(value: float) -> str:
    """A probability: of what is nearly certain it is said in words, for nothing is certain.

    >>> chance(0.873), chance(1.0)
    ('87%', 'nearly certain')
    """
    if value >= NEARLY_CERTAIN:
        return say("nearly certain")
    return numbers.format_percent(value, format="#,##0%", locale=locale())


def decimal(value: float) -> str:
    """A number of no unit, to two digits."""
    return numbers.format_decimal(value, format="#,##0.00", locale=locale())


def p_value(value: float) -> str:
    """A probability behind the letter p: a small one is small, never none.

    >>> p_value(0.59), p_value(0.0)
    ('= 0.59', '< 0.01')
    """
    return f"= {decimal(value)}" if value >= 0.005 else f"< {decimal(0.01)}"


def day(value: date) -> str:
    """A date as people write it."""
    return dates.format_date(value, format="medium", locale=locale())
