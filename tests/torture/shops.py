"""Small shops of every kind: each that passes the door must get a pack.

``python -m tests.torture.shops [STATE] [SHOPS]`` writes the shops of seeds 1 … 500, makes the pack of each with
``destock report``, twenty shops a command, and prints one line a batch, each failure with its seed and kind, and the tally.
What is in STATE already (default: a folder in the temp folder) is not made again. ``python -m tests.torture.shops in-process
[FIRST] [LAST]`` runs the cells of the notebooks and the results in one process instead, and prints each distinct traceback once.
"""

import ast
import csv
import os
import random
import shutil
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import nbformat

from destock import story
from destock.model.folders import ROOT
from destock.model.messages import LANGUAGES, speak
from destock.panel.book import Book, open_book
from destock.present import charts, tables
from destock.present.sentences import tell
from destock.publish.html import NOTEBOOKS
from destock.publish.results import write_results

SEEDS, BATCH = 500, 20
DESTOCK = [sys.executable, "-c", "import sys; from destock.publish.cli import main; sys.exit(main())"]
OPTIONAL = ("purchases", "stock", "prices", "traffic", "plan", "movements", "charges", "overrides", "provisions")
PRICINGS = ("one price", "one price each", "one cut", "some cuts", "paid at will")

# what is always so in a shop of this kind; all else is drawn
KINDS = {
    "any": {},
    "young": {"weeks": (0, 5)},
    "first day": {"weeks": (0, 0), "sales": "one day"},
    "one item": {"items": (1, 1)},
    "one price": {"pricing": "one price"},
    "one price each": {"pricing": "one price each"},
    "one cut": {"pricing": "one cut", "items": (20, 40), "rate": 0.3},
    "a price test": {"with": ("prices",), "tested": True, "items": (2, 40)},
    "a large price test": {"with": ("prices",), "tested": True, "items": (22, 40), "weeks": (5, 20), "rate": 6},
    "many sales": {"rate": 12, "weeks": (8, 20), "items": (20, 40), "pricing": "some cuts"},
    "no sales so far": {"sales": "none", "with": ("stock",), "day": "named"},
    "only returns": {"sales": "return"},
    "only cancellations": {"sales": "cancel"},
    "only refunds": {"sales": "refund_only"},
    "one day of sales": {"sales": "one day"},
    "no cost": {"unit_cost": 0.0, "with": ("stock",)},
    "no tag price": {"tag_price": 0.0, "with": ("stock",)},
    "goods of yesterday": {"received": "yesterday", "with": ("purchases",)},
    "exits in the past": {"exit": "past", "with": ("purchases",)},
    "presales": {"sales": "presale"},
    "gifts only": {"sales": "gift"},
    "wholesale only": {"sales": "wholesale"},
    "snapshot": {"table": "snapshot", "sold": ("sold_1m", "sold_3m", "sold_6m", "sold_9m")},
    "snapshot of some months": {"table": "snapshot", "sold": ("sold_3m",)},
    "snapshot of stock": {"table": "snapshot", "sold": ()},
    "every table": {"with": OPTIONAL, "tested": True},
    "order lines alone": {"without": OPTIONAL},
}


@dataclass
class World:
    """A shop before it is written: its kind, its days, its SKUs, and what a unit of each item costs from which day on."""

    dice: random.Random
    kind: str
    fixed: dict
    day: date = date.min
    first: date = date.min
    skus: list[dict] = field(default_factory=list)
    prices: dict[str, list[tuple[date, float]]] = field(default_factory=dict)

    def drawn(self, name: str, *choices):
        """What the kind says of this, else one of the choices."""
        return self.fixed[name] if name in self.fixed else self.dice.choice(choices)

    def chance(self, share: float) -> bool:
        return self.dice.random() < share

    def some_day(self, first: date | None = None, last: date | None = None) -> date:
        first, last = first or self.first, last or self.day
        return first + timedelta(days=self.dice.randint(0, max(0, (last - first).days)))

    def price(self, item: str, day: date) -> float:
        return [price for since, price in self.prices[item] if since <= day][-1]

    @property
    def items(self) -> list[str]:
        return list(self.prices)


