"""Headers written by hand: which table each is, and which of its columns is ours."""

import random

import pytest

from destock.intake.proposals.matching import (
    NEEDED,
    called,
    is_of_order,
    is_total,
    known_names,
    matches,
    names,
    plain,
    whole,
)

SKUS = [f"KL-{number:03d}" for number in range(12)]
VALUES = {
    "order_id": [f"ORD{number // 2:06d}" for number in range(12)],
    "sku": SKUS,
    "ordered_at": [f"2026-03-{number + 1:02d}" for number in range(12)],
    "counted_at": ["2026-03-31"] * 12,
    "received_at": ["2026-02-10"] * 12,
    "units": ["1", "2"] * 6,
    "on_hand": [str(number * 3) for number in range(12)],
    "units_ordered": ["10"] * 12,
    "units_received": ["9"] * 12,
    "customer_paid": [f"{number}9.90" for number in range(1, 13)],
    "unit_price": ["19.90"] * 12,
    "status": ["Xyz"] * 12,
    "name": ["a shirt"] * 12,
    "category": ["shirts"] * 12,
    "tag_price": ["39.90"] * 12,
    "unit_cost": ["11.50"] * 12,
    "size": ["M", "L"] * 6,
    "colour": ["red"] * 12,
    "po_id": ["P1"] * 12,
}

