"""Sell-through compared: the four definitions by hand, last year's season on the same day, places,
fits, and every flag by a fixture.
"""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from destock.analysis.pacing import comparison
from destock.analysis.pacing import places as by_place
from destock.model.assumptions import assumed
from destock.model.metrics import DEFINITIONS
from destock.pages import Frames
from destock.panel.book import open_book

SEASONS = {"2025SS": date(2025, 8, 31), "2026SS": date(2026, 8, 31)}
HEADER = "sku,style,brand,category,season,launch_date,tag_price,unit_cost,size\n"
PRODUCTS = HEADER + "A,S,us,dress,2026SS,2026-06-01,100,50,M\n"


def event(day, units, kind="sale", sku="A", **more):
    return {
        "sku": sku,
        "ordered_at": f"{day} 12:00:00",
        "units": units,
        "kind": kind,
        "customer_paid": 80 * units,
    } | more


def receipt(day, units, sku="A", **more):
    return {
        "sku": sku,
        "received_at": day,
        "units_received": units,
        "ordered_at": "2020-01-01",
    } | more


@pytest.fixture
def book(make_shop):
    """A book of these events and receipts."""

    def make(as_of, *events, receipts=(), products=PRODUCTS, config=None, **tables):
        lines = pd.DataFrame(
            [{"order_id": f"o{n}", "line_id": "1"} | e for n, e in enumerate(events)]
        )
        tables |= {"products": products, "order_lines": lines}
        if receipts:
            tables["purchases"] = pd.DataFrame(
                [{"po_id": f"p{n}"} | r for n, r in enumerate(receipts)]
            )
        return open_book(make_shop(tables, seasons=SEASONS, **(config or {})), as_of)

    return make


class TestDefinitions:
    """100 received in December, 60 in March; sold 30 in December, 50 in April, 20 in June; as of
    Sunday 28 June.
    """

    SOLD = (event("2025-12-15", 30), event("2026-04-10", 50), event("2026-06-10", 20))
    RECEIVED = (receipt("2025-12-01", 100), receipt("2026-03-02", 60))

    def all_four(self, book):
        found = Frames(book("2026-06-28", *self.SOLD, receipts=self.RECEIVED))["definitions"]
        return found.set_index("definition")["sell_through"].to_dict()

    def test_each_divides_by_its_own_base(self, book):
        # 31 March to 28 June: 130 held for 10 days, 80 for 61, 60 for 19
        mean = (130 * 10 + 80 * 61 + 60 * 19) / 90
        expected = {
            "received": 100 / 160,
            "opening stock": 70 / 70,
            "available": 70 / 130,
            "90-day average": 70 / mean,
        }
        assert self.all_four(book) == pytest.approx(expected)

    def test_the_shop_chooses_one_and_every_comparison_follows(self, book):
        opened = book(
            "2026-06-28", *self.SOLD, receipts=self.RECEIVED, config={"sell_through": "available"}
        )
        compared = Frames(opened)["compared"].set_index("by")
        assert compared.loc["brand", ["sell_through", "basis"]].tolist() == [
            pytest.approx(70 / 130),
            "available",
        ]
        assert (
            Frames(opened)["cohorts"].set_index("cohort").loc["2026SS", "definition"] == "available"
        )

    def test_each_has_a_name_for_the_charts(self):
        assert set(comparison.BASES) == set(DEFINITIONS)

    def test_without_a_base_it_is_unknown_and_says_so(self, book):
        opened = book(
            "2026-06-28",
            *self.SOLD[1:],
            receipts=self.RECEIVED[1:],
            config={"sell_through": "opening stock"},
        )
        row = Frames(opened)["compared"].set_index("by").loc["season"]
        assert np.isnan(row["sell_through"])
        assert row["flags"] == "no_base"

    def test_styles_whose_stock_nobody_knows_are_left_out_of_a_share_of_stock(self, book):
        """A is counted (100, all year), B is not: the 40 sold of B are divided by nothing."""
        products = PRODUCTS + "B,T,us,dress,2026SS,2026-06-01,100,50,M\n"
        count = "sku,counted_at,on_hand\nA,2026-01-01,120\n"
        sold = (event("2026-01-02", 20), event("2026-06-09", 10), event("2026-06-09", 40, sku="B"))
        opened = book(
            "2026-06-14",
            *sold,
            products=products,
            stock=count,
            config={"sell_through": "90-day average"},
        )
        row = Frames(opened)["cohorts"].set_index("cohort").loc["2026SS"]
        assert row["sell_through"] == pytest.approx(10 / ((100 * 84 + 90 * 6) / 90))
        assert Frames(opened)["cohorts"].set_index("cohort").loc["2026", "net_units"] == 30


