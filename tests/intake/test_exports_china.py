"""Exports of Chinese platforms: each with its traps, read once more by pandas."""

import pandas as pd
import pytest
from tests.intake.exported import by_kind, events, expected, is_secret_kept, read, shop_of, written

from destock.model.messages import Fault


def same(lines, wanted):
    pd.testing.assert_frame_equal(by_kind(lines), wanted, check_dtype=False, check_names=False)


def number(text):
    return float(text.strip("\t'") or 0)


def jushuitan(**said):
    row = {
        "线上订单号": "T1",
        "线上子订单编号": "T1-1",
        "内部订单号": "901",
        "商品编码": "A",
        "线上商品名": "连衣裙",
        "商品简称": "裙",
        "订单状态": "已发货",
        "售后分类": "无",
        "订单日期": "2026/06/01 10:00:00",
        "付款日期": "2026/06/01 10:01:00",
        "发货日期": "2026/06/02 09:00:00",
        "确认收货日期": "2026/06/05 09:00:00",
        "销售数量": "1",
        "买家实付": "100",
        "商家实收": "105",
        "退货数量": "0",
        "退货金额": "0",
    }
    return row | said


def test_jushuitan_order_lines(make_shop, take_in):
    rows = [
        jushuitan(),
        # one line in two parcels: two orders of the house
        jushuitan(线上子订单编号="T2-1", 线上订单号="T2", 内部订单号="902"),
        jushuitan(线上子订单编号="T2-1", 线上订单号="T2", 内部订单号="903"),
        # one of four came back
        jushuitan(
            线上订单号="T3",
            内部订单号="904",
            销售数量="4",
            买家实付="400",
            商家实收="400",
            退货数量="1",
            退货金额="90",
            售后分类="普通退货",
        ),
        # a return that was opened, and nothing came yet
        jushuitan(线上订单号="T4", 内部订单号="905", 售后分类="退货"),
        jushuitan(线上订单号="T5", 内部订单号="906", 售后分类="仅退款", 退货金额="15"),
        jushuitan(线上订单号="T6", 内部订单号="907", 订单状态="取消", 发货日期=""),
        jushuitan(线上订单号="T7", 内部订单号="908", 订单状态="待付款", 付款日期="", 发货日期=""),
        jushuitan(线上订单号="T8", 内部订单号="909", 订单状态="被合并"),
        jushuitan(线上订单号="T9", 内部订单号="910", 商品编码="礼品袋01", 线上商品名="礼品袋"),
        jushuitan(线上订单号="T10", 内部订单号="911", 商品编码="CJ", 线上商品名="差价链接 0.01"),
        jushuitan(线上订单号="", 线上子订单编号="", 内部订单号="912", 商品编码="B"),
    ]
    text = written(rows, personal=["买家留言", "卖家备注", "省"])
    intake, table = take_in(shop_of(make_shop, "jushuitan_order_lines", {"1.csv": text}))

    def tell(row):
        units, paid, earned = (number(row[name]) for name in ("销售数量", "买家实付", "商家实收"))
        back, money = number(row["退货数量"]), number(row["退货金额"])
        name = row["线上商品名"]
        if row["订单状态"] in ("待付款", "被合并") or "礼品袋" in name or "差价" in name:
            return
        yield row["商品编码"], "sale", units, paid, earned, 0
        if row["订单状态"] == "取消":
            yield row["商品编码"], "cancel", units, paid, earned, 0
        elif back:
            part = back / units
            yield row["商品编码"], "return", back, paid * part, earned * part, money
        elif row["售后分类"] == "仅退款":
            yield row["商品编码"], "refund_only", 0, 0, 0, money

    assert intake.rejects.empty
    same(table("order_lines"), events(read(text), tell))
    assert is_secret_kept(intake, table)


