"""The inventory of keys as text: what each is for, and what its loss or theft would mean."""

from collections.abc import Iterator

from trustui.cli.terminal import Style
from trustui.core.formats.tuf.repository import Repository
from trustui.core.impact import Impact, KeyRole, KeyUsage, RoleImpact, impact_of_each
from trustui.core.primitives.text import counted, visible
from trustui.core.trace import Severity

MAX_KEYS = 500
MAX_ROLES = 12
"""Roles of one key that are told one by one."""
_SIGNED = {
    True: "has signed what is current",
    False: "has not signed what is current",
    None: "its document was not read",
}


def show_keys(repository: Repository, style: Style) -> Iterator[str]:
    """Lines at most as wide as the style allows."""
    known = impact_of_each(repository)
    unused = sum(not usage.is_used for usage, _ in known)
    idle = sum(usage.is_used and not usage.has_signed for usage, _ in known)
    yield style.bold(counted(len(known), "public key"))
    yield style.faint(f"{unused:,} that no role uses; {idle:,} that signed nothing that is current")
    for usage, found in known[:MAX_KEYS]:
        yield ""
        yield from _key(usage, found, style)
    if len(known) > MAX_KEYS:
        yield ""
        yield style.faint(f"… and {len(known) - MAX_KEYS:,} more; --json has them all")


def _key(usage: KeyUsage, found: Impact, style: Style) -> Iterator[str]:
    label = visible(usage.label, 120)
    yield from (style.bold(line) for line in style.paragraph(label, "  ", ""))
    also = [visible(keyid, 64) for keyid in usage.keyids if keyid not in usage.label]
    known = ", ".join(dict.fromkeys(visible(one, 40) for one in (usage.keytype, usage.scheme)))
    if usage.fingerprint is None:
        known += "; it cannot be read, so it signs for nothing"
    if also:
        known += f"; also under {', '.join(also)}"
    yield from (style.faint(line) for line in style.paragraph(known, "  ", "  "))
    if not usage.is_used:
        yield "  no role uses it"
    by_edge = {(one.role, one.delegator): one for one in found.roles}
    for role in usage.roles[:MAX_ROLES]:
        yield from _role(role, by_edge.get((role.role, role.delegator)), style)
    if len(usage.roles) > MAX_ROLES:
        yield style.faint(f"  and {counted(len(usage.roles) - MAX_ROLES, 'more role')}")
    below = sum(not one.held for one in found.roles)
    if below:
        text = f"stolen, it takes {counted(below, 'more role')} with it"
        yield style.severity(Severity.HIGH, f"  {text}")


def _role(role: KeyRole, found: RoleImpact | None, style: Style) -> Iterator[str]:
    by = "" if role.delegator == "root" else f" of {visible(role.delegator, 60)}"
    name = f"{visible(role.role, 60)}{by}"
    title = f"{name}, {role.threshold} of {role.keys}: {_SIGNED[role.signed]}"
    yield from style.paragraph(title, "    ", "  ")
    if found is not None:
        lost = list(style.paragraph(found.if_lost, " " * 12, "    lost    "))
        stolen = list(style.paragraph(found.if_stolen, " " * 12, "    stolen  "))
        is_bad = not found.can_still_sign
        yield from (style.severity(Severity.MEDIUM, line) if is_bad else line for line in lost)
        is_bad = found.can_be_forged
        yield from (style.severity(Severity.HIGH, line) if is_bad else line for line in stolen)
