"""What is told of decisions: what can be done, what each way brings, which one is chosen."""

from destock.model.columns.column import Column
from destock.model.messages import mark

COLUMNS = {
    "way": Column("label", mark("Way"), "one thing that can be done with this part of an item"),
    "decision": Column("decision", mark("Do this"), "the way that is chosen"),
    "cash_now": Column("money", mark("Cash in a week"), "net cash of the first week"),
    "cash_by_date": Column(
        "money", mark("Cash by the date"), "net cash within cash_days, after storage"
    ),
    "present_value": Column(
        "money",
        mark("Brings"),
        "net cash of the weeks ahead after storage, in today's money; mean of equally likely cases",
    ),
    "present_low": Column("money", meaning="what one case in ten stays below"),
    "present_high": Column("money", meaning="what one case in ten goes above"),
    "keep_value": Column(
        "money", mark("Brings if let be"), "the same if nothing is done; null for damaged units"
    ),
    "keep_cash": Column("money", meaning="cash within cash_days if nothing is done"),
    "gain": Column("money", mark("More by acting"), "present_value − keep_value"),
    "gain_low": Column("money", mark("At least"), "what one case in ten stays below"),
    "gain_high": Column("money", mark("At most"), "what one case in ten goes above"),
    "waiting": Column("money", mark("A week later"), "what it brings less if it is done in a week"),
    "do_by": Column("date", mark("By"), "day by which; of keep selling: until when it pays"),
    "pays_until": Column("date", mark("Pays until"), "last day on which selling on pays"),
    "then": Column("label", mark("Then"), "where what is left goes; empty = nothing is left"),
    "does": Column("label", mark("Who"), "who does it"),
    "second": Column("label", mark("Next best"), "the way that brings most of the others"),
    "second_loses": Column("money", mark("It loses"), "present_value − that of the next best"),
    "hurry": Column(
        "number", mark("Hurry"), "what cash by the date is worth beyond its present value"
    ),
    "by_date_low": Column("money", mark("At least"), "what one case in ten stays below"),
    "by_date_high": Column("money", mark("At most"), "what one case in ten goes above"),
    "chance": Column("chance", mark("Chance of the goal"), "chance that cash reaches the goal"),
    "given_up": Column("money", mark("Gives up"), "present_value less than without hurry"),
    "plan": Column("label", mark("Plan"), "a way of taking the price down"),
    "price_first": Column("exact_price", mark("First price"), "price of the first week"),
    "price_last": Column(
        "exact_price", mark("Last price"), "expected price of the last week; null: not one price"
    ),
    "plan_value": Column(
        "money", mark("Brings"), "expected net cash to the end of the season, after storage"
    ),
    "against_one": Column(
        "percent", mark("Against one price"), "plan_value ÷ that of one price held − 1"
    ),
    "report_day": Column("date", mark("Report of"), "day of the report that decided it"),
    "cash_until": Column("date", meaning="day by which cash_by_date is there"),
    "done": Column("label", mark("Done?"), "was it done"),
    "promised": Column("money", mark("Promised"), "cash of the weeks that count"),
    "cash_came": Column("money", mark("Came"), "net cash of what was sold in these weeks"),
    "against": Column("label", mark("Against it"), "as promised, less or more"),
    "gone": Column("units", mark("Left unsold"), "left stock and were not sold"),
    "exit": Column("text", mark("Exit"), "who takes the units, as the shop calls it"),
    "kind": Column("label", meaning="what kind of exit it is"),
    "run_order": Column("units", mark("No."), unit="number"),
    "task": Column("label", mark("Task"), "what it is for in the session"),
    "left": Column("text", mark("There are")),
    "room": Column("units", mark("Room for"), "units that it takes on that day"),
    "leaves_on": Column("date", mark("Leaves on"), "day on which the units leave"),
    "paid_on": Column("date", mark("Paid on"), "day on which the money is there"),
    "decided": Column("label", mark("Decided by"), "rule or value, or analyst (table overrides)"),
    "gives_up": Column(
        "money", mark("Gives up"), "what the analyst's word brings less than the best way"
    ),
}
