import pytest

from tests.core.trust_policy.notation.written import document, for_files, statement
from trustui.core.trust_policy.notation.selection import (
    for_file,
    for_repository,
    nearest_scope,
    statement_for,
)

APP = statement("app", registryScopes=["a.example/team/app", "a.example/team/web"])
STAR = statement("everything")


def test_an_exact_repository_comes_before_the_star() -> None:
    found = for_repository(document(STAR, APP), "a.example/team/app")
    assert found.statement is not None
    assert (found.statement.name, found.by) == ("app", "a.example/team/app")
    assert [(one.name, one.applies, one.because) for one in found.considered] == [
        ("everything", False, "its scope is '*', and 'app' names this repository exactly"),
        ("app", True, "a scope is this repository, exactly"),
    ]


def test_the_star_applies_where_nobody_names_the_repository() -> None:
    found = for_repository(document(APP, STAR), "b.example/x")
    assert found.statement is not None
    assert (found.statement.name, found.by) == ("everything", "*")
    assert found.considered[1].because.endswith("no other statement names this repository")


@pytest.mark.parametrize(
    ("repository", "why"),
    [
        ("a.example/team/app/sub", "a.example/team/app is a beginning of it, and scopes are whole"),
        ("a.example/team/we", "the nearest is a.example/team/web"),
        ("b.example/x", "none of its 2 scopes is this repository"),
    ],
)
def test_nothing_is_a_prefix_of_anything(repository: str, why: str) -> None:
    found = for_repository(document(APP), repository)
    assert (found.statement, found.by) == (None, "")
    assert why in found.considered[0].because


def test_one_scope_that_is_another_repository_is_not_counted() -> None:
    only = statement("only", registryScopes=["a.example/team/app"])
    (told,) = for_repository(document(only), "b.example/x").considered
    assert told.because.startswith("its scope is not this repository; the nearest is a.example")


def test_the_nearest_scope_shares_the_longest_beginning() -> None:
    (one,) = document(APP).statements
    assert nearest_scope(one, "a.example/team/webshop") == "a.example/team/web"


FILES = (for_files("reports"), for_files("rest", globalPolicy=True))


def test_files_take_the_statement_that_is_asked_for_by_name() -> None:
    found = for_file(document(*FILES, kind="blob"), "reports")
    assert found.statement is not None
    assert (found.wanted, found.by) == ("reports", "reports")
    assert [one.because for one in found.considered] == ["it has the name", "it has another name"]


def test_files_take_the_global_statement_where_no_name_is_given() -> None:
    found = for_file(document(*FILES, kind="blob"), None)
    assert found.statement is not None
    assert (found.wanted, found.by) == ("", "rest")
    assert [one.applies for one in found.considered] == [False, True]


@pytest.mark.parametrize("name", ["raports", None])
def test_without_such_a_statement_nothing_applies(name: str | None) -> None:
    assert for_file(document(FILES[0], kind="blob"), name).statement is None


@pytest.mark.parametrize(
    ("repository", "name", "scope"),
    [("a.example/team/web", "app", "a.example/team/web"), ("b.example/x", "everything", "*")],
)
def test_the_statement_comes_with_the_scope_by_which_it_applies(
    repository: str, name: str, scope: str
) -> None:
    found, by = statement_for(document(STAR, APP), repository)
    assert found is not None
    assert (found.name, by) == (name, scope)


def test_no_statement_applies_by_no_scope() -> None:
    assert statement_for(document(APP), "b.example/x") == (None, "")
