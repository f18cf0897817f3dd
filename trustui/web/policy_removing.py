"""`/policies/ID/remove/`: a policy is taken out of force, after its effect was looked at."""

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from trustui.accounts.permissions import Act
from trustui.pages.images.withdrawing import withdrawal
from trustui.policies.image_policies import remove_policy
from trustui.policies.models import ImagePolicy
from trustui.policies.stating import OvertakenError, PolicyError
from trustui.web.asking import Asking, must, page
from trustui.web.policy_setting import number_seen, typed


@page(get=Act.SET_POLICY, post=Act.SET_POLICY)
def remove(request: Asking, policy_id: int) -> HttpResponse:
    """What would be expected no longer; posted with a reason, it is not any more."""
    policy = ImagePolicy.objects.filter(pk=policy_id, team__in=request.viewer.teams).first()
    if policy is None:
        raise Http404
    must(request, Act.SET_POLICY, policy.team_id)
    if request.method != "POST":
        return _show(request, policy_id)
    try:
        remove_policy(
            policy=policy,
            by_name=request.viewer.name,
            reason=typed(request, "reason"),
            now=request.moment.now,
            seen=number_seen(request.POST.get("seen", "")),
        )
    except OvertakenError as error:
        return _show(request, policy_id, str(error), 409)
    except PolicyError as error:
        return _show(request, policy_id, str(error), 400)
    messages.success(request, f"{policy.name} is out of force. Its versions stay.")
    return HttpResponseRedirect(reverse("policy", args=[policy_id]))


def _show(request: Asking, policy_id: int, wrong: str = "", status: int = 200) -> HttpResponse:
    shown = withdrawal(request.viewer, request.moment, policy_id)
    given = {"page": shown, "wrong": wrong, "reason": typed(request, "reason")}
    return render(request, "policies/remove.html", given, status=status)
