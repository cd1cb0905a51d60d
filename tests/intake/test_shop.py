"""A shop.toml says plainly what is wrong with it, and finds its files."""

import os
import sys

import pytest

from destock.intake.shop import ROOT, find_shop, open_shop
from destock.model.messages import Fault

TABLES = '[tables]\nproducts = "products.csv"\norder_lines = "order_lines.csv"\n'


@pytest.fixture
def shop(tmp_path):
    """Write a shop.toml of this text; returns its folder."""

    def write(text, name="shop.toml"):
        (tmp_path / name).write_text(text, encoding="utf-8")
        return tmp_path

    return write


def fault_of(path):
    with pytest.raises(Fault) as caught:
        open_shop(path)
    return caught.value.exit_code, str(caught.value)


def test_a_folder_without_shop_toml_is_no_shop(tmp_path):
    code, line = fault_of(tmp_path / "nowhere")
    assert code == 3
    assert "nowhere" in line
    assert "\n" not in line


@pytest.mark.parametrize(
    ("text", "code", "culprit"),
    [
        ("name = = 1", 3, "shop.toml"),
        (TABLES.replace('products = "products.csv"\n', ""), 3, '"products"'),
        (TABLES.replace('order_lines = "order_lines.csv"\n', ""), 3, '"order_lines"'),
        ('curency = "CNY"\n' + TABLES, 2, '"curency" is not known; did you mean "currency"'),
        (
            TABLES + 'order_line = "x.csv"\n',
            2,
            '"order_line" is not known; did you mean "order_lines"',
        ),
        (TABLES + '[tables.stock]\nsuorce = "x.csv"\n', 2, 'did you mean "source"'),
        (TABLES + '[tables.stock]\nencoding = "utf-8"\n', 2, '[tables.stock] needs "source"'),
        (
            TABLES + '[tables.stock]\nsource = "x.csv"\nrename = { skuu = "a" }\n',
            2,
            'did you mean "sku"',
        ),
        (
            TABLES + '[tables.stock]\nsource = "x.csv"\ncolumns = { on_hnad = "1" }\n',
            2,
            'did you mean "on_hand"',
        ),
        (
            TABLES + '[tables.stock]\nsource = "x.csv"\nrename = { sku = 5 }\n',
            2,
            '"sku" must be of type name of a column',
        ),
        (
            TABLES + '[tables.stock]\nsource = "x.csv"\ncolumns = { sku = 5 }\n',
            2,
            '"sku" must be of type str',
        ),
        (TABLES + "stock = 5\n", 2, '"stock" must be of type'),
        ('tax_basis = "net"\n' + TABLES, 2, 'tax_basis "net" is not one of incl, excl'),
        (
            'price_level = "size"\n' + TABLES,
            2,
            'price_level "size" is not one of style, style_colour, sku',
        ),
        ("name = 5\n" + TABLES, 2, '"name" must be of type str'),
        ('as_of = "2026-06-07"\n' + TABLES, 2, '"as_of" must be of type date'),
        ("as_of = 2026-06-07T10:00:00\n" + TABLES, 2, '"as_of" must be of type date'),
        (TABLES + '[seasons]\n"2026SS" = "august"\n', 2, '"2026SS" must be of type date'),
        (
            TABLES + '[seasons]\n"2026SS" = 2026-08-31T00:00:00\n',
            2,
            '"2026SS" must be of type date',
        ),
        (TABLES + "[control_totals]\npiad = 1\n", 2, 'did you mean "paid"'),
        (TABLES + '[control_totals]\npaid = "1"\n', 2, '"paid" must be of type number'),
        (TABLES + "[control_totals]\npaid = true\n", 2, '"paid" must be of type number'),
        ("tables = 5\n", 2, '"tables" must be of type dict'),
        (
            TABLES + '[tables.stock]\nsource = "x.csv"\nheader_row = "2"\n',
            2,
            '"header_row" must be of type int',
        ),
        (
            TABLES + '[tables.stock]\nsource = "x.csv"\nheader_row = true\n',
            2,
            '"header_row" must be of type int',
        ),
        (TABLES + '[tables.stock]\nsource = "x.csv"\nheader_row = 0\n', 2, "header_row"),
        (TABLES + '[tables.stock]\nsource = "x.csv"\ndelimiter = "||"\n', 2, "delimiter"),
        (TABLES + '[tables.stock]\nsource = "x.csv"\ndelimiter = ""\n', 2, "delimiter"),
        (TABLES + '[tables.stock]\nsource = "x.csv"\nequal_rows = "copies"\n', 2, "equal_rows"),
        (
            TABLES + '[tables.stock]\nsource = "x.csv"\ndate_format = "%d/%m/%Y %I:%M"\n',
            2,
            "with %p",
        ),
        (
            TABLES + '[tables.movements]\nsource = "x.csv"\nequal_rows = "twice"\n',
            2,
            "separate / copies",
        ),
        (
            'sell_through = "recieved"\n' + TABLES,
            2,
            'sell_through: "recieved" is not known; did you mean "received"',
        ),
        ("sell_through = 1\n" + TABLES, 2, '"sell_through" must be of type str'),
        (TABLES + '[[expenses]]\nbase = "nett"\namount = 0.1\n', 2, 'did you mean "net"'),
        (
            TABLES + '[[expenses]]\nbase = "net"\namount = 26\n',
            2,
            '"amount" must be of type share from 0 to 1',
        ),
        (
            TABLES + '[[expenses]]\nbase = "per parcel"\namount = -1\n',
            2,
            '"amount" must be of type number from 0',
        ),
        (
            TABLES + '[[expenses]]\nbase = "net"\namount = "a"\n',
            2,
            '"amount" must be of type number',
        ),
        (TABLES + '[[expenses]]\nname = "rent"\namount = 1\n', 2, '[[expenses]] needs "base"'),
        (TABLES + '[[expenses]]\nbase = "net"\namount = 0.1\nper = 1\n', 2, '"per" is not known'),
        ("expenses = [1]\n" + TABLES, 2, '"expenses" must be of type dict'),
        (TABLES + "[targets]\nsalvag = 0.1\n", 2, 'did you mean "salvage"'),
        (TABLES + "[targets]\nsalvage = 20\n", 2, '"salvage" must be of type number from 0 to 1'),
        (
            TABLES + "[targets]\ncash_needed = -1\n",
            2,
            '"cash_needed" must be of type number from 0',
        ),
        (TABLES + '[targets]\ncash_basis = "after"\n', 2, 'did you mean "after expenses"'),
        (TABLES + "[targets]\nprice_steps = [0.9]\n", 2, '"price_steps" must be of type dict'),
        (
            TABLES + "[targets]\nprice_steps = [{ share = 0.35 }, { price = 0.85 }]\n",
            2,
            "share and price above 0",
        ),
        (
            TABLES
            + "[targets]\nprice_steps = [{ share = 0.6, price = 0.9 }, { share = 0.6, price = 0.8"
            " }, { price = 0.7 }]\n",
            2,
            "below 1 together",
        ),
        ('timezone = "Mars/Olympus"\n' + TABLES, 2, "Mars/Olympus"),
    ],
)
def test_what_shop_toml_gets_wrong_is_said_in_one_line(shop, text, code, culprit):
    found, line = fault_of(shop(text))
    assert (found, "\n" in line) == (code, False)
    assert culprit in line


