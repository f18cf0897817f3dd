"""`/policies/`: what is expected of images, and the keys and roots that this names."""

from django.http import Http404, HttpResponse
from django.shortcuts import render

from trustui.accounts.permissions import Act
from trustui.pages.components import Field
from trustui.pages.images import policy as pages
from trustui.pages.images.applying import MOST_PARTS, MOST_REFERENCE
from trustui.pages.images.material import material as material_page
from trustui.pages.paging import PagingError, size_of
from trustui.web.asking import Asking, page, wants_part
from trustui.web.policy_setting import MOST_DIGITS


@page
def policies(request: Asking) -> HttpResponse:
    """Every policy in force, what it covers, and what nobody covers."""
    shown = pages.policies(request.viewer, request.moment)
    given = {"page": shown, "may_set": _may_set(request)}
    return render(request, "policies/index.html", given)


@page
def policy(request: Asking, policy_id: int) -> HttpResponse:
    """A policy; `?version=` shows another one than that in force, `?reference=` asks what applies."""
    text = request.GET.get("version", "")
    if text and _number(text) is None:
        raise Http404
    part = _number(request.GET.get("part", ""))
    wanted = pages.Wanted(
        number=_number(text),
        part=part - 1 if part else None,
        reference=request.GET.get("reference", ""),
    )
    wrong, status = "", 200
    try:
        after, size = request.GET.get("after"), size_of(request.GET.get("size"))
        paged = pages.Wanted(wanted.number, wanted.part, after, size, wanted.reference)
        shown = pages.policy(request.viewer, request.moment, policy_id, paged)
    except PagingError as error:
        wrong, status = str(error), 400
        shown = pages.policy(request.viewer, request.moment, policy_id, wanted)
    if shown is None:
        raise Http404
    if shown.asked is not None and shown.asked.wrong:
        status = 400
    given = {
        "page": shown,
        "wrong": wrong,
        "fields": _fields(shown, part),
        "given": request.GET.get("reference", "")[:MOST_REFERENCE],
        "may_set": _may_set(request) and request.viewer.may(Act.SET_POLICY, shown.team_id),
    }
    name = "policies/_covers.html" if wants_part(request) else "policies/show.html"
    return render(request, name, given, status=status)


def _fields(shown: pages.PolicyPage, part: int | None) -> tuple[Field, ...]:
    if len(shown.parts) < 2:  # noqa: PLR2004  a choice
        return ()
    parts = tuple((str(n), one) for n, one in enumerate(shown.parts[:MOST_PARTS], start=1))
    chosen = str(part) if part and part <= len(parts) else ""
    return (Field("part", "Images of", chosen, (("", "every part"), *parts)),)


def _number(text: str) -> int | None:
    is_number = text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS
    return int(text) if is_number else None


def _may_set(request: Asking) -> bool:
    return request.moment.is_now and request.viewer.may_anywhere(Act.SET_POLICY)


@page
def material(request: Asking, material_id: int) -> HttpResponse:
    """A key, a trusted root or certificates, and from when to when each counts."""
    shown = material_page(request.viewer, request.moment, material_id)
    if shown is None:
        raise Http404
    may_set = _may_set(request) and request.viewer.may(Act.SET_POLICY, shown.team_id)
    return render(request, "policies/material.html", {"page": shown, "may_set": may_set})
