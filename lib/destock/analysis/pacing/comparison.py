"""Sell-through compared: seasons and years, brands and categories, channels and accounts, each with
the same season last year.
"""

import numpy as np
import pandas as pd

from destock.model.messages import mark
from destock.model.metrics import ratio, wilson

# definition of sell-through (metrics.DEFINITIONS) → the span whose net units it counts, what it
# divides them by
BASES = {
    "received": ("to date", ["received_units"]),
    "opening stock": ("year", ["opening_units"]),
    "available": ("year", ["opening_units", "received_units"]),
    "90-day average": ("90 days", ["mean_units"]),
}
KINDS = {
    mark("season"): "running",
    mark("brand"): "brand",
    mark("category"): "category",
    mark("tier"): "tier",
    mark("style"): "item",
}
PLACES = (mark("channel"), mark("format"), mark("account"), mark("location"))
THERE, WHOLE = mark("units received there"), mark("units received of the whole style")
FITS = (mark("sells better here"), mark("sells worse here"), mark("as elsewhere"))
# hundreds of style-places are looked at: 1.96 would call one in twenty of them a fit by chance
FIT_Z = 3.0
A_POINT = 0.01


def completed(item_span: pd.DataFrame, weeks: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """How much was sold and kept in each span, with the returns still to come already taken off?

    item_span: the panel (item, cut, span, sold_units, undone_units, …); weeks: ``net_weeks``. Adds
    ``pending_units`` (returns still to come of the weeks that end in the span; the running week
    ends today) and ``net_units`` = sold − undone − pending.
    """
    due = weeks[["item", "week"]].assign(
        pending_units=weeks["sold_units"] - weeks["undone_units"] - weeks["net_units"]
    )
    due = due[due["pending_units"] > 0].merge(
        item_span[["cut", "span", "from_day", "to_day"]].drop_duplicates(), how="cross"
    )
    due = due[
        (due["week"] + pd.Timedelta(days=6))
        .clip(upper=as_of)
        .between(due["from_day"], due["to_day"])
    ]
    pending = due.groupby(["item", "cut", "span"], as_index=False)["pending_units"].sum()
    frame = item_span.merge(pending, on=["item", "cut", "span"], how="left", validate="1:1").fillna(
        {"pending_units": 0.0}
    )
    return frame.assign(
        net_units=frame["sold_units"] - frame["undone_units"] - frame["pending_units"]
    )


def measured(spans: pd.DataFrame, definition: str) -> pd.DataFrame:
    """What does a definition of sell-through divide by what, style by style, now and a year ago?

    spans: ``completed``. Returns the rows of the definition's span with ``base_units``; styles
    whose base nobody knows are left out.
    """
    span, base = BASES[definition]
    rows = spans[(spans["span"] == span) & spans["cut"].isin(["now", "last year"])]
    rows = rows.assign(base_units=rows[base].sum(axis=1, skipna=False))
    return rows[rows["base_units"].notna()]


def cohorts(spans: pd.DataFrame, styles: pd.DataFrame, definition: str) -> pd.DataFrame:
    """How far has every season sold through, and every calendar year?

    Seasons are cohorts by season tag, in the shop's definition, and may cross 31 December; a
    calendar year is its net units ÷ (stock on 1 January + received). Returns one row a cohort
    (``by``, ``cohort``, ``definition``): units, and sell-through ``gross`` of returns, net
    (``sell_through``), the same in value (``gross_at_tag``, ``at_tag``, ``gross_at_cost``,
    ``at_cost``), ``after_vendor_returns`` (÷ base − sent back to vendors), ``sell_in`` (own retail
    + wholesale ÷ base) and ``channel_stock`` (shipped to the channel, not yet sold there).
    """
    now = (
        measured(spans, definition).query("cut == 'now'").assign(by="season", definition=definition)
    )
    years = spans[~spans["cut"].isin(["now", "last year"])].assign(
        by=mark("year"), definition="available"
    )
    years["base_units"] = years["opening_units"] + years["received_units"]
    rows = pd.concat([now, years[years["base_units"].notna()]]).merge(
        styles[["item", "season", "exit_date", "tag_price", "mean_cost"]], on="item", validate="m:1"
    )
    rows["cohort"] = rows["cut"].where(rows["by"] == "year", rows["season"].fillna("core"))
    for value, price in (("tag", "tag_price"), ("cost", "mean_cost")):
        for units in ("sold", "net", "base"):
            rows[f"{units}_{value}"] = rows[f"{units}_units"] * rows[price]
    cohort = rows.groupby(["by", "cohort", "definition"])
    total = (
        cohort.sum(numeric_only=True)
        .assign(ends=cohort["exit_date"].max())
        .sort_values(["by", "ends", "cohort"])
    )
    base = total["base_units"]
    return _flagged(
        total.assign(
            styles=rows[rows["base_units"] > 0]
            .groupby(["by", "cohort", "definition"])["item"]
            .nunique(),
            gross=ratio(total["sold_units"], base),
            gross_at_tag=ratio(total["sold_tag"], total["base_tag"]),
            gross_at_cost=ratio(total["sold_cost"], total["base_cost"]),
            at_tag=ratio(total["net_tag"], total["base_tag"]),
            at_cost=ratio(total["net_cost"], total["base_cost"]),
            after_vendor_returns=ratio(total["net_units"], base - total["vendor_returned_units"]),
            sell_in=ratio(
                total["net_units"] - total["elsewhere_units"] + total["wholesale_units"], base
            ),
            channel_stock=total["wholesale_units"] - total["elsewhere_units"],
        ).reset_index()
    )


def _flagged(frame: pd.DataFrame) -> pd.DataFrame:
    """Sell-through of sums, and what to know about it: provisional where the returns still expected
    are a point of it.
    """
    frame = frame.assign(sell_through=ratio(frame["net_units"], frame["base_units"]))
    rules = {
        "no_base": ~(frame["base_units"] > 0),
        "net_negative": frame["net_units"] < 0,
        "st_gt_100": frame["sell_through"] > 1,
        "returns_immature": ratio(frame["pending_units"], frame["base_units"]) >= A_POINT,
    }
    names = pd.DataFrame(rules).astype(bool)
    return frame.assign(flags=["; ".join(names.columns[row]) for row in names.to_numpy()])


def of_the_season(styles: pd.DataFrame) -> pd.DataFrame:
    """Which styles belong to the running season, and which to the same season a year before?

    Returns the styles with ``cut`` ("now", "last year") and ``running``, the season that they are
    compared under. Styles of the season that have left early stay in: without them the season would
    look better than last year's.
    """
    key = ["season_year", "season_half"]
    on_sale = styles["in_season"] & styles["season_half"].notna() & (styles["received"] > 0)
    running = (
        styles.loc[on_sale, [*key, "season"]]
        .drop_duplicates()
        .rename(columns={"season": "running"})
    )
    before = running.assign(season_year=running["season_year"] - 1, cut="last year")
    return styles.merge(pd.concat([running.assign(cut="now"), before]), on=key)


def at_places(place_span: pd.DataFrame, spans: pd.DataFrame, definition: str) -> pd.DataFrame:
    """How much of each style was sold and kept in every channel, format, account and location, and
    out of how much?

    Returns one row an item, cut and place: ``net_units`` (returns still expected are spread over
    the places by their sales of the last 90 days), ``base_units`` and ``basis``: what was received
    there where every place of the dimension that sells has receipts of its own, else what the whole
    style's sell-through is divided by, so that the places add up to the style's.
    """
    whole, key = measured(spans, definition), ["item", "cut", "dimension", "place"]
    recent = place_span[place_span["span"] == "90 days"].merge(
        spans[spans["span"] == "90 days"], on=["item", "cut"], suffixes=("", "_all")
    )
    recent = recent.assign(share=ratio(recent["sold_units"], recent["sold_units_all"]))[
        [*key, "share"]
    ]
    rows = (
        place_span[place_span["span"] == BASES[definition][0]]
        .drop(columns="span")
        .merge(recent, on=key, how="left")
    )
    rows = rows.merge(whole[["item", "cut", "base_units", "pending_units"]], on=["item", "cut"])
    rows["pending_units"] *= rows["share"].fillna(0)
    rows["net_units"] = rows["sold_units"] - rows["undone_units"] - rows["pending_units"]
    by_place = rows.groupby(["dimension", "place"])[["sold_units", "received_units"]].transform(
        "sum"
    )
    unsupplied = (by_place["sold_units"] > 0) & (by_place["received_units"] <= 0)
    there = ~unsupplied.groupby(rows["dimension"]).transform("max") & (definition == "received")
    rows["base_units"] = rows["received_units"].where(there, rows["base_units"])
    return rows.assign(basis=np.where(there, THERE, WHOLE)).drop(columns="share")


def compared(
    spans: pd.DataFrame, places: pd.DataFrame, styles: pd.DataFrame, definition: str
) -> pd.DataFrame:
    """Where has the running season sold through more, and how did the same season stand on this day
    last year?

    Returns one row a ``part`` (``by`` season, brand, category, tier, style, channel, format,
    account, location): ``sell_through`` with its ``net_units``, ``base_units``, ``sold_units``,
    ``basis`` and ``flags``; ``last_year`` (to the same weekday 52 weeks ago, not its end) and
    ``change`` in points of share. Places share the base of all styles where ``basis`` says so.
    """
    season = of_the_season(styles)[["item", "cut", "running", "brand", "category", "tier"]]
    rows = measured(spans, definition).merge(season, on=["item", "cut"])
    parts = [
        rows.assign(by=by, part=rows[column].fillna("(none)"), basis=definition)
        for by, column in KINDS.items()
    ]
    sold = places.merge(season[["item", "cut"]], on=["item", "cut"]).rename(
        columns={"dimension": "by", "place": "part"}
    )
    total = (
        pd.concat([*parts, sold]).groupby(["by", "part", "basis", "cut"])[_SUMS].sum().reset_index()
    )
    whole = total["cut"].map(rows.groupby("cut")["base_units"].sum())
    total["base_units"] = total["base_units"].where(total["basis"] != WHOLE, whole)
    found = _flagged(total[total["cut"] == "now"]).drop(columns="cut")
    before = total[total["cut"] == "last year"].set_index(["by", "part"])
    past = ratio(before["net_units"], before["base_units"]).rename("last_year")
    found = found.join(past, on=["by", "part"])
    return found.assign(change=found["sell_through"] - found["last_year"])


_SUMS = ["net_units", "base_units", "sold_units", "pending_units"]


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
    cells = cells[
        (cells["expected_units"] >= assumptions["grade_least_units"]) & (cells["share"] < 1)
    ]
    spread = (cells["net_units"] - cells["expected_units"]) ** 2 / (
        cells["expected_units"] * (1 - cells["share"])
    )
    # Sales come in sessions, not unit by unit: the dimension's own median deviation says by how
    # much that widens chance.
    typical = spread.groupby(cells["dimension"]).transform("median") / _CHI_SQUARE_MEDIAN
    cells = cells.assign(
        dispersion=typical.clip(lower=1.0), fit=ratio(cells["net_units"], cells["expected_units"])
    )
    low, high = wilson(
        cells["net_units"].clip(lower=0) / cells["dispersion"],
        cells["style_units"] / cells["dispersion"],
        FIT_Z,
    )
    cells = cells.assign(fit_low=low / cells["share"], fit_high=high / cells["share"])
    cells["verdict"] = np.select([cells["fit_low"] > 1, cells["fit_high"] < 1], FITS[:2], FITS[2])
    return (
        cells[_FIT_COLUMNS]
        .sort_values(["fit", "item", "place"], ascending=[False, True, True])
        .reset_index(drop=True)
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


def in_every_definition(spans: pd.DataFrame, styles: pd.DataFrame) -> pd.DataFrame:
    """How does the running season read in each of the four definitions in use?

    Returns one row a season and ``definition``: ``net_units``, ``base_units``, ``sell_through``,
    ``flags``.
    """
    season = (
        of_the_season(styles)
        .query("cut == 'now'")[["item", "running"]]
        .rename(columns={"running": "season"})
    )
    parts = [
        measured(spans, name).query("cut == 'now'").merge(season, on="item").assign(definition=name)
        for name in BASES
    ]
    total = (
        pd.concat(parts).groupby(["season", "definition"], sort=False)[_SUMS].sum().reset_index()
    )
    return _flagged(total)
