"""Faults of a notebook, each in the kernel of a pack: never a success, always its cause, and
nothing left running.
"""

import errno
import os
import subprocess
import sys
import time

import psutil
import pytest

from destock.model.folders import ROOT
from destock.publish.supervisor import Supervisor

REGEX_BOMB = (  # holds the interpreter lock for hours
    "import re; re.match(r'(a+)+$', 'a' * 40 + 'b')"
)
LATE = "get_ipython().kernel.iopub_thread.stop()"  # the reply comes, the output does not
DETACHED = "import subprocess; print(subprocess.Popen(['sleep', '77'], start_new_session=True).pid)"


@pytest.fixture(scope="module")
def execute():
    """``execute(cell, …)`` is what the supervisor said of a notebook of these cells, in a kernel
    forked from the warm parent.
    """
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = str(ROOT)
    with Supervisor(2) as supervisor:

        def run(*sources, memory=0.5, seconds=60, **arguments):
            job = supervisor.submit(
                "tests.publish.jobs:execute",
                memory=memory,
                kernel=True,
                seconds=seconds,
                sources=sources,
                **arguments,
            )
            return job.result(120)

        yield run
    os.environ.pop("PYTHONPATH")
    if before is not None:
        os.environ["PYTHONPATH"] = before


FAULTS = [
    ("raises", ["1 / 0"], {}, 1, "ZeroDivisionError"),
    (
        "killed",
        ["1", "import os; os.kill(os.getpid(), 9)"],
        {},
        7,
        "killed by signal 9, peak memory",
    ),
    ("segfault", ["import ctypes; ctypes.string_at(0)"], {}, 7, "killed by signal 11"),
    ("too long", ["import time; time.sleep(60)"], {"cell_seconds": 1}, 6, "longer than 1 seconds"),
    ("too long, lock held", [REGEX_BOMB], {"cell_seconds": 1}, 6, "longer than 1 seconds"),
    ("SystemExit", ["raise SystemExit(0)", "1"], {}, 1, "ended early here, by SystemExit"),
    ("sys.exit", ["import sys; sys.exit(0)", "1"], {}, 1, "ended early here, by SystemExit"),
    (
        "sys.exit with a code",
        ["import sys; sys.exit(3)", "1"],
        {},
        1,
        "ended early here, by SystemExit",
    ),
    (
        "sys.exit in the last cell",
        ["1", "import sys; sys.exit(0)"],
        {},
        1,
        "ended early here, by SystemExit",
    ),
    ("exit()", ["exit()", "1"], {}, 1, "ended early here, by exit()"),
    ("quit() in the last cell", ["1", "quit()\n2"], {}, 1, "ended early here, by exit()"),
    (
        "exit, the kernel kept",
        ["exit(keep_kernel=True)", "1"],
        {},
        1,
        "ended early here, by exit()",
    ),
    ("os._exit", ["import os; os._exit(0)", "1"], {}, 1, "ended its own process"),
    (
        "thread",
        ["import threading\nt = threading.Thread(target=lambda: 1 / 0); t.start(); t.join()"],
        {},
        1,
        "ZeroDivisionError",
    ),
    (
        "task",
        [
            (
                "import asyncio\nasync def fail(): 1 / 0\ntask ="
                " asyncio.get_running_loop().create_task(fail())"
            ),
            "del task; import gc; gc.collect()",
        ],
        {},
        1,
        "ZeroDivisionError",
    ),
    ("skipped by its tag", ["1"], {"tags": ["skip-execution"]}, 1, "the cell did not run"),
    (
        "writes much in many cells",
        ["print('x' * 4_900_000)"] * 6,
        {},
        1,
        "it wrote more than 25 MB",
    ),
    ("allowed to raise", ["1 / 0", "1"], {"tags": ["raises-exception"]}, 1, "ZeroDivisionError"),
    ("input", ["input()"], {}, 1, "StdinNotImplementedError"),
    ("writes without end", ["while True: print('x' * 10_000)"], {}, 1, "it wrote more than 5 MB"),
    ("full disk", ["open('/dev/full', 'wb', 0).write(b'x')"], {}, 5, "No space left on device"),
    ("output that lags", [LATE], {"output_seconds": 1}, 6, "did not arrive within 1 seconds"),
    ("MemoryError", ["bytearray(1 << 62)"], {}, 7, "MemoryError"),
]


