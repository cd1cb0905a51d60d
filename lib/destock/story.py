"""One function per notebook: composes the analyses and makes findings of their frames.

panel → pacing → elasticity → classification → impact → summary.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from destock.analysis import classification as kinds
from destock.analysis import elasticity as prices
from destock.analysis import impact as costs
from destock.analysis import pacing as paces
from destock.analysis import summary as first
from destock.intake.shop import Shop
from destock.model.assumptions import table as assumptions_table
from destock.model.findings import Finding
from destock.model.findings import table as findings_table
from destock.model.messages import language, mark, speak
from destock.model.metrics import ratio
from destock.panel.book import Book, open_book

# what cannot be said without a table, what the table would make possible, and on which pages that matters
MISSING = {
    "purchases": (
        mark("how old the stock is and how much of what was received has been sold"),
        mark("sell-through, ages and open orders"),
        ("classification", "impact", "pacing"),
    ),
    "stock": (
        mark("whether the stock that the records lead to is really there"),
        mark("checked stock and its breaks"),
        ("classification", "impact"),
    ),
    "prices": (mark("how customers answer a price cut"), mark("elasticities from your own markdown tests"), ("elasticity",)),
    "traffic": (
        mark("whether a slow style was not wanted or not shown"),
        mark("a fair judgement of what was shown too little"),
        ("classification",),
    ),
    "plan": (mark("whether a style misses its plan or the plan was wrong"), mark("the causes of the excess"), ()),
}


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

    def __getitem__(self, name: str) -> pd.DataFrame:
        return self.frames[name]

    def found(self, *ids: str) -> list[Finding]:
        """The findings of these ids, in this order; an id that was not found is left out."""
        return [finding for wanted in ids for finding in self.findings if finding.id == wanted]


# --- the frames, in the order in which they rest on each other ---


def _weeks(book: Book) -> pd.DataFrame:
    return book.kept("weeks", lambda: paces.net_weeks(book.panel("item_week"), book.panel("item_now"), book.panel("return_lag")))


def _styles(book: Book) -> pd.DataFrame:
    def compute() -> pd.DataFrame:
        styles = paces.items(book.panel("item_now"), _weeks(book), book.today)
        return styles.assign(remaining=paces.remaining_demand(styles, paces.links(styles, _weeks(book), book.today)))

    return book.kept("styles", compute)


def _baseline(book: Book) -> pd.DataFrame:
    return book.kept("baseline", lambda: paces.baseline(_styles(book), _weeks(book), book.today, book.assumptions))


def _pace(book: Book) -> pd.DataFrame:
    return book.kept("pace", lambda: paces.pace(_styles(book), _baseline(book), book.assumptions))


def _tests(book: Book) -> pd.DataFrame:
    return prices.test_weeks(book.panel("item_week"), book.panel("experiment"), book.panel("item_now"))


def _elasticity(book: Book) -> pd.DataFrame:
    return book.kept("elasticity", lambda: prices.estimate(_tests(book), by="category"))


def _excess(book: Book) -> pd.DataFrame:
    def compute() -> pd.DataFrame:
        styles, rates = _styles(book), paces.weekly_rate(_weeks(book))
        frame = kinds.excess(styles.drop(columns="remaining"), styles["remaining"], rates, book.assumptions)
        return kinds.lines_of_failure(frame, _baseline(book))

    return book.kept("excess", compute)


def _classes(book: Book) -> pd.DataFrame:
    return book.kept("classes", lambda: kinds.classify(_excess(book), book.today, book.assumptions))


def _costs(book: Book) -> pd.DataFrame:
    def compute() -> pd.DataFrame:
        frame = costs.carrying(_classes(book), book.panel("layer"), book.panel("sku_now"), book.assumptions)
        return frame.merge(book.panel("item_now")[["item", "category"]], on="item", validate="m:1")

    return book.kept("costs", compute)


def _actions(book: Book) -> pd.DataFrame:
    pooled = _elasticity(book).iloc[0]
    return book.kept("actions", lambda: first.actions(_excess(book), _costs(book), float(pooled["elasticity"]), book.today))


def _page(book: Book, name: str, frames: dict[str, pd.DataFrame], findings: list[Finding]) -> Page:
    return Page(name, book.shop, book.today, frames | {"assumptions": assumptions_table(book.assumptions)}, missing(book, name) + findings)


def missing(book: Book, page: str = "intake") -> list[Finding]:
    """What can a page not tell, because the shop does not give a table?"""
    given = set(book.panel("given")["table"])
    return [
        Finding(
            "missing_table",
            1,
            "table",
            item=table,
            severity=1,
            figures={"table": (table, "text"), "impossible": (no, "label"), "possible": (yes, "label")},
        )
        for table, (no, yes, pages) in MISSING.items()
        if table not in given and page in ("summary", "intake", *pages)
    ]


# --- the pages ---


def _open(shop: str | Path, as_of: str | None, lang: str, settings: Mapping[str, object] | None) -> Book:
    speak(lang)
    return open_book(shop, as_of, settings)


def intake(shop: str | Path, as_of: str | None = None, lang: str = "en", settings: Mapping[str, object] | None = None) -> Page:
    """Can these figures be trusted: do they agree with the shop's own system, and does the stock add up?

    Frames: ``control`` (figure, ours, theirs, gap), ``rows`` (by table and file),
    ``rejects``, ``reconciliation`` (summed), ``breaks`` (counts that differ from the records).
    """
    book = _open(shop, as_of, lang, settings)
    rows, breaks = book.panel("rows"), book.panel("count_break")
    frames = {
        "control": control(book),
        "rows": rows,
        "rejects": book.panel("rejects"),
        "reconciliation": _reconciled(book),
        "breaks": breaks,
    }
    totals, counted = rows.sum(numeric_only=True), book.panel("reconciliation")
    last = book.panel("control_total")["last_day"].iloc[0]
    findings = [
        Finding(
            "rows",
            totals["used"],
            "rows",
            "rows used ÷ rows in",
            severity=int(totals["rejected"] > 0),
            figures={k: (totals[k], "units") for k in ("rows_in", "used", "updated", "rejected", "deduplicated", "skipped")},
        ),
        Finding(
            "freshness",
            (book.today - last).days,
            "days",
            "as of − last order line",
            figures={"last_day": (last, "date"), "as_of": (book.today, "date")},
        ),
    ]
    if len(counted):
        figures = {
            "skus": (len(counted), "units"),
            "breaks": (len(breaks), "units"),
            "units": (breaks["difference"].sum(), "units"),
            "closing": (counted["closing"].sum(), "units"),
        }
        findings.append(
            Finding(
                "stock_adds_up",
                len(breaks),
                "counts",
                "counts that differ from the records",
                severity=int(len(breaks) > 0),
                figures=figures,
            )
        )
    return _page(book, "intake", frames, findings)


def control(book: Book) -> pd.DataFrame:
    """Does the workbook agree with the shop's own system? One row a control total, with the gap."""
    ours = book.panel("control_total").iloc[0]
    net = ours["paid"] - (0 if pd.isna(ours["cancelled"]) else ours["cancelled"]) - (0 if pd.isna(ours["refunded"]) else ours["refunded"])
    values = {
        mark("paid"): (ours["paid"], "paid"), mark("cancelled before shipping"): (ours["cancelled"], "cancelled"), mark("refunded"): (ours["refunded"], "refunded"),
        mark("net"): (net, "net"), mark("settled (net − charges)"): (net - ours["charges"], "settled"),
        mark("units on hand"): (ours["units_on_hand"], "units_on_hand"), mark("stock at cost"): (ours["stock_at_cost"], "stock_at_cost"),
    }  # fmt: skip
    frame = pd.DataFrame(
        [
            {
                "figure": figure,
                "ours": value,
                "theirs": book.shop.control_totals.get(key),
                "unit": "units" if key == "units_on_hand" else "money",
            }
            for figure, (value, key) in values.items()
        ]
    )
    return frame.astype({"ours": float, "theirs": float}).assign(gap=lambda f: f["ours"] - f["theirs"])


