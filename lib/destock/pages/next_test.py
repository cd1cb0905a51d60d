"""What a cut is worth in money for the styles that run behind, and which test should come next."""

import numpy as np
import pandas as pd

from destock.analysis.elasticity import design, money, pooling, verdict
from destock.model.findings import Finding, Sentence
from destock.model.messages import mark
from destock.pages.frames import frame, view

OF_ITEMS = ["item", "category", "tier", "on_hand", "mean_cost", "exit_date", "return_rate"]
NOISE = "demand_shock demand_persistence demand_size"
TEST = "test_cut test_weeks test_hold_out"


@frame
def flagged(pace, items, item_week, rates, today) -> pd.DataFrame:
    """Styles that run behind past seasons and have stock: those whose price is to be cut, with
    today's price and weeks left.
    """
    late = pace.loc[pace["pace"].isin(["slow", "behind"]), ["item"]]
    week = item_week.sort_values("week", kind="stable")
    last = (
        week.assign(price=week["list_price"].fillna(week["price"]))
        .groupby("item", as_index=False)["price"]
        .last()
    )
    rows = items[OF_ITEMS].merge(late, on="item").merge(last, on="item")
    rows = rows.merge(rates[["item", "rate"]].dropna(), on="item")
    rows["weeks"] = (rows["exit_date"] - today).dt.days / 7
    wanted = (rows["on_hand"] > 0) & (rows["price"] > 0) & (rows["weeks"] > 0)
    return rows[wanted].reset_index(drop=True)


@view
def answer_range(elasticity) -> tuple[float, float, float]:
    """The elasticity of all styles together: best, low, high."""
    return tuple(elasticity.iloc[0][["elasticity", "low", "high"]])


@frame(
    key="step",
    columns=(
        "units units_low units_high revenue revenue_low revenue_high gross_profit"
        " gross_profit_low gross_profit_high cash cash_low cash_high break_even_uplift"
        " expected_uplift margin best"
    ),
    assumes="ladder_step ladder_steps",
)
def ladder(flagged, answer_range, proceeds, numbers) -> pd.DataFrame:
    """What the flagged styles sell and bring in at each step of the price ladder; empty without an
    elasticity.
    """
    rows = flagged if pd.notna(answer_range[0]) else flagged.iloc[:0]
    return money.ladder(rows, answer_range, proceeds, numbers)


@view
def to_be_seen(answer_range) -> float:
    """How large an elasticity should the next test be able to see? The shop's own, as far as it is
    known; else what published studies say.
    """
    own = answer_range[0]
    return abs(float(own)) if pd.notna(own) else abs(pooling.PRIOR)


@view(assumes=f"{TEST} {NOISE}")
def test_options(flagged, numbers) -> pd.DataFrame:
    """What tests of other lengths and depths would show."""
    return design.options(flagged, numbers)


@view(assumes="test_cut test_weeks")
def asked_test(test_options, to_be_seen, numbers) -> dict[str, float]:
    """Depth and length of the next test: those assumed, or of the mildest test that can see what is
    to be seen; empty where none can.
    """
    chosen = design.sharpest(test_options, numbers["test_cut"], numbers["test_weeks"], to_be_seen)
    if chosen is None:
        return {}
    return {"test_cut": float(chosen["cut"]), "test_weeks": float(chosen["weeks"])}


@frame(
    key="item valid_from",
    columns=(
        "valid_to price mechanism experiment arm cluster decision_date window_end seed"
        " planned_price"
    ),
    assumes=TEST,
)
def next_test(flagged, asked_test, today, numbers) -> pd.DataFrame:
    """The next test as rows of the table ``prices``: drawn by lot among the flagged styles; the day
    is the seed. None where none can see enough.
    """
    rows = flagged if asked_test else flagged.iloc[:0]
    return design.draw(rows, today, int(f"{today:%Y%m%d}"), numbers | asked_test)


STEP_THAT_PAYS = Sentence(
    "step_that_pays",
    mark(
        "For the {styles:units} styles that run behind, {step:percent} of today's price brings in"
        " most until their exits: {cash:money} after expenses ({low:money} to {high:money});"
        " today's price brings {now:money}. Purchase is paid, leftovers count nothing."
    ),
    "share of today's price",
    "most cash until the exit, leftovers at nothing",
    value="step",
    money="cash",
)
BREAK_EVEN_UPLIFT = Sentence(
    "break_even_uplift",
    mark(
        "At {one:percent} of today's price units must grow by {needed:percent} to earn the same"
        " gross profit; {expected:percent} is expected. The gross margin goes from {margin:percent}"
        " to {margin_one:percent}."
    ),
    "share",
    "units needed for the same gross profit",
    value="needed",
)
CASH_OR_PROFIT = Sentence(
    "cash_or_profit",
    mark(
        "Cash and gross profit disagree: at {step:percent} of the price cash grows by {cash:money}"
        " and gross profit falls by {profit:money}. Cash takes the purchase for paid and leftovers"
        " for nothing; gross profit charges only what is sold. Where what is left would be sold"
        " later at a fair price, gross profit is right; where it would be left over, cash is."
    ),
    "money",
    "cash at the best step − at today's price",
    value="cash",
    money="cash",
)


