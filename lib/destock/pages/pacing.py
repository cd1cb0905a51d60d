"""Sell-through: which styles fall behind the pace of the last years, and where the season ends."""

import pandas as pd

from destock.analysis.pacing import baseline as past
from destock.analysis.pacing import behind as lagging
from destock.analysis.pacing import example as worked
from destock.analysis.pacing import pace as paces
from destock.analysis.pacing import season as running
from destock.model.findings import Finding, Sentence
from destock.model.messages import mark
from destock.model.metrics import ratio
from destock.pages.frames import frame, view
from destock.pages.page import page

BOUNDS = ["projected", "low80", "high80", "low90", "high90"]


@frame(makes=running.FRAMES, assumes="baseline_seasons curve_prior_units")
def season(items, weeks, targets, events, today, shop, numbers) -> dict[str, pd.DataFrame]:
    """The running season: projection, season_path, backtest, stages."""
    made = running.season(items, weeks, targets, events, today, numbers, tuple(shop.stages))
    units = {name: f"{name}_units" for name in BOUNDS}
    return made | {"season_path": made["season_path"].rename(columns=units)}


@frame(assumes="misjudged_quantile baseline_seasons")
def baseline(items, weeks, today, numbers) -> pd.DataFrame:
    """The pace of past seasons."""
    return past.baseline(items, weeks, today, numbers)


@frame(assumes="too_early_days")
def pace(items, targets, projection, baseline, numbers) -> pd.DataFrame:
    """The styles of the running season beside that pace and their own path."""
    aims = targets[["item", "break_even", "target", "least_price"]]
    rows = items.merge(aims, on="item", how="left", validate="1:1")
    return paces.pace(rows, projection, baseline, numbers)


@frame(assumes="low_rate instock_floor size_floor exposure_quantile")
def behind(pace, items, plan, numbers) -> pd.DataFrame:
    """What to look at first for each style that runs behind."""
    return lagging.evidence(pace[pace["pace"] == "slow"], items, plan, numbers)


@view
def fans(pace, season_path) -> pd.DataFrame:
    """The four styles that will miss their goal by most money: their path, what they sold, and
    where they may end.
    """
    late = pace["pace"].isin(["slow", "behind"])
    gap = ((pace["goal"] - pace["projected_units"]) * pace["mean_cost"]).where(late)
    worst = pace.assign(gap=gap)[gap > 0].nlargest(4, "gap")[["item", "name", "bought"]]
    rows = worst.merge(season_path, on="item", validate="1:m")
    rows = rows.rename(columns={f"{name}_units": name for name in BOUNDS})
    units = ["target_units", "slow_units", "hot_units", "sold", *BOUNDS]
    return rows.assign(**{column: rows[column] / rows["bought"] for column in units})


@view
def paths(pace, weeks) -> pd.DataFrame:
    """Sell-through of the running season's styles by week on sale."""
    now = pace[["item", "tier_used", "season", "received", "pace"]]
    rows = weeks.merge(now, on="item", validate="m:1")
    rows = rows.assign(sell_through=rows["cumulative"] / rows["received"])
    return rows[["item", "season", "tier_used", "age", "sell_through", "pace"]]


@view
def example() -> pd.DataFrame:
    """A practitioner's example, computed here."""
    return worked.example()


NO_PACE = Sentence(
    "no_pace",
    mark(
        "No style has a season, a received quantity and sales: sell-through against past seasons"
        " cannot be shown."
    ),
    "share",
    severity=1,
)
NO_BASELINE = Sentence(
    "no_baseline",
    mark(
        "The {styles:units} styles of {season:text} have sold {share:percent} of what was received;"
        " no earlier season of the same kind is in the data to compare with."
    ),
    "share",
    "net units ÷ received",
    value="share",
    severity=1,
)
SEASON_SELL_THROUGH = Sentence(
    "season_sell_through",
    mark(
        "The {styles:units} styles of {season:text} have sold {share:percent} of what was received;"
        " past styles had usually sold {usual:percent} at the same age."
    ),
    "share",
    "net units ÷ received",
    value="share",
)
BEHIND = Sentence(
    "behind",
    mark(
        "{slow:units} of {judged:units} styles old enough to judge run below their slow line (as"
        " slow as the slowest quarter of the last {seasons:units} seasons), {behind:units} more are"
        " below their path."
    ),
    "styles",
    "below the slowest quarter of past styles, set to their own goal",
    value="slow",
    severity=2,
)
BREAK_EVEN = Sentence(
    "break_even",
    mark(
        "At this pace {short:units} of {styles:units} styles will not reach their break-even"
        " sell-through by the end of the season."
    ),
    "styles",
    "projected sell-through < break-even",
    value="short",
    severity=2,
)


@view
def about_pace(pace) -> list[Finding]:
    """How far the season has come, who falls behind, who will not earn its cost back."""
    if pace.empty:
        return [NO_PACE.found()]
    figures = {
        "season": " + ".join(sorted(pace["season"].unique())),
        "share": float(ratio(pace["net_units"].sum(), pace["received"].sum())),
        "styles": len(pace),
    }
    usual = pace[pace["median"].notna()]
    if usual.empty:
        return [NO_BASELINE.found(figures)]
    reached = (usual["median"] * usual["received"]).sum()
    judged = {
        "usual": float(ratio(reached, usual["received"].sum())),
        "slow": (pace["pace"] == "slow").sum(),
        "behind": (pace["pace"] == "behind").sum(),
        "judged": (~pace["pace"].isin(["too early", "no baseline"])).sum(),
        "seasons": pace["past_seasons"].max(),
        "short": (pace["projected"] < pace["break_even"]).sum(),
    }
    return [one.found(figures | judged) for one in (SEASON_SELL_THROUGH, BEHIND, BREAK_EVEN)]


