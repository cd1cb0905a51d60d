"""Small shops that pass the door: of every kind, of any length up to twenty weeks, with any of the
tables. A seed is a shop.
"""

import csv
import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

OPTIONAL = (
    "purchases",
    "stock",
    "prices",
    "traffic",
    "plan",
    "movements",
    "charges",
    "overrides",
    "provisions",
)
LINE = ("order_id", "line_id", "sku", "ordered_at", "units", "kind", "customer_paid")
DETAILS = (
    "shipped_at",
    "channel",
    "format",
    "location",
    "merchant_revenue",
    "original_ordered_at",
    "reason",
    "resaleable_units",
)
SPECIAL = {
    "presale": ("presale", "balance_paid_at"),
    "gift": ("line_type",),
    "wholesale": ("basis", "channel"),
}
UNDOING = ("return", "cancel", "refund_only")
MONTHS = ("sold_1m", "sold_3m", "sold_6m", "sold_9m")
WORDS = ("slow", "过季", "over-bought", "defective", "too early", "unclassifiable")
NAMES = ("Coat", "真丝连衣裙", "_a $10 <b> $20", "=1+1", "👗" * 40, "Rock & Röckchen", "")

# what is always so in a shop of this kind; all else is drawn
KINDS = {
    "any": {},
    "young": {"weeks": (0, 5)},
    "one week": {"weeks": (1, 1)},
    "first day": {"weeks": (0, 0), "sales": "one day"},
    "one item": {"items": (1, 1)},
    "one price": {"pricing": "one price"},
    "one price each": {"pricing": "one price each"},
    "one cut": {"pricing": "one cut", "items": (20, 40), "rate": 0.3},
    "price test": {"with": ("prices",), "tested": True},
    "large price test": {
        "with": ("prices",),
        "tested": True,
        "items": (22, 40),
        "weeks": (5, 20),
        "rate": 6,
    },
    "many sales": {"pricing": "some cuts", "items": (20, 40), "weeks": (8, 20), "rate": 12},
    "listed cuts": {
        "pricing": "some cuts",
        "items": (20, 40),
        "weeks": (8, 20),
        "rate": 6,
        "with": ("prices",),
        "tested": False,
    },
    "two seasons": {
        "seasons": ("2025AW", "2024AW"),
        "named": 1,
        "weeks": (4, 20),
        "items": (14, 40),
        "rate": 3,
        "with": ("purchases",),
        "exit": "",
        "received": "any",
    },
    "two short seasons": {
        "seasons": ("2025AW", "2024AW"),
        "named": 1,
        "weeks": (1, 6),
        "items": (4, 40),
        "with": ("purchases", "plan"),
        "exit": "",
        "received": "any",
    },
    "a whole past": {
        "seasons": ("2024AW",) * 6 + ("2025AW",),
        "named": 1,
        "weeks": (6, 20),
        "items": (40, 40),
        "rate": 3,
        "with": ("purchases", "stock"),
        "exit": "",
        "received": "first",
    },
    "no sales so far": {"sales": "none", "with": ("stock",), "day": "named"},
    "only returns": {"sales": "return"},
    "only cancellations": {"sales": "cancel"},
    "only refunds": {"sales": "refund_only"},
    "one day of sales": {"sales": "one day"},
    "no cost": {"unit_cost": 0, "with": ("stock",)},
    "no tag price": {"tag_price": 0, "with": ("stock",)},
    "goods of yesterday": {"received": "yesterday", "with": ("purchases",)},
    "exits in the past": {"exit": "past", "with": ("purchases",)},
    "presales": {"sales": "presale"},
    "gifts only": {"sales": "gift"},
    "wholesale only": {"sales": "wholesale"},
    "snapshot": {"table": "snapshot", "sold": MONTHS},
    "snapshot of some months": {"table": "snapshot", "sold": ("sold_3m",)},
    "snapshot of stock": {"table": "snapshot", "sold": ()},
    "every table": {"with": OPTIONAL},
    "order lines alone": {"without": OPTIONAL},
    "odd values": {"odd": True},
    "an earlier day": {"day": "earlier", "weeks": (2, 20)},
}


