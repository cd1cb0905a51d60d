"""One price or a ladder: how the price of the styles that are to be cut is best taken down."""

import pandas as pd

from destock.analysis.clearance import ladder as ladders
from destock.analysis.clearance import price_plans as plans
from destock.analysis.clearance.ways import CUT
from destock.model.findings import Finding, Sentence
from destock.model.messages import mark
from destock.model.metrics import ratio
from destock.pages.frames import frame, view

MOST_STYLES = 50  # for which ladders are worked out: those whose cut brings most


@frame(
    key="item plan",
    columns="price_first price_last plan_value against_one",
    assumes="ladder_changes ladder_weeks",
)
def price_plans(outlook_after, decisions, rungs, numbers) -> pd.DataFrame:
    """What each way of taking the price down would bring the styles whose price is to be cut."""
    cut = decisions[decisions["decision"] == CUT].nlargest(MOST_STYLES, "gain")
    at = pd.Index(outlook_after.rows["item"]).get_indexer(cut["item"])
    rules = ladders.Rules(
        changes=int(numbers["ladder_changes"]), least_weeks=int(numbers["ladder_weeks"])
    )
    return plans.price_plans(outlook_after.only(at), rungs, rules)


@view
def plans_compared(price_plans) -> pd.DataFrame:
    """The same of all these styles together: what each plan brings, and against one price held."""
    rows = price_plans.groupby("plan", sort=False)["plan_value"].sum().reset_index()
    one = rows.loc[rows["plan"] == plans.ONE, "plan_value"].sum()
    return rows.assign(against_one=ratio(rows["plan_value"], one) - 1)


LADDER_PAYS = Sentence(
    "ladder_pays",
    mark(
        "For {styles:units} styles whose price is to be cut, one price held to the end brings"
        " {one:money}. A ladder of at most {changes:units} more cuts that watches the stock brings"
        " {ladder:percent} against it, one step down every two weeks {stepped:percent}; no plan can"
        " bring more than {bound:percent} against it."
    ),
    "money",
    "expected to the end of the season, mean demand of all cases",
    value="one",
    money="one",
)


@view
def about_ladders(price_plans, plans_compared, ladder_changes) -> list[Finding]:
    """Does a ladder pay over one price?"""
    if price_plans.empty:
        return []
    rows = plans_compared.set_index("plan")
    names = {"ladder": plans.LADDER, "stepped": plans.STEPPED, "bound": plans.BOUND}
    figures = {name: rows.loc[plan, "against_one"] for name, plan in names.items()}
    figures |= {
        "styles": price_plans["item"].nunique(),
        "changes": ladder_changes,
        "one": rows.loc[plans.ONE, "plan_value"],
    }
    return [LADDER_PAYS.found(figures)]