def world(seed: int) -> World:
    """The shop of a seed: always the same."""
    dice = random.Random(seed)  # noqa: S311
    kind = dice.choice(list(KINDS))
    made = World(dice, kind, KINDS[kind])
    made.day = date(2025, 1, 1) + timedelta(days=dice.randint(0, 364))
    weeks = dice.randint(*made.fixed.get("weeks", (0, 20)))
    made.first = made.day - timedelta(days=7 * weeks + (dice.randint(0, 6) if weeks else 0))
    made.skus = _products(made)
    _set_prices(made)
    return made


def _products(world: World) -> list[dict]:
    dice, rows = world.dice, []
    level = world.drawn("price_level", "style", "style", "sku", "style_colour")
    columns = [
        name for name in ("name", "category", "tier", "vendor", "size", "brand", "launch_date", "lead_time_days") if world.chance(0.6)
    ]
    known = {name: world.drawn(name, 0.0, 0.7, 1.0, 1.0) for name in ("unit_cost", "tag_price")}
    seasons, exits = (
        world.drawn("season", (), ("run",), ("past",), ("run", "past"), ("run", "", "odd")),
        world.drawn("exit", "", "", "past", "ahead"),
    )
    for n in range(dice.randint(*world.fixed.get("items", (1, 40)))):
        tag = dice.choice((9.9, 39, 199, 1500)) + (n if world.chance(0.5) else 0)
        about = {
            "style": f"A{n}", "name": f"Style <{n}>", "category": f"Cat {dice.randint(0, dice.choice((0, 1, 4)))}", "tier": dice.choice(("push", "signature", "novelty", "")),
            "vendor": dice.choice(("V1", "V2")), "brand": dice.choice(("B", "")), "season": dice.choice(seasons or ("",)),
            "launch_date": world.some_day(last=world.day + timedelta(days=20)), "lead_time_days": dice.choice((0, 14, 90)),
        }  # fmt: skip
        days = {"past": -dice.randint(1, 60), "ahead": dice.randint(0, 90)}
        about["exit_date"] = (
            world.day + timedelta(days=days[exits]) if exits and (exits == world.fixed.get("exit") or world.chance(0.6)) else ""
        )
        sizes = dice.choice((("",), ("S", "M"), ("S", "M", "L", "XL"))) if level != "sku" or world.chance(0.3) else ("",)
        for size in sizes:
            row = about | {"sku": f"A{n}{size}", "style_colour": f"A{n}-red", "size": size, "item_price": tag}
            row |= {
                "tag_price": tag if world.chance(known["tag_price"]) else "",
                "unit_cost": round(tag * 0.4, 2) if world.chance(known["unit_cost"]) else "",
            }
            rows.append(row | {"item": row[level]})
    kept = [
        "sku",
        "style",
        "style_colour",
        *columns,
        *(["season"] if seasons else []),
        *(["exit_date"] if exits else []),
        *(name for name, share in known.items() if share),
    ]
    world.fixed = world.fixed | {"level": level, "columns": kept}
    return rows


def _set_prices(world: World) -> None:
    """From which day on which item costs what: nothing moves, one item moves once, or several do."""
    pricing, dice = world.drawn("pricing", *PRICINGS), world.dice
    for n, sku in enumerate(world.skus):
        base = 25.0 if pricing == "one price" else float(sku["item_price"])
        path = world.prices.setdefault(sku["item"], [(date.min, base)])
        if len(path) == 1 and ((pricing == "one cut" and n == 0) or (pricing == "some cuts" and world.chance(0.5))):
            cut = world.some_day()
            path.append((cut, round(base * dice.choice((0.5, 0.8, 0.9)), 2)))
            if world.chance(0.3):
                path.append((cut + timedelta(days=7 * dice.randint(1, 3)), base))
    world.fixed = world.fixed | {"pricing": pricing}


