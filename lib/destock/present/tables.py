"""Tables: a frame in, an HTML table out, every cell escaped, never cut without saying so."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import pandas as pd
from jinja2 import Environment

from destock.model.messages import count, exact_money, mark, percent, say
from destock.present.sentences import figure

# column → (heading, kind of its figures)
COLUMNS = {
    "figure": (mark("Figure"), "label"), "ours": (mark("Here"), "exact"), "theirs": (mark("Shop's system"), "exact"), "gap": (mark("Gap"), "exact"),
    "table": (mark("Table"), "text"), "file": (mark("File"), "text"), "rows_in": (mark("Rows in"), "units"), "used": (mark("Used"), "units"),
    "updated": (mark("Updated"), "units"), "rejected": (mark("Rejected"), "units"), "deduplicated": (mark("Copies"), "units"), "skipped": (mark("Skipped"), "units"),
    "line": (mark("Line"), "units"), "column": (mark("Column"), "text"), "rule": (mark("Rule"), "label"), "value": (mark("Value"), "text"),
    "sku": (mark("SKU"), "text"), "counted_on": (mark("Counted on"), "date"), "expected": (mark("Expected"), "units"), "found": (mark("Counted"), "units"), "difference": (mark("Difference"), "units"),
    "item": (mark("Style"), "text"), "name": (mark("Name"), "text"), "category": (mark("Category"), "label"), "class": (mark("Kind"), "label"), "season": (mark("Season"), "text"), "season_half": (mark("Season"), "text"), "tier": (mark("Tier"), "label"),
    "items": (mark("Styles"), "units"), "units": (mark("Units"), "units"), "cost": (mark("At cost"), "money"), "on_hand": (mark("On hand"), "units"), "on_order": (mark("On order"), "units"),
    "purchase": (mark("Purchase (sunk)"), "money"), "storage": (mark("Storage so far"), "money"), "capital": (mark("Capital so far"), "money"), "total": (mark("Total"), "money"), "week": (mark("One more week"), "money"),
    "sell_through": (mark("Sell-through"), "percent"), "median": (mark("Past median"), "percent"), "pace": (mark("Pace"), "label"), "pace_ratio": (mark("Of usual pace"), "percent"), "age": (mark("Weeks on sale"), "units"),
    "break_even": (mark("Break-even"), "percent"), "target": (mark("Profit target"), "percent"), "projected": (mark("Projected"), "percent"), "price_realisation": (mark("Price realisation"), "percent"),
    "group": (mark("Category"), "label"), "verdict": (mark("Verdict"), "label"), "reason": (mark("Because"), "label"), "elasticity": (mark("Elasticity"), "number"), "low": (mark("From (95 %)"), "number"), "high": (mark("To (95 %)"), "number"), "controls": (mark("Controls"), "units"),
    "committed_sell_through": (mark("Sold of bought"), "percent"), "path_now": (mark("Path now"), "percent"), "slow_line": (mark("Slow line"), "percent"), "hot_line": (mark("Hot line"), "percent"), "low80": (mark("From (80 %)"), "percent"), "high80": (mark("To (80 %)"), "percent"),
    "needed": (mark("Needed next week"), "units"), "missed_from": (mark("Below its path from"), "date"), "goal": (mark("Goal"), "units"), "day": (mark("Days on sale"), "units"), "share": (mark("Of the goal"), "percent"),
    "slow": (mark("Slow below"), "percent"), "hot": (mark("Hot above"), "percent"), "first": (mark("Look first at"), "label"), "days_late": (mark("Days late"), "units"), "in_stock_share": (mark("In stock"), "percent"), "sizes_left": (mark("Sizes left"), "percent"),
    "exposures_week": (mark("Shown a week"), "units"), "click_rate": (mark("Click rate"), "percent"), "pay_rate": (mark("Pay rate"), "percent"), "sold": (mark("Sold"), "units"), "change": (mark("Change"), "percent"), "year_units": (mark("Year, projected"), "units"),
    "year_low": (mark("From (80 %), units"), "units"), "year_high": (mark("To (80 %), units"), "units"), "last_year_units": (mark("Last year, same weeks"), "units"),
    "money": (mark("Money in excess"), "money"), "weeks_of_supply": (mark("Weeks of supply"), "units"), "stock_to_sales": (mark("Months of stock"), "units"), "return_rate": (mark("Return rate"), "percent"),
    "sizes": (mark("SKUs in stock"), "text"), "verb": (mark("Do this"), "verb"),
    "by": (mark("Compared by"), "label"), "cohort": (mark("Season or year"), "label"), "part": (mark("Part"), "label"), "definition": (mark("Definition"), "label"), "basis": (mark("Basis"), "label"),
    "styles": (mark("Styles"), "units"), "net_units": (mark("Net units"), "units"), "base_units": (mark("Of units"), "units"), "gross": (mark("Gross of returns"), "percent"), "at_tag": (mark("At tag value"), "percent"),
    "at_cost": (mark("At cost value"), "percent"), "sell_in": (mark("Sell-in"), "percent"), "channel_stock": (mark("Stock in the channel"), "units"), "last_year": (mark("Last year, same day"), "percent"), "flags": (mark("Warnings"), "text"),
    "dimension": (mark("Compared by"), "label"), "place": (mark("Place"), "label"), "level": (mark("Usual there"), "percent"), "expected_units": (mark("Expected units"), "units"), "fit": (mark("Of expected"), "percent"),
    "cost_rate": (mark("Cost ÷ tag"), "percent"), "least_price": (mark("Least price ÷ tag"), "percent"), "cash_target": (mark("Cash target"), "percent"), "value_share": (mark("Share of sales"), "percent"),
    "group_realisation": (mark("Category's realisation"), "percent"), "grade": (mark("Grade"), "label"), "to_do": (mark("What to do"), "label"),
    "case": (mark("Figure"), "label"), "amount": (mark("Computed"), "by unit"), "printed": (mark("Printed"), "by unit"),
    "estimator": (mark("Read how"), "label"), "own": (mark("Its own weeks"), "number"), "weight": (mark("Weight of its own"), "percent"),
    "step": (mark("Of today's price"), "percent"), "revenue": (mark("Revenue"), "money"), "gross_profit": (mark("Gross profit"), "money"), "cash": (mark("Cash"), "money"), "cash_low": (mark("Cash, least"), "money"), "cash_high": (mark("Cash, most"), "money"),
    "units_low": (mark("Units, least"), "units"), "units_high": (mark("Units, most"), "units"), "break_even_uplift": (mark("Units × to break even"), "number"), "expected_uplift": (mark("Units × expected"), "number"), "margin": (mark("Gross margin"), "percent"),
    "arm": (mark("Arm"), "label"), "price": (mark("Price"), "exact_price"), "valid_from": (mark("From"), "date"), "window_end": (mark("To"), "date"), "sold_units_before": (mark("Units a day before"), "number"), "sold_units_after": (mark("Units a day after"), "number"),
    "gross_profit_change": (mark("Gross profit a day, change"), "money"), "uplift": (mark("Units ×"), "number"), "control_uplift": (mark("Controls ×"), "number"), "evidence": (mark("Evidence"), "yes"),
    "cut": (mark("Cut"), "percent"), "weeks": (mark("Weeks"), "units"), "least_detectable": (mark("Elasticity it can see"), "number"), "items_needed": (mark("Styles an arm to see 1"), "units"),
    "unit": (mark("Unit"), "label"), "source": (mark("Source"), "label"), "meaning": (mark("Meaning"), "label"),
}  # fmt: skip

_TEXT = ("text", "label", "verb", "yes")


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
    kinds = [COLUMNS[column][1] for column in columns]
    cells = [
        tuple(_cell(row, column, kind, currency) for column, kind in zip(columns, kinds, strict=True)) for row in shown.to_dict("records")
    ]
    note = _note(len(shown), len(frame), file)
    return Table(tuple(say(COLUMNS[column][0]) for column in columns), tuple(cells), tuple(kind in _TEXT for kind in kinds), note)


def _note(shown: int, rows: int, file: str | None) -> str:
    """Nothing is cut without saying so."""
    if rows == 0:
        return say("There is none.")
    cut = mark("{shown} of {all} rows; all of them are in results/{file}.csv.")
    return "" if shown == rows else say(cut, shown=count(shown), all=count(rows), file=file)


def _cell(row: dict, column: str, kind: str, currency: str) -> str:
    value = row[column]
    if kind == "verb":
        return action(value, row["price_to"])
    if kind == "exact" and row["unit"] == "money":
        return "–" if pd.isna(value) else exact_money(value, currency)
    if kind == "by unit":
        return figure(value, row["unit"], currency)
    if kind == "yes":
        return say("yes") if value else say("no")
    if kind == "exact_price":
        return exact_money(value, currency)
    return figure(value, "units" if kind == "exact" else kind, currency)


def action(verb: str, price_to: float) -> str:
    """One thing to do, with the price where it is a cut."""
    return say(verb) if pd.isna(price_to) else say("cut the price to {share} of the tag", share=percent(price_to))
