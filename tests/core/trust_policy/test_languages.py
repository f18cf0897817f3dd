"""Languages of policies, as whoever stores them sees them."""

import json

import pytest

from trustui.core.trust_policy.languages import EXPECTATIONS, LANGUAGES, language_named
from trustui.core.trust_policy.policies import UNANCHORED

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
    with pytest.raises(LookupError, match=r"expected expectations.*found 'prose'"):
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
