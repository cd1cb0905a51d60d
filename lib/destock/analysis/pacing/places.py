"""Sell-through of a style at each channel, format, account and location, and where it sells better
than is usual there.
"""

import numpy as np
import pandas as pd

from destock.analysis.pacing.comparison import BASES, THERE, WHOLE, measured, of_the_season
from destock.model.messages import mark
from destock.model.metrics import ratio, wilson

PLACES = (mark("channel"), mark("format"), mark("account"), mark("location"))
FITS = (mark("sells better here"), mark("sells worse here"), mark("as elsewhere"))
# hundreds of style-places are looked at: 1.96 would call one in twenty of them a fit by chance
FIT_Z = 3.0


def at_places(place_span: pd.DataFrame, spans: pd.DataFrame, definition: str) -> pd.DataFrame:
    """How much of each style was sold and kept in every channel, format, account and location, and
    out of how much?

    Returns one row an item, cut and place: ``net_units`` (returns still expected are spread over
    the places by their sales of the last 90 days), ``base_units`` and ``basis``: what was received
    there where every place of the dimension that sells has receipts of its own, else what the whole
    style's sell-through is divided by, so that the places add up to the style's.
    """
    span, _ = BASES[definition]
    whole = measured(spans, definition)[["item", "cut", "base_units", "pending_units"]]
    rows = place_span[place_span["span"] == span].drop(columns="span")
    rows = rows.merge(_share_of_sales(place_span, spans), on=_PLACE, how="left")
    rows = rows.merge(whole, on=["item", "cut"])
    pending = rows["pending_units"] * rows["share"].fillna(0)
    there = _supplied(rows) & (definition == "received")
    return rows.assign(
        pending_units=pending,
        net_units=rows["sold_units"] - rows["undone_units"] - pending,
        base_units=rows["received_units"].where(there, rows["base_units"]),
        basis=np.where(there, THERE, WHOLE),
    ).drop(columns="share")


_PLACE = ["item", "cut", "dimension", "place"]


def _share_of_sales(place_span: pd.DataFrame, spans: pd.DataFrame) -> pd.DataFrame:
    """Which part of a style's sales of the last 90 days was made at each place?"""
    recent = place_span[place_span["span"] == "90 days"].merge(
        spans[spans["span"] == "90 days"], on=["item", "cut"], suffixes=("", "_all")
    )
    share = ratio(recent["sold_units"], recent["sold_units_all"])
    return recent[_PLACE].assign(share=share)


def _supplied(rows: pd.DataFrame) -> pd.Series:
    """Has every place of the dimension that sells receipts of its own?"""
    place = rows.groupby(["dimension", "place"])[["sold_units", "received_units"]].transform("sum")
    unsupplied = (place["sold_units"] > 0) & (place["received_units"] <= 0)
    return ~unsupplied.groupby(rows["dimension"]).transform("max")


def fits(places: pd.DataFrame, styles: pd.DataFrame, assumptions: dict[str, float]) -> pd.DataFrame:
    """In which channel, format, account or location does a style sell better than there is usual?

    Returns one row a style of the running season and place where at least ``grade_least_units``
    units would be expected: ``sell_through`` there, the place's own ``level``, ``expected_units``
    (the style's net units spread over the places by their levels), ``fit`` (net ÷ expected) with
    its interval ``fit_low``, ``fit_high`` (Wilson, z = FIT_Z, on units ÷ ``dispersion``) and the
    ``verdict``. A style that sells everywhere twice as well as others fits nowhere in particular;
    ``sell_through`` beside ``level`` shows that.
    """
    now = of_the_season(styles).query("cut == 'now'")["item"]
    cells = _expected(places[(places["cut"] == "now") & places["item"].isin(now)])
    enough = cells["expected_units"] >= assumptions["grade_least_units"]
    cells = _with_interval(cells[enough & (cells["share"] < 1)])
    better, worse, alike = FITS
    cells["verdict"] = np.select(
        [cells["fit_low"] > 1, cells["fit_high"] < 1], [better, worse], alike
    )
    return (
        cells[_FIT_COLUMNS]
        .sort_values(["fit", "item", "place"], ascending=[False, True, True])
        .reset_index(drop=True)
    )


def _with_interval(cells: pd.DataFrame) -> pd.DataFrame:
    """Net ÷ expected units, and how far chance may have moved it. Sales come in sessions, not unit
    by unit: the dimension's own median deviation says by how much that widens chance.
    """
    chance = cells["expected_units"] * (1 - cells["share"])
    deviation = (cells["net_units"] - cells["expected_units"]) ** 2 / chance
    typical = deviation.groupby(cells["dimension"]).transform("median") / _CHI_SQUARE_MEDIAN
    dispersion = typical.clip(lower=1.0)
    low, high = wilson(
        cells["net_units"].clip(lower=0) / dispersion, cells["style_units"] / dispersion, FIT_Z
    )
    return cells.assign(
        dispersion=dispersion,
        fit=ratio(cells["net_units"], cells["expected_units"]),
        fit_low=low / cells["share"],
        fit_high=high / cells["share"],
    )


_CHI_SQUARE_MEDIAN = 0.4549  # of one degree of freedom
_FIT_COLUMNS = [
    "item",
    "dimension",
    "place",
    "basis",
    "net_units",
    "base_units",
    "sell_through",
    "level",
    "expected_units",
    "fit",
    "fit_low",
    "fit_high",
    "dispersion",
    "verdict",
]


def _expected(rows: pd.DataFrame) -> pd.DataFrame:
    """What each style would sell at each place of a dimension if its sales were spread as
    everybody's; no sale is a row too.
    """
    style = rows.groupby(["item", "dimension"], as_index=False).agg(
        whole=("base_units", "max"), style_units=("net_units", "sum")
    )
    cells = style.merge(rows[["dimension", "place", "basis"]].drop_duplicates(), on="dimension")
    cells = cells.merge(
        rows[["item", "dimension", "place", "net_units", "base_units"]],
        on=["item", "dimension", "place"],
        how="left",
    )
    cells["base_units"] = cells["base_units"].fillna(
        cells["whole"].where(cells["basis"] == WHOLE, 0.0)
    )
    cells = cells.fillna({"net_units": 0.0}).assign(style_units=cells["style_units"].clip(lower=0))
    total = cells.groupby(["dimension", "place"])[["net_units", "base_units"]].transform("sum")
    cells["level"] = ratio(total["net_units"].clip(lower=0), total["base_units"])
    usual = cells["base_units"] * cells["level"]
    cells["share"] = ratio(
        usual, usual.groupby([cells["item"], cells["dimension"]]).transform("sum")
    )
    return cells.assign(
        sell_through=ratio(cells["net_units"], cells["base_units"]),
        expected_units=cells["style_units"] * cells["share"],
    )
