"""`/policies/lint/`, `/policies/set/`: a policy is looked at first, then set as it was looked at."""

from typing import cast

import msgspec
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from trustui.accounts.models import Team, User
from trustui.accounts.permissions import Act
from trustui.core.limits import MIB
from trustui.core.primitives.digests import sha256
from trustui.core.trust_policy.languages import LANGUAGES
from trustui.pages.images.policy_examples import EXAMPLES
from trustui.pages.images.proposing import Draft, Proposal, proposal
from trustui.policies import image_policies
from trustui.policies.models import ImagePolicyVersion
from trustui.policies.stating import OvertakenError, PolicyError
from trustui.web.asking import Asking, must, page

MOST_TEXT = MIB
"""Bytes that a form takes; `trustui policy add` and `material add` take more."""
MOST_DIGITS = 9
CHANGED = "This was changed after it was looked at. What it means now stands below."


class Given(msgspec.Struct, frozen=True):
    """What stands in the form."""

    team: str = ""
    name: str = ""
    language: str = LANGUAGES[0].name
    policy: str = ""
    reason: str = ""
    seen: str = ""
    """The number of the version in force when it was looked at."""
    looked: str = ""
    """SHA-256 of what was looked at."""

    @property
    def body(self) -> bytes:
        """The text, with the line ends that it had before a browser sent it."""
        return self.policy.replace("\r\n", "\n").encode("utf-8", "replace")


@page(post=Act.SEE)
def lint(request: Asking) -> HttpResponse:
    """What a text would mean as a policy; nothing is stored."""
    if request.method != "POST":
        return _show(request, _prefilled(request))
    return _looked_at(request)


@page(get=Act.SET_POLICY, post=Act.SET_POLICY)
def set_policy(request: Asking) -> HttpResponse:
    """Expect it from now on."""
    if request.method != "POST":
        return _show(request, _prefilled(request))
    try:
        given = _given(request)
        if given.looked != sha256(given.body):
            return _looked_at(request, CHANGED, 409)
        version = _set(request, given)
    except OvertakenError as error:
        return _looked_at(request, str(error), 409)
    except PolicyError as error:
        return _looked_at(request, str(error), 400)
    messages.success(request, f"{version.policy.name}, version {version.number}, is in force.")
    return HttpResponseRedirect(reverse("policy", args=[version.policy_id]))


def _set(request: Asking, given: Given) -> ImagePolicyVersion:
    team = team_given(request, given.team)
    must(request, Act.SET_POLICY, team)
    return image_policies.set_policy(
        team=Team.objects.get(pk=team),
        name=given.name,
        language=given.language,
        body=given.body,
        by=cast("User", request.user),
        by_name=request.viewer.name,
        reason=given.reason,
        now=request.moment.now,
        seen=number_seen(given.seen),
    )


# What is given -----------------------------------------------------------------------------------


def teams_for(request: Asking, act: Act) -> list[tuple[str, str]]:
    """Ids and names of the teams in which this person may do that, by name."""
    names = request.viewer.team_names.items()
    found = [(str(team), name) for team, name in names if request.viewer.may(act, team)]
    return sorted(found, key=lambda one: one[1])


def team_given(request: Asking, text: str) -> int:
    """The team of a form, one that this person sees. Raises PolicyError."""
    seen = teams_for(request, Act.SEE)
    chosen = text or (seen[0][0] if len(seen) == 1 else "")
    if chosen not in {team for team, _ in seen}:
        raise PolicyError("expected one of the teams that you are in")
    return int(chosen)


def number_seen(text: str) -> int:
    """The version that was seen when it was looked at. Raises PolicyError."""
    if not (text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS):
        raise PolicyError("it has to be looked at before it is set")
    return int(text)


def file_given(request: Asking, name: str, most: int = MOST_TEXT) -> tuple[str, bytes] | None:
    """Name and bytes of a file that was sent; None: none was. Raises PolicyError."""
    sent = request.FILES.get(name)
    if not isinstance(sent, UploadedFile):
        return None
    if (sent.size or 0) > most:
        raise PolicyError(f"expected a file of at most {most:,} bytes, found {sent.size:,}")
    sent.seek(0)  # it may have been read for the first of two answers
    return sent.name or "", sent.read()


def typed(request: Asking, name: str) -> str:
    """What was typed into a field; no database keeps NUL."""
    return request.POST.get(name, "").replace("\0", "").strip()


def _typed(request: Asking) -> Given:
    """All of it, whatever it is."""
    names = [name for name in Given.__struct_fields__ if name in request.POST]
    given = Given(**{name: typed(request, name) for name in names})
    return msgspec.structs.replace(given, policy=request.POST.get("policy", ""))


def _given(request: Asking) -> Given:
    """What was typed, with the file that was sent in place of the text. Raises PolicyError."""
    given, sent = _typed(request), file_given(request, "file")
    if sent is not None:
        try:
            given = msgspec.structs.replace(given, policy=sent[1].decode())
        except UnicodeDecodeError as error:
            raise PolicyError(f"expected text in UTF-8 in {sent[0][:100]!r}") from error
    if not given.policy.strip():
        raise PolicyError("expected a policy, found nothing")
    if len(given.body) > MOST_TEXT:
        raise PolicyError(
            f"expected at most {MOST_TEXT:,} bytes here, found {len(given.body):,}: "
            "`trustui policy add` takes longer ones"
        )
    return given


def _prefilled(request: Asking) -> Given:
    """The version in force of `?policy=`, to write the next one from it; else empty."""
    text = request.GET.get("policy", "")
    if not text:
        return Given()
    is_number = text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS
    found = ImagePolicyVersion.objects.filter(
        policy=int(text) if is_number else 0,
        policy__team__in=request.viewer.teams,
        is_current=True,
    )
    version = found.select_related("policy").first()
    if version is None:
        raise Http404
    return Given(
        team=str(version.policy.team_id),
        name=version.policy.name,
        language=version.policy.language,
        policy=bytes(version.body).decode(errors="replace"),
    )


# What is shown -----------------------------------------------------------------------------------


def _looked_at(request: Asking, wrong: str = "", status: int = 200) -> HttpResponse:
    """The form with what the text would do, and what is wrong with it."""
    given = _typed(request)
    try:
        given = _given(request)
        team = team_given(request, given.team)
    except PolicyError as error:
        return _show(request, given, wrong or str(error), 400)
    found = proposal(
        request.viewer, request.moment, Draft(team, given.name, given.language, given.body)
    )
    looked = msgspec.structs.replace(given, seen=str(found.seen), looked=found.sha256)
    if found.refused and not wrong:
        status = 400
    return _show(request, looked, wrong, status, found)


def _show(
    request: Asking,
    given: Given,
    wrong: str = "",
    status: int = 200,
    found: Proposal | None = None,
) -> HttpResponse:
    shown = {
        "given": given,
        "wrong": wrong,
        "proposal": found,
        "teams": teams_for(request, Act.SEE),
        "languages": [(one.name, one.title) for one in LANGUAGES],
        "examples": [(one.title, EXAMPLES[one.name]) for one in LANGUAGES],
        "may_set": request.moment.is_now and request.viewer.may_anywhere(Act.SET_POLICY),
    }
    return render(request, "policies/set.html", shown, status=status)
