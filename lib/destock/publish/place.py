"""A pack's place: locked by one run at a time, and holding a whole pack at every moment."""

import ctypes
import errno
import hashlib
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from glob import escape
from pathlib import Path

from filelock import FileLock, Timeout

from destock.model.folders import cache, make_folder, shared, to_disk
from destock.model.messages import Fault, mark

RENAME_EXCHANGE, AT_FDCWD = 2, -100
FIRST_PACK = 5_000_000  # bytes: more than the pages and results of a shop of two thousand SKUs


@contextmanager
def held(place: Path, shop: str = "") -> Iterator[None]:
    """Hold a pack's place for one run.

    Raises Fault at once, naming the holder's process, where another run has it: 75 where it makes
    this very pack, 2 where it makes that of another shop of this name (``shop``: its number).
    """
    folder = cache() / "locks"
    make_folder(cache())
    make_folder(folder)
    file = folder / hashlib.sha256(os.fsencode(place)).hexdigest()[:16]
    lock, holder = FileLock(f"{file}.lock", blocking=False), file.with_suffix(".pid")
    try:
        lock.acquire()
    except Timeout as error:
        pid, _, theirs = (holder.read_text() if holder.is_file() else "?").partition(" ")
        if shop and theirs and theirs != shop:
            raise other_shop(place) from error
        raise Fault(
            75,
            mark("{place}: process {pid} is making this pack already"),
            place=place.name,
            pid=pid,
        ) from error
    try:
        holder.write_text(f"{os.getpid()} {shop}".strip())
        yield
    finally:
        lock.release()


@contextmanager
def beside(place: Path) -> Iterator[Path]:
    """A folder to make the pack in, beside its place; what an earlier run left there is swept, and
    this one too.

    For the holder of the place only: nobody else makes a pack there.
    """
    place.parent.mkdir(parents=True, exist_ok=True)
    prefix = f".{place.name}-"
    if not place.exists() and _old(place).exists():
        _old(place).rename(place)
    for stale in [*place.parent.glob(f"{escape(prefix)}????????"), _old(place)]:
        shutil.rmtree(stale, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(dir=place.parent, prefix=prefix))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def usual_size(place: Path, alike: str) -> int:
    """How many bytes will a pack take? As many as the largest that is there: in its place, or
    beside it under a name that begins ``alike``.
    """
    packs = [place, *(run.parent for run in place.parent.glob(f"{escape(alike)}*/run.json"))]
    return max(
        FIRST_PACK,
        *(sum(path.stat().st_size for path in pack.rglob("*") if path.is_file()) for pack in packs),
    )


def put(folder: Path, place: Path) -> None:
    """Make the finished folder the pack, once all of it is on disk; the last pack takes the
    folder's name.

    The two change places in one step of the system where it has one (Linux, macOS), so that no
    moment is without a whole pack. Elsewhere two renames stand close together.
    """
    if shared():
        os.umask(mask := os.umask(0))
        folder.chmod(0o777 & ~mask)
    for path in [*folder.rglob("*"), folder]:
        to_disk(path)
    if not place.exists():
        folder.rename(place)
    elif not _exchanged(folder, place):
        place.rename(_old(place))
        folder.rename(place)
        _old(place).rename(folder)
    to_disk(place.parent)


def _old(place: Path) -> Path:
    """Where the last pack stands between two renames; it goes back to its place if the second never
    came.
    """
    return place.with_name(f".{place.name}.old")


def _exchanged(one: Path, other: Path) -> bool:
    """Did the two folders change places? False where the system or the file system cannot do that
    in one step.
    """
    system = ctypes.CDLL(None, use_errno=True)
    if sys.platform == "darwin":
        failed = system.renamex_np(os.fsencode(one), os.fsencode(other), RENAME_EXCHANGE)
    elif hasattr(system, "renameat2"):
        failed = system.renameat2(
            AT_FDCWD, os.fsencode(one), AT_FDCWD, os.fsencode(other), RENAME_EXCHANGE
        )
    else:
        return False
    if failed and ctypes.get_errno() not in (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), str(other))
    return not failed


def run_of(pack: Path) -> dict:
    """What ``run.json`` says of a pack; nothing where there is none, or where it is not one of
    ours.
    """
    try:
        said = json.loads((pack / "run.json").read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def refuse_other_shops(place: Path, shop: str) -> None:
    """Is this place free, or does it hold a pack of this very shop (``shop``: its number, or of
    none that is known)? Raises Fault (2).
    """
    if run_of(place).get("shop_number", shop) != shop:
        raise other_shop(place)


def other_shop(place: Path) -> Fault:
    """This place is another shop's: what to do."""
    text = mark(
        '"{path}" is the pack of another shop of this name, or this shop lay elsewhere when it was'
        " made: name another place with --out, rename a shop's folder, or say --force to"
        " replace it"
    )
    return Fault(2, text, path=place)


def write_json(value: object, path: Path) -> None:
    """Write JSON that every reader takes: UTF-8, no NaN, no Infinity."""
    path.write_text(
        json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False, default=str) + "\n",
        encoding="utf-8",
    )
