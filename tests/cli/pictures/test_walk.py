"""The walk of one path as text."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.simulators.verified import verified
from trustui.cli.pictures import walk as module
from trustui.cli.pictures.walk import show_who_can_sign
from trustui.cli.terminal import Style
from trustui.core.graph import who_can_sign
from trustui.core.primitives.paths import path_hash
from trustui.demo.publisher import Publisher

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
FIRMWARE = "cranes/firmware/4.1.bin"


def told(repo: Publisher, path: str, style: Style, at: datetime | None = None) -> list[str]:
    repository, _ = verified(repo, at)
    return list(show_who_can_sign(who_can_sign(repository, path), style))


def test_the_roles_come_in_the_order_a_client_asks(vendor: Publisher, plain: Style) -> None:
    vendor.add_delegation("targets", "late", paths=["*/*/*"])
    vendor.publish()
    targets, cranes, firmware = (
        [f"      {key.key_id}" for key in vendor.keys(role)]
        for role in ("targets", "cranes", "firmware")
    )
    assert told(vendor, FIRMWARE, plain) == [
        f"Who can sign for {FIRMWARE}",
        f"SHA-256 {path_hash(FIRMWARE)}",
        "",
        "  1 ✓ targets: the top of all targets roles",
        "      2 of 2 keys must sign; does not list it",
        *targets,
        "  2 ✓ cranes: targets trusts it for cranes/*/*",
        "      2 of 3 keys must sign; does not list it",
        *cranes,
        "  3 ✓ firmware: cranes trusts it for cranes/firmware/*",
        "      1 of 1 key must sign; lists the path",
        *firmware,
        "  ✓ The search stops here: firmware lists the path, so no role after it is asked",
        "",
        "Covers the path too, and is never asked",
        "  · late: targets trusts it for */*/*; does not list it",
    ]


def test_lines_keep_within_the_width(vendor: Publisher, style: Style) -> None:
    long = f"cranes/{'x' * 300}"
    assert max(map(len, told(vendor, long, style))) <= style.width


def test_a_search_without_an_answer_ends(vendor: Publisher, plain: Style) -> None:
    last = told(vendor, "elsewhere", plain)[-1]
    assert last == "  · The search ends here: no other delegation covers the path"


def test_a_terminating_delegation_is_marked(vendor: Publisher, plain: Style) -> None:
    lines = told(vendor, "gate/a", plain)
    assert "  2 ✓ gate: targets trusts it for gate/*, terminating" in lines
    assert lines[-2].startswith("  · The search stops here: the delegation to gate is terminating")


def test_a_broken_role_is_marked(vendor: Publisher, plain: Style) -> None:
    vendor.sign_with_only("cranes", 1)
    vendor.publish()
    lines = told(vendor, FIRMWARE, plain)
    assert "  2 ✗ cranes: targets trusts it for cranes/*/*" in lines
    assert any(line.startswith("  ✗ The search stops here: cranes covers") for line in lines)


def test_a_broken_refresh_is_said_first(vendor: Publisher, plain: Style) -> None:
    lines = told(vendor, FIRMWARE, plain, START + 8 * DAY)
    assert lines[2:4] == [
        "A client asks nobody while this does not hold: tuf.timestamp.freeze.expired",
        "",
    ]
    assert lines[4].startswith("  1 ? targets")


def test_bins_and_hash_prefixes_say_how_they_match(plain: Style) -> None:
    bins, prefixes = Publisher("bins", START), Publisher("prefixes", START)
    bins.delegate_hash_bins("targets", bit_length=4)
    digit = path_hash("file")[0]
    prefixes.add_delegation("targets", "part", path_hash_prefixes=[digit])
    for repo in (bins, prefixes):
        repo.publish()
    name = bins.bin_for("targets", "file")
    assert f"  2 ✓ {name}: the bin of targets that the hash of the path falls into" in told(
        bins, "file", plain
    )
    assert f"  2 ✓ part: targets trusts it for hashes that begin with {digit}" in told(
        prefixes, "file", plain
    )


def test_a_repeat_and_a_role_that_was_not_read_say_so(vendor: Publisher, plain: Style) -> None:
    vendor.add_delegation("targets", "gone", paths=["elsewhere/*"], terminating=True)
    vendor.add_delegation("gone", "gone", paths=["elsewhere/*"])
    vendor.add_delegation("targets", "after", paths=["elsewhere/*"])
    vendor.publish()
    repository, _ = verified(vendor, paths=("elsewhere/a",))
    lines = list(show_who_can_sign(who_can_sign(repository, "elsewhere/a"), plain))
    assert lines[-2:] == [
        "  · gone: gone trusts it for elsewhere/*; asked above already",
        "  · after: targets trusts it for elsewhere/*",
    ]


def test_many_keys_and_many_roles_are_counted(
    plain: Style, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_OTHERS", 2)
    repo = Publisher("many", START)
    for number in range(4):
        repo.add_delegation("targets", f"role-{number}", keys=10, paths=["*"])
    repo.add_target("targets", "file", b"x")
    repo.publish()
    lines = told(repo, "file", plain)
    assert lines[-1] == "  … and 2 more; --json has them all"
    repo.remove_target("targets", "file")
    repo.publish()
    assert "      and 2 more" in told(repo, "file", plain)


def test_foreign_text_is_made_visible(vendor: Publisher, plain: Style) -> None:
    vendor.add_delegation("targets", "evil\u202e\x1b[31m", paths=["evil*"])
    vendor.publish()
    text = "\n".join(told(vendor, "evil\x1b", plain))
    assert "\x1b" not in text
    assert "\u202e" not in text
