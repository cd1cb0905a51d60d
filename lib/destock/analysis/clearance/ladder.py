"""How does one item earn most until its deadline: which price in which week, at which stock? And
what do simpler ways bring: one price held, a calendar of cuts, letting go at once?

Weeks count from 0. A week runs so: a price is charged, units are sold while there are any, what is
left at its end costs ``holding`` a unit, in the last week too. Then the leftovers bring
``salvage``. What a unit once cost is no argument of anything here.

Gallego and van Ryzin (1994), Management Science 40: the programme, and the bound above it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from scipy.optimize import linprog
from scipy.signal import fftconvolve
from scipy.stats import nbinom, poisson

SAME = 1e-9  # share of the stock at its highest price: less is a difference of rounding


@dataclass(frozen=True)
class Item:
    """What is known of an item that has to go.

    ``units``: on hand. ``net``: what a unit sold brings at each price of the ladder, the highest
    price first. ``demand``: weeks × prices, mean units that customers would take in a week at a
    price, whether or not they are there. Where level and elasticity are uncertain, that is the mean
    over both at once: two means put together forget that the two go together. ``holding``: a unit
    and week; ``salvage``: a unit left at the end. ``dispersion``: variance = mean + dispersion ×
    mean²; 0 is Poisson, more is negative binomial.
    """

    units: int
    net: np.ndarray
    demand: np.ndarray
    holding: float = 0.0
    salvage: float = 0.0
    dispersion: float = 0.0

    @property
    def weeks(self) -> int:
        return len(self.demand)

    @property
    def stocks(self) -> np.ndarray:
        """Every number of units that there can be."""
        return np.arange(self.units + 1)

    @property
    def leftovers(self) -> np.ndarray:
        """What each number of units brings if it is let go."""
        return self.salvage * self.stocks.astype(float)

    @property
    def slack(self) -> float:
        """How much money is no difference between two plans?"""
        return float(SAME * self.units * np.abs(self.net).max())

    @cached_property
    def chances(self) -> np.ndarray:
        """Weeks × prices × units asked for, up to those on hand: how likely? No tail is cut: who
        asks for more takes all there is.
        """
        mean = self.demand[:, :, None]
        if self.dispersion > 0:
            size = 1 / self.dispersion
            return nbinom.pmf(self.stocks, size, size / (size + mean))
        return poisson.pmf(self.stocks, mean)

    @cached_property
    def sold_out(self) -> np.ndarray:
        """Weeks × prices × units on hand: how likely are more asked for than there are?"""
        return np.clip(1 - self.chances.cumsum(axis=-1), 0, 1)

    @cached_property
    def left(self) -> np.ndarray:
        """Weeks × prices × units on hand: how many are expected to be left after the week?"""
        kept = (1 - self.sold_out).cumsum(axis=-1)
        return np.concatenate([np.zeros_like(kept[..., :1]), kept[..., :-1]], axis=-1)


@dataclass(frozen=True)
class Rules:
    """How may a price move? The first week's price is chosen freely and is no change.

    ``rises``: a later price may be higher. ``changes``: how many at most (None: any number).
    ``least_weeks``: for how many weeks a price holds at least.
    """

    rises: bool = False
    changes: int | None = None
    least_weeks: int = 1


ONLY_DOWN = Rules()


@dataclass(frozen=True)
class Plan:
    """The best that can be done, and how.

    ``value``: expected, to the deadline. ``first``: index of the first week's price. ``policy``:
    index of the price afterwards, by [week, changes left, weeks that the price before has been
    charged − 1, index of the price before, units on hand]. Changes left have one place where any
    number is allowed; weeks charged end at ``least_weeks``.
    """

    value: float
    first: int
    policy: np.ndarray
    rules: Rules


def best(item: Item, rules: Rules = ONLY_DOWN) -> Plan:
    """Which price in which week, at which stock, earns most until the deadline?

    The exact stochastic programme, from the last week back. Of plans worth the same, the one that
    keeps its price, then the one with the highest.

    >>> shirt = Item(3, np.array([100, 70]), np.array([[1.5, 1.5 / 0.49], [1, 1 / 0.49]]), 0, 10)
    >>> round(best(shirt).value, 7)
    225.0428562
    """
    layers = 1 if rules.changes is None else rules.changes + 1
    state = (layers, rules.least_weeks, len(item.net), item.units + 1)
    charged = later = np.broadcast_to(item.leftovers, state)
    policy = np.zeros((item.weeks, *state), int)
    for week in reversed(range(item.weeks)):
        charged = _charged(item, week, later)
        later, policy[week] = _choose(charged, rules, item.slack)
    start = charged[-1, 0, :, item.units]
    first = int(_highest_of_best(start, item.slack, axis=0))
    return Plan(float(start.max()), first, policy, rules)


def _charged(item: Item, week: int, later: np.ndarray) -> np.ndarray:
    """What is each stock worth if a price is charged this week? … × prices × units on hand.

    later: the same at the beginning of the next week, by the price charged in this one. A
    convolution with demand, in which what is sold out is worth nothing; one transform does all
    prices and states.
    """
    chance = item.chances[week][(None,) * (later.ndim - 2)]
    ahead = fftconvolve(later, chance, axes=-1)[..., : item.units + 1]
    left = item.left[week]
    return item.net[:, None] * (item.stocks - left) - item.holding * left + ahead


def _highest_of_best(worth: np.ndarray, slack: float, axis: int) -> np.ndarray:
    """Index of the highest price that earns most: rounding must not choose among equals."""
    return (worth >= worth.max(axis=axis, keepdims=True) - slack).argmax(axis=axis)


def _choose(charged: np.ndarray, rules: Rules, slack: float) -> tuple[np.ndarray, np.ndarray]:
    """Keep the price or change it? What each state is worth at a week's beginning, and the index of
    the price chosen.

    charged: what each state is worth once the week's price is set.
    """
    _, ages, prices, _ = charged.shape
    older = np.minimum(np.arange(ages) + 1, ages - 1)
    worth = charged[:, older].copy()
    choice = np.broadcast_to(np.arange(prices)[:, None], worth.shape).copy()
    fresh = charged[:, 0]
    if rules.changes is not None:  # a change takes one of those left, and of none there is none
        fresh = np.concatenate([np.full_like(fresh[:1], -np.inf), fresh[:-1]])
    before, after = np.indices((prices, prices))
    moves = (before != after) if rules.rises else (before < after)
    options = np.where(moves[:, :, None], fresh[:, None], -np.inf)
    keeps, changes = worth[:, -1], options.max(axis=2)
    to = _highest_of_best(options, slack, axis=2)
    choice[:, -1] = np.where(changes > keeps + slack, to, choice[:, -1])
    worth[:, -1] = np.maximum(keeps, changes)
    return worth, choice


def expected_path(item: Item, plan: Plan) -> pd.DataFrame:
    """What will the plan look like, week by week, as sales come in as expected of them?

    Every way that demand can go is followed, each as likely as it is. Returns one row a week:
    ``week`` (from 0), ``price`` (index; the middle one: as many ways charge more as less),
    ``stock`` (at its beginning), ``sold``, ``left`` (at its end), ``cash`` (what is sold brings).
    """
    layers, ages = plan.policy.shape[1:3]
    mass = np.zeros((layers, ages, len(item.net), item.units + 1))
    mass[-1, 0, plan.first, item.units] = 1.0
    rows = []
    for week, left in enumerate(item.left):
        mass = _moved(mass, plan.policy[week], plan.rules) if week else mass
        ways = mass.sum(axis=(0, 1))
        sold = (ways * (item.stocks - left)).sum(axis=1)
        middle = (ways.sum(axis=1).cumsum() >= 0.5).argmax()
        stock = (ways @ item.stocks).sum()
        rows.append([week, middle, stock, sold.sum(), (ways * left).sum(), sold @ item.net])
        mass = _sold(item, week, mass)
    path = pd.DataFrame(rows, columns=["week", "price", "stock", "sold", "left", "cash"])
    return path.astype({"week": int, "price": int})


def _moved(mass: np.ndarray, choice: np.ndarray, rules: Rules) -> np.ndarray:
    """How likely is each state once the week's price is set by the policy?"""
    layer, age, price, units = np.indices(mass.shape)
    kept = choice == price
    layer = layer if rules.changes is None else layer - ~kept
    age = np.where(kept, np.minimum(age + 1, mass.shape[1] - 1), 0)
    moved = np.zeros_like(mass)
    np.add.at(moved, (layer, age, choice, units), mass)
    return moved


