"""The shop's books: what the simulation did, written as the tables a real shop would export."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from .decisions import by_style
from .market import AS_OF, season_table, true_curves
from .selling import LINE_COLUMNS, expected_remaining

DAY = 86_400
MONEY = pa.decimal128(18, 2)
REASONS = np.array(["size", "not as pictured", "change of mind", "quality"])
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
    "planned_conversion",
    "planned_return_rate",
    "planned_price",
    "planned_launch",
    "target_profit_rate",
]

TABLES = ["products", "purchases", "movements", "stock", "order_lines", "prices", "traffic", "plan", "charges"]
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


def order_lines(shop: SimpleNamespace, rng: np.random.Generator, skus: pd.DataFrame) -> pd.DataFrame:
    """One row per event of an order line, sorted by time; nothing that happens after the last day."""
    lines = pd.DataFrame({name: np.concatenate(part) for name, part in zip(LINE_COLUMNS, zip(*shop.line_log, strict=True), strict=True)})
    lines = pay(rng, number_orders(rng, lines, shop.days))
    lines = lines.assign(swapped=np.isin(np.arange(len(lines)), shop.swapped), sku=skus["sku"].to_numpy()[lines["sku"]])
    epoch = int(shop.days[0].timestamp())
    events = pd.concat([sales(lines, rng), cancels(lines, rng), comebacks(lines, rng), refunds(lines, rng), reships(lines, rng)])
    events = events[events["at"] < (shop.last + 1) * DAY]
    events = events.sort_values(["at", "order_id", "line_id", "kind"], ignore_index=True)
    late = events["shipped"] >= (shop.last + 1) * DAY
    unpaid = events["balance"] >= (shop.last + 1) * DAY
    events.loc[late, "shipped"], events.loc[unpaid, "balance"] = np.nan, np.nan
    for name in ("at", "shipped", "balance", "sold_at"):
        events[name] += epoch
    return events


def number_orders(rng: np.random.Generator, lines: pd.DataFrame, days: pd.DatetimeIndex) -> pd.DataFrame:
    """Lines of a day gathered into orders of one to three lines, each with its moment, channel and format."""
    mixed = lines.assign(line_no=np.arange(len(lines)), mix=rng.random(len(lines))).sort_values(["day", "presale", "mix"])
    key = mixed["day"].to_numpy() * 3 + mixed["presale"].map({"none": 0, "full": 1, "deposit": 2}).to_numpy()
    starts = (rng.random(len(mixed)) < 0.8) | np.r_[True, np.diff(key) != 0] | (np.arange(len(mixed)) % 3 == 0)
    order = starts.cumsum() - 1
    count = order[-1] + 1
    second = np.minimum(DAY - 60, (rng.beta(5, 1.9, count) * DAY).astype(int))
    day = mixed["day"].to_numpy()[starts]
    rank = np.empty(count, int)
    rank[np.lexsort((second, day))] = np.arange(count)
    in_day = rank - np.searchsorted(day, day)
    text = np.char.add(days[day].strftime("%y%m%d").to_numpy(str), np.char.zfill((in_day + 1).astype(str), 4))
    live, app, luck = mixed["live"].to_numpy()[starts], rng.random(count) < 0.06, rng.random(count)
    form = np.where(app, "shelf", np.where(luck < np.where(live, 0.75, 0.25), "live", np.where(luck < 0.83, "short video", "product card")))
    place = (pd.Series(order).groupby(order).cumcount() + 1).to_numpy().astype(str)
    mixed = mixed.assign(
        order_id=text[order],
        line_id=np.char.add(np.char.add(text[order], "-"), place),
        sold_at=day[order] * DAY + second[order],
        channel=np.where(app, "own app", "douyin")[order],
        format=form[order],
    )
    return mixed.sort_values("line_no", ignore_index=True)


def pay(rng: np.random.Generator, lines: pd.DataFrame) -> pd.DataFrame:
    """What the customer paid after small coupons, and the platform's subsidy on top; an unpaid balance leaves the deposit only."""
    n, due = len(lines), lines["units"] * lines["price"]
    coupon = np.where((rng.random(n) < 0.15) & (due > 60), rng.choice([5, 10, 15], n), 0)
    subsidy = np.where((rng.random(n) < 0.12) & (due > 0) & (lines["channel"] == "douyin"), rng.choice([5, 10, 20], n), 0)
    paid = np.where(lines["unpaid"], (due * 0.1).round(), due - coupon)
    return lines.assign(paid=paid, revenue=np.where(lines["unpaid"], paid, paid + subsidy))


