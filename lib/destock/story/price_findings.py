"""What was found about prices: the answer to a cut, the tests, the money, the next test."""

import numpy as np
import pandas as pd

from destock.analysis.elasticity import design, experiments, money, readout
from destock.model.findings import Finding
from destock.panel.book import Book
from destock.story import frames
from destock.story.findings import UNKNOWN, figures_of


def elasticity(book: Book) -> list[Finding]:
    """The verdict; then what a cut of 10 % brings, or why nobody can say; then what the usual ways
    would have said.
    """
    whole, naive = (
        frames.price_answer(book).iloc[0],
        frames.estimators_compared(book).set_index("estimator"),
    )
    if pd.isna(whole["elasticity"]):
        warned = {
            "warnings": (whole["reason"],),
            "figures": figures_of(label={"reason": whole["reason"]}),
        }
        return [Finding("no_elasticity", UNKNOWN, "percent", severity=1, **warned)]
    after = money.after_a_cut(frames.price_answer(book)).iloc[0]
    uplift = {"uplift": after["more"], "low": after["more_low"], "high": after["more_high"]}
    name = "elasticity" if whole["verdict"] == "usable" else "elasticity_with_care"
    figures = figures_of(
        percent=uplift,
        units=whole[["items", "controls", "units"]].to_dict(),
    )
    figures |= figures_of(label={"reason": whole["reason"]})
    warnings = () if name == "elasticity" else (whole["reason"],)
    found = [
        Finding(
            name,
            whole["elasticity"],
            "% units per % price",
            whole["estimator"],
            whole["low"],
            whole["high"],
            warnings=warnings,
            figures=figures,
        )
    ]
    others = {
        short: naive["elasticity"].get(one, UNKNOWN)
        for short, one in (
            ("same", "same style, before and after"),
            ("line", "all styles together"),
            ("before", "before and after the cut"),
        )
    }
    if name == "elasticity" and pd.notna(pd.Series(others)).all():
        said = {short: 0.9**beta - 1 for short, beta in others.items()}
        found.append(
            Finding(
                "naive_estimates",
                others["same"],
                "% units per % price",
                "without a test",
                figures=figures_of(percent=said),
            )
        )
    return found


def price_tests(book: Book) -> list[Finding]:
    """How the prices came about, what the weeks before and after show, what one style's test is
    worth, what traffic does.
    """
    changes, tests, read = (
        frames.price_changes(book),
        frames.tested_weeks(book),
        frames.readouts(book),
    )
    made = experiments.design(
        changes[~changes["item"].isin(set(tests["item"]))], frames.priced_weeks(book), False
    )
    moved = {
        "changes": len(changes),
        "items": changes["item"].nunique(),
        "cuts": (changes["step"] < 0).sum(),
        "tests": tests["experiment"].nunique(),
    }
    found = [
        Finding(
            "price_changes",
            len(changes),
            "changes",
            "listed, or paid and held for two weeks",
            figures=figures_of(units=moved, label={"made": made}),
        )
    ]
    if len(read):
        figures = figures_of(units={"items": len(read), "evidence": read["evidence"].sum()})
        found.append(
            Finding(
                "single_items",
                read["evidence"].mean(),
                "share",
                "interval apart from the controls' change",
                figures=figures,
            )
        )
    return (found if len(changes) else []) + _around(book) + _traffic(book)


def _around(book: Book) -> list[Finding]:
    """Did the arms run together before, and was anything borrowed from the weeks after?"""
    weeks = frames.around_decisions(book)
    if weeks.empty or weeks["p"].isna().all():
        return []
    p, after = weeks["p"].iloc[0], weeks.loc[weeks["after"], ["uplift", "low", "high"]].mean()
    found = [
        Finding(
            "pre_trend_alike" if p > 0.05 else "pre_trend_apart",
            p,
            "p-value",
            "joint test of the weeks before",
            figures=figures_of(p={"p": p}),
        )
    ]
    if weeks["after"].any():
        figures = figures_of(percent=after.to_dict(), units={"weeks": weeks["after"].sum()})
        found.append(
            Finding(
                "afterwards",
                after["uplift"],
                "share",
                "cut styles against the others after their tests",
                after["low"],
                after["high"],
                figures=figures,
            )
        )
    if after["high"] < 0:
        _, _, borrowed = readout.net_of_dip(weeks.loc[weeks["week_of_test"] >= 0, "uplift"])
        found.append(
            Finding(
                "borrowed",
                borrowed,
                "share",
                "lost after ÷ gained in the test",
                figures=figures_of(percent={"borrowed": borrowed}),
            )
        )
    return found


