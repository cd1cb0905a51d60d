"""The data: do they agree with the shop's own system, and does the stock add up?"""

from dataclasses import replace

import pandas as pd

from destock.intake.doubts import NOT_IN_MASTER, PRODUCT_REJECTED, unknown_items
from destock.intake.missing import nothing_missing
from destock.intake.named import JOINED
from destock.model.findings import Finding, Sentence, untable
from destock.model.messages import mark
from destock.model.results import publish
from destock.pages.frames import view
from destock.pages.page import page


@view(key="figure", columns="unit ours theirs gap")
def control(control_total, shop) -> pd.DataFrame:
    """Does the workbook agree with the shop's own system? One row a control total, with the gap."""
    ours = control_total.iloc[0]
    net = ours["paid"] - ours[["cancelled", "refunded"]].fillna(0).sum()
    values = {
        "paid": (mark("paid"), ours["paid"]),
        "cancelled": (mark("cancelled before shipping"), ours["cancelled"]),
        "refunded": (mark("refunded"), ours["refunded"]),
        "net": (mark("net"), net),
        "settled": (mark("settled (net − charges)"), net - ours["charges"]),
        "units_on_hand": (mark("units on hand"), ours["units_on_hand"]),
        "stock_at_cost": (mark("stock at cost"), ours["stock_at_cost"]),
    }
    rows = [
        {
            "figure": figure,
            "unit": "units" if key == "units_on_hand" else "money",
            "ours": value,
            "theirs": shop.control_totals.get(key),
        }
        for key, (figure, value) in values.items()
    ]
    frame = pd.DataFrame(rows).astype({"ours": float, "theirs": float})
    return frame.assign(gap=frame["ours"] - frame["theirs"])


@view
def reconciled(reconciliation) -> pd.DataFrame:
    """From opening to closing stock, units of all SKUs, step by step."""
    steps = {
        "opening": (mark("opening stock"), 1),
        "received": (mark("received"), 1),
        "shipped": (mark("shipped"), -1),
        "restocked": (mark("returned"), 1),
        "moved": (mark("other movements"), 1),
        "counted_difference": (mark("differences found by counting"), 1),
        "closing": (mark("closing stock"), 1),
    }
    rows = [
        {"step": name, "units": sign * reconciliation[column].sum()}
        for column, (name, sign) in steps.items()
    ]
    frame = pd.DataFrame(rows).astype({"units": float})
    return frame if len(reconciliation) else frame.iloc[:0]


@view(key="sku counted_on", columns="expected found difference")
def breaks(count_break) -> pd.DataFrame:
    """Counts that differ from the records."""
    return count_break


publish(
    "rows",
    "table file",
    (
        "rows_in used updated rejected deduplicated skipped file_rows read_as money_in"
        " money_rejected units_in units_rejected key_rejected equal_rejected totals"
        " share_rejected share_of mend"
    ),
)
publish("rejects", "table file line column", "rule value raw")

FRESHNESS = Sentence(
    "freshness",
    mark("Data as of {as_of:date}; the last order line is of {last_day:date}."),
    "days",
    "as of − last order line or snapshot",
)
FRESHNESS_SNAPSHOT = replace(
    FRESHNESS,
    id="freshness_snapshot",
    told=mark("Data as of {as_of:date}; the newest snapshot is of {last_day:date}."),
)
ROWS = Sentence(
    "rows",
    mark(
        "{used:units} of {rows_in:units} rows are used; {rejected:units} were rejected,"
        " {updated:units} replaced by a newer export, {deduplicated:units} were exact copies,"
        " {skipped:units} were blank, below the table, or left out by the shop's own filter."
    ),
    "rows",
    "rows used ÷ rows in",
    value="used",
)
STOCK_ADDS_UP = Sentence(
    "stock_adds_up",
    mark(
        "The records lead to {closing:units} units in {skus:units} SKUs; {breaks:units} counts"
        " differ from them, by {units:units} units net."
    ),
    "counts",
    "counts that differ from the records",
    value="breaks",
)


@view
def about_rows(rows, count_break, reconciliation, control_total, item_months, today):
    """What came in, how fresh it is, whether the stock adds up."""
    sums, last = rows.sum(numeric_only=True), control_total["last_day"].iloc[0]
    freshness = FRESHNESS if item_months.empty else FRESHNESS_SNAPSHOT
    found = [
        freshness.found({"last_day": last, "as_of": today}, value=(today - last).days),
        ROWS.found(sums, severity=int(sums["rejected"] > 0)),
    ]
    if len(reconciliation):
        figures = {
            "skus": len(reconciliation),
            "breaks": len(count_break),
            "units": count_break["difference"].sum(),
            "closing": reconciliation["closing"].sum(),
        }
        found.append(STOCK_ADDS_UP.found(figures, severity=int(len(count_break) > 0)))
    return found


