"""Tiny shops for tests: folders of CSV files with a shop.toml, and their panels."""

import json
import os
from datetime import date
from pathlib import Path

# As the processes of a pack have it. With a thread a core in each worker, small matrices take four
# times as long: threads that wait for each other keep the cores busy.
os.environ |= dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")

import pandas as pd
import pytest

from destock import engine
from destock.intake.rows import load
from destock.intake.shop import open_shop
from destock.panel.book import open_book
from destock.sample import write_sample

TODAY = date(2026, 12, 31)  # what the tests' shops tell of has happened by then, whatever the day


@pytest.fixture(scope="session", autouse=True)
def cache(tmp_path_factory):
    """No test touches the cache of the person who runs it."""
    before = os.environ.get("DESTOCK_CACHE")
    os.environ["DESTOCK_CACHE"] = str(tmp_path_factory.mktemp("cache"))
    yield Path(os.environ["DESTOCK_CACHE"])
    os.environ.pop("DESTOCK_CACHE")
    if before is not None:
        os.environ["DESTOCK_CACHE"] = before


@pytest.fixture(scope="session")
def small_shop(tmp_path_factory):
    """The simulated shop at its smallest useful size."""
    return write_sample(tmp_path_factory.mktemp("small"), seed=1, styles=60)


@pytest.fixture
def make_shop(tmp_path_factory):
    """A shop folder from frames or CSV text: ``make_shop({"products": frame, "order_lines": text},
    unit="kg")``.

    A key such as ``order_lines/2.csv`` is one export of a folder of several; ``tables={"stock":
    {...}}`` adds what ``shop.toml`` says of a table beside its source.
    """

    def make(tables, /, **config):
        folder = tmp_path_factory.mktemp("shop")
        for key, content in tables.items():
            _write(folder / (key if "/" in key else f"{key}.csv"), content)
        sources = {
            key.split("/")[0]: {"source": key.split("/")[0] if "/" in key else f"{key}.csv"}
            for key in tables
        }
        for name, entry in config.pop("tables", {}).items():
            sources[name] = sources.get(name, {}) | entry
        (folder / "shop.toml").write_text(
            "\n".join(f"{k} = {_toml(v)}" for k, v in (config | {"tables": sources}).items()),
            encoding="utf-8",
        )
        return folder

    return make


@pytest.fixture
def panel():
    """``panel(shop, "2026-06-07")("sku_week")`` is one frame of that day's panel."""
    return lambda shop, as_of: open_book(shop, as_of).panel


@pytest.fixture
def take_in(tmp_path):
    """``intake, table = take_in(shop)``: the outcome of intake on TODAY, and each typed table as a
    frame.
    """
    opened = []

    def take(path):
        shop = open_shop(path)
        con = engine.start({shop.folder}, tmp_path, shop.timezone)
        opened.append(con)
        return (
            load(con, shop, TODAY),
            lambda name: con.sql(f"SELECT * FROM {name} ORDER BY ALL").df(),
        )

    yield take
    for con in opened:
        con.close()


def _write(path, content):
    path.parent.mkdir(exist_ok=True)
    if isinstance(content, pd.DataFrame):
        content.to_csv(path, index=False)
    else:
        path.write_text(content, encoding="utf-8")


def _toml(value):
    if isinstance(value, dict):
        return (
            "{ "
            + ", ".join(
                f"{json.dumps(str(k), ensure_ascii=False)} = {_toml(v)}" for k, v in value.items()
            )
            + " }"
        )
    return value.isoformat() if isinstance(value, date) else json.dumps(value, ensure_ascii=False)
