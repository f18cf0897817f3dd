"""The envelope as such: form, signature, headers, algorithm, and what is signed."""

import base64
import json
from typing import Any

from tests.simulators.notation_signer import (
    BLOB,
    LEAF,
    NOW,
    Json,
    Plan,
    blob_target,
    key_of_kind,
    target,
    world,
)
from tests.vectors.notation.asking import Case, scenario
from trustui.core.facts import Document, Problem, ProblemKind
from trustui.core.formats.notation import Wanted
from trustui.core.formats.notation.envelope import (
    AUTHENTIC_TIME,
    PLUGIN,
    PLUGIN_MIN_VERSION,
    SCHEME,
    SCHEME_AUTHORITY,
    SIGNING_TIME,
)
from trustui.demo.images.certifying import SIGNED, YEAR, Issued

EVERYTHING = (
    "notation.parse",
    "notation.integrity",
    "notation.header",
    "notation.cert_profile",
    "notation.algorithm",
    "notation.content_type",
    "notation.store",
    "notation.authenticity",
    "notation.identity",
    "notation.timestamp",
    "notation.revocation",
    "notation.payload",
)
NOTHING_ASKED = (
    "notation.plugin",
    "notation.expiry",
    "notation.extended",
    "notation.metadata",
)


def cose(**changes: Any) -> Plan:
    return Plan(format="cose", **changes)


# What passes


@scenario(passed=EVERYTHING, noted=NOTHING_ASKED)
def a_jws_envelope_by_a_chain_of_three() -> Case:
    return JWS


JWS = Case()


@scenario(passed=EVERYTHING, noted=NOTHING_ASKED)
def a_cose_envelope_by_a_chain_of_three() -> Case:
    return COSE


COSE = Case(cose())


@scenario(passed=("notation.parse", "notation.integrity"))
def an_envelope_whose_form_nobody_named() -> Case:
    return UNNAMED


UNNAMED = Case(cose(), media_type="")


def by_key(kind: str) -> tuple[Issued, ...]:
    between = world().between
    return between.issue(LEAF, key_of_kind(kind)), between, world().root


@scenario(passed=("notation.integrity", "notation.algorithm"))
def an_rsa_key_of_3072_bits() -> Case:
    return RSA


RSA = Case(Plan(chain=by_key("PS384")))


@scenario(passed=("notation.integrity", "notation.algorithm"))
def a_key_on_p_521_in_cose() -> Case:
    return P521


P521 = Case(cose(chain=by_key("ES512")))

SIGNED_METADATA = json.dumps(target(annotations={"build": "77"})).encode()


@scenario(passed="notation.metadata")
def metadata_as_wanted() -> Case:
    return WITH_METADATA


WITH_METADATA = Case(Plan(payload=SIGNED_METADATA), metadata={"build": "77"})


@scenario(passed="notation.payload")
def a_blob_that_is_hashed_as_its_key_demands() -> Case:
    return OF_BLOB


OF_BLOB = Case(
    Plan(payload=json.dumps(blob_target(hash_name="sha384")).encode(), chain=by_key("ES384")),
    wanted=Wanted(blob=Document("notes.txt", BLOB)),
)


@scenario(passed="notation.header", noted="notation.extended")
def a_header_of_the_signers_own_that_is_not_critical() -> Case:
    return OWN_HEADER


OWN_HEADER = Case(Plan(more={"acme.pipeline": 7}))

# Form


@scenario(failed="notation.parse")
def an_envelope_that_was_cut_off() -> Case:
    return Case(content=JWS.body[:-40])


@scenario(failed="notation.parse")
def a_cose_envelope_under_the_type_of_jws() -> Case:
    return Case(cose(), media_type="application/jose+json")


@scenario(failed="notation.parse")
def an_envelope_of_a_type_that_nobody_knows() -> Case:
    return Case(media_type="text/plain")