@pytest.mark.parametrize("form", ["42", "15"])
def test_jushuitan_products(make_shop, take_in, form):
    row = {
        "图片": '=DISPIMG("ID_1",1)',
        "款式编码": "S",
        "商品编码": "A",
        "商品名称": "连衣裙",
        "商品简称": "裙",
        "颜色及规格": "黑色;M",
        "颜色": "",
        "规格": "",
        "成本价": "40",
        "采购价": "41",
        "基本售价": "99",
        "市场|吊牌价": "199",
        "国标码": "6900000000017",
        "品牌": "P",
    }
    if form == "42":
        row |= {"分类": "", "虚拟分类": "裙子", "供应商名称": "V", "创建人": "收件人-SECRET"}
    rows = [row, row | {"商品编码": "B", "市场|吊牌价": "0", "颜色": "白色", "规格": "均码"}]
    intake, table = take_in(
        shop_of(make_shop, "jushuitan_products", {"1.csv": written(rows)}, "products")
    )
    made = table("products").set_index("sku")
    assert made["style"].eq("S").all()
    assert made["size"].to_dict() == {"A": "M", "B": "均码"}
    assert made["colour"].to_dict() == {"A": "黑色", "B": "白色"}
    assert made["tag_price"].astype(float).to_dict() == {"A": 199, "B": 99}
    assert made["unit_cost"].astype(float).eq(40).all()
    if form == "42":
        assert made["category"].eq("裙子").all()
        assert made["vendor"].eq("V").all()
    assert intake.rejects.empty
    assert is_secret_kept(intake, table)


def test_jushuitan_stock(make_shop, take_in):
    row = {
        "市场|吊牌价": "199",
        "基本售价": "99",
        "款式编码": "S",
        "商品编码": "A",
        "商品名称": "n",
        "颜色及规格": "黑色;M",
        "颜色": "黑色",
        "规格": "M",
        "实际库存数": "5",
        "订单占有数": "8",
        "成本价": "1",
    }
    text = written([row, row | {"商品编码": "B", "实际库存数": "-2"}])
    folder = shop_of(make_shop, "jushuitan_stock", {"库存_2026-06-07.csv": text}, "stock")
    _, table = take_in(folder)
    stock = table("stock").set_index("sku")
    assert stock["on_hand"].astype(float).to_dict() == {"A": 5, "B": -2}
    assert set(stock["counted_at"].astype(str).str[:10]) == {"2026-06-07"}


def suborder(**said):
    row = {
        "订单编号": "'1",
        "标题": "裙",
        "价格": "100",
        "购买数量": "1",
        "外部系统编号": "A",
        "商品属性": "M",
        "套餐信息": "",
        "备注": "",
        "订单状态": "交易成功",
        "商家编码": "A",
    }
    return row | said


def order(**said):
    row = {
        "订单编号": "1",
        "买家应付货款": "100",
        "买家应付邮费": "10",
        "总金额": "110",
        "买家实际支付金额": "110",
        "订单状态": "交易成功",
        "订单创建时间": "2026-06-01 10:00:00",
        "订单付款时间": "2026-06-01 10:01:00",
        "物流单号": "No:1",
        "宝贝总数量": "1",
        "订单关闭原因": "",
        "退款金额": "0",
        "确认收货时间": "2026-06-09 10:00:00",
    }
    return row | said


