"""Workbooks of every age, web pages, JSON and packed files become the rows that a CSV would."""

import gc
import gzip
import json
import struct
import zipfile
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from destock.intake.formats import office_xml
from destock.intake.formats.readers import open_raw
from destock.intake.shop import Source
from destock.model.messages import Fault

FILES = Path(__file__).parent / "files"
NAMES = ["sku", "name", "category"]
TABLE = [NAMES, ["0012", "a", "b"], ["6921234567890123456", "é", "连衣裙"]]
CSV = "".join(",".join(row) + "\n" for row in TABLE)


def read(path, **entry):
    """The file as (line, values) rows, and what is known of it."""
    raw = open_raw(path, Source("products", path.name, **entry))
    rows = [[*row.values()] for row in raw.stream().read_all().to_pylist()]
    return raw, rows


def is_table(rows):
    return [row[1:] for row in rows] == TABLE[1:]


def fault_of(path, **entry):
    with pytest.raises(Fault) as caught:
        read(path, **entry)
    line = str(caught.value)
    assert caught.value.exit_code == 3
    assert "\n" not in line
    assert line.startswith(f"{path.name}:")
    return line


# XLSX


def xlsx(path, rows=TABLE, change=lambda book: None):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    change(book)
    book.save(path)
    return path


@pytest.mark.parametrize("name", ["a.xlsx", "a.csv", "a.xls", "a.xlsm"])
def test_a_workbook_is_one_whatever_it_is_called(tmp_path, name):
    assert is_table(read(xlsx(tmp_path / name))[1])


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_a_hidden_or_empty_sheet_does_not_matter(tmp_path, state):
    def more(book):
        book.create_sheet("empty")
        sheet = book.create_sheet("lists")
        sheet["A1"] = "x"
        sheet.sheet_state = state

    path = xlsx(tmp_path / "a.xlsx", change=more)
    assert is_table(read(path)[1])


def test_two_sheets_that_are_shown_are_asked_about(tmp_path):
    def more(book):
        book.create_sheet("second")["A1"] = "x"

    assert "Sheet, second" in fault_of(xlsx(tmp_path / "a.xlsx", change=more))


def test_cells_merged_around_the_table_do_not_matter(tmp_path):
    def around(book):
        book.active.merge_cells("A1:C1")
        book.active.merge_cells("A6:C6")
        book.active.merge_cells("A9:B9")

    rows = [["Report"], [], *TABLE, ["Made by Anna"]]
    raw, found = read(xlsx(tmp_path / "a.xlsx", rows, around), footer="Made by")
    assert is_table(found)
    assert [row[0] for row in found] == [4, 5]
    assert (raw.passed, raw.footer, raw.header_line) == ({1: "Report"}, {6: "Made by Anna"}, 3)


def test_cells_merged_in_the_table_are_refused(tmp_path):
    for cells in ("A2:A3", "B3:C3", "A1:B1"):
        path = xlsx(tmp_path / "a.xlsx", change=lambda book, c=cells: book.active.merge_cells(c))
        assert f"the cells {cells} are merged" in fault_of(path)


def test_a_picture_in_a_cell_stays_a_text_and_a_line_end_is_no_part_of_an_id(tmp_path):
    rows = [NAMES, ["0012_x000D_", '=DISPIMG("ID_1",1)', "a_x000D_\nb"], ["0013_x000d_", "", "c"]]
    path = xlsx(tmp_path / "a.xlsx", rows)
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name).decode() for name in book.namelist()}
    formula = '<f>DISPIMG("ID_1",1)</f><v></v>'
    computed = '<f>_xlfn.DISPIMG("ID_1",1)</f><v>=DISPIMG("ID_1",1)</v>'
    sheet = parts["xl/worksheets/sheet1.xml"].replace('<c r="B2"><f>', '<c r="B2" t="str"><f>')
    parts["xl/worksheets/sheet1.xml"] = sheet.replace(formula, computed)
    assert computed in parts["xl/worksheets/sheet1.xml"]
    with zipfile.ZipFile(path, "w") as book:
        for name, text in parts.items():
            book.writestr(name, text)
    assert read(path)[1] == [
        [2, "0012", '=DISPIMG("ID_1",1)', "a\nb"],
        [3, "0013", None, "c"],
    ]


