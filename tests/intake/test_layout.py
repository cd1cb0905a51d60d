"""Where a text's table begins and ends, and what divides its values, is found; what that passes
over is said, and counted.
"""

import pytest

from destock.intake.beside import SUFFIXES
from destock.intake.shop import open_shop
from destock.model.messages import Fault

LINES = (
    "order_id,line_id,sku,ordered_at,units,kind,customer_paid\n"
    "1,1,A,2026-06-01 10:00:00,1,sale,10\n"
)
HEADER, ROW = LINES.splitlines()
SECOND = "2,1,B,2026-06-02 10:00:00,2,sale,20"
FORM = {"order_id": ["1", "2"], "sku": ["A", "B"], "units": [1.0, 2.0]}


@pytest.fixture
def orders(make_shop, take_in):
    """What becomes of a file of orders: the intake, and its typed rows."""

    def take(text, name="orders.csv", encoding="utf-8", **entry):
        folder = make_shop(
            {"products": "sku\nA\nB\n"}, tables={"order_lines": {"source": name} | entry}
        )
        (folder / name).write_bytes(text.encode(encoding))
        intake, table = take_in(folder)
        return intake, table("order_lines")

    return take


def is_form(lines):
    ordered = lines.sort_values("order_id")
    return {name: ordered[name].astype(type(FORM[name][0])).tolist() for name in FORM} == FORM


def of_orders(intake):
    row = intake.rows.set_index("table").loc["order_lines"]
    return row[["rows_in", "used", "rejected", "skipped"]].tolist()


def notes(intake, name):
    return [note.figures for note in intake.notes if note.id == name]


def text(*rows, end="\n"):
    return "".join(f"{row}{end}" for row in rows)


def fault_of(orders, *arguments, **entry):
    with pytest.raises(Fault) as caught:
        orders(*arguments, **entry)
    assert caught.value.exit_code == 3
    return str(caught.value)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("name", ["orders.csv", "orders.txt", "orders.xls", "orders.dat", "o.zip"])
def test_the_delimiter_is_found_whatever_the_file_is_called(orders, delimiter, name):
    intake, lines = orders(text(HEADER, ROW, SECOND).replace(",", delimiter), name)
    assert is_form(lines)
    assert of_orders(intake) == [2, 2, 0, 0]


def test_a_delimiter_declared_wins(orders):
    said = fault_of(orders, text(HEADER, ROW).replace(",", ";"), delimiter=",")
    assert "divided by ';'" in said


@pytest.mark.parametrize("in_header", [False, True])
def test_a_tab_behind_each_value_divides_nothing(orders, in_header):
    def guarded(row):
        return ",".join(f"{value}\t" for value in row.split(","))

    header = guarded(HEADER) if in_header else HEADER
    intake, lines = orders(text(header, guarded(ROW), guarded(SECOND)))
    assert is_form(lines)
    assert of_orders(intake) == [2, 2, 0, 0]


@pytest.mark.parametrize("end", [",\n", "\n"])
def test_a_tab_behind_each_value_divides_nothing_under_unknown_names(orders, end):
    said = fault_of(orders, f"a\t,b\t,c\t{end}1\t,2\t,3\t{end}")
    assert "it has: a, b, c" in said


def test_other_delimiters_inside_quotes_divide_nothing(orders):
    rows = [f'{HEADER},"channel"', f'{ROW},"a;b;c"', f'{SECOND},"d;e\t|f"']
    _, lines = orders(text(*rows))
    assert lines["channel"].tolist() == ["a;b;c", "d;e\t|f"]


def test_a_european_file_has_decimal_commas(orders):
    row = ROW.replace(",", ";") + ",50"
    _, lines = orders(text(HEADER.replace(",", ";"), row), number_format="1.234,50")
    assert lines["customer_paid"].astype(float).tolist() == [10.5]


def test_a_file_of_one_column_has_no_delimiter(make_shop, take_in):
    folder = make_shop({"products": "sku\nA;1\nB|2\n", "order_lines": LINES})
    assert take_in(folder)[1]("products")["sku"].tolist() == ["A;1", "B|2"]


@pytest.mark.parametrize("sep", ["sep=;", "SEP=;", '"sep=;"', "\ufeffsep=;"])
def test_a_first_line_may_say_the_delimiter_and_is_no_row(orders, sep):
    intake, lines = orders(text(sep, *text(HEADER, ROW, SECOND).replace(",", ";").splitlines()))
    assert is_form(lines)
    assert of_orders(intake) == [2, 2, 0, 0]


