"""Runs contenders side by side, each in a process of its own, and says how they stand to each
other.
"""

import multiprocessing
import os
import platform
import resource
import statistics
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROUNDS = 5


@dataclass(frozen=True)
class Measured:
    """Median seconds, peak memory (MiB, the whole process) and what the work returned: rows, or a
    gap.
    """

    seconds: float
    memory: float
    rows: float


@dataclass(frozen=True)
class Bar:
    """A ratio that must hold: ``measure`` of ``ours`` ÷ that of ``other``, at most (or, for a peer,
    at least the inverse of) ``most``.
    """

    text: str
    ratio: float
    most: float

    @property
    def holds(self) -> bool:
        return self.ratio <= self.most


def compare(
    contenders: dict[str, Callable], prepare: Callable, rounds: int = ROUNDS
) -> dict[str, Measured]:
    """Which contender takes how long over what ``prepare`` gives? Rounds alternate, so that what
    else the machine does falls on all.
    """
    found: dict[str, list] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, work in contenders.items():
            found[name].append(_alone(prepare, work))
    return {
        name: Measured(*(statistics.median(values) for values in zip(*runs, strict=True)))
        for name, runs in found.items()
    }


def _alone(prepare: Callable, work: Callable) -> tuple[float, float, float]:
    """One run in a fresh process: imports and preparation are not counted, their memory is."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(_timed, prepare, work).result()


def _timed(prepare: Callable, work: Callable) -> tuple[float, float, float]:
    given = prepare()
    start = time.perf_counter()
    rows = work(given)
    seconds = time.perf_counter() - start
    unit = 1024 if sys.platform != "darwin" else 1024**2
    return seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit, rows


def report(title: str, measured: dict[str, Measured], bars: list[Bar]) -> bool:
    """Print the table and the bars; do all of them hold?"""
    heading(title)
    for name, one in measured.items():
        print(f"  {name:<44} {one.seconds:8.2f} s {one.memory:8.0f} MiB {one.rows:>12,} rows")
    return bars_hold(bars)


def heading(title: str) -> None:
    """What is compared, and on which machine."""
    load = f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
    print(f"\n{title}   [{processor()}, {load}]", flush=True)


def processor() -> str:
    """The name of the processor, as far as the system tells."""
    told = Path("/proc/cpuinfo")
    lines = told.read_text().splitlines() if told.exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def bars_hold(bars: list[Bar]) -> bool:
    """Print the bars; do all of them hold?"""
    for bar in bars:
        print(
            f"  {'ok  ' if bar.holds else 'MISS'} {bar.text}: {bar.ratio:.3g} (at most"
            f" {bar.most:.3g})"
        )
    return all(bar.holds for bar in bars)
