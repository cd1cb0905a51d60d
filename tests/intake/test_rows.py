"""Every row is used, updated, rejected, deduplicated or skipped: none is lost, none is counted
twice.
"""

from datetime import datetime, timedelta, timezone

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from destock.intake.cells import grammar
from destock.intake.rejects import refuse_over_limit
from destock.intake.settle import CONFLICT, EQUAL
from destock.intake.shop import open_shop
from destock.model.messages import Fault

PRODUCTS = "sku,style\nA,S\n"
HEADER = "order_id,line_id,sku,ordered_at,units,kind,customer_paid"
UNITS, MONEY, TIME = (
    "not a number of at most 3 decimals",
    "not an amount of at most 4 decimals",
    grammar.UNREADABLE["time"],
)
OUTCOMES = ["used", "updated", "rejected", "deduplicated", "skipped"]


def text(*rows, header=HEADER):
    return "\n".join((header, *rows)) + "\n"


def line(
    order="1", number="1", sku="A", at="2026-06-01 10:00:00", units="1", kind="sale", paid="10"
):
    return ",".join((order, number, sku, at, units, kind, paid))


def outcomes(intake, table="order_lines"):
    """Rows of each outcome, by file, after checking that they add up."""
    rows = intake.rows[intake.rows["table"] == table].set_index("file")
    assert (rows["rows_in"] == rows[OUTCOMES].sum(axis=1)).all()
    return {
        file: {name: int(n) for name, n in row.items() if n}
        for file, row in rows[OUTCOMES].iterrows()
    }


@pytest.fixture
def orders(make_shop, take_in):
    """Take in order lines from CSV texts, one export each; returns the outcome and the typed
    lines.
    """

    def take(*texts, **entry):
        exports = {f"order_lines/{i}.csv": content for i, content in enumerate(texts, 1)}
        folder = make_shop({"products": PRODUCTS} | exports, tables={"order_lines": entry})
        intake, table = take_in(folder)
        return intake, table("order_lines")

    return take


def test_good_rows_are_used(orders):
    intake, lines = orders(text(line("1"), line("2")))
    assert outcomes(intake) == {"1.csv": {"used": 2}}
    assert lines["order_id"].tolist() == ["1", "2"]
    assert intake.rejects.empty


@pytest.mark.parametrize(
    ("row", "column", "value", "rule"),
    [
        (line(units="two"), "units", "two", UNITS),
        (line(units="-1"), "units", "-1", grammar.NEGATIVE),
        (line(units=""), "units", "", grammar.MISSING),
        (line(units="1,5x"), "units", None, UNITS),
        (line(sku=""), "sku", "", grammar.MISSING),
        (line(sku="  "), "sku", "  ", grammar.MISSING),
        (line(at="yesterday"), "ordered_at", "yesterday", TIME),
        (line(at="2026-02-30"), "ordered_at", "2026-02-30", TIME),
        (line(at="infinity"), "ordered_at", "infinity", TIME),
        (line(at="epoch"), "ordered_at", "epoch", TIME),
        (line(at="03/04/2026"), "ordered_at", "03/04/2026", grammar.DAY_OR_MONTH),
        (line(kind="Sale"), "kind", "Sale", grammar.WORD),
        (line(kind="gift"), "kind", "gift", grammar.WORD),
        (line(at="46027"), "ordered_at", "46027", grammar.SERIAL),
        (line(paid="$10"), "customer_paid", "$10", grammar.OTHER_MONEY),
        (line(paid="nan"), "customer_paid", "nan", grammar.MISSING),
        (line(paid="1e300"), "customer_paid", "1e300", MONEY),
        (line(order="1.23457E+17"), "order_id", "1.23457E+17", grammar.DAMAGED),
    ],
)
def test_a_broken_row_is_rejected_with_its_place_rule_value_and_text(
    orders, row, column, value, rule
):
    if value is None:
        row, value = line(units='"1,5x"'), "1,5x"
    intake, lines = orders(text(line("0"), row))
    assert outcomes(intake) == {"1.csv": {"used": 1, "rejected": 1}}
    reject = intake.rejects.iloc[0]
    assert reject[["table", "file", "line", "column", "rule", "raw"]].tolist() == [
        "order_lines",
        "1.csv",
        3,
        column,
        rule,
        row,
    ]
    assert reject["value"] == value or (value == "" and pd.isna(reject["value"]))
    assert len(lines) == 1


