"""The shop's books: what the simulation did, written as the tables a real shop would export."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from .events import order_lines
from .exits import exit_table
from .market import AS_OF, season_table, true_curves
from .shop import Shop

PRODUCT = [
    "sku",
    "style",
    "style_colour",
    "name",
    "brand",
    "category",
    "parent_category",
    "tier",
    "role",
    "season",
    "wave",
    "launch_date",
    "exit_date",
    "tag_price",
    "unit_cost",
    "size",
    "colour",
    "vendor",
    "unit_volume_l",
    "moq",
    "lead_time_days",
]
PLAN = [
    "item",
    "planned_buy",
    "planned_sales",
    "planned_days",
    "planned_instock",
    "planned_exposures_per_day",
    "planned_click_rate",
    "planned_conversion",
    "planned_return_rate",
    "planned_price",
    "planned_launch",
    "target_profit_rate",
]
ORDER_LINE = [
    "order_id",
    "line_id",
    "sku",
    "ordered_at",
    "units",
    "kind",
    "customer_paid",
    "merchant_revenue",
    "refund_value",
    "resaleable_units",
    "shipped_at",
    "original_ordered_at",
    "channel",
    "format",
    "line_type",
    "presale",
    "balance_paid_at",
    "reason",
]
TRUTH = [
    "style",
    "season",
    "tier",
    "category",
    "planted_class",
    "planted_cause",
    "presale_failure",
    "beta",
    "life_demand",
    "planned_demand",
    "days_factor",
    "traffic_factor",
    "click_factor",
    "appeal_factor",
    "price_factor",
    "kept_factor",
    "buy_factor",
    "return_rate",
    "quality_rate",
    "cancel_rate",
    "faded_to",
]
MONEY = ["customer_paid", "merchant_revenue", "refund_value"]
DELTA = dict.fromkeys(["order_id", "line_id"], "DELTA_BYTE_ARRAY")
DELTA |= dict.fromkeys(
    ["ordered_at", "shipped_at", "original_ordered_at", "date"], "DELTA_BINARY_PACKED"
)
PARQUET = ["stock", "order_lines", "traffic"]
TOML = """name = "青禾里"
currency = "CNY"
tax_basis = "incl"          # tag, paid and cost all include VAT
timezone = "Asia/Shanghai"
price_level = "style"
as_of = {as_of:%Y-%m-%d}

[tables]
{tables}

[seasons]                    # last day on which a season sells at its own pace
{seasons}

