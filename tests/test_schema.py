"""What is asked for is counted: every column of the schema reaches a figure, or its meaning says
that none reads it yet.
"""

import re
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest

from destock import engine
from destock.intake.rows import load
from destock.intake.shop import open_shop
from destock.model.schema import CLASSES, TABLES, UNREAD
from destock.panel.panel import FRAMES, STEPS, context, transform

AS_OF = date(2026, 6, 7)
LIB = Path(__file__).parents[1] / "lib" / "destock"
# where a frame's column becomes a figure, a label or a row of a page
READERS = "\n".join(
    path.read_text(encoding="utf-8")
    for room in ("analysis", "pages")
    for path in sorted((LIB / room).rglob("*.py"))
)


def day(n: int) -> str:
    return f"{date(2026, 5, 4) + timedelta(days=n):%Y-%m-%d}"


def event(n, kind="sale", sku="A-M", **more):
    """Every column filled; tests of single columns change one of them."""
    usual = {
        "order_id": f"o{n}",
        "line_id": f"l{n}",
        "sku": sku,
        "ordered_at": f"{day(n)} 10:00:00",
        "units": 2,
        "kind": kind,
        "customer_paid": 150,
        "merchant_revenue": 160,
        "merchant_discount": 10,
        "refund_value": 140,
        "resaleable_units": 1,
        "shipped_at": f"{day(n)} 18:00:00",
        "original_order_id": f"o{n}",
        "original_ordered_at": f"{day(max(n - 9, 0))} 10:00:00",
        "channel": "app",
        "format": "live",
        "creator": "Lin",
        "location": "shop 1",
        "line_type": "goods",
        "presale": "none",
        "balance_paid_at": f"{day(n)} 11:00:00",
        "basis": "retail",
        "reason": "fit",
        "currency": "CNY",
    }
    return usual | more


