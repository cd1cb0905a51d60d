"""The files that a run rests on, each as it was when the run first read it: hashed once, and looked
at again before anything is kept or published.
"""

import hashlib
import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from destock.model.folders import once
from destock.model.messages import Fault, mark

# A file that was written this shortly before it was read may be written again without a trace in
# its times: as coarse as a file system keeps them.
SETTLED = 2_000_000_000  # nanoseconds


class Seen(NamedTuple):
    """A file when it was first read: where it lies, its SHA-256, and what tells that it is that
    file still.
    """

    path: str
    sha256: str
    size: int
    written: int
    changed: int
    inode: int
    settled: bool


def seen(path: Path, content: bytes | None = None) -> Seen:
    """Which bytes does this file hold now? ``content``: those that were read already. Raises Fault
    (3) where it cannot be read.
    """
    try:
        before, at = _state(path), time.time_ns()
    except OSError as error:
        raise _unreadable(path, error) from error
    digest = sha256(path) if content is None else hashlib.sha256(content).hexdigest()
    return Seen(os.fspath(path), digest, *before, settled=at - max(before[1:3]) > SETTLED)


def first_seen(
    shop: Path, inputs: Callable[[], Mapping[str, Path]], known: Mapping[str, Seen]
) -> dict[str, Seen]:
    """All inputs of a shop, by name: in a command as whichever of its processes read them first,
    alone as they are now.

    ``shop``: its file; ``inputs`` finds the others; ``known``: what was read already.
    """
    found = once(
        f"inputs-{_name(shop)}",
        lambda: {name: known.get(name) or seen(path) for name, path in inputs().items()},
    )
    return {name: Seen(*one) for name, one in found.items()}


def first_text(file: Path) -> tuple[str, Seen]:
    """The text of a ``shop.toml``, in a command as whichever of its processes read it first. Raises
    Fault (3) where it is no text.
    """

    def read() -> tuple[str, Seen]:
        try:
            content = file.read_bytes()
            return content.decode("utf-8-sig"), seen(file, content)
        except UnicodeDecodeError as error:
            raise Fault(
                3,
                mark("{path}: not written in UTF-8 (byte {n}): save it as UTF-8"),
                path=file,
                n=error.start,
            ) from error
        except OSError as error:
            raise _unreadable(file, error) from error

    text, one = once(f"shop-{_name(file)}", read)
    return text, Seen(*one)


def refuse_changed(first: Mapping[str, Seen], inputs: Callable[[], Mapping[str, Path]]) -> None:
    """Is every input still what it was when it was first read, and is there no other?

    Only what has another size, time or number on the disk is hashed again. ``inputs`` finds them
    anew. Raises Fault (5), naming one that changed.
    """
    strange = [name for name, one in first.items() if not _is_same(one)] or sorted(
        inputs().keys() ^ first.keys()
    )
    if strange:
        raise changed(strange[0])


def changed(name: str) -> Fault:
    """An input is not what it was when it was first read."""
    return Fault(
        5,
        mark(
            "{file} changed while it was being read: run it again once it is whole; the last good"
            " pack stays"
        ),
        file=name,
    )


def sha256(path: Path) -> str:
    """Which bytes does this file hold? Raises Fault (3) where it cannot be read."""
    try:
        with path.open("rb") as source:
            return hashlib.file_digest(source, "sha256").hexdigest()
    except OSError as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: OSError) -> Fault:
    return Fault(
        3, mark("{file}: cannot be read ({reason})"), file=path.name, reason=error.strerror
    )


def _state(path: Path) -> tuple[int, int, int, int]:
    now = path.stat()
    return now.st_size, now.st_mtime_ns, now.st_ctime_ns, now.st_ino


def _is_same(one: Seen) -> bool:
    path = Path(one.path)
    try:
        if one.settled and _state(path) == one[2:6]:
            return True
        return sha256(path) == one.sha256
    except (OSError, Fault):  # gone, or not to be read any more
        return False


def _name(file: Path) -> str:
    return hashlib.sha256(os.fsencode(file.resolve())).hexdigest()[:16]
