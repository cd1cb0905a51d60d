"""Exports of other platforms: each with its traps, read once more by pandas or by hand."""

import pandas as pd
import pytest
from tests.intake.exported import by_kind, events, expected, is_secret_kept, read, shop_of, written


def same(lines, wanted):
    pd.testing.assert_frame_equal(by_kind(lines), wanted, check_dtype=False, check_names=False)


def taken(make_shop, take_in, export, text, table, name="1.csv", **config):
    intake, frame = take_in(shop_of(make_shop, export, {name: text}, table, **config))
    assert is_secret_kept(intake, frame)
    return intake, frame(table)


def shopify(**said):
    row = {
        "Name": "#1",
        "Financial Status": "paid",
        "Paid at": "2026-06-01 10:00:00 +0800",
        "Fulfillment Status": "fulfilled",
        "Fulfilled at": "2026-06-02 10:00:00 +0800",
        "Currency": "USD",
        "Subtotal": "90.00",
        "Shipping": "10.00",
        "Taxes": "0.00",
        "Total": "100.00",
        "Created at": "2026-06-01 10:00:00 +0800",
        "Lineitem quantity": "1",
        "Lineitem name": "Dress - M",
        "Lineitem price": "100.00",
        "Lineitem sku": "A",
        "Lineitem fulfillment status": "fulfilled",
        "Cancelled at": "",
        "Refunded Amount": "0.00",
        "Lineitem discount": "0.00",
        "Source": "web",
        "Location": "",
    }
    return row | said


def further(**said):
    """A further line of an order: what is the order's stands in its first line only."""
    own = (
        "Name",
        "Created at",
        "Lineitem quantity",
        "Lineitem name",
        "Lineitem price",
        "Lineitem sku",
        "Lineitem fulfillment status",
        "Lineitem discount",
    )
    return {k: v if k in own else "" for k, v in shopify().items()} | said


NEVER = {"Paid at": "", "Fulfilled at": "", "Lineitem fulfillment status": "pending"}
UNSENT = {"Fulfilled at": "", "Lineitem fulfillment status": "pending"}


def test_shopify_orders(make_shop, take_in):
    rows = [
        shopify(Subtotal="250.00"),
        further(
            **{
                "Lineitem sku": "B",
                "Lineitem price": "75.00",
                "Lineitem quantity": "3",
                "Lineitem discount": "25.00",
            }
        ),
        shopify(Name="#2", **{"Financial Status": "refunded", "Refunded Amount": "100.00"}),
        shopify(
            Name="#3", **{"Financial Status": "refunded", "Refunded Amount": "100.00"} | UNSENT
        ),
        # ten per cent of tax on top: of 49.50 back, 45 are of goods
        shopify(
            Name="#4",
            Taxes="9.00",
            Total="109.00",
            **{"Financial Status": "partially_refunded", "Refunded Amount": "49.50"},
        ),
        shopify(
            Name="#5",
            **{
                "Cancelled at": "2026-06-01 12:00:00 +0800",
                "Financial Status": "refunded",
                "Refunded Amount": "100.00",
            }
            | UNSENT,
        ),
        shopify(
            Name="#6",
            **{"Cancelled at": "2026-06-01 12:00:00 +0800", "Financial Status": "voided"} | NEVER,
        ),
        shopify(Name="#7", **{"Financial Status": "pending"} | NEVER),
        shopify(Name="#8", **{"Financial Status": "pending", "Paid at": ""}),  # cash on delivery
        shopify(Name="#9", **{"Financial Status": "expired"} | NEVER),
        shopify(Name="#10", **{"Financial Status": "authorized", "Paid at": ""} | UNSENT),
        shopify(Name="#11", **{"Lineitem sku": "", "Lineitem name": "C"}),
        # two equal lines are two pieces
        shopify(Name="#12", Subtotal="100.01"),
        further(Name="#12"),
    ]
    text = written(rows, personal=["Email", "Billing Name", "Shipping Phone", "Notes", "Phone"])
    folder = shop_of(make_shop, "shopify_orders", {"1.csv": text}, currency="USD")
    intake, table = take_in(folder)
    wanted = [
        ("A", "sale", 1, 83.33, 83.33, 0),
        ("B", "sale", 3, 166.67, 166.67, 0),
        ("A", "sale", 1, 90, 90, 0),
        ("A", "return", 1, 90, 90, 90),
        ("A", "sale", 1, 90, 90, 0),
        ("A", "cancel", 1, 90, 90, 90),
        ("A", "sale", 1, 90, 90, 0),
        ("A", "refund_only", 0, 0, 0, 45),
        ("A", "sale", 1, 90, 90, 0),
        ("A", "cancel", 1, 90, 90, 90),
        ("A", "sale", 1, 90, 90, 0),
        ("A", "sale", 1, 90, 90, 0),
        ("C", "sale", 1, 90, 90, 0),
        ("A", "sale", 2, 100.01, 100.01, 0),
    ]
    assert intake.rejects.empty
    lines = table("order_lines")
    same(lines, expected(wanted))
    assert len(lines[lines["order_id"] == "#12"]) == 2
    sent = lines[lines["order_id"].isin(["#3", "#10"]) & (lines["kind"] == "sale")]
    assert sent["shipped_at"].isna().all()
    assert is_secret_kept(intake, table)


