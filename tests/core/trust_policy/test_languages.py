"""Languages of policies, as whoever stores them sees them."""

import json
from typing import Any

import pytest

from tests.core.trust_policy.notation.written import Json, body, for_files, skipping, statement
from tests.simulators.notation_signer import world
from trustui.core.errors import ParseError
from trustui.core.facts import Document, Problem, ProblemKind
from trustui.core.trace import Severity
from trustui.core.trust_policy.languages import (
    EXPECTATIONS,
    LANGUAGES,
    NOTATION,
    NotationPolicy,
    language_named,
)
from trustui.core.trust_policy.policies import REPEATED, UNANCHORED, Lint

KEY = {"key": "key.pub", "log": "ignored"}
PERSON = {
    "identity_regexp": "alice@.*",
    "issuer": "https://accounts.example",
    "trusted_root": "root.json",
}


def written(*policies: tuple[list[str], list[dict[str, str]]]) -> bytes:
    listed = [
        {"repositories": patterns, "require": [{"at_least": 1, "of": wanted}]}
        for patterns, wanted in policies
    ]
    return json.dumps({"version": 1, "policies": listed}).encode()


DOCUMENT = EXPECTATIONS.parse(
    written(
        (["*"], [KEY]),
        (["a.example/team/*"], [PERSON, KEY]),
        (["a.example/team/app"], [KEY]),
    )
)


def test_every_language_has_a_name_of_its_own() -> None:
    names = [one.name for one in LANGUAGES]
    assert sorted(set(names)) == sorted(names)
    assert all(language_named(name).name == name for name in names)


def test_a_language_that_nobody_knows_is_refused_with_those_there_are() -> None:
    with pytest.raises(LookupError, match=r"expected expectations or notation, found 'prose'"):
        language_named("prose")


@pytest.mark.parametrize(
    ("repository", "pattern", "rank"),
    [
        ("a.example/team/app", "a.example/team/app", (1, 18)),
        ("a.example/team/web", "a.example/team/*", (0, 16)),
        ("b.example/app", "*", (0, 1)),
    ],
)
def test_the_most_specific_pattern_covers(
    repository: str, pattern: str, rank: tuple[int, int]
) -> None:
    cover = EXPECTATIONS.cover(DOCUMENT, repository)
    assert cover is not None
    assert (cover.pattern, cover.rank) == (pattern, rank)


def test_it_names_the_files_of_what_covers_and_of_the_whole_document() -> None:
    team = EXPECTATIONS.cover(DOCUMENT, "a.example/team/web")
    app = EXPECTATIONS.cover(DOCUMENT, "a.example/team/app")
    assert team is not None
    assert app is not None
    assert (team.files, app.files) == (("key.pub", "root.json"), ("key.pub",))
    assert EXPECTATIONS.files(DOCUMENT) == ("key.pub", "root.json")


def test_what_covers_has_its_own_lints() -> None:
    team = EXPECTATIONS.cover(DOCUMENT, "a.example/team/web")
    app = EXPECTATIONS.cover(DOCUMENT, "a.example/team/app")
    assert team is not None
    assert app is not None
    assert ([one.id for one in team.lints], app.lints) == ([UNANCHORED], ())


def test_the_same_is_asked_by_the_same_words_only() -> None:
    everything = EXPECTATIONS.cover(DOCUMENT, "b.example/app")
    app = EXPECTATIONS.cover(DOCUMENT, "a.example/team/app")
    team = EXPECTATIONS.cover(DOCUMENT, "a.example/team/web")
    assert everything is not None
    assert app is not None
    assert team is not None
    assert everything.says == app.says != team.says


def test_nothing_covers_what_no_pattern_matches() -> None:
    document = EXPECTATIONS.parse(written((["a.example/team/*"], [KEY])))
    assert EXPECTATIONS.cover(document, "a.example/else") is None


def test_it_lists_each_pattern_once() -> None:
    document = EXPECTATIONS.parse(written((["*", "a.example/app"], [KEY]), (["*"], [KEY])))
    assert EXPECTATIONS.patterns(document) == ("*", "a.example/app")


def test_it_says_of_every_part_why_it_applies_or_not() -> None:
    patterns = [f"b.example/{n}" for n in range(5)]
    document = EXPECTATIONS.parse(
        written((["*"], [KEY]), (["a.example/*"], [KEY]), (["*"], [KEY]), (patterns, [KEY]))
    )
    first, second, third, fourth = EXPECTATIONS.considered(document, "a.example/app")
    assert (first.applies, second.applies) == (False, True)
    assert first.because == "* matches, and a.example/* of another is more specific"
    assert second.because == "a.example/* is the most specific pattern that matches"
    assert fourth.because == "none of its 5 patterns matches"
    assert fourth.name == "b.example/0, b.example/1, b.example/2 and 2 more"
    assert third.because == first.because
    elsewhere = EXPECTATIONS.considered(document, "c.example/app")
    assert elsewhere[2].because == "* matches, and * of another stands first"
    only = EXPECTATIONS.parse(written((["a.example/*"], [KEY])))
    (nothing,) = EXPECTATIONS.considered(only, "c.example/app")
    assert nothing.because == "its pattern does not match"


def test_expectations_say_nothing_about_the_files_themselves() -> None:
    assert list(EXPECTATIONS.lint_files(DOCUMENT, lambda name: Document(name, b""))) == []


