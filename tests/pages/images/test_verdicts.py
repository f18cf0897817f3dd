"""The verdicts of an artefact, newest first."""

from tests.simulators.port import Port
from trustui.pages.images.verdicts import artefact_verdicts, verdict_lines
from trustui.verdicts.models import ArtefactVerdict


def test_they_are_told_newest_first_and_paged(crane: Port) -> None:
    digest = crane.digest("4.3.0")
    row = ArtefactVerdict.objects.get(digest=digest)
    row.pk, row.at, row.trust_state = None, crane.now.at, "failing"
    row.save()
    page = artefact_verdicts(crane.viewer, crane.now, crane.repository_id, digest, size=1)
    assert page is not None
    assert [one.trust_state for one in page.lines] == ["failing"]
    rest = artefact_verdicts(crane.viewer, crane.now, crane.repository_id, digest, page.after)
    assert rest is not None
    assert [one.trust_state for one in rest.lines] == ["verified"]
    assert rest.lines[0].policy == "policies.json version 1"
    early = crane.then(crane.told.story, 2)
    assert len(verdict_lines(crane.repository_id, digest, early, 9)) == 1
    assert artefact_verdicts(crane.stranger, crane.now, crane.repository_id, digest) is None
