"""How an errand goes on after each answer, without any request."""

from datetime import UTC, datetime

import pytest

from trustui.core.facts import Document, Problem, ProblemKind
from trustui.crawl.addresses import AddressPolicy
from trustui.crawl.transfer.answers import Passing, Redirect
from trustui.crawl.transfer.conditional import Unchanged
from trustui.crawl.transfer.errand import Errand, Wanted
from trustui.crawl.transfer.limits import FetchLimits
from trustui.crawl.transfer.request import Terms

LIMITS = FetchLimits(
    attempts=3, backoff_seconds=1.0, max_backoff_seconds=8.0, total_seconds=30.0, max_redirects=2
)
URL = "https://a.test/x"


class Nobody:
    """Wants nothing of what it asked for."""

    def take(self, errand: Errand) -> None: ...


def started(wanted: Wanted) -> Errand:
    return Errand(wanted, Terms(AddressPolicy(), LIMITS, ca_file=None), Nobody())


def begun(url: str = URL, validator: str = "") -> Errand:
    errand = started(Wanted(url, 100, validator))
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
    errand = started(Wanted("https://me:secret@a.test/", 100))
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


def test_a_validator_makes_the_request_conditional() -> None:
    assert begun(validator='"1"').condition == 'If-None-Match: "1"'
    assert begun(validator="nonsense").condition == ""
    assert begun().condition == ""


@pytest.mark.parametrize(
    ("elsewhere", "is_sent"),
    [
        ("https://a.test:443/other", True),
        ("https://b.test/x", False),
        ("https://a.test:8443/x", False),
    ],
)
def test_a_validator_is_not_sent_to_another_origin(elsewhere: str, is_sent: bool) -> None:
    errand = begun(validator='"1"')
    follow(errand, elsewhere)
    assert bool(errand.condition) == is_sent


def test_a_validator_of_another_origin_is_not_kept() -> None:
    document = Document(URL, b"x", validator='"1"')
    for elsewhere, kept in (("https://a.test/other", '"1"'), ("https://b.test/x", "")):
        errand = begun()
        follow(errand, elsewhere)
        errand.take(document, now=0.0, chance=0.0)
        assert errand.result == Document(URL, b"x", validator=kept)


def test_unchanged_ends_it() -> None:
    unchanged = Unchanged(URL, datetime(2026, 11, 21, tzinfo=UTC), '"1"')
    errand = begun(validator='"1"')
    errand.take(unchanged, now=0.0, chance=0.0)
    assert (errand.is_over, errand.result) == (True, unchanged)


def test_a_place_that_wants_to_be_left_alone_is_waited_for_once_if_that_is_short() -> None:
    errand = begun()
    errand.hold(7.0, now=1.0)
    assert (errand.is_over, errand.not_before) == (False, 8.0)
    errand.hold(0.5, now=8.0)
    assert because(errand) == "not asked: a.test wants no requests for 0 s"


@pytest.mark.parametrize(("seconds", "now"), [(8.5, 0.0), (3.0, 28.0)])
def test_a_longer_wish_or_one_beyond_the_deadline_is_left_to_the_caller(
    seconds: float, now: float
) -> None:
    errand = begun()
    errand.hold(seconds, now)
    assert isinstance(errand.result, Problem)
    assert (errand.result.kind, errand.result.retry_after) == (ProblemKind.UNREADABLE, seconds)


def test_a_mistake_of_ours_ends_it_and_is_kept_for_the_party() -> None:
    errand = begun()
    errand.fail(LookupError("a bug"))
    assert (errand.is_over, str(errand.error)) == (True, "a bug")
