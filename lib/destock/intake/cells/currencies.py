"""How is an amount of the shop's currency marked, and which marks are those of another?"""

import re
from functools import cache

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.languages import get_official_languages
from babel.numbers import get_currency_symbol, list_currencies

# how people write them, which no locale has
_ALSO = {
    "CNY": ("元", "圆", "RMB", "人民币"),
    "TWD": ("元", "NT"),
    "HKD": ("元", "$"),
    "JPY": ("円",),
    "KRW": ("원",),
    "INR": ("Rs", "Rs."),
    "PKR": ("Rs", "Rs."),
    "IDR": ("Rp.",),
    "CHF": ("Fr.", "SFr."),
    **dict.fromkeys(("SEK", "NOK", "DKK", "ISK"), ("kr", "kr.")),
}


@cache
def marks(currency: str) -> str:
    """What may stand before or behind an amount of this currency, as a pattern: its code, and its
    signs in English, in Chinese and where it is money.
    """
    found = {currency, *_ALSO.get(currency, ())}
    found |= {get_currency_symbol(currency, locale) for locale in _locales(currency)}
    # signs of the direction of a script are none of a currency
    written = {mark.strip("\u200e\u200f") for mark in found}
    longest_first = sorted(written, key=lambda mark: (-len(mark), mark))
    return f"(?i:{'|'.join(map(re.escape, longest_first))})"


@cache
def any_marks() -> str:
    """What marks an amount of any currency, as a pattern."""
    also = sorted({mark for written in _ALSO.values() for mark in written}, key=len, reverse=True)
    codes = "|".join(sorted(list_currencies()))
    words = "|".join(re.escape(mark) for mark in (*also, "R$", "zł", "Kč", "Ft", "Rp"))
    return rf"(?:\p{{Sc}}|(?i:\b(?:{codes})\b)|{words})"


def _locales(currency: str) -> set[Locale]:
    places = [
        place
        for place, used in get_global("territory_currencies").items()
        if any(code == currency and until is None for code, _, until, _ in used)
    ]
    found = {Locale("en"), Locale("zh")}
    for place in places:
        for language in ("und", *get_official_languages(place)):
            try:
                found.add(Locale.parse(f"{language}_{place}"))
            except UnknownLocaleError:  # nobody has written down how it is spoken there
                continue
    return found
