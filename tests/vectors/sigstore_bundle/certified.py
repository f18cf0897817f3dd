"""What is wrong with the time, the chain or the certificate."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from tests.simulators.sigstore_stack import signer_wish, stack
from tests.vectors.scenario import Told
from tests.vectors.sigstore_bundle.asking import BY_ALICE, Case, material_of, scenario
from tests.vectors.sigstore_bundle.passing import BARE, CERTIFIED, PRESENT, wanting, without_ct
from trustui.demo.images.bundles import Plan
from trustui.demo.images.certifying import AUTHORITY, SIGNED, YEAR, Stamp, issue
from trustui.demo.images.stack import Json, Stack, b64, chain_json


@scenario(failed="bundle.time")
def no_timestamp_beside_a_log_without_times() -> Told:
    return TIMELESS.ask()


TIMELESS = Case(Plan(stamps=()))


@scenario(failed="bundle.time")
def a_timestamp_of_another_signature() -> Told:
    return OTHER_STAMP.ask()


def swap_stamp(bundle: Json) -> None:
    stamps = material_of(bundle)["timestampVerificationData"]["rfc3161Timestamps"]
    stamps[0]["signedTimestamp"] = b64(stack().stamp(b"another signature"))


OTHER_STAMP = Case(spoil=swap_stamp)


@scenario(failed="bundle.time")
def a_timestamp_that_was_demanded_of_a_key_and_is_missing() -> Told:
    return replace(BARE, expectation=wanting(BARE.expectation, needs_timestamp=True)).ask()


@scenario(failed="bundle.chain")
def an_authority_that_is_not_trusted() -> Told:
    return STRANGER.ask()


def other_authority(root: Json) -> None:
    stranger = issue(replace(AUTHORITY, subject="stranger"), None)
    root["certificateAuthorities"][0]["certChain"] = chain_json(stranger)


STRANGER = Case(spoil_root=other_authority)


@scenario(failed="bundle.chain")
def an_authority_that_was_retired_before() -> Told:
    return RETIRED.ask()


def retire_authority(root: Json) -> None:
    root["certificateAuthorities"][0]["validFor"]["end"] = "2026-06-01T00:00:00Z"


RETIRED = Case(spoil_root=retire_authority)


@scenario(failed="bundle.chain")
def no_authority_at_all() -> Told:
    return NO_AUTHORITY.ask()


def without_authorities(root: Json) -> None:
    root["certificateAuthorities"] = []


NO_AUTHORITY = Case(spoil_root=without_authorities)


@scenario(failed="bundle.sct")
def a_log_of_certificates_that_is_not_trusted() -> Told:
    return replace(CERTIFIED, spoil_root=without_ct).ask()


def certified(**changes: Any) -> Plan:
    """Signed with a certificate that differs from the usual one."""

    def certify(made: Stack) -> Any:
        return made.certify(replace(signer_wish(), **changes))

    return Plan(certificate=certify)


@scenario(failed="bundle.profile")
def a_certificate_for_servers() -> Told:
    return FOR_SERVERS.ask()


FOR_SERVERS = Case(certified(purposes=("tls",)))


@scenario(failed="bundle.profile")
def a_certificate_that_may_not_sign() -> Told:
    return MAY_NOT_SIGN.ask()


MAY_NOT_SIGN = Case(certified(usages=("key_agreement",)))


@scenario(failed="bundle.profile")
def a_certificate_without_any_usage() -> Told:
    return USELESS.ask()


USELESS = Case(certified(usages=None, purposes=None))


@scenario(failed="bundle.profile")
def the_certificate_of_an_authority() -> Told:
    return OF_AUTHORITY.ask()


OF_AUTHORITY = Case(certified(ca=True, usages=("digital_signature", "key_cert_sign")))


@scenario(failed="bundle.profile")
def a_critical_extension_that_nobody_knows() -> Told:
    return UNKNOWN_CRITICAL.ask()


UNKNOWN_CRITICAL = Case(
    certified(extensions=(*signer_wish().extensions, ("1.2.3.4", b"\x05\x00", True)))
)


@scenario(failed="bundle.identity")
def somebody_else_signed() -> Told:
    return replace(CERTIFIED, expectation=wanting(BY_ALICE, identity="bob@acme.example")).ask()


@scenario(failed="bundle.window")
def the_timestamp_lies_after_the_certificate() -> Told:
    return LATE.ask()


LATE = Case(Plan(stamps=(Stamp(at=SIGNED + timedelta(hours=1)),)))


@scenario(failed="bundle.window", noted="bundle.time")
def the_log_waived_after_the_certificate_was_over() -> Told:
    return replace(PRESENT, at=SIGNED + YEAR).ask()
