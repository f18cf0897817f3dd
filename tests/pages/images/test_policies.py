"""Which policy covers a repository, then and now."""

import json
from datetime import timedelta

from tests.simulators.images import NOW
from tests.simulators.port import Port
from trustui.core.trust_policy.policies import parse_policies
from trustui.pages.images.policies import best, cover_of, in_force, read, words_of
from trustui.pages.moment import Moment
from trustui.policies.image_policies import remove_policy, set_policy


def test_the_most_specific_pattern_of_all_policies_counts(crane: Port) -> None:
    wide = {"repositories": ["localhost/*"], "require": [{"of": [{"key": "quayline.pub", "log": "ignored"}]}]}  # fmt: skip
    set_policy(
        team=crane.team, name="wide", language="expectations",
        body=json.dumps({"version": 1, "policies": [wide]}).encode(),
        by=None, by_name="alice", reason="all", now=NOW - timedelta(hours=1),
    )  # fmt: skip
    own = cover_of(crane.team.pk, "localhost/crane-controller", crane.now)
    other = cover_of(crane.team.pk, "localhost/anything", crane.now)
    assert own is not None
    assert other is not None
    assert (own.policy, other.policy) == (crane.policy.policy.name, "wide")
    assert cover_of(crane.team.pk, "elsewhere.example/x", crane.now) is None
    earlier = Moment(NOW, NOW - timedelta(hours=2), NOW - timedelta(hours=2))
    assert cover_of(crane.team.pk, "localhost/anything", earlier) is None


def test_what_was_taken_back_covers_nothing_now(crane: Port) -> None:
    remove_policy(policy=crane.policy.policy, by_name="alice", reason="done", now=NOW)
    assert in_force([crane.team.pk], crane.now) == []
    assert best([], "localhost/crane-controller") is None


def test_what_cannot_be_read_says_why() -> None:
    assert read("expectations", b"{")[2]
    assert read("nobody's language", b"{}")[2].startswith("expected expectations")


def test_what_is_demanded_is_told_in_a_clause() -> None:
    of = [{"key": name, "log": "ignored"} for name in ("a.pub", "b.pub")]
    body = {
        "version": 1,
        "policies": [{"repositories": ["*"], "require": [{"at_least": 1, "of": of}]}],
    }
    told = words_of(parse_policies(json.dumps(body).encode()).policies[0])
    assert told == "1 of 2 of: a signature by key a.pub; a signature by key b.pub"
