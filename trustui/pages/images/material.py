"""Trust material: keys, roots and certificates that policies name, and where each came from."""

import json
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec
from django.db.models import QuerySet
from django.urls import reverse

from trustui.core.primitives.text import visible
from trustui.images.models import FollowedRoot
from trustui.pages.images.policies import Version, read
from trustui.pages.images.windows import WindowLine, windows_of
from trustui.pages.kept_query import KeptQuery
from trustui.pages.moment import Moment
from trustui.pages.viewer import Viewer
from trustui.policies.models import ImagePolicyVersion, MaterialKind, TrustMaterial

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
    viewer: Viewer, moment: Moment, versions: Sequence[Version] = ()
) -> tuple[MaterialLine, ...]:
    """Those in force, by name: two queries."""
    used: dict[tuple[int, str], list[str]] = {}
    for row in versions:
        language, document, _ = read(row.language, bytes(row.body))
        for name in () if language is None else language.files(document):
            used.setdefault((row.team_id, name), []).append(visible(row.policy, 200))
    rows = _set_by_then.rows(viewer, moment, None, ("name", "team_id", "number"))
    newest = {(row.team_id, row.name): row for row in rows}
    follows = _followed(viewer)
    return tuple(
        _material_line(one, follows, tuple(dict.fromkeys(used.get(key, ()))))
        for key, one in newest.items()
        if one.is_current or moment.at != moment.now
    )


def _followed(viewer: Viewer) -> dict[tuple[int, str], str]:
    """Where each material that is followed comes from: one query."""
    return {
        (team, name): f"{visible(source, 200)}, target {visible(path, 200)}"
        for team, name, source, path in _roots.rows(viewer)
    }


def named(
    viewer: Viewer, moment: Moment, team_id: int, wanted: Sequence[str]
) -> tuple[MaterialLine, ...]:
    if not wanted:
        return ()
    about = (team_id, tuple(wanted))
    newest = {
        row.name: row for row in _named.rows(None, moment, None, ("name", "number"), about=about)
    }
    follows = _followed(viewer)
    return tuple(_material_line(row, follows, ()) for row in newest.values())


class _Material(NamedTuple):
    """A version of it without what it holds, as the store has it."""

    id: int
    team_id: int
    team: str
    name: str
    kind: str
    number: int
    sha256: str
    origin: str
    set_at: datetime
    set_by_name: str
    reason: str
    is_current: bool


class _Root(NamedTuple):
    team_id: int
    material: str
    source: str
    path: str


def _all_materials(viewer: Viewer, moment: Moment, _: None) -> "QuerySet[TrustMaterial]":
    return TrustMaterial.objects.filter(team__in=viewer.teams, set_at__lte=moment.at)


def _materials_named(
    _: None, moment: Moment, __: None, team_id: int, names: Collection[str]
) -> "QuerySet[TrustMaterial]":
    return TrustMaterial.objects.filter(team__pk=team_id, name__in=names, set_at__lte=moment.at)


def _roots_followed(viewer: Viewer, *_: object) -> "QuerySet[FollowedRoot]":
    return FollowedRoot.objects.filter(team__in=viewer.teams, ended_at=None)


_COLUMNS = ("id", "team_id", "team__name", *_Material._fields[3:])
_set_by_then = KeptQuery(_all_materials, _COLUMNS, _Material)
_named = KeptQuery(_materials_named, _COLUMNS, _Material)
_roots = KeptQuery(_roots_followed, ("team_id", "material", "source__name", "path"), _Root)


def _material_line(
    row: _Material, follows: dict[tuple[int, str], str], used_by: tuple[str, ...]
) -> MaterialLine:
    return MaterialLine(
        material_id=row.id,
        name=visible(row.name, 200),
        team=row.team,
        kind=str(MaterialKind(row.kind).label),
        number=row.number,
        sha256=row.sha256,
        origin=visible(row.origin, 300),
        set_at=row.set_at,
        set_by=visible(row.set_by_name, 100),
        reason=visible(row.reason, 300),
        follows=follows.get((row.team_id, row.name), ""),
        used_by=used_by,
        href=reverse("material", args=[row.id]),
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
    stated = {name: getattr(row, name) for name in _Material._fields}
    line = _material_line(_Material(**(stated | {"team": row.team.name})), _followed(viewer), ())
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