def test_titles_and_blank_lines_above_the_header_are_passed_over_and_said(orders):
    bad = SECOND.replace(",2,sale", ",two,sale")
    intake, lines = orders(text("Orders of May, all shops", "", "Made on,2026-06-01", HEADER, bad))
    assert lines.empty
    assert intake.rejects["line"].tolist() == [5]
    assert of_orders(intake) == [1, 0, 1, 0]
    said = notes(intake, "above_header")
    assert [(one["line"], one["text"]) for one in said] == [
        (("4", "text"), ("Orders of May, all shops / Made on,2026-06-01", "text"))
    ]


def test_a_header_row_declared_wins(orders):
    assert "no column" in fault_of(orders, text("Orders,May", HEADER, ROW), header_row=1)
    intake, lines = orders(text("Orders,May", HEADER, ROW, SECOND), header_row=2)
    assert is_form(lines)
    assert notes(intake, "above_header") == []


def test_the_header_is_found_by_the_names_of_the_export(orders):
    theirs = {"order_id": "订单号", "sku": "货号"}
    header = HEADER.replace("order_id", "订单号").replace("sku", "货号")
    _, lines = orders(text("报表", header, ROW, SECOND), rename=theirs)
    assert is_form(lines)


def test_the_header_is_found_by_the_names_in_a_query(orders):
    header = "订单号,行号,货号,时间,数量,类型,实付"
    query = (
        "SELECT 订单号 AS order_id, 行号 AS line_id, 货号 AS sku, 时间 AS ordered_at,"
        " 数量 AS units, 类型 AS kind, 实付 AS customer_paid FROM source"
    )
    _, lines = orders(text("报表", "", header, ROW, SECOND), query=query)
    assert is_form(lines)


def test_the_header_is_looked_for_in_twenty_rows(orders):
    assert is_form(orders(text(*["title"] * 19, HEADER, ROW, SECOND))[1])
    assert "no column" in fault_of(orders, text(*["title"] * 20, HEADER, ROW, SECOND))


def test_a_row_that_repeats_the_header_is_no_header(orders):
    intake, _ = orders(text(HEADER, *[ROW] * 1, HEADER))
    assert intake.rejects["line"].tolist() == [3]


@pytest.mark.parametrize("change", [(",", ""), ("", ",")])
def test_one_comma_too_many_on_one_side_is_mended(orders, change):
    header, behind = change
    intake, lines = orders(text(HEADER + header, ROW + behind, SECOND + behind))
    assert is_form(lines)
    assert of_orders(intake) == [2, 2, 0, 0]


def test_a_value_too_many_is_refused(orders):
    assert "8 fields" in fault_of(orders, text(HEADER, f"{ROW},x", f"{SECOND},y"))


def test_a_value_behind_the_last_comma_of_a_later_row_is_torn(orders):
    rows = [f"{n},1,A,2026-06-01 10:00:00,1,sale,10," for n in range(300)]
    rows[250] += "lost?"
    intake, lines = orders(text(HEADER, *rows))
    assert intake.rejects[["line", "rule", "value"]].to_numpy().tolist() == [
        [252, "not as many fields as the header", "8"]
    ]
    assert "lost?" in intake.rejects["raw"].iloc[0]
    assert len(lines) == 299
    assert of_orders(intake) == [300, 299, 1, 0]


def test_what_has_no_width_is_no_part_of_a_name(orders):
    header = HEADER.replace("order_id", "\u200border\u200d_id\u2060").replace("sku", "s\u00adku")
    assert is_form(orders(text(header, ROW, SECOND))[1])


FOOTERS = [
    ("2,record(s) downloaded", "Seller ID : one"),
    ("", "2,record(s) downloaded", "", "Seller ID : one", ""),
    ("导出时间：2026-06-03 10:00:00",),
    ("Total",),
    (",,Exported by Anna",),
]


@pytest.mark.parametrize("footer", FOOTERS)
def test_words_below_the_table_are_no_rows(orders, footer):
    intake, lines = orders(text(HEADER, ROW, SECOND, *footer))
    assert is_form(lines)
    assert intake.rejects.empty
    assert of_orders(intake) == [2 + len(footer), 2, 0, len(footer)]
    (said,) = notes(intake, "footer")
    assert next(one for one in footer if one) in said["text"][0]


@pytest.mark.parametrize(
    "torn", ["3,1,A,2026-06-01 10:00:00,1,sale", "A-0001", "3,1", "3", "SKU0001,RED", "2026-06-01"]
)
def test_a_row_that_was_cut_is_no_footer(orders, torn):
    intake, _ = orders(text(HEADER, ROW, SECOND, torn))
    assert intake.rejects[["line", "raw"]].to_numpy().tolist() == [[4, torn]]