@scenario(failed="notation.parse")
def an_envelope_that_is_not_there() -> Case:
    return Case(content=Problem("blob", ProblemKind.ABSENT, "no such blob"))


@scenario(undecided="notation.parse")
def an_envelope_that_cannot_be_had() -> Case:
    return Case(content=Problem("blob", ProblemKind.UNREADABLE, "the registry is silent"))


def padded(envelope: Json) -> None:
    envelope["signature"] += "=="


@scenario(failed="notation.parse")
def a_signature_with_padding() -> Case:
    return Case(Plan(spoil=padded))


# Integrity


def other_payload(envelope: Json) -> None:
    changed = json.dumps(target(f"sha256:{'6' * 64}")).encode()
    envelope["payload"] = base64.urlsafe_b64encode(changed).rstrip(b"=").decode()


@scenario(failed="notation.integrity")
def a_payload_that_was_exchanged() -> Case:
    return Case(Plan(spoil=other_payload))


def flip(parts: Json) -> None:
    parts["signature"] = bytes([parts["signature"][0] ^ 1]) + parts["signature"][1:]


@scenario(failed="notation.integrity")
def one_bit_of_a_cose_signature() -> Case:
    return Case(cose(spoil=flip))


def no_chain(envelope: Json) -> None:
    del envelope["header"]["x5c"]


@scenario(failed="notation.integrity")
def no_certificate_at_all() -> Case:
    return Case(Plan(spoil=no_chain))


@scenario(failed="notation.integrity")
def a_key_on_a_curve_that_nobody_may_sign_with() -> Case:
    return Case(Plan(chain=by_key("P-224"), algorithm="ES256"))


# Algorithm


@scenario(failed="notation.algorithm", passed="notation.integrity")
def an_algorithm_that_goes_with_a_shorter_key() -> Case:
    return Case(Plan(chain=by_key("PS384"), algorithm="PS256"))


@scenario(failed="notation.algorithm")
def a_key_of_a_size_that_has_no_algorithm() -> Case:
    return Case(Plan(chain=by_key("RSA 2304")))


@scenario(failed="notation.algorithm")
def an_algorithm_that_is_stated_as_none() -> Case:
    return Case(Plan(more={"alg": "none"}))


@scenario(failed="notation.algorithm")
def a_cose_algorithm_in_words() -> Case:
    return Case(cose(more={"alg": "es256"}))


# Headers


@scenario(failed="notation.header")
def nothing_is_critical() -> Case:
    return Case(Plan(critical=()))


@scenario(failed="notation.header")
def the_scheme_is_not_critical() -> Case:
    return Case(Plan(critical=("acme",), more={"acme": 1}))


@scenario(failed="notation.header")
def an_expiry_that_is_not_critical() -> Case:
    return Case(cose(expiry=NOW + YEAR, critical=(SCHEME,)))


@scenario(failed="notation.header")
def a_critical_header_that_is_not_there() -> Case:
    return Case(Plan(critical=(SCHEME, "acme")))


@scenario(failed="notation.header")
def a_critical_header_twice() -> Case:
    return Case(Plan(critical=(SCHEME, SCHEME)))


@scenario(failed="notation.header")
def a_header_of_jws_itself_as_critical() -> Case:
    return Case(Plan(critical=(SCHEME, "alg")))


@scenario(failed="notation.header")
def a_scheme_that_nobody_knows() -> Case:
    return Case(Plan(more={SCHEME: "notary.openpgp"}))


@scenario(failed="notation.header")
def no_scheme_at_all() -> Case:
    return Case(Plan(more={SCHEME: None}))


@scenario(failed="notation.header")
def no_time_of_signing() -> Case:
    return Case(Plan(more={SIGNING_TIME: None}))


@scenario(failed="notation.header")
def the_time_of_the_other_scheme() -> Case:
    return Case(Plan(more={AUTHENTIC_TIME: SIGNED}))


@scenario(failed="notation.header")
def the_time_of_a_signer_in_a_signature_of_an_authority() -> Case:
    return Case(cose(scheme=SCHEME_AUTHORITY, more={SIGNING_TIME: SIGNED}))


