"""Files of every form become the same rows, and a file that cannot be read is named in one line."""

import re
import zipfile
from datetime import date, datetime

import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from destock.model.messages import Fault
from destock.model.schema import TABLES

LINES = (
    "order_id,line_id,sku,ordered_at,units,kind,customer_paid\n1,1,A,2026-06-01"
    " 10:00:00,1,sale,10\n"
)
HEADER, ROW = LINES.splitlines()
NAMES = "sku,name,category\n0012,连衣裙,裙装\n0013,é—ü,T恤\n"


@pytest.fixture
def shop(make_shop):
    """A shop whose products file is made of these bytes."""

    def make(raw, name="products.csv", **entry):
        folder = make_shop({"order_lines": LINES}, tables={"products": {"source": name} | entry})
        (folder / name).write_bytes(raw)
        return folder

    return make


def products(take_in, folder):
    return (
        take_in(folder)[1]("products")[["sku", "name", "category"]].fillna("").to_numpy().tolist()
    )


def fault_of(take_in, folder):
    with pytest.raises(Fault) as caught:
        take_in(folder)
    assert caught.value.exit_code == 3
    line = str(caught.value)
    assert "\n" not in line
    assert "Traceback" not in line
    return line


EXPECTED = [["0012", "连衣裙", "裙装"], ["0013", "é—ü", "T恤"]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_the_encoding_is_found(take_in, shop, encoding):
    assert products(take_in, shop(NAMES.encode(encoding))) == EXPECTED


def test_the_encoding_can_be_given(take_in, shop):
    assert products(take_in, shop(NAMES.encode("utf-16-le"), encoding="utf-16-le")) == EXPECTED


def test_a_byte_order_mark_is_stronger_than_the_encoding_given(take_in, shop):
    assert products(take_in, shop(NAMES.encode("utf-8-sig"), encoding="gb18030")) == EXPECTED


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_the_delimiter_can_be_given(take_in, shop, delimiter):
    assert (
        products(take_in, shop(NAMES.replace(",", delimiter).encode(), delimiter=delimiter))
        == EXPECTED
    )


def test_rows_above_the_header_are_passed_over(take_in, shop):
    assert (
        products(take_in, shop(f"Products of today\n\n{NAMES}".encode(), header_row=3)) == EXPECTED
    )


@pytest.mark.parametrize("ending", ["\r\n", "\r"])
def test_other_line_ends_are_fine(take_in, shop, ending):
    assert products(take_in, shop(NAMES.replace("\n", ending).encode())) == EXPECTED


@pytest.mark.parametrize("cut", range(1, 15))
def test_a_file_that_ends_in_the_middle_of_a_line_is_refused(take_in, shop, cut):
    whole = (NAMES + "0014,a,1503.50\n").encode()
    assert fault_of(take_in, shop(whole[:-cut])).startswith(
        "products.csv: ends in the middle of a line"
    )


def test_an_export_that_never_ends_its_last_line_says_so(take_in, shop):
    assert products(take_in, shop(NAMES.rstrip().encode(), final_newline=False)) == EXPECTED


def test_a_quoted_field_may_hold_delimiters_quotes_and_line_ends(take_in, shop):
    assert products(take_in, shop(b'sku,name,category\n1,"a,""b""\nc",d\n')) == [
        ["1", 'a,"b"\nc', "d"]
    ]


def test_a_trailing_delimiter_is_no_fault(take_in, shop):
    assert products(take_in, shop(b"sku,name,category,\n1,a,b,\n")) == [["1", "a", "b"]]


def test_columns_are_found_by_name_whatever_their_order_case_and_width(take_in, shop):
    assert products(take_in, shop("Ｃategory, NAME ,Sku\nc,n,1\n".encode())) == [["1", "n", "c"]]


def test_a_renamed_header_may_hold_fullwidth_marks(take_in, shop):
    assert products(
        take_in, shop("货号（SKU）,name,category\n1,n,c\n".encode(), rename={"sku": "货号（SKU）"})
    ) == [["1", "n", "c"]]


def test_an_expression_names_headers_as_the_file_does(take_in, shop):
    folder = shop(
        "货号（SKU）,name,category\n1,n,c\n".encode(), columns={"sku": 'upper("货号（SKU）")'}
    )
    assert products(take_in, folder) == [["1", "n", "c"]]


def test_a_header_that_comes_twice_is_refused(take_in, shop):
    line = fault_of(take_in, shop(b"sku,name,name\n1,a,b\n"))
    assert "products.csv" in line
    assert "name" in line


def test_words_that_mean_nothing_elsewhere_stay_words(take_in, shop):
    assert products(take_in, shop(b"sku,name,category\nNA,NA,None\nTRUE,nan,\n")) == [
        ["NA", "NA", "None"],
        ["TRUE", "nan", ""],
    ]


def test_exports_with_other_columns_are_united_by_name(take_in, make_shop):
    folder = make_shop(
        {
            "order_lines": LINES,
            "products/1.csv": "sku,name\n1,a\n",
            "products/2.csv": "category,sku\nc,2\n",
        }
    )
    assert products(take_in, folder) == [["1", "a", ""], ["2", "", "c"]]


def workbook(path, rows, sheet="Sheet", others=()):
    book = openpyxl.Workbook()
    book.active.title = sheet
    for row in rows:
        book.active.append(row)
    book.create_sheet("empty")
    for title in others:
        book.create_sheet(title).append(["something"])
    book.save(path)


@pytest.fixture
def xlsx_shop(make_shop):
    """A shop whose products are a workbook of these rows."""

    def make(rows, title="Sheet", others=(), /, **entry):
        folder = make_shop(
            {"order_lines": LINES}, tables={"products": {"source": "products.xlsx"} | entry}
        )
        workbook(folder / "products.xlsx", rows, title, others)
        return folder

    return make


def with_parts(path, change):
    """The workbook with each of its parts as ``change(name, text)`` makes it."""
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name).decode() for name in book.namelist()}
    with zipfile.ZipFile(path, "w") as book:
        for name, text in parts.items():
            book.writestr(name, change(name, text))


