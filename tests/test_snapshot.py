"""A shop that knows only what is on hand and what the last months sold: cover and dead stock, and
no false figure.
"""

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from destock.analysis.classification import kinds
from destock.analysis.pacing.rates import dead_by_months, rate_of_months
from destock.model.messages import speak
from destock.model.notebooks import in_pack
from destock.pages import Frames, pages_of, results
from destock.panel.book import open_book
from destock.publish.cli import main

SHOP = Path(__file__).parent / "shops" / "snapshot"
MONTHS = ["sold_1m", "sold_3m", "sold_6m", "sold_9m"]
PRODUCTS = pd.DataFrame({"sku": ["a", "b"], "unit_cost": [4, 5]})


def snapshots(*rows):
    return pd.DataFrame(rows, columns=["sku", "as_of", "on_hand", "sold_3m"])


@pytest.fixture(scope="module")
def book():
    return open_book(SHOP)


def test_stock_is_that_of_the_snapshot(book):
    now = book.panel("item_now").set_index("item")
    assert str(book.as_of) == "2026-06-07"
    assert now["on_hand"].to_dict() == {
        "C1": 110,
        "D1": 160,
        "K1": 60,
        "K2": 85,
        "T1": 270,
        "T2": 400,
        "X1": 35,
    }
    assert set(now["stock_basis"]) == {"counted"}
    assert book.panel("control_total")[["units_on_hand", "stock_at_cost"]].iloc[0].tolist() == [
        1120,
        89230,
    ]


def test_sizes_are_added_up_and_a_blank_is_not_nothing(book):
    rows = book.panel("item_months").set_index("item")
    assert rows.loc["T1", ["on_hand", *MONTHS]].tolist() == [270, 39, 130, 251, 365]
    assert rows.loc["X1", MONTHS].isna().all()


def test_what_was_not_recorded_is_unknown_and_not_zero(book):
    for name in (
        "sku_week",
        "item_week",
        "item_day",
        "item_span",
        "place_span",
        "reconciliation",
        "count_break",
        "loss_week",
    ):
        assert book.panel(name).empty, name
    unknown = [
        "launch_date",
        "first_sale",
        "first_receipt",
        "returns",
        "quality_returns",
        "sizes_left",
    ]
    assert book.panel("item_now")[unknown].isna().all(axis=None)
    assert book.panel("control_total")[["paid", "cancelled", "refunded"]].isna().all(axis=None)
    assert book.panel("layer")["age_days"].isna().all()
    unknown = [
        "age",
        "net_units",
        "sell_through",
        "price_realisation",
        "last_sale",
        "in_stock_share",
        "exposures",
    ]
    assert Frames(book)["items"][unknown].isna().all(axis=None)
    assert not Frames(book)["items"]["flags"].str.contains("no_sales").any()


def test_the_weekly_rate_is_that_of_three_months(book):
    rate = Frames(book)["rates"].set_index("item")["rate"]
    assert rate[["T1", "D1", "K2"]].tolist() == [10, pytest.approx(76 / 13), 0]
    assert np.isnan(rate["X1"])
    assert Frames(book)["rates"]["rate_sd"].isna().all()
    cover = Frames(book)["styles"].set_index("item")
    assert cover.loc["T1", ["weeks_of_supply", "stock_to_sales"]].tolist() == [
        27,
        pytest.approx(27 * 12 / 52),
    ]


@pytest.mark.parametrize(
    ("given", "rate"),
    [
        ({"sold_1m": 26, "sold_3m": 13, "sold_6m": 52, "sold_9m": 39}, 1),
        ({"sold_1m": 26, "sold_6m": 52, "sold_9m": 39}, 6),
        ({"sold_6m": 52, "sold_9m": 39}, 2),
        ({"sold_9m": 39}, 1),
        ({"sold_3m": -4}, 0),
        ({}, np.nan),
    ],
)
def test_the_rate_takes_the_first_window_known(given, rate):
    frame = pd.DataFrame(
        {"item": ["A"], "on_hand": [1.0]}
        | {name: [float(given.get(name, np.nan))] for name in MONTHS}
    )
    assert rate_of_months(frame)["rate"].tolist() == pytest.approx([rate], nan_ok=True)


