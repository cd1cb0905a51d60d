"""What ``destock init`` asks, and what becomes of the answers."""

import tomllib

import pytest

from destock.intake.shop import open_shop
from destock.publish.init import write_shop

ORDERS = "Order Number,SKU,Order Date,Quantity,Line Total,Status\n"
STATES = {
    "some known": ["Shipped", "At sea", "On loan"],
    "none known": ["At sea", "On loan", 'He said "no" = yes'],
}


@pytest.fixture(params=STATES.values(), ids=STATES)
def folder(request, tmp_path):
    rows = [
        '"A{n}","K{n}",2026-03-0{n},1,9.90,"{word}"\n'.format(n=n, word=word.replace('"', '""'))
        for n, word in enumerate(request.param, 1)
    ]
    (tmp_path / "orders.csv").write_text(ORDERS + "".join(rows), encoding="utf-8")
    (tmp_path / "products.csv").write_text("SKU,Title\nK1,Hat\nK2,Cap\nK3,Tie\n", encoding="utf-8")
    return tmp_path, [word for word in request.param if word != "Shipped"]


def test_each_word_that_nobody_knows_is_listed_among_what_is_to_be_answered(folder):
    path, words = folder
    written = write_shop(path, assume=True, ask=None)
    (start,) = [n for n, line in enumerate(written.lines) if line.startswith("to be answered")]
    asked = [line for line in written.lines[start + 1 :] if "of a line?" in line]
    assert len(asked) == len(words)
    assert written.complete
    again = write_shop(path, assume=True, ask=None)
    assert any("says so already" in line for line in again.lines)


def test_a_question_left_open_is_no_complete_shop(folder):
    path, _ = folder
    assert not write_shop(path, assume=False, ask=None).complete


def test_what_a_person_answers_is_in_the_shop(folder):
    path, words = folder
    asked = []

    def ask(text):
        asked.append(text)
        return "CHF" if "currency" in text else "returned" if "of a line?" in text else ""

    assert write_shop(path, assume=False, ask=ask).complete
    assert len(asked) == len(words) + 2
    shop = open_shop(path)
    assert shop.currency == "CHF"
    (source,) = shop.sources["order_lines"]
    assert {word: source.status["words"][word] for word in words} == dict.fromkeys(
        words, "returned"
    )
    text = (path / "shop.toml").read_text(encoding="utf-8")
    assert "assumed" not in text
    assert tomllib.loads(text)["tables"]["products"]["source"] == "products.csv"


def test_a_wrong_answer_is_asked_about_again(folder, capsys):
    path, words = folder
    said = iter(["", "", *["nonsense", "returned"] * len(words)])
    assert write_shop(path, assume=False, ask=lambda _: next(said)).complete
    assert capsys.readouterr().err.count("one of: ") == len(words)
    assert next(said, "") == ""
