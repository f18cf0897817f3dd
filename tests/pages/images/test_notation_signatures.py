"""Images signed by Notation: what lists, shares, searches and the page of the signature say of them."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tests.core.images.notation.signed import payload_of, sign
from tests.core.trust_policy.notation.written import body, statement
from tests.simulators.expecting import Expecting, delivery
from tests.simulators.image_repository import Repository
from tests.simulators.notation_policies import give_store, trust_by_notation
from tests.simulators.notation_signer import NOW, SUBJECT, Plan, make_envelope
from tests.simulators.people import new_user, sign_in
from trustui.accounts.models import Role, User
from trustui.core.formats.notation.envelope import COSE_TYPE
from trustui.core.images.notation.question import SIGNATURE_TYPE
from trustui.demo.images.certifying import Stamp
from trustui.demo.images.repository import image, referrer
from trustui.images.models import ImageSignature
from trustui.pages.images.found import identities
from trustui.pages.images.identity import identity
from trustui.pages.images.shares import Share, of_tags, over_time
from trustui.pages.images.signature import MOST_QUERIES, SignaturePage, signature
from trustui.pages.images.signers import signers_of
from trustui.pages.moment import Moment
from trustui.pages.viewer import Viewer, viewer_of

LATER = NOW + timedelta(hours=1)
PRESENT = Moment(LATER, LATER, LATER)
ISSUER = "CN=between,O=Acme,ST=WA,C=US"


@dataclass(frozen=True)
class Harbour:
    """An image signed in JWS, one in COSE with a timestamp, and one that nobody signed."""

    vendor: Expecting
    user: User
    jws: str
    cose: str
    unsigned: str

    @property
    def viewer(self) -> Viewer:
        return viewer_of(self.user)

    @property
    def repository_id(self) -> int:
        return self.vendor.repository().pk

    def row(self, digest: str) -> ImageSignature:
        mine = ImageSignature.objects.filter(repository=self.repository_id)
        return mine.select_related("manifest").get(subject_digest=digest)

    def page(self, digest: str) -> SignaturePage:
        manifest = self.row(digest).manifest.digest
        page = signature(self.viewer, PRESENT, self.repository_id, manifest, 0)
        assert page is not None
        return page


@pytest.fixture
def harbour() -> Harbour:
    behind = Repository()
    jws, cose, unsigned = (image(behind, tag, tag.encode()) for tag in ("1.0", "2.0", "3.0"))
    sign(behind, jws)
    plan = Plan(format="cose", payload=payload_of(behind, cose), stamp=Stamp())
    referrer(behind, cose, make_envelope(plan), COSE_TYPE, artifactType=SIGNATURE_TYPE)
    listed = behind.referrers[cose]
    behind.referrers[cose] = [{**one, "artifactType": SIGNATURE_TYPE} for one in listed]
    give_store(delivery(), NOW)
    trust_by_notation(delivery(), NOW, body(statement()))
    vendor = Expecting({"team/app": behind})
    vendor.conclude(NOW)
    user = new_user("mira-of-notation", delivery(), Role.ADMINISTRATOR)
    return Harbour(vendor, user, jws, cose, unsigned)


def test_the_page_of_a_signature_tells_the_envelope_and_what_the_verdict_says(
    harbour: Harbour, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    row, viewer, repository = harbour.row(harbour.jws), harbour.viewer, harbour.repository_id
    with django_assert_max_num_queries(MOST_QUERIES):
        page = signature(viewer, PRESENT, repository, row.manifest.digest, 0)
    assert page is not None
    assert (page.title, page.sign, page.form) == ("Signature is good", "ok", "Notation")
    assert page.lead.startswith(f"By {SUBJECT} of {ISSUER}, as it says. It counts")
    assert page.lead.endswith("It carries a certificate, no timestamp.")
    assert page.decoded.form == "Notation, JWS envelope"
    assert (page.signer.subject, page.signer.issuer) == (SUBJECT, ISSUER)
    assert (len(page.decoded.chain), page.logged_at) == (3, None)
    assert [one.place for one in page.hangs] == ["referrers interface"]
    cose = harbour.page(harbour.cose)
    assert cose.decoded.form == "Notation, COSE envelope"
    assert cose.decoded.stamps[0].at is not None
    assert cose.decoded.raw.startswith("d284 ")


def test_lists_shares_and_searches_know_who_signed(harbour: Harbour) -> None:
    repository, viewer = harbour.repository_id, harbour.viewer
    found = signers_of(repository, [harbour.jws, harbour.cose, harbour.unsigned], PRESENT)
    assert set(found) == {harbour.jws, harbour.cose}
    assert [one.subject for one in found[harbour.jws].shown] == [SUBJECT]
    share = of_tags([repository], PRESENT)[repository]
    assert (share.all, share.signed) == (3, 2)
    picture = over_time([repository], PRESENT)
    assert picture is not None
    assert picture.columns[-1].share == share
    assert isinstance(share, Share)
    ((subject, note, href),) = identities(viewer, PRESENT, "cn=RELEASE")
    assert (subject, note) == (SUBJECT, f"says {ISSUER}")
    page = identity(viewer, PRESENT, href.rstrip("/").rpartition("/")[2])
    assert page is not None
    assert (page.signatures, page.certificates) == (2, 1)
    assert {one.form for one in page.lines} == {"Notation"}


def test_people_get_the_page(harbour: Harbour) -> None:
    client = sign_in(Client(), harbour.user)
    for digest in (harbour.jws, harbour.cose):
        manifest = harbour.row(digest).manifest.digest
        answer = client.get(f"/images/{harbour.repository_id}/signatures/{manifest}/0/")
        assert answer.status_code == 200
        text = answer.content.decode()
        assert "notary.x509" in text
        assert "Critical headers" in text
        assert "Log entries" not in text
    listed = client.get(f"/images/{harbour.repository_id}/").content.decode()
    assert "CN=release" in listed
