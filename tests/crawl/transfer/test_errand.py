"""How an errand goes on after each answer, without any request."""

import pytest

from trustui.core.facts import Document, Problem, ProblemKind
from trustui.crawl.addresses import AddressPolicy
from trustui.crawl.transfer.answers import Passing, Redirect
from trustui.crawl.transfer.errand import Errand
from trustui.crawl.transfer.limits import FetchLimits
from trustui.crawl.transfer.request import Terms

LIMITS = FetchLimits(
    attempts=3, backoff_seconds=1.0, max_backoff_seconds=8.0, total_seconds=30.0, max_redirects=2
)
URL = "https://a.test/x"


def begun(url: str = URL, limits: FetchLimits = LIMITS) -> Errand:
    errand = Errand(url, 100, Terms(AddressPolicy(), limits, ca_file=None))
    errand.begin(0.0)
    return errand


def busy(retry_after: float | None = None) -> Passing:
    return Passing(Problem(URL, ProblemKind.UNREADABLE, "it answered 503", retry_after))


def because(errand: Errand) -> str:
    assert errand.is_over
    assert isinstance(errand.result, Problem)
    return errand.result.because


def follow(errand: Errand, *urls: str) -> None:
    for url in urls:
        assert not errand.is_over
        errand.take(Redirect(url), now=0.0, chance=0.0)


def test_until_it_is_over_it_has_no_document() -> None:
    errand = begun()
    assert not errand.is_over
    assert isinstance(errand.result, Problem)


def test_a_refused_url_is_over_at_once_and_shows_no_password() -> None:
    errand = Errand("https://me:secret@a.test/", 100, Terms(AddressPolicy(), LIMITS, ca_file=None))
    assert "user name or password" in because(errand)
    assert "secret" not in str(errand.result)


def test_a_document_or_a_lasting_problem_ends_it() -> None:
    document = Document(URL, b"x")
    problem = Problem(URL, ProblemKind.ABSENT, "it answered 404")
    for answer in (document, problem):
        errand = begun()
        errand.take(answer, now=0.0, chance=0.0)
        assert (errand.is_over, errand.result) == (True, answer)


@pytest.mark.parametrize(("chance", "pauses"), [(0.0, [0.5, 1.0]), (1.0, [1.0, 2.0])])
def test_pauses_grow_and_are_drawn(chance: float, pauses: list[float]) -> None:
    errand = begun()
    for pause in pauses:
        errand.take(busy(), now=10.0, chance=chance)
        assert errand.not_before == 10.0 + pause
    errand.take(busy(), now=10.0, chance=chance)
    assert because(errand) == "it answered 503; asked 3 times"


def test_a_wish_to_wait_is_granted_when_it_is_short() -> None:
    errand = begun()
    errand.take(busy(retry_after=7.0), now=0.0, chance=0.0)
    assert (errand.is_over, errand.not_before) == (False, 7.0)


def test_a_wish_to_wait_long_is_left_to_the_caller() -> None:
    errand = begun()
    errand.take(busy(retry_after=9.0), now=0.0, chance=0.0)
    assert isinstance(errand.result, Problem)
    assert (errand.is_over, errand.result.retry_after) == (True, 9.0)


def test_nothing_is_put_off_beyond_the_deadline() -> None:
    errand = begun()
    errand.take(busy(), now=29.6, chance=0.0)
    assert because(errand) == "it answered 503"


def test_a_redirect_goes_on_elsewhere() -> None:
    errand = begun()
    follow(errand, "https://b.test/y")
    assert (errand.is_over, errand.host) == (False, "b.test")
    errand.take(Problem(URL, ProblemKind.ABSENT, "it answered 404"), now=0.0, chance=0.0)
    assert because(errand) == "it answered 404; redirected to 'https://b.test:443/y'"


@pytest.mark.parametrize(
    ("urls", "reason"),
    [
        (["http://a.test/x"], "from https to http"),
        (["https://b.test/", "https://A.test:443/x"], "in a circle"),
        (["https://b.test/1", "https://b.test/2", "https://b.test/3"], "more than 2 times"),
        (["https://127.0.0.1/"], "loopback"),
        (["https://b.test:22/"], "port 22"),
        (["file:///etc/passwd"], "only http and https"),
        (["https://me:secret@b.test/"], "user name or password"),
        (["https://b.test/\r\nX: y"], "control character"),
    ],
)
def test_a_redirect_is_judged_like_any_url(urls: list[str], reason: str) -> None:
    errand = begun()
    follow(errand, *urls)
    assert reason in because(errand)
    assert isinstance(errand.result, Problem)
    assert errand.result.kind is ProblemKind.REFUSED
    assert "secret" not in errand.result.because


def test_from_http_to_https_and_no_further_back() -> None:
    errand = begun("http://a.test/")
    follow(errand, "https://a.test/", "http://a.test/2")
    assert "from https to http" in because(errand)
