"""Days and times as people and spreadsheets spell them, as SQL: those that mean one thing."""

from destock import engine
from destock.intake.cells.numerals import as_typed

# how a time may stand behind a day
TIMES = (" %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p")
_DAYS = ("%Y-%m-%d", "%Y-%b-%d", "%Y-%B-%d")
FORMS = [day + time for day in _DAYS for time in ("", *TIMES)]
# what is left once it is written plainly
SHAPE = r"\d{4}-(?:\d{1,2}|[A-Za-z]{3,9})-\d{1,2}(?: \d{1,2}:\d{2}(?::\d{2})?(?: [AaPp]M)?)?"
_NTH = "(?:st|nd|rd|th)?"
# one after the other, until a day is written 2026-5-4 or 2026-May-4, and its time behind it
_STEPS = (
    ("^'", ""),
    (r"\s*上午\s*(.*)$", r" \1 AM"),
    (r"\s*下午\s*(.*)$", r" \1 PM"),
    (r"分(\d)", r":\1"),
    (r"^((?:19|20)\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$", r"\1-\2-\3 \4:\5:\6"),
    (r"^((?:19|20)\d\d)(\d\d)(\d\d)( .*)?$", r"\1-\2-\3\4"),
    (r"^(\d{4})[./](\d{1,2})[./](\d{1,2})", r"\1-\2-\3"),
    (rf"^(\d{{1,2}}){_NTH}[ -]([A-Za-z]{{3,9}})\.?,?[ -](\d{{4}})", r"\3-\2-\1"),
    (rf"^([A-Za-z]{{3,9}})\.? (\d{{1,2}}){_NTH},? (\d{{4}})", r"\3-\1-\2"),
    ("(?i)-Sept-", "-Sep-"),
)
_LATER = (
    (r"^(\d{4}-\w+-\d{1,2})(?:, ?| at |T|\s+)(\d)", r"\1 \2"),
    (r"(:\d\d)\s?([AaPp])\.?[Mm]\b\.?", r"\1 \2M"),
)


def plainly(text: str) -> str:
    """SQL for 20260504, 2026.5.4, 2026年5月4日下午3:30, 4 May 2026 or May 4, 2026 3:30 PM as
    2026-5-4 or 2026-May-4, its time and zone behind it; any other text is none of that SHAPE.
    """
    plain = _replaced(as_typed(text), _STEPS)
    # what has no counterpart is left out
    plain = f"trim(translate({plain}, '年月日号时点分秒', '--  ::'))"
    return _replaced(plain, _LATER)


def _replaced(text: str, steps: tuple[tuple[str, str], ...]) -> str:
    for pattern, written in steps:
        text = f"regexp_replace({text}, {engine.literal(pattern)}, {engine.literal(written)}, 'g')"
    return text
