"""A shop.toml is checked by the schema that an editor completes it by."""

import copy
import json
import re
import runpy
import subprocess
import sys
import tomllib
from contextlib import suppress
from dataclasses import fields
from datetime import date, datetime, time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema.validators import Draft202012Validator

from destock.intake import declared
from destock.intake.declared import FILE, check
from destock.intake.shop import ROOT, Shop, Source, open_shop
from destock.model.messages import Fault, speak

SCHEMA = json.loads(FILE.read_text(encoding="utf-8"))
SHOPS = [*(ROOT / "tests" / "shops").glob("*/shop.toml"), ROOT / "data" / "sample" / "shop.toml"]
EXAMPLES = [
    block
    for page in ("README.md", "data/README.md")
    for block in re.findall(
        r"^ *```toml\n(.*?)^ *```", (ROOT / page).read_text(encoding="utf-8"), re.M | re.S
    )
]
NEEDED = {"products": "p.csv", "order_lines": "o.csv"}
# every key of a shop.toml, in a form that may be
FULL = tomllib.loads("""
name = "Us"
currency = "CNY"
tax_basis = "excl"
timezone = "Asia/Shanghai"
price_level = "sku"
unit = "kg"
sell_through = "90-day average"
as_of = 2026-06-07
accounting = "US GAAP"
write_down = "portion"
engine = "duckdb"
spark = { master = "local[2]", "executor.cores" = 2 }
stages = [15, 30]
age_bands = [30]
seasons = { 2026SS = 2026-08-31 }
events = { "store birthday" = [2026-05-18] }
assumptions = { capital_rate = 0.08, ladder_steps = 3 }
control_totals = { paid = 1194.00, units_on_hand = 9 }

[tables]
products = "products.csv"

[[tables.order_lines]]
source = "order_lines.csv"
status = { order = ["state", "status"], words = { "closed" = "cancelled" } }

[[tables.order_lines]]
source = "till.csv"

[tables.movements]
source = "movements.csv"
day = 2026-06-07
export = ""
heads = { source = "heads.csv", key = "number", columns = ["a"] }
spread = { units = { amount = "a", by = "b" } }
database = "SHOP_DATABASE"
rename = { sku = "a" }
columns = { units = "b" }
where = "a > 1"
query = "SELECT 1"
encoding = "gbk"
delimiter = "\\t"
date_format = "%d/%m/%Y %I:%M %p"
number_format = "1.234,50€"
sheet = "1"
header_row = 2
final_newline = false
footer = "records downloaded"
typed = false
equal_rows = "copies"

[[expenses]]
name = "commission"
base = "paid"
amount = 0.05

[[expenses]]
base = "per parcel"
amount = 12

[targets]
price_steps = [{ share = 0.35, price = 0.90 }, { price = 0.85 }]
salvage = 0.1
tax_rate = 0.13
cash_needed = 70000
cash_price = 0.6
cash_basis = "after expenses"
""")


def said_of(config):
    with pytest.raises(Fault) as caught:
        check(config)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def places(node, path=()):
    """Every place of a config: its path."""
    yield path
    if isinstance(node, dict | list):
        for key, value in node.items() if isinstance(node, dict) else enumerate(node):
            yield from places(value, (*path, key))


def at(config, path):
    for key in path:
        config = config[key]
    return config


def changed(path, value):
    """FULL with another value at a place."""
    config = copy.deepcopy(FULL)
    at(config, path[:-1])[path[-1]] = value
    return config


KEYS = [path for path in places(FULL) if path and isinstance(path[-1], str)]
# below these the keys are the shop's own
OWN = ("spark", "seasons", "events")
OURS = [
    path for path in KEYS if (path[0] not in OWN or len(path) == 1) and "words" not in path[:-1]
]


def test_the_schema_is_one_and_an_editor_reads_it_without_us():
    Draft202012Validator.check_schema(SCHEMA)
    for file in SHOPS:
        config = tomllib.loads(file.read_text(encoding="utf-8"))
        # to an editor a day is a text
        Draft202012Validator(SCHEMA).validate(json.loads(json.dumps(config, default=str)))