@pytest.mark.parametrize(
    ("on_hand", "sold", "dead"),
    [
        (5, (0, 0, 0, 0), True),
        (5, (0, 0, 0, 2), False),
        (5, (0, 0, None, None), True),
        (5, (None, None, 0, None), True),
        (5, (0, None, None, None), False),
        (5, (None, None, None, None), False),
        (0, (0, 0, 0, 0), False),
        (5, (0, 1, None, None), False),
    ],
)
def test_dead_is_what_sold_nothing_in_the_longest_time_known(on_hand, sold, dead):
    frame = pd.DataFrame([[on_hand, *sold]], columns=["on_hand", *MONTHS]).astype(float)
    assert dead_by_months(frame).tolist() == [dead]


def test_the_newest_snapshot_by_the_day_counts(make_shop):
    rows = [
        ("a", "2026-04-30", 9, 1),
        ("b", "2026-04-30", 7, 2),
        ("a", "2026-05-31", 6, 3),
        ("a", "2026-06-30", 1, 9),
    ]
    shop = make_shop({"products": PRODUCTS, "snapshot": snapshots(*rows)})
    assert str(open_book(shop).as_of) == "2026-06-30"
    panel = open_book(shop, "2026-06-07").panel
    assert panel("item_months")[["item", "on_hand", "sold_3m"]].to_numpy().tolist() == [["a", 6, 3]]
    assert panel("item_now")["on_hand"].tolist() == pytest.approx([6, np.nan], nan_ok=True)
    future = open_book(
        make_shop({"products": PRODUCTS, "snapshot": snapshots(*rows[:3])}), "2026-06-07"
    ).panel
    for name in ("item_months", "item_now", "sku_now", "layer"):
        pd.testing.assert_frame_equal(future(name), panel(name))


def test_receipts_give_ages_and_what_is_gone_is_not_called_lost(make_shop):
    arrived = [
        ("1", "a", 10, "2026-03-09"),
        ("2", "a", 10, "2026-05-09"),
        ("3", "b", 10, "2026-05-09"),
    ]
    purchases = pd.DataFrame(arrived, columns=["po_id", "sku", "units_received", "received_at"])
    shop = make_shop(
        {
            "products": PRODUCTS,
            "purchases": purchases,
            "snapshot": snapshots(("a", "2026-06-07", 12, 3)),
        }
    )
    book = open_book(shop)
    assert book.panel("layer")[["sku", "age_days", "units"]].to_numpy().tolist() == [
        ["a", 90, 2],
        ["a", 29, 10],
    ]
    assert book.panel("sku_now")["on_hand"].tolist() == pytest.approx([12, np.nan], nan_ok=True)
    assert book.panel("loss_week").empty
    assert Frames(book)["items"]["age"].tolist() == [12, 4]
    assert Frames(book)["items"]["sell_through"].isna().all()


def test_what_was_received_gives_no_sell_through_without_sales(make_shop):
    products = PRODUCTS.assign(season="2026SS", category="dress", tag_price=20)
    purchases = pd.DataFrame(
        {"po_id": ["1"], "sku": ["a"], "units_received": [20], "received_at": ["2026-03-09"]}
    )
    tables = {
        "products": products,
        "purchases": purchases,
        "snapshot": snapshots(("a", "2026-06-07", 12, 3)),
    }
    book = open_book(make_shop(tables, seasons={"2026SS": date(2026, 8, 31)}))
    assert Frames(book)["measured"]["remaining"].iloc[0] == pytest.approx(3 / 13 * 85 / 7)
    for frame in (
        "pace",
        "targets",
        "grades",
        "cohorts",
        "compared",
        "definitions",
    ):
        assert Frames(book)[frame].empty, frame
    assert [finding.id for finding in Frames(book)["about_pace"]] == ["no_pace"]


