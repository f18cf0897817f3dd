"""The routes of images: registries and what they hold, who signs, and what is expected."""

from django.urls import URLPattern, path

import trustui.web.converters  # noqa: F401  the kinds of parameters that addresses below have
from trustui.web import (
    image_verdict,
    images,
    material_setting,
    policies,
    policy_removing,
    policy_setting,
    revocation,
)

_REPOSITORY = "images/<int:repository_id>/"
_ARTEFACT = f"{_REPOSITORY}artefacts/<oci:oci_digest>/"
_VERDICT = f"{_REPOSITORY}verdicts/<int:artefact_verdict_id>/"

ROUTES: list[URLPattern] = [
    path("images/", images.images, name="images"),
    path(_REPOSITORY, images.repository, name="image-repository"),
    path(_ARTEFACT, images.artefact, name="artefact"),
    path(f"{_ARTEFACT}graph.svg", images.artefact_svg, name="artefact-svg"),
    path(_VERDICT, image_verdict.verdict, name="artefact-verdict"),
    path(f"{_VERDICT}text/", image_verdict.as_text, name="artefact-verdict-text"),
    path(f"{_VERDICT}json/", image_verdict.as_json, name="artefact-verdict-json"),
    path(f"{_REPOSITORY}tags/<int:tag_id>/", images.tag, name="image-tag"),
    path(
        f"{_REPOSITORY}signatures/<oci:manifest_digest>/<int:position>/",
        images.signature,
        name="image-signature",
    ),
    path(
        f"{_REPOSITORY}manifests/<oci:oci_digest>/bytes/",
        images.manifest,
        name="image-manifest-bytes",
    ),
    path(
        f"{_REPOSITORY}contents/<oci:content_digest>/bytes/",
        images.content,
        name="image-content-bytes",
    ),
    path("identities/", images.identities, name="identities"),
    path("identities/<hex:identity_id>/", images.identity, name="identity"),
    path("policies/", policies.policies, name="policies"),
    path("policies/revocation/", revocation.revocation, name="revocation"),
    path("policies/lint/", policy_setting.lint, name="policies-lint"),
    path("policies/set/", policy_setting.set_policy, name="policy-set"),
    path("policies/<int:policy_id>/", policies.policy, name="policy"),
    path("policies/<int:policy_id>/remove/", policy_removing.remove, name="policy-remove"),
    path("policies/material/look/", material_setting.look, name="material-look"),
    path("policies/material/set/", material_setting.set_it, name="material-set"),
    path("policies/material/<int:material_id>/", policies.material, name="material"),
]
