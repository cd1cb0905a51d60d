"""What is told of where the season ends, of three styles."""

import pandas as pd

from destock.pages import season_end

TODAY = pd.Timestamp("2026-06-07")


def told(*missed_from: str) -> dict:
    """The last finding of styles of 100 units that sell 60 of a goal of 80, at most as many as
    that, from which day on below their path.
    """
    rows = pd.DataFrame({"missed_from": pd.to_datetime(list(missed_from))}).assign(
        received=90.0, on_order=10.0, projected_units=60.0, goal=80.0, needed=5.0, coming=4.0
    )
    rows["high80"] = [0.8, *[0.79] * (len(rows) - 1)]
    finding = season_end.about_season_end(rows, TODAY)[-1]
    return {"id": finding.id} | {name: value for name, (value, _) in finding.figures.items()}


def test_the_next_style_to_fall_below_its_path_is_the_first_after_today():
    found = told("2026-06-28", "2026-06-07", "2026-06-14")
    assert found == {
        "id": "goals_missed",
        "missed": 3,
        "styles": 3,
        "may": 1,
        "over": 1,
        "next": pd.Timestamp("2026-06-14"),
    }


def test_where_every_style_is_below_its_path_there_is_no_next():
    found = told("2026-05-31", "2026-06-07")
    assert found == {"id": "goals_missed_now", "missed": 2, "styles": 2, "may": 1}
