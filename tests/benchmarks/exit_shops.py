"""Shops with too much stock and six exits, of planted numbers: for the allotment, and as the mixed
integer programme that one would write down.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint
from scipy.sparse import csr_array, eye_array, hstack, kron

from destock.analysis.clearance.allotment import Allotment

WEEKS = 10
LADDER = np.array([1, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4])
COSTS, STORED = 0.24, 0.8  # of a sale, as a part of its price; of a unit, a week
IN_TIME = 4  # weeks whose cash counts
# of each exit: part of the tag, room a week as a part of all units, fee as a part of what its room
# brings, smallest lot as a part of its room, units of a style
EXITS = np.array(
    [
        (0.46, 0.004, 0.00, 0.00, 30),
        (0.40, 0.006, 0.12, 0.00, np.inf),
        (0.36, 0.010, 0.00, 0.25, 60),
        (0.31, 0.015, 0.08, 0.30, np.inf),
        (0.24, 0.030, 0.04, 0.00, 150),
        (0.15, 0.060, 0.00, 0.50, np.inf),
    ]
)


@dataclass(frozen=True)
class ExitShop:
    """What is planted: ``units``, ``tag``, what a unit is worth that is left at the end; ``wanted``
    (styles × weeks × prices); ``paid`` and ``most`` (styles × exits); ``room``, ``least`` and
    ``fee`` of an exit's week.
    """

    units: np.ndarray
    tag: np.ndarray
    leftover: np.ndarray
    wanted: np.ndarray
    paid: np.ndarray
    most: np.ndarray
    room: np.ndarray
    least: np.ndarray
    fee: np.ndarray

    @property
    def sells_at(self) -> np.ndarray:
        """What a unit brings that is sold in a week at a price: styles × weeks × prices."""
        stored = STORED * np.arange(WEEKS)[:, None]
        return self.tag[:, None, None] * LADDER * (1 - COSTS) - stored

    @property
    def left_at_end(self) -> np.ndarray:
        """What a unit brings that nobody took."""
        return self.leftover - STORED * WEEKS

    @property
    def leaves_at(self) -> np.ndarray:
        """What a unit brings that leaves: styles × exits × weeks."""
        return self.paid[..., None] - STORED * np.arange(WEEKS)


def exit_shop(styles: int, seed: int = 1) -> ExitShop:
    """Stock for 15 to 80 weeks, answers between −1 and −3.2; one exit in five takes no such style,
    what they pay differs by style, and their weeks have more or less room.
    """
    rng = np.random.default_rng([seed, styles])
    units = np.ceil(rng.lognormal(4.8, 0.8, styles))
    tag, covered = rng.lognormal(5.6, 0.6, styles), rng.uniform(15, 80, styles)
    fades, answer = rng.uniform(0, 0.12, styles), -rng.uniform(1, 3.2, styles)
    weekly = (units / covered)[:, None] * np.exp(-fades[:, None] * np.arange(WEEKS))
    weekly = weekly * rng.uniform(0.8, 1.2, weekly.shape)
    part, room_part, fee_part, lot_part, of_style = EXITS.T
    paid = tag[:, None] * part * rng.uniform(0.75, 1.25, (styles, len(EXITS)))
    takes = rng.random(paid.shape) < 0.8
    room = room_part[:, None] * units.sum() * rng.uniform(0.6, 1.4, (len(EXITS), WEEKS))
    room = np.ceil(room)
    return ExitShop(
        units,
        tag,
        tag * rng.uniform(0.03, 0.09, styles),
        weekly[..., None] * LADDER ** answer[:, None, None],
        paid,
        np.where(takes, np.minimum(of_style, units[:, None]), 0.0),
        room,
        np.floor(lot_part[:, None] * room),
        fee_part[:, None] * room * paid.mean(axis=0)[:, None],
    )


def as_allotment(shop: ExitShop) -> Allotment:
    """A plan is one price for all weeks; its points are what is sold by the end of each."""
    units, first = shop.units[:, None, None], np.zeros((len(shop.units), len(LADDER), 1))
    by_week = np.minimum(shop.wanted.cumsum(axis=1), units).transpose(0, 2, 1)
    kept = np.concatenate([first, by_week, units + first], axis=-1)
    last = shop.left_at_end[:, None, None] + first
    brings = np.concatenate([shop.sells_at.transpose(0, 2, 1), last], axis=-1)
    stored = brings + STORED * np.append(np.arange(WEEKS), WEEKS)
    in_time = np.append(np.arange(WEEKS), WEEKS) < IN_TIME
    parts = np.diff(kept)
    value, cash = (
        np.concatenate([first, (parts * of).cumsum(axis=-1)], axis=-1)
        for of in (brings, stored * in_time)
    )
    slots = (len(shop.units), shop.room.size)
    net = shop.leaves_at.reshape(slots)
    in_time = np.tile(np.arange(WEEKS) < IN_TIME, len(EXITS))
    paid, most = (np.repeat(of, WEEKS, axis=1) for of in (shop.paid, shop.most))
    room, least, fee = shop.room.ravel(), shop.least.ravel(), shop.fee.ravel()
    most = np.minimum(most, room)
    net, paid = (np.where(most > 0, of, 0.0) for of in (net, paid * in_time))
    return Allotment(kept, value, cash, net, paid, most, room, least, fee, fee * in_time)


def as_written(shop: ExitShop) -> dict:
    """The programme as one would write it, for ``milp``.

    Columns: the price of each style (binary), units sold by style, week and price, units that leave
    by style, exit and week, units left, exits open by week (binary). A style has one price; it
    sells at that price what is wanted at most; all units are sold, leave or are left; an exit takes
    what it has room for if it is open, and its lot at least.
    """
    styles, prices, slots = len(shop.units), len(LADDER), shop.room.size
    sizes = styles * prices, styles * WEEKS * prices, styles * slots, styles, slots
    every = [csr_array(eye_array(size)) for size in sizes]
    of_style = csr_array(eye_array(styles))
    one_price = kron(of_style, np.ones((1, prices)))
    at_price = kron(of_style, kron(np.ones((WEEKS, 1)), eye_array(prices)))
    at_price = at_price.multiply(shop.wanted.reshape(-1, 1))
    sold = kron(of_style, np.ones((1, WEEKS * prices)))
    leave, by_slot = kron(of_style, np.ones((1, slots))), kron(np.ones((1, styles)), every[4])
    room, lot = (csr_array(np.diag(of.ravel())) for of in (shop.room, shop.least))
    most = np.repeat(shop.most, WEEKS, axis=1).ravel()
    upper = [np.ones(sizes[0]), np.full(sizes[1], np.inf), most, shop.units, np.ones(slots)]
    brings = [np.zeros(sizes[0]), shop.sells_at.ravel(), shop.leaves_at.ravel()]
    brings += [shop.left_at_end, -shop.fee.ravel()]

    def rule(low, high, **parts) -> LinearConstraint:
        rows = next(iter(parts.values())).shape[0]
        none = [csr_array((rows, size)) for size in sizes]
        names = ("price", "sold", "leave", "left", "open")
        blocks = [parts.get(name, empty) for name, empty in zip(names, none, strict=True)]
        return LinearConstraint(csr_array(hstack(blocks)), low, high)

    return {
        "c": -np.concatenate(brings),
        "integrality": np.repeat([1, 0, 0, 0, 1], sizes),
        "bounds": Bounds(0, np.concatenate(upper)),
        "constraints": [
            rule(1, 1, price=one_price),
            rule(-np.inf, 0, price=-at_price, sold=every[1]),
            rule(shop.units, shop.units, sold=sold, leave=leave, left=every[3]),
            rule(-np.inf, 0, leave=by_slot, open=-room),
            rule(0, np.inf, leave=by_slot, open=-lot),
        ],
    }
