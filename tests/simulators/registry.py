"""A registry over HTTP in front of repositories in memory, with the manners that a test gives it.

It speaks the distribution specification 1.1 as far as reading goes, or breaks it as real ones do.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.simulators.fault_server import Behaviour, Client, FaultServer, Request, head
from tests.simulators.image_repository import Repository
from trustui.core.oci.manifests import OCI_INDEX, OCI_MANIFEST

USER, PASSWORD = "alice", "correct horse battery staple"
TOKEN = "token-of-the-service"  # noqa: S105  of a simulator


@dataclass
class Manners:
    """How it behaves. By default as the specification wants it, without a login."""

    page: int | None = None
    """Names on a page, whatever is asked for; None gives as many as are asked for."""
    ignores_pages: bool = False
    """As Debian's docker-registry: everything, unsorted, no link."""
    link_form: str = '</v2/{path}?{query}>; rel="next"'
    links_in_circles: bool = False
    referrers_page: int | None = None
    filters: bool = True
    says_digest: bool = True
    allows_head: bool = True
    has_catalogue: bool = True
    login: str = ""
    """`basic` or `bearer`, or "" for none."""
    realm: str = ""
    """Another realm than its own `/token`."""
    challenge: str = ""
    """What WWW-Authenticate says, in the place of the above."""
    gives_tokens: bool = True
    takes_tokens: bool = True
    seconds: int | None = 300
    headers: Mapping[str, str] = field(default_factory=dict)
    """On every answer."""