CUT_TOGETHER = Sentence(
    "cut_together",
    mark(
        "That rests on how styles answer their own price while the others keep theirs. If all"
        " {styles:units} are cut together, those that stand in for each other sell less than this."
    ),
    "styles",
    "styles that run behind",
    value="styles",
    severity=1,
)


@view
def about_ladder(ladder, flagged, elasticity) -> list[Finding]:
    """Which step of the ladder brings in most, and what a cut of one step must sell to pay."""
    if not (len(flagged) and ladder["cash"].notna().any() and ladder["best"].any()):
        return []
    best, now, one = ladder[ladder["best"]].iloc[0], ladder.iloc[0], ladder.iloc[1]
    figures = {
        "styles": len(flagged),
        "step": best["step"],
        "cash": best["cash"],
        "low": best["cash_low"],
        "high": best["cash_high"],
        "now": now["cash"],
        "one": one["step"],
        "needed": one["break_even_uplift"] - 1,
        "expected": one["expected_uplift"] - 1,
        "margin": now["margin"],
        "margin_one": one["margin"],
    }
    found = [STEP_THAT_PAYS.found(figures), BREAK_EVEN_UPLIFT.found(figures)]
    alone = elasticity["answers"].iloc[0] == verdict.ALONE and len(flagged) > 1
    together = [CUT_TOGETHER.found({"styles": len(flagged)})] if alone else []
    return found + together + _cash_or_profit(now, best)


def _cash_or_profit(now: pd.Series, best: pd.Series) -> list[Finding]:
    """Where cash asks for a cut and gross profit for none, a word on which of them to follow."""
    if not (best["step"] < 1 and best["gross_profit"] < now["gross_profit"]):
        return []
    figures = {
        "step": best["step"],
        "cash": best["cash"] - now["cash"],
        "profit": now["gross_profit"] - best["gross_profit"],
    }
    return [CASH_OR_PROFIT.found(figures)]


NEXT_TEST = Sentence(
    "next_test",
    mark(
        "The next test: of {flagged:units} styles that run behind, {held:units} drawn by lot keep"
        " their price for {weeks:units} weeks from {start:date}, the others are cut by"
        " {cut:percent}. It sees an elasticity of {least:number} or more, four times in five, where"
        " {wanted:number} is to be seen. Keeping them costs {cost:money} of gross profit"
        " ({low:money} to {high:money}; below zero it earns)."
    ),
    "styles",
    "drawn by lot within category and rate",
    value="held",
    money="cost",
)
NO_NEXT_TEST = Sentence(
    "no_next_test",
    mark(
        "A next test cannot be drawn: {styles:units} styles run behind their past seasons and have"
        " stock, and it takes two."
    ),
    "styles",
    value="styles",
)
NO_ARM = Sentence(
    "no_arm",
    mark(
        "A next test cannot be drawn among {styles:units} styles: with {share:percent} of them held"
        " back, nobody keeps the price, or all do."
    ),
    "styles",
    value="styles",
)
NO_TEST_SEES = Sentence(
    "no_test_sees",
    mark(
        "No test of these {flagged:units} styles can see an elasticity of {wanted:number}: the"
        " sharpest of those looked at, a cut of {cut:percent} for {weeks:units} weeks, sees"
        " {least:number} or more; {needed:units} styles an arm would do. None is drawn."
    ),
    "% units per % price",
    "the sharpest test",
    value="least",
)


@view
def about_next_test(
    flagged, next_test, test_options, asked_test, to_be_seen, answer_range, proceeds, test_hold_out
) -> list[Finding]:
    """Which styles to keep at their price by lot, what that would show, and what it costs; or that
    no test can show enough.
    """
    if len(flagged) > 1 and test_options["least_detectable"].isna().all():
        return [NO_ARM.found({"styles": len(flagged), "share": test_hold_out})]
    if not asked_test and len(flagged) > 1:
        return [_none_sees(test_options, len(flagged), to_be_seen)]
    held = (next_test["arm"] == "control").sum()
    if not 0 < held < len(next_test):
        return [NO_NEXT_TEST.found({"styles": len(flagged)})]
    cut, weeks = asked_test["test_cut"], asked_test["test_weeks"]
    row = test_options[(test_options["cut"] == cut) & (test_options["weeks"] == int(weeks))].iloc[0]
    cost = design.cost(flagged, next_test, answer_range, proceeds, asked_test)
    figures = {
        "flagged": len(next_test),
        "held": held,
        "weeks": weeks,
        "cut": cut,
        "least": row["least_detectable"],
        "wanted": to_be_seen,
        "cost": cost["cost"],
        "low": cost["cost_low"],
        "high": cost["cost_high"],
        "start": next_test["decision_date"].iloc[0],
    }
    return [NEXT_TEST.found(figures)]


def _none_sees(options: pd.DataFrame, flagged: int, wanted: float) -> Finding:
    best = options.sort_values(["least_detectable", "cut", "weeks"]).iloc[0]
    figures = {
        "flagged": flagged,
        "weeks": best["weeks"],
        "needed": np.ceil(best["items_needed"] / wanted**2),
        "cut": best["cut"],
        "wanted": wanted,
        "least": best["least_detectable"],
    }
    return NO_TEST_SEES.found(figures)
