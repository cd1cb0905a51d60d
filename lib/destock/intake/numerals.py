"""How a table writes numbers, as SQL: in one declared form, or in the few that have one reading."""

import re

from destock import engine
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
# one to three digits, a mark, and three more: thousands in one country, decimals in the other
_TWO_WAYS = r"[+-]?[1-9]\d{0,2}[.,]\d{3}"


def form(source: Source) -> str:
    """How a table writes numbers: as shop.toml says; a database has one way."""
    return source.number_format or ("1234.50" if source.database else "")


def half_width(text: str, full: str = "", half: str = "") -> str:
    """SQL for a text with its full-width signs, and those in ``full``, as ASCII has them."""
    return f"translate({text}, {engine.literal(_FULL + full)}, {engine.literal(_HALF + half)})"


def has_two_readings(text: str) -> str:
    """SQL: may a number's text mean thousands or decimals?"""
    return f"regexp_full_match({_signed(text)}, '{_TWO_WAYS}')"


def of_text(column: Column, source: Source) -> str:
    """A number's text as the engine reads it, NULL where it is none: in one form, or as the table
    writes 1234.50.
    """
    declared = form(source)
    return _declared(column, declared) if declared else _undeclared(column)


def _undeclared(column: Column) -> str:
    """A number of which nobody says how it is written: only what has one reading is one."""
    name, signed = column.name, _signed(column.name)
    digits = f"[+-]?\\d+{_DECIMALS[column.kind]}"
    read = f"regexp_full_match({signed}, '{digits}') AND NOT {has_two_readings(name)}"
    return (
        f"CASE WHEN regexp_full_match({name}, '{_COMMON[column.kind]}') THEN {name} WHEN {read}"
        f" THEN {_rounded(column, signed)} END"
    )


def _declared(column: Column, number_format: str) -> str:
    """A number written as shop.toml says; its sign of currency may be left out."""
    form = NUMBER_FORM.fullmatch(number_format)
    sign, point, mark = form["sign"] + form["tail"], form["decimal"], form["thousands"]
    bare = _signed(column.name)
    if sign:
        bare = f"replace({bare}, {engine.literal(sign)}, '')"
    ungrouped = f"replace({bare}, {engine.literal(mark)}, '')" if mark else bare
    decimals = _DECIMALS[column.kind].replace(".", point, 1)
    written = rf"[+-]?(?:\d+|\d{{1,3}}(?:{re.escape(mark)}\d{{3}})+){decimals}"
    value = _rounded(column, f"replace({ungrouped}, {engine.literal(point)}, '.')")
    return f"CASE WHEN regexp_full_match({bare}, {engine.literal(written)}) THEN {value} END"


def _signed(text: str) -> str:
    """A number's text with its sign before it: full-width digits and the minus signs of accounting
    can mean one thing only.
    """
    return rf"regexp_replace({half_width(text, '−', '-')}, '^\((.*)\)$|^([^-].*)-$', '-\1\2')"


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
    point = NUMBER_FORM.fullmatch(form(source) or "1234.50")["decimal"]
    more = (
        rf"regexp_matches({name}, '\{point}\d{{5}}') AND NOT regexp_matches({name},"
        rf" '\{point}\d{{1,4}}{_NOISE}(?:\D|$)')"
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