NEW = (
    "URL handle",
    "Title",
    "Vendor",
    "Product category",
    "Type",
    "Option1 name",
    "Option1 value",
    "Option2 name",
    "Option2 value",
    "Option3 name",
    "Option3 value",
    "SKU",
    "Price",
    "Compare-at price",
    "Cost per item",
    "Inventory tracker",
    "Inventory quantity",
    "Product image URL",
)
OLD = (
    "Handle",
    "Title",
    "Vendor",
    "Product Category",
    "Type",
    "Option1 Name",
    "Option1 Value",
    "Option2 Name",
    "Option2 Value",
    "Option3 Name",
    "Option3 Value",
    "Variant SKU",
    "Variant Price",
    "Variant Compare At Price",
    "Cost per item",
    "Variant Inventory Tracker",
    "Variant Inventory Qty",
    "Image Src",
)
GOODS = [
    (
        "dress",
        "Dress",
        "V",
        "Apparel",
        "Dresses",
        "Color",
        "Red",
        "Size",
        "M",
        "",
        "",
        "A",
        "80",
        "120",
        "30",
        "shopify",
        "5",
        "x",
    ),
    ("dress", "", "", "", "", "", "Red", "", "L", "", "", "", "80", "", "30", "shopify", "-1", ""),
    (
        "dress",
        "",
        "",
        "",
        "",
        "",
        "",
        "",
        "",
        "",
        "",
        "",
        "",
        "",
        "",
        "",
        "",
        "y",
    ),  # a further picture
    (
        "bag",
        "Bag",
        "V",
        "",
        "Bags",
        "Title",
        "Default Title",
        "",
        "",
        "",
        "",
        "",
        "50",
        "0",
        "",
        "",
        "9",
        "",
    ),
]


@pytest.mark.parametrize(
    ("export", "names"), [("shopify_products", NEW), ("shopify_products_2025", OLD)]
)
def test_shopify_products(make_shop, take_in, export, names):
    text = written([dict(zip(names, row, strict=True)) for row in GOODS])
    intake, made = taken(make_shop, take_in, export, text, "products")
    made = made.set_index("sku")
    assert intake.rejects.empty
    assert list(made.index) == ["A", "Bag", "Dress - Red / L"]
    assert made["style"].to_dict() == {"A": "dress", "Bag": "bag", "Dress - Red / L": "dress"}
    assert made["tag_price"].astype(float).to_list() == [120, 50, 80]
    assert made["size"].fillna("").to_list() == ["M", "", "L"]
    assert made["colour"].fillna("").to_list() == ["Red", "", "Red"]
    assert made["category"].to_list() == ["Dresses", "Bags", "Dresses"]
    _, stock = taken(make_shop, take_in, export, text, "stock", "products-2026-06-07.csv")
    assert stock.set_index("sku")["on_hand"].astype(float).to_dict() == {
        "A": 5,
        "Dress - Red / L": -1,
    }


