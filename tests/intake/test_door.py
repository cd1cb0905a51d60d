"""Whatever an export does wrong is read right, rejected with its reason, or refused in one line:
case by case.
"""

import zipfile
from datetime import date
from pathlib import Path

import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.torture import door, hostile

from destock.intake import rows
from destock.intake.cells import grammar, moments, spelling
from destock.intake.rejects import TORN, refuse_over_limit
from destock.intake.settle import CONFLICT
from destock.intake.shop import open_shop
from destock.model.messages import Fault
from destock.model.schema import TABLES
from destock.panel import panel

HEADER = "order_id,line_id,sku,ordered_at,units,kind,customer_paid"
PRODUCTS = "sku,style\nA,S\n"


def line(
    order="1", number="1", sku="A", at="2026-06-01 10:00:00", units="1", kind="sale", paid="10"
):
    return ",".join((order, number, sku, at, units, kind, paid))


@pytest.fixture
def orders(make_shop, take_in):
    """Take in order lines from the bytes or texts of one export each."""

    def take(*exports, products=PRODUCTS, config=None, **entry):
        folder = make_shop(
            {"products": products},
            tables={"order_lines": {"source": "order_lines"} | entry},
            **(config or {}),
        )
        (folder / "order_lines").mkdir()
        for number, content in enumerate(exports, 1):
            (folder / "order_lines" / f"{number}.csv").write_bytes(
                content if isinstance(content, bytes) else content.encode()
            )
        intake, table = take_in(folder)
        return intake, table("order_lines")

    return take


def text(*rows, header=HEADER):
    return "\n".join((header, *rows)) + "\n"


def fault_of(call, *arguments, code=3, **named):
    with pytest.raises(Fault) as caught:
        call(*arguments, **named)
    assert caught.value.exit_code == code
    assert "\n" not in str(caught.value)
    return str(caught.value)


def counted(intake):
    rows = intake.rows[intake.rows["table"] == "order_lines"].iloc[0]
    return {
        name: int(rows[name])
        for name in ("rows_in", "used", "updated", "rejected", "deduplicated", "skipped")
        if rows[name]
    }


# I1, I2, I24: every record is a row


def test_short_long_and_blank_lines_are_counted_once_each_with_their_line(orders):
    export = text(line("1"), line("2") + ",more", "", line("3", units="x"), "4,1,A", line("5"))
    intake, lines = orders(export)
    assert counted(intake) == {"rows_in": 6, "used": 2, "rejected": 3, "skipped": 1}
    assert intake.rejects[["line", "column", "rule", "value", "raw"]].to_numpy().tolist() == [
        [3, "", TORN, "8", line("2") + ",more"],
        [5, "units", "not a number of at most 3 decimals", "x", line("3", units="x")],
        [6, "", TORN, "3", "4,1,A"],
    ]
    assert lines["order_id"].tolist() == ["1", "5"]


def test_lines_are_those_of_the_file_where_a_value_runs_over_several(orders):
    rows = [
        line("1") + ',"a\nb\nc"',
        line("2", units="x") + ",",
        line("3"),
        line("4") + ',"d\ne"',
        line("5", units="y") + ",z",
    ]
    intake, _ = orders(text(*rows, header=f"{HEADER},reason"))
    assert intake.rejects["line"].tolist() == [5, 6, 9]
    assert intake.rejects["raw"].tolist() == [rows[1], rows[2], rows[4]]


def test_rejects_mended_by_hand_give_the_full_total(orders):
    bad = {3: line("2", units="two"), 5: line("4", paid="ten")}
    intake, first = orders(text(line("1"), bad[3], line("3"), bad[5]))
    again = [raw.replace("two", "2").replace("ten", "10") for raw in intake.rejects["raw"]]
    _, second = orders(text(*again))
    assert int(first["units"].sum() + second["units"].sum()) == 5


def test_no_damaged_file_loses_a_row():
    """The short form of ``make torture-door``."""
    assert [
        (seed, what) for seed, what in door.torture(range(60)) if what not in ("conserved", "loud")
    ] == []


def test_the_torture_would_see_a_lost_row(monkeypatch):
    monkeypatch.setattr(door, "records", lambda read: [*door_records(read), ["more"]])
    assert any(what.startswith("lost") for _, what in door.torture(range(6)))


door_records = door.records


@pytest.mark.parametrize(
    ("read", "rows"),
    [
        ('a,"b\nc"\n\n1,2', [["a", "b\nc"], [""], ["1", "2"]]),
        ('"a""b",5" x\r\ny', [['a"b', '5" x'], ["y"]]),
        ("a\rb\n", [["a"], ["b"]]),
        ("", []),
    ],
)
def test_the_letter_by_letter_parser(read, rows):
    assert door.records(read) == rows


# I3: quotes


@pytest.mark.parametrize(
    "rows",
    [
        [line("1"), '"2' + line()[1:], *map(line, "345")],
        [line("1"), '"2' + line()[1:], *[line(str(n)) for n in range(30)], '9"' + line("9")],
        [line("1"), '"2' + line()[1:], *map(line, "345"), '"6",' + line()[2:]],
    ],
)
def test_a_quote_that_is_not_closed_is_named_with_its_line(orders, rows):
    assert fault_of(orders, text(*rows)).startswith("1.csv:3: a quote")


def test_a_quote_inside_a_value_is_a_letter(orders):
    intake, _ = orders(text(line("1") + ',5" wide', line("2") + ",7", header=f"{HEADER},reason"))
    assert counted(intake) == {"rows_in": 2, "used": 2}


# I4, I5, I6: headers and delimiters


def test_columns_are_matched_by_name_not_by_place(orders):
    _, lines = orders(
        "customer_paid,units,kind,ordered_at,sku,line_id,order_id\n9.50,2,sale,2026-06-01,A,1,7\n"
    )
    assert lines[["order_id", "units", "customer_paid"]].astype(
        {"units": int, "customer_paid": float}
    ).to_numpy().tolist() == [["7", 2, 9.5]]


