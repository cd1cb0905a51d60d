"""Two real shops, read from the files as they were published: a pack each, with what their missing
tables make impossible said.
"""

import json
from pathlib import Path

import pandas as pd
import pytest

from destock.analysis.elasticity import verdict
from destock.model.messages import speak
from destock.model.notebooks import in_pack
from destock.panel.book import open_book
from destock.publish.cli import main

SHOPS = Path(__file__).parent / "shops"
DATA = Path(__file__).parents[2] / "shared" / "data"

pytestmark = pytest.mark.skipif(
    not DATA.is_dir(), reason="the published files are not on this machine"
)


@pytest.fixture(scope="module", params=["supermarket_cn", "online_retail"])
def pack(request, tmp_path_factory):
    lang = {"supermarket_cn": "zh", "online_retail": "en"}[request.param]
    speak(lang)
    try:
        pack = tmp_path_factory.mktemp("pack") / request.param
        assert main(["report", str(SHOPS / request.param), "--lang", lang, "--out", str(pack)]) == 0
        yield pack
    finally:
        speak("en")


def test_every_page_is_there(pack):
    assert {p.stem for p in pack.glob("*.html")} == {*in_pack(), "index"}


def test_it_is_as_of_the_last_day(pack):
    day = {"supermarket_cn": "2023-06-30", "online_retail": "2011-12-09"}[pack.name]
    assert json.loads((pack / "run.json").read_text(encoding="utf-8"))["as_of"] == day


def test_what_is_impossible_is_said(pack):
    findings = pd.read_csv(pack / "results" / "findings.csv")
    missing = set(findings.loc[findings["id"] == "missing_table", "item"])
    assert missing == {"purchases", "stock", "prices", "traffic", "plan", "exits"}
    assert {"stock_unknown", "no_pace", "no_elasticity"} <= set(findings["id"])


def test_prices_seen_only_in_what_was_paid_give_a_verdict_and_no_number(pack):
    """Leftovers are marked down, large orders pay less: what was paid follows from what was
    sold.
    """
    found = pd.read_parquet(pack / "results" / "elasticity.parquet").set_index("group")
    assert found.loc["all", "verdict"] == "not from these data"
    assert found.loc["all", "reason"].split("; ")[:2] == [verdict.PAID_ONLY, verdict.MANAGER]
    assert found.loc["all", ["elasticity", "low", "high"]].isna().all()
    assert found.loc["new category", "estimator"] == "published studies"
    changes = pd.read_parquet(pack / "results" / "price_changes.parquet")
    assert set(changes["source"]) == {"paid"}
    assert len(changes) > 1_000
    assert pd.read_parquet(pack / "results" / "ladder.parquet")["best"].sum() == 0


def test_supermarket_agrees_with_its_file_to_the_cent():
    raw = pd.read_parquet(DATA / "supermarket_cn" / "sku_day.parquet")
    totals = open_book(SHOPS / "supermarket_cn").panel("control_total").iloc[0]
    assert totals["paid"] - totals["refunded"] == pytest.approx(raw["rev"].sum(), abs=0.5)
    weeks = open_book(SHOPS / "supermarket_cn").panel("sku_week")
    assert (weeks["sold_units"] - weeks["returned_units"]).sum() == pytest.approx(
        raw["qty"].sum(), abs=1
    )
    assert weeks["sku"].nunique() == raw["sku"].nunique()


def test_online_retail_loses_no_row_without_saying_so():
    raw = pd.read_parquet(DATA / "online_retail" / "order_lines.parquet")
    rows = open_book(SHOPS / "online_retail").panel("rows").set_index("table").loc["order_lines"]
    assert rows["rows_in"] == len(raw)
    assert rows[["used", "updated", "rejected", "deduplicated", "skipped"]].sum() == len(raw)
    goods = raw[(raw["UnitPrice"] > 0) & raw["StockCode"].str.match(r"^[0-9]{5}")]
    goods = goods.assign(StockCode=goods["StockCode"].str.strip().str.upper())[
        ["InvoiceNo", "StockCode", "Quantity", "InvoiceDate", "UnitPrice"]
    ]
    assert rows["skipped"] == len(raw) - len(goods)
    assert rows["deduplicated"] == goods.duplicated().sum()
    sold = goods.drop_duplicates().query("Quantity > 0")
    paid = open_book(SHOPS / "online_retail").panel("control_total")["paid"].iloc[0]
    assert paid == pytest.approx((sold["Quantity"] * sold["UnitPrice"]).sum(), abs=0.01)
