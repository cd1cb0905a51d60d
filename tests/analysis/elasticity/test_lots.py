"""Was the lot kept to: arms by hand, rounding, oversights, prices that are only seen in what was
paid.
"""

import numpy as np
import pandas as pd
import pytest
from tests.evidence.independent.markdowns import simulate

from destock.analysis.elasticity import checks, estimators, experiments, lots, verdict


def arm(asked: list[float], drawn: float = 70.0, listed: bool = True, **columns) -> pd.DataFrame:
    """One arm of a test: the price that each of its items had in the one week of the test."""
    frame = pd.DataFrame(
        {
            "experiment": "t",
            "arm": "cut",
            "item": [f"i{n:02}" for n in range(len(asked))],
            "treated": True,
            "arm_price": drawn,
            "list_price": asked if listed else np.nan,
            "price": asked,
            "log_price": np.log(asked),
        }
    )
    return frame.assign(**columns)


def kept(rows: pd.DataFrame) -> list:
    return lots.kept_to(rows)[["items", "apart", "breached"]].iloc[0].tolist()


def test_prices_as_they_were_drawn_are_kept_to():
    assert kept(arm([70.0] * 20)) == [20, 0, False]


def test_rounding_is_no_breach_and_a_tenth_off_is_one():
    assert kept(arm([70.9] * 20))[1] == 0
    assert kept(arm([77.0] * 20)) == [20, 20, True]


def test_one_style_in_twenty_is_an_oversight():
    assert kept(arm([70.0] * 19 + [100.0])) == [20, 1, False]
    assert kept(arm([70.0] * 18 + [100.0] * 2)) == [20, 2, True]


def test_vouchers_lower_what_is_paid():
    assert kept(arm([66.0] * 20, listed=False))[1] == 0
    assert kept(arm([60.0] * 20, listed=False))[1] == 20


def test_one_week_at_another_price_is_enough_and_weeks_before_do_not_count():
    before = arm([100.0] * 20, treated=False)
    assert kept(pd.concat([before, arm([70.0] * 20)])) == [20, 0, False]
    assert kept(pd.concat([arm([70.0] * 20), arm([60.0] * 5)])) == [20, 5, True]


def test_as_drawn_takes_the_price_that_was_drawn_from_the_decision_on():
    rows = pd.concat([arm([100.0] * 2, treated=False), arm([100.0, 70.0])])
    found = np.exp(lots.as_drawn(rows)["log_price"]).tolist()
    assert found == pytest.approx([100, 100, 70, 70])


def test_of_no_test_there_is_no_arm():
    assert lots.kept_to(arm([70.0]).iloc[:0]).empty


def parts(cell: str, seed: int):
    made = simulate(cell, seed)
    return experiments.weeks_of_tests(
        made.item_week, made.experiment, made.item_now
    ), estimators.panel_weeks(made.item_week, made.item_now)


@pytest.mark.parametrize("cell", ["broken controls", "broken cuts"])
def test_a_lot_that_was_broken_is_never_usable(cell):
    whole = verdict.answer(*parts(cell, 1)).iloc[0]
    assert whole["verdict"] == "use with care"
    assert verdict.BROKEN in whole["reason"]


def test_styles_that_were_drawn_together_answer_together_and_with_wider_errors():
    tests, weeks = parts("lot by cluster .35", 1)
    found = verdict.answer(tests, weeks).iloc[0]
    assert found["answers"] == verdict.TOGETHER
    alone = verdict.answer(tests.assign(cluster=tests["item"]), weeks).iloc[0]
    assert alone["answers"] == verdict.ALONE
    assert found["high"] - found["low"] > alone["high"] - alone["low"]


def test_what_the_first_weeks_borrow_is_told():
    worlds = [parts("lot by style, pulled forward", n) for n in (1, 2, 3, 4)]
    told = [verdict.answer(*world).iloc[0] for world in worlds]
    compared = [checks.compare(*world).iloc[0] for world in worlds]
    assert [row["elasticity"] for row in told] == [row["elasticity"] for row in compared]
    assert any(verdict.FORWARD in row["reason"] for row in told)
    assert all(row["verdict"] == "usable" or row["reason"] != verdict.RANDOMISED for row in told)


def test_a_manager_who_sees_what_comes_is_no_source():
    """Cuts that follow what only the manager knows read as if a lower price sold less."""
    made = simulate("manager's knowledge", 2)
    weeks = estimators.panel_weeks(made.item_week, made.item_now)
    none = weeks.iloc[:0].assign(arm="", experiment="", cell="", cluster="")
    assert verdict.answer(none, weeks)["verdict"].iloc[0] == "not from these data"
