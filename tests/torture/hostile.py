"""Files made to hurt whoever opens them, each taken to the door in a process of its own.

``python -m tests.torture.hostile`` prints what was said of each, in how many seconds (without
Python's own start) and with how much memory at most; fails where a bar is missed.
"""

import io
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq

MOST_MEGABYTES, MOST_SECONDS = 300, 2.0
ROOT = Path(__file__).parents[2]

REFUSE = """
import sys, time
from datetime import date
from pathlib import Path
from destock import engine
from destock.intake.rows import load
from destock.intake.shop import open_shop
from destock.model.messages import Fault
started = time.process_time()
try:
    shop = open_shop(sys.argv[1])
    load(engine.start({shop.folder}, Path(sys.argv[2])), shop, date(2026, 12, 31))
    said = "taken"
except Fault as fault:
    said = f"{fault.exit_code} {fault}"
peak = next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(said, int(peak) // 1024, round(time.process_time() - started, 2), sep="|")
"""


def bomb(sheet: bytes) -> bytes:
    """A workbook whose first sheet is this XML."""
    book, raw = openpyxl.Workbook(), io.BytesIO()
    book.active.append(["sku"])
    book.save(raw)
    out = io.BytesIO()
    with zipfile.ZipFile(raw) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, sheet if name == "xl/worksheets/sheet1.xml" else old.read(name))
    return out.getvalue()


OPEN = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
ENTITIES = (
    b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">'.encode() for n in range(9))
    + b"]>"
)
CELL = b'<row r="1"><c r="A1" t="inlineStr"><is><t>sku</t></is></c></row>'


def parquet_bomb() -> bytes:
    out = io.BytesIO()
    kinds = pa.dictionary(pa.int32(), pa.string())
    one = pa.DictionaryArray.from_arrays(pa.array([0] * 1_000_000, pa.int32()), ["A"])
    with pq.ParquetWriter(out, pa.schema([("sku", kinds)])) as writer:
        for _ in range(30):
            writer.write_table(pa.table({"sku": one}))
    return out.getvalue()


FILES = {
    "zip bomb": (
        "products.xlsx",
        lambda: bomb(
            OPEN + b"<row>" + b"<c><v>1</v></c>" * 4_000_000 + b"</row></sheetData></worksheet>"
        ),
        "3 ",
    ),
    "far cell": (
        "products.xlsx",
        lambda: bomb(
            OPEN
            + CELL
            + b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>'
        ),
        "3 products.xlsx: the cell XFD1048576",
    ),
    "cell far to the right": (
        "products.xlsx",
        lambda: bomb(
            OPEN + CELL + b'<row r="2"><c r="XFD2"><v>1</v></c></row></sheetData></worksheet>'
        ),
        "3 products.xlsx: the cell XFD2",
    ),
    "entity bomb": (
        "products.xlsx",
        lambda: bomb(
            ENTITIES
            + OPEN
            + b'<row r="1"><c r="A1" t="str"><v>&j;</v></c></row></sheetData></worksheet>'
        ),
        "3 ",
    ),
    "file entity": (
        "products.xlsx",
        lambda: bomb(
            b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
            + OPEN
            + b'<row r="1"><c r="A1" t="str"><v>&a;</v></c></row></sheetData></worksheet>'
        ),
        "3 ",
    ),
    "parquet bomb": ("products.parquet", parquet_bomb, "3 "),
    "one endless line": ("products.csv", lambda: b"sku\n" + b"A" * 40_000_000 + b"\n", "3 "),
    "one endless quote": ("products.csv", lambda: b'sku\n"' + b"A\n" * 5_000_000, "3 "),
    "wide header": (
        "products.csv",
        lambda: b"a," * 500_000 + b"\n" + b"1," * 500_000 + b"\n",
        "3 ",
    ),
    "no text": ("products.csv", lambda: b"\0" * 40_000_000, "3 "),
    "nested toml": ("shop.toml", lambda: b"x = " + b"[" * 400_000, "3 "),
    "dotted toml": ("shop.toml", lambda: b"a" + b".a" * 300_000 + b" = 1", "3 "),
    "long toml": ("shop.toml", lambda: b"x = 1\n" * 1_000_000, "3 "),
}


def refused(kind: str) -> tuple[str, int, float]:
    """What was said of a shop that holds this file, with megabytes and seconds."""
    name, content, _ = FILES[kind]
    with tempfile.TemporaryDirectory() as place:
        shop = Path(place, "shop")
        shop.mkdir()
        (shop / "shop.toml").write_text(
            f'[tables]\nproducts = "{name}"\norder_lines = "order_lines.csv"\n', encoding="utf-8"
        )
        (shop / "order_lines.csv").write_text(
            "order_id,sku,ordered_at,units,kind,customer_paid\n1,A,2026-06-01,1,sale,1\n",
            encoding="utf-8",
        )
        (shop / name).write_bytes(content())
        ended = subprocess.run(
            [sys.executable, "-c", REFUSE, shop, place],
            capture_output=True,
            text=True,
            cwd=ROOT,
            timeout=120,
        )
    if ended.stderr:
        return ended.stderr, 0, 0.0
    said, megabytes, seconds = ended.stdout.strip().rsplit("|", 2)
    return said, int(megabytes), float(seconds)


def main() -> int:
    """Print the table."""
    missed = 0
    for kind, (_, _, expected) in FILES.items():
        said, megabytes, seconds = refused(kind)
        good = said.startswith(expected) and megabytes < MOST_MEGABYTES and seconds < MOST_SECONDS
        missed += not good
        print(
            f"{kind:18}{seconds:6.2f} s{megabytes:6} MB  {'' if good else 'MISSED: '}{said[:110]}"
        )
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())