def test_the_schema_is_what_the_library_knows(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["schema.py", "--check"])
    with pytest.raises(SystemExit, match="0"):
        runpy.run_path(str(ROOT / ".ci" / "schema.py"), run_name="__main__")
    (tmp_path / "drifted.json").write_text(json.dumps(SCHEMA | {"required": []}))
    monkeypatch.setattr(declared, "FILE", tmp_path / "drifted.json")
    with pytest.raises(SystemExit, match="1"):
        runpy.run_path(str(ROOT / ".ci" / "schema.py"), run_name="__main__")
    assert "make format" in capsys.readouterr().err


def test_what_may_be_said_is_what_is_read():
    own = {"folder", "sources", "file", "toml"}
    assert set(SCHEMA["properties"]) == {f.name for f in fields(Shop)} - own | {"tables"}
    keys = {f.name for f in fields(Source)} - {"table", "number", "own"}
    for name in SCHEMA["properties"]["tables"]["properties"]:
        own = keys - ({"status"} if name != "order_lines" else set())
        assert set(SCHEMA["$defs"][name]["properties"]) == own


def test_all_that_may_be_said_is_in_the_full_shop():
    """So that the tests below reach every key."""
    assert set(FULL) == set(SCHEMA["properties"])
    table = SCHEMA["$defs"]["movements"]["properties"]
    assert set(FULL["tables"]["movements"]) == set(table)
    assert set(FULL["targets"]) == set(SCHEMA["properties"]["targets"]["properties"])


@pytest.mark.parametrize("file", SHOPS, ids=lambda file: file.parent.name)
def test_every_shop_of_ours_may_be(file):
    check(tomllib.loads(file.read_text(encoding="utf-8")))


@pytest.mark.parametrize("text", EXAMPLES)
def test_every_example_of_the_readmes_may_be(text):
    config = tomllib.loads(text)
    check(config | {"tables": NEEDED | config.get("tables", {})})


def test_the_readmes_have_examples():
    assert len(EXAMPLES) >= 4


def test_a_shop_may_say_all_of_it():
    check(FULL)


@pytest.mark.parametrize("path", OURS, ids=lambda path: ".".join(map(str, path)))
def test_a_misspelt_key_is_told_the_nearest_at_every_level(path):
    *above, key = path
    config = copy.deepcopy(FULL)
    at(config, above)[f"{key}x"] = at(config, above).pop(key)
    line = said_of(config)
    assert f'"{key}x" is not known; did you mean "{key}"?' in line
    place = [step for step in above if isinstance(step, str)]
    assert not place or f"[{'.'.join(place)}]" in line


@pytest.mark.parametrize("path", KEYS, ids=lambda path: ".".join(map(str, path)))
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_value_of_a_wrong_kind_is_named_with_what_it_must_be(path, lang):
    speak(lang)
    try:
        line = said_of(changed(path, time(10)))
    finally:
        speak("en")
    said = '"{}" must be of type ' if lang == "en" else "“{}”应为："
    before, after = line.split(said.format(path[-1]))
    assert before.startswith("shop.toml")
    assert after
    assert lang == "en" or re.search("[一-鿿]|true", after)
    assert not re.search("[{}]", line)