def test_a_row_that_breaks_two_rules_is_rejected_once(orders):
    intake, _ = orders(text(line(sku="", units="x")))
    assert outcomes(intake) == {"1.csv": {"rejected": 1}}
    assert intake.rejects["column"].tolist() == ["sku"]


def test_lines_of_a_file_are_counted_with_what_stands_above_the_header(orders):
    intake, _ = orders("Report\n\n" + text(line(), line("2", units="x")), header_row=3)
    assert intake.rejects["line"].tolist() == [5]


def test_the_newest_export_of_a_row_wins(orders):
    intake, lines = orders(text(line(paid="10")), text(line(paid="12")))
    assert outcomes(intake) == {"1.csv": {"updated": 1}, "2.csv": {"used": 1}}
    assert lines["customer_paid"].astype(float).tolist() == [12]


def test_what_happens_to_an_order_later_is_another_row(orders):
    intake, lines = orders(text(line()), text(line(kind="return", at="2026-06-05 09:00:00")))
    assert outcomes(intake) == {"1.csv": {"used": 1}, "2.csv": {"used": 1}}
    assert len(lines) == 2


def test_exact_copies_are_deduplicated_in_one_export_and_across(orders):
    intake, lines = orders(text(line(), line()), text(line()))
    assert outcomes(intake) == {"1.csv": {"deduplicated": 2}, "2.csv": {"used": 1}}
    assert len(lines) == 1


def test_the_same_key_with_other_values_in_one_export_is_rejected_whole(orders):
    intake, lines = orders(text(line(paid="10"), line(paid="11"), line("2")))
    assert outcomes(intake) == {"1.csv": {"used": 1, "rejected": 2}}
    assert intake.rejects[["line", "column", "rule"]].to_numpy().tolist() == [
        [2, "", CONFLICT],
        [3, "", CONFLICT],
    ]
    assert lines["order_id"].tolist() == ["2"]


def test_a_conflict_of_an_older_export_is_settled_by_a_newer(orders):
    intake, lines = orders(text(line(paid="10"), line(paid="11")), text(line(paid="12")))
    assert outcomes(intake) == {"1.csv": {"updated": 2}, "2.csv": {"used": 1}}
    assert lines["customer_paid"].astype(float).tolist() == [12]


def test_a_row_that_goes_back_to_an_old_value_has_it(orders):
    intake, lines = orders(text(line(paid="10")), text(line(paid="11")), text(line(paid="10")))
    assert outcomes(intake) == {
        "1.csv": {"deduplicated": 1},
        "2.csv": {"updated": 1},
        "3.csv": {"used": 1},
    }
    assert lines["customer_paid"].astype(float).tolist() == [10]


def test_without_line_numbers_the_newest_export_of_an_event_wins(orders):
    old = text(line("1", "", "A"), line("1", "", "B"), line("2", "", "A"))
    intake, lines = orders(old, text(line("1", "", "A", units="2"), line("1", "", "C")))
    assert outcomes(intake) == {"1.csv": {"used": 2, "updated": 1}, "2.csv": {"used": 2}}
    assert lines[["order_id", "sku", "units"]].astype({"units": int}).to_numpy().tolist() == [
        ["1", "A", 2],
        ["1", "B", 1],
        ["1", "C", 1],
        ["2", "A", 1],
    ]


def test_without_line_numbers_a_return_of_may_leaves_the_sale_of_april(orders):
    april = text(line("1", "", at="2026-04-10"), line("2", "", at="2026-04-11"))
    intake, lines = orders(april, text(line("1", "", at="2026-05-02", kind="return")))
    assert outcomes(intake) == {"1.csv": {"used": 2}, "2.csv": {"used": 1}}
    assert lines["kind"].tolist() == ["sale", "return", "sale"]


