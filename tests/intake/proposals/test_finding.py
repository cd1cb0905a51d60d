"""Folders of files: which of them are one export, and how shop.toml may name them."""

import openpyxl
import pytest

from destock.intake.proposals.finding import SAMPLE, find

ORDERS = "Order Number,SKU,Order Date,Quantity,Line Total\nA1,K1,2026-03-01,1,9.90\n"
STOCK = "SKU,On Hand,Count Date\nK1,7,2026-03-31\n"
PRODUCTS = "SKU,Title,Category\nK1,Shirt,Tops\n"


@pytest.fixture
def folder(tmp_path):
    """``folder({"a/b.csv": text or bytes})`` is a folder of these files."""

    def make(files):
        for name, content in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return tmp_path

    return make


def workbook(path, sheets, hidden=()):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
        if title in hidden:
            sheet.sheet_state = "hidden"
    book.save(path)


def rows(text):
    return [line.split(",") for line in text.splitlines()]


def sources(found):
    return sorted((export.source, len(export.paths)) for export in found.exports)


def months(start="orders_2026-", end=".csv", text=ORDERS):
    return {f"{start}{month:02d}{end}": text for month in (1, 2, 3)}


def test_monthly_files_are_one_pattern(folder):
    found = find(folder(months()))
    assert sources(found) == [("orders_2026-*.csv", 3)]
    assert not found.unread
    (export,) = found.exports
    assert [path.name for path in export.paths] == [*months()]
    assert export.columns["SKU"] == ["K1"] * 3
    assert export.profile is None


def test_a_pattern_names_nothing_that_is_not_of_its_kind(folder):
    beside = {"orders_2026-04.csv": STOCK, "orders_2026-04_old.txt": PRODUCTS}
    found = find(folder(months() | beside))
    (pattern,) = [export for export in found.exports if "Order Number" in export.columns][:1]
    assert sources(found) == [
        ("orders_2026-01.csv", 1),
        ("orders_2026-02.csv", 1),
        ("orders_2026-03.csv", 1),
        ("orders_2026-04.csv", 1),
        ("orders_2026-04_old.txt", 1),
    ]
    assert pattern.columns["SKU"] == ["K1"]


def test_a_pattern_stays_where_another_kind_beside_is_not_named_by_it(folder):
    found = find(folder(months() | {"stock.csv": STOCK, "products.csv": PRODUCTS}))
    assert sources(found) == [("orders_2026-*.csv", 3), ("products.csv", 1), ("stock.csv", 1)]


def test_a_pattern_does_not_take_a_file_that_cannot_be_read(folder):
    found = find(folder(months() | {"orders_2026-04.csv": b"SKU,Quantity\n\x00\x00"}))
    assert sources(found) == [(name, 1) for name in months()]
    assert [*found.unread] == ["orders_2026-04.csv"]


def test_names_with_nothing_in_common_have_no_pattern(folder):
    found = find(folder({"a.csv": ORDERS, "b.csv": ORDERS, "c.csv": STOCK}))
    assert sources(found) == [("a.csv", 1), ("b.csv", 1), ("c.csv", 1)]


@pytest.mark.parametrize("start", ["orders [all] ", "orders? ", "orders* "])
def test_signs_of_a_pattern_in_a_name_are_no_pattern(folder, start):
    found = find(folder(months(start)))
    assert sources(found) == [(name, 1) for name in months(start)]


def test_a_folder_of_its_own_is_its_folder(folder):
    found = find(folder(months("orders/") | {"stock.csv": STOCK}))
    assert sources(found) == [("orders", 3), ("stock.csv", 1)]


def test_a_folder_of_two_kinds_is_none_of_them(folder):
    files = months("all/orders_") | {"all/stock.csv": STOCK}
    assert sources(find(folder(files))) == [("all/orders_*.csv", 3), ("all/stock.csv", 1)]


def test_the_shops_own_folder_is_no_source(folder):
    found = find(folder({"x.csv": ORDERS, "y.csv": ORDERS}))
    assert sources(found) == [("*.csv", 2)]


def test_files_in_several_folders_are_sources_each(folder):
    found = find(folder({"2025/o.csv": ORDERS, "2026/o.csv": ORDERS}))
    assert sources(found) == [("2025/o.csv", 1), ("2026/o.csv", 1)]


