"""The weeks ahead: how many units, at which prices, and how far off that may be."""

import numpy as np
import pandas as pd
import pytest

from destock.analysis.clearance import coming

TODAY = pd.Timestamp("2026-06-07")
NO_PATH = pd.DataFrame({"item": [], "week": [], "share": [], "week_end": []}).astype(
    {"item": str, "week": int, "share": float, "week_end": "datetime64[us]"}
)


class TestComing:
    def test_a_season_sells_what_remains_as_its_path_runs_on(self):
        frame = pd.DataFrame(
            {
                "item": ["a"],
                "exit_date": TODAY + pd.Timedelta(days=21),
                "remaining": 60.0,
                "rate": 5.0,
            }
        )
        path = pd.DataFrame(
            {
                "item": "a",
                "week": [1, 2, 3, 4],
                "share": [0.4, 0.7, 0.9, 1.0],
                "week_end": TODAY + pd.to_timedelta([0, 7, 14, 21], unit="D"),
            }
        )
        found = coming.coming_weeks(frame, path, TODAY)
        assert found.loc["a", :3].tolist() == pytest.approx([30, 20, 10, 0])

    def test_core_styles_go_on_and_a_season_without_a_path_is_even(self):
        frame = pd.DataFrame(
            {
                "item": ["a", "b", "c"],
                "exit_date": [pd.NaT, TODAY + pd.Timedelta(days=14), pd.NaT],
                "remaining": [np.nan, 8.0, np.nan],
                "rate": [5.0, 1.0, np.nan],
            }
        )
        found = coming.coming_weeks(frame, NO_PATH, TODAY)
        assert found.loc["a"].eq(5).all()
        assert found.loc["b", :3].tolist() == [4, 4, 0, 0]
        assert found.loc["c"].isna().all()  # nobody knows: not nothing


class TestPrices:
    ITEMS = pd.DataFrame({"item": ["a", "b"], "exit_date": [TODAY, pd.NaT]})

    def usual(self, *paid: float) -> pd.Series:
        """Style a, 40 units a week at a tag of 10, in the weeks up to its exit."""
        weeks = TODAY - pd.to_timedelta(6 + 7 * np.arange(len(paid))[::-1], unit="D")
        rows = pd.DataFrame({"item": "a", "week": weeks, "sold_units": 40.0, "sold_at_tag": 400.0})
        rows["paid_value"] = 400.0 * np.array(paid)
        return coming.usual_prices(rows, self.ITEMS)

    def test_prices_fall_as_they_did_before_and_never_rise(self):
        usual = self.usual(0.9, 0.6, 0.7)
        assert usual.loc[[-3, -2, -1, 0, 50]].tolist() == pytest.approx([0.9, 0.6, 0.6, 0.6, 0.6])

    def test_of_today_it_is_the_price_lately_paid(self):
        usual = self.usual(0.8, 0.6, 0.4)
        rows = pd.DataFrame({"exit_date": [TODAY + pd.Timedelta(days=14), pd.NaT]})
        path = coming.price_path(rows, usual, TODAY)
        assert path[0, :3].tolist() == pytest.approx([0.6 / 0.8, 0.4 / 0.8, 0.4 / 0.8])
        assert (path[1] == 1).all()

    def test_a_shop_without_a_past_keeps_its_prices(self):
        nothing = pd.DataFrame(
            {"item": [], "week": [], "paid_value": [], "sold_at_tag": [], "sold_units": []}
        ).astype({"item": str, "week": "datetime64[us]"})
        assert (coming.usual_prices(nothing, self.ITEMS) == 1).all()