@pytest.fixture(scope="module")
def tables():
    products = [
        {
            "sku": sku,
            "style": sku[0],
            "style_colour": f"{sku[0]}-red",
            "name": f"Style {sku[0]}",
            "image": "a.png",
            "brand": "us",
            "category": "dress",
            "parent_category": "women",
            "tier": "push",
            "role": "hit",
            "season": "2026SS",
            "wave": "1",
            "launch_date": day(0),
            "exit_date": day(60),
            "tag_price": 100,
            "unit_cost": 40,
            "size": sku[-1],
            "colour": "red",
            "vendor": "V",
            "unit_volume_l": 1,
            "moq": 50,
            "lead_time_days": 20,
        }
        for sku in ("A-M", "A-L", "B-M")
    ]
    lines = [event(n) for n in range(0, 30, 3)] + [
        event(n, sku="B-M", format="shelf") for n in range(1, 30, 4)
    ]
    lines += [
        event(n, kind)
        for n, kind in enumerate(("cancel", "return", "refund_only", "exchange", "reship"), 12)
    ]
    # what came back without saying where it was sold: its order says so, or the order that it
    # belongs to
    lines += [
        event(n, "return", channel=None, resaleable_units=2, reason="quality", **{name: None})
        for n, name in ((9, "original_order_id"), (21, "location"))
    ]
    lines += [
        event(31, presale="deposit", balance_paid_at=None),
        event(30, presale="deposit"),
        event(32, basis="wholesale", channel="franchise"),
        event(33, line_type="gift"),
    ]
    purchases = [
        {
            "po_id": f"p{n}",
            "sku": sku,
            "units_ordered": 60,
            "units_received": received,
            "ordered_at": day(-20),
            "due_at": day(40),
            "received_at": arrived,
            "cancellable_until": day(38),
            "unit_cost": 42,
            "vendor": "W",
            "location": "shop 1",
            "currency": "CNY",
        }
        for n, (sku, received, arrived) in enumerate(
            (("A-M", 50, day(-3)), ("B-M", 60, day(-2)), ("A-M", 5, None))
        )
    ]
    test = {
        "experiment": "T",
        "arm": "cut",
        "cluster": "C",
        "decision_date": day(14),
        "window_end": day(27),
        "seed": 7,
        "planned_price": 80,
    }
    return {
        "products": products,
        "order_lines": lines,
        "purchases": purchases,
        "movements": [
            {
                "sku": "A-M",
                "moved_at": day(20),
                "units": -3,
                "kind": kind,
                "location": "shop 1",
                "to_location": "shop 2" if kind == "transfer" else None,
                "condition": "good",
            }
            for kind in ("shrink", "transfer", "vendor return")
        ],
        "stock": [
            {
                "sku": "A-M",
                "counted_at": day(25),
                "on_hand": n,
                "location": "shop 1",
                "condition": c,
                "inbound": 3,
                "returns_in_transit": 2,
            }
            for n, c in ((20, "good"), (2, "b-grade"))
        ],
        # three prices at once, told apart by what they are
        "prices": [
            {
                "item": "A",
                "valid_from": day(14),
                "valid_to": day(28),
                "price": price,
                "channel": channel,
                "mechanism": mechanism,
            }
            | test
            for price, channel, mechanism in ((90, "app", "a"), (80, "app", "b"), (85, "zoo", "b"))
        ],
        "traffic": [
            {
                "item": "A",
                "date": day(n),
                "channel": "app",
                "format": "live",
                "exposures": 900,
                "clicks": 40,
                "add_to_cart": 9,
                "live_minutes": 12,
                "ad_spend": 30,
            }
            for n in (2, 9)
        ],
        "plan": [
            {
                "item": "A",
                "planned_buy": 100,
                "planned_sales": 90,
                "planned_days": 60,
                "planned_instock": 0.9,
                "planned_exposures_per_day": 500,
                "planned_click_rate": 0.05,
                "planned_conversion": 0.01,
                "planned_return_rate": 0.3,
                "planned_price": 90,
                "planned_launch": day(0),
                "target_profit_rate": 0.1,
            }
        ],
        "charges": [
            {
                "date": day(20),
                "kind": "platform",
                "amount": 50,
                "sku": "A-M",
                "line_id": "l0",
                "settled_at": day(25),
            }
        ],
        "overrides": [
            {
                "item": "A",
                "class": "slow",
                "decision": "keep selling",
                "reason": "seen it",
                "decided_by": "Wu",
                "decided_on": day(20),
            }
        ],
        "provisions": [{"item": "A", "booked_on": day(20), "amount": 100}],
        "exits": [
            {
                "exit": "A session",
                "kind": "live session",
                "category": "dress",
                "opens_on": day(40),
                "closes_on": day(41),
                "price": 30,
                "price_share": 0.3,
                "cost_share": 0.2,
                "fee_rate": 0.2,
                "return_rate": 0.3,
                "handling": 5,
                "return_cost": 4,
                "takes_share": 0.1,
                "units": 100,
                "units_of_style": 20,
                "least_units": 10,
                "fixed_cost": 1000,
                "pays_after": 15,
                "agreed_on": day(20),
            }
        ],
        "promises": [
            {
                "item": "A",
                "portion": "in stock",
                "po_id": "p1",
                "decision": "keep selling",
                "units": 3,
                "price": 90,
                "cash_now": 100,
                "cash_by_date": 200,
                "report_day": day(15),
                "cash_until": day(70),
            }
        ],
    }


SNAPSHOT = [
    {
        "sku": "A-M",
        "as_of": day(30),
        "on_hand": 9,
        "sold_1m": 2,
        "sold_3m": 6,
        "sold_6m": 9,
        "sold_9m": 12,
    }
]


class Panel:
    """The panel of a shop, made again and again with one column changed."""

    def __init__(self, folder: Path, scratch: Path):
        shop = open_shop(folder)
        self.con = engine.start({shop.folder}, scratch, shop.timezone)
        context(self.con, shop, load(self.con, shop, date(2026, 12, 31)), AS_OF)
        self.before = self.columns()

    def columns(self) -> dict[tuple[str, str], int]:
        """A hash of every column of every frame."""
        transform(self.con, STEPS)
        found = {}
        for frame in FRAMES:
            row = self.con.execute(
                'SELECT count(*) AS "rows", sum(CAST(hash(COLUMNS(*)) AS HUGEINT)) AS "\\0" FROM'
                f" {frame}"
            )
            found |= {
                (frame, column[0]): mark
                for column, mark in zip(row.description, row.fetchone(), strict=True)
            }
        return found

    def moved(self, changes: dict[str, dict[str, str]]) -> set[str]:
        """Names of the frames' columns that are others when these columns of these tables are:
        table → column → SQL of its other value.
        """
        given = {}
        for table, columns in changes.items():
            given[table] = self.con.execute(
                f"SELECT sql FROM duckdb_views() WHERE view_name = '{table}' AND NOT internal"
            ).fetchone()[0]
            replaced = ", ".join(f"{value} AS {column}" for column, value in columns.items())
            self.con.execute(f"CREATE OR REPLACE TABLE kept_{table} AS SELECT * FROM {table}")
            self.con.execute(
                f"CREATE OR REPLACE VIEW {table} AS SELECT * REPLACE ({replaced}) FROM kept_{table}"
            )
        after = self.columns()
        for view in given.values():
            self.con.execute(re.sub(r"^CREATE VIEW", "CREATE OR REPLACE VIEW", view))
        return {
            name if name != "rows" else f"rows of {frame}"
            for (frame, name), mark in after.items()
            if mark != self.before[frame, name]
        }


