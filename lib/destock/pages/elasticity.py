"""Price: how customers answer a cut, as far as the shop's own data can tell."""

import pandas as pd

from destock.analysis.elasticity import checks, experiments, pooling, readout, verdict
from destock.analysis.elasticity import estimators as ways
from destock.analysis.elasticity.money import after_a_cut
from destock.model.findings import UNKNOWN, Finding, Sentence
from destock.model.messages import mark
from destock.pages.frames import frame, view
from destock.pages.page import page


@frame
def tested_weeks(item_week, experiment, item_now) -> pd.DataFrame:
    """Weeks of the price tests that were drawn by lot."""
    return experiments.weeks_of_tests(item_week, experiment, item_now)


@frame
def priced_weeks(item_week, item_now) -> pd.DataFrame:
    """All weeks at one price, with what a markdown rule can have seen before each."""
    return ways.panel_weeks(item_week, item_now)


@frame(
    key="group",
    columns=(
        "answers verdict reason estimator elasticity low high std_error items controls"
        " item_weeks units"
    ),
)
def elasticity(tested_weeks, priced_weeks) -> pd.DataFrame:
    """How customers answer a price: may it be known, all together, and by category."""
    return verdict.answer(tested_weeks, priced_weeks)


@view
def weeks_worth_comparing(priced_weeks, elasticity) -> pd.DataFrame:
    """The weeks that other ways of reading may be asked about: none where prices are seen only in
    what was paid.
    """
    paid_only = verdict.PAID_ONLY in elasticity["reason"].iloc[0]
    return priced_weeks.iloc[:0] if paid_only else priced_weeks


@view(rows_of="elasticity")
def answers(elasticity) -> pd.DataFrame:
    """The same with what a cut brings."""
    return after_a_cut(elasticity)


@frame(key="estimator", columns="elasticity low high std_error")
def estimators(tested_weeks, weeks_worth_comparing) -> pd.DataFrame:
    """What each way of reading the same shop says."""
    return checks.compare(tested_weeks, weeks_worth_comparing)


@view(rows_of="estimators")
def ways_compared(estimators) -> pd.DataFrame:
    """The same with what a cut would bring."""
    return after_a_cut(estimators)


@frame
def around_decisions(
    item_week, experiment, item_now, tested_weeks, weeks_worth_comparing
) -> pd.DataFrame:
    """Cut styles beside the others, week by week from the decision to four weeks after the test;
    ``p`` of no difference before.
    """
    tests = experiments.weeks_of_tests(
        item_week, experiment, item_now, after=experiments.WEEKS_AFTER
    )
    rows, p = checks.event_study(tests, weeks_worth_comparing)
    inside = tested_weeks["week_of_test"].max() if len(tests) else UNKNOWN
    return rows.assign(p=p, after=rows["week_of_test"] > inside)


@frame(key="item week", columns="price_from price_to step weeks_held share_changed source")
def price_changes(priced_weeks) -> pd.DataFrame:
    """Every move of a price, listed or only seen in what was paid."""
    return experiments.price_changes(priced_weeks)


@frame(key="item", columns="category own std_error elasticity low high weight basis")
def item_elasticity(tested_weeks, elasticity) -> pd.DataFrame:
    """Every item's own answer, drawn to its category's."""
    usable = elasticity["verdict"].iloc[0] == "usable"
    pooled = ways.hold_out(tested_weeks) if usable else None
    return pooling.pool(
        pooling.by_item(tested_weeks, pooled)
        if pooled
        else pd.DataFrame(columns=["item", "category", "own", "variance"])
    )


NO_ELASTICITY = Sentence(
    "no_elasticity",
    mark(
        "How customers answer a price cut cannot be known from these data, because: {reason:label}."
    ),
    "percent",
    severity=1,
)
ELASTICITY = Sentence(
    "elasticity",
    mark(
        "A price cut of 10 % has sold {uplift:percent} more units (95 %: {low:percent} to"
        " {high:percent}), learned from {items:units} styles in randomised tests, {controls:units}"
        " of them kept at their price."
    ),
    "% units per % price",
)
ELASTICITY_WITH_CARE = Sentence(
    "elasticity_with_care",
    mark(
        "Use with care: {reason:label}. Read that way, a price cut of 10 % has sold"
        " {uplift:percent} more units (95 %: {low:percent} to {high:percent}) in {items:units}"
        " styles."
    ),
    "% units per % price",
)


@view
def about_elasticity(answers) -> list[Finding]:
    """The verdict; then what a cut of 10 % brings, or why nobody can say."""
    whole = answers.iloc[0].to_dict()
    reason = (whole["reason"],)
    if pd.isna(whole["elasticity"]):
        return [NO_ELASTICITY.found(whole, warnings=reason)]
    usable = whole["verdict"] == "usable"
    told = {"uplift": whole["more"], "low": whole["more_low"], "high": whole["more_high"]}
    return [
        (ELASTICITY if usable else ELASTICITY_WITH_CARE).found(
            whole | told,
            value=whole["elasticity"],
            basis=whole["estimator"],
            low=whole["low"],
            high=whole["high"],
            warnings=() if usable else reason,
        )
    ]


