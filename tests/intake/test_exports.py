"""Profiles of platforms' exports: known by their headers, refused where they are others; what their
words mean, and which of overlapping exports holds.
"""

import csv
from pathlib import Path

import pandas as pd
import pytest
from tests.intake.exported import is_secret_kept, read, shop_of, written

from destock.intake.columns import quoted_in
from destock.intake.formats.raw import header
from destock.intake.profiles import profiles, recognise
from destock.model.messages import Fault

HEADERS = Path(__file__).parents[3] / "shared" / "data" / "export_headers"
KNOWN = {
    "amazon_all_orders_33": "amazon_all_orders",
    "amazon_fba_inventory_planning_97": "amazon_fba_inventory_planning",
    "amazon_ledger_detail_16": "amazon_ledger_detail",
    "amazon_ledger_summary_22": "amazon_ledger_summary",
    "amazon_myi_unsuppressed_22": "amazon_myi",
    "amazon_returns_33": "amazon_returns",
    "amazon_settlement_v2_24": "amazon_settlement",
    "douyin_bic_19_fin2026": "douyin_bic",
    "douyin_dongzhang_39_fin2026": "douyin_dongzhang",
    "douyin_order_74_fin2026": "douyin_orders",
    "douyin_orders_21_selected_columns": "douyin_orders",
    "douyin_orders_74": "douyin_orders",
    "douyin_shipping_insurance_18_fin2026": "douyin_shipping_insurance",
    "erpnext_stock_ageing": "erpnext_stock_ageing",
    "erpnext_stock_ledger_23": "erpnext_stock_ledger",
    "jushuitan_order_lines_subset_not_file_order": "jushuitan_order_lines",
    "jushuitan_products_15_wps": "jushuitan_products",
    "jushuitan_products_42": "jushuitan_products",
    "jushuitan_stock_14": "jushuitan_stock",
    "kuaishou_gmv_40_fin2026": "kuaishou_settlement",
    "kuaishou_order_61_fin2026": "kuaishou_orders",
    "kuaishou_shipping_insurance_6_fin2026": "kuaishou_shipping_insurance",
    "lightspeed_x_products_32": "lightspeed_x_products",
    "lightspeed_x_products_new_29_names": "lightspeed_x_products",
    "pdd_orders_27": "pdd_orders",
    "pdd_orders_all_columns_not_file_order": "pdd_orders",
    "shengyicanmou_product_38": "shengyicanmou_products",
    "shopify_inventory_export": "shopify_inventory",
    "shopify_orders_export": "shopify_orders",
    "shopify_products_2026_57": "shopify_products",
    "shopify_products_export_legacy": "shopify_products_2025",
    "shopify_products_export_new_partial": "shopify_products",
    "square_items_detail_35": "square_items",
    "taobao_ExportOrderDetailList_10": "taobao_order_lines",
    "taobao_ExportOrderList_67": "taobao_orders",
    "taobao_distribution_suborders_29": "taobao_distribution_suborders",
    "tiktok_shop_orders_55": "tiktok_shop_orders",
    "wangdiantong_outbound_lines_partial": "wangdiantong_outbound",
    "weixin_video_dongzhang_12_fin2026": "weixin_video_dongzhang",
    "weixin_video_order_57_fin2026": "weixin_video_orders",
    "woocommerce_analytics_stock_4": "woocommerce_stock",
    "woocommerce_product_export": "woocommerce_products",
    "xiaohongshu_order_72_fin2026": "xiaohongshu_orders",
}
# no table can be made of these alone: no SKU, no day, or a sign that nobody knows
UNKNOWN = {
    "alipay_dongzhang_22_fin2026",
    "jd_orders_30_2016",
    "jushuitan_aftersales_10",
    "jushuitan_order_cost_24",
    "jushuitan_purchase_suggestion_14",
    "jushuitan_sales_theme_by_sku_11",
    "kuaishou_dongzhang_9_fin2026",
    "lightspeed_x_sales_20_identifiers",
    "qianniu_dongzhang_14_fin2026",
    "qianniu_order_19_fin2026",
    "taobao_refunds_22",
    "tmall_item_list_7_ragged",
    "tmall_wechat_bill_8",
    "wangdiantong_sales_summary",
    "weixin_video_bic_22_fin2026",
    "woocommerce_analytics_orders_11",
    "woocommerce_skyverge_legacy_orders_43",
    "xiaohongshu_dongzhang_7_fin2026",
    "xiaohongshu_gmv_23_fin2026",
    "xiaohongshu_other_service_8_fin2026",
}