def _reconciled(book: Book) -> pd.DataFrame:
    sums = book.panel("reconciliation")[["opening", "received", "shipped", "restocked", "moved", "counted_difference", "closing"]].sum()
    signs = {
        mark("opening stock"): sums["opening"], mark("received"): sums["received"], mark("shipped"): -sums["shipped"], mark("returned"): sums["restocked"],
        mark("other movements"): sums["moved"], mark("differences found by counting"): sums["counted_difference"], mark("closing stock"): sums["closing"],
    }  # fmt: skip
    return pd.DataFrame({"step": list(signs), "units": list(signs.values())})


def classification(shop: str | Path, as_of: str | None = None, lang: str = "en", settings: Mapping[str, object] | None = None) -> Page:
    """Which stock is too much, and of which kind?

    Frames: ``by_class``, ``classes`` (item, class), ``quadrants`` (sell-through × stock-to-sales),
    ``ageing`` (category, band), ``moving`` (four-week periods).
    """
    book = _open(shop, as_of, lang, settings)
    frame, classes = _excess(book), _classes(book)
    ageing = book.kept("ageing", lambda: kinds.ageing(book.panel("layer"), book.panel("sku_now"), book.panel("item_now")))
    moving = book.kept("moving", lambda: kinds.moving_share(book.panel("sku_week")))
    frames = {
        "by_class": kinds.by_class(classes),
        "classes": classes.merge(frame[_SHOWN], on="item"),
        "quadrants": _quadrants(frame, classes),
        "ageing": ageing,
        "moving": moving,
    }
    return _page(book, "classification", frames, _excess_findings(frame, classes) + _age_findings(frame, ageing, moving))


