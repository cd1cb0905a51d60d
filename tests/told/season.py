"""What is told of the season: pace, where it ends, last year, targets, grades."""

import pandas as pd
from tests.told.pack import Pack, day, share, tells

DEFINITIONS = {
    "received": "net sales to date ÷ units received to date",
    "opening stock": "net sales since 1 January ÷ stock on 1 January",
    "available": "net sales since 1 January ÷ (stock on 1 January + units received since)",
    "90-day average": "net sales of the last 90 days ÷ mean stock of those days",
}
METHODS = {"expected": "ours", "last_year": "last_year", "straight_line": "straight_line"}


@tells("no_pace")
def no_pace(of):
    return {} if of["pace"].empty else []


def _season(of: Pack) -> dict:
    rows = of["pace"]
    return {
        "styles": len(rows),
        "season": " + ".join(sorted(set(rows["season"]))),
        "share": share(rows["net_units"].sum(), rows["received"].sum()),
    }


@tells("no_baseline")
def no_baseline(of):
    return [] if of["pace"]["median"].notna().any() else _season(of)


@tells("season_sell_through")
def season_sell_through(of):
    rows = of["pace"].dropna(subset=["median"])
    usual = (rows["median"] * rows["received"]).sum() / rows["received"].sum()
    return _season(of) | {"usual": usual}


@tells("behind")
def behind(of):
    """From where each style stands, its slow line and its path, not from what it is called."""
    rows = of["pace"].query("pace not in ['too early', 'no baseline']")
    stands = rows["committed_sell_through"]
    slow = stands < rows["slow_line"]
    return {
        "slow": slow.sum(),
        "judged": len(rows),
        "seasons": of["pace"]["past_seasons"].max(),
        "behind": (~slow & (stands < rows["path_now"])).sum(),
    }


@tells("break_even")
def break_even(of):
    rows = of["pace"]
    return {"short": (rows["projected"] < rows["break_even"]).sum(), "styles": len(rows)}


def _projected(of: Pack) -> pd.DataFrame:
    rows = of["pace"].assign(bought=lambda d: d["received"] + d["on_order"])
    rows["units"] = rows["projected"] * rows["bought"]
    return rows.dropna(subset=["units", "goal"])


@tells("season_end")
def season_end(of):
    rows = _projected(of)
    return rows[["goal", "needed", "coming"]].sum().to_dict() | {
        "projected": rows["units"].sum(),
        "bought": rows["bought"].sum(),
        "share": rows["units"].sum() / rows["bought"].sum(),
    }


def _missed(of: Pack) -> tuple[bool, dict]:
    """The styles expected to end below their goal, when they fall below their path, and whether all
    of them have.
    """
    rows = _projected(of)
    # half a unit below is none
    missed = rows[rows["units"] < rows["goal"] - 0.5]
    over = missed["missed_from"] <= of.as_of
    return over.all(), {
        "missed": len(missed),
        "styles": len(rows),
        "may": (missed["high80"] * missed["bought"] >= missed["goal"]).sum(),
        "over": over.sum(),
        "next": day(missed.loc[~over, "missed_from"].min()),
    }


@tells("goals_missed_now")
def goals_missed_now(of):
    every, figures = _missed(of)
    return figures if every else []


def _now(of: Pack) -> tuple[str, int]:
    """The half-year in which most was bought, and the week of life that its styles have reached."""
    rows = _projected(of)
    half = rows.groupby("season_half")["bought"].sum().idxmax()
    rows = rows[rows["season_half"] == half]
    done = of["season_path"].dropna(subset=["sold"]).groupby("item")["week"].max()
    return half, int(rows["item"].map(done).fillna(0).median())


@tells("past_error")
def past_error(of):
    half, week = _now(of)
    rows = of["backtest"].set_index(["season_half", "week"]).loc[(half, week)].set_index("method")
    ours = rows.loc["expected"]
    return {
        "week": week,
        **ours[["styles", "seasons", "bias_low", "bias_high"]].to_dict(),
        **{name: rows["error"][method] for method, name in METHODS.items()},
    }


@tells("look_first")
def look_first(of):
    counts = of["behind"]["first"].value_counts()
    return {
        "slow": len(of["behind"]),
        "price": counts.get("the price, nothing else stands out", 0),
        "most": counts.max(),
        "reason": lambda told: counts.get(told) == counts.max(),
    }


def _year(of: Pack) -> dict:
    """From the weeks of both years, counted again."""
    rows, weeks = of["years"], of["year_weeks"]
    year, week = rows["season"].max(), rows["week"].max()
    counted = weeks[weeks["category"].isin(rows["category"]) & (weeks["week"] <= week)]
    units = counted.groupby("year")["units"].sum()
    return {
        "week": week,
        "year": str(year),
        "change": units[year] / units[year - 1] - 1,
        "years": rows["past_years"].max(),
    }


@tells("year_above")
def year_above(of):
    figures = _year(of)
    return figures if figures["change"] >= 0 else []


@tells("year_below")
def year_below(of):
    figures = _year(of)
    return figures | {"change": -figures["change"]} if figures["change"] < 0 else []


@tells("category_fell")
def category_fell(of):
    """Of the categories with sales in both years, the one whose units fell by most."""
    rows = of["years"].query("last_year_units > 0").set_index("category")
    change = rows["sold"] / rows["last_year_units"] - 1
    return {"category": change.idxmin(), "change": -change.min()} if change.min() < 0 else []


def _compared(of: Pack, by: str) -> pd.DataFrame:
    rows = of["compared"].query("by == @by").dropna(subset=["last_year", "sell_through"])
    return rows.assign(now=rows["net_units"] / rows["base_units"])


@tells("same_day_last_year")
def same_day_last_year(of):
    basis = DEFINITIONS[of.toml.get("sell_through", "received")]
    return [
        {"season": row.part, "share": row.now, "last_year": row.last_year, "basis": basis}
        for row in _compared(of, "season").itertuples()
    ]


@tells("largest_fall")
def largest_fall(of):
    rows = _compared(of, "category").set_index("part")
    lost = (rows["now"] - rows["last_year"]).idxmin()
    row = rows.loc[lost]
    return {"category": lost, "sell_through": row["now"], "last_year": row["last_year"]}


@tells("fits")
def fits(of):
    """Clearly better: the whole interval above 1; clearly worse: below."""
    rows = of["fits"]
    return {
        "judged": len(rows),
        "better": (rows["fit_low"] > 1).sum(),
        "worse": (rows["fit_high"] < 1).sum(),
    }


@tells("no_fit")
def no_fit(of):
    return {} if of["fits"].empty and len(of["compared"]) else []


def _targets(of: Pack) -> tuple[bool, dict]:
    """Out of reach is what asks for more than all of the buy."""
    rows = of["targets"].dropna(subset=["cost_rate", "price_realisation"])
    short = rows[~rows["feasible"]]
    return len(short) > 0, {
        "styles": len(rows),
        "short": len(short),
        "target": rows["target"].median(),
        "break_even": rows["break_even"].median(),
        "least_price": short["least_price"].median(),
    }


@tells("targets_in_reach")
def targets_in_reach(of):
    short, figures = _targets(of)
    return [] if short else figures


@tells("targets_out_of_reach")
def targets_out_of_reach(of):
    short, figures = _targets(of)
    return figures if short else []


@tells("grades")
def grades(of):
    names = {
        "best seller": "best",
        "profit style": "profit",
        "weak style": "weak",
        "too early": "early",
    }
    counts = of["grades"]["grade"].value_counts()
    return {"styles": len(of["grades"])} | {names[one]: counts.get(one, 0) for one in names}
