"""What was found about sell-through: pace, path, the end of the season, targets, grades, places."""

import pandas as pd

from destock.analysis.pacing import comparison
from destock.analysis.pacing.behind import REASONS
from destock.model.findings import Finding
from destock.model.messages import mark
from destock.model.metrics import DEFINITIONS, ratio
from destock.panel.book import Book
from destock.story import frames
from destock.story.findings import UNKNOWN, figures_of


def pacing(book: Book) -> list[Finding]:
    """How far the season has come, who falls behind, who will not earn its cost back."""
    pace = frames.pace(book)
    if pace.empty:
        return [Finding("no_pace", UNKNOWN, "share", severity=1)]
    share, with_past = (
        float(ratio(pace["net_units"].sum(), pace["received"].sum())),
        pace[pace["median"].notna()],
    )
    season = " + ".join(sorted(pace["season"].unique()))
    if with_past.empty:
        figures = figures_of(
            text={"season": season}, percent={"share": share}, units={"styles": len(pace)}
        )
        return [
            Finding(
                "no_baseline", share, "share", "net units ÷ received", severity=1, figures=figures
            )
        ]
    usual = float(
        ratio((with_past["median"] * with_past["received"]).sum(), with_past["received"].sum())
    )
    short = (pace["projected"] < pace["break_even"]).sum()
    judged, slow, below = (
        (~pace["pace"].isin(["too early", "no baseline"])).sum(),
        *((pace["pace"] == kind).sum() for kind in ("slow", "behind")),
    )
    return [
        Finding(
            "season_sell_through",
            share,
            "share",
            "net units ÷ received",
            figures=figures_of(
                text={"season": season},
                percent={"share": share, "usual": usual},
                units={"styles": len(pace)},
            ),
        ),
        Finding(
            "behind",
            slow,
            "styles",
            "below the slowest quarter of past styles, set to their own goal",
            severity=2,
            figures=figures_of(
                units={
                    "slow": slow,
                    "behind": below,
                    "judged": judged,
                    "seasons": pace["past_seasons"].max(),
                }
            ),
        ),
        Finding(
            "break_even",
            short,
            "styles",
            "projected sell-through < break-even",
            severity=2,
            figures=figures_of(units={"short": short, "styles": len(pace)}),
        ),
    ]


def season_end(book: Book) -> list[Finding]:
    """Where the running season will end, how wrong that was in past seasons, and what the coming
    week must bring.
    """
    frame = frames.pace(book)
    known = frame[frame["projected_units"].notna() & frame["goal"].notna()]
    if known.empty:
        return []
    committed = (known["received"] + known["on_order"]).sum()
    totals = {
        "projected": known["projected_units"].sum(),
        "goal": known["goal"].sum(),
        "bought": committed,
    }
    share = float(ratio(totals["projected"], committed))
    figures = figures_of(
        units=totals | {"needed": known["needed"].sum(), "coming": known["coming"].sum()},
        percent={"share": share},
    )
    found = [
        Finding(
            "season_end",
            share,
            "share",
            "projected net units ÷ (received + on order)",
            severity=1,
            figures=figures,
        )
    ]
    missed = known[known["missed_from"].notna()]
    if len(missed):
        over = missed["missed_from"] <= book.today
        may = missed["high80"] * (missed["received"] + missed["on_order"]) >= missed["goal"]
        figures = figures_of(
            units={
                "missed": len(missed),
                "styles": len(known),
                "over": over.sum(),
                "may": may.sum(),
            },
            date={"next": missed.loc[~over, "missed_from"].min()},
        )
        name = "goals_missed" if (~over).any() else "goals_missed_now"
        found.append(
            Finding(
                name, len(missed), "styles", "projected units < goal", severity=2, figures=figures
            )
        )
    return found + _trust(book, known)


def _trust(book: Book, known: pd.DataFrame) -> list[Finding]:
    """How far off such projections were, at the week of life in which most of the stock is now."""
    half = known.groupby("season_half")["bought"].sum().idxmax()
    week = int(known.loc[known["season_half"] == half, "week"].median())
    past = (
        frames.season(book, "backtest")
        .query("season_half == @half and week == @week")
        .set_index("method")
    )
    seasons = int(known.loc[known["season_half"] == half, "past_seasons"].max())
    found = []
    if len(past):
        ours = past.loc["expected"]
        errors = (
            past["error"].rename({"expected": "ours"}).to_dict()
            | ours[["bias_low", "bias_high"]].to_dict()
        )
        figures = figures_of(
            percent=errors,
            units={"week": week, "styles": ours["styles"], "seasons": ours["seasons"]},
        )
        found.append(
            Finding(
                "past_error",
                ours["error"],
                "share",
                "Σ|estimate − final| ÷ Σ final, past seasons",
                figures=figures,
            )
        )
    if seasons < 3:
        found.append(
            Finding(
                "few_seasons",
                seasons,
                "seasons",
                severity=1,
                figures=figures_of(units={"seasons": seasons}),
            )
        )
    if known["low_trust"].any():
        found.append(
            Finding(
                "often_sold_out",
                1,
                "curves",
                "more than 40 % of past styles ran out of stock",
                severity=1,
            )
        )
    return found


def look_first(book: Book) -> list[Finding]:
    """What to look at first for the styles that run behind, before their price is touched."""
    frame = frames.behind(book)
    if frame.empty:
        return []
    counts = frame["first"].value_counts()
    price = int(counts.get(REASONS["price"], 0))
    figures = figures_of(
        units={"slow": len(frame), "price": price, "most": counts.iloc[0]},
        label={"reason": counts.index[0]},
    )
    return [
        Finding(
            "look_first",
            len(frame) - price,
            "styles",
            "evidence in order, price last",
            severity=1,
            figures=figures,
        )
    ]


