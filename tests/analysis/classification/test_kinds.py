"""Kinds of overstock: each rule on one hand-made style, sums that add up, and the planted kinds of
a whole shop.
"""

import numpy as np
import pandas as pd
import pytest
from tests.analysis.classification.tiny import (
    NO_OVERRIDES,
    NUMBERS,
    RATES,
    TODAY,
    core,
    excess,
    style,
)

from destock.analysis.classification import kinds as rules
from destock.analysis.classification.lines import core_pace, lines_of_failure
from destock.model.schema import CLASSES


def classified(
    *rows: dict, rates: pd.DataFrame = RATES, overrides: pd.DataFrame = NO_OVERRIDES
) -> pd.DataFrame:
    return rules.classify(excess(*rows, rates=rates), overrides, TODAY, NUMBERS)


def kinds(*rows: dict, rates: pd.DataFrame = RATES) -> dict[str, str]:
    classes = classified(*rows, rates=rates)
    return dict(zip(classes["item"], classes["class"], strict=True))


class TestClasses:
    def test_a_season_that_is_over(self):
        assert kinds(style("a", exit_date=pd.Timestamp("2026-02-28"), remaining=0.0)) == {
            "a": "out of season"
        }

    def test_a_season_with_almost_nothing_left_to_sell(self):
        assert kinds(style("a", remaining=4.0)) == {"a": "out of season"}

    def test_far_below_the_pace_of_past_styles(self):
        assert kinds(style("a", sell_through=0.1)) == {"a": "misjudged"}

    def test_not_shown_is_not_misjudged(self):
        assert kinds(style("a", sell_through=0.1, exposures_week=10.0)) == {"a": "too early"}

    def test_out_of_stock_is_not_misjudged(self):
        assert kinds(style("a", sell_through=0.1, in_stock_share=0.5)) == {"a": "over-bought"}

    def test_two_weeks_on_sale_is_too_early(self):
        assert kinds(style("a", sell_through=0.1, age=1.0)) == {"a": "too early"}

    def test_a_core_style_that_sells_slowly(self):
        assert kinds(core("a", on_hand=900.0)) == {"a": "slow"}

    def test_a_style_that_comes_back_with_flaws(self):
        assert kinds(style("a", quality_returns=60.0)) == {"a": "defective"}

    def test_damaged_units_are_defective_beside_the_good_ones(self):
        classes = rules.classify(
            excess(style("a", damaged=7.0, damaged_cost=35.0)), NO_OVERRIDES, TODAY, NUMBERS
        )
        assert classes[["class", "units", "cost"]].to_numpy().tolist() == [
            ["over-bought", 40, 200],
            ["defective", 7, 35],
        ]

    def test_no_age_cannot_be_classified(self):
        assert kinds(style("a", age=np.nan)) == {"a": "unclassifiable"}

    def test_other_rules_that_hold_are_named(self):
        classes = classified(style("a", quality_returns=60.0, sell_through=0.1))
        assert classes["also"].tolist() == ["misjudged"]

    def test_a_new_core_style_below_the_line_of_earlier_ones(self):
        assert kinds(core("a", age=6.0, sell_through=0.05, fail_line=0.2, on_hand=900.0)) == {
            "a": "misjudged"
        }
        assert kinds(core("a", age=6.0, sell_through=0.3, fail_line=0.2, on_hand=900.0)) == {
            "a": "over-bought"
        }

    def test_a_core_style_of_unknown_age_is_judged_by_its_months_of_stock(self):
        assert kinds(core("a", age=np.nan, on_hand=900.0)) == {"a": "slow"}

    def test_what_cannot_be_classified_names_what_is_missing(self):
        blind = RATES.assign(quarter_rate=np.nan)
        assert classified(core("a", age=np.nan, on_hand=900.0), rates=blind)[
            "missing"
        ].tolist() == [rules.MISSING["stock_to_sales"]]
        assert classified(style("a", age=np.nan))["missing"].tolist() == [rules.MISSING["sales"]]

    def test_the_analyst_wins_and_is_shown(self):
        word = pd.DataFrame(
            {"item": ["a"], "class": ["defective"], "reason": ["dye runs"], "decided_by": ["Li"]}
        )
        row = classified(style("a"), style("b"), overrides=word).set_index("item")
        assert row.loc["a", ["class", "decided", "reason"]].tolist() == [
            "defective",
            "analyst",
            "dye runs",
        ]
        assert row.loc["b", ["class", "decided", "reason"]].tolist() == ["over-bought", "rule", ""]

    def test_a_word_of_the_analyst_moves_units_and_makes_none(self):
        word = pd.DataFrame(
            {"item": ["a"], "class": ["slow"], "reason": ["known"], "decided_by": [None]}
        )
        rows = (style("a", damaged=7.0, damaged_cost=35.0), style("b"))
        free, told = classified(*rows), classified(*rows, overrides=word)
        assert told["units"].sum() == free["units"].sum()
        assert told.set_index(["item", "class"])["units"].to_dict() == {
            ("a", "slow"): 40,
            ("a", "defective"): 7,
            ("b", "over-bought"): 40,
        }

    def test_confidence_falls_where_a_style_stands_on_the_line(self):
        far = classified(style("a", sell_through=0.05, sold_units=400.0))["confidence"].iloc[0]
        near = classified(style("a", sell_through=0.295, sold_units=50.0))["confidence"].iloc[0]
        assert far == 1
        assert 0.3 < near < 0.8

    def test_confidence_does_not_depend_on_the_order_of_rows(self):
        rows = [
            style("a", sell_through=0.29, sold_units=60.0),
            style("b", sell_through=0.31, sold_units=60.0),
            style("c", sell_through=0.3, sold_units=30.0),
        ]
        one, other = (
            classified(*rows).set_index("item")["confidence"],
            classified(*rows[::-1]).set_index("item")["confidence"],
        )
        assert one.to_dict() == other.to_dict()

    def test_units_and_cost_add_up_to_all_excess(self):
        rng = np.random.default_rng(3)
        rows = [
            style(
                f"s{n}",
                sell_through=rng.random(),
                age=float(rng.integers(0, 30)),
                on_hand=float(rng.integers(0, 300)),
                damaged=float(rng.integers(0, 9)),
                damaged_cost=1.0,
                exposures_week=float(rng.integers(0, 900)),
            )
            for n in range(200)
        ]
        frame = excess(*rows)
        total = rules.by_class(rules.classify(frame, NO_OVERRIDES, TODAY, NUMBERS))
        assert total["units"].sum() == pytest.approx(frame["excess_units"].sum())

    def test_money_scales_and_units_do_not(self):
        rows = [style("a", sell_through=0.1), style("b", damaged=3.0, damaged_cost=15.0)]
        dear = [
            row | {k: row[k] * 7 for k in ("on_hand_cost", "damaged_cost", "mean_cost")}
            for row in rows
        ]
        cheap, costly = (
            rules.by_class(rules.classify(excess(*r), NO_OVERRIDES, TODAY, NUMBERS))
            for r in (rows, dear)
        )
        assert (costly["cost"] == 7 * cheap["cost"]).all()
        assert (costly["units"] == cheap["units"]).all()

    def test_an_empty_shop_has_every_class_and_no_units(self):
        total = rules.by_class(
            rules.classify(excess(style("a", on_hand=0.0)), NO_OVERRIDES, TODAY, NUMBERS)
        )
        assert total["class"].tolist() == list(CLASSES)
        assert total["units"].sum() == 0


