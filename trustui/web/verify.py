"""`/verify/`: one box for a location, an image, a digest, a file, a key or a client's error text."""

from datetime import UTC, datetime
from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from trustui.accounts.permissions import Act
from trustui.core.client_messages import CATALOGUE
from trustui.core.primitives.text import has_hidden_characters
from trustui.inventory.recognizing import SourceError
from trustui.pages.pasted import LONGEST, Kind, Pasted, recognize_pasted
from trustui.pages.pasted_document import tell_document
from trustui.pages.pasted_key import tell_key
from trustui.pages.verify_examples import EXAMPLES
from trustui.pages.verifying import (
    TooManyAsk,
    explain,
    known_source,
    source_address,
    taking_turns,
    verify_location,
)
from trustui.web.asking import Asking, NotAllowed, page


@page(get=Act.SEE, post=Act.SEE)
def verify(request: Asking) -> HttpResponse:
    """The box, and what is in it. Only posting asks a place: a link must not make us fetch."""
    given = _given(request)
    told: dict[str, object] = {"given": given.text[:_MOST_KEPT], "kind": str(given.kind)}
    match given.kind:
        case Kind.DIGEST | Kind.REFERENCE:
            return HttpResponseRedirect(f"{reverse('search')}?{urlencode({'q': given.text})}")
        case Kind.METADATA:
            told["document"] = tell_document(request.viewer, given.body, request.moment.valid_at)
        case Kind.KEY:
            told["key"] = tell_key(request.viewer, given.text)
        case Kind.TEXT:
            told["text"] = explain(request.viewer, given.text)
            told["clients"] = [one.name for one in CATALOGUE]
            told["kept"] = "" if _hides(given.text) else given.text[:_MOST_KEPT]
        case Kind.LOCATION:
            return _location(request, given, told)
        case Kind.NOTHING:
            told["examples"] = EXAMPLES
        case Kind.PRIVATE_KEY:
            pass
    return render(request, "verify/index.html", told)


def _given(request: Asking) -> Pasted:
    file = request.FILES.get("file")
    if file is not None:
        return recognize_pasted(file.read(LONGEST + 1)[:LONGEST])
    text = request.POST.get("text", "") or request.GET.get("q", "")
    return recognize_pasted(text.encode("utf-8", "replace"))


_MOST_KEPT = 4096
"""Characters that stay in the box."""


def _hides(text: str) -> bool:
    """Whether it would show something else in the box than it is; a traceback has lines and tabs."""
    return has_hidden_characters(text.translate(_LAYOUT))


_LAYOUT = dict.fromkeys(map(ord, "\r\n\t"))


def _location(request: Asking, given: Pasted, told: dict[str, object]) -> HttpResponse:
    known = known_source(request.viewer, given.text)
    told |= {"known": known, "known_href": "" if known is None else source_address(known)}
    told["add_href"] = f"{reverse('source-add')}?{urlencode({'location': given.text})}"
    is_url = "://" in given.text
    if request.method != "POST" or (known is not None and not is_url):
        # What a source reads on this machine is told from the store, never read for the asking.
        return render(request, "verify/index.html", told | {"asks": is_url})
    if not request.viewer.may_anywhere(Act.CRAWL):
        raise NotAllowed(Act.CRAWL, None)
    try:
        with taking_turns():
            told["location"] = verify_location(
                request.viewer, given.text, lambda: datetime.now(UTC)
            )
    except TooManyAsk as error:
        return render(request, "verify/index.html", told | {"wrong": str(error)}, status=503)
    except SourceError as error:
        return render(request, "verify/index.html", told | {"wrong": str(error)}, status=400)
    return render(request, "verify/index.html", told)
