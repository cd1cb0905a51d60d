"""A shop in a real PostgreSQL gives the same panel to the cent as from its files; what goes wrong
on the way is said, and nothing is lost.

``make test-postgres`` starts the server. How many rows are streamed to see the memory:
POSTGRES_ROWS.
"""

import os
import re
import shutil
import subprocess
import sys
import threading
import time
from datetime import date, datetime
from pathlib import Path

import pandas as pd
import psutil
import pyarrow.parquet as pq
import pytest

from destock.intake.database import extracted
from destock.intake.shop import open_shop
from destock.model.messages import Fault
from destock.panel import panel
from destock.panel.book import open_book

pytest.importorskip("adbc_driver_postgresql", reason="make test-postgres installs it")
from tests.postgres.conftest import CANARY

ROOT = Path(__file__).parents[2]
DAYS = {"douyin": date(2026, 5, 20), "small": date(2026, 6, 7)}
COUNTS = ["rows_in", "used", "rejected", "skipped", "file_rows"]
DESTOCK = [
    sys.executable,
    "-c",
    "import sys; from destock.publish.cli import main; sys.exit(main())",
]


def destock(*arguments, cache: Path, **options) -> subprocess.Popen:
    environment = os.environ | {"DESTOCK_CACHE": str(cache), "TMPDIR": str(cache.parent)}
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen(
        [*DESTOCK, *map(str, arguments)], env=environment, cwd=ROOT, **streams, **options
    )


@pytest.fixture(scope="module", params=["douyin", "small"])
def two_homes(request, move, small_shop, tmp_path_factory):
    """The panel of a shop from its files and from the database, as folders."""
    shop, day = (
        ROOT / "tests/shops/douyin" if request.param == "douyin" else small_shop,
        DAYS[request.param],
    )
    places = []
    for folder in (shop, move(shop)):
        places.append(tmp_path_factory.mktemp("panel"))
        panel.build(open_shop(folder), day, places[-1], day)
    return places


def test_every_frame_is_the_same_to_the_cent(two_homes):
    for name in panel.FRAMES:
        one, other = (pd.read_parquet(place / f"{name}.parquet") for place in two_homes)
        pd.testing.assert_frame_equal(one, other, obj=name)
    assert len(pd.read_parquet(two_homes[1] / "sku_week.parquet")) > 0


def test_every_row_is_accounted_for(two_homes):
    files, tables = (pd.read_parquet(place / "rows.parquet") for place in two_homes)
    assert tables["file"].tolist() == [
        f"SHOP_DATABASE.{table}.parquet" for table in tables["table"]
    ]
    used = [frame.groupby("table")["used"].sum().to_dict() for frame in (files, tables)]
    assert used[0] == used[1]
    # the database has no older exports
    same = ~files["table"].eq("order_lines") | (files["table"].value_counts()["order_lines"] == 1)
    expected = files.loc[same].set_index("table")[COUNTS]
    pd.testing.assert_frame_equal(tables.set_index("table")[COUNTS].loc[expected.index], expected)


def shop_of(folder: Path, order_lines: str, more: str = "") -> Path:
    """A shop with one product in a file and its order lines in the database."""
    (folder / "products.csv").write_text("sku\n007\n", encoding="utf-8")
    text = (
        '[tables]\nproducts = "products.csv"\n[tables.order_lines]\ndatabase = "SHOP_DATABASE"\n'
        f"source = '''{order_lines}'''\n{more}"
    )
    (folder / "shop.toml").write_text(text, encoding="utf-8")
    return folder


ROW = (
    "'o1' AS order_id, '007' AS sku, timestamp '2026-05-04 10:00' AS ordered_at, 1 AS units, 'sale'"
    " AS kind, 9.90 AS customer_paid"
)


def test_every_type_comes_through_as_what_it_is(server, tmp_path, take_in):
    server.sql(
        """CREATE TYPE event AS ENUM ('sale', 'return'); CREATE DOMAIN amount AS numeric(12,2);
        CREATE TABLE typed (order_id uuid, line_id bigint, sku char(5),
            ordered_at timestamptz, shipped_at timestamp,
            units smallint, kind event,
            customer_paid amount, merchant_revenue numeric, merchant_discount real,
            channel varchar(9), creator name, location boolean);
        INSERT INTO typed VALUES ('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', 9007199254740993, '007',
            '2026-05-04 23:30:00+00', '2026-05-05 09:00:00', 2, 'sale',
            1234.50, 123456789012.3456, 0.5, '直播', 'me', true);
        GRANT SELECT ON typed TO reader"""
    )
    intake, table = take_in(shop_of(tmp_path, "typed", 'rename = { location = "location" }'))
    assert intake.rejects.empty
    row = table("order_lines").loc[0]
    assert row["order_id"] == "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"
    assert (row["line_id"], row["sku"], row["kind"], row["channel"], row["creator"]) == (
        "9007199254740993",
        "007",
        "sale",
        "直播",
        "me",
    )
    # the shop's zone
    assert (row["ordered_at"], row["shipped_at"]) == (
        datetime(2026, 5, 5, 7, 30),
        datetime(2026, 5, 5, 9),
    )
    assert (float(row["units"]), float(row["customer_paid"]), row["location"]) == (
        2,
        1234.5,
        "true",
    )
    assert (
        str(
            table("(SELECT CAST(merchant_revenue AS VARCHAR) AS exact FROM order_lines)").loc[
                0, "exact"
            ]
        )
        == "123456789012.3456"
    )


