"""Units divided among exits that all styles share: published figures, enumeration, and what must
hold for any shop.
"""

import ctypes
from itertools import combinations_with_replacement, pairwise, product

import numpy as np
import pytest
from tests.benchmarks import exit_shops

from destock.analysis.clearance import exact_allotment
from destock.analysis.clearance.allotment import Allotment, allotted, best_plans, fits
from destock.analysis.clearance.exact_allotment import exact, solved
from destock.analysis.clearance.exit_plan import allot
from destock.analysis.clearance.own_pieces import own_pieces
from destock.analysis.clearance.priced_allotment import in_whole, priced

EVERY = range(8)
CHANGES = 1  # of price at most: with more of them these figures stay the same
# units, tag, units of the first week, answer, worth at the end
THREE = ((278, 880, 14, -2, 60), (600, 300, 20, -2.6, 20), (150, 1200, 5, -1.3, 90))
# room a week, what a unit of each item brings, fixed cost, weeks, smallest lot
EXITS = (
    (120, (330, 115, 430), 6000, (2, 5), 0),
    (40, (300, 105, 400), 500, EVERY, 0),
    (1000, (120, 45, 150), 0, EVERY, 100),
    (60, (264, 90, 360), 0, (7,), 0),
)


def markdowns(items, exits, weeks=8, ladder=(1, 0.85, 0.7, 0.6, 0.5), cost=0.26, holding=1.8, by=8):
    """Items with paths of prices that never rise, and exits: a unit that is sold or leaves in
    week t has been stored t weeks; cash counts until the week ``by``.
    """
    paths = [
        path
        for path in combinations_with_replacement(range(len(ladder)), weeks)
        if len(set(path)) <= CHANGES + 1
    ]
    shape = (len(items), len(paths), weeks + 2)
    kept, value, cash = np.zeros((3, *shape))
    for (at, item), (way, path) in product(enumerate(items), enumerate(paths)):
        units, tag, base, answer, salvage = item
        left = units
        for week, step in enumerate(path):
            wanted = base[week] if np.ndim(base) else base * np.exp(-0.05 * week)
            sold = min(left, wanted * ladder[step] ** answer)
            net, left = tag * ladder[step] * (1 - cost), left - sold
            kept[at, way, week + 1] = kept[at, way, week] + sold
            value[at, way, week + 1] = value[at, way, week] + sold * (net - holding * week)
            cash[at, way, week + 1] = cash[at, way, week] + sold * net * (week < by)
        kept[at, way, -1] = units
        value[at, way, -1] = value[at, way, -2] + left * (salvage - holding * weeks)
        cash[at, way, -1] = cash[at, way, -2] + left * salvage * (weeks <= by)
    slots = [(one, week) for one in exits for week in range(weeks)]
    week = np.array([week for _, week in slots])
    open_then = np.array([week in one[3] for one, week in slots])
    net = np.array([[one[1][at] for one, _ in slots] for at in range(len(items))], float)
    fee = np.array([one[2] for one, _ in slots], float)
    return Allotment(
        kept,
        value,
        cash,
        net - holding * week,
        net * (week < by),
        np.where(open_then, 1e9, 0.0) * np.ones((len(items), 1)),
        np.array([one[0] for one, _ in slots], float),
        np.array([one[4] for one, _ in slots], float),
        fee,
        fee * (week < by),
    )