def test_folders_are_looked_into_two_deep_and_hidden_ones_never(folder):
    found = find(folder({"a/b/o.csv": ORDERS, "a/b/c/s.csv": STOCK, ".trash/p.csv": PRODUCTS}))
    assert sources(found) == [("a/b/o.csv", 1)]


def test_the_same_columns_in_another_order_are_another_kind(folder):
    other = "SKU,Order Number,Order Date,Quantity,Line Total\nK1,A1,2026-03-01,1,9.90\n"
    assert len(find(folder({"o1.csv": ORDERS, "o2.csv": other})).exports) == 2


def test_an_export_that_a_profile_knows_is_one_kind_whatever_else_it_holds(folder):
    head = "投保单号,订单编号,下单时间,承保时间,支付保费"
    row = "1,2,2026-03-01,2026-03-01,0.50"
    found = find(folder({"b1.csv": f"{head}\n{row}\n", "b2.csv": f"{head},更多\n{row},x\n"}))
    (export,) = found.exports
    assert (export.source, export.profile.name) == ("b*.csv", "douyin_shipping_insurance")
    assert export.score == export.margin == 0.2
    assert export.columns["更多"] == ["x"]
    assert export.columns["投保单号"] == ["1", "1"]


def test_a_sample_is_no_whole_file(folder):
    text = ORDERS + "".join(f"A{n},K1,2026-03-01,1,9.90\n" for n in range(2, 900))
    (export,) = find(folder({"o.csv": text})).exports
    assert len(export.columns["Order Number"]) == SAMPLE
    assert export.columns["Order Number"][:2] == ["A1", "A2"]
    assert len({len(values) for values in export.columns.values()}) == 1


def test_an_export_of_no_rows_is_told(folder):
    head = ORDERS.splitlines()[0]
    found = find(folder({"o.csv": f"{head}\n"}))
    assert (found.exports, [*found.unread]) == ([], ["o.csv"])


def test_sheets_of_a_workbook_are_exports_each(tmp_path):
    workbook(tmp_path / "shop.xlsx", {"Orders": rows(ORDERS), 'a "b"': rows(STOCK)})
    found = find(tmp_path)
    assert [(export.source, export.sheet) for export in found.exports] == [
        ("shop.xlsx", "Orders"),
        ("shop.xlsx", 'a "b"'),
    ]
    assert found.exports[1].columns == {
        "SKU": ["K1"],
        "On Hand": ["7"],
        "Count Date": ["2026-03-31"],
    }


def test_a_workbook_of_one_sheet_needs_no_name_of_it(tmp_path):
    workbook(tmp_path / "shop.xlsx", {"Orders": rows(ORDERS)})
    assert [export.sheet for export in find(tmp_path).exports] == [""]


def test_sheets_without_cells_do_not_hide_the_others(tmp_path):
    sheets = {"Orders": rows(ORDERS), "Stock": rows(STOCK), "Sheet3": []}
    workbook(tmp_path / "shop.xlsx", sheets)
    found = find(tmp_path)
    assert [export.sheet for export in found.exports] == ["Orders", "Stock"]
    assert not found.unread


def test_a_sheet_that_is_no_table_is_told_and_the_others_are_found(tmp_path):
    sheets = {"Read me": [["Stock of March"]], "Orders": rows(ORDERS), "Stock": rows(STOCK)}
    workbook(tmp_path / "shop.xlsx", sheets)
    found = find(tmp_path)
    assert [export.sheet for export in found.exports] == ["Orders", "Stock"]
    assert [*found.unread] == ["shop.xlsx: Read me"]


def test_hidden_sheets_are_not_looked_at_beside_others(tmp_path):
    sheets = {"Old": rows(PRODUCTS), "Orders": rows(ORDERS), "Stock": rows(STOCK)}
    workbook(tmp_path / "shop.xlsx", sheets, hidden=["Old"])
    found = find(tmp_path)
    assert [export.sheet for export in found.exports] == ["Orders", "Stock"]
    assert not found.unread


def test_a_sheet_with_a_comma_in_its_name_is_found(tmp_path):
    workbook(tmp_path / "shop.xlsx", {"Orders, all": rows(ORDERS), "Stock": rows(STOCK)})
    assert [export.sheet for export in find(tmp_path).exports] == ["Orders, all", "Stock"]


