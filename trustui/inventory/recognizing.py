"""What may be crawled: which kind of place stands at a location, judged without asking anybody."""

from collections.abc import Sequence
from pathlib import Path

import msgspec

from trustui.core.errors import ParseError
from trustui.core.oci.references import parse_reference
from trustui.core.primitives.text import has_hidden_characters, visible
from trustui.crawl.addresses import AddressPolicy, Refusal, masked
from trustui.crawl.registry import IMAGE_SOURCES, SOURCES
from trustui.crawl.roots import OutsideRootsError, check_below
from trustui.crawl.source import SourceKind
from trustui.crawl.sources import oci_layout, oci_registry
from trustui.crawl.sources.oci_registry.location import parse_location, plain_url
from trustui.inventory.text import identity

MOST_LOCATION = 4096
MOST_HOSTS = 100
MOST_BRANCH, MOST_FOLDER = 200, 500
"""As wide as their columns."""
MOST_REPOSITORIES = 1_000
MOST_NAME = 400
"""Characters of host and name of a repository; clients allow 255 for both."""
GIT = "git"
LAYOUT = oci_layout.KIND.name
REGISTRY = oci_registry.KIND.name
IMAGE_KINDS = frozenset(kind.name for kind in IMAGE_SOURCES)
"""Places that hold artefacts; the others hold TUF metadata."""


class SourceError(ValueError):
    """What was asked for cannot be done; the message says what was expected and found."""


class Recognized(msgspec.Struct, frozen=True):
    """What a location is."""

    kind: str
    location_id: str
    """Equal for locations that are the same place: one spelling of host, port and last slash."""


def kind_named(name: str) -> SourceKind:
    """The kind of source of this name. Raises SourceError with those there are."""
    for kind in SOURCES:
        if kind.name == name:
            return kind
    there = ", ".join(kind.name for kind in SOURCES)
    raise SourceError(f"expected a kind of source ({there}), found {visible(name, 60)!r}")


def recognized(
    location: str, hosts: Sequence[str], roots: tuple[Path, ...], kind: str | None = None
) -> Recognized:
    """What stands at a location that may be crawled. Raises SourceError saying why it may not.

    No name is resolved and nobody is asked; of a local path only the names in it are looked at,
    and only below `roots`.
    """
    if not location or len(location) > MOST_LOCATION or has_hidden_characters(location):
        raise SourceError(
            f"expected a location of 1 to {MOST_LOCATION:,} characters that can be shown, "
            f"found {visible(masked(location), 200)!r}"
        )
    spelling = _spelling(location, hosts, roots)
    found = [one.name for one in IMAGE_SOURCES if one.recognizes(location)]
    found += [one.name for one in SOURCES if one.recognizes(location)]
    if kind is not None:
        found = [one for one in found if one == _known_kind(kind)]
    if not found:
        raise SourceError(f"{visible(masked(location))} is no place of a kind that can be crawled")
    return Recognized(found[0], identity(f"{found[0]} {spelling}"))


def _known_kind(name: str) -> str:
    return name if name in IMAGE_KINDS else kind_named(name).name


def _spelling(location: str, hosts: Sequence[str], roots: tuple[Path, ...]) -> str:
    """One text for locations that are the same place. Raises SourceError."""
    if location.startswith(oci_layout.PREFIX):
        return _check_path(location.removeprefix(oci_layout.PREFIX), roots)
    if oci_registry.KIND.recognizes(location):
        try:
            parse_location(location)
        except ValueError as error:
            raise SourceError(str(error)) from error
        return _check_url(plain_url(location), hosts)
    return _check_url(location, hosts) if "://" in location else _check_path(location, roots)


def chosen_id(found: Recognized, branch: str, folder: str) -> str:
    """The id of a place, given what was chosen within it. Raises SourceError."""
    for text, most, what in ((branch, MOST_BRANCH, "branch"), (folder, MOST_FOLDER, "folder")):
        if text and found.kind != GIT:
            raise SourceError(f"expected a {what} for a git repository, found a {found.kind} place")
        if len(text) > most or has_hidden_characters(text):
            raise SourceError(
                f"expected a {what} of at most {most} characters that can be shown, "
                f"found {visible(text, most)!r}"
            )
    if not (branch or folder):
        return found.location_id
    return identity(f"{found.location_id} {branch} {folder}")


def checked_repositories(kind: str, chosen: Sequence[str]) -> list[str]:
    """What of a registry is crawled: names, and patterns `PREFIX/*`. Raises SourceError.

    Of a layout: at most one, the `HOST/NAME` that policies know it by.
    """
    names = sorted({name.strip() for name in chosen})
    if names and kind not in IMAGE_KINDS:
        raise SourceError(f"expected repositories for a registry, found a {kind} place")
    most = 1 if kind == LAYOUT else MOST_REPOSITORIES
    if len(names) > most:
        raise SourceError(f"expected at most {most:,} repositories, found {len(names):,}")
    for name in names:
        if not _is_choice(kind, name):
            expected = "HOST/NAME" if kind == LAYOUT else "NAME or PREFIX/*"
            raise SourceError(f"expected {expected}, found {visible(name, 200)!r}")
    return names


def _is_choice(kind: str, name: str) -> bool:
    if kind == LAYOUT:
        return _is_full_name(name)
    return name == "*" or _is_full_name(f"localhost/{name.removesuffix('/*')}")


def _is_full_name(text: str) -> bool:
    try:
        return parse_reference(text).name == text and len(text) <= MOST_NAME
    except ParseError:
        return False


def _check_url(location: str, hosts: Sequence[str]) -> str:
    checked = AddressPolicy(allowed_hosts=frozenset(hosts)).check_url(location)
    if isinstance(checked, Refusal):
        raise SourceError(f"{visible(masked(location))} may not be asked: {checked.because}")
    if "?" in location or "#" in location:
        raise SourceError("expected a base address without a query (?) or fragment (#)")
    return checked.url.rstrip("/")


def _check_path(location: str, roots: tuple[Path, ...]) -> str:
    try:
        check_below(location, roots)
    except OutsideRootsError as error:
        raise SourceError(f"{error}; TRUSTUI_LOCAL_ROOTS names the folders") from error
    return str(Path(location))


def checked_hosts(allow_addresses: Sequence[str]) -> list[str]:
    """Names, addresses and networks that a person allows, each once. Raises SourceError."""
    hosts = sorted({host.strip() for host in allow_addresses})
    if len(hosts) > MOST_HOSTS:
        raise SourceError(f"expected at most {MOST_HOSTS} allowed hosts, found {len(hosts)}")
    try:
        AddressPolicy(allowed_hosts=frozenset(hosts))
    except ValueError as error:
        raise SourceError(str(error)) from error
    return hosts
