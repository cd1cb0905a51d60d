"""What became of earlier decisions, by hand."""

import numpy as np
import pandas as pd
import pytest

from destock.analysis.clearance import promises
from destock.model.proceeds import Proceeds

SUNDAY, NEXT = pd.Timestamp("2026-05-31"), pd.Timestamp("2026-06-07")


def promise(item: str, decision: str, **columns) -> dict:
    return {
        "item": item,
        "portion": "in stock",
        "po_id": "",
        "decision": decision,
        "units": 10.0,
        "price": 100.0,
        "cash_now": 200.0,
        "cash_by_date": 900.0,
        "report_day": SUNDAY,
        "cash_until": SUNDAY + pd.Timedelta(days=56),
    } | columns


def week(item: str, monday: str, **columns) -> dict:
    return {
        "item": item,
        "week": pd.Timestamp(monday),
        "net_units": 0.0,
        "sold_units": 0.0,
        "cancelled_units": 0.0,
        "returned_units": 0.0,
        "paid_value": 0.0,
        "received_units": 0.0,
        "closing_units": 10.0,
    } | columns


def sold(units: float, price: float, **columns) -> dict:
    return {"net_units": units, "sold_units": units, "paid_value": units * price} | columns


def told(rows: list[dict], weeks: list[dict], today=NEXT, open_line=()) -> pd.DataFrame:
    found = promises.looked_at(pd.DataFrame(rows), today)
    came = promises.since(
        found, pd.DataFrame(weeks), Proceeds({"net": 0.1}), pd.Series(dtype=float)
    )
    lines = pd.DataFrame(open_line, columns=["item", "po_id"])
    return promises.became(found, came, lines).set_index("item")


BEFORE, AFTER = "2026-05-25", "2026-06-01"


class TestWhichCount:
    def test_the_first_full_week_after_the_report(self):
        (row,) = promises.looked_at(pd.DataFrame([promise("a", "keep selling")]), NEXT).itertuples()
        assert (row.from_day, row.to_day) == (pd.Timestamp("2026-06-01"), NEXT)
        assert row.promised == 200.0

    def test_none_before_that_week_has_gone_by(self):
        rows = pd.DataFrame([promise("a", "keep selling")])
        assert promises.looked_at(rows, NEXT - pd.Timedelta(days=1)).empty

    @pytest.mark.parametrize("day", range(7))
    def test_a_week_is_full_on_whatever_day_the_report_was(self, day):
        rows = [promise("a", "keep selling", report_day=SUNDAY + pd.Timedelta(days=day))]
        later = promises.looked_at(pd.DataFrame(rows), NEXT + pd.Timedelta(days=14))
        assert later["from_day"].dt.day_of_week.tolist() == [0]
        assert (later["from_day"] > later["report_day"]).all()
        assert (later["from_day"] <= later["report_day"] + pd.Timedelta(days=7)).all()

    def test_a_report_whose_date_has_come_goes_before_a_newer_one(self):
        old = promise("a", "keep selling", report_day=SUNDAY - pd.Timedelta(days=70))
        old["cash_until"] = SUNDAY
        rows = promises.looked_at(pd.DataFrame([old, promise("a", "cut the price")]), NEXT)
        assert rows["decision"].tolist() == ["keep selling"]
        assert rows["promised"].tolist() == [900.0]

    @pytest.mark.parametrize("day", range(7))
    def test_as_many_weeks_count_as_cash_was_promised_for(self, day):
        report = SUNDAY + pd.Timedelta(days=day)
        until = report + pd.Timedelta(days=56)
        one = promise("a", "keep selling", report_day=report, cash_until=until)
        (row,) = promises.looked_at(pd.DataFrame([one]), until + pd.Timedelta(days=6)).itertuples()
        assert row.promised == 900.0
        assert (row.to_day - row.from_day).days == 8 * 7 - 1
        assert row.to_day.day_of_week == 6

    def test_of_several_weeks_the_last(self):
        older = promise("a", "keep selling", report_day=SUNDAY - pd.Timedelta(days=7))
        rows = promises.looked_at(pd.DataFrame([older, promise("a", "cut the price")]), NEXT)
        assert rows["decision"].tolist() == ["cut the price"]

    def test_nothing_promised_is_nothing(self):
        assert promises.looked_at(pd.DataFrame([promise("a", "x")]).iloc[:0], NEXT).empty


