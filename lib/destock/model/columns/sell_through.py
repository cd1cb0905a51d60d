"""What is told of sell-through: pace, path, projection, comparison, targets, grades."""

from destock.model.columns.column import Column
from destock.model.messages import mark

COLUMNS = {
    "q10": Column("percent", meaning="10 % of past styles had sold through less"),
    "q25": Column("percent", meaning="25 % had"),
    "median": Column("percent", mark("Past median"), "half had"),
    "q75": Column("percent", meaning="75 % had"),
    "q90": Column("percent", meaning="90 % had"),
    "fail": Column("percent", meaning="quantile misjudged_quantile"),
    "styles": Column("units", mark("Styles"), "past styles behind the row", unit="styles"),
    "past_seasons": Column("units", meaning="past seasons behind the row", unit="seasons"),
    "tier_used": Column("text", meaning="tier it is compared with"),
    "committed_sell_through": Column(
        "percent", mark("Sold of bought"), "net_units ÷ (received + on order)"
    ),
    "path_now": Column(
        "percent", mark("Path now"), "where the goal asks it to be ÷ (received + on order)"
    ),
    "slow_line": Column(
        "percent", mark("Slow line"), "the slowest quarter of past styles, set to this goal"
    ),
    "hot_line": Column("percent", mark("Hot line"), "the fastest quarter, set to this goal"),
    "pace_ratio": Column("percent", mark("Of usual pace"), "sell_through ÷ median"),
    "pace": Column("label", mark("Pace"), "judgement"),
    "past_styles": Column("units", meaning="past styles it is compared with", unit="styles"),
    "break_even": Column(
        "percent", mark("Break-even"), "sell-through that earns cost and expenses back"
    ),
    "goal": Column("units", mark("Goal"), "units to be sold by the exit"),
    "coming": Column("units", meaning="units expected to sell in the coming seven days"),
    "goal_basis": Column(
        "text", meaning="target, all (target out of reach), usual (no cost known)"
    ),
    "needed": Column(
        "units", mark("Needed next week"), "units of the coming week to reach the goal"
    ),
    "missed_from": Column(
        "date",
        mark("Below its path from"),
        "Sunday from which on it is, and by its projection stays, below its path",
    ),
    "projected": Column(
        "percent",
        mark("Projected"),
        "expected net units at the exit ÷ (received + on order), stock limiting",
    ),
    "low80": Column(
        "percent", mark("From (80 %)"), "lower bound that holds for 8 of 10 past estimates"
    ),
    "high80": Column("percent", mark("To (80 %)"), "upper bound"),
    "low90": Column("percent", meaning="lower bound for 9 of 10"),
    "high90": Column("percent", meaning="upper bound"),
    "trials": Column("units", meaning="past estimates that the bounds rest on", unit="cases"),
    "low_trust": Column("yes", meaning="more than 40 % of past styles ran out of stock"),
    "week_end": Column("date", meaning="Sunday that ends the week of life"),
    "target_units": Column("units", meaning="path to the goal"),
    "slow_units": Column("units", meaning="slow line"),
    "hot_units": Column("units", meaning="hot line"),
    "sold": Column("units", mark("Sold"), "net units to date"),
    "projected_units": Column("units", meaning="expected net units to date, weeks to come"),
    "low80_units": Column("units", meaning="bound, weeks to come"),
    "high80_units": Column("units", meaning="bound"),
    "low90_units": Column("units", meaning="bound"),
    "high90_units": Column("units", meaning="bound"),
    "season_half": Column("text", mark("Season"), "half-year of the season"),
    "day": Column("units", mark("Days on sale"), "days on sale", unit="days"),
    "slow": Column("percent", mark("Slow below"), "slow line ÷ bought"),
    "hot": Column("percent", mark("Hot above"), "hot line ÷ bought"),
    "method": Column(
        "text", meaning="expected = this library; last_year, straight_line = simple ones"
    ),
    "error": Column("percent", meaning="Σ|estimate − final| ÷ Σ final of past styles"),
    "bias": Column("percent", meaning="Σ(estimate − final) ÷ Σ final"),
    "bias_low": Column("percent", meaning="smallest bias of a season"),
    "bias_high": Column("percent", meaning="largest bias of a season"),
    "seasons": Column("units", meaning="past seasons", unit="seasons"),
    "first": Column("label", mark("Look first at"), "what to look at first"),
    "unknown": Column("text", meaning="what the data cannot say"),
    "days_late": Column(
        "units", mark("Days late"), "first receipt or sale − planned launch", unit="days"
    ),
    "sizes_left": Column(
        "percent", mark("Sizes left"), "sales of the sizes in stock ÷ sales of all sizes"
    ),
    "exposures_week": Column("units", mark("Shown a week"), "shown", unit="times a week"),
    "click_rate": Column("percent", mark("Click rate"), "clicks ÷ exposures"),
    "usual_click_rate": Column("percent", meaning="of its category"),
    "pay_rate": Column("percent", mark("Pay rate"), "sold ÷ clicks"),
    "usual_pay_rate": Column("percent", meaning="of its category"),
    "usual_return_rate": Column("percent", meaning="of its category"),
    "last_year_units": Column(
        "units", mark("Last year, same weeks"), "same weeks of the year before"
    ),
    "year_units": Column("units", mark("Year, projected"), "projected units of the year"),
    "year_low": Column(
        "units", mark("From (80 %), units"), "bound that holds for 8 of 10 past estimates"
    ),
    "year_high": Column("units", mark("To (80 %), units"), "upper bound"),
    "past_years": Column("units", meaning="past years behind it", unit="years"),
    "year": Column("text", meaning="calendar year", unit="year"),
    "cumulative": Column("units", meaning="since the first Monday of January"),
    "by": Column("label", mark("Compared by"), "what the shop is compared by"),
    "cohort": Column("label", mark("Season or year"), "season (core = none), or calendar year"),
    "definition": Column("label", mark("Definition"), "definition of sell-through"),
    "received_units": Column("units", meaning="received in the span of the definition"),
    "undone_units": Column("units", meaning="cancelled or returned, by day of sale"),
    "pending_units": Column("units", meaning="returns still expected"),
    "base_units": Column(
        "units", mark("Of units"), "what net_units are divided by, in the definition or basis"
    ),
    "gross": Column(
        "percent", mark("Gross of returns"), "sold ÷ base, before cancellations and returns"
    ),
    "gross_at_tag": Column("percent", meaning="sold ÷ base, at tag value"),
    "at_tag": Column("percent", mark("At tag value"), "net ÷ base, at tag value"),
    "gross_at_cost": Column("percent", meaning="sold ÷ base, at cost"),
    "at_cost": Column(
        "percent", mark("At cost value"), "net ÷ base, at cost; styles without a cost left out"
    ),
    "after_vendor_returns": Column("percent", meaning="net ÷ (base − sent back to vendors)"),
    "vendor_returned_units": Column("units", meaning="sent back to vendors"),
    "sell_in": Column("percent", mark("Sell-in"), "(own retail + wholesale) ÷ base"),
    "wholesale_units": Column("units", meaning="shipped to the channel, net of what it sent back"),
    "channel_stock": Column(
        "units", mark("Stock in the channel"), "shipped to the channel − sold by it"
    ),
    "part": Column("label", mark("Part"), "part of the range, or place"),
    "last_year": Column("percent", mark("Last year, same day"), "the same season 52 weeks before"),
    "dimension": Column("label", mark("Compared by"), "channel, format, account or location"),
    "place": Column("label", mark("Place"), "which of them"),
    "level": Column("percent", mark("Usual there"), "sell-through of the whole season there"),
    "expected_units": Column(
        "units",
        mark("Expected units"),
        "the style's net units, spread over the places by their levels",
    ),
    "fit": Column("percent", mark("Of expected"), "net_units ÷ expected_units"),
    "fit_low": Column("percent", meaning="lower end of its interval (Wilson, z = 3)"),
    "fit_high": Column("percent", meaning="upper end"),
    "dispersion": Column(
        "units",
        meaning="how much more units vary than by chance alone; widens the interval",
        unit="times",
    ),
    "verdict": Column(
        "label",
        mark("Verdict"),
        "usable / use with care / not from these data; fits: sells better, worse, as elsewhere",
    ),
    "cost_rate": Column(
        "percent", mark("Cost ÷ tag"), "mean_cost ÷ tag_price; unknown: median of its category"
    ),
    "cash_target": Column(
        "percent", mark("Cash target"), "sell-through that also brings the cash asked for"
    ),
    "least_price": Column(
        "percent",
        mark("Least price ÷ tag"),
        "price ÷ tag price below which the target is out of reach",
    ),
    "feasible": Column("yes", meaning="the target can be reached at this price"),
    "value_share": Column(
        "percent", mark("Share of sales"), "of the net sales value of its season and category"
    ),
    "share_before": Column("percent", meaning="of the styles that sell more, together"),
    "group_realisation": Column(
        "percent", mark("Category's realisation"), "price realisation of its season and category"
    ),
    "on_path": Column("yes", meaning="sell-through at or above the path at its age"),
    "large": Column("yes", meaning="share_before below grade_share"),
    "good_price": Column("yes", meaning="price realisation at or above its group's"),
    "grade": Column("label", mark("Grade"), "grade"),
    "case": Column("label", mark("Figure")),
    "amount": Column("by unit", mark("Computed")),
    "printed": Column("by unit", mark("Printed")),
}
