"""What an export of sales does not say is marked, and what it says is told."""

import pytest

from destock.intake.proposals.entry import Entry
from destock.intake.proposals.finding import Export
from destock.intake.proposals.sales import tell_sales

SOLD = {
    "Order ID": ["1", "2"],
    "Date": ["2026-03-01", "2026-03-02"],
    "SKU": ["A", "B"],
    "Qty": ["2", "1"],
    "Total": ["40", "20"],
}
NAMES = {
    "order_id": "Order ID",
    "sku": "SKU",
    "ordered_at": "Date",
    "units": "Qty",
    "customer_paid": "Total",
}


def told(columns, **further):
    entry = Entry("order_lines", {}, Export([], "x.csv", columns))
    left = NAMES | further
    tell_sales(entry, left)
    return entry, left


def test_sales_alone_are_sales():
    entry, left = told(SOLD)
    assert entry.keys == {"columns.kind": "'sale'"}
    assert left == NAMES
    assert entry.notes == []


@pytest.mark.parametrize("name", ["Discount", "Rabatt %", "退款状态", "Cancelled at", "Quantity"])
def test_a_column_that_may_change_a_figure_is_named(name):
    entry, _ = told(SOLD | {name: ["1", "2"]})
    assert [name in note for note in entry.notes] == [True]
    # one that holds nothing changes nothing
    assert told(SOLD | {name: ["", "-"]})[0].notes == []


def test_other_columns_are_not():
    assert told(SOLD | {"Customer": ["x", "y"], "Barcode": ["1", "2"]})[0].notes == []


def test_units_below_zero_came_back():
    entry, left = told(SOLD | {"Qty": ["2", "-1"]})
    assert entry.keys["columns.kind"].startswith('CASE WHEN units("Qty") < 0')
    assert entry.keys["columns.customer_paid"] == 'abs(amount("Total"))'
    assert not {"units", "customer_paid"} & left.keys()


def test_a_status_is_stronger_than_a_sign():
    words = SOLD | {"Qty": ["2", "-1"], "Status": ["Shipped", "Cancelled"]}
    entry, _ = told(words, status="Status")
    assert entry.keys["status.order"] == "Status"
    assert "columns.kind" not in entry.keys


def test_a_word_of_a_kind_that_nobody_knows_is_no_event():
    entry, _ = told(SOLD | {"Type": ["销售出库", "调拨"]}, kind="Type")
    assert entry.keys["columns.kind"] == "CASE \"Type\" WHEN '销售出库' THEN 'sale' END"


def test_what_came_back_alone_tells_how_a_line_fared():
    entry, _ = told(SOLD | {"Returned": ["1", "0"]}, returned_units="Returned")
    assert entry.keys == {"status.returned_units": "Returned"}
