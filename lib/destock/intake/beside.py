"""Which files of a folder are exports, and which only lie beside them."""

from pathlib import Path

# what a folder of a table is looked through for; each is then read by what it holds
SUFFIXES = frozenset(
    [
        ".csv",
        ".tsv",
        ".txt",
        ".xlsx",
        ".xlsm",
        ".xls",
        ".xlsb",
        ".ods",
        ".parquet",
        ".json",
        ".jsonl",
        ".ndjson",
        ".html",
        ".htm",
        ".zip",
        ".gz",
    ]
)
# what spreadsheets, file managers and people leave beside files
_BESIDE = ("~$", "._", ".~lock", "readme.")
_NAMES = frozenset({".ds_store", "desktop.ini", "thumbs.db"})


def is_export(path: Path) -> bool:
    """Is a file of a folder one of the table's?"""
    return path.suffix.lower() in SUFFIXES and not is_beside(path)


def is_beside(path: Path) -> bool:
    """Is a file none of the shop's, but what a program left beside one?"""
    return path.name.lower().startswith(_BESIDE) or path.name.lower() in _NAMES
