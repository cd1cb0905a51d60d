"""The level of a season as its styles show it: by hand, few styles, and what is not counted."""

import numpy as np
import pandas as pd
import pytest
from tests.analysis.pacing.tiny import MONDAY, made

from destock.analysis.pacing.level import OWN_STYLES, level

SHARE = np.array([0.5, 0.75, 1.0])


def found(units, prior=100.0, **columns) -> np.ndarray:
    known = made(units, **columns)
    count = len(known.styles)
    return level(known, np.tile(SHARE, (count, 1)), np.broadcast_to(prior, count).astype(float))


def drawn(ratio: float, styles: int) -> float:
    """The ratio, drawn to 1 as if so many styles more had sold what was foretold."""
    return ratio ** (styles / (styles + OWN_STYLES))


def test_it_is_what_was_sold_over_what_was_foretold_by_then_drawn_to_one():
    """Two styles of 100 foretold sell 60 + 90 in the first week instead of 100, then 25 + 25."""
    rows = found([[60, 25, None], [90, 25, None]])
    expected = [1, drawn(1.5, 2), drawn(200 / 150, 2), drawn(200 / 150, 2)]
    assert rows.tolist() == pytest.approx(np.array([expected, expected]))


def test_styles_on_sale_earlier_show_the_level_before_a_style_is_launched():
    later = [MONDAY, MONDAY + pd.Timedelta(weeks=1)]
    rows = found([[100, 50, 50], [50, 25, None]], first_week=later)
    assert rows[1, 0] == pytest.approx(drawn(2, 1))
    assert rows[1, 1] == pytest.approx(drawn(200 / 125, 2))


def test_a_week_without_stock_says_nothing_of_demand():
    rows = found([[100, 0, 0]], exposure=[[1, 0, 0]])
    assert rows[0].tolist() == pytest.approx([1, *[drawn(2, 1)] * 3])


def test_seasons_are_held_apart_and_what_no_buy_foretold_is_left_out():
    rows = found(
        [[100, 50, 50], [50, 25, 25], [999, 0, 0]],
        prior=np.array([100.0, 100.0, np.nan]),
        season=["2023SS", "2024SS", "2024SS"],
    )
    assert rows[:, 1].tolist() == pytest.approx([drawn(2, 1), 1, 1])


def test_many_styles_are_believed():
    assert found([[100, 50, 50]] * 2000)[0, -1] == pytest.approx(2, rel=0.03)


def test_without_styles_there_is_no_level():
    assert found([[1, 1, 1]]).shape == (1, 4)
    none = made([[1, 1, 1]]).where(np.array([False]))
    assert level(none, np.ones((0, 3)), np.ones(0)).shape == (0, 4)
