"""Small shops that went wrong, each with its right value: what people who do this job had
reported.
"""

import shutil
from pathlib import Path

import pandas as pd
import pytest

from destock.pages import Frames, open_page
from destock.panel.book import open_book

CASES = Path(__file__).parents[2] / "shared" / "data" / "cases"

pytestmark = pytest.mark.skipif(
    not CASES.is_dir(), reason="the handed cases are not on this machine"
)


def book(case, as_of=None):
    return open_book(CASES / case, as_of)


def by_item(frame):
    return frame.set_index("item")


class TestOneMoment:
    def test_in_the_middle_of_a_week(self):
        opened = book("mid-week", "2026-03-31")
        assert by_item(Frames(opened)["items"])[["net_units", "received"]].sum().tolist() == [
            91,
            200,
        ]
        season = Frames(opened)["compared"].set_index(["by", "part"]).loc[("season", "2026SS")]
        assert season["sell_through"] == pytest.approx(0.455)
        said = {f.id: f for f in open_page("pacing", CASES / "mid-week", "2026-03-31").findings}
        assert said["no_baseline"].value == pytest.approx(0.455)

    def test_a_style_of_this_week_has_sold(self):
        items = by_item(Frames(book("partial-week", "2026-06-06"))["items"])
        assert items["sell_through"].tolist() == pytest.approx([0.6, 200 / 300])
        assert not items["flags"].str.contains("no_sales").any()

    def test_a_count_after_the_last_order_counts(self):
        opened = book("late-count")
        assert opened.as_of.isoformat() == "2026-05-31"
        assert opened.panel("control_total")["units_on_hand"].iloc[0] == 130

    def test_what_lies_after_the_day_is_said(self):
        page = open_page("summary", CASES / "late-count", "2026-05-29")
        assert "stock (2, 2026-05-31)" in page.found("after_the_day")[0].figures["tables"][0]
        assert [f.id for f in page.findings if f.id.startswith("stock_unknown")] == [
            "stock_unknown_yet"
        ]
        assert "stock" not in [f.item for f in page.found("missing_table")]


class TestUnknown:
    def test_stock_without_sales_is_not_too_much(self):
        opened = book("stock-only")
        assert Frames(opened)["styles"]["excess_on_hand"].isna().all()
        assert Frames(opened)["classes"].empty
        assert not {"excess", "urgent_style"} & {
            f.id for f in open_page("summary", CASES / "stock-only").findings
        }
        assert Frames(opened)["provisions"]["required"].isna().all()

    def test_goods_of_yesterday_are_neither_too_much_nor_written_down(self):
        opened = book("new-goods", "2026-05-31")
        excess = by_item(Frames(opened)["styles"])["excess_on_hand"]
        assert excess.loc["OLD"] == 5
        assert pd.isna(excess.loc["NEW"])
        new = by_item(Frames(opened)["value"]).loc["NEW"]
        assert new[["price", "nrv", "write_down"]].tolist() == pytest.approx([40, 29.6, 0])
        assert Frames(opened)["provisions"]["required"].sum() == 0
        assert "NEW" not in Frames(opened)["actions"]["item"].tolist()

    def test_no_cost_is_unknown_and_goods_are_ranked_by_tag_then_units(self):
        opened = book("no-cost")
        actions = Frames(opened)["actions"]
        assert actions["money"].isna().all()
        assert actions["item"].tolist() == ["P1", "P2"]  # 79 units at 20 before 37 at 30
        said = open_page("summary", CASES / "no-cost")
        assert "cost unknown" in str(_tell(said))
        assert "0 at cost" not in str(_tell(said))
        assert "the margin bears" not in str(_tell(open_page("impact", CASES / "no-cost")))


def _tell(page):
    from destock.present.sentences import tell

    return tell(page.findings, page.currency)


class TestLives:
    def test_an_early_sample_begins_no_life(self):
        styles = by_item(Frames(book("early-sample-order", "2026-04-12"))["styles"])
        assert styles.loc[["Y", "Z"], "age"].tolist() == [5, 5]
        assert styles.loc[["Y", "Z"], "remaining"].tolist() == pytest.approx([113, 113], abs=0.05)
        assert styles.loc["Z", "excess_on_hand"] == pytest.approx(13, abs=0.05)

    def test_a_style_that_is_carried_over_lives_again(self):
        x = by_item(Frames(book("carry-over", "2026-04-12"))["styles"]).loc["X"]
        assert x[["remaining", "excess_on_hand"]].tolist() == pytest.approx([113, 28])
        # 114 were left, 200 came
        assert x[["received", "net_units"]].tolist() == pytest.approx([314, 173])

    def test_without_a_past_season_no_kind_can_be_told(self):
        for case, day, item in (
            ("first-season", "2026-06-07", "Z"),
            ("zero-sales", "2026-05-31", "A"),
        ):
            opened = book(case, day)
            row = by_item(Frames(opened)["classes"]).loc[item]
            assert row[["class", "missing"]].tolist() == [
                "unclassifiable",
                "a past season to compare with",
            ]
        decided = by_item(Frames(opened)["decisions"]).loc["A"]
        assert decided["floor"] == pytest.approx(13.04, abs=0.01)
        assert decided["decision"] == "sell to a jobber"

    def test_a_style_that_was_hardly_shown_was_not_misjudged(self):
        opened = book("exposure-floor", "2026-05-10")
        assert by_item(Frames(opened)["classes"]).loc["2026-00", "class"] == "too early"
        behind = by_item(Frames(opened)["behind"])
        assert behind["first"].tolist() == ["it was shown too little"]
        assert behind.index.tolist() == ["2026-00"]


