"""The repositories of the demo world where something is wrong, each in one way."""

from datetime import datetime, timedelta
from functools import partial

from trustui.demo.publisher import Publisher
from trustui.demo.sound import release
from trustui.demo.story import DAY, DAYS, Expected, Plot, Story, first_day, plans, publish_daily

_FIX = "terminal/terminal-suite-7.0.3.tar.gz"


def schedules(now: datetime) -> Story:
    """A timestamp that lapsed two days ago."""
    last = now - 4 * DAY
    repo = Publisher("quayline/schedules", first_day(last), plans=plans())
    repo.add_delegation("targets", "berths", keys=2, threshold=1, paths=["berths/*"])
    plot: Plot = {
        day: partial(release, repo, "berths", f"berths/week-{day // 7 + 1}.csv")
        for day in range(0, DAYS, 7)
    }
    publish_daily(repo, last, plot)
    return Story(
        name="quayline-schedules",
        title="The vendor's schedules: the timestamp lapsed two days ago",
        text=(
            "Quayline publishes the berth schedules of all its ports here. "
            "Four days ago the timestamp was signed for the last time, for two days, and since it "
            "lapsed every client refuses the repository: nothing newer can be told from nothing "
            "new. Root, snapshot and targets are all still valid, so only the vendor's signing job "
            "has to run again. "
            "trustui should say: failing, because the timestamp has expired, and since when."
        ),
        expected=Expected("failed", "failing", check="tuf.timestamp.freeze.expired"),
        repo=repo,
        served=repo.metadata,
    )


def mirror_east(now: datetime) -> Story:
    """A mirror that went back to what it served three days before the last publication."""
    last = now - timedelta(hours=6)
    repo = _terminal_repository("quayline/mirror-east", last)
    plot: Plot = {
        0: partial(release, repo, "terminal", "terminal/terminal-suite-7.0.tar.gz"),
        20: partial(release, repo, "terminal", "terminal/terminal-suite-7.0.2.tar.gz"),
        DAYS - 2: partial(release, repo, "terminal", _FIX),
    }
    publish_daily(repo, last, plot)
    return Story(
        name="mirror-east",
        title="Nordhaven's eastern mirror: rolled back by three days",
        text=(
            "The eastern terminal reads a mirror of Quayline's releases. "
            "Yesterday its clients received a security fix; today the mirror serves timestamp and "
            "snapshot of three days ago, from before the fix. "
            "Every signature on them is good and nothing has expired, so a client that starts "
            "afresh would not notice; only what a client has seen before gives it away. "
            "It may be a backup put back by mistake or somebody who wants the fix gone. "
            "trustui should say: failing, because the timestamp is older than the trusted one."
        ),
        expected=Expected("failed", "failing", check="tuf.timestamp.rollback.version"),
        repo=repo,
        served=repo.archive.metadata_as_of(last - 3 * DAY),
        state=repo.archive.client_state(),
    )


def firmware(now: datetime) -> Story:
    """A delegated role that needs two signatures and has one."""
    last = now - timedelta(hours=6)
    repo = Publisher("quayline/firmware", first_day(last), plans=plans())
    repo.add_delegation("targets", "cranes", keys=2, threshold=2, paths=["cranes/*"])
    repo.add_delegation("targets", "reefers", keys=2, threshold=1, paths=["reefers/*"])
    repo.name_holders("root", "@lind", "@okafor", "@sato")
    repo.name_holders("targets", "@lind", "@sato")
    repo.name_holders("cranes", "@haugen", "@petrov")
    repo.name_holders("reefers", "@ferreira", "@novak")

    def release_in_a_hurry() -> None:
        release(repo, "cranes", "cranes/crane-controller-4.3.bin")
        repo.sign_with_only("cranes", 1)

    plot: Plot = {
        0: partial(release, repo, "cranes", "cranes/crane-controller-4.1.bin"),
        11: partial(release, repo, "reefers", "reefers/reefer-monitor-1.8.bin"),
        25: partial(release, repo, "cranes", "cranes/crane-controller-4.2.bin"),
        DAYS - 3: release_in_a_hurry,
    }
    publish_daily(repo, last, plot)
    return Story(
        name="quayline-firmware",
        title="The vendor's firmware: the cranes role is signed by one of two",
        text=(
            "Two people of Quayline's crane team must sign each firmware of the cranes. "
            "Two days ago version 4.3 was published in a hurry with one signature, and nobody has "
            "looked since. "
            "The top-level roles are in order and so is the role of the refrigerated containers; "
            "nothing below the cranes role can be trusted until the second person has signed. "
            "trustui should say: failing, because the cranes role has 1 of the 2 signatures that "
            "it needs, and who has not signed."
        ),
        expected=Expected("failed", "failing", check="tuf.delegation.signature.threshold"),
        repo=repo,
        served=repo.metadata,
    )


def mirror_west(now: datetime) -> Story:
    """A mirror with a second, validly signed timestamp and snapshot of the newest version."""
    last = now - timedelta(hours=6)
    repo = _terminal_repository("quayline/mirror-west", last)
    two_faced: list[Publisher] = []

    def take_online_keys() -> None:
        two_faced.append(repo.fork())
        release(repo, "terminal", _FIX)

    plot: Plot = {
        0: partial(release, repo, "terminal", "terminal/terminal-suite-7.0.tar.gz"),
        20: partial(release, repo, "terminal", "terminal/terminal-suite-7.0.2.tar.gz"),
        DAYS - 1: take_online_keys,
    }
    publish_daily(repo, last, plot)
    [forked] = two_faced
    # The forked snapshot takes the number of the honest one and hides the fix.
    forked.renew("snapshot")
    forked.publish(last)
    forged = ("timestamp.json", f"{forked.version('snapshot')}.snapshot.json")
    return Story(
        name="mirror-west",
        title="Nordhaven's western mirror: two different documents as one version",
        text=(
            "The western terminal reads another mirror of Quayline's releases. "
            "Whoever runs it has got hold of the online keys of snapshot and timestamp, and signs "
            "a second timestamp and a second snapshot with the numbers of the honest ones, in "
            "which the newest security fix does not exist. "
            "Each of the two faces verifies by itself, and for a client an equal version number "
            "means that nothing is new. "
            "Only a comparison with the documents that one client has kept shows that two "
            "different ones were given out as one version. "
            "trustui should say: verified as a client would, with the finding that two documents "
            "claim the same version: the online keys must be taken for stolen."
        ),
        expected=Expected("passed", "verified", finding="tuf.equivocation"),
        repo=repo,
        served=repo.metadata | {name: forked.metadata[name] for name in forged},
        state=repo.archive.client_state(),
    )


def _terminal_repository(seed: str, last: datetime) -> Publisher:
    repo = Publisher(seed, first_day(last), plans=plans(timestamp=7 * DAY), meta_hashes=True)
    repo.add_delegation("targets", "terminal", keys=3, threshold=2, paths=["terminal/*"])
    return repo
