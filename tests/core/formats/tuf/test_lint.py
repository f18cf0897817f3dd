"""Lints: each fires where it should, and a sound repository raises none."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests.simulators.tuf_places import Client, Verdict
from tests.vectors.tuf.builders import (
    DAY,
    NOW,
    PLANS,
    YESTERDAY,
    client,
    delegating,
    publish_with,
    small,
    staged,
)
from trustui.core.formats.tuf import FORMAT, lint, states
from trustui.core.trace import Finding
from trustui.demo.keys import throwaway_key
from trustui.demo.publisher import Publisher
from trustui.demo.roles import RolePlan

LINTS = sorted(lint.LINTS)


def linted(repo: Publisher) -> list[Finding]:
    """The lints of a repository that verifies."""
    return [one for one in client(repo).verify(repo.files).trace.findings if ".lint." in one.id]


def of(name: str, repo: Publisher) -> list[Finding]:
    return [finding for finding in linted(repo) if finding.id == f"tuf.lint.{name}"]


def places(name: str, repo: Publisher) -> list[str]:
    return [finding.on for finding in of(name, repo)]


def planned(**plans: RolePlan) -> Publisher:
    repo = staged(plans=PLANS | plans)
    repo.publish()
    return repo


def custom(**members: Any) -> Publisher:
    repo = small()
    repo.add_target("targets", "x.pem", b"x", custom=members)
    repo.publish()
    return repo


def set_target(**members: Any) -> Publisher:
    return publish_with(
        staged(), "targets", lambda signed: signed["targets"]["top.txt"].update(members)
    )


def two_delegations(*, first: list[str], second: list[str], terminating: bool = False) -> Publisher:
    repo = staged()
    repo.add_delegation("targets", "a", paths=first, terminating=terminating)
    repo.add_delegation("targets", "b", paths=second)
    repo.publish()
    return repo


def diamond(*, same_keys: bool) -> Publisher:
    repo = staged()
    for name in ("a", "b"):
        repo.add_delegation("targets", name, paths=[f"{name}/*"])
    for name in ("a", "b"):
        repo.add_delegation(name, "shared", paths=[f"{name}/*"])
    if same_keys:
        repo.rotate("shared", to=[throwaway_key("shared by both")])
    repo.publish()
    return repo


def one_key_for(*roles: str) -> Publisher:
    repo = staged()
    key = throwaway_key("one for several")
    for role in roles:
        if role in {"root", "targets"}:
            _, second, third = repo.keys(role)
            repo.rotate(role, to=[key, second, third])
        else:
            repo.rotate(role, to=[key])
    repo.publish()
    return repo


def leaking(private: object) -> Publisher:
    def leak(signed: Any) -> None:
        key = signed["keys"][signed["roles"]["timestamp"]["keyids"][0]]
        key["keyval"]["private"] = private

    return publish_with(staged(), "root", leak)


def periods(**days: int) -> Publisher:
    fields = {f"x-tuf-on-ci-{name}-period": value for name, value in days.items()}
    return publish_with(staged(), "targets", lambda signed: signed.update(fields))


def omitted(role: str) -> Publisher:
    repo = delegating()
    repo.omit("snapshot", role)
    repo.publish()
    return repo


def listed_besides(name: str) -> Publisher:
    repo = staged()
    repo.claim("snapshot", name, version=1)
    repo.publish()
    return repo


def target_named(path: str) -> Publisher:
    repo = staged()
    repo.add_target("targets", path, b"x")
    repo.publish()
    return repo


def role_named(name: str) -> Publisher:
    repo = staged()
    repo.add_delegation("targets", name, paths=["*"])
    repo.publish()
    return repo


def far(role: str, days: int) -> Publisher:
    repo = staged()
    repo.set_expiry(role, NOW + timedelta(days=days))
    repo.publish()
    return repo


def bins_with_leftovers() -> Publisher:
    repo = staged()
    repo.delegate_hash_bins("targets", bit_length=1)
    repo.claim("snapshot", "bin-2", version=1)
    repo.publish()
    return repo


FIRES: list[tuple[str, Callable[[], Publisher], list[str]]] = [
    ("threshold.one_root_key", lambda: planned(root=RolePlan(keys=3)), ["root"]),
    ("threshold.no_spare_key", lambda: planned(root=RolePlan(keys=2, threshold=2)), ["root"]),
    ("threshold.no_spare_key", lambda: delegated(keys=2, threshold=2), ["team"]),
    ("threshold.unreachable", lambda: delegated(keys=1, threshold=2), ["team"]),
    (
        "key.shared_by_roles",
        lambda: one_key_for("timestamp", "snapshot"),
        ["timestamp and snapshot"],
    ),
    ("key.shared_by_roles", lambda: one_key_for("root", "timestamp"), ["root and timestamp"]),
    ("key.shared_by_roles", lambda: one_key_for("snapshot", "targets"), ["snapshot and targets"]),
    ("hash.weak", lambda: set_target(hashes={"md5": "0" * 32, "sha1": "0" * 40}), ["targets"]),
    ("expiry.far_future", lambda: far("targets", 15 * 365 + 1), ["targets"]),
    ("expiry.order", lambda: planned(timestamp=RolePlan(lifetime=60 * DAY)), ["timestamp"]),
    ("expiry.signing_period", lambda: periods(expiry=30, signing=30), ["targets"]),
    ("snapshot.orphan_role", lambda: listed_besides("retired"), ["retired"]),
    ("snapshot.orphan_role", lambda: listed_besides("root"), ["root"]),
    ("snapshot.orphan_role", bins_with_leftovers, ["bin-2"]),
    ("delegation.missing_from_snapshot", lambda: omitted("squad"), ["squad"]),
    ("delegation.diamond", lambda: diamond(same_keys=True), ["shared"]),
    ("delegation.same_name", lambda: diamond(same_keys=False), ["shared"]),
    ("delegation.overlap", lambda: two_delegations(first=["a/*"], second=["a/*"]), ["targets → b"]),
    ("delegation.overlap", lambda: two_delegations(first=["*"], second=["x"]), ["targets → b"]),
    (
        "target.custom_expired",
        lambda: custom(sigstore={"status": "Expired", "usage": "Rekor"}),
        ["targets: x.pem"],
    ),
    (
        "name.hostile",
        lambda: target_named("a\u202egpj.exe"),
        [r"target of targets a\u{202E}gpj.exe"],
    ),
    ("name.hostile", lambda: target_named("../up"), ["target of targets ../up"]),
    ("name.hostile", lambda: target_named("/abs"), ["target of targets /abs"]),
    ("name.hostile", lambda: target_named("=cmd()"), ["target of targets =cmd()"]),
    ("name.hostile", lambda: target_named("<b>"), ["target of targets <b>"]),
    ("name.hostile", lambda: role_named("t\u0430rgets"), ["role t\u0430rgets"]),
    ("name.hostile", lambda: role_named("Time Stamp"), ["role Time Stamp"]),
    ("name.hostile", lambda: role_named("r" * 201), [f"role {'r' * 60}… (201 characters)"]),
]


def delegated(*, keys: int, threshold: int) -> Publisher:
    repo = staged()
    repo.add_delegation("targets", "team", keys=keys, threshold=threshold, paths=["*"])
    repo.publish()
    return repo


@pytest.mark.parametrize(("name", "build", "on"), FIRES)
def test_it_fires(name: str, build: Callable[[], Publisher], on: list[str]) -> None:
    assert places(name, build()) == on


SILENT: list[tuple[str, Callable[[], Publisher]]] = [
    ("threshold.no_spare_key", lambda: planned(root=RolePlan(keys=3, threshold=2))),
    ("threshold.no_spare_key", lambda: delegated(keys=1, threshold=1)),
    ("threshold.unreachable", lambda: delegated(keys=2, threshold=2)),
    ("key.shared_by_roles", lambda: one_key_for("root", "targets")),
    ("key.private_leak", lambda: leaking("")),
    ("key.private_leak", lambda: leaking(None)),
    ("hash.weak", lambda: set_target(hashes={"md5": "0" * 32, "sha256": "0" * 64})),
    ("expiry.far_future", lambda: far("targets", 15 * 365)),
    ("expiry.signing_period", lambda: periods(expiry=31, signing=30)),
    ("expiry.signing_period", lambda: periods(signing=30)),
    ("snapshot.orphan_role", delegating),
    ("delegation.diamond", delegating),
    ("delegation.same_name", lambda: diamond(same_keys=True)),
    ("delegation.overlap", lambda: two_delegations(first=["a/*"], second=["b/*"])),
    (
        "delegation.overlap",
        lambda: two_delegations(first=["a/*"], second=["a/*"], terminating=True),
    ),
    ("target.custom_expired", lambda: custom(sigstore={"status": "Active"})),
    ("target.custom_expired", lambda: custom(sigstore="Expired")),
    ("name.hostile", lambda: target_named("targets")),
    ("name.hostile", lambda: target_named("a..b/.hidden/鍵-\u00fc.tar.gz")),
    ("name.hostile", lambda: role_named("r" * 200)),
]


@pytest.mark.parametrize(("name", "build"), SILENT)
def test_it_stays_silent(name: str, build: Callable[[], Publisher]) -> None:
    assert places(name, build()) == []


@pytest.mark.parametrize("name", LINTS)
def test_a_sound_repository_raises_none(name: str) -> None:
    assert places(name, delegating()) == []


def test_a_published_private_key_is_found_and_not_repeated() -> None:
    (finding,) = of("key.private_leak", leaking("c0ffee"))
    assert finding.severity == "high"
    assert "c0ffee" not in finding.on + finding.because


def test_a_private_key_in_delegations_is_found_too() -> None:
    def leak(signed: Any) -> None:
        for key in signed["delegations"]["keys"].values():
            key["keyval"]["private"] = "c0ffee"

    repo = publish_with(delegated(keys=1, threshold=1), "targets", leak)
    (finding,) = of("key.private_leak", repo)
    assert finding.on.startswith("targets, key ")


@pytest.mark.parametrize(
    ("roles", "severity"),
    [
        (("timestamp", "snapshot"), "low"),
        (("targets", "snapshot"), "high"),
        (("root", "timestamp", "snapshot"), "high"),
    ],
)
def test_a_key_that_joins_offline_and_online_roles_is_worse(
    roles: tuple[str, ...], severity: str
) -> None:
    (finding,) = of("key.shared_by_roles", one_key_for(*roles))
    assert finding.severity == severity


def test_bins_with_more_threshold_than_keys_are_one_finding() -> None:
    repo = staged()
    repo.delegate_hash_bins("targets", bit_length=3, threshold=2)
    repo.publish()
    assert places("threshold.unreachable", repo) == ["bin-* of targets"]


def test_periods_of_online_roles_stand_in_root() -> None:
    def slow(signed: Any) -> None:
        signed["roles"]["timestamp"] |= {
            "x-tuf-on-ci-expiry-period": 7,
            "x-tuf-on-ci-signing-period": 8,
        }

    (finding,) = of("expiry.signing_period", publish_with(staged(), "root", slow))
    assert finding.on == "timestamp"
    assert "8 days before it expires, and lives for 7 days" in finding.because


def test_of_many_orphans_twenty_are_told() -> None:
    repo = staged()
    for number in range(30):
        repo.claim("snapshot", f"retired-{number}", version=1)
    repo.publish()
    assert len(places("snapshot.orphan_role", repo)) == 20


def test_one_place_is_told_once() -> None:
    repo = two_delegations(first=["a", "b", "c"], second=["a", "b", "c"])
    assert places("delegation.overlap", repo) == ["targets → b"]


def test_of_large_roles_only_the_first_targets_are_looked_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lint, "MANY_TARGETS", 2)
    repo = staged()
    for path in ("a", "b", "=late"):
        repo.add_target("targets", path, b"x")
    repo.publish()
    assert places("name.hostile", repo) == ["target of targets =late"]
    for path in ("0", "1"):
        repo.add_target("targets", path, b"x")
    repo.publish()
    assert places("name.hostile", repo) == []


# Without a whole repository


def test_lints_tell_what_they_can_when_nothing_could_be_read() -> None:
    verdict: Verdict = Client(b"", NOW).verify({})
    assert [one for one in verdict.trace.findings if ".lint." in one.id] == []


def test_lints_of_a_root_need_nothing_else() -> None:
    repo = planned(root=RolePlan(keys=2, threshold=2))
    verdict = client(repo).verify({})
    assert {one.id for one in verdict.trace.findings} == {"tuf.lint.threshold.no_spare_key"}


def test_every_lint_is_declared_and_fires_in_some_test() -> None:
    assert set(FORMAT.findings) == {f"tuf.lint.{name}" for name in LINTS}
    assert {name for name, _, _ in FIRES} | {"key.private_leak"} == set(LINTS)


# The signing period


@pytest.mark.parametrize(
    ("days", "expected"),
    [(10, timedelta(days=10)), (0, None), (-1, None), (10**9, None), (True, None), ("10", None)],
)
def test_the_signing_period_begins_so_many_days_before_expiry(
    days: Any, expected: timedelta | None
) -> None:
    repo = publish_with(
        staged(), "targets", lambda signed: signed.update({"x-tuf-on-ci-signing-period": days})
    )
    repository = client(repo).verify(repo.files).repository
    targets = repository.roles["targets"]
    began = states.signing_begins(repository.root, "targets", targets)
    assert began == (None if expected is None else targets.expires - expected)


def test_the_signing_period_of_an_online_role_is_its_root_s() -> None:
    def online(signed: Any) -> None:
        signed["roles"]["timestamp"]["x-tuf-on-ci-signing-period"] = 1

    repo = publish_with(staged(), "root", online)
    repository = client(repo).verify(repo.files).repository
    assert repository.timestamp is not None
    began = states.signing_begins(repository.root, "timestamp", repository.timestamp)
    assert began == YESTERDAY + 2 * DAY


def test_a_document_without_root_has_only_its_own_signing_period() -> None:
    repo = small()
    repository = client(repo).verify(repo.files).repository
    targets = repository.roles["targets"]
    repository.root = None
    assert states.signing_begins(repository.root, "targets", targets) is None
