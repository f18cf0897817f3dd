"""How the processes that run for months hold their memory."""

import ctypes
import gc

_M_ARENA_MAX = -8
"""mallopt(3), of glibc."""
_ARENAS = 2


def keep_few_arenas() -> None:
    """Let all threads of this process, and of those it forks, take memory from two heaps.

    glibc gives each thread a heap of its own and gives little of it back: short-lived threads
    with large documents made a worker grow by megabytes in ten minutes. Python's lock lets one
    thread work at a time anyway. Where the C library knows nothing of it, nothing happens.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_ARENA_MAX, _ARENAS)


def keep_what_is_loaded() -> None:
    """Never look for garbage among what is there now: it stands for as long as the process runs.

    To be called before processes are forked, or where the work begins. Looking through it takes
    as long as a page, or a twentieth of the time of crawls.
    """
    gc.collect()
    gc.freeze()
