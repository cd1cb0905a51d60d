"""Cells as people have them: the short form of ``make torture-everyday``, and where it ends."""

import pytest
from tests.torture import everyday

from destock.intake.cells import grammar
from destock.intake.cells.mixed import MIXED
from destock.intake.rejects import refuse_over_limit
from destock.model.messages import Fault

PRODUCTS = "sku,style,unit_cost\nA,S,4\n"
HEADER = "order_id,line_id,sku,ordered_at,units,kind,customer_paid,merchant_revenue\n"
# some of every kind
SOME = everyday.damages()[::9]


@pytest.mark.parametrize("damage", SOME, ids=lambda d: f"{d.table}.{d.column} {d.kind}")
def test_an_everyday_damage_is_read_right_or_refused_with_what_to_do(damage):
    assert everyday.amiss(damage, everyday.judged(damage)) == ""


def test_the_study_would_see_a_value_that_is_wrong_in_silence():
    wrong = everyday.Damage("a day off", "stock", "counted_at", lambda n, v: "2026-05-05")
    assert everyday.judged(wrong).what == "wrong"
    quiet = everyday.Damage(
        "nothing said", "stock", "on_hand", lambda n, v: "x", "refused", says="?"
    )
    assert everyday.judged(quiet).what == "unsaid"


@pytest.fixture
def orders(make_shop, take_in):
    """Order lines of which some cells are given: one dict of column → text for each."""

    def take(*rows, **config):
        text = HEADER
        for n, row in enumerate(rows):
            cells = {"order_id": n, "line_id": 1, "sku": "A", "ordered_at": "2026-05-04"}
            cells |= {"units": 1, "kind": "sale", "customer_paid": 10, "merchant_revenue": ""}
            text += ",".join(f'"{cell}"' for cell in (cells | row).values()) + "\n"
        return take_in(make_shop({"products": PRODUCTS, "order_lines": text}, **config))

    return take


def refusal(intake):
    """What is said where a table is refused, else nothing."""
    try:
        refuse_over_limit(intake.rows)
    except Fault as fault:
        return str(fault)
    return ""


@pytest.mark.parametrize(
    ("written", "lines"),
    [
        (["05/04/2026", "05/13/2026"], ['date_format = "%m/%d/%Y"']),
        (["05/04/2026 10:00", "13/04/2026 3:30 PM"], ['date_format = "%d/%m/%Y"']),
        (["04/05/2026"], ['date_format = "%d/%m/%Y"', 'date_format = "%m/%d/%Y"']),
        (["13/05/2026 10:00 +0800"], ['date_format = "%d/%m/%Y"']),
        (["26-05-04"], ['date_format = "%d-%m-%y"', 'date_format = "%y-%m-%d"']),
        (["4-May-26"], ['date_format = "%d-%b-%y"']),
        (["13/04/2026", "05/13/2026"], []),
        (["soon"], []),
    ],
)
def test_the_refusal_names_the_forms_that_read_every_day(orders, written, lines):
    said = refusal(orders(*[{"ordered_at": text} for text in written])[0])
    assert said.startswith("order_lines: ")
    assert said.partition("[tables.order_lines]")[2].partition(": ")[2].split(" / ") == (
        lines or [""]
    )


@pytest.mark.parametrize(
    ("written", "lines"),
    [
        (["1,234", "12,500"], ['number_format = "1,234.50"', 'number_format = "1.234,50"']),
        (["1,234", "12.500"], ['number_format = "1,234.50"', 'number_format = "1.234,50"']),
        (["1,234", "1.234", "ten", "ten", "ten"], [""]),
    ],
)
def test_the_refusal_names_the_forms_that_read_every_number(orders, written, lines):
    said = refusal(orders(*[{"customer_paid": text} for text in written])[0])
    assert said.partition("[tables.order_lines]")[2].partition(": ")[2].split(" / ") == lines


