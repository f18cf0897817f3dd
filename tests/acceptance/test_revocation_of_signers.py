"""A signer's certificate is revoked: from the certificate to the verdict, as the server does it.

Only what a person allowed is asked; what is known is kept; who signed with it is judged anew.
"""

import zlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.db import transaction
from pytest_django import Settings

from tests.core.images.notation.signed import payload_of, sign
from tests.simulators.authority_server import CRL_PATH, DELTA_PATH, AuthorityServer
from tests.simulators.expecting import Expecting
from tests.simulators.fault_server import silent
from tests.simulators.image_repository import Repository
from tests.simulators.kind_runs import claim, run_once
from tests.simulators.notation_policies import document, give_store, statement, trust_by_notation
from tests.simulators.notation_signer import LEAF, NOW, Plan, world
from tests.simulators.revocation_store import allow, noted, refreshed
from tests.simulators.revoking import DAY, Entry, List, make_list
from trustui.demo.images.certifying import Issued
from trustui.demo.images.repository import image
from trustui.events.models import Event
from trustui.verdicts.clock import Clock
from trustui.verdicts.image_following import handle
from trustui.verdicts.image_sweeping import VERIFY, verify_again
from trustui.verdicts.models import ArtefactVerdict, Cause, DueRepository

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
UNTIL = NOW + 3 * DAY
"""Of what the authority publishes; what nobody looked at for a week makes a clock doubted."""
LOCAL = "127.0.0.1"


@pytest.fixture
def authority() -> Iterator[AuthorityServer]:
    with AuthorityServer() as server:
        yield server


class Signed:
    """A repository with one image, signed with a certificate that an authority can revoke."""

    def __init__(self, authority: AuthorityServer) -> None:
        self.authority = authority
        places = authority.places(listed=True)
        self.leaf = world().between.issue(replace(LEAF, extensions=places))
        behind = Repository()
        self.digest = image(behind, "1.0.0")
        chain = (self.leaf, world().between, world().root)
        sign(behind, self.digest, Plan(payload=payload_of(behind, self.digest), chain=chain))
        self.vendor = Expecting({"team/app": behind})
        give_store(self.vendor.source.team, NOW - DAY)
        trust_by_notation(self.vendor.source.team, NOW - DAY, document(statement("all", "*")))

    def publishes(self, *revoked: Issued, number: int, freshest: tuple[str, ...] = ()) -> None:
        entries = tuple(Entry(one.certificate.serial_number) for one in revoked)
        wanted = List(entries, number=number, until=UNTIL, freshest=freshest)
        self.authority.tells(CRL_PATH, make_list(wanted, world().between))

    def story(self) -> list[tuple[str, str]]:
        return self.vendor.story(self.digest)

    def newest(self) -> ArtefactVerdict:
        return ArtefactVerdict.objects.order_by("at", "id").reverse()[0]


def judged_anew(at: datetime) -> None:
    """What the log says is heard, and what is due is verified again from the store."""
    with transaction.atomic():
        handle(list(Event.objects.filter(kind__startswith="revocation.", at=at)))
    clock = Clock("one.example", wall=lambda: at, running=lambda: 0.0, database=lambda: None)
    with transaction.atomic():
        run_once(verify_again(clock), claim(VERIFY))


