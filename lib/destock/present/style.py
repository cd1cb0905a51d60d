"""How everything looks: one palette, one font that knows Chinese, one way to make a picture."""

import base64
import functools
import io
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files

import matplotlib as mpl
from markupsafe import Markup
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

INK, MUTED, GRID, PAPER = "#1f2430", "#6b7280", "#e5e7eb", "#ffffff"
ACCENT, CALM, WARM, BAND = "#b4341f", "#2f5d8a", "#d98e04", "#c9d8e8"
CLASS_COLOURS = {
    "defective": "#7a3e9d",
    "out of season": "#2f5d8a",
    "misjudged": "#b4341f",
    "slow": "#d98e04",
    "over-bought": "#8a8f98",
    "too early": "#5a9367",
    "unclassifiable": "#c4c7cc",
}
PACE_COLOURS = {
    "slow": ACCENT,
    "behind": WARM,
    "on pace": CALM,
    "ahead": "#5a9367",
    "too early": "#8a8f98",
    "no baseline": "#c4c7cc",
}

_RC = {
    "font.family": ["Noto Sans SC", "DejaVu Sans"],
    "font.size": 9.5,
    "axes.titlesize": 11,
    "axes.titleweight": "normal",
    "axes.titlelocation": "left",
    "axes.edgecolor": GRID,
    "axes.labelcolor": MUTED,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.grid": True,
    "grid.color": GRID,
    "grid.linewidth": 0.7,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "text.color": INK,
    "text.parse_math": False,
    "legend.frameon": False,
    "legend.fontsize": 8.5,
    "axes.unicode_minus": False,
    "svg.fonttype": "path",
    "svg.hashsalt": "destock",
}


@dataclass(frozen=True)
class Picture:
    """A finished chart: its axes for tests, its bytes for the page, its title for those who cannot
    see it.
    """

    axes: Sequence[Axes]
    svg: bytes
    title: str
    note: str = ""

    def _repr_html_(self) -> str:
        if self.note:
            return Markup('<p class="note">{}</p>').format(self.note)
        data = base64.b64encode(self.svg).decode()
        return Markup('<img class="chart" alt="{}" src="data:image/svg+xml;base64,{}">').format(
            self.title, data
        )


@cache
def _font() -> set[int]:
    """Load the font once; returns the characters that it can draw."""
    with as_file(files("destock.present").joinpath("fonts", "NotoSansSC-Regular.ttf")) as path:
        font_manager.fontManager.addfont(path)
        return set(font_manager.get_font(path).get_charmap())


def legible(text: str, longest: int = 18) -> str:
    """A text of the shop's own for a chart: what the font cannot draw becomes □, what is too long
    is cut with …
    """
    known = _font()
    drawn = "".join(c if ord(c) in known else "□" for c in str(text))
    # a legend leaves out what begins with _
    drawn = f" {drawn}" if drawn.startswith("_") else drawn
    return drawn if len(drawn) <= longest else drawn[: longest - 1] + "…"


def unformulated(text: str) -> str:
    """A text that is to be wrapped: there, matplotlib takes what stands between two $ for a formula
    whatever it is told.
    """
    return text.replace("$", "＄") if text.count("$") > 1 else text


def picture(
    height: float = 3.4, width: float = 4.6, panels: Callable[..., int] | None = None
) -> Callable:
    """Turn ``draw(ax, frame, …)`` into ``chart(frame, …) -> Picture``; a missing glyph is an error.

    ``draw`` returns a note where it has nothing to show: the page then says it in one line.

    With ``panels``, a function of the chart's arguments that counts them, ``draw`` gets
    that many axes, one below the other.
    """

    def decorate(draw: Callable) -> Callable:
        @functools.wraps(draw)
        def chart(*args, **kwargs) -> Picture:
            _font()
            with mpl.rc_context(_RC), warnings.catch_warnings():
                warnings.filterwarnings("error", message="Glyph .* missing from")
                rows = panels(*args, **kwargs) if panels else 1
                figure = Figure(
                    figsize=(width, height * rows), layout="constrained", facecolor=PAPER
                )
                axes = figure.subplots(rows, squeeze=False)[:, 0]
                note = draw(axes if panels else axes[0], *args, **kwargs)
                title = axes[0].get_title(loc="left")
                if rows == 1:
                    _across(figure, title)
                # a note is no picture
                return Picture(axes, b"" if note else _svg(figure), title, note or "")

        return chart

    return decorate


def _across(figure: Figure, title: str) -> None:
    """The title over the whole width: long row labels would push it out of a phone's picture."""
    figure.axes[0].set_title("")
    figure.suptitle(unformulated(title), x=0.01, ha="left", fontsize=11, wrap=True)


def _svg(figure: Figure) -> bytes:
    out = io.BytesIO()
    # savefig would draw everything twice
    FigureCanvasSVG(figure).print_svg(out, metadata={"Date": None, "Creator": None})
    return out.getvalue()