def test_an_event_of_two_lines_is_replaced_by_both_of_its_newer_ones(orders):
    old = text(line("1", "", paid="10"), line("1", "", paid="9"))
    intake, lines = orders(old, text(line("1", "", paid="8"), line("1", "", paid="7")))
    assert outcomes(intake) == {"1.csv": {"updated": 2}, "2.csv": {"used": 2}}
    assert sorted(lines["customer_paid"].astype(int)) == [7, 8]


TWICE = text(line("1", ""), line("1", ""), line("1", ""), line("2", ""))


def test_equal_rows_that_no_number_tells_apart_ask_for_a_choice(orders):
    intake, _ = orders(TWICE)
    assert outcomes(intake) == {"1.csv": {"used": 2, "rejected": 2}}
    assert intake.rejects[["line", "column", "rule"]].to_numpy().tolist() == [
        [3, "", EQUAL],
        [4, "", EQUAL],
    ]
    with pytest.raises(
        Fault, match=r"order_lines: 2 rows equal another .* equal_rows = \"separate\""
    ) as caught:
        refuse_over_limit(intake.rows)
    assert caught.value.exit_code == 4


@pytest.mark.parametrize(
    ("choice", "first", "second", "units"),
    [
        ("separate", {"deduplicated": 4}, {"used": 5}, 5),
        ("copies", {"deduplicated": 4}, {"used": 2, "deduplicated": 3}, 2),
    ],
)
def test_a_shop_chooses_what_equal_rows_are(orders, choice, first, second, units):
    intake, lines = orders(TWICE, TWICE + line("2", "") + "\n", equal_rows=choice)
    assert outcomes(intake) == {"1.csv": first, "2.csv": second}
    assert int(lines["units"].sum()) == units


@pytest.mark.parametrize(
    ("choice", "units", "said"),
    [({}, -3, [1]), ({"equal_rows": "separate"}, -3, []), ({"equal_rows": "copies"}, -2, [])],
)
def test_equal_rows_of_a_ledger_are_two_and_that_is_said(make_shop, take_in, choice, units, said):
    moves = (
        "sku,moved_at,units,kind\n"
        "A,2026-06-01,-1,shrink\n"
        "A,2026-06-01,-1,shrink\n"
        "A,2026-06-02,-1,shrink\n"
    )
    tables = {"products": PRODUCTS, "order_lines": text(line()), "movements": moves}
    intake, table = take_in(make_shop(tables, tables={"movements": choice} if choice else {}))
    assert int(table("movements")["units"].sum()) == units
    assert [note.value for note in intake.notes if note.id == "equal_rows"] == said


def test_without_line_numbers_two_lines_of_one_sku_are_no_conflict(orders):
    intake, _ = orders(text(line("1", "", "A", paid="10"), line("1", "", "A", paid="9")))
    assert outcomes(intake) == {"1.csv": {"used": 2}}


def test_movements_have_no_key_so_they_never_conflict(make_shop, take_in):
    moves = (
        "sku,moved_at,units,kind\n"
        "A,2026-06-01,-1,shrink\n"
        "A,2026-06-01,-2,shrink\n"
        "A,2026-06-01,-2,lost\n"
    )
    intake, table = take_in(
        make_shop({"products": PRODUCTS, "order_lines": text(line()), "movements": moves})
    )
    assert outcomes(intake, "movements") == {"movements.csv": {"used": 2, "rejected": 1}}
    assert table("movements")["units"].astype(int).tolist() == [-2, -1]


PURCHASES = "po_id,sku,units_ordered,units_received,received_at\n"


def test_an_open_purchase_line_is_closed_by_a_newer_export_that_knows_its_receipt(
    make_shop, take_in
):
    exports = {
        "purchases/1.csv": PURCHASES + "P,A,10,,\nQ,A,5,,\n",
        "purchases/2.csv": PURCHASES + "P,A,10,10,2026-06-01\n",
    }
    intake, table = take_in(
        make_shop({"products": PRODUCTS, "order_lines": text(line())} | exports)
    )
    assert outcomes(intake, "purchases") == {
        "1.csv": {"used": 1, "updated": 1},
        "2.csv": {"used": 1},
    }
    assert table("purchases")[["po_id", "units_ordered"]].astype(
        {"units_ordered": int}
    ).to_numpy().tolist() == [["P", 10], ["Q", 5]]