def test_what_a_shop_says_of_sell_through_and_targets_is_kept(shop):
    text = (
        'sell_through = "available"\n'
        + TABLES
        + '[[expenses]]\nname = "rent"\nbase = "fixed"\namount = 60000\n'
    )
    opened = open_shop(
        shop(
            text
            + "[targets]\nsalvage = 0.2\nprice_steps = [{ share = 0.35, price = 0.9 }, { price ="
            " 0.85 }]\n"
        )
    )
    assert opened.sell_through == "available"
    assert opened.expenses == [{"name": "rent", "base": "fixed", "amount": 60000}]
    assert opened.targets["price_steps"][1] == {"price": 0.85}


def test_a_shop_toml_that_is_not_utf8_is_refused(tmp_path):
    (tmp_path / "shop.toml").write_bytes('name = "女装"'.encode("gb18030"))
    assert fault_of(tmp_path)[0] == 3


def test_a_shop_toml_in_chinese_bytes_is_told_to_be_saved_as_utf8(tmp_path):
    (tmp_path / "shop.toml").write_bytes(f'name = "服装店"\n{TABLES}'.encode("gbk"))
    assert fault_of(tmp_path) == (
        3,
        f"{tmp_path / 'shop.toml'}: not written in UTF-8 (byte 8): save it as UTF-8",
    )


def test_a_shop_toml_may_begin_with_a_mark_of_its_encoding(tmp_path):
    (tmp_path / "shop.toml").write_text(f'name = "女装"\n{TABLES}', encoding="utf-8-sig")
    assert open_shop(tmp_path).name == "女装"


def test_a_shop_is_named_by_its_folder_until_it_says_its_name(shop, tmp_path):
    assert open_shop(shop(TABLES)).name == tmp_path.name
    assert open_shop(shop('name = "Us"\n' + TABLES)).name == "Us"


def test_a_shop_may_be_named_by_its_file(shop, tmp_path):
    folder = shop('name = "Other"\n' + TABLES, "other.toml")
    for name in ("products.csv", "order_lines.csv"):
        (folder / name).write_text("sku\nA\n", encoding="utf-8")
    opened = open_shop(folder / "other.toml")
    assert opened.name == "Other"
    assert sorted(opened.fingerprint()) == ["order_lines.csv", "other.toml", "products.csv"]


