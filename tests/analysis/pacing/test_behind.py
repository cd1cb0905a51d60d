"""Why a style runs behind: every reason on one hand-made style among usual ones, in the order of
looking, and what is unknown.
"""

import pandas as pd
import pytest

from destock.analysis.pacing.behind import REASONS, evidence
from destock.model.assumptions import assumed

LAUNCH = pd.Timestamp("2026-03-02")
NO_PLAN = pd.DataFrame(
    {"item": pd.Series(dtype=str), "planned_launch": pd.Series(dtype="datetime64[us]")}
)


def style(item: str = "a", **columns) -> dict:
    """As usual in every respect: 5 % click, 10 % of those buy, a fifth comes back."""
    usual = {
        "item": item,
        "category": "dress",
        "launch_date": LAUNCH,
        "launch_imputed": False,
        "first_receipt": LAUNCH,
        "first_sale": LAUNCH,
        "skus": 5,
        "skus_in_stock": 5,
        "sizes_left": 1.0,
        "in_stock_share": 1.0,
        "exposures": 100_000.0,
        "exposures_week": 10_000.0,
        "exposure_floor": 8_000.0,
        "clicks": 5_000.0,
        "weeks_on_sale": 10.0,
        "sold_units": 500.0,
        "returns": 100.0,
    }
    return usual | columns


def looked(plan: pd.DataFrame = NO_PLAN, **columns) -> pd.Series:
    """The evidence on one style among nine usual ones."""
    rows = [style("a", **columns), *(style(f"other{n}") for n in range(9))]
    return evidence(pd.DataFrame({"item": ["a"]}), pd.DataFrame(rows), plan, assumed()).iloc[0]


SIGNS = {
    "late": {
        "first_receipt": LAUNCH + pd.Timedelta(days=8),
        "first_sale": LAUNCH + pd.Timedelta(days=7),
    },
    "broken": {"in_stock_share": 0.7},
    "unseen": {
        "exposures": 40_000.0,
        "exposures_week": 4_000.0,
        "clicks": 2_000.0,
        "sold_units": 200.0,
        "returns": 40.0,
    },
    "not_clicked": {"clicks": 3_000.0, "sold_units": 300.0, "returns": 60.0},
    "not_bought": {"sold_units": 300.0, "returns": 60.0},
    "sent_back": {"returns": 200.0},
    "price": {},
}


@pytest.mark.parametrize("reason", SIGNS)
def test_each_sign_alone_is_what_to_look_at_first(reason):
    found = looked(**SIGNS[reason])
    assert found["first"] == REASONS[reason]
    assert found["also"] == ""
    assert found["unknown"] == ""


def test_the_first_in_order_comes_first_and_the_others_are_named():
    found = looked(**SIGNS["not_bought"] | {"returns": 150.0, "in_stock_share": 0.7})
    assert found["first"] == REASONS["broken"]
    assert found["also"] == "; ".join([REASONS["not_bought"], REASONS["sent_back"]])


def test_figures_stand_beside_those_of_the_whole_category():
    found = looked(**SIGNS["not_clicked"])
    assert (found["click_rate"], found["pay_rate"], found["return_rate"]) == pytest.approx(
        (0.03, 0.1, 0.2)
    )
    assert found["usual_click_rate"] == pytest.approx(48_000 / 1_000_000)
    assert found["usual_pay_rate"] == pytest.approx(0.1)
    assert found["exposures_week"] == 10_000
    assert found["sizes_left"] == 1


def test_six_days_are_not_late_and_seven_are():
    for days, reason in ((6, "price"), (7, "late")):
        came = LAUNCH + pd.Timedelta(days=days)
        assert looked(first_receipt=came, first_sale=came)["first"] == REASONS[reason]


def test_the_plan_says_when_it_should_have_come_and_a_launch_read_off_the_first_sale_does_not():
    plan = pd.DataFrame({"item": ["a"], "planned_launch": [LAUNCH - pd.Timedelta(days=20)]})
    assert looked(plan)["days_late"] == 20
    assert REASONS["late"] in looked(launch_imputed=True)["unknown"]


def test_sizes_gone_are_broken_though_something_was_always_in_stock():
    assert looked(sizes_left=0.59)["first"] == REASONS["broken"]
    assert looked(sizes_left=0.60)["first"] == REASONS["price"]


def test_sizes_count_by_what_they_sell_and_not_by_their_number():
    """Two of five sizes that bring nine tenths of the sales are no broken run; four of five that
    bring half of them are one. ``sizes`` says the same of such a style.
    """
    best = looked(skus_in_stock=2, sizes_left=0.9)
    assert best["sizes_left"] == 0.9
    assert best["first"] == REASONS["price"]
    worst = looked(skus_in_stock=4, sizes_left=0.5)
    assert worst["sizes_left"] == 0.5
    assert worst["first"] == REASONS["broken"]


def test_a_style_whose_sizes_nobody_counted_is_not_judged_by_their_number():
    found = looked(sizes_left=None, in_stock_share=None, skus_in_stock=2)
    assert pd.isna(found["sizes_left"])
    assert REASONS["broken"] in found["unknown"]


def test_a_rate_that_chance_explains_is_not_low():
    """Six clicks of 200 are 3 % as well; nobody can tell that from 5 %."""
    few = {
        "exposures": 200.0,
        "clicks": 6.0,
        "sold_units": 1.0,
        "returns": 0.0,
        "weeks_on_sale": 1.0,
    }
    assert REASONS["not_clicked"] not in looked(**few)["also"]


def test_a_rate_a_little_off_is_not_low_however_sure_it_is():
    assert looked(clicks=4_200.0, sold_units=420.0, returns=84.0)["first"] == REASONS["price"]


def test_what_nobody_counted_is_unknown_and_no_reason():
    found = looked(
        exposures=None,
        exposures_week=None,
        exposure_floor=None,
        clicks=None,
        in_stock_share=None,
        skus=None,
        skus_in_stock=None,
        sizes_left=None,
        first_receipt=None,
        first_sale=None,
    )
    assert found["first"] == REASONS["price"]
    assert found["unknown"] == "; ".join(
        REASONS[name] for name in ("late", "broken", "unseen", "not_clicked", "not_bought")
    )


def test_a_style_that_sold_nothing_has_no_return_rate_and_a_pay_rate_of_nothing():
    found = looked(sold_units=0.0, returns=0.0)
    assert found["first"] == REASONS["not_bought"]
    assert found["unknown"] == REASONS["sent_back"]


def test_more_returned_than_sold_counts_as_all_returned():
    found = looked(sold_units=100.0, clicks=1_000.0, exposures=20_000.0, returns=130.0)
    assert found["return_rate"] == 1


def test_only_the_styles_asked_for_are_answered_in_their_order():
    rows = pd.DataFrame([style(item) for item in "abc"])
    assert evidence(pd.DataFrame({"item": ["c", "a"]}), rows, NO_PLAN, assumed())[
        "item"
    ].tolist() == ["c", "a"]


def test_nothing_behind_and_an_empty_shop_give_no_rows():
    rows = pd.DataFrame([style()])
    assert evidence(pd.DataFrame({"item": pd.Series(dtype=str)}), rows, NO_PLAN, assumed()).empty
    assert evidence(
        pd.DataFrame({"item": pd.Series(dtype=str)}), rows.iloc[:0], NO_PLAN, assumed()
    ).empty
