"""Which units are sold on, at which price, and which leave by which exit and week? All styles share
the exits: they have room for so many, want a lot or a fee, and are open in some weeks.
"""

from dataclasses import dataclass, replace

import numpy as np


@dataclass(frozen=True)
class Allotment:
    """What is to be allotted: items with plans of selling them on, and slots, an exit in a week.

    ``kept``, ``value``, ``cash`` (items × plans × points): what a plan brings when so many units
    are kept for it, from none to all of an item's, concave; −∞ where an item has no such plan.
    ``net``, ``paid``, ``most`` (items × slots): value and cash by the date of a unit that leaves
    there, and how many of an item may; 0 where it does not take the item. ``capacity``, ``least``,
    ``fee``, ``fee_paid`` (slots): units that one takes, the fewest that it takes if any, and what
    opening it costs in value and in cash by the date.
    """

    kept: np.ndarray
    value: np.ndarray
    cash: np.ndarray
    net: np.ndarray
    paid: np.ndarray
    most: np.ndarray
    capacity: np.ndarray
    least: np.ndarray
    fee: np.ndarray
    fee_paid: np.ndarray

    @property
    def units(self) -> np.ndarray:
        """All units of each item."""
        return self.kept[:, 0, -1]

    def hurried(self, hurry: float) -> "Allotment":
        """The same where cash by the date is worth so much beyond its value."""
        return replace(
            self,
            value=self.value + hurry * self.cash,
            net=self.net + hurry * self.paid,
            fee=self.fee + hurry * self.fee_paid,
        )

    def kept_brings(self, kept: np.ndarray, of: np.ndarray) -> np.ndarray:
        """What each plan brings when so many units of each item are kept: items × plans."""
        length = np.diff(self.kept)
        part = (kept[:, None, None] - self.kept[..., :-1]) / np.where(length > 0, length, 1.0)
        rise = np.diff(np.nan_to_num(of, neginf=0.0)) * np.clip(part, 0.0, 1.0)
        return of[..., 0] + np.where(length > 0, rise, 0.0).sum(axis=-1)


@dataclass(frozen=True)
class Allotted:
    """What was found: the plan of each item, the units that leave (items × slots), which slots are
    opened, what all brings in value and in cash by the date, and the value that no allotment with
    as much hurry can be above (hurry × cash counted).
    """

    plan: np.ndarray
    given: np.ndarray
    opened: np.ndarray
    value: float
    cash: float
    bound: float


def fits(asked: Allotment, given: np.ndarray) -> bool:
    """Do so many units fit into the room and the lots of the slots, and are there so many?"""
    used, close = given.sum(axis=0), 1e-6
    room = (used <= asked.capacity + close) & ((used == 0) | (used >= asked.least - close))
    there = given.sum(axis=1) <= asked.units + close
    return bool(room.all() and there.all() and (given <= asked.most + close).all())


def best_plans(asked: Allotment, given: np.ndarray, hurry: float = 0.0) -> np.ndarray:
    """Which plan brings most for the units that do not leave?"""
    kept, wanted = asked.units - given.sum(axis=1), asked.hurried(hurry)
    return wanted.kept_brings(kept, wanted.value).argmax(axis=1)


def allotted(asked: Allotment, given: np.ndarray, plan: np.ndarray, bound: float) -> Allotted:
    """What do units that leave and a plan for those that are kept bring?"""
    kept, at, opened = asked.units - given.sum(axis=1), np.arange(len(plan)), given.sum(axis=0) > 0

    def brought(own: np.ndarray, leaving: np.ndarray, fee: np.ndarray) -> float:
        staying = asked.kept_brings(kept, own)[at, plan].sum()
        return float(staying + (leaving * given).sum() - fee[opened].sum())

    value = brought(asked.value, asked.net, asked.fee)
    cash = brought(asked.cash, asked.paid, asked.fee_paid)
    return Allotted(plan, given, opened, value, cash, bound)