def order_lines(world: World) -> list[dict]:
    """Sales, with what became of some of them; or the events of a shop that has only those."""
    sales, dice, rows = world.drawn("sales", *["sale"] * 8, "one day", "mixed", "mixed"), world.dice, []
    rate, undone = world.drawn("rate", 0.1, 0.5, 2, 5), world.drawn("undone", 0, 0.1, 0.6)
    given = {*LINE, *SPECIAL.get(sales, ()), *(name for name in DETAILS if world.chance(0.4))}
    weeks, only_day = max(1, (world.day - world.first).days // 7), world.some_day()
    for sku in world.skus:
        for _ in range(min(120, int(dice.gammavariate(1, rate * weeks / 2) + dice.random()))):
            day = {"one day": only_day, "none": world.day + timedelta(days=dice.randint(1, 9))}.get(sales) or world.some_day()
            rows.append(_line(world, f"O{len(rows)}", sku, day, sales))
            if rows[-1]["kind"] == "sale" and world.chance(undone):
                rows.append(_undone(world, rows[-1]))
    if not rows:  # the door wants one
        rows.append(_line(world, "O0", world.skus[0], world.day + timedelta(days=int(sales == "none")), sales))
    return [{name: value for name, value in row.items() if name in given} for row in rows]


LINE = ("order_id", "line_id", "sku", "ordered_at", "units", "kind", "customer_paid")
DETAILS = ("shipped_at", "channel", "format", "location", "merchant_revenue", "original_ordered_at", "reason", "resaleable_units")
SPECIAL = {"presale": ("presale", "balance_paid_at"), "gift": ("line_type",), "wholesale": ("basis", "channel")}
SPECIAL["mixed"] = sum(SPECIAL.values(), ())


def _line(world: World, order: str, sku: dict, day: date, sales: str) -> dict:
    dice = world.dice
    what = dice.choice(("sale", "sale", *SPECIAL)) if sales == "mixed" else sales
    event = what if what in ("return", "cancel", "refund_only") else "sale"
    units, at = dice.choice((1, 1, 1, 2, 3)), f"{day} {dice.randint(0, 23):02}:{dice.randint(0, 59):02}:00"
    paid = units * world.price(sku["item"], day) * (dice.choice((1, 0.9, 0.75, 1.1)) if world.fixed["pricing"] == "paid at will" else 1)
    return {
        "order_id": order, "line_id": 1, "sku": sku["sku"], "ordered_at": at, "units": units, "kind": event, "customer_paid": 0 if what == "gift" else round(paid, 2),
        "shipped_at": "" if event == "cancel" or world.chance(0.1) else day + timedelta(days=dice.randint(0, 3)),
        "channel": dice.choice(("live", "store")), "format": dice.choice(("live", "shelf")), "location": dice.choice(("W1", "W2")), "reason": "", "resaleable_units": "",
        "merchant_revenue": round(paid * 1.05, 2), "original_ordered_at": "" if event == "sale" else f"{world.some_day(last=day)} 00:00:00",
        "line_type": dice.choice(("gift", "lottery")) if what == "gift" else "", "basis": "wholesale" if what == "wholesale" else "",
        "presale": dice.choice(("full", "deposit", "deposit")) if what == "presale" else "",
        "balance_paid_at": dice.choice(("", f"{day + timedelta(days=dice.randint(0, 20))} 12:00:00")) if what == "presale" else "",
    }  # fmt: skip


def _undone(world: World, sale: dict) -> dict:
    """A later event of a sale: it was cancelled, came back, or was refunded; some of it after the day of the report."""
    day = date.fromisoformat(sale["ordered_at"][:10]) + timedelta(days=world.dice.randint(0, 30))
    changed = {
        "kind": world.dice.choice(("return", "return", "cancel", "refund_only")),
        "reason": world.dice.choice(("", "quality", "size")),
    }
    changed |= {
        "ordered_at": f"{day} 23:59:59",
        "original_ordered_at": sale["ordered_at"],
        "shipped_at": "",
        "resaleable_units": world.dice.choice(("", 0, 1)),
    }
    return sale | changed


def snapshot(world: World) -> list[dict]:
    months = world.drawn("sold", ("sold_1m", "sold_3m"), ())
    days = sorted({world.day, world.some_day()})
    return [
        {"sku": sku["sku"], "as_of": day, "on_hand": world.dice.choice((-1, 0, 3, 40))} | {name: world.dice.choice(("", 0, 1, 9, -1)) for name in months}
        for day in days for sku in world.skus
    ]  # fmt: skip


def purchases(world: World) -> list[dict]:
    when, dice, rows = world.drawn("received", "first", "any", "any", "yesterday", "open"), world.dice, []
    given = [name for name in ("ordered_at", "due_at", "cancellable_until", "units_received", "unit_cost", "vendor") if world.chance(0.6)]
    for sku in world.skus:
        for n in range(dice.choice((0, 1, 1, 2)) or int(sku is world.skus[0])):
            here = {"first": world.first, "yesterday": world.day - timedelta(days=1), "any": world.some_day(), "open": None}[
                when if n == 0 else "any"
            ]
            due = world.some_day(world.first, world.day + timedelta(days=40))
            rows.append({
                "po_id": f"P{n}", "sku": sku["sku"], "units_ordered": dice.choice((1, 10, 60)), "received_at": here if here and world.chance(0.9) else "",
                "ordered_at": world.first - timedelta(days=dice.randint(0, 60)), "due_at": due, "cancellable_until": dice.choice(("", due)),
                "units_received": dice.choice((0, 5, 60)) if here else "", "unit_cost": dice.choice(("", 7.5)), "vendor": "V1",
            })  # fmt: skip
    kept = ("po_id", "sku", "units_ordered", "received_at", *given)
    return [{name: row[name] for name in kept} for row in rows]


def stock(world: World) -> list[dict]:
    days = sorted({world.some_day() for _ in range(world.dice.choice((1, 1, 3)))} | ({world.day} if world.chance(0.5) else set()))
    conditions = world.dice.choice((("good",), ("good", "b-grade"), ("", "defective")))
    return [
        {"sku": sku["sku"], "counted_at": day, "condition": condition, "on_hand": world.dice.choice((0, 0, 1, 5, 30, -2))}
        for day in days for sku in world.skus for condition in conditions if world.chance(0.8) or sku is world.skus[0]
    ]  # fmt: skip


def prices(world: World) -> list[dict]:
    """The prices in force; in some shops the newest of them are arms of a test drawn by lot."""
    rows, tested = [], world.drawn("tested", False, True)
    start, weeks = world.some_day(), world.dice.randint(1, 4)
    for item, path in world.prices.items():
        for (since, price), until in zip(path, [*(since for since, _ in path[1:]), ""], strict=True):
            rows.append({"item": item, "valid_from": max(since, world.first - timedelta(days=30)), "valid_to": until, "price": price})
        if tested and world.chance(0.8):
            arm = world.dice.choice(("control", "cut", "cut deeper"))
            price = round(world.price(item, start) * {"control": 1, "cut": 0.8, "cut deeper": 0.6}[arm], 2)
            world.prices[item] = [*(step for step in path if step[0] < start), (start, price)]
            end = start + timedelta(days=7 * weeks - 1)
            rows.append({"item": item, "valid_from": start, "valid_to": end + timedelta(days=1), "price": price, "mechanism": "markdown", "experiment": "test 1", "arm": arm, "decision_date": start, "window_end": end, "seed": 7})  # fmt: skip
    return [
        dict.fromkeys(rows[-1] | rows[0], "") | row
        for row in {(row["item"], row["valid_from"], row.get("mechanism")): row for row in rows}.values()
    ]


def traffic(world: World) -> list[dict]:
    days = [world.first + timedelta(days=n) for n in range(0, (world.day - world.first).days + 1, world.dice.choice((1, 7)))]
    share, spends = world.dice.choice((0.2, 1.0)), world.chance(0.5)
    rows = [
        {"item": item, "date": day, "exposures": world.dice.choice((0, 10, 5000)), "clicks": world.dice.choice((0, 3, 200)), "ad_spend": world.dice.choice(("", 0, 12.5))}
        for item in world.items for day in days if world.chance(share) or (item, day) == (world.items[0], days[0])
    ]  # fmt: skip
    return [{name: value for name, value in row.items() if spends or name != "ad_spend"} for row in rows]


def plan(world: World) -> list[dict]:
    dice = world.dice
    columns = {
        "planned_buy": (1, 60, 900), "planned_sales": ("", 1, 50), "planned_days": (1, 90), "planned_instock": (0.5, 1), "planned_exposures_per_day": (0, 100),
        "planned_click_rate": (0, 0.05), "planned_conversion": (0, 0.01), "planned_return_rate": (0, 0.3, 1), "planned_price": (9.9, 200), "planned_launch": (world.first, world.day),
    }  # fmt: skip
    given = [name for name in columns if world.chance(0.6)]
    return [{"item": item} | {name: dice.choice(columns[name]) for name in given} for item in world.items if world.chance(0.8)]


def movements(world: World) -> list[dict]:
    kinds = ("transfer", "vendor return", "shrink", "write-off", "donation", "adjustment")
    return [
        {"sku": world.dice.choice(world.skus)["sku"], "moved_at": world.some_day(), "units": world.dice.choice((-3, -1, 2)), "kind": world.dice.choice(kinds)}
        for _ in range(world.dice.randint(1, 8))
    ]  # fmt: skip


def charges(world: World) -> list[dict]:
    return [
        {"date": world.some_day(), "kind": world.dice.choice(("commission", "platform")), "amount": world.dice.choice((3, 120.5, -1)), "sku": world.dice.choice(world.skus)["sku"]}
        for _ in range(world.dice.randint(1, 8))
    ]  # fmt: skip


def overrides(world: World) -> list[dict]:
    words = ("slow", "过季", "over-bought", "defective", "too early", "unclassifiable")
    return [{"item": item, "class": world.dice.choice(words), "reason": "seen"} for item in world.items if world.chance(0.3)]


def provisions(world: World) -> list[dict]:
    return [
        {"item": item, "booked_on": world.some_day(), "amount": world.dice.choice((0, 50))} for item in world.items if world.chance(0.3)
    ]


def write(seed: int, place: Path) -> Path:
    """Write the shop of a seed into its folder under ``place``; returns the folder."""
    made, folder = world(seed), place / f"shop-{seed:03}"
    folder.mkdir(parents=True, exist_ok=True)
    main = made.drawn("table", *["order_lines"] * (1 if "sales" in made.fixed else 9), *([] if "sales" in made.fixed else ["snapshot"]))
    wanted = {name for name in OPTIONAL if made.chance(0.5)} - set(made.fixed.get("without", ())) | set(made.fixed.get("with", ()))
    # prices come first: where they are a test, they set what is paid
    tables = {name: WRITERS[name](made) for name in WRITERS if name in wanted or name == main}
    tables["products"] = [{name: sku[name] for name in made.fixed["columns"]} for sku in made.skus]
    for name, rows in tables.items():
        if rows:
            with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, list(rows[0]))
                writer.writeheader()
                writer.writerows(rows)
    (folder / "shop.toml").write_text(_toml(made, seed, [name for name, rows in tables.items() if rows]), encoding="utf-8")
    return folder


