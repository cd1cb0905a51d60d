"""The ways out that the sample's shop has agreed on."""

import numpy as np
import pandas as pd

from .market import AS_OF
from .shop import Shop

EXIT = [
    "exit",
    "kind",
    "opens_on",
    "closes_on",
    "price_share",
    "cost_share",
    "units",
    "units_of_style",
    "least_units",
    "fee_rate",
    "return_rate",
    "handling",
    "return_cost",
    "takes_share",
    "fixed_cost",
    "pays_after",
    "agreed_on",
]


def exit_table(shop: Shop) -> pd.DataFrame:
    """The ways out that the shop has agreed on in its last week. Every figure is made up: terms of
    an exit are a matter between two houses, and nothing of them can be simulated.
    """
    part = float(np.round(shop.on_hand.sum() / 100))  # a hundredth of what is there
    live = {
        "kind": "live session",
        "price_share": 0.30,
        "fee_rate": 0.25,
        "return_rate": 0.35,
        "handling": 5,
        "return_cost": 4,
        "takes_share": 0.2,
        "fixed_cost": 3000,
        "pays_after": 15,
        "units_of_style": round(0.6 * part),
    }
    outlet = {"price_share": 0.22, "fee_rate": 0.15, "return_rate": 0.15, "return_cost": 4}
    gift = {"cost_share": 0.25, "handling": 1, "pays_after": 365, "least_units": 2 * part}
    staff = {"price_share": 0.25, "units": part, "units_of_style": 5, "pays_after": 0}
    rows = [
        live | {"exit": "周六清仓专场", "opens_on": 6, "closes_on": 6, "units": 6 * part},
        live | {"exit": "年中大促专场", "opens_on": 13, "closes_on": 13, "units": 9 * part},
        outlet | {"exit": "特卖平台", "kind": "outlet", "opens_on": 8, "units": part},
        staff | {"exit": "员工内购", "kind": "staff sale", "opens_on": 24, "closes_on": 26},
        gift | {"exit": "公益捐赠", "kind": "donation"},
    ]
    rows[2] |= {"handling": 6, "pays_after": 30}
    table = pd.DataFrame(rows).reindex(columns=EXIT)
    days = ["opens_on", "closes_on"]
    table[days] = table[days].apply(lambda day: AS_OF + pd.to_timedelta(day, unit="D"))
    return table.assign(agreed_on=AS_OF - pd.Timedelta(days=6))
