"""Charts: what is drawn is what is in the frame; every chart survives an empty frame, two languages
and strange names.
"""

from importlib import import_module
from pkgutil import iter_modules
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from tests.hostile import PAYLOADS

from destock.model.messages import speak
from destock.model.metrics import DEFINITIONS
from destock.present import charts
from destock.present.charts import (
    classification,
    clearance,
    elasticity,
    impact,
    intake,
    pacing,
    style,
)
from destock.present.style import _font, legible

CLASSES = pd.DataFrame(
    {
        "class": ["slow", "misjudged"],
        "items": [1, 2],
        "units": [3.0, 4.0],
        "cost": [500.0, 900.0],
        "week": [5.0, 9.0],
    }
)
AGEING = pd.DataFrame(
    {
        "band": ["0–30", "31–60", "61–90", "91–180", "> 180", "unknown"],
        "cost": [100.0, 50.0, 30.0, 15.0, 5.0, 0.0],
        "nrv": [90.0, 45.0, 20.0, 8.0, 1.0, 0.0],
        "share": [0.5, 0.25, 0.15, 0.075, 0.025, 0.0],
    }
)
CAUSES = pd.DataFrame({"cause": ["not wanted", "no plan", "quality"], "units": [50.0, 20.0, 5.0]})
LOSSES = pd.DataFrame(
    {
        "month": pd.to_datetime(["2026-04-01", "2026-05-01"]),
        "sales": [100.0, 200.0],
        "markdowns": [5.0, 60.0],
        "write-offs": [0.0, 8.0],
        "shrink": [1.0, 2.0],
        "acceptable": [0.2, 0.25],
        "markdowns_share": [0.05, 0.3],
        "write-offs_share": [0.0, 0.04],
        "shrink_share": [0.01, 0.01],
    }
)
QUADRANTS = pd.DataFrame(
    {
        "item": ["a"],
        "sell_through": [0.4],
        "stock_to_sales": [12.0],
        "money": [900.0],
        "class": ["slow"],
        "many_months": [6.0],
        "good_sell_through": [0.7],
    }
)
MOVING = pd.DataFrame(
    {"period_end": pd.to_datetime(["2026-06-07", "2026-05-10"]), "share": [0.5, 0.75]}
)
PRICE = pd.DataFrame(
    {
        "group": ["all", "羽绒服🔥"],
        "verdict": "usable",
        "elasticity": [-2.0, -1.0],
        "low": [-3.0, -2.0],
        "high": [-1.0, 0.0],
        "more": [0.23, 0.11],
        "more_low": [0.11, 0.0],
        "more_high": [0.37, 0.23],
        "items": [40, 20],
    }
)
DAILY = pd.DataFrame(
    {"arm": ["control"] * 8 + ["cut20"] * 8, "day_of_test": [*range(-4, 4)] * 2, "level": 1.0}
)
AROUND = pd.DataFrame(
    {
        "week_of_test": [-2, -1, 0, 1],
        "uplift": [0.02, 0.0, 0.4, 0.5],
        "low": [-0.1, 0.0, 0.2, 0.3],
        "high": [0.14, 0.0, 0.6, 0.7],
    }
)
WAYS = pd.DataFrame(
    {
        "estimator": ["randomised test", "all styles together"],
        "elasticity": [-2.0, 1.0],
        "low": [-2.5, 0.8],
        "high": [-1.5, 1.2],
        "more": [0.23, -0.1],
        "more_low": [0.17, -0.12],
        "more_high": [0.3, -0.08],
    }
)
LADDER = pd.DataFrame(
    {
        "step": [1.0, 0.9],
        "cash": [900.0, 990.0],
        "cash_low": [900.0, 950.0],
        "cash_high": [900.0, 1040.0],
        "best": [False, True],
    }
)
BRIDGE = pd.DataFrame(
    {
        "step": ["opening stock", "received", "shipped", "closing stock"],
        "units": [0.0, 100.0, -40.0, 60.0],
    }
)
BANDS = pd.DataFrame(
    {
        "season": "2026SS",
        "tier": "push",
        "age": [0, 1],
        "q10": 0.1,
        "q25": 0.2,
        "median": 0.3,
        "q75": 0.4,
        "q90": 0.5,
    }
)
PATHS = pd.DataFrame(
    {
        "item": "a",
        "season": "2026SS",
        "tier_used": "push",
        "age": [0, 1],
        "sell_through": [0.1, 0.2],
        "pace": "slow",
    }
)
COMPARED = pd.DataFrame(
    {
        "by": "category",
        "part": ["dress", "羽绒服🔥"],
        "basis": "received",
        "net_units": [5.0, 3.0],
        "sell_through": [0.5, 0.3],
        "last_year": [0.6, np.nan],
        "flags": ["returns_immature", ""],
    }
)
COHORTS = pd.DataFrame(
    {
        "by": "season",
        "cohort": ["2025SS", "core"],
        "sell_through": [0.9, 0.5],
        "flags": ["", "returns_immature"],
    }
)
BACKTEST = pd.DataFrame(
    {
        "season_half": "SS",
        "week": [2, 3] * 3,
        "method": ["expected"] * 2 + ["last_year"] * 2 + ["straight_line"] * 2,
        "error": [0.3, 0.2, 0.5, 0.4, 0.6, 0.5],
    }
)
FANS = pd.DataFrame(
    {
        "item": "a",
        "name": "羽绒服🔥",
        "week": [1, 2, 3],
        "target_units": [0.2, 0.4, 0.6],
        "slow_units": [0.1, 0.3, 0.5],
        "sold": [0.1, np.nan, np.nan],
        "projected": [np.nan, 0.2, 0.3],
        "low80": [np.nan, 0.15, 0.2],
        "high80": [np.nan, 0.25, 0.4],
        "low90": [np.nan, 0.12, 0.15],
        "high90": [np.nan, 0.3, 0.5],
    }
)
STAGES = pd.DataFrame(
    {
        "season_half": "SS",
        "tier": ["push", "push", "novelty"],
        "day": [15, 30, 15],
        "target": [0.1, 0.3, 0.2],
        "slow": [0.05, 0.2, 0.1],
        "hot": [0.2, 0.4, 0.3],
    }
)
YEARS = pd.DataFrame(
    {
        "category": "羽绒服🔥",
        "year": [2024, 2024, 2025, 2025],
        "week": [1, 2, 1, 2],
        "units": 5.0,
        "cumulative": [5.0, 10.0, 5.0, 10.0],
    }
)
WEEKS_OF_ONE = pd.DataFrame(
    {
        "week": pd.to_datetime(["2026-05-04", "2026-05-11"]),
        "list_price": [100.0, 80.0],
        "price": [98.0, float("nan")],
        "sold_units": [3, 0],
    }
)
BROUGHT = pd.DataFrame(
    {
        "decision": ["cancel the order", "cut the price"],
        "present_value": [90.0, 200.0],
        "keep_value": [-5.0, 150.0],
        "gain": [95.0, 50.0],
    }
)
CURVE = pd.DataFrame(
    {
        "cash": [50.0, 80.0],
        "by_date_low": [40.0, 70.0],
        "by_date_high": [60.0, 95.0],
        "given_up": [0.0, 12.0],
        "goal": 70.0,
    }
)
ALL = [
    (clearance.urgency, (CURVE, "CNY")),
    (clearance.brought, (BROUGHT, "CNY")),
    (pacing.backtest, (BACKTEST,)),
    (pacing.fans, (FANS,)),
    (pacing.stages, (STAGES,)),
    (pacing.years, (YEARS,)),
    (classification.classes, (CLASSES, "CNY")),
    (classification.ageing, (AGEING, "CNY")),
    (classification.causes, (CAUSES,)),
    (impact.losses, (LOSSES,)),
    (classification.quadrants, (QUADRANTS, "CNY")),
    (classification.moving, (MOVING,)),
    (impact.cost_of_waiting, (CLASSES, "class", "CNY")),
    (elasticity.elasticity, (PRICE,)),
    (elasticity.tests, (DAILY,)),
    (intake.stock_bridge, (BRIDGE,)),
    (pacing.compared, (COMPARED, "category", DEFINITIONS["available"])),
    (pacing.cohorts, (COHORTS, DEFINITIONS["90-day average"])),
    (pacing.pacing, (PATHS, BANDS)),
    (elasticity.event_study, (AROUND,)),
    (elasticity.estimators, (WAYS,)),
    (elasticity.ladder, (LADDER, "CNY")),
    (style.prices, (WEEKS_OF_ONE, "CNY")),
]


