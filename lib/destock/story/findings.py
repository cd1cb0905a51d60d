"""Frames → findings: what was found on each page, with its basis and the figures of its
sentence.
"""

import pandas as pd

from destock.intake.doubts import unknown_items
from destock.intake.missing import missing_tables
from destock.intake.named import JOINED
from destock.intake.shop import Shop
from destock.model.findings import Finding, untable
from destock.panel.book import Book
from destock.story import frames

UNKNOWN = float("nan")
# SKUs that no row of the products describes: finding, category, basis
_NO_PRODUCT = (
    ("not_in_master", "(not in master)", "SKUs without a product row"),
    ("product_rejected", "(product row rejected)", "SKUs whose product row was rejected"),
)


def figures_of(**by_kind: dict[str, object]) -> dict[str, tuple[object, str]]:
    """The blanks of a sentence, given by kind: ``figures_of(money={"cost": 3.0}, units={"n":
    2})``.
    """
    return {
        name: (value, kind) for kind, values in by_kind.items() for name, value in values.items()
    }


def missing(book: Book, page: str = "intake") -> list[Finding]:
    """What can a page not tell, because the shop does not give a table?"""
    return missing_tables(set(book.panel("given")["table"]), page)


def unit(book: Book) -> list[Finding]:
    """What is one unit, where a shop does not sell pieces?"""
    if book.shop.unit == Shop.unit:
        return []
    return [Finding("unit", 1, book.shop.unit, figures=figures_of(text={"unit": book.shop.unit}))]


def intake(book: Book) -> list[Finding]:
    """What came in, how fresh it is, whether the stock adds up."""
    rows, breaks, stock = (
        book.panel("rows").sum(numeric_only=True),
        book.panel("count_break"),
        book.panel("reconciliation"),
    )
    last = book.panel("control_total")["last_day"].iloc[0]
    found = [
        Finding(
            "freshness" if book.panel("item_months").empty else "freshness_snapshot",
            (book.today - last).days,
            "days",
            "as of − last order line or snapshot",
            figures=figures_of(date={"last_day": last, "as_of": book.today}),
        ),
        Finding(
            "rows",
            rows["used"],
            "rows",
            "rows used ÷ rows in",
            severity=int(rows["rejected"] > 0),
            figures=figures_of(units=rows.to_dict()),
        ),
    ]
    if len(stock):
        figures = figures_of(
            units={
                "skus": len(stock),
                "breaks": len(breaks),
                "units": breaks["difference"].sum(),
                "closing": stock["closing"].sum(),
            }
        )
        found.append(
            Finding(
                "stock_adds_up",
                len(breaks),
                "counts",
                "counts that differ from the records",
                severity=int(len(breaks) > 0),
                figures=figures,
            )
        )
    return found


def after_the_day(book: Book) -> list[Finding]:
    """What do the tables tell of days after that of the report?"""
    later = book.panel("later")
    if later.empty:
        return []
    tables = ", ".join(
        f"{row.named_in} ({row.later_rows:,.0f}, {row.last_day:%Y-%m-%d})"
        for row in later.itertuples()
    )
    figures = figures_of(date={"as_of": book.today}, text={"tables": tables})
    return [
        Finding(
            "after_the_day",
            later["later_rows"].sum(),
            "rows",
            "rows dated after as of",
            severity=1,
            figures=figures,
        )
    ]


def _of_tables(rows: pd.DataFrame) -> pd.DataFrame:
    """Without the files that a table's SQL names: their rows are none of the table's."""
    return rows[rows["read_as"] != JOINED]


def doubts(book: Book) -> list[Finding]:
    """What must be settled before any figure is trusted: gaps, rejected rows, names that nothing
    explains.
    """
    control, rows = (
        frames.control(book),
        _of_tables(book.panel("rows")).groupby("table", as_index=False).sum(numeric_only=True),
    )
    found = [
        Finding(
            "control_gap",
            row.gap,
            row.unit,
            "ours − theirs",
            severity=2,
            figures=figures_of(label={"figure": row.figure})
            | {"gap": (row.gap, "price" if row.unit == "money" else "units")},
        )
        for row in control[control["gap"].abs() > 0.005].itertuples()
    ]
    found += [
        Finding(
            "rejected",
            row.rejected,
            "rows",
            "rejected ÷ rows in",
            severity=2,
            figures=figures_of(
                units={"rejected": row.rejected, "rows_in": row.rows_in}, text={"table": row.table}
            ),
        )
        for row in rows[rows["rejected"] > 0].itertuples()
    ]
    skus, weeks = book.panel("sku_now"), book.panel("sku_week")
    endless = skus[skus["season"].notna() & skus["exit_date"].isna()]
    if len(endless):
        figures = figures_of(
            text={"seasons": ", ".join(sorted(endless["season"].unique()))},
            units={"skus": len(endless)},
        )
        found.append(
            Finding(
                "unknown_season",
                len(endless),
                "SKUs",
                "season without an end",
                severity=2,
                figures=figures,
            )
        )
    for kind, category, basis in _NO_PRODUCT:
        strange = skus.loc[skus["category"] == category, "sku"]
        if len(strange):
            figures = figures_of(
                units={
                    "skus": len(strange),
                    "units": weeks.loc[weeks["sku"].isin(strange), "sold_units"].sum(),
                }
            )
            found.append(Finding(kind, len(strange), "SKUs", basis, severity=1, figures=figures))
    unknown = book.panel("unknown_item").groupby("named_in")["item"]
    return found + [unknown_items(table, items.tolist()) for table, items in unknown]


def noted(book: Book) -> list[Finding]:
    """What was odd about the files on their way in, without any of their rows being wrong."""
    return untable(book.panel("notes"))


def stock_unknown(book: Book) -> list[Finding]:
    """Nothing can be said about too much where nobody knows how much there is."""
    if book.panel("item_now")["on_hand"].notna().any():
        return []
    later = book.panel("later").query("named_in in ['stock', 'purchases']")
    if later.empty:
        return [Finding("stock_unknown", UNKNOWN, "units", severity=2)]
    figures = figures_of(date={"as_of": book.today, "first": later["first_day"].min()})
    return [Finding("stock_unknown_yet", UNKNOWN, "units", severity=2, figures=figures)]
