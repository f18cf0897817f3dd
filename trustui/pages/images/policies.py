"""What teams expect of images: which policy covers a repository, its versions, its lints, its keys."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any, NamedTuple

import msgspec
from django.db.models import QuerySet

from trustui.core.errors import ParseError
from trustui.core.primitives.text import visible
from trustui.core.trust_policy.languages import Cover as Covering
from trustui.core.trust_policy.languages import Language, language_named
from trustui.core.trust_policy.policies import Policy, PolicyDocument, covering
from trustui.pages.kept_query import KeptQuery
from trustui.pages.moment import Moment
from trustui.policies.models import ImagePolicyVersion

MOST_WHO = 4
"""Expectations of a policy that a sentence names."""


class Cover(msgspec.Struct, frozen=True):
    """The policy that applies to a repository. `set_at` in UTC."""

    policy_id: int
    policy: str
    number: int
    pattern: str
    words: str
    """What it expects, in a clause."""
    set_at: datetime


class InForce(msgspec.Struct, frozen=True):
    """A version of a policy that was in force, read; `document` None: it cannot be read."""

    policy_id: int
    policy: str
    team_id: int
    number: int
    set_at: datetime
    language: Language | None
    document: Any


class Version(NamedTuple):
    """A version of a policy, as the store has it."""

    policy_id: int
    policy: str
    language: str
    team_id: int
    team: str
    number: int
    set_at: datetime
    set_by_name: str
    removed_at: datetime | None
    removed_by_name: str
    removed_because: str
    body: bytes


VERSION = (
    *("policy_id", "policy__name", "policy__language", "policy__team_id", "policy__team__name"),
    *("number", "set_at", "set_by_name", "removed_at", "removed_by_name", "removed_because"),
    "body",
)
"""Where its columns are."""


def in_force(team_ids: Collection[int], moment: Moment) -> list[InForce]:
    """The versions that were in force, the oldest policy first: one query."""
    return as_in_force(versions_in_force(team_ids, moment))


def versions_in_force(team_ids: Collection[int], moment: Moment) -> list[Version]:
    """The same by name, as they are kept: one query."""
    order = ("policy__name", "policy_id", "number")
    rows = _versions.rows(None, moment, None, order, about=(tuple(team_ids),))
    newest = {row.policy_id: row for row in rows}
    return [row for row in newest.values() if not is_removed(row, moment)]


def as_in_force(versions: Iterable[Version]) -> list[InForce]:
    """The same read, the oldest policy first."""
    return [_in_force(row) for row in sorted(versions, key=attrgetter("policy_id"))]


def _set_by_then(
    _: None, moment: Moment, __: None, team_ids: Collection[int]
) -> "QuerySet[ImagePolicyVersion]":
    rows = ImagePolicyVersion.objects.filter(policy__team__pk__in=team_ids, set_at__lte=moment.at)
    return rows.filter(is_current=True) if moment.at == moment.now else rows


_versions = KeptQuery(_set_by_then, VERSION, Version)


def is_removed(version: Version | ImagePolicyVersion, moment: Moment) -> bool:
    """Whether it was taken out of force by then, with nothing in its place."""
    return version.removed_at is not None and version.removed_at <= moment.at


def _in_force(row: Version) -> InForce:
    language, document, _ = read(row.language, bytes(row.body))
    return InForce(
        row.policy_id, row.policy, row.team_id, row.number, row.set_at, language, document
    )


def read(language: str, body: bytes) -> tuple[Language | None, Any, str]:
    """The language and the document; the document None and why, where it cannot be read."""
    try:
        found = language_named(language)
        return found, found.parse(body), ""
    except LookupError as error:
        return None, None, str(error)
    except ParseError as error:
        return None, None, visible(error.in_words, 500)


def cover_of(team_id: int, full_name: str, moment: Moment) -> Cover | None:
    """Which policy of the team covers `HOST/NAME`: one query."""
    return best(in_force([team_id], moment), full_name)


def winner(versions: Sequence[InForce], full_name: str) -> tuple[InForce, Covering] | None:
    """Of several policies, the one with the most specific pattern; of equal ones the first."""
    found = [
        (one, cover)
        for one in versions
        if one.language is not None
        and one.document is not None
        and (cover := one.language.cover(one.document, full_name)) is not None
    ]
    return max(found, key=lambda each: each[1].rank, default=None)


def best(versions: Sequence[InForce], full_name: str) -> Cover | None:
    """The same, in words."""
    found = winner(versions, full_name)
    if found is None:
        return None
    one, cover = found
    return Cover(
        one.policy_id,
        one.policy,
        one.number,
        cover.pattern,
        _words(one, cover, full_name),
        one.set_at,
    )


def _words(one: InForce, cover: Covering, full_name: str) -> str:
    if isinstance(one.document, PolicyDocument):
        found = covering(one.document, full_name)
        return "" if found is None else words_of(found.policy)
    return f"what the statement {visible(cover.part, 100)!r} demands"


def words_of(policy: Policy) -> str:
    """What a policy demands, in a clause: `a signature by …, and an attestation … by …`."""
    told = []
    for requirement in policy.require:
        several = [
            f"{_what(one.predicate_type)} by {visible(one.who, 200)}" for one in requirement.of
        ]
        shown = several[:MOST_WHO]
        more = f" and {len(several) - MOST_WHO:,} more" if len(several) > MOST_WHO else ""
        if len(several) == 1:
            told.append(shown[0])
        else:
            told.append(f"{requirement.words} of: {'; '.join(shown)}{more}")
    return ", and ".join(told)


def _what(predicate_type: str) -> str:
    return f"an attestation of {visible(predicate_type, 100)}" if predicate_type else "a signature"