def names_of(path):
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    (line,) = [line for line in lines if not line.startswith("# ")][:1]
    return next(csv.reader([line], delimiter="\t" if "\t" in line else ","))


@pytest.mark.skipif(not HEADERS.is_dir(), reason="headers of real exports are not here")
def test_every_header_of_a_real_export_is_known_as_its_own_and_as_no_other():
    found = {
        path.stem: [profile.name for profile, _ in recognise(names_of(path))]
        for path in HEADERS.iterdir()
    }
    assert found == {name: [of] for name, of in KNOWN.items()} | {name: [] for name in UNKNOWN}
    assert {*profiles()} == {*KNOWN.values()}


def mentioned(said):
    """The columns of an export that what is said of a table names."""
    if isinstance(said, dict):
        return {name for key, value in said.items() if key != "words" for name in mentioned(value)}
    return {name for text in ([said] if isinstance(said, str) else said) for name in named(text)}


def named(text):
    return quoted_in(text) if '"' in text else [header(text)]


@pytest.mark.skipif(not HEADERS.is_dir(), reason="headers of real exports are not here")
@pytest.mark.parametrize("profile", profiles().values(), ids=lambda profile: profile.name)
def test_every_column_that_a_profile_names_stands_in_a_real_export(profile):
    also = {"taobao_order_lines": "taobao_orders"}.get(profile.name, "")
    there = {
        header(name)
        for path in HEADERS.iterdir()
        if KNOWN.get(path.stem) in (profile.name, also)
        for name in names_of(path)
    }
    parts = ("rename", "columns", "status", "heads", "spread", "where", "query")
    names = {
        name
        for said in profile.tables.values()
        for part in parts
        for name in mentioned(said.get(part, {}))
        if "file_day()" not in name and not name.startswith(("'", "spread ", "SELECT"))
    }
    assert names <= there | {"NOT"}


def test_an_export_is_known_whatever_surrounds_its_names():
    names = [
        f"\ufeff {name} " for name in ("投保单号", "订单编号", "下单时间", "承保时间", "支付保费")
    ]
    ((profile, share),) = recognise(names)
    assert (profile.name, share) == ("douyin_shipping_insurance", 0.2)
    assert not recognise([])
    orders = ["主订单编号", "子订单编号", "订单提交时间", "订单状态", "售后状态"]
    assert [profile.name for profile, _ in recognise(orders)] == ["douyin_orders"]
    assert not recognise([*orders, "动账时间"])


def test_every_profile_fills_tables_of_ours_or_holds_the_orders_of_one_that_does():
    for profile in profiles().values():
        assert profile.tables or profiles()[profile.heads_of].tables["order_lines"]["heads"]
        assert {*profile.alone} <= {*profile.tables}
        assert profile.strong


DOUYIN = {
    "主订单编号": "'1",
    "子订单编号": "'1",
    "商品数量": "1",
    "商家编码": "A",
    "订单应付金额": "110",
    "运费": "10",
    "订单提交时间": "2026-06-01 10:00:00",
    "订单完成时间": "",
    "支付完成时间": "2026-06-01 10:01:00",
    "订单状态": "已完成",
    "售后状态": "-",
    "取消原因": "",
    "发货时间": "2026-06-02 10:00:00",
    "平台实际承担优惠金额": "5",
    "达人实际承担优惠金额": "0",
    "商家实际承担优惠金额": "0",
}
PERSONAL = ["收件人", "收件人手机号", "详细地址", "买家留言", "商家备注"]


def douyin(number="1", **said):
    return DOUYIN | {"主订单编号": f"'{number}", "子订单编号": f"'{number}"} | said


