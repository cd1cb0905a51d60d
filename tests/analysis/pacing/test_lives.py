"""Lives: what was sold week by week, when it was there to be sold, and which weeks are special."""

import numpy as np
import pandas as pd
import pytest
from tests.analysis.pacing.tiny import MONDAY, NO_EVENTS, made, style

from destock.analysis.pacing.lives import Lives, around_events, lives, lost_share, sold_out


def weeks(
    units: dict[str, list[float]], in_stock: dict[str, list[float]] | None = None
) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "item": item,
                "age": age,
                "net_units": float(sold),
                "in_stock_share": (in_stock or {}).get(item, [1.0] * 99)[age],
            }
            for item, row in units.items()
            for age, sold in enumerate(row)
        ]
    )


def known(*rows: dict, of: pd.DataFrame, events: pd.DataFrame = NO_EVENTS) -> Lives:
    return lives(pd.DataFrame(rows), of, events)


class TestLives:
    def test_weeks_lie_side_by_side_and_end_at_the_exit(self):
        found = known(
            style("a"), style("b", life=2), of=weeks({"a": [5, 4, 3, 2, 9], "b": [7, 6, 9]})
        )
        assert found.units.tolist() == [[5, 4, 3, 2], [7, 6, 0, 0]]
        assert found.exposure.tolist() == [[1, 1, 1, 1], [1, 1, 0, 0]]
        assert found.final.tolist() == [14, 13]
        assert found.cumulative[0].tolist() == [5, 9, 12, 14]

    def test_a_week_mostly_out_of_stock_teaches_nothing_and_one_partly_so_counts_in_part(self):
        found = known(style(), of=weeks({"a": [5, 4, 3, 2]}, {"a": [1.0, 0.5, 0.49, None]}))
        assert found.exposure.tolist() == [[1, 0.5, 0, 1]]

    def test_the_buy_is_what_came_and_what_is_to_come_and_is_unknown_where_neither_is_recorded(
        self,
    ):
        rows = (
            style("a", on_order=20.0),
            style("b", received=0.0),
            style("c", received=None, on_order=7.0),
            style("d", received=None),
        )
        assert known(*rows, of=weeks({"a": [1]})).bought.tolist() == pytest.approx(
            [120, np.nan, 7, np.nan], nan_ok=True
        )

    def test_core_styles_endless_ones_and_plans_beyond_two_years_have_no_life(self):
        rows = (
            style("a"),
            style("b", season=None),
            style("c", life=None),
            style("d", life=105),
            style("e", life=0),
        )
        assert known(*rows, of=weeks({"a": [1]})).styles["item"].tolist() == ["a"]

    def test_a_style_not_yet_launched_has_seen_no_week_and_none_sees_more_than_its_life(self):
        rows = style("a", age=None), style("b", age=0.0), style("c", age=9.0)
        assert known(*rows, of=weeks({"b": [1]})).styles["weeks_seen"].tolist() == [0, 1, 4]

    def test_a_week_with_more_returned_than_sold_stays_negative(self):
        assert known(style(), of=weeks({"a": [5, -3, 1, 0]})).cumulative.tolist() == [[5, 2, 3, 3]]

    def test_the_order_of_rows_does_not_matter(self):
        rows, of = [style(item) for item in "cab"], weeks({"b": [1, 2], "c": [3, 4], "a": [5, 6]})
        one, other = known(*rows, of=of), known(*rows[::-1], of=of.sample(frac=1, random_state=3))
        assert one.styles.equals(other.styles)
        assert (one.units == other.units).all()

    def test_nothing_at_all_gives_no_lives(self):
        found = lives(pd.DataFrame([style()]).iloc[:0], weeks({"a": [1]}).iloc[:0], NO_EVENTS)
        assert found.units.shape == (0, 1)
        assert sold_out(found, np.zeros((0, 1))).tolist() == []

    def test_where_keeps_rows_and_arrays_together(self):
        found = made([[1, 2], [3, 4], [5, 6]]).where(np.array([True, False, True]))
        assert found.styles["item"].tolist() == ["i00", "i02"]
        assert found.units.tolist() == [[1, 2], [5, 6]]


