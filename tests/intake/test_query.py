"""The shop's own SQL: its files are inputs, its rows know their line, what fails on a row rejects
the row, and nothing else can be read.
"""

import hashlib
import json
from dataclasses import replace

import pandas as pd
import pytest

from destock import engine
from destock.intake.cells import grammar
from destock.intake.named import bring_in
from destock.intake.query import FAILED, LINE, followed
from destock.intake.shop import open_shop
from destock.model.messages import Fault

PRODUCTS = "sku,style\nA,S\n"
ITEMS = "ono,item,sku,price\n1,1,A,10\n1,2,B,20\n2,1,A,10\n3,1,B,20\n"
HEADERS = "ono,day\n1,2026-05-04 10:00:00\n2,2026-05-05 10:00:00\n3,2026-05-06 10:00:00\n"
SELECT = (
    "SELECT i.ono AS order_id, item AS line_id, sku, day AS ordered_at, 1 AS units, 'sale' AS kind,"
    " price AS customer_paid FROM source i"
)
PLAIN = "order_id,line_id,sku,ordered_at,units,kind,customer_paid\n"


@pytest.fixture
def joined(make_shop, take_in):
    """A shop whose order lines are joined with what stands in further files; ``before`` is done in
    its folder first.
    """

    def take(join, files=None, **entry):
        folder = make_shop(
            {"products": PRODUCTS, "order_lines": ITEMS},
            tables={"order_lines": {"query": f"{SELECT} {join}"} | entry},
        )
        for name, content in ({"headers.csv": HEADERS} | (files or {})).items():
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text(content, encoding="utf-8")
        return folder, lambda: take_in(folder)

    return take


@pytest.mark.parametrize(
    "join",
    [
        "JOIN read_csv('headers.csv', all_varchar = true) h ON h.ono = i.ono",
        "JOIN read_csv_auto(['headers.csv'], all_varchar := true, delim = ',') h USING (ono)",
        "JOIN 'headers.csv' ON headers.ono::VARCHAR = i.ono",
        "JOIN headers.csv h ON h.ono::VARCHAR = i.ono",
        "JOIN (SELECT * FROM read_csv('head*.csv')) h ON h.ono = i.ono::INT",
        (
            "JOIN read_csv('./headers.csv', filename = true) h ON h.ono = i.ono::INT AND filename"
            " LIKE '%headers.csv'"
        ),
        "LEFT JOIN read_csv('headers.csv', filename = 'whence') h ON h.ono = i.ono::INT",
        ", read_csv('headers.csv') WHERE read_csv.ono = i.ono::INT",
    ],
)
def test_a_file_that_the_sql_names_is_read_from_anywhere_hashed_and_counted(
    joined, join, tmp_path, monkeypatch
):
    folder, take = joined(join)
    monkeypatch.chdir(tmp_path)
    intake, table = take()
    assert table("order_lines")["ordered_at"].dt.day.tolist() == [4, 4, 5, 6]
    row = intake.rows[intake.rows["file"] == "headers.csv"].iloc[0]
    assert row[["table", "rows_in", "used", "rejected", "read_as"]].tolist() == [
        "order_lines",
        3,
        3,
        0,
        "SQL",
    ]
    assert (
        open_shop(folder).fingerprint()["headers.csv"]
        == hashlib.sha256(HEADERS.encode()).hexdigest()
    )


def test_several_further_files_are_counted_each(joined):
    halves = {
        "heads/1.csv": HEADERS[:30],
        "heads/2.csv": "ono,day\n" + HEADERS[30:],
        "headers.csv": "ono,day\n",
    }
    folder, take = joined("JOIN read_csv('heads/*.csv') h ON h.ono = i.ono::INT", halves)
    intake, _ = take()
    assert intake.rows.set_index("file")["rows_in"].to_dict() == {
        "products.csv": 1,
        "order_lines.csv": 4,
        "1.csv": 1,
        "2.csv": 2,
    }
    assert {"heads/1.csv", "heads/2.csv"} < set(open_shop(folder).fingerprint())


