"""Very long traces in short."""

import zlib

import msgspec
import pytest

from tests.simulators.answers import answer, step
from tests.simulators.seen import with_roles
from tests.simulators.watched import DAY, START, Watched, vendor
from trustui.core.primitives.digests import sha256
from trustui.pages.condensing import shown_trace_of
from trustui.verdicts import condensing, history
from trustui.verdicts.answers import MAX_EVERY, Answer, read_answer
from trustui.verdicts.condensing import condensed, in_short
from trustui.verdicts.history import trace_of
from trustui.verdicts.models import TraceInShort, Verdict


def packed(count: int) -> bytes:
    """A trace of so many delegations, each step of which says something else."""
    steps = (
        step("x.y", group=f"pool → bin-{number}", because=sha256(b"%d" % number))
        for number in range(count)
    )
    return zlib.compress(msgspec.json.encode(answer(*steps)))


def test_a_short_trace_stays_as_it_is() -> None:
    assert in_short(packed(10)) is None


def test_of_a_long_one_that_is_kept_which_is_shown() -> None:
    whole = packed(5_000)
    assert len(whole) > condensing.LONG
    short = in_short(whole)
    assert short is not None
    found = read_answer(zlib.decompress(short))
    assert found == condensed(read_answer(zlib.decompress(whole)))
    assert found.is_cut
    assert len(found.steps) == MAX_EVERY + 2  # the first of those left out, and the last
    assert found.counts == "5,000 passed"
    assert dict(found.numbered)[5_000].group == "pool → bin-4999"


def test_what_unpacks_to_too_much_is_kept_whole_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(condensing, "LONG", 10)
    monkeypatch.setattr(history, "MAX_TRACE", 1_000)
    assert in_short(packed(100)) is None


def test_a_whole_answer_is_not_cut() -> None:
    assert not answer(step()).is_cut


# As verdicts are written --------------------------------------------------------------------------


@pytest.fixture
def written(db: None, monkeypatch: pytest.MonkeyPatch) -> Watched:
    """A verdict whose trace counts as very long."""
    del db
    monkeypatch.setattr(condensing, "LONG", 1_000)
    watched = Watched(with_roles(MAX_EVERY + 10))
    watched.crawl(START + DAY)
    return watched


def read(trace: bytes) -> Answer:
    return read_answer(trace)


def test_it_is_written_with_its_verdict_and_read_instead(written: Watched) -> None:
    (row,) = written.verdicts
    shown, whole = read(shown_trace_of(row.pk)), read(trace_of(row.pk))
    assert shown == condensed(whole)
    assert shown.is_cut
    assert not whole.is_cut


def test_it_goes_with_its_verdict(written: Watched) -> None:
    assert TraceInShort.objects.count() == 1
    assert str(TraceInShort.objects.get()) == f"trace of {written.verdicts[0].pk}"
    Verdict.objects.all().delete()
    assert not TraceInShort.objects.exists()


@pytest.mark.django_db
def test_a_verdict_without_is_read_whole() -> None:
    watched = Watched(vendor())
    watched.crawl(START + DAY)
    (row,) = watched.verdicts
    assert not TraceInShort.objects.exists()
    assert shown_trace_of(row.pk) == trace_of(row.pk)
    with pytest.raises(Verdict.DoesNotExist):
        shown_trace_of(row.pk + 1)
