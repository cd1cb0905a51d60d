"""One markdown test read by the day."""

import numpy as np
import pandas as pd
import pytest

from destock.analysis.elasticity import readout
from destock.model.assumptions import assumed
from destock.model.proceeds import Proceeds

DECISION = pd.Timestamp("2025-05-05")
ASSUMED, SALE = assumed(), Proceeds({"net": 0.26})


def one_test(
    uplift: float, rate: float, items: int = 2
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    days = pd.date_range(DECISION - pd.Timedelta(days=28), periods=49)
    names = [f"s{n}" for n in range(items)]
    grid = pd.MultiIndex.from_product([names, days], names=["item", "day"]).to_frame(index=False)
    cut = (grid["item"] == "s0") & (grid["day"] >= DECISION)
    units, price = np.where(cut, rate * uplift, rate), np.where(cut, 85.0, 90.0)
    item_day = grid.assign(
        sold_units=units, revenue=units * price, paid_value=units * price, experiment=None, arm=None
    )
    tests = {
        "experiment": "T",
        "item": names,
        "arm": ["cut", *["control"] * (items - 1)],
        "decision_date": DECISION,
        "window_end": days[-1],
    }
    return (
        item_day,
        pd.DataFrame(tests),
        pd.DataFrame({"item": names, "name": names, "mean_cost": 50.0}),
    )


def read(uplift: float, rate: float) -> pd.Series:
    return readout.read(*one_test(uplift, rate), SALE, ASSUMED).iloc[0]


class TestRead:
    def test_by_hand(self):
        row = read(1.31, 20.0)
        assert (row["days_before"], row["days_after"]) == (28, 21)
        assert (row["sold_units_before"], row["sold_units_after"], row["uplift"]) == pytest.approx(
            (20, 26.2, 1.31)
        )
        assert (row["gross_profit_before"], row["gross_profit_after"]) == pytest.approx((800, 917))
        assert row["gross_profit_change"] == pytest.approx(117)
        assert row["control_uplift"] == pytest.approx(1.0)

    def test_one_style_with_a_third_more_is_no_evidence(self):
        assert not read(1.31, 20.0)["evidence"]

    def test_one_style_with_five_times_as_much_is(self):
        assert read(5.0, 20.0)["evidence"]

    def test_controls_have_no_row_of_their_own(self):
        assert readout.read(*one_test(1.3, 5.0, items=4), SALE, ASSUMED)["item"].tolist() == ["s0"]

    def test_a_style_that_sold_nothing_before_has_no_uplift(self):
        item_day, tests, now = one_test(1.3, 5.0)
        item_day.loc[item_day["day"] < DECISION, "sold_units"] = 0.0
        row = readout.read(item_day, tests, now, SALE, ASSUMED).iloc[0]
        assert np.isnan(row["uplift"])
        assert not row["evidence"]

    def test_no_test_is_an_empty_frame(self):
        item_day, tests, now = one_test(1.3, 5.0)
        assert readout.read(item_day, tests.iloc[:0], now, SALE, ASSUMED).empty


def test_the_interval_holds_what_noise_alone_does():
    """Two weeks before and after, no change of price: the ratio lies inside as often as it says."""
    rng, rate, inside = np.random.default_rng(4), 140.0, []
    for _ in range(2_000):
        shock = np.zeros(4)
        shock[0] = rng.normal(0, 0.3)
        for week in range(1, 4):
            shock[week] = 0.6 * shock[week - 1] + rng.normal(0, 0.24)
        units = rng.poisson(rate * np.exp(shock) * rng.gamma(8, 1 / 8, 4))
        low, high = readout.noise_interval(units[2:].sum() / units[:2].sum(), rate, 2, 2, ASSUMED)
        inside.append(low <= 1 <= high)
    assert 0.92 < np.mean(inside) < 0.98
