"""Rules that the whole panel keeps: the future is not known, order is nothing, money is a unit,
nothing is lost.
"""

import shutil
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from destock.model.schema import TABLES
from destock.panel.panel import FRAMES

AS_OF = pd.Timestamp("2025-11-19")  # a Wednesday in the middle of a season
MONEY = {
    "paid_value",
    "revenue",
    "refund_value",
    "price",
    "list_price",
    "ad_spend",
    "arm_price",
    "unit_cost",
    "tag_price",
    "mean_cost",
}
MONEY |= {
    "sold_at_tag",
    "on_hand_tag",
    "on_hand_cost",
    "damaged_cost",
    "paid",
    "cancelled",
    "refunded",
    "charges",
    "stock_at_cost",
    "planned_price",
    "cost",
    "amount",
}


def file_of(folder, table):
    return next(
        folder / f"{table}{ending}"
        for ending in (".csv", ".parquet")
        if (folder / f"{table}{ending}").exists()
    )


def read(path):
    return (
        pd.read_csv(path, dtype=str, keep_default_na=False, na_values=[""])
        if path.suffix == ".csv"
        else pd.read_parquet(path)
    )


@pytest.fixture
def altered(small_shop, tmp_path, panel):
    """``altered(change)``: the frames of the sample's panel after ``change(table, frame)`` of every
    table.
    """

    def make(change):
        folder = tmp_path / "shop"
        shutil.copytree(small_shop, folder)
        for table in TABLES:
            if any(small_shop.glob(f"{table}.*")):
                path = file_of(folder, table)
                changed = change(table, read(path))
                (
                    changed.to_csv(path, index=False)
                    if path.suffix == ".csv"
                    else changed.to_parquet(path, index=False)
                )
        return panel(folder, f"{AS_OF:%Y-%m-%d}")

    return make


@pytest.fixture
def frames(small_shop, panel):
    return panel(small_shop, f"{AS_OF:%Y-%m-%d}")


def same(left, right, columns=None):
    # what lies after the day is counted there, and nowhere else
    for name in (name for name in FRAMES if name != "later"):
        mine = [c for c in left(name) if columns is None or columns(c)]
        pd.testing.assert_frame_equal(
            left(name)[mine], right(name)[mine], check_exact=True, obj=name
        )


# when a row happened, and which of its columns may still change afterwards
HAPPENED = {
    "order_lines": "ordered_at",
    "purchases": "ordered_at",
    "movements": "moved_at",
    "stock": "counted_at",
    "prices": "valid_from",
    "traffic": "date",
    "charges": "date",
}
LATER = {
    "order_lines": ["shipped_at", "balance_paid_at"],
    "purchases": ["received_at"],
    "prices": ["valid_to"],
}


def postponed(table, frame):
    """Dates after AS_OF in rows of before: two days later. What arrives then arrives in another
    number.
    """
    for name in LATER.get(table, []):
        day = pd.to_datetime(frame[name])
        after = day > AS_OF + pd.Timedelta(days=1)
        moved = (day + pd.Timedelta(days=2)).where(after, day)
        frame[name] = moved if frame[name].dtype != "str" else moved.dt.strftime("%Y-%m-%d")
        if table == "purchases":
            frame.loc[after, "units_received"] = "1"
    return frame


def another_future(rng):
    """Shuffle the columns of rows dated after AS_OF against each other, and drop a fifth of the
    rows.
    """

    def change(table, frame):
        frame = postponed(table, frame)
        if table not in HAPPENED:
            return frame
        day = HAPPENED[table]
        after = pd.to_datetime(frame[day]) >= AS_OF + pd.Timedelta(days=1)
        future = (
            frame[after]
            .drop(columns=[day])
            .apply(lambda column: column.sample(frac=1, random_state=rng).to_numpy())
        )
        future.insert(0, day, frame.loc[after, day].to_numpy())
        assert len(future) > 3, table
        return pd.concat(
            [frame[~after], future[frame.columns].sample(frac=0.8, random_state=rng)],
            ignore_index=True,
        )

    return change


def test_another_future_changes_nothing(frames, altered):
    same(frames, altered(another_future(np.random.default_rng(3))))


def test_no_future_at_all_changes_nothing(frames, altered):
    def past(table, frame):
        return (
            frame[pd.to_datetime(frame[HAPPENED[table]]) < AS_OF + pd.Timedelta(days=1)]
            if table in HAPPENED
            else frame
        )

    same(frames, altered(past))


def test_items_of_the_future_are_not_known(make_shop, panel):
    lines = (
        "order_id,line_id,sku,ordered_at,units,kind,customer_paid\n"
        "1,1,A,2026-06-02,1,sale,10\n"
        "2,1,Z,2026-06-08,1,sale,10\n"
    )
    purchases = (
        "po_id,sku,units_ordered,units_received,ordered_at,received_at\n"
        "1,Y,1,1,2026-06-08,2026-06-09\n"
        "2,X,1,1,,2026-06-09\n"
        "3,W,1,,2026-06-01,\n"
    )
    stock = "sku,counted_at,on_hand\nV,2026-06-08,1\n"
    shop = make_shop(
        {"products": "sku\nA\n", "order_lines": lines, "purchases": purchases, "stock": stock}
    )
    now = panel(shop, "2026-06-07")("sku_now")
    assert now["sku"].tolist() == ["A", "W"]
    assert now["on_order"].tolist() == [0, 1]


def test_the_order_of_rows_is_nothing(frames, altered):
    rng = np.random.default_rng(4)
    same(frames, altered(lambda table, frame: frame.sample(frac=1, random_state=rng)))


