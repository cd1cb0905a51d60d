"""The panel of shops small enough to work out by hand. 2026-06-01 is a Monday."""

import numpy as np
import pandas as pd
import pytest

from destock.model.messages import say, speak
from destock.model.schema import CLASSES

PRODUCTS = pd.DataFrame({"sku": ["A"], "style": ["S"], "category": ["dress"], "unit_cost": [4]})


def event(day, units=1, paid=10, **more):
    return {
        "sku": "A",
        "ordered_at": f"{day} 12:00:00",
        "units": units,
        "kind": "sale",
        "customer_paid": paid,
    } | more


def orders(*events):
    """Order lines, each an order of its own unless it says otherwise."""
    return pd.DataFrame(
        [{"order_id": f"o{n}", "line_id": f"l{n}"} | e for n, e in enumerate(events)]
    )


def receipts(*rows):
    rows = [
        {"sku": "A", "units_ordered": None, "units_received": None, "received_at": None} | row
        for row in rows
    ]
    return pd.DataFrame([{"po_id": f"p{n}"} | row for n, row in enumerate(rows)])


def receipt(day, units, sku="A"):
    return {"sku": sku, "received_at": day, "units_received": units}


def counts(*rows):
    return pd.DataFrame(rows, columns=["sku", "counted_at", "on_hand", "condition"])


@pytest.fixture
def build(make_shop, panel):
    """Frames of a shop of these tables, on a day."""

    def make(as_of, *events, products=PRODUCTS, config=None, **tables):
        return panel(
            make_shop(
                {"products": products, "order_lines": orders(*events)} | tables, **(config or {})
            ),
            as_of,
        )

    return make


def weekly(frames, *columns, sku="A"):
    frame = frames("sku_week")
    rows = frame[frame["sku"] == sku][list(columns)]
    return [
        value if len(columns) > 1 else value[0]
        for value in rows.replace({np.nan: None}).to_numpy().tolist()
    ]


def now(frames, *columns, sku="A"):
    frame = frames("sku_now").set_index("sku")
    return frame.loc[sku, list(columns)].tolist()


# --- which rows there are ---


def test_weeks_without_a_sale_are_rows(build):
    frames = build(
        "2026-06-21",
        event("2026-06-02"),
        event("2026-06-16", 2),
        purchases=receipts(receipt("2026-06-01", 10)),
    )
    assert frames("sku_week")["week"].dt.strftime("%m-%d").tolist() == ["06-01", "06-08", "06-15"]
    assert weekly(frames, "sold_units", "age_week", "paid_value") == [
        [1, 0, 10],
        [0, 1, 0],
        [2, 2, 10],
    ]


def test_an_item_that_never_sold_stays_in(build):
    products = pd.DataFrame({"sku": ["A", "N"]})
    purchases = receipts(receipt("2026-06-01", 10), receipt("2026-06-03", 7, "N"))
    frames = build("2026-06-14", event("2026-06-02"), products=products, purchases=purchases)
    assert weekly(
        frames, "sold_units", "closing_units", "days_on_sale", "days_in_stock", sku="N"
    ) == [[0, 7, 5, 5], [0, 7, 7, 7]]
    assert frames("item_now").set_index("item").loc["N", "on_hand"] == 7


def test_a_sku_that_the_product_table_does_not_know_is_shown(build):
    frames = build("2026-06-07", event("2026-06-02", 3, 30, sku="X"))
    assert weekly(frames, "sold_units", "paid_value", sku="X") == [[3, 30]]
    assert now(frames, "item", "category", sku="X") == ["X", "(not in master)"]


def test_a_sku_that_only_a_movement_names_is_shown(build):
    moves = pd.DataFrame(
        {"sku": ["M"], "moved_at": ["2026-06-03"], "units": [2], "kind": ["adjustment"]}
    )
    frames = build(
        "2026-06-07",
        event("2026-06-02"),
        movements=moves,
        purchases=receipts(receipt("2026-06-01", 5)),
    )
    assert now(frames, "on_hand", "category", sku="M") == [2, "(not in master)"]


def test_an_item_ends_with_its_stock(build):
    frames = build(
        "2026-06-28", event("2026-06-09", 4), purchases=receipts(receipt("2026-06-01", 4))
    )
    assert weekly(frames, "closing_units", "days_on_sale", "days_in_stock") == [
        [4, 7, 7],
        [0, 2, 1],
    ]


def test_an_item_not_launched_yet_has_no_negative_days(build):
    products = pd.DataFrame({"sku": ["A", "L"], "launch_date": ["2026-06-01", "2026-06-12"]})
    frames = build(
        "2026-06-10",
        event("2026-06-02"),
        products=products,
        stock=counts(("L", "2026-06-09", 10, "good")),
    )
    assert (frames("sku_week")["days_on_sale"] >= 0).all()


def test_a_return_of_a_sale_before_the_records_is_not_lost(build):
    products = pd.DataFrame({"sku": ["A"], "launch_date": ["2026-06-10"]})
    back = event("2026-06-03", 1, 10, kind="return", original_ordered_at="2026-05-01 10:00:00")
    frames = build("2026-06-14", back, event("2026-06-11"), products=products)
    assert weekly(frames, "returned_units", "sold_units") == [[1, 0], [0, 1]]


