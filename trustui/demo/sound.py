"""The repositories of the demo world that verify: healthy, in hash bins, and soon to expire."""

from datetime import datetime, timedelta
from functools import partial

from trustui.demo.images.stories import ROTATED_ON
from trustui.demo.images.trust import TRUSTED_ROOT, trusted_root
from trustui.demo.publisher import Publisher
from trustui.demo.roles import RolePlan
from trustui.demo.story import DAY, DAYS, Expected, Plot, Story, first_day, plans, publish_daily

_LONG_AGO = 80  # packages that were there on the first day
_PACKAGES = ("berth-planner", "gate-kiosk", "reefer-monitor", "tide-service", "yard-map")


def releases(now: datetime) -> Story:
    """Two levels of delegations, a root key and the timestamp key replaced, all in order."""
    last = now - timedelta(hours=6)
    # A root of 35 days: the pinned first one has expired by now, which harms nobody (§5.3.10).
    root = RolePlan(keys=3, threshold=2, lifetime=35 * DAY)
    repo = Publisher("quayline/releases", first_day(last), plans=plans(root=root), meta_hashes=True)
    repo.add_delegation(
        "targets", "terminal", keys=3, threshold=2, paths=["terminal/*", "terminal/cranes/*"]
    )
    repo.add_delegation("terminal", "cranes", keys=2, threshold=2, paths=["terminal/cranes/*"])
    repo.add_delegation("targets", "gate", paths=["gate/*"], terminating=True)
    _name_teams(repo)
    repo.add_target("targets", "SUPPORT.txt", b"Quayline supports each release for two years.\n")
    repo.add_target("targets", TRUSTED_ROOT, trusted_root(now, rotated=False))

    def rotate_root() -> None:
        repo.rotate("root", keep=1)
        repo.name_holders("root", "@lind", "@brandt", "@mensah")

    def rotate_trust() -> None:
        repo.rotate("timestamp")
        repo.add_target("targets", TRUSTED_ROOT, trusted_root(now, rotated=True))

    plot: Plot = {
        0: partial(release, repo, "terminal", "terminal/terminal-suite-7.0.tar.gz"),
        6: partial(release, repo, "cranes", "terminal/cranes/crane-controller-4.1.bin"),
        15: rotate_root,
        22: partial(release, repo, "gate", "gate/gate-kiosk-3.3.tar.gz"),
        ROTATED_ON: rotate_trust,
        38: partial(release, repo, "cranes", "terminal/cranes/crane-controller-4.2.bin"),
    }
    publish_daily(repo, last, plot)
    return Story(
        name="quayline-releases",
        title="The vendor's releases: healthy, two levels of delegations, a rotated root",
        text=(
            "Nordhaven, a container port, takes its terminal software from the vendor Quayline. "
            "Quayline's targets role delegates to the terminal team, which delegates the firmware "
            "of the cranes to a team of its own; the gate team stands beside them. "
            "A month ago Quayline replaced two of its three root keys, signed by the old and "
            "the new keys, and two weeks ago the timestamp key. "
            "On the same day its trusted root for images got a second authority; it is a target here. "
            "Nordhaven pinned the first root; that one has expired since, which is harmless, "
            "because only the newest root must be valid. "
            "trustui should say: verified, every role."
        ),
        expected=Expected("passed", "verified"),
        repo=repo,
        served=repo.metadata,
    )


def packages(now: datetime) -> Story:
    """A busy package index in 1,024 succinct hash bins (TAP 15)."""
    last = now - timedelta(hours=6)
    repo = Publisher("quayline/packages", first_day(last), plans=plans(), compact=True)
    repo.delegate_hash_bins("targets", bit_length=10, prefix="packages", keys=2)
    for number in range(_LONG_AGO):
        _upload(repo, number)
    publish_daily(
        repo,
        last,
        {day: partial(_upload, repo, _LONG_AGO + day) for day in range(1, DAYS)},
    )
    return Story(
        name="quayline-packages",
        title="The vendor's package index: 1,024 hash bins",
        text=(
            "Quayline also serves add-on packages, a new one every day. "
            "The hash of a package's path says which of 1,024 bins lists it, so a client fetches "
            "one small document instead of the whole list, and all bins share two keys. "
            "Nordhaven asks for one package, and has watched the index for some days. "
            "trustui should say: verified, and name the one bin that was asked."
        ),
        expected=Expected("passed", "verified"),
        repo=repo,
        served=repo.metadata,
        target=_package(0),
        watched_days=5,
    )


def advisories(now: datetime) -> Story:
    """A timestamp with hours left to live, because the job that signs it has stopped."""
    last = now - timedelta(hours=43)
    repo = Publisher("quayline/advisories", first_day(last), plans=plans())
    repo.add_delegation("targets", "security", keys=3, threshold=2, paths=["advisories/*"])
    plot: Plot = {
        day: partial(release, repo, "security", f"advisories/QL-{day:03}.json")
        for day in range(0, DAYS, 4)
    }
    publish_daily(repo, last, plot)
    return Story(
        name="quayline-advisories",
        title="The vendor's advisories: the timestamp is about to expire",
        text=(
            "Quayline's security team publishes its advisories here. "
            "The timestamp lives two days and is signed daily, but the job that signs it has not "
            "run since the day before yesterday, and five hours are left. "
            "Everything still verifies; at Nordhaven the on-call engineer can ask the vendor "
            "before clients begin to refuse. "
            "trustui should say: verified, expires soon, and until when."
        ),
        expected=Expected("passed", "expires_soon"),
        repo=repo,
        served=repo.metadata,
        by_history=True,
    )


def release(repo: Publisher, role: str, path: str) -> None:
    """List a target whose content is a few words about itself."""
    repo.add_target(role, path, f"Demonstration content of {path}\n".encode())


def _name_teams(repo: Publisher) -> None:
    """Who holds the offline keys; those of snapshot and timestamp belong to a machine."""
    repo.name_holders("root", "@lind", "@okafor", "@sato")
    repo.name_holders("targets", "@lind", "@sato")
    repo.name_holders("terminal", "@ferreira", "@novak", "@sato")
    repo.name_holders("cranes", "@haugen", "@petrov")
    repo.name_holders("gate", "@ferreira")


def _package(number: int) -> str:
    name = _PACKAGES[number % len(_PACKAGES)]
    return f"{name}/{name}-1.{number // len(_PACKAGES)}.0.tar.gz"


def _upload(repo: Publisher, number: int) -> None:
    path = _package(number)
    release(repo, repo.bin_for("targets", path), path)
