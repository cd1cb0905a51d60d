"""Cells as people have them: each damage is read right, or refused with the line that mends it.

``python -m tests.torture.everyday`` applies each everyday damage to a small clean shop, holds every
value that gets through against what was meant, and puts the line that a refusal names into
shop.toml to see that the table is read right then. Prints how many came out how; fails where one
was wrong without a word, or came out otherwise than it should.

A further kind is a line of one of the tables below, or a function that yields ``Damage``.
"""

import csv
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from destock import engine
from destock.intake.rejects import refuse_over_limit
from destock.intake.rows import load
from destock.intake.shop import open_shop
from destock.model.messages import Fault

TODAY = date(2026, 12, 31)
KEYS = {"products": ["sku"], "order_lines": ["order_id"], "stock": ["sku"]}
PRICES = [Decimal(text) for text in ("1234.50", "89.00", "12.30", "2999.95", "450.10")]


def clean() -> dict[str, list[dict]]:
    """A small shop as it is meant: values, and no texts."""
    skus = [f"S{n:03d}" for n in range(30)]
    products = [
        {
            "sku": sku,
            "name": f"Item {n}",
            "category": "Tops",
            "unit_cost": PRICES[n % 5],
            "launch_date": date(2026, 1 + n % 3, 1 + n % 28),
        }
        for n, sku in enumerate(skus)
    ]
    orders = [
        {
            "order_id": str(700000 + n),
            "line_id": "1",
            "sku": skus[n % 30],
            "ordered_at": datetime(2026, 5, 1, 9, 30, 5) + timedelta(days=n % 28, hours=n % 14),
            "units": 1 + n % 4,
            "kind": "sale",
            "customer_paid": PRICES[n % 5],
            "merchant_discount": None,
        }
        for n in range(60)
    ]
    stock = [
        {"sku": sku, "counted_at": date(2026, 6, 4 + n % 20), "on_hand": 10 + n}
        for n, sku in enumerate(skus)
    ]
    return {"products": products, "order_lines": orders, "stock": stock}


@dataclass(frozen=True)
class Damage:
    """How one column is written in another way than it should be, and what should come of it.

    ``write`` gives a cell's text from the number of its row and what is meant; ``means``: what
    is meant where not what the clean shop has. ``expected``: "read", "rejected" (some rows are,
    and no more) or "refused" (the shop is), with ``says`` in what is said. ``mend``: the line of
    shop.toml that must be named, and must do.
    """

    kind: str
    table: str
    column: str
    write: Callable
    expected: str = "read"
    means: Callable = lambda value: value
    says: str = ""
    mend: str = ""
    currency: str = "CNY"
    entry: str = ""


@dataclass(frozen=True)
class Outcome:
    """What came of a damage, "mended" where a line of shop.toml did, and what was said."""

    what: str
    said: str = ""


def judged(damage: Damage) -> Outcome:
    """What becomes of this damage, and of the shop once it is mended as it was told?"""
    taken = _taken(damage, damage.entry)
    if taken.wrong:
        return Outcome("wrong", taken.wrong)
    if not (taken.said or taken.lost):
        return Outcome("read")
    if not taken.said or damage.says not in taken.said or damage.mend not in taken.said:
        return Outcome("unsaid", taken.said)
    if not damage.mend:
        return Outcome("refused" if taken.refused else "rejected", taken.said)
    again = _taken(damage, f"{damage.entry}\n{damage.mend}")
    still = f"{again.wrong}{again.said}"
    return Outcome("not mended" if still or again.lost else "mended", still or taken.said)


@dataclass(frozen=True)
class _Taken:
    """The first values that are wrong, what was said, how many rows of the table are missing, and
    whether all are.
    """

    wrong: str
    said: str
    lost: int
    refused: bool


