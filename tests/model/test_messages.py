"""Two languages from one catalogue: nothing untranslated, nothing left over, every blank in its
place.
"""

import importlib.util
import string
from datetime import date
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from destock.model import messages
from destock.model.findings import SENTENCES
from destock.model.messages import Fault, say, speak
from destock.present.style import _font

ROOT = Path(__file__).parents[2]


def _ci_messages():
    spec = importlib.util.spec_from_file_location("ci_messages", ROOT / ".ci" / "messages.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def chinese() -> dict[str, str]:
    with (ROOT / "lib/destock/model/locale/zh/LC_MESSAGES/destock.po").open("rb") as source:
        return {
            message.id: message.string
            for message in read_po(source, locale="zh_Hans_CN")
            if message.id
        }


@pytest.fixture(scope="module")
def template() -> set[str]:
    return {message.id for message in _ci_messages().template() if message.id}


@pytest.fixture
def in_chinese():
    speak("zh")
    yield
    speak("en")


def blanks(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_message_is_translated(template, chinese):
    assert {text for text in template if not chinese.get(text)} == set()


def test_no_message_is_left_over(template, chinese):
    assert set(chinese) - template == set()


def test_every_sentence_is_in_the_template(template):
    assert {sentence.text for sentence in SENTENCES.values()} <= template


def test_blanks_survive_translation(chinese):
    assert [
        text for text, translated in chinese.items() if blanks(text) != blanks(translated)
    ] == []


def test_headings_and_paragraphs_survive_translation(chinese):
    def shape(text):
        return [line[: len(line) - len(line.lstrip("#"))] for line in text.split("\n")]

    assert [text for text, translated in chinese.items() if shape(text) != shape(translated)] == []


def test_every_translation_can_be_drawn_in_a_chart(chinese):
    assert {
        c for text in chinese.values() for c in text if ord(c) not in _font() and c != "\n"
    } == set()


def test_says_it_in_chinese(in_chinese):
    assert say("Sell-through") == "售罄率"


def test_a_fault_speaks_the_language_of_the_run(in_chinese):
    assert "店铺" in str(
        Fault(3, 'no shop at "{path}": a shop is a folder with a shop.toml', path="x")
    )


def test_an_unknown_language_is_refused():
    with pytest.raises(Fault, match="fr") as fault:
        speak("fr")
    assert fault.value.exit_code == 2


def test_numbers_are_written_in_the_way_of_the_language():
    assert messages.money(464_373, "CNY") == "CN¥464.4K"
    speak("zh")
    try:
        assert messages.money(464_373, "CNY") == "¥46.4万"
        assert messages.day(date(2026, 6, 7)) == "2026年6月7日"
    finally:
        speak("en")


@pytest.mark.parametrize(
    ("value", "text"), [(7, "7"), (2.5, "2.5"), (1234.5, "1,234"), (1_585, "1,585")]
)
def test_counts(value, text):
    assert messages.count(value) == text


def test_a_fault_survives_the_way_between_processes():
    import pickle

    fault = pickle.loads(pickle.dumps(Fault(4, "{n} rows", n=3)))
    assert (str(fault), fault.exit_code) == ("3 rows", 4)


@pytest.mark.parametrize(
    "text",
    [
        "postgresql+psycopg2://u:S3cret@db/x",
        "postgres://u:S3/cret@db",
        "mysql://S3cret@db",
        "?password=S3cret&u=1",
        "password = 'S3 cret' x",
        'pwd="S3 cret"',
        "PASS=S3cret;",
        "dbpass=S3cret",
        "api_key=S3cret",
        "passphrase=S3cret",
        "credential=S3cret",
        "sig=S3cret",
    ],
)
def test_a_secret_of_an_address_is_not_said(text):
    said = messages.plain(f"cannot open {text} now")
    assert "***" in said
    assert "S3" not in said
    assert "cret" not in said


@pytest.mark.parametrize(
    "text",
    [
        "a key = 3",
        "s3://bucket/file@2x.png",
        "https://example.com/a@b",
        "tokenize = 1",
        "passed = 3",
    ],
)
def test_what_is_no_secret_is_said(text):
    assert messages.plain(text) == text