@pytest.mark.parametrize("built_in", [31, 57, 58])
def test_a_date_in_a_format_built_in_for_chinese_is_a_date(take_in, xlsx_shop, built_in):
    """As a Chinese Excel writes it: by its id alone, without a format code in the file."""
    folder = xlsx_shop([["sku", "launch_date"], ["A", date(2026, 5, 1)]])

    def by_id(name, text):
        if name != "xl/styles.xml":
            return text
        text = re.sub(r"<numFmts.*?</numFmts>", "", text, flags=re.DOTALL)
        return re.sub(r'(<xf [^>]*numFmtId=")(?:164|14)"', rf'\g<1>{built_in}"', text)

    with_parts(folder / "products.xlsx", by_id)
    days = take_in(folder)[1]("products")["launch_date"]
    assert days.tolist() == [pd.Timestamp("2026-05-01")]


def test_a_strict_workbook_is_told_from_one_with_several_sheets(take_in, xlsx_shop):
    folder = xlsx_shop([["sku", "name"], ["A", "a"]])
    ours, strict = "http://schemas.openxmlformats.org/", "http://purl.oclc.org/ooxml/"
    spaces = {
        f"{ours}{name}/2006/{last}": f"{strict}{name}/{last}"
        for name, last in (("spreadsheetml", "main"), ("officeDocument", "relationships"))
    }

    def as_strict(_, text):
        for space, other in spaces.items():
            text = text.replace(space, other)
        return text

    with_parts(folder / "products.xlsx", as_strict)
    with pytest.raises(Fault, match="Strict Open XML"):
        take_in(folder)


def test_workbook_ids_and_dates_keep_their_meaning(take_in, xlsx_shop):
    rows = [
        ["sku", "name", "launch_date"],
        ["00123", 1.0, date(2026, 1, 5)],
        ["123456789012345678", 12, datetime(2026, 1, 6)],
    ]
    frame = take_in(xlsx_shop(rows))[1]("products")
    assert frame["sku"].tolist() == ["00123", "123456789012345678"]
    assert frame["name"].tolist() == ["1", "12"]
    assert frame["launch_date"].dt.strftime("%Y-%m-%d").tolist() == ["2026-01-05", "2026-01-06"]


def test_a_workbook_may_name_its_sheet_and_header_row(take_in, xlsx_shop):
    rows = [
        ["Products of today"],
        ["sku", "name", "category", None],
        ["1", "a", "b", None],
        [None] * 4,
    ]
    assert products(take_in, xlsx_shop(rows, "货品", ["说明"], sheet="货品", header_row=2)) == [
        ["1", "a", "b"]
    ]


def test_of_several_sheets_one_must_be_named(take_in, xlsx_shop):
    line = fault_of(take_in, xlsx_shop([["sku", "name"], ["1", "a"]], "货品", ["说明"]))
    assert line.startswith("products.xlsx: which sheet")
    assert "货品, empty, 说明" in line