@pytest.fixture(scope="module")
def panels(tables, tmp_path_factory):
    def write(given: dict) -> Path:
        folder = tmp_path_factory.mktemp("shop")
        for name, rows in given.items():
            pd.DataFrame(rows).to_csv(folder / f"{name}.csv", index=False)
        sources = "\n".join(f'{name} = "{name}.csv"' for name in given)
        (folder / "shop.toml").write_text(
            f'name = "All columns"\ncurrency = "CNY"\n[tables]\n{sources}\n', encoding="utf-8"
        )
        return folder

    dated = Panel(write(tables), tmp_path_factory.mktemp("scratch"))
    months = Panel(
        write({"products": tables["products"], "snapshot": SNAPSHOT}),
        tmp_path_factory.mktemp("scratch"),
    )
    yield lambda table: months if table == "snapshot" else dated
    dated.con.close()
    months.con.close()


def others(column) -> list[str]:
    """SQL of other values of the same kind: a day earlier, and one after that of the report; a text
    of every other row, which changes what rows are told apart by, and in which order they stand.
    """
    if column.kind in ("date", "time"):
        return [
            f"CAST({column.name} {shift} AS {column.sql_type})"
            for shift in ("- INTERVAL 8 DAY", "+ INTERVAL 40 DAY")
        ]
    if column.kind in ("text", "id") and not column.values:
        return [
            f"CASE WHEN rowid % 2 = {odd} THEN '{mark}' || {column.name} ELSE {column.name} END"
            for odd, mark in ((0, "~"), (1, "~"), (0, "!"))
        ]
    return [another(column)]


def another(column) -> str:
    name = column.name
    if column.name == "class":
        return f"CASE WHEN {name} IS NULL THEN NULL ELSE '{next(iter(CLASSES))}' END"
    if column.values:
        words = [*column.values]
        return (
            f"CASE {name} "
            + " ".join(
                f"WHEN '{word}' THEN '{words[(n + 1) % len(words)]}'"
                for n, word in enumerate(words)
            )
            + " END"
        )
    return f"CAST({name} + 1 AS {column.sql_type})"


# read where this shop cannot show it: another currency rejects the row (tests/intake), a price set
# for a style in one colour (tests/panel)
ELSEWHERE = {"currency", "style_colour"}
COLUMNS = [(table.name, column) for table in TABLES.values() for column in table.columns]
READ, NOT_READ = (
    [
        (table, column)
        for table, column in COLUMNS
        if column.meaning.endswith(UNREAD) == unread and column.name not in ELSEWHERE
    ]
    for unread in (False, True)
)


def is_read(moved: set[str]) -> bool:
    """Is one of these columns of the panel more than carried along?"""
    return any(name.startswith("rows of ") or re.search(rf"\b{name}\b", READERS) for name in moved)


@pytest.mark.parametrize(
    ("table", "column"), READ, ids=[f"{table}.{column.name}" for table, column in READ]
)
def test_a_column_is_read(panels, table, column):
    assert any(
        is_read(panels(table).moved({table: {column.name: value}})) for value in others(column)
    )


@pytest.mark.parametrize("way", range(4))
def test_a_column_that_says_that_no_figure_reads_it_moves_none(panels, way):
    """All of them at once: nothing may move, whichever of the other values they take."""
    changes = {}
    for table, column in NOT_READ:
        changes.setdefault(table, {})[column.name] = others(column)[way % len(others(column))]
    assert "snapshot" not in changes
    assert not is_read(panels("order_lines").moved(changes))


def test_the_columns_are_told_apart():
    assert len(NOT_READ) > 10
    assert len(READ) + len(NOT_READ) + sum(
        column.name in ELSEWHERE for _, column in COLUMNS
    ) == len(COLUMNS)
