"""What a client knows while it verifies: what it may ask next, and what it need not ask again."""

import pytest

from tests.simulators.tuf_places import TufPlace
from tests.vectors.tuf.builders import NOW, client, small
from trustui.core.facts import Document
from trustui.core.formats.tuf.metadata import MetaFile
from trustui.core.formats.tuf.reading import Signer
from trustui.core.formats.tuf.repository import Anchor, AnchorOrigin, Kept, Question, Repository
from trustui.core.primitives.digests import sha256
from trustui.demo.publisher import Publisher

OLD = b"the kept bytes"


def asking(place: TufPlace, *, goes_on: bool = True) -> Repository:
    anchor = Anchor(Document("root", b""), AnchorOrigin.PINNED)
    return Repository(Question(anchor, NOW, goes_on=goes_on), place)


def verified(repo: Publisher) -> Repository:
    return client(repo).verify(repo.files).repository


@pytest.mark.parametrize(
    ("is_signed", "broken_by", "goes_on", "expected"),
    [
        (True, None, True, True),
        (True, None, False, True),
        (True, "tuf.timestamp.freeze.expired", True, True),
        (True, "tuf.timestamp.freeze.expired", False, False),
        (False, None, True, False),
        (False, "tuf.timestamp.signature.threshold", True, False),
    ],
)
def test_the_next_document_is_asked_for_only_where_the_last_one_is_signed(
    is_signed: bool, broken_by: str | None, goes_on: bool, expected: bool
) -> None:
    repository = asking(TufPlace({}), goes_on=goes_on)
    repository.is_signed, repository.broken_by = is_signed, broken_by
    assert repository.may_go_on is expected


def kept_version(version: int) -> Kept:
    metadata = verified(small()).roles["targets"]
    stated = Document("state", OLD)
    signed = {**metadata.signed, "version": version}
    changed = type(metadata)(
        **{
            **{name: getattr(metadata, name) for name in metadata.__struct_fields__},
            "version": version,
            "signed": signed,
        }
    )
    return Kept(stated, changed)


@pytest.mark.parametrize(
    ("listed", "is_used"),
    [
        (MetaFile(3), True),
        (MetaFile(3, length=len(OLD)), True),
        (MetaFile(3, hashes={"sha256": sha256(OLD)}), True),
        (MetaFile(4), False),
        (MetaFile(2), False),
        (MetaFile(3, hashes={"sha256": sha256(b"other bytes")}), False),
        (MetaFile(3, hashes={"sha256": sha256(OLD), "sha512": "00"}), False),
        (MetaFile(3, hashes={"unheard-of": "00"}), False),
        (MetaFile(3, length=len(OLD) + 1), False),
        (None, False),
    ],
)
def test_kept_bytes_are_used_only_when_they_are_what_is_listed(
    listed: MetaFile | None, is_used: bool
) -> None:
    place = TufPlace({"targets.json": b"{}"})
    answer = asking(place).read("targets", listed, 1_000, kept_version(3))
    assert isinstance(answer, Document)
    assert (answer.body == OLD) is is_used
    assert place.asked == ([] if is_used else ["targets.json"])


@pytest.mark.parametrize(
    ("listed", "most"),
    [
        (None, 1_000),
        (MetaFile(1), 1_000),
        (MetaFile(1, length=10), 10),
        (MetaFile(1, length=9_999), 1_000),
    ],
)
def test_no_more_is_read_than_is_listed_or_allowed(listed: MetaFile | None, most: int) -> None:
    place = TufPlace({})
    asking(place).read("targets", listed, 1_000, None)
    assert place.requests[0].max_length == most


def test_files_are_asked_for_by_version_only_under_consistent_snapshots() -> None:
    for consistent, name in ((True, "7.targets.json"), (False, "targets.json")):
        place = TufPlace({})
        repository = asking(place)
        repository.root = verified(small(consistent_snapshot=consistent)).root
        repository.read("targets", MetaFile(7), 1_000, None)
        assert place.asked == [name]
        assert place.requests[0].wanted_version == 7


def test_a_kept_document_is_judged_once_for_each_delegator() -> None:
    repo = small()
    root = verified(repo).root
    assert root is not None
    repository = asking(TufPlace({}))
    repository.trusted["targets"] = Document("state", repo.document("targets"))
    signer = Signer(root.role("targets"), root)
    first = repository.kept("targets", signer, "targets")
    assert first is not None
    assert repository.kept("targets", signer, "targets") is first
