"""A papermill engine whose kernels are forked from a warm parent, and whose cells are counted and
held to a size.

Registered as ``destock`` (``papermill --engine destock``): without a process that waits to become
the kernel, Jupyter starts one as ever.
"""

import os
import signal
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection

import nbformat
from jupyter_client import AsyncKernelManager
from jupyter_client.provisioning import LocalProvisioner
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine
from papermill.log import logger

from destock.model.messages import Fault, mark

ENDED_EARLY = mark("the notebook ended early here, by {how}")


class WaitingKernel:
    """A forked process that waits to become a kernel; after that what ``Popen`` is for one that
    Jupyter started.
    """

    stdin = stdout = stderr = None

    def __init__(self, pid: int, orders: int):
        self.pid, self.peak, self.returncode = pid, 0, None
        self._orders = Connection(orders, readable=False)

    def start(self, command: list[str], env: Mapping[str, str]) -> None:
        self._orders.send(
            {"arguments": command[command.index("-f") :], "env": dict(env), "cwd": os.getcwd()}
        )
        self._orders.close()

    def poll(self) -> int | None:
        if self.returncode is None:
            self._reap(os.WNOHANG)
        return self.returncode

    def wait(self) -> int:
        if self.returncode is None:
            self._reap(0)
        return self.returncode

    def _reap(self, options: int) -> None:
        pid, status, usage = os.wait4(self.pid, options)
        if pid:
            self.returncode, self.peak = os.waitstatus_to_exitcode(status), usage.ru_maxrss * 1024

    def send_signal(self, number: int) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


class WarmProvisioner(LocalProvisioner):
    """Starts a kernel by telling the process that waits for it."""

    waiting: WaitingKernel

    async def launch_kernel(self, cmd: list[str], **kwargs):
        self.waiting.start(cmd, kwargs.get("env", os.environ))
        self.process, self.pid = self.waiting, self.waiting.pid
        return self.connection_info


@dataclass
class Execution:
    """What is known of a notebook while it runs, and what it may write: bytes of output by cell and
    in all, and how late.
    """

    waiting: WaitingKernel | None = None
    note: Callable[[dict], None] = lambda message: None
    cell_bytes: int = 5_000_000
    bytes: int = 25_000_000
    # how long a cell's output may lag behind its reply; papermill's own four are too few on a busy
    # machine
    output_seconds: int = 60
    notebook: nbformat.NotebookNode | None = None
    cell: int = 0
    seconds: dict[int, float] = field(default_factory=dict)
    written: dict[int, int] = field(default_factory=dict)
    too_much: int = 0

    def began(self, cell_index: int) -> None:
        self.cell, self.seconds[cell_index] = cell_index, -time.monotonic()
        self.note({"cell": cell_index})

    def ended(self, cell_index: int, reply: dict) -> None:
        """Note a cell's time; raises Fault (1) where it asked the kernel to end: what Jupyter takes
        for the end of a session.
        """
        self.seconds[cell_index] += time.monotonic()
        if any(asked.get("source") == "ask_exit" for asked in reply["content"].get("payload", ())):
            raise Fault(1, ENDED_EARLY, how="exit()")


class ReportClient(PapermillNotebookClient):
    """Papermill's client that stops the kernel of a notebook that writes without end."""

    execution: Execution

    def process_message(self, message, cell, cell_index):
        run = self.execution
        run.written[cell_index] = run.written.get(cell_index, 0) + len(str(message["content"]))
        if run.written[cell_index] > run.cell_bytes:
            run.too_much = run.cell_bytes
        elif sum(run.written.values()) > run.bytes:
            run.too_much = run.bytes
        if run.too_much:
            self.km.provisioner.process.kill()
            return None
        return super().process_message(message, cell, cell_index)


class WarmEngine(NBClientEngine):
    """Executes a notebook as papermill's own engine does, in the kernel that waits for it."""

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man,
        kernel_name,
        execution=None,
        execution_timeout=None,
        start_timeout=60,
        **settings,
    ):
        run = execution or Execution()
        run.notebook = nb_man.nb
        manager = AsyncKernelManager(kernel_name=kernel_name, config=settings.get("config"))
        if run.waiting:
            manager.provisioner = WarmProvisioner(
                parent=manager, kernel_spec=manager.kernel_spec, kernel_id="warm"
            )
            manager.provisioner.waiting = run.waiting
        client = ReportClient(
            nb_man,
            km=manager,
            kernel_name=kernel_name,
            timeout=execution_timeout,
            startup_timeout=start_timeout,
            iopub_timeout=run.output_seconds,
            log=logger,
            on_cell_execute=lambda cell, cell_index: run.began(cell_index),
            on_cell_executed=lambda cell, cell_index, execute_reply: run.ended(
                cell_index, execute_reply
            ),
        )
        client.execution = run
        try:
            return client.execute()
        finally:
            if run.waiting:
                run.waiting.kill()  # nothing in it is worth a polite end
            client._cleanup_kernel()
