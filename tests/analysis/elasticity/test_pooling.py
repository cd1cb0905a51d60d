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
        following = pooling.next_one(own, variance)
        assert following["high"] - following["low"] > 2 * 1.96 * np.std(own)
        assert pooling.published()["elasticity"] == -2.6

    def test_no_items_give_an_empty_frame(self):
        empty = pd.DataFrame(columns=["item", "category", "own", "variance"])
        assert pooling.pool(empty).empty