def test_a_misspelt_column_is_asked_about(orders):
    said = fault_of(orders, text(line(), header=HEADER.replace("customer_paid", "customer_payed")))
    assert 'did you mean "customer_payed"?' in said


def test_a_column_of_no_export_is_missed_and_one_of_some_is_noted(orders):
    assert 'no column "理由"' in fault_of(orders, text(line()), rename={"reason": "理由"})
    intake, _ = orders(
        text(line("1")), text(line("2") + ",x", header=f"{HEADER},理由"), rename={"reason": "理由"}
    )
    assert [(note.id, note.item) for note in intake.notes] == [("fewer_columns", "1.csv")]


def test_an_export_without_a_needed_column_is_named(orders):
    assert fault_of(orders, text(line("1")), "order_id,sku\n1,A\n").startswith("2.csv: no column")


def test_lines_longer_than_the_header_are_refused(orders):
    assert fault_of(orders, text(line("1") + ",x", line("2") + ",y")).startswith(
        "1.csv:2: 8 fields, where the header has 7"
    )


def test_another_delimiter_is_seen_in_the_header(orders):
    said = fault_of(orders, text(line(), header=HEADER).replace(",", ";"), delimiter=",")
    assert "';'" in said


def test_a_decimal_comma_is_no_second_column(orders):
    _, lines = orders(
        text(line(paid="12,50")).replace("12,50", "12§50").replace(",", ";").replace("§", ","),
        delimiter=";",
        number_format="1.234,50",
    )
    assert lines["customer_paid"].astype(float).tolist() == [12.5]


# I7, I8: numbers

PLAIN = {
    "10": 10,
    "10.5": 10.5,
    "0": 0,
    "007": 7,
    "+3": 3,
    "12.5000": 12.5,
    "12.50000000000000004": 12.5,
    "0.30000000000000004": 0.3,
    "12.339999999999": 12.34,
    "１２３": 123,
    "１２．５": 12.5,
    "\t12.5": 12.5,
    " 12.5 ": 12.5,
    "12.34567": 12.3457,
    "12.34565": 12.3456,
    "12.345650000000001": 12.3457,
    "99.99995": 100,
    "1,234.50": 1234.5,
    "1.234,50": 1234.5,
    "12,5": 12.5,
    "1,234,567": 1234567,
    "1.234.567": 1234567,
    "12,34,567.5": 1234567.5,
    "1 234,50": 1234.5,
    "1\u00a0234,50": 1234.5,
    "1\u202f234.5": 1234.5,
    "1'234.50": 1234.5,
    "1’234.50": 1234.5,
    "1 234": 1234,
    "0,500": 0.5,
    "¥99": 99,
    "￥ 1,234.5": 1234.5,
    "CN¥99": 99,
    "99元": 99,
    "12.5 CNY": 12.5,
    "cny 12.5": 12.5,
    "RMB12.5": 12.5,
    "1,23": 1.23,
    "1,2345.6": None,
    "12,34.5": None,
    "1,234 567": None,
    "$99": None,
    "99 USD": None,
    "12 pcs": None,
    "¥¥9": None,
    "¥": None,
    "12%": None,
    "1e2": None,
    "0x10": None,
    "1_000": None,
    "1.5.2": None,
    ".": None,
    "--5": None,
    "inf": None,
    "-inf": None,
    "ten": None,
    "１,２３４": None,
    "=5": None,
}


@pytest.mark.parametrize(("written", "value"), PLAIN.items())
def test_money_is_read_in_one_grammar(orders, written, value):
    intake, lines = orders(text(line(paid=f'"{written}"')))
    assert lines["customer_paid"].astype(float).tolist() == ([] if value is None else [value])
    assert intake.rejects["value"].tolist() == ([written] if value is None else [])


# a text that thousands or decimals could have made, where the table does not say how it writes
# numbers
@pytest.mark.parametrize(
    "written", ["1.234", "12.500", "-123.456", "1,234", "12,500", "(1.234)", "１.234"]
)
def test_a_number_of_two_readings_is_rejected(make_shop, take_in, written):
    for table, column in (("charges", "amount"), ("movements", "units")):
        given = {
            "charges": f'date,kind,amount\n2026-06-01,fee,"{written}"\n',
            "movements": f'sku,moved_at,units,kind\nA,2026-06-01,"{written}",shrink\n',
        }
        folder = {"products": PRODUCTS, "order_lines": text(line()), table: given[table]}
        intake, _ = take_in(make_shop(folder))
        assert intake.rejects[["column", "value", "rule"]].to_numpy().tolist() == [
            [column, written, grammar.TWO_READINGS]
        ]
        half = written.replace("１", "1").strip("()-")
        form = "1234.50" if "." in half else "1,234.50"
        value = abs(
            take_in(make_shop(folder, tables={table: {"number_format": form}}))[1](table)[
                column
            ].astype(float)[0]
        )
        assert value == float(half.replace(",", ""))


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("0.396", 0.396),
        ("12.50", 12.5),
        ("1234.567", 1234.567),
        ("0.001", 0.001),
        ("1.2345", 1.2345),
        ("007.125", 7.125),
    ],
)
def test_a_number_of_one_reading_is_read(orders, written, value):
    assert orders(text(line(paid=written)))[1]["customer_paid"].astype(float).tolist() == [value]