def test_douyin_orders(make_shop, take_in):
    rows = [
        douyin(1),
        douyin(2, 售后状态="退款成功"),
        douyin(3, 订单状态="已关闭", 发货时间="-"),
        douyin(4, 订单状态="已关闭", 发货时间="-", 支付完成时间="-"),
        douyin(5, 订单状态="待支付", 支付完成时间="-", 发货时间="-"),
        douyin(6, 售后状态="待商家收货"),
        douyin(7, 订单状态="待发货", 发货时间="-"),
        douyin(8, 订单状态="已关闭", 售后状态="已全额退款"),
    ]
    text = written(rows, personal=PERSONAL)
    intake, table = take_in(shop_of(make_shop, "douyin_orders", {"1.csv": text}))
    frame = read(text)
    paid = frame[frame["支付完成时间"] != "-"]
    undone = paid[
        (paid["订单状态"] == "已关闭") | paid["售后状态"].isin(["退款成功", "已全额退款"])
    ]
    lines = table("order_lines")
    kinds = lines.groupby("kind")["units"].sum().astype(float).to_dict()
    sent = undone["发货时间"] != "-"
    assert kinds == {"sale": len(paid), "return": sent.sum(), "cancel": (~sent).sum()}
    assert set(lines["customer_paid"].astype(float)) == {110}
    assert set(lines["merchant_revenue"].astype(float)) == {110 - 10 + 5}
    assert intake.rejects.empty
    assert is_secret_kept(intake, table)


def test_a_word_that_nobody_has_explained_is_rejected_and_one_line_mends_it(make_shop, take_in):
    text = written([douyin(1), douyin(2, 订单状态="已揽收")], personal=PERSONAL)
    intake, table = take_in(shop_of(make_shop, "douyin_orders", {"1.csv": text}))
    assert intake.rejects[["line", "column", "value"]].to_numpy().tolist() == [
        [3, "order", "已揽收"]
    ]
    assert is_secret_kept(intake, table)
    further = {"status": {"words": {"已揽收": "shipped"}}}
    intake, table = take_in(shop_of(make_shop, "douyin_orders", {"1.csv": text}, further=further))
    assert intake.rejects.empty
    assert len(table("order_lines")) == 2


def test_a_status_that_fails_is_a_word_that_nobody_has_explained(make_shop, take_in):
    row = {
        "订单号": "1",
        "订单下单时间": "2026-06-01 10:00:00",
        "订单发货时间": "",
        "订单状态": "待发货",
        "支付时间": "2026-06-01 10:00:00",
        "SKU编码(自定义)": "A",
        "商品实际价格(总共)": "90",
        "商品数量": "1",
        "商品已退款金额": "some",
    }
    intake, _ = take_in(shop_of(make_shop, "weixin_video_orders", {"1.csv": written([row])}))
    assert intake.rejects[["column", "value"]].to_numpy().tolist() == [["aftersale", "?"]]


def test_nothing_of_who_bought_is_in_the_rejects_of_joined_lines(make_shop, take_in):
    row = {
        "Name": "#1",
        "Financial Status": "new word",
        "Paid at": "2026-06-01",
        "Fulfilled at": "",
        "Subtotal": "9",
        "Shipping": "0",
        "Total": "9",
        "Created at": "2026-06-01",
        "Cancelled at": "",
        "Refunded Amount": "0",
        "Lineitem quantity": "1",
        "Lineitem name": "n",
        "Lineitem price": "9",
        "Lineitem sku": "A",
        "Lineitem fulfillment status": "pending",
        "Lineitem discount": "0",
    }
    text = written([row], personal=["Email", "Billing Name", "Shipping Phone"])
    intake, table = take_in(shop_of(make_shop, "shopify_orders", {"1.csv": text}))
    assert intake.rejects["value"].to_list() == ["new word"]
    assert is_secret_kept(intake, table)


