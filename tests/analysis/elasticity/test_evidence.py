"""The short form of the full table in tests/evidence: eight worlds of each kind, bars widened by
three Monte-Carlo errors.
"""

import pytest
from tests.evidence.elasticity import BARS, lines, study, table

pytestmark = pytest.mark.evidence


def test_eight_worlds_of_each_kind():
    held = lines(table(study(range(1, 9))), widening=3)
    assert len(held) == len(BARS)
    assert held[held["line"] != "reached"].empty, held.to_string()