def test_hidden_rows_around_the_table_are_not_counted(tmp_path):
    def hide(book):
        for line in (1, 4):
            book.active.row_dimensions[line].hidden = True

    raw, _ = read(xlsx(tmp_path / "a.xlsx", [["Report"], *TABLE], hide))
    assert raw.hidden == {4}


# XLS: made by xlwt 1.3.0, as its rows stand here


def test_an_older_workbook_keeps_its_values(tmp_path):
    raw, rows = read(FILES / "old.xls", footer="2 records")
    assert raw.names[1:] == ["sku", "name", "category", "tag_price", "launch_date"]
    assert [[row[0], *row[2:]] for row in rows] == [
        [4, "0012", "a\nb", "TRUE", "12.5", "2026-05-01"],
        [5, "6.921235E+18", "36:00:00", "FALSE", "7", "2026-05-01 10:00:01"],
        [6, "0013", "10:00:00", '=DISPIMG("ID_1",1)', "1.2340", None],
        [7, "0014", None, None, "#N/A (E7)", None],
        [8, "0015", "hidden", None, None, None],
    ]
    assert raw.hidden == {8}
    assert raw.passed == {1: "Report of May"}
    assert raw.footer == {10: "2 records"}


@pytest.mark.parametrize("size", [100, 600, 2000, 4000])
def test_an_older_workbook_that_was_cut_is_named(tmp_path, size):
    path = tmp_path / "old.xls"
    path.write_bytes((FILES / "old.xls").read_bytes()[:size])
    assert fault_of(path, footer="2 records")


def test_an_older_workbook_whose_merged_cells_are_in_the_table_is_refused():
    assert "the cells B10:D10 are merged" in fault_of(FILES / "old.xls")


# XLSB: made by hand, from the records that python-calamine reads


def _record(kind, body=b""):
    head = bytes([kind]) if kind < 128 else bytes([(kind & 0x7F) | 0x80, kind >> 7])
    return head + bytes([len(body)]) + body


def _wide(text):
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def _cell(column, kind, value):
    return _record(kind, struct.pack("<II", column, 0) + value)


def xlsb(path):
    rows = [
        [_cell(1, 6, _wide("sku")), _cell(2, 6, _wide("name")), _cell(3, 6, _wide("category"))],
        [_cell(1, 6, _wide("0012")), _cell(2, 5, struct.pack("<d", 12.5)), _cell(3, 4, b"\1")],
        [_cell(1, 5, struct.pack("<d", 6921234567890123456.0)), _cell(3, 3, b"\x2a")],
    ]
    sheet = _record(129) + _record(148, struct.pack("<IIII", 2, 4, 1, 3)) + _record(145)
    for line, cells in enumerate(rows, 2):
        flags = struct.pack("<H", 300) + b"\0" + (b"\x10" if line == 4 else b"\0") + b"\0"
        sheet += _record(0, struct.pack("<II", line, 0) + flags + struct.pack("<I", 0))
        sheet += b"".join(cells)
    sheet += _record(146) + _record(130)
    book = _record(131) + _record(143)
    book += _record(156, struct.pack("<II", 0, 1) + _wide("rId1") + _wide("Orders"))
    book += _record(144) + _record(132)
    space = "http://schemas.openxmlformats.org"
    kind = f"{space}/officeDocument/2006/relationships"
    relations = f'<Relationships xmlns="{space}/package/2006/relationships">{{}}</Relationships>'
    relation = '<Relationship Id="rId1" Type="{}/{}" Target="{}"/>'
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        top = relation.format(kind, "officeDocument", "xl/workbook.bin")
        archive.writestr("_rels/.rels", relations.format(top))
        archive.writestr("xl/workbook.bin", book)
        own = relation.format(kind, "worksheet", "worksheets/sheet1.bin")
        archive.writestr("xl/_rels/workbook.bin.rels", relations.format(own))
        archive.writestr("xl/worksheets/sheet1.bin", sheet)
    return path


def test_a_binary_workbook_keeps_its_values(tmp_path):
    raw, rows = read(xlsb(tmp_path / "a.xlsb"))
    assert [[row[0], *row[2:]] for row in rows] == [
        [4, "0012", "12.5", "TRUE"],
        [5, "6.921235E+18", None, "#N/A (D5)"],
    ]
    assert raw.hidden == {5}


# ODS

