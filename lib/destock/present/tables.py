"""Tables: a frame in, an HTML table out, every cell escaped, never cut without saying so."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import pandas as pd
from jinja2 import Environment

from destock.model.columns import COLUMNS
from destock.model.messages import count, exact_money, mark, percent, say
from destock.present.photos import photo
from destock.present.sentences import audit, evidence, figure

_TEXT = ("text", "label", "decision", "yes", "photo", "evidence", "audit")


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
    if unknown := [column for column in columns if column not in COLUMNS]:
        raise KeyError(f"declared nowhere: {', '.join(unknown)}; declare it in pages/WORD.py")
    kinds = [COLUMNS[column].kind for column in columns]
    cells = [
        tuple(
            _cell(row, column, kind, currency) for column, kind in zip(columns, kinds, strict=True)
        )
        for row in shown.to_dict("records")
    ]
    note = _note(len(shown), len(frame), file)
    return Table(
        tuple(say(COLUMNS[column].heading) for column in columns),
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
    if kind == "decision":
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


def action(decision: str, price_to: float) -> str:
    """One thing to do, with the price where it is a cut; where nothing is decided: unknown."""
    if pd.isna(decision):
        return "–"
    return (
        say(decision)
        if pd.isna(price_to)
        else say("cut the price to {share} of the tag", share=percent(price_to))
    )
