"""A shop whose every text carries a payload, and its twin: the same shop with plain words in the
same order.

What a page makes of the two may differ in its text and in nothing else.
"""

import json
import tomllib
from datetime import date
from pathlib import Path

import pandas as pd
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from destock.model.columns import COLUMNS
from destock.model.findings import SENTENCES, Finding
from destock.present import tables
from destock.present.sentences import tell
from destock.present.style import Picture
from destock.publish import html
from destock.sample import write_sample

PAYLOADS = (
    "<img src=x onerror=alert(1)>",
    "<script>alert(1)</script>",
    '"><svg onload=alert(1)>',
    "' onmouseover='alert(1)",
    "javascript:alert(1)",
    "</td></tr></table><iframe src=//x.example>",
    "</style><script>alert(1)</script>",
    "<style>*{display:none}</style>",
    "</title><script>alert(1)</script>",
    "<!--",
    "]]><![CDATA[<b>",
    "&lt;b&gt;&#60;i&#62;",
    "&quot; autofocus onfocus=alert(1) x=&quot;",
    "{{7*7}}",
    "{% raw %}",
    "{0.__class__}",
    "%(x)s",
    "$\\frac{",
    "`<b>`",
    "[x](javascript:alert(1))",
    "![x](//x.example/y.png)",
    "<a href=//x.example>",
    "<base href=//x.example>",
    '<meta http-equiv="refresh" content="0;url=//x.example">',
    "<link rel=stylesheet href=//x.example>",
    "\u202e\u2066<b>",
    '=HYPERLINK("//x.example")',
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "＝1+1",
    '_<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
    "<math><mtext></p><script>alert(1)</script>",
    "\x1b]0;owned\x07",
    "'; DROP TABLE order_lines; --",
    "销售额<b>額😀",
)

# table → the columns whose words are the shop's own
_TEXTS = {
    "products": (
        "sku style style_colour name image brand category parent_category tier role season wave"
        " size colour vendor"
    ),
    "order_lines": "order_id line_id sku channel format creator location reason",
    "purchases": "po_id sku vendor",
    "movements": "sku",
    "stock": "sku",
    "prices": "item experiment arm",
    "traffic": "item",
    "plan": "item",
    "charges": "kind",
}
_SAME = {"item": "style"}  # columns that hold the same names
# columns that the sample leaves empty
_EMPTY = {"products": ("image", "wave"), "order_lines": ("creator", "location")}
_KEPT = {"control"}  # words that mean something to us
_BAD_ROWS = len(PAYLOADS)


def hostile_shop(folder: Path, hostile: bool = True) -> Path:
    """The small sample shop with a payload in every text; or its twin."""
    write_sample(folder, seed=1, styles=60)
    tables = {name: _table(folder, name) for name in _TEXTS}
    for name, columns in _EMPTY.items():
        for column in columns:
            tables[name][column] = [f"{n % len(PAYLOADS):02d}" for n in range(len(tables[name]))]
    tables["order_lines"].loc[: _BAD_ROWS - 1, "units"] = [f"bad {n:02d}" for n in range(_BAD_ROWS)]
    words = _words(tables, hostile)
    for name, columns in _TEXTS.items():
        for column in columns.split():
            tables[name][column] = tables[name][column].map(
                lambda old, kind=_SAME.get(column, column): words[kind].get(old, old)
            )
    tables["order_lines"]["units"] = tables["order_lines"]["units"].map(
        lambda old: words["units"].get(old, old)
    )
    return _write(folder, tables, words["season"], hostile)


def _table(folder: Path, name: str) -> pd.DataFrame:
    path = folder / f"{name}.parquet"
    frame = (
        pd.read_parquet(path).astype(object)
        if path.exists()
        else pd.read_csv(folder / f"{name}.csv", dtype=object)
    )
    return frame.where(frame.notna(), None)


def _words(tables: dict[str, pd.DataFrame], hostile: bool) -> dict[str, dict[str, str]]:
    """Column → old word → new word. The twin's plain words sort as the payloads do."""
    old = {"units": {f"bad {n:02d}" for n in range(_BAD_ROWS)}}
    for name, columns in _TEXTS.items():
        for column in columns.split():
            old.setdefault(_SAME.get(column, column), set()).update(tables[name][column].dropna())
    made = {}
    for kind, values in old.items():
        shift = sum(map(ord, kind))
        new = {
            word: f"{PAYLOADS[(n + shift) % len(PAYLOADS)]}{n}"
            for n, word in enumerate(sorted(values - _KEPT))
        }
        if kind == "season":  # a year and a half-year
            new = {word: f"{word}{PAYLOADS[0]}" for word in values}
        plain = {
            word: f"{word}p" if kind == "season" else f"p{rank:05d}"
            for rank, word in enumerate(sorted(new, key=new.get))
        }
        made[kind] = new if hostile else plain
    return made


