"""The SQL of the panel agrees with slow, plain loops over random small shops."""

from collections import Counter, defaultdict, deque
from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

# a Wednesday, a Wednesday; the last week lies after the day
FIRST, AS_OF, DAYS = (date(2026, 4, 1), date(2026, 5, 13), 50)
SKUS = ["A", "B", "C", "D", "E"]
ORDER = [
    "order_id",
    "line_id",
    "sku",
    "ordered_at",
    "units",
    "kind",
    "customer_paid",
    "resaleable_units",
    "shipped_at",
    "original_ordered_at",
]


def some_day(rng, since=FIRST):
    return since + timedelta(
        days=int(rng.integers(0, max(1, (FIRST + timedelta(days=DAYS) - since).days)))
    )


def moment(rng, day):
    return datetime(
        day.year, day.month, day.day, int(rng.integers(0, 24)), int(rng.integers(0, 60))
    )


def random_orders(rng):
    """Sales and what became of them: most shipped, some cancelled, returned, exchanged."""
    rows = []
    for n in range(60):
        sold, units = moment(rng, some_day(rng)), int(rng.integers(1, 6))
        fate = rng.choice(
            ["shipped", "waits", "cancel", "return", "exchange"], p=[0.5, 0.1, 0.1, 0.2, 0.1]
        )
        shipped = (
            None if fate in ("waits", "cancel") else sold + timedelta(days=int(rng.integers(0, 9)))
        )
        sku = str(rng.choice(SKUS))
        rows.append([f"o{n}", "1", sku, sold, units, "sale", 10 * units, None, shipped, None])
        if fate in ("cancel", "return", "exchange"):
            later, back = (
                moment(rng, some_day(rng, sold.date() + timedelta(days=1))),
                int(rng.integers(1, units + 1)),
            )
            good = int(rng.integers(0, back + 1)) if fate != "cancel" else None
            rows.append(
                [
                    f"o{n}",
                    "1",
                    sku,
                    later,
                    units if fate == "cancel" else back,
                    fate,
                    0,
                    good,
                    None,
                    sold,
                ]
            )
            if fate == "exchange":
                rows.append(
                    [
                        f"x{n}",
                        "1",
                        str(rng.choice(SKUS)),
                        later,
                        back,
                        "reship",
                        0,
                        None,
                        later + timedelta(days=1),
                        None,
                    ]
                )
    return pd.DataFrame(rows, columns=ORDER)


def random_shop(rng, counted, shipping):
    """Order lines, purchases, movements and, where ``counted``, counts, as frames."""
    orders = random_orders(rng)
    arrived = [
        (f"p{n}", str(rng.choice(SKUS)), int(rng.integers(5, 40)), some_day(rng)) for n in range(15)
    ]
    moved = [
        (str(rng.choice(SKUS)), some_day(rng), int(rng.integers(-3, 4)), "adjustment")
        for _ in range(8)
    ]
    found = {
        (str(rng.choice(SKUS)), some_day(rng)): int(rng.integers(0, 30))
        for _ in range(8 if counted else 0)
    }
    tables = {
        "products": pd.DataFrame({"sku": SKUS[:3]}),
        "order_lines": orders if shipping else orders.drop(columns="shipped_at"),
        "purchases": pd.DataFrame(
            arrived, columns=["po_id", "sku", "units_received", "received_at"]
        ),
        "movements": (
            pd.DataFrame(moved, columns=["sku", "moved_at", "units", "kind"]).drop_duplicates()
        ),
    }
    if found:
        tables["stock"] = pd.DataFrame(
            [(s, d, n) for (s, d), n in found.items()], columns=["sku", "counted_at", "on_hand"]
        )
    return tables


SHOPS = [
    (seed, counted, shipping)
    for seed in range(3)
    for counted in (False, True)
    for shipping in (False, True)
]


@pytest.fixture(params=SHOPS, ids=lambda p: f"seed {p[0]}{' counted' * p[1]}{' shipping' * p[2]}")
def shop(request, make_shop, panel):
    """Tables of a random shop, known rows only, with the panel's frames."""
    seed, counted, shipping = request.param
    tables = random_shop(np.random.default_rng(seed), counted, shipping)
    return Known(tables, shipping), panel(make_shop(tables), AS_OF.isoformat())