def test_an_expression_and_a_filter_may_read_a_further_file(make_shop, take_in):
    entry = {
        "columns": {
            "customer_paid": "CAST(units AS INT) * (SELECT max(price) FROM 'prices_of_all.csv')"
        },
        "where": "sku IN (FROM 'sold.parquet')",
    }
    folder = make_shop(
        {
            "products": PRODUCTS,
            "order_lines": PLAIN + "1,1,A,2026-05-04,2,sale,0\n2,1,B,2026-05-04,2,sale,0\n",
        },
        tables={"order_lines": entry},
    )
    (folder / "prices_of_all.csv").write_text("price\n7\n")
    pd.DataFrame({"sku": ["A"]}).to_parquet(folder / "sold.parquet")
    intake, table = take_in(folder)
    assert table("order_lines")["customer_paid"].astype(float).tolist() == [14]
    assert intake.rows["file"].tolist() == [
        "products.csv",
        "order_lines.csv",
        "prices_of_all.csv",
        "sold.parquet",
    ]
    assert {"prices_of_all.csv", "sold.parquet"} < set(open_shop(folder).fingerprint())


def test_rows_of_the_file_that_made_no_row_are_named(joined):
    _, take = joined(
        "JOIN read_csv('headers.csv') h ON h.ono = i.ono::INT", {"headers.csv": HEADERS[:-22]}
    )
    intake, table = take()
    assert float(table("order_lines")["customer_paid"].sum()) == 40
    note = next(note for note in intake.notes if note.id == "unmade_rows")
    assert {name: value for name, (value, _) in note.figures.items()} == {
        "n": 1,
        "file": "order_lines.csv",
        "table": "order_lines",
        "lines": "5",
    }


ROWS = "SELECT units AS u, sku FROM source"
SHAPES = {
    ROWS: True,
    "FROM source": True,
    "SELECT * EXCLUDE (kind) FROM source WHERE sku <> 'A' LIMIT 3": True,
    f"{ROWS} UNION ALL SELECT kind, sku FROM source s WHERE units > 1": True,
    f"WITH a AS ({ROWS}), b AS (SELECT u * 2 AS v FROM a) SELECT v FROM b": True,
    f"SELECT q.u FROM ({ROWS}) AS q LEFT JOIN range(3) r(n) ON r.n = q.u": True,
    "SELECT row_number() OVER () AS n, unnest([1, 2]) AS m FROM source": True,
    "SELECT DISTINCT ON (sku) sku, units FROM source": True,
    "SELECT sku, (SELECT max(units) FROM source) AS most FROM source": False,
    "SELECT a.sku FROM source a JOIN source b USING (sku)": False,
    "SELECT sku FROM source WHERE sku IN (SELECT sku FROM source WHERE units > 1)": False,
    "SELECT sku, sum(units) AS u FROM source GROUP BY sku": None,
    "SELECT sku, sum(units) AS u FROM source GROUP BY ALL": None,
    "SELECT max(units) AS u FROM source": None,
    "SELECT DISTINCT sku FROM source": None,
    f"{ROWS} UNION {ROWS}": None,
    f"{ROWS} EXCEPT {ROWS}": None,
    "SELECT x FROM source AS s(x)": None,
    "PIVOT source ON sku IN ('A', 'B') USING sum(units)": None,
    "SELECT 'x' AS _line, sku FROM source": True,
    "SELECT 1 AS a": None,
    "SELECT s.sku FROM range(2) r(n) LEFT JOIN source s ON s.units = r.n": None,
    "SELECT s.sku FROM range(2) r(n) JOIN source s ON s.units = r.n": True,
    "WITH source AS (SELECT 1 AS x) SELECT x FROM source": None,
}


@pytest.fixture
def con(tmp_path):
    opened = engine.start((), tmp_path)
    opened.execute(
        "CREATE TABLE source AS SELECT n + 2 AS _line, chr(CAST(65 + n % 2 AS INT)) AS sku, n AS"
        " units, 'sale' AS kind FROM range(5) t(n)"
    )
    yield opened
    opened.close()