class TestMoney:
    def test_stock_costs_what_its_receipt_did(self):
        assert Frames(book("nrv-cost-of-which-receipt", "2026-05-31"))["value"][
            "write_down"
        ].sum() == pytest.approx(3104, abs=0.5)

    def test_tax_reaches_every_figure(self):
        opened = book("nrv-tax-13", "2026-04-14")
        assert Frames(opened)["decisions"][["floor", "net_price"]].iloc[
            0
        ].tolist() == pytest.approx([16.72, 74.00], abs=0.005)
        value = Frames(opened)["value"].query("portion == 'too much'")
        assert (value["units"] * value["nrv"]).sum() == pytest.approx(6867, abs=0.5)
        year = 98 * 2 * 52 / 15
        assert Frames(opened)["productivity"]["gross_margin"].iloc[0] == pytest.approx(
            year * (100 - 50)
        )

    def test_a_fee_on_what_was_paid_is_paid_for_what_comes_back(self):
        row = Frames(book("fee-on-paid", "2026-04-12"))["decisions"].iloc[0]
        assert row[["net_price", "floor"]].tolist() == pytest.approx([49.0, 38.5], abs=0.05)
        # one week of it does not pay for itself: so many wait; all weeks together do
        assert row["rate_expected"] < row["rate_needed"]
        assert row["decision"] == "keep selling"
        assert row["present_value"] > 2 * row["units"] * 10.0

    def test_a_festival_ahead_is_waited_for(self):
        """No week before 11.11 pays for itself; all weeks up to it together do. By brute force
        over every week in which selling on may end, from the weeks ahead that the page has.
        """
        frames = Frames(book("festival-ahead", "2025-10-19"))
        rows = by_item(frames["outlook"].rows)
        coming = frames["outlook"].coming[rows.index.get_loc("2025-0")]
        left, sold = 875.0, 0.0
        best = {0: 875 * 30.0}
        for week, wanted in enumerate(coming):
            today, then = (1.1 ** (-7 * one / 365) for one in (week, week + 1))
            units = min(wanted, left)
            sold += units * 148 * then - left * 0.35 * today
            left -= units
            best[week + 1] = sold + left * 30 * 0.97 ** (week + 1) * then
        weeks = max(best, key=best.get)
        options = frames["options"].query("item == '2025-0'").set_index("way")
        keep = options.loc["keep selling"]
        assert keep["pays_until"] == pd.Timestamp("2025-10-19") + pd.Timedelta(weeks=weeks)
        assert keep["pays_until"] >= pd.Timestamp("2025-11-16")
        assert keep["present_value"] == pytest.approx(best[weeks], rel=0.005)
        assert best[weeks] > 37_237 > best[0]
        # better still: who takes now what even the festival will not sell, and waits with the rest
        row = by_item(frames["decisions"]).loc["2025-0"]
        assert row["present_value"] > keep["present_value"]
        assert row["units"] == 664
        assert row["pays_until"] >= pd.Timestamp("2025-11-16")

    def test_a_young_shop_has_not_seen_its_returns(self):
        assert Frames(book("returns-new-shop-6-weeks", "2024-02-11"))["sales"][
            "net_units"
        ].sum() == pytest.approx(300)

    def test_the_rate_of_returns_is_that_of_now(self):
        weeks = Frames(book("returns-drift", "2025-12-28"))["sales"]
        assert weeks["net_units"].tail(8).sum() == pytest.approx(400)

    def test_sizes_with_tags_of_their_own_sold_at_their_tags(self):
        assert Frames(book("price-level-style-sizes-differ", "2026-03-08"))["items"][
            "price_realisation"
        ].tolist() == pytest.approx([1.0])


def test_joined_tables(tmp_path, monkeypatch, take_in):
    monkeypatch.chdir(tmp_path)
    folder = shutil.copytree(CASES / "joined-tables", tmp_path / "shop")
    _, table = take_in(folder)
    assert float(table("order_lines")["customer_paid"].sum()) == 60
    headers = folder / "headers.csv"
    headers.write_text(
        "\n".join(line for line in headers.read_text().splitlines() if not line.startswith("3,"))
        + "\n"
    )
    intake, table = take_in(folder)
    assert float(table("order_lines")["customer_paid"].sum()) == 40
    assert [
        (note.item, note.value, note.figures["lines"][0])
        for note in intake.notes
        if note.id == "unmade_rows"
    ] == [("items.csv", 1, "5")]


def test_average_cost(panel):
    control = panel(CASES / "average-cost", "2026-05-31")("control_total")
    assert round(float(control["stock_at_cost"].iloc[0]), 2) == 2284.15


def test_zoned_times(take_in):
    intake, table = take_in(CASES / "zoned-times")
    assert intake.rejects.empty
    times = table("order_lines").set_index("order_id")["ordered_at"].dt.strftime("%m-%d %H:%M")
    assert times.to_dict() == {
        "#1001": "05-05 01:30",
        "#1002": "05-05 13:00",
        "#1003": "05-06 23:00",
    }


def test_words_below_the_table_are_skipped_and_said(take_in):
    intake, table = take_in(CASES / "footer")
    assert table("order_lines")["customer_paid"].astype(float).tolist() == [75, 189]
    row = intake.rows.set_index("table").loc["order_lines"]
    assert row[["rows_in", "used", "rejected", "skipped"]].tolist() == [4, 2, 0, 2]
    (said,) = [note for note in intake.notes if note.id == "footer"]
    assert "2,record(s) downloaded / Seller ID : one" in said.figures["text"]


def test_cells_merged_above_the_header_do_not_matter(take_in):
    intake, table = take_in(CASES / "banner")
    assert intake.rejects.empty
    assert table("order_lines")["customer_paid"].astype(float).tolist() == [75, 189]