def _taken(damage: Damage, entry: str) -> _Taken:
    """What does the door say of a shop with this damage?"""
    meant = clean()
    for row in meant[damage.table]:
        row[damage.column] = damage.means(row[damage.column])
    with tempfile.TemporaryDirectory() as folder:
        _write(Path(folder), damage, entry)
        shop = open_shop(folder)
        with (
            tempfile.TemporaryDirectory() as scratch,
            closing(engine.start({shop.folder}, Path(scratch), shop.timezone)) as con,
        ):
            intake = load(con, shop, TODAY)
            fault = ""
            try:
                refuse_over_limit(intake.rows)
            except Fault as refused:
                fault = str(refused)
            columns = [*KEYS[damage.table], damage.column]
            rows = con.sql(f"SELECT {', '.join(columns)} FROM {damage.table}").fetchall()
    key = len(columns) - 1
    expected = {tuple(row[name] for name in columns[:key]): row for row in meant[damage.table]}
    wrong = [
        f"{row}: {expected.get(row[:key], {}).get(damage.column)}"
        for row in rows
        if row[:key] not in expected or expected[row[:key]][damage.column] != row[key]
    ]
    said = " ".join(intake.rejects["rule"].unique())
    return _Taken(
        "; ".join(wrong[:2]),
        f"{fault} {said}".strip(),
        len(meant[damage.table]) - len(rows),
        bool(fault),
    )


def _write(folder: Path, damage: Damage, entry: str) -> None:
    toml = [f'currency = "{damage.currency}"']
    for name, rows in clean().items():
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            for n, row in enumerate(rows):
                if name == damage.table:
                    row[damage.column] = damage.write(n, row[damage.column])
                writer.writerow(row)
        toml.append(f'[tables.{name}]\nsource = "{name}.csv"')
        toml += [entry] if name == damage.table else []
    (folder / "shop.toml").write_text("\n".join(toml), encoding="utf-8")


# days and times

DAYS = [("order_lines", "ordered_at"), ("stock", "counted_at"), ("products", "launch_date")]


def midnight(value: date) -> date:
    """The day of a moment, as a moment where it is one."""
    return datetime(*value.timetuple()[:3]) if isinstance(value, datetime) else value


def to_minute(value: datetime) -> datetime:
    return value.replace(second=0)


def chinese_noon(at: datetime, blank: str = "") -> str:
    half = "上午" if at.hour < 12 else "下午"
    return f"{at.year}年{at.month}月{at.day}日 {half}{blank}{at.hour % 12 or 12}:{at:%M}"