def _sold(item: Item, week: int, mass: np.ndarray) -> np.ndarray:
    """How likely is each state after the sales of a week?"""
    chance = item.chances[week][None, None]
    after = fftconvolve(mass[..., ::-1], chance, axes=-1)[..., : item.units + 1][..., ::-1].copy()
    after[..., 0] += (mass * item.sold_out[week]).sum(axis=-1)
    return after


def fixed(item: Item) -> np.ndarray:
    """What does each price of the ladder bring if it is held to the end?"""
    return _held(item, 0)[:, item.units]


def _held(item: Item, since: int) -> np.ndarray:
    """Prices × units on hand: what does a price bring that is held from a week to the end?"""
    later = np.tile(item.leftovers, (len(item.net), 1))
    for week in reversed(range(since, item.weeks)):
        later = _charged(item, week, later)
    return later


def let_go(item: Item) -> float:
    """What does the whole stock bring if it is let go today?"""
    return float(item.salvage * item.units)


def calendar(item: Item, prices: Sequence[int]) -> float:
    """What does a calendar of prices bring that is kept whatever happens?

    prices: an index of the ladder for each week.
    """
    if len(prices) != item.weeks:
        raise ValueError(f"{len(prices)} prices for {item.weeks} weeks")
    return float(_followed(item, prices, item.leftovers)[item.units])