def test_shopify_inventory(make_shop, take_in):
    row = {
        "Handle": "dress",
        "Title": "Dress",
        "Option1 Name": "Size",
        "Option1 Value": "M",
        "Option2 Name": "",
        "Option2 Value": "",
        "Option3 Name": "",
        "Option3 Value": "",
        "SKU": "A",
        "Location": "X",
        "Incoming (not editable)": "2",
        "Available (not editable)": "3",
        "On hand (current)": "4",
        "On hand (new)": "",
    }
    rows = [
        row,
        row
        | {
            "Location": "Y",
            "On hand (current)": "not stocked",
            "Incoming (not editable)": "not stocked",
        },
        row | {"SKU": "", "Option1 Value": "L", "On hand (current)": "-1"},
    ]
    intake, stock = taken(
        make_shop,
        take_in,
        "shopify_inventory",
        written(rows),
        "stock",
        "inventory_export_2026-06-07.csv",
    )
    assert intake.rejects.empty
    assert [
        tuple(r)
        for r in stock[["sku", "location", "on_hand", "inbound"]]
        .astype({"on_hand": float, "inbound": float})
        .to_numpy()
    ] == [("A", "X", 4, 2), ("Dress - L", "X", -1, 2)]


def tiktok(**said):
    row = {
        "Order ID": "577000000000000001\t",
        "Order Status": "Completed",
        "Order Substatus": "",
        "Cancelation/Return Type": "",
        "SKU ID": "17\t",
        "Seller SKU": "A",
        "Quantity": "2",
        "Sku Quantity of return": "0",
        "SKU Platform Discount": "5",
        "SKU Seller Discount": "10",
        "SKU Subtotal After Discount": "85",
        "Order Amount": "95",
        "Order Refund Amount": "0",
        "Created Time": "13/05/2026 10:00:00\t",
        "Paid Time": "13/05/2026 10:01:00\t",
        "Shipped Time": "14/05/2026 10:00:00\t",
        "Delivered Time": "16/05/2026 10:00:00\t",
        "Cancelled Time": "",
        "Cancel Reason": "",
        "Warehouse Name": "w",
    }
    return row | said


def test_tiktok_shop_orders(make_shop, take_in):
    rows = [
        dict.fromkeys(tiktok(), "Platform unique order ID."),
        tiktok(),
        # one of two came back, of one of two lines
        tiktok(
            **{
                "Order ID": "2\t",
                "Cancelation/Return Type": "Return/Refund",
                "Sku Quantity of return": "1",
                "Order Refund Amount": "42.5",
            }
        ),
        tiktok(
            **{
                "Order ID": "2\t",
                "Seller SKU": "B",
                "Cancelation/Return Type": "Return/Refund",
                "Order Refund Amount": "42.5",
            }
        ),
        tiktok(
            **{
                "Order ID": "3\t",
                "Cancelation/Return Type": "Return/Refund",
                "Order Refund Amount": "20",
            }
        ),
        tiktok(**{"Order ID": "4\t", "Cancelation/Return Type": "Return/Refund"}),  # asked for
        tiktok(
            **{
                "Order ID": "5\t",
                "Order Status": "Canceled",
                "Cancelation/Return Type": "Cancel",
                "Shipped Time": "",
                "Delivered Time": "",
                "Cancelled Time": "13/05/2026 11:00:00\t",
                "Order Refund Amount": "95",
            }
        ),
        tiktok(
            **{
                "Order ID": "6\t",
                "Order Status": "Cancelled",
                "Cancelation/Return Type": "Cancel",
                "Paid Time": "\t",
                "Shipped Time": "\t",
                "Delivered Time": "",
            }
        ),
        tiktok(
            **{
                "Order ID": "7\t",
                "Order Status": "To ship",
                "Shipped Time": "",
                "Delivered Time": "",
                "Seller SKU": "",
                "SKU ID": "C",
            }
        ),
        tiktok(
            **{
                "Order ID": "8\t",
                "Order Status": "Dibatalkan",
                "Shipped Time": "14/05/2026 10:00:00",
                "Cancelation/Return Type": "Cancel",
                "Order Refund Amount": "85",
            }
        ),
    ]
    text = written(
        rows, personal=["Buyer Username", "Recipient", "Phone #", "Detail Address"], bom=True
    )
    folder = shop_of(
        make_shop,
        "tiktok_shop_orders",
        {"1.csv": text},
        further={"date_format": "%d/%m/%Y %H:%M:%S"},
    )
    intake, table = take_in(folder)

    def tell(row):
        sku = row["Seller SKU"] or row["SKU ID"]
        returned, refund = int(row["Sku Quantity of return"]), float(row["Order Refund Amount"])
        if not row["Paid Time"].strip():
            return
        yield sku, "sale", 2, 85, 90, 0
        if row["Order Status"] in ("Canceled", "Dibatalkan"):
            yield sku, "return" if row["Shipped Time"] else "cancel", 2, 85, 90, min(refund, 85)
        elif returned:
            yield sku, "return", returned, 85 * returned / 2, 90 * returned / 2, refund
        elif refund and sku == "A":
            yield sku, "refund_only", 0, 0, 0, refund

    frame = read(text).iloc[1:]
    assert intake.rejects.empty
    same(table("order_lines"), events(frame, tell))
    assert is_secret_kept(intake, table)