SPELT_DAYS = {
    "20260504": lambda at: f"{at:%Y%m%d}",
    "2026.05.04": lambda at: f"{at:%Y.%m.%d}",
    "2026.5.4": lambda at: f"{at.year}.{at.month}.{at.day}",
    "2026/5/4": lambda at: f"{at.year}/{at.month}/{at.day}",
    "2026年5月4日": lambda at: f"{at.year}年{at.month}月{at.day}日",
    "2026年05月04日": lambda at: f"{at:%Y年%m月%d日}",
    "2026年5月4号": lambda at: f"{at.year}年{at.month}月{at.day}号",
    "２０２６年５月４日": lambda at: f"{at:%Y}年{at.month}月{at.day}日".translate(
        {48 + n: 0xFF10 + n for n in range(10)}
    ),
    "04-May-2026": lambda at: f"{at:%d-%b-%Y}",
    "4 May 2026": lambda at: f"{at.day} {at:%b %Y}",
    "4 MAY 2026": lambda at: f"{at.day} {at:%b %Y}".upper(),
    "4th May 2026": lambda at: f"{at.day}th {at:%B %Y}",
    "May 4, 2026": lambda at: f"{at:%b} {at.day}, {at.year}",
    "January 4, 2026": lambda at: f"{at:%B} {at.day}, {at.year}",
    "a blank before": lambda at: f" {at:%Y-%m-%d}",
    "a tab behind": lambda at: f"{at:%Y-%m-%d}\t",
    "an apostrophe before": lambda at: f"'{at:%Y-%m-%d}",
    '="2026-05-04"': lambda at: f'="{at:%Y-%m-%d}"',
}
SPELT_TIMES = {
    "20260504103005": (lambda at: f"{at:%Y%m%d%H%M%S}", None),
    "20260504 10:30:05": (lambda at: f"{at:%Y%m%d %H:%M:%S}", None),
    "2026.05.04 10:30:05": (lambda at: f"{at:%Y.%m.%d %H:%M:%S}", None),
    "2026/5/4 10:30": (lambda at: f"{at.year}/{at.month}/{at.day} {at:%H:%M}", to_minute),
    "2026年5月4日 10:30": (lambda at: f"{at.year}年{at.month}月{at.day}日 {at:%H:%M}", to_minute),
    "2026年5月4日10:30:05": (lambda at: f"{at.year}年{at.month}月{at.day}日{at:%H:%M:%S}", None),
    "2026年5月4日10时30分": (lambda at: f"{at:%Y年%m月%d日%H时%M分}", to_minute),
    "2026年5月4日 10时30分05秒": (lambda at: f"{at:%Y年%m月%d日 %H时%M分%S秒}", None),
    "2026年5月4日 下午3:30": (chinese_noon, to_minute),
    "2026年5月4日 下午 3:30": (lambda at: chinese_noon(at, " "), to_minute),
    "May 4, 2026 3:30:05 PM": (lambda at: f"{at:%b %d, %Y %I:%M:%S %p}", None),
    "May 4, 2026, 3:30 PM": (lambda at: f"{at:%b %d, %Y, %I:%M\u202f%p}", to_minute),
    "4 May 2026 15:30": (lambda at: f"{at:%d %B %Y %H:%M}", to_minute),
    "04-May-2026 15:30:05": (lambda at: f"{at:%d-%b-%Y %H:%M:%S}", None),
    "2026-05-04 03:30:05 PM": (lambda at: f"{at:%Y-%m-%d %I:%M:%S %p}", None),
    "2026-05-04T15:30:05.000": (lambda at: f"{at:%Y-%m-%dT%H:%M:%S}.000", None),
    "…Z": (lambda at: f"{at - timedelta(hours=8):%Y-%m-%dT%H:%M:%S}.000Z", None),
    "… +0400": (lambda at: f"{at - timedelta(hours=4):%Y-%m-%d %H:%M:%S} +0400", None),
    "… +05:00": (lambda at: f"{at - timedelta(hours=3):%Y-%m-%d %H:%M:%S} +05:00", None),
    "May 4, 2026 3:30:05 PM UTC": (
        lambda at: f"{at - timedelta(hours=8):%b %d, %Y %I:%M:%S %p} UTC",
        None,
    ),
}


def days() -> Iterator[Damage]:
    """Days and times that mean one thing, in every column of days."""
    for name, spelt in SPELT_DAYS.items():
        for table, column in DAYS:
            yield Damage(f"day {name}", table, column, lambda n, v, s=spelt: s(v), means=midnight)
    for name, (spelt, means) in SPELT_TIMES.items():
        meant = means or (lambda value: value)
        yield Damage(
            f"time {name}", "order_lines", "ordered_at", lambda n, v, s=spelt: s(v), means=meant
        )


def days_of_two_readings() -> Iterator[Damage]:
    """Days of which the shop must say how it writes them; where one reading alone fits, it is
    named.
    """
    forms = [f"%{a}{m}%{b}{m}%{y}" for a, b in ("dm", "md") for m in "/-." for y in "Yy"]
    for form in [*forms, "%d-%b-%y"]:
        for table, column in DAYS:
            yield Damage(
                f"day written {form}",
                table,
                column,
                lambda n, v, f=form: v.strftime(f),
                "refused",
                midnight,
                mend=f'date_format = "{form}"',
            )
    for form in ("%d/%m/%Y %H:%M:%S", "%m/%d/%Y %I:%M:%S %p", "%d.%m.%Y %H:%M:%S"):
        yield Damage(
            f"time written {form}",
            "order_lines",
            "ordered_at",
            lambda n, v, f=form: v.strftime(f),
            "refused",
            mend=f'date_format = "{form.split()[0]}"',
        )
    for table, column in DAYS:
        yield Damage(
            "a spreadsheet's serial day",
            table,
            column,
            lambda n, v: str((midnight(v) - midnight(v).replace(1900, 1, 1)).days + 2),
            "refused",
            says="format its column as a date",
        )
    for zone in ("PST", "CST", "PM PDT"):
        yield Damage(
            f"zone {zone}",
            "order_lines",
            "ordered_at",
            lambda n, v, z=zone: f"{v:%Y-%m-%d %I:%M:%S} {z}",
            "refused",
            says="write UTC, an offset",
        )


