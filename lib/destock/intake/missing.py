"""What a shop does not give, and what each further table would make possible."""

from collections.abc import Iterable

from destock.model.findings import Finding, Sentence
from destock.model.messages import mark

# what cannot be said without a table, and what the table would make possible
TABLES = {
    "order_lines": (
        mark("what sold week by week, at which price, and what came back"),
        mark("sell-through, pace against past seasons, returns and the answer to a price"),
    ),
    "purchases": (
        mark("how old the stock is and how much of what was received has been sold"),
        mark("sell-through, ages and open orders"),
    ),
    "stock": (
        mark("whether the stock that the records lead to is really there"),
        mark("checked stock and its breaks"),
    ),
    "prices": (
        mark("how customers answer a price cut"),
        mark("elasticities from your own markdown tests"),
    ),
    "traffic": (
        mark("whether a slow style was not wanted or not shown"),
        mark("a fair judgement of what was shown too little"),
    ),
    "plan": (
        mark("whether a style misses its plan or the plan was wrong"),
        mark("the causes of the excess"),
    ),
    "exits": (
        mark("what a live session, an outlet, the staff or a donation would take and pay"),
        mark("which stock leaves by which exit, when, and what that brings"),
    ),
}
MISSING_TABLE = Sentence(
    "missing_table",
    mark(
        "There is no table “{table:text}”, so nobody can say here {impossible:label}. It would add:"
        " {possible:label}."
    ),
    "table",
    severity=1,
)
NO_MISSING_TABLE = Sentence(
    "no_missing_table", mark("Every table that these pages can use is there."), "tables"
)


def lacking(given: set[str], used: Iterable[str] = tuple(TABLES)) -> list[str]:
    """Which of the tables that a page can use does a shop not give?"""
    return [
        table
        for table in TABLES
        if table in used and table not in given and not (table == "stock" and "snapshot" in given)
    ]


def missing_tables(given: set[str], used: Iterable[str] = tuple(TABLES)) -> list[Finding]:
    """What can a page not tell of a shop that gives these tables, and what would each further one
    that it can use add?
    """
    return [
        MISSING_TABLE.found(
            {"table": table, "impossible": TABLES[table][0], "possible": TABLES[table][1]},
            value=1,
            item=table,
        )
        for table in lacking(given, used)
    ]


def nothing_missing(given: set[str]) -> list[Finding]:
    """Is every table there that any page can use?"""
    return [] if lacking(given) else [NO_MISSING_TABLE.found(value=0)]
