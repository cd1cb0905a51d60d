"""The short form of the full table in tests/evidence: fewer plans, the bar widened by three
Monte-Carlo errors.
"""

import pytest
from tests.evidence import cash_goals

pytestmark = pytest.mark.evidence


def test_a_hundred_goals_of_cash():
    held = cash_goals.lines(cash_goals.table(cash_goals.study(range(1, 101))), widening=3)
    assert held["plans"].tolist() == [100]
    assert held["holds"].all(), held.to_string()
