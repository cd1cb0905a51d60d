"""Sell-through compared: seasons and years, brands, categories and places, each with the same
season last year.
"""

import pandas as pd

from destock.model.messages import mark
from destock.model.metrics import ratio

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
THERE, WHOLE = mark("units received there"), mark("units received of the whole style")
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
    total = _sums_of_cohorts(_of_cohorts(spans, styles, definition))
    base, net = total["base_units"], total["net_units"]
    retail = net - total["elsewhere_units"]
    found = total.assign(
        gross=ratio(total["sold_units"], base),
        gross_at_tag=ratio(total["sold_tag"], total["base_tag"]),
        gross_at_cost=ratio(total["sold_cost"], total["base_cost"]),
        at_tag=ratio(total["net_tag"], total["base_tag"]),
        at_cost=ratio(total["net_cost"], total["base_cost"]),
        after_vendor_returns=ratio(net, base - total["vendor_returned_units"]),
        sell_in=ratio(retail + total["wholesale_units"], base),
        channel_stock=total["wholesale_units"] - total["elsewhere_units"],
    )
    return _flagged(found.reset_index())


def _of_cohorts(spans: pd.DataFrame, styles: pd.DataFrame, definition: str) -> pd.DataFrame:
    """Each style once in its season and once in each calendar year, in units, at tag and at
    cost.
    """
    seasons = measured(spans, definition).query("cut == 'now'")
    seasons = seasons.assign(by="season", definition=definition)
    years = spans[~spans["cut"].isin(["now", "last year"])]
    years = years.assign(
        by=mark("year"),
        definition="available",
        base_units=years["opening_units"] + years["received_units"],
    )
    rows = pd.concat([seasons, years[years["base_units"].notna()]]).merge(
        styles[["item", "season", "exit_date", "tag_price", "mean_cost"]], on="item", validate="m:1"
    )
    rows["cohort"] = rows["cut"].where(rows["by"] == "year", rows["season"].fillna("core"))
    for value, price in (("tag", "tag_price"), ("cost", "mean_cost")):
        for units in ("sold", "net", "base"):
            rows[f"{units}_{value}"] = rows[f"{units}_units"] * rows[price]
    return rows


def _sums_of_cohorts(rows: pd.DataFrame) -> pd.DataFrame:
    """One row a cohort, seasons in the order in which they end."""
    key = ["by", "cohort", "definition"]
    cohort = rows.groupby(key)
    total = cohort.sum(numeric_only=True).assign(
        ends=cohort["exit_date"].max(),
        styles=rows[rows["base_units"] > 0].groupby(key)["item"].nunique(),
    )
    return total.sort_values(["by", "ends", "cohort"])


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
    total = _sums_of_parts(measured(spans, definition), places, of_the_season(styles), definition)
    found = _flagged(total[total["cut"] == "now"]).drop(columns="cut")
    before = total[total["cut"] == "last year"].set_index(["by", "part"])
    past = ratio(before["net_units"], before["base_units"]).rename("last_year")
    found = found.join(past, on=["by", "part"])
    return found.assign(change=found["sell_through"] - found["last_year"])


def _sums_of_parts(
    whole: pd.DataFrame, places: pd.DataFrame, season: pd.DataFrame, definition: str
) -> pd.DataFrame:
    """Units of each part of the season, now and a year ago; of a place that has no receipts of its
    own out of all that the season received.
    """
    season = season[["item", "cut", "running", "brand", "category", "tier"]]
    rows = whole.merge(season, on=["item", "cut"])
    parts = [
        rows.assign(by=by, part=rows[column].fillna("(none)"), basis=definition)
        for by, column in KINDS.items()
    ]
    sold = places.merge(season[["item", "cut"]], on=["item", "cut"]).rename(
        columns={"dimension": "by", "place": "part"}
    )
    part = pd.concat([*parts, sold]).groupby(["by", "part", "basis", "cut"])
    total = part[_SUMS].sum().reset_index()
    everywhere = total["cut"].map(rows.groupby("cut")["base_units"].sum())
    return total.assign(base_units=total["base_units"].where(total["basis"] != WHOLE, everywhere))


_SUMS = ["net_units", "base_units", "sold_units", "pending_units"]


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