class TestPublished:
    """The instance of the methods: 259,706.82 with the exits, 215,108.57 by prices alone."""

    def test_exits_and_prices_together(self):
        asked = markdowns(THREE, EXITS)
        found = exact(asked)
        assert found.value == pytest.approx(259_706.82, abs=0.01)
        assert found.bound == pytest.approx(found.value, rel=1e-6)
        assert fits(asked, found.given)

    def test_prices_alone(self):
        closed = [(1, one[1], 0, (), 0) for one in EXITS]
        assert exact(markdowns(THREE, closed)).value == pytest.approx(215_108.57, abs=0.01)

    def test_all_to_the_jobber_at_once(self):
        asked = markdowns(THREE, EXITS)
        given = np.zeros(asked.net.shape)
        given[:, 16] = asked.units  # the first week of the third exit
        assert allotted(asked, given, best_plans(asked, given), 0.0).value == pytest.approx(82_860)

    @pytest.mark.parametrize(("by", "most"), [(8, 266_041.11), (4, 219_140.03)])
    def test_the_most_cash_by_a_week_and_no_more(self, by, most):
        asked = markdowns(THREE, EXITS, by=by)
        found = exact(
            Allotment(
                asked.kept,
                asked.cash,
                asked.cash,
                asked.paid,
                asked.paid,
                asked.most,
                asked.capacity,
                asked.least,
                asked.fee_paid,
                asked.fee_paid,
            )
        )
        assert found.value == pytest.approx(most, abs=0.01)
        assert exact(asked, 1.02 * most) is None

    def test_nearly_all_of_the_cash_of_four_weeks_has_its_price(self):
        asked = markdowns(THREE, EXITS, by=4)
        hurried = exact(asked, 0.98 * 219_140.0304)
        assert hurried.cash >= 0.98 * 219_140.0304 - 0.01
        assert exact(asked).value - hurried.value == pytest.approx(34_563.34, abs=0.05)


def tiny() -> Allotment:
    exits = ((8, (40,), 50, (0, 1), 0),)
    return markdowns(((30, 100, (10, 8), -2, 5),), exits, 2, (1, 0.7), 0.2, 1.0, 2)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_problem_as_one_would_write_it_has_the_same_best(seed):
    """What ``make bench-exits`` gives to the solver, and what it gives to us."""
    shop = exit_shops.exit_shop(4, seed)
    written = exit_shops.as_written(shop)
    costs = written.pop("c")
    found = solved(costs, **written, options={"mip_rel_gap": 1e-9})
    asked = exit_shops.as_allotment(shop)
    assert exact(asked).value == pytest.approx(-found.fun, rel=1e-6)
    assert priced(asked).bound >= -found.fun * (1 - 1e-6)


def best_by_trying(asked: Allotment) -> float:
    """The best of every way of dividing whole units of one item among two slots."""
    found = []
    for first, second in product(range(int(asked.capacity[0]) + 1), repeat=2):
        given = np.array([[float(first), float(second)]])
        found.append(allotted(asked, given, best_plans(asked, given), 0.0).value)
    return max(found)


def test_a_tiny_shop_is_what_trying_all_finds():
    asked = tiny()
    assert best_by_trying(asked) == pytest.approx(1808.0)
    assert exact(asked).value == pytest.approx(1808.0)
    assert allot(asked).value == pytest.approx(1808.0)
    assert 1700 < priced(asked).value <= 1808.0 + 1e-6


def drawn(seed: int, items: int = 0) -> Allotment:
    """A shop of single prices held, with exits that have fees, lots and room for too few."""
    rng = np.random.default_rng(seed)
    items, weeks, exits = items or int(rng.integers(1, 25)), int(rng.integers(2, 6)), 4
    units = rng.integers(5, 400, items).astype(float)
    tag, base = rng.uniform(60, 900, items), rng.uniform(0.01, 0.1, items)
    steps, answer = np.array([1, 0.8, 0.6]), -rng.uniform(1, 3, items)
    wanted = (units * base)[:, None] * steps ** answer[:, None]
    sold = np.minimum(wanted[:, :, None] * np.arange(weeks + 1), units[:, None, None])
    kept = np.concatenate([sold, np.broadcast_to(units[:, None, None], (items, 3, 1))], axis=-1)
    net, leftover = tag[:, None] * steps, 0.05 * tag
    value = np.concatenate([sold * net[..., None], (sold[..., -1:] * net[..., None])], axis=-1)
    value[..., -1] += (units[:, None] - sold[..., -1]) * leftover[:, None]
    in_time = np.concatenate([sold[..., :2], np.repeat(sold[..., 1:2], weeks, axis=-1)], axis=-1)
    week = np.tile(np.arange(weeks), exits)
    share = np.repeat([0.45, 0.35, 0.2, 0.15], weeks)
    brings = tag[:, None] * share * rng.uniform(0.8, 1.2, (items, exits * weeks))
    capacity = np.ceil(units.sum() * rng.uniform(0.01, 0.2, exits * weeks))
    return Allotment(
        kept,
        value,
        in_time * net[..., None],
        brings,
        brings * (week < 2),
        np.floor(np.minimum(units[:, None] * 0.7, capacity)),
        capacity,
        np.floor(capacity * np.where(rng.random(exits * weeks) < 0.3, 0.4, 0.0)),
        np.where(rng.random(exits * weeks) < 0.5, 20 * capacity, 0.0),
        np.zeros(exits * weeks),
    )


