"""`/metrics`: what Prometheus reads, and who may read it (docs/operate/metrics.md)."""

import hmac
import ipaddress
import logging
from collections.abc import Iterator
from datetime import UTC, datetime

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from trustui.web.figures import figures

_log = logging.getLogger(__name__)

_FORWARDED = ("HTTP_FORWARDED", "HTTP_X_FORWARDED_FOR", "HTTP_X_REAL_IP", "HTTP_VIA")
"""With one of these the peer is a proxy, and who asks is not on this machine."""


class _AsOf(Collector):
    """The figures as of one instant, in the shape that the encoder takes."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def collect(self) -> Iterator[Metric]:
        return figures(self._now)


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """The figures, to whoever has the token; without one in the settings, to this machine only."""
    token = settings.TRUSTUI.metrics_token
    if token:
        given = request.headers.get("Authorization", "")
        if not hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
            return _refused(401, "expected the token of TRUSTUI_METRICS_TOKEN")
    elif not _is_of_this_machine(request):
        return _refused(403, "given to this machine only; set TRUSTUI_METRICS_TOKEN for others")
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_AsOf(datetime.now(UTC)))
    encode, content_type = choose_encoder(request.headers.get("Accept", ""))
    try:
        return HttpResponse(encode(registry), content_type=content_type)
    except DatabaseError as error:
        _log.warning("the database does not answer: %s", error)
        return HttpResponse("the database does not answer\n", "text/plain", status=503)


def _is_of_this_machine(request: HttpRequest) -> bool:
    if any(name in request.META for name in _FORWARDED):
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False  # a Unix socket: a proxy stands before it


def _refused(status: int, because: str) -> HttpResponse:
    answer = HttpResponse(f"{because}\n", "text/plain", status=status)
    if status == 401:  # noqa: PLR2004  RFC 9110 §15.5.2: a 401 names its scheme
        answer["WWW-Authenticate"] = "Bearer"
    return answer