FORMS = [
    ("1,234.50", "1,234,567.89", 1234567.89),
    ("1,234.50", "1234.5", 1234.5),
    ("1,234.50", "12,34.5", None),
    ("1,234.50", "1.234,50", None),
    ("¥1,234.50", "¥1,234.50", 1234.5),
    ("¥1,234.50", "$1,234.50", None),
    ("1.234,50€", "1.234,50€", 1234.5),
    ("1.234,50€", "1.234", 1234),
    ("1.234,50", "1234.50", None),
    ("1 234,50", "1 234,50", 1234.5),
    ("1234,50", "12,50", 12.5),
    ("1234,50", "1.234", None),
    ("1'234.50", "1'234.50", 1234.5),
    ("R$ 1.234,50", "R$ 1.234,50", 1234.5),
    ("R$ 1.234,50", "R$1.234", 1234),
    ("R$ 1.234,50", "$1.234", None),
    ("1 234,50 kr", "1 234,50 kr", 1234.5),
    ("1 234,50 kr", "1\u00a0234,50kr", 1234.5),
    ("Rp1.234,50", "Rp150.000", 150000),
    ("US$1,234.50", "US$1,234", 1234),
    ("CHF 1'234.50", "CHF 1'234.50", 1234.5),
    ("CHF 1'234.50", "CHF 1’234.50", 1234.5),
    ("1,234.50", "¥1,234", 1234),
    ("1,234.50", "1,234元", 1234),
    ("1,234.50", "$1,234", None),
]


@pytest.mark.parametrize(("form", "written", "value"), FORMS)
def test_a_table_may_declare_how_it_writes_numbers(orders, form, written, value):
    _, lines = orders(text(line(paid=f'"{written}"')), number_format=form)
    assert lines["customer_paid"].astype(float).tolist() == ([] if value is None else [value])


@pytest.mark.parametrize("written", ["-5", "(5)", "5-", "−5", "（5）"])
def test_the_minus_signs_of_accounting_are_minus_signs(make_shop, take_in, written):
    tables = {
        "products": PRODUCTS,
        "order_lines": text(line()),
        "charges": f'date,kind,amount\n2026-06-01,fee,"{written}"\n',
    }
    assert take_in(make_shop(tables))[1]("charges")["amount"].astype(float).tolist() == [-5]


@pytest.mark.parametrize(
    "form", ["", "12.50", "1.234.50", "1,234", " 1234.50", "-1,234.50", "2 1,234.50"]
)
def test_a_form_of_numbers_that_says_nothing_is_refused(orders, form):
    assert "number_format" in fault_of(orders, text(line()), number_format=form, code=2)


@pytest.mark.parametrize(
    ("written", "value"),
    [("3", 3), ("1.5", None), ("0x10", None), ("1_000", None), ("1e2", None), ("１２", 12)],
)
def test_a_whole_number_is_whole(make_shop, take_in, written, value):
    prices = f"item,valid_from,price,seed\nS,2026-06-01,10,{written}\n"
    seeds = take_in(
        make_shop({"products": PRODUCTS, "order_lines": text(line()), "prices": prices})
    )[1]("prices")["seed"]
    assert seeds.tolist() == ([] if value is None else [value])


# I9, I10, I30: dates and zones


@pytest.mark.parametrize(
    "written",
    [
        "2026年1月",
        "1月5日",
        "2026-01-05 10:",
        "May 2026",
        "Mary 4, 2026",
        "2026年1月5日下午15:30",
        "202601051030",
        "infinity",
        "epoch",
        "now",
        "2026-02-30",
        "2026-13-01",
        "1900-01-01",
        "9999-12-31",
        "0001-01-01",
        "2026",
    ],
)
def test_a_date_in_no_declared_form_is_rejected(orders, written):
    intake, lines = orders(text(line(at=f'"{written}"')))
    assert lines.empty
    assert "not a time that can be read" in intake.rejects["rule"][0] or (
        intake.rejects["rule"][0] == grammar.TIME
    )


@pytest.mark.parametrize(
    ("form", "written"),
    [
        ("%d/%m/%Y", "05/01/2026"),
        ("%m/%d/%Y", "01/05/2026"),
        ("%Y%m%d", "20260105"),
        ("%Y年%m月%d日", "2026年1月5日"),
        ("%d.%m.%Y %H:%M", "05.01.2026 00:00"),
    ],
)
def test_a_declared_form_of_dates_is_read(orders, form, written):
    _, lines = orders(text(line(at=written)), date_format=form)
    assert lines["ordered_at"].tolist() == [pd.Timestamp("2026-01-05")]


@pytest.mark.parametrize(
    ("zone", "written", "local"),
    [
        ("UTC", "2026-01-31T16:30:00Z", "2026-01-31 16:30"),
        ("Asia/Shanghai", "2026-01-31T16:30:00Z", "2026-02-01 00:30"),
        ("America/New_York", "2026-01-31T16:30:00Z", "2026-01-31 11:30"),
        ("Europe/London", "2026-03-29T00:59:00Z", "2026-03-29 00:59"),
        ("Europe/London", "2026-03-29T01:00:00Z", "2026-03-29 02:00"),
        ("Europe/London", "2026-10-25T01:30:00+01:00", "2026-10-25 01:30"),
        ("America/New_York", "2026-01-31 16:30:00-0500", "2026-01-31 16:30"),
    ],
)
def test_a_moment_with_a_zone_falls_on_the_shops_own_day(orders, zone, written, local):
    _, lines = orders(
        text(line("1", at=written), line("2", at="2026-01-31 16:30:00")), config={"timezone": zone}
    )
    assert lines["ordered_at"].tolist() == [pd.Timestamp(local), pd.Timestamp("2026-01-31 16:30")]