def test_what_a_later_export_says_of_a_line_replaces_what_an_earlier_one_did(make_shop, take_in):
    may = [douyin(1, 订单状态="待发货", 发货时间="-"), douyin(2, 售后状态="退款成功"), douyin(3)]
    june = [
        douyin(1, 订单状态="已关闭", 发货时间="-"),  # paid, then cancelled
        douyin(2, 售后状态="售后关闭"),  # refunded, then withdrawn
        douyin(4, 订单状态="待支付", 支付完成时间="-"),
    ]
    texts = {"orders-2026-05.csv": written(may), "orders-2026-06.csv": written(june)}
    intake, table = take_in(shop_of(make_shop, "douyin_orders", texts))
    lines = table("order_lines")
    told = {(row.order_id, row.kind) for row in lines.itertuples()}
    assert told == {("1", "sale"), ("1", "cancel"), ("2", "sale"), ("3", "sale")}
    rows = intake.rows[intake.rows["table"] == "order_lines"]
    parts = ["used", "updated", "rejected", "deduplicated", "skipped"]
    assert (rows["rows_in"] == rows[parts].sum(axis=1)).all()


def test_a_line_that_became_unpaid_in_a_later_export_was_not_sold(make_shop, take_in):
    """An order of Amazon that was cancelled has neither price nor quantity any more."""
    row = {
        "amazon-order-id": "1",
        "purchase-date": "2026-05-13",
        "order-status": "Unshipped",
        "sales-channel": "Amazon.com",
        "sku": "A",
        "item-status": "Unshipped",
        "quantity": "1",
        "currency": "USD",
        "item-price": "9",
        "item-promotion-discount": "",
    }
    later = row | {
        "order-status": "Cancelled",
        "item-status": "Cancelled",
        "quantity": "0",
        "item-price": "",
    }
    texts = {
        "1.csv": written([row, row | {"amazon-order-id": "2"}], delimiter="\t"),
        "2.csv": written([later], delimiter="\t"),
    }
    folder = shop_of(make_shop, "amazon_all_orders", texts, currency="USD")
    _, table = take_in(folder)
    assert table("order_lines")["order_id"].to_list() == ["2"]


def test_another_export_than_the_one_that_is_named_is_refused(make_shop, take_in):
    text = written([{key: value for key, value in douyin().items() if key != "售后状态"}])
    with pytest.raises(Fault, match="售后状态"):
        take_in(shop_of(make_shop, "douyin_orders", {"1.csv": text}))


def test_what_is_the_shops_own_wins_over_a_profile(make_shop, take_in):
    text = written([douyin(1) | {"our code": "B"}])
    further = {"rename": {"sku": "our code"}, "columns": {"customer_paid": "'7'"}}
    _, table = take_in(shop_of(make_shop, "douyin_orders", {"1.csv": text}, further=further))
    lines = table("order_lines")
    assert (lines["sku"][0], float(lines["customer_paid"][0])) == ("B", 7)
    assert pd.isna(lines["refund_value"][0])


def test_columns_that_stand_for_others_elsewhere_are_not_taken_for_ours(make_shop, take_in):
    """Vendor is who made it at Shopify, and who delivers it with us."""
    row = {
        "Handle": "h",
        "Title": "T",
        "Vendor": "maker",
        "Option1 Name": "",
        "Option1 Value": "x",
        "Variant SKU": "A",
        "Variant Price": "9",
        "Variant Compare At Price": "",
        "Type": "",
        "Product Category": "",
        "Option2 Name": "",
        "Option2 Value": "",
        "Option3 Name": "",
        "Option3 Value": "",
    }
    _, table = take_in(
        shop_of(make_shop, "shopify_products_2025", {"1.csv": written([row])}, "products")
    )
    goods = table("products")
    assert (goods["brand"][0], goods["vendor"].isna().all()) == ("maker", True)


def test_an_amount_that_can_be_read_in_two_ways_is_read_in_none(make_shop, take_in):
    text = written([douyin(1), douyin(2, 运费="1.234")])
    intake, _ = take_in(shop_of(make_shop, "douyin_orders", {"1.csv": text}))
    assert intake.rejects[["line", "column"]].to_numpy().tolist() == [[3, "merchant_revenue"]]
    further = {"number_format": "1.234,50"}
    text = written([douyin(1, 运费="1.234", 订单应付金额="2.000,00")])
    intake, table = take_in(shop_of(make_shop, "douyin_orders", {"1.csv": text}, further=further))
    assert intake.rejects.empty
    assert float(table("order_lines")["merchant_revenue"][0]) == 2000 - 1234 + 5
