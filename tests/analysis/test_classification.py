"""Kinds of overstock: each rule on one hand-made style, sums that add up, and the planted kinds of a whole shop."""

import numpy as np
import pandas as pd
import pytest

from destock.analysis import classification
from destock.model.assumptions import assumed

TODAY = pd.Timestamp("2026-06-07")
NUMBERS = assumed()


def style(item: str, **columns) -> dict:
    """A style of the running season that sells as it should; each test changes what it is about."""
    usual = {
        "item": item, "category": "dress", "tier": "push", "season": "2026SS", "exit_date": pd.Timestamp("2026-08-31"), "age": 10.0, "on_hand": 100.0, "damaged": 0.0,
        "on_order": 0.0, "on_hand_cost": 500.0, "damaged_cost": 0.0, "mean_cost": 5.0, "remaining": 60.0, "net_units": 200.0, "sold_units": 300.0, "undone_units": 100.0,
        "returns": 80.0, "quality_returns": 2.0, "received": 300.0, "sell_through": 0.66, "fail_line": 0.30, "exposures": 10_000.0, "clicks": 300.0, "in_stock_share": 0.95,
        "lead_time_days": 14.0, "last_sale": pd.Timestamp("2026-05-25"), "category_rate": 10.0,
    }  # fmt: skip
    return usual | columns


def core(item: str, **columns) -> dict:
    return style(item, season=None, exit_date=pd.NaT, age=60.0, fail_line=np.nan, remaining=np.nan) | columns


RATES = pd.DataFrame({"item": list("abcdef"), "rate": 10.0, "rate_sd": 4.0, "in_stock_recent": 1.0})


def excess(*rows: dict, rates: pd.DataFrame = RATES) -> pd.DataFrame:
    return classification.excess(pd.DataFrame(rows), rates, NUMBERS)


def kinds(*rows: dict, rates: pd.DataFrame = RATES) -> dict[str, str]:
    classes = classification.classify(excess(*rows, rates=rates), TODAY, NUMBERS)
    return dict(zip(classes["item"], classes["class"], strict=True))


class TestExcess:
    def test_seasonal_is_what_will_not_sell_until_the_exit(self):
        assert excess(style("a"))["excess_units"].tolist() == [40]

    def test_what_is_on_order_is_too_much_first(self):
        row = excess(style("a", on_order=30.0)).iloc[0]
        assert (row["excess_on_order"], row["excess_on_hand"]) == (30, 40)
        row = excess(style("a", on_hand=50.0, on_order=30.0)).iloc[0]
        assert (row["excess_on_order"], row["excess_on_hand"]) == (20, 0)

    def test_core_is_what_exceeds_lead_time_review_cover_and_safety(self):
        """Rate 20, sd 12, lead 2, review 1, cover 8: safety 34.19, ceiling 254.19, excess of 900 = 645.81."""
        rates = RATES.assign(rate=20.0, rate_sd=12.0)
        row = excess(core("a", on_hand=900.0), rates=rates).iloc[0]
        assert row["excess_units"] == pytest.approx(645.81, abs=5e-3)
        assert row["weeks_of_supply"] == 45

    def test_damaged_units_are_excess_as_they_are(self):
        assert excess(style("a", on_hand=10.0, damaged=7.0))["excess_units"].tolist() == [7]

    def test_unknown_stock_stays_unknown(self):
        assert excess(style("a", on_hand=np.nan))["excess_units"].isna().all()