def amazon(**said):
    row = {
        "amazon-order-id": "111-1",
        "purchase-date": "2026-05-13T10:00:00+00:00",
        "order-status": "Shipped",
        "fulfillment-channel": "Amazon",
        "sales-channel": "Amazon.com",
        "sku": "A",
        "item-status": "Shipped",
        "quantity": "3",
        "currency": "USD",
        "item-price": "60.00",
        "item-tax": "5",
        "item-promotion-discount": "6.00",
    }
    return row | {key.replace("_", "-"): value for key, value in said.items()}


def test_amazon_all_orders(make_shop, take_in):
    rows = [
        amazon(),
        amazon(),  # twice in one order: two lines
        amazon(amazon_order_id="2", order_status="Pending", item_price="", currency=""),
        amazon(
            amazon_order_id="3",
            order_status="Cancelled",
            item_status="Cancelled",
            item_price="",
            quantity="0",
        ),
        amazon(amazon_order_id="4", sales_channel="Non-Amazon US", item_price=""),
        amazon(amazon_order_id="5", order_status="Shipped - Returned to Seller"),
        amazon(amazon_order_id="6", order_status="Unshipped", item_promotion_discount=""),
    ]
    text = written(rows, personal=["ship-city", "ship-postal-code"], delimiter="\t")
    intake, lines = taken(
        make_shop, take_in, "amazon_all_orders", text, "order_lines", currency="USD", timezone="UTC"
    )
    frame = read(text, sep="\t")
    frame = frame[
        ~frame["order-status"].isin(["Pending", "Cancelled"])
        & ~frame["sales-channel"].str.startswith("Non")
    ]
    paid = pd.to_numeric(frame["item-price"]) - pd.to_numeric(
        frame["item-promotion-discount"]
    ).fillna(0)
    sold = lines[lines["kind"] == "sale"]
    assert intake.rejects.empty
    assert (float(sold["customer_paid"].sum()), float(sold["units"].sum())) == (
        paid.sum(),
        3 * len(frame),
    )
    back = lines[lines["kind"] == "return"]
    assert back["order_id"].to_list() == ["5"]


def test_amazon_returns(make_shop, take_in):
    row = {
        "Order ID": "1",
        "Order date": "2026-05-01",
        "Return request date": "2026-05-10",
        "Return request status": "Approved",
        "Currency code": "USD",
        "Merchant SKU": "A",
        "Return quantity": "1",
        "Return Reason": "r",
        "Return delivery date": "2026-05-20",
        "Order Amount": "60",
        "Order quantity": "3",
        "Refunded Amount": "20",
    }
    rows = [
        row,
        row | {"Order ID": "2", "Return delivery date": "", "Refunded Amount": "5"},
        row | {"Order ID": "3", "Return delivery date": "", "Refunded Amount": "0"},
    ]
    intake, lines = taken(
        make_shop,
        take_in,
        "amazon_returns",
        written(rows, delimiter="\t"),
        "order_lines",
        currency="USD",
    )
    assert intake.rejects.empty
    same(lines, expected([("A", "return", 1, 20, 20, 20), ("A", "refund_only", 0, 0, 0, 5)]))


