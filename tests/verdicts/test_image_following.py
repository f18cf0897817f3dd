"""Which artefacts a change of trust concerns."""

from datetime import datetime

import pytest
from django.db import transaction

from tests.core.images.verified import bundle
from tests.simulators.expecting import (
    Expecting,
    document,
    expect,
    expect_everywhere,
    give,
    give_files,
)
from tests.simulators.image_repository import ANYBODY, BY_KEY, Repository, files
from tests.simulators.imaged import HOST
from tests.simulators.sigstore_stack import NOW, stack
from trustui.demo.images.certifying import pem
from trustui.demo.images.repository import attach_bundle, image
from trustui.events.models import Event
from trustui.jobs.models import Job
from trustui.verdicts.clock import Clock
from trustui.verdicts.image_following import handle
from trustui.verdicts.image_sweeping import VERIFY
from trustui.verdicts.models import (
    DueRepository,
)

pytestmark = pytest.mark.django_db

BY_CERTIFICATE = {**ANYBODY, "log": "ignored", "sct": "ignored"}
"""Nothing proves when it was signed: the present decides."""


class Time:
    """A clock that the test moves, and that nothing is wrong with."""

    def __init__(self, at: datetime = NOW) -> None:
        self.at = self.began = at
        self.clock = Clock(
            "one.example", wall=lambda: self.at, running=self.running, database=lambda: None
        )

    def running(self) -> float:
        return (self.at - self.began).total_seconds()


@pytest.fixture
def at() -> Time:
    return Time()


@pytest.fixture
def behind() -> Repository:
    return Repository()


@pytest.fixture
def vendor(behind: Repository) -> Expecting:
    return Expecting({"team/app": behind})


def signed(behind: Repository, tag: str = "1.0.0", text: bytes = b"web") -> str:
    digest = image(behind, tag, text)
    attach_bundle(behind, digest, bundle(digest))
    return digest


def read_log() -> None:
    """Let the consumer read everything that is told so far, as if it were new."""
    with transaction.atomic():
        handle(list(Event.objects.order_by("id")))


def with_another_key() -> bytes:
    return pem(stack().authority.key)


def test_only_what_a_material_concerns_is_due(vendor: Expecting, behind: Repository) -> None:
    vendor.place.behind["else/app"] = Repository()
    image(vendor.place.behind["else/app"])
    give_files("key.pub", "root.pem")
    expect(document((f"{HOST}/team/*", BY_KEY)))
    signed(behind)
    vendor.conclude(NOW)
    give("root.pem", files()["authority.pem"], NOW)
    with transaction.atomic():
        handle(list(Event.objects.filter(subject="root.pem", kind="material.replaced")))
    assert not DueRepository.objects.exists()
    give("key.pub", with_another_key(), NOW)
    with transaction.atomic():
        handle(list(Event.objects.filter(subject="key.pub", kind="material.replaced")))
    assert DueRepository.objects.get().repository == vendor.repository()
    assert Job.objects.get(kind=VERIFY).priority == 10


def test_other_events_ask_for_nothing(behind: Repository, vendor: Expecting) -> None:
    give_files("key.pub")
    expect_everywhere(BY_KEY)
    signed(behind)
    vendor.conclude(NOW)
    Job.objects.all().delete()
    with transaction.atomic():
        handle(
            list(
                Event.objects.exclude(kind__startswith="policy.").exclude(
                    kind__startswith="material."
                )
            )
        )
    assert not DueRepository.objects.exists()
    assert not Job.objects.exists()


def test_a_policy_concerns_what_it_covers_and_what_rests_on_it_so_far(
    behind: Repository, vendor: Expecting
) -> None:
    """The team's policy moves from one repository to another: both are judged anew."""
    vendor.place.behind["else/app"] = Repository()
    vendor.place.behind["third/app"] = Repository()
    for name in ("else/app", "third/app"):
        image(vendor.place.behind[name])
    give_files("key.pub")
    expect(document((f"{HOST}/team/*", BY_KEY)))
    signed(behind)
    vendor.conclude(NOW)
    expect(document((f"{HOST}/else/*", BY_KEY)))
    with transaction.atomic():
        handle(list(Event.objects.filter(kind="policy.changed")))
    due = DueRepository.objects.values_list("repository__name", flat=True)
    assert sorted(due) == ["else/app", "team/app"]


def test_what_is_gone_is_left_alone(behind: Repository, vendor: Expecting) -> None:
    give_files("key.pub")
    signed(behind)
    vendor.conclude(NOW)
    expect_everywhere(BY_KEY)
    repository = vendor.repository()
    repository.gone_at = NOW
    repository.save()
    read_log()
    assert not DueRepository.objects.exists()