ZONES = {
    "2026-05-04 23:30:00 +0500": "05 01:30",
    "2026-05-04 23:30:00+05:00": "05 01:30",
    "2026-05-04 23:30:00 +05": "05 01:30",
    "2026-05-04 23:30 -0400": "05 10:30",
    "2026-05-04T23:30:00.5-04:00": "05 10:30",
    "2026-05-04 23:30:00 −04:00": "05 10:30",
    "2026-05-04 00:00:00 +0800": "03 23:00",
    "2026-05-04 23:30:00 +05:45": "05 00:45",
    "2026-05-04 23:30:00 UTC": "05 06:30",
    "2026-05-04 23:30:00 GMT": "05 06:30",
    "2026-05-04 11:30 PM": "04 23:30",
    "May 4, 2026 11:30:00 PM UTC": "05 06:30",
    "2026.05.04 23:30 +0500": "05 01:30",
    "2026年5月4日 下午11:30": "04 23:30",
    "2026-05-04 23:30:00 Z": "05 06:30",
    "2026/5/4 23:30:00Z": "05 06:30",
    "2026-05-04 23:30 UTC+8": "04 22:30",
    "2026-05-04 23:30:00 GMT+08:00": "04 22:30",
    "2026-05-04 23:30:00 America/New_York": "05 10:30",
    "2026-01-04 23:30:00 America/New_York": "05 11:30",
    "2026-05-04 23:30:00 Asia/Shanghai": "04 22:30",
    "2026-05-04 23:30:00 Etc/GMT+8": "05 14:30",
    "2026-10-25 03:30:00 Europe/Berlin": "25 09:30",
    **dict.fromkeys(
        (
            "2026-05-04 23:30:00 PST",
            "2026-05-04 23:30:00 CST",
            "2026-05-04 23:30:00 IST",
            "2026-05-04 23:30:00 BST",
            "2026-05-04 23:30:00 EST",
            "2026-05-04 23:30:00 CET",
            "2026-05-04 23:30:00 XYZ",
        )
    ),
    **dict.fromkeys(
        (
            "2026-05-04 23:30:00 Asia/Nowhere",
            "2026-05-04 23:30:00 +25:00",
            "2026-05-04 23:30:00 +8",
            "2026-05-04 23:30:00 +08:75",
            "2026-05-04 +08:00",
            "2026-05-04 UTC",
        )
    ),
    # the hour that comes twice, and the one that never comes
    **dict.fromkeys(
        (
            "2026-10-25 02:30:00 Europe/Berlin",
            "2026-03-29 02:30:00 Europe/Berlin",
            "2026-05-04 23:30:00 utc8",
            "2026-05-04 10: 3:00",
        )
    ),
}


def test_a_zone_is_read_where_it_means_one_thing_and_never_left_out(orders):
    intake, lines = orders(
        text(*[line(str(n), at=f'"{written}"') for n, written in enumerate(ZONES)]),
        config={"timezone": "Asia/Jakarta"},
    )
    read = dict(zip(lines["order_id"], lines["ordered_at"].dt.strftime("%d %H:%M"), strict=True))
    assert {written: read.get(str(n)) for n, written in enumerate(ZONES)} == ZONES
    rules = dict(zip(intake.rejects["value"], intake.rejects["rule"], strict=True))
    assert {
        rules[f"2026-05-04 23:30:00 {name}"] for name in ("PST", "CST", "IST", "BST", "EST")
    } == {grammar.ZONE}


@pytest.mark.parametrize(
    ("form", "written", "local"),
    [
        ("%d/%m/%Y %H:%M", "04/05/2026 23:30 UTC", "05 06:30"),
        ("%d/%m/%Y %H:%M", "04/05/2026 23:30+0500", "05 01:30"),
        ("%d/%m/%Y %H:%M %z", "04/05/2026 23:30 +05:00", "05 01:30"),
        ("%d/%m/%Y %H:%M %Z", "04/05/2026 23:30 Europe/Berlin", "05 04:30"),
        ("%d/%m/%Y %H:%M %Z", "04/05/2026 23:30 PST", None),
        ("%d/%m/%Y %H:%M", "04/05/2026 23:30 PST", None),
        ("%d/%m/%Y %I:%M %p", "04/05/2026 11:30 PM", "04 23:30"),
        ("%d/%m/%Y %H:%M", "2026-05-04 23:30:00 EST", None),
        ("%d-%m-%y", "04-05-26", "04 00:00"),
    ],
)
def test_a_zone_is_read_behind_a_declared_form_too(orders, form, written, local):
    _, lines = orders(text(line(at=written)), config={"timezone": "Asia/Jakarta"}, date_format=form)
    assert lines["ordered_at"].dt.strftime("%d %H:%M").tolist() == ([local] if local else [])


def test_a_zone_is_read_in_what_a_query_gives_and_the_day_is_the_shops(make_shop, take_in):
    stock = "sku,day,on_hand\nA,2026-05-31 23:30:00 UTC,5\n"
    query = "SELECT sku, trim(day) AS counted_at, on_hand FROM source"
    folder = make_shop(
        {"products": "sku\nA\n", "order_lines": text(line()), "stock": stock},
        tables={"stock": {"query": query}},
        timezone="Asia/Jakarta",
    )
    assert take_in(folder)[1]("stock")["counted_at"].dt.strftime("%m-%d").tolist() == ["06-01"]


@pytest.mark.parametrize(
    ("form", "written", "day"),
    [
        ("%d%m%y", "11126", None),
        ("%d%m%y", "011126", "11-01"),
        ("%Y%m%d", "2026111", None),
        ("%Y%m%d", "20261101", "11-01"),
        ("%Y%m%d%H%M", "202611012330", "11-01"),
        ("%-d%-m%Y", "1112026", None),
        ("%Y-%d-%m", "2026-04-15", None),
        ("%Y-%d-%m", "2026-04-05", "05-04"),
        ("%Y/%d/%m", "2026-04-05", None),
        ("%m/%d/%y", "1/2/26", "01-02"),
    ],
)
def test_a_date_that_could_be_parted_in_two_ways_is_rejected(orders, form, written, day):
    _, lines = orders(text(line(at=written)), date_format=form)
    assert lines["ordered_at"].dt.strftime("%m-%d").tolist() == ([day] if day else [])