def event(lines: pd.DataFrame, kind: str | np.ndarray, at: np.ndarray, **columns) -> pd.DataFrame:
    """Rows of one kind of event with what every event carries."""
    carried = lines[["order_id", "line_id", "sku", "channel", "format", "presale"]]
    blank = dict.fromkeys(["refund", "resaleable_units", "shipped", "balance"], np.nan) | {
        "sold_at": lines["sold_at"].astype(float),
        "reason": None,
    }
    goods = lines["gift"].map({0: "goods", 1: "gift", 2: "lottery"})
    return carried.assign(**(blank | {"kind": kind, "at": at.astype(float), "line_type": goods} | columns))


def moment(rng: np.random.Generator, day: pd.Series) -> np.ndarray:
    """A minute of the waking day, in seconds from the first day."""
    return day.to_numpy() * DAY + rng.integers(9 * 60, 23 * 60, len(day)) * 60


def sales(lines: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """The orders themselves."""
    shipped = np.where(lines["ship_day"] >= 0, moment(rng, lines["ship_day"]), np.nan)
    settled = (lines["presale"] == "deposit") & ~lines["unpaid"]
    balance = np.where(settled, (lines["ship_day"].clip(lower=lines["day"] + 1) - 1) * DAY + 9 * 3600, np.nan)
    return event(
        lines,
        "sale",
        lines["sold_at"],
        units=lines["units"],
        paid=lines["paid"],
        revenue=lines["revenue"],
        shipped=shipped,
        sold_at=np.nan,
        balance=balance,
    )


def cancels(lines: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Orders taken back before they ship."""
    part = lines[lines["cancel_day"] >= 0]
    later = part["sold_at"] + 60 * rng.integers(1, 300, len(part))
    at = np.where(part["cancel_day"] == part["day"], np.minimum(later, (part["day"] + 1) * DAY - 1), moment(rng, part["cancel_day"]))
    return event(part, "cancel", at, units=part["units"], paid=part["paid"], revenue=part["revenue"], refund=part["paid"])


def comebacks(lines: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Returns of goods, and exchanges: the piece that comes back for a good one."""
    part = lines[lines["return_units"] > 0]
    share = part["return_units"] / part["units"]
    reason = np.where(part["quality"], "quality", REASONS[rng.choice(3, len(part), p=[0.45, 0.25, 0.30])])
    refund = (part["paid"] * share).round(2).where(~part["swapped"], 0.0)
    return event(
        part,
        np.where(part["swapped"], "exchange", "return"),
        moment(rng, part["return_day"]),
        units=part["return_units"],
        paid=(part["paid"] * share).round(2),
        revenue=(part["revenue"] * share).round(2),
        refund=refund,
        resaleable_units=part["resaleable"].astype(float),
        reason=reason,
    )


def refunds(lines: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Money given back without goods: no units move."""
    part = lines[lines["refund_day"] >= 0]
    back = (part["paid"] * rng.choice([0.1, 0.2, 0.3], len(part))).round(2)
    return event(part, "refund_only", moment(rng, part["refund_day"]), units=0, paid=0.0, revenue=0.0, refund=back, reason="quality")


def reships(lines: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """The good piece sent for a faulty one, the day after it came back."""
    part = lines[lines["swapped"]]
    at = (part["return_day"] + 1) * DAY + rng.integers(9 * 60, 12 * 60, len(part)) * 60
    return event(
        part,
        "reship",
        at,
        line_id=part["line_id"] + "R",
        units=part["return_units"],
        paid=0.0,
        revenue=0.0,
        shipped=at.astype(float) + 7200,
    )


def order_line_table(events: pd.DataFrame) -> pa.Table:
    """The events as typed columns."""

    def text(name):
        return pa.array(events[name], pa.string(), from_pandas=True)

    def whole(name, kind):
        return pa.array(events[name].to_numpy(float), pa.float64(), from_pandas=True).cast(pa.int64()).cast(kind)

    second, number = pa.timestamp("s"), pa.int32()
    return pa.table(
        {
            "order_id": text("order_id"),
            "line_id": text("line_id"),
            "sku": text("sku"),
            "ordered_at": whole("at", second),
            "units": whole("units", number),
            "kind": text("kind"),
            "customer_paid": money(events["paid"]),
            "merchant_revenue": money(events["revenue"]),
            "refund_value": money(events["refund"]),
            "resaleable_units": whole("resaleable_units", number),
            "shipped_at": whole("shipped", second),
            "original_ordered_at": whole("sold_at", second),
            "channel": text("channel"),
            "format": text("format"),
            "line_type": text("line_type"),
            "presale": text("presale"),
            "balance_paid_at": whole("balance", second),
            "reason": text("reason"),
        }
    )


def money(values: pd.Series) -> pa.Array:
    """Yuan with two places; cents first, so that no binary fraction is ever stored."""
    cents = pa.array((values * 100).round().to_numpy(), pa.float64(), from_pandas=True).cast(pa.int64())
    return pc.multiply(cents.cast(pa.decimal128(19, 0)), pa.scalar("0.01").cast(pa.decimal128(3, 2))).cast(MONEY)


def write_parquet(table: pa.Table, path: Path, delta: dict[str, str]) -> None:
    """Zstd with dictionaries; keys and times as deltas; the bytes depend on the rows alone."""
    plain = [name for name in table.column_names if name not in delta]
    pq.write_table(
        table,
        path,
        compression="zstd",
        compression_level=15,
        use_dictionary=plain,
        column_encoding=delta,
        store_decimal_as_integer=True,
        store_schema=False,
    )


def dates(days: pd.DatetimeIndex, numbers: np.ndarray, last: int | None = None) -> np.ndarray:
    """Days counted from the first one as dates; empty after the last."""
    at = pd.Series(days[0] + pd.to_timedelta(np.asarray(numbers, float), unit="D")).dt.strftime("%Y-%m-%d")
    return at.where(pd.Series(np.asarray(numbers) <= (10**5 if last is None else last))).to_numpy(object)


def product_table(styles: pd.DataFrame, skus: pd.DataFrame, days: pd.DatetimeIndex) -> pd.DataFrame:
    """One row per SKU."""
    of = styles.loc[skus["style_no"]].reset_index(drop=True)
    own = skus[["sku", "style_colour", "size", "colour"]]
    same = of[["style", "name", "category", "tier", "role", "season", "unit_cost", "vendor", "moq"]]
    table = pd.concat([own, same], axis=1).assign(
        brand="青禾里",
        parent_category=of["parent"],
        wave=of["wave"].where(of["wave"] > 0).astype("Int64"),
        launch_date=dates(days, of["launch"]),
        exit_date=np.where(of["season"].isna(), None, dates(days, of["exit"])),
        tag_price=of["tag"].astype(int),
        unit_volume_l=of["volume"],
        lead_time_days=of["lead_time"],
    )
    return table[PRODUCT]


def plan_table(styles: pd.DataFrame, days: pd.DatetimeIndex) -> pd.DataFrame:
    """What was meant for each style."""
    whole = {
        name: styles[name].astype(int)
        for name in ("planned_buy", "planned_sales", "planned_days", "planned_exposures_per_day", "planned_price")
    }
    plan = styles.assign(**whole, item=styles["style"], planned_launch=dates(days, styles["planned_launch"]), target_profit_rate=0.08)
    return plan[PLAN]


def purchase_table(shop: SimpleNamespace, styles: pd.DataFrame, skus: pd.DataFrame) -> pd.DataFrame:
    """One row per purchase line; what had not arrived by the last day is open."""
    log = sorted((po for po in shop.purchase_log if po[3] <= shop.last), key=lambda po: (po[3], po[0][0]))
    sizes = [len(po[0]) for po in log]
    sku = np.concatenate([po[0] for po in log])
    ordered, due, arrives = (np.repeat([po[column] for po in log], sizes) for column in (3, 4, 5))
    received = np.where(arrives <= shop.last, np.concatenate([po[2] for po in log]), 0)
    of = styles.loc[shop.style_of[sku]].reset_index(drop=True)
    return pd.DataFrame(
        {
            "po_id": np.repeat([f"PO{number:05d}" for number in range(1, len(log) + 1)], sizes),
            "sku": skus["sku"].to_numpy()[sku],
            "units_ordered": np.concatenate([po[1] for po in log]),
            "units_received": received,
            "ordered_at": dates(shop.days, ordered),
            "due_at": dates(shop.days, due),
            "received_at": dates(shop.days, arrives, shop.last),
            "cancellable_until": dates(shop.days, ordered + (due - ordered) * 2 // 3),
            "unit_cost": of["unit_cost"],
            "vendor": of["vendor"],
        }
    )


def movement_table(shop: SimpleNamespace, skus: pd.DataFrame) -> pd.DataFrame:
    """Every other change of stock."""
    moves = pd.DataFrame(shop.movement_log, columns=["sku", "day", "units", "kind", "condition"])
    table = moves.assign(sku=skus["sku"].to_numpy()[moves["sku"].to_numpy(int)], moved_at=dates(shop.days, moves["day"].to_numpy(int)))
    return table[["sku", "moved_at", "units", "kind", "condition"]]


def count_frame(shop: SimpleNamespace, skus: pd.DataFrame) -> pd.DataFrame:
    """Counts of every SKU that was ever received; b-grade from its first piece on."""
    frames, spoilt = [], np.zeros(len(skus), bool)
    for day, good, b_grade, _ in shop.count_log:
        known, spoilt = shop.arrivals[: day + 1].any(0), spoilt | (b_grade > 0)
        for condition, units, listed in (("good", good, known), ("b-grade", b_grade, spoilt)):
            rows = {"sku": skus["sku"].to_numpy()[listed], "counted_at": shop.days[day], "on_hand": units[listed], "condition": condition}
            frames.append(pd.DataFrame(rows))
    return pd.concat(frames).sort_values(["counted_at", "sku", "condition"], ignore_index=True)


def difference_table(shop: SimpleNamespace, skus: pd.DataFrame) -> pd.DataFrame:
    """The planted count differences: pieces gone since the last count that no movement explains."""
    lost = [(sku, f"{shop.days[day]:%Y-%m-%d}", -1) for day, _, _, missing in shop.count_log for sku in skus["sku"][missing]]
    return pd.DataFrame(lost, columns=["sku", "counted_at", "units"])


def price_table(shop: SimpleNamespace, styles: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Every price in force, one after the other, with the experiments' arms; controls have their rows."""
    log = pd.DataFrame(shop.price_log, columns=["style", "valid_from", "price", "mechanism", "experiment", "arm", "window_end"])
    log = log.sort_values(["style", "valid_from"], ignore_index=True).astype({"price": int})
    until, trial = log.groupby("style")["valid_from"].shift(-1).fillna(10**6), log["experiment"] != ""
    start, end = dates(shop.days, log["valid_from"]), dates(shop.days, log["window_end"])
    return pd.DataFrame(
        {
            "item": styles["style"].to_numpy()[log["style"]],
            "valid_from": start,
            "valid_to": dates(shop.days, until, shop.last),
            "price": log["price"],
            "mechanism": log["mechanism"],
            "experiment": log["experiment"],
            "arm": log["arm"],
            "decision_date": np.where(trial, start, None),
            "window_end": np.where(trial, end, None),
            "seed": pd.Series(seed, index=log.index).where(trial).astype("Int64"),
            "planned_price": log["price"].where(trial).astype("Int64"),
        }
    )


def traffic_frame(shop: SimpleNamespace, styles: pd.DataFrame) -> pd.DataFrame:
    """A row per style-day that was seen."""
    columns = ["item", "date", "exposures", "clicks", "live_minutes", "ad_spend"]
    table = pd.DataFrame({name: np.concatenate(part) for name, part in zip(columns, zip(*shop.traffic_log, strict=True), strict=True)})
    table = table.assign(item=styles["style"].to_numpy()[table["item"]], date=shop.days[table["date"]])
    return table.sort_values(["item", "date"], ignore_index=True)


def counted_table(frame: pd.DataFrame) -> pa.Table:
    """A frame of texts, dates and whole numbers as typed columns."""
    kinds = {"O": pa.string(), "M": pa.date32(), "i": pa.int32(), "b": pa.int32(), "U": pa.string()}
    return pa.table({name: pa.array(frame[name], kinds[frame[name].dtype.kind]) for name in frame})


def charge_table(events: pd.DataFrame, traffic: pd.DataFrame) -> pd.DataFrame:
    """Fees by month and kind, roughly as such a platform takes them."""
    month_end = pd.to_datetime(events["at"], unit="s").dt.normalize() + pd.offsets.MonthEnd(0)
    net = events["revenue"] * events["kind"].map({"sale": 1, "cancel": -1, "return": -1}).fillna(0)
    fees = (
        pd.DataFrame(
            {
                "platform": net * 0.05,
                "commission": net * 0.18 * (events["format"] == "live"),
                "recruitment": net * 0.01,
                "return freight": events["kind"].isin(["return", "exchange"]) * 9.0,
                "insurance": events["shipped"].notna() * 0.6,
            }
        )
        .groupby(month_end)
        .sum()
    )
    fees["paid traffic"] = traffic["ad_spend"].groupby(traffic["date"] + pd.offsets.MonthEnd(0)).sum()
    table = (
        fees.fillna(0)
        .round(2)
        .rename_axis("date")
        .reset_index()
        .melt("date", var_name="kind", value_name="amount")
        .sort_values(["date", "kind"])
    )
    end = table["date"].clip(upper=AS_OF)
    settled = end + pd.Timedelta(days=10)
    return table.assign(date=end.dt.strftime("%Y-%m-%d"), settled_at=settled.dt.strftime("%Y-%m-%d").where(settled <= AS_OF))


def truth_table(shop: SimpleNamespace, styles: pd.DataFrame) -> pd.DataFrame:
    """The planted truth of each style and what it makes of the stock on the last day."""
    good, b_grade, remaining = by_style(shop, shop.on_hand), by_style(shop, shop.b_grade), expected_remaining(shop).round(1)
    truth = styles[TRUTH].assign(expected_remaining=remaining, on_hand_good=good, on_hand_b_grade=b_grade)
    excess = (np.maximum(0, good - remaining) + b_grade).round(1)
    return truth.assign(true_excess=excess, presale_failure=truth["presale_failure"].astype(int)).round(4)


def shop_toml(paid: float, units: int, years: int) -> str:
    """The shop's own page: where its tables are, its seasons, and the totals its system shows."""
    tables = [f'{name} = "{name}.{"parquet" if name in PARQUET else "csv"}"' for name in TABLES]
    seasons = [f"{row.season} = {row.closes:%Y-%m-%d}" for row in season_table(years).itertuples()]
    return TOML.format(as_of=AS_OF, tables="\n".join(tables), seasons="\n".join(seasons), paid=paid, units=units)


def write_books(
    folder: Path, shop: SimpleNamespace, styles: pd.DataFrame, skus: pd.DataFrame, rng: np.random.Generator, seed: int, years: int
) -> None:
    """All files of the shop's folder."""
    events, traffic = order_lines(shop, rng, skus), traffic_frame(shop, styles)
    frames = {
        "products": product_table(styles, skus, shop.days),
        "purchases": purchase_table(shop, styles, skus),
        "movements": movement_table(shop, skus),
        "prices": price_table(shop, styles, seed),
        "plan": plan_table(styles, shop.days),
        "charges": charge_table(events, traffic),
        "truth": truth_table(shop, styles),
        "truth_curves": true_curves(years),
        "truth_differences": difference_table(shop, skus),
    }
    for name, frame in frames.items():
        frame.to_csv(folder / f"{name}.csv", index=False, lineterminator="\n", encoding="utf-8")
    keys = dict.fromkeys(["order_id", "line_id"], "DELTA_BYTE_ARRAY")
    keys |= dict.fromkeys(["ordered_at", "shipped_at", "original_ordered_at"], "DELTA_BINARY_PACKED")
    write_parquet(order_line_table(events), folder / "order_lines.parquet", keys)
    write_parquet(counted_table(traffic), folder / "traffic.parquet", {"date": "DELTA_BINARY_PACKED"})
    write_parquet(counted_table(count_frame(shop, skus)), folder / "stock.parquet", {})
    settled = (events["presale"] != "deposit") | events["balance"].notna()
    paid = events["paid"][(events["kind"] == "sale") & (events["line_type"] == "goods") & settled].sum()
    (folder / "shop.toml").write_text(shop_toml(paid, int(shop.on_hand.sum() + shop.b_grade.sum()), years), encoding="utf-8")