def test_what_is_no_value_is_a_reject_with_its_row(server, tmp_path, take_in):
    server.sql(
        """CREATE TABLE odd AS SELECT 'o' || n AS order_id, '007' AS sku,
            timestamp '2026-05-04 10:00' AS ordered_at, 1 AS units, 'sale' AS kind,
            n + 0.5 AS customer_paid FROM generate_series(1, 9) AS n;
        UPDATE odd SET customer_paid = 'NaN' WHERE order_id = 'o2';
        UPDATE odd SET customer_paid = 'Infinity' WHERE order_id = 'o3';
        UPDATE odd SET customer_paid = 1.23456 WHERE order_id = 'o4';
        UPDATE odd SET ordered_at = 'infinity' WHERE order_id = 'o5';
        UPDATE odd SET kind = 'gone' WHERE order_id = 'o6';
        UPDATE odd SET customer_paid = 1e20 WHERE order_id = 'o7';
        GRANT SELECT ON odd TO reader"""
    )
    intake, table = take_in(shop_of(tmp_path, "SELECT * FROM odd ORDER BY order_id -- by number"))
    rejects = intake.rejects.set_index("line")
    assert rejects["column"].to_dict() == {
        2: "customer_paid",
        3: "customer_paid",
        5: "ordered_at",
        6: "kind",
        7: "customer_paid",
    }
    assert set(rejects["file"]) == {"SHOP_DATABASE.order_lines.parquet"}
    assert all(f"o{line}," in raw for line, raw in rejects["raw"].items())
    assert table("order_lines")["order_id"].tolist() == ["o1", "o4", "o8", "o9"]
    assert [(note.id, note.value) for note in intake.notes] == [("rounded", 1)]


def test_numeric_comes_digit_by_digit(server):
    server.sql(
        """SELECT setseed(0.5); CREATE TABLE digits AS SELECT round(
            (random() * 10 ^ (random() * 30 - 10) * sign(random() - 0.5))::numeric,
            (random() * 12)::int) AS n
        FROM generate_series(1, 20000); GRANT SELECT ON digits TO reader"""
    )
    path = extracted("SHOP_DATABASE", {"stock": "SELECT n, n::text AS text FROM digits"})["stock"]
    found = pq.read_table(path).to_pandas()
    assert found["n"].tolist() == found["text"].tolist()
    assert found["n"].nunique() > 10_000


def test_types_that_are_not_read_are_named_all_at_once(server):
    source = (
        "SELECT 1 AS a, '{}'::jsonb AS b, ARRAY[1] AS c, '1.50'::money AS d, '\\x00'::bytea AS e,"
        " interval '1 day' AS f"
    )
    assert (
        fault_of({"stock": source})
        == "SHOP_DATABASE: stock has columns of types that are not read: b (jsonb), c (_int4), d"
        ' (money), e (bytea), f (interval); leave them out, or cast them, in source = "SELECT …"'
    )


def fault_of(selected: dict[str, str], *secrets: str) -> str:
    with pytest.raises(Fault) as fault:
        extracted("SHOP_DATABASE", selected)
    said = str(fault.value)
    assert fault.value.exit_code == 3
    assert "\n" not in said
    assert not [secret for secret in (CANARY, "127.0.0.1", "reader", *secrets) if secret in said]
    return said


def test_rows_that_are_lost_on_the_way_are_noticed():
    """A source that gives other rows each time it is asked looks like a stream that lost some."""
    said = fault_of({"stock": "SELECT n FROM generate_series(1, 1000) AS n WHERE random() < 0.5"})
    assert re.fullmatch(r"SHOP_DATABASE: \d+ rows of stock were counted, \d+ came", said)


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("sales.gone", 'relation "sales.gone" does not exist'),
        ("SELECT gone FROM pg_class", 'column "gone" does not exist'),
        ("SELECT 1 / (relpages - relpages) FROM pg_class", "division by zero"),
        ("pg_authid", "permission denied for table pg_authid"),
        ("SELECT 1; DROP TABLE pg_class", 'syntax error at or near ";"'),
        ("SELECT nextval('counter')", "cannot execute nextval() in a read-only transaction"),
    ],
)
def test_what_cannot_be_read_is_said_in_the_servers_words(server, source, reason):
    server.sql("CREATE SEQUENCE IF NOT EXISTS counter; GRANT USAGE ON SEQUENCE counter TO reader")
    assert fault_of({"stock": source}) == f"SHOP_DATABASE: stock cannot be read ({reason})"