def test_receipts_of_one_purchase_in_several_exports_all_count(make_shop, take_in):
    exports = {
        "purchases/1.csv": PURCHASES + "P,A,10,4,2026-06-01\n",
        "purchases/2.csv": PURCHASES + "P,A,10,6,2026-06-05\n",
    }
    intake, _ = take_in(make_shop({"products": PRODUCTS, "order_lines": text(line())} | exports))
    assert outcomes(intake, "purchases") == {"1.csv": {"used": 1}, "2.csv": {"used": 1}}


def test_rows_outside_the_filter_are_skipped_before_they_are_judged(orders):
    rows = text(line("1"), line("2", units="x", kind="fee"), line("3", kind="sale"))
    intake, _ = orders(rows, where="kind <> 'fee' AND order_id <> '3'")
    assert outcomes(intake) == {"1.csv": {"used": 1, "skipped": 2}}
    assert intake.rejects.empty


def test_a_filter_that_is_unknown_skips(orders):
    intake, _ = orders(text(line("1"), line("2", number="")), where="line_id = '1'")
    assert outcomes(intake) == {"1.csv": {"used": 1, "skipped": 1}}


def test_columns_are_renamed(orders):
    intake, lines = orders(
        text(line(), header=HEADER.replace("customer_paid", "实付")),
        rename={"customer_paid": "实付"},
    )
    assert lines["customer_paid"].astype(float).tolist() == [10]
    assert intake.has("order_lines", "customer_paid")
    assert not intake.has("order_lines", "shipped_at")
    assert not intake.has("stock")


def test_a_column_may_be_an_expression_of_the_columns_of_its_source(orders):
    _, lines = orders(
        text(line(units="3", paid="10")),
        columns={"customer_paid": "CAST(units AS INTEGER) * customer_paid::DECIMAL(9,2)"},
    )
    assert lines["customer_paid"].astype(float).tolist() == [30]


def test_a_table_may_be_a_query_over_its_source(orders):
    query = (
        "SELECT order_id, 'x' AS line_id, sku, ordered_at, sum(units::INT) AS units, kind,"
        " sum(customer_paid::INT) AS customer_paid FROM source GROUP BY ALL"
    )
    intake, lines = orders(text(line(number="1"), line(number="2")), query=query)
    assert outcomes(intake) == {"1.csv": {"used": 1}}
    assert lines[["units", "customer_paid"]].astype(int).to_numpy().tolist() == [[2, 20]]


def test_a_query_may_begin_with_its_own_names(orders):
    intake, _ = orders(text(line()), query="WITH mine AS (SELECT * FROM source) SELECT * FROM mine")
    assert outcomes(intake) == {"1.csv": {"used": 1}}


@pytest.mark.parametrize(
    "sku", ["007", "123456789012345678", "1e5", "12E4", "NA", "TRUE", "A-1/b 2", "’quoted’"]
)
def test_identifiers_stay_text(orders, sku):
    _, lines = orders(text(line(sku=sku)))
    assert lines["sku"].tolist() == [sku]


@pytest.mark.parametrize("raw", ["  007 ", "\t007", "\u00a0007\u3000", '="007"', "'007"])
def test_what_guards_an_identifier_from_a_spreadsheet_is_taken_off(orders, raw):
    _, lines = orders(text(line(sku=raw)))
    assert lines["sku"].tolist() == ["007"]


@pytest.mark.parametrize(
    "raw",
    [
        "2026-06-01 10:00:00",
        "2026/6/1 10:00",
        "2026-06-01T10:00:00",
        "2026-06-01T10:00:00+08:00",
        "2026-06-01T02:00:00Z",
    ],
)
def test_moments_are_times_of_the_shop(orders, raw):
    _, lines = orders(text(line(at=raw)))
    assert lines["ordered_at"].tolist() == [pd.Timestamp("2026-06-01 10:00")]