# I11, I22: what comes late in a long file


def test_a_bad_value_late_in_the_file_is_rejected_alone(orders):
    rows = [line(str(n)) for n in range(40_000)]
    rows[30_000] = line("x", at="2026-02-30")
    rows[35_000] = line("00012345", sku="00A")
    intake, lines = orders(text(*rows))
    assert intake.rejects[["line", "value"]].to_numpy().tolist() == [[30_002, "2026-02-30"]]
    assert lines.loc[lines["sku"] == "00A", "order_id"].tolist() == ["00012345"]


# I12–I16: identifiers


def test_identifiers_that_differ_in_their_last_digit_stay_two(orders):
    _, lines = orders(
        text(line("123456789012345678"), line("123456789012345679"), line("5", number=""))
    )
    assert sorted(lines["order_id"]) == ["123456789012345678", "123456789012345679", "5"]


def test_identifiers_that_a_spreadsheet_damaged_stop_the_report(orders):
    intake, lines = orders(text(*[line("1.23457E+17", str(n)) for n in range(3)], line("1")))
    assert len(lines) == 1
    assert set(intake.rejects["rule"]) == {grammar.DAMAGED}
    assert "order_lines: 3 of 4 rows" in fault_of(refuse_over_limit, intake.rows, code=4)


@pytest.mark.parametrize("kind", [pa.float64(), pa.int64(), pa.string()])
def test_numeric_identifiers_of_parquet_are_those_of_a_text(make_shop, take_in, kind):
    folder = make_shop(
        {"order_lines": text(line())}, tables={"products": {"source": "products.parquet"}}
    )
    pq.write_table(
        pa.table({"sku": pa.array(["12", None] if kind == pa.string() else [12, None], kind)}),
        folder / "products.parquet",
    )
    intake, table = take_in(folder)
    assert table("products")["sku"].tolist() == ["12"]
    assert intake.rejects["rule"].tolist() == [] if kind == pa.string() else [grammar.MISSING]


@pytest.mark.parametrize(
    ("written", "sku"),
    [
        ("ＡＢ－１", "AB-1"),
        ("e\u0301", "\u00e9"),
        ("C ", "C"),
        ("\u3000C", "C"),
        ("\ufeffC", "C"),
        ("c", "c"),
    ],
)
def test_one_identifier_written_in_two_ways_is_one(orders, written, sku):
    assert orders(text(line(sku=written)))[1]["sku"].tolist() == [sku]


# I18: encodings that lie


def test_western_letters_are_not_taken_for_chinese(orders):
    rows = text(line("1") + ",café très", line("2") + ",é", header=f"{HEADER},reason").encode(
        "cp1252"
    )
    assert "encoding" in fault_of(orders, rows)
    assert orders(rows, encoding="cp1252")[1]["reason"].tolist() == ["café très", "é"]


def test_a_chinese_file_says_how_it_was_read(orders):
    intake, lines = orders(
        text(line() + ",不喜欢 尺码", header=f"{HEADER},reason").encode("gb18030")
    )
    assert intake.rows["read_as"].tolist()[1] == "gb18030, ','"
    assert lines["reason"].tolist() == ["不喜欢 尺码"]


def test_an_undecodable_byte_is_named_wherever_it_stands(orders):
    rows = text(*[line(str(n)) for n in range(60_000)]).encode()
    said = fault_of(orders, rows[:2_000_000] + b"\xff" + rows[2_000_000:], encoding="utf-8")
    assert "byte 2000000" in said


# I20, I21: not whole


def test_zeros_at_the_end_are_a_damaged_file(orders):
    assert fault_of(orders, text(line("1"), line("2")).encode() + b"\0" * 512).startswith(
        "1.csv:4: a byte 0"
    )


def test_a_total_at_the_end_is_no_order(orders):
    intake, lines = orders(text(line("1", paid="5"), "合计,,,,,,5"))
    assert counted(intake) == {"rows_in": 2, "used": 1, "rejected": 1}
    assert float(lines["customer_paid"].sum()) == 5
    intake, _ = orders(text(line("1", paid="5"), "合计,,,,,,5"), where="order_id <> '合计'")
    assert counted(intake) == {"rows_in": 2, "used": 1, "skipped": 1}


@pytest.mark.parametrize(
    "word", ["合计", "总计", "小计:", "Total", "GRAND TOTAL", "subtotal", "Sum", "合计："]
)
def test_a_row_that_sums_up_others_is_no_goods_in_any_table(make_shop, take_in, word):
    tables = {
        "products": f"sku,unit_cost\nA,1\nB,2\n{word},3\n",
        "order_lines": text(line("1"), f"{word},,,,2,,20"),
        "stock": f"sku,counted_at,on_hand\nA,2026-06-01,1\n{word},2026-06-01,3\nB,2026-06-01,2\n",
        "purchases": f"po_id,sku,units_ordered,ordered_at\nP,A,5,2026-05-01\n{word},,5,\n",
        "charges": f"date,kind,amount\n2026-06-01,fee,5\n{word},,5\n",
        "movements": f"sku,moved_at,units,kind\nA,2026-06-01,1,shrink\nA,{word},1,\n",
    }
    intake, table = take_in(make_shop(tables))
    rows = intake.rows.set_index("table")
    assert rows["used"].to_dict() == {
        name: 2 if name in ("products", "stock") else 1 for name in tables
    }
    assert (rows[["rejected", "totals"]] == 1).all(axis=None)
    assert set(intake.rejects["rule"]) == {grammar.SUMMARY}
    assert int(table("stock")["on_hand"].sum()) == 3
    refuse_over_limit(intake.rows)