def test_value_is_weighed_by_the_tag_and_the_cost_of_each_style(book):
    """A: 40 of 100 at tag 100 and cost 50; B: 10 of 100 at tag 300, cost unknown: it stays out of
    the share at cost.
    """
    products = PRODUCTS + "B,T,,coat,2026SS,2026-06-01,300,,M\n"
    sold = (
        event("2026-06-09", 45),
        event("2026-06-10", 5, "return"),
        event("2026-06-09", 10, sku="B"),
    )
    opened = book(
        "2026-06-14",
        *sold,
        receipts=(receipt("2026-06-01", 100), receipt("2026-06-01", 100, "B")),
        products=products,
    )
    row = Frames(opened)["cohorts"].set_index("cohort").loc["2026SS"]
    assert row[["gross", "sell_through", "gross_at_tag", "at_tag"]].tolist() == pytest.approx(
        [0.275, 0.25, 7500 / 40000, 7000 / 40000]
    )
    assert row[["gross_at_cost", "at_cost"]].tolist() == pytest.approx([0.45, 0.40])
    brands = (
        Frames(opened)["compared"]
        .query("by == 'brand'")
        .set_index("part")["sell_through"]
        .to_dict()
    )
    assert brands == pytest.approx({"us": 0.4, "(none)": 0.1})


class TestLastYear:
    PRODUCTS = PRODUCTS + "B,L,us,dress,2025SS,2025-06-02,100,50,M\n"
    SOLD = (
        event("2025-06-10", 30, sku="B"),
        event("2025-06-20", 40, sku="B"),
        event("2026-06-09", 20),
    )
    RECEIVED = (
        receipt("2025-06-02", 100, "B"),
        receipt("2025-06-20", 100, "B"),
        receipt("2026-06-01", 100),
    )

    def test_the_same_season_stands_at_the_same_weekday_52_weeks_before_not_at_its_end(self, book):
        """Until Sunday 15 June 2025: 30 of the 100 received by then; what came on 20 June does not
        count.
        """
        opened = book("2026-06-14", *self.SOLD, receipts=self.RECEIVED, products=self.PRODUCTS)
        row = Frames(opened)["compared"].set_index(["by", "part"]).loc[("season", "2026SS")]
        assert row[["sell_through", "last_year", "change"]].tolist() == pytest.approx(
            [0.2, 0.3, -0.1]
        )
        said = {f.id: f for f in Frames(opened)["about_last_year"]}["same_day_last_year"]
        assert said.value == pytest.approx(-0.1)

    def test_returns_that_came_since_are_taken_off_last_years_sales(self, book):
        late = event("2025-09-01", 10, "return", "B", original_ordered_at="2025-06-10")
        opened = book(
            "2026-06-14", *self.SOLD, late, receipts=self.RECEIVED, products=self.PRODUCTS
        )
        assert Frames(opened)["compared"].set_index("by").loc[
            "season", "last_year"
        ] == pytest.approx(0.2)

    def test_a_style_that_left_early_stays_in_its_season(self, book):
        products = (
            self.PRODUCTS.replace("sku,", "exit_date,sku,")
            .replace("\nA", "\n,A")
            .replace("\nB", "\n2025-06-12,B")
        )
        products += "2026-06-10,C,T,us,dress,2026SS,2026-06-01,100,50,M\n"
        opened = book(
            "2026-06-14",
            *self.SOLD,
            receipts=(*self.RECEIVED, receipt("2026-06-01", 100, "C")),
            products=products,
        )
        assert Frames(opened)["compared"].set_index("by").loc["season", "base_units"] == 200


