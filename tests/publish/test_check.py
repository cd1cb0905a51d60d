"""The first thing a new user runs: what is in the tables, what is wrong, what they allow."""

import json
import os
import shutil
import subprocess
import sys
import time
from datetime import date

import pytest

from destock.intake.cells.grammar import UNREADABLE
from destock.model.folders import ROOT
from destock.model.messages import Fault
from destock.pages import open_page
from destock.panel import book
from destock.publish import check
from destock.publish.opening import opened

HEADER = "order_id,sku,ordered_at,units,kind,customer_paid\n"
GOOD = HEADER + "1,A,2026-06-01,1,sale,10\n2,A,2026-06-02,2,sale,20\n"
PRODUCTS = "sku,unit_cost,tag_price\nA,4,20\n"
TODAY = date(2026, 6, 7)
CHECK = check.check


def ids(found):
    return {finding.id for finding in found.findings} - {"missing_table"}


def test_a_sound_shop_is_told_how_fresh_it_is_and_what_it_lacks(make_shop, tmp_path):
    found = check.check(make_shop({"products": PRODUCTS, "order_lines": GOOD}), TODAY, tmp_path)
    page = "\n".join(found.lines())
    assert "order_lines (order_lines.csv, read as utf-8, ','): 2 rows, 2 used" in page
    assert "Jun 2, 2026, 5 days ago" in page
    assert "Page “Sell-through”: as far as it goes without purchases" in page
    assert page.count("It would add") == 6
    assert ids(found) == {"last_event"}
    assert list(tmp_path.iterdir()) == []


def test_a_shop_without_order_lines_is_checked_too(tmp_path):
    found = check.check(ROOT / "tests" / "shops" / "snapshot", TODAY, tmp_path)
    assert set(found.intake.rows["table"]) >= {"products", "snapshot"}


def test_the_door_alone_starts_without_what_only_reports_need():
    code = (
        "import sys; from destock.publish import check; print(*{name.split('.')[0] for name in"
        " sys.modules})"
    )
    loaded = set(
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        ).stdout.split()
    )
    assert loaded & {
        "duckdb",
        "nbconvert",
        "nbformat",
        "papermill",
        "statsmodels",
        "scipy",
        "matplotlib",
    } == {"duckdb"}


def test_no_panel_is_built(make_shop, tmp_path, monkeypatch):
    monkeypatch.setattr(book, "build", None)
    monkeypatch.setenv("DESTOCK_CACHE", str(tmp_path / "cache"))
    check.check(make_shop({"products": PRODUCTS, "order_lines": GOOD}), TODAY, tmp_path)
    assert not (tmp_path / "cache").exists()


def test_every_reject_is_written_down_and_the_page_shows_the_first(make_shop, tmp_path):
    rows = "".join(f"{n},A,2026-06-01,x,sale,1\n" for n in range(30))
    shop = make_shop({"products": PRODUCTS, "order_lines": GOOD + rows + "torn\n"})
    found = check.check(shop, TODAY, tmp_path)
    written = (tmp_path / f"{shop.name}-rejects.csv").read_text(encoding="utf-8-sig").splitlines()
    assert len(written) == 1 + 31
    assert (
        '"order_lines","order_lines.csv",4,"units","not a number of at most 3'
        ' decimals","x","0,A,2026-06-01,x,sale,1"' in written
    )
    assert sum(line.startswith("order_lines.csv:") for line in found.lines()) == check.SHOWN
    with pytest.raises(Fault) as caught:
        check.refuse_over_limit(found.intake.rows)
    assert caught.value.exit_code == 4


@pytest.fixture
def reports(monkeypatch, tmp_path):
    """Where rejects are written that nobody gave a folder."""
    monkeypatch.setattr(
        check, "check", lambda place, today, out=None: CHECK(place, today, tmp_path)
    )
    return tmp_path


def test_the_page_is_read_before_the_refusal(make_shop, reports):
    said = check.told(
        str(make_shop({"products": PRODUCTS, "order_lines": HEADER + "1,A,soon,1,sale,10\n"})),
        str(reports),
        "en",
        False,
        None,
    )
    assert f'order_lines.csv:2 column "ordered_at": "soon" ({UNREADABLE["time"]})' in said["lines"]
    assert "1 of 1 rows are rejected" in said["refused"]


