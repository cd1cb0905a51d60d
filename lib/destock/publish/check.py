"""The door alone: what a shop's tables hold, what is wrong with them, and what they allow – in
seconds, before any report.
"""

import re
import tempfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from glob import escape
from pathlib import Path

import pandas as pd

from destock import engine
from destock.intake.doubts import doubts
from destock.intake.inputs import refuse_changed
from destock.intake.missing import lacking, missing_tables, nothing_missing
from destock.intake.proposals.finding import exports_in
from destock.intake.rejects import refuse_over_limit
from destock.intake.rows import Intake, load
from destock.intake.shop import ROOT, Shop, find_shop, open_shop
from destock.model.findings import Finding, Sentence
from destock.model.folders import require_room, today
from destock.model.messages import Fault, mark, say, speak
from destock.model.notebooks import in_pack, notebooks
from destock.model.schema import TABLES
from destock.present.sentences import tell
from destock.publish.naming import shop_number, shop_slug
from destock.publish.place import run_of
from destock.publish.rejects import write_rejects

SHOWN = 20
FILES = 3
FIRST_ROWS = 5
NOTHING_NEW = Sentence(
    "nothing_new",
    mark(
        "The order lines are the files of the pack of {as_of:date}: nothing new has come in since."
    ),
    "files",
    severity=1,
)
UNREAD_FILES = Sentence(
    "unread_files",
    mark(
        "{n:units} files of the shop's folder are read by no table: {files:text}. “destock init”"
        " says what they are."
    ),
    "files",
    value="n",
    severity=1,
)


@dataclass(frozen=True)
class Check:
    """What was found at the door of a shop, and where every reject is written down."""

    shop: Shop
    intake: Intake
    findings: list[Finding]
    rejects: Path | None
    first_rows: dict[str, pd.DataFrame]
    totals: list[str]

    def sample(self) -> list[str]:
        """The first rows of each table, as they were read."""
        return [
            line
            for table, rows in self.first_rows.items()
            for line in ("", f"{table}:", *rows.to_string(index=False, na_rep="–").splitlines())
        ]

    def lines(self) -> list[str]:
        """The page to read: rows by file, rejects, what is odd, what can be told."""
        rejects = self.intake.rejects
        return [
            *(_row(row) for row in self.intake.rows.to_dict("records")),
            *self.totals,
            *(_reject(reject) for reject in rejects.head(SHOWN).to_dict("records")),
            *(
                [
                    say(
                        "{n} rejected rows, with their text: {path}",
                        n=len(rejects),
                        path=self.rejects,
                    )
                ]
                if self.rejects
                else []
            ),
            *tell(self.findings, self.shop.currency).sentences,
            *allowed({table for table, _ in self.intake.given}),
        ]


def check(place: str | Path, today: date, out: Path = ROOT / "reports") -> Check:
    """Can this shop's tables be relied on, and for what?

    Reads the tables and nothing else: no panel, no cache. Writes all rejected rows to
    ``out``/SHOP-rejects.csv. Raises Fault: 2 and 3 as ``open_shop`` and ``load`` do, 5 for a table
    that changes meanwhile; the limits of rejects are for ``refuse_over_limit`` to say, once the
    page is read.
    """
    shop = open_shop(find_shop(place))
    first, scratch = shop.first_seen(), Path(tempfile.gettempdir())
    require_room(scratch, sum(one.size for one in first.values()))
    with (
        tempfile.TemporaryDirectory(dir=scratch, prefix="destock-") as own,
        closing(engine.start(shop.for_engine(), Path(own), shop.timezone)) as con,
    ):
        intake = load(con, shop, max(today, shop.as_of or today))
        given = {table for table, _ in intake.given}
        found = [
            *intake.notes,
            *doubts(con, today, shop.price_level),
            *_nothing_new(shop, out),
            *_unread(shop),
            *missing_tables(given),
            *nothing_missing(given),
        ]
        first_rows = {table: _first_rows(con, intake, table) for table in TABLES if table in given}
        summed = totals(con)
    refuse_changed(first, shop.inputs)
    rejects = write_rejects(intake.rejects, shop.folder / shop.file, out)
    return Check(shop, intake, found, rejects, first_rows, summed)


def _first_rows(con: engine.Engine, intake: Intake, table: str) -> pd.DataFrame:
    """The first rows of a table, with the columns that the shop gives."""
    names = [name for name in TABLES[table].names if intake.has(table, name)]
    return con.sql(f"SELECT {', '.join(names)} FROM {table} LIMIT {FIRST_ROWS}").df()


def totals(con: engine.Engine) -> list[str]:
    """What the tables add up to, to be compared with the shop's own system."""
    sold = mark("{kind}: {rows} rows, {units} units, {money} paid, {first} to {last}")
    events = engine.rows(
        con,
        """SELECT kind, count(*), sum(units), sum(customer_paid), CAST(min(ordered_at) AS DATE),
            CAST(max(ordered_at) AS DATE) FROM order_lines GROUP BY kind ORDER BY 2 DESC""",
    )
    keys = ("kind", "rows", "units", "money", "first", "last")
    lines = [say(sold, **dict(zip(keys, map(_shown, row), strict=True))) for row in events]
    counted = mark("stock: {units} units of {skus} SKUs on {day}")
    counts = engine.rows(
        con,
        """SELECT sum(on_hand), count(DISTINCT sku), max(counted_at) FROM stock
        WHERE counted_at = (SELECT max(counted_at) FROM stock) HAVING count(*) > 0""",
    )
    keys = ("units", "skus", "day")
    return lines + [say(counted, **dict(zip(keys, map(_shown, r), strict=True))) for r in counts]


