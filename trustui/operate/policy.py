"""`trustui policy`: what a team expects of images. `policy lint` needs no database and stands elsewhere."""

import argparse
from datetime import UTC, datetime
from pathlib import Path

from django.db import transaction

from trustui.core.facts import Problem
from trustui.core.primitives.instants import write_instant
from trustui.core.primitives.text import visible
from trustui.core.trust_policy.languages import EXPECTATIONS, LANGUAGES
from trustui.core.trust_policy.policies import MAX_POLICY
from trustui.crawl.files import read_file
from trustui.operate.arguments import (
    Refused,
    add_json,
    add_person,
    person_of,
    team_named,
    tell,
)
from trustui.policies.image_policies import read_policy, remove_policy, set_policy
from trustui.policies.models import ImagePolicy, ImagePolicyVersion
from trustui.policies.stating import PolicyError


def add_parser(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """`policy add|list|show|remove`."""
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
    listing = acts.add_parser("list", help="every policy with its version in force")
    add_json(listing)
    listing.set_defaults(run=run_list)
    show = acts.add_parser("show", help="what a policy says, and who set its versions")
    _add_name(show)
    add_json(show)
    show.set_defaults(run=run_show)
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
    lints = list(language.lint(document))
    answer = {
        **_described(version),
        "lints": [{"id": one.id, "because": one.because} for one in lints],
    }
    lines = [f"{version.policy.name} version {version.number} is in force"]
    tell(arguments, answer, [*lines, *(f"{one.id}: {one.because}" for one in lints)])
    return 0


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
        f"{one.policy.team.name}  {one.policy.name}  version {one.number}, "
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
    body = bytes(versions[-1].body).decode("utf-8", "replace")
    lines = [
        f"version {one.number}{'' if one.is_current else ' (not in force)'}, "
        f"{write_instant(one.set_at)} by {one.set_by_name}: {one.reason}"
        for one in versions
    ]
    answer = {"versions": [_described(one) for one in versions], "body": body}
    tell(arguments, answer, [*lines, "", *body.splitlines()])
    return 0


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
