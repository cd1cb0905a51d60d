"""Hold or let go: floors and dates that do not know what a unit once cost."""

import inspect

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from destock.analysis.impact import decision
from destock.model.proceeds import Proceeds

TODAY = pd.Timestamp("2026-06-07")
FREE = Proceeds({})
TERMS = {"capital_rate": 0.10, "storage_week": 1.4, "decline": 0.03, "elasticity": -2.0}


def hold(
    *rates: float, units: float = 278.0, price: float = 444.0, salvage: float = 200.0, **terms
) -> pd.Series:
    """One style whose coming weeks sell these units, and nothing after them."""
    frame = pd.DataFrame(
        {"item": ["a"], "units": units, "price": price, "salvage": salvage, "return_rate": 0.0}
    )
    return decision.hold(
        frame, pd.DataFrame([rates], index=["a"]), FREE, TERMS | terms, TODAY
    ).iloc[0]


def test_holding_pays_above_8_66_units_a_week():
    """278 units, 200 falling by 3 % a week, holding 200 × 10 % ÷ 52 + 1.4, net price 444."""
    assert hold(9.0)["rate_needed"] == pytest.approx(8.66, abs=5e-3)
    assert hold(8.6)["advice"] == "let go"
    assert hold(8.7)["advice"] == "hold"


def test_until_the_week_in_which_it_no_longer_pays():
    row = hold(30.0, 30.0, 30.0, 1.0, 30.0)
    assert row["hold_until"] == TODAY + pd.Timedelta(days=21)
    assert row["gain"] > 0


def test_let_go_has_no_date_and_gains_nothing():
    row = hold(1.0)
    assert pd.isna(row["hold_until"])
    assert row["gain"] == 0


def test_the_gain_of_one_week_by_hand():
    """10 of 20 units at 444; next week's jobber 194; holding 1.7846 of all 20."""
    row = hold(10.0, units=20.0)
    assert row["gain"] == pytest.approx(10 * (444 - 194) - 20 * (200 - 194 + 200 * 0.10 / 52 + 1.4))


def test_the_cash_of_selling_on_by_hand():
    """10 at 444 in a week and 10 let go after a year, both in today's money."""
    row = hold(10.0, units=20.0)
    assert row["cash_ahead"] == pytest.approx(
        4440 / 1.1 ** (7 / 365) + 10 * 200 * 0.97**52 / 1.1 ** (364 / 365)
    )


def test_no_best_price_where_customers_hardly_answer():
    assert np.isnan(hold(1.0, elasticity=-0.8)["best_price"])
    assert np.isnan(hold(1.0, elasticity=float("nan"))["best_price"])


def test_no_function_here_asks_what_a_unit_cost():
    for function in (decision.price_floor, decision.rate_that_pays, decision.hold):
        assert not any(
            "unit_cost" in name or "purchase" in name
            for name in inspect.signature(function).parameters
        )


def test_purchase_cost_changes_nothing():
    frame = pd.DataFrame(
        {"item": ["a"], "units": 50.0, "price": 300.0, "salvage": 40.0, "return_rate": 0.3}
    )
    coming = pd.DataFrame([[9.0] * 10], index=["a"])
    cheap, dear = (
        decision.hold(
            frame.assign(mean_cost=cost, on_hand_cost=50 * cost), coming, FREE, TERMS, TODAY
        )
        for cost in (1.0, 900.0)
    )
    pd.testing.assert_frame_equal(cheap, dear)


def sale(fee: float, parcel: float, return_cost: float) -> Proceeds:
    return Proceeds({"paid": fee, "per parcel": parcel, "per return": return_cost})


@given(st.floats(1, 500), st.floats(0, 0.15), st.floats(0, 20), st.floats(0, 0.8), st.floats(0, 30))
def test_the_floor_rises_with_everything_that_a_sale_costs(
    alternative, fee, parcel, back, return_cost
):
    floor = decision.price_floor(alternative, sale(fee, parcel, return_cost), back)
    assert decision.price_floor(alternative + 1, sale(fee, parcel, return_cost), back) >= floor
    assert decision.price_floor(alternative, sale(fee + 0.01, parcel, return_cost), back) >= floor
    assert decision.price_floor(alternative, sale(fee, parcel + 1, return_cost), back) >= floor
    assert (
        decision.price_floor(alternative, sale(fee, parcel, return_cost), back, holding_avoided=1)
        <= floor
    )


def test_a_sale_at_the_floor_brings_what_the_alternative_pays():
    terms = Proceeds({"net": 0.16, "paid": 0.10, "per parcel": 5, "per return": 5}, 0.13)
    assert terms.brings(decision.price_floor(120.0, terms, 0.4), 0.4) == pytest.approx(120)


def test_the_floor_scales_with_the_currency():
    one, seven = (
        decision.price_floor(120, sale(0.05, 10, 12), 0.3),
        decision.price_floor(120 * 7, sale(0.05, 70, 84), 0.3),
    )
    assert seven == pytest.approx(7 * one)


def test_no_price_beats_the_alternative_where_fees_eat_it_all():
    assert np.isnan(decision.price_floor(120, Proceeds({"paid": 0.6}), 0.5))


def test_the_best_price_is_never_one_at_which_the_stock_is_gone_early():
    """20 units and 10 a week for four weeks at 444: at β = −2 they last at 444 × √2, above twice
    the floor of 200.
    """
    row = hold(10.0, 10.0, 10.0, 10.0, units=20.0)
    assert row["best_price"] == pytest.approx(444 * 2**0.5)
    heavy = hold(10.0, 10.0, 10.0, 10.0, units=4000.0)
    assert heavy["best_price"] == pytest.approx(2 * heavy["floor"])


class TestComing:
    def test_a_season_sells_what_remains_as_its_path_runs_on(self):
        frame = pd.DataFrame(
            {
                "item": ["a"],
                "exit_date": TODAY + pd.Timedelta(days=21),
                "remaining": 60.0,
                "rate": 5.0,
            }
        )
        path = pd.DataFrame(
            {
                "item": "a",
                "week": [1, 2, 3, 4],
                "share": [0.4, 0.7, 0.9, 1.0],
                "week_end": TODAY + pd.to_timedelta([0, 7, 14, 21], unit="D"),
            }
        )
        assert decision.coming_weeks(frame, path, TODAY).loc["a", :3].tolist() == pytest.approx(
            [30, 20, 10, 0]
        )

    def test_core_styles_go_on_and_a_season_without_a_path_is_even(self):
        frame = pd.DataFrame(
            {
                "item": ["a", "b"],
                "exit_date": [pd.NaT, TODAY + pd.Timedelta(days=14)],
                "remaining": [np.nan, 8.0],
                "rate": [5.0, 1.0],
            }
        )
        no_path = pd.DataFrame(
            {
                "item": pd.Series(dtype=str),
                "week": pd.Series(dtype=int),
                "share": pd.Series(dtype=float),
                "week_end": pd.Series(dtype="datetime64[us]"),
            }
        )
        coming = decision.coming_weeks(frame, no_path, TODAY)
        assert coming.loc["a"].eq(5).all()
        assert coming.loc["b", :3].tolist() == [4, 4, 0, 0]