class TestAfterExit:
    def styles(self, **columns) -> pd.DataFrame:
        count = len(columns["net_units"])
        return pd.DataFrame(
            {
                "item": [f"s{number}" for number in range(count)],
                "exit_date": TODAY - pd.Timedelta(days=90),
                "weeks_on_sale": 20.0,
                "in_stock_recent": 1.0,
                "rate": 9.0,
            }
            | columns
        )

    def found(self, styles: pd.DataFrame, lately: list[float]) -> list[float]:
        rates = styles[["item"]].assign(rate=lately)
        return coming.after_exit(styles, rates, TODAY).tolist()

    def test_styles_that_differ_by_chance_alone_sell_what_is_usual(self):
        """Alike in their lives, and lately 1 or 2 units in eight weeks: about 1.5 of each."""
        lately = [1 / 8, 2 / 8] * 20
        found = self.found(self.styles(net_units=[100.0] * 40), lately)
        assert found == pytest.approx([1.5 / 8] * 40, rel=0.02)

    def test_styles_that_differ_much_keep_their_own(self):
        lately = [0.0, 40 / 8] * 20
        found = self.found(self.styles(net_units=[100.0] * 40), lately)
        assert found[0] < 0.05 * 2.5 + 1e-9  # a twentieth of what is usual
        assert found[1] > 4.5

    def test_the_sums_agree_and_what_sold_more_in_its_life_sells_more_now(self):
        lately = [2 / 8] * 20
        found = self.found(self.styles(net_units=[50.0, 150.0] * 10), lately)
        assert found[1] > found[0]
        assert sum(found) == pytest.approx(20 * 2 / 8, rel=0.1)

    def test_a_running_style_keeps_its_rate(self):
        styles = self.styles(net_units=[100.0], exit_date=TODAY + pd.Timedelta(days=5))
        assert self.found(styles, [1.0]) == [9.0]


class TestShelf:
    ROWS = pd.DataFrame({"item": ["a", "b"], "units": [30.0, 7.0]})

    def test_customers_want_what_they_bought_and_what_was_bought_for_them(self):
        """Of size 1 sold 80 of 100; bought in equal parts, which counts as 20 more."""
        skus = pd.DataFrame(
            {
                "sku": ["a1", "a2", "b1"],
                "item": ["a", "a", "b"],
                "on_hand": [0.0, 30.0, 7.0],
                "received": [50.0, 50.0, 9.0],
                "sold_units": [80.0, 20.0, 0.0],
            }
        )
        shelf = coming.on_the_shelf(self.ROWS, skus)
        assert shelf.units.tolist() == [[0, 30], [7, 0]]
        assert shelf.share.tolist() == [[90 / 120, 30 / 120], [1, 0]]

    def test_sizes_that_do_not_add_up_to_the_style_are_not_believed(self):
        skus = pd.DataFrame(
            {
                "sku": ["a1", "b1"],
                "item": ["a", "b"],
                "on_hand": [12.0, 7.0],
                "received": np.nan,
                "sold_units": np.nan,
            }
        )
        shelf = coming.on_the_shelf(self.ROWS, skus)
        assert shelf.total.tolist() == [30, 7]
        assert shelf.share.tolist() == [[1], [1]]


class TestCases:
    def test_levels_average_one_and_are_as_far_apart_as_is_known(self):
        level, _ = coming.cases(np.array([0.0, 0.3, np.nan]), np.full(3, -2.0), np.zeros(3))
        assert level.mean(axis=0).tolist() == pytest.approx([1, 1, 1])
        assert level.std(axis=0).tolist() == pytest.approx([0, 0.3, 0], abs=0.02)

    def test_every_level_meets_every_answer(self):
        level, answer = coming.cases(np.array([0.3]), np.array([-2.0]), np.array([0.5]))
        assert len(level) == coming.LEVELS * coming.ANSWERS
        assert len({*zip(level[:, 0], answer[:, 0], strict=True)}) == len(level)
        assert np.corrcoef(level[:, 0], answer[:, 0])[0, 1] == pytest.approx(0, abs=1e-9)
        assert answer.mean() == pytest.approx(-2)
        assert answer.std() == pytest.approx(0.5)

    def test_the_spread_is_what_is_known_of_the_units_to_come(self):
        rows = pd.DataFrame(
            {
                "remaining": [50.0, np.nan, 0.0],
                "remaining_sd": [10.0, 0.0, 0.0],
                "rate": [9.0, 4.0, 2.0],
                "rate_sd": [1.0, 8**0.5, np.nan],
            }
        )
        assert coming.spread_of_level(rows)[:2].tolist() == pytest.approx([0.2, 0.25])
        assert np.isnan(coming.spread_of_level(rows)[2])


def test_core_units_are_wanted_when_all_before_them_have_gone():
    rows = pd.DataFrame(
        {
            "on_hand": [30.0, 30.0],
            "on_order": [20.0, 20.0],
            "excess_on_order": [10.0, 10.0],
            "rate": [5.0, 5.0],
            "exit_date": [pd.NaT, TODAY],
        }
    )
    found = coming.wanted_in(rows)
    assert found[0] == 9.0
    assert np.isnan(found[1])