def test_recent_sales_are_completed_for_returns_still_to_come(book):
    """Half comes back three weeks after it was sold: of the 20 sold last week 10 are still
    expected, in every span.
    """
    weeks = pd.date_range("2026-03-02", periods=14, freq="7D")
    events = [event(f"{day:%Y-%m-%d}", 20) for day in weeks]
    events += [
        event(
            f"{day + pd.Timedelta(weeks=3):%Y-%m-%d}",
            10,
            "return",
            original_ordered_at=f"{day:%Y-%m-%d}",
        )
        for day in weeks[:11]
    ]
    opened = book("2026-06-07", *events, receipts=(receipt("2026-03-01", 400),))
    now = Frames(opened)["spans"].query("cut == 'now'").set_index("span")
    assert now["pending_units"].tolist() == pytest.approx([30, 30, 30])
    assert now.loc["to date", "net_units"] == pytest.approx(140)
    assert Frames(opened)["compared"].set_index("by").loc["season", "flags"] == "returns_immature"


class TestPlaces:
    def test_without_receipts_of_their_own_places_add_up_to_the_style(self, book):
        sold = [
            event("2026-06-02", 30, channel="app"),
            event("2026-06-03", 10, channel="live"),
            event("2026-06-04", 4, "return", channel="app"),
        ]
        compared = Frames(book("2026-06-14", *sold, receipts=(receipt("2026-06-01", 100),)))[
            "compared"
        ].set_index(["by", "part"])
        assert compared.loc["channel", "sell_through"].to_dict() == pytest.approx(
            {"app": 0.26, "live": 0.10}
        )
        assert set(compared.loc["channel", "basis"]) == {comparison.WHOLE}

    def test_what_is_undone_belongs_to_the_place_of_its_sale(self, book):
        back = event(
            "2026-06-05",
            10,
            "return",
            channel="shop",
            order_id="o0",
            original_ordered_at="2026-06-02",
        )
        places = Frames(
            book(
                "2026-06-14",
                event("2026-06-02", 30, channel="app"),
                back,
                receipts=(receipt("2026-06-01", 100),),
            )
        )["places"]
        assert places.query("cut == 'now'").set_index("place")["net_units"].to_dict() == {"app": 20}

    def test_at_a_location_with_receipts_and_transfers_it_is_what_arrived_there(self, book):
        moves = (
            "sku,moved_at,units,kind,location,to_location\nA,2026-06-02,20,transfer,depot,shop\n"
        )
        sold = [event("2026-06-03", 10, location="shop"), event("2026-06-03", 10, location="depot")]
        opened = book(
            "2026-06-14",
            *sold,
            receipts=(receipt("2026-06-01", 100, location="depot"),),
            movements=moves,
        )
        compared = Frames(opened)["compared"].set_index(["by", "part"]).loc["location"]
        assert compared["sell_through"].to_dict() == pytest.approx({"shop": 0.5, "depot": 0.125})
        assert set(compared["basis"]) == {comparison.THERE}


def places_of(sold):
    """Units by style and place as ``at_places`` gives them, all of 1,000 received."""
    rows = (
        sold.rename_axis("item")
        .reset_index()
        .melt("item", var_name="place", value_name="net_units")
    )
    return rows.assign(cut="now", dimension="channel", base_units=1000.0, basis=comparison.WHOLE)