def calendar_year(book: Book) -> list[Finding]:
    """How the calendar year runs beside the last one, and in which category it fell most."""
    frame = frames.year(book, "years")
    if frame.empty or not frame["last_year_units"].sum() > 0:
        return []
    share = float(ratio(frame["sold"].sum(), frame["last_year_units"].sum())) - 1
    week = int(frame["week"].max())
    figures = figures_of(
        percent={"change": abs(share)},
        units={"week": week, "years": frame["past_years"].max()},
        text={"year": str(frame["season"].max())},
    )
    name = "year_above" if share >= 0 else "year_below"
    found = [
        Finding(
            name,
            share,
            "share",
            "net units of the same weeks, this year ÷ last year − 1",
            figures=figures,
        )
    ]
    fall = frame[frame["last_year_units"] > 0].nsmallest(1, "change").iloc[0]
    if fall["change"] < 0:
        figures = figures_of(
            label={"category": fall["category"]}, percent={"change": -fall["change"]}
        )
        found.append(
            Finding(
                "category_fell",
                fall["change"],
                "share",
                "net units of the same weeks",
                severity=1,
                figures=figures,
            )
        )
    return found


def compared(book: Book) -> list[Finding]:
    """How the season stands beside last year's on the same day, where it lost most, whether any
    place suits a style, what lies in the channel.
    """
    frame, found, basis = frames.compared(book), [], DEFINITIONS[book.shop.sell_through]
    known = frame[frame["last_year"].notna() & frame["sell_through"].notna()]
    for row in known[known["by"] == "season"].itertuples():
        figures = figures_of(
            text={"season": row.part},
            percent={"share": row.sell_through, "last_year": row.last_year},
            label={"basis": basis},
        )
        warnings = (
            (mark("returns still to come are estimated"),)
            if "returns_immature" in row.flags
            else ()
        )
        severity = int(row.change < 0)
        found.append(
            Finding(
                "same_day_last_year",
                row.change,
                "share",
                basis,
                severity=severity,
                warnings=warnings,
                figures=figures,
            )
        )
    categories = known[(known["by"] == "category") & (known["change"] < 0)]
    if len(categories):
        row = categories.loc[categories["change"].idxmin()]
        figures = figures_of(
            label={"category": row["part"]}, percent=row[["sell_through", "last_year"]].to_dict()
        )
        found.append(
            Finding("largest_fall", row["change"], "share", basis, severity=1, figures=figures)
        )
    return found + _fits(book) + _channel_stock(book)


def _fits(book: Book) -> list[Finding]:
    fits = frames.fits(book)
    if fits.empty and frames.compared(book).empty:
        return []
    if fits.empty:
        return [Finding("no_fit", UNKNOWN, "styles")]
    better, worse = (
        (fits["verdict"] == comparison.FITS[0]).sum(),
        (fits["verdict"] == comparison.FITS[1]).sum(),
    )
    figures = figures_of(units={"judged": len(fits), "better": better, "worse": worse})
    return [
        Finding(
            "fits",
            better + worse,
            "styles at a place",
            "net units ÷ expected there",
            figures=figures,
        )
    ]


def _channel_stock(book: Book) -> list[Finding]:
    rows = frames.cohorts(book).query("by == 'season' and wholesale_units > 0")
    if rows.empty:
        return []
    stock, base = rows["channel_stock"].sum(), rows["base_units"].sum()
    sell_in = float(ratio((rows["sell_in"] * rows["base_units"]).sum(), base))
    sell_out = float(ratio(rows["net_units"].sum(), base))
    figures = figures_of(units={"units": stock}, percent={"sell_in": sell_in, "sell_out": sell_out})
    return [
        Finding(
            "channel_stock",
            stock,
            "units",
            "shipped to the channel − sold there",
            severity=1,
            figures=figures,
        )
    ]


def targets(book: Book) -> list[Finding]:
    """Whether the styles can make their profit at their price, and what was assumed for it."""
    frame = frames.targets(book)
    known = frame[frame["cost_rate"].notna() & frame["price_realisation"].notna()]
    if known.empty:
        return []
    short, imputed = known[~known["feasible"]], frame["flags"].str.contains("cost_imputed").sum()
    middle = {"target": known["target"].median(), "break_even": known["break_even"].median()}
    figures = figures_of(
        units={"styles": len(known), "short": len(short)},
        percent=middle | {"least_price": short["least_price"].median()},
    )
    name = "targets_out_of_reach" if len(short) else "targets_in_reach"
    found = [
        Finding(
            name,
            len(short),
            "styles",
            "target sell-through above the buy",
            severity=2 * int(len(short) > 0),
            figures=figures,
        )
    ]
    if imputed:
        figures = figures_of(units={"styles": imputed})
        found.append(
            Finding(
                "cost_imputed",
                imputed,
                "styles",
                "median cost rate of the category",
                severity=1,
                figures=figures,
            )
        )
    return found


def grades(book: Book) -> list[Finding]:
    """How many styles are best sellers, how many are to be cleared, how many are too early to
    grade.
    """
    grade = frames.grades(book)["grade"]
    if grade.empty:
        return []
    counts = {
        name: (grade == kind).sum()
        for name, kind in (
            ("best", "best seller"),
            ("profit", "profit style"),
            ("clear", "to clear"),
            ("early", "too early"),
        )
    }
    return [
        Finding(
            "grades",
            counts["best"],
            "styles",
            "pace × share × price realisation",
            figures=figures_of(units=counts | {"styles": len(grade)}),
        )
    ]
