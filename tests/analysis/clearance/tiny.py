"""A shop of one style, for tests of decisions that can be checked by hand."""

import numpy as np
import pandas as pd

from destock.analysis.clearance.waiting import Holding, Sizes
from destock.analysis.clearance.ways import Outlook
from destock.model.proceeds import Proceeds

TODAY = pd.Timestamp("2026-06-07")
HOLDING = Holding(capital_rate=0.0, storage_week=0.0, decline=0.03, weeks_asked=8)


def outlook(
    *weekly: float,
    units: float = 100.0,
    too_much: float | None = None,
    price: float = 100.0,
    jobber: float = 10.0,
    clearing_price: float = 40.0,
    pace: float = np.nan,
    holding: Holding = HOLDING,
    taken: float = 0.0,
    sale: Proceeds | None = None,
    **columns,
) -> Outlook:
    """One style of one size, whose coming weeks want these units at today's price."""
    rows = pd.DataFrame(
        {
            "item": ["a"],
            "units": units,
            "too_much": units if too_much is None else too_much,
            "price": price,
            "jobber": jobber,
            "clearing_price": clearing_price,
            "return_rate": 0.0,
            "spread": 0.0,
            "elasticity": np.nan,
            "elasticity_error": 0.0,
            "on_order": 0.0,
            "order_too_much": 0.0,
        }
        | columns,
        index=[0],
    )
    coming = np.array([weekly], float)
    return Outlook(
        rows,
        Sizes(np.array([[units]]), np.ones((1, 1))),
        coming,
        np.ones_like(coming),
        np.ones_like(coming, bool),
        sale or Proceeds({}),
        holding,
        pace,
        taken,
    )
