"""One style: what the pages say of it, and nothing else."""

import json
from pathlib import Path

import pandas as pd
import pytest

from destock.model.messages import Fault
from destock.model.notebooks import notebooks
from destock.pages import Frames, open_page
from destock.panel.book import open_book
from destock.present.sentences import tell
from destock.publish.cli import main

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def frames(small_shop):
    return Frames(open_book(small_shop))


def one(shop, item=""):
    return open_page("style", shop, item=item)


def test_without_a_code_it_is_the_style_with_most_money_in_excess(small_shop, frames):
    most = frames["actions"].sort_values(["money", "item"], ascending=[False, True])["item"].iloc[0]
    assert one(small_shop)["style"]["item"].tolist() == [most]


def test_a_code_that_is_not_there_is_refused_with_the_nearest(small_shop, frames):
    near = frames["styles"]["item"].iloc[0]
    with pytest.raises(Fault, match="is not known; did you mean") as refused:
        one(small_shop, f"{near}x")
    assert refused.value.exit_code == 2
    assert refused.value.values["near"] == near


def some(frames):
    """Styles of every kind: two of each, and two that are of none."""
    kinds = frames["styles"].merge(frames["classes"][["item", "class"]], on="item", how="left")
    return kinds.groupby("class", dropna=False)["item"].head(2).drop_duplicates()


def test_it_says_what_every_page_says(frames):
    for item in some(frames):
        page = Frames(frames.book, {"item": item})
        said = page["judgements"].set_index("told_by")["judgement"]
        for label, frame, column in (
            ("Kinds", "classes", "class"),
            ("Sell-through", "pace", "pace"),
            ("Sell-through", "grades", "grade"),
        ):
            rows = frames[frame]
            own = set(rows.loc[rows["item"] == item, column].dropna())
            assert own <= set(pd.Series(said.get(label, [])).tolist()), (item, frame)


def test_what_is_decided_about_it_is_what_the_decisions_say(frames):
    for item in some(frames):
        shown = Frames(frames.book, {"item": item})["style_decisions"]
        whole = frames["decisions"]
        own = whole[whole["item"] == item].reset_index(drop=True)
        pd.testing.assert_frame_equal(shown, own)


def test_its_rows_are_those_of_the_style_and_add_up(frames):
    for item in some(frames):
        page = Frames(frames.book, {"item": item})
        parts = [
            page[name] for name in ("style_kinds", "style_sizes", "style_costs", "style_value")
        ]
        assert all(set(part["item"]) <= {item} for part in parts)
        classes = frames["classes"]
        excess = classes.loc[classes["item"] == item, "units"].sum()
        assert page["style_costs"]["units"].sum() == pytest.approx(excess)
        weeks = frames["item_week"]
        sold = weeks.loc[weeks["item"] == item, "sold_units"].sum()
        assert page["style_weeks"]["sold_units"].sum() == sold


def test_its_money_is_that_of_the_summary_in_stock_and_on_order(frames):
    actions = frames["actions"].set_index("item")
    told = 0
    for item in {*some(frames), *frames["open_orders"]["item"].head(3)}:
        for finding in Frames(frames.book, {"item": item})["about_style"]:
            if finding.id == "style_excess":
                told += 1
                assert finding.money == pytest.approx(actions["money"][item], nan_ok=True)
                assert finding.figures["week"][0] == pytest.approx(actions["week"][item])
    assert told > 3


def test_unknown_stock_is_told_and_no_zero(make_shop):
    lines = pd.DataFrame(
        {"order_id": ["1"], "sku": ["a"], "ordered_at": ["2026-06-01"], "units": [1]}
    ).assign(kind="sale", customer_paid=9.0)
    shop = make_shop(
        {"products": pd.DataFrame({"sku": ["a"], "style": ["A"]}), "order_lines": lines}
    )
    page = one(shop, "A")
    told = str(tell(page.findings, page.currency))
    assert "nobody can say how much is too much" in told
    assert " 0 units" not in told


def test_the_command_makes_the_page_alone(small_shop, tmp_path, frames):
    item = frames["styles"]["item"].iloc[-1]
    assert main(["style", str(small_shop), item, "--out", str(tmp_path / "pack")]) == 0
    assert {path.stem for path in (tmp_path / "pack").glob("*.html")} == {"index", "style"}
    assert item in (tmp_path / "pack" / "style.html").read_text(encoding="utf-8")
    run = json.loads((tmp_path / "pack" / "run.json").read_text(encoding="utf-8"))
    assert run["given"] == {"item": item}


def test_the_command_refuses_an_unknown_style_as_a_parameter(small_shop, tmp_path, capsys):
    assert main(["style", str(small_shop), "nothing", "--out", str(tmp_path / "pack")]) == 2
    assert 'style "nothing" is not known' in capsys.readouterr().err


def test_no_other_file_of_the_library_knows_the_page():
    """Beside its module and its charts; outside the library there are its notebook, its test, the
    catalogue, and what `make format` writes.
    """
    name, library = "style", ROOT / "lib" / "destock"
    words = (f"pages.{name}", f"pages import {name}", f"charts.{name}", f"06_{name}")
    knowing = {
        path.relative_to(library).as_posix()
        for path in library.rglob("*.py")
        if any(word in path.read_text(encoding="utf-8") for word in words)
        or (path.parent.name == "publish" and f'["{name}"' in path.read_text(encoding="utf-8"))
    }
    assert knowing <= {"pages/style.py", "present/charts/style.py"}
    assert name in notebooks()
    assert not notebooks()[name].in_pack
