"""Figures of now are of one moment: on every day of two weeks the sample's sales, returns, receipts and money are those of its raw lines."""

from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest

from destock.panel.book import open_book
from destock.story import frames

SAMPLE = Path(__file__).parents[1] / "data" / "sample"
DAYS = pd.date_range("2026-05-25", "2026-06-07")
SIGN = {"sale": 0, "cancel": 1, "return": 1, "exchange": 1, "reship": -1, "refund_only": 0}


@pytest.fixture(scope="module")
def raw():
    """The lines that count (goods, deposits paid), receipts, and the style of each SKU."""
    style = pd.read_csv(SAMPLE / "products.csv", dtype=str).set_index("sku")["style"]
    lines = pd.read_parquet(SAMPLE / "order_lines.parquet")
    lines = lines[lines["line_type"].isin(["goods", "bundle part"])].astype({"units": float})
    lines = lines.assign(item=lines["sku"].map(style), undone=lines["units"] * lines["kind"].map(SIGN))
    receipts = pd.read_csv(SAMPLE / "purchases.csv", dtype={"sku": str}, parse_dates=["received_at"])
    return lines, receipts.assign(item=receipts["sku"].map(style))


def by(day: pd.Timestamp, raw: tuple[pd.DataFrame, pd.DataFrame]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What had happened by the end of a day; a deposit order is none until its balance is paid."""
    lines, receipts = raw
    end = day + pd.Timedelta(days=1)
    lines = lines[lines["ordered_at"] < end]
    unpaid = lines[(lines["presale"] == "deposit") & (lines["kind"] == "sale") & ~(lines["balance_paid_at"] < end)]
    key = ["order_id", "line_id", "sku"]
    unpaid = pd.MultiIndex.from_frame(lines[key]).isin(pd.MultiIndex.from_frame(unpaid[key]))
    return lines[~unpaid], receipts[receipts["received_at"] < end]


@pytest.mark.parametrize("day", DAYS, ids=lambda d: f"{d:%a-%m-%d}")
def test_every_day_agrees_with_the_raw_lines(day, raw):
    lines, receipts = by(day, raw)
    book = open_book(SAMPLE, f"{day:%Y-%m-%d}")
    items = frames.items(book).set_index("item")
    sold = lines[lines["kind"] == "sale"].groupby("item")[["units", "customer_paid"]].sum().astype(float)
    expected = pd.DataFrame({"sold_units": sold["units"], "paid_value": sold["customer_paid"], "undone_units": lines.groupby("item")["undone"].sum(),
                             "received": receipts.groupby("item")["units_received"].sum().astype(float)})  # fmt: skip
    expected = expected.reindex(items.index).fillna(0.0)
    pd.testing.assert_frame_equal(items[list(expected)].astype(float).fillna(0.0), expected, check_names=False)
    pending = expected["sold_units"] - expected["undone_units"] - items["net_units"]
    assert (pending > -1e-9).all()
    assert items["sell_through"].dropna().tolist() == pytest.approx(
        (items["net_units"] / items["received"])[items["received"] > 0].tolist()
    )
    season = frames.compared(book).set_index(["by", "part"]).loc[("season", "2026SS")]
    now = expected[(items["season"] == "2026SS").to_numpy()]
    assert season[["sold_units", "base_units"]].tolist() == pytest.approx(now[["sold_units", "received"]].sum().tolist())
    totals = book.panel("control_total").iloc[0]
    money = lines.groupby("kind")[["customer_paid", "refund_value"]].sum().astype(float)
    assert totals["paid"] == pytest.approx(money.loc[["sale", "reship"], "customer_paid"].sum(), abs=0.005)
    assert totals["refunded"] == pytest.approx(money.loc[["return", "refund_only", "exchange"], "refund_value"].sum(), abs=0.005)


def test_sell_through_moves_by_what_a_day_brings():
    """No jump from a Saturday to a Sunday: it was one of six points while sales ended on the last Sunday and receipts did not."""
    shares = [
        frames.compared(open_book(SAMPLE, f"{day:%Y-%m-%d}")).set_index(["by", "part"]).loc[("season", "2026SS"), "sell_through"]
        for day in DAYS
    ]
    assert max(abs(later - earlier) for earlier, later in pairwise(shares)) < 0.02
