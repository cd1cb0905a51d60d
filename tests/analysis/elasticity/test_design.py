"""The next test: drawn by lot, reproducible, no promise that it cannot keep – and the shop can take
it back.
"""

import numpy as np
import pandas as pd
import pytest
from tests.evidence.markdown_worlds import TRUE

from destock.analysis.elasticity import design
from destock.model.assumptions import assumed
from destock.model.proceeds import Proceeds

AS_OF = pd.Timestamp("2026-06-07")
ASSUMED = assumed()


def flagged(items: int = 40, tiers: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(5)
    names = [f"s{n:03d}" for n in range(items)]
    frame = pd.DataFrame(
        {
            "item": names,
            "category": [f"c{n % 5}" for n in range(items)],
            "tier": [f"t{n % 7 % tiers}" for n in range(items)],
        }
    )
    return frame.assign(rate=rng.lognormal(2, 0.7, items), price=100.0, mean_cost=40.0)


class TestDraw:
    def test_half_of_every_category_keeps_its_price(self):
        drawn = design.draw(flagged(), AS_OF, 1, ASSUMED).merge(
            flagged()[["item", "category"]], on="item"
        )
        held = (drawn["arm"] == "control").groupby(drawn["category"]).sum()
        assert held.between(3, 5).all()  # of eight
        assert held.sum() == 20

    def test_the_prices_are_those_of_the_arms(self):
        drawn = design.draw(flagged(), AS_OF, 1, ASSUMED)
        assert drawn.groupby("arm")["price"].unique().map(list).to_dict() == {
            "control": [100.0],
            "cut": [80.0],
        }
        row = drawn.iloc[0]
        assert (row["valid_from"], row["valid_to"], row["window_end"]) == tuple(
            pd.to_datetime(["2026-06-08", "2026-06-29", "2026-06-28"])
        )

    def test_the_seed_alone_decides(self):
        one, shuffled, other = (
            design.draw(f, AS_OF, s, ASSUMED)
            for f, s in (
                (flagged(), 1),
                (flagged().sample(frac=1, random_state=3), 1),
                (flagged(), 2),
            )
        )
        pd.testing.assert_frame_equal(one, shuffled)
        assert (one["arm"] != other["arm"]).any()

    @pytest.mark.evidence
    def test_every_style_is_held_back_as_often_as_it_should(self):
        wanted = ASSUMED | {"test_hold_out": 0.3}
        held = np.mean(
            [
                design.draw(flagged(), AS_OF, seed, wanted)["arm"] == "control"
                for seed in range(400)
            ],
            axis=0,
        )
        assert held == pytest.approx(0.3, abs=4 * np.sqrt(0.21 / 400))

    @pytest.mark.evidence
    def test_what_sold_before_does_not_differ_between_the_arms(self):
        rates = flagged().set_index("item")["rate"]
        gaps = []
        for seed in range(200):
            drawn = design.draw(flagged(), AS_OF, seed, ASSUMED).set_index("item")["arm"]
            gaps.append(rates[drawn == "control"].mean() - rates[drawn == "cut"].mean())
        assert np.mean(gaps) == pytest.approx(0, abs=4 * np.std(gaps) / np.sqrt(200))

    @pytest.mark.evidence
    def test_one_lot_does_not_decide_for_all_pairs(self):
        """Eight categories with a slow and a fast style each: the slow ones held are as many as
        eight coins would give.
        """
        pairs = flagged(16).assign(category=[f"c{n // 2}" for n in range(16)], rate=[1.0, 9.0] * 8)
        slow = [
            (design.draw(pairs, AS_OF, seed, ASSUMED)["arm"].iloc[::2] == "control").sum()
            for seed in range(400)
        ]
        assert np.mean(slow) == pytest.approx(4, abs=4 * np.sqrt(2 / 400))
        assert np.var(slow) == pytest.approx(2, rel=0.3)

    def test_styles_that_stand_in_for_each_other_share_an_arm(self):
        many = flagged(140, tiers=7)
        drawn = design.draw(many, AS_OF, 1, ASSUMED).merge(
            many[["item", "category", "tier"]], on="item"
        )
        assert (drawn.groupby(["category", "tier"])["arm"].nunique() == 1).all()

    def test_nothing_flagged(self):
        assert design.draw(flagged().iloc[:0], AS_OF, 1, ASSUMED).empty
        assert design.options(flagged().iloc[:0], ASSUMED)["least_detectable"].isna().all()


class TestPower:
    def test_the_formula_holds_in_simulated_tests(self):
        """Ratios of sums after and before, thirty styles an arm, shocks and noise as assumed."""
        rng, n, before, after, cut, rate = np.random.default_rng(2), 30, 4, 3, 0.15, 10.0
        found = []
        for _ in range(400):
            shock = np.zeros((2 * n, before + after))
            shock[:, 0] = rng.normal(0, 0.3, 2 * n)
            for week in range(1, before + after):
                shock[:, week] = 0.6 * shock[:, week - 1] + rng.normal(0, 0.3 * 0.8, 2 * n)
            mean = rate * np.exp(shock)
            mean[:n, before:] *= (1 - cut) ** TRUE
            units = rng.poisson(mean * rng.gamma(8, 1 / 8, mean.shape))
            pre, post = units[:, :before].sum(axis=1), units[:, before:].sum(axis=1)
            change = np.log((post + 0.5) / (pre + 0.5))
            found.append((change[:n].mean() - change[n:].mean()) / np.log(1 - cut))
        assert np.std(found) == pytest.approx(
            design.std_error(n, cut, rate, after, ASSUMED), rel=0.12
        )

    def test_more_styles_and_deeper_cuts_see_more(self):
        options = design.options(flagged(), ASSUMED).set_index(["cut", "weeks"])["least_detectable"]
        assert options[0.3].max() < options[0.2].min()
        assert options[0.2].is_monotonic_decreasing
        assert set(options[0.2].index) == {1, 2, 3, 4, 8}
        assert design.least_detectable(80, 0.2, 10, 3, ASSUMED) == pytest.approx(
            design.least_detectable(20, 0.2, 10, 3, ASSUMED) / 2
        )

    def test_items_needed_is_the_inverse(self):
        needed = design.items_needed(1.0, 0.2, 10, 3, ASSUMED)
        assert (
            design.least_detectable(needed, 0.2, 10, 3, ASSUMED)
            <= 1
            < design.least_detectable(needed - 1, 0.2, 10, 3, ASSUMED)
        )


class TestCost:
    def test_by_hand(self):
        """One style held: 10 a week × 3 weeks; at 80 % of 100 and β = −2 it would sell 30 ÷ 0.64
        and earn 40 each instead of 60.
        """
        frame = pd.DataFrame({"item": ["a", "b"], "rate": 10.0, "price": 100.0, "mean_cost": 40.0})
        drawn = pd.DataFrame({"item": ["a", "b"], "arm": ["control", "cut"]})
        found = design.cost(frame, drawn, (-2.0, -4.0, 0.0), Proceeds({"net": 0.26}), ASSUMED)
        assert found["held"] == 1
        assert found["cost"] == pytest.approx(30 / 0.64 * 40 - 30 * 60)
        assert (found["cost_low"], found["cost_high"]) == pytest.approx(
            (30 * 40 - 30 * 60, 30 / 0.8**4 * 40 - 30 * 60)
        )


def test_intake_takes_the_table_back(make_shop, panel, tmp_path):
    """Written as the results are, read as a shop's own ``prices``: the next report knows the
    test.
    """
    drawn = design.draw(flagged(6), AS_OF, 7, ASSUMED)
    drawn.to_csv(tmp_path / "next_test.csv", index=False, encoding="utf-8-sig", lineterminator="\n")
    products = pd.DataFrame(
        {"sku": flagged(6)["item"], "category": flagged(6)["category"], "launch_date": "2026-05-01"}
    )
    lines = pd.DataFrame(
        {
            "order_id": range(12),
            "sku": [*flagged(6)["item"]] * 2,
            "ordered_at": ["2026-05-20"] * 6 + ["2026-06-20"] * 6,
            "units": 1,
            "kind": "sale",
            "customer_paid": 100,
        }
    )
    prices = (tmp_path / "next_test.csv").read_text(encoding="utf-8-sig")
    shop = make_shop(
        {"products": products, "order_lines": lines, "prices": prices}, price_level="sku"
    )
    back = panel(shop, "2026-06-30")("experiment").merge(
        drawn, on=["item", "experiment"], suffixes=("", "_planned")
    )
    assert len(back) == 6
    assert (back["arm"] == back["arm_planned"]).all()
    assert (back["decision_date"] == back["decision_date_planned"]).all()
    assert (back["window_end"] == back["window_end_planned"]).all()
    assert back["arm_price"].astype(float).tolist() == back["planned_price"].tolist()