def test_moments_with_a_zone_in_parquet_are_times_of_the_shop(make_shop, take_in):
    folder = make_shop(
        {"products": PRODUCTS},
        timezone="Europe/London",
        tables={"order_lines": {"source": "order_lines.parquet"}},
    )
    at = pa.array(
        [datetime(2026, 6, 1, 23, 30, tzinfo=timezone(timedelta(0)))], pa.timestamp("us", "UTC")
    )
    rest = {"order_id": ["1"], "sku": ["A"], "units": [1], "kind": ["sale"], "customer_paid": [1.0]}
    pq.write_table(pa.table(rest | {"ordered_at": at}), folder / "order_lines.parquet")
    assert take_in(folder)[1]("order_lines")["ordered_at"].tolist() == [
        pd.Timestamp("2026-06-02 00:30")
    ]


def test_a_form_of_dates_can_be_given(orders):
    rows = text(
        line("1", at="03/04/2026"),
        line("2", at="13/04/2026"),
        line("3", at="2026-04-05"),
        line("4", at="04/13/2026"),
    )
    intake, lines = orders(rows, date_format="%d/%m/%Y")
    assert lines["ordered_at"].dt.strftime("%m-%d").tolist() == ["04-03", "04-13", "04-05"]
    assert intake.rejects["value"].tolist() == ["04/13/2026"]


def test_numbers_that_are_no_dates_are_rejected_not_fatal(make_shop, take_in):
    folder = make_shop(
        {"order_lines": text(line())}, tables={"products": {"source": "products.parquet"}}
    )
    pq.write_table(pa.table({"sku": ["A"], "launch_date": [20260601]}), folder / "products.parquet")
    intake, _ = take_in(folder)
    assert intake.rejects[["column", "value"]].to_numpy().tolist() == [["launch_date", "20260601"]]


def test_a_number_that_is_not_finite_is_rejected(make_shop, take_in):
    intake, _ = take_in(
        make_shop(
            {"order_lines": text(line()), "products": "sku,lead_time_days\nA,1e999\nB,inf\nC,3\n"}
        )
    )
    assert outcomes(intake, "products") == {"products.csv": {"used": 1, "rejected": 2}}


def test_two_products_of_one_sku_are_rejected(make_shop, take_in):
    intake, _ = take_in(
        make_shop({"order_lines": text(line()), "products": "sku,style\nA,S\nA,T\nB,T\n"})
    )
    assert outcomes(intake, "products") == {"products.csv": {"used": 1, "rejected": 2}}


def fault_of(orders, **entry):
    with pytest.raises(Fault) as caught:
        orders(text(line()), **entry)
    assert caught.value.exit_code == 3
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("key", "sql", "named"),
    [
        ("columns", {"units": "unitz * 2"}, "unitz"),
        ("columns", {"units": "units +"}, "syntax error"),
        ("columns", {"units": "CAST(kind AS INTEGER)"}, "sale"),
        ("where", "knid = 'sale'", "knid"),
        ("query", "SELECT nothing FROM source", "nothing"),
        ("query", "SELECT 1; DROP TABLE products", "query"),
    ],
)
def test_broken_sql_is_one_line_that_names_the_table(orders, key, sql, named):
    said = fault_of(orders, **{key: sql})
    assert said.startswith("shop.toml [tables.order_lines]")
    assert named in said


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_csv('/etc/hostname')",
        "SELECT * FROM read_text('/etc/hostname')",
        "SELECT * FROM '/etc/hostname'",
        "SELECT * FROM read_csv('../../../../../etc/hostname')",
        "SELECT * FROM glob('/etc/*')",
        "SELECT * FROM read_csv('https://example.org/x.csv')",
        "SELECT 1; COPY (SELECT 1) TO '/tmp/out.csv'",
        "SELECT 1; SET enable_external_access = true",
        "SELECT 1; ATTACH '/tmp/x.db'",
        "SELECT 1; INSTALL httpfs",
    ],
)
def test_the_shops_sql_reaches_nothing_outside_the_shop(orders, sql):
    assert fault_of(orders, query=sql).startswith("shop.toml [tables.order_lines] query:")


