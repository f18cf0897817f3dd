"""REF of a command: an image in a registry or in a layout, and what it takes to read it."""

import argparse
import os
import re
from pathlib import Path

import msgspec

from trustui.cli.arguments import Unusable
from trustui.core.errors import ParseError
from trustui.core.facts import Problem
from trustui.core.oci.references import FORM, Reference, is_tag, parse_digest, parse_reference
from trustui.core.primitives.text import visible
from trustui.crawl.addresses import AddressPolicy
from trustui.crawl.docker_config import MAX_CONFIG, login_in
from trustui.crawl.files import read_file
from trustui.crawl.image_source import ImageOptions, ImageSource, Login, Registry
from trustui.crawl.registry import open_registry
from trustui.crawl.secrets import Secret
from trustui.crawl.sources.oci_layout import PREFIX, name_of
from trustui.crawl.sources.oci_registry import token_host_target

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class ImagePlace(msgspec.Struct, frozen=True):
    """Where the artefact is read, and the name that it goes by. Close `registry` afterwards."""

    registry: Registry
    source: ImageSource
    reference: Reference


def add_place(parser: argparse.ArgumentParser) -> None:
    """REF, and the options of registries."""
    parser.add_argument("reference", metavar="REF", help=f"{FORM}, or oci-layout:DIR[:TAG|@DIGEST]")
    parser.add_argument(
        "--as",
        dest="named",
        metavar="NAME",
        help="HOST/NAME[:TAG|@DIGEST] that the artefact goes by, for policies and messages",
    )
    parser.add_argument(
        "--without-referrers",
        action="store_true",
        help="answer as a registry that does not offer the referrers interface",
    )
    parser.add_argument(
        "--allow-address",
        metavar="HOST",
        action="append",
        default=[],
        help="a private or loopback host that may be asked; repeatable",
    )
    parser.add_argument(
        "--ca-file", metavar="FILE", help="authorities (PEM) instead of the system's"
    )
    parser.add_argument("--plain-http", action="store_true", help="ask the registry without TLS")
    logins = parser.add_mutually_exclusive_group()
    logins.add_argument(
        "--login-variable", metavar="NAME", help="the environment variable with USER:PASSWORD"
    )
    logins.add_argument(
        "--docker-config", metavar="FILE", help="the file with a login; only its auths are read"
    )
    parser.add_argument(
        "--token-host",
        metavar="HOST",
        default="",
        help="a token service on another host that gets the login too",
    )


def open_place(arguments: argparse.Namespace) -> ImagePlace:
    """Nobody is asked yet. Raises Unusable."""
    if arguments.reference.startswith(PREFIX):
        folder, reference = _layout(arguments)
        return _opened(arguments, f"{PREFIX}{folder}", None, reference.repository, reference)
    asked = _parsed(arguments.reference, "")
    scheme = "oci+http" if arguments.plain_http else "oci"
    location, login = f"{scheme}://{asked.host}", _login(arguments, asked.host)
    return _opened(arguments, location, login, asked.repository, _as_named(arguments, asked))


def _opened(
    arguments: argparse.Namespace,
    location: str,
    login: Login | None,
    name: str,
    reference: Reference,
) -> ImagePlace:
    try:
        registry = open_registry(location, _options(arguments, login))
    except ValueError as error:
        raise Unusable(str(error)) from error
    return ImagePlace(registry, registry.open(name), reference)


def _options(arguments: argparse.Namespace, login: Login | None) -> ImageOptions:
    if arguments.ca_file is not None and not Path(arguments.ca_file).is_file():
        raise Unusable(f"--ca-file: there is no file {visible(arguments.ca_file)}")
    hosts = frozenset(arguments.allow_address)
    try:
        AddressPolicy(allowed_hosts=hosts)
    except ValueError as error:
        raise Unusable(f"--allow-address: {error}") from error
    return ImageOptions(
        without_referrers=arguments.without_referrers,
        allowed_hosts=hosts,
        ca_file=arguments.ca_file,
        login=login,
    )


def _login(arguments: argparse.Namespace, host: str) -> Login | None:
    if arguments.login_variable is not None:
        login = _login_of_variable(arguments.login_variable)
    elif arguments.docker_config is not None:
        login = _login_of_file(arguments.docker_config, host)
    elif arguments.token_host:
        raise Unusable("--token-host: expected a login that is sent there, found none")
    else:
        return None
    if arguments.token_host and token_host_target(arguments.token_host) is None:
        raise Unusable("--token-host: expected HOST or HOST:PORT")
    return msgspec.structs.replace(login, token_host=arguments.token_host)


def _login_of_variable(name: str) -> Login:
    """Its value never stands in a message."""
    if not _VARIABLE.fullmatch(name):
        raise Unusable("--login-variable: expected the name of an environment variable")
    user, colon, password = os.environ.get(name, "").partition(":")
    if not (user and colon and password):
        raise Unusable(f"--login-variable: expected USER:PASSWORD in the variable {name}")
    return Login(user, Secret(password))


def _login_of_file(name: str, host: str) -> Login:
    document = read_file(Path(name), MAX_CONFIG)
    if isinstance(document, Problem):
        raise Unusable(f"--docker-config: {visible(name)} cannot be read: {document.because}")
    try:
        login = login_in(document, host)
    except ParseError as error:
        raise Unusable(f"--docker-config: {error.because}") from error
    if login is None:
        raise Unusable(
            f"--docker-config: expected a login for {host} in auths; credential helpers are not run"
        )
    return login


# References ------------------------------------------------------------------------------------------


def _parsed(text: str, option: str) -> Reference:
    try:
        return parse_reference(text)
    except ParseError as error:
        what = option or f"{visible(text, 200)!r}"
        expected = error.expected if option else f"{FORM} or {PREFIX}DIR[:TAG|@DIGEST]"
        raise Unusable(f"{what}: {error.because}; expected {expected}") from error


def _as_named(arguments: argparse.Namespace, asked: Reference) -> Reference:
    """What `--as` calls it; the tag or digest that was asked for stays."""
    if not arguments.named:
        return asked
    named = _parsed(arguments.named, "--as")
    if asked.tag is None and asked.digest is None:
        return named
    return Reference(named.host, named.repository, asked.tag, asked.digest)


def _layout(arguments: argparse.Namespace) -> tuple[str, Reference]:
    """The folder, and the name that the artefact goes by."""
    folder, tag, digest = _parts(arguments.reference.removeprefix(PREFIX))
    own = Reference("localhost", name_of(folder), tag, digest)
    return folder, _as_named(arguments, own)


def _parts(text: str) -> tuple[str, str | None, str | None]:
    """Folder, tag and digest; a folder of the whole name is one, whatever its last colon."""
    if Path(text).is_dir():
        return text, None, None
    folder, at, digest = text.rpartition("@")
    if at:
        try:
            return folder, None, parse_digest(digest)
        except ParseError as error:
            raise Unusable(f"{visible(digest)!r}: {error.because}") from error
    folder, colon, tag = text.rpartition(":")
    if colon and is_tag(tag):
        return folder, tag, None
    return text, None, None
