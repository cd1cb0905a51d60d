"""The door alone: what a shop's tables hold, what is wrong with them, and what they allow – in seconds, before any report."""

import json
import tempfile
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from destock import engine
from destock.intake.doubts import doubts
from destock.intake.missing import TABLES, missing_tables
from destock.intake.rows import Intake, load, refuse_over_limit
from destock.intake.shop import ROOT, Shop, find_shop, open_shop
from destock.model.findings import Finding
from destock.model.messages import Fault, mark, say
from destock.present.sentences import tell
from destock.publish.naming import LABELS, slug
from destock.publish.results import write_csv

SHOWN = 20


@dataclass(frozen=True)
class Check:
    """What was found at the door of a shop, and where every reject is written down."""

    shop: Shop
    intake: Intake
    findings: list[Finding]
    rejects: Path | None

    def lines(self) -> list[str]:
        """The page to read: rows by file, rejects, what is odd, what can be told."""
        rejects = self.intake.rejects
        return [
            *(_row(row) for row in self.intake.rows.to_dict("records")),
            *(_reject(reject) for reject in rejects.head(SHOWN).to_dict("records")),
            *([say("{n} rejected rows, with their text: {path}", n=len(rejects), path=self.rejects)] if self.rejects else []),
            *tell(self.findings, self.shop.currency).sentences,
            *allowed({table for table, _ in self.intake.given}),
        ]


def check(place: str | Path, today: date, out: Path = ROOT / "reports") -> Check:
    """Can this shop's tables be relied on, and for what?

    Reads the tables and nothing else: no panel, no cache. Writes all rejected rows to
    ``out``/SHOP-rejects.csv. Raises Fault: 2 and 3 as ``open_shop`` and ``load`` do; the limits of
    rejects are for ``refuse_over_limit`` to say, once the page is read.
    """
    shop = open_shop(find_shop(place))
    with (
        tempfile.TemporaryDirectory(prefix="destock-") as scratch,
        closing(engine.start(shop.for_engine(), Path(scratch), shop.timezone)) as con,
    ):
        intake = load(con, shop, max(today, shop.as_of or today))
        found = [
            *intake.notes,
            *doubts(con, today, shop.price_level),
            *_nothing_new(shop, out),
            *missing_tables({table for table, _ in intake.given}),
        ]
    return Check(shop, intake, found, _write(intake.rejects, out / f"{slug(shop.folder.name)}-rejects.csv"))


def allowed(given: set[str]) -> list[str]:
    """Which pages do these tables allow, and which table would make a page complete?"""
    lines = []
    for page, label in LABELS.items():
        lacking = [table for table, (_, _, pages) in TABLES.items() if page in pages and table not in given]
        text = mark("Page “{page}”: as far as it goes without {tables}") if lacking else mark("Page “{page}”: complete")
        lines.append(say(text, page=say(label), tables=", ".join(lacking)))
    return lines


def _row(row: dict) -> str:
    counts = mark(
        "{table} ({file}, read as {read_as}): {rows_in} rows, {used} used, {updated} updated, {rejected} rejected, {deduplicated} copies, {skipped} skipped"
    )
    queried = mark("{line}; the query makes them of {file_rows} rows of the file")
    line = say(counts, **row)
    return line if row["rows_in"] == row["file_rows"] else say(queried, line=line, file_rows=row["file_rows"])


def _reject(reject: dict) -> str:
    rule = reject["rule"]
    place = {"file": reject["file"], "line": reject["line"], "rule": say(rule)}
    if not reject["column"]:
        return say("{file}:{line} {rule}: {raw}", raw=reject["raw"], **place)
    value = "" if pd.isna(reject["value"]) else reject["value"]
    return say('{file}:{line} column "{column}": "{value}" ({rule})', column=reject["column"], value=value, **place)


def _write(rejects: pd.DataFrame, path: Path) -> Path | None:
    if rejects.empty:
        path.unlink(missing_ok=True)
        return None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_csv(rejects, path)
    except OSError as error:
        raise Fault(5, mark('cannot write to "{path}": {reason}'), path=path, reason=error.strerror) from error
    return path


def _nothing_new(shop: Shop, reports: Path) -> list[Finding]:
    """Are the order lines (or what stands in for them) the very files of the shop's last pack?"""
    runs = [json.loads(path.read_text(encoding="utf-8")) for path in reports.glob(f"{shop.folder.name}-*/run.json")]
    last = max((run for run in runs if run["shop"] == shop.name), key=lambda run: run["finished"], default=None)
    sold = {path.name for path in shop.files("order_lines" if "order_lines" in shop.sources else "snapshot")}
    mine = {digest for name, digest in shop.fingerprint().items() if Path(name).name in sold}
    if last is None or not mine <= set(last["inputs"].values()):
        return []
    return [Finding("nothing_new", len(mine), "files", severity=1, figures={"as_of": (date.fromisoformat(last["as_of"]), "date")})]


def run(place: str | Path) -> None:
    """Print what was found; raises Fault (4) where so much is rejected that no report would be made."""
    found = check(place, date.today())
    print("\n".join(found.lines()))
    refuse_over_limit(found.intake.rows)
