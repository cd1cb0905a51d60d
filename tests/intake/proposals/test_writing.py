"""The text of a shop.toml says what was proposed, whatever files and words are called."""

import re
import tomllib
from datetime import date
from pathlib import Path

import pytest

from destock.intake.profiles import profiles
from destock.intake.proposals.finding import Export
from destock.intake.proposals.proposal import Entry, Proposal, propose
from destock.intake.proposals.question import Question
from destock.intake.proposals.writing import numbered, text_of, why
from destock.intake.shop import open_shop

HOSTILE = [
    'a "b"',
    "it's",
    "C:\\new\\table",
    "two\nlines",
    "tab\there",
    "carriage\rreturn",
    "\x7f\x00\x1b",
    "# no comment",
    "[tables.x]",
    "key = 1",
    '"""',
    "'''",
    "ｆｕｌｌ　ｗｉｄｔｈ",
    "ẞÆŁ ﷺ ༀ 𐐀",
    "\u202eturned\u202c",
    "line\u2028separator\u0085next",
    "trailing\\",
    "{braces} %s $x",
    "",
    " ",
    "a.b.c",
    "x" * 500,
]


def orders(source="orders.csv", sheet="", statuses=("Shipped", "Completed"), **columns):
    """An export of order lines of no platform."""
    given = {
        "Order Number": [f"A{n}" for n in range(6)],
        "SKU": [f"K{n}" for n in range(6)],
        "Order Date": [f"2026-03-0{n + 1}" for n in range(6)],
        "Quantity": ["1"] * 6,
        "Line Total": ["9.90"] * 6,
        "Status": [statuses[n % len(statuses)] for n in range(6)],
    }
    return Export([Path(source)], source, given | columns, sheet)


def products(source="products.csv", **columns):
    given = {"SKU": [f"K{n}" for n in range(6)], "Title": ["Shirt"] * 6, "Style": ["K"] * 6}
    return Export([Path(source)], source, given | columns)


def written(exports, answers=None, assume=True, name="shop"):
    return text_of(propose(exports, name), answers or {}, assume)


@pytest.fixture
def opened(tmp_path):
    """A text as the shop that it is."""

    def read(text):
        (tmp_path / "shop.toml").write_text(text, encoding="utf-8", newline="")
        return open_shop(tmp_path)

    return read


def test_the_text_is_a_shop_with_all_that_was_proposed(opened):
    text = written([orders(), products()])
    shop = opened(text)
    assert (shop.name, shop.currency, shop.timezone) == ("shop", "EUR", "Europe/Berlin")
    assert {*shop.sources} == {"products", "order_lines"}
    (source,) = shop.sources["order_lines"]
    assert source.source == "orders.csv"
    assert source.rename == {
        "order_id": "Order Number",
        "sku": "SKU",
        "ordered_at": "Order Date",
        "units": "Quantity",
        "customer_paid": "Line Total",
    }
    assert source.status == {
        "order": "Status",
        "words": {"Shipped": "shipped", "Completed": "shipped"},
    }


def test_each_table_says_by_what_it_was_known(opened):
    text = written([orders(), products()])
    for name in ("orders.csv", "products.csv"):
        assert f"# {name}: by the names and values of its columns\n[tables." in text


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_column_of_any_name_stays_what_it_is_called(opened, hostile):
    proposal = propose([orders(), products()], "shop")
    entry = next(e for e in proposal.entries if e.table == "order_lines")
    entry.keys["rename.channel"] = hostile
    entry.keys["rename.location"] = [hostile, "other"]
    (source,) = opened(text_of(proposal, {}, True)).sources["order_lines"]
    assert source.rename["channel"] == hostile
    assert source.rename["location"] == [hostile, "other"]


@pytest.mark.parametrize("hostile", [text for text in HOSTILE if text])
@pytest.mark.parametrize("assume", [True, False])
def test_files_sheets_and_shops_of_any_name_make_no_other_text(opened, hostile, assume):
    ours = written([orders(), products()], assume=True)
    export = orders(source=hostile, sheet=hostile)
    text = written([export, products()], assume=assume, name=hostile)
    config = tomllib.loads(text)
    assert config["name"] == hostile
    assert config["tables"]["order_lines"]["source"] == hostile
    assert config["tables"]["order_lines"]["sheet"] == hostile
    wanted = tomllib.loads(ours)
    assert config["tables"].keys() == wanted["tables"].keys()
    said, others = config["tables"]["order_lines"], wanted["tables"]["order_lines"]
    assert said | others == said | {"source": "orders.csv"}


@pytest.mark.parametrize("word", [text for text in HOSTILE if text.strip()])
def test_a_word_of_a_status_of_any_letters_is_asked_and_answered(opened, word):
    exports = [orders(statuses=("Shipped", word)), products()]
    answers = {("order_lines", 0, f"status.words.{word}"): "returned"}
    (source,) = opened(written(exports, answers)).sources["order_lines"]
    assert source.status["words"] == {"Shipped": "shipped", word: "returned"}
    (silent,) = opened(written(exports)).sources["order_lines"]
    assert silent.status["words"] == {"Shipped": "shipped"}


@pytest.mark.parametrize("hostile", [text for text in HOSTILE if text.strip()])
def test_a_question_about_any_name_is_a_comment_of_one_line(hostile):
    export = orders(source=hostile, statuses=("Shipped", "Odd"))
    lines = written([export, products()]).split("\n")
    (line,) = [line for line in lines if "Odd" in line]
    assert line.startswith('# status.words."Odd" = ')
    comments = [line for line in lines if line.startswith("#")]
    assert not [line for line in comments if re.search("[\x00-\x08\x0b-\x1f\x7f\u2028\x85]", line)]


