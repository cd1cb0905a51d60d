"""Usable, use with care, or not from these data – and why."""

import numpy as np
import pandas as pd
import pytest
from tests.evidence.markdown_worlds import CELLS, TRUE, simulate

from destock.analysis.elasticity import checks, estimators, experiments, verdict


def parts(cell: str, seed: int = 1) -> tuple[pd.DataFrame, pd.DataFrame]:
    data = simulate(CELLS[cell], seed)
    return experiments.weeks_of_tests(
        data["item_week"], data["experiment"], data["item_now"]
    ), estimators.panel_weeks(data["item_week"], data["item_now"])


def told(tests: pd.DataFrame, weeks: pd.DataFrame) -> pd.Series:
    return verdict.answer(tests, weeks).iloc[0]


class TestUsable:
    @pytest.mark.parametrize("cell", ["randomised", "hold-out"])
    def test_a_recorded_lot(self, cell):
        found = told(*parts(cell))
        assert (found["verdict"], found["reason"], found["estimator"]) == (
            "usable",
            "randomised",
            "randomised test",
        )
        assert found["low"] < TRUE < found["high"]
        assert found["controls"] > 0

    def test_categories_share_what_they_do_not_know(self):
        found = verdict.answer(*parts("randomised")).set_index("group")
        assert found.index.tolist() == ["all", "c0", "c1", "c2", "new category"]
        assert found.loc[["c0", "c1", "c2"], "elasticity"].between(-3.5, -1).all()
        assert found.loc["new category", "estimator"] == "the shop's other categories"

    def test_order_of_rows_does_not_matter(self):
        tests, weeks = parts("randomised", 4)
        pd.testing.assert_frame_equal(
            verdict.answer(tests, weeks),
            verdict.answer(tests.sample(frac=1, random_state=1), weeks),
        )


class TestWithCare:
    def test_arms_that_differed_before(self):
        tests, weeks = parts("randomised")
        drifting = (tests["arm"] == "cut") & ~tests["treated"]
        tests["sold_units"] = np.where(
            drifting,
            np.round(tests["sold_units"] * np.exp(0.5 * tests["week_of_test"] + 2)),
            tests["sold_units"],
        )
        found = told(tests, weeks)
        assert (found["verdict"], found["reason"]) == ("use with care", verdict.UNBALANCED)

    def test_stock_that_ran_out(self):
        tests, weeks = parts("randomised")
        tests.loc[tests["week_of_test"] % 2 == 0, "in_stock"] = 0.5
        assert verdict.CENSORED in told(tests, weeks)["reason"]

    def test_an_interval_too_wide_to_act_on(self):
        tests, weeks = parts("randomised, sparse")
        few = tests["item"].isin(sorted(tests["item"].unique())[:25])
        found = told(tests[few], weeks)
        assert found["std_error"] > verdict.LEAST_SURE
        assert (found["verdict"], found["reason"]) == ("use with care", verdict.UNSURE)

    @pytest.mark.parametrize("cell", ["rule, transient shocks", "rule, both"])
    def test_without_a_recorded_lot_a_manager_may_have_known(self, cell):
        found = told(*parts(cell))
        assert found["verdict"] == "use with care"
        assert found["reason"].startswith(verdict.MANAGER)

    def test_estimates_that_disagree_name_the_timing(self):
        def named(cell: str) -> float:
            return np.mean(
                [
                    verdict.TIMING in told(tests.iloc[:0], weeks)["reason"]
                    for tests, weeks in (parts(cell, seed) for seed in range(1, 11))
                ]
            )

        assert named("rule, both") >= 0.5
        assert named("randomised") <= 0.2

    def test_a_lot_that_nobody_recorded_is_not_usable(self):
        tests, weeks = parts("randomised")
        assert told(tests.iloc[:0], weeks)["verdict"] == "use with care"

    def test_exposure_that_moved_with_the_price(self):
        tests, weeks = parts("rule, transient shocks")
        pushed = weeks.assign(
            exposures=np.round(1000 * np.exp(-2 * (weeks["log_price"] - weeks["log_price"].max())))
        )
        steady = weeks.assign(exposures=1000.0 + (weeks.index % 7))
        assert verdict.EXPOSURE in told(tests, pushed)["reason"]
        assert verdict.EXPOSURE not in told(tests, steady)["reason"]


