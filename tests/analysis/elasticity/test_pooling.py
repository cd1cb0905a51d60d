"""One style alone, and among the others."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from tests.analysis.elasticity.test_estimators import weeks
from tests.evidence.markdown_worlds import TRUE

from destock.analysis.elasticity import estimators, pooling


class TestByItem:
    def test_agrees_with_a_regression_of_its_own(self):
        rows = weeks("randomised", 1)
        pooled = estimators.fixed_effects(rows)
        found = pooling.by_item(rows, pooled).set_index("item")
        item = found["own"].abs().idxmin()
        part = (
            rows.loc[pooled.expected.index].assign(expected=pooled.expected).query("item == @item")
        )
        offset = np.log(part["expected"]) - pooled.slopes[0] * part["log_price"]
        oracle = smf.poisson("sold_units ~ log_price", part, offset=offset).fit(
            disp=False, maxiter=100
        )
        assert found.loc[item, "own"] == pytest.approx(oracle.params["log_price"], abs=1e-5)
        assert found.loc[item, "variance"] >= oracle.bse["log_price"] ** 2 * 0.99

    def test_items_whose_price_never_moved_have_none(self):
        rows = weeks("randomised", 1)
        moved = rows.groupby("item")["log_price"].nunique() > 1
        assert set(pooling.by_item(rows, estimators.fixed_effects(rows))["item"]) <= set(
            moved[moved].index
        )

    def test_drawn_together_is_nearer_the_truth_than_alone(self):
        rows = weeks("randomised", 2)
        found = pooling.pool(pooling.by_item(rows, estimators.fixed_effects(rows)))
        error = (found[["own", "elasticity"]] - TRUE).abs().mean()
        assert error["elasticity"] < 0.6 * error["own"]
        assert (found["elasticity"] < 0).mean() > (found["own"] < 0).mean()
        assert (found["high"] > found["low"]).all()


class TestShrink:
    def test_by_hand(self):
        """Two slopes of the same variance: spread² = half their squared distance − variance."""
        found = pooling.shrink([-1.0, -3.0], [0.5, 0.5])
        assert found["weight"].tolist() == pytest.approx([1.5 / 2] * 2, abs=1e-4)
        assert found["elasticity"].tolist() == pytest.approx([-1.25, -2.75], abs=1e-4)

    def test_alike_slopes_become_one(self):
        found = pooling.shrink([-2.0, -2.1, -1.9], [1.0, 1.0, 1.0])
        assert found["elasticity"].tolist() == pytest.approx([-2.0] * 3)
        assert found["weight"].tolist() == [0.0] * 3

    def test_one_alone_is_drawn_to_published_studies(self):
        assert pooling.shrink([0.0], [1.0])["elasticity"].iloc[0] == pytest.approx(
            pooling.PRIOR / 2
        )

    def test_interval_covers_planted_slopes(self):
        rng = np.random.default_rng(1)
        true, error = rng.normal(-2, 0.6, 4_000), rng.uniform(0.4, 1.5, 4_000)
        own = rng.normal(true, error)
        parts = [
            pooling.shrink(own[i : i + 100], error[i : i + 100] ** 2) for i in range(0, 4_000, 100)
        ]
        found = pd.concat(parts, ignore_index=True)
        assert 0.92 < ((found["low"] <= true) & (true <= found["high"])).mean() < 0.97

    def test_one_more_of_the_kind_is_less_certain_than_their_mean(self):
        own, variance = [-1.0, -2.0, -3.5, -2.2], [0.1] * 4
        following = pooling.next_one(own, np.diag(variance))
        assert following["high"] - following["low"] > 2 * 1.96 * np.std(own)
        assert pooling.published()["elasticity"] == -2.6

    def test_no_items_give_an_empty_frame(self):
        empty = pd.DataFrame(columns=["item", "category", "own", "variance"])
        assert pooling.pool(empty).empty


class TestTogether:
    def test_at_a_spread_of_nothing_it_is_the_weighted_mean(self, monkeypatch):
        """Weights 3/4 and 1/4: (−1 × 3 − 3) ÷ 4 = −1.5, error² 1 ÷ (3 + 1)."""
        monkeypatch.setattr(pooling, "SPREADS", np.zeros(1))
        found = pooling.together(np.array([-1.0, -3.0]), np.diag([1 / 3, 1.0]))
        assert found["elasticity"].tolist() == pytest.approx([-1.5, -1.5])
        assert found["high"].tolist() == pytest.approx([-1.5 + 1.96 * 0.5] * 2)
        assert found["weight"].tolist() == [0, 0]

    def test_at_one_spread_each_is_drawn_to_the_mean_by_its_own_error(self, monkeypatch):
        """Spread² 1, errors² 1 and 3: mean of (½, ¼) × (−1, −4) = −2; own weights ½ and ¼."""
        monkeypatch.setattr(pooling, "SPREADS", np.ones(1))
        found = pooling.together(np.array([-1.0, -4.0]), np.diag([1.0, 3.0]))
        assert found["weight"].tolist() == pytest.approx([0.5, 0.25])
        assert found["elasticity"].tolist() == pytest.approx([-2 + 0.5, -2 - 0.5])

    def test_errors_that_go_together_move_the_whole_and_not_the_spread(self):
        common = np.full((4, 4), 1.0) + np.diag([0.01] * 4)
        own = np.array([-1.9, -2.0, -2.1, -2.0])
        found = pooling.together(own, common)
        apart = pooling.together(own, np.diag([1.01] * 4))
        assert found["elasticity"].mean() == pytest.approx(-2, abs=0.01)
        # four that err alike say no more than one of them
        assert (found["high"] - found["low"] > 1.5 * (apart["high"] - apart["low"])).all()

    def test_intervals_cover_planted_slopes_of_few_categories(self):
        rng, inside = np.random.default_rng(3), []
        for _ in range(400):
            true = rng.normal(-2, rng.uniform(0.1, 0.6), 5)
            error = rng.uniform(0.1, 0.5, 5)
            found = pooling.together(rng.normal(true, error), np.diag(error**2))
            inside += ((found["low"] <= true) & (true <= found["high"])).tolist()
        assert 0.92 < np.mean(inside) < 0.98

    def test_a_new_one_is_covered_though_five_are_few(self):
        rng, inside = np.random.default_rng(4), 0
        for _ in range(400):
            spread = rng.uniform(0.1, 0.6)
            true, error = rng.normal(-2, spread, 6), rng.uniform(0.1, 0.5, 5)
            found = pooling.next_one(rng.normal(true[:5], error), np.diag(error**2))
            inside += found["low"] <= true[5] <= found["high"]
        assert 0.88 < inside / 400 < 0.99

    def test_the_order_does_not_matter_and_of_none_there_is_none(self):
        own, errors = np.array([-1.0, -2.0, -3.0]), np.diag([0.1, 0.2, 0.3])
        found, turned = (
            pooling.together(own, errors),
            pooling.together(own[::-1], errors[::-1, ::-1]),
        )
        np.testing.assert_allclose(found, turned.iloc[::-1], rtol=1e-9)
        assert pooling.together(np.empty(0), np.empty((0, 0))).empty
