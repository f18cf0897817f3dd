"""CPU of the whole process `trustui verify tuf` on a small repository, against its floor.

The floor is an interpreter that imports what every verifier here needs, and does nothing. Also
asserts what the command promises: the verdict, and under 0.35 s of CPU.
"""

import resource
import statistics
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from bench.measuring import PROJECT, print_row, spread
from trustui.demo.publisher import Publisher

AT = datetime(2026, 1, 1, tzinfo=UTC)
ROUNDS = 15
MOST_SECONDS = 0.35
FLOOR = "import cryptography.hazmat.primitives.asymmetric.ec"


def _publish(folder: Path) -> None:
    publisher = Publisher("bench start", AT)
    publisher.add_delegation("targets", "team", paths=["team/*"])
    publisher.add_target("team", "team/app", b"app")
    publisher.publish(AT)
    for name, body in publisher.metadata.items():
        (folder / name).write_bytes(body)


def _verify(folder: Path) -> list[str]:
    command = [sys.executable, "-m", "trustui.cli.main", "verify", "tuf", str(folder)]
    return [*command, "--root", str(folder / "1.root.json"), "--at", "2026-01-02T00:00:00Z"]


def _cpu_seconds(command: list[str]) -> tuple[float, bytes]:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, check=True, capture_output=True, cwd=PROJECT)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    user, system = after.ru_utime - before.ru_utime, after.ru_stime - before.ru_stime
    return user + system, done.stdout


def main() -> None:
    ours: list[float] = []
    floor: list[float] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _publish(folder)
        _, printed = _cpu_seconds([*_verify(folder), "--json"])
        assert msgspec.json.decode(printed)["outcome"] == "passed"
        for _ in range(ROUNDS):
            ours.append(_cpu_seconds(_verify(folder))[0])
            floor.append(_cpu_seconds([sys.executable, "-c", FLOOR])[0])
    print("start-up: trustui verify tuf on a small repository")
    print_row("", "ours, CPU ms", "floor, CPU ms", "floor is", "")
    ratio = statistics.median(floor) / statistics.median(ours)
    print_row("whole process", spread(ours), spread(floor), f"{ratio:.2f}x", "")
    assert statistics.median(ours) < MOST_SECONDS
    print(f"aim: under {MOST_SECONDS} s of CPU\n")


if __name__ == "__main__":
    main()