def test_the_running_week_is_flagged(build):
    frames = build("2026-06-10", event("2026-06-02"), event("2026-06-09"))
    assert weekly(frames, "complete", "sold_units") == [[True, 1], [False, 1]]
    assert frames("item_week")["complete"].tolist() == [True, False]


def test_a_week_that_ends_on_the_day_is_complete(build):
    assert weekly(build("2026-06-07", event("2026-06-07")), "complete", "sold_units") == [[True, 1]]


# --- what is a sale ---


def test_events_count_in_their_own_week_and_undone_in_that_of_the_sale(build):
    sold = "2026-06-02 12:00:00"
    frames = build(
        "2026-06-14",
        event("2026-06-02", 5, 50),
        event("2026-06-04", 1, 10, kind="cancel", original_ordered_at=sold),
        event("2026-06-10", 2, 20, kind="return", original_ordered_at=sold, refund_value=18),
    )
    columns = (
        "sold_units",
        "cancelled_units",
        "returned_units",
        "undone_units",
        "paid_value",
        "refund_value",
    )
    assert weekly(frames, *columns) == [[5, 1, 0, 3, 50, 10], [0, 0, 2, 0, 0, 18]]
    lag = frames("return_lag")[["category", "lag_weeks", "units"]].to_numpy().tolist()
    assert lag == [["dress", 0, 1], ["dress", 1, 2]]


def test_what_is_undone_in_another_week_leaves_its_own(build):
    late = event("2026-06-10", 2, 20, kind="return", original_ordered_at="2026-06-02 12:00:00")
    undated = event("2026-06-11", 1, 10, kind="cancel")
    frames = build(
        "2026-06-14", event("2026-06-02", 5, 50), event("2026-06-09", 4, 40), late, undated
    )
    assert weekly(frames, "returned_units", "cancelled_units", "undone_units") == [
        [0, 0, 2],
        [2, 1, 1],
    ]


def test_what_the_shop_earns_is_not_what_the_customer_paid(build):
    frames = build(
        "2026-06-07", event("2026-06-02", 2, 80, merchant_revenue=100), event("2026-06-03", 1, 40)
    )
    assert weekly(frames, "paid_value", "revenue") == [[120, 140]]


@pytest.mark.parametrize("line_type", ["gift", "lottery"])
def test_gifts_move_stock_and_stay_out_of_value(build, line_type):
    gift = event("2026-06-03", 2, 1, line_type=line_type)
    frames = build(
        "2026-06-07",
        event("2026-06-02", 1, 10),
        gift,
        purchases=receipts(receipt("2026-06-01", 10)),
    )
    assert weekly(frames, "sold_units", "gift_units", "paid_value", "revenue", "closing_units") == [
        [1, 2, 10, 10, 7]
    ]
    assert frames("control_total")["paid"].tolist() == [10]


def test_parts_of_a_bundle_are_goods(build):
    assert weekly(
        build("2026-06-07", event("2026-06-02", 2, 10, line_type="bundle part")), "sold_units"
    ) == [2]


@pytest.mark.parametrize(
    ("balance", "sold"), [(None, 1), ("2026-06-08 00:00:00", 1), ("2026-06-07 23:59:59", 4)]
)
def test_a_deposit_is_no_sale_until_its_balance_is_paid(build, balance, sold):
    deposit = event("2026-06-02", 3, 30, presale="deposit", balance_paid_at=balance)
    frames = build(
        "2026-06-07", event("2026-06-02"), deposit, purchases=receipts(receipt("2026-06-01", 10))
    )
    assert weekly(frames, "sold_units", "closing_units") == [[sold, 10 - sold]]


def test_what_is_done_to_an_unpaid_deposit_stays_out_too(build):
    deposit = event("2026-06-02", 3, 30, order_id="d", line_id="1", presale="deposit")
    undone = event("2026-06-03", 3, 30, order_id="d", line_id="1", kind="cancel")
    assert weekly(
        build("2026-06-07", event("2026-06-02"), deposit, undone), "sold_units", "cancelled_units"
    ) == [[1, 0]]


def test_other_goods_of_an_order_with_an_unpaid_deposit_are_sold(build):
    deposit = event("2026-06-02", 3, 30, order_id="d", line_id=None, presale="deposit")
    other = event("2026-06-02", 2, 20, order_id="d", line_id=None, sku="B")
    assert weekly(build("2026-06-07", deposit, other), "sold_units", sku="B") == [2]


def test_a_refund_without_goods_moves_money_and_no_stock(build):
    refund = event("2026-06-03", 1, 10, kind="refund_only", refund_value=4)
    frames = build(
        "2026-06-07", event("2026-06-02"), refund, purchases=receipts(receipt("2026-06-01", 10))
    )
    columns = ("sold_units", "returned_units", "undone_units", "refund_value", "closing_units")
    assert weekly(frames, *columns) == [[1, 0, 0, 4, 9]]