class Known:
    """What was known on AS_OF, as plain lists of rows."""

    def __init__(self, tables, shipping):
        self.shipping = shipping
        self.lines = [
            row for row in records(tables["order_lines"]) if row["ordered_at"].date() <= AS_OF
        ]
        self.receipts = [row for row in records(tables["purchases"]) if row["received_at"] <= AS_OF]
        self.moves = [row for row in records(tables["movements"]) if row["moved_at"] <= AS_OF]
        self.counts = {
            (r["sku"], r["counted_at"]): r["on_hand"]
            for r in records(tables.get("stock", pd.DataFrame()))
            if r["counted_at"] <= AS_OF
        }
        days = (
            [r["ordered_at"].date() for r in self.lines]
            + [r["received_at"] for r in self.receipts]
            + [d for _, d in self.counts]
        )
        self.first = min(days)
        self.days = [self.first + timedelta(days=n) for n in range((AS_OF - self.first).days + 1)]


def records(frame):
    return [
        {k: None if pd.isna(v) else v for k, v in row.items()} for row in frame.to_dict("records")
    ]


def monday(day):
    return day - timedelta(days=day.weekday())


def shipped_day(known, row):
    """The day on which the units of a line left, if they did."""
    if not known.shipping:
        return row["ordered_at"].date()
    return (
        row["shipped_at"].date()
        if row["shipped_at"] and row["shipped_at"].date() <= AS_OF
        else None
    )


def changes(known, sku):
    """What came in and went out of one SKU, good and damaged, by day."""
    good, damaged, outward = Counter(), Counter(), set()
    for row in (r for r in known.lines if r["sku"] == sku):
        day, kind = row["ordered_at"].date(), row["kind"]
        if kind in ("sale", "reship") and (left := shipped_day(known, row)):
            good[left] -= row["units"]
            outward.add(left)
        elif kind == "cancel" and not known.shipping:
            good[day] += row["units"]
            outward.add(day)
        elif kind in ("return", "exchange"):
            good[day] += row["resaleable_units"]
            damaged[day] += row["units"] - row["resaleable_units"]
            outward.add(day)
    for row in (r for r in known.receipts if r["sku"] == sku):
        good[row["received_at"]] += row["units_received"]
    for row in (r for r in known.moves if r["sku"] == sku):
        good[row["moved_at"]] += row["units"]
    return good, damaged, outward


def opening(known, sku, good, damaged, outward):
    """Stock before the records begin: none where they begin with a receipt, else what the first
    count implies.
    """
    counted = sorted(day for s, day in known.counts if s == sku)
    arrived = min((r["received_at"] for r in known.receipts if r["sku"] == sku), default=None)
    signs = sorted([*outward, *counted])
    if not counted or (arrived and (not signs or arrived <= signs[0])):
        return 0, 0
    until = counted[0]
    return known.counts[sku, until] - sum(n for d, n in good.items() if d <= until), -sum(
        n for d, n in damaged.items() if d <= until
    )


def daily_stock(known, sku):
    """Good and damaged units at the end of every day: a count overrules the books."""
    good, damaged, outward = changes(known, sku)
    on_hand, broken = opening(known, sku, good, damaged, outward)
    on_hand += sum(n for d, n in good.items() if d < known.first)
    stock = {}
    for day in known.days:
        on_hand, broken = on_hand + good[day], broken + damaged[day]
        if (sku, day) in known.counts:
            on_hand, broken = known.counts[sku, day], 0
        stock[day] = (on_hand, broken)
    return stock


def reserved(known, sku, day):
    """Units sold by the end of a day and then neither shipped nor cancelled."""
    if not known.shipping:
        return 0
    cancelled = {
        r["order_id"]: r["ordered_at"].date() for r in known.lines if r["kind"] == "cancel"
    }
    total = 0
    for row in (r for r in known.lines if r["sku"] == sku and r["kind"] in ("sale", "reship")):
        sold, left = row["ordered_at"].date(), shipped_day(known, row)
        forgotten = not left and (AS_OF - sold).days >= 30
        gone = left or cancelled.get(row["order_id"])
        total += row["units"] if sold <= day and not forgotten and not (gone and gone <= day) else 0
    return total