def test_sheets_of_one_name_in_several_workbooks_are_one_export(tmp_path):
    for month in (1, 2):
        sheets = {"Orders": rows(ORDERS), "Stock": rows(STOCK)}
        workbook(tmp_path / f"shop_{month}.xlsx", sheets)
    found = find(tmp_path)
    assert sorted((export.source, export.sheet) for export in found.exports) == [
        ("shop_*.xlsx", "Orders"),
        ("shop_*.xlsx", "Stock"),
    ]


@pytest.mark.parametrize(
    ("encoding", "header", "row"),
    [
        ("cp1252", "Référence;Libellé;Catégorie;Prix", "K1;Chemise brodée;Été;9,90"),
        ("cp1252", "Artikelnummer;Bezeichnung;Größe;Preis", "K1;Mütze grün;M;9,90"),
        ("cp1252", "Código;Descripción;Categoría;Precio", "K1;Pantalón;Niño;9,90"),
        (
            "shift_jis",
            "注文番号,商品コード,注文日,個数,売上金額,カテゴリー",
            "A1,K1,2026/3/1,1,900,帽子",
        ),
        ("cp949", "주문번호,상품코드,주문일,수량,결제금액,카테고리", "A1,K1,2026-03-01,1,900,모자"),
        ("gb18030", "订单编号,商家编码,下单时间,数量,实付金额,品类", "A1,K1,2026-03-01,1,9,帽子"),
        ("utf-8-sig", "注文番号,商品コード,注文日,個数,売上金額", "A1,K1,2026/3/1,1,900"),
        ("utf-16", "注文番号,商品コード,注文日,個数,売上金額", "A1,K1,2026/3/1,1,900"),
    ],
    ids=lambda value: value.split(",")[0].split(";")[0],
)
def test_texts_of_other_encodings_are_read_in_their_own(folder, encoding, header, row):
    text = "\n".join([header, *[row] * 20]) + "\n"
    found = find(folder({"export.csv": text.encode(encoding)}))
    assert not found.unread
    (export,) = found.exports
    sign = ";" if ";" in header else ","
    assert [*export.columns] == header.split(sign)
    assert [values[0] for values in export.columns.values()] == row.split(sign)
    # what is read by itself is not said
    assert export.encoding == (encoding if encoding in ("cp1252", "shift_jis", "cp949") else "")


def test_files_of_another_encoding_are_a_source_of_their_own(folder):
    text = "Référence;Libellé\nK1;Été\n"
    found = find(folder({"p1.csv": text.encode("cp1252"), "p2.csv": text.encode()}))
    assert sorted((export.source, export.encoding) for export in found.exports) == [
        ("p1.csv", "cp1252"),
        ("p2.csv", ""),
    ]


def test_a_header_below_a_title_is_found(folder):
    (export,) = find(folder({"o.csv": f"My shop\nMarch 2026\n\n{ORDERS}"})).exports
    assert [*export.columns] == ORDERS.splitlines()[0].split(",")


def test_what_is_no_export_is_not_looked_at(folder):
    found = find(
        folder(
            {
                "shop.toml": "currency = 1",
                "photo.png": b"\x89PNG",
                "notes.md": "# notes",
                "readme.txt": "read,me\n1,2\n",
                "~$orders.xlsx": b"lock",
                "._orders.csv": b"\x00\x05",
                ".~lock.orders.csv#": "me",
                "Thumbs.db": b"\x00",
                ".DS_Store": b"\x00",
                "orders.csv": ORDERS,
            }
        )
    )
    assert sources(found) == [("orders.csv", 1)]
    assert not found.unread


def test_what_cannot_be_read_is_told_and_the_others_are_found(folder):
    found = find(
        folder(
            {
                "a.xlsx": b"PK\x03\x04 no workbook",
                "b/c.csv": b"",
                "d.csv": b"SKU,On Hand\nK1,\x00\n",
                "e.csv": '"SKU,On Hand\nK1,7\n',
                "orders.csv": ORDERS,
                "z.csv": STOCK,
            }
        )
    )
    assert sources(found) == [("orders.csv", 1), ("z.csv", 1)]
    assert sorted(found.unread) == ["a.xlsx", "b/c.csv", "d.csv", "e.csv"]
    for name, fault in found.unread.items():
        assert fault.exit_code == 3
        assert name.split("/")[-1] in str(fault)


def test_an_empty_folder_holds_nothing(tmp_path):
    found = find(tmp_path)
    assert (found.exports, found.unread) == ([], {})
