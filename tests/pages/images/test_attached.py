"""What hangs on an artefact."""

from datetime import timedelta

from tests.simulators.port import Port
from trustui.images.models import Attachment
from trustui.pages.images.attached import attached, attachments, place_word
from trustui.pages.moment import Moment


def test_bills_signatures_and_what_is_lost_are_told_apart(suite: Port) -> None:
    digest = suite.digest("7.2.0")
    one = Attachment.objects.filter(subject_digest=digest)[0]
    Attachment.objects.create(
        repository=one.repository, subject_digest=digest, digest=f"sha256:{'0' * 64}",
        place="fallback_tag", depth=1, is_lost=True, because="not found\u202e",
        first_seen_at=one.first_seen_at, last_seen_at=one.last_seen_at,
    )  # fmt: skip
    rows = attachments(suite.repository_id, digest, suite.now)
    groups = {group.kind: group for group in attached(suite.repository_id, digest, rows, None)}
    assert list(groups) == ["signature", "sbom", "other"]
    (lost,) = groups["other"].lines
    assert (lost.is_lost, lost.what, lost.because) == (
        True,
        "it could not be had",
        "not found\\u{202E}",
    )
    assert groups["signature"].lines[0].judged is not None
    assert groups["signature"].lines[0].judged.word == "not checked"
    assert place_word("cosign_sig_tag") == "cosign's tag .sig"


def test_what_is_gone_is_shown_at_instants_before(suite: Port) -> None:
    digest = suite.digest("7.2.0")
    rows = Attachment.objects.filter(subject_digest=digest)
    there = rows.count()
    at = suite.now.at - timedelta(hours=1)
    rows.update(gone_at=at)
    assert attachments(suite.repository_id, digest, suite.now) == []
    before = Moment(suite.now.now, at - timedelta(hours=1), at)
    assert len(attachments(suite.repository_id, digest, before)) >= there
