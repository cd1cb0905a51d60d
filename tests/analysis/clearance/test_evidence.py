"""The short forms of the full tables in tests/evidence: fewer plans, the bar widened by three
Monte-Carlo errors; fewer and smaller shops.
"""

import numpy as np
import pandas as pd
import pytest
from tests.analysis.clearance.tiny import outlook
from tests.evidence import best_choice, cash_goals

from destock.analysis.clearance import ways

pytestmark = pytest.mark.evidence


def test_a_hundred_goals_of_cash():
    held = cash_goals.lines(cash_goals.table(cash_goals.study(range(1, 101))), widening=3)
    assert held["plans"].tolist() == [100]
    assert held["holds"].all(), held.to_string()


def test_two_small_shops_choose_nearly_what_is_best():
    found = best_choice.table(best_choice.study(range(1, 3), styles=120))
    assert found["styles"].max() > 20
    assert found["reached"].all(), found.to_string()


def test_what_is_lived_is_what_the_outlook_promises_where_chance_is_small():
    """A hundred times as many units and customers: chance is nothing beside them."""
    ahead = outlook(*[400.0] * 8, units=1e4, too_much=6e3, elasticity=-2.0, pace=0.1)
    lived = best_choice.lived(ahead, np.array([0.8, 1.0]), 0.0, np.random.default_rng(1))
    for way, promised in promises(ahead).items():
        assert lived[way].mean(axis=0)[0].max() == pytest.approx(promised, rel=0.01)


def promises(ahead) -> dict:
    rest = ways.keep(ahead, ahead.of("units") - ahead.of("too_much"))
    found = {
        (ways.KEEP, 1.0): ways.keep(ahead, ahead.of("units")),
        (ways.CUT, 0.8): ways.cut(ahead, 0.8),
        (ways.JOBBER, 1.0): ways.given_away(ahead, ways.JOBBER, rest),
        (ways.CLEAR, 1.0): ways.given_away(ahead, ways.CLEAR, rest),
    }
    return {name: one.value.mean() for name, one in found.items()}


def test_the_wrong_way_is_seen():
    """Who keeps on what a jobber should have, or gives away what sells, is told so."""
    ahead = outlook(*[40.0] * 8, units=100.0, elasticity=-2.0)
    lived = best_choice.lived(ahead, np.array([0.8, 1.0]), 0.0, np.random.default_rng(1))
    asked = pd.DataFrame({"way": [ways.JOBBER], "step": 1.0, "weeks": 1}, index=["a"])
    told = best_choice.compared(lived, asked).iloc[0]
    assert told["best way"] == ways.KEEP
    assert told["chosen"] < 0.2 * told["best"]
