"""`trustui policy`: what a team expects of images. `policy lint` needs no database and stands elsewhere."""

import argparse
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from django.db import transaction

from trustui.accounts.models import Team
from trustui.core.errors import ParseError
from trustui.core.facts import Problem
from trustui.core.oci.references import parse_reference
from trustui.core.primitives.instants import write_instant
from trustui.core.primitives.text import visible
from trustui.core.trust_policy.languages import EXPECTATIONS, LANGUAGES, Language
from trustui.core.trust_policy.notation.lint import NotationLint
from trustui.core.trust_policy.policies import MAX_POLICY, Lint
from trustui.crawl.files import read_file
from trustui.crawl.notation_configuration import read_configuration
from trustui.operate.arguments import (
    Refused,
    add_json,
    add_person,
    person_of,
    team_named,
    tell,
)
from trustui.operate.exit_status import FAILED
from trustui.policies.image_policies import read_policy, remove_policy, set_policy
from trustui.policies.importing import Imported, import_notation
from trustui.policies.models import ImagePolicy, ImagePolicyVersion
from trustui.policies.stating import PolicyError
from trustui.policies.trust import PolicyConsidered, trust_of


def add_parser(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """`policy add|import-notation|list|show|covers|remove`."""
    parser = verbs.add_parser(
        "policy",
        help="say what is expected of images",
        epilog="`trustui policy lint FILE` judges a policy without a database.",
    )
    acts = parser.add_subparsers(dest="act", metavar="ACT", required=True)
    add = acts.add_parser("add", help="expect this from now on, in place of what it said before")
    _add_name(add)
    add.add_argument("file", metavar="FILE", help="the policy, as its language has it")
    add.add_argument(
        "--language",
        choices=[one.name for one in LANGUAGES],
        default=EXPECTATIONS.name,
        help="what it is written in (default: %(default)s)",
    )
    add_person(add, needs_reason=True)
    add_json(add)
    add.set_defaults(run=run_add)
    take = acts.add_parser(
        "import-notation", help="take over a Notation directory: its policy and its trust stores"
    )
    _add_name(take)
    take.add_argument("folder", metavar="DIR", help="a directory as ~/.config/notation")
    add_person(take, needs_reason=True)
    add_json(take)
    take.set_defaults(run=run_import_notation)
    listing = acts.add_parser("list", help="every policy with its version in force")
    add_json(listing)
    listing.set_defaults(run=run_list)
    show = acts.add_parser("show", help="what a policy says, and who set its versions")
    _add_name(show)
    add_json(show)
    show.set_defaults(run=run_show)
    covers = acts.add_parser(
        "covers", help="which policy applies to a repository, and why no other"
    )
    covers.add_argument("repository", metavar="HOST/NAME")
    covers.add_argument("--team", metavar="TEAM", default="default")
    add_json(covers)
    covers.set_defaults(run=run_covers)
    remove = acts.add_parser("remove", help="expect nothing by it any more; its versions stay")
    _add_name(remove)
    add_person(remove, needs_reason=True)
    add_json(remove)
    remove.set_defaults(run=run_remove)


def _add_name(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME")
    parser.add_argument("--team", metavar="TEAM", default="default")


def run_add(arguments: argparse.Namespace) -> int:
    """Set a policy, and say what its author may not have meant."""
    person, now = person_of(arguments), datetime.now(UTC)
    body = _read(arguments.file)
    try:
        language, document = read_policy(arguments.language, body)
        with transaction.atomic():
            version = set_policy(
                team=team_named(arguments.team, person, now),
                name=arguments.name,
                language=arguments.language,
                body=body,
                by=person.user,
                by_name=person.name,
                reason=arguments.reason,
                now=now,
            )
    except PolicyError as error:
        raise Refused(str(error)) from error
    lints = list(_lints(version, language, document))
    lines = [f"{version.policy.name} version {version.number} is in force"]
    tell(arguments, {**_described(version), "lints": _told(lints)}, [*lines, *_lines(lints)])
    return 0


def _lints(version: ImagePolicyVersion, language: Language, document: object) -> Iterator[Lint]:
    """About a policy, and about the materials that it names as they are now."""
    team = version.policy.team_id
    yield from language.lint(document)
    yield from language.lint_files(document, trust_of([team])[team].read)


def _told(lints: Iterable[Lint | NotationLint]) -> list[dict[str, object]]:
    return [
        {"id": one.id, "on": one.on, "because": one.because, "severity": one.severity}
        for one in lints
    ]


def _lines(lints: Iterable[Lint | NotationLint]) -> list[str]:
    return [f"{one.id}: {f'{one.on}: ' if one.on else ''}{one.because}" for one in lints]


def run_import_notation(arguments: argparse.Namespace) -> int:
    """Take over the policy for images of a directory, with every trust store that it names."""
    person, now = person_of(arguments), datetime.now(UTC)
    try:
        with transaction.atomic():
            found = import_notation(
                team=team_named(arguments.team, person, now),
                name=arguments.name,
                configuration=read_configuration(Path(arguments.folder)),
                by=person.user,
                by_name=person.name,
                reason=arguments.reason,
                now=now,
            )
    except PolicyError as error:
        raise Refused(str(error)) from error
    answer = {
        **_described(found.policy),
        "is_new": found.is_new,
        "stores": [{"name": one.name, "version": one.number} for one in found.stores],
        "left_out": found.left_out,
        "lints": _told(found.lints),
    }
    tell(arguments, answer, [*_taken_over(found), *_lines(found.lints)])
    return 0


def _taken_over(found: Imported) -> Iterator[str]:
    version = found.policy
    words = "is in force" if found.is_new else "is in force already"
    yield f"{version.policy.name} version {version.number} {words}"
    for one in found.stores:
        yield f"{one.name} version {one.number} is the trust store of that name"
    for name in found.left_out:
        yield f"{visible(name, 80)} was left out: no statement names it"


def _read(name: str) -> bytes:
    document = read_file(Path(name), MAX_POLICY)
    if isinstance(document, Problem):
        raise Refused(f"{visible(name)} cannot be read: {document.because}")
    return document.body


def run_list(arguments: argparse.Namespace) -> int:
    """Every policy that is in force."""
    found = ImagePolicyVersion.objects.filter(is_current=True).select_related("policy__team")
    versions = list(found.order_by("policy__team__name", "policy__name"))
    lines = [
        f"{one.policy.team.name}  {one.policy.name}  {one.policy.language}, version {one.number}, "
        f"{write_instant(one.set_at)} by {one.set_by_name}: {one.reason}"
        for one in versions
    ]
    answer = {"policies": [_described(one) for one in versions]}
    tell(arguments, answer, lines or ["no policies; `trustui policy add` adds one"])
    return 0


def run_show(arguments: argparse.Namespace) -> int:
    """The versions of a policy, and what the last one says."""
    policy = _named(arguments)
    versions = list(policy.versions.select_related("policy__team").order_by("number"))
    last = versions[-1]
    body = bytes(last.body).decode("utf-8", "replace")
    lints = _lints_now(last)
    lines = [
        f"version {one.number}{'' if one.is_current else ' (not in force)'}, "
        f"{write_instant(one.set_at)} by {one.set_by_name}: {one.reason}"
        for one in versions
    ]
    answer = {
        "versions": [_described(one) for one in versions],
        "body": body,
        "lints": _told(lints),
    }
    tell(arguments, answer, [*lines, *_lines(lints), "", *body.splitlines()])
    return 0


def _lints_now(version: ImagePolicyVersion) -> list[Lint]:
    """Of what this version of trustui cannot read any more, that alone."""
    try:
        return list(_lints(version, *read_policy(version.policy.language, bytes(version.body))))
    except PolicyError as error:
        return [Lint("policy.form", str(error))]


def run_covers(arguments: argparse.Namespace) -> int:
    """Which policy applies to a repository, and which part of it; why each other does not."""
    try:
        name = parse_reference(arguments.repository).name
    except ParseError as error:
        raise Refused(f"{visible(arguments.repository)} names no repository: {error}") from error
    team = Team.objects.filter(name=arguments.team).first()
    found = () if team is None else trust_of([team.pk])[team.pk].considered(name)
    answer = {"repository": name, "policies": [_considered(one) for one in found]}
    lines = [line for one in found for line in _considered_lines(one)]
    tell(arguments, answer, lines or [f"the team {arguments.team!r} has no policy in force"])
    return 0 if any(one.applies for one in found) else FAILED


def _considered(one: PolicyConsidered) -> dict[str, object]:
    return {
        "name": one.policy.name,
        "language": one.policy.language.name,
        "version": one.policy.number,
        "applies": one.applies,
        "because": one.because,
        "parts": one.parts,
    }


def _considered_lines(one: PolicyConsidered) -> Iterator[str]:
    words = "applies: " if one.applies else ""
    yield f"{one.policy.name} ({one.policy.language.name}): {words}{one.because}"
    for part in one.parts:
        words = "applies: " if part.applies else ""
        yield f"  {visible(part.name, 120)}: {words}{part.because}"


def run_remove(arguments: argparse.Namespace) -> int:
    """Put a policy out of force."""
    policy, person = _named(arguments), person_of(arguments)
    try:
        remove_policy(
            policy=policy, by_name=person.name, reason=arguments.reason, now=datetime.now(UTC)
        )
    except PolicyError as error:
        raise Refused(str(error)) from error
    said = f"{policy.name} is not in force any more; its versions stay"
    tell(arguments, {"removed": policy.name}, [said])
    return 0


def _named(arguments: argparse.Namespace) -> ImagePolicy:
    found = ImagePolicy.objects.filter(team__name=arguments.team, name=arguments.name).first()
    if found is None:
        names = ImagePolicy.objects.filter(team__name=arguments.team).order_by("name")
        there = ", ".join(names.values_list("name", flat=True)[:10])
        raise Refused(f"there is no policy {arguments.name!r}; there are: {there or 'none'}")
    return found


def _described(version: ImagePolicyVersion) -> dict[str, object]:
    return {
        "team": version.policy.team.name,
        "name": version.policy.name,
        "language": version.policy.language,
        "version": version.number,
        "is_current": version.is_current,
        "sha256": version.sha256,
        "set_at": write_instant(version.set_at),
        "set_by": version.set_by_name,
        "reason": version.reason,
    }