@dataclass
class World:
    """A shop before it is written: its kind, its days, its SKUs, and from which day on an item
    costs what.
    """

    dice: random.Random
    kind: str
    always: dict
    day: date
    first: date
    odd: bool = False
    level: str = "style"
    pricing: str = ""
    skus: list[dict] = field(default_factory=list)
    prices: dict[str, list[tuple[date, float]]] = field(default_factory=dict)

    def drawn(self, name: str, *choices):
        """What the kind says of this, else one of the choices."""
        return self.always[name] if name in self.always else self.dice.choice(choices)

    def chance(self, share: float) -> bool:
        return self.dice.random() < share

    def some(self, names) -> list[str]:
        return [name for name in names if self.chance(0.5)]

    def oddly(self, usual, *odd):
        """Now and then, in a shop of odd values, one of those."""
        return self.dice.choice(odd) if self.odd and self.chance(0.15) else usual

    def some_day(self, first: date | None = None, last: date | None = None) -> date:
        first, last = first or self.first, last or self.day
        return first + timedelta(days=self.dice.randint(0, max(0, (last - first).days)))

    def price(self, item: str, day: date) -> float:
        return [price for since, price in self.prices[item] if since <= day][-1]

    def some_items(self, share: float) -> list[str]:
        """Some of the priced items; in a shop of odd values, one that nobody knows as well."""
        return [item for item in self.prices if self.chance(share)] + ["unheard of"] * self.oddly(
            0, 1
        )


def world(seed: int) -> World:
    """The shop of a seed: always the same."""
    dice = random.Random(seed)  # noqa: S311
    kind = dice.choice(list(KINDS))
    day = date(2025, 1, 1) + timedelta(days=dice.randint(0, 364))
    weeks = dice.randint(*KINDS[kind].get("weeks", (0, 20)))
    made = World(
        dice,
        kind,
        KINDS[kind],
        day,
        day - timedelta(days=7 * weeks + (dice.randint(0, 6) if weeks else 0)),
    )
    made.odd = made.drawn("odd", False, False, False, False, True)
    made.level, made.pricing = (
        made.drawn("level", "style", "style", "sku", "style_colour"),
        made.drawn(
            "pricing", "one price", "one price each", "one cut", "some cuts", "paid at will"
        ),
    )
    made.skus = _skus(made)
    _set_prices(made)
    return made


def first_of(kind: str) -> int:
    """The first seed whose shop is of this kind."""
    return next(seed for seed in range(1, 10_000) if world(seed).kind == kind)


def _skus(world: World) -> list[dict]:
    """Rows of the table ``products``, all its columns, with ``item`` and ``base``, the price of the
    item.
    """
    dice, rows = world.dice, []
    known = {name: world.drawn(name, 0, 0.7, 1, 1) for name in ("unit_cost", "tag_price")}
    seasons = world.drawn(
        "seasons",
        ("",),
        ("2025AW",),
        ("2024AW",),
        ("2025AW", "2024AW"),
        ("2025AW", "2025SS", ""),
        ("2025AW", "2024AW", "Sommer"),
    )
    exits = world.drawn("exit", "", "", "past", "ahead")
    categories, runs = (
        dice.choice((1, 2, 5)),
        dice.choice((("",), ("S", "M"), ("", "S,M", "S,M,L,XL"))),
    )
    for n in range(dice.randint(*world.always.get("items", (1, 40)))):
        base = (
            25.0
            if world.pricing == "one price"
            else dice.choice((9.9, 39, 199, 1500)) + (n if world.chance(0.5) else 0)
        )
        days = {"past": -dice.randint(1, 60), "ahead": dice.randint(0, 90)}.get(exits)
        style = {
            "style": f"A{n}",
            "style_colour": f"A{n}-red",
            "name": world.oddly(f"Style {n}", *NAMES),
            "category": world.oddly(f"Cat {n % categories}", "", *NAMES),
            "tier": dice.choice(("push", "signature", "novelty", "")),
            "vendor": dice.choice(("V1", "V2", "")),
            "brand": dice.choice(("B", "")),
            "season": dice.choice(seasons),
            "launch_date": world.some_day(last=world.day + timedelta(days=20)),
            "lead_time_days": dice.choice((0, 14, 90)),
            "exit_date": (
                ""
                if days is None or world.chance(0.3 * ("exit" not in world.always))
                else world.day + timedelta(days=days)
            ),
        }
        for size in dice.choice(runs).split(","):
            money = {
                "tag_price": world.oddly(base, 0, 0.01, 99999),
                "unit_cost": world.oddly(round(base * 0.4, 2), 0, 3 * base),
            }
            row = (
                style
                | {"sku": f"A{n}{size}", "size": size}
                | {
                    name: value if world.chance(known[name]) else ""
                    for name, value in money.items()
                }
            )
            rows.append(row | {"item": row[world.level], "base": base})
    return rows


