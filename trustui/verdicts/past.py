"""The verdicts of an imported past: what a client that lived through it would have concluded.

A client is led from publication to publication, and stops in between wherever time alone changed
what it would have said. It keeps what it trusted, as a client does.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from itertools import groupby, pairwise

import msgspec
from django.db import transaction
from django.db.models import Max

from trustui.core.errors import ParseError
from trustui.core.facts import Document, Problem
from trustui.core.formats.tuf.parse import parse
from trustui.core.formats.tuf.repository import Anchor, AnchorOrigin, Question
from trustui.core.formats.tuf.states import trust_state
from trustui.core.formats.tuf.verify import verify
from trustui.core.limits import MIB
from trustui.core.primitives.text import visible
from trustui.core.trace import collect, trace
from trustui.crawl.source import Seen
from trustui.events.services import WORKER, record
from trustui.inventory.models import Blob, Sighting, Source
from trustui.inventory.sources import lock_sources
from trustui.inventory.text import identity, version_text
from trustui.verdicts import writing
from trustui.verdicts.conclusions import Conclusion, concluded, what_time_did
from trustui.verdicts.findings import keep_findings
from trustui.verdicts.models import Cause, SourceVerdict, Verdict
from trustui.verdicts.remembering import PINNED, STORED, stored_from
from trustui.verdicts.reverifying import MAX_SUBJECT
from trustui.verdicts.stored_place import Stored, StoredPlace
from trustui.verdicts.verifier import VERIFIER

KEPT_BYTES = 128 * MIB
"""Of documents in memory; a past of any size is read in portions."""
READ_AHEAD = 500


class Published(msgspec.Struct, frozen=True):
    """A document of an imported past."""

    at: datetime
    role: str
    crawl_id: int | None
    stored: Stored


class Bodies(dict[int, bytes]):
    """Bytes by blob, read when they are asked for, some of those after them at once."""

    def __init__(self, order: Sequence[int]) -> None:
        super().__init__()
        self._order = order
        self._positions = {pk: n for n, pk in reversed(list(enumerate(order)))}
        self._size = 0

    def __missing__(self, blob_id: int) -> bytes:
        if self._size > KEPT_BYTES:
            self.clear()
            self._size = 0
        start = self._positions[blob_id]
        wanted = self._order[start : start + READ_AHEAD]
        for pk, body in Blob.objects.filter(pk__in=wanted).values_list("pk", "body"):
            self[pk] = bytes(body)
            self._size += len(body)
        return self[blob_id]


class Client:
    """Somebody who follows a place through time and remembers what was trusted."""

    def __init__(self, source: Source, place: StoredPlace) -> None:
        self._source = source
        self._place = place
        self._anchor: Document | None = None
        self._root: Document | None = None
        self._origin = AnchorOrigin.NOBODY
        self._trusted: Mapping[str, Document] = {}

    def trust(self, anchor: Document) -> None:
        """From now on start from this root, which a person pinned."""
        self._root, self._origin, self._trusted = anchor, AnchorOrigin.PINNED, {}

    def look(self, at: datetime, crawl_id: int | None, changes: Sequence[str]) -> Conclusion:
        """Refresh at an instant."""
        self._place.begin()
        start: Document | Problem = self._root or self._place.first_root()
        question = Question(Anchor(start, self._origin), at, self._trusted)
        events, repository = collect(verify, question, self._place.ask)
        trusted = dict(repository.trusted)
        if "root" in trusted:
            self._root, self._origin = trusted.pop("root"), AnchorOrigin.KEPT
        self._trusted = {**self._trusted, **trusted}
        found = trace(visible(self._source.location, MAX_SUBJECT), at, at, events)
        return concluded(
            source_id=self._source.pk,
            anchor_id=self._source.anchor_id,
            crawl_id=crawl_id,
            cause=Cause.IMPORT,
            trace=found,
            state=trust_state(found, repository),
            repository=repository,
            looked=self._place.looked,
            changes=changes,
        )


def noting_forms(
    past: Iterable[Seen | Problem], forms: dict[tuple[str, str], int]
) -> Iterator[Seen | Problem]:
    """A past on its way to be imported; `forms` afterwards is what `conclude_past` wants to know."""
    for one in past:
        if isinstance(one, Seen) and one.document.other_forms:
            with suppress(ParseError):
                version = version_text(str(parse(one.document).version))
                forms[identity(one.role), version] = one.document.other_forms
        yield one


def conclude_past(
    source_id: int,
    *,
    now: datetime,
    other_forms: Mapping[tuple[str, str], int] | None = None,
    progress: Callable[[int, int], object] = lambda *_: None,
) -> int:
    """Write the verdicts of a source's imported past; gives how many are new.

    Each stands at the instant that it tells of, up to the first verdict of our own. Where there is
    none yet, the last one is the source's standing. Done again it writes nothing. `other_forms`
    is what the past says that it did not keep: how many other documents were published, by
    identity of the role and version. `progress` hears how many publications are done, and of how
    many.
    """
    source = Source.objects.select_related("anchor").get(pk=source_id)
    if _is_told(source):
        return 0
    end = _first_of_our_own(source_id) or now
    published = [one for one in _published(source_id) if one.at < end]
    bodies = Bodies([one.stored.blob_id for one in published])
    place = StoredPlace(source.location, (), bodies, other_forms=other_forms)
    story = _new_ones(_live(source, published, place, end, progress))
    verdicts = [
        (
            one,
            writing.verdict_of(one, at=one.at, now=now, cause=Cause.IMPORT, changes=one.changes),
        )
        for one in story
    ]
    with transaction.atomic():
        return _write(source, verdicts, now)


def _is_told(source: Source) -> bool:
    """Whether nothing was imported since the past was concluded, from this root and by these rules."""
    imported = Sighting.objects.filter(source=source).exclude(origin__in=["", PINNED])
    told = Verdict.objects.filter(
        source=source, cause=Cause.IMPORT, anchor=source.anchor_id, verifier=VERIFIER
    )
    newest = imported.aggregate(newest=Max("recorded_at"))["newest"]
    told_at = told.aggregate(newest=Max("recorded_at"))["newest"]
    return newest is None or (told_at is not None and newest <= told_at)


def _first_of_our_own(source_id: int) -> datetime | None:
    own = Verdict.objects.filter(source=source_id).exclude(cause=Cause.IMPORT)
    return own.order_by("at").values_list("at", flat=True).first()


def _published(source_id: int) -> list[Published]:
    rows = (
        Sighting.objects.filter(source=source_id)
        .exclude(origin__in=["", PINNED])
        .order_by("first_seen_at", "id")
        .values_list("role", "crawl_id", *STORED)
    )
    found = ((role, crawl_id, stored_from(row)) for role, crawl_id, *row in rows)
    return [Published(one.first_seen_at, role, crawl_id, one) for role, crawl_id, one in found]


def _live(
    source: Source,
    published: Sequence[Published],
    place: StoredPlace,
    end: datetime,
    progress: Callable[[int, int], object],
) -> Iterator[Conclusion]:
    """What the client concludes, at each publication and at each change of time in between."""
    client = Client(source, place)
    anchor, pinned_at = _anchor(source, published)
    if anchor is not None and pinned_at is None:
        client.trust(anchor)
    portions = [list(found) for _, found in groupby(published, key=lambda one: one.at)]
    instants = [found[0].at for found in portions]
    for number, (found, (at, until)) in enumerate(
        zip(portions, pairwise([*instants, end]), strict=True)
    ):
        for one in found:
            place.show(one.stored)
        if anchor is not None and at == pinned_at:
            client.trust(anchor)
        crawl_id = found[-1].crawl_id
        conclusion = client.look(at, crawl_id, [_sentence(one) for one in found])
        yield conclusion
        while conclusion.valid_until is not None and conclusion.valid_until < until:
            before, changed_at = conclusion, conclusion.valid_until
            changes = list(what_time_did(before.repository, before.at, changed_at))
            conclusion = client.look(changed_at, crawl_id, changes)
            yield conclusion
        progress(number + 1, len(portions))


def _anchor(
    source: Source, published: Iterable[Published]
) -> tuple[Document | None, datetime | None]:
    """The pinned root, and when it was published; before that nobody vouches for anything.

    A root that the past does not have is trusted from its beginning.
    """
    anchor = source.anchor
    if anchor is None:
        return None, None
    document = Document("pinned root", bytes(anchor.body))
    of_root = (one.at for one in published if one.stored.sha256 == anchor.sha256)
    return document, next(of_root, None)


def _sentence(one: Published) -> str:
    return f"{one.role} v{one.stored.version or '?'} was published"


def _new_ones(story: Iterable[Conclusion]) -> Iterator[Conclusion]:
    """Those that say something else, or of something else, than the one before."""
    before: tuple[str, ...] | None = None
    for one in story:
        essence = (one.evidence, one.trace.outcome.value, one.state.value, one.first_failing)
        if essence != before:
            before = essence
            yield one


def _write(source: Source, verdicts: Sequence[tuple[Conclusion, Verdict]], now: datetime) -> int:
    """Add what is not there, take out what an import under other rules or roots left behind."""
    there = {_key(row): row for row in _imported(source.pk)}
    kept = {_key(verdict) for _, verdict in verdicts}
    new = [verdict for _, verdict in verdicts if _key(verdict) not in there]
    writing.insert(new)
    if verdicts:
        conclusion, verdict = verdicts[-1]
        verdict.pk = verdict.pk or there[_key(verdict)].pk
        _stand(source, conclusion, verdict, _since([row for _, row in verdicts]), now)
    stale = [row.pk for key, row in there.items() if key not in kept]
    if stale:
        Verdict.objects.filter(pk__in=stale).exclude(
            pk__in=SourceVerdict.objects.filter(source=source).values("verdict")
        ).delete()
    return len(new)


def _imported(source_id: int) -> Iterable[Verdict]:
    return Verdict.objects.filter(source=source_id, cause=Cause.IMPORT).defer("trace")


def _key(row: Verdict) -> tuple[object, ...]:
    return row.at, row.anchor_id, row.verifier, row.evidence, *row.meaning


def _since(rows: Sequence[Verdict]) -> datetime:
    """Since when it has been what the last one says."""
    last = rows[-1]
    for row in reversed(rows):
        if row.meaning != rows[-1].meaning:
            break
        last = row
    return last.at


def _stand(
    source: Source, conclusion: Conclusion, verdict: Verdict, since: datetime, now: datetime
) -> None:
    """The last verdict of the past is the standing, where no verdict of our own is."""
    lock_sources([source.pk])
    standing = (
        SourceVerdict.objects.select_for_update(of=("self",))
        .filter(source=source)
        .select_related("verdict")
        .defer("verdict__trace")
        .first()
    )
    before = None if standing is None else standing.verdict
    if before is not None and (before.cause != Cause.IMPORT or before.pk == verdict.pk):
        return
    SourceVerdict.objects.update_or_create(
        source=source,
        defaults={
            "verdict": verdict,
            "outcome": verdict.outcome,
            "trust_state": verdict.trust_state,
            "since": since,
            "valid_until": conclusion.valid_until,
        },
    )
    keep_findings([conclusion], now)
    if before is None or before.meaning != verdict.meaning:
        record(
            kind="verdict.changed",
            at=now,
            actor=WORKER,
            subject=source.name,
            team_id=source.team_id,
            source_id=source.pk,
            detail=writing.told(before, verdict),
        )
