"""What share of each style's buy must be sold, and what each style is for the range."""

import pandas as pd

from destock.analysis.clearance.choice import about_stock
from destock.analysis.pacing import grades as graded
from destock.analysis.pacing import targets as aims
from destock.model.findings import Finding, Sentence
from destock.model.messages import mark
from destock.pages.frames import frame, view


@frame(
    key="item",
    columns=(
        "name category tier season received tag_price price_realisation sell_through"
        " cost_rate return_rate break_even target cash_target least_price feasible reason"
        " flags"
    ),
    assumes="target_profit_rate",
)
def targets(items, plan, proceeds, shop, numbers) -> pd.DataFrame:
    """What share of each style's buy must be sold, by the shop's own expenses and prices."""
    given = shop.targets
    terms = aims.Terms(
        proceeds.expenses,
        numbers["target_profit_rate"],
        salvage=given.get("salvage", 0.0),
        tax_rate=proceeds.tax_rate,
    )
    steps = given.get("price_steps", [])
    meant = {
        "price_steps": [(step.get("share", 1), step["price"]) for step in steps],
        "cash_needed": given.get("cash_needed", 0.0),
        "cash_price": given.get("cash_price", 1.0),
        "cash_after": given.get("cash_basis", "after expenses") == "after expenses",
    }
    own = plan[["item", "target_profit_rate"]]
    return aims.targets(items.merge(own, on="item", how="left", validate="1:1"), terms, meant)


@frame(
    key="item",
    columns=(
        "name category tier season received net_units sell_through price_realisation"
        " value_share share_before group_realisation on_path large good_price grade"
    ),
    assumes="grade_share too_early_days grade_least_units",
)
def grades(items, pace, numbers) -> pd.DataFrame:
    """What each style of the running season is: best seller, profit style, traffic style, …"""
    ahead = pace.set_index("item")["pace_ratio"]
    on_path = (ahead >= 1).astype(object).where(ahead.notna(), None)
    return graded.grades(items, items["item"].map(on_path), numbers)


@view(rows_of="grades")
def grades_told(grades, decisions) -> pd.DataFrame:
    """The same with what is decided about the stock of each."""
    decided = about_stock(decisions)[["item", "decision", "price_to"]]
    return grades.merge(decided, on="item", how="left", validate="1:1")


TARGETS_IN_REACH = Sentence(
    "targets_in_reach",
    mark(
        "All {styles:units} styles can make their target profit at their own price: half of them"
        " need to sell more than {target:percent} of their buy, to break even {break_even:percent}."
    ),
    "styles",
    "target sell-through above the buy",
    value="short",
)
TARGETS_OUT_OF_REACH = Sentence(
    "targets_out_of_reach",
    mark(
        "{short:units} of {styles:units} styles cannot make what is asked of them at their own"
        " price, even if everything sells; half of those would need more than {least_price:percent}"
        " of the tag price."
    ),
    "styles",
    "target sell-through above the buy",
    value="short",
    severity=2,
)
COST_IMPUTED = Sentence(
    "cost_imputed",
    mark(
        "For {styles:units} styles the cost is not known: their targets rest on the median of their"
        " category."
    ),
    "styles",
    "median cost rate of the category",
    value="styles",
    severity=1,
)


@view
def about_targets(targets) -> list[Finding]:
    """Whether the styles can make their profit at their price, and what was assumed for it."""
    known = targets[targets["cost_rate"].notna() & targets["price_realisation"].notna()]
    if known.empty:
        return []
    short, imputed = known[~known["feasible"]], targets["flags"].str.contains("cost_imputed").sum()
    figures = {
        "styles": len(known),
        "short": len(short),
        "target": known["target"].median(),
        "break_even": known["break_even"].median(),
        "least_price": short["least_price"].median(),
    }
    found = [(TARGETS_OUT_OF_REACH if len(short) else TARGETS_IN_REACH).found(figures)]
    return found + ([COST_IMPUTED.found({"styles": imputed})] if imputed else [])


GRADES = Sentence(
    "grades",
    mark(
        "Of {styles:units} styles {best:units} are best sellers, {profit:units} profit styles that"
        " sell too slowly, {weak:units} are weak in all three; {early:units} are too early to"
        " grade."
    ),
    "styles",
    "pace × share × price realisation",
    value="best",
)


@view
def about_grades(grades) -> list[Finding]:
    """How many styles are best sellers, how many are to be cleared, how many are too early to
    grade.
    """
    if grades.empty:
        return []
    kinds = {
        "best": "best seller",
        "profit": "profit style",
        "weak": "weak style",
        "early": "too early",
    }
    counts = {name: (grades["grade"] == kind).sum() for name, kind in kinds.items()}
    return [GRADES.found(counts | {"styles": len(grades)})]
