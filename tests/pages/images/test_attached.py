"""What hangs on an artefact."""

from datetime import timedelta

import pytest

from tests.core.images.notation.signed import attach, by_strangers, sign
from tests.core.trust_policy.notation.written import body, statement
from tests.simulators.expecting import Expecting, delivery
from tests.simulators.image_repository import Repository
from tests.simulators.imaged import START, Imaged
from tests.simulators.notation_policies import give_store, trust_by_notation
from tests.simulators.notation_signer import NOW
from tests.simulators.port import Port
from trustui.demo.images.repository import image
from trustui.images.models import Attachment
from trustui.pages.images.answer import read_image_answer
from trustui.pages.images.attached import UNREADABLE, attached, attachments, place_word
from trustui.pages.moment import Moment
from trustui.verdicts.image_history import trace_of


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


@pytest.mark.django_db
def test_a_signature_of_notation_stands_with_what_the_verdict_says_of_it() -> None:
    """Verdicts tell of its manifest, which holds just one."""
    behind = Repository()
    digest, other = image(behind), image(behind, "2.0", b"other")
    sign(behind, digest)
    sign(behind, digest, by_strangers(behind, digest))
    sign(behind, other)
    give_store(delivery(), NOW)
    trust_by_notation(delivery(), NOW, body(statement()))
    vendor = Expecting({"team/app": behind})
    vendor.conclude(NOW)
    later = NOW + timedelta(hours=1)
    repository, now = vendor.repository().pk, Moment(later, later, later)
    answer = read_image_answer(trace_of(vendor.standing(digest).verdict_id))
    rows = attachments(repository, digest, now)
    (group,) = attached(repository, digest, rows, answer)
    good, refused = sorted(group.lines, key=lambda line: line.judged.word if line.judged else "")
    assert good.judged is not None
    assert refused.judged is not None
    assert (good.judged.sign, good.judged.word) == ("ok", "good")
    assert good.signer is not None
    assert good.signer.subject.startswith("CN=release,")
    assert (good.what, good.notes) == ("Notation", ())
    assert good.href
    assert refused.judged.first_failing == "notation.authenticity"
    (unknown,) = attached(repository, digest, rows, None)
    assert [one.judged.word for one in unknown.lines if one.judged] == ["not checked"] * 2
    elsewhere = attachments(repository, other, now)
    ((nobody,),) = (one.lines for one in attached(repository, other, elsewhere, answer))
    assert nobody.judged is not None
    assert nobody.judged.word == "nobody asked for it"


@pytest.mark.django_db
def test_an_envelope_that_cannot_be_read_is_told_as_such() -> None:
    behind = Repository()
    digest = image(behind)
    attach(behind, digest, b"{}")
    vendor = Imaged({"team/app": behind})
    vendor.crawl(START)
    (row,) = Attachment.objects.filter(repository__source=vendor.source).select_related("manifest")
    ((line,),) = (one.lines for one in attached(row.repository_id, digest, [row], None))
    assert (line.kind, line.notes, line.href) == ("signature", (UNREADABLE,), "")