def test_amazon_ledger_detail(make_shop, take_in):
    row = {
        "Date": "05/13/2026",
        "FNSKU": "X",
        "MSKU": "A",
        "Event Type": "Receipts",
        "Reference ID": "FBA1",
        "Quantity": "10",
        "Fulfillment Center": "ABE2",
        "Disposition": "SELLABLE",
        "Reason": "",
    }
    events = [
        ("CustomerReturns", "1", "DEFECTIVE", "", "adjustment"),
        ("VendorReturns", "-2", "SELLABLE", "", "vendor return"),
        ("WhseTransfers", "-3", "SELLABLE", "", "transfer"),
        ("WhseTransfers", "3", "SELLABLE", "", "transfer"),
        ("Adjustments", "-1", "SELLABLE", "M", "shrink"),
        ("Adjustments", "1", "SELLABLE", "F", "adjustment"),
        ("Adjustments", "-1", "SELLABLE", "Q", "condition"),
        ("Adjustments", "1", "WAREHOUSE_DAMAGED", "Q", "condition"),
    ]
    rows = [
        row,
        row | {"Fulfillment Center": "ONT8"},
        row | {"Quantity": "-1"},
        row | {"Event Type": "Shipments", "Quantity": "-4"},
    ]
    rows += [
        row | {"Event Type": e, "Quantity": q, "Disposition": d, "Reason": r}
        for e, q, d, r, _ in events
    ]
    text = written(rows, delimiter="\t")
    intake, moved = taken(make_shop, take_in, "amazon_ledger_detail", text, "movements")
    assert intake.rejects.empty
    assert sorted(zip(moved["kind"], moved["units"].astype(float), strict=True)) == sorted(
        (k, float(q)) for _, q, _, _, k in events
    )
    assert set(moved.loc[moved["condition"] == "defective", "units"].astype(float)) == {1}
    intake, bought = taken(make_shop, take_in, "amazon_ledger_detail", text, "purchases")
    assert intake.rejects.empty
    assert bought[["po_id", "sku"]].to_numpy().tolist() == [["FBA1", "A"]]
    assert float(bought["units_received"][0]) == 19


def test_amazon_ledger_summary(make_shop, take_in):
    numbers = (
        "Starting Warehouse Balance",
        "Receipts",
        "Customer Shipments",
        "Customer Returns",
        "Vendor Returns",
        "Warehouse Transfer In/Out",
        "Found",
        "Lost",
        "Damaged",
        "Disposed",
        "Other Events",
        "Ending Warehouse Balance",
    )
    row = {
        "Date": "05/13/2026",
        "MSKU": "A",
        "Disposition": "SELLABLE",
        "Location": "US",
    } | dict.fromkeys(numbers, "0")
    rows = [
        row
        | {
            "Receipts": "10",
            "Customer Shipments": "-4",
            "Lost": "-1",
            "Ending Warehouse Balance": "5",
        },
        row | {"Ending Warehouse Balance": "2", "Vendor Returns": "-3"},  # of another FNSKU
        row
        | {
            "Disposition": "CUSTOMER_DAMAGED",
            "Customer Returns": "1",
            "Ending Warehouse Balance": "1",
        },
        row | {"Disposition": "DEFECTIVE", "Disposed": "-2", "Ending Warehouse Balance": "0"},
    ]
    text = written(rows, delimiter="\t")
    frame = read(text, sep="\t").astype({n: float for n in numbers})
    intake, stock = taken(make_shop, take_in, "amazon_ledger_summary", text, "stock")
    assert intake.rejects.empty
    assert stock.set_index("condition")["on_hand"].astype(float).to_dict() == {
        "good": frame.query("Disposition == 'SELLABLE'")["Ending Warehouse Balance"].sum(),
        "defective": 1,
    }
    intake, moved = taken(make_shop, take_in, "amazon_ledger_summary", text, "movements")
    assert intake.rejects.empty
    others = [
        n for n in numbers if n not in ("Receipts", "Customer Shipments") and "Balance" not in n
    ]
    assert float(moved["units"].sum()) == frame[others].sum().sum()
    assert moved.groupby("kind")["units"].sum().astype(float).to_dict() == {
        "adjustment": 1,
        "shrink": -1,
        "vendor return": -3,
        "write-off": -2,
    }
    _, bought = taken(make_shop, take_in, "amazon_ledger_summary", text, "purchases")
    assert bought["units_received"].astype(float).to_list() == [10]