def test_a_refund_in_a_week_in_which_nothing_else_happens_is_counted(build):
    refund = event("2026-06-17", 1, 10, kind="refund_only", refund_value=4)
    frames = build(
        "2026-06-21", event("2026-06-02"), refund, purchases=receipts(receipt("2026-06-01", 10))
    )
    assert weekly(frames, "refund_value", "closing_units") == [[0, 9], [0, 9], [4, 9]]


def test_an_exchange_comes_in_and_its_replacement_goes_out(build):
    swap = [
        event("2026-06-03", 1, 0, kind="exchange"),
        event("2026-06-04", 1, 0, kind="reship", sku="B"),
    ]
    purchases = receipts(receipt("2026-06-01", 10), receipt("2026-06-01", 10, "B"))
    frames = build("2026-06-07", event("2026-06-02"), *swap, purchases=purchases)
    assert weekly(frames, "sold_units", "restocked_units", "closing_units", "paid_value") == [
        [1, 1, 10, 10]
    ]
    assert weekly(
        frames, "sold_units", "shipped_units", "closing_units", "paid_value", sku="B"
    ) == [[0, 1, 9, 0]]


# --- stock ---


def test_stock_is_rebuilt_where_nobody_counted(build):
    shipped = event("2026-06-02", 3, shipped_at="2026-06-04 09:00:00")
    waiting = event("2026-06-06", 2, shipped_at=None)
    back = event("2026-06-09", 2, kind="return", resaleable_units=1)
    frames = build(
        "2026-06-14", shipped, waiting, back, purchases=receipts(receipt("2026-06-01", 10))
    )
    columns = (
        "received_units",
        "shipped_units",
        "restocked_units",
        "closing_units",
        "damaged_units",
        "stock_basis",
    )
    assert weekly(frames, *columns) == [[10, 3, 0, 7, 0, "rebuilt"], [0, 0, 1, 8, 1, "rebuilt"]]


def test_without_shipping_dates_units_leave_with_the_order_and_come_back_when_cancelled(build):
    frames = build(
        "2026-06-14",
        event("2026-06-02", 3),
        event("2026-06-09", 2, kind="cancel"),
        purchases=receipts(receipt("2026-06-01", 10)),
    )
    assert weekly(frames, "shipped_units", "closing_units") == [[3, 7], [-2, 9]]


def test_stock_is_set_right_at_a_count(build):
    stock = counts(("A", "2026-06-05", 6, "good"), ("A", "2026-06-05", 1, "b-grade"))
    frames = build(
        "2026-06-14",
        event("2026-06-02", 3),
        event("2026-06-09"),
        purchases=receipts(receipt("2026-06-01", 10)),
        stock=stock,
    )
    assert weekly(frames, "closing_units", "damaged_units", "stock_basis") == [
        [6, 1, "counted"],
        [5, 1, "counted"],
    ]


def test_a_count_after_the_day_is_not_known(build):
    stock = counts(("A", "2026-06-08", 1, "good"))
    frames = build(
        "2026-06-07",
        event("2026-06-02", 3),
        purchases=receipts(receipt("2026-06-01", 10)),
        stock=stock,
    )
    assert weekly(frames, "closing_units", "stock_basis") == [[7, "rebuilt"]]


def test_stock_is_unknown_without_purchases_and_counts(build):
    frames = build("2026-06-14", event("2026-06-02"))
    assert (
        weekly(frames, "closing_units", "days_in_stock", "stock_basis")
        == [[None, None, "unknown"]] * 2
    )
    assert np.isnan(now(frames, "on_hand")[0])
    assert frames("reconciliation").empty
    assert frames("layer").empty


def test_the_first_count_reaches_back_where_the_records_begin_after_the_stock(build):
    stock = counts(("A", "2026-06-12", 5, "good"))
    frames = build("2026-06-14", event("2026-06-02", 3), event("2026-06-09", 2), stock=stock)
    assert weekly(frames, "closing_units") == [7, 5]
    row = frames("reconciliation").iloc[0]
    assert row[["opening", "shipped", "counted_difference", "closing"]].tolist() == [10, 5, 0, 5]
    assert frames("count_break").empty


def test_movements_change_stock_and_transfers_inside_do_not(build):
    kinds = [
        ("shrink", -1, None, "good"),
        ("transfer", -4, "shop 2", "good"),
        ("condition", -2, None, "good"),
        ("condition", 2, None, "defective"),
    ]
    moves = pd.DataFrame(kinds, columns=["kind", "units", "to_location", "condition"]).assign(
        sku="A", moved_at="2026-06-03"
    )
    frames = build(
        "2026-06-07",
        event("2026-06-02"),
        purchases=receipts(receipt("2026-06-01", 10)),
        movements=moves,
    )
    assert weekly(frames, "moved_units", "closing_units", "damaged_units") == [[-3, 6, 2]]


def test_days_in_stock_count_the_ends_of_days(build):
    purchases = receipts(receipt("2026-06-02", 2), receipt("2026-06-11", 1))
    frames = build(
        "2026-06-14", event("2026-06-05", 1), event("2026-06-08", 1), purchases=purchases
    )
    # in stock from the 2nd to the 7th and from the 11th on
    assert weekly(frames, "days_in_stock", "days_on_sale") == [[6, 6], [4, 7]]
    assert frames("item_week")["in_stock_share"].tolist() == [1, 4 / 7]


