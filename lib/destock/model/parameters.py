"""The parameters of a report and their types: one check for the command line, papermill and a
notebook's own cell.
"""

import ast
import re
import sys
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from difflib import get_close_matches
from numbers import Real
from pathlib import Path

from destock.model.messages import Fault, mark

PARAMETERS = ("shop", "as_of", "lang", "settings")


def folder(value: object) -> Path:
    """A shop's folder; papermill makes a number of ``-p shop 007``."""
    if not isinstance(value, str | Path) or not str(value) or "\0" in str(value):
        raise Fault(
            2, mark('shop "{value}" is not a folder: write its path as a text'), value=value
        )
    return Path(value)


def day(value: object) -> date | None:
    """A day, written as 2026-06-07 and in no other way; nothing where nothing is asked for."""
    if isinstance(value, date):
        return value.date() if isinstance(value, datetime) else value
    if value is None or value == "":
        return None
    try:
        return datetime.strptime(value, "%Y-%m-%d").date()
    except (TypeError, ValueError) as error:
        raise Fault(
            2, mark('as-of "{value}" is not a date: write it as 2026-06-07'), value=value
        ) from error


def number(value: object) -> float:
    """A number, written with digits, a sign and a point and in no other way; NaN for everything
    else.

    >>> number("0.12"), number(3), number("1_000"), number("nan"), number(True)
    (0.12, 3.0, nan, nan, nan)
    """
    if isinstance(value, str) and re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)", value, re.ASCII):
        return float(value)
    return float(value) if isinstance(value, Real) and not isinstance(value, bool) else float("nan")


def mapping(value: object) -> Mapping[str, object]:
    """The settings of a run: assumption → value."""
    if not isinstance(value or {}, Mapping):
        raise Fault(
            2,
            mark(
                'settings "{value}" are no table of names and values, such as {{"capital_rate":'
                " 0.12}}"
            ),
            value=value,
        )
    return value or {}


def nearest(name: object, known: Iterable[str]) -> str:
    """The known name that an unknown one was most likely meant to be."""
    return (get_close_matches(str(name), known, n=1, cutoff=0.4) or sorted(known))[0]


def refuse_unknown(*own: str) -> None:
    """Did papermill give this notebook a parameter that it does not have? It would be ignored.

    own: parameters that this notebook has beside those that all have.

    Raises Fault (2). Says nothing outside a notebook that papermill runs.
    """
    for name in _injected():
        if name not in (*PARAMETERS, *own):
            known = nearest(name, (*PARAMETERS, *own))
            raise Fault(
                2,
                mark('parameter "{name}" is not known; did you mean "{near}"?'),
                name=name,
                near=known,
            )


def _injected() -> list[str]:
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    cells = (
        [cell for cell in shell.user_ns.get("In", []) if cell.startswith("# Parameters\n")]
        if shell
        else []
    )
    names = [
        node.id
        for cell in cells
        for node in ast.walk(ast.parse(cell))
        if isinstance(node, ast.Name)
    ]
    # how papermill writes what is no number
    return [name for name in names if name not in ("float", "nan")]
