"""The results contract: the tables of ``results/``, their keys, and what every column means, in
which unit, on which basis.

Other people build on these files: a column may be added, but none may change its meaning
without a new SCHEMA_VERSION.
"""

import pandas as pd

SCHEMA_VERSION = "2"

# table → key columns, then the other columns
TABLES = {
    "control": ("figure", "unit ours theirs gap"),
    "rows": (
        "table file",
        (
            "rows_in used updated rejected deduplicated skipped file_rows read_as money_in"
            " money_rejected units_in units_rejected key_rejected equal_rejected totals"
            " share_rejected share_of"
        ),
    ),
    "rejects": ("table file line column", "rule value raw"),
    "breaks": ("sku counted_on", "expected found difference"),
    "styles": (
        "item",
        (
            "name category tier season launch_date exit_date age in_season tag_price mean_cost"
            " received sold_units net_units sell_through fail_line flags paid_value"
            " price_realisation on_hand damaged on_order on_hand_cost damaged_cost stock_basis"
            " remaining remaining_sd remaining_basis need rate coming_rate weeks_of_supply"
            " stock_to_sales excess_on_hand excess_on_order excess_units exposures clicks"
            " in_stock_share last_sale gross_profit abc_basis abc xyz pattern sale_interval"
            " size_variation"
        ),
    ),
    "classes": ("item class", "units cost also confidence decided reason missing dead"),
    "causes": ("item class cause", "units cost"),
    "leftover": ("item cause", "units"),
    "main_cause": ("item", "cause probability named also_unknown"),
    "sizes": ("sku", "item name size state broken units cost lost_units lost_sales"),
    "sizes_by_style": ("item", "broken dead_sizes lost_sizes dead_cost broken_cost lost_sales"),
    "costs": (
        "item class",
        "category units purchase age_days storage capital insurance shrink total week week_cash",
    ),
    "ageing": ("category band", "units cost tag nrv excess_units excess_cost"),
    "value": (
        "item portion",
        "units unit_cost price price_basis nrv covered write_down_unit write_down carrying",
    ),
    "provisions": ("item", "required booked change closing"),
    "decisions": (
        "item",
        (
            "units price salvage floor floor_share net_price rate_needed rate_expected advice"
            " hold_until gain best_price cash_ahead"
        ),
    ),
    "productivity": (
        "category",
        "weeks cost_of_sales gross_margin inventory turn days gmroi months cost_known",
    ),
    "losses": ("month", "sales markdowns write-offs shrink loss share acceptable acceptable_money"),
    "open_orders": (
        "item po_id",
        "name category vendor ordered units money due_at cancellable_until lever until",
    ),
    "moving": ("period_end", "moving on_sale share"),
    "baseline": ("season tier age", "q10 q25 median q75 q90 fail styles past_seasons"),
    "pace": (
        "item",
        (
            "name tier tier_used season age received on_order net_units sell_through"
            " committed_sell_through flags path_now slow_line hot_line pace_ratio pace median q10"
            " q25 q75 past_styles past_seasons price_realisation break_even target goal goal_basis"
            " needed missed_from projected low80 high80 low90 high90 trials low_trust season_half"
            " coming"
        ),
    ),
    "season_path": (
        "item week",
        (
            "week_end share target_units slow_units hot_units sold projected_units low80_units"
            " high80_units low90_units high90_units"
        ),
    ),
    "stages": ("season_half tier day", "styles share target slow hot units"),
    "backtest": ("season_half week method", "error bias bias_low bias_high styles seasons"),
    "behind": (
        "item",
        (
            "first also unknown days_late in_stock_share sizes_left exposures_week click_rate"
            " usual_click_rate pay_rate usual_pay_rate return_rate usual_return_rate"
        ),
    ),
    "years": (
        "category season",
        "week sold last_year_units change share year_units year_low year_high trials past_years",
    ),
    "year_weeks": ("category year week", "units cumulative share"),
    "cohorts": (
        "by cohort",
        (
            "definition styles received_units sold_units undone_units pending_units net_units"
            " base_units sell_through flags gross gross_at_tag at_tag gross_at_cost at_cost"
            " after_vendor_returns vendor_returned_units sell_in wholesale_units channel_stock"
        ),
    ),
    "compared": (
        "by part",
        "basis sold_units pending_units net_units base_units sell_through flags last_year change",
    ),
    "fits": (
        "item dimension place",
        (
            "basis net_units base_units sell_through level expected_units fit fit_low fit_high"
            " dispersion verdict"
        ),
    ),
    "definitions": ("season definition", "net_units base_units sell_through flags"),
    "targets": (
        "item",
        (
            "name category tier season received tag_price price_realisation sell_through cost_rate"
            " return_rate break_even target cash_target least_price feasible reason flags"
        ),
    ),
    "grades": (
        "item",
        (
            "name category tier season received net_units sell_through price_realisation"
            " value_share share_before group_realisation on_path large good_price grade to_do"
        ),
    ),
    "elasticity": (
        "group",
        "verdict reason estimator elasticity low high std_error items controls item_weeks units",
    ),
    "estimators": ("estimator", "elasticity low high std_error"),
    "item_elasticity": ("item", "category own std_error elasticity low high weight basis"),
    "price_changes": ("item week", "price_from price_to step weeks_held share_changed source"),
    "readouts": (
        "experiment item",
        (
            "name arm days_before days_after sold_units_before sold_units_after gross_profit_before"
            " gross_profit_after gross_profit_change uplift low high control_uplift evidence"
        ),
    ),
    "ladder": (
        "step",
        (
            "units units_low units_high revenue revenue_low revenue_high gross_profit"
            " gross_profit_low gross_profit_high cash cash_low cash_high break_even_uplift"
            " expected_uplift margin best"
        ),
    ),
    "next_test": (
        "item valid_from",
        "valid_to price mechanism experiment arm decision_date window_end seed planned_price",
    ),
    "actions": (
        "item",
        (
            "name category class money units purchase on_order_cost cancellable_cost until week"
            " verb price_to sell_through target weeks_of_supply sizes return_rate"
        ),
    ),
    "findings": ("page id item", "value low high unit basis money severity warnings figures"),
    "assumptions": ("name", "value unit source meaning"),
}

