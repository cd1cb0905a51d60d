"""Net realisable value: item by item, with a reason, and never above cost."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from destock.analysis.impact import value
from destock.model.assumptions import assumed
from destock.model.proceeds import Proceeds

TODAY = pd.Timestamp("2026-06-07")
NUMBERS = assumed({"salvage_price": 0.1, "damaged_price": 0.2})


def item(name: str, **columns) -> dict:
    usual = {
        "item": name,
        "exit_date": pd.Timestamp("2026-08-31"),
        "tag_price": 1000.0,
        "mean_cost": 500.0,
        "on_hand": 464.0,
        "on_hand_cost": 464 * 500.0,
        "damaged": 0.0,
        "damaged_cost": 0.0,
        "excess_on_hand": 0.0,
        "return_rate": 0.0,
    }
    row = usual | columns
    each = row["on_hand_cost"] / row["on_hand"]
    return {
        "needed_cost": each * (row["on_hand"] - row["excess_on_hand"]),
        "excess_cost": each * row["excess_on_hand"],
    } | row


def worth(
    *rows: dict, price: float = 600.0, clearance: float = 0.4, tax: float = 0.0, each: str = "item"
) -> pd.DataFrame:
    frame = pd.DataFrame(rows)
    prices = frame[["item"]].assign(price=price, price_basis=value.RECENT)
    return value.net_realisable(
        frame,
        prices,
        (clearance, value.ASSUMED),
        Proceeds({"net": 0.26}, tax),
        NUMBERS,
        TODAY,
        each,
    )


def test_464_units_at_600_that_cost_500():
    """600 less 26 % = 444, 56 below cost, × 464 = 25,984."""
    row = worth(item("a")).iloc[0]
    assert (row["nrv"], row["write_down_unit"], row["write_down"]) == pytest.approx(
        (444, 56, 25_984)
    )
    assert row["write_down"] + row["carrying"] == pytest.approx(464 * 500)


def test_needed_units_sell_at_todays_price_and_the_rest_at_the_clearance_price():
    rows = worth(item("a", on_hand=100.0, on_hand_cost=50_000.0, excess_on_hand=40.0)).set_index(
        "portion"
    )
    assert rows["units"].to_dict() == {"needed": 60, "too much": 40}
    assert rows["nrv"].to_dict() == pytest.approx({"needed": 444, "too much": 296})


def test_a_gain_on_needed_units_covers_a_loss_on_the_others_of_the_item_or_not_as_is_asked():
    """Cost 400: 60 needed gain 44 each (2,640), 40 too many lose 104 each (4,160)."""
    row = item("a", on_hand=100.0, on_hand_cost=40_000.0, excess_on_hand=40.0)
    whole, apart = (worth(row, each=each).set_index("portion") for each in value.EACH)
    assert whole["write_down"].to_dict() == pytest.approx({"needed": 0, "too much": 1_520})
    assert whole.loc["too much", ["covered", "write_down_unit"]].tolist() == pytest.approx(
        [2_640, 38]
    )
    assert apart["write_down"].to_dict() == pytest.approx({"needed": 0, "too much": 4_160})
    assert apart["covered"].sum() == 0


def test_where_nobody_knows_the_need_all_units_sell_at_todays_price():
    rows = worth(item("a", excess_on_hand=np.nan, needed_cost=np.nan, excess_cost=np.nan))
    assert rows[["portion", "units", "nrv"]].to_numpy().tolist() == [
        ["need not known", 464, pytest.approx(444)]
    ]


def test_each_portion_has_the_cost_of_its_own_receipts():
    """The oldest 50 cost 400 and are needed, the newest 50 cost 700 and are not."""
    row = item(
        "a",
        on_hand=100.0,
        on_hand_cost=55_000.0,
        excess_on_hand=50.0,
        needed_cost=20_000.0,
        excess_cost=35_000.0,
    )
    assert worth(row).set_index("portion")["unit_cost"].to_dict() == {
        "needed": 400,
        "too much": 700,
    }


def test_the_clearance_price_is_never_above_what_is_paid_now():
    row = worth(item("a", excess_on_hand=464.0), price=300.0).iloc[0]
    assert row[["price", "price_basis"]].tolist() == [300, value.RECENT]


def test_a_year_after_its_exit_a_style_brings_what_a_jobber_pays():
    assert (
        worth(item("a", exit_date=pd.Timestamp("2025-02-28"), excess_on_hand=464.0))["price"].iloc[
            0
        ]
        == 100
    )


def test_damaged_units_are_an_item_of_their_own():
    """What good units gain does not cover them: 600 × .74 = 444 against 100, and 148 against
    500.
    """
    rows = worth(item("a", on_hand_cost=46_400.0, damaged=10.0, damaged_cost=5_000.0)).set_index(
        "portion"
    )
    assert rows.loc["damaged", ["units", "nrv", "write_down"]].tolist() == pytest.approx(
        [10, 148, 3_520]
    )
    assert rows.loc["needed", ["nrv", "write_down"]].tolist() == pytest.approx([444, 0])


def test_a_price_with_tax_is_worth_less():
    assert worth(item("a"), tax=0.13)["nrv"].iloc[0] == pytest.approx(600 / 1.13 * 0.74)


def test_without_a_cost_there_is_no_write_down_and_the_gap_is_told():
    frame = pd.DataFrame([item("a", mean_cost=np.nan, on_hand_cost=np.nan), item("b")])
    assert np.isnan(worth(*frame.to_dict("records")).set_index("item").loc["a", "write_down"])
    assert value.cost_gap(frame) == 0.5


@given(
    st.lists(
        st.tuples(st.integers(1, 500), st.floats(1, 900), st.floats(0, 900)),
        min_size=1,
        max_size=20,
    )
)
def test_item_by_item_is_never_less_than_pooled(rows):
    frame = (
        pd.DataFrame(rows, columns=["units", "unit_cost", "nrv"])
        .assign(portion=value.NEEDED)
        .reset_index(names="item")
    )
    pooled = max(0.0, (frame["units"] * (frame["unit_cost"] - frame["nrv"])).sum())
    found = value.written_down(frame)
    assert found["write_down"].sum() >= pooled - 1e-6
    assert (found["write_down"] + found["carrying"]).to_numpy() == pytest.approx(
        (frame["units"] * frame["unit_cost"]).to_numpy()
    )


def test_what_has_no_cost_has_no_write_down_to_book_and_no_zero():
    rows = pd.DataFrame({"item": ["a", "b"], "write_down": [np.nan, 5.0]})
    booked = value.movement(rows, TestBooking.BOOKED, value.STANDARDS["CAS 1"]).set_index("item")
    assert booked.loc["a", ["required", "change"]].isna().all()
    assert booked.loc["c", "required"] == 0  # nothing of it is in stock any more


class TestBooking:
    ROWS = pd.DataFrame({"item": ["a", "a", "b"], "write_down": [60.0, 40.0, 0.0]})
    BOOKED = pd.DataFrame({"item": ["a", "b", "c"], "amount": [30.0, 50.0, 20.0]})

    def booked(self, standard: str) -> dict:
        return (
            value.movement(self.ROWS, self.BOOKED, value.STANDARDS[standard])
            .set_index("item")[["change", "closing"]]
            .T.to_dict("list")
        )

    def test_what_has_recovered_or_gone_is_taken_back(self):
        assert self.booked("CAS 1") == {"a": [70, 100], "b": [-50, 0], "c": [-20, 0]}
        assert self.booked("IFRS") == self.booked("CAS 1")

    def test_not_under_rules_that_forbid_it(self):
        assert self.booked("US GAAP") == {"a": [70, 100], "b": [0, 50], "c": [0, 20]}


class TestPrices:
    ITEMS = pd.DataFrame(
        {
            "item": ["a", "b", "c"],
            "exit_date": pd.Timestamp("2026-02-28"),
            "tag_price": 100.0,
            "paid_value": [900.0, 400.0, 0.0],
            "sold_units": [10.0, 5.0, 0.0],
        }
    )
    WEEKS = pd.DataFrame(
        {
            "item": ["a", "a", "b"],
            "week": pd.to_datetime(["2026-02-02", "2026-06-01", "2025-11-03"]),
            "sold_units": [5.0, 40.0, 5.0],
            "paid_value": [450.0, 1200.0, 400.0],
            "sold_at_tag": [500.0, 4000.0, 500.0],
        }
    )

    def test_the_shops_own_leftovers_set_the_clearance_price(self):
        assert value.clearance_share(self.WEEKS, self.ITEMS, NUMBERS) == (0.3, value.OWN_CLEARANCE)

    def test_too_few_of_them_leave_the_assumption(self):
        assert value.clearance_share(self.WEEKS.iloc[[0, 2]], self.ITEMS, NUMBERS) == (
            NUMBERS["clearance_price"],
            value.ASSUMED,
        )

    def test_the_price_now_is_of_eight_weeks_else_of_all_else_the_tag(self):
        rows = value.recent_price(self.ITEMS, self.WEEKS)
        assert rows["price"].tolist() == [30, 80, 100]
        assert rows["price_basis"].tolist() == [value.RECENT, value.REALISED, value.AT_TAG]
