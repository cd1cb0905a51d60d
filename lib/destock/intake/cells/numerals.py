"""How a table writes numbers, as SQL: in one declared form, or in the few that have one reading."""

import re

from destock import engine
from destock.intake.cells.currencies import any_marks, marks
from destock.intake.declared import NUMBER_FORM
from destock.intake.shop import Source
from destock.model.schema import Column

ROUNDED = 9  # places behind which a difference is noise of binary numbers
_FULL = "".join(chr(n) for n in range(0xFF01, 0xFF5F))
_HALF = "".join(chr(n) for n in range(0x21, 0x7F))
# Decimals that a column does not keep are noise of binary numbers (0.30000000000000004); else units
# are refused, and money is rounded.
_NOISE = r"(?:0*|0{5,}\d*|9{5,}\d*)"
_DECIMALS = {
    "units": rf"(?:\.\d{{1,3}}{_NOISE})?",
    "money": r"(?:\.\d+)?",
    "number": r"(?:\.\d+)?(?:[eE][+-]?\d+)?",
    "integer": "",
}
# the commonest form, which has one reading however a table writes its numbers: quick to recognise
_COMMON = {"integer": r"-?[0-9]+"} | dict.fromkeys(
    ("units", "money", "number"), r"-?[0-9]+(?:\.[0-9]{1,2})?"
)
# Digits in groups: with a mark that one country takes for thousands and another for decimals; as
# India has them; with what is no decimal mark anywhere.
_GROUPS = r"[1-9]\d{0,2}(?:MARK\d{3})+"
_INDIAN = r"[1-9]\d?(?:,\d\d)+,\d{3}"
_EITHER = "|".join(_GROUPS.replace("MARK", mark) for mark in " '")
_WITH_POINT = rf"[+-]?(?:\d+|{_GROUPS.replace('MARK', ',')}|{_INDIAN}|{_EITHER})"
_WITH_COMMA = rf"[+-]?(?:\d+|{_GROUPS.replace('MARK', '[.]')}|{_EITHER})"
# one to three digits, a mark, and three more: thousands in one country, decimals in the other
_TWO_WAYS = r"[+-]?[1-9]\d{0,2}[.,]\d{3}"
# what to leave out of a number with a point, and of one with a comma, which becomes a point
_THOUSANDS, _COMMAS = engine.literal(", '"), engine.literal(",. '")
# what keeps a spreadsheet from taking a text for a number
_GUARD = "'"
# what is counted, behind a count
_PIECES = r"(\d)\s*(?i:pcs|pc|ea|units?|件|个|双|套|条|只|瓶|盒|包)$"
# minus signs, blanks, apostrophes and signs of currency as typesetters have them
_TYPESET, _TYPED = "−\u00a0\u202f\u2009\u3000’￥￡", "-    '¥£"


def form(source: Source) -> str:
    """How a table writes numbers: as shop.toml says; a database has one way."""
    return source.number_format or ("1234.50" if source.database else "")


def half_width(text: str, full: str = "", half: str = "") -> str:
    """SQL for a text with its full-width signs, and those in ``full``, as ASCII has them."""
    return f"translate({text}, {engine.literal(_FULL + full)}, {engine.literal(_HALF + half)})"


def as_typed(text: str) -> str:
    """SQL for a text with the signs that a keyboard has, in place of typeset ones."""
    return half_width(text, _TYPESET, _TYPED)


def has_two_readings(column: Column, text: str, currency: str) -> str:
    """SQL: may a number's text mean thousands or decimals?"""
    return f"regexp_full_match({_bare(column, text, currency)}, '{_TWO_WAYS}')"


def is_of_another(column: Column, text: str, currency: str) -> str:
    """SQL: is an amount's text marked as one of another currency than the shop's?"""
    bare = _bare(column, text, currency)
    marked = engine.literal(any_marks())
    return rf"(regexp_matches({bare}, '\d') AND regexp_matches({bare}, {marked}))"


def of_text(column: Column, source: Source, currency: str, is_common: str = "") -> str:
    """A number's text as the engine reads it, NULL where it is none: in one form, or as the table
    writes 1234.50.

    ``is_common``: SQL that was asked already, whether it is in the commonest form.
    """
    name, declared = column.name, form(source)
    bare = _bare(column, name, currency)
    if declared:
        first = _declared(column, declared, _signed(name))
        return (
            f"CASE WHEN {name} IS NOT NULL THEN coalesce({first},"
            f" {_declared(column, declared, bare)}) END"
        )
    is_common = is_common or _is_common(column)
    return f"CASE WHEN {is_common} THEN {name} ELSE {_undeclared(column, bare)} END"


def _is_common(column: Column) -> str:
    return f"coalesce(regexp_full_match({column.name}, '{_COMMON[column.kind]}'), true)"


def common(columns: list[Column], kinds: dict[str, str], source: Source) -> str:
    """SQL for columns ``common_NAME``: is a number written in the commonest form, which means the
    same everywhere? For tables that do not say how they write them.
    """
    return "".join(f", {_is_common(c)} AS common_{c.name}" for c in _texts(columns, kinds, source))


def has_comma(columns: list[Column], kinds: dict[str, str], source: Source) -> str:
    """SQL: has a number of a row a comma? Asked of those that are not in the commonest form."""
    names = [c.name for c in _texts(columns, kinds, source)]
    common = " AND ".join(f"common_{name}" for name in names)
    comma = " OR ".join(f"coalesce(contains({name}, ','), false)" for name in names)
    return f"CASE WHEN {common} THEN false ELSE {comma} END" if names else "false"


def _texts(columns: list[Column], kinds: dict[str, str], source: Source) -> list[Column]:
    """The columns of numbers that stand as texts which nobody says how to read."""
    numbers = [c for c in columns if c.kind in _DECIMALS and not form(source)]
    return [c for c in numbers if kinds[c.name] == "VARCHAR"]


