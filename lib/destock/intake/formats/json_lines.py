"""JSON → its records as text: one object a line, or one array of objects."""

import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pyarrow as pa

from destock.intake.formats.raw import Raw, names_of, refuse_empty
from destock.intake.formats.survey import encoding_of
from destock.intake.shop import Source
from destock.model.messages import Fault, mark

# an array is read at once; objects that stand one a line are not
MOST_BYTES = 200_000_000
_NO_OBJECT = mark(
    "{file}:{line}: no JSON object ({reason}): a file of rows has one object a line, or one array"
    " of objects"
)
_LARGE = mark(
    "{file}: one JSON array of {size} MB is too much at once: export it as one object a line, or as"
    " CSV"
)


class _Digits(str):
    """A number as it is written."""


def open_json(path: Path, source: Source) -> Raw:
    """What does this JSON hold? The keys of its objects are its columns, in the order in which they
    come. Raises Fault (3) where a line is no object.
    """
    encoding, keys, counted = encoding_of(path, source.encoding), {}, 0
    for _, one in _objects(path, encoding):
        keys |= dict.fromkeys(one)
        counted += 1
    refuse_empty(path, source, bool(keys), counted)
    names = names_of(path, list(keys))

    def batches() -> Iterator[pa.RecordBatch]:
        rows = _objects(path, encoding)
        while some := list(islice(rows, 10_000)):
            lines = pa.array([line for line, _ in some], pa.int64())
            columns = [pa.array([_text(o.get(key)) for _, o in some], pa.string()) for key in keys]
            yield pa.record_batch([lines, *columns], names=["_line", *names])

    return Raw(
        path, [pa.field(name, pa.string()) for name in names], batches, counted, f"JSON, {encoding}"
    )


def _objects(path: Path, encoding: str) -> Iterator[tuple[int, dict]]:
    """Every object with its line; those of an array are counted from 2, as below a header."""
    with path.open(encoding=encoding, newline="\n") as text:
        begin = text.read(1)
        while begin and (begin.isspace() or begin == "\ufeff"):
            begin = text.read(1)
        text.seek(0)
        if begin != "[":
            for line, one in enumerate(text, 1):
                if one.strip():
                    yield line, _object(path, line, one.strip("\ufeff\r\n"))
            return
        if path.stat().st_size > MOST_BYTES:
            raise Fault(3, _LARGE, file=path.name, size=path.stat().st_size // 1_000_000)
        found = _parsed(path, 1, text.read().lstrip("\ufeff"))
    for line, one in enumerate(found, 2):
        yield line, _checked(path, line, one)


def _object(path: Path, line: int, text: str) -> dict:
    return _checked(path, line, _parsed(path, line, text))


def _checked(path: Path, line: int, one: object) -> dict:
    if not isinstance(one, dict):
        raise Fault(3, _NO_OBJECT, file=path.name, line=line, reason=_json(one)[:60])
    return one


def _parsed(path: Path, line: int, text: str) -> object:
    try:
        found = json.loads(
            text,
            parse_float=_Digits,
            parse_int=_Digits,
            parse_constant=_Digits,
            object_pairs_hook=_once,
        )
        if "\\u" in text:  # half of a letter can be written so, and is none
            json.dumps(found, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        at = line + getattr(error, "lineno", 1) - 1
        reason = getattr(error, "msg", "") or str(error)
        raise Fault(3, _NO_OBJECT, file=path.name, line=at, reason=reason[:100]) from error
    return found


def _once(pairs: list[tuple[str, object]]) -> dict:
    """An object whose keys come once: of two values one would be lost."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError(f"2 × {next(k for k in found if [p[0] for p in pairs].count(k) > 1)!r}")
    return found


def _text(value: object) -> str | None:
    """A value as text; what is nested in it stays JSON. An empty text and null are nothing."""
    if value is None or value == "":
        return None
    return value if isinstance(value, str) else _json(value)


def _json(value: object) -> str:
    """A value as JSON, its numbers as they were written."""
    if isinstance(value, dict):
        parts = (f"{json.dumps(key, ensure_ascii=False)}: {_json(v)}" for key, v in value.items())
        return f"{{{', '.join(parts)}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(_json, value))}]"
    return str(value) if isinstance(value, _Digits) else json.dumps(value, ensure_ascii=False)
