"""One sentence for each kind of finding: the only place where figures become prose."""

from dataclasses import dataclass

import pandas as pd
from markupsafe import Markup

from destock.model.findings import Finding
from destock.model.messages import (
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

SENTENCES = {
    "rows": mark(
        "{used} of {rows_in} rows are used; {rejected} were rejected, {updated} replaced by a newer"
        " export, {deduplicated} were exact copies, {skipped} were left out by the shop's own"
        " filter."
    ),
    "freshness": mark("Data as of {as_of}; the last order line is of {last_day}."),
    "freshness_snapshot": mark("Data as of {as_of}; the newest snapshot is of {last_day}."),
    "unit": mark("Units on this page are {unit}."),
    "stock_adds_up": mark(
        "The records lead to {closing} units in {skus} SKUs; {breaks} counts differ from them, by"
        " {units} units net."
    ),
    "missing_table": mark(
        "There is no table “{table}”, so nobody can say here {impossible}. It would add:"
        " {possible}."
    ),
    "no_missing_table": mark("Every table that these pages can use is there."),
    "stock_unknown": mark(
        "Stock is not known for this shop: how much is too much cannot be said from sales alone. A"
        " table of counts or of purchases would make it possible."
    ),
    "stock_unknown_yet": mark(
        "Stock is not known on {as_of}: the first count or receipt is of {first}. Ask for the"
        " report of that day or of a later one."
    ),
    "after_the_day": mark(
        "What the tables tell of days after {as_of} is not used in a report of that day: {tables} –"
        " rows, and the last day."
    ),
    "excess": mark(
        "{units} units are more than the shop can still use: {share} of {stock} units in stock,"
        " {cost}."
    ),
    "need_unknown": mark(
        "Of {styles} styles with {units} units nobody can say yet how many are too many: what they"
        " sell is not known, or they have been on sale for less than two weeks. They are left out."
    ),
    "largest_class": mark("The largest kind is “{class}”: {share} of the excess units, {cost}."),
    "largest_classes": mark(
        "The kind with most units is “{class}” ({share} of the excess units, {cost}); the one with"
        " most money is “{class_money}” ({cost_money}, {share_money} of it)."
    ),
    "cost_gap": mark(
        "The cost of {known} of the units in stock is known: money at cost leaves the others out."
    ),
    "by_rate": mark(
        "For {styles} styles with {units} units there is no earlier season: their excess rests on"
        " the rate of the last eight weeks, carried to the end of the season, and is rough."
    ),
    "by_months": mark(
        "For {styles} styles with {units} units only the last months' sales are known: their excess"
        " rests on that rate, carried to the end of the season, and is rough."
    ),
    "control_gap": mark(
        "“{figure}” is {gap} off your own system: settle this before you act on any figure below."
    ),
    "rejected": mark(
        "{rejected} of {rows_in} rows of “{table}” were rejected: every figure below lacks them."
    ),
    "unknown_season": mark(
        "The seasons {seasons} of {skus} SKUs have no end in [seasons] of shop.toml: these styles"
        " are taken for core styles, sold all year."
    ),
    "not_in_master": mark(
        "{skus} SKUs with {units} units sold are not in the product table: they are counted under"
        " “(not in master)”."
    ),
    "product_rejected": mark(
        "{skus} SKUs with {units} units sold stand in the product table, in rows that were"
        " rejected: they are counted under “(product row rejected)”."
    ),
    "unknown_items": mark(
        "The table “{table}” names {n} items that no product and no event explains: {names}."
        " Nothing is made of them."
    ),
    "hidden_rows": mark(
        "{file}: {n} hidden rows are rows like any other here: take them out of the file if they"
        " are not meant."
    ),
    "rounded": mark(
        "{n} amounts of “{file}” in {column} have more than four decimals: they are rounded to"
        " four, half to even."
    ),
    "equal_rows": mark(
        "{n} rows of “{file}” equal another one of their export and count as rows of their own: say"
        " equal_rows = “separate” (so they are) or “copies” in shop.toml."
    ),
    "unmade_rows": mark("{file}: {n} rows made no row of “{table}”: lines {lines}."),
    "no_rows": mark("{file} has no rows: nothing is taken from it."),
    "fewer_columns": mark(
        "{file} lacks {columns}, which another export of the table has: there it is empty."
    ),
    "same_file": mark("{file} is the same file as {other}."),
    "moved_skus": mark(
        "{n} SKUs belong to another style in {file} than in an older export ({names}): all they"
        " have sold counts under the style of now."
    ),
    "nothing_new": mark(
        "The order lines are the files of the pack of {as_of}: nothing new has come in since."
    ),
    "cost_over_tag": mark("{skus} products cost more than their tag price."),
    "given_away": mark(
        "{skus} sales with {units} units brought no money: gifts have line_type gift, and stay out"
        " of prices."
    ),
    "counted_below_zero": mark(
        "{skus} counts are below zero, by {units} units in all: what was sold there was never"
        " booked in."
    ),
    "never_received": mark(
        "{skus} SKUs with {units} units sold were never received in the purchases."
    ),
    "cost_unknown": mark(
        "The cost is known for {share} of the units sold: margins and locked money are said of"
        " these only."
    ),
    "last_event": mark("The last order line is of {last_day}, {days} days ago."),
    "in_the_future": mark(
        "The last order line is of {last_day}, {days} days from now: a date is wrong, or name the"
        " day of the report with as_of."
    ),
    "dead": mark("{items} styles have not sold one unit in {weeks} weeks: {units} units, {cost}."),
    "decided": mark(
        "The analyst has decided the kind of {styles} styles ({units} units in excess): that wins"
        " over the rules."
    ),
    "none_decided": mark("The analyst has decided nothing here: every kind comes from a rule."),
    "unclassified": mark(
        "{units} excess units of {styles} styles cannot be classified; missing: {missing}."
    ),
    "largest_cause": mark(
        "Plan against actual: the largest cause is “{cause}” with {share} of the excess that can be"
        " explained so ({known} of all). For {mixed} of {styles} styles with a plan no single cause"
        " stands out. This is accounting, not proof."
    ),
    "sizes": mark(
        "{dead} sizes lie dead while their styles sell: {dead_cost}. {lost} sizes are gone while"
        " others are left; missing sizes cost about {lost_sales} of sales in the last eight weeks."
        " {styles} styles have broken runs; their stock: {broken_cost}."
    ),
    "old_stock": mark(
        "{share} of the stock at cost was received more than {days} days ago: {money}; net of"
        " selling costs it is worth {worth} of that."
    ),
    "unknown_age": mark(
        "The age of {units} units ({cost}) is not known: there are more of them than were ever"
        " received."
    ),
    "moving": mark(
        "{moving} of {on_sale} SKUs in stock sold at least one unit in the last four weeks:"
        " {share}."
    ),
    "locked": mark(
        "{share} of the money in stock is locked in overstock: {money} of {stock}, at cost (cost is"
        " known for {known} of the units)."
    ),
    "waiting": mark(
        "Every week of waiting costs {money}: storage ({storage_rate} per unit and day), capital"
        " ({capital_rate} a year, on cost), insurance ({insurance_rate}) and shrink"
        " ({shrink_rate}); {cash} of it is paid out."
    ),
    "write_down": mark(
        "The stock is worth {money} less than it cost, in {styles} styles. Booked so far: {booked};"
        " to be booked now: {change}. {rule}. What is too much is valued at {clearance} of the tag"
        " ({source}) at most; tax, fees and returns take {selling} of what all stock will be paid"
        " for. What an item's needed units will bring above their cost covers {covered} of what"
        ' those too much will lose; write_down = "portion" in shop.toml sets each against its own'
        " cost."
    ),
    "write_down_by_portion": mark(
        "The stock is worth {money} less than it cost, in {styles} styles. Booked so far: {booked};"
        " to be booked now: {change}. {rule}. What is too much is valued at {clearance} of the tag"
        " ({source}) at most; tax, fees and returns take {selling} of what all stock will be paid"
        " for. Units that are needed and units that are too much are each set against their own"
        ' cost; write_down = "item" in shop.toml sets the whole item against its cost.'
    ),
    "write_down_unknown": mark(
        "Of {unknown} styles no write-down can be told: their cost or their price is not known."
    ),
    "no_write_down": mark(
        "{share} of the stock, at tag value, has no cost: a write-down would be a guess and is not"
        " stated. Add unit_cost to the products."
    ),
    "turn": mark(
        "The stock turns {turn} times a year and lasts {days} days ({months} months of sales at"
        " cost); each unit of money in it earns {gmroi} of gross margin a year (last {weeks}"
        " weeks)."
    ),
    "losses_over": mark(
        "In the last {months} months {actual} of net sales were lost to markdowns, write-offs and"
        " shrink; the margin bears {acceptable}. That is {over} too much."
    ),
    "losses_within": mark(
        "In the last {months} months {actual} of net sales were lost to markdowns, write-offs and"
        " shrink; the margin bears {acceptable}. That is within what the business can carry."
    ),
    "hold_or_let_go": mark(
        "{hold} styles are better held for now, {let_go} are better let go today ({units} units),"
        " if a jobber pays {salvage} of the tag, {decline} less each week. What they cost to buy"
        " plays no part."
    ),
    "spent": mark(
        "Keeping the overstock has cost {money} since it was received, on top of its purchase."
    ),
    "season_sell_through": mark(
        "The {styles} styles of {season} have sold {share} of what was received; past styles had"
        " usually sold {usual} at the same age."
    ),
    "behind": mark(
        "{slow} of {judged} styles old enough to judge run below their slow line (as slow as the"
        " slowest quarter of the last {seasons} seasons), {behind} more are below their path."
    ),
    "season_end": mark(
        "At this pace {projected} of the {bought} units bought will be sold by the end of the"
        " season ({share}); the goals add up to {goal} units. To be on the way to them, {needed}"
        " units would have to sell in the coming seven days; {coming} are expected."
    ),
    "goals_missed": mark(
        "{missed} of {styles} styles are expected to miss their goal; {may} of them may still reach"
        " it within the bounds. {over} are below their path already and, as expected, stay below;"
        " the next one falls below it on {next}."
    ),
    "goals_missed_now": mark(
        "{missed} of {styles} styles are expected to miss their goal; {may} of them may still reach"
        " it within the bounds. All of them are below their path already and, as expected, stay"
        " below."
    ),
    "past_error": mark(
        "How far off was this in past seasons? After {week} weeks of life the final units of"
        " {styles} past styles ({seasons} seasons) were missed by {ours} on average; last year's"
        " curve missed them by {last_year}, a straight line by {straight_line}. Whole seasons came"
        " out between {bias_low} and {bias_high} off."
    ),
    "few_seasons": mark(
        "Only {seasons} past seasons of the same kind are in the data: the bounds know how styles"
        " differ, and too little of how seasons do."
    ),
    "often_sold_out": mark(
        "More than 40 % of past styles ran out of stock before their exit: what they could have"
        " sold is an estimate, and so is the pace that rests on it."
    ),
    "look_first": mark(
        "Of the {slow} styles below their slow line, the price is the first thing to look at for"
        " {price}; most often ({most} styles) it is: {reason}."
    ),
    "year_above": mark(
        "After {week} weeks of {year} units sold are {change} above those of the same weeks of the"
        " year before ({years} whole past years in the data)."
    ),
    "year_below": mark(
        "After {week} weeks of {year} units sold are {change} below those of the same weeks of the"
        " year before ({years} whole past years in the data)."
    ),
    "category_fell": mark("The category that fell most is “{category}”: {change} fewer units."),
    "break_even": mark(
        "At this pace {short} of {styles} styles will not reach their break-even sell-through by"
        " the end of the season."
    ),
    "no_pace": mark(
        "No style has a season, a received quantity and sales: sell-through against past seasons"
        " cannot be shown."
    ),
    "no_baseline": mark(
        "The {styles} styles of {season} have sold {share} of what was received; no earlier season"
        " of the same kind is in the data to compare with."
    ),
    "elasticity": mark(
        "A price cut of 10 % has sold {uplift} more units (95 %: {low} to {high}), learned from"
        " {items} styles in randomised tests, {controls} of them kept at their price."
    ),
    "elasticity_with_care": mark(
        "Use with care: {reason}. Read that way, a price cut of 10 % has sold {uplift} more units"
        " (95 %: {low} to {high}) in {items} styles."
    ),
    "no_elasticity": mark(
        "How customers answer a price cut cannot be known from these data, because: {reason}."
    ),
    "naive_estimates": mark(
        "Without the test the same shop would have been told, for the same cut: {same} (the same"
        " style before and after), {line} (a line through all styles), {before} (the weeks around"
        " the cut)."
    ),
    "price_changes": mark(
        "{changes} price changes of {items} styles were found, {cuts} of them cuts; {tests} tests"
        " by lot are on record. The other prices came about like this: {made}."
    ),
    "pre_trend_alike": mark(
        "In the weeks before, the styles that were cut ran beside the others (p {p}). That is no"
        " licence: such a check misses most of the biases that matter."
    ),
    "pre_trend_apart": mark(
        "In the weeks before, the styles that were cut already ran apart from the others (p {p}):"
        " who set the prices looked at sales, or knew more."
    ),
    "afterwards": mark(
        "In the {weeks} weeks after their tests the styles that had been cut sold {uplift} against"
        " the others (95 %: {low} to {high}); below zero, the cut had borrowed from them."
    ),
    "borrowed": mark(
        "That much was borrowed from the weeks after: {borrowed} of what the cut had gained."
    ),
    "single_items": mark(
        "Of {items} cut styles read one by one, before against after, {evidence} differ from their"
        " test's controls by more than demand does by itself; the others alone are no evidence."
    ),
    "by_traffic": mark(
        "Of a cut of 10 % {exposure} more exposure comes by itself, and {conversion} more units"
        " from those who see it; together {total}."
    ),
    "step_that_pays": mark(
        "For the {styles} styles that run behind, {step} of today's price brings in most until"
        " their exits: {cash} after expenses ({low} to {high}); today's price brings {now}."
        " Purchase is paid, leftovers count nothing."
    ),
    "break_even_uplift": mark(
        "At {one} of today's price units must grow by {needed} to earn the same gross profit;"
        " {expected} is expected. The gross margin goes from {margin} to {margin_one}."
    ),
    "cash_or_profit": mark(
        "Cash and gross profit disagree: at {step} of the price cash grows by {cash} and gross"
        " profit falls by {profit}. Cash takes the purchase for paid and leftovers for nothing;"
        " gross profit charges only what is sold. Where what is left would be sold later at a fair"
        " price, gross profit is right; where it would be left over, cash is."
    ),
    "next_test": mark(
        "The next test: of {flagged} styles that run behind, {held} drawn by lot keep their price"
        " for {weeks} weeks from {start}, the others are cut by {cut}. It sees an elasticity of"
        " {least} or more, four times in five, where {wanted} is to be seen. Keeping them costs"
        " {cost} of gross profit ({low} to {high}; below zero it earns)."
    ),
    "no_next_test": mark(
        "A next test cannot be drawn: {styles} styles run behind their past seasons and have stock,"
        " and it takes two."
    ),
    "no_test_sees": mark(
        "No test of these {flagged} styles can see an elasticity of {wanted}: the sharpest of those"
        " looked at, a cut of {cut} for {weeks} weeks, sees {least} or more; {needed} styles an arm"
        " would do. None is drawn."
    ),
    "top_ten": mark(
        "The {styles} styles below hold {money}: {share} of all money in excess stock and excess"
        " orders."
    ),
    "top_ten_by_tag": mark(
        "The {styles} styles below hold most tag value of what is too much; what they cost is"
        " unknown."
    ),
    "open_orders": mark(
        "{units} units that are already too many are still on order for {styles} styles, {cost}:"
        " the cheapest stock is the one that never arrives."
    ),
    "no_open_orders": mark("No open order is for stock that is already too much."),
    "urgent_order": mark(
        "Most urgent: of {all} units on order that are too many ({all_styles} styles), {units} can"
        " still be cancelled ({styles} styles, {cost}); the first of them, {first}, until {until}."
    ),
    "urgent_style": mark(
        "Most urgent: {name} ({item}) with {money} in excess, which costs {week} a week."
    ),
    "worth_to_act": mark(
        "Acting now is worth {cash} of cash from the excess (at {share} of its tag value, less"
        " {selling} for tax and selling), {orders} of orders not taken, and {week} of costs for"
        " each week saved."
    ),
    "worth_to_act_mixed": mark(
        "Acting now is worth {cash} of cash from the excess (at {share} of its tag value on"
        " average, {low} to {high} by style and condition, less {selling} for tax and selling),"
        " {orders} of orders not taken, and {week} of costs for each week saved."
    ),
    "same_day_last_year": mark(
        "{season}: sell-through is {share} ({basis}); the same season stood at {last_year} on the"
        " same weekday last year."
    ),
    "largest_fall": mark(
        "Furthest behind last year is {category}: {sell_through} after {last_year} on the same day."
    ),
    "fits": mark(
        "In {judged} cases a style has sold enough to be judged in one place: {better} sell clearly"
        " better there than elsewhere, {worse} clearly worse; the others differ by no more than"
        " chance."
    ),
    "no_fit": mark("No style has sold enough in several places to say where it fits best."),
    "channel_stock": mark(
        "{units} units were shipped to the channel and have not been sold there: sell-in is"
        " {sell_in}, sell-out only {sell_out}. All figures here are sell-out."
    ),
    "targets_in_reach": mark(
        "All {styles} styles can make their target profit at their own price: half of them need to"
        " sell more than {target} of their buy, to break even {break_even}."
    ),
    "targets_out_of_reach": mark(
        "{short} of {styles} styles cannot make what is asked of them at their own price, even if"
        " everything sells; half of those would need more than {least_price} of the tag price."
    ),
    "cost_imputed": mark(
        "For {styles} styles the cost is not known: their targets rest on the median of their"
        " category."
    ),
    "grades": mark(
        "Of {styles} styles {best} are best sellers, {profit} profit styles that sell too slowly,"
        " {clear} to be cleared; {early} are too early to grade."
    ),
}

# what a class rests on, from the figures of its style
EVIDENCE = {
    "defective": mark("{damaged} damaged units; {quality_returns} pieces came back for quality"),
    "out of season": mark(
        "last day {exit_date}; {remaining} units still to sell, {on_hand} in stock"
    ),
    "misjudged": mark(
        "sold through {sell_through} after {age} weeks, failed below {fail_line}; in stock"
        " {in_stock_share} of the time"
    ),
    "slow": mark(
        "{stock_to_sales} months of sales in stock, {weeks_of_supply} weeks at the coming rate"
    ),
    "over-bought": mark(
        "sold through {sell_through} after {age} weeks; {on_hand} in stock and {on_order} on order"
        " for a need of {need}"
    ),
    "too early": mark("{age} weeks on sale, shown {exposures} times"),
    "unclassifiable": mark("missing: {missing}"),
}
_EVIDENCE_KINDS = {
    "damaged": "units",
    "quality_returns": "units",
    "exit_date": "date",
    "remaining": "units",
    "on_hand": "units",
    "on_order": "units",
    "need": "units",
    "age": "units",
    "sell_through": "percent",
    "fail_line": "percent",
    "in_stock_share": "percent",
    "stock_to_sales": "units",
    "weeks_of_supply": "units",
    "exposures": "units",
    "missing": "label",
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
    age = row["age"] + 1 if pd.notna(row["age"]) else row["age"]
    kind = row["class"]
    return say(
        EVIDENCE[kind],
        **{
            name: figure((row | {"age": age})[name], kind, "")
            for name, kind in _EVIDENCE_KINDS.items()
        },
    )


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
    return say(SENTENCES[finding.id], **blanks)


def _labels(value: str) -> str:
    """A word of ours, or several with ; between; a message that holds one itself is one word."""
    whole = say(value)
    return (
        plain(whole)
        if whole != value
        else say(_BETWEEN).join(plain(say(part)) for part in value.split("; "))
    )


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
    formats = {
        "weeks": lambda age: count(age + 1),
        "units": count,
        "percent": percent,
        "number": decimal,
        "date": day,
        "text": plain,
        "p": p_value,
    }
    return formats[kind](value)
