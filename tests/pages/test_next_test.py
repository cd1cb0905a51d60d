"""What is told of the next test of a few styles."""

import pandas as pd

from destock.model.assumptions import assumed
from destock.model.proceeds import Proceeds
from destock.pages import next_test as page


def told(styles: int, held_back: float = 0.5) -> list:
    """The findings of a shop in which so many styles run behind."""
    numbers, today = assumed({"test_hold_out": held_back}), pd.Timestamp("2026-06-07")
    flagged = pd.DataFrame({"item": [f"S{n}" for n in range(styles)]}).assign(
        category="Coats", tier="", price=100.0, mean_cost=40.0, on_hand=50.0, rate=10.0
    )
    options = page.test_options(flagged, numbers)
    asked = page.asked_test(options, 1.5, numbers)
    drawn = page.next_test(flagged, asked, today, numbers)
    answer = (-1.5, -2.0, -1.0)
    return page.about_next_test(
        flagged, drawn, options, asked, 1.5, answer, Proceeds({"net": 0.26}, 0.0), held_back
    )


def test_a_style_that_runs_behind_alone_is_counted():
    [finding] = told(1)
    assert finding.id == "no_next_test"
    assert finding.figures == {"styles": (1, "units")}


def test_a_share_of_so_few_that_nobody_keeps_the_price_is_said():
    [finding] = told(3, held_back=0.1)
    assert finding.id == "no_arm"
    assert finding.figures == {"styles": (3, "units"), "share": (0.1, "percent")}
