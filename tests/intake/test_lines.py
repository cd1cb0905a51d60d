"""Lines whose orders stand elsewhere, and amounts of orders spread over their lines."""

import pandas as pd
import pytest

from destock.model.messages import Fault

LINES = "no,sku,price,n\n1,A,10.00,1\n1,B,20.00,1\n2,A,10.00,3\n3,B,20.00,1\n"
ORDERS = (
    "no,day,paid,state\n1,2026-05-04,27.00,gone\n2,2026-05-05,30.00,gone\n3,2026-05-06,0,gone\n"
)
ENTRY = {
    "rename": {"order_id": "no", "ordered_at": "day", "units": "n"},
    "heads": {"source": "orders*.csv", "key": "no"},
    "spread": {"customer_paid": {"amount": 'amount("paid")', "by": 'amount("price") * units("n")'}},
    "status": {"order": "state", "words": {"gone": "shipped", "closed": "cancelled"}},
    "equal_rows": "separate",
}


@pytest.fixture
def taken(make_shop, take_in):
    def make(lines=LINES, orders=(ORDERS,), **entry):
        shop = make_shop(
            {"products": "sku,name\nA,Ash\nB,Birch\n", "order_lines": lines},
            tables={"order_lines": ENTRY | entry},
        )
        for n, text in enumerate(orders, 1):
            (shop / f"orders-{n}.csv").write_text(text, encoding="utf-8")
        intake, table = take_in(shop)
        return intake, table("order_lines")

    return make


def paid(frame):
    return frame.groupby("order_id")["customer_paid"].apply(lambda some: sorted(map(float, some)))


def test_a_line_has_the_day_and_its_part_of_the_money_of_its_order(taken):
    intake, frame = taken()
    assert paid(frame).to_dict() == {"1": [9, 18], "2": [30], "3": [0]}
    assert frame["ordered_at"].dt.day.tolist() == [4, 4, 5, 6]
    assert intake.rejects.empty


@pytest.mark.parametrize("total", ["100.00", "0.01", "99.99", "7.77"])
def test_the_parts_add_up_to_the_order_to_the_cent(taken, total):
    lines = "no,sku,price,n\n" + "1,A,10.00,1\n" * 3 + "1,B,3.33,1\n" * 4
    frame = taken(lines, (f"no,day,paid,state\n1,2026-05-04,{total},gone\n",))[1]
    assert round(frame["customer_paid"].sum(), 4) == float(total)
    assert (frame["customer_paid"] >= 0).all()
    assert (frame["customer_paid"] * 100 % 1).round(6).isin([0, 1]).all()


def test_an_order_of_lines_that_are_worth_nothing_is_spread_evenly(taken):
    lines = "no,sku,price,n\n1,A,0,1\n1,B,0,1\n"
    assert paid(taken(lines)[1]).to_dict() == {"1": [13.5, 13.5]}


def test_where_one_price_is_not_known_no_part_of_its_order_is(taken):
    intake, frame = taken("no,sku,price,n\n1,A,,1\n1,B,20.00,1\n2,A,10.00,3\n")
    assert frame["order_id"].tolist() == ["2"]
    assert intake.rejects["line"].tolist() == [2, 3]


def test_a_line_without_its_order_is_rejected_and_named(taken):
    """What one of the handed cases is about: an order that is no more in its export."""
    intake, frame = taken(orders=(ORDERS.rsplit("\n", 2)[0] + "\n",))
    assert sorted(set(frame["order_id"])) == ["1", "2"]
    assert intake.rejects[["line", "value"]].to_numpy().tolist() == [[5, "3"]]


def test_of_two_exports_of_orders_the_newer_holds(taken):
    newer = "no,day,paid,state\n1,2026-05-04,27.00,closed\n"
    frame = taken(orders=(ORDERS, newer))[1]
    assert sorted(frame.query("order_id == '1'")["kind"]) == ["cancel", "cancel", "sale", "sale"]


def test_the_files_of_the_orders_are_inputs(make_shop):
    from destock.intake.shop import open_shop

    shop = make_shop({"products": "sku\nA\n", "order_lines": LINES}, tables={"order_lines": ENTRY})
    (shop / "orders-1.csv").write_text(ORDERS, encoding="utf-8")
    assert set(open_shop(shop).inputs()) == {
        "shop.toml",
        "products.csv",
        "order_lines.csv",
        "orders-1.csv",
    }


def test_the_key_has_to_be_there(taken):
    with pytest.raises(Fault, match="no column “number”"):
        taken(heads={"source": "orders*.csv", "key": "number"})


def test_what_stands_once_an_order_holds_for_all_its_lines(taken):
    lines = (
        "no,day,paid,state,sku,price,n\n1,2026-05-04,27.00,gone,A,10.00,1\n1,,,,B,20.00,1\n"
        "2,2026-05-05,30.00,gone,A,10.00,3\n"
    )
    heads = {"key": "no", "columns": ["day", "paid", "state"]}
    frame = taken(lines, (), heads=heads)[1]
    assert paid(frame).to_dict() == {"1": [9, 18], "2": [30]}
    assert frame["ordered_at"].dt.day.tolist() == [4, 4, 5]


def test_permuted_lines_get_the_same_money(taken):
    rows = LINES.splitlines()
    one = taken()[1]
    other = taken("\n".join([rows[0], *rows[:0:-1]]) + "\n")[1]
    pd.testing.assert_series_equal(paid(one), paid(other))
