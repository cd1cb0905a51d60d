"""A place that is the sum of the others is no place."""

from destock.intake.proposals.entry import Entry
from destock.intake.proposals.finding import Export
from destock.intake.proposals.places import leave_out_sums

NAMES = {"sku": "SKU", "location": "Place", "on_hand": "Stock"}


def left_out(rows):
    columns = dict(zip(("SKU", "Place", "Stock"), map(list, zip(*rows, strict=True)), strict=True))
    entry = Entry("stock", {}, Export([], "x.csv", columns))
    leave_out_sums(entry, dict(NAMES))
    return entry.keys.get("where", ""), entry.notes


def rows(all_of="A", more=0):
    return [
        row
        for n, sku in enumerate(("K1", "K2", "K3", "K4"), 1)
        for row in (
            (sku, "Leeds", str(n)),
            (sku, "London", str(2 * n)),
            (sku, all_of, str(3 * n + more)),
        )
    ]


def test_the_sum_of_the_others_is_left_out_and_said():
    where, (note,) = left_out(rows("All places"))
    assert where == "\"Place\" IS DISTINCT FROM 'All places'"
    assert "All places" in note


def test_a_third_place_is_a_place():
    assert left_out(rows(more=1)) == ("", [])


def test_two_places_that_hold_as_much_as_one_another_are_no_sum():
    both = [(sku, place, "5") for sku in ("K1", "K2", "K3", "K4") for place in ("Leeds", "London")]
    assert left_out(both) == ("", [])


def test_an_empty_place_is_none():
    assert left_out([(sku, place, "0") for sku in "ABCD" for place in ("x", "y", "z")]) == ("", [])
