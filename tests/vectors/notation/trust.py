"""Whose signature it is: certificates, trust stores, identities, and what a level only logs."""

from dataclasses import replace
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from tests.simulators.notation_signer import LEAF, Json, Plan, certificates, world
from tests.vectors.notation.asking import Case, scenario, stores
from trustui.core.errors import ParseError
from trustui.core.facts import Problem, ProblemKind
from trustui.core.formats.notation.envelope import SCHEME_AUTHORITY
from trustui.demo.images.certifying import AUTHORITY, Issued, Wish, issue

SERVER_AUTH, EMAIL, ANY = "1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.4", "2.5.29.37.0"

# Certificates


def below(wish: Wish) -> tuple[Issued, ...]:
    return world().between.issue(wish), world().between, world().root


def by(wish: Wish) -> Case:
    return Case(Plan(chain=below(wish)))


@scenario(passed="notation.cert_profile")
def a_leaf_that_signs_itself() -> Case:
    return SOLO


@cache
def solo() -> Issued:
    return issue(LEAF, None)


SOLO = Case(Plan(chain=(solo(),)), stores={"ca:solo": certificates(solo())})


@scenario(passed="notation.cert_profile", finding=())
def a_leaf_for_any_purpose_which_clients_tolerate() -> Case:
    return ANY_PURPOSE


ANY_PURPOSE = Case(Plan(chain=below(replace(LEAF, purposes=(ANY,)))))


@scenario(passed="notation.cert_profile")
def a_leaf_without_purposes_that_may_also_not_repudiate() -> Case:
    usages = ("digital_signature", "content_commitment")
    return by(replace(LEAF, purposes=None, usages=usages, ca=False, ca_critical=False))


@scenario(failed="notation.cert_profile")
def a_chain_without_its_intermediate() -> Case:
    return Case(Plan(chain=(world().signer, world().root)))


@scenario(failed="notation.cert_profile")
def a_chain_without_its_root() -> Case:
    return Case(Plan(chain=world().chain[:2]))


@scenario(failed="notation.cert_profile")
def a_chain_with_another_root_behind_it() -> Case:
    return Case(Plan(chain=(*world().chain, world().stamp_root)))


def unreadable(envelope: Json) -> None:
    envelope["header"]["x5c"][1] = "AAAA"


@scenario(failed="notation.cert_profile")
def a_chain_with_something_that_is_no_certificate() -> Case:
    return Case(Plan(spoil=unreadable))


ECDSA_SHA256, NOBODYS = bytes.fromhex("2a8648ce3d040302"), bytes.fromhex("2a8648ce3d040309")


@scenario(failed="notation.cert_profile")
def a_leaf_that_is_signed_by_an_algorithm_that_nobody_knows() -> Case:
    signer = world().signer
    odd = x509.load_der_x509_certificate(signer.der.replace(ECDSA_SHA256, NOBODYS))
    return Case(Plan(chain=(Issued(odd, signer.key), *world().chain[1:])))


@scenario(failed="notation.cert_profile")
def a_key_usage_that_is_not_critical() -> Case:
    return by(replace(LEAF, usages_critical=False))


@scenario(failed="notation.cert_profile")
def a_leaf_without_a_key_usage() -> Case:
    return by(replace(LEAF, usages=None))


@scenario(failed="notation.cert_profile")
def a_leaf_that_may_only_not_repudiate() -> Case:
    return by(replace(LEAF, usages=("content_commitment",)))


@scenario(failed="notation.cert_profile")
def a_leaf_that_may_agree_on_keys() -> Case:
    return by(replace(LEAF, usages=("digital_signature", "key_agreement")))


@scenario(failed="notation.cert_profile")
def a_leaf_for_servers() -> Case:
    return by(replace(LEAF, purposes=("code", SERVER_AUTH)))


@scenario(failed="notation.cert_profile")
def a_leaf_that_is_an_authority() -> Case:
    return by(replace(LEAF, ca=True))


@scenario(failed="notation.cert_profile")
def an_intermediate_whose_constraints_are_not_critical() -> Case:
    return Case(Plan(chain=through(replace(AUTHORITY, subject="loose", ca_critical=False))))


