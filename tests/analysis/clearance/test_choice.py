"""One decision a style: the way that brings most, and the analyst's word above it."""

import numpy as np
import pandas as pd
import pytest

from destock.analysis.clearance import choice, ways
from destock.analysis.clearance.orders import CANCEL, ON_ORDER, TAKE
from destock.analysis.clearance.waiting import Holding
from destock.model.proceeds import Proceeds
from destock.model.schema import EXITS

NOBODY = pd.DataFrame({"item": [], "decision": []}, dtype=str)


def option(way: str, value: float, portion: str = ways.IN_STOCK, po: str = "", **columns) -> dict:
    return {
        "item": "a",
        "portion": portion,
        "po_id": po,
        "way": way,
        "present_value": value,
        "cash_by_date": value / 2,
        "gain": value - 50.0,
        "do_by": pd.Timestamp("2026-06-14"),
    } | columns


def decided(*options: dict, words: pd.DataFrame = NOBODY) -> pd.DataFrame:
    return choice.decide(pd.DataFrame(options), words)


KEEP, CUT = option(ways.KEEP, 50.0), option(ways.CUT, 80.0)
JOBBER = option(ways.JOBBER, 60.0)


def test_what_brings_most_is_chosen_and_the_next_best_is_told():
    row = decided(KEEP, CUT, JOBBER).iloc[0]
    assert row[["decision", "second", "decided"]].tolist() == [ways.CUT, ways.JOBBER, "value"]
    assert row[["second_loses", "keep_value", "keep_cash"]].tolist() == [20, 50, 25]
    assert row["does"] == "merchandising"


def test_what_has_no_value_is_not_chosen():
    row = decided(KEEP, option(ways.CUT, np.nan), JOBBER).iloc[0]
    assert row[["decision", "second"]].tolist() == [ways.JOBBER, ways.KEEP]


def test_of_equals_letting_be_comes_first():
    assert decided(KEEP, option(ways.CUT, 50.0))["decision"].tolist() == [ways.KEEP]


def test_where_nothing_can_be_valued_it_is_watched():
    row = decided(option(ways.KEEP, np.nan), option(ways.CUT, np.nan)).iloc[0]
    assert row["decision"] == ways.WATCH
    assert pd.isna(row["do_by"])


def test_stock_that_is_needed_is_kept_though_nobody_can_value_it():
    assert decided(option(ways.KEEP, np.nan))["decision"].tolist() == [ways.KEEP]


def test_the_analysts_word_wins_and_shows_its_price():
    words = pd.DataFrame({"item": ["a"], "decision": [ways.KEEP]})
    row = decided(KEEP, CUT, JOBBER, words=words).iloc[0]
    assert row[["decision", "decided", "second"]].tolist() == [ways.KEEP, "analyst", ways.CUT]
    assert row["gives_up"] == 30


def test_a_word_about_stock_moves_no_order():
    words = pd.DataFrame({"item": ["a"], "decision": [ways.KEEP]})
    order = [option(CANCEL, 40.0, ON_ORDER, "p1"), option(TAKE, 10.0, ON_ORDER, "p1")]
    assert decided(*order, words=words)["decided"].tolist() == ["value"]


def test_an_order_without_a_cost_is_still_not_taken():
    order = [option(CANCEL, np.nan, ON_ORDER, "p1"), option(TAKE, np.nan, ON_ORDER, "p1")]
    assert decided(*order)["decision"].tolist() == [CANCEL]


def test_an_order_that_brings_more_than_it_costs_is_taken():
    order = [option(CANCEL, 40.0, ON_ORDER, "p1"), option(TAKE, 70.0, ON_ORDER, "p1")]
    assert decided(*order)["decision"].tolist() == [TAKE]


def test_each_portion_and_each_order_has_its_own_decision():
    rows = decided(
        KEEP,
        CUT,
        option(CANCEL, 40.0, ON_ORDER, "p1"),
        option(TAKE, 70.0, ON_ORDER, "p1"),
        option(CANCEL, 40.0, ON_ORDER, "p2"),
        option(TAKE, 7.0, ON_ORDER, "p2"),
        option(ways.OTHER, 9.0, ways.DAMAGED),
    )
    assert set(rows["decision"]) == {ways.CUT, TAKE, CANCEL, ways.OTHER}
    acts = choice.to_do(rows)
    assert acts["decision"].tolist() == [ways.CUT, CANCEL, ways.OTHER]  # by what each gains
    first = choice.first_of_each(rows)
    assert first[["item", "decision"]].values.tolist() == [["a", CANCEL]]


def test_what_is_let_be_is_nothing_to_do_but_a_decision():
    rows = decided(KEEP)
    assert choice.to_do(rows).empty
    assert choice.first_of_each(rows)["decision"].tolist() == [ways.KEEP]


def test_order_and_names_of_options_do_not_matter():
    options = pd.DataFrame([KEEP, CUT, JOBBER, dict(CUT, item="b"), dict(KEEP, item="b")])
    plain = choice.decide(options, NOBODY).sort_values("item").reset_index(drop=True)
    turned = choice.decide(options.iloc[::-1], NOBODY).sort_values("item").reset_index(drop=True)
    pd.testing.assert_frame_equal(plain, turned)


def test_floors_by_hand():
    """Net price 74 of 100 at 26 % of expenses; the jobber pays 10, a week of storage 0.35."""
    rows = pd.DataFrame(
        {
            "item": ["a"],
            "units": 20.0,
            "price": 100.0,
            "jobber": 10.0,
            "return_rate": 0.0,
            "elasticity": -2.0,
        }
    )
    sale, holding = Proceeds({"net": 0.26}), Holding(0.10, 0.35, 0.03, 8)
    row = choice.floors(rows, np.full((1, 4), 3.0), sale, holding).iloc[0]
    assert row["net_price"] == 74
    assert row["floor"] == pytest.approx((10 - 0.35) / 0.74)
    assert row["floor_share"] == pytest.approx((10 - 0.35) / 74)
    holding = 10 * (1 - 1.1 ** (-7 / 365)) + 0.35
    assert row["rate_needed"] == pytest.approx(20 * (10 - 9.7 + holding) / (74 - 9.7))
    assert row["rate_expected"] == 3


def test_somebody_does_it_whatever_kind_of_exit_it_is():
    assert set(EXITS) <= set(choice.DOES)
