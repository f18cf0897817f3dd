"""Repositories whose keys are looked at."""

import json

from tests.simulators.watched import DAY, START, Watched, vendor
from trustui.core.diff.signers import KEY_OWNER
from trustui.demo.keys import JsonObject
from trustui.demo.publisher import Publisher
from trustui.demo.roles import RolePlan
from trustui.inventory.models import Delegation, ListedKey, RoleState, Source, SourceKey
from trustui.inventory.text import identity


def of_role(source: Source, role: str, delegator: str = "root", number: int = 0) -> SourceKey:
    """A key that a delegator lists for a role, by its place."""
    state = RoleState.objects.select_related("served").get(source=source, role=delegator)
    edge = Delegation.objects.get(delegation_set=state.served.delegation_set_id, name=role)
    names = SourceKey.objects.select_related("key")
    return names.get(source=source, keyid=edge.keyids[number])


def spared(name: str = "") -> Watched:
    """Root needs two of three, targets one of two; one role is delegated, of one key."""
    plans = {
        "root": RolePlan(keys=3, threshold=2),
        "targets": RolePlan(keys=2, threshold=1),
    }
    repo = Publisher(f"spared {name}", START, plans=plans)
    repo.add_delegation("targets", "team", paths=["team/*"])
    repo.add_target("team", "team/app", b"an app")
    repo.publish(START)
    watched = Watched(repo, name=name)
    watched.crawl(START + DAY)
    return watched


def twins() -> tuple[Watched, Watched]:
    """Two sources whose roles have the same keys."""
    first, second = Watched(vendor("twins"), name="east"), Watched(vendor("twins"), name="west")
    first.crawl(START + DAY)
    second.crawl(START + DAY)
    return first, second


def held_by(owner: str, role: str) -> Watched:
    """A source whose root names who holds the key of a role, as tuf-on-ci writes it."""
    repo = vendor("held")

    def name_holder(signed: JsonObject) -> None:
        root = json.loads(json.dumps(signed))
        keyid = root["roles"][role]["keyids"][0]
        root["keys"][keyid][KEY_OWNER] = owner
        signed["keys"] = root["keys"]

    repo.edit_next("root", name_holder)
    repo.publish(START + DAY / 2)
    watched = Watched(repo, name="held")
    watched.crawl(START + DAY)
    return watched


def give_another_id(name: SourceKey, role: str, keyid: str) -> None:
    """From now on the root of the source also lists the key for the role under this id."""
    SourceKey.objects.create(
        source=name.source, keyid=keyid, keyid_id=identity(keyid), key=name.key
    )
    listed = ListedKey.objects.get(
        keyid=name.keyid, delegation_set__role_versions__source=name.source
    )
    ListedKey.objects.create(
        delegation_set=listed.delegation_set,
        keyid=keyid,
        keyid_id=identity(keyid),
        keytype="x",
        scheme="x",
        key=name.key,
    )
    edge = Delegation.objects.get(delegation_set=listed.delegation_set, name=role)
    edge.keyids = [*edge.keyids, keyid]
    edge.save()
