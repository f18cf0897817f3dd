"""The routes of the API. Names of parameters are those of the pages (web/urls.py)."""

from typing import Any

from django.urls import URLPattern, re_path, register_converter
from django.urls.converters import StringConverter
from rest_framework.request import Request

from trustui.accounts.needs import Needs, Whom, declare
from trustui.api import images, looking, own, record, repositories, verifying, watching
from trustui.api.asking import Ask, Endpoint, endpoint
from trustui.api.operations import reads
from trustui.api.problems import not_found
from trustui.api.questions import Query
from trustui.api.schema import document
from trustui.pages.visible_json import visible_json


class NumberConverter:
    """A number that databases can hold."""

    regex = "[0-9]{1,18}"

    def to_python(self, value: str) -> int:
        """As a number."""
        return int(value)

    def to_url(self, value: int) -> str:
        """In decimal."""
        return str(value)


class DigestConverter(StringConverter):
    """A SHA-256 in lower-case hexadecimal."""

    regex = "[0-9a-f]{64}"


class ArtefactDigestConverter(StringConverter):
    """A digest with its algorithm, as registries name content."""

    regex = "sha256:[0-9a-f]{64}|sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128}"


register_converter(NumberConverter, "number")
register_converter(DigestConverter, "digest")
register_converter(ArtefactDigestConverter, "artefact")


@reads(dict[str, object], need=Whom.PERSON)
def schema(ask: Ask[Query, None]) -> bytes:
    """This description, as OpenAPI 3.1."""
    del ask
    return visible_json(document())


class _Nothing(Endpoint):
    """Any other address."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """What every method finds."""
        super().initial(request, *args, **kwargs)
        raise not_found()


_SOURCE = "v1/sources/<number:source_id>/"
_IMAGE = "v1/images/<number:repository_id>/"
_ARTEFACT = f"{_IMAGE}artefacts/<artefact:oci_digest>/"
_JUDGED = f"{_IMAGE}verdicts/<number:artefact_verdict_id>/"
_SIGNATURE = f"{_IMAGE}signatures/<artefact:manifest_digest>/<number:position>/"
_WATCH, _REPOSITORY, _ACROSS, _RECORD, _OWN = "watch", "repository", "across", "record", "own"
_IMAGES = "images"

urlpatterns: list[URLPattern] = [
    endpoint("schema/", "api-schema", _OWN, schema),
    # ---- watch
    endpoint("v1/overview/", "api-overview", _WATCH, watching.overview),
    endpoint("v1/now/", "api-now", _WATCH, watching.now, watching.take),
    endpoint("v1/sources/", "api-sources", _WATCH, watching.sources, watching.add),
    endpoint(f"{_SOURCE}source/", "api-source", _WATCH, watching.source, watching.schedule),
    endpoint(f"{_SOURCE}crawl/", "api-crawl", _WATCH, watching.progress, watching.crawl),
    endpoint("v1/jobs/", "api-jobs", _WATCH, watching.jobs),
    endpoint("v1/jobs/<number:job_id>/", "api-job", _WATCH, watching.job, watching.retry),
    # ---- a repository
    endpoint(_SOURCE, "api-repository", _REPOSITORY, repositories.repository),
    endpoint(f"{_SOURCE}tree/", "api-tree", _REPOSITORY, repositories.tree),
    endpoint(f"{_SOURCE}roles/<digest:role_id>/", "api-role", _REPOSITORY, repositories.role),
    endpoint(
        f"{_SOURCE}documents/<digest:sha256>/", "api-document", _REPOSITORY, repositories.document
    ),
    endpoint(
        f"{_SOURCE}documents/<digest:sha256>/bytes/",
        "api-document-bytes",
        _REPOSITORY,
        repositories.document_bytes,
    ),
    endpoint(f"{_SOURCE}keys/", "api-repository-keys", _REPOSITORY, repositories.keys),
    endpoint(f"{_SOURCE}timeline/", "api-timeline", _REPOSITORY, looking.timeline),
    endpoint(f"{_SOURCE}history/", "api-history", _REPOSITORY, repositories.history),
    endpoint(f"{_SOURCE}verdicts/", "api-verdicts", _REPOSITORY, repositories.verdicts),
    endpoint(
        f"{_SOURCE}verdicts/<number:verdict_id>/", "api-verdict", _REPOSITORY, repositories.verdict
    ),
    endpoint(
        f"{_SOURCE}verdicts/<number:verdict_id>/trace/",
        "api-trace",
        _REPOSITORY,
        repositories.trace,
    ),
    # ---- images
    endpoint("v1/images/", "api-images", _IMAGES, images.images),
    endpoint(_IMAGE, "api-image-repository", _IMAGES, images.repository),
    endpoint(f"{_IMAGE}tags/<number:tag_id>/", "api-image-tag", _IMAGES, images.tag),
    endpoint(_ARTEFACT, "api-artefact", _IMAGES, images.artefact),
    endpoint(f"{_ARTEFACT}graph/", "api-artefact-graph", _IMAGES, images.graph),
    endpoint(f"{_ARTEFACT}verdicts/", "api-artefact-verdicts", _IMAGES, images.verdicts),
    endpoint(_JUDGED, "api-artefact-verdict", _IMAGES, images.verdict),
    endpoint(f"{_JUDGED}trace/", "api-artefact-trace", _IMAGES, images.trace),
    endpoint(_SIGNATURE, "api-image-signature", _IMAGES, images.signature),
    endpoint("v1/identities/", "api-identities", _IMAGES, images.identities),
    endpoint("v1/identities/<digest:identity_id>/", "api-identity", _IMAGES, images.identity),
    endpoint("v1/policies/", "api-policies", _IMAGES, images.policies),
    endpoint("v1/policies/<number:policy_id>/", "api-policy", _IMAGES, images.policy),
    endpoint("v1/revocation/", "api-revocation", _IMAGES, images.revocation),
    endpoint("v1/material/<number:material_id>/", "api-material", _IMAGES, images.material),
    # ---- across sources
    endpoint("v1/expiries/", "api-expiries", _ACROSS, looking.expiries),
    endpoint("v1/keys/", "api-keys", _ACROSS, looking.keys),
    endpoint("v1/keys/<digest:fingerprint>/", "api-key", _ACROSS, looking.key),
    endpoint("v1/findings/", "api-findings", _ACROSS, looking.findings, looking.accept),
    endpoint("v1/search/", "api-search", _ACROSS, looking.search),
    endpoint("v1/verify/", "api-verify", _ACROSS, verifying.recognize, verifying.verify),
    endpoint("v1/checks/", "api-checks", _ACROSS, looking.checks),
    endpoint("v1/checks/<str:check_id>/", "api-check", _ACROSS, looking.check),
    # ---- the record
    endpoint("v1/events/", "api-events", _RECORD, record.events),
    endpoint("v1/events/<number:event_id>/", "api-event", _RECORD, record.event),
    endpoint("v1/checkpoint/", "api-checkpoint", _RECORD, record.checkpoint),
    # ---- one's own
    endpoint("v1/account/", "api-account", _OWN, own.account),
    endpoint("v1/tokens/", "api-tokens", _OWN, own.tokens),
    endpoint("v1/tokens/<number:token_id>/", "api-token", _OWN, own.token, own.revoke),
    endpoint("v1/teams/", "api-teams", _OWN, own.teams),
    endpoint("v1/teams/<number:team_id>/", "api-team", _OWN, own.team),
    # ---- nothing else: matches line breaks too, which `.` would not
    re_path("", declare(_Nothing.as_view(schema=None), Needs(Whom.PERSON))),
]
