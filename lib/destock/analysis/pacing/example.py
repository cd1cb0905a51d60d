"""The practitioners' worked example of targets, computed: what reproduces its printed figures, and
what they leave out.
"""

import numpy as np
import pandas as pd

from destock.analysis.pacing.targets import Terms, cash_target, least_realisation, needed
from destock.model.assumptions import ARTICLE, OURS
from destock.model.messages import mark
from destock.model.metrics import gross_profit_ratio

BUY, TAG, COST, PRICE, EXPENSES = 2000, 1000, 0.50, 0.88, 0.26
UNKNOWN = float("nan")


def example() -> pd.DataFrame:
    """Which figures of the example can be reproduced, with which assumption, and what would it say
    with what it leaves out?

    2,000 units at a tag price of 1,000, bought at 50 % of it, expenses 26 % of net sales, sold at
    88 % of it (inferred: no text says so). Returns one row a figure: ``case``, ``amount``, its
    ``unit``, the ``printed`` figure (empty: none) and the ``source``: the example's own numbers, or
    ours.
    """
    rows = _as_printed() + _left_out() + _cash() + _markdown_test()
    return pd.DataFrame(rows, columns=["case", "amount", "unit", "printed", "source"])


def _share(terms: Terms, price: float = PRICE) -> float:
    return float(needed(COST, [(1, price)], terms, TAG))


def _as_printed() -> list[tuple]:
    break_even, eight, ten = (_share(Terms({"net": EXPENSES}, rate)) for rate in (0.0, 0.08, 0.10))
    left, left_eight = round(BUY * (1 - break_even)), round(BUY * (1 - eight))
    implied = (1 - EXPENSES) * (1 - (1 - left / BUY) / (1 - left_eight / BUY))
    return [
        (mark("break-even sell-through"), break_even, "percent", 0.77, ARTICLE),
        (mark("left at break-even"), left, "units", 464, ARTICLE),
        (mark("sell-through for a profit of 8 %"), eight, "percent", 0.86, ARTICLE),
        (mark("left at a profit of 8 %"), left_eight, "units", 278, ARTICLE),
        (
            mark("sell-through for the 10 % that the text asks for: its figures are those of 8 %"),
            ten,
            "percent",
            0.86,
            ARTICLE,
        ),
        (mark("left at a profit of 10 %"), round(BUY * (1 - ten)), "units", 278, ARTICLE),
        (
            mark("profit rate that the two printed leftovers imply, whatever the price"),
            implied,
            "percent",
            0.08,
            ARTICLE,
        ),
        (
            mark("least price realisation for a profit of 8 %"),
            float(least_realisation(COST, EXPENSES, 0.08)),
            "percent",
            UNKNOWN,
            ARTICLE,
        ),
    ]


def _left_out() -> list[tuple]:
    half = {"net": 0.16, "paid": 0.10}
    return [
        (
            mark("break-even if leftovers are worth 20 % of the tag"),
            _share(Terms({"net": EXPENSES}, salvage=0.20)),
            "percent",
            UNKNOWN,
            OURS,
        ),
        (
            mark("break-even if prices carry 13 % VAT and the cost does not"),
            _share(Terms({"net": EXPENSES}, tax_rate=0.13)),
            "percent",
            UNKNOWN,
            OURS,
        ),
        (
            mark(
                "break-even if half is refunded and 10 of the 26 points are charged before refunds"
            ),
            _share(Terms(half, return_rate=0.5)),
            "percent",
            UNKNOWN,
            OURS,
        ),
        (
            mark("break-even if half comes back and each return costs 15"),
            _share(Terms({"net": EXPENSES, "per return": 15}, return_rate=0.5)),
            "percent",
            UNKNOWN,
            OURS,
        ),
        (
            mark("break-even with 20 % expenses and 60,000 fixed"),
            _share(Terms({"net": 0.20, "fixed": 60_000}, buy_at_tag=BUY * TAG)),
            "percent",
            UNKNOWN,
            OURS,
        ),
    ]


def _cash() -> list[tuple]:
    """The table of 94 % is a picture: many amounts of cash round to it, so that none can be read
    back.
    """
    eight = round(BUY * _share(Terms({"net": EXPENSES}, 0.08))) / BUY  # whole units
    overall = float(needed(COST, [(eight, PRICE), (1, 0.60)], Terms({"net": EXPENSES}, 0.12), TAG))
    return [
        (
            mark("70,000 more cash after expenses, the rest at 60 %"),
            float(cash_target(eight, 70_000, BUY * TAG, 0.60, EXPENSES)),
            "percent",
            0.94,
            OURS,
        ),
        (
            mark("100,000 more cash before expenses, the rest at 60 %"),
            float(cash_target(eight, 100_000, BUY * TAG, 0.60)),
            "percent",
            0.94,
            OURS,
        ),
        (mark("12 % profit on all sales, the rest at 60 %"), overall, "percent", 0.94, OURS),
    ]


def _markdown_test() -> list[tuple]:
    """A cut to 85 % with 31 % more units: +15 % gross profit only from a price of 90 %, not from
    the example's own 88 %.
    """
    change = [
        float(gross_profit_ratio(1.31, before, 0.85, COST, expenses)) - 1
        for before, expenses in ((0.90, 0), (0.88, 0), (0.90, EXPENSES))
    ]
    return [
        (
            mark("daily gross profit of the cut to 85 %, from 90 %"),
            change[0],
            "percent",
            0.15,
            ARTICLE,
        ),
        (mark("the same, from the 88 % of the targets"), change[1], "percent", 0.15, ARTICLE),
        (mark("the same from 90 %, after the 26 % expenses"), change[2], "percent", UNKNOWN, OURS),
        (
            mark("price elasticity that the test implies, from 90 %"),
            float(np.log(1.31) / np.log(0.85 / 0.90)),
            "number",
            UNKNOWN,
            ARTICLE,
        ),
    ]
