"""What a document or a trust store says that is refused, or that its author may not have meant."""

import msgspec

from trustui.core.trace import Severity

PREFIX = "policy.lint.notation."

OF_FORM = ("form", "unknown_member")
OF_RULES = (
    "version",
    "no_statement",
    "name_missing",
    "name_repeated",
    "level",
    "override_skip",
    "override_unknown",
    "override_integrity",
    "override_action",
    "override_not_skippable",
    "verify_timestamp",
    "skip_with_trust",
    "trust_missing",
    "store_form",
    "store_type",
    "store_name",
    "identity_form",
    "identity_name",
    "identity_wildcard",
    "identity_overlap",
    "scopes_missing",
    "scope_wildcard",
    "scope_form",
    "scope_repeated",
    "global_repeated",
)
OF_POSTURE = (
    "skip_everything",
    "skip",
    "authenticity_logged",
    "time_logged",
    "revocation_not_enforced",
    "store_only_tsa",
    "store_repeated",
    "timestamp_unused",
    "identity_everybody",
    "identity_of_plugin",
    "identity_may_overlap",
)
OF_CONFIGURATION = (
    "two_documents",
    "store_absent",
    "store_broken",
    "store_unnamed",
    "store_intermediate",
    "store_self_signed",
)
LINTS = tuple(f"{PREFIX}{name}" for name in (*OF_FORM, *OF_RULES, *OF_POSTURE, *OF_CONFIGURATION))
"""Every id, in the order of the documentation."""


class NotationLint(msgspec.Struct, frozen=True):
    """One thing; `refuses` is whether clients refuse the whole document or store for it."""

    id: str
    on: str
    """The statement, store or file."""
    because: str
    severity: Severity
    refuses: bool = False


def refusal(name: str, on: str, because: str) -> NotationLint:
    """A rule that the document breaks: it is not used."""
    return NotationLint(f"{PREFIX}{name}", on, because, Severity.HIGH, refuses=True)


def advice(name: str, on: str, because: str, severity: Severity) -> NotationLint:
    """Something that is allowed, and may not be meant."""
    return NotationLint(f"{PREFIX}{name}", on, because, severity)