def test_the_order_of_prices_of_one_day_is_nothing(make_shop, panel):
    lines = "order_id,line_id,sku,ordered_at,units,kind,customer_paid\n1,1,A,2026-06-02,1,sale,10\n"
    header = "item,valid_from,price,channel,mechanism,experiment,arm"
    rows = [
        f"A,2026-06-01,{7 + n * 5 % 4},{'ab'[n // 2]},{'mn'[n % 2]},e,arm {n}" for n in range(4)
    ]
    prices = [
        "\n".join([header, *order]) + "\n" for order in (rows, rows[::-1], rows[2:] + rows[:2])
    ]
    first, *others = (
        panel(make_shop({"products": "sku\nA\n", "order_lines": lines, "prices": p}), "2026-06-07")
        for p in prices
    )
    for other in others:
        same(first, other)


def test_fractions_add_up_the_same_in_any_order(make_shop, panel):
    lines = "order_id,line_id,sku,ordered_at,units,kind,customer_paid\n1,1,A,2026-06-02,1,sale,10\n"
    rows = [f"A,2026-06-0{1 + n % 7},c{n},{n / 10},{n / 100}" for n in range(200)]
    shops = [
        make_shop(
            {
                "products": "sku\nA\n",
                "order_lines": lines,
                "traffic": "\n".join(["item,date,channel,live_minutes,ad_spend", *order]) + "\n",
            }
        )
        for order in (rows, rows[::-1], rows[1::2] + rows[::2])
    ]
    first, *others = (panel(shop, "2026-06-07") for shop in shops)
    for other in others:
        same(first, other)


def in_other_money(table, frame):
    for column in TABLES[table].columns:
        if column.kind == "money" and column.name in frame:
            frame[column.name] = [
                None if pd.isna(v) else Decimal(str(v)) * 7 for v in frame[column.name]
            ]
    return frame


def test_money_times_seven_is_seven_times_the_money_and_nothing_else(frames, altered):
    other = altered(in_other_money)
    same(frames, other, lambda column: column not in MONEY)
    seen = set()
    for name in FRAMES:
        mine = [c for c in frames(name) if c in MONEY]
        seen |= set(mine)
        np.testing.assert_allclose(
            other(name)[mine], frames(name)[mine] * 7, rtol=1e-12, err_msg=name
        )
    assert seen == MONEY


def known_lines(folder):
    """Lines that happened by AS_OF, without deposits that were not paid by then, and what was done
    to those.
    """
    lines = read(file_of(folder, "order_lines"))
    end = AS_OF + pd.Timedelta(days=1)
    lines = lines[lines["ordered_at"] < end]
    unpaid = lines[
        (lines["presale"] == "deposit")
        & (lines["kind"] == "sale")
        & ~(lines["balance_paid_at"] < end)
    ]
    return lines[~lines["line_id"].isin(unpaid["line_id"])]


def cents(values):
    return round(100 * sum(Decimal(str(v)) for v in values))


@pytest.fixture
def half_known(altered):
    """The sample with every other SKU missing from its product table."""
    return altered(lambda table, frame: frame.iloc[::2] if table == "products" else frame)


def test_units_of_the_panel_are_those_of_the_rows(small_shop, half_known):
    lines = known_lines(small_shop)
    goods = lines[lines["line_type"].fillna("goods") == "goods"]
    units = goods.groupby("kind")["units"].sum()
    gifts = lines[(lines["line_type"].isin(["gift", "lottery"])) & (lines["kind"] == "sale")][
        "units"
    ].sum()
    expected = [units["sale"], units["cancel"], units["return"], gifts]
    names = ["sold_units", "cancelled_units", "returned_units", "gift_units"]
    assert half_known("sku_week")[names].sum().tolist() == expected
    assert half_known("item_week")[names].sum().tolist() == expected
    assert (half_known("sku_now")["category"] == "(not in master)").any()


def test_money_of_the_panel_is_that_of_the_rows_to_the_cent(small_shop, half_known):
    lines = known_lines(small_shop)
    goods = lines[(lines["line_type"].fillna("goods") == "goods") & (lines["kind"] == "sale")]
    undone = lines[lines["kind"].isin(["cancel", "return", "refund_only"])]
    back = undone["refund_value"].fillna(undone["merchant_revenue"]).fillna(undone["customer_paid"])
    expected = [
        cents(goods["customer_paid"]),
        cents(goods["merchant_revenue"].fillna(goods["customer_paid"])),
        cents(back),
    ]
    for name in ("sku_week", "item_week"):
        assert [
            cents(half_known(name)[c]) for c in ("paid_value", "revenue", "refund_value")
        ] == expected
    assert cents(half_known("control_total")["paid"]) == expected[0]


def test_stock_of_the_items_is_that_of_their_skus(frames):
    skus, items = frames("sku_now"), frames("item_now").set_index("item")
    assert (
        skus["on_hand"].clip(lower=0).groupby(skus["item"]).sum().tolist()
        == items["on_hand"].fillna(0).tolist()
    )
    assert frames("layer")["units"].sum() == (items["on_hand"] + items["damaged"]).sum()


def test_all_received_units_are_in_a_week(small_shop, frames):
    purchases = read(file_of(small_shop, "purchases"))
    received = (
        purchases[pd.to_datetime(purchases["received_at"]) <= AS_OF]["units_received"]
        .astype(float)
        .sum()
    )
    assert frames("sku_week")["received_units"].sum() == received
