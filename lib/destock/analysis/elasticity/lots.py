"""Tests by lot: how they are read, and whether the price that was drawn was the price that was
asked.
"""

import numpy as np
import pandas as pd

from destock.analysis.elasticity.estimators import hold_out
from destock.analysis.elasticity.experiments import asked
from destock.analysis.elasticity.poisson import Fit

# a listed price that is off by less is rounding; what was paid is off by vouchers as well
LISTED_APART, PAID_APART = 0.02, 0.10
FADES = -2.0  # standard errors
BREACHED_SHARE = 0.05  # of an arm's items: less is an oversight


def read(rows: pd.DataFrame) -> tuple[Fit | None, bool]:
    """What do tests by lot say, and had their first two weeks to be told apart for it?"""
    apart_at_first = hold_out(rows, slopes=("log_price", "fresh"))
    forward = fades(apart_at_first)
    return (apart_at_first if forward else hold_out(rows)), forward


def fades(found: Fit | None) -> bool:
    """Do the first two weeks at a new price sell more than those that follow? Then it moved sales
    in time, or followed what its setter saw coming.
    """
    return bool(
        found is not None
        and found.std_error[1] > 0
        and found.slopes[1] < FADES * found.std_error[1]
    )


def kept_to(tests: pd.DataFrame) -> pd.DataFrame:
    """How many items of each arm were sold at another price than was drawn for them?

    tests: ``experiments.weeks_of_tests``. Returns one row an (experiment, arm): ``items``,
    ``apart`` (items with a week of the test at another price), ``breached`` (more than
    BREACHED_SHARE of the arm).
    """
    rows = tests[tests["treated"] & (tests["arm_price"] > 0)]
    room = np.where(rows["list_price"].notna(), LISTED_APART, PAID_APART)
    off = np.abs(np.log(asked(rows) / rows["arm_price"].astype(float))) > np.log1p(room)
    items = off.groupby([rows["experiment"], rows["arm"], rows["item"]]).any()
    arms = items.groupby(level=["experiment", "arm"]).agg(items="size", apart="sum").reset_index()
    return arms.assign(breached=arms["apart"] > BREACHED_SHARE * arms["items"])


def as_drawn(tests: pd.DataFrame) -> pd.DataFrame:
    """The weeks of the tests at the prices that were drawn, whatever was asked: what the decision
    to cut brought, with all that became of it (intention to treat).
    """
    drawn = np.log(tests["arm_price"].where(tests["arm_price"] > 0).astype(float))
    price = drawn.where(tests["treated"] & drawn.notna(), tests["log_price"])
    return tests.assign(log_price=price)
