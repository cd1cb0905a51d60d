"""Strict grammars, as SQL: which text is a value of its column, and which rule one that is none
breaks.

Identifiers stay text. Numbers and dates are read in one declared form; what could mean two
things is rejected, never guessed.
"""

from datetime import date

from destock import engine
from destock.intake.cells import nothing, numerals
from destock.intake.cells.moments import future, moment
from destock.intake.formats.sheets import ERRORS
from destock.intake.shop import Source
from destock.model.messages import mark
from destock.model.schema import Column

MISSING, DAMAGED, OTHER_MONEY = (
    mark("it is empty"),
    mark(
        "an identifier that a spreadsheet turned into a number: format its column as text before"
        " anything is pasted or opened there, and export it again"
    ),
    mark(
        "another currency: give its rows a shop of their own, or leave them out with where in"
        " shop.toml"
    ),
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
DAY_OR_MONTH = mark(
    "day or month first: say in shop.toml how the table writes days, such as date_format ="
    ' "%d/%m/%Y" or "%m/%d/%Y"'
)
SERIAL = mark(
    "a spreadsheet's number of a day: format its column as a date there, such as 2026-06-07, and"
    " export it again"
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
FAILS = mark(
    "the shop's own expression fails on this row, such as a division by zero or a text that is no"
    " number"
)
FAILED = mark("a formula without a result")
UNREADABLE = {
    "units": mark("not a number of at most 3 decimals"),
    "money": mark("not an amount of at most 4 decimals"),
    "number": mark("not a number"),
    "integer": mark("not a whole number"),
    "date": mark(
        "not a date that can be read: say in shop.toml how the table writes days, such as"
        ' date_format = "%d.%m.%y"'
    ),
    "time": mark(
        "not a time that can be read: say in shop.toml how the table writes times, such as"
        ' date_format = "%d.%m.%y %H:%M"'
    ),
}
_NOT_DECLARED = {
    "date": mark("not a date in the declared form"),
    "time": mark("not a time in the declared form"),
}

# rules that a date_format ends, where one reads all that break them
MENDED_BY_DATE_FORM = (DAY_OR_MONTH, UNREADABLE["date"], UNREADABLE["time"])


def typed(column: Column, given: str, source: Source, currency: str) -> str:
    """The value of a column whose ``given`` type is one of the engine's, NULL where it has none."""
    name, kind = column.name, column.sql_type
    if column.kind == "text":
        return _text(name, given)
    if column.kind == "id":
        return _identifier(name, given)
    if column.kind in ("date", "time"):
        if given == "VARCHAR":
            return f"CAST({moment(name, source.date_format)} AS {kind})"
        return f"TRY_CAST({name} AS {kind})"
    value = f"TRY_CAST({_number(column, given, source, currency)} AS {kind})"
    return f"CASE WHEN isfinite({value}) THEN {value} END" if column.kind == "number" else value


def _text(name: str, given: str) -> str:
    return name if given == "VARCHAR" else f"nullif(trim(CAST({name} AS VARCHAR)), '')"


def _identifier(name: str, given: str) -> str:
    """An identifier is the same in full width; one that became a binary number is exact up to 2^53,
    else damaged, and looks so.
    """
    if given in ("DOUBLE", "FLOAT"):
        whole = f"{name} = trunc({name}) AND abs({name}) < 9007199254740992"
        return (
            f"CASE WHEN {whole} THEN CAST(CAST({name} AS BIGINT) AS VARCHAR) ELSE upper(CAST({name}"
            " AS VARCHAR)) END"
        )
    text = _text(name, given)
    ascii = f"strlen({text}) = length({text})"
    return f"CASE WHEN {ascii} THEN {text} ELSE {numerals.half_width(text)} END"


def _number(column: Column, given: str, source: Source, currency: str) -> str:
    if given == "VARCHAR":
        return numerals.of_text(column, source, currency, f"common_{column.name}")
    return numerals.of_amount(column.name, given) if column.kind == "money" else column.name


def broken(columns: list[Column], source: Source, currency: str, today: date) -> tuple[str, str]:
    """Which rows may break a rule, and which rule each of them breaks first: two expressions of
    ``typed_NAME`` and the columns.

    The first is cheap and true for every row that breaks one: the second, ``column:rule`` or NULL,
    need be asked for those only. What has happened did so by ``today``, or tomorrow: it is tomorrow
    already somewhere.
    """
    rules = [
        (doubt, rest, f"{c.name}:{rule}")
        for c in columns
        for doubt, rest, rule in _rules(c, f"typed_{c.name}", source, currency, today)
    ]
    doubtful = " OR ".join(dict.fromkeys(doubt for doubt, *_ in rules))
    branches = " ".join(
        f"WHEN {doubt} AND {rest} THEN {engine.literal(name)}" for doubt, rest, name in rules
    )
    return doubtful, f"CASE {branches} END"


# a cheap doubt, what makes it certain, the rule's name
Rule = tuple[str, str, str]


def _rules(column: Column, value: str, source: Source, currency: str, today: date) -> list[Rule]:
    """Rules of one column, in order."""
    kind, rules = column.kind, _not_read(column, value, source, currency)
    if column.required:
        rules.append((f"{value} IS NULL", "true", MISSING))
    if kind in ("text", "id"):
        rules += _of_a_text(value)
    if column.values:
        # NOT IN would become a join
        words = " AND ".join(f"{value} <> {engine.literal(word)}" for word in column.values)
        rules.append((f"({words})", f"NOT {nothing.is_nothing(value, kind)}", WORD))
    if column.name == "currency":
        other = f"upper({value}) <> {engine.literal(currency)}"
        rules.append((other, f"NOT {nothing.is_nothing(value, kind)}", OTHER_MONEY))
    if kind in ("units", "money", "number") and not column.signed:
        rules.append((f"{value} < 0", "true", NEGATIVE))
    return rules + (_of_a_day(column, value, source, today) if kind in ("date", "time") else [])


def _not_read(column: Column, value: str, source: Source, currency: str) -> list[Rule]:
    """Why is a text no value of a column that is not of texts? One that says that there is none
    breaks no rule here.
    """
    kind, text = column.kind, f"CAST({column.name} AS VARCHAR)"
    if kind in ("text", "id"):
        return []
    unreadable, rules = UNREADABLE, []
    if kind in ("date", "time"):
        rules = _of_no_day(text)
        if source.date_format:
            unreadable, rules = _NOT_DECLARED, rules[:2]
    elif kind != "integer" and not numerals.form(source):
        rules = [(numerals.has_two_readings(column, text, currency), TWO_READINGS)]
    if kind == "money":
        rules.append((numerals.is_of_another(column, text, currency), OTHER_MONEY))
    doubt = f"({value} IS NULL AND {column.name} IS NOT NULL)"
    otherwise = (f"NOT {nothing.is_nothing(text, kind)}", unreadable[kind])
    return [(doubt, rest, rule) for rest, rule in (*rules, otherwise)]


def _of_no_day(text: str) -> list[tuple[str, str]]:
    """What a text may be that is no day that can be read."""
    # IN would become a join
    total = f"regexp_full_match(lower({text}), '(?:{'|'.join(_TOTAL)})\\s*[:：]?')"
    named = (
        f"regexp_matches({text}, ':\\d\\d[\\d.:]*\\s*(?:[AP]M\\s*)?[A-Z]{{2,5}}$')"
        f" AND NOT regexp_matches({text}, '[0-9 ][AP]M$')"
    )
    serial = f"regexp_full_match({text}, '[3-7]\\d{{4}}(?:[.,]\\d+)?')"
    return [(total, SUMMARY), (named, ZONE), (_either(text), DAY_OR_MONTH), (serial, SERIAL)]


def _either(text: str) -> str:
    """SQL: may the day of a date stand before its month, or behind?"""
    # 04/05/2026, 4.5.26
    return rf"regexp_matches({text}, '^\d{{1,2}}[./-]\d{{1,2}}[./-]\d{{2}}(?:\d\d)?(?:\D|$)')"


def _of_a_text(value: str) -> list[Rule]:
    """What a spreadsheet leaves where a text belongs."""
    errors = " OR ".join(f"starts_with({value}, {engine.literal(error)})" for error in ERRORS)
    return [(f"{value} < '$'", f"({errors})", FAILED)]


def _of_a_day(column: Column, value: str, source: Source, today: date) -> list[Rule]:
    """Which days can have been, or may lie ahead?"""
    beyond = f"{value} NOT BETWEEN DATE '1990-01-01' AND DATE '2099-12-31'"
    rules = [(beyond, _either(f"CAST({column.name} AS VARCHAR)"), DAY_OR_MONTH)]
    rules = [*(rules if not source.date_format else []), (beyond, "true", TIME)]
    return rules if column.planned else [*rules, (future(value, today), "true", FUTURE)]
