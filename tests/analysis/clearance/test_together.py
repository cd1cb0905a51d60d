"""How far styles are off together and alone: by hand, and recovery of what was planted."""

import numpy as np
import pandas as pd
import pytest
from tests.analysis.clearance.tiny import outlook

from destock.analysis.clearance.together import Off, off, past_spans, unsure

HALF_YEAR = 26
LAST = pd.Timestamp("2026-06-01")
NO_EXIT = pd.DataFrame({"item": ["a", "b"], "exit_date": pd.NaT})


def sold(item: str, *weekly: float, **columns) -> pd.DataFrame:
    """Units a week of each half-year, the oldest first."""
    units = np.repeat(np.array(weekly, float), HALF_YEAR)
    week = LAST - pd.to_timedelta(7 * np.arange(len(units))[::-1], unit="D")
    rows = pd.DataFrame({"item": item, "week": week, "net_units": units, "in_stock_share": 1.0})
    return rows.assign(**columns)


TWO_YEARS = pd.concat([sold("a", 4, 2, 4, 3), sold("b", 4, 4, 8, 2)], ignore_index=True)


def expected(weeks: pd.DataFrame, items: pd.DataFrame = NO_EXIT) -> pd.Series:
    """Units expected a week, by item and span."""
    found = past_spans(weeks, items, HALF_YEAR).set_index(["item", "span"])
    return found["expected"] / HALF_YEAR


class TestPastSpans:
    def test_expected_is_the_span_before_times_what_became_of_it_in_the_other_years(self):
        found = past_spans(TWO_YEARS, NO_EXIT, HALF_YEAR).set_index(["item", "span"])
        assert (found["sold"] / HALF_YEAR).to_dict() == {
            ("a", 0): 3,
            ("a", 2): 2,
            ("b", 0): 2,
            ("b", 2): 4,
        }
        # a year before 8 units a week became 6, this year 12 become 5
        told = {("a", 0): 4 * 6 / 8, ("b", 0): 8 * 6 / 8}
        told |= {("a", 2): 4 * 5 / 12, ("b", 2): 4 * 5 / 12}
        assert expected(TWO_YEARS).to_dict() == pytest.approx(told)

    def test_years_are_counted_of_spans_of_its_kind(self):
        older = pd.concat([sold("a", 1, 1, 4, 2, 4, 3), sold("b", 1, 1, 4, 4, 8, 2)])
        for weeks, years in ((TWO_YEARS, 2), (older, 3)):
            found = past_spans(weeks, NO_EXIT, HALF_YEAR).set_index("span")
            assert (found.loc[0, "years"] == years).all()

    def test_one_year_alone_surprises_nobody_yet(self):
        assert past_spans(TWO_YEARS[TWO_YEARS["week"] > "2025-01-01"], NO_EXIT, 26).empty
        assert past_spans(TWO_YEARS.iloc[:0], NO_EXIT, 26).empty

    def test_the_longest_span_is_half_a_year(self):
        pd.testing.assert_frame_equal(
            past_spans(TWO_YEARS, NO_EXIT, 40), past_spans(TWO_YEARS, NO_EXIT, HALF_YEAR)
        )

    def test_a_shelf_that_was_empty_for_a_while_counts_as_if_it_was_not(self):
        less = TWO_YEARS["item"].eq("a") & (np.arange(len(TWO_YEARS)) % 4 == 0)
        seldom = TWO_YEARS.assign(
            net_units=TWO_YEARS["net_units"].mask(less, 0.0),
            in_stock_share=TWO_YEARS["in_stock_share"].mask(less, 0.0),
        )
        assert expected(seldom).to_dict() == pytest.approx(expected(TWO_YEARS).to_dict())
        gone = TWO_YEARS.assign(in_stock_share=np.where(TWO_YEARS["item"] == "a", 0.4, 1.0))
        assert set(past_spans(gone, NO_EXIT, HALF_YEAR)["item"]) == {"b"}

    def test_what_is_over_is_compared_with_what_was_over(self):
        over = pd.DataFrame({"item": ["a", "b"], "exit_date": [pd.NaT, LAST]})
        alone = pd.concat([expected(TWO_YEARS[TWO_YEARS["item"] == item]) for item in "ab"])
        assert expected(TWO_YEARS, over).to_dict() == pytest.approx(alone.to_dict())

    def test_order_does_not_matter(self):
        turned = expected(TWO_YEARS.iloc[::-1]).sort_index()
        assert turned.to_dict() == pytest.approx(expected(TWO_YEARS).sort_index().to_dict())


def planted(shared: float, drift: float, luck: float, spans: int = 200, items: int = 40):
    """Spans in which all styles were off by one factor, and each by one of its own."""
    rng = np.random.default_rng(1)
    span = np.repeat(np.arange(spans), items)
    told = rng.uniform(20, 200, len(span))
    part = 1 + rng.normal(0, shared, spans)[span] + rng.normal(0, np.sqrt(drift), len(span))
    came = told * part + rng.normal(0, np.sqrt(luck * told))
    return pd.DataFrame({"span": span, "sold": came, "expected": told, "years": 1000})