def test_every_chart_is_among_them():
    names = [f"{charts.__name__}.{found.name}" for found in iter_modules(charts.__path__)]
    every = {
        chart
        for module in map(import_module, names)
        for name, chart in vars(module).items()
        if hasattr(chart, "__wrapped__") and not name.startswith("_")
    }
    assert every - {chart for chart, _ in ALL} == set()


@pytest.fixture(params=["en", "zh"])
def language(request):
    speak(request.param)
    yield
    speak("en")


@pytest.mark.parametrize(("chart", "arguments"), ALL)
def test_is_drawn_in_both_languages_with_a_title(chart, arguments, language):
    picture = chart(*arguments)
    assert picture.title
    assert picture.svg.startswith(b"<?xml")


@pytest.mark.parametrize(("chart", "arguments"), ALL)
def test_says_so_where_there_is_nothing_to_show(chart, arguments):
    empty = [a.iloc[:0] if isinstance(a, pd.DataFrame) else a for a in arguments]
    page = chart(*empty)._repr_html_()
    assert "these data cannot show this" in page
    assert "<img" not in page


@pytest.mark.parametrize(("chart", "arguments"), ALL)
def test_the_same_frame_gives_the_same_bytes(chart, arguments):
    assert chart(*arguments).svg == chart(*arguments).svg