AFTER_THE_DAY = Sentence(
    "after_the_day",
    mark(
        "What the tables tell of days after {as_of:date} is not used in a report of that day:"
        " {tables:text} – rows, and the last day."
    ),
    "rows",
    "rows dated after as of",
    value="rows",
    severity=1,
)


@view
def about_later(later, today) -> list[Finding]:
    """What do the tables tell of days after that of the report?"""
    if later.empty:
        return []
    tables = ", ".join(
        f"{row.named_in} ({row.later_rows:,.0f}, {row.last_day:%Y-%m-%d})"
        for row in later.itertuples()
    )
    rows = later["later_rows"].sum()
    return [AFTER_THE_DAY.found({"as_of": today, "tables": tables, "rows": rows})]


CONTROL_GAP = Sentence(
    "control_gap",
    mark(
        "“{figure:label}” is {gap:price} off your own system: settle this before you act on any"
        " figure below."
    ),
    basis="ours − theirs",
    value="gap",
    severity=2,
)
REJECTED = Sentence(
    "rejected",
    mark(
        "{rejected:units} of {rows_in:units} rows of “{table:text}” were rejected: every figure"
        " below lacks them."
    ),
    "rows",
    "rejected ÷ rows in",
    value="rejected",
    severity=2,
)
UNKNOWN_SEASON = Sentence(
    "unknown_season",
    mark(
        "The seasons {seasons:text} of {skus:units} SKUs have no end in [seasons] of shop.toml:"
        " these styles are taken for core styles, sold all year."
    ),
    "SKUs",
    "season without an end",
    value="skus",
    severity=2,
)


@view
def about_doubts(control, rows, sku_now, sku_week, unknown_item) -> list[Finding]:
    """What must be settled before any figure is trusted: gaps, rejected rows, names that nothing
    explains.
    """
    # without the files that a table's SQL names: their rows are none of the table's
    own = rows[rows["read_as"] != JOINED].groupby("table", as_index=False).sum(numeric_only=True)
    rejected = own[own["rejected"] > 0].to_dict("records")
    unknown = unknown_item.groupby("named_in")["item"]
    return (
        [_gap(row) for row in control[control["gap"].abs() > 0.005].to_dict("records")]
        + [REJECTED.found(row) for row in rejected]
        + _endless(sku_now)
        + _strange(sku_now, sku_week)
        + [unknown_items(table, items.tolist()) for table, items in unknown]
    )


def _gap(row: dict) -> Finding:
    found = CONTROL_GAP.found(row, unit=row["unit"])
    kind = "price" if row["unit"] == "money" else "units"
    return replace(found, figures=found.figures | {"gap": (row["gap"], kind)})


def _endless(sku_now: pd.DataFrame) -> list[Finding]:
    endless = sku_now[sku_now["season"].notna() & sku_now["exit_date"].isna()]
    seasons = ", ".join(sorted(endless["season"].unique()))
    figures = {"seasons": seasons, "skus": len(endless)}
    return [UNKNOWN_SEASON.found(figures)] if len(endless) else []


def _strange(sku_now: pd.DataFrame, sku_week: pd.DataFrame) -> list[Finding]:
    """SKUs that no row of the products describes."""
    found = []
    for sentence, category, basis in (
        (NOT_IN_MASTER, "(not in master)", "SKUs without a product row"),
        (PRODUCT_REJECTED, "(product row rejected)", "SKUs whose product row was rejected"),
    ):
        strange = sku_now.loc[sku_now["category"] == category, "sku"]
        if len(strange):
            units = sku_week.loc[sku_week["sku"].isin(strange), "sold_units"].sum()
            figures = {"skus": len(strange), "units": units}
            found.append(sentence.found(figures, unit="SKUs", basis=basis))
    return found


STOCK_UNKNOWN = Sentence(
    "stock_unknown",
    mark(
        "Stock is not known for this shop: how much is too much cannot be said from sales alone. A"
        " table of counts or of purchases would make it possible."
    ),
    "units",
    severity=2,
)
STOCK_UNKNOWN_YET = Sentence(
    "stock_unknown_yet",
    mark(
        "Stock is not known on {as_of:date}: the first count or receipt is of {first:date}. Ask for"
        " the report of that day or of a later one."
    ),
    "units",
    severity=2,
)


@view
def about_unknown_stock(item_now, later, today) -> list[Finding]:
    """Nothing can be said about too much where nobody knows how much there is."""
    if item_now["on_hand"].notna().any():
        return []
    coming = later.query("named_in in ['stock', 'purchases']")
    if coming.empty:
        return [STOCK_UNKNOWN.found()]
    return [STOCK_UNKNOWN_YET.found({"as_of": today, "first": coming["first_day"].min()})]


@page
def found(given, about_rows, about_doubts, notes, about_later) -> list[Finding]:
    """Can these figures be trusted: what came in, what was odd about it, what is left out."""
    return (
        nothing_missing(set(given["table"]))
        + about_rows
        + about_doubts
        + untable(notes)
        + about_later
    )
