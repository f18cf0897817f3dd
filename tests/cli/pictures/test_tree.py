"""The tree as text."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.simulators.verified import verified
from trustui.cli.pictures import tree as module
from trustui.cli.pictures.tree import show_tree
from trustui.cli.terminal import Style
from trustui.core.facts import Problem, ProblemKind
from trustui.core.formats.tuf.repository import Anchor, AnchorOrigin, Question
from trustui.core.formats.tuf.verify import verify
from trustui.core.trace import collect, trace
from trustui.demo.publisher import Publisher

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def drawn(
    repo: Publisher,
    style: Style,
    *,
    at: datetime | None = None,
    origin: AnchorOrigin = AnchorOrigin.PINNED,
) -> list[str]:
    return list(show_tree(*verified(repo, at, origin=origin), style))


def test_a_healthy_tree(vendor: Publisher, plain: Style) -> None:
    assert drawn(vendor, plain) == [
        "Who delegates to whom",
        "7 roles, 3 levels below root",
        "",
        "✓ root                    verified        1 of 1   v1     365 days left",
        "├─ ✓ timestamp            verified        1 of 1   v1     7 days left",
        "├─ ✓ snapshot             verified        1 of 1   v1     30 days left",
        "└─ ✓ targets              verified        2 of 2   v1     365 days left",
        "   ├─ ✓ cranes            verified        2 of 3   v1     365 days left",
        "   │  │   for cranes/*, cranes/*/*",
        "   │  └─ ✓ firmware       verified        1 of 1   v1     365 days left",
        "   │         for cranes/firmware/*",
        "   └─ ✓ gate              verified        1 of 1   v1     365 days left",
        "          for gate/*; terminating",
    ]


def test_lines_keep_within_the_width(vendor: Publisher, style: Style) -> None:
    vendor.add_delegation("targets", "r" * 200, paths=[f"{'p' * 50}/{n}/*" for n in range(20)])
    vendor.publish()
    lines = drawn(vendor, style)
    assert max(map(len, lines)) <= style.width
    assert any("and 8 more" in line for line in lines)


def test_what_fails_says_which_check_and_what_is_missing(vendor: Publisher, plain: Style) -> None:
    vendor.sign_with_only("cranes", 1)
    vendor.publish()
    text = "\n".join(drawn(vendor, plain))
    assert "✗ cranes            failing         2 of 3   v2" in text
    assert "1 of the 2 signatures that it needs" in text
    assert "fails tuf.delegation.signature.threshold" in text


def test_what_rests_on_a_broken_role_says_so(vendor: Publisher, plain: Style) -> None:
    text = "\n".join(drawn(vendor, plain, at=vendor.now + 8 * DAY))
    assert "✗ timestamp            failing         1 of 1   v1     expired 1 day ago" in text
    assert "○ targets              not trusted" in text
    assert text.count("would pass, but rests on tuf.timestamp.freeze.expired") == 5


def test_what_rests_on_a_broken_role_and_fails_itself_says_both(
    vendor: Publisher, plain: Style
) -> None:
    text = "\n".join(drawn(vendor, plain, at=vendor.now + 31 * DAY))
    assert "would fail, but rests on tuf.timestamp.freeze.expired" in text
    assert "fails tuf.snapshot.freeze.expired" in text


def test_a_missing_anchor_is_not_repeated_for_every_role(vendor: Publisher, plain: Style) -> None:
    lines = drawn(vendor, plain, origin=AnchorOrigin.NOBODY)
    assert [line for line in lines if "tuf.root.anchor" in line] == []
    assert lines[3].startswith("○ root                    not trusted")


def test_a_reference_says_where_its_delegations_are(vendor: Publisher, plain: Style) -> None:
    vendor.add_delegation("firmware", "cranes", paths=["*"])
    vendor.publish()
    text = "\n".join(drawn(vendor, plain))
    assert "its own delegations stand above" in text


def test_hash_bins_are_one_line(plain: Style) -> None:
    repo = Publisher("bins", START)
    repo.delegate_hash_bins("targets", bit_length=10, prefix="packages", keys=2)
    repo.publish()
    repo.withdraw("1.packages-003.json")
    lines = drawn(repo, plain)
    assert lines[1] == "4 roles and 1,024 hash bins, 2 levels below root"
    assert lines[-2:] == [
        "   └─ ✗ 1,024 hash bins   failing         1 of 2          365 days left",
        "          packages-000 to packages-3ff: 1 failing, 1,023 verified",
    ]


def test_hash_prefixes_are_named_as_such(vendor: Publisher, plain: Style) -> None:
    vendor.add_delegation("targets", "half", path_hash_prefixes=["0", "1"])
    vendor.add_delegation("targets", "nothing", paths=[])
    vendor.publish()
    text = "\n".join(drawn(vendor, plain))
    assert "for hashes that begin with 0, 1" in text
    assert "for nothing" in text


def test_deep_levels_say_their_depth(plain: Style) -> None:
    repo = Publisher("deep", START)
    for level in range(14):
        repo.add_delegation(f"r{level - 1}" if level else "targets", f"r{level}", paths=["*"])
    repo.publish()
    lines = drawn(repo, plain)
    assert max(map(len, lines)) <= 80
    assert lines[-3:] == [
        f"{' ' * 18}(15) ✓ r13 verified",
        f"{' ' * 27}1 of 1, v1, 365 days left",
        f"{' ' * 27}for *",
    ]


@pytest.mark.parametrize("width", [40, 60])
def test_on_narrow_terminals_a_role_takes_two_lines(vendor: Publisher, width: int) -> None:
    lines = drawn(vendor, Style(width=width))
    assert max(map(len, lines)) <= width
    assert "   ├─ ✓ cranes verified" in lines
    assert "   │  │   2 of 3, v1, 365 days left" in lines


def test_very_many_nodes_are_counted(
    vendor: Publisher, plain: Style, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_NODES", 4)
    assert drawn(vendor, plain)[-1] == "… and 3 more; --json has them all"


def test_orphans_stand_apart(vendor: Publisher, plain: Style) -> None:
    for number in range(22):
        vendor.claim("snapshot", f"old-{number:02}", version=1)
    vendor.publish()
    text = " ".join(drawn(vendor, plain)[-5:])
    assert "In snapshot, but nobody delegates to: old-00, old-01" in text
    assert "old-19 and 2 more" in text


def test_foreign_names_cannot_reorder_the_picture(vendor: Publisher, plain: Style) -> None:
    vendor.add_delegation("targets", "safe\u202egpj", paths=["\x1b[31m*"])
    vendor.publish()
    text = "\n".join(drawn(vendor, plain))
    assert "\u202e" not in text
    assert "\x1b" not in text
    assert "safe\\u{202E}gpj" in text


def test_a_repository_without_a_root_is_one_line(plain: Style) -> None:
    nothing = Problem("root.json", ProblemKind.ABSENT, "there is no such file")
    at = START
    question = Question(Anchor(nothing, AnchorOrigin.PINNED), at)
    events, repository = collect(verify, question, lambda _: nothing)
    lines = list(show_tree(repository, trace("nothing", at, at, events), plain))
    assert lines[1] == "1 role, 0 levels below root"
    assert lines[3].startswith("✗ root")