def test_amounts_at_the_end_that_belong_to_nothing_are_a_total(make_shop, take_in):
    stock = "sku,counted_at,on_hand\nA,2026-06-01,1\n,,1\n,2026-06-01,7\n,,2\n"
    intake, _ = take_in(
        make_shop(
            {"products": PRODUCTS, "order_lines": text(line("1"), ",,,,2,,20"), "stock": stock}
        )
    )
    rules = intake.rejects.groupby("table")["rule"].apply(list).to_dict()
    assert rules == {
        "order_lines": [grammar.SUMMARY],
        "stock": [grammar.MISSING, grammar.MISSING, grammar.SUMMARY],
    }


# I23: several files


def test_rows_are_counted_file_by_file(orders):
    intake, lines = orders(
        text(line("1"), line("2")), text(line("3") + ",x", header=f"{HEADER},reason")
    )
    rows = intake.rows[intake.rows["table"] == "order_lines"]
    assert rows[["file", "rows_in", "used"]].to_numpy().tolist() == [
        ["1.csv", 2, 2],
        ["2.csv", 1, 1],
    ]
    assert lines["reason"].fillna("").tolist() == ["", "", "x"]


def test_one_file_under_two_names_is_noted(orders):
    intake, _ = orders(text(line()), text(line()))
    assert [(note.id, note.item) for note in intake.notes] == [("same_file", "2.csv")]


def test_a_query_says_how_many_rows_of_the_file_it_read(orders):
    intake, _ = orders(
        text(line("1"), "", line("2"), "3"),
        query=(
            "SELECT *, 'x' AS reason FROM source UNION ALL SELECT *, 'y' FROM source WHERE order_id"
            " = '1'"
        ),
    )
    row = intake.rows.iloc[1]
    assert (
        row["file_rows"],
        row["rows_in"],
        row["used"],
        row["deduplicated"],
        row["rejected"],
        row["skipped"],
    ) == (4, 5, 1, 0, 3, 1)


def test_a_query_that_keeps_line_names_the_files_own_line(orders):
    query = "SELECT _line, * EXCLUDE (_line) FROM source WHERE units = 'x'"
    intake, _ = orders(text(line("1"), line("2", units="x")), query=query)
    assert intake.rejects[["line", "value"]].to_numpy().tolist() == [[3, "x"]]


# I25–I27: workbooks


@pytest.fixture
def workbook(make_shop, take_in):
    """Take in products from a workbook that ``fill`` wrote."""

    def take(fill, mend=None, **entry):
        folder = make_shop(
            {"order_lines": text(line())}, tables={"products": {"source": "products.xlsx"} | entry}
        )
        book = openpyxl.Workbook()
        fill(book.active)
        book.save(folder / "products.xlsx")
        if mend:
            rewrite(folder / "products.xlsx", mend)
        return take_in(folder)

    return take


def rewrite(path, mend):
    """The same workbook with the XML of its first sheet changed."""
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    parts[sheet] = mend(parts[sheet])
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name, content in parts.items():
            new.writestr(name, content)


def rows_of(*rows):
    return lambda sheet: [sheet.append(row) for row in rows] and None


def test_a_number_too_long_for_a_workbook_is_a_damaged_identifier(workbook):
    intake, table = workbook(
        rows_of(
            ["sku", "tag_price"],
            [123456789012345678, 5],
            ["123456789012345678", 5],
            [42, 0.1 + 0.2],
        )
    )
    assert table("products")["sku"].tolist() == ["123456789012345678", "42"]
    assert intake.rejects[["line", "rule"]].to_numpy().tolist() == [[2, grammar.DAMAGED]]


def test_a_formula_without_a_result_is_not_empty(workbook):
    intake, table = workbook(
        rows_of(
            ["sku", "name", "tag_price"],
            ["A", "=B9", 1],
            ["B", "#N/A", 1],
            ["C", "c", "=1/0"],
            ["D", "d", 1],
        )
    )
    assert table("products")["sku"].tolist() == ["D"]
    assert intake.rejects[["line", "column", "value"]].to_numpy().tolist() == [
        [2, "name", "#RESULT! =B9 (B2)"],
        [3, "name", "#N/A (B3)"],
        [4, "tag_price", "#RESULT! =1/0 (C4)"],
    ]


def test_a_formula_with_its_result_is_its_result(workbook):
    _, table = workbook(
        rows_of(["sku", "tag_price"], ["A", "=2+3"]),
        lambda xml: xml.replace(b"<v />", b"<v>5</v>").replace(b"<v></v>", b"<v>5</v>"),
    )
    assert table("products")["tag_price"].astype(float).tolist() == [5]


def test_what_a_workbook_escapes_is_what_it_stands_for(workbook):
    escaped = ["A1_x000D_\n", "B_x0041_", "C_x005F_x0041_", "D1_x000D_", "E_x00e9_"]
    _, table = workbook(
        rows_of(["sku", "name_x000D_"], *([sku, f"{n}_x000D_\nb"] for n, sku in enumerate(escaped)))
    )
    assert table("products")["sku"].tolist() == ["A1", "BA", "C_x0041_", "D1", "E\u00e9"]
    assert table("products")["name"].tolist() == [f"{n}\nb" for n in range(5)]


def test_a_number_of_a_workbook_has_one_reading(workbook):
    _, table = workbook(
        rows_of(["sku", "tag_price", "unit_volume_l"], ["A", 1.234, 12.125], ["B", 1234, 0.5])
    )
    assert table("products")["tag_price"].astype(float).tolist() == [1.234, 1234]
    assert table("products")["unit_volume_l"].tolist() == [12.125, 0.5]


def test_merged_cells_are_refused(workbook):
    def fill(sheet):
        rows_of(["sku", "style"], ["A", "S"], ["B", None])(sheet)
        sheet.merge_cells("B2:B3")

    assert "B2:B3" in fault_of(workbook, fill)


