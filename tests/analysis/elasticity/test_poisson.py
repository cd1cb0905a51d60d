"""The concentrated Poisson says what a regression on dummies says, to the last digits, and
faster.
"""

import numpy as np
import pandas as pd
import pyfixest
import pytest
import statsmodels.formula.api as smf

from destock.analysis.elasticity.poisson import fit


def rows(seed: int, items: int = 30, weeks: int = 16, rate: float = 8.0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    item, week = np.repeat(np.arange(items), weeks), np.tile(np.arange(weeks), items)
    age = week - rng.integers(0, 5, items)[item]
    price = np.where(
        rng.random(items)[item] < 0.5,
        np.where(week >= weeks // 2, np.log(0.75), 0.0),
        rng.normal(0, 0.05, len(item)),
    )
    stock, level = rng.uniform(0.5, 1, len(item)), rng.normal(0, 0.6, items)[item]
    mean = rate * stock * np.exp(level - 0.05 * np.maximum(age, 0) - 2 * price)
    frame = pd.DataFrame(
        {
            "item": item,
            "week": week,
            "curve": np.char.add((item % 3).astype(str), np.char.add(" ", age.astype(str))),
        }
    )
    return frame.assign(
        sold_units=rng.poisson(mean).astype(float), log_price=price, in_stock=stock
    )[age >= 0].reset_index(drop=True)


EFFECTS = ["item", "curve", "week"]


@pytest.mark.filterwarnings("ignore")  # of the oracles' own making
class TestOracles:
    @pytest.mark.parametrize("seed", [1, 2, 3])
    def test_agrees_with_dummies_written_out(self, seed):
        data = rows(seed)
        formula = smf.poisson(
            "sold_units ~ log_price + C(item) + C(week)", data, offset=np.log(data["in_stock"])
        )
        oracle = formula.fit(
            method="newton",
            maxiter=200,
            disp=False,
            cov_type="cluster",
            cov_kwds={"groups": data["item"]},
        )
        ours = fit(data, ["log_price"], ["item", "week"])
        assert ours.slopes[0] == pytest.approx(oracle.params["log_price"], abs=1e-8)
        assert ours.std_error[0] == pytest.approx(oracle.bse["log_price"], abs=1e-7)

    @pytest.mark.parametrize("seed", [1, 2, 3])
    def test_agrees_with_pyfixest_on_aliased_effects(self, seed):
        data = rows(seed)
        exact = {
            "demeaner": pyfixest.MapDemeaner(fixef_tol=1e-12),
            "iwls_tol": 1e-13,
            "iwls_maxiter": 100,
        }
        # counts every effect, as dummies would
        every = pyfixest.ssc(k_adj=True, k_fixef="full", G_adj=True)
        data["log_stock"] = np.log(data["in_stock"])
        formula = "sold_units ~ log_price | item + curve + week"
        oracle = pyfixest.fepois(
            formula,
            data,
            vcov={"CRV1": "item"},
            ssc=every,
            offset="log_stock",
            fixef_rm="none",
            **exact,
        )
        ours = fit(data, ["log_price"], EFFECTS)
        assert ours.slopes[0] == pytest.approx(oracle.coef().iloc[0], abs=1e-8)
        assert ours.std_error[0] == pytest.approx(oracle.se().iloc[0], abs=1e-6)

    def test_two_slopes_at_once(self):
        data = rows(4).assign(display=lambda d: np.random.default_rng(9).random(len(d)))
        oracle = smf.poisson(
            "sold_units ~ log_price + display + C(item)", data, offset=np.log(data["in_stock"])
        ).fit(method="newton", disp=False, maxiter=100)
        assert fit(data, ["log_price", "display"], ["item"]).slopes == pytest.approx(
            oracle.params[["log_price", "display"]], abs=1e-8
        )

    def test_expected_units_add_up_by_every_effect(self):
        data = rows(5)
        expected = fit(data, ["log_price"], EFFECTS).expected
        for effect in EFFECTS:
            sums = (
                data.loc[expected.index]
                .assign(expected=expected)
                .groupby(effect)[["sold_units", "expected"]]
                .sum()
            )
            assert sums["expected"].to_numpy() == pytest.approx(
                sums["sold_units"].to_numpy(), abs=1e-4
            )


class TestEdges:
    def test_effects_that_sold_nothing_say_nothing(self):
        data = rows(8)
        silent = data.assign(sold_units=data["sold_units"].where(data["item"] != 0, 0.0))
        without = data[data["item"] != 0]
        assert fit(silent, ["log_price"], EFFECTS).slopes[0] == pytest.approx(
            fit(without, ["log_price"], EFFECTS).slopes[0], abs=1e-10
        )

    def test_nothing_sold_at_all(self):
        assert fit(rows(1).assign(sold_units=0.0), ["log_price"], EFFECTS) is None

    def test_one_cluster_has_no_error(self):
        assert fit(rows(1).assign(all=1), ["log_price"], EFFECTS, cluster="all") is None

    def test_order_of_rows_does_not_matter(self):
        data = rows(9)
        one, other = (
            fit(d, ["log_price"], EFFECTS) for d in (data, data.sample(frac=1, random_state=1))
        )
        assert one.slopes == pytest.approx(other.slopes, abs=1e-9)
        assert one.std_error == pytest.approx(other.std_error, abs=1e-9)

    def test_units_of_measure_do_not_matter(self):
        data = rows(10)
        tenfold = fit(data.assign(sold_units=10 * data["sold_units"]), ["log_price"], EFFECTS)
        assert tenfold.slopes == pytest.approx(fit(data, ["log_price"], EFFECTS).slopes, abs=1e-8)

    def test_a_coarser_cluster_has_its_own_error(self):
        data = rows(11).assign(style=lambda d: d["item"] // 5)
        assert (
            fit(data, ["log_price"], EFFECTS, "style").std_error[0]
            != fit(data, ["log_price"], EFFECTS).std_error[0]
        )


def little(seed: int) -> pd.DataFrame:
    """A few weeks of a few items that sell now and then, at prices that move rarely or never."""
    rng = np.random.default_rng(seed)
    items, weeks = rng.integers(1, 9), rng.integers(1, 7)
    frame = pd.DataFrame(
        [(item, week) for item in range(items) for week in range(weeks)], columns=["item", "week"]
    )
    price = (
        rng.choice([-0.5, -0.01, -7]) * (rng.random(len(frame)) < rng.choice([0, 0.1, 0.5]))
        + rng.choice([0, 1]) * frame["item"]
    )
    frame = frame.assign(
        curve=frame["item"] % 2, other=rng.choice([0, 1], len(frame)), log_price=price.astype(float)
    )
    units, stock = (
        rng.poisson(rng.choice([0.1, 0.5, 3, 2000]), len(frame)).astype(float),
        rng.choice([0.01, 1, 1], len(frame)),
    )
    return frame.assign(sold_units=units, in_stock=stock)


class TestFewerRowsThanEffects:
    @pytest.mark.parametrize("effects", [["item", "curve", "week"], ["curve", "week"], ["week"]])
    def test_what_cannot_be_known_is_none_or_nan_and_never_an_error_of_nothing(self, effects):
        for seed in range(250):
            found = fit(little(seed), ["log_price", "other"], effects)
            if found is not None:
                known = np.isfinite(found.std_error)
                assert np.isfinite(found.slopes[known]).all(), seed
                assert (found.std_error[known] > 1e-6).all(), seed
                assert not known[0] or found.spread > 0, seed

    def test_a_price_that_never_moves_keeps_no_spread(self):
        found = fit(rows(1).assign(log_price=0.25), ["log_price"], EFFECTS)
        assert (found.spread, found.known) == (0.0, False)
        assert np.isnan(found.slopes).all()

    def test_what_the_effects_explain_is_left_out_and_the_rest_is_as_without_it(self):
        data = rows(2).assign(by_item=lambda d: d["item"] * 1.0, never=1.0)
        one, all_three = (
            fit(data, ["log_price"], EFFECTS),
            fit(data, ["by_item", "log_price", "never"], EFFECTS),
        )
        assert np.isnan(all_three.slopes[[0, 2]]).all()
        assert np.isnan(all_three.std_error[[0, 2]]).all()
        assert all_three.slopes[1] == pytest.approx(one.slopes[0], abs=1e-10)

    def test_as_many_effects_as_rows_leave_nothing_that_could_be_wrong(self):
        """Four rows of two items in two weeks: a level each, a week, a slope; every row is met
        exactly.
        """
        data = pd.DataFrame(
            {
                "item": [0, 0, 1, 1],
                "week": [0, 1, 0, 1],
                "sold_units": [4.0, 6, 5, 2],
                "log_price": [0.0, -0.2, 0, 0],
            }
        )
        assert not fit(data.assign(in_stock=1.0), ["log_price"], ["item", "week"]).known

    def test_the_same_sales_week_after_week_tell_no_error(self):
        assert not fit(rows(3).assign(sold_units=2.0, in_stock=1.0), ["log_price"], ["item"]).known

    def test_one_item_whose_price_moved_is_one_observation_however_many_others_there_are(self):
        data = rows(4)
        moved = (data["item"] == 0) & (data["week"] >= 8)
        assert not fit(
            data.assign(log_price=np.where(moved, -0.5, 0.0)), ["log_price"], EFFECTS
        ).known
        both = data["item"].isin([0, 1]) & (data["week"] >= 8)
        assert fit(data.assign(log_price=np.where(both, -0.5, 0.0)), ["log_price"], EFFECTS).known

    def test_sales_that_stop_with_the_price_have_no_slope(self):
        data = rows(5)
        dear = data["week"] >= 8
        assert (
            fit(
                data.assign(log_price=dear * 1.0, sold_units=data["sold_units"].where(~dear, 0.0)),
                ["log_price"],
                ["item"],
            )
            is None
        )
