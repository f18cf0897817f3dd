"""A small OpenID Connect provider on this machine: discovery, keys, and the code flow with PKCE.

Everybody who comes to its authorization endpoint is the person that it was told about. What it
signs can be bent, to see that nothing bent is believed.
"""

import base64
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from secrets import token_urlsafe
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT_ID = "trustui"
CLIENT_SECRET = "of-a-test-and-nothing-else"  # noqa: S105  of a test
LOOKS_SECONDS = 0.02
"""How often it looks whether it is to end."""


@dataclass
class Provider:
    """What it knows, and whom it vouches for."""

    address: str = ""
    subject: str = "person-1"
    username: str = "alice"
    claims: dict[str, Any] = field(default_factory=dict)
    """Instead of what it would say, such as another issuer."""
    signs_with_another_key: bool = False
    asked: list[str] = field(default_factory=list)
    """Paths that were asked for, in their order."""

    def __post_init__(self) -> None:
        self._key, self._other_key = _keys()
        self._challenges: dict[str, str] = {}

    def configuration(self) -> dict[str, Any]:
        """OpenID Connect Discovery 1.0 §3."""
        return {
            "issuer": self.address,
            "authorization_endpoint": f"{self.address}/authorize",
            "token_endpoint": f"{self.address}/token",
            "jwks_uri": f"{self.address}/keys",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
        }

    def keys(self) -> dict[str, Any]:
        """RFC 7517 §5."""
        key = jwt.algorithms.RSAAlgorithm.to_jwk(self._key.public_key(), as_dict=True)
        return {"keys": [{**key, "kid": "1", "use": "sig", "alg": "RS256"}]}

    def authorize(self, query: str) -> str:
        """Where the person is sent back to, with a code (OpenID Connect Core 1.0 §3.1.2.5)."""
        asked = dict(parse_qsl(query))
        assert asked["client_id"] == CLIENT_ID
        assert asked["code_challenge_method"] == "S256"
        code = token_urlsafe()
        self._challenges[code] = asked["code_challenge"]
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def token(self, body: str) -> dict[str, Any]:
        """Once for each code, to who has its verifier (RFC 7636 §4.6) and the secret."""
        given = {name: values[0] for name, values in parse_qs(body).items()}
        digest = hashlib.sha256(given["code_verifier"].encode()).digest()
        assert base64.urlsafe_b64encode(digest).decode().rstrip("=") == self._challenges.pop(
            given["code"]
        )
        assert (given["client_id"], given["client_secret"]) == (CLIENT_ID, CLIENT_SECRET)
        return {"access_token": "a", "token_type": "Bearer", "id_token": self._id_token()}

    def _id_token(self) -> str:
        now = int(time.time())
        claims = {
            "iss": self.address,
            "sub": self.subject,
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + 60,
            "preferred_username": self.username,
            **self.claims,
        }
        key = self._other_key if self.signs_with_another_key else self._key
        return jwt.encode(claims, key, algorithm="RS256", headers={"kid": "1"})


@cache
def _keys() -> tuple[rsa.RSAPrivateKey, rsa.RSAPrivateKey]:
    """Made once a run: that takes longer than most tests."""
    one, other = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))
    return one, other


@contextmanager
def openid_provider() -> Iterator[Provider]:
    """It answers at `provider.address` while the block runs."""
    provider = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            provider.asked.append(parts.path)
            match parts.path:
                case "/.well-known/openid-configuration":
                    self._say(provider.configuration())
                case "/keys":
                    self._say(provider.keys())
                case "/authorize":
                    self.send_response(302)
                    self.send_header("Location", provider.authorize(parts.query))
                    self.end_headers()
                case _:
                    self.send_error(404)

        def do_POST(self) -> None:
            provider.asked.append(self.path)
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self._say(provider.token(body))

        def _say(self, value: dict[str, Any]) -> None:
            body = json.dumps(value).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  its name there
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(LOOKS_SECONDS,), daemon=True)
    thread.start()
    yield provider
    server.shutdown()
    server.server_close()
    thread.join()