LANGUAGES = {
    "Chinese": {
        "products": {
            "商家编码": "sku",
            "商品名称": "name",
            "类目": "category",
            "吊牌价": "tag_price",
        },
        "order_lines": {
            "订单编号": "order_id",
            "商家编码": "sku",
            "下单时间": "ordered_at",
            "数量": "units",
            "单价": "unit_price",
            "实付金额": "customer_paid",
            "订单状态": "status",
        },
        "stock": {"商品编码": "sku", "盘点日期": "counted_at", "库存数量": "on_hand"},
        "purchases": {"采购单号": "po_id", "货号": "sku", "采购数量": "units_ordered"},
    },
    "English": {
        "products": {"SKU": "sku", "Title": "name", "Category": "category", "RRP": "tag_price"},
        "order_lines": {
            "Order Number": "order_id",
            "Item Code": "sku",
            "Order Date": "ordered_at",
            "Qty": "units",
            "Unit Price": "unit_price",
            "Line Total": "customer_paid",
            "Status": "status",
        },
        "stock": {"SKU": "sku", "Count Date": "counted_at", "On Hand": "on_hand"},
        "purchases": {
            "PO Number": "po_id",
            "Item Code": "sku",
            "Qty Received": "units_received",
            "Received Qty": "units_received",
        },
    },
    "German": {
        "products": {"Artikelnummer": "sku", "Bezeichnung": "name", "Warengruppe": "category"},
        "order_lines": {
            "Bestellnummer": "order_id",
            "Artikelnummer": "sku",
            "Bestelldatum": "ordered_at",
            "Menge": "units",
            "Einzelpreis": "unit_price",
            "Gesamtpreis": "customer_paid",
            "Bestellstatus": "status",
        },
        "stock": {"Artikelnr.": "sku", "Bestandsdatum": "counted_at", "Lagerbestand": "on_hand"},
        "purchases": {
            "Bestellung": "po_id",
            "Artikelnummer": "sku",
            "Bestellmenge": "units_ordered",
        },
    },
    "French": {
        "products": {"Référence": "sku", "Libellé": "name", "Famille": "category"},
        "order_lines": {
            "N° commande": "order_id",
            "Référence": "sku",
            "Date de commande": "ordered_at",
            "Quantité": "units",
            "Prix unitaire": "unit_price",
            "Montant": "customer_paid",
            "Statut": "status",
        },
        "stock": {"Référence": "sku", "Date": "counted_at", "Quantité en stock": "on_hand"},
        "purchases": {
            "Bon de commande": "po_id",
            "Référence": "sku",
            "Quantité reçue": "units_received",
        },
    },
    "Spanish": {
        "products": {"Código": "sku", "Descripción": "name", "PVP": "tag_price"},
        "order_lines": {
            "Nº pedido": "order_id",
            "Código": "sku",
            "Fecha": "ordered_at",
            "Cantidad": "units",
            "Precio unitario": "unit_price",
            "Importe": "customer_paid",
            "Estado": "status",
        },
        "stock": {"Código": "sku", "Fecha": "counted_at", "Existencias": "on_hand"},
        "purchases": {
            "Orden de compra": "po_id",
            "Código": "sku",
            "Cantidad recibida": "units_received",
        },
    },
    "Portuguese": {
        "products": {"Código": "sku", "Descrição": "name", "Preço": "tag_price"},
        "order_lines": {
            "Pedido": "order_id",
            "Código": "sku",
            "Data do pedido": "ordered_at",
            "Quantidade": "units",
            "Preço unitário": "unit_price",
            "Valor total": "customer_paid",
            "Situação": "status",
        },
        "stock": {"Código": "sku", "Data": "counted_at", "Estoque": "on_hand"},
        "purchases": {
            "Ordem de compra": "po_id",
            "Código": "sku",
            "Quantidade pedida": "units_ordered",
        },
    },
    "Italian": {
        "products": {"Codice": "sku", "Descrizione": "name", "Taglia": "size"},
        "order_lines": {
            "Numero ordine": "order_id",
            "Codice": "sku",
            "Data ordine": "ordered_at",
            "Quantità": "units",
            "Prezzo unitario": "unit_price",
            "Importo": "customer_paid",
            "Stato": "status",
        },
        "stock": {"Codice": "sku", "Data": "counted_at", "Giacenza": "on_hand"},
    },
    "Indonesian": {
        "products": {"Kode Barang": "sku", "Nama Barang": "name", "Harga Jual": "tag_price"},
        "order_lines": {
            "No. Pesanan": "order_id",
            "Nomor Referensi SKU": "sku",
            "Waktu Pesanan Dibuat": "ordered_at",
            "Jumlah": "units",
            "Harga Satuan": "unit_price",
            "Total Pembayaran": "customer_paid",
            "Status Pesanan": "status",
        },
        "stock": {"Kode Barang": "sku", "Tanggal": "counted_at", "Stok": "on_hand"},
        "purchases": {
            "Nomor PO": "po_id",
            "Kode Barang": "sku",
            "Jumlah Diterima": "units_received",
        },
    },
    "Japanese": {
        "products": {
            "商品コード": "sku",
            "商品名": "name",
            "カテゴリー": "category",
            "定価": "tag_price",
        },
        "order_lines": {
            "注文番号": "order_id",
            "商品コード": "sku",
            "注文日時": "ordered_at",
            "個数": "units",
            "単価": "unit_price",
            "売上金額": "customer_paid",
            "注文ステータス": "status",
        },
        "stock": {"商品コード": "sku", "棚卸日": "counted_at", "在庫数": "on_hand"},
        "purchases": {"発注番号": "po_id", "商品コード": "sku", "入荷数": "units_received"},
    },
    "Korean": {
        "products": {
            "상품코드": "sku",
            "상품명": "name",
            "카테고리": "category",
            "판매가": "tag_price",
        },
        "order_lines": {
            "주문번호": "order_id",
            "상품코드": "sku",
            "주문일시": "ordered_at",
            "수량": "units",
            "단가": "unit_price",
            "결제금액": "customer_paid",
            "주문상태": "status",
        },
        "stock": {"상품코드": "sku", "재고일": "counted_at", "재고수량": "on_hand"},
        "purchases": {"발주번호": "po_id", "상품코드": "sku", "입고수량": "units_received"},
    },
}
# of two names of one column in a hand-written header, the first that is known is meant
LANGUAGES["English"]["purchases"].pop("Qty Received")
CASES = [
    pytest.param(table, said, id=f"{language}-{table}")
    for language, tables in LANGUAGES.items()
    for table, said in tables.items()
]


def export(said, **others):
    """``{theirs: ours}`` as an export: twelve rows of values of the kind of each."""
    return {theirs: VALUES[ours] for theirs, ours in said.items()} | others


def best(columns, skus=()):
    found = matches(columns, {*skus})
    return found[0] if found else None


def ours(said):
    return {column: theirs for theirs, column in said.items()}


@pytest.mark.parametrize(("table", "said"), CASES)
def test_a_header_in_ten_languages_is_its_table_and_every_column_its_own(table, said):
    noise = {"Zubehör §": ["x"] * 12, "備考": [""] * 12, "Email": ["a@b.c"] * 12}
    columns = export(said, **noise)
    match = best(columns)
    assert match.table == table
    taken = {theirs: column for column, theirs in match.columns.items() if theirs in said}
    assert {theirs: taken.get(theirs) for theirs in said} == {
        theirs: "units_ordered" if (table, column) == ("purchases", "units_ordered") else column
        for theirs, column in said.items()
    }
    assert not {*match.columns.values()} & {*noise}
    assert match.doubts == {}