@pytest.mark.parametrize(
    ("path", "value", "kind"),
    [
        (("as_of",), datetime(2026, 6, 7), "date such as 2026-06-07"),
        (("as_of",), "2026-06-07", "date such as 2026-06-07"),
        (("events", "store birthday"), [date(2026, 1, 1), 5], "list of dates"),
        (("control_totals", "paid"), True, "number"),
        (("control_totals", "paid"), float("nan"), "number"),
        (("control_totals", "paid"), float("inf"), "number"),
        (("control_totals", "paid"), 10**400, "number"),
        (("assumptions", "capital_rate"), 1.5, "number from 0 to 1"),
        (("assumptions", "capital_rate"), "0.1", "number from 0 to 1"),
        (("assumptions", "ladder_steps"), 2.5, "integer from 1 to 10"),
        (("tables", "movements", "header_row"), 2.0, "integer from 1"),
        (("tables", "movements", "number_format"), "1.234.50", "1234.50 as the table writes it"),
        (("tables", "movements", "delimiter"), ",\n", "one character"),
        (("tables", "movements", "delimiter"), "，", "one character"),
        (("stages",), [], "list of days, rising"),
        (("stages",), [30, 15], "list of days, rising"),
        (("stages",), [15, 15], "list of days, rising"),
        (("stages",), [0, 15], "list of days, rising"),
        (("stages",), [True, 15], "list of days, rising"),
        (("spark", "executor"), {"memory": "4g"}, "string or number"),
        (("expenses", 0, "amount"), 1, "share from 0 to 1"),
        (("expenses", 1, "amount"), -1, "number from 0"),
        (
            ("targets", "price_steps"),
            [{"price": 0.9}, {"price": 0.8}],
            "list whose steps but the last have a share",
        ),
    ],
)
def test_a_value_out_of_its_range_is_told_it(path, value, kind):
    assert f'"{path[-1]}" must be of type {kind}' in said_of(changed(path, value))


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (("tax_basis",), "inc", 'shop.toml tax_basis: "inc" is not known; did you mean "incl"?'),
        (("tax_basis",), "net", 'tax_basis "net" is not one of incl, excl'),
        (("timezone",), "Asia/Shangai", 'timezone "Asia/Shangai" is not one of Asia/Shanghai, '),
        (("timezone",), "../etc/passwd", 'timezone "../etc/passwd" is not one of '),
        (("tables",), {"products": "p.csv"}, '[tables] needs "order_lines" / "snapshot"'),
        (("tables", "stock"), "postgres://me:secret@db/x", '"stock" is no place for an address'),
    ],
)
def test_another_word_is_told_which_there_are(path, value, said):
    line = said_of(changed(path, value))
    assert said in line
    assert "secret" not in line


def test_a_shop_that_only_counts_needs_no_order_lines():
    check(FULL | {"tables": {"products": "p.csv", "snapshot": "s.csv"}})


def test_a_number_of_thousands_of_digits_is_a_fault(tmp_path):
    (tmp_path / "shop.toml").write_text(f"cash = {'9' * 4900}")
    with pytest.raises(Fault, match=r"shop\.toml") as caught:
        open_shop(tmp_path)
    assert caught.value.exit_code == 3


def test_a_whole_assumption_may_be_written_with_a_point_and_no_other_may():
    check(changed(("assumptions", "test_weeks"), 4.0))
    with pytest.raises(Fault, match="integer from 1 to 12"):
        check(changed(("assumptions", "test_weeks"), 4.5))


VALUES = st.recursive(
    st.none().map(lambda _: date(2026, 1, 1))
    | st.sampled_from(["", "received", "net", "%I", "1.234", time(1), datetime(2026, 1, 1)])
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from([path for path in places(FULL) if path]), VALUES)
def test_another_value_anywhere_is_right_or_a_fault(path, value):
    with suppress(Fault):
        check(changed(path, value))


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_a_mangled_shop_toml_is_right_or_a_fault(tmp_path, data):
    text = data.draw(st.sampled_from(SHOPS)).read_text(encoding="utf-8")
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(text)))
        end = start + data.draw(st.integers(0, 8))
        text = (
            text[:start] + data.draw(st.text("=[]{}\"'\n,.#-0159aT:é款", max_size=4)) + text[end:]
        )
    (tmp_path / "shop.toml").write_text(text, encoding="utf-8")
    with suppress(Fault):
        open_shop(tmp_path)


def test_only_who_opens_a_shop_waits_for_jsonschema():
    """And nobody for the grammar of addresses that it would build."""
    text = (
        "import sys, destock.intake.shop as shop; early = 'jsonschema' in sys.modules;"
        f"shop.open_shop({str(SHOPS[0].parent)!r});"
        "print(early, 'jsonschema' in sys.modules, sys.modules.get('rfc3987_syntax'))"
    )
    command = [sys.executable, "-c", text]
    told = subprocess.run(command, capture_output=True, text=True, check=True)
    assert told.stdout.split() == ["False", "True", "None"]
