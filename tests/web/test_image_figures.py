"""What `/metrics` says of images, and of what expires besides roles."""

from datetime import datetime, timedelta
from itertools import chain

import pytest

from tests.simulators.expiring import NOW, expiring_things
from tests.simulators.image_repository import Repository
from tests.simulators.imaged import Imaged
from trustui.core.trace import TrustState
from trustui.demo.images.repository import image
from trustui.images.models import ImageRepository
from trustui.inventory.models import Source
from trustui.policies.models import MaterialTerm
from trustui.verdicts.models import ArtefactStanding, ArtefactVerdict, DueRepository
from trustui.web.image_figures import WORST_FIRST, of_images, of_terms

pytestmark = pytest.mark.django_db


def series(name: str) -> dict[str, float]:
    """Values by the one label; a metric without labels has ""."""
    names = dict(Source.objects.filter(removed_at=None).values_list("pk", "name"))
    return {
        next(iter(sample.labels.values()), ""): sample.value
        for metric in chain(of_images(names, NOW), of_terms(NOW))
        for sample in metric.samples
        if sample.name == name
    }


def ago(seconds: float) -> datetime:
    return NOW - timedelta(seconds=seconds)


def standing(repository: ImageRepository, digest: str, state: str, until: datetime) -> None:
    verdict = ArtefactVerdict.objects.create(
        repository=repository,
        digest=digest,
        at=NOW,
        recorded_at=NOW,
        outcome="failed",
        trust_state=state,
        cause="evidence",
        trace=b"",
    )
    ArtefactStanding.objects.create(
        repository=repository,
        digest=digest,
        verdict=verdict,
        outcome="failed",
        trust_state=state,
        since=NOW,
        valid_until=until,
    )


def test_registries_are_counted_by_their_artefacts() -> None:
    behind = Repository()
    digest = image(behind)
    registry = Imaged({"team/app": behind})
    registry.crawl(NOW)
    repository = ImageRepository.objects.get()
    standing(repository, digest, "not_signed", ago(-5))
    by_state = "trustui_artefacts_by_trust_state"
    assert series(by_state)["not_signed"] == 1
    assert series(by_state)["verified"] == 0


def test_a_repository_is_as_bad_as_the_worst_of_its_tagged_artefacts() -> None:
    one, other = Repository(), Repository()
    digests = [image(one, tag, tag.encode()) for tag in ("1.0", "2.0")]
    image(other)
    registry = Imaged({"team/app": one, "team/other": other})
    registry.crawl(NOW)
    first = ImageRepository.objects.get(name="team/app")
    standing(first, digests[0], "verified", ago(5))
    standing(first, digests[1], "failing", ago(-5))
    DueRepository.objects.create(repository=first, cause="policy", since=NOW)
    by_state = "trustui_image_repositories_by_trust_state"
    assert series(by_state)["failing"] == 1
    assert series(by_state)["verified"] == 0
    assert series(by_state)["not_checked"] == 1
    assert series("trustui_artefacts_by_trust_state")["failing"] == 1
    assert series("trustui_artefacts_overdue")[""] == 1
    assert series("trustui_image_repositories_waiting")[""] == 1
    del one.tags["2.0"]
    registry.crawl(NOW)
    assert series(by_state)["verified"] == 1


def test_every_state_has_its_place_among_the_worst() -> None:
    assert set(WORST_FIRST) == set(TrustState)


def test_a_registry_is_as_old_as_the_repository_that_waits_longest() -> None:
    registry = Imaged({"team/app": Repository(), "team/other": Repository()})
    registry.crawl(ago(600))
    ImageRepository.objects.filter(name="team/app").update(looked_at=ago(3600))
    name = registry.source.name
    assert series("trustui_registry_look_age_seconds")[name] == 3600
    assert series("trustui_registry_look_age_worst_seconds")[""] == 3600
    Source.objects.update(removed_at=NOW)
    assert series("trustui_registry_look_age_seconds") == {}
    assert series("trustui_registry_look_age_worst_seconds")[""] == 0


# ---- until when trust may be relied on


def test_the_next_expiry_of_each_kind_counts_down() -> None:
    assert series("trustui_expiry_soonest_seconds") == {}
    assert series("trustui_expired") == {"certificate": 0, "trusted_root": 0}
    expiring_things()
    day = 86_400
    assert series("trustui_expiry_soonest_seconds") == {
        "certificate": 5 * day,
        "signature": 6 * day,
        "trusted_root": 3 * day,
    }
    later = NOW + timedelta(days=5)
    MaterialTerm.objects.filter(expires_at__lte=later).update(expires_at=NOW)
    assert series("trustui_expired") == {"certificate": 1, "trusted_root": 1}
    MaterialTerm.objects.update(is_superseded=True)
    assert series("trustui_expired") == {"certificate": 0, "trusted_root": 0}
    assert list(series("trustui_expiry_soonest_seconds")) == ["signature"]
    Source.objects.update(removed_at=NOW)
    assert series("trustui_expiry_soonest_seconds") == {}
