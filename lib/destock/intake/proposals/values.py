"""What kind of values a column of an unknown export holds, told from a sample of them."""

import re
from datetime import datetime

from destock.intake.cells.nothing import WORDS

_NUMBER = re.compile(
    r"[^\d\s.,'()-]{0,4}\s?\(?-?[\d.,' \u00a0\u202f]*\d[.,]?\)?-?\s?[^\d\s.,'()-]{0,4}"
)
_WHOLE = re.compile(r"-?\d+(?:[.,]0+)?")
_SPELT = re.compile(r"\d{1,2}[ -][A-Za-z]{3,9}\.?[ -]\d{4}.*|[A-Za-z]{3,9}\.? \d{1,2},? \d{4}.*")
# what goes on with a digit or a sign, such as 2026-03-0117, is the number of an invoice
_FROM_YEAR = re.compile(
    r"((?:19|20)\d\d)(?:[-/.年](\d{1,2})[-/.月](\d{1,2})(?!\d|[/.-]\d)日?.*|(\d\d)(\d\d))"
)
# forms in which a day is not written from the year on; each pair differs in what comes first
DAY_FORMS = tuple(
    f"{day}{time}"
    for day in (
        "%d/%m/%Y",
        "%m/%d/%Y",
        "%d.%m.%Y",
        "%m.%d.%Y",
        "%d-%m-%Y",
        "%m-%d-%Y",
        "%d/%m/%y",
        "%m/%d/%y",
        "%d.%m.%y",
    )
    for time in ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p")
)
# how a table may write 1234.50, where not so
NUMBER_FORMS = {"1,234.50": (",", "."), "1.234,50": (".", ",")}
_NOTHING = {"", "none", *(word.lower() for word in WORDS["number"])}


def known(values: list[str]) -> list[str]:
    """The values that say something."""
    return [text for value in values if (text := value.strip()).lower() not in _NOTHING]


def share_of(kind: str, values: list[str]) -> float:
    """Which share of a column's values can be of this kind? 0 where it holds none.

    ``kind``: as a column of the schema has it. An identifier is anything short without a blank at
    its ends that is no day and no amount with decimals.
    """
    said = known(values)
    return sum(_is(kind, value) for value in said) / len(said) if said else 0.0


def _is(kind: str, value: str) -> bool:
    if kind in ("date", "time"):
        return is_day(value)
    if kind == "units":
        return bool(_NUMBER.fullmatch(value)) and bool(
            _WHOLE.fullmatch(re.sub(r"[^\d.,-]", "", value))
        )
    if kind in ("money", "number"):
        return bool(_NUMBER.fullmatch(value))
    if kind == "id":
        return (
            len(value) <= 60 and not is_day(value) and not re.fullmatch(r"-?\d+[.,]\d{1,2}", value)
        )
    return True


def is_day(value: str) -> bool:
    """Is this a day or a moment, in any form that people use?"""
    if found := _FROM_YEAR.fullmatch(value):
        return _fits("-".join(part for part in found.groups() if part), "%Y-%m-%d")
    return bool(_SPELT.fullmatch(value)) or bool(day_forms([value]))


def day_forms(values: list[str]) -> list[str]:
    """Which forms fit all of these days? None for days that begin with the year."""
    said = known(values)
    return [form for form in DAY_FORMS if said and all(_fits(value, form) for value in said)]


def _fits(value: str, form: str) -> bool:
    try:
        return 1990 <= datetime.strptime(value, form).year <= 2099
    except ValueError:
        return False


def number_forms(values: list[str]) -> list[str]:
    """Which forms of 1234.50 can these amounts have, where they need one to be read at all?

    Empty where every value has one reading by itself. Two forms where nothing tells thousands from
    decimals.
    """
    digits = [re.sub(r"[^\d.,]", "", value) for value in known(values)]
    unclear = [text for text in digits if re.fullmatch(r"\d{1,3}[.,]\d{3}", text)]
    if not unclear:
        return []
    return [
        form
        for form, (thousands, point) in NUMBER_FORMS.items()
        if all(_reads(text, thousands, point) for text in digits)
    ]


def _reads(text: str, thousands: str, point: str) -> bool:
    mark, dot = re.escape(thousands), re.escape(point)
    return bool(re.fullmatch(rf"(?:\d+|\d{{1,3}}(?:{mark}\d{{3}})+)(?:{dot}\d+)?", text))


def amount(value: str) -> float | None:
    """A number as it is most likely meant: for comparing columns, and for nothing else."""
    text = re.sub(r"[^\d.,-]", "", value)
    if re.search(r",\d{1,2}$", text):
        text = text.replace(".", "").replace(",", ".")
    try:
        return float(text.replace(",", ""))
    except ValueError:
        return None
