"""However a shop splits its events into exports, they are the same events."""

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from destock import engine
from destock.intake.settle import settle
from destock.model.schema import TABLES

GIVEN = frozenset({"order_id", "sku", "kind", "ordered_at", "customer_paid"})
EVENTS = st.tuples(
    st.sampled_from("12"),
    st.sampled_from("AB"),
    st.sampled_from(["sale", "return"]),
    st.sampled_from(["2026-06-01", "2026-06-02"]),
)


@pytest.fixture
def con(tmp_path):
    opened = engine.start((), tmp_path)
    yield opened
    opened.close()


def used(con, rows, exports):
    """The rows that are left, whatever export each came in."""
    frame = pd.DataFrame(rows, columns=["order_id", "sku", "kind", "ordered_at", "customer_paid"])
    none = pd.Series([None] * len(frame), dtype="string")
    engine.put(
        con, "judged", frame.assign(_file=exports, _row=range(len(frame)), wanted=True, fault=none)
    )
    settle(con, TABLES["order_lines"], GIVEN, len(set(exports)), "separate")
    return sorted(
        engine.rows(
            con,
            "SELECT order_id, sku, kind, ordered_at, customer_paid FROM judged ANTI JOIN outcomes"
            " USING (_file, _row)",
        )
    )


@given(
    st.dictionaries(
        EVENTS, st.lists(st.integers(8, 10), min_size=1, max_size=3), min_size=1, max_size=8
    ),
    st.data(),
)
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_however_events_without_numbers_are_split_into_exports_they_are_the_same(con, events, data):
    """The rows of one event stay in the export that they came in; every other may come in any."""
    exports = data.draw(st.lists(st.integers(0, 2), min_size=len(events), max_size=len(events)))
    rows = [(*event, paid) for event, each in events.items() for paid in each]
    split = [n for n, each in zip(exports, events.values(), strict=True) for _ in each]
    assert used(con, rows, split) == used(con, rows, [0] * len(rows)) == sorted(rows)


@given(
    st.lists(
        st.tuples(EVENTS, st.lists(st.integers(8, 10), min_size=1, max_size=2)),
        min_size=1,
        max_size=8,
    )
)
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_the_newest_version_of_an_event_is_the_one_that_counts(con, versions):
    """Each export holds one version of one event: the last of each event is left, whole."""
    rows = [(*event, paid) for event, each in versions for paid in each]
    exports = [n for n, (_, each) in enumerate(versions) for _ in each]
    assert used(con, rows, exports) == sorted(
        (*event, paid) for event, each in dict(versions).items() for paid in each
    )
