"""Texts of a file without what stands around their values: blanks, and the guards of a
spreadsheet.
"""

import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

# What a spreadsheet takes for the beginning of a formula (OWASP ASVS 1.2.10), full-width signs
# included.
FORMULA = "=+-@\t\r\n\0＝＋－＠"
# An apostrophe before one of these, or before a number, is a guard and no part of the value.
GUARDED = rf"'('*(?:[0-9]+|[{re.escape(FORMULA)}](?s:.)*))"
_GUARD = rf"^(?:=\"(.*)\"|{GUARDED})$"
_BLANKS = " \t\r\n\u00a0\u3000\ufeff"

# The same as bytes of UTF-8: the last of the blanks of one byte, the first that is not ASCII, the
# signs of a guard, the bytes that begin a mark which combines with the letter before.
_BLANK, _FOREIGN, _GUARDS, _COMBINING = 32, 128, b"'=\"", (0xCC, 0xCD)


def _is_one_of(*values: int) -> np.ndarray:
    """A table that says of each byte whether it is one of these."""
    table = np.zeros(256, bool)
    table[list(values)] = True
    return table


# what a text begins or ends with that may have to be trimmed: blanks of one byte, guards, and the
# first or last byte of the blanks of several
_FIRST = _is_one_of(*range(_BLANK + 1), *b"'=\xc2\xe3\xef")
_LAST = _is_one_of(*range(_BLANK + 1), *b'"\xa0\x80\xbf')


def trimmed(column: pa.StringArray) -> pa.StringArray:
    """Texts without blanks around them, nor what keeps a spreadsheet from taking them for numbers:
    ="007", '007.

    The bytes are looked at first: most columns hold nothing of the kind.
    """
    text, offsets = _bytes(column)
    if not len(text) or _is_plain(text):
        return column
    if text.max() >= _COMBINING[0] and np.isin(text, _COMBINING).any():
        column = pc.utf8_normalize(column, "NFC")
    elif not _may_begin_or_end_so(text, offsets):
        return column
    column = pc.replace_substring_regex(pc.utf8_trim(column, _BLANKS), _GUARD, r"\1\2")
    return pc.if_else(pc.equal(column, ""), pa.scalar(None, pa.string()), column)


def _bytes(column: pa.StringArray) -> tuple[np.ndarray, np.ndarray]:
    """All texts of a column one behind the other, and where each begins; the last offset is the
    end.
    """
    _, offsets, data = column.buffers()
    if not data:
        return np.zeros(0, np.uint8), np.zeros(1, np.int32)
    ends = np.frombuffer(offsets, np.int32)[column.offset : column.offset + len(column) + 1]
    return np.frombuffer(data, np.uint8)[ends[0] : ends[-1]], ends - ends[0]


def _is_plain(text: np.ndarray) -> bool:
    """Is there nothing but ASCII, without a blank or a sign of a guard?"""
    return (
        text.min() > _BLANK
        and text.max() < _FOREIGN
        and not any((text == sign).any() for sign in _GUARDS)
    )


def _may_begin_or_end_so(text: np.ndarray, offsets: np.ndarray) -> bool:
    """May a text begin or end with what is to be trimmed? Of an empty one, its neighbour's byte is
    looked at, which is as good.
    """
    first = text[np.minimum(offsets[:-1], len(text) - 1)]
    last = text[offsets[1:] - 1]
    return bool(_FIRST[first].any() or _LAST[last].any())