@pytest.mark.parametrize("form", ["2026", "2018"])
def test_taobao_order_lines(make_shop, take_in, form):
    lines = [
        suborder(),
        suborder(订单编号="2", 价格="50", 购买数量="2"),
        suborder(订单编号="2", 商家编码="B"),  # 150 of 200
        suborder(订单编号="3", 订单状态="等待买家付款"),
        suborder(订单编号="4", 订单状态="交易关闭"),  # paid, never sent
        suborder(订单编号="5", 订单状态="交易关闭"),  # never paid
        suborder(订单编号="6", 订单状态="交易关闭", 商家编码="B"),
        suborder(订单编号="6"),  # one of two came back
        suborder(订单编号="7"),
        suborder(订单编号="8"),  # all, and some of the money given back later
        suborder(订单编号="9", 订单状态="买家已付款,等待卖家发货"),
    ]
    orders = [
        order(),
        order(订单编号="2", 买家应付货款="150", 买家实际支付金额="160"),
        order(订单编号="3", 订单付款时间="", 买家实际支付金额="0", 物流单号=""),
        order(订单编号="4", 买家实际支付金额="0", 退款金额="110", 物流单号="", 确认收货时间=""),
        order(订单编号="5", 订单付款时间="", 买家实际支付金额="0", 物流单号=""),
        order(订单编号="6", 买家应付货款="200", 买家实际支付金额="210", 退款金额="100"),
        order(订单编号="7", 退款金额="110"),
        order(订单编号="8", 退款金额="30"),
        order(订单编号="9", 物流单号="", 确认收货时间=""),
    ]
    personal = ["收货人姓名", "收货地址", "联系手机", "买家会员名", "买家支付宝账号"]
    if form == "2018":  # blanks behind the names, NULL for nothing, and no refunds
        orders = [{f"{k} ": v or "NULL" for k, v in o.items() if k != "退款金额"} for o in orders]
    texts = {"lines.csv": written(lines, personal=["联系电话"])}
    heads = {"order_lines/heads/orders.csv": written(orders, personal=personal)}
    folder = shop_of(
        make_shop,
        "taobao_order_lines",
        texts,
        further={"source": "order_lines/lines.csv", "heads": {"source": "heads.csv"}},
    )
    (folder / "heads.csv").write_bytes(heads.popitem()[1].encode("gb18030"))
    (folder / "order_lines/lines.csv").write_bytes(texts["lines.csv"].encode("gb18030"))
    intake, table = take_in(folder)
    wanted = [
        ("A", "sale", 1, 100, 100, 0),
        ("A", "sale", 2, 75, 75, 0),
        ("B", "sale", 1, 75, 75, 0),
        ("A", "sale", 1, 100, 100, 0),
        ("A", "cancel", 1, 100, 100, 110),
        ("B", "sale", 1, 100, 100, 0),
        ("B", "return", 1, 100, 100, 100),
        ("A", "sale", 1, 100, 100, 0),
        ("A", "sale", 1, 100, 100, 0),
        ("A", "return", 1, 100, 100, 110),
        ("A", "sale", 1, 100, 100, 0),
        ("A", "refund_only", 0, 0, 0, 30),
        ("A", "sale", 1, 100, 100, 0),
    ]
    made = table("order_lines")
    if form == "2018":  # without a refund in it, what was given back is what was paid, or unknown
        wanted = [(*event[:5], 0) for event in wanted]
        wanted = [e for n, e in enumerate(wanted) if n not in (9, 11)]
    assert intake.rejects.empty
    same(made, expected(wanted))
    assert is_secret_kept(intake, table)


def test_orders_of_taobao_without_their_days_of_payment_are_refused(make_shop, take_in):
    """Without them, what nobody paid for would be a cancelled sale."""
    texts = {"lines.csv": written([suborder()])}
    folder = shop_of(
        make_shop,
        "taobao_order_lines",
        texts,
        further={"source": "order_lines/lines.csv", "heads": {"source": "heads.csv"}},
    )
    orders = [{key: value for key, value in order().items() if key != "订单付款时间"}]
    (folder / "heads.csv").write_text(written(orders), encoding="utf-8")
    with pytest.raises(Fault, match=r"taobao_orders.*订单付款时间"):
        take_in(folder)