def _shown(value: object) -> str:
    """A count or an amount as it is written; unknown is no figure."""
    if value is None:
        return "–"
    return f"{value:,.2f}".removesuffix(".00") if isinstance(value, Decimal | int) else f"{value}"


def allowed(given: set[str]) -> list[str]:
    """Which pages do these tables allow, and which table would make a page complete?"""
    lines = []
    for name in in_pack():
        notebook = notebooks()[name]
        without = lacking(given, notebook.tables)
        text = (
            mark("Page “{page}”: as far as it goes without {tables}")
            if without
            else mark("Page “{page}”: complete")
        )
        lines.append(say(text, page=say(notebook.label), tables=", ".join(without)))
    return lines


def _row(row: dict) -> str:
    counts = mark(
        "{table} ({file}, read as {read_as}): {rows_in} rows, {used} used, {updated} updated,"
        " {rejected} rejected, {deduplicated} copies, {skipped} skipped"
    )
    queried = mark("{line}; made of {file_rows} rows of the file")
    line = say(counts, **row)
    return (
        line
        if row["rows_in"] == row["file_rows"]
        else say(queried, line=line, file_rows=row["file_rows"])
    )


def _reject(reject: dict) -> str:
    rule = reject["rule"]
    place = {"file": reject["file"], "line": reject["line"], "rule": say(rule)}
    if not reject["column"]:
        return say("{file}:{line} {rule}: {raw}", raw=reject["raw"], **place)
    value = "" if pd.isna(reject["value"]) else reject["value"]
    return say(
        '{file}:{line} column "{column}": "{value}" ({rule})',
        column=reject["column"],
        value=value,
        **place,
    )


def _nothing_new(shop: Shop, reports: Path) -> list[Finding]:
    """Are the order lines (or what stands in for them) the very files of the shop's last pack?"""
    file = shop.folder / shop.file
    runs = [run_of(path.parent) for path in reports.glob(f"{escape(shop_slug(file))}-*/run.json")]
    own = [
        run
        for run in runs
        if run.get("shop_number", shop_number(file)) == shop_number(file)
        and run.get("shop") == shop.name
        and _is_full(run)
    ]
    last = max(own, key=lambda run: run["finished"], default=None)
    sold = {
        path.name
        for path in shop.files("order_lines" if "order_lines" in shop.sources else "snapshot")
    }
    mine = {digest for name, digest in shop.fingerprint().items() if Path(name).name in sold}
    if last is None or not mine <= set(last["inputs"].values()):
        return []
    return [NOTHING_NEW.found({"as_of": date.fromisoformat(last["as_of"])}, value=len(mine))]


def _unread(shop: Shop) -> list[Finding]:
    """Which exports lie in the shop's folder without a table reading them, such as next month's?"""
    read = {path.resolve() for path in shop.inputs().values()}
    unread = [path for path in exports_in(shop.folder) if path.resolve() not in read]
    if not unread:
        return []
    named = [path.relative_to(shop.folder).as_posix() for path in unread[:FILES]]
    files = ", ".join(named + ["…"] * (len(unread) > FILES))
    return [UNREAD_FILES.found({"n": len(unread), "files": files})]


def _is_full(run: dict) -> bool:
    """Does this ``run.json`` say when, of which day and of which files, as ours do?"""
    inputs = run.get("inputs")
    texts = [
        run.get("finished"),
        run.get("as_of"),
        *(inputs.values() if isinstance(inputs, dict) else [None]),
    ]
    return all(isinstance(text, str) for text in texts) and bool(
        re.fullmatch(r"\d{4}-[01]\d-[0-3]\d", run["as_of"])
    )


def told(place: str, out: str, lang: str, sample: bool, note: Callable[[dict], None]) -> dict:
    """In a process of its own: the page of a shop's tables, and why no report would be made of
    them. ``sample``: with the first rows of each; ``out``: where the list of rejected rows goes.
    """
    speak(lang)
    found = check(place, today(), Path(out))
    lines = found.lines() + (found.sample() if sample else [])
    try:
        refuse_over_limit(found.intake.rows)
    except Fault as fault:
        return {"lines": lines, "refused": str(_refused(fault, found))}
    return {"lines": lines, "refused": ""}


def refusal(fault: Fault, place: str | Path, today: date) -> Fault:
    """Why no report is made (``fault``), with the files and the rule that most rows break, once all
    of these are written down as by ``check``.
    """
    try:
        return _refused(fault, check(place, today))
    except Fault as other:
        return Fault(
            fault.exit_code, mark("{refusal} – their list: {reason}"), refusal=fault, reason=other
        )


def _refused(fault: Fault, found: Check) -> Fault:
    rejects = found.intake.rejects
    concerned = (
        rejects[rejects["table"] == fault.values["table"]] if "table" in fault.values else rejects
    )
    if concerned.empty:
        return fault
    files, rules = concerned["file"].value_counts(), concerned["rule"].value_counts()
    named = [say("{file}: {n} rows", file=file, n=n) for file, n in files.head(FILES).items()] + [
        "…"
    ] * (len(files) > FILES)
    text = mark(
        '{refusal} – {files}; most often: {rule} ({n} rows). All of them with their text: "{path}"'
    )
    return Fault(
        fault.exit_code,
        text,
        refusal=fault,
        files=", ".join(named),
        rule=say(rules.index[0]),
        n=rules.iloc[0],
        path=found.rejects,
    )
