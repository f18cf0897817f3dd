"""The settings: the one place that reads the environment (docs/operate/settings.md).

Each variable is a row of `VARIABLES`: its name, how its text is read, what holds without it.
"""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
from django.core.exceptions import ImproperlyConfigured

from trustui.crawl.revocation_asking import RevocationHosts


class Misconfigured(ImproperlyConfigured):
    """Settings that cannot be used. Each line names a variable, what was expected, what was found."""


class Variable(msgspec.Struct, frozen=True):
    """One variable. `read` raises ValueError with what was expected; `default` is text or None."""

    name: str
    read: Callable[[str], Any]
    default: str | None
    purpose: str
    is_secret: bool = False


class Environment(msgspec.Struct, frozen=True):
    """The validated settings."""

    data: Path
    database_url: str
    redis_url: str
    secret_key: str
    log_key: str
    log_origin: str
    credential_keys: str
    local_roots: tuple[Path, ...]
    allowed_hosts: tuple[str, ...]
    revocation_hosts: tuple[str, ...]
    debug: bool
    crawl_every: int
    lease: int
    crawls_at_once: int
    database_connections: int
    metrics_token: str
    behind_tls: bool
    trusted_proxies: int
    oidc_issuer: str
    oidc_client_id: str
    oidc_client_secret: str
    oidc_name: str
    oidc_new_accounts: bool

    def __repr__(self) -> str:
        """Without secrets: debug pages and tracebacks show the settings."""
        secret = {_field(one.name) for one in VARIABLES if one.is_secret} | {"database_url"}
        told = {
            name: "…" if name in secret and value else value
            for name, value in msgspec.structs.asdict(self).items()
        }
        return f"Environment({', '.join(f'{name}={value!r}' for name, value in told.items())})"


def _text(text: str) -> str:
    return text


def _flag(text: str) -> bool:
    if text not in {"0", "1"}:
        raise ValueError("0 or 1")
    return text == "1"