class TestWhatBecame:
    def test_sold_at_the_price_that_was_decided(self):
        """Two at 100, a tenth of it fees: 180 of 200 is as promised."""
        rows = told(
            [promise("a", "cut the price")],
            [week("a", BEFORE), week("a", AFTER, **sold(2, 100), closing_units=8.0)],
        )
        assert rows.loc["a", ["done", "against"]].tolist() == ["done", "as promised"]
        assert rows.loc["a", "cash_came"] == pytest.approx(180.0)

    def test_a_cut_that_never_came(self):
        rows = told(
            [promise("a", "cut the price")],
            [week("a", BEFORE), week("a", AFTER, **sold(1, 150), closing_units=9.0)],
        )
        assert rows.loc["a", ["done", "against"]].tolist() == ["not done", "less"]

    def test_nothing_sold_shows_no_price(self):
        rows = told([promise("a", "cut the price")], [week("a", BEFORE), week("a", AFTER)])
        assert rows.loc["a", ["done", "against"]].tolist() == ["cannot be seen", "less"]

    def test_what_came_in_since_is_no_part_of_the_promise(self):
        """40 sold, but the promise was about 10."""
        rows = told(
            [promise("a", "keep selling")],
            [week("a", BEFORE), week("a", AFTER, **sold(40, 100), received_units=40.0)],
        )
        assert rows.loc["a", "cash_came"] == pytest.approx(10 * 90)
        assert rows.loc["a", ["done", "against"]].tolist() == ["done", "more"]

    def test_units_that_left_unsold_have_gone_to_the_jobber(self):
        rows = [promise("a", "sell to a jobber"), promise("b", "sell to a jobber")]
        weeks = [
            week("a", BEFORE),
            week("a", AFTER, **sold(2, 100), closing_units=3.0),
            week("b", BEFORE),
            week("b", AFTER, **sold(2, 100), closing_units=8.0),
        ]
        found = told(rows, weeks)
        assert found["gone"].tolist() == [5.0, 0.0]
        assert found["done"].tolist() == ["done", "not done"]
        # what he paid stands in no order
        assert found["cash_came"].isna().all()
        assert (found["against"] == "").all()

    def test_units_that_came_back_are_there_again(self):
        rows = told(
            [promise("a", "session 2026-06-06")],
            [
                week("a", BEFORE),
                week("a", AFTER, **sold(4, 100), returned_units=4.0, closing_units=8.0),
            ],
        )
        assert rows.loc["a", "gone"] == 2.0

    def test_an_order_is_cancelled_when_it_is_not_open_any_more(self):
        orders = [
            promise(item, "cancel the order", portion="on order", po_id="P" + item) for item in "ab"
        ]
        weeks = [week(item, day) for item in "ab" for day in (BEFORE, AFTER)]
        rows = told(orders, weeks, open_line=[("a", "Pa"), ("b", "another")])
        assert rows["done"].tolist() == ["not done", "done"]

    def test_an_order_that_arrived_was_not_cancelled(self):
        order = promise("a", "cancel the order", portion="on order", po_id="P")
        weeks = [week("a", BEFORE), week("a", AFTER, received_units=10.0, closing_units=20.0)]
        assert told([order], weeks).loc["a", "done"] == "not done"

    @pytest.mark.parametrize("decision", ["take the order", "postpone the order"])
    def test_of_an_order_that_still_comes_nobody_can_see_it(self, decision):
        order = promise("a", decision, portion="on order", po_id="P")
        rows = told([order], [week("a", BEFORE), week("a", AFTER)], open_line=[("a", "P")])
        assert rows.loc["a", "done"] == "cannot be seen"

    def test_what_was_paid_is_not_nothing_where_nobody_knows_it(self):
        weeks = [week("a", BEFORE), week("a", AFTER, **sold(2, np.nan), closing_units=8.0)]
        rows = told([promise("a", "keep selling")], weeks)
        assert np.isnan(rows.loc["a", "cash_came"])
        assert rows.loc["a", "against"] == ""

    def test_what_nobody_can_see_is_said(self):
        rows = [
            promise("a", "other channel", portion="damaged units"),
            promise("b", "clearance session"),
            promise("c", "sell to a jobber"),
        ]
        weeks = [week(item, day) for item in "ab" for day in (BEFORE, AFTER)]
        weeks += [week("c", day, closing_units=np.nan) for day in (BEFORE, AFTER)]
        assert set(told(rows, weeks)["done"]) == {"cannot be seen"}

    def test_an_item_that_is_gone_from_the_books(self):
        rows = told([promise("gone", "keep selling")], [week("a", BEFORE), week("a", AFTER)])
        assert rows.loc["gone", "done"] == "cannot be seen"
        assert np.isnan(rows.loc["gone", "cash_came"])
