"""The allotment of a shop of any size: every slot gets a price for its room, each item chooses for
itself what it does at these prices, and the prices are bettered until hardly anything is left to
gain.

Dantzig and Wolfe (1960), Operations Research 8. Items choose in groups, so that the programme over
all choices stays small; prices are drawn to the best ones so far, for those of that programme alone
leap (Wentges 1997, International Transactions in Operational Research 4).
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_array, hstack, vstack

from destock.analysis.clearance.allotment import Allotment, Allotted, allotted, best_plans
from destock.analysis.clearance.own_pieces import Pieces, own_pieces

GROUPS = 50  # of items that choose together
CLOSE = 5e-4  # of the value: closer to the best the prices need not come
ROUNDS, DRAWN = 200, 0.5  # of prices at most, and how far each is drawn to the best so far
# prices of a slot's room that are tried: parts of its own, then of a gift that all would take
LESS, GIFTS = (1, 0.99, 0.97, 0.94, 0.9, 0.8, 0.6, 0.3, 0), (-0.1, -0.3, -1)


@dataclass(frozen=True)
class Choice:
    """What items do if the room of each slot has a price: units that leave (items × slots), and by
    group of items what all brings and how much room is used (groups × slots).
    """

    price: np.ndarray
    given: csr_array
    value: np.ndarray
    used: np.ndarray


def priced(asked: Allotment, hurry: float = 0.0) -> Allotted:
    """Which allotment brings nearly most, where cash by the date is worth ``hurry`` beyond its
    value? How near, its ``bound`` says. Units that leave are whole ones.

    First every slot may be opened in part; then those that are worth their fee and their lot are
    open, the others shut, and the items choose once more among these, first at the prices at which
    they chose before.
    """
    wanted = asked.hurried(hurry)
    pieces, slots = own_pieces(wanted), len(wanted.capacity)
    choices = [_choice(wanted, pieces, np.full(slots, np.inf))]
    bound, price, weights = _bettered(wanted, pieces, choices, np.zeros(slots))
    opened = _opened(wanted, pieces, price, _given(choices, weights).sum(axis=0))
    mixed = [one.price for one, weight in zip(choices, weights, strict=True) if weight.any()]
    while True:
        narrowed = replace(wanted, most=np.where(opened, wanted.most, 0.0))
        again = choices[:1] + [_choice(narrowed, pieces, at) for at in mixed]
        weights = _bettered(narrowed, pieces, again, price, opened)[-1]
        given = in_whole(asked, _given(again, weights))
        unfilled = opened & (given.sum(axis=0) < asked.least)
        if not unfilled.any():
            return allotted(asked, given, best_plans(asked, given, hurry), bound)
        opened &= ~unfilled


def _bettered(
    wanted: Allotment,
    pieces: Pieces,
    choices: list[Choice],
    price: np.ndarray,
    opened: np.ndarray | None = None,
) -> tuple[float, np.ndarray, np.ndarray]:
    """Add choices at ever better prices: the value that no mix of choices can be above, the best
    prices, and the weights of the best mix, choices × groups.
    """
    best, bound = price, np.inf
    for _ in range(ROUNDS):
        choices.append(_choice(wanted, pieces, price))
        above = _bound(wanted, choices[-1], opened)
        if above < bound:
            best, bound = price, above
        found = linprog(**_programme(wanted, choices, opened))
        mixed = -found.fun * _scale(choices)
        if bound - mixed <= CLOSE * abs(mixed):
            break
        room, lot = -found.ineqlin.marginals.reshape(2, -1) * _scale(choices) / wanted.capacity
        price = DRAWN * best + (1 - DRAWN) * (room - lot)
    every = len(choices) * GROUPS
    return bound, best, found.x[:every].reshape(len(choices), GROUPS)


def best_at(price: np.ndarray, wanted: Allotment, pieces: Pieces) -> np.ndarray:
    """How many units of each item leave by each slot, if its room has a price? Units go where they
    bring most until none is left. Items × slots.
    """
    takes = wanted.most > 0
    brings = np.concatenate([pieces.brings, np.where(takes, wanted.net - price, -np.inf)], axis=1)
    room = np.concatenate([pieces.units, np.minimum(wanted.most, wanted.capacity)], axis=1)
    order = np.argsort(-brings, axis=1, kind="stable")
    room = np.take_along_axis(room, order, axis=1)
    used = np.clip(wanted.units[:, None] - (room.cumsum(axis=1) - room), 0.0, room)
    placed = np.empty_like(used)
    np.put_along_axis(placed, order, used, axis=1)
    return placed[:, pieces.units.shape[1] :]


def _choice(wanted: Allotment, pieces: Pieces, price: np.ndarray) -> Choice:
    """What items do if the room of each slot has a price, by group."""
    given = best_at(price, wanted, pieces)
    kept = wanted.units - given.sum(axis=1)
    own = np.clip(kept[:, None] - (pieces.units.cumsum(axis=1) - pieces.units), 0.0, pieces.units)
    value = pieces.none + (np.where(own > 0, pieces.brings, 0.0) * own).sum(axis=1)
    group = np.arange(len(kept)) % GROUPS
    to_group = csr_array((np.ones(len(kept)), (group, np.arange(len(kept)))), (GROUPS, len(kept)))
    value = value + (wanted.net * given).sum(axis=1)
    return Choice(price, csr_array(given), to_group @ value, to_group @ given)


def _bound(wanted: Allotment, choice: Choice, opened: np.ndarray | None) -> float:
    """The value that no allotment can be above: what the items' choices bring, their room paid
    for, and what slots earn at these prices that are open, or worth opening.
    """
    price = choice.price
    earns = np.maximum(price * wanted.capacity, price * wanted.least) - wanted.fee
    earns = np.maximum(earns, 0.0) if opened is None else np.where(opened, earns, 0.0)
    return float(choice.value.sum() - (choice.used @ price).sum() + earns.sum())


def _scale(choices: list[Choice]) -> float:
    """Money in whose units the programme is told, for the solver's tolerances are absolute."""
    return float(np.abs(choices[0].value).max()) or 1.0


