"""What a sale brings: the price less tax, fees, parcels and returns. Nothing else computes it."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Proceeds:
    """What is left of a price, and which price leaves how much.

    ``expenses``: base (metrics.EXPENSE_BASES) → amount; "fixed" is no cost of a sale. ``tax_rate``:
    tax inside the price that the cost does not carry; shares are charged on what is left without
    it. ``return_rate``, where one is asked for: of the units that were shipped, the share that
    comes back. A fee on what was paid, a parcel and its way back are paid for units that come back
    as well: each unit that is kept bears those of 1 ÷ (1 − return_rate) shipped ones. Orders
    cancelled before shipping bear none.
    """

    expenses: Mapping[str, float]
    tax_rate: float = 0.0

    def before_tax(self, money):
        """What is money that customers paid without the tax in it?

        >>> round(Proceeds({}, 0.13).before_tax(113), 2)
        100.0
        """
        return money / (1 + self.tax_rate)

    def share(self, return_rate=0.0):
        """Which part of the price is left of a unit that is kept, before parcels and returns?

        >>> round(Proceeds({"net": 0.16, "paid": 0.10}).share(0.5), 2)
        0.64
        """
        of_paid = self.expenses.get("paid", 0.0) / (1 - return_rate)
        return (1 - self.expenses.get("net", 0.0) - of_paid) / (1 + self.tax_rate)

    def handling(self, return_rate=0.0):
        """What do the parcels and returns cost that a unit bears which is kept?

        >>> Proceeds({"per parcel": 5, "per return": 5}).handling(0.5)
        15.0
        """
        per_unit = self.expenses.get("per parcel", 0.0) + return_rate * self.expenses.get(
            "per return", 0.0
        )
        return per_unit / (1 - return_rate)

    def brings(self, price, return_rate=0.0):
        """What does a unit bring that is sold at a price and kept?

        >>> sale = Proceeds({"net": 0.16, "paid": 0.10, "per parcel": 5, "per return": 5})
        >>> round(float(sale.brings(100, 0.5)), 2)
        49.0
        """
        return np.multiply(price, self.share(return_rate)) - self.handling(return_rate)

    def price_that_brings(self, money, return_rate=0.0):
        """At which price does a unit that is kept bring so much? Unknown where no price does.

        >>> round(float(Proceeds({"net": 0.26}, 0.13).price_that_brings(74)), 2)
        113.0
        """
        share = np.asarray(self.share(return_rate), float)
        return np.where(
            share > 0,
            (np.asarray(money, float) + self.handling(return_rate))
            / np.where(share > 0, share, 1.0),
            np.nan,
        )
