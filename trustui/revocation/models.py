"""Places that certificates name for revocation, and their answers (docs/operate/revocation.md)."""

from typing import ClassVar

from django.db import models

from trustui.core.pki.certificates import parse_certificate
from trustui.core.pki.revocation import Enquiry
from trustui.images.models import ImageRepository
from trustui.inventory.models import HEX, NAME, Blob


class AskedPlace(models.Model):
    """A place that a verification asked: a list, or a responder about one certificate.

    One row for each issuer as well: whoever names the list of another authority gains nothing by it.
    """

    enquiry_id = models.CharField(max_length=HEX, unique=True)
    """`asking.identity_of`: SHA-256 over address, request and issuer."""
    address = models.TextField()
    """Visible ASCII, http."""
    host = models.CharField(max_length=260)
    """As `addresses.Target.host`."""
    request = models.BinaryField(null=True)
    """The DER of the OCSPRequest; null: the address names a list."""
    certificate = models.BinaryField()
    """DER of the one about which it was asked first."""
    issuer = models.BinaryField()
    """DER of whoever has to have signed the answer."""
    first_asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    """From when it is to be asked again, if its host is allowed."""
    looked_at = models.DateTimeField(null=True)
    """When it was last asked, or its answer imported; null: never."""
    failures = models.PositiveIntegerField(default=0)
    """In a row."""
    because = models.TextField(blank=True)
    """Why the last of them gave nothing that counts; empty: it did."""

    class Meta:
        indexes: ClassVar = [models.Index(fields=["due_at"], name="revocation_places_due")]

    def __str__(self) -> str:
        return self.address

    @property
    def enquiry(self) -> Enquiry:
        """What is asked there."""
        return Enquiry(
            self.address,
            None if self.request is None else bytes(self.request),
            parse_certificate(bytes(self.certificate)),
            parse_certificate(bytes(self.issuer)),
        )


class RevocationAnswer(models.Model):
    """An answer for which the issuer vouched when it came. Append-only: the newest counts."""

    place = models.ForeignKey(AskedPlace, on_delete=models.CASCADE, related_name="answers")
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="revocation_answers")
    fetched_at = models.DateTimeField()
    this_update = models.DateTimeField()
    next_update = models.DateTimeField()
    origin = models.CharField(max_length=NAME, blank=True)
    """The folder that it was imported from; empty: it was fetched."""

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["place", "fetched_at", "id"], name="answers_of_place")
        ]

    def __str__(self) -> str:
        return f"{self.place_id} {self.this_update:%Y-%m-%d %H:%M}"


class Concern(models.Model):
    """Verdicts about a repository rest on what a place says of a certificate."""

    place = models.ForeignKey(AskedPlace, on_delete=models.CASCADE, related_name="concerns")
    repository = models.ForeignKey(
        ImageRepository, on_delete=models.CASCADE, related_name="revocation_concerns"
    )
    serial = models.CharField(max_length=HEX)
    """Of the certificate, lower-case hex."""
    certificate = models.CharField(max_length=NAME)
    """Its subject."""

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["place", "repository", "serial"], name="one_concern_of_a_certificate"
            )
        ]

    def __str__(self) -> str:
        return f"{self.serial} of {self.repository_id}"
