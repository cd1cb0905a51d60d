"""Strict grammars, as SQL: which text is a value of its column, and which rule one that is none
breaks.

Identifiers stay text. Numbers and dates are read in one declared form; what could mean two
things is rejected, never guessed.
"""

import re
from datetime import date

from destock import engine
from destock.intake.declared import NUMBER_FORM
from destock.intake.shop import Source
from destock.intake.workbook import ERRORS
from destock.model.messages import mark
from destock.model.schema import Column

MISSING, DAMAGED, OTHER_MONEY = (
    mark("it is empty"),
    mark("an identifier that a spreadsheet turned into a number"),
    mark("another currency"),
)
ZONE = mark(
    "a time zone that several places call so: write UTC, an offset such as +08:00, or a name such"
    " as Asia/Shanghai"
)
WORD, NEGATIVE, TIME = (
    mark("not one of its words"),
    mark("below zero"),
    mark("not between 1990 and 2099"),
)
FUTURE = mark("in the future")
SUMMARY = mark("a total of other rows: take it out, or leave it out with where in shop.toml")
TWO_READINGS = mark(
    "thousands or decimals: say in shop.toml how the table writes numbers, such as number_format ="
    ' "1,234.50" or "1.234,50"'
)
_TOTAL = (
    "合计",
    "总计",
    "小计",
    "共计",
    "汇总",
    "总和",
    "合計",
    "總計",
    "小計",
    "total",
    "totals",
    "subtotal",
    "sub total",
    "sub-total",
    "grand total",
    "total general",
    "sum",
    "sums",
    "summe",
    "gesamt",
    "gesamtsumme",
    "zwischensumme",
)
# as an identifier may write them: exact texts are found in no time
TOTALS = sorted(
    {
        written + end
        for word in _TOTAL
        for written in (word, word.upper(), word.capitalize(), word.title())
        for end in ("", ":")
    }
)
ROUNDED = 9  # places behind which a difference is noise of binary numbers
FAILS = mark(
    "the shop's own expression fails on this row, such as a division by zero or a text that is no"
    " number"
)
FAILED = mark("a formula without a result")
_NOT = {
    "units": mark("not a number of at most 3 decimals"),
    "money": mark("not an amount of at most 4 decimals"),
    "number": mark("not a number"),
    "integer": mark("not a whole number"),
    "date": mark("not a date in the declared form"),
    "time": mark("not a time in the declared form"),
}
_FULL, _HALF = (
    "".join(chr(n) for n in range(0xFF01, 0xFF5F)),
    "".join(chr(n) for n in range(0x21, 0x7F)),
)
# Decimals that a column does not keep are noise of binary numbers (0.30000000000000004); else units
# are refused, and money is rounded.
_NOISE = r"(?:0*|0{5,}\d*|9{5,}\d*)"
_DECIMALS = {
    "units": rf"(?:\.\d{{1,3}}{_NOISE})?",
    "money": r"(?:\.\d+)?",
    "number": r"(?:\.\d+)?(?:[eE][+-]?\d+)?",
    "integer": "",
}

# a time as it is read where nothing is declared, and the zones that mean one thing behind it
_ISO = r"\d{4}[-/]\d{1,2}[-/]\d{1,2}(?:[ T]\d{1,2}:\d{1,2}(?::\d{1,2}(?:\.\d+)?)?)?"
_UTC, _PLACE, _FARTHEST = "Z|UTC|GMT", r"[A-Z][A-Za-z_]+/[A-Za-z0-9_/+-]+", 14 * 60
# the commonest form, which has one reading however a table writes its numbers: quick to recognise
_COMMON = {"integer": r"-?[0-9]+"} | dict.fromkeys(
    ("units", "money", "number"), r"-?[0-9]+(?:\.[0-9]{1,2})?"
)
# one to three digits, a mark, and three more: thousands in one country, decimals in the other
_TWO_WAYS = r"[+-]?[1-9]\d{0,2}[.,]\d{3}"


