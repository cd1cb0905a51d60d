"""Order lines of any number, made inside the engine: 20,000 SKUs over 183 weeks, some selling much
more than others.

Two kinds of shop: ``basics``, in which every SKU sells in all 183 weeks (the most SKU-weeks that so
many lines can fall into), and ``fashion``, in which each is new at its own time, sells for half a
year, and best at first.
"""

from pathlib import Path

import duckdb

SKUS, WEEKS = 20_000, 183
FIRST = "2021-01-04"
LIFE = 26
# SKUs on sale at once, so that each is for LIFE weeks
ON_SALE = f"(CAST({{skus}} AS BIGINT) * {LIFE} // {WEEKS + LIFE})"
CHANCE = "(hash(i) % 1000003 / 1000003.0)"
NUMBER = {
    "basics": f"{{skus}} * pow({CHANCE}, 1.5)",
    "fashion": f"({{skus}} - {ON_SALE}) * (i / {{n}}) + {ON_SALE} * (1 - pow({CHANCE}, 1.5))",
}

LINES = """
SELECT 'O' || i // 2 AS order_id, CAST(i % 2 AS VARCHAR) AS line_id,
    'S' || lpad(CAST(CAST(floor({number}) AS BIGINT) AS VARCHAR), 5, '0') AS sku,
    TIMESTAMP '{first}' + to_seconds(CAST(i * ({seconds} - 1) // {n} AS BIGINT)) AS ordered_at,
    CAST(1 + hash(i + 1) % 3 AS DECIMAL(18,3)) AS units,
    CASE hash(i + 2) % 10 WHEN 8 THEN 'return' WHEN 9 THEN 'cancel' ELSE 'sale' END AS kind,
    CAST((1 + hash(i + 1) % 3) * (20 + hash(i + 3) % 30000 / 100.0) AS DECIMAL(18,4))
        AS customer_paid,
    CASE hash(i + 4) % 3 WHEN 0 THEN 'live' WHEN 1 THEN 'shelf' ELSE 'short video' END AS channel,
    'goods' AS line_type, 'none' AS presale, 'retail' AS basis
FROM range({n}) t(i)"""

SKU = "'S' || lpad(CAST(k AS VARCHAR), 5, '0') AS sku"
PRODUCTS = (
    f"SELECT {SKU}, 'T' || lpad(CAST(k // 5 AS VARCHAR), 5, '0') AS style, 'C' || k % 40 AS"
    " category, CAST(10 + k % 90 AS DECIMAL(18,4)) AS unit_cost FROM range({skus}) t(k)"
)
PURCHASES = f"""
SELECT 'P' || k || '-' || m AS po_id, {SKU},
    CAST(60 + hash(k * 100 + m) % 60 AS DECIMAL(18,3)) AS units_received,
    TIMESTAMP '{FIRST}' + to_days(CAST(m * 90 + k % 60 AS INTEGER)) AS received_at
FROM range({{skus}}) t(k), range(14) s(m)"""
STOCK = f"""
SELECT {SKU}, CAST(DATE '{FIRST}' + CAST(m * 180 + 100 AS INTEGER) AS DATE) AS counted_at,
    CAST(hash(k + m) % 80 AS DECIMAL(18,3)) AS on_hand
FROM range({{skus}}) t(k), range(6) s(m)"""


def write(
    folder: Path, lines: int, stock: bool = False, skus: int = SKUS, kind: str = "basics"
) -> Path:
    """A shop of typed Parquet with so many order lines, with purchases and counts where ``stock``
    is asked for.
    """
    folder.mkdir(parents=True, exist_ok=True)
    tables = {
        "order_lines": LINES.format(
            n=lines,
            number=NUMBER[kind].format(n=lines, skus=skus),
            first=FIRST,
            seconds=WEEKS * 7 * 86_400,
        ),
        "products": PRODUCTS.format(skus=skus),
    }
    tables |= (
        {"purchases": PURCHASES.format(skus=skus), "stock": STOCK.format(skus=skus)}
        if stock
        else {}
    )
    con = duckdb.connect(config={"temp_directory": str(folder)})
    con.execute("SET enable_progress_bar = false")
    for name, query in tables.items():
        con.execute(
            f"COPY ({query}) TO '{folder}/{name}.parquet' (FORMAT parquet, COMPRESSION zstd)"
        )
    con.close()
    typed = "".join(
        f'[tables.{name}]\nsource = "{name}.parquet"\ntyped = true\n' for name in tables
    )
    (folder / "shop.toml").write_text(
        f'name = "benchmark"\ncurrency = "CNY"\ntimezone = "UTC"\n{typed}', encoding="utf-8"
    )
    return folder