def test_a_launch_day_gives_an_age_and_makes_nothing_dead(make_shop):
    products = PRODUCTS.assign(launch_date=["2025-06-02", "2026-07-01"])
    rows = [("a", "2026-06-07", 5, 1), ("b", "2026-06-07", 5, None)]
    book = open_book(make_shop({"products": products, "snapshot": snapshots(*rows)}))
    assert Frames(book)["items"]["age"].tolist() == pytest.approx([52, np.nan], nan_ok=True)
    assert not kinds.dead(Frames(book)["styles"], book.today, book.assumptions).any()


def test_beside_order_lines_a_snapshot_is_not_used(make_shop):
    lines = "order_id,line_id,sku,ordered_at,units,kind,customer_paid\n1,1,a,2026-06-01,1,sale,10\n"
    shop = make_shop(
        {
            "products": PRODUCTS,
            "order_lines": lines,
            "snapshot": snapshots(("a", "2026-06-07", 5, 1)),
        }
    )
    panel = open_book(shop, "2026-06-07").panel
    assert panel("item_months").empty
    assert panel("sku_now")["on_hand"].isna().all()


def test_a_snapshot_without_a_usable_row_is_said(make_shop):
    shop = make_shop({"products": PRODUCTS, "snapshot": snapshots(("a", "yesterday", 5, 1))})
    with pytest.raises(Exception, match="snapshot: no row can be used"):
        open_book(shop)


def test_every_result_is_there_and_what_is_missing_is_said(book):
    found = results(book, pages_of(book, in_pack()))
    findings = found["findings"]
    assert set(findings.loc[findings["id"] == "missing_table", "item"]) == {
        "order_lines",
        "purchases",
        "prices",
        "traffic",
        "plan",
        "exits",
    }
    assert {"freshness_snapshot", "by_months", "dead", "no_pace", "no_elasticity"} <= set(
        findings["id"]
    )
    assert not {"by_rate", "old_stock", "spent", "moving", "stock_adds_up"} & set(findings["id"])
    assert findings.loc[findings["id"] == "dead", "money"].iloc[0] == 85 * 80
    assert found["styles"]["item"].nunique() == 7
    assert Frames(book)["reconciled"].empty


def test_ranks_and_kinds_come_from_the_months_alone(book):
    """ABC by units sold × (tag − cost); a core style is slow by its months of stock, whatever else
    is not told with what is missing.
    """
    frame = Frames(book)["styles"].set_index("item")
    assert frame["abc"].isin(["A", "B", "C"]).all()
    assert frame["abc_basis"].isin(["gross profit", "units (price unknown)"]).all()
    classes = Frames(book)["classes"]
    slow = dict.fromkeys(["T1", "T2", "K1", "K2"], "slow")
    assert classes.set_index("item")["class"].to_dict() == slow | {
        "C1": "out of season",
        "D1": "unclassifiable",
    }
    # what it sold nobody knows
    assert (
        Frames(book)["styles"].set_index("item").loc["X1", ["need", "excess_on_hand"]].isna().all()
    )
    assert classes.loc[classes["dead"], "item"].tolist() == ["K2"]
    assert (classes.loc[classes["class"] == "unclassifiable", "missing"] != "").all()


def test_its_pack_is_built(tmp_path):
    pack = tmp_path / "pack"
    try:
        assert (
            main(
                [
                    "report",
                    str(SHOP),
                    "--only",
                    "classification",
                    "--lang",
                    "zh",
                    "--out",
                    str(pack),
                ]
            )
            == 0
        )
    finally:
        speak("en")
    said = (pack / "classification.html").read_text(encoding="utf-8")
    assert "order_lines" in said
    assert ">nan<" not in said.lower()
