"""Pace: each judgement on one hand-made style, its own path, and the past it is shown beside."""

import numpy as np
import pandas as pd
import pytest
from tests.analysis.pacing.tiny import style

from destock.analysis.pacing.baseline import BANDS
from destock.analysis.pacing.pace import pace
from destock.model.assumptions import assumed

NO_BANDS = pd.DataFrame(
    {
        "season": pd.Series(dtype=str),
        "tier": pd.Series(dtype=str),
        "age": pd.Series(dtype="int64"),
        **{name: pd.Series(dtype=float) for name in [*BANDS, "fail"]},
        "styles": pd.Series(dtype="int64"),
        "past_seasons": pd.Series(dtype="int64"),
    }
)


def running(item: str = "a", net_units: float = 40.0, **columns) -> dict:
    """Six weeks on sale, 100 units committed; its path asks for 50, the slow line for 30, the hot
    one for 60.
    """
    return (
        style(item, age=5.0, in_season=True, received=80.0, on_order=20.0)
        | {"net_units": net_units, "break_even": 0.7, "target": 0.8, "week_part": 0.0}
        | columns
    )


def asked(item: str = "a", **columns) -> dict:
    usual = {
        "item": item,
        "season": "2024SS",
        "season_half": "SS",
        "life": 20,
        "sold": 40.0,
        "target_now": 50.0,
        "slow_now": 30.0,
        "hot_now": 60.0,
        "projected": 80.0,
        "low80": 70.0,
        "high80": 90.0,
        "low90": 65.0,
        "high90": 95.0,
        "past_seasons": 3,
    }
    return usual | columns


def judged(
    *rows: dict,
    needed: tuple[dict, ...] = (asked(),),
    bands: pd.DataFrame = NO_BANDS,
    **assumptions,
) -> pd.DataFrame:
    styles = pd.DataFrame(rows).assign(
        weeks_on_sale=lambda d: d["age"].astype(float) + 1 + d["week_part"]
    )
    return pace(
        styles, pd.DataFrame(list(needed), columns=list(asked())), bands, assumed(assumptions)
    )


@pytest.mark.parametrize(
    ("sold", "word"),
    [
        (29, "slow"),
        (30, "behind"),
        (49, "behind"),
        (50, "on pace"),
        (59, "on pace"),
        (60, "ahead"),
        (-5, "slow"),
        (0, "slow"),
    ],
)
def test_a_style_stands_between_its_own_lines(sold, word):
    assert judged(running(net_units=float(sold)))["pace"].tolist() == [word]


def test_shares_are_of_what_was_bought_open_orders_included():
    row = judged(running()).iloc[0]
    assert (row["committed_sell_through"], row["path_now"], row["slow_line"], row["hot_line"]) == (
        0.4,
        0.5,
        0.3,
        0.6,
    )
    assert row["pace_ratio"] == pytest.approx(0.8)
    assert (row["projected_units"], row["projected"], row["low80"], row["high90"]) == (
        80,
        0.8,
        0.7,
        0.95,
    )


@pytest.mark.parametrize(("age", "word"), [(0.0, "too early"), (1.0, "too early"), (2.0, "slow")])
def test_a_style_is_not_judged_in_its_first_two_weeks(age, word):
    assert judged(running(net_units=1.0, age=age))["pace"].tolist() == [word]


@pytest.mark.parametrize("needed", [(), (asked(target_now=np.nan),), (asked(slow_now=np.nan),)])
def test_without_a_path_or_a_line_there_is_a_row_and_no_judgement(needed):
    assert judged(running(), needed=needed)["pace"].tolist() == ["no baseline"]


def test_core_styles_past_ones_those_not_launched_and_those_never_received_are_left_out():
    rows = (
        running("a"),
        running("b", season_half=None),
        running("c", in_season=False),
        running("d", age=None),
        running("e", received=0.0),
    )
    assert judged(*rows)["item"].tolist() == ["a"]


def test_the_furthest_behind_comes_first_and_the_order_of_rows_does_not_matter():
    rows = running("a", 45.0), running("b", 10.0), running("c", 45.0)
    needed = tuple(asked(item) for item in "abc")
    assert judged(*rows, needed=needed)["item"].tolist() == ["b", "a", "c"]
    assert judged(*rows[::-1], needed=needed[::-1])["item"].tolist() == ["b", "a", "c"]


def test_stands_beside_past_styles_of_its_tier_or_of_all_where_its_tier_had_too_few():
    bands = pd.DataFrame(
        {
            "season": "2024SS",
            "tier": ["all", "push"],
            "age": 5,
            "median": [0.5, 0.6],
            "styles": [9, 6],
            "past_seasons": 2,
        }
    )
    bands = bands.reindex(columns=list(NO_BANDS))
    rows = running("a"), running("b", tier="novelty"), running("c", tier=None)
    found = judged(*rows, needed=tuple(asked(item) for item in "abc"), bands=bands).set_index(
        "item"
    )
    assert found["tier_used"].to_dict() == {"a": "push", "b": "all", "c": "all"}
    assert found["median"].to_dict() == {"a": 0.6, "b": 0.5, "c": 0.5}
    assert found["past_styles"].to_dict() == {"a": 6, "b": 9, "c": 9}


def test_an_empty_season_gives_no_rows():
    found = pace(
        pd.DataFrame([running()]).assign(weeks_on_sale=6.0).iloc[:0],
        pd.DataFrame([asked()]).iloc[:0],
        NO_BANDS,
        assumed(),
    )
    assert found.empty
    assert {"pace", "pace_ratio", "projected"} <= set(found)