_SHOWN = ["item", "name", "category", "season", "on_hand", "damaged", "on_order", "weeks_of_supply", "stock_to_sales", "sell_through"]


def _quadrants(frame: pd.DataFrame, classes: pd.DataFrame) -> pd.DataFrame:
    main = classes.drop_duplicates("item")[["item", "class"]]
    money = classes.groupby("item")["cost"].sum().rename("money").reset_index()
    return frame.loc[frame["on_hand"] > 0, _SHOWN].merge(main, on="item", how="left").merge(money, on="item", how="left")


def _excess_findings(frame: pd.DataFrame, classes: pd.DataFrame) -> list[Finding]:
    if frame["on_hand"].isna().all():
        return [Finding("stock_unknown", float("nan"), "units", severity=2)]
    stock, units, cost = frame["on_hand"].sum() + frame["damaged"].sum(), classes["units"].sum(), classes["cost"].sum()
    share = float(ratio(units, stock))
    found = [
        Finding(
            "excess",
            share,
            "share",
            "excess ÷ on hand, units",
            money=cost,
            severity=2,
            figures={"units": (units, "units"), "share": (share, "percent"), "money": (cost, "money"), "stock": (stock, "units")},
        )
    ]
    for row in kinds.by_class(classes).sort_values("units", ascending=False).head(1).itertuples():
        part = float(ratio(row.units, units))
        found.append(
            Finding(
                "largest_class",
                part,
                "share",
                "class ÷ all excess, units",
                money=row.cost,
                figures={"class": (row[1], "label"), "share": (part, "percent"), "money": (row.cost, "money")},
            )
        )
    idle = frame[kinds.dead(frame)]
    if len(idle):
        figures = {"items": (len(idle), "units"), "units": (idle["on_hand"].sum(), "units"), "money": (idle["on_hand_cost"].sum(), "money")}
        found.append(
            Finding("dead", len(idle), "styles", "no sale in 13 weeks", money=idle["on_hand_cost"].sum(), severity=1, figures=figures)
        )
    return found


def _age_findings(frame: pd.DataFrame, ageing: pd.DataFrame, moving: pd.DataFrame) -> list[Finding]:
    found = []
    total = ageing["cost"].sum()
    if total > 0:
        share = ageing.loc[ageing["band"].isin(kinds.AGE_LABELS[3:]), "cost"].sum() / total
        found.append(
            Finding(
                "old_stock",
                share,
                "share",
                "cost of units received more than 90 days ago ÷ cost of stock",
                figures={"share": (share, "percent"), "money": (share * total, "money")},
            )
        )
    if len(moving):
        now = moving.iloc[0]
        found.append(
            Finding(
                "moving",
                now["share"],
                "share",
                "SKUs sold ÷ SKUs on sale, four weeks",
                figures={"share": (now["share"], "percent"), "moving": (now["moving"], "units"), "on_sale": (now["on_sale"], "units")},
            )
        )
    return found


