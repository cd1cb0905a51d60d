"""What is odd about a table's files without any of their rows being wrong."""

from collections import Counter

from destock import engine
from destock.intake.columns import NAMED, File, money_of
from destock.intake.formats.raw import Raw
from destock.intake.inputs import sha256
from destock.model.findings import Finding, Sentence
from destock.model.messages import mark
from destock.model.schema import Table

SAID = 60  # letters of a line that a sentence repeats

HIDDEN_ROWS = Sentence(
    "hidden_rows",
    mark(
        "{file:text}: {n:units} hidden rows are rows like any other here: take them out of the file"
        " if they are not meant."
    ),
)
ROUNDED = Sentence(
    "rounded",
    mark(
        "{n:units} amounts of “{file:text}” in {column:text} have more than four decimals: they are"
        " rounded to four, half to even."
    ),
)
EQUAL_ROWS = Sentence(
    "equal_rows",
    mark(
        "{n:units} rows of “{file:text}” equal another one of their export and count as rows of"
        " their own: say equal_rows = “separate” (so they are) or “copies” in shop.toml."
    ),
)
UNMADE_ROWS = Sentence(
    "unmade_rows",
    mark("{file:text}: {n:units} rows made no row of “{table:text}”: lines {lines:text}."),
)
ABOVE_HEADER = Sentence(
    "above_header",
    mark(
        "{file:text}: the header is on line {line:text}; what stands above it is no row:"
        " {text:text}."
    ),
)
FOOTER = Sentence(
    "footer",
    mark(
        "{file:text}: {n:units} lines below the table are no rows: lines {lines:text},"
        " “{text:text}”."
    ),
)
NO_ROWS = Sentence("no_rows", mark("{file:text} has no rows: nothing is taken from it."))
FEWER_COLUMNS = Sentence(
    "fewer_columns",
    mark(
        "{file:text} lacks {columns:text}, which another export of the table has: there it is"
        " empty."
    ),
)
SAME_FILE = Sentence("same_file", mark("{file:text} is the same file as {other:text}."))
MOVED_SKUS = Sentence(
    "moved_skus",
    mark(
        "{n:units} SKUs belong to another style in {file:text} than in an older export"
        " ({names:text}): all they have sold counts under the style of now."
    ),
)


def rounded(con: engine.Engine, table: Table) -> list[Finding]:
    """In which columns were amounts rounded, and how many?"""
    counts = ", ".join(
        f"count(*) FILTER (rounded & {2**bit} > 0)" for bit in range(len(money_of(table)))
    )
    if not counts:
        return []
    found = engine.rows(
        con, f"SELECT {counts} FROM judged WHERE rounded > 0 AND wanted AND fault IS NULL"
    )[0]
    return [
        note(ROUNDED, n, table.name, column=column.name)
        for column, n in zip(money_of(table), found, strict=True)
        if n
    ]


def notes_of(table: Table, files: list[File], given: frozenset[str]) -> list[Finding]:
    """What is odd about a table's files without any of their rows being wrong."""
    notes, contents, sizes = [], {}, Counter(file.raw.path.stat().st_size for file in files)
    for file in files:
        name = file.raw.path.name
        if not file.raw.rows:
            notes.append(note(NO_ROWS, 0, name))
        if file.unmade[0]:
            lines = ", ".join(map(str, file.unmade[1])) + (", …" if file.unmade[0] > NAMED else "")
            notes.append(note(UNMADE_ROWS, file.unmade[0], name, table=table.name, lines=lines))
        notes += _around(file.raw)
        if file.raw.hidden:
            notes.append(note(HIDDEN_ROWS, len(file.raw.hidden), name))
        if lacking := given - set(file.expressions):
            notes.append(
                note(FEWER_COLUMNS, len(lacking), name, columns=", ".join(sorted(lacking)))
            )
        content = (
            size := file.raw.path.stat().st_size,
            sha256(file.raw.path) if sizes[size] > 1 else "",
        )
        if (same := contents.setdefault(content, name)) != name:
            notes.append(note(SAME_FILE, 1, name, other=same))
    return notes


def _around(raw: Raw) -> list[Finding]:
    """What stands above the header and below the table of a file."""
    notes, name = [], raw.path.name
    if raw.passed:
        line = str(raw.header_line)
        notes.append(note(ABOVE_HEADER, len(raw.passed), name, line=line, text=_said(raw.passed)))
    if raw.footer:
        lines = str(min(raw.footer))
        if len(raw.footer) > 1:
            lines += f"–{max(raw.footer)}"
        notes.append(note(FOOTER, len(raw.footer), name, lines=lines, text=_said(raw.footer)))
    return notes


def _said(lines: dict[int, str]) -> str:
    """The first of some lines, each as far as a sentence has room for it."""
    some = [" ".join(lines[n].split())[:SAID] for n in sorted(lines)[:NAMED]]
    return " / ".join(some) + (" / …" if len(lines) > NAMED else "")


def moved(con: engine.Engine, files: list[File], given: frozenset[str]) -> list[Finding]:
    """Which SKUs belong to another style in a newer export than before? Their history counts under
    the style of now.
    """
    if len(files) < 2 or not {"style", "style_colour"} & given:
        return []
    other = " OR ".join(
        f"before.{name} IS DISTINCT FROM now.{name}"
        for name in ("style", "style_colour")
        if name in given
    )
    skus = engine.rows(
        con,
        f"""WITH replaced AS (
            SELECT judged.* FROM judged JOIN outcomes USING (_file, _row) WHERE outcome = 'updated'
        ),
        settled AS (
            SELECT * FROM judged ANTI JOIN outcomes USING (_file, _row)
            WHERE wanted AND fault IS NULL
        )
        SELECT DISTINCT before.sku FROM replaced before JOIN settled now ON now.sku = before.sku
        WHERE {other} ORDER BY 1""",
    )
    names = ", ".join(sku for (sku,) in skus[:NAMED]) + (", …" if len(skus) > NAMED else "")
    return [note(MOVED_SKUS, len(skus), files[-1].raw.path.name, names=names)] if skus else []


def note(sentence: Sentence, value: int, file: str, **text: str) -> Finding:
    """Something odd about a file or table, with the words of its sentence."""
    told = {"n": value, "file": file} | text
    return sentence.found(told, value=value, unit="rows", severity=1, item=file)
