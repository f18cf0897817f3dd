"""Evidence of revocation from the store: what places had answered by an instant. Nothing is fetched."""

from datetime import datetime

from django.db import connection

from trustui.core.facts import Document, Problem, ProblemKind
from trustui.core.pki.revocation import Enquiry
from trustui.core.primitives.instants import write_instant
from trustui.core.primitives.text import visible
from trustui.revocation.asking import allowed_hosts, identity_of
from trustui.revocation.models import AskedPlace, RevocationAnswer

HOW_TO_ALLOW = (
    "TRUSTUI_REVOCATION_HOSTS allows it, `trustui revocation import` takes its answer from a folder"
)


class StoredEvidence:
    """An `Evidence` of an instant (UTC), for one verification.

    The database is used only where a certificate names a place, by two short statements; a thread
    that is in no transaction keeps no connection afterwards.
    """

    def __init__(self, at: datetime) -> None:
        self._at = at
        self._known: dict[str, Document | Problem] = {}

    def __call__(self, enquiry: Enquiry) -> Document | Problem:
        """The newest answer that was there, or why there is none."""
        place = identity_of(enquiry)
        if place not in self._known:
            try:
                self._known[place] = self._look_up(place, enquiry.address)
            finally:
                if not connection.in_atomic_block:
                    connection.close()
        return self._known[place]

    def _look_up(self, enquiry_id: str, address: str) -> Document | Problem:
        answers = RevocationAnswer.objects.filter(
            place__enquiry_id=enquiry_id, fetched_at__lte=self._at
        )
        newest = answers.select_related("blob").order_by("fetched_at", "pk").last()
        if newest is not None:
            body = bytes(newest.blob.body)
            return Document(visible(address), body, seen_at=newest.fetched_at)
        refused = allowed_hosts().refusal(address)
        if refused:
            because = f"{refused}; {HOW_TO_ALLOW}"
            return Problem(visible(address), ProblemKind.REFUSED, because)
        place = AskedPlace.objects.filter(
            enquiry_id=enquiry_id, looked_at__lte=self._at, failures__gt=0
        ).first()
        if place is None:
            because = (
                f"nothing was known from it at {write_instant(self._at)}; a worker asks it soon"
            )
            return Problem(visible(address), ProblemKind.REFUSED, because)
        return Problem(visible(address), ProblemKind.UNREADABLE, place.because)
