"""The best ladder of prices: against figures worked out elsewhere, a recursion that thinks of every
way a season can go, and the bound that nothing exceeds.
"""

import inspect
import math
from dataclasses import fields, replace
from itertools import pairwise

import numpy as np
import pytest

from destock.analysis.clearance import ladder
from destock.analysis.clearance.ladder import Item, Rules

LADDER = np.array([1, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4])
FREE = Rules(rises=True)


def coats(size: float = 1.0, **known) -> Item:
    """278 coats at 880, 26 % expenses, eight weeks; 14 wanted in the first at the full price, 6 %
    fewer each week; a tenth off sells 1 ÷ 0.9² as many.
    """
    usual = {
        "units": int(278 * size),
        "net": 880 * LADDER * (1 - 0.26),
        "demand": size * 14 * np.exp(-0.06 * np.arange(8))[:, None] * LADDER**-2,
        "holding": 1.8,
        "salvage": 120.0,
    }
    return Item(**(usual | known))


def tiny(**known) -> Item:
    usual = {
        "units": 3,
        "net": np.array([100.0, 70.0]),
        "demand": np.array([1.5, 1.0])[:, None] * np.array([1, 0.7]) ** -2,
        "salvage": 10.0,
    }
    return Item(**(usual | known))


@pytest.fixture(scope="module")
def optimum() -> float:
    return ladder.best(coats()).value


class TestFiguresOfTheCoats:
    def test_the_best_ladder_that_never_rises(self, optimum):
        assert optimum == pytest.approx(101_177.93, rel=1e-6)

    def test_the_best_prices_when_they_may_rise_again(self):
        assert ladder.best(coats(), FREE).value == pytest.approx(101_448.04, rel=1e-6)

    def test_the_bound(self):
        assert ladder.fluid(coats()) == pytest.approx(102_155.69, rel=1e-6)

    def test_each_price_held_to_the_end(self):
        assert np.round(ladder.fixed(coats())).tolist() == [
            78_833,
            83_071,
            88_014,
            93_790,
            100_334,
            89_410,
            71_821,
        ]

    def test_let_go_at_once(self):
        assert ladder.let_go(coats()) == 33_360

    def test_two_calendars_that_cut_too_late(self, optimum):
        """A tenth off for four weeks, then 40 %; and ten points more every two weeks."""
        late = ladder.calendar(coats(), [1, 1, 1, 1, 4, 4, 4, 4])
        creeping = ladder.calendar(coats(), [1, 1, 2, 2, 3, 3, 4, 4])
        assert round(late / optimum - 1, 3) == -0.106
        assert round(creeping / optimum - 1, 3) == -0.108

    def test_full_price_first_and_one_cut_later_is_best_cut_at_once(self):
        values = [
            max(ladder.calendar(coats(), [0] * full + [cut] * (8 - full)) for cut in range(7))
            for full in range(8)
        ]
        assert values == sorted(values, reverse=True)

    @pytest.mark.parametrize(
        ("size", "share"), [(0.1, 0.962), (0.2, 0.975), (0.5, 0.986), (1.0, 0.990)]
    )
    def test_the_more_stock_the_nearer_the_bound(self, size, share):
        value = ladder.best(coats(size)).value
        assert round(value / ladder.fluid(coats(size)), 3) == share

    def test_the_path(self, optimum):
        path = ladder.expected_path(coats(), ladder.best(coats()))
        assert LADDER[path["price"]].tolist() == [0.6] * 6 + [0.5] * 2
        assert path["left"].iloc[-1] == pytest.approx(6.5, abs=0.05)
        assert path["stock"].tolist() == pytest.approx([278, *path["left"].iloc[:-1]])

    def test_seasons_drawn_at_random_bring_what_the_plan_says(self, optimum):
        item, plan = coats(), ladder.best(coats())
        random = np.random.default_rng(5)
        stock, price = np.full(4_000, 278), np.full(4_000, plan.first)
        value = np.zeros(4_000)
        for week in range(8):
            price = plan.policy[week, 0, 0, price, stock] if week else price
            sold = np.minimum(stock, random.poisson(item.demand[week, price]))
            stock = stock - sold
            value += item.net[price] * sold - 1.8 * stock
        value += 120 * stock
        assert value.mean() == pytest.approx(optimum, abs=3 * value.std() / 4_000**0.5)


def chance(item: Item, week: int, price: int, units: int, stock: int) -> float:
    """How likely are so many units sold? Of the last one: or more are asked for."""
    mean, spread = item.demand[week, price], item.dispersion
    if units == stock:
        return 1 - sum(chance(item, week, price, fewer, stock) for fewer in range(stock))
    if not spread:
        return math.exp(-mean) * mean**units / math.factorial(units)
    ways = math.exp(math.lgamma(units + 1 / spread) - math.lgamma(1 / spread)) / math.factorial(
        units
    )
    return (
        ways * (1 + spread * mean) ** (-1 / spread) * (spread * mean / (1 + spread * mean)) ** units
    )