class TestNotFromTheseData:
    def refused(self, weeks: pd.DataFrame, reason: str) -> None:
        found = told(parts("private")[0], weeks)
        assert found["verdict"] == "not from these data"
        assert found["reason"].split("; ")[0] == reason
        assert np.isnan(found["elasticity"])

    def test_nothing_to_read(self):
        self.refused(parts("private")[1].iloc[:0], verdict.NO_TEST)

    def test_one_price(self):
        self.refused(parts("private")[1].assign(log_price=0.0), verdict.NEVER_MOVED)

    def test_prices_that_hardly_differ(self):
        weeks = parts("private")[1]
        self.refused(
            weeks.assign(log_price=0.1 * (weeks["log_price"] - weeks["log_price"].max())),
            verdict.TOO_NARROW,
        )

    def test_too_few_items(self):
        weeks = parts("private")[1]
        self.refused(weeks[weeks["item"] < "s015"], verdict.TOO_FEW)

    def test_a_price_that_follows_from_the_age(self):
        weeks = parts("private")[1]
        self.refused(weeks.assign(log_price=-0.05 * weeks["age_week"]), verdict.COLLINEAR)

    def test_one_price_that_moved_among_many_items(self):
        weeks = parts("private")[1]
        moved = (weeks["item"] == weeks["item"].min()) & (weeks["age_week"] >= 8)
        self.refused(weeks.assign(log_price=np.where(moved, -3.0, 0.0)), verdict.TOO_THIN)

    def test_no_four_weeks_in_a_row(self):
        weeks = parts("private")[1]
        self.refused(weeks.assign(price_3=np.nan), verdict.TOO_THIN)

    def test_fewer_weeks_with_sales_than_effects(self):
        """Two items were cut; of the fifty, each sold in one week alone."""
        tests, weeks = parts("private")
        weeks = weeks.assign(sold_units=np.where(weeks.groupby("item").cumcount() == 5, 1.0, 0.0))
        self.refused(weeks, verdict.TOO_THIN)
        assert checks.compare(tests, weeks)["std_error"].gt(0).all()

    def test_many_items_of_which_few_say_anything(self):
        weeks = parts("private")[1]
        self.refused(
            weeks.assign(price_3=weeks["price_3"].where(weeks["item"] < "s015")), verdict.TOO_FEW
        )

    def test_nothing_sold(self):
        self.refused(parts("private")[1].assign(sold_units=0.0), verdict.NO_SALES)

    def test_prices_only_seen_in_what_was_paid(self):
        self.refused(parts("private")[1].assign(list_price=np.nan), verdict.PAID_ONLY)

    def test_published_studies_are_labelled_as_such(self):
        found = verdict.answer(parts("private")[0], parts("private")[1].iloc[:0]).iloc[-1]
        assert (found["group"], found["verdict"], found["estimator"], found["elasticity"]) == (
            "new category",
            "not from these data",
            "published studies",
            -2.6,
        )


class TestAround:
    def test_a_lot_shows_no_difference_before_and_the_answer_after(self):
        frame, p = checks.event_study(*parts("randomised"))
        assert p > 0.001
        assert frame.loc[frame["week_of_test"] >= 0, "uplift"].min() > 0.2
        assert frame.loc[
            frame["week_of_test"] == -1, ["uplift", "low", "high"]
        ].to_numpy().tolist() == [[0, 0, 0]]

    def test_a_check_of_the_weeks_before_is_no_licence(self):
        """Under a rule item effects are off by one; the check still passes most of the time."""
        passed = [
            checks.event_study(tests.iloc[:0], weeks)[1] > 0.05
            for tests, weeks in (parts("rule, both", seed) for seed in range(1, 11))
        ]
        assert np.mean(passed) > 0.5

    def test_nothing_to_show(self):
        tests, weeks = parts("private")
        frame, p = checks.event_study(tests, weeks.assign(log_price=0.0))
        assert frame.empty
        assert np.isnan(p)

    def test_a_week_in_which_one_item_was_cut_has_no_interval(self):
        tests, weeks = parts("randomised")
        alone = tests["item"] == tests.loc[tests["arm"] == "cut", "item"].min()
        frame, p = checks.event_study(
            tests[(tests["arm"] != "cut") | alone | (tests["week_of_test"] < 0)], weeks
        )
        known = frame.set_index("week_of_test")["low"].notna()
        assert known[known.index < 0].all()
        assert not known[known.index >= 0].any()
        assert 0 < p < 1

    def test_total_is_exposure_and_conversion(self):
        tests, _ = parts("randomised")
        shown = tests.assign(
            exposures=np.round(5000 * np.exp(-0.6 * (tests["log_price"] - np.log(100))))
        )
        found = checks.by_traffic(shown).set_index("part")["elasticity"]
        assert found["exposure"] == pytest.approx(-0.6, abs=1e-3)
        assert found["total"] == pytest.approx(found["exposure"] + found["conversion"], abs=0.1)
        assert checks.by_traffic(tests).empty

    def test_every_way_is_shown(self):
        assert checks.compare(*parts("randomised"))["estimator"].tolist() == list(
            estimators.ESTIMATORS
        )
