"""Which units leave by which exit, of shops of any size: how long that takes, how near the best it
comes, and how it stands to a solver that is given the problem as one would write it. ``make
bench-exits``
"""

import sys
from collections.abc import Callable
from functools import partial

import numpy as np
from scipy.optimize import milp
from tests.benchmarks.exit_shops import ExitShop, as_allotment, as_written, exit_shop
from tests.benchmarks.measure import Bar, Measured, bars_hold, compare, heading
from tests.benchmarks.outlooks import BLOCK, PRICES, Given, outlook

from destock.analysis.clearance import exit_plan
from destock.analysis.clearance.allotment import fits
from destock.analysis.clearance.exits import exit_prices, open_slots
from destock.analysis.clearance.priced_allotment import priced

STYLES, MORE = 2_000, 20_000
SIZES = (25, 50, 100, 200, 400, 800, 1_600, 3_200)
LIMIT = 120  # seconds that the solver has


def ours(shop: ExitShop) -> float:
    """How far what we find may be below the best, as a part of it."""
    asked = as_allotment(shop)
    found = priced(asked)
    assert fits(asked, found.given)
    return found.bound / found.value - 1


def two_shops() -> dict[int, ExitShop]:
    return {styles: exit_shop(styles) for styles in (STYLES, MORE)}


def one_of(styles: int, shops: dict[int, ExitShop]) -> float:
    return ours(shops[styles])


def solver(gap: float, shop: ExitShop) -> float:
    """The gap that the solver comes to, which may stop at ours; without end where it has none."""
    options = {"mip_rel_gap": gap, "time_limit": LIMIT}
    found = milp(**as_written(shop), options=options)
    return np.inf if found.x is None else found.mip_dual_bound / found.fun - 1


def whole_way(given: Given) -> float:
    """What the shop's own ways bring for each part that is kept, and which units leave."""
    own = [exit_plan.own_curves(block, PRICES) for block in given.outlook.blocks(BLOCK)]
    curves = {name: np.concatenate([one[name] for one in own]) for name in own[0]}
    slots = open_slots(given.exits, given.today)
    prices = exit_prices(given.outlook.rows, slots, given.outlook.sale.tax_rate)
    found = exit_plan.allot(exit_plan.offer(given.outlook, curves, slots, prices).asked)
    return found.bound / found.value - 1


def largest(sizes: tuple[int, ...]) -> tuple[int, float]:
    """The largest shop of which the solver comes as near the best as we do, and how near that is:
    one run each, one size after the other, until it does not.
    """
    reached = (0, np.nan)
    for styles in sizes:
        shop = partial(exit_shop, styles)
        own = compare({"ours": ours}, shop, rounds=1)["ours"]
        its = compare({"solver": partial(solver, own.rows)}, shop, rounds=1)["solver"]
        print(
            f"  {styles:>6,} styles: ours {own.seconds:6.1f} s, gap {own.rows:.3%}; solver"
            f" {its.seconds:6.1f} s, gap {its.rows:.3%}",
            flush=True,
        )
        if its.rows > own.rows:
            break
        reached = styles, own.rows
    return reached


def medians(contenders: dict[str, Callable], prepare: Callable) -> list[Measured]:
    """What each of them takes, how near the best it comes, printed as soon as it is known."""
    measured = compare(contenders, prepare)
    for name, one in measured.items():
        print(
            f"  {name:<44} {one.seconds:8.2f} s {one.memory:8.0f} MiB   gap {one.rows:.3%}",
            flush=True,
        )
    return list(measured.values())


def main(sizes: tuple[int, ...] = SIZES) -> bool:
    heading("units that leave by six exits in ten weeks, or are sold on at one of seven prices")
    sizes_of_ours = {f"{styles:,} styles": partial(one_of, styles) for styles in (STYLES, MORE)}
    few, many = medians(sizes_of_ours, two_shops)
    medians({f"{STYLES:,} styles, with a year ahead of each": whole_way}, partial(outlook, STYLES))
    styles, gap = largest(sizes)
    sides = {f"{styles:,} styles": ours, "  the solver": partial(solver, gap)}
    own, its = medians(sides, partial(exit_shop, styles))
    return bars_hold(
        [
            Bar("seconds of ours", few.seconds, 60),
            Bar("its gap", few.rows, 0.01),
            Bar("its memory, GiB", few.memory / 1024, 1.5),
            Bar("ten times as many styles: seconds ÷ seconds", many.seconds / few.seconds, 12),
            Bar("their gap", many.rows, 0.01),
            Bar(
                f"{styles:,} styles: seconds of ours ÷ the solver's", own.seconds / its.seconds, 0.1
            ),
        ]
    )


if __name__ == "__main__":
    sys.exit(not main())
