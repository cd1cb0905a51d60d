"""A folder of raw exports → a pack in three commands, without SQL; figures as somebody else reads
them.
"""

import csv
import random
import tomllib
from datetime import datetime, timedelta

import openpyxl
import pandas as pd
import pytest

from destock.panel.book import open_book
from destock.publish.cli import main

SECRET = "收件人-SECRET"  # noqa: S105
SIZES = "SML"
SKUS = [f"K{style:02d}-{size}" for style in range(1, 9) for size in SIZES]
FIRST = datetime(2026, 2, 16, 10)


def write(path, rows, delimiter=",", encoding="utf-8", above=()):
    with path.open("w", encoding=encoding, newline="") as file:
        file.writelines(f"{line}\n" for line in above)
        lines = csv.DictWriter(file, [*rows[0]], delimiter=delimiter, lineterminator="\n")
        lines.writeheader()
        lines.writerows(rows)


def workbook(path, rows):
    book = openpyxl.Workbook()
    book.active.append([*rows[0]])
    for row in rows:
        book.active.append([*row.values()])
    book.save(path)


def douyin(folder, draw):
    """抖店 orders of two months that overlap, 聚水潭 products saved by WPS, 聚水潭 stock."""
    rows = []
    for number in range(300):
        day = FIRST + timedelta(hours=5 * number)
        state, after, sent = draw.choice(
            [("已完成", "-", True)] * 6
            + [("已关闭", "退款成功", True), ("已关闭", "-", False), ("待发货", "-", False)]
            + [("已完成", "售后关闭", True)]
        )
        rows.append(
            {
                "主订单编号": f"\t69{number:016d}",
                "子订单编号": f"\t69{number:016d}1",
                "选购商品": "连衣裙",
                "商品数量": draw.choice([1, 1, 2]),
                "商家编码": draw.choice(SKUS),
                "订单应付金额": f"{draw.randint(5000, 30000) / 100:.2f}",
                "收件人": SECRET,
                "收件人手机号": SECRET,
                "订单提交时间": f"{day:%F %T}\t",
                "支付完成时间": f"{day:%F %T}",
                "订单完成时间": f"{day + timedelta(days=9):%F %T}" if sent else "-",
                "订单状态": state,
                "售后状态": after,
                "发货时间": f"{day + timedelta(days=1):%F %T}" if sent else "-",
                "达人昵称": "某某",
                "APP渠道": "抖音",
                "流量体裁": "直播",
            }
        )
    write(folder / "订单_2026-03.csv", rows[:180], encoding="utf-8-sig")
    write(folder / "订单_2026-04.csv", rows[120:], encoding="utf-8-sig")
    workbook(
        folder / "商品资料.xlsx",
        [
            {
                "图片": '=DISPIMG("ID_1",1)',
                "款式编码": sku[:3],
                "商品编码": sku,
                "商品名称": f"连衣裙 {sku[:3]}",
                "商品简称": "",
                "颜色及规格": f"黑色;{sku[-1]}",
                "颜色": "黑色",
                "规格": sku[-1],
                "成本价": 40,
                "采购价": 40,
                "基本售价": 199,
                "市场|吊牌价": 299,
                "国标码": "",
                "品牌": "自有",
                "季节": "夏",
            }
            for sku in SKUS
        ],
    )
    stock = [
        {"款式编码": sku[:3], "商品编码": sku, "实际库存数": draw.randint(0, 90), "订单占有数": 1}
        for sku in SKUS
    ]
    workbook(folder / "商品库存_2026-05-10.xlsx", stock)
    frame = pd.DataFrame(rows)
    sent = frame["发货时间"] != "-"
    undone = frame["订单状态"] == "已关闭"
    told = pd.DataFrame(
        {
            "sku": frame["商家编码"],
            "units": frame["商品数量"],
            "paid": frame["订单应付金额"].astype(float),
            "back": undone & sent,
            "off": undone & ~sent,
        }
    )
    return told, {row["商品编码"]: row["实际库存数"] for row in stock}