@pytest.mark.parametrize(("table", "said"), CASES)
def test_the_order_of_columns_and_rows_changes_nothing(table, said):
    draw = random.Random(f"{table}{said}")  # noqa: S311
    columns = export(said)
    wanted = best(columns, SKUS)
    assert wanted.table == table
    for _ in range(5):
        rows = draw.sample(range(12), 12)
        order = draw.sample([*columns], len(columns))
        turned = {name: [columns[name][row] for row in rows] for name in order}
        assert best(turned, SKUS) == wanted


def test_the_order_of_columns_changes_nothing_where_several_names_fit():
    columns = export({"SKU": "sku", "Order ID": "order_id", "Date": "ordered_at", "Qty": "units"})
    columns |= {
        "Order No": VALUES["order_id"],
        "Created at": VALUES["ordered_at"],
        "Total": VALUES["customer_paid"],
        "Amount": VALUES["customer_paid"],
        "Price": VALUES["unit_price"],
    }
    wanted = best(columns)
    for seed in range(20):
        order = random.Random(seed).sample([*columns], len(columns))  # noqa: S311
        assert best({name: columns[name] for name in order}) == wanted


def test_columns_alike_but_for_their_brackets_are_the_same_whatever_their_order():
    columns = export(
        {"SKU": "sku", "订单号": "order_id", "数量": "units", "下单时间": "ordered_at"}
    )
    columns |= {"金额(含税)": VALUES["customer_paid"], "金额(不含税)": VALUES["unit_price"]}
    turned = dict(reversed([*columns.items()]))
    found = [best(some) for some in (columns, turned)]
    paid = {match.columns["customer_paid"] for match in found}
    said = [{match.columns["customer_paid"], *match.doubts["customer_paid"]} for match in found]
    assert len(paid) == 1
    assert said == [{"金额(含税)", "金额(不含税)"}] * 2


def test_an_export_of_orders_is_no_stock_and_no_list_of_products():
    said = LANGUAGES["English"]["order_lines"]
    columns = export(said, Stock=VALUES["on_hand"], Category=VALUES["category"])
    assert {match.table for match in matches(columns, set())} == {"order_lines"}
    # neither where the orders alone are too few to be sales
    few = {name: columns[name] for name in ("Order Number", "Item Code", "Stock", "Category")}
    assert matches(few, set()) == []
    without = {name: columns[name] for name in ("Item Code", "Stock", "Category")}
    assert {match.table for match in matches(without, set())} == {"stock", "products"}


@pytest.mark.parametrize(
    "sign",
    ["Event Type", "Movement type", "Voucher Type", "出入库类型", "单据类型", "Reference ID"],
)
def test_a_ledger_of_movements_is_no_count(sign):
    count = {"SKU": SKUS, "Date": VALUES["counted_at"], "Quantity": VALUES["units"]}
    assert best(count).table == "stock"
    assert matches(count | {sign: ["in", "out"] * 6}, set()) == []


def test_what_needs_more_comes_first():
    purchases = export(LANGUAGES["German"]["purchases"], Menge=VALUES["units"])
    assert [match.table for match in matches(purchases, set())] == ["purchases", "stock"]
    receipts = {"Receipt Number": "order_id", "SKU": "sku", "Qty": "units", "Date": "ordered_at"}
    sales = export(receipts, Total=VALUES["customer_paid"])
    assert [match.table for match in matches(sales, set())] == ["order_lines", "purchases"]


def amounts(rows):
    """Columns of (order, units, price, paid)."""
    of = [list(map(str, column)) for column in zip(*rows, strict=True)]
    return dict(zip(("order", "units", "price", "paid"), of, strict=True))


# two lines in each of eight orders, of one piece and of three, at a price of 100 and of 50
LINES = [(order, units, price) for order in range(8) for units, price in ((1, 100), (3, 50))]


def total(given, price="price"):
    names = {"sku": "price", "units": "units", "customer_paid": "paid"}
    return is_total(given, names | ({"unit_price": price} if price else {}))


def test_without_a_price_what_one_piece_was_paid_for_tells():
    goods = [(o, n, p) for o, n, p in LINES] + [(9, 1, 50)]
    line = amounts([(o, n, p, n * p) for o, n, p in goods])
    piece = amounts([(o, n, p, p) for o, n, p in goods])
    assert total(line, "") is True
    assert total(piece, "") is False
    assert total(amounts([(o, 3, p, p) for o, _, p in LINES]), "") is None