def test_taobao_distribution_suborders(make_shop, take_in):
    row = {
        "子订单编号": "11",
        "主订单编号": "1",
        "子单实际支付金额": "80",
        "订单状态": "交易成功",
        "订单创建时间": "2026-06-01 10:00:00",
        "订单付款时间": "2026-06-01 10:01:00",
        "宝贝数量": "2",
        "物流单号": "9",
        "退款金额": "0",
        "商家编码": "A",
        "商品编码": "X",
        "店铺名称": "s",
    }
    rows = [
        row,
        row | {"子订单编号": "12", "退款金额": "80"},
        row | {"子订单编号": "13", "退款金额": "5"},
        row | {"子订单编号": "14", "订单状态": "交易关闭", "退款金额": "80"},
        row | {"子订单编号": "15", "订单状态": "交易关闭", "退款金额": "80", "物流单号": ""},
        row | {"子订单编号": "16", "订单状态": "等待买家付款", "订单付款时间": ""},
        row | {"子订单编号": "17", "商家编码": "", "商品编码": "B"},
    ]
    text = written(rows, personal=["收件人姓名", "收货地址", "联系手机", "买家会员名"])
    intake, table = take_in(shop_of(make_shop, "taobao_distribution_suborders", {"1.csv": text}))

    def tell(row):
        sku = row["商家编码"] or row["商品编码"]
        units, paid, back = (number(row[k]) for k in ("宝贝数量", "子单实际支付金额", "退款金额"))
        if row["订单状态"] == "等待买家付款":
            return
        yield sku, "sale", units, paid, paid, 0
        closed = row["订单状态"] == "交易关闭"
        if closed or back >= paid:
            yield sku, "return" if row["物流单号"] else "cancel", units, paid, paid, back
        elif back:
            yield sku, "refund_only", 0, 0, 0, back

    assert intake.rejects.empty
    same(table("order_lines"), events(read(text), tell))
    assert is_secret_kept(intake, table)


def pdd(**said):
    row = {
        "商品": "裙",
        "订单号": "1",
        "订单状态": "已收货",
        "商品总价(元)": "110",
        "邮费(元)": "10",
        "店铺优惠折扣(元)": "0",
        "平台优惠折扣(元)": "5",
        "多多支付立减金额(元)": "0",
        "用户实付金额(元)": "115",
        "商家实收金额(元)": "120",
        "商品数量(件)": "1",
        "发货时间": "2026-06-02 09:00:00",
        "确认收货时间": "",
        "样式ID": "77\t",
        "商家编码-规格维度": "A",
        "售后状态": "无售后或售后取消",
        "订单成交时间": "2026-06-01 10:00:00",
    }
    return row | said


def test_pdd_orders(make_shop, take_in):
    rows = [
        pdd(订单号="1\t"),
        pdd(订单号="2", 订单状态="已发货，退款成功", 售后状态="退款成功"),
        pdd(订单号="3", 订单状态="未发货，退款成功", 售后状态="退款成功", 发货时间=""),
        pdd(订单号="4", 订单状态="待发货", 发货时间=""),
        pdd(订单号="5", 售后状态="售后处理中"),
        pdd(订单号="6", 售后状态="退款成功"),
        pdd(**{"订单号": "7", "商家编码-规格维度": "", "样式ID": "B\t"}),
        pdd(订单号="8", 订单状态="已取消", 发货时间=""),
    ]
    text = written(rows, personal=["用户购买手机号", "买家留言", "商家备注", "省"])
    intake, table = take_in(shop_of(make_shop, "pdd_orders", {"1.csv": text}))

    def tell(row):
        sku = row["商家编码-规格维度"] or row["样式ID"].strip()
        paid, earned = (
            number(row[k]) - number(row["邮费(元)"])
            for k in ("用户实付金额(元)", "商家实收金额(元)")
        )
        yield sku, "sale", 1, paid, earned, 0
        if "退款成功" in (row["订单状态"] + row["售后状态"]) or row["订单状态"] == "已取消":
            yield sku, "return" if row["发货时间"] else "cancel", 1, paid, earned, 0

    assert intake.rejects.empty
    same(table("order_lines"), events(read(text), tell))
    assert is_secret_kept(intake, table)


