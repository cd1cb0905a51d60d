"""Turn, GMROI and what may be lost to clearing."""

import pandas as pd
import pytest

from destock.analysis.impact import ratios
from destock.model.assumptions import assumed
from destock.model.proceeds import Proceeds

NUMBERS = assumed({"expense_rate": 0.26, "target_profit_rate": 0.08})
LAST = pd.Timestamp("2026-06-01")


def sku_weeks(weeks: int = 52, **columns) -> pd.DataFrame:
    frame = pd.DataFrame(
        {"sku": "a", "week": [LAST - pd.Timedelta(weeks=n) for n in range(weeks)], "complete": True}
    )
    usual = {
        "sold_units": 12.0,
        "cancelled_units": 1.0,
        "returned_units": 1.0,
        "revenue": 120.0,
        "refund_value": 20.0,
        "closing_units": 60.0,
        "damaged_units": 5.0,
    }
    return frame.assign(**(usual | columns))


SKU = pd.DataFrame({"sku": ["a"], "category": ["x"], "unit_cost": [4.0]})
NO_RECEIPTS = pd.DataFrame(
    {
        "sku": pd.Series(dtype=str),
        "received_on": pd.Series(dtype="datetime64[us]"),
        "units": pd.Series(dtype=float),
        "unit_cost": pd.Series(dtype=float),
    }
)


def productivity(weeks, skus, receipts=NO_RECEIPTS, tax=0.0):
    return ratios.productivity(weeks, skus, receipts, Proceeds({"net": 0.26}, tax))


def losses(weeks, items, lost, tax=0.0):
    return ratios.losses(weeks, items, lost, Proceeds({"net": 0.26}, tax), NUMBERS)


def test_a_year_of_one_sku():
    """10 net a week at 4: cost 2,080, margin 52 × (100 − 40); 65 in stock at 4 = 260."""
    row = productivity(sku_weeks(), SKU).iloc[0]
    assert row[["category", "cost_of_sales", "gross_margin", "inventory"]].tolist() == [
        "all",
        2080,
        3120,
        260,
    ]
    assert row[["turn", "days", "gmroi", "months"]].tolist() == pytest.approx([8, 365 / 8, 12, 1.5])


def test_units_sold_cost_what_their_receipts_did_and_so_does_the_stock():
    """600 received at 4 and 1,000 at 7, of which 65 are left: the last 520 that left were of the
    second receipt, as those held are.
    """
    bought = pd.DataFrame(
        {
            "sku": "a",
            "received_on": pd.to_datetime(["2024-01-01", "2024-06-03"]),
            "units": [600.0, 1000.0],
            "unit_cost": [4.0, 7.0],
        }
    )
    row = productivity(sku_weeks(), SKU, bought).iloc[0]
    assert row[["cost_of_sales", "inventory"]].tolist() == pytest.approx([520 * 7, 65 * 7])
    # of the 520 that left last 320 came with the first, 200 with the second
    few = bought.assign(units=[600.0, 265.0])
    assert productivity(sku_weeks(), SKU, few).iloc[0]["cost_of_sales"] == pytest.approx(
        320 * 4 + 200 * 7
    )


def test_tax_is_no_margin():
    row = productivity(sku_weeks(), SKU, tax=0.25).iloc[0]
    assert row["gross_margin"] == pytest.approx(52 * (100 / 1.25 - 40))


def test_without_any_cost_the_margin_is_unknown():
    row = productivity(sku_weeks(), SKU.assign(unit_cost=float("nan"))).iloc[0]
    assert row[["cost_of_sales", "gross_margin", "inventory", "gmroi"]].isna().all()


def test_half_a_year_is_scaled_and_says_so():
    row = productivity(sku_weeks(26), SKU).iloc[0]
    assert (row["weeks"], row["cost_of_sales"]) == (26, 2080)


def test_categories_add_up_to_all():
    both = pd.concat([sku_weeks(), sku_weeks().assign(sku="b", sold_units=30.0)])
    rows = productivity(
        both, pd.DataFrame({"sku": ["a", "b"], "category": ["x", "y"], "unit_cost": [4.0, 2.0]})
    ).set_index("category")
    for column in ("cost_of_sales", "gross_margin", "inventory"):
        assert rows.loc[["x", "y"], column].sum() == pytest.approx(rows.loc["all", column])


def test_what_has_no_cost_is_left_out_and_told():
    both = pd.concat([sku_weeks(), sku_weeks().assign(sku="b")])
    row = productivity(
        both, pd.DataFrame({"sku": ["a", "b"], "category": "x", "unit_cost": [4.0, None]})
    ).iloc[0]
    assert (row["cost_of_sales"], row["cost_known"]) == (2080, 0.5)


