"""What the oracles leave out, each with its reason: blanks that ``results/`` do not hold, and
sentences that none of the shops is told.
"""

_NOTES = "the notes of the door stand in no table"
_AROUND = "the weeks around the decisions stand in no table"
_TRAFFIC = "exposure and conversion stand in no table"
_LEDGER = "the ledger of each SKU stands in no table; styles.on_hand is never below zero"
_LATER = "what the tables tell of later days stands in no table"
_RATES = "the rates behind a test stand in no table; styles.rate is another where sales are seldom"
_WORDS = "words of ours, no figure"

# sentence, blank → why it cannot be computed again
NOT_IN_RESULTS = {
    ("rounded", "n"): _NOTES,
    ("rounded", "file"): _NOTES,
    ("rounded", "column"): _NOTES,
    ("freshness", "last_day"): "the day of the last order line stands in no table",
    ("freshness_snapshot", "last_day"): "the day of the newest snapshot stands in no table",
    ("after_the_day", "tables"): _LATER,
    ("stock_adds_up", "closing"): _LEDGER,
    ("stock_adds_up", "skus"): _LEDGER,
    ("missing_table", "impossible"): _WORDS,
    ("missing_table", "possible"): _WORDS,
    ("price_changes", "made"): "the weeks in which a price could have moved stand in no table",
    ("pre_trend_alike", "p"): _AROUND,
    ("afterwards", "weeks"): _AROUND,
    ("afterwards", "uplift"): _AROUND,
    ("afterwards", "low"): _AROUND,
    ("afterwards", "high"): _AROUND,
    ("by_traffic", "exposure"): _TRAFFIC,
    ("by_traffic", "conversion"): _TRAFFIC,
    ("by_traffic", "total"): _TRAFFIC,
    ("cleared_by_the_shop", "pace"): "the weeks after an exit stand in no table",
    ("no_cut", "page"): _WORDS,
    ("by_exits", "gap"): "how much the best could be above stands in no table",
    ("no_test_sees", "least"): _RATES,
    ("no_test_sees", "needed"): _RATES,
}

# sentences that no pack of these shops tells: none of what they say is computed again here
NOT_TOLD = {
    "above_header",
    "borrowed",
    "channel_stock",
    "cost_imputed",
    "elasticity_with_care",
    "equal_rows",
    "few_seasons",
    "fewer_columns",
    "footer",
    "goal_out_of_reach",
    "goal_reached",
    "goals_missed",
    "hidden_rows",
    "moved_skus",
    "next_test",
    "no_arm",
    "no_open_orders",
    "no_rows",
    "no_use_of_exits",
    "no_write_down",
    "not_in_master",
    "often_sold_out",
    "pre_trend_apart",
    "product_rejected",
    "promises_kept",
    "rejected",
    "same_file",
    "stock_unknown_yet",
    "unknown_items",
    "unknown_season",
    "unmade_rows",
    "write_down_by_portion",
}

# sentences of no page: ``destock check`` says them at the door
AT_THE_DOOR = {
    "unread_files",
    "cost_over_tag",
    "cost_unknown",
    "counted_below_zero",
    "given_away",
    "in_the_future",
    "last_event",
    "never_received",
    "nothing_new",
}