def test_stock_before_the_records_begin_is_not_more_days_than_there_were(build):
    frames = build(
        "2026-06-07", event("2026-06-04", 1), stock=counts(("A", "2026-06-07", 5, "good"))
    )
    assert weekly(frames, "days_on_sale", "days_in_stock") == [[4, 4]]


def test_units_sold_and_not_shipped_are_not_for_sale(build):
    waiting = event("2026-06-03", 2, shipped_at="2026-06-08 09:00:00")
    frames = build("2026-06-14", waiting, purchases=receipts(receipt("2026-06-01", 2)))
    assert weekly(frames, "closing_units", "days_in_stock") == [[2, 2]]


# a shop that notes when it ships
SHIPPED = event("2026-06-01", 0, shipped_at="2026-06-01 12:00:00")


def test_a_cancelled_order_is_for_sale_again(build):
    waiting = event("2026-06-03", 2, order_id="c", line_id="1", shipped_at=None)
    cancelled = event("2026-06-05", 2, order_id="c", line_id="1", kind="cancel", shipped_at=None)
    frames = build(
        "2026-06-07", SHIPPED, waiting, cancelled, purchases=receipts(receipt("2026-06-01", 2))
    )
    assert weekly(frames, "closing_units", "days_in_stock") == [[2, 5]]


def test_an_order_that_has_waited_a_month_will_not_ship(build):
    waiting = event("2026-06-01", 2, shipped_at=None)
    frames = build("2026-07-05", SHIPPED, waiting, purchases=receipts(receipt("2026-06-01", 2)))
    assert weekly(frames, "days_in_stock") == [7] * 5


# --- does it add up ---


def identity(frames):
    rows = frames("reconciliation")
    return (
        rows["opening"]
        + rows["received"]
        - rows["shipped"]
        + rows["restocked"]
        + rows["moved"]
        + rows["counted_difference"]
    )


def test_opening_and_flows_and_differences_make_the_closing(build):
    stock = counts(("A", "2026-06-05", 6, "good"), ("A", "2026-06-12", 4, "good"))
    frames = build(
        "2026-06-14",
        event("2026-06-02", 3),
        event("2026-06-09"),
        purchases=receipts(receipt("2026-06-01", 10)),
        stock=stock,
    )
    rows = frames("reconciliation")
    assert rows[
        ["opening", "received", "shipped", "counted_difference", "closing"]
    ].to_numpy().tolist() == [[0, 10, 4, -2, 4]]
    assert identity(frames).tolist() == rows["closing"].tolist()
    breaks = frames("count_break")
    assert breaks[["expected", "found", "difference"]].to_numpy().tolist() == [
        [7, 6, -1],
        [5, 4, -1],
    ]
    assert breaks["counted_on"].dt.day.tolist() == [5, 12]


@pytest.mark.parametrize("first", ["2026-06-01", "2026-06-03"])
def test_a_count_on_the_day_of_the_first_receipt_is_compared(build, first):
    frames = build(
        "2026-06-07",
        event("2026-06-05"),
        purchases=receipts(receipt(first, 10)),
        stock=counts(("A", first, 8, "good")),
    )
    assert frames("count_break")["difference"].tolist() == [-2]
    assert frames("reconciliation")[
        ["opening", "counted_difference", "closing"]
    ].to_numpy().tolist() == [[0, -2, 7]]


def test_the_panel_of_the_sample_reconciles(small_shop, panel):
    frames = panel(small_shop, "2026-06-07")
    assert identity(frames).tolist() == frames("reconciliation")["closing"].tolist()
    assert (
        frames("sku_week")["days_in_stock"].fillna(0) <= frames("sku_week")["days_on_sale"]
    ).all()


def test_stock_costs_what_its_receipts_did_first_in_first_out(build):
    """Of 3 at 4 and 3 at 5 one was sold, of the first: 2 × 4 + 3 × 5. The product, which has no
    cost, takes the newest.
    """
    purchases = receipts(
        receipt("2026-06-01", 3) | {"unit_cost": 4},
        receipt("2026-06-03", 3) | {"unit_cost": 5},
        receipt("2026-06-20", 3) | {"unit_cost": 9},
    )
    frames = build(
        "2026-06-07",
        event("2026-06-04"),
        products=pd.DataFrame({"sku": ["A"]}),
        purchases=purchases,
    )
    assert now(frames, "unit_cost", "on_hand") == [5, 5]
    assert frames("control_total")["stock_at_cost"].tolist() == [23]
    assert frames("layer")[["unit_cost", "units"]].to_numpy().tolist() == [[4, 2], [5, 3]]
    assert now(frames, "on_hand_cost", "damaged_cost") == [23, 0]