def typed(column: Column, given: str, source: Source) -> str:
    """The value of a column whose ``given`` type is one of the engine's, NULL where it has none."""
    name, kind, is_text = column.name, column.sql_type, given == "VARCHAR"
    # exact up to 2^53, else damaged, and looks so
    if column.kind == "id" and given in ("DOUBLE", "FLOAT"):
        whole = f"{name} = trunc({name}) AND abs({name}) < 9007199254740992"
        return (
            f"CASE WHEN {whole} THEN CAST(CAST({name} AS BIGINT) AS VARCHAR) ELSE upper(CAST({name}"
            " AS VARCHAR)) END"
        )
    if column.kind in ("text", "id"):
        text = name if is_text else f"nullif(trim(CAST({name} AS VARCHAR)), '')"
        if column.kind == "text":
            return text
        half = (  # an identifier is the same in full width
            f"translate({text}, {engine.literal(_FULL)}, {engine.literal(_HALF)})"
        )
        return f"CASE WHEN strlen({text}) = length({text}) THEN {text} ELSE {half} END"
    if column.kind in ("date", "time"):
        return (
            f"CAST({_moment(name, source.date_format)} AS {kind})"
            if is_text
            else f"TRY_CAST({name} AS {kind})"
        )
    number = (
        _plain(column, form(source))
        if is_text
        else _evenly(name, given)
        if column.kind == "money"
        else name
    )
    value = f"TRY_CAST({number} AS {kind})"
    return f"CASE WHEN isfinite({value}) THEN {value} END" if column.kind == "number" else value


def broken(columns: list[Column], currency: str, today: date, declared: bool) -> tuple[str, str]:
    """Which rows may break a rule, and which rule each of them breaks first: two expressions of
    ``typed_NAME`` and the columns.

    The first is cheap and true for every row that breaks one: the second, ``column:rule`` or NULL,
    need be asked for those only. ``declared``: the table says how it writes its numbers. What has
    happened did so by ``today``, or tomorrow: it is tomorrow already somewhere.
    """
    rules = [
        (doubt, rest, f"{c.name}:{rule}")
        for c in columns
        for doubt, rest, rule in _rules(c, f"typed_{c.name}", currency, today, declared)
    ]
    doubtful = " OR ".join(dict.fromkeys(doubt for doubt, *_ in rules))
    branches = " ".join(
        f"WHEN {doubt} AND {rest} THEN {engine.literal(name)}" for doubt, rest, name in rules
    )
    return doubtful, f"CASE {branches} END"


# a cheap doubt, what makes it certain, the rule's name
Rule = tuple[str, str, str]


def _rules(column: Column, value: str, currency: str, today: date, declared: bool) -> list[Rule]:
    """Rules of one column, in order."""
    kind, rules = column.kind, _not_read(column, value, declared)
    if column.required:
        rules.append((f"{value} IS NULL", "true", MISSING))
    if kind in ("text", "id"):
        rules += _of_a_text(column, value)
    if column.values:
        # NOT IN would become a join
        words = " AND ".join(f"{value} <> {engine.literal(word)}" for word in column.values)
        rules.append((f"({words})", "true", WORD))
    if column.name == "currency":
        rules.append((f"upper({value}) <> {engine.literal(currency)}", "true", OTHER_MONEY))
    if kind in ("units", "money", "number") and not column.signed:
        rules.append((f"{value} < 0", "true", NEGATIVE))
    return rules + (_of_a_day(column, value, today) if kind in ("date", "time") else [])


def _not_read(column: Column, value: str, declared: bool) -> list[Rule]:
    """Why is a text no value of a column that is not of texts?"""
    doubt = f"({value} IS NULL AND {column.name} IS NOT NULL)"
    text = f"CAST({column.name} AS VARCHAR)"
    rules = []
    if column.kind in ("text", "id"):
        return rules
    if column.kind in ("date", "time"):
        # IN would become a join
        total = f"regexp_full_match(lower({text}), '(?:{'|'.join(_TOTAL)})\\s*[:：]?')"
        named = (
            f"regexp_matches({text}, ':\\d\\d[\\d.:]*\\s*[A-Z]{{2,5}}$')"
            f" AND NOT regexp_matches({text}, '[AP]M$')"
        )
        rules = [(doubt, total, SUMMARY), (doubt, named, ZONE)]
    elif column.kind != "integer" and not declared:
        rules = [(doubt, f"regexp_full_match({_signed(text)}, '{_TWO_WAYS}')", TWO_READINGS)]
    return [*rules, (doubt, "true", _NOT[column.kind])]


def _of_a_text(column: Column, value: str) -> list[Rule]:
    """What a spreadsheet leaves where a text belongs."""
    errors = " OR ".join(f"starts_with({value}, {engine.literal(error)})" for error in ERRORS)
    rules = [(f"{value} < '$'", f"({errors})", FAILED)]
    if column.kind == "id":
        number = f"TRY_CAST({value} AS DOUBLE) IS NOT NULL"
        rules.append((f"contains({value}, 'E+')", number, DAMAGED))
    return rules


