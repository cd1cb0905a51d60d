"""The decisions of a whole shop: what they know, what they do not, and who may overrule them."""

import shutil

import pandas as pd
import pytest

from destock.analysis.clearance import choice, orders, ways
from destock.model.results import published
from destock.pages import Frames
from destock.panel.book import open_book


@pytest.fixture(scope="module")
def decisions(small_shop):
    return Frames(open_book(small_shop))["decisions"]


@pytest.fixture(scope="module")
def alone(small_shop, tmp_path_factory):
    """The same shop with its own ways alone: no exit is listed."""
    folder = shutil.copytree(small_shop, tmp_path_factory.mktemp("alone") / "shop")
    listed = (folder / "exits.csv").read_text(encoding="utf-8")
    (folder / "exits.csv").write_text(listed.partition("\n")[0] + "\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def own_decisions(alone):
    return Frames(open_book(alone))["decisions"]


@pytest.fixture
def copy(alone, tmp_path):
    """A copy of the shop without exits, to change."""
    return shutil.copytree(alone, tmp_path / "copy")


def decided(shop) -> pd.DataFrame:
    rows = Frames(open_book(shop))["decisions"]
    return rows[rows["portion"] == ways.IN_STOCK].set_index("item").sort_index()


def test_what_stock_cost_to_buy_changes_no_decision_about_it(copy, own_decisions):
    for name in ("products.csv", "purchases.csv"):
        table = pd.read_csv(copy / name, dtype=str)
        table["unit_cost"] = (pd.to_numeric(table["unit_cost"]) * 10).round(2).astype(str)
        table.to_csv(copy / name, index=False)
    stock = own_decisions["portion"] == ways.IN_STOCK
    plain = own_decisions[stock].set_index("item").sort_index()
    pd.testing.assert_frame_equal(decided(copy), plain)


def test_every_style_in_stock_has_one_decision(small_shop, decisions):
    frames = Frames(open_book(small_shop))
    stock = choice.about_stock(decisions)
    held = frames["styles"].query("on_hand > 0")
    assert sorted(stock["item"]) == sorted(held["item"])
    assert not decisions.duplicated(["item", "portion", "po_id"]).any()
    apart = decisions["portion"].isin([ways.DAMAGED, orders.ON_ORDER])
    units = decisions[~apart].groupby("item")["units"].sum()
    assert (units <= units.index.map(held.set_index("item")["on_hand"])).all()


def test_what_is_chosen_brings_most_of_all_that_can_be_done(small_shop, decisions):
    options = Frames(open_book(small_shop))["options"]
    best = options.groupby(["item", "portion", "po_id"])["present_value"].max()
    chosen = decisions.set_index(["item", "portion", "po_id"])["present_value"]
    both = pd.concat([best.rename("best"), chosen.rename("chosen")], axis=1).dropna()
    assert len(both) > 10
    assert both["chosen"].tolist() == pytest.approx(both["best"].tolist())


def test_letting_be_and_what_acting_gains_add_up(decisions):
    acts = decisions.dropna(subset=["keep_value", "gain"])
    added = acts["keep_value"] + acts["gain"]
    assert added.tolist() == pytest.approx(acts["present_value"].tolist())


def test_the_analysts_word_is_obeyed_in_either_language_and_priced(copy, own_decisions):
    stock = own_decisions[own_decisions["portion"] == ways.IN_STOCK]
    stock = stock[stock["second"].notna()]
    changed = stock[stock["decision"] == ways.JOBBER].head(2)
    words = pd.DataFrame(
        {
            "item": changed["item"],
            "decision": ["keep selling", "继续卖"],
            "reason": "a film shows it next month",
        }
    )
    words.to_csv(copy / "overrides.csv", index=False)
    with (copy / "shop.toml").open("a", encoding="utf-8") as config:
        config.write('\n[tables.overrides]\nsource = "overrides.csv"\n')
    rows = decided(copy).loc[changed["item"]]
    assert set(rows["decision"]) == {ways.KEEP}
    assert set(rows["decided"]) == {"analyst"}
    lost = changed.set_index("item")["present_value"] - rows["present_value"]
    assert rows["gives_up"].tolist() == pytest.approx(lost.tolist())
    frames = Frames(open_book(copy))
    assert not (frames["classes"]["decided"] == "analyst").any()
    # the cash "as is decided" is that of these decisions
    sold = frames["decisions"].query("portion != 'on order'")
    sold = sold[sold["item"].isin(frames["costs"]["item"])]
    assert frames["cash_curve"]["cash"].iloc[0] == pytest.approx(sold["cash_by_date"].sum())


def test_a_shop_whose_customers_answer_is_not_known_cuts_no_price():
    frames = Frames(open_book("tests/shops/first"))
    cuts = frames["options"].query("way == 'cut the price'")
    assert cuts["present_value"].isna().all()
    assert ways.CUT not in set(frames["decisions"]["decision"])


def test_without_a_tag_the_dearest_price_stands_in_for_it(copy):
    """Half the styles lose their tag: they are still decided, from what they were once sold at."""
    products = pd.read_csv(copy / "products.csv", dtype=str)
    half = products["style"].isin(sorted(products["style"].unique())[::2])
    products["tag_price"] = products["tag_price"].mask(half)
    products.to_csv(copy / "products.csv", index=False)
    rows, frames = decided(copy), Frames(open_book(copy))
    bare = frames["items"].loc[frames["items"]["tag_price"].isna(), "item"]
    weeks = frames["weeks"]
    dearest = weeks[["list_price", "price"]].max(axis=1).groupby(weeks["item"]).max()
    jobber = frames["outlook"].rows.set_index("item")["jobber"]
    known = [item for item in bare if item in jobber.index]
    assert len(known) > 5
    assert jobber[known].tolist() == pytest.approx((0.1 * dearest[known]).tolist())
    assert rows.loc[[item for item in known if item in rows.index], "present_value"].notna().all()


class TestExits:
    """What leaves by the exits of the shop's table."""

    def test_no_slot_takes_more_than_it_has_room_for(self, small_shop):
        frames = Frames(open_book(small_shop))
        taken = frames["exit_plan"].groupby(["exit", "leaves_on"])["units"].sum()
        room = frames["exit_slots"].set_index(["exit", "leaves_on"])
        assert len(taken) > 2
        assert (taken <= room["units"].reindex(taken.index).fillna(taken.max())).all()
        assert (taken >= room["least_units"].reindex(taken.index).fillna(0)).all()
        excess = frames["styles"].set_index("item")["excess_on_hand"]
        units = frames["exit_plan"].groupby("item")["units"].sum()
        assert (units <= excess[units.index]).all()

    def test_a_shop_with_exits_gets_no_less_than_without(self, decisions, own_decisions):
        assert decisions["gain"].sum() > own_decisions["gain"].sum()

    def test_what_leaves_and_what_stays_is_all_there_was(self, decisions, own_decisions):
        apart = [ways.DAMAGED, orders.ON_ORDER]
        units = [
            rows[~rows["portion"].isin(apart)].groupby("item")["units"].max().sum()
            for rows in (own_decisions,)
        ]
        assert units[0] >= decisions.loc[~decisions["portion"].isin(apart), "units"].sum()

    def test_the_analysts_word_keeps_a_style_from_every_exit(self, small_shop, tmp_path):
        folder = shutil.copytree(small_shop, tmp_path / "copy")
        leaving = Frames(open_book(small_shop))["exit_plan"]["item"].iloc[0]
        words = {"item": [leaving], "decision": ["keep selling"], "reason": ["a film"]}
        pd.DataFrame(words).to_csv(folder / "overrides.csv", index=False)
        with (folder / "shop.toml").open("a", encoding="utf-8") as config:
            config.write('\n[tables.overrides]\nsource = "overrides.csv"\n')
        frames = Frames(open_book(folder))
        assert leaving not in set(frames["exit_plan"]["item"])
        (word,) = frames["decisions"].query("item == @leaving and portion == 'in stock'").decision
        assert word == ways.KEEP

    def test_an_exit_counts_from_the_day_it_was_agreed_on(self, small_shop):
        """The sample's exits were agreed on the first of June."""
        may = Frames(open_book(small_shop, "2026-05-31"))
        assert may["exit_plan"].empty
        assert may["exit_calendar"].empty
        assert may["line_up"].empty
        assert may["about_exits"] == []

    def test_more_hurry_gets_its_cash_from_exits_that_pay_in_time(self, small_shop):
        curve = Frames(open_book(small_shop))["cash_curve"]
        alone = Frames(open_book(small_shop, "2026-05-31"))["cash_curve"]
        assert curve["cash"].is_monotonic_increasing
        assert (curve["given_up"] >= -1e-6).all()
        assert len(curve) == len(alone)

    def test_a_shop_of_one_exit_that_takes_nothing_says_so(self, copy):
        head = "exit,kind,price,units\n"
        (copy / "exits.csv").write_text(head + "gift,捐赠,0.01,1000\n", encoding="utf-8")
        frames = Frames(open_book(copy))
        assert [one.id for one in frames["about_exits"]] == ["no_use_of_exits"]
        assert frames["exit_offer"]["kind"].tolist() == ["donation"]


def test_a_later_report_says_what_became_of_an_earlier_one(small_shop, tmp_path):
    """As a pack's results hold the decisions, and as a pattern over packs finds them."""
    shop = shutil.copytree(small_shop, tmp_path / "shop")
    for day, lang in (("2026-05-24", "en"), ("2026-05-24", "zh"), ("2026-05-31", "en")):
        place = tmp_path / "reports" / f"shop-{day}-{lang}" / "results"
        place.mkdir(parents=True)
        told = published("decisions", Frames(open_book(small_shop, day))["decisions"])
        told.to_parquet(place / "decisions.parquet", index=False)
    with (shop / "shop.toml").open("a", encoding="utf-8") as config:
        config.write('\n[tables.promises]\nsource = "../reports/*/results/decisions.parquet"\n')
    frames = Frames(open_book(shop))
    became, earlier = frames["became"], Frames(open_book(small_shop, "2026-05-31"))["decisions"]
    key = ["item", "portion", "po_id"]
    assert sorted(map(tuple, became[key].values)) == sorted(map(tuple, earlier[key].values))
    assert set(became["report_day"]) == {pd.Timestamp("2026-05-31")}
    assert set(became["done"]) <= {"done", "not done", "cannot be seen"}
    (told,) = frames["about_promises"]
    assert told.id == "promises_kept"
    assert told.figures["came"][0] == pytest.approx(
        became.loc[became["promised"].notna(), "cash_came"].sum()
    )
    # a report of the day itself, or later, is no promise of it
    assert Frames(open_book(shop, "2026-05-24"))["became"].empty
    assert Frames(open_book(small_shop))["about_promises"][0].id == "no_promises_yet"


class TestGoal:
    def curve(self, shop, **settings):
        return Frames(open_book(shop, settings=settings))

    def test_the_decisions_take_as_much_hurry_as_the_goal_needs(self, small_shop):
        plain = self.curve(small_shop)
        curve = plain["cash_curve"]
        locked = plain["costs"]["purchase"].sum()
        between = (curve["cash"].iloc[0] + curve["cash"].iloc[-1]) / 2 / locked
        hurried = self.curve(small_shop, cash_goal=between, goal_chance=0.5)
        assert hurried["hurry"] > 0
        assert [one.id for one in hurried["about_goal"]] == ["goal_reached"]
        before, after = plain["decisions"], hurried["decisions"]
        assert after["cash_by_date"].sum() > before["cash_by_date"].sum()
        assert after["present_value"].sum() < before["present_value"].sum()

    def test_a_goal_that_cannot_be_had_is_refused_with_the_most(self, small_shop):
        frames = self.curve(small_shop, cash_goal=10)
        assert frames["hurry"] == 0
        (told,) = frames["about_goal"]
        assert told.id == "goal_out_of_reach"
        assert told.figures["most"][0] == frames["cash_curve"]["cash"].iloc[-1]
        plain = self.curve(small_shop)["decisions"]
        pd.testing.assert_frame_equal(frames["decisions"], plain)