def test_what_a_count_found_damaged_came_with_the_oldest_receipts(build):
    purchases = receipts(
        receipt("2026-06-01", 3) | {"unit_cost": 4}, receipt("2026-06-03", 3) | {"unit_cost": 5}
    )
    count = pd.DataFrame(
        {
            "sku": ["A", "A"],
            "counted_at": "2026-06-05",
            "on_hand": [4, 2],
            "condition": ["good", "defective"],
        }
    )
    frames = build("2026-06-07", event("2026-06-06"), purchases=purchases, stock=count)
    assert now(frames, "on_hand_cost", "damaged_cost") == [15, 8]


def test_a_layer_without_a_cost_is_no_zero(build):
    frames = build(
        "2026-06-07",
        event("2026-06-04"),
        products=pd.DataFrame({"sku": ["A"]}),
        purchases=receipts(receipt("2026-06-01", 3)),
    )
    assert frames("item_now")["on_hand_cost"].isna().all()
    assert frames("control_total")["stock_at_cost"].isna().all()


def test_a_mean_of_sizes_is_weighed_by_what_was_received(build):
    """Ten at a tag of 90 and thirty at 130: 120; what was sold is set against the tags of the very
    units.
    """
    products = pd.DataFrame(
        {"sku": ["A", "B"], "style": "S", "tag_price": [90, 130], "unit_cost": [40, 60]}
    )
    purchases = receipts(receipt("2026-06-01", 10), receipt("2026-06-01", 30) | {"sku": "B"})
    frames = build(
        "2026-06-07",
        event("2026-06-04", 2, 180),
        event("2026-06-04", 1, 100, sku="B"),
        products=products,
        purchases=purchases,
    )
    assert frames("item_now")[["tag_price", "mean_cost"]].to_numpy().tolist() == [[120, 55]]
    assert frames("item_week")["sold_at_tag"].sum() == 310


# --- what is under way ---


def test_open_orders_are_those_placed_and_not_received(build):
    rows = [
        {
            "units_ordered": 10,
            "ordered_at": "2026-06-01",
            "due_at": "2026-06-20",
            "cancellable_until": "2026-06-07",
        },
        {
            "units_ordered": 20,
            "ordered_at": "2026-06-02",
            "due_at": "2026-06-30",
            "cancellable_until": "2026-06-06",
        },
        {"units_ordered": 40, "ordered_at": "2026-06-08"},
        {
            "units_ordered": 80,
            "ordered_at": "2026-06-01",
            "received_at": "2026-06-08",
            "units_received": 79,
        },
        {
            "units_ordered": 5,
            "ordered_at": "2026-06-01",
            "received_at": "2026-06-07 18:00:00",
            "units_received": 4,
        },
    ]
    frames = build("2026-06-07", event("2026-06-02"), purchases=receipts(*rows))
    assert now(frames, "on_order", "cancellable", "received", "due_at") == [
        110,
        10,
        4,
        pd.Timestamp("2026-06-20"),
    ]


# --- prices ---


def price_rows(*rows):
    return pd.DataFrame(rows, columns=["item", "valid_from", "valid_to", "price", "mechanism"])


def listed(frames):
    return frames("item_week")[["list_price", "list_prices"]].fillna(-1).to_numpy().tolist()


def test_the_list_price_of_a_week_is_weighted_by_days(build):
    prices = price_rows(
        ("S", "2026-06-01", "2026-06-05", 100, ""), ("S", "2026-06-05", None, 65, "markdown")
    )
    frames = build("2026-06-14", event("2026-06-02"), prices=prices)
    assert listed(frames) == [[85, 2], [65, 1]]
    assert frames("item_week")["price"].tolist() == [10, 65]


def test_the_newest_price_in_force_holds_and_gives_way_when_it_ends(build):
    prices = price_rows(
        ("S", "2026-06-01", None, 100, ""), ("S", "2026-06-05", "2026-06-08", 30, "coupon")
    )
    assert listed(build("2026-06-14", event("2026-06-02"), prices=prices)) == [[70, 2], [100, 1]]


def test_a_price_of_later_is_not_known(build):
    prices = price_rows(("S", "2026-06-01", None, 100, ""), ("S", "2026-06-08", None, 50, ""))
    assert listed(build("2026-06-07", event("2026-06-02"), prices=prices)) == [[100, 1]]


def test_a_price_of_tomorrow_is_not_known_in_the_running_week(build):
    prices = price_rows(("S", "2026-06-01", None, 100, ""), ("S", "2026-06-04", None, 50, ""))
    assert listed(build("2026-06-03", event("2026-06-02"), prices=prices)) == [[100, 1]]


def test_weeks_without_a_price_have_none(build):
    prices = price_rows(("S", "2026-06-08", "2026-06-10", 50, ""))
    assert listed(build("2026-06-21", event("2026-06-02"), prices=prices)) == [
        [-1, -1],
        [50, 1],
        [-1, -1],
    ]