def test_amazon_stock_today(make_shop, take_in):
    row = {
        "snapshot-date": "2026-05-13",
        "sku": "A",
        "product-name": "n",
        "available": "5",
        "Total Reserved Quantity": "2",
        "unfulfillable-quantity": "1",
        "inbound-quantity": "4",
        "product-group": "g",
        "supplier": "",
    }
    text = written(
        [row, row | {"sku": "B", "unfulfillable-quantity": "0", "Total Reserved Quantity": ""}],
        delimiter="\t",
    )
    _, stock = taken(make_shop, take_in, "amazon_fba_inventory_planning", text, "stock")
    counted = {(r.sku, r.condition): float(r.on_hand) for r in stock.itertuples()}
    assert counted == {("A", "good"): 7, ("A", "defective"): 1, ("B", "good"): 5}
    _, goods = taken(make_shop, take_in, "amazon_fba_inventory_planning", text, "products")
    assert goods["category"].to_list() == ["g", "g"]
    row = {
        "sku": "A",
        "product-name": "n",
        "mfn-listing-exists": "Yes",
        "mfn-fulfillable-quantity": "99",
        "afn-listing-exists": "Yes",
        "afn-fulfillable-quantity": "5",
        "afn-unsellable-quantity": "1",
        "afn-reserved-quantity": "2",
        "afn-inbound-working-quantity": "1",
        "afn-inbound-shipped-quantity": "0",
        "afn-inbound-receiving-quantity": "3",
    }
    text = written(
        [row, row | {"sku": "B", "afn-listing-exists": "No", "afn-fulfillable-quantity": ""}],
        delimiter="\t",
    )
    _, stock = taken(make_shop, take_in, "amazon_myi", text, "stock", "myi-20260513.csv")
    assert {(r.sku, r.condition): float(r.on_hand) for r in stock.itertuples()} == {
        ("A", "good"): 7,
        ("A", "defective"): 1,
    }
    assert float(stock["inbound"].max()) == 4


def test_amazon_settlement(make_shop, take_in):
    row = {
        "settlement-id": "1",
        "deposit-date": "",
        "total-amount": "",
        "currency": "USD",
        "transaction-type": "Order",
        "amount-type": "ItemPrice",
        "amount-description": "Principal",
        "amount": "60.00",
        "posted-date": "2026-05-13",
        "order-item-code": "7",
        "sku": "A",
    }
    fee = row | {"amount-type": "ItemFees", "amount-description": "Commission", "amount": "-9.00"}
    rows = [
        row
        | {
            "amount-type": "",
            "amount-description": "",
            "amount": "",
            "total-amount": "1234.56",
            "posted-date": "",
            "sku": "",
        },
        row,
        fee,
        fee,
        fee | {"transaction-type": "Refund", "amount": "7.20"},
        row
        | {
            "amount-type": "Cost of Advertising",
            "amount-description": "TransactionTotalAmount",
            "amount": "-3",
            "sku": "",
        },
        row
        | {
            "amount-type": "other-transaction",
            "amount-description": "Subscription Fee",
            "amount": "-39.99",
            "sku": "",
        },
        row
        | {
            "amount-type": "other-transaction",
            "amount-description": "Current Reserve Amount",
            "amount": "-500",
            "sku": "",
        },
    ]
    intake, made = taken(
        make_shop, take_in, "amazon_settlement", written(rows, delimiter="\t"), "charges"
    )
    assert intake.rejects.empty
    assert made.groupby("kind")["amount"].sum().astype(float).to_dict() == {
        "commission": 10.8,
        "paid traffic": 3,
        "platform": 39.99,
    }


