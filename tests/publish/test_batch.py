"""The pack: whole or not at all, self-contained, in both languages, with everything that other
people build on.
"""

import json
import re
from html.parser import HTMLParser

import pandas as pd
import pytest

from destock.model.messages import speak
from destock.model.notebooks import in_pack
from destock.publish.packs import Pack, publish
from destock.publish.supervisor import Supervisor

REFERENCES = re.compile(r"""(?:src|href|url)\s*[=(]\s*["']?\s*([^"'\s>)]+)""")


def build(shop, out, **options):
    with Supervisor() as supervisor:
        return publish(Pack(shop, out=out, **options), supervisor, lambda step: None)


@pytest.fixture(scope="module")
def pack(small_shop, tmp_path_factory):
    return build(small_shop, tmp_path_factory.mktemp("reports") / "pack")


@pytest.fixture(scope="module")
def chinese_pack(small_shop, tmp_path_factory):
    speak("zh")
    try:
        return build(small_shop, tmp_path_factory.mktemp("reports") / "包裹")
    finally:
        speak("en")


def pages(pack):
    return sorted(pack.glob("*.html"))


class Text(HTMLParser):
    """The visible text of a page and the names of its elements."""

    def __init__(self, source):
        super().__init__()
        self.text, self.tags, self.attributes, self.hidden = [], set(), set(), False
        self.feed(source)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.hidden = tag in ("style", "title")

    def handle_endtag(self, tag):
        self.hidden = False

    def handle_data(self, data):
        if not self.hidden:
            self.text.append(data)


class TestPages:
    def test_one_page_a_notebook_and_a_table_of_contents(self, pack):
        assert [p.stem for p in pages(pack)] == sorted([*in_pack(), "index"])

    def test_no_page_asks_another_host(self, pack):
        for page in pages(pack):
            found = REFERENCES.findall(page.read_text(encoding="utf-8"))
            assert [r for r in found if not r.startswith("data:") and not (pack / r).exists()] == []

    def test_no_page_holds_a_script_or_shows_code(self, pack):
        for page in pages(pack):
            source = page.read_text(encoding="utf-8")
            seen = Text(source)
            assert not seen.tags & {"script", "iframe", "object", "link"}
            assert not [name for name in seen.attributes if name.startswith("on")]
            assert "default-src 'none'" in source
            assert "open_page(" not in source
            assert "import " not in "".join(seen.text)

    def test_every_page_has_a_question_and_an_answer(self, pack):
        for page in pages(pack):
            source = page.read_text(encoding="utf-8")
            assert "<h1" in source
            assert page.stem == "index" or 'class="finding"' in source

    def test_no_page_shows_what_only_programs_say(self, pack, chinese_pack):
        for page in [*pages(pack), *pages(chinese_pack)]:
            words = " ".join(Text(page.read_text(encoding="utf-8")).text)
            assert not re.search(r"\b(nan|None|NaT|inf|Traceback|NaN)\b", words), page

    def test_a_chinese_page_is_chinese(self, chinese_pack):
        known = re.compile(
            r"destock|SKU|shop\.toml|control_totals|results|CSV|Parquet|run\.json|parameters|as_of|[A-Z0-9][\w.-]*"
        )
        for page in pages(chinese_pack):
            source = page.read_text(encoding="utf-8")
            assert 'lang="zh-Hans-CN"' in source
            words = " ".join(Text(source).text)
            english = set(re.findall(r"[a-z]{3,}(?: [a-z]{2,})+", known.sub("", words)))
            assert english == set(), page.stem


class TestResults:
    def test_every_table_is_there_twice(self, pack):
        assert {p.stem for p in (pack / "results").glob("*.parquet")} == {
            p.stem for p in (pack / "results").glob("*.csv")
        }

    def test_the_contract_says_what_every_column_means(self, pack):
        said = json.loads((pack / "results" / "contract.json").read_text(encoding="utf-8"))
        assert set(said["tables"]) == {p.stem for p in (pack / "results").glob("*.parquet")}
        for name, table in said["tables"].items():
            frame = pd.read_parquet(pack / "results" / f"{name}.parquet")
            assert list(frame.columns) == list(table["columns"])
            assert all(column["unit"] and column["meaning"] for column in table["columns"].values())
            assert name in ("rejects", "findings") or not frame.duplicated(table["key"]).any(), name

    def test_sums_agree_between_tables(self, pack):
        read = {p.stem: pd.read_parquet(p) for p in (pack / "results").glob("*.parquet")}
        assert read["classes"]["units"].sum() == pytest.approx(read["styles"]["excess_units"].sum())
        assert read["costs"]["purchase"].sum() == pytest.approx(read["classes"]["cost"].sum())

    def test_run_json_says_what_was_run(self, pack):
        run = json.loads((pack / "run.json").read_text(encoding="utf-8"))
        assert (run["status"], run["as_of"], run["language"]) == ("ok", "2026-06-07", "en")
        assert {page["page"] for page in run["pages"]} == set(in_pack())
        assert {page["warnings"] for page in run["pages"]} == {0}
        assert set(run["inputs"]) >= {"shop.toml", "order_lines.parquet"}
        assert all(len(digest) == 64 for digest in run["inputs"].values())
        assert sum(row["rows_in"] for row in run["rows"]) == sum(
            row["used"] + row["updated"] + row["rejected"] + row["deduplicated"] + row["skipped"]
            for row in run["rows"]
        )

    def test_the_same_input_gives_the_same_pack(self, pack, small_shop, tmp_path):
        again = build(small_shop, tmp_path / "again", only=["impact", "pacing"])
        for name in (
            "impact.html",
            "pacing.html",
            "results/classes.csv",
            "results/classes.parquet",
            "results/findings.csv",
        ):
            ours, theirs = (
                (folder / name).read_text(encoding="utf-8", errors="replace")
                for folder in (pack, again)
            )
            if name.endswith(".html"):
                ours, theirs = (
                    re.sub(r"<nav>.*?</nav>", "", text, flags=re.DOTALL) for text in (ours, theirs)
                )
            assert ours == theirs, name
