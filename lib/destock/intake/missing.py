"""What a shop does not give, and what each further table would make possible."""

from destock.model.findings import Finding
from destock.model.messages import mark

# what cannot be said without a table, what the table would make possible, and on which pages that
# matters
TABLES = {
    "order_lines": (
        mark("what sold week by week, at which price, and what came back"),
        mark("sell-through, pace against past seasons, returns and the answer to a price"),
        ("classification", "impact", "pacing", "elasticity"),
    ),
    "purchases": (
        mark("how old the stock is and how much of what was received has been sold"),
        mark("sell-through, ages and open orders"),
        ("classification", "impact", "pacing"),
    ),
    "stock": (
        mark("whether the stock that the records lead to is really there"),
        mark("checked stock and its breaks"),
        ("classification", "impact"),
    ),
    "prices": (
        mark("how customers answer a price cut"),
        mark("elasticities from your own markdown tests"),
        ("elasticity",),
    ),
    "traffic": (
        mark("whether a slow style was not wanted or not shown"),
        mark("a fair judgement of what was shown too little"),
        ("classification",),
    ),
    "plan": (
        mark("whether a style misses its plan or the plan was wrong"),
        mark("the causes of the excess"),
        ("classification",),
    ),
}


def lacking(given: set[str], page: str) -> list[str]:
    """Which tables that a page could use does a shop not give? The summary and the data page use
    all of them.
    """
    return [
        table
        for table, (_, _, pages) in TABLES.items()
        if table not in given
        and page in ("summary", "intake", *pages)
        and not (table == "stock" and "snapshot" in given)
    ]


def missing_tables(given: set[str], page: str = "intake") -> list[Finding]:
    """What can a page not tell of a shop that gives these tables, and what would each further one
    add?
    """
    gaps = [
        Finding(
            "missing_table",
            1,
            "table",
            item=table,
            severity=1,
            figures={
                "table": (table, "text"),
                "impossible": (TABLES[table][0], "label"),
                "possible": (TABLES[table][1], "label"),
            },
        )
        for table in lacking(given, page)
    ]
    return gaps if gaps or page != "intake" else [Finding("no_missing_table", 0, "tables")]
