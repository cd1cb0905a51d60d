"""Tables: a frame in, an HTML table out, every cell escaped, never cut without saying so."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import pandas as pd
from jinja2 import Environment

from destock.model.messages import count, exact_money, mark, percent, say
from destock.present.photos import photo
from destock.present.sentences import audit, evidence, figure

# column → (heading, kind of its figures)
COLUMNS = {
    "figure": (mark("Figure"), "label"),
    "ours": (mark("Here"), "exact"),
    "theirs": (mark("Shop's system"), "exact"),
    "gap": (mark("Gap"), "exact"),
    "table": (mark("Table"), "text"),
    "file": (mark("File"), "text"),
    "rows_in": (mark("Rows in"), "units"),
    "used": (mark("Used"), "units"),
    "updated": (mark("Updated"), "units"),
    "rejected": (mark("Rejected"), "units"),
    "deduplicated": (mark("Copies"), "units"),
    "skipped": (mark("Skipped"), "units"),
    "line": (mark("Line"), "units"),
    "column": (mark("Column"), "text"),
    "rule": (mark("Rule"), "label"),
    "value": (mark("Value"), "text"),
    "sku": (mark("SKU"), "text"),
    "counted_on": (mark("Counted on"), "date"),
    "expected": (mark("Expected"), "units"),
    "found": (mark("Counted"), "units"),
    "difference": (mark("Difference"), "units"),
    "item": (mark("Style"), "text"),
    "name": (mark("Name"), "text"),
    "category": (mark("Category"), "label"),
    "class": (mark("Kind"), "label"),
    "season": (mark("Season"), "text"),
    "season_half": (mark("Season"), "text"),
    "tier": (mark("Tier"), "label"),
    "items": (mark("Styles"), "units"),
    "units": (mark("Units"), "units"),
    "cost": (mark("At cost"), "money"),
    "on_hand": (mark("On hand"), "units"),
    "on_order": (mark("On order"), "units"),
    "purchase": (mark("Purchase (sunk)"), "money"),
    "storage": (mark("Storage so far"), "money"),
    "capital": (mark("Capital so far"), "money"),
    "insurance": (mark("Insurance so far"), "money"),
    "shrink": (mark("Shrink so far"), "money"),
    "total": (mark("Total"), "money"),
    "week": (mark("One more week"), "money"),
    "sell_through": (mark("Sell-through"), "percent"),
    "median": (mark("Past median"), "percent"),
    "pace": (mark("Pace"), "label"),
    "pace_ratio": (mark("Of usual pace"), "percent"),
    "age": (mark("Weeks on sale"), "weeks"),
    "break_even": (mark("Break-even"), "percent"),
    "target": (mark("Profit target"), "percent"),
    "projected": (mark("Projected"), "percent"),
    "price_realisation": (mark("Price realisation"), "percent"),
    "group": (mark("Category"), "label"),
    "verdict": (mark("Verdict"), "label"),
    "reason": (mark("Because"), "label"),
    "elasticity": (mark("Elasticity"), "number"),
    "low": (mark("From (95 %)"), "number"),
    "high": (mark("To (95 %)"), "number"),
    "controls": (mark("Controls"), "units"),
    "committed_sell_through": (mark("Sold of bought"), "percent"),
    "path_now": (mark("Path now"), "percent"),
    "slow_line": (mark("Slow line"), "percent"),
    "hot_line": (mark("Hot line"), "percent"),
    "low80": (mark("From (80 %)"), "percent"),
    "high80": (mark("To (80 %)"), "percent"),
    "needed": (mark("Needed next week"), "units"),
    "missed_from": (mark("Below its path from"), "date"),
    "goal": (mark("Goal"), "units"),
    "day": (mark("Days on sale"), "units"),
    "share": (mark("Of the goal"), "percent"),
    "slow": (mark("Slow below"), "percent"),
    "hot": (mark("Hot above"), "percent"),
    "first": (mark("Look first at"), "label"),
    "days_late": (mark("Days late"), "units"),
    "in_stock_share": (mark("In stock"), "percent"),
    "sizes_left": (mark("Sizes left"), "percent"),
    "exposures_week": (mark("Shown a week"), "units"),
    "click_rate": (mark("Click rate"), "percent"),
    "pay_rate": (mark("Pay rate"), "percent"),
    "sold": (mark("Sold"), "units"),
    "change": (mark("Change"), "percent"),
    "year_units": (mark("Year, projected"), "units"),
    "year_low": (mark("From (80 %), units"), "units"),
    "year_high": (mark("To (80 %), units"), "units"),
    "last_year_units": (mark("Last year, same weeks"), "units"),
    "money": (mark("Money in excess"), "money"),
    "weeks_of_supply": (mark("Weeks of supply"), "units"),
    "stock_to_sales": (mark("Months of stock"), "units"),
    "return_rate": (mark("Return rate"), "percent"),
    "sizes": (mark("SKUs in stock"), "text"),
    "verb": (mark("Do this"), "verb"),
    "by": (mark("Compared by"), "label"),
    "cohort": (mark("Season or year"), "label"),
    "part": (mark("Part"), "label"),
    "definition": (mark("Definition"), "label"),
    "basis": (mark("Basis"), "label"),
    "styles": (mark("Styles"), "units"),
    "net_units": (mark("Net units"), "units"),
    "base_units": (mark("Of units"), "units"),
    "gross": (mark("Gross of returns"), "percent"),
    "at_tag": (mark("At tag value"), "percent"),
    "at_cost": (mark("At cost value"), "percent"),
    "sell_in": (mark("Sell-in"), "percent"),
    "channel_stock": (mark("Stock in the channel"), "units"),
    "last_year": (mark("Last year, same day"), "percent"),
    "flags": (mark("Warnings"), "text"),
    "dimension": (mark("Compared by"), "label"),
    "place": (mark("Place"), "label"),
    "level": (mark("Usual there"), "percent"),
    "expected_units": (mark("Expected units"), "units"),
    "fit": (mark("Of expected"), "percent"),
    "cost_rate": (mark("Cost ÷ tag"), "percent"),
    "least_price": (mark("Least price ÷ tag"), "percent"),
    "cash_target": (mark("Cash target"), "percent"),
    "value_share": (mark("Share of sales"), "percent"),
    "group_realisation": (mark("Category's realisation"), "percent"),
    "grade": (mark("Grade"), "label"),
    "to_do": (mark("What to do"), "label"),
    "case": (mark("Figure"), "label"),
    "amount": (mark("Computed"), "by unit"),
    "printed": (mark("Printed"), "by unit"),
    "estimator": (mark("Read how"), "label"),
    "own": (mark("Its own weeks"), "number"),
    "weight": (mark("Weight of its own"), "percent"),
    "step": (mark("Of today's price"), "percent"),
    "revenue": (mark("Revenue"), "money"),
    "gross_profit": (mark("Gross profit"), "money"),
    "cash": (mark("Cash"), "money"),
    "cash_low": (mark("Cash, least"), "money"),
    "cash_high": (mark("Cash, most"), "money"),
    "units_low": (mark("Units, least"), "units"),
    "units_high": (mark("Units, most"), "units"),
    "break_even_uplift": (mark("Units × to break even"), "number"),
    "expected_uplift": (mark("Units × expected"), "number"),
    "margin": (mark("Gross margin"), "percent"),
    "arm": (mark("Arm"), "label"),
    "price": (mark("Price"), "exact_price"),
    "valid_from": (mark("From"), "date"),
    "window_end": (mark("To"), "date"),
    "sold_units_before": (mark("Units a day before"), "number"),
    "sold_units_after": (mark("Units a day after"), "number"),
    "gross_profit_change": (mark("Gross profit a day, change"), "money"),
    "uplift": (mark("Units ×"), "number"),
    "control_uplift": (mark("Controls ×"), "number"),
    "evidence": (mark("Evidence"), "yes"),
    "cut": (mark("Cut"), "percent"),
    "weeks": (mark("Weeks"), "units"),
    "least_detectable": (mark("Elasticity it can see"), "number"),
    "items_needed": (mark("Styles an arm to see 1"), "units"),
    "photo": (mark("Photo"), "photo"),
    "rests_on": (mark("Rests on"), "evidence"),
    "confidence": (mark("Confidence"), "percent"),
    "also": (mark("Also"), "label"),
    "decided": (mark("Decided by"), "label"),
    "cause": (mark("Cause"), "label"),
    "named": (mark("Largest cause"), "label"),
    "probability": (mark("How likely the largest"), "percent"),
    "also_unknown": (mark("Not known"), "label"),
    "arrived late": (mark("arrived late"), "units"),
    "not in stock": (mark("not in stock"), "units"),
    "not shown": (mark("not shown"), "units"),
    "not clicked": (mark("not clicked"), "units"),
    "sent back": (mark("sent back"), "units"),
    "not wanted": (mark("not wanted"), "units"),
    "bought above plan": (mark("bought above plan"), "units"),
    "left over by plan": (mark("left over by plan"), "units"),
    "dead_sizes": (mark("Dead sizes"), "units"),
    "lost_sizes": (mark("Missing sizes"), "units"),
    "dead_cost": (mark("Dead sizes at cost"), "money"),
    "lost_sales": (mark("Lost sales, eight weeks"), "money"),
    "broken": (mark("Broken run"), "yes"),
    "band": (mark("Days since receipt"), "label"),
    "tag": (mark("At tag"), "money"),
    "nrv": (mark("NRV a unit"), "exact_price"),
    "worth": (mark("Net of selling costs"), "money"),
    "excess_cost": (mark("In excess, at cost"), "money"),
    "stock_cost": (mark("Stock at cost"), "money"),
    "abc": (mark("Earns"), "text"),
    "xyz": (mark("Sells"), "label"),
    "seldom": (mark("Of them seldom"), "units"),
    "profit": (mark("Profit"), "money"),
    "cash_flow": (mark("Cash flow"), "money"),
    "portion": (mark("Portion"), "label"),
    "unit_cost": (mark("Cost a unit"), "exact_price"),
    "write_down": (mark("Write-down"), "money"),
    "carrying": (mark("Worth in the books"), "money"),
    "audit": (mark("How it is computed"), "audit"),
    "required": (mark("Required"), "money"),
    "booked": (mark("Booked"), "money"),
    "closing": (mark("Closing balance"), "money"),
    "floor": (mark("Price floor"), "exact_price"),
    "rate_needed": (mark("Needed a week"), "number"),
    "rate_expected": (mark("Expected next week"), "number"),
    "advice": (mark("Advice"), "label"),
    "hold_until": (mark("Hold until"), "date"),
    "gain": (mark("Gain of holding"), "money"),
    "cost_of_sales": (mark("Cost of sales, year"), "money"),
    "gross_margin": (mark("Gross margin, year"), "money"),
    "inventory": (mark("Mean stock at cost"), "money"),
    "turn": (mark("Turn"), "number"),
    "days": (mark("Days"), "units"),
    "gmroi": (mark("GMROI"), "number"),
    "months": (mark("Months of stock"), "number"),
    "po_id": (mark("Order"), "text"),
    "vendor": (mark("Vendor"), "text"),
    "ordered": (mark("Ordered"), "units"),
    "lever": (mark("Do this"), "label"),
    "until": (mark("Until"), "date"),
    "unit": (mark("Unit"), "label"),
    "source": (mark("Source"), "label"),
    "meaning": (mark("Meaning"), "label"),
}

_TEXT = ("text", "label", "verb", "yes", "photo", "evidence", "audit")


@dataclass(frozen=True)
class Table:
    """A finished table: rows of written cells for tests, HTML for the page."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    text: tuple[bool, ...]
    note: str

    def _repr_html_(self) -> str:
        return _template().render(table=self)


