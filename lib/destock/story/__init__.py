"""One function per notebook: composes the analyses into the frames and findings of its page."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from destock.analysis.classification import kinds
from destock.analysis.classification.causes import CAUSES, PLANNED
from destock.analysis.classification.sizes import by_style
from destock.analysis.elasticity.experiments import daily
from destock.analysis.elasticity.money import after_a_cut
from destock.analysis.impact import carrying as money
from destock.analysis.pacing.example import example
from destock.analysis.summary import cheapest_first, most_money
from destock.intake.shop import Shop
from destock.model.assumptions import table as assumptions_table
from destock.model.findings import Finding
from destock.model.findings import table as findings_table
from destock.model.messages import language, made_for, say, speak
from destock.model.metrics import DEFINITIONS
from destock.model.parameters import refuse_unknown
from destock.model.results import TABLES, published
from destock.panel.book import Book, open_book
from destock.story import findings, frames, overstock, pace_findings, price_findings
from destock.story import overstock_findings as found_in


@dataclass(frozen=True)
class Page:
    """What one notebook shows: frames by name, findings by id, and the facts every page needs."""

    name: str
    shop: Shop
    as_of: pd.Timestamp
    frames: dict[str, pd.DataFrame]
    findings: list[Finding]

    @property
    def currency(self) -> str:
        return self.shop.currency

    @property
    def definition(self) -> str:
        """What this shop's sell-through divides by what: the line under every chart that compares
        it.
        """
        return DEFINITIONS[self.shop.sell_through]

    def __getitem__(self, name: str) -> pd.DataFrame:
        """A frame that remembers in which table of the results all of its rows are, where they are
        in one.
        """
        frame = self.frames[name].copy(deep=False)
        frame.attrs["results"] = name if name in TABLES else ""
        return frame

    def found(self, *ids: str) -> list[Finding]:
        """The findings of these ids, in this order; an id that was not found is left out."""
        return [finding for wanted in ids for finding in self.findings if finding.id == wanted]


Settings = Mapping[str, object] | None


def _open(shop: str | Path, as_of: object, lang: str, settings: Settings) -> Book:
    speak(lang)
    refuse_unknown()
    return open_book(shop, as_of, settings)


def _page(book: Book, name: str, shown: dict[str, pd.DataFrame], found: list[Finding]) -> Page:
    shown |= {"assumptions": assumptions_table(book.assumptions)}
    return Page(
        name,
        book.shop,
        book.today,
        shown,
        findings.missing(book, name) + found + findings.unit(book),
    )


def summary(
    shop: str | Path, as_of: object = None, lang: str = "en", settings: Settings = None
) -> Page:
    """Does it agree with my own system, and which ten styles matter most?

    Frames: ``control`` (figure, ours, theirs, gap), ``open_orders`` (what is on order for what is
    already too much), ``top`` (the ten styles with most money in excess, the cheapest lever first),
    ``actions`` (all of them).
    """
    book = _open(shop, as_of, lang, settings)
    actions = overstock.actions(book)
    shown = {
        "control": frames.control(book),
        "actions": actions,
        "open_orders": overstock.open_orders(book),
    }
    shown |= {"top": overstock.photographed(book, cheapest_first(most_money(actions).head(10)))}
    stock = findings.stock_unknown(book) or found_in.excess(book) + found_in.why(
        book
    ) + found_in.cost(book)
    return _page(
        book,
        "summary",
        shown,
        findings.doubts(book)
        + stock
        + pace_findings.pacing(book)
        + found_in.first_steps(book)
        + findings.after_the_day(book),
    )


def intake(
    shop: str | Path, as_of: object = None, lang: str = "en", settings: Settings = None
) -> Page:
    """Can these figures be trusted: do they agree with the shop's own system, and does the stock
    add up?

    Frames: ``control``, ``rows`` (table, file), ``rejects``, ``reconciliation`` (step),
    ``breaks`` (counts that differ from the records).
    """
    book = _open(shop, as_of, lang, settings)
    shown = {
        "control": frames.control(book),
        "rows": book.panel("rows"),
        "rejects": book.panel("rejects"),
    }
    shown |= {"reconciliation": frames.reconciled(book), "breaks": book.panel("count_break")}
    return _page(
        book,
        "intake",
        shown,
        findings.intake(book)
        + findings.doubts(book)
        + findings.noted(book)
        + findings.after_the_day(book),
    )


def classification(
    shop: str | Path, as_of: object = None, lang: str = "en", settings: Settings = None
) -> Page:
    """Which stock is too much, of which kind, and what brought it about?

    Frames: ``quadrants`` (item), ``by_class``, ``classes`` (item, class) with what each class rests
    on, ``decided`` (by the analyst), ``by_cause``, ``leftover`` (item: units by cause), ``ageing``
    (band), ``sizes`` (style), ``ranked`` (ABC × XYZ), ``moving`` (four-week periods).
    """
    book = _open(shop, as_of, lang, settings)
    classes, unknown = overstock.classes(book), findings.stock_unknown(book)
    told = classes.merge(
        overstock.excess(book)
        .drop(columns=["category"])
        .drop(columns=[c for c in classes if c != "item"], errors="ignore"),
        on="item",
        validate="m:1",
    )
    by_class = kinds.by_class(classes)
    shown = {
        "by_class": by_class.iloc[:0] if unknown else by_class,
        "classes": told,
        "decided": told[told["decided"] == kinds.BY_ANALYST],
    }
    shown |= {
        "by_cause": kinds.by(overstock.charged(book), "cause"),
        "leftover": overstock.leftover_named(book),
    }
    shown |= {
        "quadrants": overstock.quadrants(book),
        "ageing": overstock.ages_now(book),
        "moving": overstock.moving(book),
    }
    shown |= {"sizes": by_style(overstock.size_runs(book)), "ranked": overstock.grid(book)}
    found = (
        unknown or found_in.excess(book) + found_in.why(book) + found_in.sizes(book)
    ) + found_in.age(book)
    return _page(book, "classification", shown, found)


def impact(
    shop: str | Path, as_of: object = None, lang: str = "en", settings: Settings = None
) -> Page:
    """What does the overstock cost, what is it still worth, and until when does holding pay?

    Frames: ``by_class``, ``by_category`` (units, purchase, storage, capital, insurance, shrink,
    total, week), ``effects`` (figure: cash_flow, profit), ``value`` (item, condition: net
    realisable value and write-down), ``provisions`` (item), ``decisions`` (item: hold or let go,
    price floor), ``productivity`` (category), ``losses`` (month), ``open_orders``.
    """
    book = _open(shop, as_of, lang, settings)
    costs, names = overstock.costs(book), frames.items(book)[["item", "name"]]
    shown = {
        "by_class": money.by(costs, "class"),
        "by_category": money.by(costs, "category"),
        "effects": overstock.effects(book),
    }
    shown |= {
        "value": overstock.value_now(book).merge(names, on="item"),
        "provisions": overstock.provisions(book),
        "losses": overstock.losses(book),
    }
    shown |= {
        "decisions": (
            overstock.decisions(book)
            .assign(at_stake=lambda d: d["units"] * d["price"])
            .merge(names, on="item")
            .sort_values("at_stake", ascending=False, kind="stable")
        ),
        "productivity": overstock.productivity(book),
    }
    found = findings.stock_unknown(book) or found_in.cost(book) + found_in.worth(book)
    return _page(book, "impact", shown, found)


def pacing(
    shop: str | Path, as_of: object = None, lang: str = "en", settings: Settings = None
) -> Page:
    """Which styles fall behind the pace of the last years, and will they earn their cost back?

    Frames: ``pace`` (style), ``baseline`` (season, tier, age), ``paths`` (style, age); ``cohorts``
    (season, year), ``compared`` (part of the range, place), ``fits`` (style, place),
    ``definitions``, ``targets`` and ``grades`` (style), ``example`` (figure); ``stages`` (tier,
    day), ``fans`` (style, week), ``backtest`` (week, method), ``behind`` (style), ``years``
    (category), ``year_weeks`` (category, year, week).
    """
    book = _open(shop, as_of, lang, settings)
    shown = {
        "pace": frames.pace(book),
        "baseline": frames.baseline(book),
        "paths": frames.paths(book),
    }
    shown |= {
        "cohorts": frames.cohorts(book),
        "compared": frames.compared(book),
        "fits": frames.fits(book),
    }
    shown |= {
        "definitions": frames.definitions(book),
        "targets": frames.targets(book),
        "grades": frames.grades(book),
        "example": example(),
    }
    shown |= {name: frames.season(book, name) for name in ("stages", "backtest")} | {
        "fans": frames.fans(book),
        "behind": frames.behind(book),
    }
    shown |= {"years": frames.year(book, "years"), "year_weeks": frames.year(book, "year_weeks")}
    found = (
        pace_findings.pacing(book)
        + pace_findings.season_end(book)
        + pace_findings.look_first(book)
        + pace_findings.calendar_year(book)
    )
    found += pace_findings.compared(book) + pace_findings.targets(book) + pace_findings.grades(book)
    return _page(book, "pacing", shown, found)


def elasticity(
    shop: str | Path, as_of: object = None, lang: str = "en", settings: Settings = None
) -> Page:
    """How do customers answer a price cut, as far as the shop's own data can tell?

    Frames: ``elasticity`` (all, and by category), ``estimators``, ``items``, ``daily``
    (arm, day of test), ``event_study`` (week from the decision), ``traffic``, ``readouts``,
    ``ladder`` (step), ``next_test`` (rows of the table prices), ``test_options``.
    """
    book = _open(shop, as_of, lang, settings)
    shown = {
        "elasticity": after_a_cut(frames.price_answer(book)),
        "estimators": after_a_cut(frames.estimators_compared(book)),
        "items": frames.item_elasticities(book),
        "daily": daily(book.panel("item_day"), book.panel("experiment")),
        "event_study": frames.around_decisions(book),
        "traffic": frames.by_traffic(book),
        "readouts": frames.readouts(book),
        "ladder": frames.ladder(book),
        "next_test": frames.next_test(book),
        "test_options": frames.test_options(book),
    }
    found = (
        price_findings.elasticity(book)
        + price_findings.price_tests(book)
        + price_findings.price_money(book)
        + price_findings.next_test(book)
    )
    return _page(book, "elasticity", shown, found)


PAGES = {
    page.__name__: page for page in (summary, intake, classification, impact, pacing, elasticity)
}


def pages(book: Book) -> dict[str, Page]:
    """What every notebook shows of this shop on this day, by the name of its page."""
    made = {}
    for name, page in PAGES.items():
        with made_for(say("page {page}", page=name)):
            made[name] = page(book.shop.folder, book.as_of, language(), book.assumptions)
    return made


def results(book: Book, pages: Mapping[str, Page]) -> dict[str, pd.DataFrame]:
    """Every frame that other people build on, by the name of its file in ``results/``
    (model/results.py says what is in it).
    """
    found = pd.concat(
        [findings_table(page.findings).assign(page=name) for name, page in pages.items()],
        ignore_index=True,
    )
    whole = {
        "control": frames.control(book),
        "rows": book.panel("rows"),
        "rejects": book.panel("rejects"),
        "breaks": book.panel("count_break"),
        "styles": overstock.excess(book),
        "classes": overstock.classes(book),
        "costs": overstock.costs(book),
        "ageing": overstock.ageing(book),
        "moving": overstock.moving(book),
        "baseline": frames.baseline(book),
        "pace": frames.pace(book),
        "season_path": frames.season_path(book),
        "stages": frames.season(book, "stages"),
        "backtest": frames.season(book, "backtest"),
        "behind": frames.behind(book),
        "years": frames.year(book, "years"),
        "year_weeks": frames.year(book, "year_weeks"),
        "cohorts": frames.cohorts(book),
        "compared": frames.compared(book),
        "fits": frames.fits(book),
        "definitions": frames.definitions(book),
        "targets": frames.targets(book),
        "grades": frames.grades(book),
        "elasticity": frames.price_answer(book),
        "estimators": frames.estimators_compared(book),
        "item_elasticity": frames.item_elasticities(book),
        "price_changes": frames.price_changes(book),
        "readouts": frames.readouts(book),
        "ladder": frames.ladder(book),
        "next_test": frames.next_test(book),
        "causes": overstock.charged(book),
        "leftover": (
            overstock.leftover(book)[["item", *CAUSES, PLANNED]]
            .melt("item", var_name="cause", value_name="units")
            .sort_values(["item", "cause"])
        ),
        "main_cause": overstock.leftover(book),
        "sizes": overstock.size_runs(book),
        "value": overstock.value_now(book),
        "provisions": overstock.provisions(book),
        "decisions": overstock.decisions(book),
        "productivity": overstock.productivity(book),
        "losses": overstock.losses(book),
        "open_orders": overstock.open_orders(book),
        "actions": overstock.actions(book),
        "findings": found,
        "assumptions": assumptions_table(book.assumptions),
    }
    return {name: published(name, frame) for name, frame in whole.items()}