def _count(least: int, most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        expected = f"a whole number from {least:,} to {most:,}"
        if not (text.isascii() and text.isdecimal() and len(text) <= len(str(most))):
            raise ValueError(expected)
        if not least <= int(text) <= most:
            raise ValueError(expected)
        return int(text)

    return read


def _folder(text: str) -> Path:
    path = Path(text)
    if "\0" in text or not path.is_absolute():
        raise ValueError("an absolute path")
    return path


def _folders(text: str) -> tuple[Path, ...]:
    return tuple(_folder(part) for part in text.split(":") if part)


def _hosts(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _revocation_hosts(text: str) -> tuple[str, ...]:
    hosts = _hosts(text)
    try:
        RevocationHosts(frozenset(hosts))
    except ValueError:
        raise ValueError("host names, addresses and networks, separated by commas") from None
    return hosts


def _database(text: str) -> str:
    if text and not text.startswith(("postgres://", "postgresql://", "sqlite:///")):
        raise ValueError("postgresql://USER:PASSWORD@HOST:PORT/NAME or sqlite:///PATH")
    return text


def _redis(text: str) -> str:
    if text and not text.startswith(("redis://", "rediss://", "unix://")):
        raise ValueError("redis://HOST:PORT/NUMBER")
    return text


def _issuer(text: str) -> str:
    host = urlsplit(text).hostname
    if text and not (host and text.startswith("https://")) and host not in _THIS_MACHINE:
        raise ValueError("https://HOST/PATH")
    return text.removesuffix("/")


def _secret(text: str) -> str:
    if text and len(text) < _SECRET_LENGTH:
        raise ValueError(f"at least {_SECRET_LENGTH} characters")
    return text


_SECRET_LENGTH = 32
_THIS_MACHINE = {"localhost", "127.0.0.1"}
_YEAR = 366 * 24 * 3600

VARIABLES = (
    Variable("TRUSTUI_DATA", _folder, None, "Folder for the SQLite database, the log's key and temporary files. Default: `trustui` below the user's data folder (`XDG_DATA_HOME`)."),
    Variable("DATABASE_URL", _database, "", "The database. Default: SQLite in `TRUSTUI_DATA`."),
    Variable("REDIS_URL", _redis, "", "The doorbell of `trustui worker` and `trustui beat`. Not needed by `trustui serve`.", is_secret=True),
    Variable("TRUSTUI_SECRET_KEY", _secret, "", "Signs sessions and forms. Default: a random one, kept in `TRUSTUI_DATA`; several machines must be given the same.", is_secret=True),
    Variable("TRUSTUI_LOG_KEY", _text, "", "The key that signs checkpoints of the event log (`trustui events key --new` makes one). Default: made once and kept in `TRUSTUI_DATA`.", is_secret=True),
    Variable("TRUSTUI_LOG_ORIGIN", _text, "trustui", "The name of the event log in its checkpoints."),
    Variable("TRUSTUI_CREDENTIAL_KEYS", _text, "", "The keys that logins of registries are encrypted with (`trustui credentials new-key` makes one), separated by white space: the first seals, all of them open. Default: one, made once and kept in `TRUSTUI_DATA`; several machines must be given the same.", is_secret=True),
    Variable("TRUSTUI_LOCAL_ROOTS", _folders, "", "Folders, separated by `:`, below which sources may read local paths. None by default."),
    Variable("TRUSTUI_ALLOWED_HOSTS", _hosts, "", "Host names that the site answers to, separated by commas; those of loopback always work."),
    Variable("TRUSTUI_REVOCATION_HOSTS", _revocation_hosts, "", "Host names, addresses and networks, separated by commas, that may be asked whether certificates were revoked. A name is asked at public addresses only. None by default."),
    Variable("TRUSTUI_DEBUG", _flag, "0", "1 shows tracebacks in the browser. Never on a machine that others reach."),
    Variable("TRUSTUI_CRAWL_EVERY", _count(10, _YEAR), "900", "Seconds between crawls of a source that states no interval of its own."),
    Variable("TRUSTUI_LEASE", _count(2, 3600), "60", "Seconds that a worker may be silent before others take its jobs over."),
    Variable("TRUSTUI_CRAWLS_AT_ONCE", _count(1, 1024), "512", "Crawls side by side in one worker process."),
    Variable("TRUSTUI_DATABASE_CONNECTIONS", _count(2, 256), "8", "Connections to PostgreSQL that one process may hold."),
    Variable("TRUSTUI_METRICS_TOKEN", _secret, "", "Whoever sends it as `Authorization: Bearer TOKEN` may read `/metrics`. Default: only this machine may.", is_secret=True),
    Variable("TRUSTUI_BEHIND_TLS", _flag, "0", "1 where people reach the site by https alone, through a proxy that sets `X-Forwarded-Proto`: cookies are for https only, plain requests are sent on, browsers are told to stay with https."),
    Variable("TRUSTUI_TRUSTED_PROXIES", _count(0, 9), "0", "Proxies of yours in front of the site. So many entries of `X-Forwarded-For`, from its end, are believed when failed sign-ins are counted by address."),
    Variable("TRUSTUI_OIDC_ISSUER", _issuer, "", "The issuer's address of an OpenID Connect provider that people may sign in with; `/.well-known/openid-configuration` is read below it. None by default."),
    Variable("TRUSTUI_OIDC_CLIENT_ID", _text, "", "The name that the provider gave to this site. The address to register there is `/account/oidc/sso/login/callback/`."),
    Variable("TRUSTUI_OIDC_CLIENT_SECRET", _text, "", "The secret that the provider gave to this site.", is_secret=True),
    Variable("TRUSTUI_OIDC_NAME", _text, "single sign-on", "What the provider is called on the sign-in page."),
    Variable("TRUSTUI_OIDC_NEW_ACCOUNTS", _flag, "0", "1 makes an account, in no team, for whoever the provider vouches for. Otherwise people first sign in by password and connect the provider on their account page."),
)  # fmt: skip


def read_environment(given: Mapping[str, str] = os.environ) -> Environment:
    """Read and judge every variable. Raises Misconfigured with one line for each that is wrong."""
    values: dict[str, Any] = {}
    wrong: list[str] = []
    for variable in VARIABLES:
        text = given.get(variable.name)
        if text is None:
            text = _default_data(given) if variable.default is None else variable.default
        try:
            values[_field(variable.name)] = variable.read(text)
        except ValueError as error:
            found = "something else" if variable.is_secret else repr(text)
            wrong.append(f"{variable.name}: expected {error}, found {found}")
    if wrong:
        raise Misconfigured("\n".join(wrong))
    return Environment(**values)


def _field(name: str) -> str:
    return name.removeprefix("TRUSTUI_").lower()


def _default_data(given: Mapping[str, str]) -> str:
    home = given.get("XDG_DATA_HOME") or f"{given.get('HOME', '')}/.local/share"
    return f"{home}/trustui"