def test_most_of_a_row_is_no_footer(make_shop, take_in):
    rows = "sku,name,category\nA,a,b\nB,Red dress\n"
    folder = make_shop({"products": rows, "order_lines": LINES})
    assert take_in(folder)[0].rejects["raw"].tolist() == ["B,Red dress"]


def test_words_between_rows_are_no_footer(orders):
    intake, _ = orders(text(HEADER, ROW, "and a few words", SECOND))
    assert intake.rejects["line"].tolist() == [3]


def test_a_row_that_is_torn_above_the_footer_stays_torn(orders):
    intake, _ = orders(text(HEADER, ROW, SECOND, "3,1", "2,record(s) downloaded"))
    assert intake.rejects["line"].tolist() == [4]
    assert of_orders(intake) == [4, 2, 1, 1]


def test_a_footer_is_none_where_rejected_rows_are_read_again(orders):
    bad = SECOND.replace(",2,sale", ",two,sale")
    intake, _ = orders(text(HEADER, ROW, bad, "2,record(s) downloaded"))
    assert intake.rejects["line"].tolist() == [3]
    assert of_orders(intake) == [3, 1, 1, 1]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_footer_can_be_named(orders, end):
    below = ["###", "order_id,refund,c,d,e,f,g", "1,2", SECOND]
    rows = text(HEADER, ROW, SECOND, *below, end=end).removesuffix(end)
    intake, lines = orders(rows, footer="###")
    assert is_form(lines)
    assert intake.rejects.empty
    assert of_orders(intake) == [6, 2, 0, 4]
    (said,) = notes(intake, "footer")
    assert said["lines"] == ("4–7", "text")


@pytest.mark.parametrize("footer", ["", "0 record"])
def test_an_export_of_a_footer_alone_has_no_rows(orders, footer):
    assert "has no rows" in fault_of(orders, text(HEADER, "0 record(s) downloaded"), footer=footer)


def test_a_footer_that_is_not_there_takes_nothing(orders):
    intake, lines = orders(text(HEADER, ROW, SECOND), footer="units")
    assert is_form(lines)
    assert notes(intake, "footer") == []


def test_a_footer_is_found_in_any_encoding(orders):
    rows = text(HEADER, ROW, SECOND, "共 2 条,1,2,3,4,5,6")
    for encoding in ("gb18030", "utf-16"):
        assert is_form(orders(rows, encoding=encoding, footer="共 2")[1])


def test_one_bad_byte_is_named_with_its_line(make_shop, take_in):
    folder = make_shop({"products": "sku\nA\n", "order_lines": LINES})
    names = "".join(f"{n},Kleid für Mädchen é\n" for n in range(9))
    raw = f"sku,name\n{names}".encode()
    at = raw.index(b"\n5,") + 6
    (folder / "products.csv").write_bytes(raw[:at] + b"\xff" + raw[at:])
    with pytest.raises(Fault) as caught:
        take_in(folder)
    assert str(caught.value).startswith("products.csv:7: this line holds a byte that is no UTF-8")


def test_a_western_text_is_told_to_say_its_encoding(make_shop, take_in):
    folder = make_shop({"products": "sku\nA\n", "order_lines": LINES})
    (folder / "products.csv").write_bytes("sku,name\n1,Mädchen für é\n".encode("cp1252"))
    with pytest.raises(Fault, match='encoding = "cp1252"'):
        take_in(folder)


BESIDE = ["~$orders.xlsx", "._orders.csv", ".DS_Store", "desktop.ini", "Thumbs.db", "README.txt"]


@pytest.mark.parametrize("source", ["order_lines", "order_lines/*"])
def test_what_programs_leave_beside_exports_is_none(make_shop, take_in, source):
    folder = make_shop(
        {"products": "sku\nA\n", "order_lines/1.csv": LINES},
        tables={"order_lines": {"source": source}},
    )
    for name in BESIDE:
        (folder / "order_lines" / name).write_bytes(b"\0\1")
    intake, _ = take_in(folder)
    assert intake.rows.set_index("table").loc["order_lines", "file"] == "1.csv"


def test_a_folder_takes_every_form(make_shop):
    folder = make_shop({"products": "sku\nA\n", "order_lines/1.csv": LINES})
    for suffix in SUFFIXES - {".csv"}:
        (folder / "order_lines" / f"2{suffix}").touch()
    found = {path.suffix for path in open_shop(folder).files("order_lines")}
    assert found == SUFFIXES
