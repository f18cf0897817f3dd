"""What expires of trust material and of signatures on images."""

from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.simulators.expecting import give
from tests.simulators.expiring import (
    DAY,
    LOG_ENDS,
    NOW,
    SIGNATURE_ENDS,
    STORE_ENDS,
    Expiring,
    authority,
    expiring_things,
    viewer_of_team,
)
from tests.simulators.imaged import new_source
from tests.simulators.kept import made_once
from tests.simulators.revocation_store import leaf_at, noted
from tests.simulators.revoking import CRL_URL
from trustui.accounts.models import Team
from trustui.demo.images.certifying import Issued
from trustui.images.models import ImageRepository, SignatureTerm
from trustui.inventory.models import Blob, Source
from trustui.pages.due import REVOCATION_LIST, Asked, Stream
from trustui.pages.expiring import expiring
from trustui.pages.moment import Moment
from trustui.pages.terms import (
    TermDue,
    material_terms,
    revocation_terms,
    signature_terms,
)
from trustui.revocation.models import RevocationAnswer

AT_NOW = Moment(NOW, NOW, NOW)


@pytest.fixture
@made_once
def things(db: None) -> Expiring:
    del db
    return expiring_things()


def soon(terms: Stream[TermDue]) -> list[TermDue]:
    return terms.page((None, NOW + 30 * DAY), None, 50)


def of_materials(
    things: Expiring, asked: Asked | None = None, moment: Moment = AT_NOW
) -> list[str]:
    found = soon(material_terms(things.viewer, moment, asked or Asked()))
    return [f"{one.kind} {one.where}" for one in found]


def of_signatures(
    things: Expiring, asked: Asked | None = None, moment: Moment = AT_NOW
) -> list[TermDue]:
    then = list(Source.objects.values_list("pk", flat=True))
    return soon(signature_terms(things.viewer, moment, asked or Asked(), then))


def test_each_says_what_it_is_where_it_stands_and_until_when(things: Expiring) -> None:
    log, store = soon(material_terms(things.viewer, AT_NOW, Asked()))
    assert (log.kind, log.what, log.where) == ("trusted_root", "log of certificates", "sigstore")
    assert (log.expires_at, log.source_id) == (LOG_ENDS, None)
    assert (store.kind, store.name, store.where) == ("certificate", "CN=acme root", "ca:acme")
    assert store.expires_at == STORE_ENDS
    assert store.href.startswith("/policies/")
    (signature,) = of_signatures(things)
    assert signature.what == "signature, until the expiry that its signer set"
    assert signature.name.startswith("CN=release")
    assert signature.where == f"registry.example/team/app@{things.digest}"
    assert signature.href.endswith(f"/artefacts/{things.digest}/")
    assert (signature.source_id, signature.expires_at) == (things.source.pk, SIGNATURE_ENDS)
    assert len({log.key, store.key, signature.key}) == 3


def test_a_question_narrows_them(things: Expiring) -> None:
    assert of_materials(things, Asked(kind="certificate")) == ["certificate ca:acme"]
    assert of_materials(things, Asked(source="SIGST")) == ["trusted_root sigstore"]
    assert of_materials(things, Asked(team=things.team.pk + 1)) == []
    assert len(of_signatures(things, Asked(source="team/APP"))) == 1
    assert len(of_signatures(things, Asked(source=things.source.name))) == 1
    assert of_signatures(things, Asked(source="elsewhere")) == []
    assert of_signatures(things, Asked(source_id=things.source.pk + 1)) == []


def test_strangers_see_none_of_it(things: Expiring) -> None:
    other = viewer_of_team(Team.objects.create(name="other", created_at=NOW), "stranger")
    assert soon(material_terms(other, AT_NOW, Asked())) == []
    assert soon(signature_terms(other, AT_NOW, Asked())) == []
    past = Moment(NOW, NOW - DAY, NOW - DAY)
    assert soon(material_terms(other, past, Asked())) == []
    assert soon(signature_terms(other, past, Asked(), [things.source.pk])) == []


def test_what_was_replaced_or_goes_on_elsewhere_is_left_out(things: Expiring) -> None:
    both = authority("CN=a", NOW + 2 * DAY).pem + authority("CN=a", NOW + 200 * DAY).pem
    give("ca:acme", both, NOW - DAY)
    assert of_materials(things) == ["trusted_root sigstore"]


def test_the_past_is_what_was_stated_and_seen_by_then(things: Expiring) -> None:
    give("ca:acme", authority("CN=new", NOW + 200 * DAY).pem, NOW)
    before, then = NOW - 3 * DAY, NOW - DAY
    assert of_materials(things, moment=Moment(NOW, then, then)) == [
        "trusted_root sigstore",
        "certificate ca:acme",
    ]
    assert of_materials(things, moment=Moment(NOW, before, before)) == []
    assert len(of_signatures(things, moment=Moment(NOW, then, then))) == 1
    assert of_signatures(things, moment=Moment(NOW, before, before)) == []


