"""Frames → ``results/``: Parquet for programs, CSV for spreadsheets, ``contract.json`` for whoever
reads either.
"""

import csv
import re
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from destock import engine
from destock.intake.cells.trimming import FORMULA, GUARDED
from destock.model.results import contract
from destock.publish.place import write_json


def write_results(frames: Mapping[str, pd.DataFrame], folder: Path) -> None:
    """Write every table of the pack into a new folder."""
    folder.mkdir()
    write_json(contract(), folder / "contract.json")
    for name, frame in frames.items():
        engine.save(frame, folder / f"{name}.parquet")
        write_csv(frame, folder / f"{name}.csv")


def write_csv(frame: pd.DataFrame, path: Path) -> None:
    """Write a table for a spreadsheet: every text in quotes, so that a line break inside one begins
    no row; no text a formula.
    """
    inert(frame).to_csv(
        path, index=False, encoding="utf-8-sig", lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC
    )


def inert(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with an apostrophe before each text that a spreadsheet would run as a formula;
    numbers stay as they are.

    A text that looks guarded already gets one more: the door takes one away, and reads what was
    meant.

    >>> inert(pd.DataFrame({"name": ["=1+1", "1-1"], "gap": [-1.0, 2.0]})).values.tolist()
    [["'=1+1", -1.0], ['1-1', 2.0]]
    """
    texts = frame.select_dtypes(["object", "string"])
    return frame.assign(**{name: column.map(_inert) for name, column in texts.items()})


def _inert(value: object) -> object:
    return (
        f"'{value}"
        if isinstance(value, str)
        and value
        and (value[0] in FORMULA or re.fullmatch(GUARDED, value))
        else value
    )