def _programme(wanted: Allotment, choices: list[Choice], opened: np.ndarray | None) -> dict:
    """Which mix of all choices so far brings most, within the room of each slot? For linprog: the
    weight of each choice of each group, how far each slot is opened, and how much its lot is short.
    Where it is settled which are open, a lot that is not filled costs more than filling it.
    """
    slots, every = len(wanted.capacity), len(choices) * GROUPS
    low, high = (np.zeros(slots), np.ones(slots)) if opened is None else (opened, opened)
    group = np.tile(np.arange(GROUPS), len(choices)), np.arange(every)
    used = csr_array((np.concatenate([one.used for one in choices]) / wanted.capacity).T)
    full, none = csr_array(-np.eye(slots)), csr_array((slots, slots))
    lots = csr_array(np.diag(wanted.least / wanted.capacity * low))
    short = 2 * np.abs(wanted.net).max(axis=0) * wanted.capacity
    costs = [*(-choice.value for choice in choices), wanted.fee, short]
    least, most = np.zeros(every + 2 * slots), np.ones(every + 2 * slots)
    least[every : every + slots], most[every : every + slots] = low, high
    return {
        "c": np.concatenate(costs) / _scale(choices),
        "A_ub": vstack([hstack([used, full, none]), hstack([-used, lots, full])]),
        "b_ub": np.zeros(2 * slots),
        "A_eq": csr_array((np.ones(every), group), (GROUPS, every + 2 * slots)),
        "b_eq": np.ones(GROUPS),
        "bounds": np.column_stack([least, most]),
    }


def _opened(wanted: Allotment, pieces: Pieces, price: np.ndarray, used: np.ndarray) -> np.ndarray:
    """Which of the slots that are used are worth their fee and their lot? Those that are used least
    are judged first, at the prices of all others.
    """
    opened = used > 0
    doubtful = np.flatnonzero(opened & ((wanted.fee > 0) | (wanted.least > 0)))
    for slot in doubtful[np.argsort((used / wanted.capacity)[doubtful], kind="stable")]:
        narrowed = replace(wanted, most=np.where(opened, wanted.most, 0.0))
        opened[slot] = _worth_opening(narrowed, pieces, price, slot)
    return opened


def _worth_opening(wanted: Allotment, pieces: Pieces, price: np.ndarray, slot: int) -> bool:
    """Is more brought if a slot is opened, at some price for its room that fills its lot?"""
    here = np.arange(len(price)) == slot
    others = np.where(here, 0.0, price)

    def brought(at: float) -> tuple[float, float]:
        choice = _choice(wanted, pieces, np.where(here, at, price))
        return choice.value.sum() - (choice.used @ others).sum(), choice.used[:, slot].sum()

    shut, _ = brought(np.inf)
    most = np.abs(wanted.net[:, slot]).max()
    tried = [price[slot] * part for part in LESS] + [most * part for part in GIFTS]
    return any(
        (value - shut) * min(1.0, wanted.capacity[slot] / used) > wanted.fee[slot]
        for value, used in map(brought, tried)
        if used >= max(wanted.least[slot], 1.0)
    )


def _given(choices: list[Choice], weights: np.ndarray) -> np.ndarray:
    """Units that leave in a mix of choices: items × slots."""
    items = choices[0].given.shape[0]
    group = np.arange(items) % GROUPS
    parts = [
        choice.given.multiply(weight[group, None])
        for choice, weight in zip(choices, weights, strict=True)
    ]
    return sum(part.toarray() for part in parts)


def in_whole(asked: Allotment, given: np.ndarray) -> np.ndarray:
    """The same in whole units, of each slot as many: those with the largest parts get the rest."""
    whole = np.floor(given + 1e-6)
    for slot in range(given.shape[1]):
        rest = int(np.floor(given[:, slot].sum() + 1e-6) - whole[:, slot].sum())
        part = given[:, slot] - whole[:, slot]
        free = (asked.units - whole.sum(axis=1) >= 1) & (whole[:, slot] + 1 <= asked.most[:, slot])
        first = np.argsort(-np.where(free, part, 0.0), kind="stable")[:rest]
        whole[first, slot] += free[first] & (part[first] > 0)
    return whole