@pytest.mark.parametrize(("sql", "whole"), SHAPES.items())
def test_a_query_is_followed_where_each_row_comes_from_one(con, sql, whole):
    """The same columns and rows as before, each with a line of the file; nothing is claimed of any
    other query.
    """
    ways = followed(con, sql)
    assert [way.whole for way in ways] == ([] if whole is None else [whole] * 2)
    before = con.sql(f"FROM ({sql})").df()
    for way in ways:
        after = con.sql(f"FROM ({way.sql})").df()
        assert sql.startswith("SELECT 'x'") or after[LINE].between(2, 6).all()
        names = [name for name in before if name != LINE]
        pd.testing.assert_frame_equal(
            *(frame[names].sort_values(names, ignore_index=True) for frame in (before, after))
        )
        assert FAILED not in after or after[FAILED].isna().all()


def test_a_query_that_does_not_keep_line_names_the_files_own_line(make_shop, take_in):
    rows = (
        PLAIN
        + "1,1,A,2026-05-04,1,sale,10\n" * 0
        + "1,1,A,2026-05-04,x,fee,10\n2,1,A,2026-05-04,1,sale,10\n3,1,A,2026-05-04,z,sale,10\n"
    )
    query = (
        "WITH kept AS (SELECT * EXCLUDE (_line) FROM source WHERE kind = 'sale') SELECT order_id,"
        " line_id, sku, ordered_at, units, kind, customer_paid FROM kept"
    )
    intake, _ = take_in(
        make_shop(
            {"products": PRODUCTS, "order_lines": rows}, tables={"order_lines": {"query": query}}
        )
    )
    assert intake.rejects[["line", "value"]].to_numpy().tolist() == [[4, "z"]]


# (12) an expression that fails on one row

FAILING = PLAIN + "".join(
    f"{n},1,A,2026-05-04,{units},sale,{paid}\n"
    for n, (units, paid) in enumerate([(2, 10), (0, 10), (4, "ten"), (5, 10)], 1)
)
EXPRESSIONS = {
    "columns": {"columns": {"customer_paid": "CAST(customer_paid AS INT) // CAST(units AS INT)"}},
    "modulo": {"columns": {"customer_paid": "100 % units::INT + customer_paid::INT"}},
    "query": {
        "query": "SELECT * REPLACE (customer_paid::INT // units::INT AS customer_paid) FROM source"
    },
    "query by name": {
        "query": (
            "SELECT order_id, line_id, sku, ordered_at, units, kind, customer_paid::INT //"
            " units::INT AS customer_paid FROM source"
        )
    },
    "common table": {
        "query": (
            "WITH c AS (SELECT *, customer_paid::INT // units::INT AS each FROM source) SELECT"
            " order_id, line_id, sku, ordered_at, units, kind, each AS customer_paid FROM c"
        )
    },
    "two branches": {
        "query": (
            "SELECT order_id, line_id, sku, ordered_at, units, 'sale' AS kind, customer_paid::INT"
            " // units::INT AS customer_paid FROM source UNION ALL SELECT order_id, line_id, sku,"
            " ordered_at, units, 'return', '1' FROM source WHERE false"
        )
    },
    "filter": {"where": "customer_paid::INT // units::INT > 0"},
    "filter of a query": {
        "query": "SELECT * FROM source WHERE customer_paid::INT % units::INT >= 0"
    },
    "expression over a query": {
        "query": "SELECT * FROM source",
        "columns": {"customer_paid": "customer_paid::INT // units::INT"},
    },
}


@pytest.mark.parametrize("kind", EXPRESSIONS)
def test_an_expression_that_fails_on_a_row_rejects_that_row(make_shop, take_in, kind):
    intake, table = take_in(
        make_shop(
            {"products": PRODUCTS, "order_lines": FAILING},
            tables={"order_lines": EXPRESSIONS[kind]},
        )
    )
    assert table("order_lines")["order_id"].tolist() == ["1", "4"]
    assert intake.rejects[["line", "rule"]].to_numpy().tolist() == [
        [3, grammar.FAILS],
        [4, grammar.FAILS],
    ]