ODF = "urn:oasis:names:tc:opendocument:xmlns:"
SPACES = " ".join(
    f'xmlns:{name}="{ODF}{word}:1.0"'
    for name, word in [
        ("office", "office"),
        ("table", "table"),
        ("text", "text"),
        ("style", "style"),
        ("draw", "drawing"),
    ]
)
CALC = "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"


def ods(path, rows, more=""):
    path_text = f"""<office:document-content {SPACES} xmlns:calcext="{CALC}">
    <office:automatic-styles><style:style style:name="ta2" style:family="table">
    <style:table-properties table:display="false"/></style:style></office:automatic-styles>
    <office:body><office:spreadsheet><table:table table:name="Orders" table:style-name="ta1">
    {rows}</table:table>{more}</office:spreadsheet></office:body></office:document-content>"""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", path_text)
    return path


def cell(text="", kind="string", value="", more=""):
    named = {"date": "date-value", "time": "time-value", "boolean": "boolean-value"}
    said = f' office:value-type="{kind}"' if kind else ""
    said += f' office:{named.get(kind, "value")}="{value}"' if value else ""
    paragraphs = "".join(f"<text:p>{part}</text:p>" for part in text.split("\n"))
    return f"<table:table-cell{said} {more}>{paragraphs}</table:table-cell>"


def row(*cells, more=""):
    return f"<table:table-row {more}>{''.join(cells)}</table:table-row>"


EMPTY = "<table:table-cell/>"
HEAD = row(*map(cell, NAMES))
LONG = cell("x", "time", "PT36H00M00S")


def test_an_open_document_keeps_its_values(tmp_path):
    note = "<office:annotation><text:p>a note</text:p></office:annotation>"
    rows = [
        row(EMPTY, more='table:number-rows-repeated="2"'),
        HEAD,
        row(cell("0012"), cell("a\nb"), cell("12,5 €", "currency", "12.5")),
        row(
            cell("6.9E18", "float", "6.92123456789012E+018"), cell("01.05.26", "date", "2026-05-01")
        ),
        row(
            cell("0013"), cell("x", "date", "2026-05-01T10:00:01"), cell("x", "time", "PT36H00M00S")
        ),
        row(cell("#N/A", more='calcext:value-type="error"'), cell("WAHR", "boolean", "true")),
        row(cell("0014"), cell("#DIV/0!", "float", "0", 'table:formula="of:=1/0"')),
        row(cell("0015", ""), cell("1,234", "float", "1.234"), cell("b<text:s text:c='2'/>c")),
        row(cell("0016"), cell(f"{note}d"), cell("e"), more='table:number-rows-repeated="2"'),
        row(
            cell("0017"),
            cell("f", more='table:number-columns-repeated="2"'),
            more=('table:visibility="collapse"'),
        ),
        row(cell("10:00"), cell("x", "time", "PT10H00M00S")),
        row(EMPTY, more='table:number-rows-repeated="1048000"'),
    ]
    raw, found = read(ods(tmp_path / "a.ods", "".join(rows)))
    assert found == [
        [4, "0012", "a\nb", "12.5"],
        [5, "6.921235E+18", "2026-05-01", None],
        [6, "0013", "2026-05-01 10:00:01", "36:00:00"],
        [7, "#N/A (R7C1)", "TRUE", None],
        [8, "0014", "#DIV/0! (R8C2)", None],
        [9, "0015", "1.2340", "b  c"],
        [10, "0016", "d", "e"],
        [11, "0016", "d", "e"],
        [12, "0017", "f", "f"],
        [13, "10:00", "10:00:00", None],
    ]
    assert raw.hidden == {12}


def test_a_hidden_sheet_of_an_open_document_does_not_matter(tmp_path):
    table = '<table:table table:name="{}" table:style-name="{}">{}</table:table>'
    body = HEAD + row(*map(cell, "abc"))
    assert read(ods(tmp_path / "a.ods", body, table.format("more", "ta2", body)))[1]
    path = ods(tmp_path / "b.ods", body, table.format("more", "ta1", body))
    assert "Orders, more" in fault_of(path)


def test_a_far_cell_of_an_open_document_is_refused(tmp_path):
    gap = row(EMPTY, more='table:number-rows-repeated="1000000"')
    assert "C1000002" in fault_of(
        ods(tmp_path / "a.ods", HEAD + gap + row(EMPTY, EMPTY, cell("x")))
    )


