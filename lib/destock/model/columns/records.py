"""What tells of the records themselves: files, rows, findings, assumptions."""

from destock.model.columns.column import Column
from destock.model.messages import mark

COLUMNS = {
    "figure": Column("label", mark("Figure"), "control total"),
    "unit": Column("label", mark("Unit"), "unit of the figure"),
    "ours": Column("exact", mark("Here"), "figure here", unit="see unit"),
    "theirs": Column(
        "exact", mark("Shop's system"), "figure of the shop's own system", unit="see unit"
    ),
    "gap": Column("exact", mark("Gap"), "ours − theirs", unit="see unit"),
    "table": Column("text", mark("Table"), "table of the shop"),
    "file": Column("text", mark("File"), "file it came from"),
    "rows_in": Column("units", mark("Rows in"), "rows read", unit="rows"),
    "used": Column("units", mark("Used"), "rows used", unit="rows"),
    "updated": Column("units", mark("Updated"), "rows replaced by a newer export", unit="rows"),
    "rejected": Column("units", mark("Rejected"), "rows rejected", unit="rows"),
    "deduplicated": Column("units", mark("Copies"), "exact copies", unit="rows"),
    "skipped": Column(
        "units",
        mark("Skipped"),
        "blank rows, lines below the table, and rows left out by the shop's own filter",
        unit="rows",
    ),
    "file_rows": Column(
        "units", meaning="records of the file; a query may make other rows of them", unit="rows"
    ),
    "read_as": Column("text", meaning="encoding and delimiter, or sheet"),
    "money_in": Column("money", meaning="the table's money in all rows: paid, or charged"),
    "money_rejected": Column("money", meaning="of which in rejected rows, where it can be read"),
    "units_in": Column("units", meaning="the table's units in all rows"),
    "units_rejected": Column("units", meaning="of which in rejected rows, where they can be read"),
    "key_rejected": Column(
        "units", meaning="rejected rows whose key cannot be relied on", unit="rows"
    ),
    "equal_rejected": Column(
        "units",
        meaning=(
            "rejected rows that equal another one of their export, where no number tells them apart"
        ),
        unit="rows",
    ),
    "totals": Column("units", meaning="rejected rows that sum up others: no loss", unit="rows"),
    "share_rejected": Column(
        "percent",
        meaning="largest share of units, stock or sales that hangs on the table's rejected rows",
    ),
    "share_of": Column("text", meaning="what share_rejected is a share of"),
    "mend": Column(
        "text",
        meaning="line of shop.toml that would let most of the table's rejected rows in, if any",
    ),
    "line": Column("units", mark("Line"), "line of the file", unit="number"),
    "column": Column("text", mark("Column"), "column that breaks the rule"),
    "rule": Column("label", mark("Rule"), "rule that is broken"),
    "value": Column("text", mark("Value"), "value", unit="see unit"),
    "raw": Column("text", meaning="the row as the file gives it"),
    "sku": Column("text", mark("SKU"), "stock-keeping unit"),
    "counted_on": Column("date", mark("Counted on"), "day of the count"),
    "expected": Column("units", mark("Expected"), "where the records lead to"),
    "found": Column("units", mark("Counted"), "counted"),
    "difference": Column("units", mark("Difference"), "found − expected"),
    "page": Column("text", meaning="page"),
    "id": Column("text", meaning="kind of finding"),
    "item": Column("text", mark("Style"), "priced item: a style unless the shop says otherwise"),
    "low": Column("number", mark("From (95 %)"), "lower end of the 95 % interval", unit="see unit"),
    "high": Column("number", mark("To (95 %)"), "upper end", unit="see unit"),
    "basis": Column("label", mark("Basis"), "what is divided by what"),
    "money": Column(
        "money",
        mark("Money in excess"),
        "purchase + on_order_cost; in findings: the money a finding is about",
    ),
    "severity": Column("number", meaning="how urgent", unit="0–2"),
    "warnings": Column("text", meaning="; between"),
    "figures": Column("text", meaning="figures of its sentence", unit="json"),
    "name": Column("text", mark("Name"), "name"),
    "source": Column(
        "label", mark("Source"), "where the number comes from; price_changes: listed / paid"
    ),
    "meaning": Column("label", mark("Meaning"), "meaning"),
}