def test_a_workbook_with_short_rows_is_read(take_in, xlsx_shop):
    assert products(take_in, xlsx_shop([["sku", "name", "category"], ["1"], ["2", "b"]])) == [
        ["1", "", ""],
        ["2", "b", ""],
    ]


def test_a_workbook_with_rows_longer_than_the_header_is_read(take_in, xlsx_shop):
    assert products(take_in, xlsx_shop([["sku", "name", "category"], ["1", "a", "b", "note"]])) == [
        ["1", "a", "b"]
    ]


def test_a_workbook_without_the_sheet_is_named(take_in, xlsx_shop):
    line = fault_of(take_in, xlsx_shop([["sku"], ["1"]], "Sheet1", sheet="货品"))
    assert "products.xlsx" in line
    assert "货品" in line


def test_parquet_keeps_its_types(take_in, make_shop):
    folder = make_shop({"order_lines": LINES}, tables={"products": {"source": "products.parquet"}})
    frame = pd.DataFrame(
        {
            "SKU": ["007"],
            "tag_price": [12.5],
            "launch_date": [pd.Timestamp("2026-01-05")],
            "moq": [3],
        }
    )
    frame.to_parquet(folder / "products.parquet")
    row = take_in(folder)[1]("products").iloc[0]
    assert (row["sku"], float(row["tag_price"]), row["launch_date"], float(row["moq"])) == (
        "007",
        12.5,
        pd.Timestamp("2026-01-05"),
        3,
    )


def test_exports_of_other_types_are_united_as_text(take_in, make_shop):
    folder = make_shop({"order_lines": LINES, "products/1.csv": "sku,launch_date\n1,2026-01-05\n"})
    pd.DataFrame({"sku": [2], "launch_date": [pd.Timestamp("2026-01-06")]}).to_parquet(
        folder / "products" / "2.parquet"
    )
    frame = take_in(folder)[1]("products")
    assert frame["sku"].tolist() == ["1", "2"]
    assert frame["launch_date"].dt.day.tolist() == [5, 6]


def test_each_export_is_judged_by_its_own_types(take_in, make_shop):
    folder = make_shop({"order_lines": LINES}, tables={"products": {"source": "products"}})
    (folder / "products").mkdir()
    pq.write_table(pa.table({"sku": ["1"], "moq": [1]}), folder / "products" / "1.parquet")
    pq.write_table(
        pa.table({"sku": ["2"], "moq": [date(2026, 1, 1)]}), folder / "products" / "2.parquet"
    )
    intake, table = take_in(folder)
    assert intake.rejects[["file", "line", "column", "value"]].to_numpy().tolist() == [
        ["2.parquet", 1, "moq", "2026-01-01"]
    ]
    assert table("products")["sku"].tolist() == ["1"]


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("products.csv", b""),
        ("products.csv", b"sku,name,category\n"),
        ("products.csv", b"\n\n\n"),
        ("products.csv", b"\xff\xff\xff\xffsku\n\x81"),
        ("products.csv", b"sku,name\n1,a,\n2,b,c\n3,c\n"),
        ("products.csv", b'sku,name\n1,"never closed\n2,b\n3,c\n'),
        ("products.parquet", b""),
        ("products.parquet", b"PAR1 no, it is not PAR1"),
        ("products.xlsx", b""),
        ("products.xlsx", b"PK\x03\x04 no zip"),
        ("products.ods", b"PK\x03\x04 no zip"),
        ("products.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 no workbook"),
        ("products.jsonl", b'{"sku": 1}\n{"sku": '),
        ("products.html", b"<html><p>Please sign in</p></html>"),
        ("products.csv.gz", b"\x1f\x8b\x08 no gzip"),
    ],
)
def test_a_damaged_or_empty_file_is_named_in_one_line(take_in, shop, name, raw):
    assert fault_of(take_in, shop(raw, name)).startswith(f"{name}:")


@pytest.mark.parametrize("form", ["csv", "xlsx", "parquet"])
def test_a_folder_in_the_place_of_a_file_cannot_be_read(take_in, make_shop, form):
    folder = make_shop({"order_lines": LINES, "products/1.csv": "sku\nA\n"})
    (folder / "products" / f"2.{form}").mkdir()
    assert fault_of(take_in, folder).startswith(f"2.{form}: cannot be read")


