"""Promises: what became of what an earlier report decided."""

import pandas as pd

from destock.analysis.clearance import promises
from destock.model.findings import Finding, Sentence
from destock.model.messages import mark
from destock.pages.frames import frame, view


@frame(
    key="item portion po_id",
    columns="report_day decision units price promised done gone cash_came against",
)
def became(promise, weeks, styles, open_line, proceeds, today) -> pd.DataFrame:
    """What became of what an earlier report decided."""
    rows = promises.looked_at(promise, today)
    came = promises.since(
        rows, weeks[weeks["complete"]], proceeds, styles.set_index("item")["return_rate"]
    )
    return promises.became(rows, came, open_line)


@view
def became_named(became, items) -> pd.DataFrame:
    """The same with the names of the styles, what was promised most first."""
    rows = became.merge(items[["item", "name"]], on="item")
    return rows.sort_values("promised", ascending=False, kind="stable")


KEPT = Sentence(
    "promises_kept",
    mark(
        "Of {things:units} things that the report of {day:date} decided, {done:units} are done and"
        " {not_done:units} are not; of the others nobody can see it. What was sold on or cut has"
        " brought {came:money} until {until:date}; {promised:money} was promised for it."
    ),
    "money",
    "net units × what a sale brings, complete weeks",
    value="came",
    money="came",
)


NONE_YET = Sentence(
    "no_promises_yet",
    mark(
        "What became of earlier decisions cannot be told: no report of an earlier day is given, or"
        " none whose first full week has gone by (table promises)."
    ),
    "reports",
)


@view
def about_promises(became) -> list[Finding]:
    """How much of what was decided is done, and what it brought against its promise."""
    if became.empty:
        return [NONE_YET.found(value=0)]
    seen = became[became["cash_came"].notna() & became["promised"].notna()]
    figures = {
        "things": len(became),
        "day": became["report_day"].iloc[0],
        "until": became["to_day"].iloc[0],
        "done": (became["done"] == promises.DONE).sum(),
        "not_done": (became["done"] == promises.NOT_DONE).sum(),
        "came": seen["cash_came"].sum(),
        "promised": seen["promised"].sum(),
    }
    return [KEPT.found(figures)]
