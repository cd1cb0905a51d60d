"""Layers of stock: the backward walk of the SQL is the forward queue of a warehouse, unit by
unit.
"""

from collections import Counter, deque
from datetime import date, timedelta

import pandas as pd
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

FIRST, AS_OF = date(2026, 4, 1), date(2026, 5, 31)
UNITS = st.integers(1, 9)
LATER = st.tuples(
    st.integers(1, 60),
    st.sampled_from(["receipt", "sale", "sale", "return", "count", "shrink", "found"]),
    UNITS,
)
# the records begin with a receipt, or with a count of what was there before them
HISTORY = st.tuples(
    st.tuples(st.just(0), st.sampled_from(["receipt", "count"]), UNITS),
    st.lists(LATER, max_size=12),
)


class Queue:
    """The units of one SKU, oldest first; what left, newest last; and what was sold before it
    came.
    """

    def __init__(self):
        self.held, self.gone, self.owed = deque(), [], 0

    def push(self, day, units):
        for _ in range(units):
            self.held.append(day)
        owed, self.owed = self.owed, 0
        self.take(owed)

    def take(self, units):
        for _ in range(units):
            if self.held:
                self.gone.append(self.held.popleft())
            else:
                self.owed += 1

    def put_back(self, units):
        for _ in range(units):
            if self.owed:
                self.owed -= 1
            else:
                self.held.appendleft(self.gone.pop() if self.gone else None)

    def count(self, units):
        difference = units - (len(self.held) - self.owed)
        self.put_back(difference) if difference > 0 else self.take(-difference)


def queue_of(history):
    """Play a history forward; a count is of the end of its day."""
    queue = Queue()
    for day, kind, units in sorted(history, key=lambda row: (row[0], row[1] == "count")):
        if kind == "receipt":
            queue.push(FIRST + timedelta(days=day), units)
        elif kind == "count":
            queue.count(units)
        else:
            {
                "sale": queue.take,
                "shrink": queue.take,
                "return": queue.put_back,
                "found": queue.put_back,
            }[kind](units)
    return queue


def tables_of(histories):
    """The same histories as a shop's tables, a SKU each."""
    rows = [
        (f"S{n:02d}", str(FIRST + timedelta(days=day)), kind, units)
        for n, h in enumerate(histories)
        for day, kind, units in h
    ]
    rows = pd.DataFrame(
        [*rows, ("other", str(FIRST), "sale", 1)], columns=["sku", "day", "kind", "units"]
    )
    rows["order_id"] = rows["po_id"] = [f"n{n}" for n in range(len(rows))]
    part = dict(list(rows.groupby("kind")))
    lines = (
        rows[rows["kind"].isin(["sale", "return"])]
        .rename(columns={"day": "ordered_at"})
        .assign(customer_paid=1)
    )
    tables = {"products": pd.DataFrame({"sku": rows["sku"].unique()})}
    tables["order_lines"] = lines.assign(line_id="1", shipped_at=lines["ordered_at"]).drop(
        columns="po_id"
    )
    if "receipt" in part:
        tables["purchases"] = part["receipt"][["po_id", "sku", "day", "units"]].set_axis(
            ["po_id", "sku", "received_at", "units_received"], axis=1
        )
    if "count" in part:
        tables["stock"] = part["count"][["sku", "day", "units"]].set_axis(
            ["sku", "counted_at", "on_hand"], axis=1
        )
    moved = rows[rows["kind"].isin(["shrink", "found"])]
    if len(moved):
        signed = moved["units"].where(moved["kind"] == "found", -moved["units"])
        tables["movements"] = pd.DataFrame(
            {
                "sku": moved["sku"],
                "moved_at": moved["day"],
                "units": signed,
                "kind": "adjustment",
                "location": moved["po_id"],
            }
        )
    return tables


def single_counts(history):
    """A day is counted once."""
    first, later = history
    seen, kept = {0} if first[1] == "count" else set(), [first]
    for day, kind, units in later:
        if kind != "count" or day not in seen:
            kept.append((day, kind, units))
        if kind == "count":
            seen.add(day)
    return kept


@given(st.lists(HISTORY.map(single_counts), min_size=1, max_size=40))
@settings(
    max_examples=6,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_the_backward_walk_agrees_with_a_forward_queue(make_shop, panel, histories):
    frames = panel(make_shop(tables_of(histories)), str(AS_OF))
    layer, now = frames("layer"), frames("sku_now").set_index("sku")["on_hand"]
    found = {
        sku: {row.received_on: row.units for row in rows.itertuples()}
        for sku, rows in layer.groupby("sku")
    }
    for n, history in enumerate(histories):
        queue = queue_of(history)
        expected = Counter(pd.Timestamp(day) if day else pd.NaT for day in queue.held)
        assert now[f"S{n:02d}"] == len(queue.held) - queue.owed
        assert found.get(f"S{n:02d}", {}) == dict(expected), history
