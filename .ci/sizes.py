"""How long the library is; fails where a function or a module is longer than a colleague reads at
once. Counted in characters: those that only move a line to the right are none of a function's.
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

LIB = Path(__file__).parents[1] / "lib"
LONGEST_FUNCTION, LONGEST_MODULE = 1_500, 12_000


def unindented(text: str) -> int:
    """Characters of a text without those that only move a line to the right."""
    return len("\n".join(line.lstrip() for line in text.splitlines()))


def functions(text: str) -> Iterator[tuple[str, int]]:
    """Each function of a module, and how long it is, docstring included."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, unindented(ast.get_source_segment(text, node))


def main() -> int:
    texts = {path: path.read_text(encoding="utf-8") for path in sorted(LIB.rglob("*.py"))}
    modules = {str(path.relative_to(LIB)): len(text) for path, text in texts.items()}
    every = {
        f"{path.relative_to(LIB)}: {name}": length
        for path, text in texts.items()
        for name, length in functions(text)
    }
    print(
        f"lib: {sum(map(unindented, texts.values()))} characters without leading blanks;"
        f" longest module {max(modules.values())}, longest function {max(every.values())}"
    )
    long = [name for name, length in modules.items() if length > LONGEST_MODULE]
    long += [name for name, length in every.items() if length > LONGEST_FUNCTION]
    for name in long:
        print(f"{name} is too long: split it by meaning", file=sys.stderr)
    return int(bool(long))


if __name__ == "__main__":
    sys.exit(main())