def test_kuaishou_orders(make_shop, take_in):
    row = {
        "订单号": "1",
        "订单创建时间": "2026-06-01 10:00:00",
        "订单支付时间": "2026-06-01 10:01:00",
        "订单状态": "交易成功",
        "实付款": "108",
        "快递费": "8",
        "店铺优惠": "3",
        "平台补贴": "5",
        "主播补贴": "2",
        "成交数量": "2",
        "售后状态": "",
        "SKU编码": "A",
        "发货时间": "2026-06-02 09:00:00",
        "渠道": "直播",
        "CPS达人昵称": "x",
        "仓库名称": "w",
        "订单载体": "直播",
    }
    rows = [
        row,
        row | {"订单号": "2", "售后状态": "售后成功"},
        row | {"订单号": "3", "订单状态": "交易关闭", "发货时间": ""},
        row | {"订单号": "4", "订单状态": "交易关闭", "订单支付时间": "", "发货时间": ""},
        row | {"订单号": "5", "订单状态": "待付款", "订单支付时间": "", "发货时间": ""},
        row | {"订单号": "6", "售后状态": "售后关闭"},
    ]
    text = written(rows, personal=["收货人姓名", "收货人电话", "收货地址", "实名姓名"])
    intake, table = take_in(shop_of(make_shop, "kuaishou_orders", {"1.csv": text}))

    def tell(row):
        paid = number(row["实付款"]) - number(row["快递费"])
        earned = paid + number(row["平台补贴"]) + number(row["主播补贴"])
        if row["订单支付时间"]:
            yield "A", "sale", 2, paid, earned, 0
            if row["售后状态"] == "售后成功" or row["订单状态"] == "交易关闭":
                yield "A", "return" if row["发货时间"] else "cancel", 2, paid, earned, 0

    assert intake.rejects.empty
    same(table("order_lines"), events(read(text), tell))
    assert is_secret_kept(intake, table)


def test_weixin_video_orders(make_shop, take_in):
    row = {
        "订单号": "1",
        "订单下单时间": "2026-06-01 10:00:00",
        "订单发货时间": "2026-06-02 09:00:00",
        "订单确认收货时间": "2026-06-05 10:00:00",
        "订单状态": "已完成",
        "支付时间": "2026-06-01 10:01:00",
        "SKU编码(自定义)": "A",
        "商品编码(自定义)": "S",
        "商品实际价格(总共)": "90",
        "商品数量": "2",
        "商品平台券优惠": "4",
        "商品售后": "",
        "商品已退款金额": "0",
        "订单实际支付金额": "270",
        "带货方式": "直播",
        "带货账号昵称": "x",
    }
    rows = [
        row,
        row,  # two equal lines of one order are two
        row | {"订单号": "2", "商品已退款金额": "90"},
        row | {"订单号": "3", "商品已退款金额": "10"},
        row | {"订单号": "4", "订单状态": "已取消", "订单发货时间": "", "商品已退款金额": "90"},
        row | {"订单号": "5", "订单状态": "已取消", "订单发货时间": "", "支付时间": ""},
    ]
    text = written(rows, personal=["收件人姓名", "收件人地址", "收件人手机"])
    intake, table = take_in(shop_of(make_shop, "weixin_video_orders", {"1.csv": text}))

    def tell(row):
        paid, back = number(row["商品实际价格(总共)"]), number(row["商品已退款金额"])
        if row["支付时间"]:
            yield "A", "sale", 2, paid, paid + 4, 0
            if back >= paid:
                yield "A", "return" if row["订单发货时间"] else "cancel", 2, paid, paid + 4, back
            elif back:
                yield "A", "refund_only", 0, 0, 0, back

    assert intake.rejects.empty
    same(table("order_lines"), events(read(text), tell))
    assert is_secret_kept(intake, table)