@scenario(failed="notation.header")
def a_signing_authority_that_does_not_say_when() -> Case:
    more = {AUTHENTIC_TIME: None}
    return Case(Plan(scheme=SCHEME_AUTHORITY, more=more, critical=(SCHEME,)))


@scenario(failed="notation.header")
def an_expiry_before_the_signature() -> Case:
    return Case(Plan(expiry=SIGNED))


@scenario(failed="notation.content_type")
def a_payload_of_another_type() -> Case:
    return Case(Plan(more={"cty": "application/json"}))


@scenario(failed="notation.content_type")
def a_payload_without_a_type() -> Case:
    return Case(cose(more={"cty": None}))


# Plugins and other critical headers


@scenario(undecided="notation.plugin", first="notation.plugin")
def a_plugin_is_demanded() -> Case:
    return DEMANDS_PLUGIN


DEMANDS_PLUGIN = Case(
    Plan(
        more={PLUGIN: "acme-attestor", PLUGIN_MIN_VERSION: "1.2.0"},
        critical=(SCHEME, PLUGIN, PLUGIN_MIN_VERSION),
    )
)


@scenario(undecided="notation.plugin")
def a_plugin_that_has_to_process_a_header() -> Case:
    return Case(cose(more={PLUGIN: "acme-attestor", "acme": 1}, critical=(SCHEME, PLUGIN, "acme")))


@scenario(failed="notation.plugin")
def a_plugin_in_a_header_that_is_not_critical() -> Case:
    return Case(Plan(more={PLUGIN: "acme-attestor"}))


@scenario(failed="notation.plugin")
def a_plugin_without_a_name() -> Case:
    return Case(Plan(more={PLUGIN: " "}, critical=(SCHEME, PLUGIN)))


@scenario(failed="notation.plugin")
def a_version_of_a_plugin_that_is_none() -> Case:
    more = {PLUGIN: "acme-attestor", PLUGIN_MIN_VERSION: "new"}
    return Case(Plan(more=more, critical=(SCHEME, PLUGIN, PLUGIN_MIN_VERSION)))


@scenario(failed="notation.extended")
def a_critical_header_that_nobody_knows() -> Case:
    return CRITICAL_OWN


CRITICAL_OWN = Case(Plan(more={"acme": "x"}, critical=(SCHEME, "acme")))

# What is signed


@scenario(failed="notation.payload")
def a_signature_of_another_image() -> Case:
    return Case(Plan(payload=json.dumps(target(f"sha256:{'6' * 64}")).encode()))


@scenario(failed="notation.payload")
def a_signed_size_that_is_one_too_large() -> Case:
    return Case(Plan(payload=json.dumps(target(size=529)).encode()))


@scenario(failed="notation.payload")
def a_signed_media_type_that_is_another() -> Case:
    return Case(Plan(payload=json.dumps(target(mediaType="text/plain")).encode()))


@scenario(failed="notation.payload")
def a_payload_that_names_no_artefact() -> Case:
    return Case(Plan(payload=b'{"other": {}}'))


@scenario(failed="notation.payload")
def a_blob_that_was_changed() -> Case:
    changed = Wanted(blob=Document("notes.txt", b"other notes\n"))
    return Case(Plan(payload=json.dumps(blob_target()).encode()), wanted=changed)


@scenario(undecided="notation.payload")
def a_blob_that_cannot_be_had() -> Case:
    silent = Problem("notes.txt", ProblemKind.UNREADABLE, "permission denied")
    return Case(wanted=Wanted(blob=silent))


@scenario(failed="notation.metadata")
def metadata_that_differ() -> Case:
    return Case(Plan(payload=SIGNED_METADATA), metadata={"build": "78"})


@scenario(failed="notation.metadata")
def metadata_that_were_not_signed() -> Case:
    return Case(metadata={"build": "77"})
