"""A finding: one thing that was found, with its figure, its basis and its warnings; and the
sentence that tells it.

Sentences, the summary and the action list are made from findings and from nothing else.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from math import isfinite
from numbers import Number

import numpy as np
import pandas as pd

UNKNOWN = float("nan")


@dataclass(frozen=True)
class Finding:
    """One record: what was found (``id``), how much (``value``, its interval), and how sure.

    ``figures`` are the blanks of its sentence: name → (value, kind).
    """

    id: str
    value: float
    unit: str
    basis: str = ""
    low: float = UNKNOWN
    high: float = UNKNOWN
    money: float = UNKNOWN
    severity: int = 0
    warnings: tuple[str, ...] = ()
    item: str = ""
    figures: dict[str, tuple[object, str]] = field(default_factory=dict)


SENTENCES: dict[str, "Sentence"] = {}
_BLANK = re.compile(r"\{(\w+):(\w+)\}")


@dataclass(frozen=True)
class Sentence:
    """How a finding is told: a sentence whose blanks say of which kind they are, ``{cost:money}``.

    Kinds: money, price (to the cent), cost (an amount "at cost"), units, weeks, percent, number,
    p, date, label (a word of ours), text (a word of the shop's). ``value`` and ``money`` name the
    figures that the finding's own value and amount are.
    """

    id: str
    told: str
    unit: str = ""
    basis: str = ""
    value: str = ""
    money: str = ""
    severity: int = 0

    def __post_init__(self):
        if SENTENCES.setdefault(self.id, self) != self:
            raise ValueError(f"two sentences are called {self.id}")

    @property
    def text(self) -> str:
        """The sentence as the catalogue has it: the blanks by name alone."""
        return plain_blanks(self.told)

    @property
    def kinds(self) -> dict[str, str]:
        """Its blanks, each with its kind."""
        return kinds(self.told)

    def found(self, figures: Mapping[str, object] | None = None, **more) -> Finding:
        """The finding that this sentence tells, of these figures; those that it has no blank for
        are left out. ``more``: other fields of the finding. Raises KeyError where a blank has no
        figure.
        """
        figures = {} if figures is None else figures
        finding = Finding(
            self.id,
            figures.get(self.value, UNKNOWN),
            self.unit,
            self.basis,
            money=figures.get(self.money, UNKNOWN),
            severity=self.severity,
            figures={name: (figures[name], kind) for name, kind in self.kinds.items()},
        )
        return replace(finding, **more)


def kinds(told: str) -> dict[str, str]:
    """The blanks of a sentence, each with its kind.

    >>> kinds("{n:units} styles are late.")
    {'n': 'units'}
    """
    return dict(_BLANK.findall(told))


def plain_blanks(told: str) -> str:
    """A sentence with its blanks by name alone.

    >>> plain_blanks("{n:units} styles are late.")
    '{n} styles are late.'
    """
    return _BLANK.sub(r"{\1}", told)


def table(findings: list[Finding]) -> pd.DataFrame:
    """Findings as a frame for the results: one row a finding, figures as JSON."""
    columns = [
        "id",
        "item",
        "value",
        "low",
        "high",
        "unit",
        "basis",
        "money",
        "severity",
        "warnings",
        "figures",
    ]
    rows = [
        {name: getattr(finding, name) for name in columns}
        | {
            "value": float(finding.value),
            "warnings": "; ".join(finding.warnings),
            "figures": _json(finding.figures),
        }
        for finding in findings
    ]
    return pd.DataFrame(rows, columns=columns)


def untable(frame: pd.DataFrame) -> list[Finding]:
    """The findings that ``table`` wrote down, as far as their sentences need them: no day is read
    back as one.
    """
    return [
        Finding(
            row.id,
            row.value,
            row.unit,
            row.basis,
            severity=row.severity,
            item=row.item,
            figures={n: tuple(f) for n, f in json.loads(row.figures).items()},
        )
        for row in frame.itertuples()
    ]


def _json(figures: dict[str, tuple[object, str]]) -> str:
    """Figures as JSON that every reader takes: numbers as numbers, days as 2026-06-07, null for
    what is not known or endless.
    """
    return json.dumps(
        {name: (_value(value), kind) for name, (value, kind) in figures.items()},
        ensure_ascii=False,
        allow_nan=False,
    )


def _value(value: object) -> object:
    if isinstance(value, date):
        return None if pd.isna(value) else f"{value:%Y-%m-%d}"
    if isinstance(value, Number) and not isinstance(value, bool):
        plain = value.item() if isinstance(value, np.generic) else value
        return plain if isfinite(plain) else None
    return None if pd.isna(value) else value