def test_xiaohongshu_orders(make_shop, take_in):
    row = {
        "订单号": "P1",
        "订单状态": "已完成",
        "售后状态": "无售后",
        "商家编码": "A",
        "条形码": "B",
        "小红书编码": "C",
        "SKU件数": "1",
        "是否为赠品": "否",
        "用户应付金额(元)": "88",
        "店铺优惠(元)": "1",
        "商家应收金额(元)（支付金额）": "92",
        "支付时间": "2026-06-01 10:01:00",
        "订单创建时间": "2026-06-01 10:00:00",
        "订单发货时间": "2026-06-02 09:00:00",
        "订单完成时间": "2026-06-08 09:00:00",
        "达人名称": "x",
        "发货仓库": "w",
    }
    rows = [
        row,
        row | {"订单号": "P2", "售后状态": "售后完成"},
        row | {"订单号": "P3", "订单状态": "已取消", "订单发货时间": ""},
        row | {"订单号": "P4", "订单状态": "已取消", "订单发货时间": "", "支付时间": ""},
        row
        | {
            "订单号": "P5",
            "商家编码": "",
            "是否为赠品": "是",
            "用户应付金额(元)": "0",
            "商家应收金额(元)（支付金额）": "0",
        },
    ]
    text = written(
        rows, personal=["收件人姓名", "收件人电话", "订购人身份证号/ID Number", "用户编号"]
    )
    intake, table = take_in(shop_of(make_shop, "xiaohongshu_orders", {"1.csv": text}))

    def tell(row):
        sku = row["商家编码"] or row["条形码"]
        paid, earned = number(row["用户应付金额(元)"]), number(row["商家应收金额(元)（支付金额）"])
        if row["支付时间"]:
            yield sku, "sale", 1, paid, earned, 0
            if row["售后状态"] == "售后完成" or row["订单状态"] == "已取消":
                yield sku, "return" if row["订单发货时间"] else "cancel", 1, paid, earned, 0

    assert intake.rejects.empty
    lines = table("order_lines")
    same(lines, events(read(text), tell))
    assert lines.loc[lines["sku"] == "B", "line_type"].eq("gift").all()
    assert is_secret_kept(intake, table)


def test_wangdiantong_outbound(make_shop, take_in):
    row = {
        "订单编号": "JY1",
        "出库单编号": "CK1",
        "原始单号": "T1;T2",
        "原始子订单号": "T1-1",
        "店铺": "s",
        "商家编码": "A",
        "货品数量": "2",
        "货品成交总价": "150",
        "下单时间": "2026-06-01 10:00:00",
        "发货时间": "2026-06-02 09:00:00",
        "仓库": "w",
        "赠品方式": "非赠品",
    }
    rows = [
        row,
        row
        | {
            "出库单编号": "CK2",
            "货品数量": "-1",
            "货品成交总价": "-75",
            "发货时间": "2026-06-09 09:00:00",
        },
        row
        | {
            "出库单编号": "CK3",
            "商家编码": "B",
            "货品数量": "1",
            "货品成交总价": "0",
            "赠品方式": "自动赠送",
        },
        {"货品数量": "2", "货品成交总价": "75"},  # a total without a name
    ]
    text = written(rows)
    intake, table = take_in(shop_of(make_shop, "wangdiantong_outbound", {"1.csv": text}))
    frame = read(text).query("商家编码 != ''")
    wanted = [
        (
            r["商家编码"],
            "sale" if number(r["货品数量"]) > 0 else "return",
            abs(number(r["货品数量"])),
            abs(number(r["货品成交总价"])),
            abs(number(r["货品成交总价"])),
            0,
        )
        for r in frame.to_dict("records")
    ]
    lines = table("order_lines")
    same(lines, expected(wanted))
    assert len(intake.rejects) == 1
    assert "total" in intake.rejects["rule"][0]
    assert lines.set_index("kind")["original_ordered_at"]["return"] == pd.Timestamp(
        "2026-06-01 10:00"
    )