def test_hidden_rows_count_and_are_noted(workbook):
    def fill(sheet):
        rows_of(["sku"], ["A"], ["B"])(sheet)
        sheet.row_dimensions[3].hidden = True

    intake, table = workbook(fill)
    assert table("products")["sku"].tolist() == ["A", "B"]
    assert [(note.id, note.value) for note in intake.notes] == [("hidden_rows", 1)]


@pytest.mark.parametrize(
    ("row", "column", "name", "rows"), [(10_003, 1, "A10003", 2), (2, 1_002, "ALN2", 1)]
)
def test_a_cell_far_from_the_table_is_refused_by_name(workbook, row, column, name, rows):
    def fill(sheet, row=row, column=column):
        rows_of(["sku"], ["A"])(sheet)
        sheet.cell(row, column, "B")

    assert f"the cell {name} stands far outside" in fault_of(workbook, fill)
    # as far as it may
    intake, _ = workbook(lambda sheet: fill(sheet, min(row, 10_002), min(column, 1_001)))
    assert intake.rows.iloc[0][["rows_in", "used"]].tolist() == [rows, rows]


# I28: hostile files, each refused by a process of its own


@pytest.mark.skipif(
    not Path("/proc/self/status").exists(),
    reason="the peak of a process's memory is read from Linux",
)
@pytest.mark.parametrize("kind", hostile.FILES)
def test_a_hostile_file_is_refused_in_little_memory(kind):
    said, megabytes, _ = hostile.refused(kind)
    assert said.startswith(hostile.FILES[kind][2])
    assert megabytes < hostile.MOST_MEGABYTES


# I29: Parquet