def test_more_cells_than_any_table_has_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(office_xml, "MOST_CELLS", 1000)
    many = row(cell("x"), more='table:number-rows-repeated="1000000"')
    assert "more than 1,000 cells" in fault_of(ods(tmp_path / "a.ods", HEAD + many))


def test_merged_cells_of_an_open_document_are_refused_in_the_table(tmp_path):
    merged = row(cell("t", more='table:number-columns-spanned="2"'))
    assert read(ods(tmp_path / "a.ods", merged + HEAD + row(*map(cell, "abc"))))[1]
    assert "merged" in fault_of(ods(tmp_path / "b.ods", HEAD + merged))


# the XML spreadsheet of Excel 2003

SS = "urn:schemas-microsoft-com:office:spreadsheet"


def spreadsheet(path, rows, head="", encoding="utf-8"):
    program = '<?mso-application progid="Excel.Sheet"?>'
    path.write_bytes(
        f"""<?xml version="1.0" encoding="{encoding}"?>{head}{program}
    <Workbook xmlns="{SS}" xmlns:ss="{SS}" xmlns:x="urn:schemas-microsoft-com:office:excel">
    <Worksheet ss:Name="Orders"><Table>{rows}</Table></Worksheet>
    <Worksheet ss:Name="lists"><Table>{line(data("x"))}</Table>
    <x:WorksheetOptions><x:Visible>SheetHidden</x:Visible></x:WorksheetOptions></Worksheet>
    <Worksheet ss:Name="empty"><Table/></Worksheet></Workbook>""".encode(encoding)
    )
    return path


def data(value, kind="String", more=""):
    return f'<Cell {more}><Data ss:Type="{kind}">{value}</Data></Cell>'


def line(*cells, more=""):
    return f"<Row {more}>{''.join(cells)}</Row>"


SS_HEAD = line(*map(data, NAMES))


@pytest.mark.parametrize("encoding", ["utf-8", "gb2312"])
def test_an_xml_spreadsheet_keeps_its_values(tmp_path, encoding):
    bold = '<B xmlns="http://www.w3.org/TR/REC-html40">no</B>'
    noted = (
        '<Cell><Data ss:Type="String">a &amp; b</Data>'
        f"<Comment><ss:Data>no{bold}</ss:Data></Comment></Cell>"
    )
    day = "2026-05-01T00:00:00.000"
    rows = [
        SS_HEAD,
        line(data("0012"), data("连衣裙"), data("12.5", "Number"), more='ss:Index="4"'),
        line(data("6.9212345678901235E+18", "Number"), data(day, "DateTime", 'ss:Index="3"')),
        line(
            data("6921234567890123456"),
            data("2026-05-01T10:00:01.000", "DateTime"),
            data("1", "Boolean"),
            more='ss:Hidden="1"',
        ),
        line(noted, data("#N/A", "Error"), data("1.234", "Number")),
        line('<Cell ss:Formula="=A1+1"/>', data("1899-12-31T10:00:00.000", "DateTime")),
    ]
    raw, found = read(spreadsheet(tmp_path / "a.xls", "".join(rows), encoding=encoding))
    assert found == [
        [4, "0012", "连衣裙", "12.5"],
        [5, "6.921235E+18", None, "2026-05-01"],
        [6, "6921234567890123456", "2026-05-01 10:00:01", "TRUE"],
        [7, "a & b", "#N/A (R7C2)", "1.2340"],
        [8, "#RESULT! =A1+1 (R8C1)", "10:00:00", None],
    ]
    assert raw.hidden == {6}


def test_a_document_type_is_refused(tmp_path):
    bomb = '<!DOCTYPE x [<!ENTITY a "b"><!ENTITY c "&a;&a;">]>'
    assert "document type" in fault_of(spreadsheet(tmp_path / "a.xls", SS_HEAD, bomb))


def test_an_xml_that_ends_too_early_is_named(tmp_path):
    path = spreadsheet(tmp_path / "a.xls", SS_HEAD + line(data("1")))
    path.write_bytes(path.read_bytes()[:500])
    assert "cannot be read" in fault_of(path)


# web pages

