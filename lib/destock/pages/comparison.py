"""Sell-through beside itself: by season, part of the range and place, in every definition, on the
same day last year, and by calendar year.
"""

import pandas as pd

from destock.analysis.pacing import comparison, years
from destock.analysis.pacing import places as by_place
from destock.model.findings import UNKNOWN, Finding, Sentence
from destock.model.messages import mark
from destock.model.metrics import DEFINITIONS, ratio
from destock.model.results import publish
from destock.pages.frames import frame, view


@frame
def spans(item_span, sales, today) -> pd.DataFrame:
    """What was sold, kept, received and held of every item in every span that sell-through is asked
    for.
    """
    return comparison.completed(item_span, sales, today)


@frame
def places(place_span, spans, shop) -> pd.DataFrame:
    """The same by channel, format, account and location, in the shop's own definition of
    sell-through.
    """
    return by_place.at_places(place_span, spans, shop.sell_through)


@frame(
    key="by cohort",
    columns=(
        "definition styles received_units sold_units undone_units pending_units net_units"
        " base_units sell_through flags gross gross_at_tag at_tag gross_at_cost at_cost"
        " after_vendor_returns vendor_returned_units sell_in wholesale_units channel_stock"
    ),
)
def cohorts(spans, items, shop) -> pd.DataFrame:
    """Sell-through of every season and every calendar year."""
    return comparison.cohorts(spans, items, shop.sell_through)


@frame(
    key="by part",
    columns=(
        "basis sold_units pending_units net_units base_units sell_through flags last_year change"
    ),
)
def compared(spans, places, items, shop) -> pd.DataFrame:
    """The running season by brand, category, tier, style and place, beside the same season on the
    same day last year.
    """
    return comparison.compared(spans, places, items, shop.sell_through)


@frame(
    key="item dimension place",
    columns=(
        "basis net_units base_units sell_through level expected_units fit fit_low"
        " fit_high dispersion verdict"
    ),
    assumes="grade_least_units",
)
def fits(places, items, numbers) -> pd.DataFrame:
    """Where each style of the running season sells better or worse than is usual there."""
    return by_place.fits(places, items, numbers)


@frame(key="season definition", columns="net_units base_units sell_through flags")
def definitions(spans, items) -> pd.DataFrame:
    """The running season in each of the four definitions in use."""
    return comparison.in_every_definition(spans, items)


@frame(makes=years.FRAMES, assumes="baseline_seasons curve_prior_units")
def calendar(weeks, items, events, today, numbers) -> dict[str, pd.DataFrame]:
    """The calendar year by category: years, year_weeks, year_backtest."""
    return years.years(weeks, items, events, today, numbers)


publish(
    "years",
    "category season",
    ("week sold last_year_units change share year_units year_low year_high trials past_years"),
)
publish("year_weeks", "category year week", "units cumulative share")

SAME_DAY_LAST_YEAR = Sentence(
    "same_day_last_year",
    mark(
        "{season:text}: sell-through is {share:percent} ({basis:label}); the same season stood at"
        " {last_year:percent} on the same weekday last year."
    ),
    "share",
    value="change",
)
LARGEST_FALL = Sentence(
    "largest_fall",
    mark(
        "Furthest behind last year is {category:label}: {sell_through:percent} after"
        " {last_year:percent} on the same day."
    ),
    "share",
    value="change",
    severity=1,
)


@view
def about_last_year(compared, shop) -> list[Finding]:
    """How the season stands beside last year's on the same day, and where it lost most."""
    basis = DEFINITIONS[shop.sell_through]
    known = compared[compared["last_year"].notna() & compared["sell_through"].notna()]
    seasons = known[known["by"] == "season"].to_dict("records")
    found = [_same_day(row, basis) for row in seasons]
    lost = known[(known["by"] == "category") & (known["change"] < 0)]
    if len(lost):
        row = lost.loc[lost["change"].idxmin()]
        found.append(LARGEST_FALL.found(row.to_dict() | {"category": row["part"]}, basis=basis))
    return found


