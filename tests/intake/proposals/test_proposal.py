"""What a profile fills only where nothing else does, and what it has settled."""

from pathlib import Path

import pytest

from destock.intake.profiles import Profile, profiles
from destock.intake.proposals.finding import Export
from destock.intake.proposals.proposal import propose

RENAMED = {"rename": {"date": "Day", "amount": "Fee"}}
SKUS = ["A1-S", "A1-M", "B1-S", "B1-M", "C1-S", "C1-M"]


def jushuitan_stock(tmp_path):
    file = tmp_path / "stock-2026-05-31.csv"
    file.touch()
    columns = {
        "款式编码": ["A"] * 6,
        "商品编码": SKUS,
        "实际库存数": ["1"] * 6,
        "订单占有数": ["0"] * 6,
    }
    return Export([file], file.name, columns, profile=profiles()["jushuitan_stock"])


def listed():
    columns = {"商家编码": SKUS, "款号": ["A"] * 6, "品名": ["裙"] * 6, "成本价": ["40"] * 6}
    return Export([Path("goods.csv")], "goods.csv", columns)


def tables(*exports):
    return [(entry.table, entry.export.source) for entry in propose(list(exports), "x").entries]


def test_a_list_of_products_is_better_than_what_stands_beside_a_count(tmp_path):
    stock = jushuitan_stock(tmp_path)
    for exports in ((stock, listed()), (listed(), stock)):
        assert tables(*exports) == [("products", "goods.csv"), ("stock", stock.source)]
    assert tables(stock) == [("products", stock.source), ("stock", stock.source)]


@pytest.mark.parametrize("settled", [{}, {"date_format": "%m/%d/%Y"}])
def test_a_form_that_a_profile_has_settled_is_not_asked_for(settled):
    profile = Profile("x", "", "", [], tables={"charges": RENAMED | settled})
    export = Export([], "x.csv", {"Day": ["03/04/2026"], "Fee": ["5"]}, profile=profile)
    (entry,) = propose([export], "x").entries
    assert [question.key for question in entry.questions] == ["date_format"] * (not settled)
    assert "date_format" not in entry.keys
