"""`/policies/`: what is expected of images, and the keys and roots that this names."""

from django.http import Http404, HttpResponse
from django.shortcuts import render

from trustui.accounts.permissions import Act
from trustui.core.trust_policy.policies import MAX_POLICY
from trustui.pages.images import policy as pages
from trustui.pages.images.material import material as material_page
from trustui.web.asking import Asking, page

_MOST_DIGITS = 9


@page
def policies(request: Asking) -> HttpResponse:
    """Every policy in force, what it covers, and what nobody covers."""
    shown = pages.policies(request.viewer, request.moment)
    return render(request, "policies/index.html", {"page": shown})


@page
def policy(request: Asking, policy_id: int) -> HttpResponse:
    """A policy; `?version=` shows another one than that in force."""
    text = request.GET.get("version", "")
    is_number = text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS
    number = int(text) if is_number else None
    shown = pages.policy(request.viewer, request.moment, policy_id, number)
    if shown is None or (text and not is_number):
        raise Http404
    return render(request, "policies/show.html", {"page": shown})


@page
def material(request: Asking, material_id: int) -> HttpResponse:
    """A key, a trusted root or certificates, and from when to when each counts."""
    shown = material_page(request.viewer, request.moment, material_id)
    if shown is None:
        raise Http404
    return render(request, "policies/material.html", {"page": shown})


@page(get=Act.SEE, post=Act.SEE)
def lint(request: Asking) -> HttpResponse:
    """What a text would mean as a policy; nothing is stored."""
    given = request.POST.get("policy", "")[:MAX_POLICY]
    linted = pages.lint(given) if given.strip() else None
    status = 400 if linted is not None and linted.problem else 200
    return render(request, "policies/lint.html", {"given": given, "linted": linted}, status=status)
