"""The routes."""

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, include, path

from trustui.api import problems, schema
from trustui.web import api_index, errors, health, metrics
from trustui.web.asking import public

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", public(health.healthz)),
    path("readyz", public(health.readyz)),
    path("livez/workers", public(health.livez_workers)),
    path("metrics", public(metrics.metrics)),
    path("api/", api_index.index_of(schema.document), name="api"),
    path("api/", include("trustui.api.urls")),
    path("", include("trustui.web.urls")),
]


def server_error(request: HttpRequest) -> HttpResponse:
    """A page for people, problem details for programs."""
    of_api = request.path.startswith("/api/")
    return problems.server_error(request) if of_api else errors.server_error(request)


handler400 = "trustui.web.errors.bad_request"
handler403 = "trustui.web.errors.forbidden"
handler404 = "trustui.web.errors.not_found"
handler429 = "trustui.web.errors.too_many"
handler500 = server_error
