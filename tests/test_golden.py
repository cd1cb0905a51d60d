"""Closed-form figures: published examples and hand calculations, to the last digit that was printed."""

import numpy as np
import pandas as pd
import pytest

from destock.analysis.classification import AGE_LABELS, ageing
from destock.analysis.elasticity.design import items_needed, least_detectable, std_error, variance
from destock.analysis.elasticity.money import break_even_uplift
from destock.analysis.elasticity.readout import counting_interval, gross_profit_ratio, implied_elasticity, net_of_dip, noise_interval
from destock.analysis.pacing.targets import least_realisation, target_sell_through
from destock.model.assumptions import assumed
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


class TestMarkdownTest:
    """A price cut to 85 % sells 31 % more; unit cost 50 %, running expenses 26 % of sales."""

    @pytest.mark.parametrize(("price", "change"), [(0.90, 0.146), (0.88, 0.207), (1.00, -0.083)])
    def test_gross_profit_by_the_price_before(self, price, change):
        assert gross_profit_ratio(1.31, price, 0.85, 0.50) - 1 == pytest.approx(change, abs=5e-4)

    def test_gross_profit_where_the_cut_is_on_a_price_already_cut(self):
        assert gross_profit_ratio(1.31, 0.88, 0.85 * 0.88, 0.50) - 1 == pytest.approx(-0.145, abs=5e-4)

    def test_only_one_round_price_before_gives_fifteen_percent(self):
        prices = np.round(np.arange(0.86, 1.005, 0.01), 2)
        gains = gross_profit_ratio(1.31, prices, 0.85, 0.50) - 1
        assert prices[(gains > 0.1349) & (gains < 0.165)].tolist() == [0.90]

    def test_after_expenses_little_is_left(self):
        assert gross_profit_ratio(1.31, 0.90, 0.85, 0.50, 0.26) - 1 == pytest.approx(0.018, abs=5e-4)

    @pytest.mark.parametrize(("expenses", "uplift", "elasticity"), [(0.0, 0.143, -2.34), (0.26, 0.287, -4.41)])
    def test_break_even_uplift(self, expenses, uplift, elasticity):
        found = break_even_uplift(0.90, 0.85, 0.50, expenses)
        assert found - 1 == pytest.approx(uplift, abs=5e-4)
        assert implied_elasticity(found, 0.90, 0.85) == pytest.approx(elasticity, abs=5e-3)

    def test_implied_elasticity(self):
        assert implied_elasticity(1.31, 0.90, 0.85) == pytest.approx(-4.72, abs=5e-3)

    def test_a_falling_baseline_makes_it_larger(self):
        """Sales that fall by 8 % a week over fifteen days hide an uplift of 55.5 %."""
        true = 1.31 / np.exp(-0.08 * 15 / 7)
        assert true - 1 == pytest.approx(0.555, abs=1e-3)
        assert implied_elasticity(true, 0.90, 0.85) == pytest.approx(-7.72, abs=1e-2)

    @pytest.mark.parametrize(("daily", "low", "high"), [(5, -0.05, 0.80), (20, 0.12, 0.54), (50, 0.18, 0.45)])
    def test_chance_alone(self, daily, low, high):
        ends = counting_interval(1.31, 15 * daily)
        assert np.subtract(ends, 1) == pytest.approx((low, high), abs=6e-3)

    @pytest.mark.parametrize(("daily", "low", "high"), [(5, -0.47, 2.28), (20, -0.45, 2.15), (50, -0.45, 2.12)])
    def test_weeks_that_differ_by_themselves(self, daily, low, high):
        """Published from simulations: met to two points of the ratio."""
        ends = noise_interval(1.31, 7 * daily, 15 / 7, 15 / 7, assumed())
        assert np.subtract(ends, 1) == pytest.approx((low, high), abs=0.02)


class TestElasticity:
    @pytest.mark.parametrize(("mean", "seen"), [(0.5, -0.84), (2, -1.48), (10, -1.87), (50, -1.97)])
    def test_one_added_to_units_flattens_the_answer(self, mean, seen):
        """A cut of 30 % at elasticity −2, seen through log(units + 1)."""
        assert np.log((mean * 0.7**-2 + 1) / (mean + 1)) / np.log(0.7) == pytest.approx(seen, abs=5e-3)

    def test_a_promotion_borrows_from_the_weeks_after_it(self):
        assert net_of_dip([60, 60, -15, -15, -15]) == pytest.approx((120, 75, 0.375))

    def test_variance_of_one_styles_change(self):
        assert variance(10, 4, 3, assumed()) == pytest.approx(0.20735, abs=5e-6)

    @pytest.mark.parametrize(("rate", "sigma", "error"), [(10, 0.0, 0.723), (2, 0.0, 1.055), (10, 0.8, 0.996)])
    def test_standard_error_of_a_test(self, rate, sigma, error):
        """Thirty styles an arm, cut of 15 %; ``sigma``: spread of the styles' log-normal volumes."""
        spread = np.sqrt(np.expm1(sigma**2))
        assert std_error(30, 0.15, rate, 3, assumed(), spread) == pytest.approx(error, abs=1e-3)

    @pytest.mark.parametrize(("cut", "items"), [(0.05, 1_236), (0.10, 293), (0.15, 124), (0.20, 66), (0.30, 26)])
    def test_styles_an_arm_to_see_one(self, cut, items):
        assert items_needed(1.0, cut, 10, 3, assumed()) == pytest.approx(items, abs=1)

    def test_more_weeks_help_little(self):
        seen = [least_detectable(30, 0.15, 10, weeks, assumed()) for weeks in (1, 2, 3, 4, 6, 8)]
        assert seen == pytest.approx([2.69, 2.21, 2.03, 1.92, 1.81, 1.75], abs=6e-3)