def test_an_amount_of_a_line_is_told_from_that_of_a_piece():
    line = amounts([(o, n, p, n * p) for o, n, p in LINES])
    piece = amounts([(o, n, p, p) for o, n, p in LINES])
    assert total(line) is True
    assert total(piece) is False


def test_a_discount_makes_no_line_of_a_piece_and_no_piece_of_a_line():
    line = amounts([(o, n, p, f"{n * p * 0.8:.2f}") for o, n, p in LINES])
    piece = amounts([(o, n, p, f"{p * 0.8:.2f}") for o, n, p in LINES])
    assert total(line) is True
    assert total(piece) is False


def test_lines_of_one_piece_say_nothing_of_what_an_amount_is_of():
    single = amounts([(o, 1, p, p) for o, _, p in LINES])
    assert total(single) is None
    free = amounts([(o, 2, 0, 0) for o, _, _ in LINES])
    assert total(free) is None
    silent = amounts([(o, n, "-", "-") for o, n, _ in LINES])
    assert total(silent) is None


def test_what_came_back_is_a_line_too():
    back = amounts([(o, -n, p, -n * p) for o, n, p in LINES])
    assert total(back) is True


@pytest.mark.parametrize("price", ["price", ""])
def test_an_amount_of_the_whole_order_stands_in_each_of_its_lines(price):
    whole_order = amounts([(o, n, p, 250 + o) for o, n, p in LINES])
    line = amounts([(o, n, p, n * p) for o, n, p in LINES])
    piece = amounts([(o, n, p, p) for o, n, p in LINES])
    assert is_of_order(whole_order, "order", "paid", price, "units")
    assert not is_of_order(line, "order", "paid", price, "units")
    assert not is_of_order(piece, "order", "paid", price, "units")


def test_few_orders_of_several_lines_say_nothing():
    few = amounts([(o, n, p, 250) for o, n, p in LINES if o < 4])
    enough = amounts([(o, n, p, 250) for o, n, p in LINES if o < 5])
    assert not is_of_order(few, "order", "paid", "price", "units")
    assert is_of_order(enough, "order", "paid", "price", "units")


def test_lines_of_equal_worth_are_of_equal_amounts_by_themselves():
    alike = amounts([(o, 1, 100, 100) for o, _, _ in LINES])
    assert not is_of_order(alike, "order", "paid", "price", "units")


ORDERS = {
    "Order Number": VALUES["order_id"],
    "SKU": [f"X{number}" for number in range(12)],
    "Barcode": SKUS,
    "Order Date": VALUES["ordered_at"],
    "Qty": VALUES["units"],
    "Total": VALUES["customer_paid"],
}


def test_identifiers_that_the_product_table_knows_win():
    assert best(ORDERS).columns["sku"] == "SKU"
    assert best(ORDERS, SKUS).columns["sku"] == "Barcode"
    assert best(ORDERS, ORDERS["SKU"]).columns["sku"] == "SKU"


def test_a_few_identifiers_by_chance_do_not_win():
    # an export of other goods than the shop's is none of its tables
    assert matches(ORDERS, set(SKUS[:5])) == []
    assert best(ORDERS, SKUS[:6]).columns["sku"] == "Barcode"
    # of two that are known, the one that is known better
    assert best(ORDERS, [*SKUS, *ORDERS["SKU"][:9]]).columns["sku"] == "Barcode"


def test_a_list_of_products_is_not_asked_what_it_knows():
    products = {"SKU": ORDERS["SKU"], "Barcode": SKUS, "Title": VALUES["name"]}
    assert best(products, SKUS).columns["sku"] == "SKU"


def test_a_list_of_products_has_each_of_them_once():
    each = {"SKU": SKUS, "Title": VALUES["name"]}
    assert best(each).table == "products"
    assert best({"SKU": SKUS[:4] * 3, "Title": VALUES["name"]}) is None


@pytest.mark.parametrize("brackets", ["({})", "（{}）", "[{}]", "【{}】"])
def test_what_stands_in_brackets_does_not_change_a_name(brackets):
    said = {
        "订单号": "order_id",
        "商家编码": "sku",
        "下单时间": "ordered_at",
        "数量" + brackets.format("件"): "units",
        "实付金额" + brackets.format("元"): "customer_paid",
    }
    assert best(export(said)).columns == ours(said)