def _same_day(row: dict, basis: str) -> Finding:
    immature = "returns_immature" in row["flags"]
    figures = row | {"season": row["part"], "share": row["sell_through"], "basis": basis}
    return SAME_DAY_LAST_YEAR.found(
        figures,
        basis=basis,
        severity=int(row["change"] < 0),
        warnings=(mark("returns still to come are estimated"),) if immature else (),
    )


FITS = Sentence(
    "fits",
    mark(
        "In {judged:units} cases a style has sold enough to be judged in one place: {better:units}"
        " sell clearly better there than elsewhere, {worse:units} clearly worse; the others differ"
        " by no more than chance."
    ),
    "styles at a place",
    "net units ÷ expected there",
)
NO_FIT = Sentence(
    "no_fit",
    mark("No style has sold enough in several places to say where it fits best."),
    "styles",
)


@view
def about_fits(fits, compared) -> list[Finding]:
    """Whether any place suits a style."""
    if fits.empty:
        return [] if compared.empty else [NO_FIT.found(value=UNKNOWN)]
    better, worse = ((fits["verdict"] == verdict).sum() for verdict in by_place.FITS[:2])
    figures = {"judged": len(fits), "better": better, "worse": worse}
    return [FITS.found(figures, value=better + worse)]


CHANNEL_STOCK = Sentence(
    "channel_stock",
    mark(
        "{units:units} units were shipped to the channel and have not been sold there: sell-in is"
        " {sell_in:percent}, sell-out only {sell_out:percent}. All figures here are sell-out."
    ),
    "units",
    "shipped to the channel − sold there",
    value="units",
    severity=1,
)


@view
def about_channel(cohorts) -> list[Finding]:
    """What lies in the channel."""
    rows = cohorts.query("by == 'season' and wholesale_units > 0")
    if rows.empty:
        return []
    base = rows["base_units"].sum()
    figures = {
        "units": rows["channel_stock"].sum(),
        "sell_in": float(ratio((rows["sell_in"] * rows["base_units"]).sum(), base)),
        "sell_out": float(ratio(rows["net_units"].sum(), base)),
    }
    return [CHANNEL_STOCK.found(figures)]


YEAR_ABOVE = Sentence(
    "year_above",
    mark(
        "After {week:units} weeks of {year:text} units sold are {change:percent} above those of the"
        " same weeks of the year before ({years:units} whole past years in the data)."
    ),
    "share",
    "net units of the same weeks, this year ÷ last year − 1",
)
YEAR_BELOW = Sentence(
    "year_below",
    mark(
        "After {week:units} weeks of {year:text} units sold are {change:percent} below those of the"
        " same weeks of the year before ({years:units} whole past years in the data)."
    ),
    "share",
    "net units of the same weeks, this year ÷ last year − 1",
)
CATEGORY_FELL = Sentence(
    "category_fell",
    mark("The category that fell most is “{category:label}”: {change:percent} fewer units."),
    "share",
    "net units of the same weeks",
    severity=1,
)


@view
def about_years(years) -> list[Finding]:
    """How the calendar year runs beside the last one, and in which category it fell most."""
    if years.empty or not years["last_year_units"].sum() > 0:
        return []
    share = float(ratio(years["sold"].sum(), years["last_year_units"].sum())) - 1
    figures = {
        "change": abs(share),
        "week": int(years["week"].max()),
        "years": years["past_years"].max(),
        "year": str(years["season"].max()),
    }
    found = [(YEAR_ABOVE if share >= 0 else YEAR_BELOW).found(figures, value=share)]
    fall = years[years["last_year_units"] > 0].nsmallest(1, "change").iloc[0]
    if fall["change"] < 0:
        figures = {"category": fall["category"], "change": -fall["change"]}
        found.append(CATEGORY_FELL.found(figures, value=fall["change"]))
    return found