def running(items):
    return pd.DataFrame(
        {
            "item": items,
            "in_season": True,
            "season": "2026SS",
            "season_year": 2026,
            "season_half": "SS",
            "received": 1000.0,
        }
    )


class TestFits:
    ITEMS = [f"i{n}" for n in range(120)]

    def random(self, seed, twist=1.0, sessions=1):
        """Styles of very different sales, three places of very different size; the first style is
        sold ``twist`` times as well in the last.
        """
        rng = np.random.default_rng(seed)
        level, size = rng.lognormal(0, 0.8, len(self.ITEMS)), np.array([300, 120, 60])
        mean = np.outer(level, size)
        mean[0] = 400, 200, 100 * twist
        return pd.DataFrame(
            rng.poisson(mean / sessions) * sessions, index=self.ITEMS, columns=["a", "b", "c"]
        ).astype(float)

    def fits(self, sold):
        return by_place.fits(places_of(sold), running(self.ITEMS), assumed())

    @pytest.mark.parametrize("sessions", [1, 8])
    def test_noise_is_not_called_a_fit(self, sessions):
        """No style prefers a place, but sales come one by one or eight at a time: hardly one in a
        hundred is called a fit.
        """
        called = [
            (self.fits(self.random(seed, sessions=sessions))["verdict"] != by_place.FITS[2]).mean()
            for seed in range(20)
        ]
        assert np.mean(called) < 0.01

    @pytest.mark.parametrize(
        ("twist", "verdict"), [(2.0, "sells better here"), (0.3, "sells worse here")]
    )
    def test_a_planted_preference_is_found(self, twist, verdict):
        found = [
            self.fits(self.random(seed, twist))
            .set_index(["item", "place"])
            .loc[("i0", "c"), "verdict"]
            for seed in range(20)
        ]
        assert found.count(verdict) >= 19

    def test_a_style_that_sells_everywhere_fits_nowhere_in_particular(self):
        sold = self.random(1)
        sold.loc["i1"] = sold.sum() / len(sold) * 3
        cell = self.fits(sold).set_index(["item", "place"]).loc[("i1", "a")]
        assert cell["sell_through"] > 2 * cell["level"]
        assert cell["verdict"] == "as elsewhere"

    def test_few_expected_units_are_not_judged(self):
        sold = self.random(2)
        sold.loc["i2"] = 5.0, 0.0, 20.0
        assert "i2" not in set(self.fits(sold)["item"])

    def test_where_a_style_never_sold_it_is_judged_too(self):
        sold = self.random(3)
        sold.loc["i3"] = 400.0, 200.0, 0.0
        places = places_of(sold).query("not (item == 'i3' and place == 'c')")
        cells = by_place.fits(places, running(self.ITEMS), assumed()).set_index(["item", "place"])
        assert cells.loc[("i3", "c"), "verdict"] == "sells worse here"

    def test_one_place_is_no_comparison(self):
        assert self.fits(self.random(4)[["a"]]).empty


def test_the_spans_of_the_sample_are_those_of_its_rows(small_shop):
    """Every span counted again, day by day, from the rows of the file."""
    opened = open_book(small_shop, "2026-05-31")
    lines = pd.read_parquet(small_shop / "order_lines.parquet").merge(
        pd.read_csv(small_shop / "products.csv")[["sku", "style"]], on="sku"
    )
    lines = lines[
        (lines["ordered_at"] < "2026-06-01")
        & (lines["line_type"] == "goods")
        & (lines["presale"] != "deposit")
    ]
    deposits = (
        pd.read_parquet(small_shop / "order_lines.parquet")
        .query("presale == 'deposit'")["sku"]
        .unique()
    )
    lines["day"] = (
        lines["original_ordered_at"]
        .where(lines["kind"] != "sale", lines["ordered_at"])
        .dt.normalize()
    )
    styles = set(lines["style"]) - set(
        pd.read_csv(small_shop / "products.csv").set_index("sku").loc[deposits, "style"]
    )
    found = opened.panel("item_span").set_index(["item", "cut", "span"])
    for item, cut, span in found.index[found.index.get_level_values(0).isin(sorted(styles)[:12])]:
        row = found.loc[(item, cut, span)]
        mine = lines[
            (lines["style"] == item) & lines["day"].between(row["from_day"], row["to_day"])
        ]
        assert row["sold_units"] == mine.loc[mine["kind"] == "sale", "units"].sum(), (
            item,
            cut,
            span,
        )
        assert (
            row["undone_units"] == mine.loc[mine["kind"].isin(["cancel", "return"]), "units"].sum()
        ), (item, cut, span)