def test_brackets_tell_the_whole_from_one_piece():
    said = {"订单号": "order_id", "商家编码": "sku", "下单时间": "ordered_at", "商品数量": "units"}
    columns = export(said) | {
        "商品实际价格(单件)": VALUES["unit_price"],
        "商品实际价格(总共)": VALUES["customer_paid"],
    }
    for some in (columns, dict(reversed([*columns.items()]))):
        assert best(some).columns["customer_paid"] == "商品实际价格(总共)"


def test_a_name_of_brackets_alone_stays_a_name():
    assert plain("(单件)") == whole("单件")
    assert plain("Price (EUR) [net]") == "price"
    assert whole(" Order-ID_#1 ") == "orderid1"
    assert whole("Ｓｋｕ") == "sku"


def test_a_column_without_values_is_not_taken_where_others_have_some():
    columns = export(LANGUAGES["English"]["order_lines"])
    empty = columns | {"Line Total": ["", "-"] * 6, "Amount": VALUES["customer_paid"]}
    assert best(columns).columns["customer_paid"] == "Line Total"
    assert best(empty).columns["customer_paid"] == "Amount"
    silent = columns | {"Unit Price": ["null"] * 12}
    assert "unit_price" not in best(silent).columns


def test_of_a_header_without_rows_names_alone_decide():
    columns = {name: [] for name in LANGUAGES["English"]["order_lines"]}
    assert best(columns).table == "order_lines"
    assert best(columns).columns == ours(LANGUAGES["English"]["order_lines"])


def test_a_column_of_other_values_than_its_name_says_is_not_taken():
    columns = export(LANGUAGES["English"]["order_lines"])
    assert best(columns | {"Qty": ["a few"] * 12}) is None
    assert best(columns | {"Order Date": ["soon"] * 12}) is None
    words = best(columns | {"Line Total": ["see above"] * 12})
    assert words.columns.get("customer_paid") is None
    # one in twelve that cannot be read spoils nothing
    assert best(columns | {"Qty": [*["1"] * 11, "?"]}).table == "order_lines"


def test_names_of_the_same_weight_are_a_doubt_and_far_ones_are_none():
    columns = export(LANGUAGES["English"]["order_lines"])
    near = best(columns | {"Item Total": VALUES["customer_paid"]})
    assert near.columns["customer_paid"] == "Line Total"
    assert near.doubts == {"customer_paid": ["Item Total"]}
    far = best(columns | {"Gross Sales": VALUES["customer_paid"]})
    assert far.doubts == {}


@pytest.mark.parametrize(
    "header",
    [
        [],
        ["a", "b", "c"],
        ["序号", "入账时间", "支付宝交易号", "收入（+元）", "支出（-元）"],
        ["Name", "Street", "City", "Phone"],
        ["SKU"],
        ["SKU", "Comment"],
        ["Order Number", "Order Date", "Total"],
        ["Quantity", "Price", "Date"],
    ],
    ids=len,
)
def test_an_export_that_is_none_of_ours_is_nothing(header):
    assert matches({name: ["7", "8", "9"] for name in header}, set()) == []
    assert matches({name: [] for name in header}, {"7"}) == []


def test_a_table_is_taken_with_one_of_what_it_needs_and_not_without():
    for table, needed in NEEDED.items():
        least = {
            names()[table][some[0]][0]: VALUES[some[0]] for some in needed if some[0] in VALUES
        }
        least |= {"stylecode": [*SKUS]} if table == "products" else {}
        assert table in {match.table for match in matches(least, set())}
        for left in least:
            fewer = {name: values for name, values in least.items() if name != left}
            assert table not in {match.table for match in matches(fewer, set())}


def test_columns_by_name_alone():
    assert called("stock", ["Artikelnr.", "Bestand", "?"]) == {
        "sku": "Artikelnr.",
        "on_hand": "Bestand",
    }
    assert called("stock", ["?"]) == {}
    assert known_names(["订单编号", "Qty (pcs)", "zzz", "yyy"]) == 2


def test_what_a_supplier_delivers_is_no_sale():
    assert [m.table for m in matches(ORDERS, set())][:1] == ["order_lines"]
    assert "order_lines" not in [
        m.table for m in matches(ORDERS | {"Supplier": ["Mill"] * 12}, set())
    ]


def test_sales_by_day_are_no_count():
    days = [f"2026-03-{day:02d}" for day in range(1, 13)]
    sold = {"Date": days, "SKU": SKUS, "Quantity": ["5"] * 12}
    assert "stock" not in [match.table for match in matches(sold, set())]
    counted = sold | {"Date": days[:1] * 12}
    assert [match.table for match in matches(counted, set())] == ["stock"]