class TestLittleToShow:
    """A young shop's charts: one point, nothing sold, more returned than sold, no arm that kept its
    price. A warning fails a test.
    """

    def test_a_test_without_controls(self):
        lines = elasticity.tests(DAILY.replace({"arm": {"control": "cut30"}})).axes[0].lines
        assert [line.get_label() for line in lines[:2]] == ["cut20", "cut30"]

    @pytest.mark.parametrize(
        "units", [[0.0, 0.0, -5.0, -5.0], [0.0, 5.0, -5.0, 0.0], [-3.0, 0.0, 0.0, -3.0]]
    )
    def test_a_stock_below_nothing_is_inside_the_picture(self, units):
        ax = intake.stock_bridge(BRIDGE.assign(units=units)).axes[0]
        ends = [bar.get_x() + edge for bar in ax.patches for edge in (0, bar.get_width())]
        low, high = ax.get_xlim()
        assert low <= min(ends) <= max(ends) <= high

    @pytest.mark.parametrize("share", [0.0, -0.2])
    def test_seasons_that_sold_nothing_or_took_more_back(self, share):
        for chart, frame, *rest in (
            (pacing.cohorts, COHORTS.assign(sell_through=share), DEFINITIONS["received"]),
            (
                pacing.compared,
                COMPARED.assign(sell_through=share),
                "category",
                DEFINITIONS["received"],
            ),
        ):
            low, high = chart(frame, *rest).axes[0].get_xlim()
            assert low <= share < high

    @pytest.mark.parametrize("acceptable", [0.0, -0.3, np.nan])
    def test_months_without_a_loss_and_without_room_for_one(self, acceptable):
        frame = LOSSES.assign(
            **dict.fromkeys(("markdowns_share", "write-offs_share", "shrink_share"), 0.0),
            acceptable=acceptable,
        )
        assert impact.losses(frame).axes[0].get_ylim() == (0, 1)

    @pytest.mark.parametrize("periods", range(1, 14))
    def test_any_number_of_four_weeks_has_ticks(self, periods):
        ends = pd.date_range("2026-06-07", periods=periods, freq="-28D")
        assert (
            classification.moving(pd.DataFrame({"period_end": ends, "share": 0.5}))
            .axes[0]
            .get_xticks()
            .size
        )

    def test_a_past_of_one_week(self):
        assert pacing.pacing(PATHS[PATHS["age"] == 0], BANDS[BANDS["age"] == 0]).axes[
            0
        ].get_xlim() == (0, 1)

    def test_a_category_that_took_back_more_than_it_sold(self):
        assert (
            pacing.years(YEARS.assign(cumulative=-YEARS["cumulative"])).axes[0].get_ylim()[0] == -10
        )

    def test_what_cannot_be_shown_is_not_drawn(self):
        assert classification.moving(MOVING.iloc[:0]).svg == b""


def test_bars_are_as_long_as_the_money():
    bars = classification.classes(CLASSES, "CNY").axes[0].patches
    assert [bar.get_width() for bar in bars] == [500, 900]


def test_ages_stand_beside_what_they_are_worth():
    """Two bars a band, at cost and net of selling costs, in the order of the frame."""
    ax = classification.ageing(AGEING, "CNY").axes[0]
    assert [bar.get_height() for bar in ax.patches] == [*AGEING["cost"], *AGEING["nrv"]]
    assert "50.0%" in [text.get_text() for text in ax.texts]


def test_causes_are_not_drawn_where_no_plan_explains_any():
    assert classification.causes(CAUSES.iloc[1:]).note
    assert not classification.causes(CAUSES).note