def taobao(folder, draw):
    """The pair of a seller: orders in one file, their lines in another, in the encoding of old."""
    orders, lines, told = [], [], []
    for number in range(150):
        day = FIRST + timedelta(hours=9 * number)
        state = draw.choice(["交易成功"] * 5 + ["交易关闭", "卖家已发货,等待买家确认"])
        some = [(draw.choice(SKUS), draw.choice([1, 2]), draw.choice([99, 129, 159])) for _ in "12"]
        some = some[: draw.choice([1, 2])]
        goods = sum(units * price for _, units, price in some)
        paid = round(goods * draw.choice([1, 0.9, 0.85]), 2)
        orders.append(
            {
                "订单编号": f'="{4000000000000000000 + number}"',
                "买家会员名": SECRET,
                "买家支付宝账号": SECRET,
                "买家应付货款": paid,
                "买家应付邮费": 8,
                "返点积分": 0,
                "总金额": paid + 8,
                "买家实际支付金额": paid + 8,
                "订单状态": state,
                "收货人姓名": SECRET,
                "订单创建时间": f"{day:%F %T}",
                "订单付款时间": f"{day:%F %T}",
                "宝贝种类": 1,
                "宝贝总数量": sum(units for _, units, _ in some),
                "物流单号": "No:1" if state != "交易关闭" else "null",
                "订单关闭原因": "",
                "退款金额": paid + 8 if state == "交易关闭" else 0,
                "特权订金订单id": "",
                "确认收货时间": f"{day + timedelta(days=9):%F %T}"
                if state == "交易成功"
                else "null",
            }
        )
        for sku, units, price in some:
            lines.append(
                {
                    "订单编号": f'="{4000000000000000000 + number}"',
                    "标题": "裙",
                    "价格": price,
                    "购买数量": units,
                    "外部系统编号": sku,
                    "商品属性": "M",
                    "套餐信息": "",
                    "备注": SECRET,
                    "订单状态": state,
                    "商家编码": sku,
                }
            )
            off = state == "交易关闭"
            told.append(
                {"sku": sku, "units": units, "paid": paid * units * price / goods, "off": off}
            )
    write(folder / "ExportOrderList202605.csv", orders, encoding="gbk")
    write(folder / "ExportOrderDetailList202605.csv", lines, encoding="gbk")
    return pd.DataFrame(told).assign(back=False), None


