"""Repositories: who delegates to whom, roles, documents, history, verdicts."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from trustui.api.asking import Ask
from trustui.api.operations import reads
from trustui.api.questions import AtQuery, Digest, ListQuery
from trustui.pages import document as document_pages
from trustui.pages import verdict as verdict_pages
from trustui.pages.components import TreeRow
from trustui.pages.document import DocumentPage
from trustui.pages.history import HistoryPage
from trustui.pages.history import history as history_page
from trustui.pages.pictures.tree_picture import Picture
from trustui.pages.repository import LONGEST_PATH, RepositoryPage, WalkPart
from trustui.pages.repository import repository as repository_page
from trustui.pages.repository_keys import RepositoryKeysPage, repository_keys
from trustui.pages.role import RolePage
from trustui.pages.role import role as role_page
from trustui.pages.verdict import VerdictPage
from trustui.pages.verdicts import VerdictsPage
from trustui.pages.verdicts import verdicts as verdicts_page
from trustui.verdicts.answers import Answer

Path = Annotated[
    str,
    Meta(max_length=LONGEST_PATH, description="Who can sign for this path of a target?"),
]
Start = Annotated[Digest, Meta(description="The role, by its id, that the picture begins with.")]


class RepositoryQuery(AtQuery, frozen=True, kw_only=True):
    """What is asked of a repository."""

    path: Path = ""
    start: Start = ""
    after: Annotated[Digest, Meta(description="The `after` of the page of roles before.")] = ""


@reads(RepositoryPage, RepositoryQuery)
def repository(ask: Ask[RepositoryQuery, None], source_id: int) -> RepositoryPage | None:
    """A repository: its state, who delegates to whom, its roles."""
    asked = ask.query
    return repository_page(
        ask.viewer,
        ask.moment,
        source_id,
        path=asked.path.strip(),
        start=asked.start,
        after=asked.after,
    )


class Tree(msgspec.Struct, frozen=True):
    """Who delegates to whom, as rows and as a picture in whole units."""

    rows: tuple[TreeRow, ...]
    picture: Picture | None
    walk: WalkPart | None


class TreeQuery(AtQuery, frozen=True, kw_only=True):
    """Which part of the tree."""

    path: Path = ""
    start: Start = ""


@reads(Tree, TreeQuery)
def tree(ask: Ask[TreeQuery, None], source_id: int) -> Tree | None:
    """The delegation tree; its drawing is `/sources/{id}/tree.svg`."""
    found = repository_page(
        ask.viewer, ask.moment, source_id, path=ask.query.path.strip(), start=ask.query.start
    )
    return None if found is None else Tree(found.rows, found.picture, found.walk)


@reads(RepositoryKeysPage, AtQuery)
def keys(ask: Ask[AtQuery, None], source_id: int) -> RepositoryKeysPage | None:
    """The keys of a repository against its roles."""
    return repository_keys(ask.viewer, ask.moment, source_id)


class VersionsQuery(AtQuery, frozen=True, kw_only=True):
    """Which page of versions."""

    after: str = ""


@reads(RolePage, VersionsQuery)
def role(ask: Ask[VersionsQuery, None], source_id: int, role_id: str) -> RolePage | None:
    """A role: who trusts it, with which keys, what it delegates, its versions."""
    return role_page(ask.viewer, ask.moment, source_id, role_id, ask.query.after)


@reads(DocumentPage, AtQuery)
def document(ask: Ask[AtQuery, None], source_id: int, sha256: str) -> DocumentPage | None:
    """A document: its facts, each signature, its text."""
    return document_pages.document(ask.viewer, ask.moment, source_id, sha256)


@reads(bytes, AtQuery, media_type="application/octet-stream")
def document_bytes(ask: Ask[AtQuery, None], source_id: int, sha256: str) -> bytes | None:
    """The bytes of a document as they came."""
    return document_pages.raw(ask.viewer, ask.moment, source_id, sha256)


class HistoryQuery(AtQuery, frozen=True, kw_only=True):
    """Which role, and which two of its documents are compared."""

    role: Digest = ""
    old: Digest = ""
    new: Digest = ""
    view: Annotated[
        Literal["meaning", "text"], Meta(description="What changed in meaning, or line by line.")
    ] = "meaning"


@reads(HistoryPage, HistoryQuery)
def history(ask: Ask[HistoryQuery, None], source_id: int) -> HistoryPage | None:
    """The versions of a role, and what any two of them differ in."""
    asked = ask.query
    return history_page(
        ask.viewer,
        ask.moment,
        source_id,
        role_id=asked.role,
        old=asked.old,
        new=asked.new,
        is_text=asked.view == "text",
    )


@reads(VerdictsPage, ListQuery)
def verdicts(ask: Ask[ListQuery, None], source_id: int) -> VerdictsPage | None:
    """What was concluded about a source, newest first."""
    return verdicts_page(ask.viewer, ask.moment, source_id, ask.query.after, ask.query.size)


class VerdictQuery(AtQuery, frozen=True, kw_only=True):
    """How much of it."""

    every: Annotated[bool, Meta(description="Also the groups of steps that went alike.")] = False


@reads(VerdictPage, VerdictQuery)
def verdict(ask: Ask[VerdictQuery, None], source_id: int, verdict_id: int) -> VerdictPage | None:
    """Why a source verifies or does not: facts, steps, what changed before."""
    return verdict_pages.verdict(
        ask.viewer, ask.moment, source_id, verdict_id, every=ask.query.every
    )


@reads(Answer, AtQuery, is_stored=True)
def trace(ask: Ask[AtQuery, None], source_id: int, verdict_id: int) -> bytes | None:
    """Every step of a verdict, as `trustui verify --json` printed it."""
    return verdict_pages.verdict_json(ask.viewer, ask.moment, source_id, verdict_id)