WRITERS = {
    name.__name__: name
    for name in (prices, order_lines, snapshot, purchases, stock, traffic, plan, movements, charges, overrides, provisions)
}


def _toml(world: World, seed: int, tables: list[str]) -> str:
    """What the shop says of itself: its tables, its level of prices, some of its seasons, and now and then more."""
    ends = {"run": world.day + timedelta(days=world.dice.randint(0, 120)), "past": world.day - timedelta(days=world.dice.randint(1, 60))}
    lines = [f'name = "Shop {seed}"', f'currency = "{world.dice.choice(("CNY", "EUR", "JPY"))}"', f'price_level = "{world.fixed["level"]}"']
    if world.drawn("day", "named", "last") == "named":
        lines.append(f"as_of = {world.day}")
    sometimes = (
        "stages = [15, 30, 60]", "age_bands = [7]", 'accounting = "IFRS"', 'sell_through = "opening stock"', 'sell_through = "available"', 'sell_through = "90-day average"', 'tax_basis = "excl"',
        "targets = { salvage = 0.2, tax_rate = 0.13, cash_needed = 1000, price_steps = [{ share = 0.35, price = 0.9 }, { price = 0.85 }] }",
        'expenses = [{ base = "net", amount = 0.1 }, { base = "paid", amount = 0.05 }, { base = "per parcel", amount = 4 }, { base = "fixed", amount = 100 }]',
        "control_totals = { paid = 100.00, units_on_hand = 3 }",
    )  # fmt: skip
    chosen = {line.partition(" ")[0]: line for line in sometimes if world.chance(0.15)}
    named = [f"{season} = {end}" for season, end in ends.items() if world.chance(0.8)]
    return "\n".join([*lines, *chosen.values(), "[tables]", *(f'{name} = "{name}.csv"' for name in tables), "[seasons]", *named, ""])