def _followed(item: Item, prices: Sequence[int], later: np.ndarray) -> np.ndarray:
    """By units on hand: what does a calendar of the first weeks bring, with what comes later?"""
    for week, price in reversed(list(enumerate(prices))):
        every = np.broadcast_to(later, (len(item.net), item.units + 1))
        later = _charged(item, week, every)[price]
    return later


def probe(item: Item, price: int, weeks: int) -> float:
    """What does it bring to try a price for some weeks, and to hold afterwards the one, not above
    it, that is best for the units then left?

    Demand is as expected all along: what a trial teaches about customers is not in the figure.
    """
    tried = min(weeks, item.weeks)
    later = _held(item, tried)[price:].max(axis=0)
    return float(_followed(item, [price] * tried, later)[item.units])


def fluid(item: Item) -> float:
    """Which value can no plan exceed, however clever, whether or not its prices rise?

    Customers come exactly as expected, units can be divided, prices mixed within a week, and
    selling can stop: a linear programme. A unit sold in week t of T spares (T − t) weeks of
    holding.

    >>> shirt = Item(3, np.array([100, 70]), np.array([[1.5, 1.5 / 0.49], [1, 1 / 0.49]]), 0, 10)
    >>> round(fluid(shirt), 3)
    270.588
    """
    if not item.weeks:
        return let_go(item)
    spared = item.holding * (item.weeks - np.arange(item.weeks))[:, None]
    gain = item.demand * (item.net - item.salvage + spared)
    one_price = np.kron(np.eye(item.weeks), np.ones(len(item.net)))
    most = linprog(
        -gain.ravel(),
        A_ub=np.vstack([item.demand.ravel(), one_price]),
        b_ub=np.r_[item.units, np.ones(item.weeks)],
    )
    return let_go(item) - item.holding * item.units * item.weeks - float(most.fun)