def test_settlements(make_shop, take_in):
    row = {
        "动账时间": "2026-06-05 10:00:00",
        "动账金额": "88",
        "子订单号": "'7",
        "平台服务费": "-5.5",
        "佣金": "-10",
        "服务商佣金": "0",
        "渠道分成": "",
        "招商服务费": "-1",
        "站外推广费": "-2",
        "其他分成": "0",
    }
    rows = [
        row,
        row,
        row | {"平台服务费": "5.5", "佣金": "0", "招商服务费": "0", "站外推广费": "0"},
    ]
    text = written(rows)
    _, table = take_in(shop_of(make_shop, "douyin_dongzhang", {"1.csv": text}, "charges"))
    made = table("charges").assign(amount=lambda c: c["amount"].astype(float))
    names = {
        "platform": ["平台服务费", "渠道分成", "其他分成"],
        "commission": ["佣金", "服务商佣金"],
        "recruitment": ["招商服务费"],
        "paid traffic": ["站外推广费"],
    }
    frame = read(text)
    wanted = {kind: -sum(number(v) for n in of for v in frame[n]) for kind, of in names.items()}
    assert made.groupby("kind")["amount"].sum().to_dict() == wanted
    assert made["line_id"].eq("7").all()


@pytest.mark.parametrize(
    ("export", "row", "amount"),
    [
        (
            "douyin_shipping_insurance",
            {
                "投保单号": "p",
                "订单编号": "7",
                "下单时间": "2026-06-01 10:00:00",
                "承保时间": "",
                "支付保费": "0.5",
                "动账时间": "-",
            },
            0.5,
        ),
        (
            "douyin_bic",
            {
                "结算单号": "p",
                "关联订单号": "7",
                "费用项": "质检",
                "结算金额": "3",
                "业务发生时间": "2026-06-01 10:00:00",
                "QIC仓": "w",
                "结算时间": "",
            },
            3,
        ),
        (
            "kuaishou_shipping_insurance",
            {
                "订单编号": "7",
                "服务费用（元）": "1",
                "商家承担服务费用（元）": "0.8",
                "平台补贴费用（元）": "0.2",
                "生效时间": "2026-06-01 10:00:00",
                "收费编号": "x",
            },
            0.8,
        ),
        (
            "weixin_video_dongzhang",
            {
                "流水单号": "x",
                "记账时间": "2026-06-01 10:00:00",
                "动帐类型": "技术服务费",
                "收支类型": "支出",
                "收支金额": "1.5",
                "关联订单号": "7",
            },
            1.5,
        ),
        (
            "weixin_video_dongzhang",
            {
                "流水单号": "x",
                "记账时间": "2026-06-01 10:00:00",
                "动帐类型": "达人佣金",
                "收支类型": "收入",
                "收支金额": "1.5",
                "关联订单号": "7",
            },
            -1.5,
        ),
        (
            "kuaishou_settlement",
            {
                "订单号": "7",
                "实际结算时间": "2026-06-01 10:00:00",
                "技术服务费(元)": "2",
                "达人佣金(元)": "0",
                "团长佣金(元)": "0",
                "快赚客佣金(元)": "0",
                "服务商佣金(元)": "0",
                "其他收费": "0",
            },
            2,
        ),
    ],
)
def test_charges(make_shop, take_in, export, row, amount):
    intake, table = take_in(shop_of(make_shop, export, {"1.csv": written([row])}, "charges"))
    made = table("charges")
    assert intake.rejects.empty
    assert (len(made), float(made["amount"][0]), made["line_id"][0]) == (1, amount, "7")
    assert str(made["date"][0])[:10] == "2026-06-01"


def test_shengyicanmou_traffic(make_shop, take_in):
    row = {
        "统计日期": "2026-06-01",
        "商品ID": "1",
        "货号": "S",
        "商品访客数": "900",
        "商品浏览量": "1,234",
        "商品加购件数": "20",
        "支付件数": "3",
    }
    rows = [
        row,
        row | {"商品ID": "2", "商品浏览量": "66"},
        row | {"商品ID": "3", "货号": "-", "商品浏览量": "10"},
    ]
    text = written(rows, above=4)
    intake, table = take_in(
        shop_of(make_shop, "shengyicanmou_products", {"1.csv": text}, "traffic")
    )
    assert intake.rejects.empty
    clicks = table("traffic").set_index("item")["clicks"].astype(float).to_dict()
    assert clicks == {"S": 1300, "3": 10}
