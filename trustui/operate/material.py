"""`trustui material`: the roots, keys and certificates that policies name, given or followed."""

import argparse
from datetime import UTC, datetime
from pathlib import Path

from django.db import transaction

from trustui.core.facts import Problem
from trustui.core.primitives.instants import write_instant
from trustui.core.primitives.text import visible
from trustui.core.trust_policy.given import MAX_TRUST_FILE
from trustui.crawl.files import read_file
from trustui.images.models import FollowedRoot
from trustui.operate.arguments import (
    Refused,
    add_json,
    add_person,
    person_of,
    source_named,
    team_named,
    tell,
)
from trustui.policies.materials import set_material
from trustui.policies.models import TrustMaterial
from trustui.policies.stating import PolicyError
from trustui.verdicts.root_following import follow_root, release_root


def add_parser(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """`material add|list|follow|release`."""
    parser = verbs.add_parser("material", help="give the roots, keys and certificates of policies")
    acts = parser.add_subparsers(dest="act", metavar="ACT", required=True)
    add = acts.add_parser("add", help="let policies name these bytes, in place of those before")
    _add_name(add)
    add.add_argument("file", metavar="FILE", help="a trusted root (JSON), a public key, or PEM")
    add_person(add, needs_reason=True)
    add_json(add)
    add.set_defaults(run=run_add)
    listing = acts.add_parser("list", help="every material with its version in force")
    add_json(listing)
    listing.set_defaults(run=run_list)
    follow = acts.add_parser("follow", help="let it be what a target of a TUF source is")
    _add_name(follow)
    follow.add_argument("--source", metavar="NAME", required=True, help="a source that is crawled")
    follow.add_argument(
        "--target", metavar="PATH", default="trusted_root.json", help="default: %(default)s"
    )
    add_person(follow, needs_reason=True)
    add_json(follow)
    follow.set_defaults(run=run_follow)
    release = acts.add_parser("release", help="follow it no more; the material stays as it is")
    _add_name(release)
    add_person(release, needs_reason=True)
    add_json(release)
    release.set_defaults(run=run_release)


def _add_name(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="as policies name it")
    parser.add_argument("--team", metavar="TEAM", default="default")


def run_add(arguments: argparse.Namespace) -> int:
    """Give a material, or its next version."""
    person, now = person_of(arguments), datetime.now(UTC)
    document = read_file(Path(arguments.file), MAX_TRUST_FILE)
    if isinstance(document, Problem):
        raise Refused(f"{visible(arguments.file)} cannot be read: {document.because}")
    try:
        with transaction.atomic():
            material = set_material(
                team=team_named(arguments.team, person, now),
                name=arguments.name,
                body=document.body,
                origin=visible(Path(arguments.file).name, 200),
                by=person.user,
                by_name=person.name,
                reason=arguments.reason,
                now=now,
            )
    except PolicyError as error:
        raise Refused(str(error)) from error
    said = f"{material.name} version {material.number} is a {material.get_kind_display()}"
    tell(arguments, _described(material), [said])
    return 0


def run_list(arguments: argparse.Namespace) -> int:
    """Every material in force, and which of them are followed."""
    found = TrustMaterial.objects.filter(is_current=True).select_related("team")
    materials = list(found.order_by("team__name", "name"))
    followed = list(
        FollowedRoot.objects.filter(ended_at=None)
        .select_related("team", "source")
        .order_by("team__name", "material")
    )
    answer = {
        "materials": [_described(one) for one in materials],
        "followed": [_followed(one) for one in followed],
    }
    lines = [
        f"{one.team.name}  {one.name}  version {one.number}, {one.get_kind_display()}, "
        f"{write_instant(one.set_at)} by {one.set_by_name}: {one.reason}"
        for one in materials
    ]
    lines += [
        f"{one.team.name}  {one.material} follows {one.path} of {one.source.name}"
        + (f"; not now: {one.because}" if one.because else "")
        for one in followed
    ]
    tell(arguments, answer, lines or ["no materials; `trustui material add` adds one"])
    return 0


def run_follow(arguments: argparse.Namespace) -> int:
    """Follow a target of a TUF source."""
    source, person, now = source_named(arguments.source), person_of(arguments), datetime.now(UTC)
    try:
        with transaction.atomic():
            followed = follow_root(
                team=team_named(arguments.team, person, now),
                material=arguments.name,
                source=source,
                path=arguments.target,
                by_name=person.name,
                reason=arguments.reason,
                now=now,
            )
    except PolicyError as error:
        raise Refused(str(error)) from error
    said = f"{followed.material} follows {followed.path} of {source.name}; a worker looks at it now"
    tell(arguments, _followed(followed), [said])
    return 0


def run_release(arguments: argparse.Namespace) -> int:
    """Follow it no more."""
    person = person_of(arguments)
    found = FollowedRoot.objects.filter(
        team__name=arguments.team, material=arguments.name, ended_at=None
    ).first()
    if found is None:
        raise Refused(f"{arguments.name!r} of the team {arguments.team!r} is not followed")
    release_root(
        followed=found, by_name=person.name, reason=arguments.reason, now=datetime.now(UTC)
    )
    said = f"{found.material} is followed no more; it stays as it is"
    tell(arguments, {"released": found.material}, [said])
    return 0


def _described(material: TrustMaterial) -> dict[str, object]:
    return {
        "team": material.team.name,
        "name": material.name,
        "kind": material.kind,
        "version": material.number,
        "sha256": material.sha256,
        "origin": material.origin,
        "set_at": write_instant(material.set_at),
        "set_by": material.set_by_name,
        "reason": material.reason,
    }


def _followed(followed: FollowedRoot) -> dict[str, object]:
    return {
        "material": followed.material,
        "source": followed.source.name,
        "target": followed.path,
        "looked_at": None if followed.looked_at is None else write_instant(followed.looked_at),
        "because": followed.because,
        "begun_by": followed.begun_by_name,
        "reason": followed.reason,
    }