def may_charge(past: tuple[int, ...], prices: int, rules: Rules) -> list[int]:
    """Which prices do the rules allow after those of the past?"""
    if not past:
        return list(range(prices))
    changes = sum(a != b for a, b in pairwise(past))
    run = next((n for n, p in enumerate(reversed(past)) if p != past[-1]), len(past))
    may = run >= rules.least_weeks and (rules.changes is None or changes < rules.changes)
    return [
        price
        for price in range(prices)
        if price == past[-1] or (may and (rules.rises or price > past[-1]))
    ]


def oracle(item: Item, rules: Rules, stock: int, past: tuple[int, ...] = ()) -> float:
    """The best by thinking of every price, and then of everything that can be sold at it."""
    week = len(past)
    if week == len(item.demand):
        return item.salvage * stock
    return max(
        sum(
            chance(item, week, price, sold, stock)
            * (
                item.net[price] * sold
                - item.holding * (stock - sold)
                + oracle(item, rules, stock - sold, (*past, price))
            )
            for sold in range(stock + 1)
        )
        for price in may_charge(past, len(item.net), rules)
    )


def drawn(seed: int, units: int = 60, weeks: int = 6, prices: int = 5) -> Item:
    """An item of a random world: any demand at any price, holding and salvage from nothing to
    more than a sale brings, and noise in every other one.
    """
    random = np.random.default_rng(seed)
    weeks, prices = random.integers(1, weeks + 1), random.integers(1, prices + 1)
    mean = random.gamma(1.0, random.uniform(0.2, 1.2) * units / weeks, (weeks, prices))
    return Item(
        units=int(random.integers(0, units + 1)),
        net=np.sort(random.uniform(5, 100, prices))[::-1],
        demand=mean * (random.random((weeks, prices)) < 0.9),
        holding=random.choice([0.0, random.uniform(0, 3)]),
        salvage=random.choice([0.0, random.uniform(0, 60)]),
        dispersion=random.choice([0.0, random.uniform(0.05, 1.5)]),
    )


RULES = [
    Rules(),
    FREE,
    Rules(changes=1),
    Rules(least_weeks=2),
    Rules(rises=True, changes=2, least_weeks=2),
    Rules(rises=True, changes=1),
]


def test_the_smallest_case_to_the_last_digit():
    assert ladder.best(tiny()).value == pytest.approx(225.0428561565, abs=5e-10)
    assert ladder.fluid(tiny()) == pytest.approx(270.588, abs=5e-4)
    assert oracle(tiny(), Rules(), 3) == pytest.approx(225.0428561565, abs=5e-10)


@pytest.mark.parametrize("rules", RULES, ids=str)
@pytest.mark.parametrize("seed", range(6))
def test_nothing_beats_it_that_can_be_thought_of(rules, seed):
    item = drawn(seed, units=3, weeks=4, prices=3)
    assert ladder.best(item, rules).value == pytest.approx(oracle(item, rules, item.units))


@pytest.mark.parametrize("seed", range(60))
class TestRandomItems:
    def test_between_every_fixed_price_and_the_bound(self, seed):
        item = drawn(seed)
        down, free = ladder.best(item).value, ladder.best(item, FREE).value
        rounding = 1e-9 * (1 + abs(free))
        assert ladder.fixed(item).max() <= down + rounding
        assert down <= free + rounding
        assert free <= ladder.fluid(item) + 1e-7 * (1 + abs(free))

    def test_no_calendar_and_no_trial_beats_it(self, seed):
        item, random = drawn(seed), np.random.default_rng(seed)
        down = ladder.best(item).value + 1e-6
        prices = random.integers(0, len(item.net), item.weeks)
        assert ladder.calendar(item, np.sort(prices)) <= down
        assert ladder.calendar(item, prices) <= ladder.best(item, FREE).value + 1e-6
        assert ladder.probe(item, int(prices[0]), 2) <= down

    def test_its_path_brings_its_value(self, seed):
        """Backwards through the weeks and forwards through them: two ways to one number."""
        item, rules = drawn(seed), RULES[seed % len(RULES)]
        plan = ladder.best(item, rules)
        path = ladder.expected_path(item, plan)
        brings = path["cash"].sum() - item.holding * path["left"].sum()
        brings += item.salvage * path["left"].iloc[-1]
        assert brings == pytest.approx(plan.value, rel=1e-7, abs=1e-6)
        assert path["left"].tolist() == pytest.approx((path["stock"] - path["sold"]).tolist())
        if not rules.rises:
            assert path["price"].is_monotonic_increasing

    def test_more_changes_are_never_worse_and_none_is_the_best_fixed_price(self, seed):
        item = drawn(seed)
        values = [ladder.best(item, Rules(changes=most)).value for most in range(4)]
        assert values[0] == pytest.approx(ladder.fixed(item).max())
        assert np.diff([*values, ladder.best(item).value]).min() >= -1e-8
        many = ladder.best(item, Rules(changes=item.weeks)).value
        assert many == pytest.approx(ladder.best(item).value)

    def test_a_price_that_must_hold_longer_is_never_better(self, seed):
        item = drawn(seed)
        values = [ladder.best(item, Rules(least_weeks=weeks)).value for weeks in (1, 2, 3)]
        assert np.diff(values).max() <= 1e-8
        whole = ladder.best(item, Rules(least_weeks=item.weeks)).value
        assert whole == pytest.approx(ladder.fixed(item).max())

    def test_worth_more_with_dearer_leftovers_less_with_dearer_holding(self, seed):
        item = drawn(seed)
        for value in (
            lambda item: ladder.best(item).value,
            lambda item: ladder.fixed(item).max(),
            ladder.fluid,
            lambda item: ladder.probe(item, 0, 1),
        ):
            better = value(replace(item, salvage=item.salvage + 2))
            worse = value(replace(item, holding=item.holding + 2))
            assert worse <= value(item) + 1e-6
            assert better >= value(item) - 1e-6
            assert better <= value(item) + 2 * item.units + 1e-6

    def test_another_currency_changes_the_figures_and_not_the_plan(self, seed):
        item = drawn(seed)
        dear = replace(item, net=7 * item.net, holding=7 * item.holding, salvage=7 * item.salvage)
        here, there = ladder.best(item), ladder.best(dear)
        assert there.value == pytest.approx(7 * here.value)
        assert there.first == here.first
        assert (there.policy == here.policy).all()
        assert ladder.fluid(dear) == pytest.approx(7 * ladder.fluid(item))