def impact(shop: str | Path, as_of: str | None = None, lang: str = "en", settings: Mapping[str, object] | None = None) -> Page:
    """What does the overstock cost, and what does every week of waiting cost?

    Frames: ``by_class``, ``by_category`` (purchase, storage, capital, total, week).
    """
    book = _open(shop, as_of, lang, settings)
    frame = _costs(book)
    frames = {"by_class": costs.by(frame, "class"), "by_category": costs.by(frame, "category")}
    if book.panel("item_now")["on_hand"].isna().all():
        return _page(book, "impact", frames, [Finding("stock_unknown", float("nan"), "units", severity=2)])
    locked, known, total = costs.locked(frame, book.panel("item_now")), costs.coverage(book.panel("item_now")), frame.sum(numeric_only=True)
    warnings = (mark("cost is not known for all stock"),) if known["share"] < 0.98 else ()
    findings = [
        Finding("locked", locked["share"], "share", "excess ÷ stock, at cost", money=locked["excess_cost"], severity=2, warnings=warnings,
                figures={"share": (locked["share"], "percent"), "money": (locked["excess_cost"], "money"), "stock": (locked["stock_cost"], "money"), "known": (known["share"], "percent")}),
        Finding("waiting", total["week"], "money a week", "storage + capital on cost", money=total["week"], severity=1,
                figures={"money": (total["week"], "money"), "storage_rate": (book.assumptions["storage_per_unit_day"], "number"), "capital_rate": (book.assumptions["capital_rate"], "percent")}),
        Finding("spent", total["storage"] + total["capital"], "money", "storage + capital since receipt", money=total["storage"] + total["capital"],
                figures={"money": (total["storage"] + total["capital"], "money")}),
    ]  # fmt: skip
    return _page(book, "impact", frames, findings)


def pacing(shop: str | Path, as_of: str | None = None, lang: str = "en", settings: Mapping[str, object] | None = None) -> Page:
    """Which styles fall behind the pace of the last years, and will they earn their cost back?

    Frames: ``baseline`` (season, tier, age), ``pace`` (style), ``paths`` (style × age).
    """
    book = _open(shop, as_of, lang, settings)
    pace, bands, weeks = _pace(book), _baseline(book), _weeks(book)
    paths = weeks[weeks["item"].isin(pace["item"])].merge(pace[["item", "tier_used", "season", "received", "pace"]], on="item")
    paths["sell_through"] = ratio(paths["cumulative"], paths["received"])
    frames = {"pace": pace, "baseline": bands, "paths": paths[["item", "season", "tier_used", "age", "sell_through", "pace"]]}
    return _page(book, "pacing", frames, _pace_findings(pace))


def _pace_findings(pace: pd.DataFrame) -> list[Finding]:
    if pace.empty:
        return [Finding("no_pace", float("nan"), "share", severity=1)]
    received, net = pace["received"].sum(), pace["net_units"].sum()
    share, usual = (
        float(ratio(net, received)),
        float(ratio((pace["median"] * pace["received"]).sum(), pace.loc[pace["median"].notna(), "received"].sum())),
    )
    late = pace["pace"].isin(["slow", "behind"])
    judged = ~pace["pace"].isin(["too early", "no baseline"])
    short = pace["projected"] < pace["break_even"]
    found = [
        Finding("season_sell_through", share, "share", "net units ÷ received", figures={"season": (" + ".join(sorted(pace["season"].unique())), "text"), "share": (share, "percent"), "usual": (usual, "percent"), "styles": (len(pace), "units")}),
        Finding("behind", late.sum(), "styles", "below the slowest quarter of past styles at the same age", severity=2,
                figures={"late": (late.sum(), "units"), "judged": (judged.sum(), "units"), "slow": ((pace["pace"] == "slow").sum(), "units"), "seasons": (pace["past_seasons"].max(), "units")}),
        Finding("break_even", short.sum(), "styles", "projected sell-through < break-even", severity=2, figures={"short": (short.sum(), "units"), "styles": (len(pace), "units")}),
    ]  # fmt: skip
    return found if pace["median"].notna().any() else [found[0], Finding("no_baseline", float("nan"), "share", severity=1)]


