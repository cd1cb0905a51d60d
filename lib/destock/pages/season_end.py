"""Where the running season will end, what the coming week must bring, and how far off such
projections were.
"""

import pandas as pd

from destock.model.findings import Finding, Sentence
from destock.model.messages import mark
from destock.model.metrics import ratio
from destock.pages.frames import view

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