@cache
def _template():
    source = files("destock.present").joinpath("table.html.j2").read_text(encoding="utf-8")
    return Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True).from_string(source)


def table(frame: pd.DataFrame, columns: list[str], currency: str, rows: int = 20) -> Table:
    """The first ``rows`` rows of a frame, in the columns asked for, written in this run's language.

    A frame whose rows stand in no table of the results is shown whole.
    """
    file = frame.attrs.get("results")
    shown = frame.head(rows) if file else frame
    columns = [column for column in columns if column != "photo" or frame["photo"].notna().any()]
    kinds = [COLUMNS[column][1] for column in columns]
    cells = [
        tuple(
            _cell(row, column, kind, currency) for column, kind in zip(columns, kinds, strict=True)
        )
        for row in shown.to_dict("records")
    ]
    note = _note(len(shown), len(frame), file)
    return Table(
        tuple(say(COLUMNS[column][0]) for column in columns),
        tuple(cells),
        tuple(kind in _TEXT for kind in kinds),
        note,
    )


def _note(shown: int, rows: int, file: str | None) -> str:
    """Nothing is cut without saying so."""
    if rows == 0:
        return say("There is none.")
    cut = mark("{shown} of {all} rows; all of them are in results/{file}.csv.")
    return "" if shown == rows else say(cut, shown=count(shown), all=count(rows), file=file)


def _cell(row: dict, column: str, kind: str, currency: str) -> str:
    if kind in _OF_A_ROW:
        return _OF_A_ROW[kind](row, currency)
    value = row[column]
    if kind == "verb":
        return action(value, row["price_to"])
    if kind == "exact" and row["unit"] == "money":
        return "–" if pd.isna(value) else exact_money(value, currency)
    if kind == "by unit":
        return figure(value, row["unit"], currency)
    if kind == "photo":
        return photo(value)
    if kind == "yes":
        return say("yes") if value else say("no")
    if kind == "exact_price":
        return figure(value, "price", currency)
    return figure(value, "units" if kind == "exact" else kind, currency)


# what is written from several figures of a row
_OF_A_ROW = {"evidence": lambda row, _: evidence(row), "audit": audit}


def action(verb: str, price_to: float) -> str:
    """One thing to do, with the price where it is a cut."""
    return (
        say(verb)
        if pd.isna(price_to)
        else say("cut the price to {share} of the tag", share=percent(price_to))
    )