def elasticity(shop: str | Path, as_of: str | None = None, lang: str = "en", settings: Mapping[str, object] | None = None) -> Page:
    """How do customers answer a price cut, as far as the shop's own tests can tell?

    Frames: ``elasticity`` (all, and by category), ``daily`` (experiment, arm, day).
    """
    book = _open(shop, as_of, lang, settings)
    found = _elasticity(book)
    frames = {"elasticity": found, "daily": prices.daily(book.panel("item_day"), book.panel("experiment"))}
    return _page(book, "elasticity", frames, [_elasticity_finding(found.iloc[0])])


def _elasticity_finding(pooled: pd.Series) -> Finding:
    if pooled["verdict"] != "usable":
        return Finding(
            "no_elasticity",
            float("nan"),
            "percent",
            severity=1,
            warnings=(pooled["reason"],),
            figures={"reason": (pooled["reason"], "label")},
        )
    uplift = {name: 0.9 ** pooled[column] - 1 for name, column in (("uplift", "elasticity"), ("low", "high"), ("high", "low"))}
    counts = {"items": (pooled["items"], "units"), "controls": (pooled["controls"], "units"), "units": (pooled["units"], "units")}
    return Finding(
        "elasticity",
        pooled["elasticity"],
        "% units per % price",
        "randomised tests",
        pooled["low"],
        pooled["high"],
        figures={k: (v, "percent") for k, v in uplift.items()} | counts,
    )


def summary(shop: str | Path, as_of: str | None = None, lang: str = "en", settings: Mapping[str, object] | None = None) -> Page:
    """Does it agree with my own system, and which ten styles matter most?

    Frames: ``control``, ``actions`` (every style with excess, most money first).
    """
    book = _open(shop, as_of, lang, settings)
    actions = _actions(book)
    worst = impact(shop, as_of, lang, settings).found("locked", "waiting")
    findings = _excess_findings(_excess(book), _classes(book)) + worst + _pace_findings(_pace(book)) + _top_findings(actions)
    return _page(book, "summary", {"control": control(book), "actions": actions}, findings)


def _top_findings(actions: pd.DataFrame) -> list[Finding]:
    if actions.empty:
        return []
    top, on_order = actions.head(10), actions["on_order_cost"].sum()
    share = float(ratio(top["money"].sum(), actions["money"].sum()))
    return [
        Finding("top_ten", share, "share", "ten styles ÷ all excess, at cost", money=top["money"].sum(), severity=2, figures={"money": (top["money"].sum(), "money"), "share": (share, "percent"), "styles": (len(top), "units")}),
        Finding("open_orders", on_order, "money", "excess on order at cost", money=on_order, severity=2, figures={"money": (on_order, "money"), "styles": ((actions["excess_on_order"] > 0).sum(), "units")}),
    ]  # fmt: skip


def results(book: Book) -> dict[str, pd.DataFrame]:
    """Every frame that other people build on, by the name of its file in ``results/``."""
    parts = [
        findings_table(page(book.shop.folder, book.as_of, language(), book.assumptions).findings).assign(page=name)
        for name, page in PAGES.items()
    ]
    return {
        "control": control(book), "rows": book.panel("rows"), "rejects": book.panel("rejects"), "styles": _excess(book), "classes": _classes(book),
        "costs": _costs(book), "baseline": _baseline(book), "pace": _pace(book), "elasticity": _elasticity(book), "actions": _actions(book),
        "findings": pd.concat(parts, ignore_index=True), "assumptions": assumptions_table(book.assumptions),
    }  # fmt: skip


PAGES = {page.__name__: page for page in (summary, intake, classification, impact, pacing, elasticity)}