# numbers


def grouped(value: Decimal, thousands: str, point: str) -> str:
    """An amount with its thousands apart and two decimals."""
    return f"{value:,.2f}".replace(",", "\0").replace(".", point).replace("\0", thousands)


MARKED = [
    ("CNY", "'{}", "", "."),
    ("USD", "'${}", ",", "."),
    ("CNY", "¥ {}", ",", "."),
    ("CNY", "￥{}", "", "."),
    ("CNY", "CNY {}", ",", "."),
    ("CNY", "{} CNY", "", "."),
    ("CNY", "{}元", ",", "."),
    ("CNY", "RMB{}", ",", "."),
    ("USD", "${}", "", "."),
    ("USD", "${}", ",", "."),
    ("USD", "US${}", ",", "."),
    ("USD", "USD {}", ",", "."),
    ("USD", "{} USD", ",", "."),
    ("CAD", "CA${}", ",", "."),
    ("GBP", "£{}", ",", "."),
    ("EUR", "€ {}", ".", ","),
    ("EUR", "{} €", ".", ","),
    ("EUR", "{}\u00a0€", "\u202f", ","),
    ("EUR", "EUR {}", " ", ","),
    ("BRL", "R$ {}", ".", ","),
    ("IDR", "Rp {}", ".", ","),
    ("IDR", "Rp{}", ".", ","),
    ("SEK", "{} kr", "\u00a0", ","),
    ("SEK", "{} kr", " ", ","),
    ("CHF", "CHF {}", "'", "."),
    ("CHF", "{}", "’", "."),
    ("BDT", "৳{}", ",", "."),
    ("JPY", "￥{}", ",", "."),
    ("INR", "₹{}", ",", "."),
    ("INR", "Rs. {}", ",", "."),
    ("PLN", "{} zł", " ", ","),
    ("MXN", "${}", ",", "."),
    ("CNY", "{}", ",", "."),
    ("EUR", "{}", ".", ","),
    ("EUR", "{}", "", ","),
    ("EUR", "{}", " ", ","),
    ("EUR", "{}", "\u202f", ","),
]
MONEY = [("order_lines", "customer_paid"), ("products", "unit_cost")]


def amounts() -> Iterator[Damage]:
    """Amounts with a currency's sign and every mark of thousands."""
    for currency, form, thousands, point in MARKED:
        for table, column in MONEY:
            yield Damage(
                f"amount {form.format(grouped(PRICES[0], thousands, point))}",
                table,
                column,
                lambda n, v, f=form, t=thousands, p=point: f.format(grouped(v, t, p)),
                currency=currency,
            )
    for currency, form in (("CNY", "${}"), ("USD", "€{}"), ("EUR", "{} CHF"), ("USD", "C${}")):
        yield Damage(
            f"{form} in a shop of {currency}",
            "order_lines",
            "customer_paid",
            lambda n, v, f=form: f.format(v),
            "refused",
            says="another currency",
            currency=currency,
        )
    for text in ("{}%", "{}/件", "约{}", "TRUE", "是"):
        yield Damage(
            f"amount {text}",
            "products",
            "unit_cost",
            lambda n, v, t=text: t.format(v),
            "refused",
            says="not an amount",
        )


