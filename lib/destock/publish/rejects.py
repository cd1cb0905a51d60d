"""The list of a shop's rejected rows, beside the packs: written whole, and never over the list of
another shop of the same name.
"""

import shutil
import uuid
from pathlib import Path

import pandas as pd

from destock.model.folders import goes_with_session
from destock.model.messages import Fault, mark
from destock.publish.naming import shop_number, shop_slug
from destock.publish.results import write_csv


def write_rejects(rejects: pd.DataFrame, shop: Path, folder: Path) -> Path | None:
    """Where are all rejected rows of this shop written down? Nowhere where it has none: an older
    list of its own goes.

    They lie in ``folder``/SHOP-rejects.csv, or, where another shop has that name, under the shop's
    number too. ``shop``: its file. Raises Fault (5) where they cannot be written.
    """
    usual, own = (
        folder / f"{name}-rejects.csv"
        for name in (shop_slug(shop), f"{shop_slug(shop)}-{shop_number(shop)}")
    )
    try:
        if rejects.empty:
            own.unlink(missing_ok=True)
            if _owner(usual) in ("", shop_number(shop)):
                usual.unlink(missing_ok=True)
                _note(usual).unlink(missing_ok=True)
            return None
        folder.mkdir(parents=True, exist_ok=True)
        path = usual if not own.exists() and _claimed(usual, shop_number(shop)) else own
        _write_whole(rejects, path)
    except OSError as error:
        raise Fault(
            5,
            mark('cannot write to "{path}": {reason}'),
            path=error.filename or folder,
            reason=error.strerror,
        ) from error
    return path


def _write_whole(rejects: pd.DataFrame, path: Path) -> None:
    """Write the list beside its place, in a folder that goes even if this process is killed."""
    folder = path.with_name(f".{path.stem}-{uuid.uuid4().hex}")
    goes_with_session(folder)
    folder.mkdir()
    try:
        write_csv(rejects, folder / path.name)
        (folder / path.name).replace(path)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _claimed(path: Path, number: str) -> bool:
    """Is this name the shop's from now on? Not where another shop's list has it."""
    try:
        with _note(path).open("x", encoding="utf-8") as note:
            note.write(number)
    except FileExistsError:
        if _owner(path) != number and path.exists():
            return False
        _note(path).write_text(number, encoding="utf-8")
    return True


def _owner(path: Path) -> str:
    return _note(path).read_text(encoding="utf-8") if _note(path).is_file() else ""


def _note(path: Path) -> Path:
    """Beside a list: the number of the shop that it is of."""
    return path.with_name(f".{path.stem}.shop")
