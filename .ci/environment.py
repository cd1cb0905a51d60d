"""Write environment.yml from uv.lock, or with --check say whether the two have drifted apart."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
TARGET = ROOT / "environment.yml"
HEAD = """\
# Made from pyproject.toml and uv.lock by `make format`; do not edit.
# conda env create -f environment.yml
name: destock
channels:
  - conda-forge
  - nodefaults
dependencies:
  - python>=3.11,<3.15
  - pip
  - pip:
"""


def environment() -> str:
    """The conda file: conda brings Python, pip the very versions that were tested."""
    command = [
        ROOT / ".tool/bin/uv",
        "export",
        "--frozen",
        "--no-dev",
        "--no-hashes",
        "--no-annotate",
        "--no-header",
        "--no-emit-project",
    ]
    pins = subprocess.run(
        command, cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.split("\n")
    lines = sorted(pin for pin in pins if pin.strip())
    return (
        HEAD
        + "".join(f'      - "{line}"\n' if ";" in line else f"      - {line}\n" for line in lines)
        + "      - -e .\n"
    )


def main() -> int:
    wanted = environment()
    if "--check" not in sys.argv:
        TARGET.write_text(wanted, encoding="utf-8")
        return 0
    if TARGET.is_file() and TARGET.read_text(encoding="utf-8") == wanted:
        return 0
    print("environment.yml differs from uv.lock: run `make format`", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