def test_unknown_stock_has_no_turn():
    assert productivity(
        sku_weeks(closing_units=float("nan"), damaged_units=float("nan")), SKU
    ).empty


ITEM = pd.DataFrame({"item": ["a"], "mean_cost": [50.0], "return_rate": [0.0]})
NO_LOSS = pd.DataFrame(
    {
        "week": pd.Series(dtype="datetime64[us]"),
        "item": pd.Series(dtype=str),
        "kind": pd.Series(dtype=str),
        "units": pd.Series(dtype=float),
        "cost": pd.Series(dtype=float),
    }
)


def item_weeks(*rows: tuple) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["week", "net", "price", "list_price"])
    return frame.assign(
        item="a",
        week=pd.to_datetime(frame["week"]),
        complete=True,
        sold_units=frame["net"],
        undone_units=0.0,
        revenue=frame["net"] * frame["price"],
        refund_value=0.0,
    )


class TestLosses:
    def test_a_month_by_hand(self):
        """10 at 100, then 10 at 80: 200 lost on 1,800 of sales; write-off 90, shrink 30 + 6 found
        missing.
        """
        weeks = item_weeks(("2026-05-04", 10.0, 100.0, 100.0), ("2026-05-11", 10.0, 80.0, 80.0))
        lost = pd.DataFrame(
            {
                "week": pd.Timestamp("2026-05-11"),
                "item": "a",
                "kind": ["write-off", "shrink", "counted difference"],
                "units": 1.0,
                "cost": [90.0, 30.0, 6.0],
            }
        )
        row = losses(weeks, ITEM, lost).iloc[0]
        assert row[["sales", "markdowns", "write-offs", "shrink"]].tolist() == [1800, 200, 90, 36]
        assert row["share"] == pytest.approx(326 / 1800)
        parts = row[["markdowns_share", "write-offs_share", "shrink_share"]].tolist()
        assert parts == pytest.approx([200 / 1800, 90 / 1800, 36 / 1800])
        assert row["acceptable"] == pytest.approx(1 - 0.5 - 0.26 - 0.08)
        assert row["acceptable_money"] == pytest.approx(0.16 * 1800)

    def test_tax_and_parcels_leave_less_to_lose(self):
        """100 with a quarter of tax in it: 80, of which 26 % and a parcel of 4 are gone: 55.2; less
        50: 5.2 of 80, less 8 %.
        """
        weeks = item_weeks(("2026-05-04", 10.0, 100.0, 100.0))
        row = ratios.losses(
            weeks, ITEM, NO_LOSS, Proceeds({"net": 0.26, "per parcel": 4.0}, 0.25), NUMBERS
        ).iloc[0]
        assert row["sales"] == pytest.approx(800)
        assert row["acceptable"] == pytest.approx(5.2 / 80 - 0.08)

    def test_without_listed_prices_the_first_weeks_are_the_everyday_price(self):
        weeks = item_weeks(("2026-04-06", 10.0, 100.0, None), ("2026-05-11", 10.0, 80.0, None))
        weeks = pd.concat(
            [weeks.iloc[[0]]]
            + [
                weeks.iloc[[0]].assign(week=weeks["week"].iloc[0] + pd.Timedelta(weeks=n))
                for n in (1, 2, 3)
            ]
            + [weeks.iloc[[1]]]
        )
        assert losses(weeks, ITEM, NO_LOSS)["markdowns"].tolist() == [0, 200]

    def test_what_was_written_off_without_a_cost_is_an_unknown_loss(self):
        weeks = item_weeks(("2026-05-04", 10.0, 100.0, 100.0))
        lost = pd.DataFrame(
            {
                "week": [pd.Timestamp("2026-05-11")],
                "item": "a",
                "kind": "write-off",
                "units": 1.0,
                "cost": float("nan"),
            }
        )
        row = losses(weeks, ITEM, lost).iloc[0]
        assert row[["write-offs", "loss", "share"]].isna().all()
        assert row["markdowns"] == 0

    def test_a_price_above_the_everyday_one_is_no_loss(self):
        weeks = item_weeks(("2026-05-04", 10.0, 100.0, 100.0), ("2026-05-11", 10.0, 120.0, 120.0))
        assert losses(weeks, ITEM, NO_LOSS)["markdowns"].tolist() == [0]


def test_the_budget_of_ten_million_at_seven_points():
    """Initial markup 41 %, target margin 34 %: 700,000 of 10 million may be lost."""
    weeks = item_weeks(("2026-05-04", 100_000.0, 100.0, 100.0))
    row = losses(weeks, ITEM.assign(mean_cost=59.0), NO_LOSS).iloc[0]
    assert row["acceptable_money"] == pytest.approx(700_000)
