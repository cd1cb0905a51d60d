"""The shop's books: what the simulation did, written as the tables a real shop would export."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from .demand import expected_remaining
from .events import order_lines
from .market import AS_OF, season_table, true_curves
from .shop import Shop

# fmt: off
PRODUCT = [
    "sku", "style", "style_colour", "name", "brand", "category", "parent_category", "tier", "role", "season", "wave", "launch_date",
    "exit_date", "tag_price", "unit_cost", "size", "colour", "vendor", "unit_volume_l", "moq", "lead_time_days",
]
PLAN = [
    "item", "planned_buy", "planned_sales", "planned_days", "planned_instock", "planned_exposures_per_day", "planned_conversion",
    "planned_return_rate", "planned_price", "planned_launch", "target_profit_rate",
]
ORDER_LINE = [
    "order_id", "line_id", "sku", "ordered_at", "units", "kind", "customer_paid", "merchant_revenue", "refund_value", "resaleable_units",
    "shipped_at", "original_ordered_at", "channel", "format", "line_type", "presale", "balance_paid_at", "reason",
]
TRUTH = [
    "style", "season", "tier", "category", "planted_class", "planted_cause", "presale_failure", "beta", "life_demand", "planned_demand",
    "days_factor", "traffic_factor", "click_factor", "appeal_factor", "price_factor", "kept_factor", "buy_factor", "return_rate",
    "quality_rate", "cancel_rate", "faded_to",
]
PRICE = [
    "item", "valid_from", "valid_to", "price", "mechanism", "experiment", "arm", "decision_date", "window_end", "seed", "planned_price",
]
# fmt: on
MONEY = ["customer_paid", "merchant_revenue", "refund_value"]
DELTA = dict.fromkeys(["order_id", "line_id"], "DELTA_BYTE_ARRAY")
DELTA |= dict.fromkeys(["ordered_at", "shipped_at", "original_ordered_at", "date"], "DELTA_BINARY_PACKED")
TABLES = ["products", "purchases", "movements", "stock", "order_lines", "prices", "traffic", "plan", "charges"]
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
    """Text, dates, money, moments (`..._at`) and whole numbers; money by way of cents, so that no binary fraction is ever stored."""
    if column.dtype.kind in "OM":
        return pa.array(column, pa.string() if column.dtype.kind == "O" else pa.date32(), from_pandas=True)
    money, number = column.name in MONEY, column.to_numpy(float)
    whole = pa.array((number * 100).round() if money else number, from_pandas=True).cast(pa.int64())
    if money:
        yuan = pc.multiply(whole.cast(pa.decimal128(19, 0)), pa.scalar("0.01").cast(pa.decimal128(3, 2)))
        return yuan.cast(pa.decimal128(18, 2))
    return whole.cast(pa.timestamp("s") if column.name.endswith("_at") else pa.int32())


def write_parquet(frame: pd.DataFrame, path: Path) -> None:
    """Zstd with dictionaries; keys and times as deltas; the bytes depend on the rows alone."""
    pq.write_table(
        pa.table({name: typed(frame[name]) for name in frame}),
        path,
        compression="zstd",
        compression_level=15,
        use_dictionary=[name for name in frame if name not in DELTA],
        column_encoding={name: coding for name, coding in DELTA.items() if name in frame},
        store_decimal_as_integer=True,
        store_schema=False,
    )


def dates(days: pd.DatetimeIndex, numbers: np.ndarray, last: int = 10**5) -> np.ndarray:
    """Days counted from the first one as dates; empty after the last."""
    numbers = pd.Series(np.asarray(numbers))
    return (days[0] + pd.to_timedelta(numbers.where(numbers <= last), unit="D")).dt.strftime("%Y-%m-%d").to_numpy(object)


def product_table(shop: Shop) -> pd.DataFrame:
    """One row per SKU."""
    names = {"parent": "parent_category", "tag": "tag_price", "volume": "unit_volume_l", "lead_time": "lead_time_days"}
    styles = shop.plan.rename(columns=names).assign(
        brand="青禾里",
        wave=shop.plan["wave"].where(shop.seasonal).astype("Int64"),
        launch_date=dates(shop.days, shop.plan["launch"]),
        exit_date=np.where(shop.seasonal, dates(shop.days, shop.plan["exit"]), None),
    )
    return shop.skus.join(styles.astype({"tag_price": int}), on="style_no")[PRODUCT]


def plan_table(shop: Shop) -> pd.DataFrame:
    """What was meant for each style."""
    launch = dates(shop.days, shop.plan["planned_launch"])
    plan = shop.plan.assign(item=shop.plan["style"], planned_launch=launch, target_profit_rate=0.08)
    whole = ["planned_buy", "planned_sales", "planned_days", "planned_exposures_per_day", "planned_price"]
    return plan.astype(dict.fromkeys(whole, int))[PLAN]


def purchase_table(shop: Shop) -> pd.DataFrame:
    """One row per purchase line; what had not arrived by the last day is open."""
    log = shop.noted("purchases").query("ordered <= @shop.last").sort_values(["ordered", "style", "number"], kind="stable")
    ordered, due, arrives = (log[name].to_numpy() for name in ("ordered", "due", "arrives"))
    return pd.DataFrame(
        {
            "po_id": "PO" + log.groupby(["ordered", "style", "number"]).ngroup().add(1).astype(str).str.zfill(5),
            "sku": shop.skus["sku"].to_numpy()[log["sku"]],
            "units_ordered": log["units"],
            "units_received": log["received"].where(arrives <= shop.last, 0),
            "ordered_at": dates(shop.days, ordered),
            "due_at": dates(shop.days, due),
            "received_at": dates(shop.days, arrives, shop.last),
            "cancellable_until": dates(shop.days, ordered + (due - ordered) * 2 // 3),
            "unit_cost": shop.styles.unit_cost[log["style"]],
            "vendor": shop.styles.vendor[log["style"]],
        }
    )


def movement_table(shop: Shop) -> pd.DataFrame:
    """Every other change of stock."""
    moves = shop.noted("movements").query("units != 0")
    moves = moves.assign(sku=shop.skus["sku"].to_numpy()[moves["sku"]], day=dates(shop.days, moves["day"]))
    return moves.rename(columns={"day": "moved_at"})


def count_table(shop: Shop, subject: str) -> pd.DataFrame:
    """Counts of every SKU that was ever received, b-grade from its first piece on; or the planted differences between counts."""
    counts = shop.noted(subject)
    counts = counts.assign(sku=shop.skus["sku"].to_numpy()[counts["sku"]], day=shop.days[counts["day"]])
    return counts.rename(columns={"day": "counted_at"})


def price_table(shop: Shop, seed: int) -> pd.DataFrame:
    """Every price in force, one after the other, with the experiments' arms; controls have their rows."""
    log = shop.noted("prices").sort_values(["style", "valid_from"], ignore_index=True).astype({"price": int})
    until, trial = log.groupby("style")["valid_from"].shift(-1, fill_value=10**6), log["experiment"] != ""
    start = pd.Series(dates(shop.days, log["valid_from"]))
    prices = log.assign(
        item=shop.styles.style[log["style"]],
        valid_from=start,
        valid_to=dates(shop.days, until, shop.last),
        decision_date=start.where(trial),
        window_end=pd.Series(dates(shop.days, log["window_end"])).where(trial),
        seed=pd.Series(seed, index=log.index).where(trial).astype("Int64"),
        planned_price=log["price"].where(trial).astype("Int64"),
    )
    return prices[PRICE]


