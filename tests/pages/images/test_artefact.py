"""One artefact: what hangs on it, where that was looked for, and what the verdict says of each."""

from pytest_django import DjangoAssertNumQueries

from tests.simulators.port import Port
from trustui.images.models import Look, Platform
from trustui.pages.images.artefact import MOST_QUERIES, artefact
from trustui.verdicts.models import ArtefactStanding, ArtefactVerdict


def test_a_refused_attestation_is_told_beside_the_good_signature(
    berth: Port, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    digest = berth.digest("1.5.0")
    with django_assert_max_num_queries(MOST_QUERIES):
        page = artefact(berth.viewer, berth.now, berth.repository_id, digest)
    assert page is not None
    told = {
        group.kind: [
            (line.judged.word, line.judged.first_failing) for line in group.lines if line.judged
        ]
        for group in page.attached
    }
    assert told == {
        "signature": [("good", "")],
        "attestation": [("refused", "attestation.condition")],
    }
    assert page.title.startswith("Failing for 6 days: ")
    assert page.nearest is not None
    assert page.nearest.check == "attestation.condition"
    assert "isolated" in page.nearest.expected
    assert "shared" in page.nearest.found
    assert [one.place for one in page.places][:2] == [
        "referrers interface",
        "fallback tag of referrers",
    ]
    assert page.is_complete
    assert [one.tag for one in page.tags] == ["1.5.0"]
    assert [one.trust_state for one in page.history] == ["failing"]


def test_another_team_or_an_earlier_instant_sees_nothing(berth: Port) -> None:
    digest = berth.digest("1.5.0")
    assert artefact(berth.stranger, berth.now, berth.repository_id, digest) is None
    early = berth.then(berth.told.story, 0)
    assert artefact(berth.viewer, early, berth.repository_id, digest) is None


def test_platforms_are_told_apart_from_what_is_signed_itself(suite: Port) -> None:
    index = suite.digest("7.2.0")
    page = artefact(suite.viewer, suite.now, suite.repository_id, index)
    assert page is not None
    assert page.kind == "index of platforms"
    assert page.title.startswith("Verified: signed by https://git.quayline.example/")
    platforms = [one for one in page.platforms if not one.is_attestation]
    assert [(one.platform, one.state.word, one.is_inherited) for one in platforms] == [
        ("linux/amd64", "inherited from index", True),
        ("linux/arm64", "inherited from index", True),
    ]
    bills = [group for group in page.attached if group.kind == "sbom"]
    assert len(bills) == 1
    assert bills[0].lines[0].notes


def test_what_is_not_signed_itself_stands_as_its_index_does(suite: Port) -> None:
    index = suite.digest("7.2.0")
    entry = Platform.objects.filter(index__digest=index).order_by("position")[0]
    of_index = ArtefactStanding.objects.get(digest=index)
    made = of_index.verdict
    made.pk, made.digest, made.trust_state = None, entry.digest, "inherited"
    made.save()
    ArtefactStanding.objects.create(
        repository=of_index.repository, digest=entry.digest, verdict=made, outcome="failed",
        trust_state="inherited", since=made.at,
    )  # fmt: skip
    trusted = artefact(suite.viewer, suite.now, suite.repository_id, index)
    assert trusted is not None
    assert (trusted.platforms[0].is_inherited, trusted.platforms[0].state.sign) == (True, "ok")
    ArtefactStanding.objects.filter(digest=index).update(trust_state="failing", outcome="failed")
    failing = artefact(suite.viewer, suite.now, suite.repository_id, index)
    assert failing is not None
    assert failing.platforms[0].state.word == "as its index: failing"
    if failing.platforms[0].href:
        own = artefact(suite.viewer, suite.now, suite.repository_id, entry.digest)
        assert own is not None
        assert (own.sign, own.title) == (
            "bad",
            "Nothing of its own is signed; as its index: failing",
        )


def test_nothing_is_called_not_signed_that_was_not_looked_at(berth: Port) -> None:
    digest = berth.digest("1.5.0")
    ArtefactStanding.objects.all().delete()
    ArtefactVerdict.objects.all().delete()
    Look.objects.all().delete()
    page = artefact(berth.viewer, berth.now, berth.repository_id, digest)
    assert page is not None
    assert (page.title, page.places, page.is_complete) == ("Not checked yet", (), False)
    assert page.facts[0].word == "not checked"
