"""What a search finds among images: repositories, artefacts and signers, at most one more than is shown."""

from collections.abc import Iterator

from django.urls import reverse

from trustui.core.errors import ParseError
from trustui.core.oci.references import parse_reference
from trustui.core.primitives.text import visible
from trustui.images.models import Identity, Manifest
from trustui.images.names import folded
from trustui.pages.images.identity import signs_there
from trustui.pages.images.repository import kind_word
from trustui.pages.images.standing import repositories_of
from trustui.pages.moment import Moment
from trustui.pages.viewer import Viewer

MOST = 11
"""One more than a search shows of one kind."""
ALGORITHM = "sha256:"


def repositories(viewer: Viewer, moment: Moment, text: str) -> Iterator[tuple[str, str, str]]:
    """Name, note and address of each, by a part of the name: one query."""
    name = _repository_in(text)
    rows = repositories_of(viewer, moment).filter(full_name__icontains=name)
    cells = rows.order_by("full_name", "id").values_list("pk", "full_name", "source__name")
    for pk, full_name, source in cells[:MOST]:
        href = reverse("image-repository", args=[pk])
        yield visible(full_name, 300), f"in {visible(source, 200)}", href


def _repository_in(text: str) -> str:
    """The repository that a whole reference names, such as `HOST/NAME:TAG`; else the text itself."""
    try:
        return parse_reference(text).name
    except ParseError:
        return text


def identities(viewer: Viewer, moment: Moment, text: str) -> Iterator[tuple[str, str, str]]:
    """Those that sign something that this person sees, by a part of the subject: one query."""
    rows = Identity.objects.filter(signs_there(viewer, moment), folded__contains=folded(text))
    cells = rows.order_by("subject", "id").values_list("identity_id", "subject", "issuer")
    for identity_id, subject, issuer in cells[:MOST]:
        href = reverse("identity", args=[identity_id])
        yield visible(subject, 300), f"says {visible(issuer, 200)}", href


def artefacts(viewer: Viewer, moment: Moment, digits: str) -> Iterator[tuple[str, str, str]]:
    """Manifests by how their SHA-256 begins; `g` comes after all digits: one query."""
    rows = Manifest.objects.filter(
        digest__gte=f"{ALGORITHM}{digits}",
        digest__lt=f"{ALGORITHM}{digits}g",
        repository__source__team__in=viewer.teams,
        repository__source__removed_at=None,
        first_seen_at__lte=moment.at,
    )
    cells = rows.order_by("digest", "repository").values_list(
        "digest", "kind", "repository", "repository__full_name"
    )
    for digest, kind, repository, name in cells[:MOST]:
        href = reverse("artefact", args=[repository, digest])
        yield digest, f"{kind_word(kind)} in {visible(name, 300)}", href