def traffic_table(shop: Shop) -> pd.DataFrame:
    """A row per style-day that was seen."""
    traffic = shop.noted("traffic")
    traffic = traffic.assign(item=shop.styles.style[traffic["item"]], date=shop.days[traffic["date"]])
    return traffic.sort_values(["item", "date"], ignore_index=True)


def charge_table(events: pd.DataFrame, traffic: pd.DataFrame) -> pd.DataFrame:
    """Fees by month and kind, roughly as such a platform takes them."""
    net = events["merchant_revenue"] * events["kind"].map({"sale": 1, "cancel": -1, "return": -1}).fillna(0)
    fees = {
        "platform": net * 0.05,
        "commission": net * 0.18 * (events["format"] == "live"),
        "recruitment": net * 0.01,
        "return freight": events["kind"].isin(["return", "exchange"]) * 9.0,
        "insurance": events["shipped_at"].notna() * 0.6,
    }
    month = pd.offsets.MonthEnd(0)
    fees = pd.DataFrame(fees).groupby(pd.to_datetime(events["ordered_at"], unit="s").dt.normalize() + month).sum()
    fees["paid traffic"] = traffic["ad_spend"].groupby(traffic["date"] + month).sum()
    table = fees.fillna(0).round(2).sort_index(axis=1).rename_axis(index="date", columns="kind").stack().reset_index(name="amount")
    end = table["date"].clip(upper=AS_OF)
    settled = end + pd.Timedelta(days=10)
    return table.assign(date=end, settled_at=settled.where(settled <= AS_OF))