def test_an_item_under_test_is_seen_by_the_day(build):
    prices = price_rows(
        ("S", "2026-06-01", "2026-06-05", 100, ""), ("S", "2026-06-05", None, 80, "markdown")
    )
    prices = prices.assign(
        experiment=[None, "e"],
        arm=[None, "cut20"],
        decision_date=[None, "2026-06-05"],
        window_end=[None, "2026-06-06"],
    )
    frames = build(
        "2026-06-07", event("2026-06-04", 2, 200), event("2026-06-05", 1, 80), prices=prices
    )
    rows = frames("item_day")[["sold_units", "list_price", "arm"]].fillna("").to_numpy().tolist()
    assert rows == [[2, 100, ""], [1, 80, "cut20"], [0, 80, "cut20"], [0, 80, "cut20"]]
    assert frames("experiment")[["item", "arm", "arm_price"]].to_numpy().tolist() == [
        ["S", "cut20", 80]
    ]


# --- ages ---


def layers(frames):
    rows = frames("layer").sort_values("received_on")[["age_days", "units"]].fillna(-1)
    return rows.to_numpy().tolist()


def test_what_is_on_hand_came_with_the_newest_receipts(build):
    first = pd.Timestamp("2026-02-28")
    arrived = [receipt(f"{first + pd.Timedelta(days=d):%Y-%m-%d}", 100) for d in (0, 40, 80)]
    frames = build(
        f"{first + pd.Timedelta(days=100):%Y-%m-%d}",
        event("2026-05-29", 150),
        purchases=receipts(*arrived),
    )
    assert layers(frames) == [[60, 50], [20, 100]]
    layer = frames("layer")
    assert (layer["age_days"] * layer["units"]).sum() / layer["units"].sum() == pytest.approx(
        33.333333, abs=1e-6
    )


def test_units_beyond_all_receipts_have_no_known_age(build):
    stock = counts(("A", "2026-06-05", 12, "good"), ("A", "2026-06-05", 3, "b-grade"))
    frames = build(
        "2026-06-07",
        event("2026-06-02"),
        purchases=receipts(receipt("2026-06-03", 10)),
        stock=stock,
    )
    assert layers(frames) == [[4, 10], [-1, 5]]


def test_stock_below_zero_has_no_layers(build):
    frames = build(
        "2026-06-07", event("2026-06-02", 5), purchases=receipts(receipt("2026-06-01", 3))
    )
    assert now(frames, "on_hand") == [-2]
    assert layers(frames) == []


def test_damaged_units_are_there_whatever_was_sold_too_early(build):
    moved = pd.DataFrame(
        {
            "sku": ["A"] * 2,
            "moved_at": ["2026-06-02"] * 2,
            "units": [-2, 2],
            "condition": ["good", "b-grade"],
        }
    )
    sold = [event("2026-06-03", 5), event("2026-06-04", 1, kind="return", resaleable_units=0)]
    frames = build(
        "2026-06-07",
        *sold,
        purchases=receipts(receipt("2026-06-01", 6)),
        movements=moved.assign(kind="condition"),
    )
    assert now(frames, "on_hand", "damaged") == [-1, 3]
    assert layers(frames) == [[6, 3]]
    assert frames("control_total")["stock_at_cost"].tolist() == [12]


def test_what_goes_back_to_the_vendor_is_the_oldest_and_a_receipt_of_nothing_is_no_layer(build):
    arrived = [receipt("2026-06-01", 10), receipt("2026-06-03", 0), receipt("2026-06-04", 5)]
    moved = pd.DataFrame(
        {"sku": ["A"], "moved_at": ["2026-06-05"], "units": [-4], "kind": ["vendor return"]}
    )
    frames = build(
        "2026-06-07", event("2026-06-05", 2), purchases=receipts(*arrived), movements=moved
    )
    assert layers(frames) == [[6, 4], [3, 5]]


# --- items ---


def test_sizes_are_rolled_up_to_the_priced_item(build):
    products = pd.DataFrame(
        {"sku": ["A", "B"], "style": ["S", "S"], "style_colour": ["S-red", "S-blue"]}
    )
    purchases = receipts(receipt("2026-06-01", 2), receipt("2026-06-01", 5, "B"))
    frames = build(
        "2026-06-07",
        event("2026-06-02", 2),
        event("2026-06-03", 1, sku="B"),
        products=products,
        purchases=purchases,
    )
    row = frames("item_week").iloc[0]
    assert row[["item", "sold_units", "skus", "skus_in_stock", "closing_units"]].tolist() == [
        "S",
        3,
        2,
        1,
        4,
    ]
    assert frames("item_now")[["on_hand", "skus", "received"]].to_numpy().tolist() == [[4, 2, 7]]


@pytest.mark.parametrize(
    ("level", "items"), [("style", ["S"]), ("style_colour", ["S-red"]), ("sku", ["A"])]
)
def test_the_shop_says_what_is_priced(build, level, items):
    products = pd.DataFrame({"sku": ["A"], "style": ["S"], "style_colour": ["S-red"]})
    assert (
        build("2026-06-07", event("2026-06-02"), products=products, config={"price_level": level})(
            "item_now"
        )["item"].tolist()
        == items
    )