WHOLE = {"1,234.50": ",", "1.234,50": "."}
SIGNED = {
    "R$ 1.234,50": ("BRL", "R$ {}", ".", ","),
    "1 234,50 kr": ("SEK", "{} kr", " ", ","),
    "Rp1.234,50": ("IDR", "Rp{}", ".", ","),
    "US$1,234.50": ("USD", "US${}", ",", "."),
    "CHF 1'234.50": ("CHF", "CHF {}", "'", "."),
}


def numbers_of_two_readings() -> Iterator[Damage]:
    """Whole thousands, which may be decimals elsewhere; forms that shop.toml declares."""
    for form, mark in WHOLE.items():
        for before in ("", "¥"):
            for table, column in MONEY:
                yield Damage(
                    f"whole thousands {before}1{mark}234",
                    table,
                    column,
                    lambda n, v, m=mark, b=before: f"{b}{v * 1000:,.0f}".replace(",", m),
                    "refused",
                    lambda v: v * 1000 // 1,
                    mend=f'number_format = "{form}"',
                )
        yield Damage(
            f"a count of thousands 1{mark}234",
            "stock",
            "on_hand",
            lambda n, v, m=mark: f"{v * 1000:,}".replace(",", m),
            "refused",
            lambda v: v * 1000,
            mend=f'number_format = "{form}"',
        )
    for form, (currency, written, thousands, point) in SIGNED.items():
        yield Damage(
            f"declared {form}",
            "order_lines",
            "customer_paid",
            lambda n, v, w=written, t=thousands, p=point: w.format(grouped(v, t, p)),
            currency=currency,
            entry=f'number_format = "{form}"',
        )
    yield Damage(
        "commas and points in one column",
        "order_lines",
        "customer_paid",
        lambda n, v: grouped(v, "", ",") if n == 7 else str(v),
        "rejected",
        says="a decimal comma where most",
    )
    yield Damage(
        "points and commas in one column",
        "products",
        "unit_cost",
        lambda n, v: str(v) if n in (3, 5) else grouped(v, ".", ","),
        "refused",
        says="a decimal comma where most",
    )


PIECES = ["{} pcs", "{}pcs", "{} PC", "{} ea", "{} units", "{}件", "{} 个", "{}双", "{}套", "{} 条"]


def counts() -> Iterator[Damage]:
    """Counts with what is counted behind them."""
    for form in [*PIECES, "{}.0", "+{}", "{},0", "'{}", '="{}"', "\t{}", "{}\t"]:
        for table, column in (("order_lines", "units"), ("stock", "on_hand")):
            yield Damage(f"count {form}", table, column, lambda n, v, f=form: f.format(v))
    for table, column in (("order_lines", "units"), ("stock", "on_hand")):
        yield Damage(
            "count {}.000",
            table,
            column,
            lambda n, v: f"{v}.000",
            "refused",
            mend='number_format = "1,234.50"',
        )
    for form in ("TRUE", "是", "{} boxes", "{}-{}", "{}?"):
        yield Damage(
            f"count {form}",
            "stock",
            "on_hand",
            lambda n, v, f=form: f.format(v, v),
            "refused",
            says="not a number",
        )


# nothing

NOTHING = ["-", "--", "—", "——", "null", "NULL", "(null)", r"\N"]
NO_NAME = [*NOTHING, "nan", "NaN", "N/A", "n/a"]
NO_NUMBER = [*NO_NAME, "无"]
NO_DAY = [*NO_NUMBER, "/", "0000-00-00", "0000-00-00 00:00:00"]