@scenario(failed="notation.cert_profile")
def an_intermediate_that_is_no_authority() -> Case:
    return Case(Plan(chain=through(replace(AUTHORITY, subject="none", ca=None))))


@scenario(failed="notation.cert_profile")
def an_intermediate_that_may_not_sign_certificates() -> Case:
    wish = replace(AUTHORITY, subject="mute", usages=("crl_sign",))
    return Case(Plan(chain=through(wish)))


def through(wish: Wish) -> tuple[Issued, ...]:
    """A chain whose intermediate is as wished."""
    between = world().root.issue(wish)
    return between.issue(LEAF), between, world().root


@scenario(failed="notation.cert_profile")
def too_many_authorities_below_one_another() -> Case:
    lower = world().between.issue(replace(AUTHORITY, subject="lower"))
    chain = (lower.issue(LEAF), lower, world().between, world().root)
    return Case(Plan(chain=chain))


@scenario(failed="notation.cert_profile")
def a_self_signed_leaf_with_others_above_it() -> Case:
    return Case(Plan(chain=(solo(), world().root)))


# Stores


@scenario(passed="notation.authenticity")
def an_intermediate_in_the_store_is_enough() -> Case:
    return Case(stores={"ca:acme": certificates(world().between)})


@scenario(failed="notation.authenticity", passed="notation.store")
def a_store_with_the_root_of_others() -> Case:
    return OTHER_ROOT


OTHER_ROOT = Case(stores={"ca:other": certificates(world().stamp_root)})


@scenario(failed="notation.authenticity", noted="notation.store")
def a_store_of_another_kind() -> Case:
    return Case(stores={"signingAuthority:acme": certificates(world().root)})


@scenario(passed=("notation.authenticity", "notation.timestamp", "notation.header"))
def a_signature_of_a_signing_authority() -> Case:
    return BY_AUTHORITY


BY_AUTHORITY = Case(
    Plan(scheme=SCHEME_AUTHORITY), stores={"signingAuthority:acme": certificates(world().root)}
)


@scenario(failed="notation.store")
def one_of_two_stores_is_missing() -> Case:
    absent = Problem("ca/other", ProblemKind.ABSENT, "no such directory")
    return Case(stores={**stores(), "ca:other": absent})


@scenario(failed="notation.store")
def a_store_with_something_that_is_no_authority() -> Case:
    spoiled = ParseError("a leaf stands in it", expected="authorities", found="a leaf")
    return Case(stores={"ca:acme": spoiled})


# Identities


@scenario(passed="notation.identity")
def anybody_whom_the_authority_certified() -> Case:
    return Case(identities=("*",))


@scenario(failed="notation.identity")
def somebody_else() -> Case:
    return SOMEBODY_ELSE


SOMEBODY_ELSE = Case(identities=("x509.subject: C=US, ST=WA, O=Acme, CN=staging",))


@scenario(failed="notation.identity")
def identities_that_only_plugins_understand() -> Case:
    return Case(identities=("acme.account:7",))


@scenario(failed="notation.identity")
def a_subject_that_lacks_its_country() -> Case:
    return by(replace(LEAF, subject="CN=release,O=Acme,ST=WA"))


# What the statement only logs or skips


@scenario(failed="notation.authenticity", first="notation.payload")
def a_logged_failure_does_not_hide_an_enforced_one() -> Case:
    plan = Plan(payload=b'{"targetArtifact": {}}')
    return Case(plan, actions={"authenticity": "log"}, stores=OTHER_ROOT.stores)


@scenario(passed="notation.payload")
def an_authenticity_that_is_only_logged() -> Case:
    return LOGGED


LOGGED = Case(
    actions={"authenticity": "log"}, stores=OTHER_ROOT.stores, identities=SOMEBODY_ELSE.identities
)


@scenario(failed="notation.integrity")
def integrity_is_enforced_whatever_the_statement_says() -> Case:
    key = ec.generate_private_key(ec.SECP256R1())
    other = Issued(world().signer.certificate, key)
    return Case(Plan(chain=(other, *world().chain[1:])), actions={"integrity": "log"})


@scenario(undecided="notation.parse", first="notation.parse")
def a_signature_that_rests_on_a_policy_that_is_broken() -> Case:
    silent = Problem("blob", ProblemKind.UNREADABLE, "the registry is silent")
    return Case(content=silent)