@pytest.mark.parametrize("seed", range(1, 21))
@pytest.mark.parametrize("hurry", [0.0, 1.0])
def test_prices_on_room_come_near_the_best_and_know_how_near(seed, hurry):
    asked = drawn(seed)
    best, found = exact(asked.hurried(hurry)), priced(asked, hurry)
    brings = found.value + hurry * found.cash
    assert fits(asked, found.given)
    assert (found.given == np.round(found.given)).all()
    assert brings <= best.bound * (1 + 1e-6)
    assert found.bound >= best.value * (1 - 1e-6)
    assert brings >= 0.97 * best.value


@pytest.mark.parametrize("seed", range(1, 9))
def test_pieces_are_the_least_concave_line_above_all_plans(seed):
    """Between any two points of any plans, mixed so that as many units are kept."""
    asked = drawn(seed)
    asked.value[::3, 1] = -np.inf
    pieces = own_pieces(asked)
    for at, units in enumerate(asked.units):
        there = np.isfinite(asked.value[at])
        kept, value = asked.kept[at][there], asked.value[at][there]
        for part in np.linspace(0, units, 12):
            left, right = np.nonzero(kept <= part)[0], np.nonzero(kept >= part)[0]
            run = np.maximum(kept[right] - kept[left][:, None], 1e-12)
            way = np.clip((part - kept[left][:, None]) / run, 0.0, 1.0)
            mixed = (1 - way) * value[left][:, None] + way * value[right]
            before = pieces.units[at].cumsum() - pieces.units[at]
            own = np.clip(part - before, 0, pieces.units[at])
            line = pieces.none[at] + (np.where(own > 0, pieces.brings[at], 0.0) * own).sum()
            assert line == pytest.approx(mixed.max(), rel=1e-9)


def test_larger_shops_are_within_a_hundredth_on_average():
    gaps = []
    for seed in range(1, 7):
        asked = drawn(seed, items=400)
        found = priced(asked)
        assert fits(asked, found.given)
        assert found.value <= found.bound
        gaps.append(found.bound / found.value - 1)
    assert np.mean(gaps) < 0.01
    assert max(gaps) < 0.02


def test_more_hurry_brings_no_less_cash_nor_more_value():
    found = [priced(drawn(3, items=80), hurry) for hurry in (0.0, 0.5, 2.0, 100.0)]
    for less, more in pairwise(found):
        assert more.cash >= less.cash * 0.995
        assert more.value <= less.value * 1.005


def test_another_currency_divides_alike():
    asked = drawn(5)
    money = ("value", "cash", "net", "paid", "fee", "fee_paid")
    dear = asked.__class__(
        **{
            name: getattr(asked, name) * (1000 if name in money else 1)
            for name in asked.__dataclass_fields__
        }
    )
    assert allot(dear).value == pytest.approx(1000 * allot(asked).value, rel=1e-3)


def test_items_in_another_order_leave_as_much():
    asked, order = drawn(7), np.random.default_rng(7).permutation(len(drawn(7).kept))
    names = ("kept", "value", "cash", "net", "paid", "most")
    other = {name: getattr(asked, name) for name in asked.__dataclass_fields__}
    other |= {name: other[name][order] for name in names}
    assert allot(Allotment(**other)).value == pytest.approx(allot(asked).value, rel=1e-2)