def test_a_refusal_names_files_rows_and_rule_and_leaves_the_list(make_shop, reports):
    rows = {
        "1": "1,A,soon,1,sale,10\n2,A,later,1,sale,10\n",
        "2": "3,A,2026-06-01,x,sale,10\n",
        "3": "4,A,2026-06-01,1,sale,10\n",
    }
    shop = make_shop(
        {"products": PRODUCTS}
        | {f"order_lines/{name}.csv": HEADER + text for name, text in rows.items()}
    )
    with pytest.raises(Fault) as caught:
        opened({"shop": str(shop), "as_of": "2026-06-07", "lang": "en", "settings": {}}, None)
    assert (caught.value.exit_code, "\n" in str(caught.value)) == (4, False)
    for part in (
        "3 of 4 rows",
        "1.csv: 2 rows, 2.csv: 1 rows",
        f"{UNREADABLE['time']} (2 rows)",
        f"{shop.name}-rejects.csv",
    ):
        assert part in str(caught.value)
    assert (
        len((reports / f"{shop.name}-rejects.csv").read_text(encoding="utf-8-sig").splitlines())
        == 1 + 3
    )
    assert check.told(str(shop), str(reports), "en", False, None)["refused"] == str(caught.value)


def test_where_no_row_can_be_used_the_list_is_left_too(make_shop, reports):
    shop = make_shop({"products": PRODUCTS, "order_lines": HEADER + "1,A,soon,1,sale,10\n"})
    with pytest.raises(
        Fault, match=r"no row can be used.* order_lines\.csv: 1 rows; most often: not a time"
    ) as caught:
        opened({"shop": str(shop), "as_of": None, "lang": "en", "settings": {}}, None)
    assert caught.value.exit_code == 4
    assert [path.name for path in reports.glob("*.csv")] == [f"{shop.name}-rejects.csv"]


def test_a_refusal_stays_one_where_its_list_cannot_be_written(make_shop, reports, monkeypatch):
    (reports / "file").write_text("")
    shop = make_shop({"products": PRODUCTS, "order_lines": HEADER + "1,A,soon,1,sale,10\n"})
    monkeypatch.setattr(check, "check", lambda place, today: CHECK(place, today, reports / "file"))
    with pytest.raises(Fault, match=r"no row can be used.* cannot write to") as caught:
        opened({"shop": str(shop), "as_of": None, "lang": "en", "settings": {}}, None)
    assert caught.value.exit_code == 4


def two_shops(make_shop, tmp_path, one="a/shop", other="b/shop"):
    """Two folders that have one name for their packs, one with three rejected rows and one with
    one.
    """
    places = []
    for name, bad in ((one, 3), (other, 1)):
        made = make_shop({"products": PRODUCTS, "order_lines": GOOD + "3,A,soon,1,sale,10\n" * bad})
        places.append(shutil.move(made, tmp_path / "shops" / name))
    return places


@pytest.mark.parametrize("names", [("a/shop", "b/shop"), ("a b", "a-b")])
def test_two_shops_of_one_name_keep_their_rejects_apart(make_shop, tmp_path, names):
    for name in names:
        (tmp_path / "shops" / name).parent.mkdir(parents=True, exist_ok=True)
    one, other = two_shops(make_shop, tmp_path, *names)
    out = tmp_path / "reports"
    first, second = (check.check(shop, TODAY, out).rejects for shop in (one, other))
    assert (len(first.read_text().splitlines()), len(second.read_text().splitlines())) == (4, 2)
    assert first.name == f"{names[0].rpartition('/')[2].replace(' ', '-')}-rejects.csv"
    (other / "order_lines.csv").write_text(GOOD)
    assert check.check(other, TODAY, out).rejects is None
    assert (first.exists(), second.exists()) == (True, False)
    assert check.check(one, TODAY, out).rejects == first
    (one / "order_lines.csv").write_text(GOOD)
    check.check(one, TODAY, out)
    assert list(out.iterdir()) == []