def _of_a_day(column: Column, value: str, today: date) -> list[Rule]:
    """Which days can have been, or may lie ahead?"""
    rules = [(f"{value} NOT BETWEEN DATE '1990-01-01' AND DATE '2099-12-31'", "true", TIME)]
    return rules if column.planned else [*rules, (future(value, today), "true", FUTURE)]


def future(value: str, today: date) -> str:
    """SQL that says whether a day or a moment lies beyond tomorrow."""
    return f"{value} >= DATE '{today}' + INTERVAL 2 DAY"


def form(source: Source) -> str:
    """How a table writes numbers: as shop.toml says; a database has one way."""
    return source.number_format or ("1234.50" if source.database else "")


def _signed(name: str) -> str:
    """A number's text with its sign before it: full-width digits and the minus signs of accounting
    can mean one thing only.
    """
    half = f"translate({name}, {engine.literal(_FULL + '−')}, {engine.literal(_HALF + '-')})"
    return rf"regexp_replace({half}, '^\((.*)\)$|^([^-].*)-$', '-\1\2')"


def _plain(column: Column, number_format: str) -> str:
    """A number's text as the engine reads it, NULL where it is none: in one form, or as the table
    writes 1234.50.
    """
    name, decimals, signed = column.name, _DECIMALS[column.kind], _signed(column.name)
    if not number_format:
        read = (
            f"regexp_full_match({signed}, '[+-]?\\d+{decimals}') AND NOT"
            f" regexp_full_match({signed}, '{_TWO_WAYS}')"
        )
        return (
            f"CASE WHEN regexp_full_match({name}, '{_COMMON[column.kind]}') THEN {name} WHEN {read}"
            f" THEN {_rounded(column, signed)} END"
        )
    form = NUMBER_FORM.fullmatch(number_format)
    sign = form["sign"] + form["tail"]
    bare = f"replace({signed}, {engine.literal(sign)}, '')" if sign else signed
    thousands = rf"\d{{1,3}}(?:{re.escape(form['thousands'])}\d{{3}})+"
    grouped = rf"[+-]?(?:\d+|{thousands}){decimals.replace('.', form['decimal'], 1)}"
    ungrouped = (
        f"replace({bare}, {engine.literal(form['thousands'])}, '')" if form["thousands"] else bare
    )
    value = _rounded(column, f"replace({ungrouped}, {engine.literal(form['decimal'])}, '.')")
    return f"CASE WHEN regexp_full_match({bare}, {engine.literal(grouped)}) THEN {value} END"


def _rounded(column: Column, text: str) -> str:
    return _half_even(text) if column.kind == "money" else text


def _half_even(text: str) -> str:
    """An amount's text, so that the engine's rounding to four decimals, half away from zero, is
    half to even.
    """
    return rf"regexp_replace({text}, '(\.\d{{3}}[02468])50*$', '\1')"


def _evenly(name: str, given: str) -> str:
    """An amount that is a number already, with four decimals at most: a binary one as it would be
    written, to twelve decimals.
    """
    if given in ("DOUBLE", "FLOAT"):
        number = name if given == "DOUBLE" else f"CAST(CAST({name} AS VARCHAR) AS DOUBLE)"
        written = f"printf('%.12f', {number})"
        return (
            f"CASE WHEN {_is_more(number, given)} THEN {_half_even(written)} ELSE CAST({number} AS"
            " VARCHAR) END"
        )
    return _half_even(f"CAST({name} AS VARCHAR)") if given.startswith("DECIMAL") else name


def _is_more(number: str, given: str) -> str:
    """Has an amount that is a number more than four decimals, beyond what is noise?"""
    if given in ("DOUBLE", "FLOAT"):
        return f"abs({number} - round({number}, 4)) > 1e-{ROUNDED} + 4e-16 * abs({number})"
    return f"{number} <> round({number}, 4)" if given.startswith("DECIMAL") else "false"


def more_decimals(column: Column, given: str, source: Source) -> str:
    """SQL: was this amount rounded? Empty for a column that never is."""
    name = column.name
    if column.kind != "money":
        return ""
    if given != "VARCHAR":
        return (
            ""
            if (
                more := _is_more(
                    name if given != "FLOAT" else f"CAST(CAST({name} AS VARCHAR) AS DOUBLE)", given
                )
            )
            == "false"
            else more
        )
    point = (NUMBER_FORM.fullmatch(form(source) or "1234.50"))["decimal"]
    more = (
        rf"regexp_matches({name}, '\{point}\d{{5}}') AND NOT regexp_matches({name},"
        rf" '\{point}\d{{1,4}}{_NOISE}(?:\D|$)')"
    )
    return f"CASE WHEN strlen({name}) < 7 THEN false ELSE {more} END"


