"""Open orders of what is already too much."""

import pandas as pd
import pytest

from destock.analysis.clearance import orders
from destock.analysis.clearance.waiting import Holding

TODAY = pd.Timestamp("2026-06-07")


def line(
    po: str, units: float, due: str | None, until: str | None, item: str = "a", **columns
) -> dict:
    return {
        "po_id": po,
        "sku": f"{item}1",
        "item": item,
        "units": units,
        "due_at": pd.to_datetime(due),
        "cancellable_until": pd.to_datetime(until),
        "unit_cost": 10.0,
        "vendor": "V1",
    } | columns


def found(*lines: dict, **excess: float) -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "item": list(excess),
            "name": "Dress",
            "category": "c",
            "excess_on_order": list(excess.values()),
            "mean_cost": 8.0,
        }
    )
    frame_lines = pd.DataFrame(lines).astype(
        {"due_at": "datetime64[us]", "cancellable_until": "datetime64[us]"}
    )
    return orders.surplus_orders(frame_lines, frame, TODAY)


def test_the_orders_due_last_are_too_many_first():
    rows = found(
        line("p1", 30.0, "2026-06-20", "2026-06-15"),
        line("p2", 30.0, "2026-07-20", "2026-07-01"),
        a=40.0,
    ).set_index("po_id")
    assert rows["units"].to_dict() == {"p2": 30, "p1": 10}
    assert rows["money"].to_dict() == {"p2": 300, "p1": 100}


def test_what_can_be_done_about_each():
    rows = found(
        line("p1", 1.0, "2026-06-20", "2026-06-15", "a"),
        line("p2", 1.0, "2026-06-20", "2026-06-01", "b"),
        line("p3", 1.0, "2026-06-20", None, "c"),
        line("p4", 1.0, "2026-06-01", None, "d"),
        a=1.0,
        b=1.0,
        c=1.0,
        d=1.0,
    )
    assert rows["lever"].tolist() == [
        "cancel the order",
        "ask to cancel the order",
        "postpone the order",
        "overdue: refuse or take",
    ]
    assert rows["until"].dt.strftime("%m-%d").fillna("–").tolist() == ["06-15", "–", "06-20", "–"]


def test_the_last_day_to_cancel_is_still_in_time():
    assert found(line("p1", 1.0, "2026-06-20", "2026-06-07"), a=1.0)["lever"].tolist() == [
        orders.CANCEL
    ]


def test_no_cost_on_the_line_takes_the_items():
    assert found(line("p1", 2.0, "2026-06-20", None, unit_cost=None), a=2.0)["money"].tolist() == [
        16
    ]


def test_an_order_that_is_needed_is_not_there():
    assert found(line("p1", 30.0, "2026-06-20", "2026-06-15"), a=0.0).empty


def test_never_more_than_is_too_many():
    rows = found(line("p1", 30.0, None, None), line("p2", 30.0, "2026-07-20", None), a=45.0)
    assert rows["units"].sum() == 45


HOLDING = Holding(capital_rate=0.10, storage_week=1.0, decline=0.03, weeks_asked=8)


def valued(lines: pd.DataFrame, **worth: float) -> pd.DataFrame:
    """The two ways of each order, by order and way."""
    frame = pd.DataFrame([{"item": "a", "wanted_in": None} | worth]).astype({"wanted_in": float})
    return orders.order_options(lines, frame, HOLDING).set_index(["po_id", "way"])


def test_an_order_that_is_not_taken_spares_its_money_less_what_its_units_would_bring():
    """10 of the 40 units too many: 100 of money, a quarter of what all 40 would bring."""
    lines = found(line("p1", 10.0, "2026-06-20", "2026-06-15"), a=10.0)
    rows = valued(lines, units=40.0, worth=80.0, worth_low=40.0, worth_high=200.0)
    row = rows.loc[("p1", orders.CANCEL)]
    assert row[["present_value", "gain", "gain_low", "gain_high"]].tolist() == [100, 80, 50, 90]
    taken = rows.loc[("p1", orders.TAKE)]
    assert taken[["present_value", "gain"]].tolist() == [20, 0]


def test_a_core_style_is_bought_again_when_it_is_wanted():
    """Its units would bring 900, and cost 100 to buy in ten weeks: they are worth that, less ten
    weeks of storage.
    """
    lines = found(line("p1", 10.0, "2026-06-20", "2026-06-15"), a=10.0)
    worth = {"units": 10.0, "worth": 900.0, "worth_low": 800.0, "worth_high": 999.0}
    rows = valued(lines, **worth, wanted_in=10.0)
    again = 100 / 1.1 ** (70 / 365) - 10 * 1.0 * 10
    assert rows.loc[("p1", orders.TAKE), "present_value"] == pytest.approx(again)
    assert rows.loc[("p1", orders.CANCEL), "gain"] == pytest.approx(100 - again)


def test_what_can_only_be_postponed_will_be_paid_for():
    """Past the day to cancel: its 100 will be spent, and nobody knows what the delay is worth."""
    lines = found(line("p1", 10.0, "2026-06-20", "2026-06-01"), a=10.0)
    rows = valued(lines, units=10.0, worth=80.0, worth_low=40.0, worth_high=200.0)
    assert rows.index.get_level_values("way").tolist() == [orders.POSTPONE, orders.TAKE]
    assert rows["present_value"].isna().all()
    assert rows["price"].tolist() == [10, 10]


def test_without_a_cost_the_gain_is_unknown():
    lines = found(line("p1", 2.0, "2026-06-20", None, unit_cost=None), a=2.0)
    lines["money"] = float("nan")
    rows = valued(lines, units=2.0, worth=80.0, worth_low=40.0, worth_high=200.0)
    assert rows["gain"].isna().tolist() == [True, False]
