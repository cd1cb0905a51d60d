"""A proposal as the text of a ``shop.toml``: each line with the reason for it, what was assumed
marked, what nobody answered left out behind a #.
"""

import json
import re
from collections.abc import Mapping
from datetime import date

from destock.intake.proposals.proposal import Entry, Proposal
from destock.intake.proposals.question import Question
from destock.model.messages import mark, say

# a key's answer, by table and number of the source, or "" for the shop's own
Answers = Mapping[tuple[str, int, str], object]
ASSUMED = mark("assumed")
_OR = mark("or")


def text_of(proposal: Proposal, answers: Answers, assume: bool) -> str:
    """The shop.toml of a proposal.

    ``answers``: what the shop said to its questions. ``assume``: a question without an answer gets
    the likeliest, and says so; else its line stands there behind a #.
    """
    own = [_line(key, value) for key, value in proposal.keys.items()]
    own += [_answer(q, answers.get(("", 0, q.key)), assume) for q in proposal.questions]
    parts = ["\n".join(own)]
    for number, entry in numbered(proposal):
        several = sum(other.table == entry.table for other in proposal.entries) > 1
        parts.append(_section(entry, number, several, answers, assume))
    return "\n\n".join(parts) + "\n"


def numbered(proposal: Proposal) -> list[tuple[int, Entry]]:
    """The sources of each table, with their number in it."""
    seen: dict[str, int] = {}
    found = []
    for entry in proposal.entries:
        found.append((seen.get(entry.table, 0), entry))
        seen[entry.table] = seen.get(entry.table, 0) + 1
    return found


def _section(entry: Entry, number: int, several: bool, answers: Answers, assume: bool) -> str:
    head = f"[[tables.{entry.table}]]" if several else f"[tables.{entry.table}]"
    lines = [f"# {why(entry)}", head, *(_line(key, value) for key, value in entry.keys.items())]
    for question in entry.questions:
        lines.append(_answer(question, answers.get((entry.table, number, question.key)), assume))
    status = any(key.startswith("status.") for key in entry.keys)
    if status and not any(line.startswith("status.words.") for line in lines):
        # a table without words yet, to which each word can be added
        words = [line for line in lines if line.startswith("# status.words.")]
        lines = [line for line in lines if line not in words]
        lines.append(f"[tables.{entry.table}.status.words]")
        lines += [line.replace("status.words.", "", 1) for line in words]
    return "\n".join(lines)


def why(entry: Entry) -> str:
    """By what an export was recognised."""
    export = entry.export
    if export.profile is None:
        return say(mark("{source}: by the names and values of its columns"), source=export.source)
    return say(
        mark("{source}: {title}; {score} of its marks, {margin} more than any other"),
        source=export.source,
        title=export.profile.title,
        score=f"{export.score:.0%}",
        margin=f"{export.margin:.0%}",
    )


def _answer(question: Question, answer: object, assume: bool) -> str:
    """A question's line: what the shop said, what is assumed, or what it may say."""
    if answer is not None:
        return _line(question.key, answer)
    assume = assume and not question.must
    others = f" {say(_OR)} ".join(_value(value) for value in question.answers[1:])
    comment = f"  # {say(ASSUMED) + ': ' if assume else ''}{question.text}"
    comment += f" {say(_OR).capitalize()} {others}" if others else ""
    line = _line(question.key, question.answers[0]) + comment
    return line if assume else f"# {line}"


def _line(key: str, value: object) -> str:
    return f"{_key(key)} = {_value(value)}"


def _key(key: str) -> str:
    """A dotted key; a word of a status may be any text."""
    word = key.removeprefix("status.words.")
    return key if word == key else f"status.words.{_quoted(word)}"


def _value(value: object) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_quoted, value))}]"
    return value.isoformat() if isinstance(value, date) else _quoted(str(value))


def _quoted(text: str) -> str:
    """A basic string of TOML."""
    return re.sub("\x7f", "\\\\u007f", json.dumps(text, ensure_ascii=False))
