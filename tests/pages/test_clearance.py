"""The decisions of a whole shop: what they know, what they do not, and who may overrule them."""

import shutil

import pandas as pd
import pytest

from destock.analysis.clearance import ways
from destock.pages import Frames
from destock.panel.book import open_book


@pytest.fixture(scope="module")
def decisions(small_shop):
    return Frames(open_book(small_shop))["decisions"]


@pytest.fixture
def copy(small_shop, tmp_path):
    """A copy of the shop, to change."""
    return shutil.copytree(small_shop, tmp_path / "copy")


def decided(shop) -> pd.DataFrame:
    rows = Frames(open_book(shop))["decisions"]
    return rows[rows["portion"] == ways.IN_STOCK].set_index("item").sort_index()


def test_what_stock_cost_to_buy_changes_no_decision_about_it(copy, decisions):
    for name in ("products.csv", "purchases.csv"):
        table = pd.read_csv(copy / name, dtype=str)
        table["unit_cost"] = (pd.to_numeric(table["unit_cost"]) * 10).round(2).astype(str)
        table.to_csv(copy / name, index=False)
    plain = decisions[decisions["portion"] == ways.IN_STOCK].set_index("item").sort_index()
    pd.testing.assert_frame_equal(decided(copy), plain)


def test_every_style_in_stock_has_one_decision(small_shop, decisions):
    frames = Frames(open_book(small_shop))
    stock = decisions[decisions["portion"] == ways.IN_STOCK]
    held = frames["styles"].query("on_hand > 0")
    assert sorted(stock["item"]) == sorted(held["item"])
    assert not decisions.duplicated(["item", "portion", "po_id"]).any()
    assert (stock["units"] <= stock["item"].map(held.set_index("item")["on_hand"])).all()


def test_what_is_chosen_brings_most_of_all_that_can_be_done(small_shop, decisions):
    options = Frames(open_book(small_shop))["options"]
    best = options.groupby(["item", "portion", "po_id"])["present_value"].max()
    chosen = decisions.set_index(["item", "portion", "po_id"])["present_value"]
    both = pd.concat([best.rename("best"), chosen.rename("chosen")], axis=1).dropna()
    assert len(both) > 20
    assert both["chosen"].tolist() == pytest.approx(both["best"].tolist())


def test_letting_be_and_what_acting_gains_add_up(decisions):
    acts = decisions.dropna(subset=["keep_value", "gain"])
    added = acts["keep_value"] + acts["gain"]
    assert added.tolist() == pytest.approx(acts["present_value"].tolist())


def test_the_analysts_word_is_obeyed_in_either_language_and_priced(copy, decisions):
    stock = decisions[(decisions["portion"] == ways.IN_STOCK) & decisions["second"].notna()]
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


def test_without_a_tag_the_dearest_price_stands_in_for_it(copy, decisions):
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