GOOD = [{}] * 39


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([*GOOD, {"ordered_at": "soon"}], ""),
        ([*GOOD, {"customer_paid": "ten"}], ""),
        ([*GOOD, {"units": "two"}], ""),
        ([*GOOD, {"customer_paid": "19", "units": "two"}], ""),
        ([*GOOD, {"customer_paid": "21", "units": "two"}], "1 of 40 rows"),
        ([*GOOD, {"ordered_at": "soon", "units": "3"}], "1 of 40 rows"),
        ([*GOOD, {"units": "two"}, {"units": "two"}], "2 of 41 rows"),
        # of what it holds nothing is known: as much as any other row
        ([*GOOD[:20], {"units": "two", "customer_paid": "ten"}], ""),
        ([*GOOD[:18], {"units": "two", "customer_paid": "ten"}], "1 of 19 rows"),
    ],
)
def test_a_single_bad_row_of_a_small_table_is_no_reason_to_stop(orders, rows, said):
    intake, _ = orders(*rows)
    assert len(intake.rejects) == sum(row != {} for row in rows)
    assert said in refusal(intake) if said else refusal(intake) == ""


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_total_that_is_called_so_in_any_text_is_one_wherever_it_stands(make_shop, take_in, place):
    rows = ["A,Coat,4", "B,Shirt,6"]
    rows.insert(place, ",合计,10")
    products = "sku,name,unit_cost\n" + "\n".join(rows) + "\n"
    intake, table = take_in(
        make_shop({"products": products, "order_lines": HEADER + "1,1,A,2026-05-04,1,sale,9,\n"})
    )
    assert intake.rejects["rule"].tolist() == [grammar.SUMMARY]
    assert table("products")["sku"].tolist() == ["A", "B"]
    assert refusal(intake) == ""


def test_a_name_that_only_looks_like_a_total_is_one_of_goods(make_shop, take_in):
    products = "sku,name\nA,Total\n"
    shop = {"products": products, "order_lines": HEADER + "1,1,A,2026-05-04,1,sale,9,\n"}
    assert take_in(make_shop(shop))[0].rejects.empty


LONG = [f"69{n:013d}" for n in range(6)]


@pytest.mark.parametrize(
    ("ids", "damaged"),
    [
        ([f"{one}00" for one in LONG], 6),
        ([f"{one}0000" for one in LONG], 6),
        ([*[f"{one}000" for one in LONG], "7"], 6),
        ([f"{one}00" for one in LONG[:4]], 0),
        ([f"{LONG[0]}00"] * 8, 0),
        ([*[f"{one}00" for one in LONG], f"{LONG[0]}10"], 0),
        ([f"{one}0" for one in LONG], 0),
        ([f"{one}00"[1:] for one in LONG], 0),
    ],
)
def test_identifiers_of_which_all_long_ones_end_in_zeros_were_rounded(orders, ids, damaged):
    rows = [{"order_id": one, "line_id": n} for n, one in enumerate(ids)]
    intake, _ = orders(*rows)
    assert intake.rejects["rule"].tolist() == [grammar.DAMAGED] * damaged


@pytest.mark.parametrize(
    ("amounts", "rejected"),
    [
        (["1,50", "2.50", "3.50"], ["1,50"]),
        (["1.50", "2,50", "3,50"], ["1.50"]),
        (["1,50", "2.50"], ["1,50", "2.50"]),
        (["1,50", "2", "1.234,5", "1 234"], []),
        (["1,234.50", "2.50", "1,234,567"], []),
        (["1,234,567", "7,654,321", "1,50"], ["1,50"]),
    ],
)
def test_a_column_has_one_mark_of_decimals(orders, amounts, rejected):
    intake, _ = orders(*[{"merchant_revenue": text} for text in amounts])
    assert sorted(intake.rejects["value"]) == rejected
    assert set(intake.rejects["rule"]) <= {MIXED}


def test_two_columns_may_write_decimals_each_in_its_own_way(orders):
    intake, table = orders({"merchant_revenue": "1,50", "customer_paid": "2.50"})
    assert intake.rejects.empty
    amounts = table("order_lines")[["merchant_revenue", "customer_paid"]].astype(float)
    assert amounts.to_numpy().tolist() == [[1.5, 2.5]]


@pytest.mark.parametrize("written", ["-$45.00", "($45.00)", "$-45.00", "$45.00-", "US$(45.00)"])
def test_an_amount_below_zero_has_its_sign_on_either_side_of_the_currencys(
    make_shop, take_in, written
):
    charges = f'date,kind,amount\n2026-05-04,fee,"{written}"\n'
    shop = {"products": PRODUCTS, "order_lines": HEADER + "1,1,A,2026-05-04,1,sale,9,\n"}
    intake, table = take_in(make_shop(shop | {"charges": charges}, currency="USD"))
    read = [] if "(45" in written and written[0] != "(" else [-45]
    assert table("charges")["amount"].astype(float).tolist() == read
    assert len(intake.rejects) == 1 - len(read)
