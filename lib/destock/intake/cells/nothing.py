"""What people and programs write into a cell that holds nothing, as SQL."""

from destock import engine

_ANYWHERE = ("-", "--", "–", "—", "——", "null", "NULL", "(null)", "\\N")
_IDENTIFIER = (*_ANYWHERE, "nan", "NaN", "N/A", "n/a")
_NUMBER = (*_IDENTIFIER, "无")
_DAY = (*_NUMBER, "/", "0000-00-00", "0000-00-00 00:00:00")
# by the kind of a column: a word of a text may be meant
WORDS = {
    "text": _ANYWHERE,
    "id": _IDENTIFIER,
    **dict.fromkeys(("units", "money", "number", "integer"), _NUMBER),
    **dict.fromkeys(("date", "time"), _DAY),
}


def words(kind: str) -> str:
    """Which words mean nothing in a column of this kind? As a list of SQL; exact texts are found in
    no time.
    """
    return ", ".join(map(engine.literal, WORDS[kind]))


def is_nothing(text: str, kind: str) -> str:
    """SQL: does a cell of a column of this kind say that it holds nothing? For rows that are in
    doubt already.
    """
    # IN would become a join
    return "(" + " OR ".join(f"{text} = {engine.literal(word)}" for word in WORDS[kind]) + ")"
