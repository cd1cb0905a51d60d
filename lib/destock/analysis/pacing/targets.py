"""What share of the buy must be sold, and for what?"""

import numpy as np

from destock.model.metrics import ratio


def target_sell_through(cost_rate, price_realisation, expense_rate, profit_rate=0.0):
    """What share of the buy must be sold to earn ``profit_rate`` on sales? Zero profit = break-even.

    ``cost_rate`` = unit cost ÷ tag price, ``price_realisation`` = price paid ÷ tag price,
    ``expense_rate`` and ``profit_rate`` = shares of net sales; leftovers are worth nothing.
    X = c ÷ ((1 − o − π) d). A result above 1 cannot be reached at this price.

    >>> round(float(target_sell_through(0.50, 0.88, 0.26)), 4)
    0.7678
    >>> round(float(target_sell_through(0.50, 0.88, 0.26, 0.08)), 4)
    0.8609
    """
    return ratio(cost_rate, (1 - expense_rate - profit_rate) * np.asarray(price_realisation, float))


def least_realisation(cost_rate, expense_rate, profit_rate=0.0):
    """Below which price realisation is the target out of reach even if everything sells?

    >>> round(float(least_realisation(0.50, 0.26, 0.08)), 5)
    0.75758
    """
    return ratio(cost_rate, np.asarray(1 - expense_rate - profit_rate, float))