def rows_of(frames):
    frame = frames("sku_week").assign(week=lambda f: f["week"].dt.date)
    return frame.to_dict("records")


def test_units_by_week_are_those_of_the_lines(shop):
    known, frames = shop
    expected = Counter()
    for row in known.lines:
        # what is sent for a piece takes its return back
        kind = {"exchange": "return", "reship": "return"}.get(row["kind"], row["kind"])
        expected[row["sku"], monday(row["ordered_at"].date()), kind] += (
            -row["units"] if row["kind"] == "reship" else row["units"]
        )
    names = {"sold_units": "sale", "cancelled_units": "cancel", "returned_units": "return"}
    found = Counter(
        {
            (r["sku"], r["week"], kind): r[name]
            for r in rows_of(frames)
            for name, kind in names.items()
            if r[name]
        }
    )
    assert found == {key: units for key, units in expected.items() if units}


def test_net_units_by_week_of_sale_are_those_of_the_lines(shop):
    known, frames = shop
    net = defaultdict(int)
    for row in known.lines:
        if row["kind"] == "sale":
            net[row["sku"], monday(row["ordered_at"].date())] += row["units"]
        elif row["kind"] == "reship":
            net[row["sku"], monday((row["original_ordered_at"] or row["ordered_at"]).date())] += (
                row["units"]
            )
        else:
            net[row["sku"], monday((row["original_ordered_at"] or row["ordered_at"]).date())] -= (
                row["units"]
            )
    found = {(r["sku"], r["week"]): r["sold_units"] - r["undone_units"] for r in rows_of(frames)}
    assert {key: n for key, n in found.items() if n} == {key: n for key, n in net.items() if n}


def test_stock_at_the_end_of_weeks_is_that_of_daily_books(shop):
    known, frames = shop
    stock = {sku: daily_stock(known, sku) for sku in SKUS}
    for row in rows_of(frames):
        end = min(row["week"] + timedelta(days=6), AS_OF)
        assert (row["closing_units"], row["damaged_units"]) == stock[row["sku"]][end], (
            row["sku"],
            end,
        )
    assert len(rows_of(frames)) > len(SKUS)


def test_days_in_stock_are_those_of_daily_books(shop):
    known, frames = shop
    stock = {sku: daily_stock(known, sku) for sku in SKUS}
    for row in rows_of(frames):
        week = [d for d in known.days if monday(d) == row["week"]]
        expected = sum(stock[row["sku"]][d][0] > reserved(known, row["sku"], d) for d in week)
        assert row["days_in_stock"] == min(expected, row["days_on_sale"]), (row["sku"], row["week"])


def test_layers_are_those_of_a_queue(shop):
    known, frames = shop
    for sku in SKUS:
        arrived = sorted(
            (r["received_at"], r["units_received"]) for r in known.receipts if r["sku"] == sku
        )
        queue = deque(day for day, units in arrived for _ in range(units))
        held = sum(max(0, units) for units in daily_stock(known, sku)[AS_OF])
        while len(queue) > held:
            queue.popleft()
        expected = Counter((AS_OF - day).days for day in queue)
        if held > len(queue):
            expected[-1] = held - len(queue)
        mine = frames("layer")[lambda f, sku=sku: f["sku"] == sku].fillna({"age_days": -1})
        assert dict(zip(mine["age_days"], mine["units"], strict=True)) == dict(expected), sku


def test_books_close_and_every_difference_is_a_count(shop):
    known, frames = shop
    rows = frames("reconciliation")
    flows = (
        rows["opening"]
        + rows["received"]
        - rows["shipped"]
        + rows["restocked"]
        + rows["moved"]
        + rows["counted_difference"]
    )
    assert flows.tolist() == rows["closing"].tolist()
    for row in rows.to_dict("records"):
        assert row["closing"] == sum(daily_stock(known, row["sku"])[AS_OF])
        assert row["opening"] == sum(opening(known, row["sku"], *changes(known, row["sku"]))), row[
            "sku"
        ]
    assert {
        (r["sku"], r["counted_on"].date()) for r in frames("count_break").to_dict("records")
    } <= set(known.counts)