def test_without_yes_a_question_is_a_line_behind_a_sign(opened):
    text = written([orders(), products()], assume=False)
    asked = [line for line in text.splitlines() if line.startswith("# currency")]
    assert asked == [
        '# currency = "EUR"  # In which currency is the money of these files?'
        ' Or "USD" or "GBP" or "CNY"'
    ]
    assert "currency" not in tomllib.loads(text)
    assert "# assumed" not in text
    # and the sign taken away, it is the answer
    answered = re.sub("(?m)^# (currency|timezone) =", r"\1 =", text)
    assert opened(answered).currency == "EUR"


def test_with_yes_the_likeliest_answer_is_marked_as_assumed(opened):
    text = written([orders(), products()], assume=True)
    assert re.search('(?m)^currency = "EUR"  # assumed: In which', text)
    assert re.search('(?m)^timezone = "Europe/Berlin"  # assumed: In which', text)
    assert opened(text).currency == "EUR"


def test_what_the_shop_answered_is_said_without_a_mark(opened):
    answers = {("", 0, "currency"): "CHF", ("", 0, "timezone"): "Europe/Zurich"}
    for assume in (True, False):
        text = written([orders(), products()], answers, assume)
        assert 'currency = "CHF"\ntimezone = "Europe/Zurich"\n' in text
        assert "# assumed" not in text
        shop = opened(text)
        assert (shop.currency, shop.timezone) == ("CHF", "Europe/Zurich")


def test_a_word_of_a_status_is_never_assumed(opened):
    text = written([orders(statuses=("Shipped", "Gone astray")), products()], assume=True)
    (line,) = [line for line in text.splitlines() if "Gone astray" in line]
    assert line.startswith('# status.words."Gone astray" = "')
    assert "assumed" not in line
    (source,) = opened(text).sources["order_lines"]
    assert "Gone astray" not in source.status["words"]


def test_a_status_of_which_no_word_is_known_has_no_words(opened):
    text = written([orders(statuses=("Foo", "Bar")), products()])
    (source,) = opened(text).sources["order_lines"]
    assert source.status == {"order": "Status"}


@pytest.mark.parametrize("known", [["Shipped"], []])
def test_every_word_becomes_one_by_taking_its_sign_away(opened, known):
    text = written([orders("a.csv"), orders("b.csv", statuses=(*known, "Odd", "At sea"))])
    answered = re.sub('(?m)^# (.*"(?:Odd|At sea)" =)', r"\1", text)
    assert answered != text
    words = opened(answered).sources["order_lines"][1].status["words"]
    assert words.keys() == {*known, "Odd", "At sea"}


def test_several_sources_of_a_table_are_a_list_of_them(opened):
    text = written([orders("a.csv"), orders("b.csv", statuses=("Odd",)), products()])
    assert text.count("\n[[tables.order_lines]]\n") == 2
    assert text.count("\n[tables.products]\n") == 1
    first, second = opened(text).sources["order_lines"]
    assert (first.source, second.source) == ("a.csv", "b.csv")
    assert first.status["words"] == {"Shipped": "shipped", "Completed": "shipped"}
    assert "words" not in second.status


def test_an_answer_goes_to_the_source_that_was_asked_about(opened):
    exports = [orders("a.csv", statuses=("Odd",)), orders("b.csv", statuses=("Odd",)), products()]
    proposal = propose(exports, "shop")
    assert [(n, e.export.source) for n, e in numbered(proposal) if e.table == "order_lines"] == [
        (0, "a.csv"),
        (1, "b.csv"),
    ]
    answers = {("order_lines", 1, "status.words.Odd"): "cancelled"}
    first, second = opened(text_of(proposal, answers, True)).sources["order_lines"]
    assert "words" not in first.status
    assert second.status["words"] == {"Odd": "cancelled"}


def test_a_day_is_a_day_and_no_text():
    question = Question("day", "which day?", [date(2026, 3, 4)], free=True)
    entry = Entry("stock", {"source": "s.csv"}, products("s.csv"), [question])
    text = text_of(Proposal({"name": "x"}, [entry], [], []), {}, True)
    assert tomllib.loads(text)["tables"]["stock"]["day"] == date(2026, 3, 4)
    assert why(entry) == "s.csv: by the names and values of its columns"


def test_a_doubt_between_columns_is_asked_and_both_are_named(opened):
    amount = {"Item Total": ["8.90"] * 6}
    exports = [orders(**amount), products()]
    text = written(exports, assume=False)
    (line,) = [line for line in text.splitlines() if "rename.customer_paid" in line]
    assert line.startswith('# rename.customer_paid = "Line Total"  # orders.csv: which of its')
    assert line.endswith('Or "Item Total"')
    (source,) = opened(written(exports)).sources["order_lines"]
    assert source.rename["customer_paid"] == "Line Total"


def test_a_profile_says_its_title_its_marks_and_its_margin():
    profile = profiles()["pdd_orders"]
    export = Export([Path("o.csv")], "o.csv", {}, profile=profile, score=0.8, margin=0.25)
    entry = Entry("order_lines", {"source": "o.csv", "export": profile.name}, export)
    assert why(entry) == f"o.csv: {profile.title}; 80% of its marks, 25% more than any other"
