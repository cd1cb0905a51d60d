"""Is one of the places of a count the sum of all others?"""

from collections import defaultdict

from destock import engine
from destock.intake.proposals.entry import Entry
from destock.intake.proposals.values import amount
from destock.model.messages import mark, say

# goods that have to lie in several places before their sum can be told from chance
SEVERAL = 3


def leave_out_sums(entry: Entry, columns: dict[str, str]) -> None:
    """Leave the rows of such a place out of a count, and say so."""
    given, place = entry.export.columns, columns.get("location")
    if not place:
        return
    counted = zip(given[columns["sku"]], given[place], given[columns["on_hand"]], strict=True)
    for name in _sums([(sku, where, amount(units)) for sku, where, units in counted]):
        entry.keys["where"] = f'"{place}" IS DISTINCT FROM {engine.literal(name)}'
        text = mark("“{place}” is the sum of the other places, and is left out")
        entry.notes.append(say(text, place=name))


def _sums(counted: list[tuple[str, str, float | None]]) -> list[str]:
    """The place whose count of each of its goods is what lies in all others together."""
    goods: dict[str, dict[str, float]] = defaultdict(dict)
    for sku, place, units in counted:
        goods[sku][place] = goods[sku].get(place, 0.0) + (units or 0.0)
    found = []
    for place in dict.fromkeys(where for _, where, _ in counted):
        its = [places for places in goods.values() if place in places]
        several = [places for places in its if sum(map(bool, places.values())) > 2]
        same = all(2 * places[place] == sum(places.values()) for places in its)
        if same and len(several) >= SEVERAL:
            found.append(place)
    return found[:1]
