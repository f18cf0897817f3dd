"""The figures of images behind `/metrics`, and until when trust may be relied on.

In a constant number of queries; labels are states, kinds, and names that people gave to registries.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime

from django.db.models import Count, Min, Q
from django.db.models.functions import Coalesce
from prometheus_client.metrics_core import Metric

from trustui.core.trace import TrustState
from trustui.core.trust_policy.terms import TermKind
from trustui.images import terms as signatures
from trustui.images.models import ImageRepository
from trustui.policies import terms as materials
from trustui.verdicts import image_history
from trustui.web.gauges import gauge, gauges

WORST_FIRST = (
    TrustState.FAILING,
    TrustState.NOT_TRUSTED,
    TrustState.NOT_SIGNED,
    TrustState.COULD_NOT_CHECK,
    TrustState.STALE,
    TrustState.UNKNOWN_FORMAT,
    TrustState.EXPIRES_SOON,
    TrustState.NOT_COVERED,
    TrustState.INHERITED,
    TrustState.VERIFIED,
)
"""A repository is in the first of these that one of its tagged artefacts is in."""
NOT_CHECKED = "not_checked"
_IN_MATERIAL = (TermKind.CERTIFICATE.value, TermKind.TRUSTED_ROOT.value)


def of_images(names: Mapping[int, str], now: datetime) -> Iterator[Metric]:
    """Artefacts, repositories and registries: four queries. `names` are sources with series of their own."""
    by_repository = image_history.states_by_repository()
    artefacts: Counter[str] = Counter()
    for states in by_repository.values():
        artefacts.update(states)
    yield gauges(
        "trustui_artefacts_by_trust_state",
        "Artefacts of registries that a tag points to, by their trust state.",
        ["state"],
        (([one], artefacts[one]) for one in map(str, TrustState)),
    )
    yield gauge(
        "trustui_artefacts_overdue",
        "Artefacts whose verdict time has overtaken and that were not judged again yet.",
        image_history.overdue(now),
    )
    yield gauge(
        "trustui_image_repositories_waiting",
        "Repositories with artefacts that wait to be verified again.",
        image_history.waiting(),
    )
    yield from _of_repositories(by_repository, names, now)


def _of_repositories(
    states: Mapping[int, Mapping[str, int]], names: Mapping[int, str], now: datetime
) -> Iterator[Metric]:
    there = ImageRepository.objects.filter(source__removed_at=None, gone_at=None)
    looks = list(
        there.values_list("source")
        .annotate(count=Count("pk"), first=Min(Coalesce("looked_at", "first_seen_at")))
        .order_by("source")
    )
    worst = Counter(str(next(one for one in WORST_FIRST if one in own)) for own in states.values())
    unknown = sum(count for _, count, _ in looks) - len(states)
    yield gauges(
        "trustui_image_repositories_by_trust_state",
        "Repositories of images by the worst state of their tagged artefacts.",
        ["state"],
        [*(([str(one)], worst[str(one)]) for one in WORST_FIRST), ([NOT_CHECKED], max(0, unknown))],
    )
    ages = {source: (now - first).total_seconds() for source, _, first in looks}
    yield gauge(
        "trustui_registry_look_age_worst_seconds",
        "The greatest age of a look at a repository of images.",
        max(ages.values(), default=0),
    )
    yield gauges(
        "trustui_registry_look_age_seconds",
        "Seconds since the repository that was looked at longest ago was, of each registry.",
        ["source"],
        (([names[source]], age) for source, age in ages.items() if source in names),
    )


def of_terms(now: datetime) -> Iterator[Metric]:
    """What trust material holds, and signatures: two queries."""
    rows = (
        materials.in_force()
        .values_list("kind")
        .annotate(
            expired=Count("pk", filter=Q(expires_at__lte=now)),
            first=Min("expires_at", filter=Q(expires_at__gt=now)),
        )
        .order_by("kind")
    )
    found = {kind: (expired, first) for kind, expired, first in rows}
    yield gauges(
        "trustui_expired",
        "Certificates and windows in trust material that have expired, and that nothing goes on for.",
        ["kind"],
        (([kind], found.get(kind, (0, None))[0]) for kind in _IN_MATERIAL),
    )
    ahead = signatures.in_force().filter(source__removed_at=None, expires_at__gt=now)
    firsts = {kind: first for kind, (_, first) in found.items()}
    firsts[TermKind.SIGNATURE.value] = ahead.aggregate(first=Min("expires_at"))["first"]
    yield gauges(
        "trustui_expiry_soonest_seconds",
        "Seconds until the next certificate or window in trust material, or signature, expires.",
        ["kind"],
        (
            ([kind], (first - now).total_seconds())
            for kind, first in sorted(firsts.items())
            if first is not None
        ),
    )