def make_all(state: Path, shops: int = SEEDS) -> int:
    """Make the pack of every shop that has none; prints a line a batch, what failed, and the tally."""
    project, errors = state / "project", {}
    for part in ("lib", "notebooks"):
        shutil.rmtree(project / part, ignore_errors=True)
        shutil.copytree(ROOT / part, project / part)
    seeds = range(1, shops + 1)
    for start in range(0, shops, BATCH):
        batch = seeds[start : start + BATCH]
        missing = [seed for seed in batch if not has_pack(project, seed)]
        if missing:
            errors |= report([write(seed, state / "shops") for seed in missing], state, "zh" if start // BATCH % 2 else "en")
        print(f"seeds {batch[0]}–{batch[-1]}: {sum(has_pack(project, seed) for seed in batch)} of {len(batch)} packs", flush=True)
    failed = [seed for seed in seeds if not has_pack(project, seed)]
    for seed in failed:
        print(f"seed {seed} ({world(seed).kind}): {errors.get(seed, 'no error was said')}")
    print(f"{shops - len(failed)} of {shops}")
    return 1 if failed else 0


def has_pack(project: Path, seed: int) -> bool:
    return any((project / "reports").glob(f"shop-{seed:03}-*/run.json"))


def report(folders: list[Path], state: Path, lang: str) -> dict[int, str]:
    """Make the packs of these shops with one command; the last line that it said of each that failed, by seed."""
    environment = os.environ | {"PYTHONPATH": str(state / "project" / "lib"), "DESTOCK_CACHE": str(state / "cache")}
    ended = subprocess.run([*DESTOCK, "report", *map(str, folders), "--lang", lang], capture_output=True, text=True, env=environment)
    said = ended.stderr.splitlines()
    return {
        int(folder.name.rpartition("-")[2]): line
        for folder in folders for line in said if f" {folder.name}" in line or len(folders) == 1
    }  # fmt: skip


def in_process(folder: Path, lang: str = "en") -> Iterator[tuple[str, Callable]]:
    """What a pack is made of, one step after the other, without notebooks around it: each page, what its cells show, the results."""
    speak(lang)
    pages = {}
    for name, page in story.PAGES.items():
        yield name, lambda name=name, page=page: pages.setdefault(name, page(folder, None, lang))
        yield f"{name}, shown", lambda name=name: show(pages[name])
    yield "results", lambda: written(open_book(folder), pages)


def show(page: story.Page) -> None:
    """Write what every cell of the page's notebook ends in, as the pack has it."""
    known = {"page": page, "charts": charts, "tables": tables, "tell": tell}
    for number, cell in enumerate(nbformat.read(ROOT / "notebooks" / f"{NOTEBOOKS[page.name]}.ipynb", as_version=4).cells):
        code = ast.parse(cell.source) if cell.cell_type == "code" else ast.Module([], [])
        if code.body and isinstance(code.body[-1], ast.Expr):
            last, place = ast.Expression(code.body.pop().value), f"{page.name}, cell {number}"
            exec(compile(code, place, "exec"), known)  # noqa: S102
            eval(compile(last, place, "eval"), known)._repr_html_()  # noqa: S307


def written(book: Book, pages: dict[str, story.Page]) -> None:
    with tempfile.TemporaryDirectory() as place:
        write_results(story.results(book, pages), Path(place, "results"))


def list_crashes(first: int, last: int) -> int:
    """Print each distinct traceback once, with the seeds of the shops that end in it."""
    told: dict[tuple, list[str]] = {}
    with tempfile.TemporaryDirectory() as place:
        os.environ.setdefault("DESTOCK_CACHE", place)
        for seed in range(first, last + 1):
            for name, step in in_process(write(seed, Path(place)), list(LANGUAGES)[seed % 2]):
                try:
                    step()
                except Exception as error:
                    ours = [
                        (Path(frame.filename).name, frame.lineno)
                        for frame in traceback.extract_tb(error.__traceback__)
                        if "lib/destock" in frame.filename
                    ]
                    where = (type(error).__name__, *ours[-2:])
                    if where not in told:
                        traceback.print_exception(error)
                    told.setdefault(where, []).append(f"{seed} ({world(seed).kind}) {name}")
                    print(f"seed {seed} ({world(seed).kind}), {name}: {type(error).__name__}: {error}", flush=True)
    for where, seeds in told.items():
        print(len(seeds), *where, seeds)
    return int(bool(told))


def main(arguments: list[str]) -> int:
    if arguments[:1] == ["in-process"]:
        return list_crashes(*map(int, arguments[1:] or ("1", str(SEEDS))))
    state = Path(arguments[0]) if arguments else Path(tempfile.gettempdir(), "destock_shops")
    return make_all(state, *map(int, arguments[1:]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