class RegistryServer(FaultServer):
    """`on` overrides single paths; everything else is answered from `repositories`."""

    def __init__(self, repositories: Mapping[str, Repository], **manners: Any) -> None:
        super().__init__()
        self.repositories = dict(repositories)
        self.manners = Manners(**manners)
        self.tokens = 0

    @property
    def location(self) -> str:
        return f"oci+http://127.0.0.1:{self.port}"

    def asked(self, *parts: str) -> list[Request]:
        """Requests whose path has all of these in it."""
        return [one for one in self.requests if all(part in one.path for part in parts)]

    def secrets_seen(self) -> list[str]:
        """Every value of Authorization, and every body, that it was sent."""
        sent = [one.headers.get("authorization", "") for one in self.requests]
        return [one for one in (*sent, *(r.body.decode() for r in self.requests)) if one]

    def otherwise(self, request: Request) -> Behaviour:
        url = urlsplit(request.path)
        if url.path == "/token":
            return self._token(request)
        if self.manners.login or self.manners.challenge:
            refused = self._refused(request)
            if refused is not None:
                return refused
        parts = url.path.removeprefix("/v2/").rpartition("/")
        query = parse_qs(url.query, keep_blank_values=True)
        if url.path == "/v2/":
            return self._json(request, 200, {})
        if url.path == "/v2/_catalog":
            if not self.manners.has_catalogue:
                return self._error(request, 404, "UNSUPPORTED")
            return self._names(request, "_catalog", "repositories", list(self.repositories), query)
        name, _, kind = parts[0].rpartition("/")
        repository = self.repositories.get(name)
        if repository is None:
            return self._error(request, 404, "NAME_UNKNOWN")
        if kind == "tags":
            return self._names(request, f"{name}/tags/list", "tags", list(repository.tags), query)
        if kind == "referrers":
            return self._referrers(request, name, repository, parts[2], query)
        return self._content(request, kind, repository, parts[2])

    # Content -------------------------------------------------------------------------------------

    def _content(self, request: Request, kind: str, repository: Repository, name: str) -> Behaviour:
        if request.method == "HEAD" and not self.manners.allows_head:
            return self._error(request, 405, "UNSUPPORTED")
        digest = name if ":" in name else repository.tags.get(name, "")
        body = repository.blobs.get(digest)
        if body is None:
            code = "MANIFEST_UNKNOWN" if kind == "manifests" else "BLOB_UNKNOWN"
            return self._error(request, 404, code)
        stated = repository.types.get(digest) or _type_of(body)
        if kind == "manifests" and stated not in request.headers.get("accept", ""):
            # As docker-registry 2.8.2 does, measured.
            return self._error(request, 404, "MANIFEST_UNKNOWN")
        headers = {"Content-Type": stated if kind == "manifests" else "application/octet-stream"}
        if self.manners.says_digest:
            headers["Docker-Content-Digest"] = digest
        return self._answer_with(request, 200, body, headers)

    def _referrers(
        self,
        request: Request,
        name: str,
        repository: Repository,
        digest: str,
        query: Mapping[str, list[str]],
    ) -> Behaviour:
        if not repository.offers_referrers:
            return self._answer_with(
                request, 404, b"404 page not found\n", {"Content-Type": "text/plain"}
            )
        listed = repository.referrers.get(digest, [])
        headers = {"Content-Type": OCI_INDEX}
        wanted = query.get("artifactType", [""])[0]
        if wanted and self.manners.filters:
            listed = [one for one in listed if one.get("artifactType") == wanted]
            headers["OCI-Filters-Applied"] = "artifactType"
        size = self.manners.referrers_page
        if size is not None:
            start = int(query.get("from", ["0"])[0])
            if len(listed) > start + size or self.manners.links_in_circles:
                following = 0 if self.manners.links_in_circles else start + size
                path = f"{name}/referrers/{digest}"
                headers["Link"] = self.manners.link_form.format(
                    path=path, query=f"from={following}"
                )
            listed = listed[start : start + size]
        page = {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": listed}
        body = repository.page or json.dumps(page).encode()
        return self._answer_with(request, 200, body, headers)

    def _names(
        self,
        request: Request,
        path: str,
        member: str,
        names: list[str],
        query: Mapping[str, list[str]],
    ) -> Behaviour:
        if self.manners.ignores_pages:
            return self._json(request, 200, {member: names[::-1] or None})
        names = sorted(names)
        last = query.get("last", [""])[0]
        left = [one for one in names if one > last]
        size = self.manners.page or int(query.get("n", ["100"])[0])
        headers = {}
        if len(left) > size or self.manners.links_in_circles:
            following = "" if self.manners.links_in_circles else left[size - 1]
            link = self.manners.link_form.format(path=path, query=f"n={size}&last={following}")
            headers["Link"] = link
        return self._json(request, 200, {member: left[:size]}, headers)

    # Logins --------------------------------------------------------------------------------------

    def _refused(self, request: Request) -> Behaviour | None:
        manners = self.manners
        given = request.headers.get("authorization", "")
        basic = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        good = basic if manners.login == "basic" else f"Bearer {TOKEN}"
        if given == good and manners.takes_tokens and not manners.challenge:
            return None
        challenge = manners.challenge or self._challenge(urlsplit(request.path).path)
        body = json.dumps({"errors": [{"code": "UNAUTHORIZED", "message": "log in"}]}).encode()
        return self._answer_with(request, 401, body, {"WWW-Authenticate": challenge})

    def _challenge(self, path: str) -> str:
        if self.manners.login == "basic":
            return 'Basic realm="registry"'
        scope = "registry:catalog:*"
        if not path.endswith("_catalog"):
            name = path.removeprefix("/v2/").rpartition("/")[0].rpartition("/")[0]
            scope = f"repository:{name}:pull"
        realm = self.manners.realm or self.url("/token")
        return f'Bearer realm="{realm}",service="registry.example",scope="{scope}"'

    def _token(self, request: Request) -> Behaviour:
        self.tokens += 1
        if not self.manners.gives_tokens:
            return self._error(request, 401, "UNAUTHORIZED")
        answer: dict[str, object] = {"token": TOKEN, "access_token": TOKEN}
        if self.manners.seconds is not None:
            answer["expires_in"] = self.manners.seconds
        return self._json(request, 200, answer)

    # Answers -------------------------------------------------------------------------------------

    def _error(self, request: Request, status: int, code: str) -> Behaviour:
        return self._json(request, status, {"errors": [{"code": code, "message": code.lower()}]})

    def _json(
        self, request: Request, status: int, value: object, headers: Mapping[str, str] | None = None
    ) -> Behaviour:
        named = {"Content-Type": "application/json", **(headers or {})}
        return self._answer_with(request, status, json.dumps(value).encode(), named)

    def _answer_with(
        self, request: Request, status: int, body: bytes, headers: Mapping[str, str]
    ) -> Behaviour:
        lines = {"Content-Length": str(len(body)), **headers, **self.manners.headers}
        content = b"" if request.method == "HEAD" else body

        def behave(client: Client) -> None:
            client.send(head(status, lines) + content)

        return behave


def _type_of(body: bytes) -> str:
    value = json.loads(body) if body[:1] == b"{" else {}
    return str(value.get("mediaType") or (OCI_INDEX if "manifests" in value else OCI_MANIFEST))