def shopify(folder, draw):
    """Orders whose first line alone has what is the order's, products of 2026 with rows of
    pictures, inventory of two places.
    """
    rows, told = [], []
    for number in range(120):
        day = FIRST + timedelta(hours=11 * number)
        some = [(draw.choice(SKUS), draw.choice([1, 2]), draw.choice([40, 60, 90])) for _ in "123"]
        some = list({one[0]: one for one in some[: draw.choice([1, 2, 3])]}.values())
        goods = sum(units * price for _, units, price in some)
        subtotal = round(goods * draw.choice([1, 1, 0.8]), 2)
        fate = draw.choice(["paid"] * 6 + ["refunded", "cancelled", "expired"])
        sent = fate in ("paid", "refunded")
        for place, (sku, units, price) in enumerate(some):
            first = {
                "Email": SECRET,
                "Financial Status": "paid" if fate == "cancelled" else fate,
                "Paid at": "" if fate == "expired" else f"{day:%F %T} +0000",
                "Fulfillment Status": "fulfilled" if sent else "unfulfilled",
                "Fulfilled at": f"{day + timedelta(days=1):%F %T} +0000" if sent else "",
                "Accepts Marketing": "no",
                "Currency": "USD",
                "Subtotal": f"{subtotal:.2f}",
                "Shipping": "5.00",
                "Taxes": "0.00",
                "Total": f"{subtotal + 5:.2f}",
                "Cancelled at": f"{day + timedelta(hours=3):%F %T} +0000"
                if fate == "cancelled"
                else "",
                "Refunded Amount": f"{subtotal + 5:.2f}" if fate == "refunded" else "0.00",
                "Risk Level": "Low",
                "Source": "web",
                "Billing Name": SECRET,
                "Next Payment Due At": "",
            }
            rows.append(
                {"Name": f"#{1000 + number}"}
                | (first if not place else dict.fromkeys(first, ""))
                | {
                    "Created at": f"{day:%F %T} +0000",
                    "Lineitem quantity": units,
                    "Lineitem name": f"Dress - {sku}",
                    "Lineitem price": f"{price:.2f}",
                    "Lineitem sku": sku,
                    "Lineitem requires shipping": "true",
                    "Lineitem fulfillment status": "fulfilled" if sent else "pending",
                    "Lineitem discount": "0.00",
                }
            )
            if fate != "expired":
                paid = subtotal * units * price / goods
                fared = {"back": fate == "refunded", "off": fate == "cancelled"}
                told.append({"sku": sku, "units": units, "paid": paid} | fared)
    write(folder / "orders_export_1.csv", rows)
    products = []
    for sku in SKUS:
        row = {
            "Title": f"Dress {sku[:3]}",
            "URL handle": f"dress-{sku[:3].lower()}",
            "Vendor": "own",
            "Product category": "Dresses",
            "Type": "Dress",
            "Status": "Active",
            "SKU": sku,
            "Barcode": "",
            "Option1 name": "Size",
            "Option1 value": sku[-1],
            "Option2 name": "",
            "Option2 value": "",
            "Option3 name": "",
            "Option3 value": "",
            "Price": "90.00",
            "Compare-at price": "120.00",
            "Cost per item": "25.00",
            "Inventory quantity": "5",
            "Product image URL": "https://example.com/1.jpg",
            "Image position": "1",
            "Variant image URL": "",
        }
        products.append(row)
    pictures = [dict.fromkeys(products[0], "") | {"URL handle": "dress-k01", "Image position": "2"}]
    write(folder / "products_export_1.csv", products[:3] + pictures + products[3:])
    stock = {sku: draw.randint(0, 40) for sku in SKUS}
    inventory = [
        {
            "Handle": f"dress-{sku[:3].lower()}",
            "Title": f"Dress {sku[:3]}",
            "Option1 Name": "Size",
            "Option1 Value": sku[-1],
            "Option2 Name": "",
            "Option2 Value": "",
            "Option3 Name": "",
            "Option3 Value": "",
            "SKU": sku,
            "HS Code": "",
            "COO": "",
            "Location": place,
            "Bin name": "",
            "Incoming (not editable)": "0",
            "Unavailable (not editable)": "0",
            "Committed (not editable)": "0",
            "Available (not editable)": units,
            "On hand (current)": units,
            "On hand (new)": "",
        }
        for sku in SKUS
        for place, units in (("Store", "not stocked"), ("Warehouse", stock[sku]))
    ]
    write(folder / "inventory_export_2026-05-10.csv", inventory)
    return pd.DataFrame(told), stock


def amazon(folder, draw):
    """All orders with tabs, and the ledger of a month: what arrived, and what lies there."""
    rows, told = [], []
    for number in range(200):
        day = FIRST + timedelta(hours=7 * number)
        state = draw.choice(["Shipped"] * 7 + ["Cancelled", "Pending"])
        units, price = draw.choice([1, 1, 2]), draw.choice([20, 35])
        sku, off = draw.choice(SKUS), draw.choice([0, 0, 3.5])
        done = state == "Shipped"
        rows.append(
            {
                "amazon-order-id": f"111-{number:07d}-0000001",
                "merchant-order-id": "",
                "purchase-date": f"{day:%FT%T}+00:00",
                "last-updated-date": f"{day:%FT%T}+00:00",
                "order-status": state,
                "fulfillment-channel": "Amazon",
                "sales-channel": "Amazon.com",
                "ship-service-level": "Standard",
                "product-name": "Dress",
                "sku": sku,
                "asin": "B000000001",
                "item-status": state if state == "Cancelled" else "Shipped",
                "quantity": units if state != "Cancelled" else 0,
                "currency": "USD" if done else "",
                "item-price": f"{units * price:.2f}" if done else "",
                "item-promotion-discount": f"{off:.2f}" if done and off else "",
                "ship-city": SECRET,
                "is-business-order": "false",
            }
        )
        if done:
            told.append({"sku": sku, "units": units, "paid": units * price - off})
    write(folder / "orders.txt", rows, delimiter="\t")
    stock = {sku: draw.randint(0, 40) for sku in SKUS}
    names = ["Receipts", "Customer Shipments", "Customer Returns", "Vendor Returns"]
    names += ["Warehouse Transfer In/Out", "Found", "Lost", "Damaged", "Disposed", "Other Events"]
    ledger = [
        {
            "Date": "05/10/2026",
            "FNSKU": f"X{sku}",
            "ASIN": "B000000001",
            "MSKU": sku,
            "Title": "Dress",
        }
        | {"Disposition": "SELLABLE", "Starting Warehouse Balance": 0}
        | {"In Transit Between Warehouses": 0}
        | dict.fromkeys(names, 0)
        | {"Ending Warehouse Balance": stock[sku], "Unknown Events": 0}
        | {"Location": "US", "Store": ""}
        for sku in SKUS
    ]
    write(folder / "ledger.txt", ledger, delimiter="\t")
    return pd.DataFrame(told).assign(back=False, off=False), stock


