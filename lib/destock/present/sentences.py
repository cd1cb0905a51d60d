"""Findings → prose: the only place where figures become words."""

from dataclasses import dataclass

import pandas as pd
from markupsafe import Markup

from destock.model.findings import SENTENCES, Finding, kinds, plain_blanks
from destock.model.messages import (
    chance,
    count,
    day,
    decimal,
    exact_money,
    mark,
    money,
    p_value,
    percent,
    plain,
    say,
)

# what a class rests on, from the figures of its style
EVIDENCE = {
    "defective": mark(
        "{damaged:units} damaged units; {quality_returns:units} pieces came back for quality"
    ),
    "out of season": mark(
        "last day {exit_date:date}; {remaining:units} units still to sell, {on_hand:units} in stock"
    ),
    "misjudged": mark(
        "sold through {sell_through:percent} after {age:weeks} weeks, failed below"
        " {fail_line:percent}; in stock {in_stock_share:percent} of the time"
    ),
    "slow": mark(
        "{stock_to_sales:units} months of sales in stock, {weeks_of_supply:units} weeks at the"
        " coming rate"
    ),
    "over-bought": mark(
        "sold through {sell_through:percent} after {age:weeks} weeks; {on_hand:units} in stock and"
        " {on_order:units} on order for a need of {need:units}"
    ),
    "too early": mark("{age:weeks} weeks on sale, shown {exposures:units} times"),
    "unclassifiable": mark("missing: {missing:label}"),
}
_AT_COST, _NO_COST = mark("{money} at cost"), mark("cost unknown")
_BETWEEN = mark("; ")  # reasons of one sentence
_BY_ANALYST = mark("decided by the analyst: {reason}")
_AUDIT = mark(
    "{units} × (cost {unit_cost} − NRV {nrv}). NRV: {price} ({basis}) less tax, fees, parcels and"
    " returns"
)
_AUDIT_COVERED = mark(
    "{units} × (cost {unit_cost} − NRV {nrv}) − {covered} that the item's needed units bring above"
    " their cost. NRV: {price} ({basis}) less tax, fees, parcels and returns"
)
_NO_PRICE = mark("no price is known")

# words that stand in frames: arms, rules of rejected rows, verdicts and their reasons
WORDS = (
    mark("control"),
    mark("(not in master)"),
    mark("(none)"),
    mark("core"),
    mark("year"),
    mark("example"),
    mark("no test"),
    mark("price never moved"),
    mark("too few items"),
    mark("does not converge"),
    mark("randomised"),
    mark("usable"),
    mark("not from these data"),
    mark("cut"),
    mark("all"),
    mark("new category"),
)


def evidence(row: dict) -> str:
    """What the kind of a style's excess rests on, in words."""
    if row["decided"] == "analyst":
        return say(_BY_ANALYST, reason=row["reason"])
    rests_on = EVIDENCE[row["class"]]
    blanks = {name: figure(row[name], kind, "") for name, kind in kinds(rests_on).items()}
    return say(plain_blanks(rests_on), **blanks)


def audit(row: dict, currency: str) -> str:
    """Why an item is written down, so that an auditor can compute it again."""
    amounts = {
        name: figure(row[name], "price", currency)
        for name in ("unit_cost", "nrv", "price", "covered")
    }
    basis = figure(row["price_basis"] or _NO_PRICE, "label", currency)
    how = _AUDIT_COVERED if row["covered"] > 0 else _AUDIT
    return say(how, units=figure(row["units"], "units", currency), basis=basis, **amounts)


@dataclass(frozen=True)
class Prose:
    """Sentences for a page; what comes from the shop's data is escaped."""

    sentences: tuple[str, ...]

    def _repr_html_(self) -> str:
        return "".join(
            Markup('<p class="finding">{}</p>').format(sentence) for sentence in self.sentences
        )

    def __str__(self) -> str:
        return "\n".join(self.sentences)


def tell(findings: list[Finding], currency: str) -> Prose:
    """What was found, in sentences of this run's language."""
    return Prose(tuple(sentence(finding, currency) for finding in findings))


def sentence(finding: Finding, currency: str) -> str:
    """One finding as one sentence."""
    blanks = {
        name: figure(value, kind, currency) for name, (value, kind) in finding.figures.items()
    }
    return say(SENTENCES[finding.id].text, **blanks)


def _labels(value: str) -> str:
    """A word of ours, or several with ; between; a message that holds one itself is one word."""
    whole = say(value)
    return (
        plain(whole)
        if whole != value
        else say(_BETWEEN).join(plain(say(part)) for part in value.split("; "))
    )


# kinds of figures of no currency, as people write them
_WRITTEN = {
    "weeks": lambda age: count(age + 1),
    "units": count,
    "percent": percent,
    "chance": chance,
    "number": decimal,
    "date": day,
    "text": plain,
    "p": p_value,
}
KINDS = {"label", "cost", "money", "price", *_WRITTEN}


def figure(value: object, kind: str, currency: str) -> str:
    """One figure as people write it; a dash where it is not known."""
    if kind == "label":
        return _labels(value) if isinstance(value, str) else "–"
    if kind == "cost":
        return (
            say(_AT_COST, money=money(float(value), currency)) if pd.notna(value) else say(_NO_COST)
        )
    if pd.isna(value):
        return "–"
    if value in (float("inf"), float("-inf")):
        return "∞"
    if kind == "money":
        return money(float(value), currency)
    if kind == "price":
        return exact_money(float(value), currency)
    return _WRITTEN[kind](value)
