"""The panel proves itself at every run: a key that stands twice, or a total that changed on the
way, ends it.
"""

from contextlib import closing
from datetime import date

import pytest

from destock import engine
from destock.intake.rows import load
from destock.intake.shop import open_shop
from destock.model.messages import Fault
from destock.panel import panel
from destock.panel.proof import TOTALS, UNIQUE, prove


@pytest.fixture(scope="module")
def built(small_shop, tmp_path_factory):
    """An engine in which the panel of the small shop stands."""
    shop, day, scratch = open_shop(small_shop), date(2026, 6, 7), tmp_path_factory.mktemp("scratch")
    with closing(engine.start({small_shop}, scratch)) as con:
        panel.compute(con, shop, load(con, shop, day), day, day)
        yield con


@pytest.fixture
def con(built):
    built.execute("BEGIN")
    yield built
    built.execute("ROLLBACK")


def test_a_sound_panel_adds_up_to_something(con):
    prove(con)
    assert all(
        engine.rows(con, f"SELECT sum({name.split('.')[1]}) > 0 FROM {name.split('.')[0]}")[0][0]
        for names in TOTALS
        for name in names
    )


@pytest.mark.parametrize("table", UNIQUE)
def test_a_key_that_stands_twice_on_the_right_of_a_join_is_a_fault(con, table):
    made = "given_products" if table == "products" else table  # a view of it
    con.execute(
        f"INSERT INTO {made} ({UNIQUE[table]}) SELECT"
        f" {', '.join('NULL' for _ in UNIQUE[table].split(','))} FROM range(2)"
    )
    with pytest.raises(Fault, match=f"^{table}: 1 of its") as fault:
        prove(con)
    assert fault.value.exit_code == 4


@pytest.mark.parametrize("name", [name for names in TOTALS for name in names])
def test_a_total_that_changes_on_the_way_is_a_fault(con, name):
    table, column = name.split(".")
    con.execute(f"UPDATE {table} SET {column} = {column} + 1 WHERE rowid = 0")
    with pytest.raises(Fault, match="does not add up") as fault:
        prove(con)
    assert fault.value.exit_code == 1