def test_a_flipped_bit_in_a_file_with_checksums_is_seen(make_shop, take_in):
    folder = make_shop(
        {"order_lines": text(line())}, tables={"products": {"source": "products.parquet"}}
    )
    frame = pa.table(
        {"sku": [f"S{n}" for n in range(3000)], "tag_price": [n / 7 for n in range(3000)]}
    )
    pq.write_table(
        frame,
        folder / "products.parquet",
        write_page_checksum=True,
        compression="none",
        use_dictionary=False,
    )
    whole = (folder / "products.parquet").read_bytes()
    for at in range(200, len(whole) - 3000, len(whole) // 12):
        (folder / "products.parquet").write_bytes(
            whole[:at] + bytes([whole[at] ^ 4]) + whole[at + 1 :]
        )
        assert fault_of(take_in, folder).startswith("products.parquet: cannot be read")


# D1–D13: meaning


def test_orders_exported_twice_count_once(orders):
    week = [line("1", paid="5"), line("2", paid="10")]
    _, lines = orders(text(*week), text(week[1], line("3", paid="10")))
    assert float(lines["customer_paid"].sum()) == 25


def test_equal_rows_of_a_ledger_are_two_rows_and_once_exported_twice_they_stay_two(
    make_shop, take_in
):
    moves = "sku,moved_at,units,kind\n" + "A,2026-06-01,-1,shrink\n" * 2
    tables = {
        "products": PRODUCTS,
        "order_lines": text(line()),
        "movements/1.csv": moves,
        "movements/2.csv": moves + "A,2026-06-01,-1,shrink\n",
    }
    intake, table = take_in(make_shop(tables))
    assert int(table("movements")["units"].sum()) == -3
    assert intake.rows.set_index("file").loc[
        ["1.csv", "2.csv"], ["used", "deduplicated"]
    ].to_numpy().tolist() == [[0, 2], [3, 0]]


def test_an_older_row_is_not_used_where_the_newer_one_cannot_be_read(orders):
    intake, lines = orders(text(line("1", paid="10"), line("2")), text(line("1", paid="ten")))
    assert lines["order_id"].tolist() == ["2"]
    rows = intake.rows[intake.rows["table"] == "order_lines"].set_index("file")
    assert rows[["used", "updated", "rejected"]].to_numpy().tolist() == [[1, 1, 0], [0, 0, 1]]


def test_a_bad_value_in_an_optional_column_rejects_its_row(orders):
    """An empty cell has a meaning of its own (not shipped yet), so what cannot be read is never
    taken for one.
    """
    intake, lines = orders(
        text(line("1") + ",soon", line("2") + ",", header=f"{HEADER},shipped_at")
    )
    assert lines["order_id"].tolist() == ["2"]
    assert intake.rejects["column"].tolist() == ["shipped_at"]


def test_what_is_written_twice_in_the_product_table_multiplies_nothing(panel, make_shop):
    lines = text(line("1", units="3", paid="30"), line("2", units="7", paid="70", at="2026-06-02"))
    one = make_shop({"products": PRODUCTS, "order_lines": lines})
    two = make_shop({"products": PRODUCTS + "A,S\n", "order_lines": lines})
    for shop in (one, two):
        assert panel(shop, "2026-06-07")("sku_week")["sold_units"].sum() == 10


def test_orders_and_receipts_of_a_sku_do_not_multiply_each_other(panel, make_shop):
    receipts = "po_id,sku,units_ordered,units_received,received_at\n" + "".join(
        f"P{n},A,5,5,2026-05-0{n}\n" for n in range(1, 4)
    )
    shop = make_shop(
        {
            "products": PRODUCTS,
            "order_lines": text(line("1", paid="10"), line("2", paid="20")),
            "purchases": receipts,
        }
    )
    frame = panel(shop, "2026-06-07")
    assert frame("control_total")["paid"].iloc[0] == 30
    assert frame("item_now")["received"].sum() == 15


def test_two_products_of_one_sku_stop_the_report(orders):
    intake, _ = orders(
        text(line()),
        products="sku,style\n" + "".join(f"B{n},S\n" for n in range(500)) + "A,S\nA,T\n",
    )
    assert set(intake.rejects["rule"]) == {CONFLICT}
    assert "products: 2 rows" in fault_of(refuse_over_limit, intake.rows, code=4)


@pytest.mark.parametrize(("bad", "stops"), [(0, False), (9, False), (11, True)])
def test_up_to_one_percent_of_rows_may_be_rejected(orders, bad, stops):
    rows = [line(str(n)) for n in range(1000 - bad)] + [
        line(f"x{n}", units="x", paid="0") for n in range(bad)
    ]
    intake, _ = orders(text(*rows))
    assert counted(intake).get("rejected", 0) == bad
    if stops:
        fault_of(refuse_over_limit, intake.rows, code=4)
    else:
        refuse_over_limit(intake.rows)


@pytest.mark.parametrize(("paid", "stops"), [(9, False), (11, True)])
def test_up_to_one_percent_of_money_may_be_rejected(orders, paid, stops):
    rows = [line(str(n), paid="1") for n in range(1000 - paid)] + [
        line("x", units="x", paid=str(paid))
    ]
    intake, _ = orders(text(*rows))
    if stops:
        assert "money" in fault_of(refuse_over_limit, intake.rows, code=4)
    else:
        refuse_over_limit(intake.rows)


@pytest.mark.parametrize(
    "column", ["merchant_revenue", "merchant_discount", "refund_value", "resaleable_units"]
)
def test_money_and_units_are_never_below_zero(orders, column):
    intake, _ = orders(text(line("1") + ",-1", line("2") + ",0", header=f"{HEADER},{column}"))
    assert intake.rejects[["column", "rule"]].to_numpy().tolist() == [[column, grammar.NEGATIVE]]


def test_a_count_may_be_below_zero(make_shop, take_in):
    tables = {
        "products": PRODUCTS,
        "order_lines": text(line()),
        "stock": "sku,counted_at,on_hand\nA,2026-06-01,-3\n",
    }
    assert take_in(make_shop(tables))[1]("stock")["on_hand"].astype(int).tolist() == [-3]


def test_another_currency_is_rejected(orders):
    intake, lines = orders(
        text(
            line("1") + ",CNY",
            line("2") + ",USD",
            line("3") + ",cny",
            line("4") + ",",
            header=f"{HEADER},currency",
        )
    )
    assert lines["order_id"].tolist() == ["1", "3", "4"]
    assert intake.rejects["rule"].tolist() == [grammar.OTHER_MONEY]


def test_what_is_too_large_for_any_money_is_rejected_not_wrapped(orders):
    intake, lines = orders(
        text(line("1", paid="99999999999999.9999"), line("2", paid="99999999999999999999"))
    )
    assert lines["order_id"].tolist() == ["1"]
    assert intake.rejects["value"].tolist() == ["99999999999999999999"]


HAPPENED = {
    "order_lines": {"ordered_at", "original_ordered_at"},
    "purchases": {"ordered_at"},
    "movements": {"moved_at"},
    "stock": {"counted_at"},
    "traffic": {"date"},
    "charges": {"date"},
    "snapshot": {"as_of"},
    "promises": {"report_day"},
}
VALUES = {"units": "1", "money": "1", "number": "1", "integer": "1", "id": "A", "text": "a"}


@pytest.mark.parametrize("day", ["2027-01-01", "2027-01-02", "2062-01-01"])
def test_what_has_happened_did_so_by_tomorrow_and_what_is_planned_may_lie_ahead(
    make_shop, take_in, day
):
    exports = {}
    for table in TABLES.values():
        row = {
            c.name: c.values[0] if c.values else VALUES.get(c.kind, "2026-06-01")
            for c in table.columns
            if c.name != "currency"
        }
        ahead = [row | {c.name: day} for c in table.columns if c.kind in ("date", "time")]
        exports[table.name] = pd.DataFrame([row, *ahead])
    intake, _ = take_in(make_shop(exports))
    late = intake.rejects[intake.rejects["rule"] == grammar.FUTURE]
    found = {name: set(rows["column"]) for name, rows in late.groupby("table")}
    assert found == ({} if day == "2027-01-01" else HAPPENED)


def test_a_replay_of_an_old_day_is_no_future_and_a_clock_that_is_behind_takes_nothing(
    make_shop, tmp_path
):
    shop = open_shop(
        make_shop(
            {
                "products": PRODUCTS,
                "order_lines": text(line("1", at="2026-03-01"), line("2", at="2026-06-01")),
            }
        )
    )
    # the day of the report was there, whatever the machine thinks
    panel.build(shop, date(2026, 3, 2), tmp_path, date(2020, 1, 1))
    assert pd.read_parquet(tmp_path / "rows.parquet")["rejected"].tolist() == [0, 1]
    panel.build(shop, date(2026, 3, 2), tmp_path, date(2026, 7, 1))
    assert pd.read_parquet(tmp_path / "rows.parquet")["rejected"].tolist() == [0, 0]
    assert panel.build(shop, None, tmp_path, date(2026, 4, 1)) == date(2026, 3, 1)


def test_a_typed_table_of_the_future_is_refused(make_shop, tmp_path):
    folder = make_shop(
        {"products": PRODUCTS}, tables={"snapshot": {"source": "snapshot.parquet", "typed": True}}
    )
    days = pa.array([date(2026, 6, 1), date(2026, 6, 9)])
    units = pa.array([1, 1], pa.int64())
    pq.write_table(
        pa.table({"sku": ["A", "A"], "as_of": days, "on_hand": units}), folder / "snapshot.parquet"
    )
    panel.build(open_shop(folder), date(2026, 6, 1), tmp_path, date(2026, 6, 8))
    assert "rule of as_of" in fault_of(
        panel.build, open_shop(folder), date(2026, 6, 1), tmp_path, date(2026, 6, 7), code=4
    )


def test_today_is_no_part_of_the_door():
    files = [module.__file__ for module in (rows, grammar, moments, spelling)]
    source = "".join(Path(file).read_text(encoding="utf-8") for file in files)
    assert not any(word in source for word in ("today()", "now()", "current_date"))
