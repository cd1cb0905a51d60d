"""What is kept from one run to the next: each file written whole, sealed with its hash, and taken
for nothing where it does not match its seal.
"""

import hashlib
import os
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import pandas as pd

from destock import engine
from destock.model.folders import once, to_disk


def keep(path: Path, key: str, write: Callable[[Path], None]) -> None:
    """Put a file in its place once it is whole and on disk, then its seal. For the holder of its
    lock only.
    """
    part = path.with_suffix(".part")
    write(part)
    to_disk(part)
    os.replace(part, path)
    seal(path, key)


def seal(path: Path, key: str) -> None:
    """Note beside a file that is on disk what it holds, and for which ``key``: a file of another
    place does not match.
    """
    part = _seal(path).with_suffix(".part")
    part.write_text(_text(path, key), encoding="utf-8")
    to_disk(part)
    os.replace(part, _seal(path))


def read(path: Path, key: str) -> pd.DataFrame | None:
    """A kept frame; None where there is none, or where it is not what was sealed."""
    return engine.read(path) if is_whole(path, key) else None


def read_text(path: Path, key: str) -> str:
    """A kept text; empty where there is none, or where it is not what was sealed."""
    return path.read_text(encoding="utf-8") if is_whole(path, key) else ""


def is_whole(path: Path, key: str) -> bool:
    """Does a file hold what was written for this key? It is hashed at the first look of a process;
    a large one of a command, once for all of them.
    """
    try:
        return _seal(path).read_text(encoding="utf-8") == _text(path, key)
    except (OSError, UnicodeDecodeError):  # there is none, or something else has its name
        return False


def _seal(path: Path) -> Path:
    return path.with_suffix(f"{path.suffix}.seal")


def _text(path: Path, key: str) -> str:
    now = path.stat()
    return (
        f"{key} {path.name} {now.st_size}"
        f" {_digest(path, now.st_size, now.st_mtime_ns, now.st_ctime_ns, now.st_ino)}\n"
    )


@lru_cache(maxsize=1024)
def _digest(path: Path, size: int, *state: int) -> str:
    if size < engine.SMALL:
        return _sha256(path)
    place = hashlib.sha256(repr((path, size, state)).encode()).hexdigest()[:16]
    return once(f"frame-{place}", lambda: _sha256(path))


def _sha256(path: Path) -> str:
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()