def test_an_expression_that_fails_on_every_row_is_wrong_by_itself(make_shop, take_in):
    for entry in (
        {"columns": {"units": "units::INT // 0"}},
        {"query": "SELECT * REPLACE (units::INT % 0 AS units) FROM source"},
    ):
        folder = make_shop(
            {
                "products": PRODUCTS,
                "order_lines": PLAIN + "1,1,A,2026-05-04,1,sale,1\n2,1,A,2026-05-04,1,sale,1\n",
            },
            tables={"order_lines": entry},
        )
        with pytest.raises(Fault, match=r"shop.toml \[tables.order_lines\] .*zero"):
            take_in(folder)


@pytest.mark.parametrize(
    "said",
    [
        {"columns": {"customer_paid": 'amount("price")'}},
        {"columns": {"customer_paid": 'AMOUNT ("price")'}},
        {"columns": {"customer_paid": '"price".amount()'}},
        {"columns": {"customer_paid": '\namount("price")'}},
        {"rename": {"customer_paid": "price"}, "where": 'amount("price") > 0'},
        {"query": 'SELECT * REPLACE (1 AS units), amount("price") AS customer_paid FROM source'},
    ],
)
def test_a_text_is_read_as_the_table_writes_it_wherever_sql_stands(make_shop, take_in, said):
    lines = PLAIN.replace("customer_paid", "price") + "1,1,A,2026-05-04,1,sale,1.200 €\n"
    shop = {"products": PRODUCTS, "order_lines": lines}
    entry = {"number_format": "1.234,50", "equal_rows": "separate"} | said
    shop = make_shop(shop, currency="EUR", tables={"order_lines": entry})
    assert take_in(shop)[1]("order_lines")["customer_paid"].tolist() == [1200]


def test_an_expression_that_is_null_does_not_fail(make_shop, take_in):
    entry = {
        "columns": {
            "line_id": "nullif(line_id, '1')",
            "channel": "CASE WHEN units = '1' THEN NULL ELSE 10 // units::INT END",
        }
    }
    intake, table = take_in(
        make_shop(
            {"products": PRODUCTS, "order_lines": PLAIN + "1,1,A,2026-05-04,1,sale,1\n"},
            tables={"order_lines": entry},
        )
    )
    assert len(table("order_lines")) == 1
    assert intake.rejects.empty


# (17) what is read is what is named

ELSEWHERE = (
    "/etc/hostname",
    "/proc/self/environ",
    "/proc/self/status",
    "shop.toml",
    "{tmp}/beside/secret.csv",
    "../../beside/secret.csv",
    "{tmp}/a.csv",
    "{tmp}/spilled/a.csv",
    "https://x.example/a.csv",
    "s3://x/a.parquet",
    "*.toml",
    "../*/*.csv",
    "link.csv",
)
ATTACKS = [
    *(
        f"SELECT * FROM {call}"
        for name in ELSEWHERE
        for call in (f"read_csv('{name}')", f"'{name}'", f"read_text('{name}')")
    ),
    "SELECT * FROM glob('*')",
    "SELECT * FROM read_blob('products.csv')",
    "SELECT * FROM read_csv('produ' || 'cts.csv')",
    "SELECT * FROM query('FROM ''/etc/hostname''')",
    "SELECT * FROM sniff_csv('products.csv')",
    "SELECT * FROM duckdb_settings()",
    "SELECT * FROM (DESCRIBE '/etc/hostname')",
    "SELECT * FROM (SUMMARIZE 'shop.toml')",
    "SELECT *, (SELECT content FROM read_text('shop.toml')) FROM source",
    "SELECT * FROM source WHERE EXISTS (FROM '/proc/self/environ')",
    "TABLE '/etc/hostname'",
    "SELECT * FROM json_execute_serialized_sql('x')",
    "SELECT * FROM parquet_metadata('products.csv')",
    "SELECT * FROM query_table('/etc/hostname')",
    "COPY (SELECT 1) TO 'out.csv'",
    "SELECT * FROM source; COPY source TO 'out.csv'",
    "WITH x AS (INSERT INTO products VALUES (1) RETURNING 1) SELECT * FROM x",
    "SELECT * FROM 'x.duckdb'",
]


