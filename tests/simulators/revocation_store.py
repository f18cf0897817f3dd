"""Certificates of a private authority, and what the store knows about their revocation."""

from dataclasses import replace
from datetime import datetime

import msgspec
from django.db import transaction
from pytest_django import Settings

from tests.simulators.authority_server import AuthorityServer
from tests.simulators.imaged import HOST, START, new_source
from tests.simulators.kind_runs import claim, run_once
from tests.simulators.revoking import CRL_URL, told_by
from trustui.core.facts import Document, Problem
from trustui.core.pki.certificates import parse_certificate
from trustui.core.pki.revocation import CertificateStatus, Enquiry, statuses_of
from trustui.crawl.revocation_asking import LIMITS
from trustui.demo.images.certifying import AUTHORITY, SIGNED, Issued, Wish, issue
from trustui.images.models import ImageRepository
from trustui.inventory.text import identity
from trustui.jobs.kinds import Result
from trustui.revocation.asking import identity_of, want
from trustui.revocation.evidence import StoredEvidence
from trustui.revocation.keeping import Kept, judged, keep
from trustui.revocation.models import AskedPlace
from trustui.revocation.refreshing import REFRESH, RevocationRefresh

ROOT = issue(replace(AUTHORITY, subject="root"), None)
OTHER = issue(replace(AUTHORITY, subject="other"), None)
QUICK = msgspec.structs.replace(
    LIMITS, stall_seconds=0.3, total_seconds=0.8, rate_grace_seconds=0.2, backoff_seconds=0.01
)


def leaf_of(server: AuthorityServer, *, responder: bool = False) -> Issued:
    """A certificate whose revocation is told on a server, by a list or by a responder."""
    places = server.places(responder=responder, listed=not responder)
    return ROOT.issue(Wish("leaf", extensions=places))


def leaf_at(*addresses: str, by: Issued = ROOT) -> Issued:
    """A certificate that names lists at these addresses."""
    return by.issue(Wish("leaf", extensions=told_by(lists=addresses or (CRL_URL,))))


def known(leaf: Issued, at: datetime = SIGNED, by: Issued = ROOT) -> CertificateStatus:
    """Its status by what was stored at an instant."""
    chain = [parse_certificate(one.der) for one in (leaf, by)]
    (found,) = statuses_of(chain, StoredEvidence(at), at)
    return found


def enquiries(leaf: Issued, by: Issued = ROOT) -> list[Enquiry]:
    """What a verification asks about a certificate, and is not told."""
    asked: list[Enquiry] = []
    stored = StoredEvidence(SIGNED)

    def ask(enquiry: Enquiry) -> Document | Problem:
        asked.append(enquiry)
        return stored(enquiry)

    statuses_of([parse_certificate(one.der) for one in (leaf, by)], ask, SIGNED)
    return asked


def new_repository(name: str = "team/app") -> ImageRepository:
    return ImageRepository.objects.create(
        source=new_source(),
        name=name,
        name_id=identity(name),
        full_name=f"{HOST}/{name}",
        first_seen_at=START,
    )


def noted(leaf: Issued, repository: ImageRepository | None = None, by: Issued = ROOT) -> AskedPlace:
    """The first place that it names, on which verdicts about a repository rest from now on."""
    asked = enquiries(leaf, by)
    want([((repository or new_repository()).pk, asked)], SIGNED)
    return AskedPlace.objects.get(enquiry_id=identity_of(asked[0]))


def given(place: AskedPlace, body: bytes, at: datetime = SIGNED) -> Kept:
    """Keep what a place gave at an instant."""
    answer = Document(place.address, body)
    with transaction.atomic():
        return keep([judged(place.pk, place.enquiry, answer, at)], at)


def refreshed(at: datetime = SIGNED, *, is_stopping: bool = False) -> list[Result]:
    """One run of the job that asks."""
    job = RevocationRefresh(lambda: at, QUICK)
    with transaction.atomic():
        return run_once(job, claim(REFRESH), is_stopping=is_stopping)


def allow(settings: Settings, *hosts: str) -> None:
    """As TRUSTUI_REVOCATION_HOSTS does."""
    settings.TRUSTUI = msgspec.structs.replace(settings.TRUSTUI, revocation_hosts=hosts)
