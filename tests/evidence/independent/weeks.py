"""What chance makes of a simulated shop, week by week: demand, sales, returns, prices, reorders.

In a week goods arrive on Monday morning (deliveries, and what customers sent back the weeks
before), demand comes evenly over the days, and the merchant decides on Sunday evening.
"""

from dataclasses import dataclass, replace

import numpy as np
from tests.evidence.independent.shop import Goods, Shop
from tests.evidence.independent.styles import Kind

BACK_AFTER = (0.35, 0.45, 0.20)  # of what comes back: one, two, three weeks after the sale
LEAD = (3, 6)  # weeks from a reorder to its arrival, the last exclusive
PERSISTENCE = 0.6  # of a category's shock from week to week
FADING = 0.45  # of a viral spike from week to week, after its first one or two
PRICES = (1.0, 0.8, 0.6)  # of the tag price
FIRST_REVIEW, BETWEEN_REVIEWS = 7, 4  # weeks of the season
COVER_LINE = 10.0  # weeks of stock
BUDGET = 0.12  # of a season's styles that a review may cut
CORE = {"walk_sd": 0.01, "weather_sd": 0.1, "spikes": False, "markdowns": False, "reorders": True}

State = dict[str, np.ndarray]


@dataclass(frozen=True)
class World:
    """One realisation of a shop: what happened to its styles and its core styles, by week."""

    shop: Shop
    number: int
    styles: State
    core: State


def draw(shop: Shop, number: int) -> World:
    """Draw all chance of a shop once.

    Parameters
    ----------
    shop : Shop
        What ``parameters`` gave.
    number : int
        Which draw; the same number gives the same world.
    """
    kind = replace(shop.kind, **CORE)
    return World(
        shop,
        number,
        go_on(shop.styles, shop.kind, opening(shop.styles), 0, (shop.seed, number, 0)),
        go_on(shop.core, kind, opening(shop.core), 0, (shop.seed, number, 1)),
    )


def opening(goods: Goods) -> State:
    """The state before the first week: first buys under way, nothing sold.

    A column is a week; ``due`` is the week in which what was ordered on a week's Sunday arrives,
    ``back`` what will come back of a week's sales, by weeks from the sale.
    """
    n, weeks = goods.plain.shape
    names = ("demand", "sold", "share", "on_hand", "ordered", "due", "walk", "weather", "buzz")
    state = {name: np.zeros((n, weeks)) for name in names}
    state |= {"price": np.ones((n, weeks + 1)), "back": np.zeros((n, weeks, len(BACK_AFTER)))}
    state |= {"inbound": np.zeros((n, weeks)), "returned": np.zeros((n, weeks + len(BACK_AFTER)))}
    state |= {"held": np.zeros(n), "seen": np.zeros(n, bool)}
    state["inbound"][np.arange(n), goods.frame["launch"]] = goods.frame["first_buy"]
    return state


def go_on(
    goods: Goods,
    kind: Kind,
    state: State,
    start: int,
    stream: tuple[int, ...],
    to: int | None = None,
) -> State:
    """Simulate from week ``start`` to the end, or before week ``to``; the state is changed."""
    truth = {name: values.to_numpy() for name, values in goods.frame.items()}
    truth["left"] = truth["launch"] + truth["life"]
    for week in range(start, goods.plain.shape[1] if to is None else to):
        rng = np.random.default_rng([2, *stream[:3], week, *stream[3:]])
        _shock(truth, kind, state, week, rng)
        _sell(goods, truth, kind, state, week, rng)
        if kind.markdowns:
            _mark_down(truth, state, week)
        if kind.reorders:
            _reorder(truth, state, week, rng)
    return state


def part_of(goods: Goods, state: State, rows: np.ndarray) -> tuple[Goods, State]:
    """Some styles alone, with their state."""
    frame = goods.frame.iloc[rows].reset_index(drop=True)
    part = Goods(frame, goods.plain[rows], goods.festive[rows])
    return part, {name: values[rows] for name, values in state.items()}


def _shock(truth: State, kind: Kind, state: State, week: int, rng: np.random.Generator) -> None:
    """Move the season's level and the categories' shocks; let styles go viral."""
    year = truth["year"]
    family = year * (truth["category_no"].max() + 1) + truth["category_no"]
    step = rng.normal(0, kind.walk_sd, year.max() + 1)[year]
    fresh = kind.weather_sd * np.sqrt(1 - PERSISTENCE**2)
    shock = rng.normal(0, fresh if week else kind.weather_sd, family.max() + 1)[family]
    before = max(week - 1, 0)
    state["walk"][:, week] = state["walk"][:, before] + step
    state["weather"][:, week] = PERSISTENCE * state["weather"][:, before] + shock
    on_sale = (week >= truth["launch"]) & (week < truth["left"])
    caught = rng.random(len(year)) < truth["viral"] / truth["life"]
    strength, held = rng.uniform(np.log(3), np.log(8), len(year)), rng.integers(1, 3, len(year))
    starts = caught & on_sale & ~state["seen"] & kind.spikes
    state["seen"] |= starts
    faded = state["buzz"][:, before] * np.where(state["held"] > 0, 1, FADING)
    state["buzz"][:, week] = np.where(starts, strength, faded)
    state["held"] = np.where(starts, held - 1, np.maximum(state["held"] - 1, 0))


