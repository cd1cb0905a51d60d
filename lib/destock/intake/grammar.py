"""Strict grammars, as SQL: which text is a value of its column, and which rule one that is none
breaks.

Identifiers stay text. Numbers and dates are read in one declared form; what could mean two
things is rejected, never guessed.
"""

from datetime import date

from destock import engine
from destock.intake import numerals
from destock.intake.moments import future, moment
from destock.intake.sheets import ERRORS
from destock.intake.shop import Source
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


def typed(column: Column, given: str, source: Source) -> str:
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
    value = f"TRY_CAST({_number(column, given, source)} AS {kind})"
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


def _number(column: Column, given: str, source: Source) -> str:
    if given == "VARCHAR":
        return numerals.of_text(column, source)
    return numerals.of_amount(column.name, given) if column.kind == "money" else column.name


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
        rules = [(doubt, numerals.has_two_readings(text), TWO_READINGS)]
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