FOLDERS = {"抖店": douyin, "淘宝": taobao, "Shopify": shopify, "Amazon": amazon}


@pytest.fixture(scope="module", params=FOLDERS)
def begun(request, tmp_path_factory):
    """A folder, and what ``init --yes`` made of it."""
    folder = tmp_path_factory.mktemp("shops") / request.param
    folder.mkdir()
    told = FOLDERS[request.param](folder, random.Random(1))  # noqa: S311
    return folder, main(["init", str(folder), "--yes"]), *told


def test_one_command_writes_a_shop_that_is_read(begun):
    folder, code, *_ = begun
    assert code == 0
    config = tomllib.loads((folder / "shop.toml").read_text(encoding="utf-8"))
    assert config["currency"] == ("CNY" if folder.name in ("抖店", "淘宝") else "USD")
    assert set(config["tables"]) >= {"products", "order_lines"}


def test_its_figures_are_those_of_somebody_else(begun):
    folder, _, told, stock = begun
    items = open_book(folder, "2026-05-10").panel("sku_week")
    sums = items.groupby("sku")[["sold_units", "paid_value", "cancelled_units", "returned_units"]]
    for kind, column in (("off", "cancelled_units"), ("back", "returned_units")):
        wanted = told[told[kind]].groupby("sku")["units"].sum()
        found = sums.sum()[column]
        assert found[found > 0].to_dict() == wanted.to_dict()
    assert sums.sum()["sold_units"].to_dict() == told.groupby("sku")["units"].sum().to_dict()
    paid = told.groupby("sku")["paid"].sum()
    pd.testing.assert_series_equal(
        sums.sum()["paid_value"].astype(float),
        paid,
        check_names=False,
        atol=0.02 * len(told) ** 0.5,
    )
    assert round(float(items["paid_value"].sum()), 2) == round(told["paid"].sum(), 2)
    if stock:
        counted = open_book(folder, "2026-05-10").panel("sku_now").set_index("sku")["on_hand"]
        assert counted.astype(float).to_dict() == stock


def test_an_existing_shop_is_never_overwritten(begun, capsys):
    folder, *_ = begun
    before = (folder / "shop.toml").read_text(encoding="utf-8")
    other = before.replace("price_level", "unit = 'kg'\nprice_level")
    (folder / "shop.toml").write_text(other, encoding="utf-8")
    main(["init", str(folder), "--yes"])
    assert (folder / "shop.toml").read_text(encoding="utf-8") == other
    assert "-unit = 'kg'" in capsys.readouterr().out
    (folder / "shop.toml").write_text(before, encoding="utf-8")


def test_a_pack_is_made_of_it_and_holds_nothing_of_who_bought(begun, tmp_path):
    folder, *_ = begun
    main(["report", str(folder), "--out", str(tmp_path / "pack"), "--only", "summary", "intake"])
    pages = "".join(p.read_text(encoding="utf-8") for p in (tmp_path / "pack").glob("*.html"))
    assert "<h1" in pages
    assert SECRET not in pages
