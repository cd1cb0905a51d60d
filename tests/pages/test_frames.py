"""Frames by name: what a frame reads is what it asks for, and nothing else makes it stale."""

import re
from inspect import getsource

import pytest

from destock.model.assumptions import ASSUMPTIONS
from destock.model.notebooks import notebooks
from destock.model.results import PUBLISHED
from destock.pages import Frames, open_page
from destock.pages.frames import FACTS, MAKERS, assumed_by
from destock.panel.book import Book, open_book
from destock.panel.panel import WRITTEN


@pytest.fixture
def computed(monkeypatch):
    """The frames that are computed, not read, from here on."""
    found, kept = [], Book.kept

    def watched(self, names, compute, numbers):
        def counted():
            found.extend(names)
            return compute()

        return kept(self, names, counted, numbers)

    monkeypatch.setattr(Book, "kept", watched)
    return found


def all_kept(book):
    return {name: Frames(book)[name] for name, maker in MAKERS.items() if maker.kept}


def test_every_argument_is_a_frame_an_assumption_or_a_fact():
    asked = {word for notebook in notebooks().values() for word in notebook.asks}
    known = {*MAKERS, *WRITTEN, *ASSUMPTIONS, *FACTS, *asked, "numbers"}
    unknown = {name: set(maker.reads) - known for name, maker in MAKERS.items()}
    assert {name: missing for name, missing in unknown.items() if missing} == {}


def test_no_frame_has_the_name_of_another_thing():
    assert set(MAKERS) & {*WRITTEN, *ASSUMPTIONS, *FACTS} == set()


def test_every_table_of_the_results_is_a_frame():
    assert set(PUBLISHED) - {*MAKERS, *WRITTEN, *FACTS} == {"findings"}


class Watched(dict):
    """Numbers that know which of them were read; who takes all of them has read all."""

    def __init__(self, numbers):
        super().__init__(numbers)
        self.read = set()

    def __getitem__(self, name):
        self.read.add(name)
        return super().__getitem__(name)

    def __or__(self, other):
        self.read |= set(self)
        return dict(self) | other


def test_no_assumption_is_named_that_is_not_read(small_shop):
    """Of those that a frame is given together as ``numbers``, each is read in the frame or in the
    analysis that it hands them to: else it would make stale what does not depend on it.
    """
    read = {name: set() for name, maker in MAKERS.items() if maker.assumes}
    # what is asked of a shop with a past, and of one without
    for book in (open_book(small_shop), open_book("tests/shops/first")):
        for name, found in read.items():
            numbers = Watched({one: book.assumptions[one] for one in MAKERS[name].assumes})
            Frames(book, {"numbers": numbers}).told(MAKERS[name].make)
            found |= numbers.read
    assert read == {name: set(MAKERS[name].assumes) for name in read}


@pytest.mark.parametrize("unread", ["capital_rate", "cover_weeks", "test_cut"])
def test_an_assumption_makes_stale_what_depends_on_it_and_nothing_else(
    small_shop, computed, unread
):
    all_kept(open_book(small_shop))
    computed.clear()
    before = ASSUMPTIONS[unread]
    all_kept(open_book(small_shop, settings={unread: (before.low + before.value) / 2 + 0.01}))
    kept = {name for name, maker in MAKERS.items() if maker.kept}
    assert set(computed) == {name for name in kept if unread in assumed_by(name)} != set()


def test_the_rate_of_capital_moves_money_and_no_elasticity_or_back_test():
    kept = {name for name, maker in MAKERS.items() if maker.kept}
    assert {name for name in kept if "capital_rate" in assumed_by(name)} == {
        "actions",
        "cash_curve",
        "costs",
        "decisions",
        "exit_bounds",
        "exit_plan",
        "exits_by_hurry",
        "open_orders",
        "options",
        "own_options",
        "price_plans",
        "rest_by_hurry",
        "rest_options",
    }
    assert not assumed_by("elasticity")
    assert "capital_rate" not in assumed_by("backtest")


def test_a_frame_is_given_only_the_assumptions_that_it_names(small_shop):
    """So that none can be read without making the frame stale: the others are not there."""
    book = open_book(small_shop)
    for name, maker in MAKERS.items():
        named = re.findall(r'numbers\["(\w+)"\]', getsource(maker.make))
        assert set(named) <= set(maker.assumes), name
    frames = Frames(book, {"numbers": 0})
    assert set(frames["assumptions"]["name"]) == set(ASSUMPTIONS)


def test_a_page_says_in_which_table_of_the_results_all_of_its_rows_are(small_shop):
    page = open_page("classification", small_shop)
    assert page["classes_told"].attrs["results"] == "classes"
    assert page["sizes_by_style"].attrs["results"] == "sizes_by_style"
    assert page["age_bands"].attrs["results"] == ""


def test_a_page_that_is_not_there_is_refused_with_those_that_are(small_shop):
    with pytest.raises(Exception, match='page "pasing" is not known: use summary intake'):
        open_page("pasing", small_shop)


def test_a_mistyped_name_is_answered_with_the_nearest(small_shop):
    with pytest.raises(KeyError, match='no frame is called "itemz"; did you mean "items"'):
        Frames(open_book(small_shop))["itemz"]