def has_decimal(mark: str, text: str) -> str:
    """SQL: can this mark, a point or a comma, stand before decimals only where a number is written
    so?
    """
    other = {",": ".", ".": ","}[mark]
    only = (
        rf"^[^{mark}]*[{mark}](?:\d{{1,2}}|\d{{4,}})\D*$|\d[{other} ']\d{{3}}[{mark}]"
        rf"|^\D*0\d*[{mark}]|\d{{4}}[{mark}]|\d[{other}]\d{{2,3}}[{other}]\d"
    )
    return f"regexp_matches({as_typed(text)}, {engine.literal(only)})"


def _undeclared(column: Column, bare: str) -> str:
    """A number of which nobody says how it is written: only what has one reading is one."""
    decimals = _DECIMALS[column.kind]
    with_point = engine.literal(_WITH_POINT + decimals)
    with_comma = engine.literal(_WITH_COMMA + decimals.replace(r"\.", ","))
    point = f"translate({bare}, {_THOUSANDS}, '')"
    comma = f"translate({bare}, {_COMMAS}, '.')"
    return (
        f"CASE WHEN regexp_full_match({bare}, '{_TWO_WAYS}') THEN NULL"
        f" WHEN regexp_full_match({bare}, {with_point}) THEN {_rounded(column, point)}"
        f" WHEN regexp_full_match({bare}, {with_comma}) THEN {_rounded(column, comma)} END"
    )


def _declared(column: Column, number_format: str, bare: str) -> str:
    """A number written as shop.toml says; its sign of currency may be left out."""
    form = NUMBER_FORM.fullmatch(number_format)
    sign, point, mark = (form["sign"] + form["tail"]).strip(), form["decimal"], form["thousands"]
    if sign:
        bare = f"trim(replace({bare}, {engine.literal(sign)}, ''))"
    ungrouped = f"replace({bare}, {engine.literal(mark)}, '')" if mark else bare
    decimals = _DECIMALS[column.kind].replace(".", point, 1)
    written = rf"[+-]?(?:\d+|\d{{1,3}}(?:{re.escape(mark)}\d{{3}})+){decimals}"
    value = _rounded(column, f"replace({ungrouped}, {engine.literal(point)}, '.')")
    return f"CASE WHEN regexp_full_match({bare}, {engine.literal(written)}) THEN {value} END"


def _signed(text: str) -> str:
    """A number's text with its sign before it, unguarded: full-width digits and the minus signs of
    accounting can mean one thing only.
    """
    bare = f"ltrim({as_typed(text)}, {engine.literal(_GUARD)})"
    return rf"regexp_replace({bare}, '^\((.*)\)$|^([^-].*)-$', '-\1\2')"


def _bare(column: Column, text: str, currency: str) -> str:
    """A number's text without what says of what it is: an amount without the shop's currency, a
    count without its pieces.
    """
    signed = _signed(text)
    if column.kind == "money":
        mark = marks(currency)
        before = engine.literal(rf"^([+-]?)\s*{mark}\s*([+-]?)")
        behind = engine.literal(rf"\s*{mark}$")
        return rf"regexp_replace(regexp_replace({signed}, {before}, '\1\2'), {behind}, '')"
    if column.kind in ("units", "integer"):
        return rf"regexp_replace({signed}, {engine.literal(_PIECES)}, '\1')"
    return signed


def _rounded(column: Column, text: str) -> str:
    return _half_even(text) if column.kind == "money" else text


def _half_even(text: str) -> str:
    """An amount's text, so that the engine's rounding to four decimals, half away from zero, is
    half to even.
    """
    return rf"regexp_replace({text}, '(\.\d{{3}}[02468])50*$', '\1')"


def of_amount(name: str, given: str) -> str:
    """An amount that is a number already, with four decimals at most: a binary one as it would be
    written, to twelve decimals.
    """
    if given in ("DOUBLE", "FLOAT"):
        number = _binary(name, given)
        written = _half_even(f"printf('%.12f', {number})")
        more = _has_more_decimals(number, given)
        return f"CASE WHEN {more} THEN {written} ELSE CAST({number} AS VARCHAR) END"
    return _half_even(f"CAST({name} AS VARCHAR)") if given.startswith("DECIMAL") else name


def more_decimals(column: Column, given: str, source: Source) -> str:
    """SQL: was this amount rounded? Empty for a column that never is."""
    name = column.name
    if column.kind != "money":
        return ""
    if given != "VARCHAR":
        return _has_more_decimals(_binary(name, given), given)
    point = NUMBER_FORM.fullmatch(form(source))["decimal"] if form(source) else ".,"
    more = (
        rf"regexp_matches({name}, '[{point}]\d{{5}}') AND NOT regexp_matches({name},"
        rf" '[{point}]\d{{1,4}}{_NOISE}(?:\D|$)')"
    )
    return f"CASE WHEN strlen({name}) < 7 THEN false ELSE {more} END"


def _binary(name: str, given: str) -> str:
    """A number of single precision as it is written: 0.1, and not 0.10000000149."""
    return f"CAST(CAST({name} AS VARCHAR) AS DOUBLE)" if given == "FLOAT" else name


def _has_more_decimals(number: str, given: str) -> str:
    """SQL: has an amount that is a number more than four decimals, beyond what is noise? Empty for
    a type that has none.
    """
    if given in ("DOUBLE", "FLOAT"):
        return f"abs({number} - round({number}, 4)) > 1e-{ROUNDED} + 4e-16 * abs({number})"
    return f"{number} <> round({number}, 4)" if given.startswith("DECIMAL") else ""