# column → unit, meaning with its basis
COLUMNS = {
    "figure": ("text", "control total"),
    "unit": ("text", "unit of the figure"),
    "ours": ("see unit", "figure here"),
    "theirs": ("see unit", "figure of the shop's own system"),
    "gap": ("see unit", "ours − theirs"),
    "table": ("text", "table of the shop"),
    "file": ("text", "file it came from"),
    "rows_in": ("rows", "rows read"),
    "used": ("rows", "rows used"),
    "updated": ("rows", "rows replaced by a newer export"),
    "rejected": ("rows", "rows rejected"),
    "deduplicated": ("rows", "exact copies"),
    "skipped": ("rows", "blank rows, and rows left out by the shop's own filter"),
    "file_rows": ("rows", "records of the file; a query may make other rows of them"),
    "read_as": ("text", "encoding and delimiter, or sheet"),
    "money_in": ("money", "the table's money in all rows: paid, or charged"),
    "money_rejected": ("money", "of which in rejected rows, where it can be read"),
    "units_in": ("units", "the table's units in all rows"),
    "units_rejected": ("units", "of which in rejected rows, where they can be read"),
    "equal_rejected": (
        "rows",
        "rejected rows that equal another one of their export, where no number tells them apart",
    ),
    "totals": ("rows", "rejected rows that sum up others: no loss"),
    "share_rejected": (
        "share",
        "largest share of units, stock or sales that hangs on the table's rejected rows",
    ),
    "share_of": ("text", "what share_rejected is a share of"),
    "key_rejected": ("rows", "rejected rows whose key cannot be relied on"),
    "raw": ("text", "the row as the file gives it"),
    "line": ("number", "line of the file"),
    "column": ("text", "column that breaks the rule"),
    "sku": ("text", "stock-keeping unit"),
    "counted_on": ("date", "day of the count"),
    "expected": ("units", "where the records lead to"),
    "found": ("units", "counted"),
    "difference": ("units", "found − expected"),
    "rule": ("text", "rule that is broken"),
    "value": ("see unit", "value"),
    "item": ("text", "priced item: a style unless the shop says otherwise"),
    "name": ("text", "name"),
    "category": ("text", "category"),
    "tier": ("text", "tier"),
    "season": ("text", "season; empty = core"),
    "launch_date": ("date", "first day on sale, as planned or first seen"),
    "exit_date": ("date", "last day on sale, as planned; empty = never"),
    "age": ("weeks", "complete weeks since first on sale; the first is 0"),
    "in_season": ("yes/no", "its exit is not past"),
    "tag_price": ("money per unit", "mean tag price of its SKUs"),
    "mean_cost": ("money per unit", "mean purchase cost of its SKUs"),
    "received": ("units", "received to date"),
    "sold_units": ("units", "sold to date, before cancellations and returns"),
    "net_units": ("units", "sold − cancelled − returned by week of sale − returns still expected"),
    "sell_through": ("share", "net_units ÷ received; n = sold_units"),
    "flags": (
        "text",
        (
            "; between: no_sales, net_negative, returns_immature, st_gt_100, launch_imputed,"
            " cost_missing, cost_imputed, late_receipt, left_trunc, replen, censored, price_mix,"
            " broken, no_base"
        ),
    ),
    "paid_value": ("money", "paid by customers before refunds"),
    "price_realisation": ("share", "paid_value ÷ (sold_units × tag_price)"),
    "on_hand": ("units", "good units on hand; empty = unknown"),
    "damaged": ("units", "units of any other condition"),
    "on_order": ("units", "ordered and not received"),
    "on_hand_cost": ("money", "good units × unit cost"),
    "damaged_cost": ("money", "other units × unit cost"),
    "stock_basis": ("text", "counted / rebuilt / unknown"),
    "remaining": ("units", "expected net sales to the exit, stock not limiting; seasonal items"),
    "remaining_basis": (
        "text",
        (
            "past seasons (chain ladder), or recent rate × weeks to the exit where no past season"
            " can be compared with"
        ),
    ),
    "need": ("units", "remaining, or for core items the stock ceiling"),
    "rate": ("units a week", "mean net sales of the last 8 weeks ÷ share of time in stock"),
    "weeks_of_supply": ("weeks", "on_hand ÷ rate"),
    "stock_to_sales": ("months", "on_hand ÷ (rate × 52/12)"),
    "excess_on_hand": ("units", "excess among good units on hand"),
    "excess_on_order": ("units", "excess among units on order, counted first"),
    "excess_units": ("units", "excess_on_hand + damaged"),
    "exposures": ("times", "shown; empty = unknown"),
    "clicks": ("times", "clicked"),
    "in_stock_share": ("share", "SKU-days with stock for sale ÷ SKU-days on sale, mean of weeks"),
    "last_sale": ("date", "Monday of the last week with a sale"),
    "class": ("text", "kind of overstock"),
    "units": ("units", "units"),
    "cost": ("money", "units at purchase cost"),
    "also": ("text", "other rules that hold"),
    "purchase": ("money", "excess units at purchase cost: sunk"),
    "age_days": ("days", "mean age of the item's stock, first in first out"),
    "storage": ("money", "storage since receipt"),
    "capital": ("money", "capital since receipt, on cost"),
    "total": ("money", "purchase + storage + capital"),
    "week": (
        "see table",
        (
            "costs: storage + capital of one more week, money; season_path, backtest, years: weeks"
            " completed"
        ),
    ),
    "band": ("days", "days since receipt"),
    "period_end": ("date", "Sunday that ends the four weeks"),
    "moving": ("SKUs", "sold at least one unit"),
    "on_sale": ("SKUs", "in stock or sold"),
    "share": (
        "share",
        "moving: moving ÷ on_sale; season_path, stages: of the goal; years: of the year reached",
    ),
    "q10": ("share", "10 % of past styles had sold through less"),
    "q25": ("share", "25 % had"),
    "median": ("share", "half had"),
    "q75": ("share", "75 % had"),
    "q90": ("share", "90 % had"),
    "fail": ("share", "quantile misjudged_quantile"),
    "styles": ("styles", "past styles behind the row"),
    "past_seasons": ("seasons", "past seasons behind the row"),
    "tier_used": ("text", "tier it is compared with"),
    "pace_ratio": ("share", "sell_through ÷ median"),
    "pace": ("text", "judgement"),
    "past_styles": ("styles", "past styles it is compared with"),
    "break_even": ("share", "sell-through that earns cost and expenses back"),
    "target": ("share", "sell-through that also earns the target profit"),
    "projected": (
        "share",
        "expected net units at the exit ÷ (received + on order), stock limiting",
    ),
    "low80": ("share", "lower bound that holds for 8 of 10 past estimates"),
    "high80": ("share", "upper bound"),
    "low90": ("share", "lower bound for 9 of 10"),
    "high90": ("share", "upper bound"),
    "trials": ("cases", "past estimates that the bounds rest on"),
    "low_trust": ("yes/no", "more than 40 % of past styles ran out of stock"),
    "committed_sell_through": ("share", "net_units ÷ (received + on order)"),
    "path_now": ("share", "where the goal asks it to be ÷ (received + on order)"),
    "slow_line": ("share", "the slowest quarter of past styles, set to this goal"),
    "hot_line": ("share", "the fastest quarter, set to this goal"),
    "goal": ("units", "units to be sold by the exit"),
    "goal_basis": ("text", "target, all (target out of reach), usual (no cost known)"),
    "needed": ("units", "units of the coming week to reach the goal"),
    "coming": ("units", "units expected to sell in the coming seven days"),
    "missed_from": (
        "date",
        "Sunday from which on it is, and by its projection stays, below its path",
    ),
    "week_end": ("date", "Sunday that ends the week of life"),
    "target_units": ("units", "path to the goal"),
    "slow_units": ("units", "slow line"),
    "hot_units": ("units", "hot line"),
    "sold": ("units", "net units to date"),
    "projected_units": ("units", "expected net units to date, weeks to come"),
    "low80_units": ("units", "bound, weeks to come"),
    "high80_units": ("units", "bound"),
    "low90_units": ("units", "bound"),
    "high90_units": ("units", "bound"),
    "season_half": ("text", "half-year of the season"),
    "day": ("days", "days on sale"),
    "slow": ("share", "slow line ÷ bought"),
    "hot": ("share", "hot line ÷ bought"),
    "method": ("text", "expected = this library; last_year, straight_line = simple ones"),
    "error": ("share", "Σ|estimate − final| ÷ Σ final of past styles"),
    "bias": ("share", "Σ(estimate − final) ÷ Σ final"),
    "bias_high": ("share", "largest bias of a season"),
    "bias_low": ("share", "smallest bias of a season"),
    "seasons": ("seasons", "past seasons"),
    "first": ("text", "what to look at first"),
    "unknown": ("text", "what the data cannot say"),
    "days_late": ("days", "first receipt or sale − planned launch"),
    "sizes_left": ("share", "sales of the sizes in stock ÷ sales of all sizes"),
    "exposures_week": ("times a week", "shown"),
    "click_rate": ("share", "clicks ÷ exposures"),
    "usual_click_rate": ("share", "of its category"),
    "pay_rate": ("share", "sold ÷ clicks"),
    "usual_pay_rate": ("share", "of its category"),
    "usual_return_rate": ("share", "of its category"),
    "last_year_units": ("units", "same weeks of the year before"),
    "year_units": ("units", "projected units of the year"),
    "year_low": ("units", "bound that holds for 8 of 10 past estimates"),
    "year_high": ("units", "upper bound"),
    "past_years": ("years", "past years behind it"),
    "year": ("year", "calendar year"),
    "cumulative": ("units", "since the first Monday of January"),
    "group": ("text", "all, or a category"),
    "verdict": (
        "text",
        "usable / use with care / not from these data; fits: sells better, worse, as elsewhere",
    ),
    "reason": ("text", "why; several with ; between"),
    "elasticity": ("% units per % price", "estimate"),
    "low": ("see unit", "lower end of the 95 % interval"),
    "high": ("see unit", "upper end"),
    "std_error": ("% units per % price", "standard error, clustered by item"),
    "items": ("items", "n: items in tests"),
    "controls": ("items", "items kept at their price"),
    "item_weeks": ("rows", "item-weeks"),
    "money": ("money", "purchase + on_order_cost; in findings: the money a finding is about"),
    "on_order_cost": ("money", "excess on order at cost"),
    "verb": ("text", "one thing to do"),
    "sizes": ("text", "SKUs in stock / SKUs"),
    "return_rate": (
        "share",
        (
            "came back, or still will, ÷ shipped, units; a style that shipped little leans on its"
            " category"
        ),
    ),
    "page": ("text", "page"),
    "id": ("text", "kind of finding"),
    "basis": ("text", "what is divided by what"),
    "severity": ("0–2", "how urgent"),
    "warnings": ("text", "; between"),
    "figures": ("json", "figures of its sentence"),
    "source": ("text", "where the number comes from; price_changes: listed / paid"),
    "meaning": ("text", "meaning"),
    "estimator": ("text", "how the weeks were read"),
    "own": ("% units per % price", "from the item's own weeks alone"),
    "weight": ("share", "weight of its own weeks; the rest is its category's others"),
    "price_from": ("money per unit", "price before"),
    "price_to": (
        "see table",
        (
            "actions: price that clears the stock by the exit ÷ tag price; price_changes: money per"
            " unit, price after"
        ),
    ),
    "step": ("share", "price_changes: change ÷ price before; ladder: price ÷ today's price"),
    "weeks_held": ("weeks", "weeks until the next change"),
    "share_changed": ("share", "items of its category whose price moved that week ÷ items on sale"),
    "experiment": ("text", "test"),
    "arm": ("text", "arm of the test; control = price kept"),
    "days_before": ("days", "days read before the decision"),
    "days_after": ("days", "days read after it"),
    "sold_units_before": ("units a day", "before the decision"),
    "sold_units_after": ("units a day", "after it"),
    "gross_profit_before": ("money a day", "revenue − units × unit cost, before"),
    "gross_profit_after": ("money a day", "after"),
    "gross_profit_change": ("money a day", "after − before"),
    "uplift": ("ratio", "units after ÷ before; low and high: 95 % under demand noise"),
    "control_uplift": ("ratio", "the same of the test's controls"),
    "evidence": ("yes/no", "the interval of uplift leaves out control_uplift"),
    "units_low": ("units", "at the least favourable end of the elasticity's interval"),
    "units_high": ("units", "at the most favourable"),
    "revenue": ("money", "units × price until the exit, stock binds"),
    "revenue_low": ("money", "least"),
    "revenue_high": ("money", "most"),
    "gross_profit": ("money", "revenue − units × unit cost"),
    "gross_profit_low": ("money", "least"),
    "gross_profit_high": ("money", "most"),
    "cash": ("money", "revenue less running expenses; the purchase is paid"),
    "cash_low": ("money", "least"),
    "cash_high": ("money", "most"),
    "break_even_uplift": ("ratio", "growth of units that keeps the gross profit of today's price"),
    "expected_uplift": ("ratio", "expected growth of units, stock not binding"),
    "margin": ("share", "gross profit ÷ revenue"),
    "best": ("yes/no", "most cash"),
    "valid_from": ("date", "first day of the price"),
    "valid_to": ("date", "first day on which it no longer holds"),
    "price": ("money per unit", "price"),
    "mechanism": ("text", "markdown, or empty"),
    "decision_date": ("date", "day on which the arms take effect"),
    "window_end": ("date", "last day of the test"),
    "seed": ("number", "seed of the draw"),
    "planned_price": ("money per unit", "price the arm was meant to have"),
    "by": ("text", "what the shop is compared by"),
    "cohort": ("text", "season (core = none), or calendar year"),
    "definition": ("text", "definition of sell-through"),
    "undone_units": ("units", "cancelled or returned, by day of sale"),
    "pending_units": ("units", "returns still expected"),
    "received_units": ("units", "received in the span of the definition"),
    "base_units": ("units", "what net_units are divided by, in the definition or basis"),
    "gross": ("share", "sold ÷ base, before cancellations and returns"),
    "gross_at_tag": ("share", "sold ÷ base, at tag value"),
    "gross_at_cost": ("share", "sold ÷ base, at cost"),
    "at_tag": ("share", "net ÷ base, at tag value"),
    "at_cost": ("share", "net ÷ base, at cost; styles without a cost left out"),
    "after_vendor_returns": ("share", "net ÷ (base − sent back to vendors)"),
    "vendor_returned_units": ("units", "sent back to vendors"),
    "sell_in": ("share", "(own retail + wholesale) ÷ base"),
    "wholesale_units": ("units", "shipped to the channel, net of what it sent back"),
    "channel_stock": ("units", "shipped to the channel − sold by it"),
    "part": ("text", "part of the range, or place"),
    "last_year": ("share", "the same season 52 weeks before"),
    "change": ("share", "sell_through − last_year"),
    "dimension": ("text", "channel, format, account or location"),
    "place": ("text", "which of them"),
    "level": ("share", "sell-through of the whole season there"),
    "expected_units": ("units", "the style's net units, spread over the places by their levels"),
    "fit": ("share", "net_units ÷ expected_units"),
    "fit_low": ("share", "lower end of its interval (Wilson, z = 3)"),
    "fit_high": ("share", "upper end"),
    "dispersion": ("times", "how much more units vary than by chance alone; widens the interval"),
    "cost_rate": ("share", "mean_cost ÷ tag_price; unknown: median of its category"),
    "cash_target": ("share", "sell-through that also brings the cash asked for"),
    "least_price": ("share", "price ÷ tag price below which the target is out of reach"),
    "feasible": ("yes/no", "the target can be reached at this price"),
    "value_share": ("share", "of the net sales value of its season and category"),
    "share_before": ("share", "of the styles that sell more, together"),
    "group_realisation": ("share", "price realisation of its season and category"),
    "on_path": ("yes/no", "sell-through at or above the path at its age"),
    "large": ("yes/no", "share_before below grade_share"),
    "fail_line": (
        "share",
        "sell-through at its week of life below which past styles of its kind had failed",
    ),
    "remaining_sd": ("units", "standard deviation of remaining"),
    "coming_rate": ("units a week", "remaining ÷ weeks to the exit; core and past seasons: rate"),
    "abc_basis": ("text", "what abc is ranked by"),
    "abc": ("text", "A = first 70 % of it, B = next 20 %, C = rest; last 52 weeks"),
    "xyz": ("text", "variation of weekly units in stock, season taken out: X ≤ .5, Y ≤ 1, Z above"),
    "pattern": ("text", "smooth / erratic / intermittent / lumpy (Syntetos–Boylan–Croston)"),
    "sale_interval": ("weeks", "weeks ÷ weeks with a sale"),
    "size_variation": ("ratio", "squared variation of the units of weeks with a sale"),
    "confidence": (
        "share",
        "draws of its noisy figures in which the class stays; empty = the analyst's",
    ),
    "decided": ("text", "rule, or analyst (table overrides)"),
    "missing": ("text", "what an unclassifiable item lacks"),
    "dead": ("yes/no", "stock and no sale for dead_weeks"),
    "cause": (
        "text",
        "what added units to the leftover, plan against actual; accounting, not proof",
    ),
    "probability": ("share", "draws in which the cause is the largest"),
    "named": ("text", "the cause, or mixed below .6"),
    "also_unknown": ("text", "factors that are not known; “not wanted” holds them"),
    "size": ("text", "size"),
    "state": ("text", "dead size / lost size / in stock / sold out"),
    "broken": ("yes/no", "sizes left bring less than size_floor of the style's sales"),
    "dead_sizes": ("SKUs", "dead sizes of the style"),
    "lost_sizes": ("SKUs", "lost sizes of the style"),
    "dead_cost": ("money", "cost of its dead sizes"),
    "broken_cost": ("money", "cost of all its sizes in stock, where its run is broken"),
    "lost_units": (
        "units",
        "not sold for want of the size, last eight weeks, net of returns; estimate",
    ),
    "lost_sales": ("money", "lost_units × price lately paid"),
    "insurance": ("money", "insurance since receipt, on cost"),
    "shrink": (
        "see table",
        "costs: since receipt, on cost, money; losses: shrink and units found missing, at cost",
    ),
    "week_cash": ("money", "storage + insurance of one more week: paid out"),
    "tag": ("money", "units × tag price"),
    "nrv": ("see table", "ageing: net realisable value, money; value: a unit"),
    "excess_cost": ("money", "excess units × unit cost"),
    "unit_cost": ("money per unit", "purchase cost"),
    "write_down_unit": ("money per unit", "write_down ÷ units"),
    "write_down": ("money", "units × (unit_cost − nrv), above 0, less covered"),
    "carrying": ("money", "units × unit_cost − write_down"),
    "price_basis": ("text", "where price comes from"),
    "required": ("money", "write-down now"),
    "booked": ("money", "write-down booked already (table provisions)"),
    "closing": ("money", "booked + change"),
    "salvage": ("money per unit", "what a jobber pays, net"),
    "floor": ("money per unit", "lowest price that beats the salvage; purchase cost plays no part"),
    "floor_share": ("share", "floor ÷ price"),
    "net_price": ("money per unit", "price less fees, parcel and returns"),
    "rate_needed": ("units a week", "above which holding pays"),
    "rate_expected": ("units a week", "expected in the coming week"),
    "advice": ("text", "hold or let go, one week ahead"),
    "hold_until": ("date", "last day on which holding pays; empty = not now"),
    "gain": ("money", "of holding until then over letting go now"),
    "best_price": (
        "money per unit",
        (
            "floor × β ÷ (β + 1), or the price at which the stock just lasts, if that is higher;"
            " empty without a usable elasticity"
        ),
    ),
    "portion": ("text", "needed / too much / need not known / damaged"),
    "covered": (
        "money",
        "of units × (unit_cost − nrv), what the item's needed units bring above their cost",
    ),
    "cash_ahead": ("money", "present value of selling on for a year and letting go the rest"),
    "weeks": ("weeks", "weeks behind the row"),
    "cost_of_sales": ("money a year", "(sold − cancelled − returned) × unit cost"),
    "gross_margin": ("money a year", "(revenue − refunds) before tax − cost_of_sales"),
    "inventory": ("money", "mean of 13 points at cost"),
    "turn": ("times a year", "cost_of_sales ÷ inventory"),
    "days": ("days", "365 ÷ turn"),
    "gmroi": ("ratio", "gross_margin ÷ inventory"),
    "months": ("months", "inventory ÷ monthly cost_of_sales"),
    "cost_known": ("share", "net units with a cost ÷ net units"),
    "month": ("date", "first of the month"),
    "sales": ("money", "revenue − refunds"),
    "markdowns": ("money", "net units × (everyday price − paid)"),
    "write-offs": ("money", "write-offs and donations at cost"),
    "loss": ("money", "markdowns + write-offs + shrink"),
    "acceptable": (
        "share",
        "1 − cost ÷ everyday price − expense_rate − target_profit_rate, of sales",
    ),
    "acceptable_money": ("money", "acceptable × sales"),
    "po_id": ("text", "purchase order"),
    "vendor": ("text", "supplier"),
    "ordered": ("units", "on order"),
    "due_at": ("date", "promised"),
    "cancellable_until": ("date", "last day to cancel"),
    "lever": ("text", "cancel / ask to cancel / postpone / overdue"),
    "until": ("date", "last day for it"),
    "cancellable_cost": ("money", "excess on order that can still be cancelled, at cost"),
    "good_price": ("yes/no", "price realisation at or above its group's"),
    "grade": ("text", "grade"),
    "to_do": ("text", "what to do"),
}


def published(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """The columns of a frame that the contract promises, in its order; a ratio to nothing is empty,
    as one that is not known.
    """
    key, others = TABLES[name]
    return frame[[*key.split(), *others.split()]].replace(
        [float("inf"), float("-inf")], float("nan")
    )


def contract() -> dict:
    """What stands in ``results/``: for each table its key and its columns with unit and meaning."""
    tables = {
        name: {
            "key": key.split(),
            "columns": {
                c: dict(zip(("unit", "meaning"), COLUMNS[c], strict=True))
                for c in [*key.split(), *others.split()]
            },
        }
        for name, (key, others) in TABLES.items()
    }
    return {"schema_version": SCHEMA_VERSION, "tables": tables}
