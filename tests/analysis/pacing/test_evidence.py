"""The short form of the full table in tests/evidence: three shops, so wider bars."""

from tests.evidence.pacing import bars, study


def test_the_projection_can_be_trusted():
    lines = bars(study([1, 2, 3]), slack=3.0)
    assert lines["reached"].all(), lines.to_string()
