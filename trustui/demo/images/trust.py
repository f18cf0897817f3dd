"""Whom the vendor signs as, and what the port expects of its images.

The vendor runs a Sigstore of its own. Its authority was replaced, so there are two trusted roots: the
second knows both authorities. The port follows them in the vendor's TUF repository of releases.
"""

import json
from dataclasses import replace
from datetime import datetime
from functools import cache

from cryptography import x509

from trustui.demo.images.certifying import MINUTE, YEAR, Issued, Wish, derived_key, pem
from trustui.demo.images.stack import FULCIO, Json, Stack, der_text, found_stack

DOMAIN = "quayline.example"
ISSUER = f"https://token.{DOMAIN}"
WORKFLOW = f"https://git.{DOMAIN}/terminal/.ci/release.yml@refs/heads/main"
FORK = "https://git.contractor.example/terminal-fork/.ci/release.yml@refs/heads/main"
BUILDER = f"https://build.{DOMAIN}/isolated"

TRUSTED_ROOT = "trusted_root.json"
"""Its name as a target, as a file beside the policies, and as trust material."""
PUBLIC_KEY = "quayline.pub"
POLICIES = "policies.json"

_OLD = 2 * YEAR


@cache
def first_stack(since: datetime) -> Stack:
    """The vendor's Sigstore with its first authority, in service since `since` (UTC)."""
    return found_stack("quayline/images", DOMAIN, Wish(), since)


@cache
def second_stack(since: datetime) -> Stack:
    """The same services with the authority that came later."""
    later = found_stack("quayline/images/second", DOMAIN, Wish(), since)
    return replace(first_stack(since), root=later.root, authority=later.authority)


def in_service_since(now: datetime) -> datetime:
    """When the vendor's services began: long before the demo world does."""
    return (now - _OLD).replace(hour=0, minute=0, second=0, microsecond=0)


def trusted_root(now: datetime, *, rotated: bool) -> bytes:
    """The vendor's trusted root before or after the second authority was added."""
    since = in_service_since(now)
    root = first_stack(since).trusted_root()
    if rotated:
        added = second_stack(since).trusted_root()["certificateAuthorities"]
        root["certificateAuthorities"] = [*root["certificateAuthorities"], *added]
    return json.dumps(root, indent=1).encode()


def public_key(now: datetime) -> bytes:
    """The key of the vendor's older products, as PEM."""
    return pem(first_stack(in_service_since(now)).key)


def certify(stack: Stack, subject: str, at: datetime, seed: str) -> Issued:
    """A certificate of ten minutes for a workflow, with the promise of the log."""
    number = int.from_bytes(seed.encode()[-15:])
    wish = Wish(
        start=at - MINUTE,
        end=at + 9 * MINUTE,
        names=(x509.UniformResourceIdentifier(subject),),
        extensions=(
            (f"{FULCIO}1", ISSUER.encode(), False),
            (f"{FULCIO}8", der_text(ISSUER), False),
        ),
    )
    return stack.certify(wish, key=derived_key(seed), serial=number, at=at)


def policies() -> bytes:
    """What the port expects, by repository; one repository is forgotten."""
    by_workflow = {"identity": WORKFLOW, "issuer": ISSUER, "trusted_root": TRUSTED_ROOT}
    by_key = {"key": PUBLIC_KEY, "trusted_root": TRUSTED_ROOT}
    provenance = {
        **by_workflow,
        "predicate_type": "slsaprovenance1",
        "conditions": {"/runDetails/builder/id": BUILDER},
    }
    document: Json = {
        "version": 1,
        "policies": [
            _policy(["terminal-suite", "terminal-mirror", "tide-service"], by_workflow),
            _policy(["berth-planner"], by_workflow, provenance),
            _policy(["gate-kiosk", "crane-controller", "yard-map"], by_key),
            _policy(["reefer-monitor"], {**by_workflow, "log": "ignored"}),
        ],
    }
    return json.dumps(document, indent=1).encode()


def _policy(names: list[str], *expectations: Json) -> Json:
    return {
        "repositories": [f"localhost/{name}" for name in names],
        "require": [{"of": [one]} for one in expectations],
    }