def _moment(name: str, date_format: str) -> str:
    """A moment's text as a time of the shop's: in the declared form, or as 2026-06-07 10:00:00,
    with a zone behind it or without.
    """
    # Most texts end in a digit and name no zone. What the engine does not know behind a time (PM,
    # PST, a blank and digits), it leaves out: it never sees it.
    plain = (
        f"strlen({name}) <= 19 AND right({name}, 1) <= '9' AND NOT (contains({name}, '+') OR {name}"
        f" LIKE '%:%-%' OR {name} LIKE '%:% %')"
    )
    iso = (
        f"CASE WHEN {name} < '0' OR {name} >= ':' THEN NULL WHEN {plain} THEN TRY_CAST({name} AS"
        f" TIMESTAMP) ELSE {_zoned(name, _ISO, 'TRY_CAST({} AS TIMESTAMP)')} END"
    )
    if not date_format:
        return iso
    # a zone is read here, where a name of several places is none
    bare = re.sub(r"\s*%[zZ]", "", date_format)
    declared = f"try_strptime({name}, {engine.literal(bare)})"
    # nothing stands between two numbers: each has all its digits, or it parts in two ways
    if re.search("%-?[a-zA-Z]%", bare):
        declared = (
            f"CASE WHEN strftime({declared}, {engine.literal(bare.replace('%-', '%'))}) = {name}"
            f" THEN {declared} END"
        )
    zoned = _zoned(name, ".*?:.*?", f"try_strptime({{}}, {engine.literal(bare)})")
    # a day before the month: what is no day in the declared form is none in the other order either
    other = "NULL" if re.search("%-?[Yy].*%-?d.*%-?m", bare) else iso
    return f"coalesce({declared}, {zoned}, {other})"


def _zoned(name: str, form: str, read: str) -> str:
    """SQL for a time of ``form`` with a zone behind it, as the shop's own time; NULL where there is
    none, or one of several places.

    Where clocks go back an hour comes twice, and where they go forward one never comes: neither is
    a moment of a named zone.
    """
    whole = rf"^({form})\s*(?:({_UTC})|(?:UTC|GMT)?([+−-])(\d\d?)(?::?(\d\d))?|({_PLACE}))?$"
    time, utc, sign, hours, minutes, place = (
        f"regexp_extract({name}, {engine.literal(whole)}, {n})" for n in range(1, 7)
    )
    moment = read.format(f"nullif({time}, '')")
    ahead = (
        f"(CASE {sign} WHEN '+' THEN 1 ELSE -1 END * (CAST({hours} AS INTEGER) * 60 +"
        f" coalesce(TRY_CAST({minutes} AS INTEGER), 0)))"
    )
    offset = (
        f"CASE WHEN abs({ahead}) <= {_FARTHEST} AND coalesce(TRY_CAST({minutes} AS INTEGER), 0) <"
        f" 60 AND {_whole_hours(name, hours)} THEN timezone('UTC', {moment} -"
        f" to_minutes({ahead})) END"
    )
    there = (  # NULL for a place that nobody knows
        f"TRY_CAST(CAST({moment} AS VARCHAR) || ' ' || {place} AS TIMESTAMPTZ)"
    )
    back, twice = (
        f"timezone({place}, {there})",
        " OR ".join(
            f"timezone({place}, {there} {step} INTERVAL 1 HOUR) = {moment}" for step in "+-"
        ),
    )
    once = (
        f"CASE WHEN {there} IS NULL THEN NULL WHEN {back} = {moment} AND NOT ({twice}) THEN"
        f" {there} END"
    )
    return (
        f"CASE WHEN NOT contains({time}, ':') THEN CASE WHEN {utc} || {sign} || {place} = '' THEN"
        f" {moment} END WHEN {utc} <> '' THEN CAST(timezone('UTC', {moment}) AS TIMESTAMP) WHEN"
        f" {sign} <> '' THEN CAST({offset} AS TIMESTAMP) WHEN {place} <> '' THEN CAST({once} AS"
        f" TIMESTAMP) ELSE {moment} END"
    )


def _whole_hours(name: str, hours: str) -> str:
    """One digit is an hour behind UTC or GMT, and a misprint elsewhere."""
    return f"(length({hours}) = 2 OR regexp_matches({name}, '(?:UTC|GMT)[+−-]'))"