PAGE = """<html xmlns:x="urn:schemas-microsoft-com:office:excel"><head>{meta}
<style>td {{mso-number-format:"\\@"}}</style></head><body><table><tr><td>menu</td></tr></table>
<table border=1><tr><td colspan=3>Report</td></tr>
<tr><th>sku</th><th><b>name</b></th><th>category</th></tr>{rows}</table></body></html>"""


def page(path, rows, meta="", encoding="utf-8"):
    path.write_bytes(PAGE.format(meta=meta, rows=rows).encode(encoding))
    return path


@pytest.mark.parametrize(
    ("meta", "encoding"),
    [
        ("", "utf-8"),
        ("", "utf-8-sig"),
        ('<meta charset="gb2312">', "gb18030"),
        ('<meta http-equiv=Content-Type content="text/html; charset=windows-1252">', "cp1252"),
    ],
)
def test_the_largest_table_of_a_page_is_read(tmp_path, meta, encoding):
    name = "é" if encoding == "cp1252" else "连衣裙"
    rows = f"""
    <tr><td style='mso-number-format:"\\@"'>6921234567890123456</td>
      <td><font color=red>{name} &amp;&nbsp;<i>b</i></font><br>c</td><td> d
      e </td></tr>
    <tr style="display:none"><td>0012</td><td></td><td>&lt;1&gt;</td></tr>"""
    raw, found = read(page(tmp_path / "a.xls", rows, meta, encoding))
    assert found == [
        [3, "6921234567890123456", f"{name} &\u00a0b\nc", "d e"],
        [4, "0012", None, "<1>"],
    ]
    assert raw.hidden == {4}
    assert raw.passed == {1: "Report"}


def test_a_page_may_leave_out_where_cells_end(tmp_path):
    assert read(page(tmp_path / "a.htm", "<tr><td>1<td>a<td>b<tr><td>2<td>c"))[1] == [
        [3, "1", "a", "b"],
        [4, "2", "c", None],
    ]


def test_cells_of_a_page_that_span_rows_are_refused(tmp_path):
    rows = "<tr><td rowspan=2>1</td><td>a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr>"
    assert "merged" in fault_of(page(tmp_path / "a.xls", rows))


def test_a_table_inside_a_cell_is_none_of_the_rows(tmp_path):
    inner = "<table><tr><td>x</td></tr></table>"
    assert read(page(tmp_path / "a.xls", f"<tr><td>1</td><td>{inner}</td><td>b</td></tr>"))[1] == [
        [3, "1", "x", "b"]
    ]


# JSON

OBJECTS = [
    {"sku": "0012", "name": "a", "category": "b"},
    {"sku": "6921234567890123456", "name": "é", "category": "连衣裙"},
]


