"""A team with one of everything that expires: a trusted root, a store of certificates, Notation's signatures."""

import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tests.core.images.notation.signed import payload_of, sign
from tests.simulators.expecting import delivery, give
from tests.simulators.image_repository import Repository
from tests.simulators.imaged import Imaged
from tests.simulators.kept import made_once
from tests.simulators.notation_signer import Plan
from tests.simulators.sigstore_stack import stack
from trustui.accounts.models import Membership, Role, Team, User
from trustui.demo.images.certifying import AUTHORITY, SIGNED, Issued, Stamp, issue
from trustui.demo.images.repository import image
from trustui.inventory.models import Source
from trustui.pages.viewer import Viewer, viewer_of

DAY = timedelta(days=1)
NOW = SIGNED + DAY
"""The present; what follows is counted from it."""
LOG_ENDS, STORE_ENDS, SIGNATURE_ENDS = NOW + 3 * DAY, NOW + 5 * DAY, NOW + 6 * DAY


def authority(subject: str, ends: datetime) -> Issued:
    begins = min(SIGNED, ends) - 90 * DAY
    return issue(replace(AUTHORITY, subject=subject, start=begins, end=ends), None)


def root_with_a_log_that_ends(ends: datetime) -> bytes:
    root = stack().trusted_root()
    root["ctlogs"][0]["publicKey"]["validFor"]["end"] = ends.strftime("%Y-%m-%dT%H:%M:%SZ")
    return json.dumps(root).encode()


@dataclass(frozen=True)
class Expiring:
    """What there is, and who sees it."""

    team: Team
    source: Source
    behind: Repository
    registry: Imaged
    digest: str
    viewer: Viewer


@made_once
def expiring_things() -> Expiring:
    """A log that ends in 3 days, an authority's certificate in 5, a signature in 6."""
    team = delivery()
    give("sigstore", root_with_a_log_that_ends(LOG_ENDS), NOW - 2 * DAY)
    give("ca:acme", authority("CN=acme root", STORE_ENDS).pem, NOW - 2 * DAY)
    behind = Repository()
    digest = image(behind)
    plan = Plan(payload=payload_of(behind, digest), expiry=SIGNATURE_ENDS, stamp=Stamp())
    sign(behind, digest, plan)
    registry = Imaged({"team/app": behind})
    registry.crawl(NOW - 2 * DAY)
    return Expiring(team, registry.source, behind, registry, digest, viewer_of_team(team))


def viewer_of_team(team: Team, name: str = "vera") -> Viewer:
    user = User.objects.create(username=name)
    Membership.objects.create(user=user, team=team, role=Role.VIEWER)
    return viewer_of(user)
