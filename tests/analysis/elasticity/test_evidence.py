"""The short form of the full table in tests/evidence: eight worlds of each kind, bars widened by
three Monte-Carlo errors.
"""

import pytest
from tests.evidence import price_answers
from tests.evidence.elasticity import BARS, lines, study, table

pytestmark = pytest.mark.evidence


def test_eight_worlds_of_each_kind():
    held = lines(table(study(range(1, 9))), widening=3)
    assert len(held) == len(BARS)
    assert held[held["line"] != "reached"].empty, held.to_string()


CELLS = ("lot by style", "lot by cluster .35", "broken controls", "kept to", "five categories")
RULES = ("cover rule, two prices", "cover rule, all the same elasticity", "manager's knowledge")


def test_eight_worlds_that_are_not_ours():
    found = price_answers.study(range(1, 9), (*CELLS, *RULES), processes=1)
    held = price_answers.bars(price_answers.table(found), widening=3)
    assert set(held["group"]) == {"all", "category", "new category"}
    assert held[held["line"] != "reached"].empty, held.to_string()