NAIVE_ESTIMATES = Sentence(
    "naive_estimates",
    mark(
        "Without the test the same shop would have been told, for the same cut: {same:percent} (the"
        " same style before and after), {line:percent} (a line through all styles),"
        " {before:percent} (the weeks around the cut)."
    ),
    "% units per % price",
    "without a test",
)
NAIVE = {
    "same": "same style, before and after",
    "line": "all styles together",
    "before": "before and after the cut",
}


@view
def about_naive(ways_compared, elasticity) -> list[Finding]:
    """What the usual ways would have said."""
    rows = ways_compared.set_index("estimator").reindex(list(NAIVE.values()))
    if elasticity["verdict"].iloc[0] != "usable" or rows["elasticity"].isna().any():
        return []
    told = {short: rows["more"][name] for short, name in NAIVE.items()}
    return [NAIVE_ESTIMATES.found(told, value=rows["elasticity"][NAIVE["same"]])]


PRICE_CHANGES = Sentence(
    "price_changes",
    mark(
        "{changes:units} price changes of {items:units} styles were found, {cuts:units} of them"
        " cuts; {tests:units} tests by lot are on record. The other prices came about like this:"
        " {made:label}."
    ),
    "changes",
    "listed, or paid and held for two weeks",
    value="changes",
)
SINGLE_ITEMS = Sentence(
    "single_items",
    mark(
        "Of {items:units} cut styles read one by one, before against after, {evidence:units} differ"
        " from their test's controls by more than demand does by itself; the others alone are no"
        " evidence."
    ),
    "share",
    "interval apart from the controls' change",
)


@view
def about_prices(price_changes, tested_weeks, priced_weeks, readouts) -> list[Finding]:
    """How the prices came about, and what one style's test is worth."""
    if price_changes.empty:
        return []
    others = price_changes[~price_changes["item"].isin(set(tested_weeks["item"]))]
    figures = {
        "changes": len(price_changes),
        "items": price_changes["item"].nunique(),
        "cuts": (price_changes["step"] < 0).sum(),
        "tests": tested_weeks["experiment"].nunique(),
        "made": experiments.design(others, priced_weeks, False),
    }
    found = [PRICE_CHANGES.found(figures)]
    if len(readouts):
        read = {"items": len(readouts), "evidence": readouts["evidence"].sum()}
        found.append(SINGLE_ITEMS.found(read, value=readouts["evidence"].mean()))
    return found


PRE_TREND_ALIKE = Sentence(
    "pre_trend_alike",
    mark(
        "In the weeks before, the styles that were cut ran beside the others (p {p:p}). That is no"
        " licence: such a check misses most of the biases that matter."
    ),
    "p-value",
    "joint test of the weeks before",
    value="p",
)
PRE_TREND_APART = Sentence(
    "pre_trend_apart",
    mark(
        "In the weeks before, the styles that were cut already ran apart from the others (p {p:p}):"
        " who set the prices looked at sales, or knew more."
    ),
    "p-value",
    "joint test of the weeks before",
    value="p",
)
AFTERWARDS = Sentence(
    "afterwards",
    mark(
        "In the {weeks:units} weeks after their tests the styles that had been cut sold"
        " {uplift:percent} against the others (95 %: {low:percent} to {high:percent}); below zero,"
        " the cut had borrowed from them."
    ),
    "share",
    "cut styles against the others after their tests",
    value="uplift",
)
BORROWED = Sentence(
    "borrowed",
    mark(
        "That much was borrowed from the weeks after: {borrowed:percent} of what the cut had"
        " gained."
    ),
    "share",
    "lost after ÷ gained in the test",
    value="borrowed",
)


@view
def about_weeks_around(around_decisions) -> list[Finding]:
    """Did the arms run together before, and was anything borrowed from the weeks after?"""
    weeks = around_decisions
    if weeks.empty or weeks["p"].isna().all():
        return []
    p, after = weeks["p"].iloc[0], weeks.loc[weeks["after"], ["uplift", "low", "high"]].mean()
    found = [(PRE_TREND_ALIKE if p > 0.05 else PRE_TREND_APART).found({"p": p})]
    if weeks["after"].any():
        figures = after.to_dict() | {"weeks": weeks["after"].sum()}
        found.append(AFTERWARDS.found(figures, low=after["low"], high=after["high"]))
    if after["high"] < 0:
        in_test = weeks.loc[weeks["week_of_test"] >= 0, "uplift"]
        found.append(BORROWED.found({"borrowed": readout.net_of_dip(in_test)[2]}))
    return found


@page
def found(
    about_elasticity,
    about_lots,
    about_naive,
    about_prices,
    about_weeks_around,
    about_traffic,
    about_ladder,
    about_next_test,
) -> list[Finding]:
    """How do customers answer a price cut, as far as the shop's own data can tell?"""
    answer = about_elasticity + about_lots + about_naive
    tests = about_prices + about_weeks_around + about_traffic
    return answer + tests + about_ladder + about_next_test
