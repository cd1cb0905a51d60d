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
from destock.model.results import publish
from destock.pages.frames import frame, view
from destock.pages.page import page

BOUNDS = ["projected", "low80", "high80", "low90", "high90"]


@frame(makes=running.FRAMES, assumes="baseline_seasons curve_prior_units")
def season(
    items, weeks, targets, events, buy_week, today, shop, numbers
) -> dict[str, pd.DataFrame]:
    """The running season: projection, season_path, backtest, stages."""
    stages = tuple(shop.stages)
    made = running.season(items, weeks, targets, events, today, numbers, stages, buy_week)
    units = {name: f"{name}_units" for name in BOUNDS}
    return made | {"season_path": made["season_path"].rename(columns=units)}


publish(
    "season_path",
    "item week",
    (
        "week_end share target_units slow_units hot_units sold projected_units low80_units"
        " high80_units low90_units high90_units"
    ),
)
publish("stages", "season_half tier day", "styles share target slow hot units")
publish("backtest", "season_half week method", "error bias bias_low bias_high styles seasons")


@frame(
    key="season tier age",
    columns="q10 q25 median q75 q90 fail styles past_seasons",
    assumes="misjudged_quantile baseline_seasons",
)
def baseline(items, weeks, today, numbers) -> pd.DataFrame:
    """The pace of past seasons."""
    return past.baseline(items, weeks, today, numbers)


@frame(
    key="item",
    columns=(
        "name tier tier_used season age received on_order net_units sell_through"
        " committed_sell_through flags path_now slow_line hot_line pace_ratio pace median"
        " q10 q25 q75 past_styles past_seasons price_realisation break_even target goal"
        " goal_basis needed missed_from projected low80 high80 low90 high90 trials"
        " low_trust season_half coming"
    ),
    assumes="too_early_days",
)
def pace(items, targets, projection, baseline, numbers) -> pd.DataFrame:
    """The styles of the running season beside that pace and their own path."""
    aims = targets[["item", "break_even", "target", "least_price"]]
    rows = items.merge(aims, on="item", how="left", validate="1:1")
    return paces.pace(rows, projection, baseline, numbers)


@frame(
    key="item",
    columns=(
        "first also unknown days_late in_stock_share sizes_left exposures_week click_rate"
        " usual_click_rate pay_rate usual_pay_rate return_rate usual_return_rate"
    ),
    assumes="low_rate instock_floor size_floor",
)
def behind(pace, items, shown, plan, numbers) -> pd.DataFrame:
    """What to look at first for each style that runs behind."""
    rows = items.merge(shown, on="item", validate="1:1")
    return lagging.evidence(pace[pace["pace"] == "slow"], rows, plan, numbers)


@view
def fans(pace, season_path) -> pd.DataFrame:
    """The four styles that will miss their goal by most money: their path, what they sold, and
    where they may end.
    """
    late = pace["pace"].isin(["slow", "behind"])
    gap = ((pace["goal"] - pace["projected_units"]) * pace["mean_cost"]).where(late)
    return shares_of_buy(pace.assign(gap=gap)[gap > 0].nlargest(4, "gap"), season_path)


def shares_of_buy(styles: pd.DataFrame, season_path: pd.DataFrame) -> pd.DataFrame:
    """The paths of some styles, as shares of what was bought."""
    bought = styles[["item", "name", "bought"]]
    rows = bought.merge(season_path, on="item", validate="1:m")
    rows = rows.rename(columns={f"{name}_units": name for name in BOUNDS})
    units = ["target_units", "slow_units", "hot_units", "sold", *BOUNDS]
    return rows.assign(**{column: rows[column] / rows["bought"] for column in units})


@view
def paths(pace, weeks) -> pd.DataFrame:
    """Sell-through of the running season's styles by week on sale."""
    now = pace[["item", "tier_used", "season", "received", "pace"]]
    rows = weeks[weeks["age"] >= 0].merge(now, on="item", validate="m:1")
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
