"""Order lines damaged in thousands of ways: no row may be lost without a word.

``python -m tests.torture.door 10000`` mutates as many files and prints how many were
conserved, refused in one line, or lost. Rows are counted by a parser of its own, letter by
letter, that shares nothing with the one that loads or the one that counts at the door.
"""

import random
import sys
import tempfile
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from datetime import date
from multiprocessing import get_context
from pathlib import Path

from destock import engine
from destock.intake.rows import OUTCOMES, load
from destock.intake.shop import Shop, open_shop
from destock.model.messages import Fault

HEADER = "order_id,line_id,sku,ordered_at,units,kind,customer_paid,reason"
REASONS = ["", "尺码不合适", "too small", '"says ""no"""', '"two\nlines"', '"a, b"', "5 cm", "=1+1"]
NASTY = [
    b'"',
    b",",
    b"\n",
    b"\r",
    b"\r\n",
    b"\t",
    b"\0",
    b";",
    b"'",
    b" ",
    b"\xff",
    b"\xc2\xa0",
    b'""',
    b',"',
    b'",',
    b"\n\n",
    "中".encode(),
    b"1e9",
]
ENCODINGS = ["utf-8", "utf-8", "utf-8", "utf-8-sig", "gb18030", "utf-16"]


def order_lines(dice: random.Random) -> bytes:
    """A good export: some orders, some of them twice, in one of the encodings that shops use."""
    rows = [
        f"{dice.randrange(30)},{dice.randrange(3)},S{dice.randrange(9)},"
        f"2026-0{dice.randint(1, 6)}-1{dice.randrange(9)}"
        " 10:00:00,"
        f"{dice.randint(1, 3)},{dice.choice(['sale', 'sale', 'return'])},"
        f"{dice.randrange(9999) / 100},{dice.choice(REASONS)}"
        for _ in range(dice.randint(1, 40))
    ]
    return ("\n".join([HEADER, *rows]) + "\n").encode(dice.choice(ENCODINGS))


def damaged(seed: int) -> bytes:
    """A file with one to three things wrong, always the same for a seed."""
    dice = random.Random(seed)  # noqa: S311
    raw = order_lines(dice)
    for _ in range(dice.randint(1, 3)):
        raw = dice.choice(MUTATIONS)(raw, dice)
    return raw


def _flip(raw: bytes, dice: random.Random) -> bytes:
    at = dice.randrange(len(raw) or 1)
    return raw[:at] + bytes([dice.randrange(256)]) + raw[at + 1 :]


def _insert(raw: bytes, dice: random.Random) -> bytes:
    at = dice.randrange(len(raw) + 1)
    return raw[:at] + dice.choice(NASTY) + raw[at:]


def _delete(raw: bytes, dice: random.Random) -> bytes:
    at = dice.randrange(len(raw) or 1)
    return raw[:at] + raw[at + dice.randint(1, 12) :]


def _cut(raw: bytes, dice: random.Random) -> bytes:
    return raw[: dice.randrange(len(raw) or 1)]


def _double(raw: bytes, dice: random.Random) -> bytes:
    lines = raw.splitlines(keepends=True)
    at = dice.randrange(len(lines) or 1)
    return b"".join(lines[:at] + lines[at : at + 1] * 2 + lines[at + 1 :])


def _move(raw: bytes, dice: random.Random) -> bytes:
    one, two = sorted(dice.randrange(len(raw) + 1) for _ in range(2))
    return raw[one:two] + raw[:one] + raw[two:]


MUTATIONS = [
    _flip,
    _flip,
    _insert,
    _insert,
    _insert,
    _insert,
    _delete,
    _delete,
    _double,
    _double,
    _cut,
    _move,
]


def records(text: str) -> list[list[str]]:
    """A CSV letter by letter: a quote opens a value only where it begins; a record ends at CR, LF
    or CRLF outside quotes.
    """
    rows, row, value, quoted, at = [], [], "", False, 0
    while at < len(text):
        letter = text[at]
        if quoted and text.startswith('""', at):
            value, at = value + '"', at + 1
        elif quoted:
            quoted, value = letter != '"', value + letter * (letter != '"')
        elif letter == '"' and value == "" and text[at - 1 : at] in ("", ",", "\n", "\r"):
            quoted = True
        elif letter == ",":
            row, value = [*row, value], ""
        elif letter in "\r\n":
            rows, row, value = [*rows, [*row, value]], [], ""
            at += text.startswith("\r\n", at)
        else:
            value += letter
        at += 1
    return rows if not row and value == "" else [*rows, [*row, value]]


def outcome(con: engine.Engine, shop: Shop, raw: bytes) -> str:
    """What became of one file: conserved, loud, or lost (with what was wrong)."""
    (shop.folder / "order_lines.csv").write_bytes(raw)
    try:
        intake = load(con, shop, date(2026, 12, 31))
    except Fault as fault:
        return (
            "loud"
            if fault.exit_code in (3, 4) and "\n" not in str(fault)
            else f"lost: exit {fault.exit_code}, {fault}"
        )
    counted = intake.rows.set_index("table").loc["order_lines"]
    read = records(raw.decode(counted["read_as"].split(",")[0]))[1:]
    if not counted["rows_in"] == len(read) == sum(counted[name] for name in OUTCOMES):
        return f"lost: {len(read)} rows are {counted[['rows_in', *OUTCOMES]].to_dict()}"
    if counted["rejected"] != (intake.rejects["table"] == "order_lines").sum():
        return "lost: a reject without a line"
    orders = {row[0].strip(" \t\r\n\u00a0\u3000\ufeff") for row in read}
    used = {
        order.replace("\uff1d", "=")
        for (order,) in engine.rows(con, "SELECT DISTINCT order_id FROM order_lines")
    }
    return (
        "conserved"
        if len(used - orders) == 0 or any("'" in o or "=" in o for o in orders)
        else f"lost: {used - orders} came from nowhere"
    )


def torture(seeds: range) -> list[tuple[int, str]]:
    """The outcome of each seed's file."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "products.csv").write_text("sku\nS1\n", encoding="utf-8")
        (folder / "shop.toml").write_text(
            '[tables]\nproducts = "products.csv"\norder_lines = "order_lines.csv"\n',
            encoding="utf-8",
        )
        with closing(engine.start({folder}, folder)) as con:
            shop = open_shop(folder)
            return [(seed, outcome(con, shop, damaged(seed))) for seed in seeds]


def main(files: int, first: int = 0) -> int:
    """Print the tally, and every seed whose file lost a row; fails if there is one."""
    parts = [
        range(start, min(start + 100, first + files)) for start in range(first, first + files, 100)
    ]
    with ProcessPoolExecutor(2, get_context("spawn")) as workers:
        found = [pair for part in workers.map(torture, parts) for pair in part]
    tally = Counter(what.split(":")[0] for _, what in found)
    print(
        f"{files} mutated files: {tally['conserved']} conserved, {tally['loud']} refused in one"
        f" line, {tally['lost']} lost"
    )
    for seed, what in found:
        if what.startswith("lost"):
            print(f"seed {seed}: {what}")
    return int(tally["lost"] > 0)


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:] or ["10000"])))
