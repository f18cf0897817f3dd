"""The pool's main process: Celery, which hands rings to processes that do the work.

It never opens the database, because processes are forked from it. A child knows by a pipe that
its pool ends, however it ends, and hands back what it cannot finish.
"""

import os
import signal
import socket
import threading
from typing import Any

from celery import bootsteps
from celery.apps.worker import Worker
from celery.signals import worker_process_init, worker_shutting_down
from celery.worker import state

from trustui.celery import Bell, app, process
from trustui.jobs import doorbell
from trustui.operate.memory import keep_what_is_loaded


class Lifeline:
    """A pipe that children read; its end means that the pool ends."""

    def __init__(self) -> None:
        self._read_end, self._write_end = os.pipe()

    def cut(self) -> None:
        """In the main process: tell the children. A second time means nothing."""
        write_end, self._write_end = self._write_end, -1
        if write_end >= 0:
            os.close(write_end)

    def hold(self) -> None:
        """In a child: stop its runner when the pool ends."""
        self.cut()
        threading.Thread(target=self._wait, name="lifeline", daemon=True).start()

    def _wait(self) -> None:
        os.read(self._read_end, 1)
        process.stop()


class _LostAcknowledgements(bootsteps.StartStopStep):
    """Connects anew when everything that may be held at once was done but not acknowledged.

    Rings that end while Redis is away still count as held. With as many as there are processes
    nothing is asked for any more, and so not even the end of the connection would be noticed.
    """

    requires = ("celery.worker.consumer.tasks:Tasks",)
    _LOOKS_SECONDS = 2.0
    _timer: Any = None

    def start(self, parent: Any) -> None:
        """With each new connection."""
        self._timer = parent.timer.call_repeatedly(self._LOOKS_SECONDS, self._look, (parent,))

    def stop(self, parent: Any) -> None:  # noqa: ARG002  Celery's word for it
        """When the connection ends."""
        if self._timer is not None:
            self._timer.cancel()

    def _look(self, consumer: Any) -> None:
        may_take = consumer.task_consumer.channel.qos.can_consume()
        if not may_take and not state.reserved_requests:
            raise ConnectionResetError("rings that ended could not be acknowledged")


class _Worker(Worker):
    def install_platform_tweaks(self, worker: Any) -> None:
        """As Celery does, but that a closed terminal does not start it anew: the supervisor ends."""
        super().install_platform_tweaks(worker)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)


def run_pool(name: str, concurrency: int) -> int:
    """Until SIGTERM; gives the exit status. The processes are workers `NAME/PID`."""
    lifeline = Lifeline()

    def begin(**_: Any) -> None:
        process.name = f"{name}/{os.getpid()}"
        lifeline.hold()
        keep_what_is_loaded()
        doorbell.connect(Bell().ask)

    def end(**_: Any) -> None:
        lifeline.cut()

    app.steps["consumer"].add(_LostAcknowledgements)
    worker_process_init.connect(begin, weak=False)
    worker_shutting_down.connect(end, weak=False)
    worker = _Worker(
        app=app,
        hostname=f"trustui-{os.getpid()}@{socket.gethostname()}",
        pool="prefork",
        concurrency=concurrency,
        loglevel="WARNING",
        optimization="fair",
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
        quiet=True,
    )
    worker.start()
    return int(worker.exitcode or 0)