def test_an_encoding_that_does_not_fit_is_named_with_the_byte(take_in, shop):
    line = fault_of(take_in, shop(NAMES.encode("gb18030"), encoding="utf-8"))
    assert line.startswith("products.csv: ")
    assert "byte 23" in line


def test_an_encoding_that_does_not_exist_is_named(take_in, shop):
    assert "klingon" in fault_of(take_in, shop(NAMES.encode(), encoding="klingon"))


def test_a_parquet_file_without_rows_is_empty(take_in, make_shop):
    folder = make_shop({"order_lines": LINES}, tables={"products": {"source": "products.parquet"}})
    pq.write_table(pa.table({"sku": pa.array([], pa.string())}), folder / "products.parquet")
    assert fault_of(take_in, folder).startswith("products.parquet: ")


def test_a_workbook_without_rows_is_empty(take_in, xlsx_shop):
    assert fault_of(take_in, xlsx_shop([["sku", "name"]])).startswith("products.xlsx: ")


BY_HAND = {
    "overrides": "item,class,reason",
    "provisions": "item,booked_on,amount",
    "plan": "item",
    "prices": "item,valid_from,price",
    "exits": "exit,kind",
    "promises": "item,portion,decision,units,report_day,cash_until",
}


@pytest.mark.parametrize("form", ["csv", "xlsx", "parquet"])
def test_a_table_kept_by_hand_may_have_lost_its_last_row(take_in, make_shop, form):
    shop = make_shop(
        {"products": "sku\nA\n", "order_lines": LINES},
        tables={name: {"source": f"{name}.{form}"} for name in BY_HAND},
    )
    for name, columns in BY_HAND.items():
        frame = pd.DataFrame(columns=columns.split(","), dtype=str)
        {"csv": frame.to_csv, "xlsx": frame.to_excel, "parquet": frame.to_parquet}[form](
            shop / f"{name}.{form}", index=False
        )
    intake, table = take_in(shop)
    counts = intake.rows.set_index("table")[["rows_in", "used", "rejected"]]
    assert {name: (*counts.loc[name], len(table(name))) for name in BY_HAND} == dict.fromkeys(
        BY_HAND, (0, 0, 0, 0)
    )
    assert {note.item for note in intake.notes if note.id == "no_rows"} == {
        f"{name}.{form}" for name in BY_HAND
    }


def test_a_table_kept_by_hand_has_a_header_at_least(take_in, make_shop):
    folder = make_shop({"products": "sku\nA\n", "order_lines": LINES, "overrides": ""})
    assert fault_of(take_in, folder).startswith(
        "overrides.csv: has no rows: export it again, or take overrides out"
    )


@pytest.mark.parametrize("name", sorted(set(TABLES) - set(BY_HAND)))
def test_an_export_without_rows_has_failed(take_in, make_shop, name):
    header = ",".join(TABLES[name].required) + "\n"
    folder = make_shop({"products": "sku\nA\n", "order_lines": LINES} | {name: header})
    assert fault_of(take_in, folder).startswith(f"{name}.csv: has no rows")


def test_a_cut_parquet_file_is_named(take_in, make_shop):
    folder = make_shop({"order_lines": LINES}, tables={"products": {"source": "products.parquet"}})
    pd.DataFrame({"sku": [str(i) for i in range(1000)]}).to_parquet(folder / "products.parquet")
    raw = (folder / "products.parquet").read_bytes()
    (folder / "products.parquet").write_bytes(raw[: len(raw) // 2])
    assert fault_of(take_in, folder).startswith("products.parquet: ")


def test_a_missing_required_column_is_named_with_its_file(take_in, make_shop):
    line = fault_of(
        take_in,
        make_shop(
            {"products": "sku\nA\n", "order_lines": LINES.replace("customer_paid", "amount")}
        ),
    )
    assert line.startswith('order_lines.csv: no column "customer_paid"')
    assert "amount" in line


def test_a_renamed_column_that_is_not_there_is_named(take_in, shop):
    line = fault_of(take_in, shop(NAMES.encode(), rename={"brand": "品牌"}))
    assert line.startswith('products.csv: no column "品牌" for products.brand')


def test_a_row_larger_than_any_of_a_shop_is_refused_in_our_words(make_shop, take_in):
    folder = make_shop(
        {"products": "sku,style\nA," + "x" * (5 << 20) + "\n", "order_lines": "order_id\n1\n"}
    )
    with pytest.raises(
        Fault, match=r"products\.csv: a row of more than 2 MB: this is no table of a shop"
    ) as fault:
        take_in(folder)
    assert fault.value.exit_code == 3
