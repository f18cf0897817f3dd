"""Handles and connections are used again, and nothing of a request stays in them."""

import gc
import weakref

from trustui.crawl.addresses import AddressPolicy, Target
from trustui.crawl.transfer.connections import Connections
from trustui.crawl.transfer.limits import FetchLimits
from trustui.crawl.transfer.loop import Loop
from trustui.crawl.transfer.request import Terms, Transfer

TERMS = Terms(AddressPolicy(), FetchLimits(), ca_file=None)


def armed(connections: Connections) -> tuple[object, "weakref.ref[Transfer]"]:
    """One request that was begun and ended, and what is left of it."""
    transfer = Transfer(Target("https", "a.test", 443, "/"), TERMS, max_length=1, deadline=1e9)
    handle = connections.handle()
    transfer.arm(handle, ("192.0.2.1",), 5.0)
    connections.start(handle)
    assert connections.busy == 1
    connections.end(handle, 7.0)
    assert (connections.busy, connections.used_at) == (0, 7.0)
    return handle, weakref.ref(transfer)


def test_a_handle_is_used_again_and_remembers_nothing() -> None:
    loop = Loop()
    connections = Connections(loop, TERMS)
    first, left = armed(connections)
    gc.collect()
    assert left() is None
    assert armed(connections)[0] is first
    connections.close()
    loop.close()


def test_two_requests_at_once_have_two_handles() -> None:
    loop = Loop()
    connections = Connections(loop, TERMS)
    assert connections.handle() is not connections.handle()
    connections.close()
    loop.close()
