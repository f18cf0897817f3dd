"""A supervisor keeps its children running, and leaves nothing behind."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from tests.servers import wait_until
from tests.simulators.installation import is_there
from trustui.operate import supervision
from trustui.operate.supervision import FIRST_PAUSE, LONGEST_PAUSE, STEADY_SECONDS, Child

SUPERVISOR = """
import sys
from trustui.operate import supervision
supervision.STOP_SECONDS = 1.0
children = [supervision.Child(name, name, []) for name in sys.argv[1].split(",")]

def watch():
    if sys.argv[2:] == ["raise"] and all(child.pid for child in children):
        raise ValueError("seen by the watch")

sys.exit(supervision.Supervisor(children, watch).run())
"""

MODULES = {
    "obedient": "import time\ntime.sleep(600)",
    "stubborn": (
        "import signal, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "print('deaf', flush=True)\n"
        "time.sleep(600)"
    ),
    "brief": "import sys\nsys.exit(3)",
}


@dataclass(frozen=True)
class Supervised:
    process: "subprocess.Popen[str]"

    def children(self, count: int) -> list[psutil.Process]:
        me = psutil.Process(self.process.pid)
        wait_until(lambda: len(me.children()) == count, f"{count} children run")
        return me.children()

    def wait(self) -> tuple[int, str]:
        _, said = self.process.communicate(timeout=20)
        return self.process.returncode, said


@pytest.fixture
def modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, text in MODULES.items():
        (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return tmp_path


@pytest.fixture
def supervise(modules: Path) -> "Supervise":
    return Supervise(modules)


@dataclass(frozen=True)
class Supervise:
    modules: Path

    def __call__(self, *arguments: str) -> Supervised:
        return Supervised(
            subprocess.Popen(
                [sys.executable, "-c", SUPERVISOR, *arguments],
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
        )


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_it_and_all_its_children(supervise: Supervise, number: int) -> None:
    supervised = supervise("obedient,obedient")
    children = supervised.children(2)
    supervised.process.send_signal(number)
    assert supervised.wait()[0] == 0
    assert not any(map(is_there, children))


def test_a_child_that_does_not_listen_is_killed(supervise: Supervise) -> None:
    supervised = supervise("stubborn")
    assert supervised.process.stdout is not None
    assert supervised.process.stdout.readline() == "deaf\n"
    (child,) = supervised.children(1)
    since = time.monotonic()
    supervised.process.terminate()
    assert supervised.wait()[0] == 0
    assert not is_there(child)
    assert time.monotonic() - since < 5


def test_what_its_watch_raises_ends_it_and_its_children(supervise: Supervise) -> None:
    status, said = supervise("obedient", "raise").wait()
    assert status == 1
    assert "seen by the watch" in said


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children of a parent's death")
def test_its_children_end_when_it_is_killed(supervise: Supervise) -> None:
    supervised = supervise("obedient,obedient")
    children = supervised.children(2)
    supervised.process.kill()
    supervised.wait()
    wait_until(lambda: not any(map(is_there, children)), "the children ended")


@pytest.mark.usefixtures("modules")
def test_a_child_that_ends_is_started_again_after_a_growing_pause() -> None:
    child = Child("brief", "brief", [])
    now, pauses = 0.0, []
    for _ in range(7):
        child.look(now)
        wait_until(child.has_ended, "it ended")
        child.look(now)
        pauses.append(pause_of(child, now))
        now += pauses[-1]
    assert pauses == [1, 2, 4, 8, 16, 30, 30]
    assert (pauses[0], pauses[-1]) == (FIRST_PAUSE, LONGEST_PAUSE)


@pytest.mark.usefixtures("modules")
def test_a_child_that_stayed_is_started_again_soon() -> None:
    child = Child("brief", "brief", [])
    now = 0.0
    for lived in (0.0, 0.0, STEADY_SECONDS):
        child.look(now)
        wait_until(child.has_ended, "it ended")
        child.look(now + lived)
        pause = pause_of(child, now + lived)
        now += lived + pause
    assert pause == FIRST_PAUSE


def pause_of(child: Child, now: float) -> float:
    """Seconds from now until it is started again; it is not started here."""
    return child._start_after - now


@pytest.mark.usefixtures("modules")
def test_a_child_takes_signals_only_while_it_runs() -> None:
    child = Child("obedient", "obedient", [])
    child.signal(signal.SIGKILL)
    child.look(0.0)
    assert not child.has_ended()
    child.signal(signal.SIGKILL)
    wait_until(child.has_ended, "it was killed")
    child.signal(signal.SIGKILL)


def test_a_child_whose_parent_is_gone_does_not_begin() -> None:
    command = [sys.executable, "-P", "-m", supervision.__name__, str(os.getppid()), "this"]
    done = subprocess.run(command, check=False, capture_output=True)
    assert (done.returncode, done.stdout) == (1, b"")
