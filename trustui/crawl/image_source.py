"""What a place that holds artefacts promises: a registry of repositories, each asked by `ImageRequest`."""

from collections.abc import Callable, Sequence
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Protocol, TypeAlias

import msgspec

from trustui.core.facts import Document, Problem
from trustui.core.oci.requests import ImageRequest
from trustui.crawl.fetch import Door
from trustui.crawl.secrets import Secret


class Login(msgspec.Struct, frozen=True):
    """A person's credentials for one registry: sent to its own origin and to no other.

    `token_host` (HOST[:PORT]) is the one exception that a person may name: a token service that
    gets them too, over https. `is_refresh_token`: the password is an OAuth2 refresh token.
    """

    username: str
    password: Secret
    token_host: str = ""
    is_refresh_token: bool = False


class ImageOptions(msgspec.Struct, frozen=True):
    """How such a place is to be read.

    `without_referrers` answers as a registry that does not offer the referrers interface.
    `local_roots` are the folders below which local paths may be read; None is a person's own
    command line: any path. `allowed_hosts` are private addresses that the person allowed by name,
    `ca_file` (PEM) replaces the system's authorities. `door` is one of many threads' `Switchboard`,
    made with the same two, and stays open; None is a door of the place's own.
    """

    without_referrers: bool = False
    local_roots: tuple[Path, ...] | None = None
    allowed_hosts: frozenset[str] = frozenset()
    ca_file: str | None = None
    login: Login | None = None
    door: Door | None = None


class Listing(msgspec.Struct, frozen=True):
    """Names that a place lists, each once, in its order.

    `because` is "" where the list is whole. Else it says what cut it short: nothing that such a
    list lacks may be called gone.
    """

    names: tuple[str, ...]
    because: str = ""


class Head(msgspec.Struct, frozen=True):
    """What a tag or digest stands for now, as the place says without its content.

    `digest` passed `parse_digest`, and is no more than the place's word until the content was had;
    `size` is in bytes, None where it was not said; `seen_at` in UTC, None where the place keeps no
    time.
    """

    location: str
    digest: str
    media_type: str
    size: int | None
    seen_at: datetime | None = None


class Referrers(StrEnum):
    """Whether a repository offers the referrers interface (distribution 1.1, "Listing Referrers")."""

    UNKNOWN = "unknown"
    """It was not asked, or gave no usable answer."""
    OFFERED = "offered"
    NOT_OFFERED = "not_offered"


Coming: TypeAlias = Callable[[], list[Document | Problem]]
"""Answers that are under way; to be called for once, by the thread that asked."""


class ImageSource(Protocol):
    """A repository of artefacts. Whatever is wrong with the place is a Problem, never raised.

    A door of a switchboard that is closed meanwhile raises SwitchboardClosed through everything that
    asks: that is nothing about the place.
    """

    location: str
    """For people, without secrets."""
    referrers: Referrers
    """As far as it is known by now."""

    def ask(self, request: ImageRequest) -> Document | Problem:
        """A manifest, a blob, or what refers to a digest, as `ImageRequest` says."""
        ...

    def ask_many(self, requests: Sequence[ImageRequest]) -> list[Document | Problem]:
        """As `ask` for each, in their order, and side by side where the place can."""
        ...

    def begin(self, requests: Sequence[ImageRequest]) -> Coming:
        """As `ask_many`, whose answers are called for later: a place that can answers meanwhile."""
        ...

    def heads(self, names: Sequence[str]) -> list[Head | Problem]:
        """For each tag or digest of a manifest what it stands for, without its content; ABSENT
        where there is none. In their order, side by side where the place can.
        """
        ...

    def tags(self) -> Listing | Problem:
        """Every tag, those for machines among them (`oci.references.helper_tag`)."""
        ...

    def close(self) -> None:
        """Give back connections."""
        ...


class Registry(Protocol):
    """A place with any number of repositories. Its faults are Problems, never raised."""

    location: str
    """For people, without secrets."""
    host: str
    """What stands before the name in HOST/NAME, as policies see it; "" where the place has no
    such name of its own, as a directory.
    """

    def repositories(self) -> Listing | Problem:
        """The names that the place lists of itself; ABSENT where it keeps no such list."""
        ...

    def open(self, name: str, referrers: Referrers = Referrers.UNKNOWN) -> ImageSource:
        """One repository. A name that cannot be one is answered with REFUSED.

        `referrers` is what a probe found not long ago: an interface that was NOT_OFFERED is not
        asked for again, and the answers say so.
        """
        ...

    def requests(self) -> tuple[int, int]:
        """Requests sent so far, and bytes of bodies received, of all its repositories."""
        ...

    def notices(self) -> tuple[str, ...]:
        """What the place said beside its answers, for people: its limits, its warnings. Each once."""
        ...

    def close(self) -> None:
        """Give back connections, those of its repositories too."""
        ...


class ImageSourceKind(msgspec.Struct, frozen=True):
    """One kind of such a place.

    `open` raises ValueError, with what was expected, for a location that this kind cannot mean.
    """

    name: str
    title: str
    """What people call such a place."""
    recognizes: Callable[[str], bool]
    open: Callable[[str, ImageOptions], Registry]
