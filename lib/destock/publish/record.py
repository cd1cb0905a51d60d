"""The record of a pack: what was run, on which inputs, and the hash of each file."""

import hashlib
from datetime import UTC, datetime
from pathlib import Path

from destock.publish import place as places


def write_run(folder: Path, run: dict) -> None:
    """Write ``run.json``, the last file of a pack: with it, and with the hashes in it, a pack is
    complete.
    """
    files = {
        str(path.relative_to(folder)): _sha256(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    run = (
        {"status": "ok"}
        | run
        | {"files": files, "finished": datetime.now(UTC).isoformat(timespec="seconds")}
    )
    places.write_json(run, folder / "run.json")


def _sha256(path: Path) -> str:
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()
