"""A registry's source of which a team expects something: crawled, verified and concluded as in use."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from tests.simulators.image_repository import Repository, files
from tests.simulators.imaged import HOST, START, Imaged
from trustui.accounts.models import Team
from trustui.demo.images.stack import Json
from trustui.images.models import ImageRepository
from trustui.images.recording import record
from trustui.policies.image_policies import set_policy
from trustui.policies.materials import set_material
from trustui.policies.models import ImagePolicyVersion, TrustMaterial
from trustui.verdicts.image_concluding import ImagesConcluded, conclude_images
from trustui.verdicts.image_verifying import verifiers
from trustui.verdicts.models import ArtefactStanding, ArtefactVerdict

WHY = "agreed on in the meeting"


def delivery() -> Team:
    team, _ = Team.objects.get_or_create(name="Delivery", defaults={"created_at": START})
    return team


def document(*policies: Any) -> bytes:
    """Policies as (pattern, expectation), each to be met by one signature."""
    listed = [
        {"repositories": [pattern], "require": [{"at_least": 1, "of": [wanted]}]}
        for pattern, wanted in policies
    ]
    return json.dumps({"version": 1, "policies": listed}).encode()


def give(name: str, body: bytes, now: datetime = START, team: Team | None = None) -> TrustMaterial:
    """A material, or its next version."""
    return set_material(
        team=team or delivery(),
        name=name,
        body=body,
        origin=name,
        by=None,
        by_name="alice",
        reason=WHY,
        now=now,
    )


def give_files(*names: str) -> None:
    """Materials of the private Sigstore, by the names that expectations of the tests have."""
    made = files()
    for name in names:
        give(name, made[name])


def expect(body: bytes, name: str = "images", now: datetime = START) -> ImagePolicyVersion:
    """A policy, or its next version."""
    return set_policy(
        team=delivery(),
        name=name,
        language="expectations",
        body=body,
        by=None,
        by_name="alice",
        reason=WHY,
        now=now,
    )


def expect_everywhere(wanted: Json, pattern: str = f"{HOST}/*") -> ImagePolicyVersion:
    return expect(document((pattern, wanted)))


class Expecting(Imaged):
    """One source. Crawled and concluded about at instants that the test names."""

    def __init__(
        self, repositories: Mapping[str, Repository], *, chosen: Sequence[str] = ()
    ) -> None:
        super().__init__(repositories, chosen=chosen)

    def conclude(
        self, at: datetime, *, now: datetime | None = None, is_clock_doubted: bool = False
    ) -> ImagesConcluded:
        """Crawl at an instant, record and conclude; `now` is the clock when that is done."""
        self.verify = verifiers([self.source.pk])[self.source.pk]
        result = self.look(at)
        with transaction.atomic():
            recorded = record([result], now or at)
            return conclude_images(recorded, now or at, is_clock_doubted=is_clock_doubted)

    def repository(self, name: str = "team/app") -> ImageRepository:
        return ImageRepository.objects.get(source=self.source, name=name)

    def standing(self, digest: str, name: str = "team/app") -> ArtefactStanding:
        rows = ArtefactStanding.objects.select_related("verdict")
        return rows.get(repository=self.repository(name), digest=digest)

    def story(self, digest: str, name: str = "team/app") -> list[tuple[str, str]]:
        """Cause and trust state of each verdict, in order."""
        rows = ArtefactVerdict.objects.filter(repository=self.repository(name), digest=digest)
        return list(rows.order_by("at", "id").values_list("cause", "trust_state"))