@pytest.fixture
def besieged(make_shop, tmp_path):
    """A shop whose orders lie in another folder, beside a secret, with a link out of its own; the
    key that holds its SQL is to be set.
    """
    beside = tmp_path / "beside"
    beside.mkdir()
    (beside / "orders.csv").write_text(PLAIN + "1,1,A,2026-05-04,1,sale,1\n")
    for secret in (beside / "secret.csv", tmp_path / "a.csv"):
        secret.write_text("secret\n1\n")
    folder = make_shop(
        {"products": PRODUCTS}, tables={"order_lines": {"source": str(beside / "orders.csv")}}
    )
    (folder / "link.csv").symlink_to("/etc/hostname")
    return folder


def test_the_sql_reads_what_is_named_in_the_shops_folder_and_nothing_beside(
    besieged, tmp_path, con
):
    shop, before = open_shop(besieged), sorted(besieged.rglob("*"))
    for attack in ATTACKS:
        sql = attack.replace("{tmp}", str(tmp_path))
        for key in (
            {"query": sql},
            {"columns": {"reason": f"(SELECT count(*)::VARCHAR FROM ({sql}))"}},
            {"where": f"EXISTS ({sql})"},
        ):
            with pytest.raises(Fault) as caught:
                bring_in(
                    con,
                    replace(shop.sources["order_lines"][0], **key),
                    shop.folder,
                    shop.elsewhere(),
                )
            assert str(caught.value).startswith("shop.toml [tables.order_lines]"), sql
            assert (caught.value.exit_code, "\n" in str(caught.value)) == (3, False)
    assert sorted(besieged.rglob("*")) == before


@pytest.mark.parametrize(
    "sql",
    [
        f"FROM read_csv('{name}')"
        for name in ("/proc/self/environ", "{tmp}/beside/secret.csv", "shop.toml")
    ],
)
def test_neither_the_door_nor_the_fingerprint_opens_what_is_not_the_shops(
    besieged, tmp_path, take_in, sql
):
    text = (besieged / "shop.toml").read_text()
    stock = json.dumps(sql.replace("{tmp}", str(tmp_path)))
    (besieged / "shop.toml").write_text(
        text.replace(
            "tables = {", f'tables = {{ stock = {{ source = "products.csv", query = {stock} }},'
        )
    )
    for reach in (take_in, lambda place: open_shop(place).fingerprint()):
        with pytest.raises(Fault, match=r"^shop.toml \[tables.stock\] query: "):
            reach(besieged)


def test_a_file_that_is_not_there_is_named(joined):
    _, take = joined("JOIN read_csv('header.csv') h USING (ono)")
    with pytest.raises(Fault, match=r"“header\.csv” is not there"):
        take()


def test_the_engine_itself_reads_no_file_beside_the_named(tmp_path):
    for name in ("named.csv", "other.csv"):
        (tmp_path / name).write_text("a\n1\n")
    con = engine.start({tmp_path / "named.csv"}, tmp_path)
    assert engine.rows(con, f"FROM read_csv('{tmp_path}/named.csv')") == [(1,)]
    for sql in (
        "FROM read_csv('{0}/other.csv')",
        "FROM glob('{0}/*')",
        "COPY (SELECT 1) TO '{0}/out.csv'",
        "COPY (SELECT 1) TO '{0}/named.csv'",
    ):
        with pytest.raises(engine.EngineError):
            engine.rows(con, sql.format(tmp_path))
    con.close()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["named.csv", "other.csv"]