def test_square_items(make_shop, take_in):
    row = {
        "Date": "2026-07-18",
        "Time": "10:05:33",
        "Item": "Tee",
        "Qty": "1.0",
        "Price Point Name": "M",
        "SKU": "A",
        "Gross Sales": "$1,240.00",
        "Net Sales": "$1,240.00",
        "Transaction ID": "t1",
        "Event Type": "Payment",
        "Location": "L",
        "Itemization Type": "Physical Good",
        "Channel": "POS",
    }
    rows = [
        row,
        row,
        row
        | {"Transaction ID": "t2", "Event Type": "Refund", "Qty": "-1.0", "Net Sales": "-$45.00"},
        row | {"Transaction ID": "t3", "SKU": "", "Net Sales": "$8.00"},
        row | {"Transaction ID": "t4", "Item": "Custom Amount", "SKU": ""},
    ]
    text = written(rows, personal=["Customer Name", "Customer ID", "PAN Suffix"])
    intake, lines = taken(make_shop, take_in, "square_items", text, "order_lines")
    assert intake.rejects.empty
    same(
        lines,
        expected(
            [
                ("A", "sale", 2, 2480, 2480, 0),
                ("A", "return", 1, 45, 45, 0),
                ("Tee - M", "sale", 1, 8, 8, 0),
            ]
        ),
    )


def test_woocommerce(make_shop, take_in):
    row = {
        "ID": "1",
        "Type": "variation",
        "SKU": "A",
        "Name": "Tee - M",
        "Stock": "4",
        "Sale price": "",
        "Regular price": "20",
        "Categories": "",
        "Parent": "TEE",
        "Attribute 1 name": "Size",
        "Attribute 1 value(s)": "M",
        "Attribute 2 name": "",
        "Attribute 2 value(s)": "",
    }
    rows = [
        row
        | {
            "ID": "9",
            "Type": "variable",
            "SKU": "TEE",
            "Parent": "",
            "Attribute 1 value(s)": "M, L",
        },
        row,
        row
        | {
            "ID": "2",
            "Type": "simple, downloadable",
            "SKU": "B",
            "Parent": "",
            "Stock": "",
            "Categories": "Clothes > Bags, Sale",
        },
    ]
    intake, made = taken(make_shop, take_in, "woocommerce_products", written(rows), "products")
    assert intake.rejects.empty
    assert made[["sku", "style", "size", "category"]].fillna("").to_numpy().tolist() == [
        ["A", "TEE", "M", ""],
        ["B", "B", "M", "Bags"],
    ]
    _, stock = taken(
        make_shop, take_in, "woocommerce_products", written(rows), "stock", "wc-2026-06-07.csv"
    )
    assert stock["sku"].to_list() == ["A"]
    row = {"Product / Variation": "Tee", "SKU": "A", "Status": "In stock", "Stock": "-3"}
    text = written([row, row | {"SKU": "B", "Stock": "N/A"}])
    _, stock = taken(make_shop, take_in, "woocommerce_stock", text, "stock", "wc-2026-06-07.csv")
    assert stock["on_hand"].astype(float).to_list() == [-3]