def test_dead_is_stock_without_a_sale_for_a_quarter():
    frame = excess(
        style("a"),
        style("b", last_sale=pd.Timestamp("2026-02-02"), age=30.0),
        style("c", last_sale=pd.NaT, age=30.0),
        style("d", last_sale=pd.NaT, age=3.0),
    )
    assert rules.dead(frame, TODAY, NUMBERS).tolist() == [False, True, True, False]


def test_a_snapshot_knows_what_is_dead_by_its_months():
    frame = excess(
        core("a", last_sale=pd.NaT, age=np.nan), core("b", last_sale=pd.NaT, age=np.nan)
    ).assign(idle=[True, False])
    assert rules.dead(frame, TODAY, NUMBERS).tolist() == [True, False]


class TestLines:
    def items(self, *shares: float) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Core styles that were received 100 units and sold these shares in week 0."""
        frame = pd.DataFrame([core(f"s{n}") for n in range(len(shares))])
        weeks = pd.DataFrame(
            {
                "item": frame["item"],
                "age": 0,
                "cumulative": [100 * s for s in shares],
                "received_units": 100.0,
            }
        )
        return frame, weeks

    def test_a_new_core_style_is_measured_by_earlier_ones(self):
        frame, weeks = self.items(0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1)
        assert core_pace(frame, weeks, NUMBERS).loc[0] == pytest.approx(0.2)

    def test_fewer_than_five_draw_no_line(self):
        assert core_pace(*self.items(0.1, 0.2, 0.3, 0.4), NUMBERS).isna().all()

    def test_of_its_tier_else_of_all(self):
        bands = pd.DataFrame(
            {"season": "2026SS", "tier": ["push", "all"], "age": 10, "fail": [0.4, 0.2]}
        )
        frame = pd.DataFrame(
            [
                style("a"),
                style("b", tier="novelty"),
                style("c", age=np.nan),
                core("d", age=3.0),
                core("e", age=60.0),
            ]
        )
        lines = lines_of_failure(frame, bands, pd.Series({3: 0.15}), NUMBERS)["fail_line"]
        assert lines.fillna(-1).tolist() == [0.4, 0.2, -1, 0.15, -1]