class TestClasses:
    def test_a_season_that_is_over(self):
        assert kinds(style("a", exit_date=pd.Timestamp("2026-02-28"), remaining=0.0)) == {"a": "out of season"}

    def test_a_season_with_almost_nothing_left_to_sell(self):
        assert kinds(style("a", remaining=4.0)) == {"a": "out of season"}

    def test_far_below_the_pace_of_past_styles(self):
        assert kinds(style("a", sell_through=0.1)) == {"a": "misjudged"}

    def test_not_shown_is_not_misjudged(self):
        rows = [style(i) for i in "bcdef"]
        assert kinds(style("a", sell_through=0.1, exposures=10.0), *rows)["a"] == "too early"

    def test_out_of_stock_is_not_misjudged(self):
        assert kinds(style("a", sell_through=0.1, in_stock_share=0.5)) == {"a": "over-bought"}

    def test_two_weeks_on_sale_is_too_early(self):
        assert kinds(style("a", sell_through=0.1, age=1.0)) == {"a": "too early"}

    def test_a_core_style_that_sells_slowly(self):
        assert kinds(core("a", on_hand=900.0)) == {"a": "slow"}

    def test_a_style_that_comes_back_with_flaws(self):
        rows = [style(i, quality_returns=0.0) for i in "bcdef"]
        assert kinds(style("a", quality_returns=60.0), *rows)["a"] == "defective"

    def test_damaged_units_are_defective_beside_the_good_ones(self):
        classes = classification.classify(excess(style("a", damaged=7.0, damaged_cost=35.0)), TODAY, NUMBERS)
        assert classes[["class", "units", "cost"]].to_numpy().tolist() == [["over-bought", 40, 200], ["defective", 7, 35]]

    def test_no_age_cannot_be_classified(self):
        assert kinds(style("a", age=np.nan)) == {"a": "unclassifiable"}

    def test_other_rules_that_hold_are_named(self):
        rows = [style(i, quality_returns=0.0) for i in "bcdef"]
        classes = classification.classify(excess(style("a", quality_returns=60.0, sell_through=0.1), *rows), TODAY, NUMBERS)
        assert classes.set_index("item").loc["a", "also"] == "misjudged"

    def test_units_and_cost_add_up_to_all_excess(self):
        rng = np.random.default_rng(3)
        rows = [style(f"s{n}", sell_through=rng.random(), age=float(rng.integers(0, 30)), on_hand=float(rng.integers(0, 300)), damaged=float(rng.integers(0, 9)),
                      damaged_cost=1.0, exposures=float(rng.integers(0, 9_000))) for n in range(200)]  # fmt: skip
        frame = excess(*rows)
        total = classification.by_class(classification.classify(frame, TODAY, NUMBERS))
        assert total["units"].sum() == pytest.approx(frame["excess_units"].sum())

    def test_money_scales_and_units_do_not(self):
        rows = [style("a", sell_through=0.1), style("b", damaged=3.0, damaged_cost=15.0)]
        dear = [row | {k: row[k] * 7 for k in ("on_hand_cost", "damaged_cost", "mean_cost")} for row in rows]
        cheap, costly = (classification.by_class(classification.classify(excess(*r), TODAY, NUMBERS)) for r in (rows, dear))
        assert (costly["cost"] == 7 * cheap["cost"]).all()
        assert (costly["units"] == cheap["units"]).all()

    def test_an_empty_shop_has_every_class_and_no_units(self):
        total = classification.by_class(classification.classify(excess(style("a", on_hand=0.0)), TODAY, NUMBERS))
        assert total["class"].tolist() == list(classification.CLASSES)
        assert total["units"].sum() == 0


def test_dead_is_stock_without_a_sale_for_a_quarter():
    frame = excess(
        style("a"),
        style("b", last_sale=pd.Timestamp("2026-02-02"), age=30.0),
        style("c", last_sale=pd.NaT, age=30.0),
        style("d", last_sale=pd.NaT, age=3.0),
    )
    assert classification.dead(frame, TODAY, NUMBERS).tolist() == [False, True, True, False]


def test_share_of_skus_moving():
    week = pd.Timestamp("2026-06-01")
    rows = [("a", 0, 5, 7), ("b", 0, 0, 7), ("c", 0, 0, 0), ("a", 5, 0, 7), ("b", 5, 2, 7)]
    sku_week = pd.DataFrame(
        [
            {
                "sku": s,
                "week": week - pd.Timedelta(weeks=w),
                "complete": True,
                "sold_units": u,
                "days_in_stock": d,
                "stock_basis": "counted",
            }
            for s, w, u, d in rows
        ]
    )
    moving = classification.moving_share(sku_week)
    assert moving[["moving", "on_sale", "share"]].to_numpy().tolist() == [[1, 2, 0.5], [1, 2, 0.5]]
    assert moving["period_end"].iloc[0] == TODAY


def test_nobody_can_say_what_moves_where_stock_is_unknown():
    sku_week = pd.DataFrame(
        {"sku": ["a"], "week": [TODAY], "complete": True, "sold_units": 1.0, "days_in_stock": np.nan, "stock_basis": "unknown"}
    )
    assert classification.moving_share(sku_week).empty


def test_planted_kinds_of_a_small_shop_are_found():
    """The short form of the full table in tests/evidence: one small shop, so wider bars."""
    from tests.evidence.classification import rates, study

    table = rates(study([101], styles=150).groupby("kind")[["planted", "found", "hits"]].sum())
    assert table.loc["all", "recall"] > 0.80
    assert (table.loc[["out of season", "misjudged", "slow", "defective"], "recall"] > 0.60).all()