# flag → events, receipts, products and tables that raise it, and the same without the cause
SOLD, RECEIVED = (event("2026-06-09", 40),), (receipt("2026-06-01", 100),)
TWO_SIZES = PRODUCTS + "B,S,us,dress,2026SS,2026-06-01,100,50,L\n"
PRICES = "item,valid_from,valid_to,price\nS,2026-06-01,2026-06-{day},100\nS,2026-06-{day},,80\n"
CAUSES = {
    "no_sales": ({"events": (event("2026-06-09", 1, "cancel"),)}, {}),
    "net_negative": ({"events": (*SOLD, event("2026-06-10", 50, "return"))}, {}),
    "st_gt_100": ({"events": (event("2026-06-09", 120),)}, {}),
    "launch_imputed": ({"products": PRODUCTS.replace("2026-06-01", "")}, {}),
    "cost_missing": ({"products": PRODUCTS.replace(",50,", ",,")}, {}),
    "late_receipt": ({"receipts": (receipt("2026-06-11", 100),)}, {}),
    "left_trunc": ({"products": PRODUCTS.replace("2026-06-01", "2026-03-01")}, {}),
    "replen": (
        {"receipts": (*RECEIVED, receipt("2026-06-10", 21, ordered_at="2026-06-05"))},
        {"receipts": (*RECEIVED, receipt("2026-06-10", 21))},
    ),
    "censored": ({"events": (event("2026-06-04", 100),)}, {}),
    "price_mix": ({"prices": PRICES.format(day="10")}, {"prices": PRICES.format(day="08")}),
    "broken": (
        {
            "products": TWO_SIZES,
            "events": (event("2026-06-09", 100), event("2026-06-09", 20, sku="B")),
            "receipts": (*RECEIVED, receipt("2026-06-01", 50, "B")),
        },
        {
            "products": TWO_SIZES,
            "events": (event("2026-06-09", 60), event("2026-06-09", 20, sku="B")),
            "receipts": (*RECEIVED, receipt("2026-06-01", 20, "B")),
        },
    ),
}


@pytest.mark.parametrize("flag", CAUSES)
def test_a_cause_raises_its_flag_and_its_absence_does_not(book, flag):
    for cause, expected in zip(CAUSES[flag], (True, False), strict=True):
        given = {"events": SOLD, "receipts": RECEIVED} | cause
        opened = book("2026-06-14", *given.pop("events"), **given)
        assert (flag in Frames(opened)["items"]["flags"].iloc[0].split("; ")) == expected, cause


def test_sales_before_the_records_without_a_launch_date_are_truncated(book):
    opened = book(
        "2026-06-14",
        *SOLD,
        products=PRODUCTS.replace("2026-06-01", ""),
        stock="sku,counted_at,on_hand\nA,2026-06-08,90\n",
    )
    assert "left_trunc" in Frames(opened)["items"]["flags"].iloc[0]


def test_a_style_that_is_sold_out_after_its_exit_is_not_censored(book):
    products = PRODUCTS.replace("sku,", "exit_date,sku,").replace("\nA", "\n2026-06-07,A")
    opened = book("2026-06-28", event("2026-06-09", 100), receipts=RECEIVED, products=products)
    assert "censored" not in Frames(opened)["items"]["flags"].iloc[0]
