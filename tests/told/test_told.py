"""Every number of every told sentence, computed again from ``results/`` as somebody else would, and
every claim of order from the rows it speaks of.
"""

import json
import math
import re
from html import unescape
from pathlib import Path

import pandas as pd
import pytest
from tests.told import decisions, door, prices, season, stock
from tests.told.pack import ORACLES, Pack
from tests.told.words import AT_THE_DOOR, NOT_IN_RESULTS, NOT_TOLD
from tests.torture.small_shops import write

from destock.model.findings import SENTENCES, Finding
from destock.model.messages import speak
from destock.model.notebooks import notebooks
from destock.pages import PAGES
from destock.present.sentences import sentence
from destock.publish import packs as packing
from destock.publish.check import NOTHING_NEW

ROOT = Path(__file__).parents[2]
DATA = ROOT.parent / "shared" / "data"
REAL = ("online_retail", "supermarket_cn")
SHOPS = ("sample", "douyin", "snapshot", *REAL, "1", "2", "3")
PARAGRAPH = re.compile(r'<p class="finding">(.*?)</p>', re.DOTALL)
PARTS = (door, stock, season, prices, decisions)  # each fills ORACLES


@pytest.fixture(scope="session")
def packs(tmp_path_factory):
    """Shop → its pack; all made at once, as one ``destock report`` of several shops does."""
    speak("en")
    place = tmp_path_factory.mktemp("told")
    shops = {name: _shop(name, place) for name in SHOPS if name not in REAL or DATA.is_dir()}
    made = {name: Pack(place / f"pack-{name}", shop) for name, shop in shops.items()}
    wanted = [packing.Pack(pack.shop, out=pack.folder) for pack in made.values()]
    assert packing.publish_all(wanted, lambda step: None, lambda pack, outcome: None) == 0
    return made


def _shop(name: str, place: Path) -> Path:
    if name.isdigit():
        return write(int(name), place)
    return ROOT / "data" / name if name == "sample" else ROOT / "tests" / "shops" / name


@pytest.fixture(params=SHOPS)
def pack(request, packs):
    if request.param not in packs:
        pytest.skip("the published files are not on this machine")
    return packs[request.param]


def same(told: object, ours: object) -> bool:
    """Is a told figure what was computed here? To 1e-9 of it; what is not known is null."""
    if callable(ours):
        return ours(told)
    if isinstance(ours, str) or isinstance(told, str):
        return told == ours
    if told is None or pd.isna(ours):
        return told is None and bool(pd.isna(ours))
    return math.isclose(told, ours, rel_tol=1e-9, abs_tol=1e-9)


def ours(pack: Pack, id: str) -> list[dict]:
    """What the findings of this id must say of this pack: one dictionary a finding."""
    made = ORACLES[id](pack)
    return [made] if isinstance(made, dict) else made


def computed(id: str) -> set[str]:
    """The blanks of a sentence that can be computed from the results."""
    return {blank for blank in SENTENCES[id].kinds if (id, blank) not in NOT_IN_RESULTS}


def told_in(pack: Pack) -> list[str]:
    """The sentences of a pack that have an oracle."""
    return sorted(set(pack["findings"]["id"]) & set(ORACLES))


def agrees(told: dict, found: list[dict], blanks: set[str]) -> bool:
    """Is what is told one of what must be told?"""
    return any(all(same(told[blank], one[blank]) for blank in blanks) for one in found)


def test_every_number_is_computed_again_from_the_results(pack):
    wrong = []
    for id in told_in(pack):
        blanks, told, found = computed(id), pack.told(id), ours(pack, id)
        if len(told) != len(found) or not all(agrees(one, found, blanks) for one in told):
            wrong.append((id, told, found))
    assert wrong == []


def test_a_number_that_is_off_by_a_millionth_would_be_seen(pack):
    unseen = []
    for id in told_in(pack):
        blanks, told, found = computed(id), pack.told(id), ours(pack, id)
        unseen += [
            (id, blank)
            for one in told
            for blank in blanks
            if agrees(one | {blank: _off(one[blank])}, found, blanks)
        ]
    assert unseen == []


def _off(value: object) -> object:
    if isinstance(value, str):
        return f"?{value}"
    return value * (1 + 1e-6) if value else 1e-6


def test_every_finding_stands_on_a_page_as_it_is_written(pack):
    currency, rows = pack.toml["currency"], list(pack["findings"].itertuples())
    written = {(row.page, _written(row, currency)): row.id for row in rows}
    shown = {
        (page, unescape(text))
        for page, html in pack.pages.items()
        if page in PAGES
        for text in PARAGRAPH.findall(html)
    }
    assert shown - set(written) == set()
    told = {written[one] for one in shown}
    assert {row.id for row in rows} == told


def _written(row, currency: str) -> str:
    """The sentence of a finding of the results; days are read back as such."""
    figures = {
        name: (pd.Timestamp(value) if kind == "date" else value, kind)
        for name, (value, kind) in json.loads(row.figures).items()
    }
    return sentence(Finding(row.id, row.value, row.unit, figures=figures), currency)


def test_a_cut_table_names_one_with_as_many_rows(pack):
    assert [(rows, table) for rows, table in pack.notes if rows != len(pack[table])] == []


def of_no_pack() -> set[str]:
    """The sentences that only pages tell which no pack has unless it is asked for."""
    told = {True: set(), False: set()}
    for notebook in notebooks().values():
        calls = re.findall(r"page\.found\(([^)]*)\)", notebook.path.read_text(encoding="utf-8"))
        told[notebook.in_pack] |= set(re.findall(r"(\w+)\\\"", " ".join(calls)))
    return told[False] - told[True]


def test_what_is_left_out_is_known_and_no_more_than_that(packs):
    """A blank that an oracle gives, a sentence that a pack tells, and what is gone, must leave the
    lists; a sentence of which nothing is left out has an oracle.
    """
    if set(REAL) - set(packs):
        pytest.skip("the published files are not on this machine")
    told = {id for pack in packs.values() for id in pack["findings"]["id"]}
    every = {(id, blank) for id in SENTENCES for blank in SENTENCES[id].kinds}
    given = {
        (id, blank)
        for pack in packs.values()
        for id in told_in(pack)
        for one in ours(pack, id)
        for blank in one
    }
    assert set(NOT_IN_RESULTS) == {one for one in every if one[0] in told} - given
    whole = told - {id for id, _ in NOT_IN_RESULTS}
    assert whole <= set(ORACLES) <= told
    assert {*SENTENCES, NOTHING_NEW.id} - told == NOT_TOLD | of_no_pack() | AT_THE_DOOR
