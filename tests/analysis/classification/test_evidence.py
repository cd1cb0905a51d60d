"""The short form of the full table in tests/evidence: one small shop and fewer styles, so wider
bars.
"""

import numpy as np
import pytest
from tests.evidence import cause_probabilities
from tests.evidence.classification import BIN, CENT, causes_found, rates, study

pytestmark = pytest.mark.evidence


def test_planted_kinds_of_a_small_shop_are_found_and_every_sum_agrees():
    by_kind, gaps = study([101], styles=150)
    table = rates(by_kind.groupby("kind")[["planted", "found", "hits"]].sum())
    assert table.loc["all", "recall"] > 0.80
    assert (table.loc[["out of season", "misjudged", "slow", "defective"], "recall"] > 0.60).all()
    assert gaps.max().max() < CENT


def test_planted_causes_are_found_and_the_stated_probability_is_true():
    whole, by_bin = causes_found(2, styles=600)
    assert whole["right"] > 0.95 - 3 * whole["standard_error"]
    known = by_bin[by_bin["n"] > 0]
    error = np.maximum(known["standard_error"], 0.5 / np.sqrt(known["n"]))
    assert (known["stated"] - known["true"] <= BIN + 3 * error).all()
    assert whole["residual"] < 1e-6


def test_in_worlds_that_are_not_ours_a_cause_that_is_said_for_certain_is_right():
    found = cause_probabilities.study(range(1, 5), processes=1)
    held = cause_probabilities.bars(cause_probabilities.table(found), widening=3)
    assert len(held) == len(cause_probabilities.BARS) * len(cause_probabilities.WORLDS)
    assert held[held["line"] != "reached"].empty, held.to_string()