@pytest.mark.parametrize(
    "foreign",
    [
        "",
        "no JSON",
        "[]",
        "{}",
        '{"shop": "Us"}',
        '{"shop": "Us", "finished": 1, "as_of": "x", "inputs": []}',
        "[" * 100_000,
        "\xff",
    ],
)
def test_a_foreign_run_json_is_none(make_shop, tmp_path, foreign):
    shop = make_shop({"products": PRODUCTS, "order_lines": GOOD}, name="Us")
    pack = tmp_path / f"{shop.name}-2026-06-02-en"
    pack.mkdir()
    (pack / "run.json").write_bytes(foreign.encode("latin-1"))
    assert "nothing_new" not in ids(check.check(shop, TODAY, tmp_path))


def test_the_last_pack_of_another_shop_is_not_ours(make_shop, tmp_path):
    shop = make_shop({"products": PRODUCTS, "order_lines": GOOD}, name="Us")
    run = {
        "shop": "Us",
        "shop_number": "another",
        "finished": "2026-06-02",
        "as_of": "2026-06-02",
        "inputs": check.open_shop(shop).fingerprint(),
    }
    pack = tmp_path / f"{shop.name}-2026-06-02-en"
    pack.mkdir()
    (pack / "run.json").write_text(json.dumps(run))
    assert "nothing_new" not in ids(check.check(shop, TODAY, tmp_path))


def test_a_table_that_changes_while_it_is_checked_is_said(make_shop, tmp_path, monkeypatch):
    shop = make_shop({"products": PRODUCTS, "order_lines": GOOD})
    monkeypatch.setattr(
        check, "doubts", lambda *_: (shop / "products.csv").write_text("sku\nA\n") and []
    )
    with pytest.raises(Fault, match=r"products\.csv changed while") as caught:
        check.check(shop, TODAY, tmp_path)
    assert caught.value.exit_code == 5


@pytest.mark.parametrize(("signal", "code"), [(2, 130), (15, 143)])
def test_a_check_can_be_interrupted_in_the_midst_of_a_query(make_shop, tmp_path, signal, code):
    endless = (
        "SELECT * FROM source WHERE (SELECT sum(a.range * b.range % 7) FROM range(10000000) a,"
        " range(10000000) b) > 0"
    )
    shop = make_shop(
        {"products": PRODUCTS, "order_lines": GOOD}, tables={"order_lines": {"query": endless}}
    )
    command = [
        sys.executable,
        "-c",
        "import sys; from destock.publish.cli import main; sys.exit(main())",
        "check",
        shop,
    ]
    process = subprocess.Popen(
        command, env=os.environ | {"TMPDIR": str(tmp_path)}, stdout=-1, stderr=-1, text=True
    )
    while not [
        path
        for path in tmp_path.rglob("destock-*")
        if not path.name.startswith(f"destock-{process.pid}-")
    ]:
        time.sleep(0.05)  # where the engine spills: it has begun
    time.sleep(0.3)
    process.send_signal(signal)
    said, fault = process.communicate(timeout=30)
    assert (process.returncode, said, len(fault.splitlines()), "interrupted" in fault) == (
        code,
        "",
        1,
        True,
    )
    assert list(tmp_path.iterdir()) == []


def test_tables_that_contradict_each_other_are_told(make_shop, tmp_path):
    tables = {
        "products": "sku,unit_cost,tag_price\nA,30,20\nB,,9\n",
        "order_lines": (
            HEADER
            + (
                "1,A,2026-06-01,1,sale,0\n"
                "2,B,2026-06-02,2,sale,20\n"
                "3,Z,2026-06-08,3,sale,20\n"
                "4,A,2062-06-02,3,sale,20\n"
            )
        ),
        "purchases": "po_id,sku,units_received,received_at\nP,A,5,2026-05-01\n",
        "stock": "sku,counted_at,on_hand\nA,2026-06-01,-2\n",
    }
    shown = check.check(make_shop(tables), TODAY, tmp_path)
    found = {f.id: f for f in shown.findings}
    concerned = {
        name: tuple(value for value, _ in f.figures.values())
        for name, f in found.items()
        if "skus" in f.figures
    }
    assert concerned == {
        "not_in_master": (1, 3),
        "cost_over_tag": (1,),
        "given_away": (1, 1),
        "counted_below_zero": (1, 2),
        "never_received": (2, 5),
    }
    assert found["cost_unknown"].value == pytest.approx(1 / 6)
    assert found["in_the_future"].value == -1  # tomorrow; what is later does not come in
    assert shown.intake.rejects["rule"].tolist() == ["in the future"]