def test_traffic_stands_beside_its_weeks(build):
    seen = pd.DataFrame(
        {
            "item": ["S"] * 3,
            "date": ["2026-06-01", "2026-06-07", "2026-06-08"],
            "exposures": [1, 2, 4],
            "ad_spend": [0.1, 0.2, 0.4],
        }
    )
    frames = build("2026-06-07", event("2026-06-02"), traffic=seen)
    assert frames("item_week")[["exposures", "ad_spend"]].to_numpy().tolist() == [
        [3, pytest.approx(0.3)]
    ]


def test_a_shipping_column_that_is_always_empty_is_no_shipping_column(make_shop, panel):
    products = pd.DataFrame({"sku": ["a"]})
    lines = pd.DataFrame(
        {
            "order_id": ["1"],
            "line_id": ["1"],
            "sku": ["a"],
            "ordered_at": ["2026-01-05"],
            "units": [2],
            "kind": ["sale"],
            "customer_paid": [20],
            "shipped_at": [""],
        }
    )
    purchases = pd.DataFrame(
        {"po_id": ["p"], "sku": ["a"], "units_received": [5], "received_at": ["2026-01-02"]}
    )
    shop = make_shop({"products": products, "order_lines": lines, "purchases": purchases})
    assert panel(shop, "2026-01-11")("sku_now")["on_hand"].tolist() == [3]


# --- wholesale ---

FRANCHISE = {"channel": "franchise"}


def test_wholesale_moves_stock_and_is_no_sale_to_a_consumer(build):
    sold = event("2026-06-02", 8, channel="franchise", basis="wholesale")
    frames = build(
        "2026-06-07", sold, event("2026-06-03", 1), purchases=receipts(receipt("2026-06-01", 10))
    )
    assert weekly(frames, "sold_units", "paid_value", "closing_units") == [[1, 10, 1]]
    assert frames("control_total")["paid"].tolist() == [20]


def test_the_tills_of_a_supplied_channel_sell_what_has_left_the_stock_before(build):
    shipped = event("2026-06-02", 8, 80, basis="wholesale", **FRANCHISE)
    tills = [
        event("2026-06-03", 3, 45, basis="retail", **FRANCHISE),
        event("2026-06-04", 1, 15, kind="return", **FRANCHISE),
    ]
    frames = build("2026-06-07", shipped, *tills, purchases=receipts(receipt("2026-06-01", 10)))
    assert weekly(frames, "sold_units", "returned_units", "undone_units", "closing_units") == [
        [3, 1, 1, 2]
    ]
    assert frames("control_total")["paid"].tolist() == [80]
    span = frames("item_span").set_index(["cut", "span"]).loc[("now", "to date")]
    assert span[["sold_units", "undone_units", "wholesale_units", "elsewhere_units"]].tolist() == [
        3,
        1,
        8,
        2,
    ]


def test_the_tills_of_a_supplied_channel_sell_in_weeks_in_which_the_stock_rests(build):
    shipped = event("2026-06-02", 8, 80, basis="wholesale", **FRANCHISE)
    till = event("2026-06-10", 3, 45, basis="retail", **FRANCHISE)
    frames = build("2026-06-14", shipped, till, purchases=receipts(receipt("2026-06-01", 10)))
    assert weekly(frames, "sold_units", "closing_units") == [[0, 2], [3, 2]]


def test_what_the_channel_sends_back_comes_into_stock(build):
    lines = [
        event("2026-06-02", 8, basis="wholesale", **FRANCHISE),
        event("2026-06-04", 3, kind="return", basis="wholesale", **FRANCHISE),
    ]
    frames = build("2026-06-07", *lines, purchases=receipts(receipt("2026-06-01", 10)))
    assert weekly(frames, "sold_units", "undone_units", "closing_units") == [[0, 0, 5]]
    assert frames("item_span").query("cut == 'now'")["wholesale_units"].tolist() == [5, 5, 5]


def test_a_wholesale_line_without_a_channel_supplies_nobody_in_particular(build):
    lines = [event("2026-06-02", 5, basis="wholesale"), event("2026-06-03", 2)]
    frames = build("2026-06-07", *lines, purchases=receipts(receipt("2026-06-01", 10)))
    assert weekly(frames, "sold_units", "closing_units") == [[2, 3]]


# --- open orders, losses, decisions ---


def rows(frame, *columns):
    text = frame[list(columns)].apply(
        lambda c: c.dt.strftime("%m-%d") if c.dtype.kind == "M" else c
    )
    return text.astype(object).where(text.notna(), None).to_numpy().tolist()


def test_an_open_line_has_what_was_ordered_and_has_not_come(build):
    products = PRODUCTS.assign(vendor="V1")
    purchases = receipts(
        receipt("2026-06-01", 10),
        {
            "units_ordered": 20,
            "ordered_at": "2026-06-02",
            "due_at": "2026-06-20",
            "cancellable_until": "2026-06-10",
        },
        {"units_ordered": 30, "units_received": 12, "unit_cost": 3, "vendor": "V2"},
        {
            "units_ordered": 40,
            "units_received": 39,
            "ordered_at": "2026-06-03",
            "received_at": "2026-06-09",
        },
        {"units_ordered": 50, "ordered_at": "2026-06-08"},
        {"units_ordered": 60, "units_received": 60},
    )
    frames = build("2026-06-07", event("2026-06-02"), products=products, purchases=purchases)
    found = rows(
        frames("open_line"),
        "po_id",
        "item",
        "units",
        "due_at",
        "cancellable_until",
        "unit_cost",
        "vendor",
    )
    assert found == [
        ["p1", "S", 20, "06-20", "06-10", 4, "V1"],
        ["p2", "S", 18, None, None, 3, "V2"],
        ["p3", "S", 40, None, None, 4, "V1"],
    ]
    assert now(frames, "on_order", "cancellable") == [78, 20]