def truth_table(shop: Shop) -> pd.DataFrame:
    """The planted truth of each style and what it makes of the stock on the last day."""
    good, b_grade, remaining = shop.by_style(shop.on_hand), shop.by_style(shop.b_grade), expected_remaining(shop).round(1)
    truth = shop.plan[TRUTH].assign(expected_remaining=remaining, on_hand_good=good, on_hand_b_grade=b_grade)
    excess = (np.maximum(0, good - remaining) + b_grade).round(1)
    return truth.assign(true_excess=excess, presale_failure=truth["presale_failure"].astype(int)).round(4)


def shop_toml(shop: Shop, events: pd.DataFrame, binary: dict, years: int) -> str:
    """The shop's own page: where its tables are, its seasons, and the totals its system shows."""
    tables = [f'{name} = "{name}.{"parquet" if name in binary else "csv"}"' for name in TABLES]
    seasons = [f"{row.season} = {row.closes:%Y-%m-%d}" for row in season_table(years).itertuples()]
    settled = (events["presale"] != "deposit") | events["balance_paid_at"].notna()
    paid = events["customer_paid"][(events["kind"] == "sale") & (events["line_type"] == "goods") & settled].sum()
    units = shop.on_hand.sum() + shop.b_grade.sum()
    return TOML.format(as_of=AS_OF, tables="\n".join(tables), seasons="\n".join(seasons), paid=paid, units=units)


def write_books(folder: Path, shop: Shop, seed: int, years: int) -> None:
    """All files of the shop's folder."""
    events, traffic = order_lines(shop), traffic_table(shop)
    counts = count_table(shop, "counts").sort_values(["counted_at", "sku", "condition"])
    binary = {"order_lines": events[ORDER_LINE], "traffic": traffic, "stock": counts}
    text = {
        "products": product_table(shop),
        "purchases": purchase_table(shop),
        "movements": movement_table(shop),
        "prices": price_table(shop, seed),
        "plan": plan_table(shop),
        "charges": charge_table(events, traffic),
        "truth": truth_table(shop),
        "truth_curves": true_curves(),
        "truth_differences": count_table(shop, "differences").assign(units=-1),
    }
    for name, frame in binary.items():
        write_parquet(frame, folder / f"{name}.parquet")
    for name, frame in text.items():
        frame.to_csv(folder / f"{name}.csv", index=False, lineterminator="\n", encoding="utf-8", date_format="%Y-%m-%d")
    (folder / "shop.toml").write_text(shop_toml(shop, events, binary, years), encoding="utf-8")
