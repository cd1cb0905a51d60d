"""How long the library is, and which of its functions and modules are longer than a colleague reads
at once. Fails where there are more of them than before: the numbers below may only go down.
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

LIB = Path(__file__).parents[1] / "lib"
LONGEST_FUNCTION, LONGEST_MODULE = 1_500, 12_000  # characters
MOST_LONG_FUNCTIONS, MOST_LONG_MODULES = 33, 6


def unindented(text: str) -> int:
    """Characters of a text without those that only move a line to the right."""
    return len("\n".join(line.lstrip() for line in text.splitlines()))


def functions(path: Path, text: str) -> Iterator[tuple[int, str]]:
    """Each function of a module: how long it is, docstring included, and its name."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = unindented(ast.get_source_segment(text, node))
            yield length, f"{path.relative_to(LIB)}: {node.name}"


def too_many(kind: str, long: list[tuple[int, str]], limit: int, most: int) -> bool:
    """Print what is too long, the longest first; are there more than before?"""
    print(f"{len(long)} {kind} over {limit} characters (at most {most}):")
    for length, name in sorted(long, reverse=True):
        print(f"  {length:6}  {name}")
    if len(long) < most:
        print(f"  fewer than before: write {len(long)} into .ci/sizes.py")
    return len(long) > most


def main() -> int:
    texts = {path: path.read_text(encoding="utf-8") for path in sorted(LIB.rglob("*.py"))}
    long_functions = [
        found
        for path, text in texts.items()
        for found in functions(path, text)
        if found[0] > LONGEST_FUNCTION
    ]
    long_modules = [
        (len(text), str(path.relative_to(LIB)))
        for path, text in texts.items()
        if len(text) > LONGEST_MODULE
    ]
    print(f"{sum(map(unindented, texts.values()))} characters of lib without leading blanks")
    grown = [
        too_many("functions", long_functions, LONGEST_FUNCTION, MOST_LONG_FUNCTIONS),
        too_many("modules", long_modules, LONGEST_MODULE, MOST_LONG_MODULES),
    ]
    return int(any(grown))


if __name__ == "__main__":
    sys.exit(main())
