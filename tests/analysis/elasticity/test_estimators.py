"""Reading a shop's weeks: planted elasticities come back, naive readings miss them, published data
are met to the digit.
"""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tests.evidence.markdown_worlds import CELLS, TRUE, Cell, simulate

from destock.analysis.elasticity import estimators, pooling

CHEESE = Path(__file__).parents[4] / "shared" / "data" / "cheese" / "cheese.csv"


def weeks(cell: Cell | str, seed: int) -> pd.DataFrame:
    data = simulate(CELLS[cell] if isinstance(cell, str) else cell, seed)
    return estimators.panel_weeks(data["item_week"], data["item_now"])


class TestPanelWeeks:
    def tiny(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        week = pd.date_range("2025-01-06", periods=6, freq="7D")
        sold, price = [4.0, 6, 2, 0, 5, 1], [10.0, 10, 10, 8, 8, 8]
        rows = pd.DataFrame(
            {
                "item": "a",
                "week": week,
                "complete": True,
                "age_week": range(6),
                "sold_units": sold,
                "price": price,
                "list_price": price,
            }
        )
        return rows.assign(list_prices=1, in_stock_share=1.0), pd.DataFrame(
            {"item": ["a"], "category": ["dress"], "received": [50.0]}
        )

    def test_history_is_what_was_known_before_the_week(self):
        row = estimators.panel_weeks(*self.tiny()).set_index("age_week").loc[4]
        assert np.exp(
            row[["last", "recent", "cumulative", "bought"]].astype(float)
        ).tolist() == pytest.approx([0.5, 8.5, 12.5, 50])
        assert np.exp(
            row[["price_1", "price_2", "price_3"]].astype(float)
        ).tolist() == pytest.approx([8, 10, 10])

    def test_weeks_without_stock_at_two_prices_or_running_are_left_out(self):
        rows, now = self.tiny()
        rows.loc[0, "in_stock_share"], rows.loc[1, "list_prices"], rows.loc[5, "complete"] = (
            0.0,
            2,
            False,
        )
        assert estimators.panel_weeks(rows, now)["age_week"].tolist() == [2, 3, 4]

    def test_the_future_changes_no_week_before_it(self):
        rows, now = self.tiny()
        later = rows.assign(sold_units=rows["sold_units"].where(rows["age_week"] < 4, 99.0))
        columns = ["log_price", *estimators.HISTORY]
        pd.testing.assert_frame_equal(
            estimators.panel_weeks(rows, now)[columns].head(5),
            estimators.panel_weeks(later, now)[columns].head(5),
        )

    def test_a_location_is_a_unit_of_its_own(self):
        rows, now = self.tiny()
        both = pd.concat(
            [rows.assign(location="east"), rows.assign(location="west", sold_units=0.0)]
        )
        found = estimators.panel_weeks(both, now)
        assert found["unit"].unique().tolist() == ["a east", "a west"]
        assert found.loc[found["unit"] == "a west", "cumulative"].max() == pytest.approx(
            np.log(0.5)
        )


class TestPlanted:
    def test_a_randomised_world_gives_the_planted_elasticity(self):
        found = [
            estimators.fixed_effects(weeks("randomised", seed)).slopes[0] for seed in range(1, 9)
        ]
        assert np.mean(found) == pytest.approx(TRUE, abs=4 * np.std(found) / np.sqrt(8))

    def test_under_a_rule_history_helps_and_item_effects_mislead(self):
        both = [
            (
                estimators.fixed_effects(rows).slopes[0],
                estimators.history_conditioned(rows).slopes[0],
            )
            for rows in (weeks("rule, both", s) for s in range(1, 9))
        ]
        same, alike = np.mean(both, axis=0) - TRUE
        assert same < -0.6
        assert abs(alike) < 0.4

    def test_a_history_that_is_the_same_everywhere_is_left_out(self):
        rows = weeks("rule, both", 2)
        same, without = (
            estimators.history_conditioned(rows.assign(bought=5.0)),
            estimators.history_conditioned(rows.assign(bought=np.nan)),
        )
        assert same.slopes[0] == pytest.approx(without.slopes[0], abs=1e-8)

    def test_the_usual_ways_miss_it(self):
        rows = weeks("rule, both", 3)
        assert estimators.log_log(rows).slopes[0] > TRUE + 1
        assert estimators.before_after(rows) is not None

    def test_time_out_of_stock_is_not_taken_for_low_demand(self):
        rows = weeks("randomised", 5)
        short = rows["log_price"] < rows["log_price"].max()
        half = rows.assign(
            in_stock=np.where(short, 0.5, 1.0),
            sold_units=np.where(short, rows["sold_units"] / 2, rows["sold_units"]),
        )
        whole = estimators.fixed_effects(rows)
        assert estimators.fixed_effects(half).slopes == pytest.approx(
            whole.slopes, abs=whole.std_error[0]
        )
        assert estimators.fixed_effects(half.assign(in_stock=1.0)).slopes > whole.slopes + 1

    def test_nothing_to_say_is_none(self):
        rows = weeks("randomised", 1)
        flat = rows.assign(log_price=0.0)
        assert estimators.log_log(flat) is None
        assert estimators.before_after(flat) is None
        assert estimators.history_conditioned(rows[rows["age_week"] < 2]) is None


class TestNothingThatCouldBeWrong:
    """Two points make a line, and two equal slopes a mean, without any error: what seems certain is
    not known.
    """

    def cut(self, after: list[float]) -> pd.DataFrame:
        """Items that sold eight a week for two weeks, and ``after`` in the two at half the
        price.
        """
        week = pd.date_range("2025-01-06", periods=4, freq="7D")
        parts = [
            pd.DataFrame(
                {
                    "item": f"a{n}",
                    "week": week,
                    "sold_units": [8, 8, sold, sold],
                    "log_price": np.log([10, 10, 5, 5]),
                }
            )
            for n, sold in enumerate(after)
        ]
        return pd.concat(parts, ignore_index=True)

    def test_a_line_through_every_point(self):
        assert estimators.log_log(self.cut([16.0, 16.0])) is None
        assert estimators.log_log(self.cut([16.0, 12.0])).std_error[0] > 0

    def test_a_line_through_the_middle_of_two_items(self):
        """Each at its own price all the time: the line meets both means, and the scores of both
        clusters are nothing.
        """
        rows = self.cut([3.0, 3.0]).assign(
            log_price=lambda d: np.log([10] * 4 + [20] * 4), sold_units=[8, 6, 5, 7, 3, 4, 2, 3]
        )
        assert estimators.log_log(rows) is None

    def test_items_that_agree_to_the_last_unit(self):
        assert estimators.before_after(self.cut([16.0, 16.0])) is None
        assert estimators.before_after(self.cut([16.0])) is None
        assert estimators.before_after(self.cut([16.0, 32.0])).slopes[0] == pytest.approx(-1.5)


@pytest.mark.skipif(not CHEESE.is_file(), reason="the published file is not on this machine")
class TestCheese:
    """Weekly price, volume and display of one cheese at 88 retailers."""

    def rows(self) -> pd.DataFrame:
        frame = pd.read_csv(CHEESE).rename(columns={"store": "item", "vol": "sold_units"})
        return frame.assign(log_price=np.log(frame["price"]))

    @pytest.mark.parametrize(
        ("regressors", "effect", "slopes"),
        [
            (["log_price"], "item", [-2.644]),
            (["log_price", "disp"], "item", [-2.532, 0.185]),
            (["log_price"], None, [-1.332]),
            (["log_price", "disp"], None, [-1.138]),
        ],
    )
    def test_published_slopes(self, regressors, effect, slopes):
        found = estimators.log_log(self.rows(), regressors, effect).slopes
        assert found[: len(slopes)] == pytest.approx(slopes, abs=5e-4)

    def test_published_error_has_no_correction_for_few_clusters(self):
        found = estimators.log_log(self.rows(), ["log_price"], "item")
        assert found.std_error[0] / np.sqrt(88 / 87) == pytest.approx(0.150, abs=5e-4)

    def test_no_positive_slope_is_left_after_drawing_together(self):
        own, variance = np.array([self.one(part) for _, part in self.rows().groupby("item")]).T
        assert (own.min().round(1), own.max().round(1), (own > 0).sum(), own.mean().round(2)) == (
            -13.4,
            9.3,
            2,
            -2.36,
        )
        assert (pooling.shrink(own, variance)["elasticity"] < 0).all()

    def one(self, part: pd.DataFrame) -> tuple[float, float]:
        """Least squares of one retailer on price and display; some never displayed."""
        x = np.column_stack([part["log_price"], part["disp"], np.ones(len(part))])
        y = np.log(part["sold_units"])
        slopes, _, rank, _ = np.linalg.lstsq(x, y, rcond=None)
        variance = (
            ((y - x @ slopes) ** 2).sum() / (len(part) - rank) * np.linalg.pinv(x.T @ x)[0, 0]
        )
        return slopes[0], variance