def test_an_exit_without_room_for_a_style_takes_none_of_it():
    asked = drawn(2)
    asked.most[0] = 0.0
    assert priced(asked).given[0].sum() == 0
    assert exact(asked).given[0].sum() == 0


def test_a_lot_that_brings_too_little_is_not_filled():
    """A jobber's lot of 20 at 1 each, where own sales bring 5 a unit."""
    kept = np.array([[[0.0, 30.0]]])
    asked = Allotment(
        kept,
        5 * kept,
        kept * 0,
        np.array([[1.0]]),
        np.array([[1.0]]),
        np.array([[30.0]]),
        np.array([30.0]),
        np.array([20.0]),
        np.zeros(1),
        np.zeros(1),
    )
    for found in (exact(asked), priced(asked)):
        assert found.value == pytest.approx(150.0)
        assert not found.opened.any()
    # in a hurry all goes
    assert priced(asked, hurry=10.0).given.sum() == 30


def test_a_lot_larger_than_all_there_is_is_never_taken():
    asked = drawn(3, items=60)
    asked.least[:] = asked.units.sum()
    asked.capacity[:] = 2 * asked.units.sum()
    found = priced(asked, hurry=5.0)
    assert fits(asked, found.given)
    assert found.given.sum() == 0


def test_what_fits():
    asked = drawn(2, items=3)
    asked.capacity[:], asked.least[:], asked.most[:] = 30.0, 5.0, 100.0
    given = np.zeros(asked.net.shape)
    assert fits(asked, given)
    for units, there in ((5.0, True), (4.0, False), (30.0, True), (31.0, False)):
        given[0, 0] = units
        assert fits(asked, given) == (there and units <= asked.units[0])
    # more than there are, though every slot has room
    given[:] = 0.0
    given[0] = 1 + asked.units[0] / given.shape[1]
    asked.least[:], asked.capacity[:] = 0.0, 1e9
    assert not fits(asked, given)


def test_whole_units_keep_what_a_slot_takes():
    asked = drawn(4)
    given = np.zeros(asked.net.shape)
    given[: len(given), 0] = 0.4
    whole = in_whole(asked, given)
    assert whole.sum() == np.floor(0.4 * len(given) + 1e-6)
    assert (whole <= asked.most).all()


def test_a_plan_that_an_item_does_not_have_is_never_chosen():
    asked = drawn(6)
    asked.value[:, 1:] = -np.inf
    for found in (exact(asked), priced(asked)):
        assert (found.plan == 0).all()
        assert np.isfinite(found.value)


def test_what_the_solver_writes_stays_off_the_page(monkeypatch, capfd):
    def talks(costs, **_):
        ctypes.CDLL(None).puts(b"a word of its own")
        return costs

    monkeypatch.setattr(exact_allotment, "milp", talks)
    assert exact_allotment.solved(np.ones(1)).tolist() == [1.0]
    assert capfd.readouterr().out == ""
    print("what comes after it is there")
    assert capfd.readouterr().out != ""


@pytest.mark.parametrize("few", [0, 1])
def test_what_does_not_fit_is_not_taken(monkeypatch, few):
    """A solver that calls an overfull slot solved: nothing leaves then."""
    asked = drawn(8)
    full = np.full(asked.net.shape, 1e6)
    wrong = allotted(asked, np.zeros(asked.net.shape), best_plans(asked, 0 * full), 0.0)
    wrong = wrong.__class__(wrong.plan, full, wrong.opened, wrong.value, wrong.cash, 0.0)
    monkeypatch.setattr("destock.analysis.clearance.exit_plan.priced", lambda *_: wrong)
    monkeypatch.setattr("destock.analysis.clearance.exit_plan.exact", lambda *_: wrong)
    monkeypatch.setattr("destock.analysis.clearance.exit_plan.in_whole", lambda _, given: given)
    monkeypatch.setattr("destock.analysis.clearance.exit_plan.FEW", few * 1000)
    assert allot(asked).given.sum() == 0