def _set_prices(world: World) -> None:
    """From which day on an item costs what: nothing moves, one item moves once, or several do."""
    for sku in world.skus:
        if sku["item"] in world.prices:
            continue
        path = world.prices[sku["item"]] = [(date.min, sku["base"])]
        if (world.pricing == "one cut" and len(world.prices) == 1) or (
            world.pricing == "some cuts" and world.chance(0.5)
        ):
            cut = world.some_day()
            path.append(
                (
                    cut,
                    world.oddly(
                        round(sku["base"] * world.dice.choice((0.5, 0.8, 0.9)), 2), 0, 0.01
                    ),
                )
            )
            if world.chance(0.3):
                path.append((cut + timedelta(days=7 * world.dice.randint(1, 3)), sku["base"]))


def products(world: World) -> list[dict]:
    given = [
        "sku",
        "style",
        "style_colour",
        *world.some(
            ("name", "category", "tier", "vendor", "size", "brand", "launch_date", "lead_time_days")
        ),
    ]
    given += [
        name
        for name in ("season", "exit_date", "unit_cost", "tag_price")
        if any(sku[name] != "" for sku in world.skus)
    ]
    return [{name: sku[name] for name in given} for sku in world.skus]


def order_lines(world: World) -> list[dict]:
    """Sales, with what became of some of them; or the events of a shop that has only those."""
    sales, rows = world.drawn("sales", *["sale"] * 8, "one day", "mixed", "mixed"), []
    rate, undone = world.drawn("rate", 0.1, 0.5, 2, 5), world.drawn("undone", 0, 0.1, 0.6)
    given = {
        *LINE,
        *(
            name
            for special, names in SPECIAL.items()
            if sales in (special, "mixed")
            for name in names
        ),
        *world.some(DETAILS),
    }
    weeks, only_day = max(1, (world.day - world.first).days // 7), world.some_day()
    for sku in world.skus:
        for _ in range(
            min(120, int(world.dice.gammavariate(1, rate * weeks / 2) + world.dice.random()))
        ):
            day = {
                "one day": only_day,
                "none": world.day + timedelta(days=world.dice.randint(1, 9)),
            }.get(sales) or world.some_day()
            rows.append(_line(world, f"O{len(rows)}", sku, day, sales))
            if rows[-1]["kind"] == "sale" and world.chance(undone):
                rows.append(_undone(world, rows[-1]))
    if not rows:  # the door wants one
        rows.append(
            _line(
                world, "O0", world.skus[0], world.day + timedelta(days=int(sales == "none")), sales
            )
        )
    return [{name: value for name, value in row.items() if name in given} for row in rows]


def _line(world: World, order: str, sku: dict, day: date, sales: str) -> dict:
    dice = world.dice
    what = dice.choice(("sale", "sale", *SPECIAL)) if sales == "mixed" else sales
    event = what if what in UNDOING else world.oddly("sale", "exchange", "reship")
    units, at = (
        world.oddly(dice.choice((1, 1, 1, 2, 3)), 0, 0.5, 5000),
        f"{day} {dice.randint(0, 23):02}:{dice.randint(0, 59):02}:00",
    )
    paid = (
        float(units)
        * world.price(sku["item"], day)
        * (dice.choice((1, 0.9, 0.75, 1.1)) if world.pricing == "paid at will" else 1)
    )
    return {
        "order_id": order,
        "line_id": 1,
        "sku": world.oddly(sku["sku"], "not a product"),
        "ordered_at": at,
        "units": units,
        "kind": event,
        "customer_paid": 0 if what == "gift" else round(world.oddly(paid, 0, 3 * paid), 2),
        "merchant_revenue": round(paid * 1.05, 2),
        "shipped_at": (
            ""
            if event == "cancel" or world.chance(0.1)
            else day + timedelta(days=dice.randint(0, 3))
        ),
        "reason": "",
        "resaleable_units": "",
        "channel": dice.choice(("live", "store", "")),
        "format": dice.choice(("live", "shelf", "")),
        "location": dice.choice(("W1", "W2")),
        "original_ordered_at": f"{world.some_day(last=day)} 00:00:00" if event in UNDOING else "",
        "line_type": dice.choice(("gift", "lottery")) if what == "gift" else "",
        "basis": "wholesale" if what == "wholesale" else "",
        "presale": dice.choice(("full", "deposit", "deposit")) if what == "presale" else "",
        "balance_paid_at": (
            dice.choice(("", f"{day + timedelta(days=dice.randint(0, 20))} 12:00:00"))
            if what == "presale"
            else ""
        ),
    }


def _undone(world: World, sale: dict) -> dict:
    """A later event of a sale: it was cancelled, came back, or was refunded; some of it after the
    day of the report.
    """
    day = date.fromisoformat(sale["ordered_at"][:10]) + timedelta(days=world.dice.randint(0, 30))
    event = {
        "kind": world.dice.choice(("return", *UNDOING)),
        "ordered_at": f"{day} 23:59:59",
        "original_ordered_at": sale["ordered_at"],
        "shipped_at": "",
    }
    return (
        sale
        | event
        | {
            "reason": world.dice.choice(("", "quality", "size")),
            "resaleable_units": world.dice.choice(("", 0, sale["units"])),
        }
    )


def snapshot(world: World) -> list[dict]:
    """Two snapshots at most: what is on hand, and what the months sold that the shop's system
    shows.
    """
    months, on_hand = world.drawn("sold", MONTHS[:2], ()), (-1, 0, 3, 40)
    return [
        {"sku": sku["sku"], "as_of": day, "on_hand": world.dice.choice(on_hand)}
        | {name: world.dice.choice(("", 0, 1, 9, -1)) for name in months}
        for day in sorted({world.day, world.some_day()})
        for sku in world.skus
    ]


def purchases(world: World) -> list[dict]:
    when, dice, rows = (
        world.drawn("received", "first", "any", "any", "yesterday", "open"),
        world.dice,
        [],
    )
    given = world.some(
        ("ordered_at", "due_at", "cancellable_until", "units_received", "unit_cost", "vendor")
    )
    for sku in world.skus:
        for n in range(
            dice.choice((0, 1, 1, 2)) or int(sku is world.skus[0] or "received" in world.always)
        ):
            day = {
                "first": world.first,
                "yesterday": world.day - timedelta(days=1),
                "open": "",
            }.get(when if n == 0 else "any", world.some_day())
            due = world.some_day(world.first, world.day + timedelta(days=40))
            rows.append(
                {
                    "po_id": f"P{n}",
                    "sku": sku["sku"],
                    "units_ordered": dice.choice((1, 10, 60)),
                    "received_at": day if world.chance(0.9) else "",
                    "ordered_at": world.first - timedelta(days=dice.randint(0, 60)),
                    "due_at": due,
                    "cancellable_until": dice.choice(("", due)),
                    "units_received": dice.choice((0, 5, 60)) if day else "",
                    "unit_cost": dice.choice(("", 7.5)),
                    "vendor": "V1",
                }
            )
    return [
        {name: row[name] for name in ("po_id", "sku", "units_ordered", "received_at", *given)}
        for row in rows
    ]


def stock(world: World) -> list[dict]:
    days = sorted(
        {world.some_day() for _ in range(world.dice.choice((1, 1, 3)))}
        | ({world.day} if world.chance(0.5) else set())
    )
    conditions = world.dice.choice((("good",), ("good", "b-grade"), ("", "defective")))
    return [
        {
            "sku": sku["sku"],
            "counted_at": day,
            "condition": condition,
            "on_hand": world.oddly(world.dice.choice((0, 0, 1, 5, 30)), -2, 100000),
        }
        for day in days
        for sku in world.skus
        for condition in conditions
        if world.chance(0.8) or sku is world.skus[0]
    ]


def prices(world: World) -> list[dict]:
    """The prices in force; in some shops the newest of them are the arms of a test by lot, which
    customers then pay.
    """
    rows, tested = {}, world.drawn("tested", False, True)
    start, days = (
        world.some_day(last=world.day + timedelta(days=world.oddly(0, 10))),
        7 * world.dice.randint(1, 4),
    )
    arms = {"control": 1, "cut": 0.8, world.oddly("deeper", "", NAMES[2]): 0.6}
    lasting = world.drawn("lasting", True, True, False)
    for item, path in world.prices.items():
        for (since, price), until in zip(
            path, [*(since for since, _ in path[1:]), ""], strict=True
        ):
            rows[item, since] = {
                "item": item,
                "valid_from": max(since, world.first - timedelta(days=30)),
                "valid_to": until,
                "price": price,
            }
        if tested and world.chance(0.8):
            arm = world.dice.choice(list(arms))
            price = round(world.price(item, start) * arms[arm], 2)
            end = (
                {
                    "valid_to": start + timedelta(days=days),
                    "window_end": start + timedelta(days=days - 1),
                }
                if lasting
                else {}
            )
            rows[item, "test"] = {
                "item": item,
                "valid_from": start,
                "price": price,
                "mechanism": "markdown",
                "experiment": "test 1",
                "arm": arm,
                "decision_date": start,
                "seed": 7,
            } | end
            world.prices[item] = [*(step for step in path if step[0] < start), (start, price)]
    columns = dict.fromkeys([name for row in rows.values() for name in row], "")
    return [columns | row for row in rows.values()]


def traffic(world: World) -> list[dict]:
    days = [
        world.first + timedelta(days=n)
        for n in range(0, (world.day - world.first).days + 1, world.dice.choice((1, 7)))
    ]
    share, given = (
        world.dice.choice((0.2, 1.0)),
        ["item", "date", "exposures", *world.some(("clicks", "ad_spend", "live_minutes"))],
    )
    numbers = {
        "exposures": (0, 10, 5000, ""),
        "clicks": (0, 3, 200),
        "ad_spend": ("", 0, 12.5),
        "live_minutes": (0, 30),
    }
    rows = [
        {"item": item, "date": day}
        for day in days
        for item in world.some_items(share) or list(world.prices)[:1]
    ]
    return [row | {name: world.dice.choice(numbers[name]) for name in given[2:]} for row in rows]


def plan(world: World) -> list[dict]:
    numbers = {
        "planned_buy": (1, 60, 900),
        "planned_sales": ("", 1, 50),
        "planned_days": (1, 90),
        "planned_instock": (0.5, 1),
        "planned_exposures_per_day": (0, 100),
        "planned_click_rate": (0, 0.05),
        "planned_conversion": (0, 0.01),
        "planned_return_rate": (0, 0.3, 1),
        "planned_price": (9.9, 200),
        "planned_launch": (world.first, world.day),
        "target_profit_rate": (0.1, -0.1),
    }
    given = world.some(numbers)
    return [
        {"item": item} | {name: world.dice.choice(numbers[name]) for name in given}
        for item in world.some_items(0.8)
    ]


def movements(world: World) -> list[dict]:
    kinds = (
        "transfer",
        "vendor return",
        "shrink",
        "write-off",
        "donation",
        "sample out",
        "adjustment",
    )
    return [
        {
            "sku": world.dice.choice(world.skus)["sku"],
            "moved_at": world.some_day(),
            "units": world.dice.choice((-3, -1, 2)),
            "kind": world.dice.choice(kinds),
        }
        for _ in range(world.dice.randint(1, 8))
    ]


def charges(world: World) -> list[dict]:
    return [
        {
            "date": world.some_day(),
            "kind": world.dice.choice(("commission", "platform")),
            "amount": world.dice.choice((3, 120.5, -1)),
            "sku": world.dice.choice(world.skus)["sku"],
        }
        for _ in range(world.dice.randint(1, 8))
    ]


def overrides(world: World) -> list[dict]:
    return [
        {"item": item, "class": world.dice.choice(WORDS), "reason": world.oddly("seen", *NAMES[:5])}
        for item in world.some_items(0.3)
    ]


def provisions(world: World) -> list[dict]:
    return [
        {"item": item, "booked_on": world.some_day(), "amount": world.dice.choice((0, 50))}
        for item in world.some_items(0.3)
    ]


WRITERS = (
    prices,
    products,
    order_lines,
    snapshot,
    purchases,
    stock,
    traffic,
    plan,
    movements,
    charges,
    overrides,
    provisions,
)


def write(seed: int, place: Path) -> Path:
    """Write the shop of a seed into its folder under ``place``; returns the folder."""
    made, folder = world(seed), place / f"shop-{seed:03}"
    folder.mkdir(parents=True, exist_ok=True)
    wanted = {
        "products",
        made.drawn(
            "table",
            *["order_lines"] * 9,
            "snapshot" if "sales" not in made.always else "order_lines",
        ),
    }
    wanted |= {*made.some(OPTIONAL), *made.always.get("with", ())} - set(
        made.always.get("without", ())
    )
    tables = {
        writer.__name__: rows
        for writer in WRITERS
        if writer.__name__ in wanted and (rows := writer(made))
    }
    for name, rows in tables.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    (folder / "shop.toml").write_text(_toml(made, seed, tables), encoding="utf-8")
    return folder


SOMETIMES = (
    "stages = [15, 30, 60]",
    "age_bands = [7]",
    'accounting = "IFRS"',
    'tax_basis = "excl"',
    "control_totals = { paid = 100.00, units_on_hand = 3 }",
    'sell_through = "opening stock"',
    'sell_through = "available"',
    'sell_through = "90-day average"',
    "events = { birthday = [2025-05-20, 2025-11-02] }",
    (
        "targets = { salvage = 0.2, tax_rate = 0.13, cash_needed = 1000, price_steps = [{ share ="
        " 0.35, price = 0.9 }, { price = 0.85 }] }"
    ),
    (
        'expenses = [{ base = "net", amount = 0.1 }, { base = "paid", amount = 0.05 }, { base ='
        ' "per parcel", amount = 4 }, { base = "fixed", amount = 100 }]'
    ),
)


def _toml(world: World, seed: int, tables: dict[str, list[dict]]) -> str:
    """What the shop says of itself: its day, its level of prices, its tables, when some of its
    seasons end, and now and then more.
    """
    lines = [
        f'name = "Shop {seed}"',
        f'currency = "{world.dice.choice(("CNY", "EUR", "JPY"))}"',
        f'price_level = "{world.level}"',
    ]
    day = world.drawn("day", "named", "named", "last")
    if day != "last":
        lines.append(
            f"as_of = {world.day if day == 'named' else world.some_day(_first_row(tables))}"
        )
    lines += {line.partition(" ")[0]: line for line in SOMETIMES if world.chance(0.15)}.values()
    over = world.day - timedelta(
        days=world.dice.randint(1, 7 + (world.day - world.first).days // 2)
    )
    ends = {
        "2025AW": world.day + timedelta(days=world.dice.randint(0, 120)),
        "2024AW": over,
        "2025SS": over,
    }
    named = [
        f"{season} = {end}"
        for season, end in ends.items()
        if world.chance(world.always.get("named", 0.8))
    ]
    return "\n".join(
        [
            *lines,
            "[tables]",
            *(f'{name} = "{name}.csv"' for name in tables),
            "[seasons]",
            *named,
            "",
        ]
    )


def _first_row(tables: dict[str, list[dict]]) -> date:
    """Before this day nothing had happened: no report can be of it."""
    dated = {
        "order_lines": "ordered_at",
        "purchases": "received_at",
        "stock": "counted_at",
        "snapshot": "as_of",
    }
    days = [f"{row[column]}"[:10] for name, column in dated.items() for row in tables.get(name, ())]
    return date.fromisoformat(min(day for day in days if day))