def _traffic(book: Book) -> list[Finding]:
    parts = frames.by_traffic(book).set_index("part")["elasticity"]
    if len(parts) < 3 or frames.price_answer(book)["verdict"].iloc[0] != "usable":
        return []
    return [
        Finding(
            "by_traffic",
            parts["exposure"],
            "% exposures per % price",
            "randomised tests",
            figures=figures_of(percent={name: 0.9**beta - 1 for name, beta in parts.items()}),
        )
    ]


def price_money(book: Book) -> list[Finding]:
    """Which step of the ladder brings in most, and what a cut of one step must sell to pay."""
    steps = frames.ladder(book)
    if not (len(frames.flagged(book)) and steps["cash"].notna().any() and steps["best"].any()):
        return []
    best, now, one = steps[steps["best"]].iloc[0], steps.iloc[0], steps.iloc[1]
    figures = figures_of(
        money={
            "cash": best["cash"],
            "low": best["cash_low"],
            "high": best["cash_high"],
            "now": now["cash"],
        },
        percent={
            "step": best["step"],
            "one": one["step"],
            "needed": one["break_even_uplift"] - 1,
            "expected": one["expected_uplift"] - 1,
            "margin": now["margin"],
            "margin_one": one["margin"],
        },
        units={
            "styles": len(frames.flagged(book)),
            "units": best["units"],
            "units_now": now["units"],
        },
    )
    return [
        Finding(
            "step_that_pays",
            best["step"],
            "share of today's price",
            "most cash until the exit, leftovers at nothing",
            money=best["cash"],
            figures=figures,
        ),
        Finding(
            "break_even_uplift",
            one["break_even_uplift"] - 1,
            "share",
            "units needed for the same gross profit",
            figures=figures,
        ),
        *_cash_or_profit(now, best),
    ]


def _cash_or_profit(now: pd.Series, best: pd.Series) -> list[Finding]:
    """Where cash asks for a cut and gross profit for none, a word on which of them to follow."""
    if not (best["step"] < 1 and best["gross_profit"] < now["gross_profit"]):
        return []
    money = {
        "cash": best["cash"] - now["cash"],
        "profit": now["gross_profit"] - best["gross_profit"],
    }
    figures = figures_of(money=money, percent={"step": best["step"]})
    return [
        Finding(
            "cash_or_profit",
            money["cash"],
            "money",
            "cash at the best step − at today's price",
            money=money["cash"],
            figures=figures,
        )
    ]


def next_test(book: Book) -> list[Finding]:
    """Which styles to keep at their price by lot, what that would show, and what it costs; or that
    no test can show enough.
    """
    flagged, drawn, wanted = frames.flagged(book), frames.next_test(book), frames.to_be_seen(book)
    options, numbers = frames.test_options(book), frames.asked_test(book)
    held = (drawn["arm"] == "control").sum()
    if not numbers and len(flagged) > 1:
        best = options.sort_values(["least_detectable", "cut", "weeks"]).iloc[0]
        figures = figures_of(
            units={
                "flagged": len(flagged),
                "weeks": best["weeks"],
                "needed": np.ceil(best["items_needed"] / wanted**2),
            },
            percent={"cut": best["cut"]},
            number={"wanted": wanted, "least": best["least_detectable"]},
        )
        return [
            Finding(
                "no_test_sees",
                best["least_detectable"],
                "% units per % price",
                "the sharpest test",
                figures=figures,
            )
        ]
    if not 0 < held < len(drawn):
        return [
            Finding(
                "no_next_test",
                len(drawn),
                "styles",
                figures=figures_of(units={"styles": len(drawn)}),
            )
        ]
    row = options[
        (options["cut"] == numbers["test_cut"]) & (options["weeks"] == int(numbers["test_weeks"]))
    ].iloc[0]
    whole = frames.price_answer(book).iloc[0]
    price = design.cost(
        flagged, drawn, tuple(whole[["elasticity", "low", "high"]]), frames.proceeds(book), numbers
    )
    figures = figures_of(
        units={"flagged": len(drawn), "held": held, "weeks": numbers["test_weeks"]},
        percent={"cut": numbers["test_cut"]},
        number={"least": row["least_detectable"], "wanted": wanted},
        money={"cost": price["cost"], "low": price["cost_low"], "high": price["cost_high"]},
        date={"start": drawn["decision_date"].iloc[0]},
    )
    return [
        Finding(
            "next_test",
            held,
            "styles",
            "drawn by lot within category and rate",
            money=price["cost"],
            figures=figures,
        )
    ]
