"""The same panel to the cent on a real Spark with two workers as in DuckDB.

``make test-spark`` takes the shop of the README; with ``SPARK_LINES=10000000`` it takes the other
shops too, and so many generated lines.
"""

import dataclasses
import os
import shutil
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from tests.benchmarks import lines

from destock.intake.shop import open_shop
from destock.model.messages import Fault
from destock.panel import panel

pytest.importorskip("pyspark", reason="make test-spark installs it")
ROOT = Path(__file__).parents[2]
DATA = ROOT.parent / "shared" / "data"
# two executors in processes of their own; for tiny tables, what is compiled costs more than it
# saves
QUICK = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
OPTIONS = {
    "master": "local-cluster[2,1,1024]",
    "sql.shuffle.partitions": 2,
    "sql.codegen.wholeStage": "false",
    "sql.codegen.factoryMode": "NO_CODEGEN",
    "sql.adaptive.enabled": "false",
    "driver.extraJavaOptions": QUICK,
    "executor.extraJavaOptions": QUICK,
}
# said in full: what the first session of a process was given holds for the next ones too
LARGE = {
    "master": "local-cluster[2,1,4096]",
    "executor.memory": "4g",
    "sql.shuffle.partitions": 8,
    "sql.codegen.wholeStage": "true",
    "sql.codegen.factoryMode": "FALLBACK",
    "sql.adaptive.enabled": "true",
    "executor.extraJavaOptions": "-XX:+UseParallelGC",
}

pytestmark = [
    pytest.mark.skipif(not shutil.which("java"), reason="no Java on this machine"),
    pytest.mark.filterwarnings("ignore"),  # pyspark's own
]


def both(folder: Path, as_of: date, scratch: Path, options: dict) -> tuple[Path, Path]:
    """The panel of a shop for one day, from either engine."""
    shop, places = open_shop(folder), []
    for engine in ("duckdb", "spark"):
        places.append(scratch / engine)
        places[-1].mkdir()
        panel.build(
            dataclasses.replace(shop, engine=engine, spark=options), as_of, places[-1], as_of
        )
    return places[0], places[1]


SHOPS = [
    "douyin",
    *(["simulated", "supermarket_cn", "generated"] if "SPARK_LINES" in os.environ else []),
]


@pytest.fixture(scope="module", params=SHOPS)
def panels(request, small_shop, tmp_path_factory):
    options, name = OPTIONS, request.param
    if name == "supermarket_cn" and not DATA.is_dir():
        pytest.skip("the published files are not on this machine")
    if name == "generated":
        count = int(os.environ["SPARK_LINES"])
        folder, day = (
            lines.write(
                tmp_path_factory.mktemp("lines"),
                count,
                stock=count > 1_000_000,
                skus=min(20_000, count // 100),
            ),
            date(2024, 7, 7),
        )
        options = OPTIONS if count < 1_000_000 else LARGE
    else:
        days = {
            "simulated": date(2026, 6, 7),
            "douyin": date(2026, 5, 20),
            "supermarket_cn": date(2023, 6, 30),
        }
        folder, day = small_shop if name == "simulated" else ROOT / "tests/shops" / name, days[name]
    return both(folder, day, tmp_path_factory.mktemp(name), options)


def test_every_frame_is_the_same_to_the_cent(panels):
    ours, theirs = panels
    for name, order in panel.FRAMES.items():
        one, other = (pd.read_parquet(place / f"{name}.parquet") for place in (ours, theirs))
        keys = [column for column in order.split(", ") if column in one]
        one, other = (
            frame.sort_values(keys, kind="stable").reset_index(drop=True) for frame in (one, other)
        )
        pd.testing.assert_frame_equal(one, other, check_dtype=False, rtol=0, atol=0.005, obj=name)
    assert len(pd.read_parquet(theirs / "sku_week.parquet")) > 0


def test_a_master_that_is_none_is_said_in_one_line(make_shop, tmp_path):
    shop = make_shop(
        {
            "products": "sku\nA\n",
            "order_lines": (
                "order_id,sku,ordered_at,units,kind,customer_paid\no,A,2026-01-05,1,sale,9\n"
            ),
        }
    )
    with pytest.raises(Fault) as fault:
        both(shop, date(2026, 1, 6), tmp_path, {"master": "nonsense"})
    assert fault.value.exit_code == 3
    assert "Spark" in str(fault.value)