def nothing() -> Iterator[Damage]:
    """Words that say that a cell is empty: unknown where it may be, refused where it may not."""
    optional = {
        ("products", "launch_date"): NO_DAY,
        ("products", "unit_cost"): NO_NUMBER,
        ("products", "category"): NOTHING,
        ("order_lines", "merchant_discount"): NO_NUMBER,
    }
    for (table, column), words in optional.items():
        for word in words:
            yield Damage(
                f"no {column}: {word}",
                table,
                column,
                lambda n, v, w=word: w,
                means=lambda v: None,
            )
    required = {
        ("order_lines", "ordered_at"): NO_DAY,
        ("order_lines", "units"): NO_NUMBER,
        ("products", "sku"): NO_NAME,
    }
    for (table, column), words in required.items():
        for word in words:
            yield Damage(
                f"no {column}: {word}",
                table,
                column,
                lambda n, v, w=word: w if n in (3, 4) else v,
                "refused",
                says="it is empty",
            )


# identifiers


def identifiers() -> Iterator[Damage]:
    """What spreadsheets make of identifiers, and what only looks like that."""
    guards = ['="{}"', "\t{}", "{}\t", " {} ", "\u00a0{}", "\ufeff{}"]
    places = [("order_lines", "order_id"), ("stock", "sku")]
    guarded = [(form, *place) for form in guards for place in places]
    for form, table, column in [*guarded, ("'{}", "order_lines", "order_id")]:
        yield Damage(f"identifier {form!r}", table, column, lambda n, v, f=form: f.format(v))
    for form in ("6.9{:02d}e+17", "6.9{:02d}E17", "1.23{:02d}E+17", "6{:02d}E+17"):
        yield Damage(
            f"identifier {form}",
            "order_lines",
            "order_id",
            lambda n, v, f=form: f.format(n),
            "refused",
            says="format its column as text",
        )
    yield Damage(
        "identifiers rounded to 15 digits",
        "order_lines",
        "order_id",
        lambda n, v: f"{690000000000000 + n}000",
        "refused",
        says="format its column as text",
    )
    for name in ("12E4", "1E5", "A9E+17", "12E+4", "6.9", "NA", "1-2", "690000000000000000"):
        yield Damage(
            f"a name of its own: {name}",
            "order_lines",
            "line_id",
            lambda n, v, name=name: name,
            means=lambda v, name=name: name,
        )


def totals() -> Iterator[Damage]:
    """A row that sums up others is rejected, and no loss."""
    for word in ("合计", "总计", "Total", "小计："):
        yield Damage(
            f"total in an identifier: {word}",
            "order_lines",
            "order_id",
            lambda n, v, w=word: w if n == 59 else v,
            "rejected",
            says="a total of other rows",
        )


def lone() -> Iterator[Damage]:
    """A single bad row of a small table is rejected, and the others are read."""
    for table, column, text in (
        ("order_lines", "ordered_at", "soon"),
        ("order_lines", "units", "two"),
        ("products", "unit_cost", "ten"),
        ("stock", "counted_at", "2026-13-01"),
    ):
        yield Damage(
            f"one bad row: {text}",
            table,
            column,
            lambda n, v, t=text: t if n == 10 else v,
            "rejected",
            says="not a",
        )


KINDS = (
    days,
    days_of_two_readings,
    amounts,
    numbers_of_two_readings,
    counts,
    nothing,
    identifiers,
    totals,
    lone,
)


def damages() -> list[Damage]:
    """All everyday damages."""
    return [damage for kind in KINDS for damage in kind()]


def amiss(damage: Damage, outcome: Outcome) -> str:
    """What came out otherwise than it should? Empty where nothing did."""
    expected = "mended" if damage.mend else damage.expected
    if outcome.what == expected:
        return ""
    place = f"{damage.table}.{damage.column}"
    return f"{damage.kind} in {place}: {outcome.what}, not {expected}: {outcome.said}"


def main() -> int:
    """Print how many came out how."""
    every = damages()
    outcomes = [judged(damage) for damage in every]
    print(len(every), "damages of", len({damage.kind for damage in every}), "kinds")
    for what, n in Counter(outcome.what for outcome in outcomes).most_common():
        print(f"{n:5} {what}")
    bad = [text for text in map(amiss, every, outcomes) if text]
    print(*bad, sep="\n")
    return int(bool(bad))


if __name__ == "__main__":
    sys.exit(main())
