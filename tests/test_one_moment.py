"""Figures of now are of one moment: on every day of two weeks the sample's sales, returns, receipts
and money are those of its raw lines.
"""

from datetime import date
from functools import cache
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest

from destock import engine
from destock.analysis.pacing import sell_through
from destock.intake.rows import load
from destock.intake.shop import open_shop
from destock.pages import Frames
from destock.panel.book import open_book
from destock.panel.panel import FRAMES, STEPS, context, transform

SAMPLE = Path(__file__).parents[1] / "data" / "sample"
DAYS = pd.date_range("2026-05-25", "2026-06-07")
TODAY = date(2026, 12, 31)  # what the sample tells of has happened by then
SIGN = {"sale": 0, "cancel": 1, "return": 1, "exchange": 1, "reship": -1, "refund_only": 0}


@pytest.fixture(scope="module")
def raw():
    """The lines that count (goods, deposits paid), receipts, and the style of each SKU."""
    style = pd.read_csv(SAMPLE / "products.csv", dtype=str).set_index("sku")["style"]
    lines = pd.read_parquet(SAMPLE / "order_lines.parquet")
    lines = lines[lines["line_type"].isin(["goods", "bundle part"])].astype({"units": float})
    lines = lines.assign(
        item=lines["sku"].map(style), undone=lines["units"] * lines["kind"].map(SIGN)
    )
    receipts = pd.read_csv(
        SAMPLE / "purchases.csv", dtype={"sku": str}, parse_dates=["received_at"]
    )
    return lines, receipts.assign(item=receipts["sku"].map(style))


def by(
    day: pd.Timestamp, raw: tuple[pd.DataFrame, pd.DataFrame]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What had happened by the end of a day; a deposit order is none until its balance is paid."""
    lines, receipts = raw
    end = day + pd.Timedelta(days=1)
    lines = lines[lines["ordered_at"] < end]
    unpaid = lines[
        (lines["presale"] == "deposit")
        & (lines["kind"] == "sale")
        & ~(lines["balance_paid_at"] < end)
    ]
    key = ["order_id", "line_id", "sku"]
    unpaid = pd.MultiIndex.from_frame(lines[key]).isin(pd.MultiIndex.from_frame(unpaid[key]))
    return lines[~unpaid], receipts[receipts["received_at"] < end]


@pytest.fixture(scope="module")
def on_day(tmp_path_factory):
    """``on_day(day)``: frames of a day's panel by name; the shop's files are read once for all
    days.
    """
    shop, scratch = open_shop(SAMPLE), tmp_path_factory.mktemp("scratch")
    con = engine.start(shop.for_engine(), scratch, shop.timezone)
    intake = load(con, shop, TODAY)

    @cache
    def read(day):
        context(con, shop, intake, day.date())
        transform(con, [step for step in STEPS if step not in ("spans", "decisions")])
        frames = {}
        for name in ("item_week", "item_now", "return_lag", "control_total"):
            engine.write(con, name, FRAMES[name], scratch / f"{day:%Y-%m-%d}-{name}.parquet")
            frames[name] = engine.read(scratch / f"{day:%Y-%m-%d}-{name}.parquet")
        return frames

    yield read
    con.close()


def through(frames, day):
    """Every style of a day, with its sell-through."""
    weeks = sell_through.net_weeks(
        frames["item_week"], frames["item_now"], frames["return_lag"], day
    )
    return sell_through.items(frames["item_now"], weeks, day).set_index("item")


@pytest.mark.parametrize("day", DAYS, ids=lambda d: f"{d:%a-%m-%d}")
def test_every_day_agrees_with_the_raw_lines(day, raw, on_day):
    lines, receipts = by(day, raw)
    items, total = through(on_day(day), day), on_day(day)["control_total"].iloc[0]
    sold = (
        lines[lines["kind"] == "sale"]
        .groupby("item")[["units", "customer_paid"]]
        .sum()
        .astype(float)
    )
    expected = pd.DataFrame(
        {
            "sold_units": sold["units"],
            "paid_value": sold["customer_paid"],
            "undone_units": lines.groupby("item")["undone"].sum(),
            "received": receipts.groupby("item")["units_received"].sum().astype(float),
        }
    )
    expected = expected.reindex(items.index).fillna(0.0)
    pd.testing.assert_frame_equal(
        items[list(expected)].astype(float).fillna(0.0), expected, check_names=False
    )
    pending = expected["sold_units"] - expected["undone_units"] - items["net_units"]
    assert (pending > -1e-9).all()
    assert items["sell_through"].dropna().tolist() == pytest.approx(
        (items["net_units"] / items["received"])[items["received"] > 0].tolist()
    )
    money = lines.groupby("kind")[["customer_paid", "refund_value"]].sum().astype(float)
    assert total["paid"] == pytest.approx(
        money.loc[["sale", "reship"], "customer_paid"].sum(), abs=0.005
    )
    assert total["refunded"] == pytest.approx(
        money.loc[["return", "refund_only", "exchange"], "refund_value"].sum(), abs=0.005
    )


def test_sell_through_moves_by_what_a_day_brings(on_day):
    """No jump from a Saturday to a Sunday: it was one of six points while sales ended on the last
    Sunday and receipts did not.
    """
    shares = []
    for day in pd.date_range("2026-05-29", "2026-06-01"):
        season = through(on_day(day), day)[lambda d: d["season"] == "2026SS"]
        shares.append(season["net_units"].sum() / season["received"].sum())
    assert max(abs(later - earlier) for earlier, later in pairwise(shares)) < 0.02


def test_the_page_of_a_saturday_says_the_same(raw):
    lines, receipts = by(pd.Timestamp("2026-06-06"), raw)
    book = open_book(SAMPLE, "2026-06-06")
    of_season = book.panel("item_now").set_index("item")["season"].eq("2026SS")
    season = Frames(book)["compared"].set_index(["by", "part"]).loc[("season", "2026SS")]
    sold = lines[(lines["kind"] == "sale") & lines["item"].map(of_season).eq(True)]["units"].sum()
    received = receipts[receipts["item"].map(of_season).eq(True)]["units_received"].sum()
    assert season[["sold_units", "base_units"]].tolist() == pytest.approx([sold, received])
    assert season["sell_through"] == pytest.approx(season["net_units"] / received)
