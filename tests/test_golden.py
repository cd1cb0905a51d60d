"""Closed-form figures: published examples and hand calculations, to the last digit that was printed."""

import numpy as np
import pandas as pd
import pytest

from destock.analysis.classification import AGE_LABELS, ageing
from destock.analysis.pacing.targets import least_realisation, target_sell_through
from destock.model.metrics import WEEKS_PER_MONTH, price_needed, ratio, sell_through, stock_to_sales, weeks_of_supply

BOUGHT, TAG = 2_000, 1_000


def left(share: float) -> float:
    return BOUGHT * (1 - share)


class TestSellThroughTargets:
    """2,000 units at tag price 1,000, bought at 50 %, expenses 26 %, sold at 88 % of the tag."""

    def test_break_even(self):
        share = target_sell_through(0.50, 0.88, 0.26)
        assert share == pytest.approx(0.767813, abs=5e-7)
        assert round(left(share)) == 464

    def test_stock_left_at_break_even_at_tag_and_at_cost(self):
        share = target_sell_through(0.50, 0.88, 0.26)
        assert left(share) * TAG == pytest.approx(464_373, abs=0.5)
        assert left(share) * TAG * 0.5 == pytest.approx(232_187, abs=0.5)

    def test_eight_percent_profit(self):
        share = target_sell_through(0.50, 0.88, 0.26, 0.08)
        assert share == pytest.approx(0.860882, abs=5e-7)
        assert round(left(share)) == 278

    def test_the_figures_are_those_of_eight_percent_not_of_ten(self):
        assert round(left(target_sell_through(0.50, 0.88, 0.26, 0.10))) == 224

    @pytest.mark.parametrize(("profit", "least"), [(0.0, 0.67568), (0.08, 0.75758), (0.10, 0.78125)])
    def test_least_price_realisation(self, profit, least):
        assert least_realisation(0.50, 0.26, profit) == pytest.approx(least, abs=5e-6)

    def test_cost_without_tax_against_prices_with_tax_raises_the_break_even(self):
        assert target_sell_through(0.50, 0.88 / 1.13, 0.26) == pytest.approx(0.8676, abs=5e-5)

    @pytest.mark.parametrize("argument", [0, 2, 3])
    def test_grows_with_cost_expenses_and_profit(self, argument):
        given = [0.50, 0.88, 0.26, 0.08]
        more = [value + 0.01 * (i == argument) for i, value in enumerate(given)]
        assert target_sell_through(*more) > target_sell_through(*given)

    def test_falls_with_the_price(self):
        assert target_sell_through(0.50, 0.89, 0.26) < target_sell_through(0.50, 0.88, 0.26)

    def test_the_last_unit_leaves_exactly_the_profit(self):
        cost, price, expenses, profit = 0.43, 0.81, 0.22, 0.05
        sold = target_sell_through(cost, price, expenses, profit)
        assert sold * price * (1 - expenses) - cost == pytest.approx(profit * sold * price)


class TestRatios:
    def test_net_sell_through_of_a_ledger(self):
        """Receipts 600 + 200, gross sales 570, returns 75."""
        assert sell_through(570, 800) == pytest.approx(0.7125)
        assert sell_through(570 - 75, 800) == pytest.approx(0.61875)

    def test_replenishment_lowers_sell_through_on_the_day_it_lands(self):
        assert sell_through(370, 600) == pytest.approx(0.6167, abs=5e-5)
        assert sell_through(370, 800) == pytest.approx(0.4625)

    def test_cover_of_nine_hundred_units(self):
        assert weeks_of_supply(900, 20) == 45
        assert stock_to_sales(900, 20 * WEEKS_PER_MONTH) == pytest.approx(10.38, abs=5e-3)

    def test_nothing_by_nothing_is_unknown(self):
        assert np.isnan(ratio(0, 0))

    def test_no_sale_is_infinite_cover_and_no_stock_is_none(self):
        assert weeks_of_supply(5, 0) == np.inf
        assert weeks_of_supply(0, 0) == 0
        assert np.isnan(weeks_of_supply(np.nan, 3))


def test_price_needed_is_the_inverse_of_the_uplift():
    """Needed uplifts 1.19, 1.68, 2.19 at elasticity −2: price × 0.916, 0.772, 0.676."""
    assert price_needed([1.19, 1.68, 2.19], -2) == pytest.approx([0.916, 0.772, 0.676], abs=1e-3)


def test_age_bands_close_on_their_last_day():
    days = [0, 30, 31, 60, 61, 90, 91, 180, 181, None]
    layer = pd.DataFrame({"sku": "a", "age_days": days, "units": 1.0})
    sku, item = pd.DataFrame({"sku": ["a"], "item": ["a"], "unit_cost": [2.0]}), pd.DataFrame({"item": ["a"], "category": ["c"]})
    units = ageing(layer, sku, item).set_index("band")["units"]
    assert units.to_dict() == dict.fromkeys([*AGE_LABELS, "unknown"], 2) | {"> 180": 1, "unknown": 1}