def usual(found: Off) -> float:
    """By how much all styles are off together: root of the mean square."""
    return np.sqrt((found.shared * found.shared.index**2).sum())


class TestOff:
    def test_recovers_what_was_planted(self):
        found = off(planted(0.2, 0.04, 3.0))
        assert usual(found) == pytest.approx(0.2, rel=0.1)
        assert (found.drift, found.luck) == pytest.approx((0.04, 3.0), rel=0.2)
        assert usual(off(planted(0.0, 0.04, 3.0))) < 0.03
        assert usual(off(planted(0.2, 0.5, 3.0))) == pytest.approx(0.2, rel=0.15)

    def test_of_few_styles_each_is_a_part_of_what_all_were_off_by(self):
        found = off(planted(0.0, 0.0, 3.0, spans=2000, items=3))
        assert found.luck + 110 * found.drift == pytest.approx(3.0, rel=0.05)

    def test_without_a_past_each_part_is_as_likely_and_nothing_is_known_of_one(self):
        found = off(planted(0.2, 0.04, 3.0).iloc[:0])
        assert found.shared.tolist() == pytest.approx([1 / 51] * 51)
        assert np.isnan(found.alone(np.array([10.0]))).all()

    def test_few_spans_that_met_what_was_expected_leave_more_open_than_many(self):
        few = [usual(off(planted(0.0, 0.04, 3.0, spans=count))) for count in (2, 8, 40)]
        assert few[0] > few[1] > few[2] > 0

    def test_a_coming_span_is_foretold_by_a_year_more_than_a_past_one(self):
        rng = np.random.default_rng(1)
        years, length = 4, 500
        part = 1 + rng.normal(0, 0.1, (years, length))
        others = (part.sum(axis=0) - part) / (years - 1)
        rows = pd.DataFrame({"sold": (part / others).ravel(), "expected": 1.0, "years": years})
        found = off(rows.assign(span=np.arange(len(rows))))
        assert usual(found) == pytest.approx(0.1 * np.sqrt(1 + 1 / years), rel=0.03)

    def test_spans_that_came_out_exactly_leave_nothing_open(self):
        exact = pd.DataFrame({"span": [0, 0, 1], "sold": [2.0, 3.0, 4.0], "years": 2})
        assert usual(off(exact.assign(expected=exact["sold"]))) == pytest.approx(0, abs=1e-6)

    def test_order_does_not_matter_and_more_units_are_off_by_a_smaller_part(self):
        rows = planted(0.1, 0.04, 3.0, spans=6)
        one, other = off(rows), off(rows.iloc[::-1])
        assert other.shared.sort_index().tolist() == pytest.approx(one.shared.tolist())
        assert Off(one.shared, 0.04, 3.0).alone(np.array([0.1, 3.0, 300.0])) == pytest.approx(
            np.sqrt([0.04 + 3, 0.04 + 1, 0.04 + 0.01])
        )


OPTION = pd.DataFrame({"item": ["a"], "cash_sd": [30.0], "cash_answer_sd": [20.0]})
KNOWN = Off(pd.Series({0.1: 1.0}), drift=0.04, luck=3.0)


class TestUnsure:
    def test_by_hand(self):
        ahead = outlook(5, 5, 5, 5, 5, 5, 5, 5, 99, spread=0.3, elasticity_error=0.5)
        found = unsure(OPTION, ahead, KNOWN, 0.3).iloc[0]
        assert found["cash_by_level"] == pytest.approx(100)
        assert found["cash_answer_all"] == pytest.approx(0.6 * 20)
        # 40 units in the eight weeks asked for: 100 of cash is off by 34 % of it
        own = 100**2 * (0.04 + 3 / 40) + 20**2 * (1 - 0.6**2)
        assert found["cash_alone"] == pytest.approx(np.sqrt(own))

    def test_without_a_past_a_level_is_off_alone_as_it_is_told(self):
        ahead = outlook(5, spread=0.3, elasticity_error=0.2)
        found = unsure(OPTION, ahead, off(planted(0, 0, 0).iloc[:0]), 0.3).iloc[0]
        assert found["cash_answer_all"] == 20
        assert found["cash_alone"] == pytest.approx(30)

    def test_what_is_not_known_to_be_off_is_not(self):
        none = OPTION.assign(cash_sd=0.0, cash_answer_sd=np.nan)
        for spread in (0.0, np.nan):
            ahead = outlook(5, spread=spread, elasticity_error=np.nan)
            found = unsure(none, ahead, KNOWN, np.nan).iloc[0]
            assert (found[["cash_by_level", "cash_answer_all", "cash_alone"]] == 0).all()
        elsewhere = unsure(none.assign(item="damaged elsewhere"), ahead, KNOWN, 0.3).iloc[0]
        assert (elsewhere[["cash_by_level", "cash_answer_all", "cash_alone"]] == 0).all()

    def test_an_answer_of_which_no_error_of_all_is_known_is_the_same_for_all(self):
        ahead = outlook(5, spread=0.3, elasticity_error=0.5)
        assert unsure(OPTION, ahead, KNOWN, np.nan)["cash_answer_all"].tolist() == [20]