def several(tmp_path, *names):
    for name in names:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("sku\nA\n", encoding="utf-8")


def test_a_folder_of_exports_is_read_in_the_order_of_names(shop, tmp_path):
    several(
        tmp_path,
        "orders/2026-02.csv",
        "orders/2026-01.CSV",
        "orders/2026-03.parquet",
        "orders/readme.txt",
    )
    opened = open_shop(shop(TABLES.replace("order_lines.csv", "orders")))
    assert [p.name for p in opened.files("order_lines")] == [
        "2026-01.CSV",
        "2026-02.csv",
        "2026-03.parquet",
    ]


def test_a_pattern_finds_several_exports(shop, tmp_path):
    several(tmp_path, "orders-2.csv", "orders-1.csv", "products.csv")
    opened = open_shop(shop(TABLES.replace("order_lines.csv", "orders-*.csv")))
    assert [p.name for p in opened.files("order_lines")] == ["orders-1.csv", "orders-2.csv"]


@pytest.mark.parametrize("source", ["none.csv", "none/*.csv", "empty"])
def test_a_table_without_files_is_named(shop, tmp_path, source):
    (tmp_path / "empty").mkdir()
    opened = open_shop(shop(TABLES.replace("order_lines.csv", source)))
    with pytest.raises(Fault, match="order_lines") as caught:
        opened.files("order_lines")
    assert caught.value.exit_code == 3


def test_a_changed_byte_changes_the_fingerprint(shop, tmp_path):
    several(tmp_path, "products.csv", "order_lines.csv")
    opened = open_shop(shop(TABLES))
    before = opened.fingerprint()
    (tmp_path / "products.csv").write_text("sku\nB\n", encoding="utf-8")
    assert {name for name in before if opened.fingerprint()[name] != before[name]} == {
        "products.csv"
    }


def test_what_cannot_be_opened_is_an_input_that_cannot_be_read(make_shop):
    folder = make_shop({"products/1.csv": "sku\nA\n", "order_lines": "order_id\n1\n"})
    (folder / "products" / "2.csv").mkdir()
    with pytest.raises(Fault, match=r"2\.csv: cannot be read") as fault:
        open_shop(folder).fingerprint()
    assert fault.value.exit_code == 3


def test_files_of_one_name_in_two_places_both_count(shop, tmp_path):
    several(tmp_path, "a/x.csv", "b/x.csv")
    (tmp_path / "shop").mkdir()
    text = (
        f'[tables]\nproducts = "{tmp_path / "a" / "x.csv"}"\norder_lines ='
        f' "{tmp_path / "b" / "x.csv"}"\n'
    )
    (tmp_path / "shop" / "shop.toml").write_text(text, encoding="utf-8")
    opened = open_shop(tmp_path / "shop")
    before = opened.fingerprint()
    (tmp_path / "a" / "x.csv").write_text("sku\nB\n", encoding="utf-8")
    assert opened.fingerprint() != before


def test_a_relative_shop_starts_at_the_root_of_the_project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert find_shop("data/sample") == ROOT / "data/sample"
    assert (ROOT / "pyproject.toml").is_file()


def test_an_absolute_shop_stays_where_it_is(tmp_path):
    assert find_shop(tmp_path) == tmp_path
    assert find_shop(str(tmp_path)) == tmp_path


@pytest.mark.parametrize(
    "text", ["x = " + "[" * 100_000, "x = " + "{a=" * 50_000], ids=["lists", "tables"]
)
def test_a_bomb_is_refused(tmp_path, text):
    (tmp_path / "shop.toml").write_text(text)
    with pytest.raises(Fault, match=r"shop\.toml") as fault:
        open_shop(tmp_path)
    assert fault.value.exit_code == 3


@pytest.mark.parametrize("currency", ["RMB", "<b>", "", "¥", "cny"])
def test_what_is_no_currency_is_refused(make_shop, currency):
    with pytest.raises(Fault, match="currency") as fault:
        open_shop(
            make_shop({"products": "sku\nA\n", "order_lines": "order_id\n1\n"}, currency=currency)
        )
    assert fault.value.exit_code == 2


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a file cannot have such a name")
def test_a_file_whose_name_is_no_text_is_refused(make_shop):
    shop = make_shop({"products": "sku\nA\n", "order_lines/1.csv": "order_id\n1\n"})
    (shop / "order_lines" / "1.csv").rename(shop / "order_lines" / os.fsdecode(b"\xff.csv"))
    with pytest.raises(Fault, match="UTF-8") as fault:
        open_shop(shop).files("order_lines")
    assert fault.value.exit_code == 3