def test_losses_are_stacked_beside_what_the_margin_bears():
    ax = impact.losses(LOSSES).axes[0]
    tops = [bar.get_y() + bar.get_height() for bar in ax.patches][-2:]
    assert tops == pytest.approx([0.06, 0.35])


def test_uplift_of_a_cut_is_drawn_with_its_interval():
    ax = elasticity.elasticity(PRICE).axes[0]
    points = ax.lines[0].get_xdata()
    assert sorted(points) == [0.11, 0.23]


def test_the_bridge_ends_at_the_closing_stock():
    last = intake.stock_bridge(BRIDGE).axes[0].patches[-1]
    assert (last.get_x(), last.get_width()) == (0, 60)


def test_the_median_of_the_past_is_drawn():
    lines = {line.get_label(): line for line in pacing.pacing(PATHS, BANDS).axes[0].lines}
    assert lines["their median"].get_ydata().tolist() == [0.3, 0.3]


def test_a_bubble_grows_with_its_money():
    frame = pd.concat([QUADRANTS, QUADRANTS.assign(item="b", money=450.0)])
    sizes = classification.quadrants(frame, "CNY").axes[0].collections[0].get_sizes()
    assert (sizes[0] - 12) == pytest.approx(2 * (sizes[1] - 12))


def test_the_lines_between_the_kinds_are_where_the_assumptions_are():
    frame = QUADRANTS.assign(many_months=4.0, good_sell_through=0.55)
    across, up = classification.quadrants(frame, "CNY").axes[0].lines
    assert (across.get_ydata()[0], up.get_xdata()[0]) == (4.0, 0.55)


def test_infinite_cover_is_drawn_at_the_edge():
    picture = classification.quadrants(QUADRANTS.assign(stock_to_sales=np.inf), "CNY")
    assert picture.axes[0].collections[0].get_offsets()[0][1] == 60


def test_what_the_font_does_not_know_becomes_a_box_and_what_is_long_is_cut():
    assert legible("新款🔥") == "新款□"
    assert legible("a" * 40) == "a" * 17 + "…"


def test_dollars_are_no_formula():
    picture = impact.cost_of_waiting(
        CLASSES.assign(**{"class": ["a$\\frac{$", "$x$"]}), "class", "CNY"
    )
    assert [label.get_text() for label in picture.axes[0].get_yticklabels()] == [
        "a$\\frac{$",
        "$x$",
    ]


@pytest.mark.parametrize(
    ("picture", "definition"),
    [
        (pacing.compared(COMPARED, "category", DEFINITIONS["available"]), "available"),
        (pacing.cohorts(COHORTS, DEFINITIONS["90-day average"]), "90-day average"),
    ],
)
def test_a_chart_of_sell_through_names_its_definition(picture, definition):
    assert DEFINITIONS[definition] in picture.axes[0].get_xlabel()


def test_places_that_share_the_receipts_of_the_whole_style_say_so():
    shown = COMPARED.assign(by="format", basis="units received of the whole style")
    assert (
        "units received of the whole style"
        in pacing.compared(shown, "format", DEFINITIONS["received"]).axes[0].get_xlabel()
    )


def test_what_is_provisional_is_marked():
    labels = [
        text.get_text()
        for text in (
            pacing.compared(COMPARED, "category", DEFINITIONS["received"])
            .axes[0]
            .get_legend()
            .get_texts()
        )
    ]
    assert any("provisional" in label for label in labels)
    none = COMPARED.assign(flags="")
    labels = [
        text.get_text()
        for text in (
            pacing.compared(none, "category", DEFINITIONS["received"])
            .axes[0]
            .get_legend()
            .get_texts()
        )
    ]
    assert not any("provisional" in label for label in labels)


def test_the_fan_begins_where_sales_stand():
    """The coming weeks are drawn from the last week that is over, so that the fan opens at the end
    of the line.
    """
    ax = pacing.fans(FANS).axes[0]
    projected = next(line for line in ax.lines if line.get_label() == "projected")
    assert projected.get_xydata().tolist() == [[1, 0.1], [2, 0.2], [3, 0.3]]


def test_each_tier_has_its_own_panel_with_its_own_path():
    panels = pacing.stages(STAGES).axes
    assert [panel.lines[0].get_ydata().tolist() for panel in panels] == [[0.1, 0.3], [0.2]]


def test_the_running_year_is_drawn_last_and_in_the_accent():
    lines = pacing.years(YEARS).axes[0].lines
    assert lines[1].get_color() == "#b4341f"
    assert lines[0].get_color() != "#b4341f"


