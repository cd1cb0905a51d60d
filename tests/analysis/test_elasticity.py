"""Price: a planted elasticity is recovered with honest intervals; what cannot be known is refused."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf

from destock.analysis import elasticity

DECISION = pd.Timestamp("2025-05-05")
TRUE = -2.0


def world(seed: int, items: int = 60, beta: float = TRUE, level: float = 20.0, cut: float = 0.2) -> dict[str, pd.DataFrame]:
    """A randomised test: half of the items keep their price; shocks shared by all weeks of an item are serially correlated."""
    rng = np.random.default_rng(seed)
    weeks = pd.date_range(DECISION - pd.Timedelta(weeks=6), periods=10, freq="7D")
    names = [f"item{n:03d}" for n in range(items)]
    treated = rng.permutation(items) < items // 2
    shocks = np.zeros((items, len(weeks)))
    for w in range(1, len(weeks)):
        shocks[:, w] = 0.6 * shocks[:, w - 1] + rng.normal(0, 0.3 * np.sqrt(1 - 0.36), items)
    price = np.where(treated[:, None] & (weeks >= DECISION), 100 * (1 - cut), 100.0)
    mean = level * rng.lognormal(0, 0.5, (items, 1)) * np.exp(-0.05 * np.arange(len(weeks)) + shocks) * (price / 100) ** beta
    grid = pd.MultiIndex.from_product([names, weeks], names=["item", "week"]).to_frame(index=False)
    item_week = grid.assign(
        complete=True,
        sold_units=rng.poisson(mean).ravel().astype(float),
        price=price.ravel(),
        list_price=price.ravel(),
        list_prices=1,
        in_stock_share=1.0,
    )
    experiment = pd.DataFrame(
        {
            "experiment": "T1",
            "item": names,
            "arm": np.where(treated, "cut20", "control"),
            "decision_date": DECISION,
            "window_end": DECISION + pd.Timedelta(days=20),
        }
    )
    return {"item_week": item_week, "experiment": experiment, "item_now": pd.DataFrame({"item": names, "category": "dress"})}


def estimate(data, by=None):
    return elasticity.estimate(elasticity.test_weeks(**data), by)


class TestRecovery:
    def test_no_bias_and_honest_intervals_over_forty_worlds(self):
        found = pd.concat([estimate(world(seed)) for seed in range(1, 41)])
        error = found["elasticity"] - TRUE
        bias_error = error.std() / np.sqrt(len(found))
        covered = ((found["low"] <= TRUE) & (found["high"] >= TRUE)).mean()
        assert abs(error.mean()) < 0.08 + 2 * bias_error
        assert covered > 0.90 - 2 * np.sqrt(0.95 * 0.05 / len(found))

    def test_agrees_with_dummies_written_out_by_hand(self):
        rows = elasticity.test_weeks(**world(3, items=24))
        formula = smf.poisson("sold_units ~ log_price + C(item) + C(week)", rows).fit(method="newton", maxiter=200, disp=False)
        assert elasticity.estimate(rows)["elasticity"].iloc[0] == pytest.approx(formula.params["log_price"], abs=1e-6)

    def test_time_out_of_stock_is_not_taken_for_low_demand(self):
        data = world(7, items=200, level=60)
        sold_out = data["item_week"]["price"] < 100
        data["item_week"].loc[sold_out, "in_stock_share"] = 0.5
        data["item_week"].loc[sold_out, "sold_units"] = (data["item_week"].loc[sold_out, "sold_units"] / 2).round()
        found = estimate(data).iloc[0]
        assert found["elasticity"] == pytest.approx(TRUE, abs=3 * found["std_error"])

    def test_a_category_has_its_own_row(self):
        data = world(2)
        data["item_now"]["category"] = np.where(np.arange(60) % 2, "dress", "coat")
        assert estimate(data, by="category")["group"].tolist() == ["all", "coat", "dress"]


class TestRefusal:
    def reason(self, data) -> str:
        row = estimate(data).iloc[0]
        assert row["verdict"] == "not from these data"
        assert np.isnan(row["elasticity"])
        return row["reason"]

    def test_without_a_test(self):
        data = world(1)
        assert self.reason(data | {"experiment": data["experiment"].iloc[:0]}) == "no test"

    def test_where_the_price_never_moved(self):
        assert self.reason(world(1, cut=0.0)) == "price never moved"

    def test_with_too_few_items(self):
        assert self.reason(world(1, items=6)) == "too few items"

    def test_where_nothing_sold(self):
        data = world(1)
        data["item_week"]["sold_units"] = 0.0
        assert self.reason(data) == "does not converge"


class TestTestWeeks:
    def test_leaves_out_weeks_that_straddle_a_change(self):
        data = world(1)
        data["item_week"].loc[data["item_week"]["week"] == DECISION, "list_prices"] = 2
        assert DECISION not in set(elasticity.test_weeks(**data)["week"])

    def test_leaves_out_weeks_without_stock_and_after_the_window(self):
        data = world(1)
        data["item_week"].loc[data["item_week"]["item"] == "item000", "in_stock_share"] = 0.0
        rows = elasticity.test_weeks(**data)
        assert "item000" not in set(rows["item"])
        assert rows["week"].max() <= DECISION + pd.Timedelta(weeks=2)

    def test_order_of_rows_does_not_matter(self):
        data = world(4)
        shuffled = data | {"item_week": data["item_week"].sample(frac=1, random_state=1)}
        pd.testing.assert_frame_equal(estimate(data), estimate(shuffled))


def test_daily_is_relative_to_each_arms_own_level_before():
    days = pd.date_range(DECISION - pd.Timedelta(days=3), periods=6)
    item_day = pd.DataFrame(
        [
            {"item": i, "day": d, "sold_units": u * (2 if i == "a" and d >= DECISION else 1), "experiment": None, "arm": None}
            for i, u in (("a", 4.0), ("b", 10.0))
            for d in days
        ]
    )
    tests = pd.DataFrame(
        {"experiment": "T", "item": ["a", "b"], "arm": ["cut", "control"], "decision_date": DECISION, "window_end": days[-1]}
    )
    index = elasticity.daily(item_day, tests).set_index(["arm", "day_of_test"])["index"]
    assert index["cut"].tolist() == [1, 1, 1, 2, 2, 2]
    assert index["control"].tolist() == [1] * 6
