"""Exports as platforms write them, with made-up values, and what comes of them at the door."""

import csv
import io

import pandas as pd

SECRET = "收件人-SECRET"  # noqa: S105
PRODUCTS = "sku\nA\nB\nC\n"


def written(rows, *, personal=(), delimiter=",", above=0, bom=False):
    """The text of an export: rows as dicts, and who bought in columns that nobody is to read."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO()
    text.write("".join(f"title {n}\n" for n in range(above)))
    lines = csv.writer(text, delimiter=delimiter, lineterminator="\n")
    lines.writerow([*names, *personal])
    lines.writerows(
        [[*(row.get(name, "") for name in names), *(SECRET for _ in personal)] for row in rows]
    )
    return ("\ufeff" if bom else "") + text.getvalue()


def read(text, **how):
    """An export as somebody else would read it: all of it text, nothing missing."""
    return pd.read_csv(
        io.StringIO(text.removeprefix("\ufeff")), dtype=str, keep_default_na=False, **how
    )


def shop_of(make_shop, export, texts, table="order_lines", further=None, **config):
    """A shop whose table is made of exports of a platform, the oldest first; ``further``: what else
    shop.toml says of the table.
    """
    files = {f"{table}/{name}": text for name, text in texts.items()}
    return make_shop(
        ({} if table == "products" else {"products": PRODUCTS})
        | files
        | ({} if table == "order_lines" else {"order_lines": ORDERS}),
        tables={table: {"export": export} | (further or {})},
        **config,
    )


ORDERS = "order_id,sku,ordered_at,units,kind,customer_paid\n1,A,2026-06-01,1,sale,10\n"


def is_secret_kept(intake, table):
    """Nothing of who bought is in a table, a reject or a count."""
    frames = [intake.rejects, intake.rows, table("products"), table("order_lines")]
    frames += [table(name) for name in ("stock", "charges", "movements", "purchases")]
    said = "".join(frame.to_csv() for frame in frames) + repr(intake.notes)
    return SECRET not in said


def by_kind(lines):
    """Units and money of order lines, by SKU and what happened; what is not said is what was
    paid.
    """
    revenue = lines["merchant_revenue"].fillna(lines["customer_paid"])
    lines = lines.assign(revenue=revenue.astype(float)).astype(
        {"units": float, "customer_paid": float, "refund_value": float}
    )
    return (
        lines.groupby(["sku", "kind"])[["units", "customer_paid", "revenue", "refund_value"]]
        .sum()
        .round(4)
    )


def expected(rows):
    """The same of (sku, kind, units, paid, revenue, refund), one for each event."""
    names = ["sku", "kind", "units", "customer_paid", "revenue", "refund_value"]
    return pd.DataFrame(rows, columns=names).groupby(["sku", "kind"]).sum().astype(float).round(4)


def events(frame, tell):
    """The same of an export read by pandas: ``tell`` says of a row which events it is."""
    return expected([event for row in frame.to_dict("records") for event in tell(row)])