def test_a_lint_says_what_it_is_about_where_it_is_not_the_whole() -> None:
    assert Lint(REPEATED, "twice").words == "twice"
    assert Lint(REPEATED, "twice", on="statement 'all'").words == "statement 'all': twice"


# Notation


APP = "a.example/team/app"


def notation(*statements: Json) -> NotationPolicy:
    found = NOTATION.parse(body(*statements))
    assert isinstance(found, NotationPolicy)
    return found


def test_a_notation_policy_keeps_what_somebody_wrote() -> None:
    given = body(statement())
    assert NOTATION.parse(given).body == given


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (b"{", "JSON"),
        (body(statement(trustStores=[])), "statement 'all': the statement names no trust stores"),
        (body(), "there is no trust policy statement in it"),
        (body({"name": 7}), r"the document: trustPolicies\[0\].name is no text; expected"),
        (body(for_files(globalPolicy=True)), "statements for files, which `trustui verify blob`"),
        (written((["*"], [KEY])), "version is no text"),
    ],
)
def test_what_is_no_policy_for_images_is_refused(given: bytes, words: str) -> None:
    with pytest.raises(ParseError, match=words):
        NOTATION.parse(given)


@pytest.mark.parametrize(
    ("repository", "pattern", "rank", "part"),
    [(APP, APP, (1, 18), "mine"), (f"{APP}/web", "*", (0, 1), "rest")],
)
def test_an_exact_scope_covers_before_everything(
    repository: str, pattern: str, rank: tuple[int, int], part: str
) -> None:
    policy = notation(statement("rest"), statement("mine", registryScopes=[APP]))
    cover = NOTATION.cover(policy, repository)
    assert cover is not None
    assert (cover.pattern, cover.rank, cover.part) == (pattern, rank, part)


def test_a_scope_is_no_beginning_of_a_name() -> None:
    policy = notation(statement(registryScopes=["a.example/team"]))
    assert NOTATION.cover(policy, APP) is None
    (only,) = NOTATION.considered(policy, APP)
    assert (only.applies, "scopes are whole names" in only.because) == (False, True)


def test_both_languages_rank_alike() -> None:
    exact = NOTATION.cover(notation(statement(registryScopes=[APP])), APP)
    ours = EXPECTATIONS.cover(DOCUMENT, APP)
    everything = NOTATION.cover(notation(statement()), APP)
    assert exact is not None
    assert ours is not None
    assert everything is not None
    assert exact.rank == ours.rank > everything.rank


def test_a_store_is_a_file_by_the_name_that_statements_give_it() -> None:
    stores = ["tsa:time", "ca:acme", "ca:acme"]
    policy = notation(statement(trustStores=stores), skipping("none", registryScopes=[APP]))
    assert NOTATION.files(policy) == ("ca:acme", "tsa:time")
    skipped, everything = NOTATION.cover(policy, APP), NOTATION.cover(policy, "b.example/x")
    assert skipped is not None
    assert everything is not None
    assert (skipped.files, everything.files) == ((), ("ca:acme", "tsa:time"))
    assert NOTATION.patterns(policy) == ("*", APP)


def test_the_same_is_asked_wherever_else_a_statement_applies() -> None:
    def says(**changes: Any) -> bytes:
        cover = NOTATION.cover(notation(statement(**changes)), APP)
        assert cover is not None
        return cover.says

    assert says() == says(registryScopes=[APP]) == says(registryScopes=[APP, "b.example/x"])
    assert says() != says(trustedIdentities=["*"])
    assert says() != says(signatureVerification={"level": "audit"})


def test_a_cover_has_the_doubts_about_its_own_statement_that_should_worry() -> None:
    loose = statement(
        "loose",
        registryScopes=[APP],
        signatureVerification={"level": "audit", "extra": 1},
        trustedIdentities=["*"],
    )
    policy = notation(statement("rest", more="x"), loose)
    cover = NOTATION.cover(policy, APP)
    assert cover is not None
    assert [one.id.removeprefix("policy.lint.notation.") for one in cover.lints] == [
        "unknown_member",
        "authenticity_logged",
        "revocation_not_enforced",
    ]
    assert {one.on for one in cover.lints} == {
        "statement 'loose'",
        "trustPolicies[1].signatureVerification",
    }
    everything = {one.id: one.severity for one in NOTATION.lint(policy)}
    assert everything["policy.lint.notation.identity_everybody"] is Severity.LOW


def test_the_stores_are_judged_by_what_is_in_them() -> None:
    stores = ["ca:root", "ca:between", "ca:broken", "ca:absent", "ca:unreadable"]
    policy = notation(statement(trustStores=stores))
    made = {
        "ca:root": world().root.pem,
        "ca:between": world().between.pem,
        "ca:broken": world().signer.pem,
    }

    def read(name: str) -> Document | Problem:
        if name in made:
            return Document(name, made[name])
        is_absent = name == "ca:absent"
        kind = ProblemKind.ABSENT if is_absent else ProblemKind.UNREADABLE
        return Problem(name, kind, "as the test says")

    found = {one.on: one for one in NOTATION.lint_files(policy, read)}
    assert {on: one.id.removeprefix("policy.lint.notation.") for on, one in found.items()} == {
        "trust store ca:absent": "store_absent",
        "trust store ca:between": "store_intermediate",
        "trust store ca:broken": "store_broken",
        "trust store ca:unreadable": "store_broken",
    }
    assert "neither an authority nor self-signed" in found["trust store ca:broken"].because
