"""Bundles whose form is wrong."""

from dataclasses import replace

from tests.simulators.sigstore_stack import stack
from tests.vectors.scenario import Told
from tests.vectors.sigstore_bundle.asking import BY_ALICE, BY_KEY, Case, material_of, scenario
from tests.vectors.sigstore_bundle.passing import CERTIFIED, KEYED, SECOND, STATED
from trustui.core.facts import Problem, ProblemKind
from trustui.demo.images.bundles import BUNDLE_3
from trustui.demo.images.stack import Json, b64, chain_json


@scenario(failed="bundle.parse")
def no_json() -> Told:
    return CERTIFIED.ask(body=b"no bundle")


MISSING = Problem("notes.txt", ProblemKind.ABSENT, "no such file")


@scenario(failed="bundle.parse")
def a_file_that_is_not_there() -> Told:
    return CERTIFIED.ask(document=MISSING)


@scenario(failed="bundle.sig")
def an_artifact_that_is_not_there() -> Told:
    return replace(CERTIFIED, artifact=MISSING).ask()


@scenario(failed="bundle.subject")
def an_artifact_of_a_statement_that_is_not_there() -> Told:
    return replace(STATED, artifact=MISSING).ask()


@scenario(failed="bundle.parse")
def a_signature_in_no_base64() -> Told:
    return BAD_BASE64.ask()


def spoil_base64(bundle: Json) -> None:
    bundle["messageSignature"]["signature"] = "INVALID!!!"


BAD_BASE64 = Case(spoil=spoil_base64)


@scenario(failed="bundle.media_type")
def another_kind_of_document() -> Told:
    return CERTIFIED.ask(body=b'{"mediaType": "application/json"}')


@scenario(failed="bundle.version")
def a_version_of_the_future() -> Told:
    body = b'{"mediaType": "application/vnd.dev.sigstore.bundle.v9.0+json"}'
    return CERTIFIED.ask(body=body)


# Material


@scenario(failed="bundle.material")
def neither_certificate_nor_key() -> Told:
    return NOTHING_NAMED.ask()


NOTHING_NAMED = Case(spoil=lambda bundle: material_of(bundle).pop("certificate"))


@scenario(failed="bundle.material")
def a_key_was_named_but_a_certificate_signed() -> Told:
    return replace(CERTIFIED, expectation=BY_KEY).ask()


@scenario(failed="bundle.material")
def an_identity_is_wanted_but_a_key_signed() -> Told:
    return replace(KEYED, expectation=BY_ALICE).ask()


@scenario(failed="bundle.material")
def a_chain_in_version_0_3() -> Told:
    return CHAINED.ask()


def as_version_3(bundle: Json) -> None:
    bundle["mediaType"] = BUNDLE_3


CHAINED = Case(SECOND.plan, spoil=as_version_3)


@scenario(failed="bundle.material")
def a_root_in_the_bundle() -> Told:
    return WITH_ROOT.ask()


def add_root(bundle: Json) -> None:
    chain = material_of(bundle)["x509CertificateChain"]["certificates"]
    chain += chain_json(stack().root)["certificates"]


WITH_ROOT = Case(SECOND.plan, spoil=add_root)


@scenario(failed="bundle.material")
def a_certificate_that_cannot_be_read() -> Told:
    return UNREADABLE.ask()


def spoil_certificate(bundle: Json) -> None:
    material_of(bundle)["certificate"]["rawBytes"] = b64(b"no certificate")


UNREADABLE = Case(spoil=spoil_certificate)


@scenario(failed="bundle.sigcount")
def an_envelope_with_two_signatures() -> Told:
    return TWICE_SIGNED.ask()


def sign_twice(bundle: Json) -> None:
    signatures = bundle["dsseEnvelope"]["signatures"]
    signatures.append(signatures[0])


TWICE_SIGNED = Case(STATED.plan, spoil=sign_twice)


@scenario(failed=("bundle.sigcount",))
def an_envelope_without_signatures() -> Told:
    return UNSIGNED.ask()


def unsign(bundle: Json) -> None:
    bundle["dsseEnvelope"]["signatures"] = []


UNSIGNED = Case(STATED.plan, spoil=unsign)
