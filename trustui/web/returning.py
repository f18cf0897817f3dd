"""Back to the page that an act was asked for on."""

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme


def way_back(given: str, otherwise: str) -> str:
    """An address of this site, as a form or a link gave it; any other is not followed."""
    is_ours = given.startswith("/") and url_has_allowed_host_and_scheme(given, allowed_hosts=None)
    return given if is_ours else otherwise


def posted_from(request: HttpRequest, otherwise: str) -> str:
    """The page that the form stood on (`next`)."""
    return way_back(request.POST.get("next", ""), otherwise)
