"""Findings as a table: JSON that every reader takes."""

import json

import numpy as np
import pandas as pd

from destock.model.findings import Finding, table


def test_figures_are_json_numbers_days_and_nothing_strange():
    given = {
        "n": np.int64(12),
        "share": np.float64(0.5),
        "unknown": float("nan"),
        "endless": float("inf"),
        "day": pd.Timestamp("2026-06-07"),
        "never": pd.NaT,
        "none": None,
        "name": '"</script>\n',
        "yes": True,
        "gone": pd.NA,
    }
    row = table(
        [
            Finding(
                "excess",
                1,
                "share",
                figures={name: (value, "units") for name, value in given.items()},
            )
        ]
    ).iloc[0]

    def refuse(constant):
        raise AssertionError(constant)

    read = {
        name: value
        for name, (value, _) in json.loads(row["figures"], parse_constant=refuse).items()
    }
    assert read == {
        "n": 12,
        "share": 0.5,
        "unknown": None,
        "endless": None,
        "day": "2026-06-07",
        "never": None,
        "none": None,
        "name": '"</script>\n',
        "yes": True,
        "gone": None,
    }
    assert isinstance(read["n"], int)


def test_no_finding_is_an_empty_table():
    assert table([]).columns.tolist()[:2] == ["id", "item"]