def test_a_signature_counts_while_a_tag_leads_to_it(things: Expiring) -> None:
    things.behind.tags.clear()
    things.registry.crawl(NOW - DAY)
    assert of_signatures(things) == []
    then = NOW - DAY - timedelta(hours=1)
    assert len(of_signatures(things, moment=Moment(NOW, then, then))) == 1
    after = NOW - timedelta(hours=1)
    assert of_signatures(things, moment=Moment(NOW, after, after)) == []


def test_what_is_gone_or_no_longer_crawled_is_left_out(things: Expiring) -> None:
    ImageRepository.objects.update(gone_at=NOW)
    assert of_signatures(things) == []
    ImageRepository.objects.update(gone_at=None)
    Source.objects.update(removed_at=NOW)
    assert of_signatures(things) == []
    assert len(of_signatures(things, Asked(source_id=things.source.pk))) == 1


def test_a_signature_on_what_has_no_digest_leads_to_its_repository(things: Expiring) -> None:
    SignatureTerm.objects.update(subject_digest="", title="", begins_at=None)
    (found,) = of_signatures(things)
    assert found.where == "registry.example/team/app"
    assert found.href == f"/images/{ImageRepository.objects.get().pk}/"
    assert found.name == "an unreadable certificate"
    assert found.begins_at == found.seen_at


def term(begins: float, ends: float) -> TermDue:
    begins_at, ends_at = NOW + begins * DAY, NOW + ends * DAY
    return TermDue(
        1, 1, "certificate", "certificate", "a", "b", None, "/", "k", "", begins_at, NOW, ends_at
    )


def test_it_expires_soon_when_a_fifth_is_left_and_at_most_ninety_days() -> None:
    assert term(-80, 20).soon_at == NOW
    assert term(-3650, 90).soon_at == NOW
    assert term(30, 20).soon_at == NOW + 20 * DAY


def test_the_queries_do_not_grow(
    things: Expiring, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    terms = material_terms(things.viewer, AT_NOW, Asked())
    signatures = signature_terms(things.viewer, AT_NOW, Asked())
    assert new_source().team == things.team
    with django_assert_num_queries(4):
        soon(terms), soon(signatures)
        assert sorted(terms.tallies(NOW)) == ["certificate", "trusted_root"]
        assert signatures.tallies(NOW)["signature"].windows["7"] == 1


def answered(fetched: float, updates: float, leaf: Issued) -> None:
    """A revocation list that a place gave, so many days from now."""
    place = noted(leaf, ImageRepository.objects.get())
    RevocationAnswer.objects.create(
        place=place,
        blob=Blob.objects.order_by("pk")[0],
        fetched_at=NOW + fetched * DAY,
        this_update=NOW + fetched * DAY,
        next_update=NOW + updates * DAY,
    )


def of_lists(things: Expiring, moment: Moment = AT_NOW, **narrowed: object) -> list[TermDue]:
    asked = Asked(kind=REVOCATION_LIST, **narrowed)  # type: ignore[arg-type]
    return soon(revocation_terms(things.viewer, moment, asked))


def test_the_newest_revocation_list_of_a_place_counts_until_its_next_update(
    things: Expiring,
) -> None:
    leaf = leaf_at()
    answered(-2, 1, leaf)
    answered(-1, 2, leaf)
    (found,) = of_lists(things)
    assert (found.name, found.where) == (CRL_URL, "registry.example/team/app")
    assert (found.expires_at, found.begins_at) == (NOW + 2 * DAY, NOW - DAY)
    assert found.href == f"/images/{ImageRepository.objects.get().pk}/"
    then = NOW - DAY - timedelta(hours=1)
    assert [one.expires_at for one in of_lists(things, Moment(NOW, then, then))] == [NOW + DAY]
    assert of_lists(things, source="elsewhere") == []
    counted = revocation_terms(things.viewer, AT_NOW, Asked()).tallies(NOW)
    assert counted["revocation_list"].windows["7"] == 1
    everything = expiring(things.viewer, AT_NOW, Asked())
    assert everything is not None
    assert "revocation_list" not in everything.counts(NOW).kinds


def test_a_list_about_the_signers_of_strangers_is_not_shown(things: Expiring) -> None:
    answered(-1, 2, leaf_at())
    Source.objects.update(team=Team.objects.create(name="other", created_at=NOW))
    assert of_lists(things) == []
