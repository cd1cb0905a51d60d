"""The price tests themselves: whether they were kept to, what each arm and each style sold, and
what of the answer is traffic.
"""

import pandas as pd

from destock.analysis.elasticity import checks, experiments, lots, readout
from destock.analysis.elasticity.money import after_a_cut
from destock.model.findings import UNKNOWN, Finding, Sentence
from destock.model.messages import mark
from destock.pages.frames import frame, view


@frame(key="experiment arm", columns="items apart breached")
def lots_kept(tested_weeks) -> pd.DataFrame:
    """Each arm of the tests by lot, and how many of its styles had another price than was drawn."""
    return lots.kept_to(tested_weeks)


@view
def daily(item_day, experiment) -> pd.DataFrame:
    """Each arm of all tests together, by day of test."""
    return experiments.daily(item_day, experiment)


@frame
def by_traffic(tested_weeks) -> pd.DataFrame:
    """The answer to a price in two parts: more people see it, and more of them buy."""
    return checks.by_traffic(tested_weeks)


@frame(
    key="experiment item",
    columns=(
        "name arm days_before days_after sold_units_before sold_units_after"
        " gross_profit_before gross_profit_after gross_profit_change uplift low high"
        " control_uplift evidence"
    ),
    assumes="demand_shock demand_persistence demand_size",
)
def readouts(item_day, experiment, item_now, proceeds, numbers) -> pd.DataFrame:
    """Each cut item's test, read day by day."""
    return readout.read(item_day, experiment, item_now, proceeds, numbers)


LOT_BROKEN = Sentence(
    "lot_broken",
    mark(
        "In the test “{experiment:text}” {apart:units} of the {items:units} styles of the arm"
        " “{arm:label}” had another price than was drawn for them. The answer is read at the prices"
        " that were asked; at those that were drawn it would be {drawn:number} (95 %: {low:number}"
        " to {high:number})."
    ),
    "styles",
    "styles at another price than was drawn",
    value="apart",
    severity=2,
)


@view
def about_lots(lots_kept, estimators) -> list[Finding]:
    """Which arms of the tests were not kept to, and what the answer is if read as it was drawn."""
    drawn = estimators.set_index("estimator").reindex(["randomised test, as it was drawn"])
    told = {"drawn": drawn["elasticity"].iloc[0]} | drawn[["low", "high"]].iloc[0].to_dict()
    breached = lots_kept[lots_kept["breached"]]
    return [LOT_BROKEN.found(arm | told) for arm in breached.to_dict("records")]


BY_TRAFFIC = Sentence(
    "by_traffic",
    mark(
        "Of a cut of 10 % {exposure:percent} more exposure comes by itself, and"
        " {conversion:percent} more units from those who see it; together {total:percent}."
    ),
    "% exposures per % price",
    "randomised tests",
)


@view
def about_traffic(by_traffic, elasticity) -> list[Finding]:
    """How much of the answer is that more people see the style."""
    if len(by_traffic) < 3 or elasticity["verdict"].iloc[0] != "usable":
        return []
    parts = after_a_cut(by_traffic.assign(low=UNKNOWN, high=UNKNOWN)).set_index("part")
    value = parts["elasticity"]["exposure"]
    return [BY_TRAFFIC.found(parts["more"].to_dict(), value=value)]