def _write(
    folder: Path, tables: dict[str, pd.DataFrame], seasons: dict[str, str], hostile: bool
) -> Path:
    def text(payload: str, plain: str) -> str:
        return json.dumps(payload if hostile else plain, ensure_ascii=False)

    own = tomllib.loads((folder / "shop.toml").read_text(encoding="utf-8"))
    for old in folder.iterdir():
        old.unlink()
    lines = [
        f"name = {text(PAYLOADS[0] + PAYLOADS[8], 'plain')}",
        'currency = "CNY"',
        f"as_of = {own['as_of']}",
        "[seasons]",
    ]
    lines += [
        f"{json.dumps(seasons[season], ensure_ascii=False)} = {end}"
        for season, end in own["seasons"].items()
    ]
    lines += [
        "[events]",
        f"{text(PAYLOADS[1], 'plain')} = [2025-05-20, 2026-05-18]",
        "[control_totals]",
        "paid = 1.0",
    ]
    lines += [
        "[[expenses]]",
        f"name = {text(PAYLOADS[2], 'plain')}",
        'base = "net"',
        "amount = 0.26",
    ]
    for name, frame in tables.items():
        file = json.loads(text(f"{name} <img src=x onerror=alert(1)>.csv", f"{name} plain.csv"))
        heading = json.loads(text(PAYLOADS[0], "plain"))
        frame.rename(columns={"name": heading}).to_csv(folder / file, index=False)
        lines += [f"[tables.{name}]", f"source = {json.dumps(file)}"]
        lines += [f"rename = {{ name = {json.dumps(heading)} }}"] if name == "products" else []
    (folder / "shop.toml").write_text("\n".join(lines), encoding="utf-8")
    return folder


def positions(folder: Path) -> int:
    """How many pairs of payload and column a hostile shop holds."""
    pairs = set()
    for path in folder.glob("*.csv"):
        frame = pd.read_csv(path, dtype=str, keep_default_na=False)
        for column in frame:
            words = frame[column].unique()
            pairs |= {
                (path.name, column, payload)
                for payload in PAYLOADS
                if any(word.startswith(payload) for word in words)
            }
    return len(pairs)


def _columns() -> list[str]:
    return [
        name
        for name, column in COLUMNS.items()
        if column.heading and column.kind in ("text", "label", "decision")
    ]


def _blanks() -> list[str]:
    return [name for name, sentence in SENTENCES.items() if sentence.kinds]


# where a page shows a text: columns of tables, blanks of sentences, and what stands around them
PLACES = [
    *_columns(),
    *_blanks(),
    "shop",
    "title",
    "unanswered",
    "printed",
    "written",
    "chart",
    "note",
]


def page_of(text: str, as_of: date) -> str:
    """A page as the batch renders it, with this text in every place of PLACES."""
    row = pd.DataFrame({name: [text] for name in _columns()} | {"price_to": [float("nan")]})
    shown = [
        tables.table(row, _columns(), "CNY"),
        tell([_finding(name, text) for name in _blanks()], "CNY"),
    ]
    shown += [Picture((), b"<svg/>", text), Picture((), b"", "", note=text)]
    outputs = [
        new_output("execute_result", {"text/html": one._repr_html_(), "text/plain": "-"})
        for one in shown
    ]
    outputs += [
        new_output("stream", name="stdout", text=text),
        new_output("execute_result", {"text/plain": text}),
    ]
    cells = [new_markdown_cell("# Which?"), new_code_cell("show()", outputs=outputs)]
    frame = html.page_frame("pacing", text, text, as_of, ["pacing"])
    empty = [
        new_markdown_cell(f"## {text}".partition("\n")[0]),
        new_code_cell("", outputs=[new_output("execute_result", {"text/html": "-"})]),
    ]
    return html.report(new_notebook(cells=cells + empty), frame)


def _finding(name: str, text: str) -> Finding:
    kinds = {blank: "label" if n % 2 else "text" for n, blank in enumerate(SENTENCES[name].kinds)}
    return Finding(name, 0, "", figures={blank: (text, kind) for blank, kind in kinds.items()})