class TestSpecialWeeks:
    def test_the_last_eight_weeks_count_down_to_the_exit(self):
        found = known(style(life=10), of=weeks({"a": [1] * 10}))
        assert found.to_end.tolist() == [[0, 0, 8, 7, 6, 5, 4, 3, 2, 1]]

    def test_weeks_around_an_event_are_numbered_from_two_before_to_two_after(self):
        """The first week is that of 3 March; the event is on the Sunday that ends the fourth."""
        day = pd.DataFrame({"event": ["feast"], "date": [pd.Timestamp("2025-03-30")]})
        assert around_events(pd.DataFrame([style()]), 7, day).tolist() == [[0, 1, 2, 3, 4, 5, 0]]

    def test_the_nearer_of_two_events_wins(self):
        days = pd.DataFrame({"event": ["a", "b"], "date": [MONDAY, MONDAY + pd.Timedelta(weeks=3)]})
        assert around_events(pd.DataFrame([style()]), 6, days).tolist() == [[3, 4, 7, 8, 9, 10]]

    def test_equals_a_naive_loop_over_weeks_and_events(self):
        rng = np.random.default_rng(7)
        rows = pd.DataFrame(
            [
                style(f"i{n}", first_week=MONDAY + pd.Timedelta(weeks=int(rng.integers(0, 30))))
                for n in range(5)
            ]
        )
        days = pd.DataFrame(
            {
                "event": ["a", "b", "a"],
                "date": pd.to_datetime(["2025-04-04", "2025-06-18", "2025-09-01"]),
            }
        )
        found = around_events(rows, 30, days)
        for i, first in enumerate(rows["first_week"]):
            for week in range(30):
                start = first + pd.Timedelta(weeks=week)
                offsets = [
                    ((start - (day - pd.Timedelta(days=day.weekday()))).days // 7, name)
                    for name, day in days.to_numpy()
                ]
                near, name = min(offsets, key=lambda one: abs(one[0]))
                assert found[i, week] == (1 + 5 * (name == "b") + near + 2 if abs(near) <= 2 else 0)


class TestSoldOut:
    EVEN = np.array([[0.25, 0.5, 0.75, 1.0]])

    def lost(self, *exposure: float, **columns) -> float:
        return float(
            lost_share(made([[1, 1, 1, 1]], exposure=[list(exposure)], **columns), self.EVEN)[0]
        )

    def test_what_was_expected_after_the_last_week_in_stock_is_lost(self):
        assert self.lost(1, 1, 0.6, 0) == 0.25
        assert self.lost(1, 0, 0, 0) == 0.75

    def test_a_gap_before_a_delivery_and_missing_sizes_are_no_sell_out(self):
        assert self.lost(1, 0, 0, 1) == 0
        assert self.lost(0.6, 0.5, 0.7, 0.5) == 0

    def test_weeks_still_to_come_are_not_lost(self):
        assert self.lost(1, 1, 0, 0, weeks_seen=2) == 0
        assert self.lost(1, 1, 0, 0, weeks_seen=3) == pytest.approx(1 / 3)

    def test_selling_out_in_the_last_days_is_not_worth_a_word(self):
        late = np.array([[0.3, 0.6, 0.96, 1.0]])
        assert sold_out(made([[1, 1, 1, 1]], exposure=[[1, 1, 1, 0]]), late).tolist() == [False]
        assert sold_out(made([[1, 1, 1, 1]], exposure=[[1, 1, 1, 0]]), self.EVEN).tolist() == [True]

    def test_before_the_first_week_nothing_is_known_to_be_lost(self):
        assert np.isnan(self.lost(0, 0, 0, 0, weeks_seen=0))


class TestCommitted:
    """100 bought in all, 30 of them in the third week of a life of four."""

    def buys(self, *rows: tuple[int, float]) -> pd.DataFrame:
        weeks = [MONDAY + pd.Timedelta(weeks=week) for week, _ in rows]
        return pd.DataFrame({"item": "a", "week": weeks, "units": [units for _, units in rows]})

    def of(self, *rows: tuple[int, float], **columns) -> list[float]:
        found = lives(
            pd.DataFrame([style("a", **columns)]), weeks({"a": [1]}), NO_EVENTS, self.buys(*rows)
        )
        return found.bought_by[0].tolist()

    def test_a_week_knows_what_was_bought_by_its_end_and_the_last_one_all(self):
        assert self.of((-3, 70), (2, 30)) == [70, 70, 100, 100]

    def test_where_nobody_knows_when_all_was_bought_from_the_beginning(self):
        assert self.of() == [100] * 4
        assert self.of((2, 30)) == [70, 70, 100, 100]

    def test_more_bought_later_than_ever_came_is_not_believed(self):
        assert self.of((2, 130)) == [100] * 4

    def test_what_is_bought_in_weeks_to_come_is_not_known(self):
        assert self.of((1, 20), (3, 50), age=1.0) == [80, 100, 100, 100]

    def test_it_follows_the_styles(self):
        rows = pd.DataFrame([style("a"), style("b")])
        found = lives(rows, weeks({"a": [1]}), NO_EVENTS, self.buys((2, 30)))
        assert found.where(np.array([False, True])).bought_by.tolist() == [[100] * 4]
        assert found.where(np.array([True, False])).bought_by.tolist() == [[70, 70, 100, 100]]
