"""Days, numbers and identifiers, told from a few values."""

from datetime import datetime

import pytest

from destock.intake.proposals.values import (
    DAY_FORMS,
    NUMBER_FORMS,
    amount,
    day_forms,
    is_day,
    known,
    number_forms,
    share_of,
)


@pytest.mark.parametrize("form", DAY_FORMS)
def test_days_of_a_whole_year_have_the_form_in_which_they_were_written(form):
    moments = [
        datetime(2026, month, day, 21, 5, 9) for month in (1, 7, 12) for day in (2, 19, 31)[:2]
    ]
    written = [moment.strftime(form) for moment in moments]
    assert day_forms(written) == [form]
    assert all(is_day(value) for value in written)
    assert share_of("date", written) == share_of("time", written) == 1
    assert share_of("id", written) == 0


@pytest.mark.parametrize(
    ("values", "forms"),
    [
        (["03/04/2026", "05/06/2026"], ["%d/%m/%Y", "%m/%d/%Y"]),
        (["03.04.2026"], ["%d.%m.%Y", "%m.%d.%Y"]),
        (["03-04-2026 10:00"], ["%d-%m-%Y %H:%M", "%m-%d-%Y %H:%M"]),
        (["03/04/26"], ["%d/%m/%y", "%m/%d/%y"]),
        (["3/4/2026"], ["%d/%m/%Y", "%m/%d/%Y"]),
        # one day after the twelfth tells all of them
        (["03/04/2026", "13/04/2026"], ["%d/%m/%Y"]),
        (["03/04/2026", "04/13/2026"], ["%m/%d/%Y"]),
        # no form fits both
        (["13/04/2026", "04/13/2026"], []),
        (["03/04/2026", "03.04.2026"], []),
        (["03/04/2026", ""], ["%d/%m/%Y", "%m/%d/%Y"]),
        (["2026-03-04"], []),
        (["", "-"], []),
        ([], []),
    ],
)
def test_days_that_can_be_read_in_two_ways_have_two_forms(values, forms):
    assert day_forms(values) == forms


@pytest.mark.parametrize(
    "value",
    [
        "2026-03-04",
        "2026/3/4",
        "2026.03.04",
        "2026.03.04.",
        "2026年3月4日",
        "2026-03-04 10:00:00",
        "2026-03-04T10:00:00Z",
        "2026-03-04T10:00:00+08:00",
        "20260304",
        "4.3.2026",
        "04/03/2026 9:05 PM",
    ],
)
def test_what_is_a_day(value):
    assert is_day(value)
    assert share_of("date", [value]) == 1


@pytest.mark.parametrize(
    "value",
    [
        "12345678",  # an id of eight digits
        "69012345",
        "20261304",  # the year of a day, and no month of it
        "20260230",
        "20269999",
        "202603041",
        "2026",
        "31/02/2026",
        "01/01/1890",
        "3/4",
        "1.5",
        "12.03",
        "KL-2026-03",
        "2026-13-04",
        "2026-02-30",
        # numbers of invoices
        "2026-03-0117",
        "2026-03-01-77",
        "2026.03.117",
        "",
    ],
)
def test_what_is_no_day(value):
    assert not is_day(value)


def test_an_identifier_of_eight_digits_is_one():
    assert share_of("id", ["12345678", "69012345", "40000001"]) == 1
    assert share_of("date", ["12345678", "69012345", "40000001"]) == 0


@pytest.mark.parametrize(
    ("values", "forms"),
    [
        (["1,234.50", "12.00"], []),
        (["1.234,50", "12,00"], []),
        (["1234.50"], []),
        (["12"], []),
        ([], []),
        (["1,234"], [*NUMBER_FORMS]),
        (["1.234"], [*NUMBER_FORMS]),
        (["1,234", "5.50"], ["1,234.50"]),
        (["1.234", "5,50"], ["1.234,50"]),
        (["1.234", "12.345.678"], ["1.234,50"]),
        (["1,234", "12,345,678.90"], ["1,234.50"]),
        (["€ 1.234", "€ 5,50"], ["1.234,50"]),
        (["-1,234", "(5.50)"], ["1,234.50"]),
        (["1,234", "-", ""], [*NUMBER_FORMS]),
        # each in a form of its own: none fits both
        (["1,234", "5.50", "5,50"], []),
    ],
)
def test_a_number_has_a_form_where_nothing_tells_thousands_from_decimals(values, forms):
    assert number_forms(values) == forms


@pytest.mark.parametrize(
    ("kind", "values", "share"),
    [
        ("units", ["1", "-2", "3.0", "1,000", "4"], 1),
        ("units", ["1.5", "2"], 0.5),
        ("units", ["1", "two"], 0.5),
        ("units", ["3 pcs", "3件"], 1),
        ("money", ["¥1,234.50", "12,00 €", "-5", "(5.00)", "US$ 9.99", "1 234,50", "5.00-"], 1),
        ("money", ["see above", "twelve"], 0),
        ("number", ["0.5", "abc", "7", "x"], 0.5),
        ("id", ["KL-001", "000123", "a b"], 1),
        ("id", ["19.90", "5,00", "-3.5"], 0),
        ("id", ["2026-03-04", "KL"], 0.5),
        ("id", ["x" * 60, "x" * 61], 0.5),
        ("text", ["anything", "2026-03-04", "1"], 1),
        ("date", ["2026-03-04", "", "-", "null"], 1),
        ("date", ["2026-03-04", "soon", "later", "12"], 0.25),
    ],
)
def test_a_share_is_of_the_values_that_say_something(kind, values, share):
    assert share_of(kind, values) == share


@pytest.mark.parametrize("kind", ["date", "time", "units", "money", "number", "id", "text"])
def test_a_column_that_says_nothing_is_of_no_kind(kind):
    assert share_of(kind, []) == 0
    assert share_of(kind, ["", " ", "-", "--", "—", "NULL", "None", "NaN", "N/A", "\\N"]) == 0


def test_what_is_known_is_without_blanks_at_its_ends():
    assert known([" a ", "\t1\t", "", " - ", "0", "no"]) == ["a", "1", "0", "no"]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1,234.50", 1234.5),
        ("1.234,50", 1234.5),
        ("1234.5", 1234.5),
        ("12,5", 12.5),
        ("1,234", 1234),
        ("¥ 99", 99),
        ("-3", -3),
        ("", None),
        ("-", None),
        ("free", None),
    ],
)
def test_an_amount_is_read_as_it_is_most_likely_meant(text, number):
    assert amount(text) == number
