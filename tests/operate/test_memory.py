"""Processes of their own, as how one holds memory cannot be taken back."""

import os
import subprocess
import sys
from pathlib import Path

_GROWTH = """
import ctypes, sys, threading
from trustui.operate.memory import keep_few_arenas

if sys.argv[1] == "few":
    keep_few_arenas()
everyone = threading.Barrier(8)

def work():
    libc = ctypes.CDLL(None)
    libc.malloc.restype = ctypes.c_void_p
    libc.malloc(100_000)
    everyone.wait()

threads = [threading.Thread(target=work) for _ in range(8)]
for one in threads: one.start()
for one in threads: one.join()
# The unused rest of a thread's heap ends at a multiple of 64 MiB (glibc, HEAP_MAX_SIZE).
rests = [line.split()[0] for line in open("/proc/self/maps") if " ---p " in line]
print(sum(int(rest.split("-")[1], 16) % (64 << 20) == 0 for rest in rests))
"""


def heaps(how: str) -> int:
    """How many heaps of threads a process has after eight threads asked for memory at once."""
    done = subprocess.run(
        [sys.executable, "-c", _GROWTH, how],
        check=True, capture_output=True, text=True,
        env={"PATH": os.defpath}, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    return int(done.stdout)


def test_threads_share_two_heaps() -> None:
    assert heaps("few") <= 1
    assert heaps("as ever") > 2


def test_what_is_loaded_is_never_looked_through_again() -> None:
    words = (
        "import gc; from trustui.operate.memory import keep_what_is_loaded;"
        " before = len(gc.get_objects()); keep_what_is_loaded();"
        " print(gc.get_freeze_count() > before * 0.9 and len(gc.get_objects()) < before / 10)"
    )
    done = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "True"