def test_no_function_here_asks_what_a_unit_cost():
    asked = {field.name for kind in (Item, Rules) for field in fields(kind)}
    for _, function in inspect.getmembers(ladder, inspect.isfunction):
        asked |= set(inspect.signature(function).parameters)
    assert not [name for name in asked if "cost" in name or "purchase" in name or "bought" in name]


@pytest.mark.parametrize("item", [coats(0.2), tiny()], ids=["coats", "tiny"])
def test_noise_that_vanishes_leaves_poisson(item):
    noisy, calm = (replace(item, dispersion=phi) for phi in (0.3, 1e-8))
    assert ladder.best(calm).value == pytest.approx(ladder.best(item).value, rel=1e-6)
    assert ladder.fixed(calm) == pytest.approx(ladder.fixed(item), rel=1e-6)
    assert ladder.best(noisy).value < ladder.best(item).value


def test_noise_has_the_variance_that_is_asked_for():
    """Mean and variance of what is asked for, with more stock than anybody asks for."""
    item = Item(600, np.array([1.0]), np.array([[20.0]]), dispersion=0.1)
    likely = item.chances[0, 0]
    mean = likely @ item.stocks
    assert mean == pytest.approx(20)
    assert likely @ (item.stocks - mean) ** 2 == pytest.approx(20 + 0.1 * 20**2)


def test_a_trial_goes_on_with_the_best_price_for_what_is_left():
    """One week at the full price, one more: each stock left has its own best price."""
    item = tiny()
    expected = 0.0
    for sold in range(4):
        left = replace(item, units=3 - sold, demand=item.demand[1:])
        expected += chance(item, 0, 0, sold, 3) * (100 * sold + ladder.fixed(left).max())
    assert ladder.probe(item, 0, 1) == pytest.approx(expected)
    assert ladder.probe(item, 1, 1) == pytest.approx(ladder.fixed(item)[1])
    assert ladder.probe(item, 0, 5) == pytest.approx(ladder.fixed(item)[0])


def test_one_calendar_price_for_each_week():
    with pytest.raises(ValueError, match="3 prices for 2 weeks"):
        ladder.calendar(tiny(), [0, 0, 1])


def test_nothing_left_and_no_time_left():
    gone = tiny(units=0)
    assert ladder.best(gone).value == pytest.approx(0, abs=1e-9)
    assert ladder.fluid(gone) == pytest.approx(0, abs=1e-9)
    over = tiny(demand=np.zeros((0, 2)))
    assert ladder.best(over).value == ladder.fluid(over) == ladder.let_go(over) == 30
    assert ladder.expected_path(over, ladder.best(over)).empty


def test_nobody_comes():
    """Two weeks of holding three units, and they are let go; the price is not cut for nothing."""
    quiet = tiny(demand=np.zeros((2, 2)), holding=1.0)
    plan = ladder.best(quiet)
    assert plan.value == pytest.approx(3 * 10 - 2 * 3)
    assert plan.first == 0
    assert (plan.policy == np.arange(2)[:, None]).all()


def test_of_equals_the_highest_price():
    """Stock for ever, and each price brings the same a week: rounding must choose none of them."""
    times = np.arange(1, 8)
    plenty = Item(500, 100 / times, np.tile(10.0 * times, (4, 1)))
    plan = ladder.best(plenty, FREE)
    assert plan.first == 0
    assert (plan.policy[..., -1] == np.arange(7)).all()
