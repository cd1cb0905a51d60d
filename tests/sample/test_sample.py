"""The simulated shop keeps its own books straight, and its truth does not depend on how its days
turn out.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from destock.sample import write_sample

AS_OF = pd.Timestamp("2026-06-07")
CLASSES = {"defective", "out_of_season", "misjudged", "slow", "healthy"}
CAUSES = {
    "late",
    "stock-outs",
    "traffic",
    "content",
    "product",
    "returns",
    "price",
    "overbuy",
    "none",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_sample(tmp_path_factory.mktemp("shop"), seed=5, styles=60)


@pytest.fixture(scope="module")
def lines(folder):
    return pd.read_parquet(folder / "order_lines.parquet")


def table(folder, name):
    return pd.read_csv(folder / f"{name}.csv")


def fingerprints(folder):
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


def booked_stock(folder, lines):
    """Stock of each SKU, condition and count day as the flows say."""
    arrived = table(folder, "purchases").dropna(subset="received_at")
    moves = table(folder, "movements")
    shipped = lines[lines["shipped_at"].notna()]
    back = lines[lines["kind"].isin(["return", "exchange"])]
    flows = pd.concat(
        [
            pd.DataFrame(
                {
                    "sku": arrived["sku"],
                    "day": pd.to_datetime(arrived["received_at"]),
                    "units": arrived["units_received"],
                    "condition": "good",
                }
            ),
            pd.DataFrame(
                {
                    "sku": shipped["sku"],
                    "day": shipped["shipped_at"].dt.normalize(),
                    "units": -shipped["units"],
                    "condition": "good",
                }
            ),
            pd.DataFrame(
                {
                    "sku": back["sku"],
                    "day": back["ordered_at"].dt.normalize(),
                    "units": back["resaleable_units"],
                    "condition": "good",
                }
            ),
            pd.DataFrame(
                {
                    "sku": back["sku"],
                    "day": back["ordered_at"].dt.normalize(),
                    "units": back["units"] - back["resaleable_units"],
                    "condition": "b-grade",
                }
            ),
            pd.DataFrame(
                {
                    "sku": moves["sku"],
                    "day": pd.to_datetime(moves["moved_at"]),
                    "units": moves["units"],
                    "condition": moves["condition"],
                }
            ),
        ]
    )
    flows["day"] = flows["day"].astype("datetime64[s]")
    return (
        flows.groupby(["sku", "condition", "day"])["units"]
        .sum()
        .groupby(level=["sku", "condition"])
        .cumsum()
        .rename("booked")
        .reset_index()
    )


def test_same_seed_same_bytes(folder, tmp_path):
    again, other = (
        write_sample(tmp_path / "again", seed=5, styles=60),
        write_sample(tmp_path / "other", seed=6, styles=60),
    )
    assert fingerprints(folder) == fingerprints(again)
    assert fingerprints(folder)["order_lines.parquet"] != fingerprints(other)["order_lines.parquet"]


def test_counts_agree_with_flows_except_where_planted(folder, lines):
    counts = pd.read_parquet(folder / "stock.parquet")
    counts["day"] = pd.to_datetime(counts["counted_at"]).astype("datetime64[s]")
    assert not counts.duplicated(["sku", "condition", "day"]).any()
    assert (counts["on_hand"] >= 0).all()
    both = pd.merge_asof(
        counts.sort_values("day"),
        booked_stock(folder, lines).sort_values("day"),
        on="day",
        by=["sku", "condition"],
    ).fillna({"booked": 0})
    both = both.sort_values(["sku", "condition", "day"])
    gap = both["on_hand"] - both["booked"]
    new_gap = gap.groupby([both["sku"], both["condition"]]).diff().fillna(gap)
    found = both.assign(units=new_gap.astype(int))[new_gap != 0][["sku", "counted_at", "units"]]
    planted = table(folder, "truth_differences")
    found["counted_at"] = found["counted_at"].astype(str)
    assert sorted(map(tuple, found.to_numpy())) == sorted(map(tuple, planted.to_numpy()))
    assert len(planted) < 0.02 * (counts["condition"] == "good").sum()


def test_last_count_is_the_control_total(folder, lines):
    counts = pd.read_parquet(folder / "stock.parquet")
    last = counts[pd.to_datetime(counts["counted_at"]) == AS_OF]
    toml = (folder / "shop.toml").read_text(encoding="utf-8")
    assert f"units_on_hand = {last['on_hand'].sum()}\n" in toml
    settled = (lines["presale"] != "deposit") | lines["balance_paid_at"].notna()
    paid = lines["customer_paid"][
        (lines["kind"] == "sale") & (lines["line_type"] == "goods") & settled
    ].sum()
    assert f"paid = {paid}\n" in toml


def test_truth_has_one_row_for_each_style(folder):
    truth, products = table(folder, "truth"), table(folder, "products")
    assert sorted(truth["style"]) == sorted(products["style"].unique())
    assert set(truth["planted_class"]) <= CLASSES
    assert set(truth["planted_cause"]) <= CAUSES
    ended = truth["season"].notna() & (truth["season"] != "2026SS")
    assert set(truth.loc[ended, "planted_class"]) <= {"out_of_season", "defective"}
    assert set(truth.loc[truth["season"].isna(), "planted_class"]) <= {
        "slow",
        "defective",
        "healthy",
    }
    misjudged = truth[truth["planted_class"] == "misjudged"]
    assert (misjudged["life_demand"] / misjudged["planned_demand"]).between(0.12, 0.42).all()
    assert (misjudged["season"] == "2026SS").all()


def test_the_planned_click_rate_knows_nothing_of_planted_content(folder):
    plan, truth = table(folder, "plan").set_index("item"), table(folder, "truth").set_index("style")
    seen = (
        pd.read_parquet(folder / "traffic.parquet").groupby("item")[["exposures", "clicks"]].sum()
    )
    kept = (seen["clicks"] / seen["exposures"] / plan["planned_click_rate"])[
        seen["exposures"] > 2000
    ]
    assert (kept / truth["click_factor"]).dropna().between(0.9, 1.15).mean() > 0.9
    assert (kept[truth["planted_cause"] == "content"] < 0.75).all()


def test_nothing_happens_after_the_last_day(folder, lines):
    end = AS_OF + pd.Timedelta(days=1)
    for column in ("ordered_at", "shipped_at", "original_ordered_at", "balance_paid_at"):
        assert lines[column].max() < end
    for name, column in (
        ("purchases", "received_at"),
        ("purchases", "ordered_at"),
        ("movements", "moved_at"),
        ("prices", "valid_from"),
        ("charges", "date"),
    ):
        assert table(folder, name)[column].max() <= "2026-06-07"
    purchases = table(folder, "purchases")
    assert (purchases["units_received"][purchases["received_at"].isna()] == 0).all()


def test_events_follow_their_sale(lines):
    assert not lines.duplicated(["order_id", "line_id", "kind"]).any()
    sales = lines[lines["kind"] == "sale"].set_index("line_id")
    later = lines[lines["kind"].isin(["cancel", "return", "exchange", "refund_only"])]
    sale = sales.loc[later["line_id"]]
    assert (later["original_ordered_at"].to_numpy() == sale["ordered_at"].to_numpy()).all()
    assert (later["ordered_at"].to_numpy() >= sale["ordered_at"].to_numpy()).all()
    assert sales.loc[lines["line_id"][lines["kind"] == "cancel"], "shipped_at"].isna().all()
    back = lines[lines["kind"] == "return"]
    assert (
        back["ordered_at"].to_numpy() > sales.loc[back["line_id"], "shipped_at"].to_numpy()
    ).all()
    assert (sales["shipped_at"].dropna() > sales["ordered_at"][sales["shipped_at"].notna()]).all()


def test_cancellations_and_returns_are_those_of_the_trade(folder, lines):
    units = lines[lines["line_type"] == "goods"].groupby("kind")["units"].sum()
    assert 0.05 < units["cancel"] / units["sale"] < 0.09
    style = table(folder, "products").set_index("sku")["category"]
    category = lines["sku"].map(style)
    returned = lines["units"].where(lines["kind"] == "return", 0).groupby(category).sum()
    shipped = (
        lines["units"]
        .where(lines["shipped_at"].notna() & (lines["kind"] == "sale"), 0)
        .groupby(category)
        .sum()
    )
    assert (returned / shipped)[shipped > 500].between(0.25, 0.65).all()


def test_price_rows_follow_each_other(folder):
    prices = table(folder, "prices").sort_values(["item", "valid_from"])
    following = prices.groupby("item")["valid_from"].shift(-1)
    assert (prices["valid_to"].dropna() > prices["valid_from"][prices["valid_to"].notna()]).all()
    assert (following[following.notna()] == prices["valid_to"][following.notna()]).all()
    assert prices["valid_to"][following.isna()].isna().all()
    assert set(prices["item"]) == set(table(folder, "products")["style"])


def test_sizes_of_a_style_share_one_price(folder, lines):
    style = table(folder, "products").set_index("sku")["style"]
    sold = lines[
        (lines["kind"] == "sale")
        & (lines["line_type"] == "goods")
        & ((lines["presale"] != "deposit") | lines["balance_paid_at"].notna())
    ]
    sold = sold.assign(
        item=sold["sku"].map(style),
        day=sold["ordered_at"].dt.normalize(),
        paid=sold["customer_paid"].astype(float),
    )
    prices = table(folder, "prices").assign(day=lambda rows: pd.to_datetime(rows["valid_from"]))
    prices["day"], sold["day"] = (
        prices["day"].astype("datetime64[s]"),
        sold["day"].astype("datetime64[s]"),
    )
    sold = pd.merge_asof(
        sold.sort_values("day"),
        prices[["item", "day", "price"]].sort_values("day"),
        on="day",
        by="item",
    )
    coupon = sold["price"] * sold["units"] - sold["paid"]
    assert set(coupon.round(2)) == {0, 5, 10, 15}


def test_lots_do_not_know_the_past(folder, lines):
    prices, style = table(folder, "prices"), table(folder, "products").set_index("sku")["style"]
    trials = prices[prices["experiment"].notna()]
    assert set(trials["arm"]) == {"control", "cut10", "cut20", "cut30"}
    assert (trials["arm"] == "control").mean() > 0.25
    sold = lines[(lines["kind"] == "sale")].assign(item=lambda rows: rows["sku"].map(style))
    bought = (
        table(folder, "purchases")
        .dropna(subset="received_at")
        .assign(item=lambda rows: rows["sku"].map(style))
    )

    def sell_through(row):
        units = sold["units"][
            (sold["item"] == row.item) & (sold["ordered_at"] < row.decision_date)
        ].sum()
        return (
            units
            / bought["units_received"][
                (bought["item"] == row.item) & (bought["received_at"] < row.decision_date)
            ].sum()
        )

    past = trials.assign(past=[sell_through(row) for row in trials.itertuples()])
    past["past"] -= past.groupby("experiment")["past"].transform("mean")
    cut = past["arm"] != "control"
    spread = past["past"].std() * np.sqrt(1 / cut.sum() + 1 / (~cut).sum())
    assert abs(past["past"][cut].mean() - past["past"][~cut].mean()) < 3 * spread


def test_the_committed_sample_is_what_its_seed_makes(tmp_path):
    committed = Path(__file__).parents[2] / "data" / "sample"
    made = write_sample(tmp_path / "sample")
    names = sorted(path.name for path in committed.iterdir())
    assert names == sorted(path.name for path in made.iterdir())
    assert [
        name for name in names if (committed / name).read_bytes() != (made / name).read_bytes()
    ] == []


def test_the_dictionary_names_every_column_of_the_sample():
    data = Path(__file__).parents[2] / "data"
    words = (data / "README.md").read_text(encoding="utf-8")
    for path in (data / "sample").iterdir():
        assert f"`{path.name}`" in words, path.name
        columns = (
            pd.read_parquet(path).columns
            if path.suffix == ".parquet"
            else pd.read_csv(path, nrows=1).columns
            if path.suffix == ".csv"
            else []
        )
        assert [column for column in columns if f"`{column}`" not in words] == [], path.name
