"""Trust material: keys, roots and certificates that policies name, and where each came from."""

import json
from collections.abc import Sequence
from datetime import datetime

import msgspec
from django.urls import reverse

from trustui.core.primitives.text import visible
from trustui.images.models import FollowedRoot
from trustui.pages.images.policies import read
from trustui.pages.images.windows import WindowLine, windows_of
from trustui.pages.moment import Moment
from trustui.pages.viewer import Viewer
from trustui.policies.models import ImagePolicyVersion, TrustMaterial

MOST_VERSIONS = 50


class MaterialLine(msgspec.Struct, frozen=True):
    """A key, root or chain that policies name. `set_at` in UTC."""

    material_id: int
    name: str
    team: str
    kind: str
    number: int
    sha256: str
    origin: str
    set_at: datetime
    set_by: str
    reason: str
    follows: str
    """The source and target that it is followed from; empty: it stays as it was given."""
    used_by: tuple[str, ...]
    href: str


class VersionLine(msgspec.Struct, frozen=True):
    """A version of a policy or of material. `set_at` in UTC."""

    number: int
    sha256: str
    set_at: datetime
    set_by: str
    reason: str
    is_shown: bool
    href: str
    """Of material its own page; empty of a policy, whose page is asked for a number."""


class MaterialPage(msgspec.Struct, frozen=True, kw_only=True):
    """One version of trust material. Times in UTC."""

    line: MaterialLine
    team_id: int
    is_in_force: bool
    title: str
    windows: tuple[WindowLine, ...]
    text: str
    problem: str
    versions: tuple[VersionLine, ...]
    """The newest first."""
    replaces_href: str

    @property
    def newest_href(self) -> str:
        """Of the newest version."""
        return self.versions[0].href


def materials(
    viewer: Viewer, moment: Moment, versions: Sequence[ImagePolicyVersion] = ()
) -> tuple[MaterialLine, ...]:
    """Those in force, by name: two queries."""
    used: dict[tuple[int, str], list[str]] = {}
    for row in versions:
        language, document, _ = read(row.policy.language, bytes(row.body))
        for name in () if language is None else language.files(document):
            used.setdefault((row.policy.team_id, name), []).append(visible(row.policy.name, 200))
    rows = TrustMaterial.objects.filter(
        team__in=viewer.teams, set_at__lte=moment.at
    ).select_related("team")
    newest = {
        (row.team_id, row.name): row
        for row in rows.defer("body").order_by("name", "team", "number")
    }
    follows = _followed(viewer)
    return tuple(
        _material_line(row, follows, tuple(dict.fromkeys(used.get(key, ()))))
        for key, row in newest.items()
        if row.is_current or moment.at != moment.now
    )


def _followed(viewer: Viewer) -> dict[tuple[int, str], str]:
    """Where each material that is followed comes from: one query."""
    rows = FollowedRoot.objects.filter(team__in=viewer.teams, ended_at=None)
    return {
        (team, name): f"{visible(source, 200)}, target {visible(path, 200)}"
        for team, name, source, path in rows.values_list("team", "material", "source__name", "path")
    }


def named(
    viewer: Viewer, moment: Moment, team_id: int, wanted: Sequence[str]
) -> tuple[MaterialLine, ...]:
    if not wanted:
        return ()
    rows = TrustMaterial.objects.filter(
        team=team_id, name__in=wanted, set_at__lte=moment.at
    ).select_related("team")
    newest = {row.name: row for row in rows.defer("body").order_by("name", "number")}
    follows = _followed(viewer)
    return tuple(_material_line(row, follows, ()) for row in newest.values())


def _material_line(
    row: TrustMaterial, follows: dict[tuple[int, str], str], used_by: tuple[str, ...]
) -> MaterialLine:
    return MaterialLine(
        material_id=row.pk,
        name=visible(row.name, 200),
        team=row.team.name,
        kind=row.get_kind_display(),
        number=row.number,
        sha256=row.sha256,
        origin=visible(row.origin, 300),
        set_at=row.set_at,
        set_by=visible(row.set_by_name, 100),
        reason=visible(row.reason, 300),
        follows=follows.get((row.team_id, row.name), ""),
        used_by=used_by,
        href=reverse("material", args=[row.pk]),
    )


def material(viewer: Viewer, moment: Moment, material_id: int) -> MaterialPage | None:
    """One version; None for what this person does not see. Four queries."""
    row = (
        TrustMaterial.objects.select_related("team", "replaces")
        .defer("replaces__body")
        .filter(pk=material_id, team__in=viewer.teams, set_at__lte=moment.at)
        .first()
    )
    if row is None:
        return None
    others = list(
        TrustMaterial.objects.filter(team=row.team_id, name=row.name, set_at__lte=moment.at)
        .defer("body")
        .order_by("-number")[:MOST_VERSIONS]
    )
    windows, problem = windows_of(row.kind, bytes(row.body))
    line = _material_line(row, _followed(viewer), ())
    return MaterialPage(
        line=line,
        team_id=row.team_id,
        is_in_force=others[0].pk == row.pk,
        title=f"{line.name}, version {row.number:,}",
        windows=windows,
        text=indented(bytes(row.body)),
        problem=problem,
        versions=tuple(version_line(one, row) for one in others),
        replaces_href="" if row.replaces is None else reverse("material", args=[row.replaces_id]),
    )


def version_line(
    one: ImagePolicyVersion | TrustMaterial, shown: ImagePolicyVersion | TrustMaterial
) -> VersionLine:
    return VersionLine(
        one.number,
        one.sha256,
        one.set_at,
        visible(one.set_by_name, 100),
        visible(one.reason, 300),
        one.pk == shown.pk,
        reverse("material", args=[one.pk]) if isinstance(one, TrustMaterial) else "",
    )


def indented(body: bytes) -> str:
    try:
        return json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return body.decode(errors="replace")
