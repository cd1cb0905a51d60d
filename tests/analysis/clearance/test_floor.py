"""The lowest price that beats the alternative: it does not know what a unit once cost."""

import inspect

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from destock.analysis.clearance import floor
from destock.model.proceeds import Proceeds


def sale(fee: float, parcel: float, return_cost: float) -> Proceeds:
    return Proceeds({"paid": fee, "per parcel": parcel, "per return": return_cost})


@given(st.floats(1, 500), st.floats(0, 0.15), st.floats(0, 20), st.floats(0, 0.8), st.floats(0, 30))
def test_the_floor_rises_with_everything_that_a_sale_costs(
    alternative, fee, parcel, back, return_cost
):
    least = floor.price_floor(alternative, sale(fee, parcel, return_cost), back)
    assert floor.price_floor(alternative + 1, sale(fee, parcel, return_cost), back) >= least
    assert floor.price_floor(alternative, sale(fee + 0.01, parcel, return_cost), back) >= least
    assert floor.price_floor(alternative, sale(fee, parcel + 1, return_cost), back) >= least
    assert (
        floor.price_floor(alternative, sale(fee, parcel, return_cost), back, holding_avoided=1)
        <= least
    )


def test_a_sale_at_the_floor_brings_what_the_alternative_pays():
    holding = Proceeds({"net": 0.16, "paid": 0.10, "per parcel": 5, "per return": 5}, 0.13)
    assert holding.brings(floor.price_floor(120.0, holding, 0.4), 0.4) == pytest.approx(120)


def test_the_floor_scales_with_the_currency():
    one, seven = (
        floor.price_floor(120, sale(0.05, 10, 12), 0.3),
        floor.price_floor(120 * 7, sale(0.05, 70, 84), 0.3),
    )
    assert seven == pytest.approx(7 * one)


def test_no_price_beats_the_alternative_where_fees_eat_it_all():
    assert np.isnan(floor.price_floor(120, Proceeds({"paid": 0.6}), 0.5))


def test_no_function_here_asks_what_a_unit_cost():
    for function in (floor.price_floor, floor.rate_that_pays, floor.best_price):
        assert not any(
            "unit_cost" in name or "purchase" in name
            for name in inspect.signature(function).parameters
        )


def test_no_best_price_where_customers_hardly_answer():
    assert np.isnan(floor.best_price(100.0, np.array([-0.8, np.nan]))).all()


def test_the_best_price_is_never_one_at_which_the_stock_is_gone_early():
    """20 units where 40 would go at 444: at β = −2 they last at 444 × √2, above twice a floor of
    200; where there are 4,000 it is that.
    """
    lasts = floor.clearing_price(444.0, np.array([20.0, 4000.0]), 40.0, -2.0)
    assert floor.best_price(200.0, -2.0, lasts).tolist() == pytest.approx([444 * 2**0.5, 400])


def test_where_a_sale_brings_no_more_than_the_jobber_no_rate_pays():
    assert np.isinf(floor.rate_that_pays(10, 200, 194, 1.0, 190))