def test_a_missing_column_is_said_as_of_a_file(tmp_path, take_in):
    with pytest.raises(
        Fault, match=r'no column "paid" for order_lines\.customer_paid; it has: order_id'
    ) as fault:
        take_in(shop_of(tmp_path, f"SELECT {ROW}", 'rename = { customer_paid = "paid" }'))
    assert fault.value.exit_code == 3


def test_an_empty_table_is_said(server, tmp_path, take_in):
    with pytest.raises(Fault, match=r"SHOP_DATABASE\.order_lines\.parquet: has no rows"):
        take_in(shop_of(tmp_path, f"SELECT {ROW} WHERE false"))


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (CANARY, "wrong-91c2", 'password authentication failed for user "…"'),
        ("/postgres", "/none-91c2", 'database "…" does not exist'),
    ],
)
def test_a_server_that_refuses_is_not_asked_again(server, monkeypatch, old, new, reason):
    monkeypatch.setenv("SHOP_DATABASE", server.address.replace(old, new))
    before = server.log.count("FATAL")
    assert (
        fault_of({"stock": "pg_class"}, new)
        == f"SHOP_DATABASE: no connection to this database ({reason})"
    )
    assert server.log.count("FATAL") == before + 1


def test_a_server_that_is_back_at_the_third_try_is_read(server):
    server.kill()
    back = threading.Timer(1.5, server.start)
    back.start()
    try:
        assert (
            pq.read_table(
                extracted("SHOP_DATABASE", {"stock": "SELECT 1 AS a, 'back' AS b"})["stock"]
            ).num_rows
            == 1
        )
    finally:
        back.join()


def test_a_server_that_is_not_there_is_tried_three_times(server, monkeypatch):
    pauses = []
    monkeypatch.setattr(time, "sleep", pauses.append)
    monkeypatch.setenv("SHOP_DATABASE", server.address.replace(f":{server.port}", ":1"))
    assert (
        fault_of({"stock": "pg_class"})
        == "SHOP_DATABASE: no connection to this database (Connection refused)"
    )
    assert [int(pause) for pause in pauses] == [1, 2]


def test_all_tables_are_of_one_moment(server):
    server.sql("CREATE TABLE later (n int); GRANT SELECT ON later TO reader")
    slow = "SELECT 1 AS n FROM (SELECT pg_sleep(1)) AS slowly"

    def add_meanwhile():
        while "slowly" not in server.sql(
            "SELECT query FROM pg_stat_activity WHERE usename = 'reader'"
        ):
            time.sleep(0.05)
        server.sql("INSERT INTO later VALUES (1)")

    adding = threading.Thread(target=add_meanwhile)
    adding.start()
    paths = extracted("SHOP_DATABASE", {"products": slow, "stock": "later"})
    adding.join()
    assert server.sql("SELECT count(*) FROM later") == "1"
    assert pq.read_metadata(paths["stock"]).num_rows == 0


def test_unchanged_rows_have_the_same_fingerprint_and_changed_ones_another(
    server, tmp_path, monkeypatch
):
    server.sql(
        "CREATE TABLE stays AS SELECT n FROM generate_series(1, 200000) AS n; GRANT SELECT ON stays"
        " TO reader"
    )
    shop = open_shop(shop_of(tmp_path, "stays"))
    prints = []
    for command in ("one", "two", "three"):
        monkeypatch.setenv("DESTOCK_BATCH", str(tmp_path / command))
        (tmp_path / command).mkdir()
        if command == "three":
            server.sql("UPDATE stays SET n = 0 WHERE n = 1")
        prints.append(shop.fingerprint())
    assert sorted(prints[0]) == ["SHOP_DATABASE.order_lines.parquet", "products.csv", "shop.toml"]
    assert prints[0] == prints[1] != prints[2]


def test_a_process_reads_a_database_once_and_another_one_under_the_same_name_anew(
    server, tmp_path, monkeypatch
):
    server.sql("CREATE DATABASE other")
    shop = open_shop(shop_of(tmp_path, "SELECT current_database() AS here"))
    here = shop.files("order_lines")
    assert shop.files("order_lines") == here
    monkeypatch.setenv("SHOP_DATABASE", server.address.replace("/postgres", "/other"))
    assert pq.read_table(shop.files("order_lines")[0])["here"].to_pylist() == ["other"]


