"""Arguable numbers: one home, one validator, the later one wins."""

import pytest

from destock.model.assumptions import ASSUMPTIONS, assumed, table
from destock.model.messages import Fault


def test_defaults_hold_where_nobody_says_otherwise():
    assert assumed() == {name: one.value for name, one in ASSUMPTIONS.items()}


def test_the_later_mapping_wins():
    assert assumed({"capital_rate": 0.05}, {"capital_rate": "0.2"})["capital_rate"] == 0.2


def test_an_unknown_name_is_refused_with_the_nearest():
    with pytest.raises(Fault, match='"capital_rate"') as fault:
        assumed({"captial_rate": 0.1})
    assert fault.value.exit_code == 2


@pytest.mark.parametrize(
    "value", ["ten", "", None, True, float("nan"), float("inf"), -0.1, 2, [0.1]]
)
def test_what_is_no_sensible_number_is_refused(value):
    with pytest.raises(Fault, match="capital_rate"):
        assumed({"capital_rate": value})


def test_every_default_is_sensible():
    assert all(one.low <= one.value <= one.high for one in ASSUMPTIONS.values())


def test_the_table_says_what_is_no_longer_our_default():
    shown = table(assumed({"capital_rate": 0.2})).set_index("name")
    assert shown.loc["capital_rate", ["value", "source"]].tolist() == [0.2, "the shop's own"]
    assert shown.loc["cover_weeks", "source"] == "our choice"