@pytest.mark.parametrize("level", ["style", "style_colour", "sku"])
def test_what_is_decided_about_items_that_nobody_knows_is_named(make_shop, tmp_path, level):
    own = {"style": "S", "style_colour": "S red", "sku": "A"}[level]
    shop = make_shop(
        {
            "products": "sku,style,style_colour\nA,S,S red\n",
            "order_lines": GOOD + "3,Z,2026-06-02,1,sale,1\n",
            "overrides": (
                f"item,class,reason\n{own},slow,seen\nZ,slow,seen\nX4,slow,seen\nX2,slow,seen\nX3,slow,seen\nX1,slow,seen\n"
            ),
            "provisions": (
                f"item,booked_on,amount\n{own},2026-05-31,1\nGone,2026-05-31,1\nＧｏｎｅ,2026-04-30,1\n"
            ),
        },
        price_level=level,
    )
    found = [f for f in check.check(shop, TODAY, tmp_path).findings if f.id == "unknown_items"]
    assert {f.item: (f.value, f.figures["names"][0]) for f in found} == {
        "overrides": (4, "X1, X2, X3, …"),
        "provisions": (1, "Gone"),
    }
    assert open_page("intake", shop, "2026-06-07").found("unknown_items") == found


def test_the_files_of_the_last_pack_are_noticed(make_shop, tmp_path):
    shop = make_shop({"products": PRODUCTS, "order_lines": GOOD}, name="Us")
    inputs = check.open_shop(shop).fingerprint()
    pack = tmp_path / f"{shop.name}-2026-06-02-en"
    pack.mkdir()
    (pack / "run.json").write_text(
        json.dumps(
            {"shop": "Us", "finished": "2026-06-02", "as_of": "2026-06-02", "inputs": inputs}
        )
    )
    assert "nothing_new" in ids(check.check(shop, TODAY, tmp_path))
    (shop / "order_lines.csv").write_text(GOOD + "3,A,2026-06-03,2,sale,20\n")
    assert "nothing_new" not in ids(check.check(shop, TODAY, tmp_path))


def test_no_reject_is_a_formula_and_no_shop_is_a_path(make_shop, tmp_path):
    shop = make_shop(
        {"products": PRODUCTS, "order_lines": GOOD + '3,A,2026-06-01,"=1+1",sale,10\n'}
    )
    shop = shop.rename(shop.with_name("=cmd <b>"))
    found = check.check(shop, TODAY, tmp_path)
    assert found.rejects.name == "cmd-b-rejects.csv"
    assert '"\'=1+1"' in found.rejects.read_text(encoding="utf-8-sig")


def test_exports_that_no_table_reads_are_named(make_shop, tmp_path):
    shop = make_shop({"products": PRODUCTS, "order_lines": HEADER + "1,A,2026-06-01,1,sale,10\n"})
    for name in ("orders-2.csv", "._orders.csv", "more/orders-3.xlsx"):
        (shop / name).parent.mkdir(exist_ok=True)
        (shop / name).write_text("x", encoding="utf-8")
    found = {f.id: f for f in CHECK(shop, date(2026, 6, 7), tmp_path).findings}
    assert found["unread_files"].figures["n"] == (2, "units")
    assert found["unread_files"].figures["files"][0] == "more/orders-3.xlsx, orders-2.csv"
    tidy = make_shop({"products": PRODUCTS, "order_lines": HEADER + "1,A,2026-06-01,1,sale,10\n"})
    assert "unread_files" not in {f.id for f in CHECK(tidy, date(2026, 6, 7), tmp_path).findings}