[control_totals]             # typed from the shop's own system
paid = {paid:.2f}
units_on_hand = {units}
"""


def typed(column: pd.Series) -> pa.Array:
    """Text, dates, money, moments (`..._at`) and whole numbers; money by way of cents, so that no
    binary fraction is ever stored.
    """
    if column.dtype.kind in "OM":
        return pa.array(
            column, pa.string() if column.dtype.kind == "O" else pa.date32(), from_pandas=True
        )
    money, number = column.name in MONEY, column.to_numpy(float)
    whole = pa.array((number * 100).round() if money else number, from_pandas=True).cast(pa.int64())
    if money:
        yuan = pc.multiply(
            whole.cast(pa.decimal128(19, 0)), pa.scalar("0.01").cast(pa.decimal128(3, 2))
        )
        return yuan.cast(pa.decimal128(18, 2))
    return whole.cast(pa.timestamp("s") if column.name.endswith("_at") else pa.int32())


def write_parquet(frame: pd.DataFrame, path: Path) -> None:
    """Zstd with dictionaries; keys and times as deltas; the bytes depend on the rows alone."""
    table, plain = (
        pa.table({name: typed(frame[name]) for name in frame}),
        [name for name in frame if name not in DELTA],
    )
    coding = {name: DELTA[name] for name in frame if name in DELTA}
    options = {
        "compression": "zstd",
        "compression_level": 15,
        "store_decimal_as_integer": True,
        "store_schema": False,
    }
    pq.write_table(table, path, use_dictionary=plain, column_encoding=coding, **options)


def dated(shop: Shop, table: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """The table with dates for days counted from the first one."""
    return table.assign(
        **{name: shop.days[0] + pd.to_timedelta(table[name], unit="D") for name in columns}
    )


def product_table(shop: Shop) -> pd.DataFrame:
    """One row per SKU."""
    names = {
        "parent": "parent_category",
        "tag": "tag_price",
        "volume": "unit_volume_l",
        "lead_time": "lead_time_days",
    }
    styles = shop.plan.rename(
        columns=names | {"launch": "launch_date", "exit": "exit_date"}
    ).astype({"tag_price": int, "wave": "Int64"})
    styles = styles.assign(
        brand="青禾里", **styles[["wave", "exit_date"]].where(shop.plan["season"].notna())
    )
    return shop.skus.join(dated(shop, styles, "launch_date", "exit_date"), on="style_no")[PRODUCT]


def plan_table(shop: Shop) -> pd.DataFrame:
    """What was meant for each style."""
    whole = [
        "planned_buy",
        "planned_sales",
        "planned_days",
        "planned_exposures_per_day",
        "planned_price",
    ]
    plan = shop.plan.astype(dict.fromkeys(whole, int)).assign(
        item=shop.plan["style"], target_profit_rate=0.08
    )
    return dated(shop, plan, "planned_launch")[PLAN]


def purchase_table(shop: Shop) -> pd.DataFrame:
    """One row per purchase line; what had not arrived by the last day is open."""
    order = ["ordered_at", "style", "number"]
    table = (
        shop.noted("purchases").query("ordered_at <= @shop.last").sort_values(order, kind="stable")
    )
    table.insert(0, "po_id", "PO" + table.groupby(order).ngroup().add(1).astype(str).str.zfill(5))
    arrived = table["received_at"] <= shop.last
    table["units_received"], table["received_at"] = (
        table["units_received"].where(arrived, 0),
        table["received_at"].where(arrived),
    )
    return dated(shop, table, "ordered_at", "due_at", "received_at", "cancellable_until").drop(
        columns=["style", "number"]
    )


def price_table(shop: Shop, seed: int) -> pd.DataFrame:
    """Every price in force, one after the other, with the experiments' arms; controls have their
    rows.
    """
    table = shop.noted("prices").sort_values(["style", "valid_from"], ignore_index=True)
    trial, own = table["experiment"] != "", ["decision_date", "window_end", "seed", "planned_price"]
    table = table.assign(valid_to=table.groupby("style")["valid_from"].shift(-1), seed=seed)
    table[own] = table[own].astype("Int64").where(trial)
    return dated(shop, table, "valid_from", "valid_to", "decision_date", "window_end").drop(
        columns="style"
    )


def charge_table(events: pd.DataFrame, traffic: pd.DataFrame) -> pd.DataFrame:
    """Fees by month and kind, roughly as such a platform takes them."""
    net = events["merchant_revenue"] * events["kind"].map(
        {"sale": 1, "cancel": -1, "return": -1}
    ).fillna(0)
    fees = {
        "platform": net * 0.05,
        "commission": net * 0.18 * (events["format"] == "live"),
        "recruitment": net * 0.01,
        "return freight": events["kind"].isin(["return", "exchange"]) * 9.0,
        "insurance": events["shipped_at"].notna() * 0.6,
    }
    month = pd.offsets.MonthEnd(0)
    fees = (
        pd.DataFrame(fees)
        .groupby(pd.to_datetime(events["ordered_at"], unit="s").dt.normalize() + month)
        .sum()
    )
    fees["paid traffic"] = traffic["ad_spend"].groupby(traffic["date"] + month).sum()
    table = (
        fees.fillna(0)
        .round(2)
        .sort_index(axis=1)
        .rename_axis(index="date", columns="kind")
        .stack()
        .reset_index(name="amount")
    )
    end = table["date"].clip(upper=AS_OF)
    settled = end + pd.Timedelta(days=10)
    return table.assign(date=end, settled_at=settled.where(settled <= AS_OF))


def truth_table(shop: Shop) -> pd.DataFrame:
    """The planted truth of each style and what it makes of the stock on the last day."""
    st, ahead = shop.styles, np.arange(shop.last + 1, len(shop.days))[:, None]
    # Net units still to sell to the exit (core and ended seasons: 13 weeks) at today's price, with
    # all sizes in stock.
    until = np.where(shop.seasonal & (st.exit > shop.last), st.exit, shop.last + 91)
    rate = (shop.reach * shop.convert)[ahead[:, 0]] * (ahead <= until)
    relative = np.where(shop.price > 0, shop.price, st.everyday_price) / st.planned_price
    remaining = np.round(rate.sum(0) * relative**st.beta * (1 - st.return_rate), 1)
    good, b_grade = shop.by_style(shop.on_hand), shop.by_style(shop.b_grade)
    stock = {"expected_remaining": remaining, "on_hand_good": good, "on_hand_b_grade": b_grade}
    return (
        shop.plan[TRUTH]
        .assign(**stock, true_excess=np.round(np.maximum(0, good - remaining) + b_grade, 1))
        .round(4)
    )


def shop_toml(shop: Shop, events: pd.DataFrame, tables: list[str], years: int) -> str:
    """The shop's own page: where its tables are, its seasons, and the totals its system shows."""
    tables = [f'{name} = "{name}.{"parquet" if name in PARQUET else "csv"}"' for name in tables]
    seasons = [f"{row.season} = {row.closes:%Y-%m-%d}" for row in season_table(years).itertuples()]
    settled = (events["presale"] != "deposit") | events["balance_paid_at"].notna()
    paid = events["customer_paid"][
        (events["kind"] == "sale") & (events["line_type"] == "goods") & settled
    ].sum()
    units = shop.on_hand.sum() + shop.b_grade.sum()
    return TOML.format(
        as_of=AS_OF, tables="\n".join(tables), seasons="\n".join(seasons), paid=paid, units=units
    )


def write_books(folder: Path, shop: Shop, seed: int, years: int) -> None:
    """All files of the shop's folder."""
    events, traffic = (
        order_lines(shop),
        dated(shop, shop.noted("traffic"), "date").sort_values(["item", "date"]),
    )
    tables = {
        "products": product_table(shop),
        "purchases": purchase_table(shop),
        "movements": dated(shop, shop.noted("movements").query("units != 0"), "moved_at"),
        "stock": (
            dated(shop, shop.noted("counts"), "counted_at").sort_values(
                ["counted_at", "sku", "condition"]
            )
        ),
        "order_lines": events[ORDER_LINE],
        "prices": price_table(shop, seed),
        "traffic": traffic,
        "plan": plan_table(shop),
        "charges": charge_table(events, traffic),
        "exits": exit_table(shop),
    }
    (folder / "shop.toml").write_text(
        shop_toml(shop, events, list(tables), years), encoding="utf-8"
    )
    differences = dated(shop, shop.noted("differences"), "counted_at")
    truth = {
        "truth": truth_table(shop),
        "truth_curves": true_curves(),
        "truth_differences": differences,
    }
    for name, table in (tables | truth).items():
        if name in PARQUET:
            write_parquet(table, folder / f"{name}.parquet")
        else:
            table.to_csv(
                folder / f"{name}.csv",
                index=False,
                lineterminator="\n",
                encoding="utf-8",
                date_format="%Y-%m-%d",
            )
