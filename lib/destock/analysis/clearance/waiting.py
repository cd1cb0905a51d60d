"""Waiting: what stock brings that is sold on week by week, and when to end that."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Holding:
    """What time costs: capital (a year), storage of a unit (a week), how much of its price a jobber
    takes off every week; and the weeks within which cash is asked for.
    """

    capital_rate: float
    storage_week: float
    decline: float
    weeks_asked: int

    def discount(self, weeks) -> np.ndarray:
        """What is money after so many weeks worth today?

        >>> after = Holding(0.15, 0.0, 0.0, 0).discount([2, 4, 6, 8])
        >>> round(float((after * [30.0, 25, 20, 10]).sum()), 3)
        84.042
        """
        return (1 + self.capital_rate) ** (-np.asarray(weeks, float) * 7 / 365)


@dataclass(frozen=True)
class Ending:
    """What a unit is worth that is left at the beginning of each week ahead, in money of that week,
    and what of it is cash by the day asked for. Items × (weeks ahead + 1).
    """

    worth: np.ndarray
    cash: np.ndarray
    cleared: np.ndarray  # it is worth more cleared by the shop itself than sold to a jobber


def ending(jobber: np.ndarray, clearing: np.ndarray, pace: float, holding: Holding) -> Ending:
    """What is a unit worth that is left: sold to a jobber, or cleared at the pace the shop has?

    jobber: what one pays today, a value an item; clearing: net of a unit sold in each week ahead,
    items × weeks; pace: part of what is left that a week of clearing sells, unknown where the shop
    has never cleared. Clearing may end with the jobber in any week; after the weeks ahead it goes
    on at the last price.
    """
    weeks = clearing.shape[1]
    beyond = np.concatenate([clearing, np.repeat(clearing[:, -1:], weeks, axis=1)], axis=1)
    paid = jobber[:, None] * (1 - holding.decline) ** np.arange(2 * weeks + 1)
    worth, cash = paid.copy(), paid * (np.arange(2 * weeks + 1) <= holding.weeks_asked)
    cleared = np.zeros(paid.shape, bool)
    if np.isnan(pace):
        return Ending(worth[:, : weeks + 1], cash[:, : weeks + 1], cleared[:, : weeks + 1])
    step, goal = float(holding.discount(1)), holding.weeks_asked
    for week in reversed(range(2 * weeks)):
        sold = pace * beyond[:, week]
        on = step * (sold + (1 - pace) * worth[:, week + 1]) - holding.storage_week
        cash_on = sold * (week < goal) + (1 - pace) * cash[:, week + 1]
        cash_on = cash_on - holding.storage_week * (week < goal)
        cleared[:, week] = on > worth[:, week]
        worth[:, week] = np.where(cleared[:, week], on, worth[:, week])
        cash[:, week] = np.where(cleared[:, week], cash_on, cash[:, week])
    return Ending(worth[:, : weeks + 1], cash[:, : weeks + 1], cleared[:, : weeks + 1])


@dataclass(frozen=True)
class Sizes:
    """What lies on the shelf: units of each size of an item, and the part of its customers who want
    that size. Items × sizes; those that an item does not have are empty.
    """

    units: np.ndarray
    share: np.ndarray

    @property
    def total(self) -> np.ndarray:
        """Units of each item."""
        return self.units.sum(axis=1)

    def of(self, total: np.ndarray) -> "Sizes":
        """The same when so many units lie there: each size has lost its part, or as many have come
        as customers want.
        """
        less = self.units * np.minimum(1.0, total / np.maximum(self.total, 1e-12))[:, None]
        more = self.share * np.maximum(0.0, total - self.total)[:, None]
        return Sizes(less + more, self.share)

    def served(self, wanted: np.ndarray) -> np.ndarray:
        """How many units can be sold when so many are wanted? cases × items × weeks, units wanted
        until the end of each: a size that is gone sells no more.

        >>> shelf = Sizes(np.array([[5.0, 1.0]]), np.array([[0.5, 0.5]]))
        >>> shelf.served(np.array([[[2.0, 6.0, 20.0]]])).tolist()
        [[[2.0, 4.0, 6.0]]]
        """
        sold = np.zeros(wanted.shape)
        for size in range(self.units.shape[1]):
            share, units = self.share[:, size, None], self.units[:, size, None]
            sold += np.minimum(share * wanted, units)
        return sold


def run_down(
    shelf: Sizes, demand: np.ndarray, net: np.ndarray, left_over: Ending, holding: Holding
) -> dict[str, np.ndarray]:
    """What does stock bring that is sold on for some weeks, what is left then going its own way?

    demand: cases × items × weeks ahead; net: what a unit sold in each week brings, items × weeks.
    Returns arrays cases × items × (weeks sold on, 0 first): ``value`` (today's money, after
    storage), ``cash`` (by the day asked for), ``left`` (units).

    >>> none = np.zeros((1, 4))
    >>> nothing, free = Ending(none, none, none > 0), Holding(0.0, 0.0, 0.0, 1)
    >>> shelf, weekly = Sizes(np.array([[5.0]]), np.ones((1, 1))), np.full((1, 1, 3), 2.0)
    >>> run_down(shelf, weekly, np.full((1, 3), 10.0), nothing, free)["value"][0, 0]
    array([ 0., 20., 40., 50.])
    """
    weeks = demand.shape[2]
    gone = shelf.served(demand.cumsum(axis=2))
    sold = np.diff(gone, axis=2, prepend=0.0)
    left = shelf.total[:, None] - np.concatenate([np.zeros_like(gone[..., :1]), gone], axis=2)
    discount = holding.discount(np.arange(weeks + 1))
    stored = left[..., :-1] * holding.storage_week
    in_time = np.arange(weeks) < holding.weeks_asked
    brought = _from_nothing(sold * (net * discount[1:]) - stored * discount[:-1])
    cash = _from_nothing((sold * net - stored) * in_time)
    return {
        "value": brought + left * (left_over.worth * discount),
        "cash": cash + left * left_over.cash,
        "left": left,
    }


def _from_nothing(weekly: np.ndarray) -> np.ndarray:
    """Sums up to the beginning of each week, and to the end of the last."""
    return np.concatenate([np.zeros_like(weekly[..., :1]), weekly.cumsum(axis=2)], axis=2)