@pytest.mark.parametrize(
    ("name", "sources", "arguments", "code", "says"), FAULTS, ids=[fault[0] for fault in FAULTS]
)
def test_a_fault_is_never_a_success(execute, name, sources, arguments, code, says):
    answer = execute(*sources, **arguments)["answer"]
    assert answer["failure"] is not None, name
    assert (answer["failure"]["exit_code"], says in answer["failure"]["error"]) == (code, True), (
        answer
    )


def test_what_holds_too_much_memory_is_ended_with_its_peak(execute):
    limit = 700e6 / psutil.virtual_memory().total
    said = execute(
        "x = [bytearray(50_000_000)]\nwhile True: x.append(bytearray(50_000_000))", memory=limit
    )
    assert said["cause"]["memory"] == pytest.approx(700e6)
    assert said["notes"]["cell"] == 0
    assert said["peak"] > 700e6


def test_a_report_that_takes_too_long_is_ended(execute):
    said = execute("import time; time.sleep(60)", seconds=1)
    assert said["cause"] == {"seconds": 1}


def test_output_may_come_later_than_papermill_would_wait(execute):
    """Five seconds behind the reply, as on a machine that is busy: whole, and no fault."""
    slow = (
        "t = get_ipython().kernel.iopub_thread; import time; t.io_loop.add_callback(time.sleep, 6);"
        " time.sleep(.2); print('late')"
    )
    assert execute(slow)["answer"]["printed"] == ["late\n"]


def test_what_is_written_to_stderr_is_counted_and_stops_nothing(execute):
    answer = execute(
        "import warnings; warnings.warn('old')",
        "import sys; print('a', file=sys.stderr); print('b')",
    )["answer"]
    # a warning is two lines: what, and where
    assert (answer["failure"], answer["warnings"]) == (None, 3)


def test_outputs_of_another_day_are_gone(execute):
    assert execute("1", "", stale="2019")["answer"]["printed"] == [""]


@pytest.mark.parametrize("writer", ["python", "arrow", "engine"])
def test_a_full_disk_is_one_whoever_meets_it(execute, writer):
    with (
        Supervisor(1) as supervisor,
        pytest.raises(OSError, match="No space left on device") as caught,
    ):
        supervisor.result(
            lambda: supervisor.submit("tests.publish.jobs:fill", groups=1, writer=writer)
        )
    assert caught.value.errno == errno.ENOSPC


def test_an_error_outside_a_notebook_says_what_was_being_made(execute):
    with Supervisor(1) as supervisor:
        answer = supervisor.result(lambda: supervisor.submit("tests.publish.jobs:fail", groups=1))
    assert (answer["exit_code"], answer["error"]) == (1, "page pacing: ValueError: of a defect")


@pytest.mark.parametrize(
    "end", ["1", "import os; os.kill(os.getpid(), 9)", "import time; time.sleep(60)"]
)
def test_nothing_that_a_notebook_started_lives_on(execute, end):
    before = set(psutil.pids())
    execute(DETACHED, end, cell_seconds=5)
    time.sleep(0.5)
    assert [
        p.cmdline()
        for p in psutil.process_iter()
        if p.pid not in before and p.name() == "sleep" and "77" in p.cmdline()
    ] == []


def test_each_notebook_has_its_own_process_names_folder_and_random_state(execute):
    cells = [
        "import os, sys, random, numpy",
        (
            "print(os.getpid(), random.random(), numpy.random.random(), 'left' in globals(),"
            " hasattr(random, 'left'))"
        ),
        "left = random.left = 1; os.chdir('/')",
        (
            "print(sum(name.split('.')[0] in ('destock', 'duckdb', 'papermill') for name in"
            " sys.modules), os.getpid() == os.getsid(0))"
        ),
    ]
    one, other = (execute(*cells)["answer"]["printed"] for _ in range(2))
    for mine, yours in zip(one[0].split()[:3], other[0].split()[:3], strict=True):
        assert mine != yours
    assert one[0].split()[3:] == other[0].split()[3:] == ["False", "False"]
    assert one[1].split() == ["0", "True"]


def test_the_kernel_is_ours_and_speaks_utf8_whatever_the_notebook_and_the_shell_say(execute):
    answer = execute("import sys; print(sys.prefix, sys.flags.utf8_mode)")["answer"]
    assert answer["printed"][0].split()[1] == "1"


def test_no_jupyter_process_pays_for_a_grammar_that_it_does_not_need():
    code = (
        "import sys; assert sys.modules['rfc3987_syntax'] is None; import jsonschema; assert"
        " jsonschema.FormatChecker.checkers"
    )
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    assert subprocess.run([sys.executable, "-c", code], env=environment).returncode == 0
