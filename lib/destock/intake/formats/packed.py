"""A packed file → the one file in it."""

import gzip
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from destock.intake.beside import is_beside
from destock.intake.formats.kinds import kind_of
from destock.intake.formats.sheets import unreadable
from destock.intake.formats.workbook import HARMLESS_BYTES, MOST_BYTES, MOST_RATIO, refuse_bomb
from destock.model.folders import session
from destock.model.messages import Fault, mark

_BLOCK = 1 << 20
# what zip and gzip raise on a file that is damaged, protected, or packed in a way of its own
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError)
_SEVERAL = mark(
    "{file}: it holds {n} files, where one is read: unpack it into a folder, and name that in"
    " shop.toml"
)
_AGAIN = mark("{file}: it holds a packed file again: unpack it")


@contextmanager
def unpacked(path: Path, kind: str) -> Iterator[Path]:
    """What is packed in this file, as a file of the same name in a folder of its own, which goes
    where that cannot be read. Raises Fault (3) where it is not one file, or larger than any of a
    shop.
    """
    folder = tempfile.mkdtemp(dir=session())
    try:
        yield _unpack(path, kind, Path(folder, path.name))
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _unpack(path: Path, kind: str, target: Path) -> Path:
    try:
        with _member(path, kind) as member, target.open("wb") as file:
            _copy(path, member, file)
    except Fault:
        raise
    except _DAMAGED as error:
        raise unreadable(path, error) from error
    if kind_of(target) in ("zip", "gz"):
        raise Fault(3, _AGAIN, file=path.name)
    return target


@contextmanager
def _member(path: Path, kind: str) -> Iterator[BinaryIO]:
    if kind == "gz":
        with gzip.open(path) as file:
            yield file
        return
    refuse_bomb(path)
    with zipfile.ZipFile(path) as archive:
        names = [
            one.filename
            for one in archive.infolist()
            if not one.is_dir()
            and not one.filename.startswith("__MACOSX/")
            and not is_beside(Path(one.filename))
        ]
        if len(names) != 1:
            raise Fault(3, _SEVERAL, file=path.name, n=len(names))
        with archive.open(names[0]) as file:
            yield file


def _copy(path: Path, member: BinaryIO, target: BinaryIO) -> None:
    """Unpack no more than a packed file of a shop can hold, whatever it says of itself."""
    size = path.stat().st_size
    most = min(MOST_BYTES, max(HARMLESS_BYTES, MOST_RATIO * size))
    while block := member.read(_BLOCK):
        if target.tell() + len(block) > most:
            text = mark("{file}: it unpacks to more than {most} MB: this is no table of a shop")
            raise Fault(3, text, file=path.name, most=round(most / 1e6))
        target.write(block)