@pytest.mark.parametrize("name", ["a.jsonl", "a.json", "a.csv"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_json_may_be_one_object_a_line_or_an_array(tmp_path, name, encoding):
    for text in ("".join(json.dumps(o) + "\r\n" for o in OBJECTS), json.dumps(OBJECTS, indent=1)):
        path = tmp_path / name
        path.write_bytes(text.encode(encoding))
        assert is_table(read(path)[1])


def test_json_keeps_its_digits_and_what_is_nested(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text(
        '{"sku": 6921234567890123456, "name": 1.50}\n\n'
        '{"category": null, "sku": 1E5, "name": true}\n'
        '{"sku": {"a": [1.50, "é"], "b": null}, "name": "", "category": [ ]}\n'
    )
    assert read(path)[1] == [
        [1, "6921234567890123456", "1.50", None],
        [3, "1E5", "true", None],
        [4, '{"a": [1.50, "é"], "b": null}', None, "[]"],
    ]


def test_the_elements_of_an_array_are_counted_as_below_a_header(tmp_path):
    path = tmp_path / "a.json"
    path.write_text(json.dumps(OBJECTS))
    assert [row[0] for row in read(path)[1]] == [2, 3]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('{"sku": 1}\n{"sku": 2', 2),
        ('{"sku": 1}\n[1]\n', 2),
        ('[{"sku": 1}, 2]', 3),
        ('[{"sku": 1},\n{"sku": 2}', 2),
        ('{"sku": 1}\n{"sku": 2, "sku": 3}\n', 2),
        ('{"sku": "\\ud800"}\n', 1),
        ('{\n"sku": 1}\n', 1),
        ('{"sku": ' + "[" * 100_000 + "\n", 1),
    ],
)
def test_what_is_no_object_is_named_with_its_line(tmp_path, text, line):
    path = tmp_path / "a.json"
    path.write_text(text)
    assert fault_of(path).startswith(f"a.json:{line}: no JSON object")


# packed files


def zipped(path, members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def test_a_packed_file_is_read_as_what_it_holds(tmp_path):
    beside = {"__MACOSX/._a.csv": b"\0", ".DS_Store": b"\0", "folder/": b""}
    assert is_table(read(zipped(tmp_path / "a.csv.zip", {"folder/a.csv": CSV} | beside))[1])
    inner = xlsx(tmp_path / "a.xlsx").read_bytes()
    assert is_table(read(zipped(tmp_path / "b.zip", {"a.xlsx": inner}))[1])
    (tmp_path / "c.csv.gz").write_bytes(gzip.compress(CSV.encode()))
    raw, rows = read(tmp_path / "c.csv.gz")
    assert is_table(rows)
    assert raw.path.name == "c.csv.gz"


def test_what_was_unpacked_goes_with_whoever_read_it(tmp_path):
    raw, _ = read(zipped(tmp_path / "a.zip", {"a.csv": CSV}))
    folder = raw.path.parent
    assert folder.is_dir()
    del raw
    gc.collect()
    assert not folder.exists()


def test_a_packed_file_of_several_is_refused(tmp_path):
    said = fault_of(zipped(tmp_path / "a.zip", {"a.csv": CSV, "b.csv": CSV}))
    assert "it holds 2 files" in said
    assert "it holds 0 files" in fault_of(zipped(tmp_path / "b.zip", {}))


def test_a_packed_file_in_a_packed_file_is_refused(tmp_path):
    inner = zipped(tmp_path / "a.zip", {"a.csv": CSV}).read_bytes()
    assert "packed file again" in fault_of(zipped(tmp_path / "b.zip", {"a.zip": inner}))


def test_a_packed_file_that_was_cut_is_named(tmp_path):
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(CSV.encode())[:-9])
    assert "cannot be read" in fault_of(path)


def test_what_unpacks_to_too_much_is_refused(tmp_path):
    path = tmp_path / "a.csv.gz"
    with gzip.open(path, "wb") as file:
        for _ in range(12):
            file.write(b"\n" * 1_000_000)
    assert "unpacks to more than 10 MB" in fault_of(path)
    assert "unpack to 12 MB" in fault_of(zipped(tmp_path / "a.zip", {"a.csv": b"\n" * 12_000_000}))


def test_every_form_comes_through_the_door(make_shop, take_in):
    lines = "order_id,line_id,sku,ordered_at,units,kind,customer_paid\n"
    lines += "1,1,A,2026-06-01 10:00:00,1,sale,10\n"
    folder = make_shop({"order_lines": lines, "products/1.csv": "sku,name\nA,a\n"})
    products = folder / "products"
    xlsx(products / "2.xlsx", [["sku", "name"], ["B", "b"]])
    ods(products / "3.ods", row(cell("sku"), cell("name")) + row(cell("C"), cell("c")))
    spreadsheet(
        products / "4.xls",
        f"<Row>{data('sku')}{data('name')}</Row><Row>{data('D')}{data('d')}</Row>",
    )
    page(products / "5.html", "<tr><td>E</td><td>e</td><td></td></tr>")
    (products / "6.json").write_text('[{"sku": "F", "name": "f"}]')
    zipped(products / "7.zip", {"7.csv": "sku,name\nG,g\n"})
    pd.DataFrame({"sku": ["H"], "name": ["h"]}).to_parquet(products / "8.parquet")
    (products / "9.tsv").write_text("sku\tname\nI\ti\n")
    intake, table = take_in(folder)
    assert "".join(table("products")["sku"]) == "ABCDEFGHI"
    counts = intake.rows[intake.rows["table"] == "products"]
    assert counts[["rows_in", "used"]].to_numpy().tolist() == [[1, 1]] * 9
    assert counts["read_as"].tolist() == [
        "utf-8, ','",
        "sheet Sheet",
        "sheet Orders",
        "sheet Orders",
        "HTML, utf-8",
        "JSON, utf-8",
        "utf-8, ','",
        "parquet",
        "utf-8, '\\t'",
    ]