def test_a_loss_is_what_left_the_stock_without_a_sale(build):
    moves = [
        ("2026-06-02", -3, "shrink", "good"),
        ("2026-06-09", -2, "write-off", "b-grade"),
        ("2026-06-10", -1, "write-off", "good"),
        ("2026-06-09", -4, "condition", "good"),
        ("2026-06-09", 4, "condition", "b-grade"),
        ("2026-06-09", -1, "sample out", "good"),
        ("2026-06-12", -5, "donation", "good"),
        ("2026-06-15", -9, "shrink", "good"),
    ]
    movements = pd.DataFrame(moves, columns=["moved_at", "units", "kind", "condition"]).assign(
        sku="A"
    )
    frames = build(
        "2026-06-14",
        event("2026-06-02"),
        purchases=receipts(receipt("2026-06-01", 50)),
        movements=movements,
    )
    assert rows(frames("loss_week"), "week", "item", "kind", "units", "cost") == [
        ["06-01", "S", "shrink", 3, 12],
        ["06-08", "S", "donation", 5, 20],
        ["06-08", "S", "write-off", 3, 12],
    ]


def test_what_a_count_misses_is_a_loss_and_what_it_finds_again_is_none(build):
    found = counts(
        ("A", "2026-06-03", 47, "good"),
        ("A", "2026-06-05", 46, "good"),
        ("A", "2026-06-10", 48, "good"),
    )
    moved = pd.DataFrame(
        {"sku": ["A"], "moved_at": ["2026-06-05"], "units": [-1], "kind": ["shrink"]}
    )
    frames = build(
        "2026-06-14",
        event("2026-06-14", 0),
        purchases=receipts(receipt("2026-06-01", 50)),
        movements=moved,
        stock=found,
    )
    assert rows(frames("loss_week"), "week", "kind", "units", "cost") == [
        ["06-01", "counted difference", 3, 12],
        ["06-01", "shrink", 1, 4],
        ["06-08", "counted difference", -2, -8],
    ]


def test_an_analyst_decides_a_class_in_either_language_from_a_day_on(build):
    columns = ["item", "class", "reason", "decided_by", "decided_on"]
    decided = [
        ("S", "过季", "样品", "Li", "2026-06-07"),
        ("T", "too early", "relaunched", None, None),
        ("U", "slow", "later", None, "2026-06-08"),
        ("V", "unloved", "no such class", None, None),
    ]
    frames = build(
        "2026-06-07", event("2026-06-02"), overrides=pd.DataFrame(decided, columns=columns)
    )
    expected = [
        ["S", "out of season", "样品", "Li", "06-07"],
        ["T", "too early", "relaunched", None, None],
    ]
    assert rows(frames("override"), *columns) == expected
    assert frames("rejects")[["table", "column", "value"]].to_numpy().tolist() == [
        ["overrides", "class", "unloved"]
    ]


def test_the_words_for_a_class_are_those_of_the_reports():
    speak("zh")
    try:
        assert [say(name) for name in CLASSES] == list(CLASSES.values())
    finally:
        speak("en")


def test_the_newest_write_down_by_the_day_is_in_the_books(build):
    booked = [
        ("S", "2026-03-31", 100),
        ("S", "2026-05-31", 250.5),
        ("S", "2026-06-30", 9),
        ("T", "2026-05-31", 0),
    ]
    frames = build(
        "2026-06-07",
        event("2026-06-02"),
        provisions=pd.DataFrame(booked, columns=["item", "booked_on", "amount"]),
    )
    assert rows(frames("provision"), "item", "booked_on", "amount") == [
        ["S", "05-31", 250.5],
        ["T", "05-31", 0],
    ]


def test_a_buy_is_known_from_its_order_on_and_what_is_ordered_later_is_not(build):
    """10 ordered in May for June, 7 received without an order, 5 to come, 9 ordered later."""
    ordered = [("2026-05-20", 10), (None, 7), ("2026-06-10", None), ("2026-06-20", None)]
    came = [("2026-06-01", 10), ("2026-06-03", 7), (None, 5), (None, 9)]
    rows = [
        {"ordered_at": day, "received_at": to, "units_received": got, "units_ordered": units}
        for (day, got), (to, units) in zip(ordered, came, strict=True)
    ]
    frames = build("2026-06-14", event("2026-06-02"), purchases=receipts(*rows))
    weeks = frames("buy_week").sort_values("week")
    assert weeks["units"].tolist() == [10, 7, 5]
    assert weeks["week"].dt.strftime("%m-%d").tolist() == ["05-18", "06-01", "06-08"]
