"""The routes."""

from django.urls import URLPattern, URLResolver, include, path

from trustui.web import health, metrics
from trustui.web.asking import public

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", public(health.healthz)),
    path("readyz", public(health.readyz)),
    path("livez/workers", public(health.livez_workers)),
    path("metrics", public(metrics.metrics)),
    path("", include("trustui.web.urls")),
]

handler400 = "trustui.web.errors.bad_request"
handler403 = "trustui.web.errors.forbidden"
handler404 = "trustui.web.errors.not_found"
handler429 = "trustui.web.errors.too_many"
handler500 = "trustui.web.errors.server_error"