@pytest.fixture(scope="module")
def reported(move, tmp_path_factory):
    """A pack of the shop in the database, and all that was said while it was made."""
    place = tmp_path_factory.mktemp("reported")
    shop = move(Path(shutil.copytree(ROOT / "tests/shops/douyin", place / place.name)))
    run = destock("report", shop, "--out", place / "pack", cache=place / "cache")
    said = "".join(run.communicate())
    assert run.returncode == 0, said
    return shop, place, said


def test_a_pack_reads_the_database_once_and_leaves_no_rows_of_it_behind(reported, server):
    """Eight processes make it."""
    _, place, _ = reported
    assert server.log.count(f'COPY (SELECT * FROM "{place.name}".order_lines') == 1
    assert list(place.glob("destock-*")) == []


def test_no_secret_is_in_a_pack_in_what_is_kept_or_in_what_is_said(reported, server):
    _, place, said = reported
    texts = [said.encode(), *(path.read_bytes() for path in place.rglob("*") if path.is_file())]
    assert len(texts) > 50
    assert not [
        text[:80]
        for text in texts
        for secret in (CANARY, server.address, f"127.0.0.1:{server.port}", "reader:")
        if secret.encode() in text
    ]
    assert b"SHOP_DATABASE.order_lines.parquet" in (place / "pack" / "run.json").read_bytes()


def test_a_server_that_dies_while_its_rows_are_read_ends_in_3_and_the_last_pack_stays(
    reported, server, tmp_path
):
    shop, place, _ = reported
    before = {path: path.read_bytes() for path in (place / "pack").rglob("*") if path.is_file()}
    text = (shop / "shop.toml").read_text(encoding="utf-8")
    slow = (
        "source = 'SELECT * FROM \"reported0\".stock CROSS JOIN generate_series(1, 3000000) AS n'"
    )
    (shop / "shop.toml").write_text(
        text.replace("source = '\"reported0\".stock'", slow), encoding="utf-8"
    )
    run = destock("report", shop, "--out", place / "pack", cache=tmp_path / "cache")
    while not [
        part
        for part in tmp_path.glob("destock-*/extract-*.part/*.stock.parquet")
        if part.stat().st_size > 1000
    ]:
        assert run.poll() is None, run.communicate()
        time.sleep(0.05)
    server.kill()
    try:
        _, said = run.communicate(timeout=60)
    finally:
        server.start()
        (shop / "shop.toml").write_text(text, encoding="utf-8")
    assert run.returncode == 3, said
    assert said.startswith("destock: SHOP_DATABASE: stock cannot be read (")
    assert said.count("\n") == 1
    assert CANARY not in said
    assert {
        path: path.read_bytes() for path in (place / "pack").rglob("*") if path.is_file()
    } == before
    assert list(tmp_path.glob("destock-*")) == []


STREAM = """import psutil, sys
from destock.intake.database import _driver, extracted
print(_driver() and psutil.Process().memory_info().rss, flush=True)
extracted("SHOP_DATABASE", {"order_lines": sys.argv[1]})"""


def peak(count: int) -> float:
    """The most memory in MB, over that at the start, in which so many rows are streamed."""
    rows = f"""SELECT n AS order_id, md5(n::text) AS sku, now() AS ordered_at, 1 AS units,
        'sale' AS kind, n / 100.0 AS customer_paid
        FROM generate_series(1, {count}) AS n"""
    with subprocess.Popen(
        [sys.executable, "-c", STREAM, rows], stdout=subprocess.PIPE
    ) as streaming:
        start, process, most = int(streaming.stdout.readline()), psutil.Process(streaming.pid), 0
        while streaming.poll() is None:
            most = max(most, process.memory_info().rss)
            time.sleep(0.005)
    assert streaming.returncode == 0
    return (most - start) / 1e6


def test_many_rows_need_no_more_memory_than_some(capsys):
    many = int(os.environ.get("POSTGRES_ROWS", 3_000_000))
    some = peak(many // 3)
    most = peak(many)
    with capsys.disabled():
        print(
            f"\n{many:,} rows streamed: {most:.0f} MB at the most over the start; a third of them:"
            f" {some:.0f} MB"
        )
    assert most < some + 50


def test_check_reads_it_too(reported):
    shop, place, _ = reported
    run = destock("check", shop, cache=place / "cache")
    said = "".join(run.communicate())
    assert run.returncode == 0
    assert "order_lines (SHOP_DATABASE.order_lines.parquet, read as parquet): " in said


def test_a_notebook_alone_opens_the_same_book(reported, monkeypatch):
    shop, place, _ = reported
    monkeypatch.setenv("DESTOCK_CACHE", str(place / "cache"))
    book = open_book(shop)
    assert book.folder.is_dir(), "unchanged rows: what the pack computed is kept"