def test_lightspeed_x_products(make_shop, take_in):
    row = {
        **{"id": "u", "handle": "tee", "sku": "A", "composite_sku": "", "name": "Tee"},
        **{"product_category": "Tops", "variant_option_one_name": "Size"},
        **{"variant_option_one_value": "M", "variant_option_two_name": "Colour"},
        **{"variant_option_two_value": "Red", "variant_option_three_name": ""},
        **{"variant_option_three_value": "", "supply_price": "8", "retail_price": "20"},
        **{"brand_name": "b", "supplier_name": "v", "track_inventory": "1"},
        **{"inventory_Main_Outlet": "3", "inventory_Market_Square": "-1"},
    }
    rows = [row, row | {"sku": "SET", "composite_sku": "A"}]
    rows.append(row | {"sku": "B", "inventory_Main_Outlet": "", "track_inventory": "0"})
    text = written(rows)
    intake, made = taken(make_shop, take_in, "lightspeed_x_products", text, "products")
    assert intake.rejects.empty
    told = made[["sku", "style", "category", "size", "colour", "vendor"]].to_numpy().tolist()
    assert told == [[sku, "tee", "Tops", "M", "Red", "v"] for sku in "AB"]
    name = "product-export-2026-06-07.csv"
    _, stock = taken(make_shop, take_in, "lightspeed_x_products", text, "stock", name)
    counted = {row.location: float(row.on_hand) for row in stock.itertuples()}
    assert counted == {"Main Outlet": 3, "Market Square": -1}
    assert set(stock["sku"]) == {"A"}


def test_erpnext(make_shop, take_in):
    row = {
        "Date": "2026-06-01 10:00:00",
        "Item": "A",
        "In Qty": "10",
        "Out Qty": "0",
        "Balance Qty": "10",
        "Voucher #": "PR-1",
        "Warehouse": "W",
        "Incoming Rate": "4",
        "Voucher Type": "Purchase Receipt",
    }
    rows = [
        {"Item": "'Opening'", "Balance Qty": "0"},
        row,
        row
        | {
            "Date": "2026-06-01 15:00:00",
            "In Qty": "0",
            "Out Qty": "-3",
            "Balance Qty": "7",
            "Voucher Type": "Delivery Note",
            "Voucher #": "DN-1",
        },
        row
        | {
            "Date": "2026-06-02 09:00:00",
            "In Qty": "0",
            "Out Qty": "-2",
            "Balance Qty": "5",
            "Voucher Type": "Stock Entry",
            "Voucher #": "SE-1",
        },
        row
        | {
            "Date": "2026-06-02 09:00:00",
            "In Qty": "2",
            "Out Qty": "0",
            "Balance Qty": "2",
            "Voucher Type": "Stock Entry",
            "Voucher #": "SE-1",
            "Warehouse": "X",
        },
        row
        | {
            "Date": "2026-06-03 09:00:00",
            "In Qty": "0",
            "Out Qty": "-1",
            "Balance Qty": "4",
            "Voucher Type": "Purchase Receipt",
            "Voucher #": "PR-2",
        },
    ]
    # a name that stands twice
    text = written(rows, personal=["Voucher #"])
    intake, stock = taken(make_shop, take_in, "erpnext_stock_ledger", text, "stock")
    assert intake.rejects.empty
    assert sorted(
        (str(r.counted_at)[8:10], r.location, float(r.on_hand)) for r in stock.itertuples()
    ) == [("01", "W", 7), ("02", "W", 5), ("02", "X", 2), ("03", "W", 4)]
    _, moved = taken(make_shop, take_in, "erpnext_stock_ledger", text, "movements")
    assert moved.groupby("kind")["units"].sum().astype(float).to_dict() == {
        "transfer": 0,
        "vendor return": -1,
    }
    _, bought = taken(make_shop, take_in, "erpnext_stock_ledger", text, "purchases")
    assert [
        (r.po_id, float(r.units_received), float(r.unit_cost)) for r in bought.itertuples()
    ] == [("PR-1", 10, 4)]
    row = {
        "Item Code": "A",
        "Item Name": "n",
        "Item Group": "g",
        "Brand": "b",
        "Warehouse": "W",
        "Available Qty": "6",
        "Average Age": "9",
        "Earliest": "9",
        "Latest": "9",
    }
    _, stock = taken(
        make_shop, take_in, "erpnext_stock_ageing", written([row]), "stock", "ageing-2026-06-07.csv"
    )
    assert (stock["sku"][0], float(stock["on_hand"][0]), stock["location"][0]) == ("A", 6, "W")
