"""The calendar year of a category: the same weeks of past years, a New Year that moves, and years
that are not whole.
"""

import numpy as np
import pandas as pd
import pytest

from destock.analysis.pacing.years import COLUMNS, first_monday, years
from destock.model.assumptions import assumed

NEW_YEARS = pd.DataFrame(
    {
        "event": "new year",
        "date": pd.to_datetime(["2022-02-01", "2023-01-22", "2024-02-10", "2025-01-29"]),
    }
)
NO_EVENTS = NEW_YEARS.iloc[:0]


def weeks(
    first: str = "2022-01-03",
    last: str = "2025-06-23",
    units=lambda week, item: 100.0,
    items=("a",),
) -> pd.DataFrame:
    rows = [
        (item, f"cat {item}", week, units(week, item))
        for item in items
        for week in pd.date_range(first, last, freq="W-MON")
    ]
    return pd.DataFrame(rows, columns=["item", "category", "week", "net_units"])


def run(
    frame: pd.DataFrame, events: pd.DataFrame = NO_EVENTS, **assumptions
) -> dict[str, pd.DataFrame]:
    items = pd.DataFrame({"item": frame["item"].unique()}).assign(parent_category="all")
    return years(
        frame, items, events, frame["week"].max() + pd.Timedelta(days=7), assumed(assumptions)
    )


def test_the_year_of_weeks_begins_on_the_first_monday_of_january():
    assert first_monday(pd.Series([2023, 2024, 2025])).dt.strftime("%Y-%m-%d").tolist() == [
        "2023-01-02",
        "2024-01-01",
        "2025-01-06",
    ]


def test_a_year_twice_as_good_as_the_last_ones_ends_twice_as_high():
    row = run(weeks(units=lambda week, _: 200.0 if week.year == 2025 else 100.0))["years"].iloc[0]
    assert (row["week"], row["sold"], row["last_year_units"], row["change"]) == (25, 5000, 2500, 1)
    assert row["share"] == pytest.approx(25 / 52)
    assert row["year_units"] == pytest.approx(10_400)
    assert row["past_years"] == 3


def test_the_weeks_of_the_year_add_up_to_its_units_and_past_shares_to_one():
    frame = weeks(
        units=lambda week, item: float(week.month * (2 if item == "b" else 1)), items=("a", "b")
    )
    found = run(frame)["year_weeks"]
    rows = found[(found["category"] == "cat b") & (found["year"] == 2024)]
    naive = frame[(frame["item"] == "b") & frame["week"].between("2024-01-01", "2024-12-29")][
        "net_units"
    ]
    assert rows["units"].tolist() == naive.tolist()[:52]
    assert rows["cumulative"].iloc[-1] == sum(naive.tolist()[:52])
    assert rows["share"].iloc[-1] == 1
    assert found.groupby(["category", "year"])["week"].max().unstack()[2025].tolist() == [25, 25]


def test_a_new_year_that_moves_is_compared_with_new_year():
    """A shop that sells three times as much in the week of New Year; this year that was the fourth
    week, most years it comes later.
    """

    def sells(week, _):
        return (
            300.0 if (NEW_YEARS["date"].between(week, week + pd.Timedelta(days=6))).any() else 100.0
        )

    frame = weeks(last="2025-01-27", units=sells)
    told, untold = (
        run(frame, events, curve_prior_units=1)["years"].iloc[0]
        for events in (NEW_YEARS, NO_EVENTS)
    )
    assert told["sold"] == untold["sold"] == 600
    assert told["year_units"] == pytest.approx(5_400, rel=0.03)
    assert untold["year_units"] > 1.15 * 5_400


def test_units_of_a_category_are_those_of_all_its_items():
    frame = pd.concat([weeks(items=("a",)), weeks(items=("b",)).assign(category="cat a")])
    assert run(frame)["years"][["category", "sold"]].to_numpy().tolist() == [["cat a", 5000]]


@pytest.mark.parametrize(
    ("first", "past"), [("2022-01-03", 3), ("2023-06-05", 1), ("2024-01-01", 1)]
)
def test_only_whole_years_are_past_and_fewer_than_three_work_and_say_so(first, past):
    row = run(weeks(first))["years"].iloc[0]
    assert row["past_years"] == past
    assert row["year_units"] == pytest.approx(5_200)


def test_years_before_the_last_three_teach_nothing():
    frame = weeks(
        "2019-01-07", units=lambda week, _: 100.0 if week.year > 2021 or week.month < 7 else 9e6
    )
    assert run(frame)["years"]["year_units"].tolist() == pytest.approx([5_200])


def test_without_a_whole_past_year_frames_are_empty_with_their_columns():
    for found in (
        run(weeks("2024-03-04")),
        run(weeks("2025-01-06")),
        run(weeks().iloc[:0]),
        run(weeks(units=lambda *_: 0.0)),
    ):
        for name, columns in COLUMNS.items():
            assert found[name].empty
            assert list(found[name]) == columns.split()


def test_full_frames_have_the_columns_of_empty_ones():
    found = run(weeks(items=("a", "b")))
    for name, columns in COLUMNS.items():
        assert set(columns.split()) <= set(found[name]), name


def test_a_category_that_is_new_this_year_is_shown_without_a_year_before():
    frame = pd.concat([weeks(), weeks("2025-02-03", items=("b",))])
    row = run(frame)["years"].set_index("category").loc["cat b"]
    assert np.isnan(row["last_year_units"])
    assert row["sold"] == 2100
    assert row["year_units"] == pytest.approx(2100 / 25 * 52)


def test_a_category_that_has_sold_nothing_this_year_stays_in():
    frame = weeks(
        items=("a", "b"),
        units=lambda week, item: 0.0 if (item, week.year) == ("b", 2025) else 100.0,
    )
    row = run(frame)["years"].set_index("category").loc["cat b"]
    assert (row["sold"], row["change"]) == (0, -1)
    assert row["year_units"] == pytest.approx(0)


def test_a_week_with_more_returned_than_sold_is_kept_in_the_sum():
    frame = weeks(units=lambda week, _: -50.0 if week == pd.Timestamp("2025-03-03") else 100.0)
    assert run(frame)["years"]["sold"].tolist() == [2350]


def test_the_order_of_rows_does_not_matter():
    frame = weeks(items=("a", "b", "c"), units=lambda week, item: float(week.week + ord(item)))
    one, other = run(frame), run(frame.sample(frac=1, random_state=1))
    for name in COLUMNS:
        pd.testing.assert_frame_equal(one[name], other[name])
