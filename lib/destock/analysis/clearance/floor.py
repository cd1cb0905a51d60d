"""The lowest price that beats the alternative, and the best one. What a unit once cost plays no
part.
"""

import numpy as np

from destock.model.metrics import price_needed, ratio
from destock.model.proceeds import Proceeds


def price_floor(alternative, sale: Proceeds, return_rate=0.0, holding_avoided=0.0, resaleable=1.0):
    """Below which price is a unit better given to the best alternative?

    The price at which a unit that is kept brings what the alternative pays for it, less the holding
    that selling it avoids. ``resaleable``: share of returned units that can still take the
    alternative; what the others lose, each kept unit bears. Purchase cost is no argument.

    >>> parcel = Proceeds({"net": 0.05, "per parcel": 10})
    >>> round(float(price_floor(120, parcel)), 2)
    136.84
    >>> both = Proceeds({"net": 0.05, "per parcel": 10, "per return": 12})
    >>> round(float(price_floor(120, both, 0.3)), 2)
    146.77
    >>> round(float(price_floor(120, both, 0.3, 0.0, 0.0)), 2)
    200.9
    """
    back = np.asarray(return_rate, float)
    lost = np.asarray(alternative, float) * (1 - back * resaleable) / (1 - back)
    return sale.price_that_brings(lost - holding_avoided, back)


def rate_that_pays(units, salvage, salvage_next, holding, net_price):
    """How many units a week must sell for holding one week more to pay?

    units × (loss of salvage value + holding of a unit) ÷ (net price − next week's salvage value);
    infinite where a sale brings no more than the salvage. It sees one week: where weeks that sell
    more lie behind one that does not, holding may pay all the same (``waiting.run_down``).

    >>> round(float(rate_that_pays(278, 200, 194, 1.785, 444)), 2)
    8.66
    """
    gain = np.asarray(net_price, float) - salvage_next
    return np.where(
        gain > 0,
        ratio(
            np.asarray(units, float) * (np.asarray(salvage, float) - salvage_next + holding), gain
        ),
        np.inf,
    )


def best_price(least, elasticity, clearing=0.0):
    """At which price does the stock earn most until its end? None unless customers answer by more
    than 1 : 1.

    ``least``: the price floor. β ÷ (β + 1) × floor holds where there are units enough; a price at
    which they would be gone early only gives them away, so it is never below ``clearing``, the
    price at which the stock just lasts.

    >>> [round(float(best_price(least, beta))) for least in (675.7, 162.2) for beta in (-2, -2.62)]
    [1351, 1093, 324, 262]
    >>> float(best_price(162.2, -2, clearing=400.0))
    400.0
    """
    beta = np.asarray(elasticity, float)
    answers = beta < -1
    factor = np.where(answers, beta / np.where(answers, beta + 1, 1.0), np.nan)
    return np.maximum(np.asarray(least, float) * factor, clearing)


def clearing_price(price, units, expected, elasticity):
    """At which price does the stock just last to its end, if ``expected`` units would go at
    today's? Unknown where none would.

    >>> float(clearing_price(100.0, 200.0, 50.0, -2.0))
    50.0
    """
    known = (np.asarray(expected, float) > 0) & (np.asarray(units, float) > 0)
    uplift = np.where(known, np.asarray(units, float) / np.where(known, expected, 1.0), np.nan)
    return np.asarray(price, float) * price_needed(uplift, elasticity)
