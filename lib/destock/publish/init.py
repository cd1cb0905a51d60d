"""``destock init``: a folder of exports → its ``shop.toml``, with what was asked, assumed or left
open, and the first rows as they are read by it.
"""

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path

from destock.intake.proposals.finding import Found, find
from destock.intake.proposals.proposal import Proposal, propose
from destock.intake.proposals.question import Question
from destock.intake.proposals.writing import ASSUMED, Answers, numbered, text_of, why
from destock.model.messages import Fault, mark, say

TOML = "shop.toml"
# a table that no shop can do without, or one of several
_NEEDED = (("products",), ("order_lines", "snapshot"))


@dataclass(frozen=True)
class Written:
    """What is to be said about a shop.toml, and whether its tables can be read by it."""

    lines: list[str]
    complete: bool


def write_shop(folder: Path, assume: bool, ask: Callable[[str], str] | None) -> Written:
    """Write the ``shop.toml`` of a folder of exports, or show in what it would differ from the one
    that is there.

    ``assume``: what nobody can know gets its likeliest answer, and is marked. ``ask`` puts a
    question to a person. Raises Fault: 3 where the folder holds no export.
    """
    if not folder.is_dir():
        raise Fault(3, mark('no folder at "{path}"'), path=folder)
    found = find(folder)
    if not found.exports:
        reason = next(iter(found.unread.values()), "")
        text = mark("{path}: no export here that can be read. {reason}")
        raise Fault(3, text, path=folder, reason=reason)
    proposal = propose(found.exports, folder.resolve().name)
    text = text_of(proposal, _answers(proposal, ask), assume)
    left, complete = _left(proposal, text, assume)
    return Written([*_said(proposal, found), *_placed(folder / TOML, text), *left], complete)


def _said(proposal: Proposal, found: Found) -> list[str]:
    """What each file is taken for, and which are left out."""
    lines = [f"{entry.table}: {why(entry)}" for entry in proposal.entries]
    unused = mark("{source}: no table of a shop; its columns are {columns}")
    lines += [
        say(unused, source=export.source, columns=", ".join(list(export.columns)[:12]))
        for export in proposal.unused
    ]
    return [*lines, *(f"{fault}" for fault in found.unread.values())]


def _placed(file: Path, text: str) -> list[str]:
    """Write the file where there is none; else show what would be otherwise."""
    if not file.exists():
        file.write_text(text, encoding="utf-8")
        return [say("written: {path}", path=file)]
    before = file.read_text(encoding="utf-8")
    differences = [*unified_diff(before.splitlines(), text.splitlines(), TOML, "init", "", "", 1)]
    if not differences:
        return [say("{path} says so already", path=file)]
    return [say("{path} stays as it is; it would be otherwise in:", path=file), *differences]


def _left(proposal: Proposal, text: str, assume: bool) -> tuple[list[str], bool]:
    """What is assumed, what is to be answered, and which tables are missing; can the tables be read
    all the same?
    """
    given = {entry.table for entry in proposal.entries}
    lacking = [" / ".join(some) for some in _NEEDED if not given & set(some)]
    lines = [say("no file is the table {table}, which a shop needs", table=t) for t in lacking]
    assumed = [line for line in text.splitlines() if f"# {say(ASSUMED)}: " in line]
    asked = [
        line for line in text.splitlines() if re.match(r'# (?:[^ "]|"(?:[^"\\]|\\.)*")+ = ', line)
    ]
    if asked:
        lines += [say("to be answered in shop.toml, by taking the # away:"), *asked]
    return lines + assumed, not lacking and (assume or not asked)


def _answers(proposal: Proposal, ask: Callable[[str], str] | None) -> Answers:
    """What a person says to the questions; nothing where nobody can be asked."""
    if ask is None:
        return {}
    asked = [("", 0, question) for question in proposal.questions]
    for number, entry in numbered(proposal):
        asked += [(entry.table, number, question) for question in entry.questions]
    return {(table, n, q.key): _answer(q, ask) for table, n, q in asked}


def _answer(question: Question, ask: Callable[[str], str]) -> object:
    """One answer: a number of the list, what it says, or anything where that may be."""
    choices = [str(answer) for answer in question.answers]
    listed = "  ".join(f"[{n}] {choice}" for n, choice in enumerate(choices, 1))
    while True:
        said = ask(f"{question.text}\n  {listed}\n> ").strip()
        if not said:
            # what only the shop can know stays open
            return None if question.must else question.answers[0]
        if said.isdigit() and 1 <= int(said) <= len(choices):
            return question.answers[int(said) - 1]
        if said in choices or question.free:
            return said
        print(say("one of: {choices}", choices=", ".join(choices)), file=sys.stderr)
