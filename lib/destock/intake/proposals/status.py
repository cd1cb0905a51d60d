"""What the words of an unknown export's status columns say, and which of them only the shop can
explain.
"""

from destock.intake.events import AFTERSALE, ORDER
from destock.intake.proposals.finding import Export
from destock.intake.proposals.matching import names, whole
from destock.intake.proposals.question import Question
from destock.model.messages import mark

# a column of more words than this is no status
MOST_WORDS = 40
_STATES = {"status": ("order", ORDER), "aftersale": ("aftersale", AFTERSALE)}
# what shop.toml calls other columns that tell how a line fared
_BESIDE = {"paid_at": "paid_at", "returned_units": "returned_units", "refund_value": "refund"}


def tell_status(
    export: Export, columns: dict[str, str]
) -> tuple[dict[str, object], list[Question]]:
    """What is shop.toml to say of an export's status, and which words are to be asked about?

    ``columns``: ours → theirs. A word that most systems use is explained by itself.
    """
    keys: dict[str, object] = {
        f"status.{key}": columns[ours] for ours, key in _BESIDE.items() if ours in columns
    }
    questions: list[Question] = []
    for ours, (key, states) in _STATES.items():
        words = sorted(set(export.columns.get(columns.get(ours, ""), [])))
        if words and len(words) <= MOST_WORDS:
            keys[f"status.{key}"] = columns[ours]
            meanings = {word: _meaning(word, states) for word in words}
            keys |= {f"status.words.{word}": means for word, means in meanings.items() if means}
            unknown = [word for word, means in meanings.items() if not means and word.strip()]
            questions += [_question(export, columns[ours], word, states) for word in unknown]
    return keys, questions


def _question(export: Export, column: str, word: str, states: tuple[str, ...]) -> Question:
    text = mark("{file}: what does “{word}” in “{column}” say of a line?")
    said = {"file": export.source, "word": word, "column": column}
    return Question(f"status.words.{word}", text, [*states], said)


def _meaning(word: str, states: tuple[str, ...]) -> str:
    """What this word says in most systems; empty where nobody can tell."""
    known_as = names()["words"]
    return next((state for state in states if whole(word) in known_as.get(state, [])), "")
