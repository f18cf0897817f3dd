"""Where a token may be asked for, and whether the login goes there: the rules against a registry
that sends its callers elsewhere (docs/sources/oci_registry.md, "Credentials").
"""

import msgspec

from trustui.crawl.addresses import Refusal, Target, masked, parse_url
from trustui.crawl.image_source import Login
from trustui.crawl.transfer.headers import shown

MAX_REALM = 2_048
"""Characters; a token service's address has less than 100."""


def token_host_target(token_host: str) -> Target | None:
    """What HOST[:PORT] of a token service stands for, always with TLS; None for anything else."""
    target = parse_url(f"https://{token_host}/")
    return target if isinstance(target, Target) and target.resource == "/" else None


class Realm(msgspec.Struct, frozen=True):
    """A token service that may be asked. `withheld` says why the login does not go there, or ""."""

    target: Target
    withheld: str


def judge_realm(text: str, registry: Target, login: Login | None) -> Realm | Refusal:
    """Judge the address that a registry gives for its token service; nobody is asked."""
    if len(text) > MAX_REALM:
        return Refusal(f"its token service's address has more than {MAX_REALM:,} characters")
    target = parse_url(text)
    if isinstance(target, Refusal):
        return Refusal(f"it names {shown(masked(text))} as its token service: {target.because}")
    if target.scheme == "http" and target.origin != registry.origin:
        because = "a token is asked for by https, or else where the registry itself is"
        return Refusal(f"it names {shown(target.url)} as its token service: {because}")
    return Realm(target, _withheld(target, registry, login))


def _withheld(target: Target, registry: Target, login: Login | None) -> str:
    if login is None or target.origin == registry.origin:
        return ""
    if _is_named(target, login.token_host):
        return ""
    return (
        f"the login was not sent to its token service {shown(target.host)} port {target.port}, "
        "which is another place than the registry and was not named as its token host"
    )


def _is_named(target: Target, token_host: str) -> bool:
    named = token_host_target(token_host)
    return named is not None and named.origin == target.origin
