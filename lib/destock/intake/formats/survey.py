"""A text file looked at without the parser that loads it: its encoding, how many records it holds,
where it is damaged.
"""

import codecs
import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from destock.model.messages import Fault, mark

CHUNK = 1 << 20
# a quoted value over more lines than this is taken for a quote that nobody closed
MOST_LINES = 1000
_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
# encodings in which bytes below 128 are ASCII, wherever a letter ends before them
_ASCII_STAYS = {"utf-8", "utf-8-sig", "gb18030"}
# of the letters beyond ASCII in a real Chinese text, at least this share stands in the first
# Chinese standard
_COMMON = 0.8
# a text is UTF-8 but for a few bytes where so many letters for each such byte are whole
_MOSTLY = 3


@dataclass(frozen=True)
class Survey:
    """What a file holds: records (header, blank lines and all), whether one runs over several
    lines, whether the last is ended.
    """

    encoding: str
    records: int
    multiline: bool
    ended: bool


def survey(path: Path, encoding: str, delimiter: str = ",") -> Survey:
    """How many records does this file hold?

    Line ends are counted in the bytes, outside quotes; where a quoted value holds line
    ends, Python's own parser counts instead. Raises Fault (3), with the line, for what is
    no text, and for a quote that is never closed.
    """
    lines, multiline, inside, last = 0, False, False, b""
    for chunk in _utf8(path, encoding):
        if b"\0" in chunk:
            line = lines + _line_ends(chunk[: chunk.index(b"\0")]) + 1
            raise Fault(
                3,
                mark("{file}:{line}: a byte 0, so this is no text or the file is damaged"),
                file=path.name,
                line=line,
            )
        lines += _line_ends(chunk) - (last == b"\r" and chunk[:1] == b"\n")
        if inside or b'"' in chunk:
            quoted = np.frombuffer(chunk, np.uint8)
            within = np.bitwise_xor.accumulate(quoted == 34) ^ inside
            multiline |= bool((within & ((quoted == 10) | (quoted == 13))).any())
            inside = bool(within[-1])
        last = chunk[-1:]
    ended = last in (b"\n", b"\r", b"")
    records = _parsed(path, encoding, delimiter) if multiline or inside else lines + (not ended)
    return Survey(encoding, records, multiline or inside, ended)


def _line_ends(chunk: bytes) -> int:
    # bytes.count takes several times as long
    ends = int(np.count_nonzero(np.frombuffer(chunk, np.uint8) == 10))
    return ends + (chunk.count(b"\r") - chunk.count(b"\r\n") if b"\r" in chunk else 0)


def _parsed(path: Path, encoding: str, delimiter: str) -> int:
    """Records as Python's parser sees them, where counting line ends is not enough."""
    records, start = 0, 1
    with path.open(encoding=encoding, newline="") as text:
        reader = csv.reader(text, delimiter=delimiter, strict=True)
        try:
            for _ in reader:
                if reader.line_num - start >= MOST_LINES:
                    raise csv.Error
                records, start = records + 1, reader.line_num + 1
        except csv.Error as error:
            text = mark('{file}:{line}: a quote (") is not closed, or not where its value ends')
            raise Fault(3, text, file=path.name, line=start) from error
    return records


def encoding_of(path: Path, declared: str = "") -> str:
    """The first encoding in which every byte makes sense: the file's own mark, the one declared,
    UTF-8, GB18030. Raises Fault (3) where there is none.
    """
    with path.open("rb") as source:
        start = source.read(4)
    by_mark = [name for sign, name in _MARKS.items() if start.startswith(sign)]
    guessed = not by_mark and not declared
    for name in by_mark or ([declared] if declared else ["utf-8", "gb18030"]):
        try:
            foreign = _foreign(path, name)
        except UnicodeDecodeError as error:
            reason = f"{name}, byte {error.start}"
            if guessed and name == "utf-8":
                _refuse_odd_byte(path, error.start)
        except LookupError:
            reason = f"encoding {name}"
        else:
            if name != "gb18030" or not guessed or _is_chinese(foreign):
                return name
            reason = name
    neither = mark(
        "{file}: neither UTF-8 nor Chinese ({reason}): say its encoding in shop.toml, such as"
        ' encoding = "cp1252"'
    )
    raise Fault(
        3,
        neither if guessed else mark("{file}: cannot be read ({reason})"),
        file=path.name,
        reason=reason,
    )


def _refuse_odd_byte(path: Path, at: int) -> None:
    """Raises Fault (3) with the line of a byte that is no UTF-8 in a text that otherwise is: no
    other encoding would make sense of the rest.
    """
    whole, odd, line = 0, 0, 1
    with path.open("rb") as source, path.open(encoding="utf-8", errors="replace") as text:
        while at > 0 and (chunk := source.read(min(CHUNK, at))):
            line, at = line + chunk.count(b"\n"), at - len(chunk)
        while (some := text.read(CHUNK)) and whole < 100_000:
            if not some.isascii():
                odd += some.count("\ufffd")
                whole += sum(letter > "\x7f" for letter in some)
    if whole - odd >= _MOSTLY * odd:
        said = mark(
            "{file}:{line}: this line holds a byte that is no UTF-8, while the rest of the file is:"
            " mend that line, or export the file again"
        )
        raise Fault(3, said, file=path.name, line=line)


def _foreign(path: Path, encoding: str) -> str:
    """The first hundred thousand letters beyond ASCII, after every byte of the file was decoded."""
    foreign = ""
    for text in _decoded(path, encoding, skip_ascii=encoding in _ASCII_STAYS):
        if len(foreign) < 100_000 and not text.isascii():
            foreign += "".join(letter for letter in text if letter > "\x7f")
    return foreign


def _is_chinese(foreign: str) -> bool:
    """Letters of a Western alphabet, read as GB18030, become characters that hardly anybody
    uses.
    """
    return len(foreign.encode("gb2312", "ignore")) >= 2 * _COMMON * len(foreign)


def _decoded(path: Path, encoding: str, skip_ascii: bool = False) -> Iterator[str]:
    decoder, before = codecs.getincrementaldecoder(encoding)(), 0
    with path.open("rb") as source:
        while True:
            chunk = source.read(CHUNK)
            held = len(decoder.getstate()[0])
            try:
                if not (skip_ascii and chunk and not held and chunk.isascii()):
                    yield decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                error.start += before - held
                raise
            if not chunk:
                return
            before += len(chunk)


def _utf8(path: Path, encoding: str) -> Iterator[bytes]:
    if encoding.startswith("utf-8"):
        with path.open("rb") as source:
            yield from iter(lambda: source.read(CHUNK), b"")
    else:
        yield from (text.encode() for text in _decoded(path, encoding) if text)