SEASON_END = Sentence(
    "season_end",
    mark(
        "At this pace {projected:units} of the {bought:units} units bought will be sold by the end"
        " of the season ({share:percent}); the goals add up to {goal:units} units. To be on the way"
        " to them, {needed:units} units would have to sell in the coming seven days; {coming:units}"
        " are expected."
    ),
    "share",
    "projected net units ÷ (received + on order)",
    value="share",
    severity=1,
)
GOALS_MISSED = Sentence(
    "goals_missed",
    mark(
        "{missed:units} of {styles:units} styles are expected to miss their goal; {may:units} of"
        " them may still reach it within the bounds. {over:units} are below their path already and,"
        " as expected, stay below; the next one falls below it on {next:date}."
    ),
    "styles",
    "projected units < goal",
    value="missed",
    severity=2,
)
GOALS_MISSED_NOW = Sentence(
    "goals_missed_now",
    mark(
        "{missed:units} of {styles:units} styles are expected to miss their goal; {may:units} of"
        " them may still reach it within the bounds. All of them are below their path already and,"
        " as expected, stay below."
    ),
    "styles",
    "projected units < goal",
    value="missed",
    severity=2,
)


@view
def projected(pace) -> pd.DataFrame:
    """The styles that have a projection and a goal."""
    return pace[pace["projected_units"].notna() & pace["goal"].notna()]


@view
def about_season_end(projected, today) -> list[Finding]:
    """Where the running season will end, and what the coming week must bring."""
    if projected.empty:
        return []
    bought = (projected["received"] + projected["on_order"]).sum()
    sold = projected["projected_units"].sum()
    figures = projected[["goal", "needed", "coming"]].sum().to_dict()
    figures |= {"projected": sold, "bought": bought, "share": float(ratio(sold, bought))}
    found = [SEASON_END.found(figures)]
    missed = projected[projected["missed_from"].notna()]
    if missed.empty:
        return found
    over, most = missed["missed_from"] <= today, missed["received"] + missed["on_order"]
    figures = {
        "missed": len(missed),
        "styles": len(projected),
        "over": over.sum(),
        "may": (missed["high80"] * most >= missed["goal"]).sum(),
        "next": missed.loc[~over, "missed_from"].min(),
    }
    return [*found, (GOALS_MISSED_NOW if over.all() else GOALS_MISSED).found(figures)]


PAST_ERROR = Sentence(
    "past_error",
    mark(
        "How far off was this in past seasons? After {week:units} weeks of life the final units of"
        " {styles:units} past styles ({seasons:units} seasons) were missed by {ours:percent} on"
        " average; last year's curve missed them by {last_year:percent}, a straight line by"
        " {straight_line:percent}. Whole seasons came out between {bias_low:percent} and"
        " {bias_high:percent} off."
    ),
    "share",
    "Σ|estimate − final| ÷ Σ final, past seasons",
    value="ours",
)
FEW_SEASONS = Sentence(
    "few_seasons",
    mark(
        "Only {seasons:units} past seasons of the same kind are in the data: the bounds know how"
        " styles differ, and too little of how seasons do."
    ),
    "seasons",
    value="seasons",
    severity=1,
)
OFTEN_SOLD_OUT = Sentence(
    "often_sold_out",
    mark(
        "More than 40 % of past styles ran out of stock before their exit: what they could have"
        " sold is an estimate, and so is the pace that rests on it."
    ),
    "curves",
    "more than 40 % of past styles ran out of stock",
    severity=1,
)


@view
def about_trust(projected, backtest) -> list[Finding]:
    """How far off such projections were, at the week of life in which most of the stock is now."""
    if projected.empty:
        return []
    half = projected.groupby("season_half")["bought"].sum().idxmax()
    rows = projected[projected["season_half"] == half]
    week, seasons = int(rows["week"].median()), int(rows["past_seasons"].max())
    past = backtest.query("season_half == @half and week == @week").set_index("method")
    found = []
    if len(past):
        ours = past.loc["expected"].to_dict()
        errors = past["error"].rename({"expected": "ours"}).to_dict()
        found.append(PAST_ERROR.found(ours | errors | {"week": week}))
    if seasons < 3:
        found.append(FEW_SEASONS.found({"seasons": seasons}))
    return found + ([OFTEN_SOLD_OUT.found(value=1)] if projected["low_trust"].any() else [])


LOOK_FIRST = Sentence(
    "look_first",
    mark(
        "Of the {slow:units} styles below their slow line, the price is the first thing to look at"
        " for {price:units}; most often ({most:units} styles) it is: {reason:label}."
    ),
    "styles",
    "evidence in order, price last",
    severity=1,
)


@view
def about_evidence(behind) -> list[Finding]:
    """What to look at first for the styles that run behind, before their price is touched."""
    if behind.empty:
        return []
    counts = behind["first"].value_counts()
    price = int(counts.get(lagging.REASONS["price"], 0))
    figures = {"slow": len(behind), "price": price, "most": counts.iloc[0]}
    return [LOOK_FIRST.found(figures | {"reason": counts.index[0]}, value=len(behind) - price)]


@page
def found(
    about_pace,
    about_season_end,
    about_trust,
    about_evidence,
    about_years,
    about_last_year,
    about_fits,
    about_channel,
    about_targets,
    about_grades,
) -> list[Finding]:
    """Which styles fall behind the pace of the last years, and will they earn their cost back?"""
    return (
        about_pace
        + about_season_end
        + about_trust
        + about_evidence
        + about_years
        + about_last_year
        + about_fits
        + about_channel
        + about_targets
        + about_grades
    )