def test_the_shops_sql_writes_nothing_into_the_shop(make_shop, take_in):
    folder = make_shop(
        {"products": PRODUCTS, "order_lines": text(line())},
        tables={"order_lines": {"query": "SELECT * FROM source"}},
    )
    before = {p: p.read_bytes() for p in folder.iterdir()}
    toml = (
        (folder / "shop.toml")
        .read_text()
        .replace(
            "SELECT * FROM source", f"SELECT * FROM source; COPY raw TO '{folder}/products.csv'"
        )
    )
    (folder / "shop.toml").write_text(toml)
    with pytest.raises(Fault):
        take_in(folder)
    assert {p: p.read_bytes() for p in folder.iterdir() if p.name != "shop.toml"} == {
        p: b for p, b in before.items() if p.name != "shop.toml"
    }
    assert open_shop(folder).sources["order_lines"][0].query


def test_lines_keep_the_order_of_a_long_file(orders):
    rows = [line(str(i)) for i in range(60_000)]
    rows[50_000] = line("x", units="bad")
    intake, _ = orders(text(*rows))
    assert intake.rejects["line"].tolist() == [50_002]


CELLS = {
    "order": st.sampled_from(["1", "2", "", " 1"]),
    "number": st.sampled_from(["1", "2", ""]),
    "sku": st.sampled_from(["A", "B", "Z"]),
    "at": st.sampled_from(["2026-06-01 10:00:00", "2026-06-02", "soon", ""]),
    "units": st.sampled_from(["1", "2.0", "-1", "x", "", "1e400"]),
    "kind": st.sampled_from(["sale", "return", "steal", ""]),
    "paid": st.sampled_from(["10", "9.99", "free"]),
}
GOOD = {
    "order": ["1", "2"],
    "number": ["1", "", "2"],
    "sku": ["A", "B"],
    "at": ["2026-06-01"],
    "units": ["1", "2"],
    "kind": ["sale"],
    "paid": ["10", "9"],
}
LINES = st.one_of(
    st.builds(line, **CELLS), st.builds(line, **{k: st.sampled_from(v) for k, v in GOOD.items()})
)


@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    st.lists(st.lists(LINES, min_size=1, max_size=8), min_size=1, max_size=3),
    st.sampled_from(["", "sku <> 'Z'"]),
)
def test_no_row_is_lost_whatever_the_files_hold(orders, files, where):
    intake, lines = orders(*(text(*rows) for rows in files), where=where)
    counted = outcomes(intake)
    mine = intake.rows[intake.rows["table"] == "order_lines"]
    assert mine["rows_in"].tolist() == [len(rows) for rows in files]
    assert sum(row.get("used", 0) for row in counted.values()) == len(lines)
    assert (
        sum(row.get("rejected", 0) for row in counted.values())
        == (intake.rejects["table"] == "order_lines").sum()
    )
    assert not lines.duplicated().any()
    if lines["line_id"].notna().any():
        assert not lines.duplicated(["order_id", "line_id", "sku", "kind", "ordered_at"]).any()


def test_money_is_exact_to_the_cent(orders):
    cents = np.random.default_rng(1).integers(1, 10**6, 500)
    _, lines = orders(text(*(line(str(i), paid=f"{n / 100:.2f}") for i, n in enumerate(cents))))
    assert lines["customer_paid"].mul(100).round().astype(int).sum() == cents.sum()


def test_a_sku_that_moved_to_another_style_is_said(make_shop, take_in):
    header = "sku,style\n"
    tables = {
        "products/1.csv": header + "a,S\nb,S\nc,T\n",
        "products/2.csv": header + "a,S\nb,T\nc,T\n",
        "order_lines": f"{HEADER}\n1,1,a,2026-05-01,1,sale,9\n",
    }
    intake, table = take_in(make_shop(tables))
    assert [
        (note.value, note.item, note.figures["names"][0])
        for note in intake.notes
        if note.id == "moved_skus"
    ] == [(1, "2.csv", "b")]
    assert table("products").set_index("sku")["style"].to_dict() == {"a": "S", "b": "T", "c": "T"}
