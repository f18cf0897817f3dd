"""One private Sigstore for all tests of a process, and what it signs unless a test says otherwise."""

from datetime import timedelta
from functools import cache

from cryptography import x509

from trustui.demo.images.bundles import Plan, bundle_of
from trustui.demo.images.certifying import SIGNED, Wish
from trustui.demo.images.stack import FULCIO, Json, Stack, der_text, found_stack, sha256

NOW = SIGNED + timedelta(days=1)
"""The present of those who verify."""
EMAIL = "alice@acme.example"
ISSUER = "https://accounts.acme.example"
ARTIFACT = Plan().artifact
COSIGN_SIGN = "https://sigstore.dev/cosign/sign/v1"


def signer_wish() -> Wish:
    """A certificate of Fulcio for Alice, of ten minutes."""
    return Wish(
        names=(x509.RFC822Name(EMAIL),),
        extensions=(
            (f"{FULCIO}1", ISSUER.encode(), False),
            (f"{FULCIO}8", der_text(ISSUER), False),
            (f"{FULCIO}5", b"acme/app", False),
        ),
    )


@cache
def stack() -> Stack:
    """Nothing in it changes."""
    return found_stack("tests", "acme.example", signer_wish())


def statement_about(artifact: bytes, predicate_type: str = COSIGN_SIGN) -> Json:
    return {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": "notes", "digest": {"sha256": sha256(artifact)}}],
        "predicateType": predicate_type,
        "predicate": {},
    }


def make_bundle(plan: Plan = Plan(), made: Stack | None = None) -> Json:  # noqa: B008  frozen
    """The bundle as JSON; change it as you like before you dump it."""
    return bundle_of(plan, made or stack())