def test_a_shop_without_tiers_has_one_panel():
    panels = pacing.stages(STAGES.iloc[:2].assign(tier=None)).axes
    assert [panel.lines[0].get_ydata().tolist() for panel in panels] == [[0.1, 0.3]]


def test_two_running_seasons_are_not_drawn_as_one():
    both = pd.concat([STAGES, STAGES.assign(season_half="AW")])
    assert [panel.lines[0].get_xdata().tolist() for panel in pacing.stages(both).axes] == [
        [15, 30],
        [15],
        [15, 30],
        [15],
    ]
    twice = pd.concat([BACKTEST, BACKTEST.assign(season_half="AW", error=0.9)])
    assert [panel.lines[0].get_ydata().tolist() for panel in pacing.backtest(twice).axes] == [
        [0.3, 0.2],
        [0.9, 0.9],
    ]


def labelled(text: str) -> list:
    """Every chart that shows a text of the shop's, with this text in it."""
    arms = DAILY.replace("cut20", text)
    return [
        (
            impact.cost_of_waiting,
            (pd.DataFrame({"category": [text], "week": [5.0]}), "category", "CNY"),
        ),
        (elasticity.elasticity, (PRICE.assign(group=["all", text]),)),
        (pacing.fans, (FANS.assign(name=text, item=text),)),
        (elasticity.tests, (arms,)),
        (pacing.stages, (STAGES.assign(tier=text),)),
        (pacing.years, (YEARS.assign(category=text),)),
        (pacing.backtest, (BACKTEST.assign(season_half=text),)),
        (pacing.compared, (COMPARED.assign(part=text), "category", DEFINITIONS["received"])),
        (pacing.cohorts, (COHORTS.assign(cohort=text), DEFINITIONS["received"])),
    ]


def elements_of(chart, arguments: tuple) -> set[str]:
    return {e.tag for e in ElementTree.fromstring(chart(*arguments).svg).iter()}  # noqa: S314


@pytest.fixture(scope="module")
def usual():
    """The elements of each of these charts with a harmless text in it."""
    return [elements_of(*drawn) for drawn in labelled("plain")]


@pytest.mark.parametrize(
    "text",
    [
        "_<script>$\\frac{--></svg><a href='//x.example'>",
        "\x00\x1b]0;\u202e😀\n销售额",
        "]]>&lt;" + "长" * 300,
    ],
)
def test_no_text_breaks_a_chart_or_becomes_an_element_of_it(usual, text):
    for (chart, arguments), expected in zip(labelled(text), usual, strict=True):
        assert elements_of(chart, arguments) <= expected, chart.__name__


@pytest.mark.parametrize("payload", PAYLOADS)
def test_what_a_chart_writes_can_be_drawn_in_one_line(payload):
    drawn = legible(payload)
    assert 0 < len(drawn) <= 19
    assert {ord(c) for c in drawn} <= _font()
    assert not drawn.startswith("_")


def test_two_names_that_look_alike_are_two_bars():
    alike = ["the same long beginning 1", "the same long beginning 2"]
    waiting = impact.cost_of_waiting(
        pd.DataFrame({"category": alike, "week": [5.0, 9.0]}), "category", "CNY"
    )
    seasons = pacing.cohorts(COHORTS.assign(cohort=alike), DEFINITIONS["received"])
    for ax in (waiting.axes[0], seasons.axes[0]):
        assert len({bar.get_y() for bar in ax.patches}) == 2


def test_an_arm_of_any_name_has_its_line_in_the_legend():
    shown = elasticity.tests(DAILY.replace("cut20", "_nolegend_")).axes[0].get_legend()
    assert [text.get_text() for text in shown.get_texts()] == [" _nolegend_", "control"]


def test_what_is_not_drawn_is_counted():
    many = pd.DataFrame({"category": [f"c{n}" for n in range(14)], "week": 1.0})
    assert impact.cost_of_waiting(many, "category", "CNY").title.endswith("(the 10 largest of 14)")
    parts = pd.concat([COMPARED.assign(part=f"p{n}") for n in range(7)], ignore_index=True)
    assert pacing.compared(parts, "category", DEFINITIONS["received"]).title.endswith(
        "(the 12 largest of 14)"
    )
    years = pd.concat([YEARS.assign(category=f"c{n}") for n in range(8)], ignore_index=True)
    assert pacing.years(years).axes[-1].get_xlabel().endswith("(the 6 largest of 8)")
