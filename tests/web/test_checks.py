"""No route without a word about who may come."""

from django.http import HttpRequest, HttpResponse
from django.test import override_settings
from django.urls import include, path

from trustui.web.asking import public
from trustui.web.checks import all_routes, routes_declare_their_needs


def forgotten(_request: HttpRequest, number: int = 0) -> HttpResponse:
    """Declares nothing."""
    return HttpResponse(str(number))


urlpatterns = [
    path("open/", public(forgotten)),
    path("deep/", include([path("down/<int:number>/", forgotten)])),
]


def test_every_route_of_the_site_declares_its_needs() -> None:
    assert routes_declare_their_needs(None) == []
    assert len(list(all_routes())) > 40


def test_a_forgotten_one_is_an_error_that_names_it() -> None:
    with override_settings(ROOT_URLCONF=__name__):
        (error,) = routes_declare_their_needs(None)
    assert error.id == "trustui.E001"
    assert error.msg == "/deep/down/<int:number>/ does not declare what it needs"
