"""A few rejected rows that hold much: the limit measures units, money and stock, not rows alone."""

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from destock.intake.rejects import refuse_over_limit
from destock.model.messages import Fault

SKUS = [f"S{n:03d}" for n in range(200)]
HEADER = "order_id,line_id,sku,ordered_at,units,kind,customer_paid\n"


@pytest.fixture
def shop(make_shop, take_in):
    """200 products with one unit each in stock and one sold; some cells as the test says: (table,
    SKU) → row.
    """

    def take(**rows):
        def of(table, row):
            return "".join(rows.get(f"{table}_{sku}", row.format(sku)) + "\n" for sku in SKUS)

        tables = {
            "products": "sku,unit_cost,tag_price\n" + of("products", "{0},10,20"),
            "order_lines": HEADER + of("orders", "{0},1,{0},2026-05-01,1,sale,20"),
            "stock": "sku,counted_at,on_hand\n" + of("stock", "{0},2026-05-31,1"),
        }
        return take_in(make_shop(tables))

    return take


def refused(intake):
    with pytest.raises(Fault) as caught:
        refuse_over_limit(intake.rows)
    assert caught.value.exit_code == 4
    return str(caught.value)


def test_one_light_reject_in_two_hundred_is_no_reason_to_stop(shop):
    refuse_over_limit(shop(products_S001="S001,ten,20")[0].rows)
    refuse_over_limit(shop(stock_S001="S001,2026-05-31,x")[0].rows)


def test_a_rejected_product_that_holds_most_of_the_stock_stops_the_report(shop):
    intake, _ = shop(products_S001="S001,10,x", stock_S001="S001,2026-05-31,464")
    assert refused(intake).startswith(
        "products: the rejected rows hold 70.0% of the units in stock"
    )
    assert intake.rejected_skus == ("S001",)


def test_a_rejected_product_that_holds_most_of_the_stocks_value_stops_the_report(shop):
    assert refused(shop(products_S001="S001,2000,x")[0]).startswith(
        "products: the rejected rows hold 50.1% of the stock at cost"
    )


def test_a_rejected_product_that_brought_most_of_the_money_stops_the_report(shop):
    assert "products: the rejected rows hold 20.1% of the money sold" in refused(
        shop(products_S001="S001,x,20", orders_S001="1,1,S001,2026-05-01,1,sale,1000")[0]
    )


def test_a_rejected_count_weighs_what_it_says_or_what_the_sku_held_before(shop, make_shop, take_in):
    assert refused(shop(stock_S001="S001,2026-13-31,464")[0]).startswith(
        "stock: the rejected rows hold 70.0% of the units in stock"
    )
    counts = "sku,counted_at,on_hand\n" + "".join(
        f"{sku},2026-05-{day},{464 if sku == 'S001' else 1}\n" for day in (24, 31) for sku in SKUS
    )
    orders = HEADER + "1,1,S001,2026-05-01,1,sale,1\n"
    intake, _ = take_in(
        make_shop(
            {
                "products": "sku\nS001\n",
                "order_lines": orders,
                "stock": counts.replace("S001,2026-05-31,464", "S001,2026-05-31,?"),
            }
        )
    )
    assert refused(intake).startswith("stock: the rejected rows hold 70.0% of the units in stock")


def test_a_rejected_row_of_many_units_stops_the_report(shop):
    assert refused(shop(orders_S001="1,1,S001,2026-05-01,500,sale,x")[0]).startswith(
        "order_lines: the rejected rows hold 71.5% of its units"
    )


def test_what_an_older_count_said_weighs_nothing(shop, make_shop, take_in):
    counts = (
        "sku,counted_at,on_hand\n"
        + "".join(f"{sku},2026-05-31,1\n" for sku in SKUS)
        + "S001,2026-05-24,?\n"
    )
    intake, _ = take_in(
        make_shop(
            {
                "products": "sku\nS001\n",
                "order_lines": HEADER + "1,1,S001,2026-05-01,1,sale,1\n",
                "stock": counts,
            }
        )
    )
    refuse_over_limit(intake.rows)


def test_a_rejected_product_is_not_said_to_be_missing(shop, panel, make_shop):
    products = "sku,category\n" + "".join(f"{sku},Tops\n" for sku in SKUS[2:]) + "S001,Tops,more\n"
    products = products.replace("S001,Tops,more", "S001,#N/A")
    folder = make_shop(
        {
            "products": products,
            "order_lines": (
                HEADER + "".join(f"{sku},1,{sku},2026-05-01,1,sale,20\n" for sku in SKUS)
            ),
        }
    )
    skus = panel(folder, "2026-05-31")("sku_now").set_index("sku")["category"]
    assert skus[["S000", "S001", "S002"]].tolist() == [
        "(not in master)",
        "(product row rejected)",
        "Tops",
    ]


# amounts of more than four decimals


@pytest.mark.parametrize(
    ("cell", "value", "said"),
    [
        ("41.40625", 41.4062, 1),
        ("0.123451", 0.1235, 1),
        ("10.00005000001", 10.0001, 1),
        ("2.1", 2.1, 0),
        ("0.30000000000000004", 0.3, 0),
        ("12345.6789", 12345.6789, 0),
    ],
)
def test_a_mean_cost_is_rounded_half_to_even_and_that_is_said(
    make_shop, take_in, cell, value, said
):
    text = {
        "products": f"sku,unit_cost\nA,{cell}\nB,1.5\n",
        "order_lines": HEADER + "1,1,A,2026-05-01,1,sale,20\n",
    }
    typed = {"products": {"source": "products.parquet"}}
    for kind in (None, pa.float64(), pa.decimal128(20, 12)):
        folder = make_shop(text, tables=typed if kind else {})
        if kind == pa.float64():
            pq.write_table(
                pa.table({"sku": ["A"], "unit_cost": [float(cell)]}), folder / "products.parquet"
            )
        elif kind:
            pq.write_table(
                pa.table({"sku": ["A"], "unit_cost": pa.array([cell[:14]]).cast(kind)}),
                folder / "products.parquet",
            )
        intake, table = take_in(folder)
        assert float(table("products")["unit_cost"][0]) == value
        notes = [(note.value, note.item) for note in intake.notes if note.id == "rounded"]
        assert notes == [(1, "products")] * said or (kind and len(cell) > 14)


def test_a_declared_form_is_rounded_too(make_shop, take_in):
    text = {
        "products": 'sku,unit_cost\nA,"1.041,40625"\nB,"1,5"\n',
        "order_lines": HEADER + "1,1,A,2026-05-01,1,sale,20\n",
    }
    intake, table = take_in(make_shop(text, tables={"products": {"number_format": "1.234,50"}}))
    assert pd.to_numeric(table("products")["unit_cost"]).tolist() == [1041.4062, 1.5]
    assert [note.value for note in intake.notes] == [1]
