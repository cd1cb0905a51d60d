"""A finding: one thing that was found, with its figure, its basis and its warnings.

Sentences, the summary and the action list are made from findings and from nothing else.
"""

import json
from dataclasses import dataclass, field
from datetime import date
from math import isfinite
from numbers import Number

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Finding:
    """One record: what was found (``id``), how much (``value``, its interval), and how sure.

    ``figures`` are the blanks of its sentence: name → (value, kind), kind one of money,
    units, percent, points, number, date, label, text.
    """

    id: str
    value: float
    unit: str
    basis: str = ""
    low: float = float("nan")
    high: float = float("nan")
    money: float = float("nan")
    severity: int = 0
    warnings: tuple[str, ...] = ()
    item: str = ""
    figures: dict[str, tuple[object, str]] = field(default_factory=dict)


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
        {
            "id": f.id,
            "item": f.item,
            "value": float(f.value),
            "low": f.low,
            "high": f.high,
            "unit": f.unit,
            "basis": f.basis,
            "money": f.money,
            "severity": f.severity,
            "warnings": "; ".join(f.warnings),
            "figures": _json(f.figures),
        }
        for f in findings
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