def mean_demand(goods: Goods, truth: State, state: State, week: int) -> np.ndarray:
    """Mean gross demand of a week, given its shocks and its prices."""
    answer = state["price"][:, week] ** truth["elasticity"]
    level = np.exp(state["walk"][:, week] + state["weather"][:, week] + state["buzz"][:, week])
    return goods.plain[:, week] * goods.festive[:, week] * answer * level


def _sell(
    goods: Goods, truth: State, kind: Kind, state: State, week: int, rng: np.random.Generator
) -> None:
    """Serve demand as far as the stock goes; part of the rest turns to siblings; some comes back.

    How many turn to which sibling is Poisson: the total moves in the mean, not to the unit.
    """
    mean = mean_demand(goods, truth, state, week)
    demand = rng.poisson(mean * rng.gamma(truth["evenness"]) / truth["evenness"])
    held = state["on_hand"][:, week - 1] if week else 0
    stock = held + state["inbound"][:, week] + state["returned"][:, week]
    lost = np.maximum(demand - stock, 0) * kind.substitution
    appeal = np.where((demand < stock) & (truth["launch"] <= week), mean, 0)
    group = truth["group"]
    among = np.bincount(group, appeal)[group]
    drawn = np.bincount(group, lost)[group] * appeal / np.where(among > 0, among, 1)
    demand = demand + rng.poisson(drawn)
    sold = np.minimum(demand, stock)
    part = np.where(demand > 0, sold / np.maximum(demand, 1), stock > 0)
    state["demand"][:, week], state["sold"][:, week] = demand, sold
    state["share"][:, week] = part
    state["on_hand"][:, week] = stock - sold
    _send_back(truth, state, week, rng)


def _send_back(truth: State, state: State, week: int, rng: np.random.Generator) -> None:
    """Let customers return part of what they bought; all of it can be sold again."""
    remaining = rng.binomial(state["sold"][:, week].astype(int), truth["return_rate"])
    share_left = 1.0
    for after, share in enumerate(BACK_AFTER):
        units = rng.binomial(remaining, min(share / share_left, 1.0))
        state["back"][:, week, after] = units
        state["returned"][:, week + after + 1] += units
        remaining, share_left = remaining - units, share_left - share


def _mark_down(truth: State, state: State, week: int) -> None:
    """Cut the prices of the styles with most stock beyond the line, as far as the budget goes."""
    state["price"][:, week + 1] = state["price"][:, week]
    if week < FIRST_REVIEW or (week - FIRST_REVIEW) % BETWEEN_REVIEWS:
        return
    stock, price, left = (
        state["on_hand"][:, week],
        state["price"][:, week],
        truth["left"] - week - 1,
    )
    recent = slice(max(week - 3, 0), week + 1)
    rate = (state["sold"][:, recent] - state["back"][:, recent].sum(2)).mean(1)
    line = np.minimum(COVER_LINE, left)
    slow = (stock > np.maximum(rate, 0.1) * line) & (stock > 10) & (price > PRICES[-1])
    slow &= (week - truth["launch"] >= 4) & (left >= 2) & (on_order(state, week) == 0)
    for year in np.unique(truth["year"]):
        mine = truth["year"] == year
        rows = np.flatnonzero(mine & slow)
        worst = rows[np.argsort(-(stock * truth["tag_price"])[rows], kind="stable")]
        cut = worst[: int(BUDGET * mine.sum())]
        state["price"][cut, week + 1] = np.where(price[cut] == PRICES[0], PRICES[1], PRICES[2])


def on_order(state: State, week: int) -> np.ndarray:
    """Reordered units still open on the Sunday of a week."""
    before = slice(0, week + 1)
    return (state["ordered"][:, before] * (state["due"][:, before] > week)).sum(1)


def _reorder(truth: State, state: State, week: int, rng: np.random.Generator) -> None:
    """Buy again what sells well, is getting short, and has time to arrive and sell.

    The merchant takes the last three weeks' rate, mended for stock-outs, as what goes on.
    """
    n, recent = len(truth["item"]), slice(max(week - 2, 0), week + 1)
    lead, guess = rng.integers(*LEAD, n), rng.lognormal(0, 0.2, n)
    shown = np.maximum(state["share"][:, recent].sum(1), 0.5)
    rate = state["sold"][:, recent].sum(1) / shown * (1 - truth["planned_return_rate"])
    stock, left = state["on_hand"][:, week], truth["left"] - week - 1
    received = state["inbound"][:, : week + 1].sum(1)
    short = (stock < 0.6 * received) & (stock < rate * truth["again_below"])
    allowed = truth["reorderable"] & (on_order(state, week) == 0) & (state["price"][:, week] == 1)
    allowed &= (state["ordered"] > 0).sum(1) < truth["tries"]
    allowed &= rate >= truth["again_from"]
    allowed &= (week - truth["launch"] >= 2) & (left >= 7)
    units = (rate * np.minimum(left, 11) * truth["again_for"] * guess - stock).round(-1)
    rows = np.flatnonzero(short & allowed & (units >= 20))
    due = week + 1 + lead[rows]
    state["ordered"][rows, week], state["due"][rows, week] = units[rows], due
    inside = due < state["inbound"].shape[1]
    state["inbound"][rows[inside], due[inside]] += units[rows[inside]]