def test_a_revoked_signer_is_found_out_and_the_verdict_says_why(
    authority: AuthorityServer, settings: Settings
) -> None:
    signed = Signed(authority)
    signed.vendor.conclude(NOW)
    ((cause, _),) = signed.story()
    verdict = signed.newest()
    assert (cause, verdict.outcome) == (Cause.EVIDENCE, "undecided")
    assert verdict.first_failing == "notation.revocation"
    assert "127.0.0.1 is not among the hosts" in zlib.decompress(verdict.trace).decode()
    assert authority.connections() == 0

    allow(settings, LOCAL)
    signed.publishes(number=1)
    refreshed(NOW + HOUR)
    judged_anew(NOW + HOUR)
    assert signed.story()[1:] == [(Cause.REVOCATION, "verified")]
    assert signed.newest().valid_until == UNTIL + timedelta.resolution

    signed.publishes(signed.leaf, number=2)
    refreshed(NOW + DAY)
    judged_anew(NOW + DAY)
    verdict = signed.newest()
    assert (verdict.cause, verdict.outcome) == (Cause.REVOCATION, "failed")
    assert verdict.first_failing == "notation.revocation"
    (said,) = verdict.changes
    assert said.startswith(f"{authority.url(CRL_PATH)} gave another answer at 2026-11-22")
    assert "of the signer is revoked" in verdict.because
    assert len(authority.requests) == 2
    assert not DueRepository.objects.exists()


def test_a_list_that_says_nothing_new_has_nobody_judged_anew(
    authority: AuthorityServer, settings: Settings
) -> None:
    allow(settings, LOCAL)
    signed = Signed(authority)
    signed.publishes(number=1)
    signed.vendor.conclude(NOW)
    refreshed(NOW + HOUR)
    judged_anew(NOW + HOUR)
    signed.publishes(world().signer, number=2)
    refreshed(NOW + DAY)
    with transaction.atomic():
        handle(list(Event.objects.filter(kind__startswith="revocation.", at=NOW + DAY)))
    assert not DueRepository.objects.exists()
    assert len(signed.story()) == 2


def test_a_delta_is_fetched_once_the_list_has_named_it(
    authority: AuthorityServer, settings: Settings
) -> None:
    """The list names its delta: that is known, and asked for, only when the list is there."""
    allow(settings, LOCAL)
    signed = Signed(authority)
    signed.publishes(number=1, freshest=(authority.url(DELTA_PATH),))
    revoked = (Entry(signed.leaf.certificate.serial_number),)
    delta = List(revoked, number=2, delta_of=1, until=UNTIL)
    authority.tells(DELTA_PATH, make_list(delta, world().between))
    signed.vendor.conclude(NOW)
    for hours in (1, 2):
        refreshed(NOW + hours * HOUR)
        judged_anew(NOW + hours * HOUR)
    assert [one.path for one in authority.requests] == [CRL_PATH, DELTA_PATH]
    assert (signed.newest().outcome, signed.newest().cause) == ("failed", Cause.REVOCATION)


def test_an_authority_that_hangs_later_leaves_what_is_known_until_it_runs_out(
    authority: AuthorityServer, settings: Settings
) -> None:
    allow(settings, LOCAL)
    signed = Signed(authority)
    signed.publishes(number=1)
    signed.vendor.conclude(NOW)
    refreshed(NOW + HOUR)
    judged_anew(NOW + HOUR)
    authority.on(CRL_PATH, silent)
    refreshed(NOW + DAY)
    judged_anew(NOW + DAY)
    assert signed.story()[-1] == (Cause.REVOCATION, "verified")
    judged_anew(UNTIL + HOUR)
    verdict = signed.newest()
    assert (verdict.outcome, verdict.cause) == ("failed", Cause.TIME)
    assert "the list held until" in zlib.decompress(verdict.trace).decode()


def test_what_was_verified_before_an_answer_came_and_written_after_is_verified_again(
    authority: AuthorityServer, settings: Settings
) -> None:
    """Another repository has the answer fetched while this one is being verified."""
    allow(settings, LOCAL)
    signed = Signed(authority)
    signed.publishes(number=1)
    noted(signed.leaf, by=world().between)
    refreshed(NOW + HOUR)
    signed.vendor.conclude(NOW)
    assert signed.newest().outcome == "undecided"
    assert DueRepository.objects.get().cause == Cause.REVOCATION
    judged_anew(NOW + 2 * HOUR)
    assert signed.newest().outcome == "passed"
    assert not DueRepository.objects.exists()
