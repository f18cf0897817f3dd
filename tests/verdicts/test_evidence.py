"""Equal evidence has one digest, whatever the way to it; anything else has another."""

from datetime import timedelta

from tests.simulators.verified import verified
from tests.simulators.watched import START, vendor
from trustui.core.facts import ProblemKind
from trustui.verdicts.evidence import Looked, digest_of, documents_in_force

ABSENT, SLOW = ProblemKind.ABSENT, ProblemKind.TOO_SLOW


def test_it_does_not_depend_on_the_order_of_answers() -> None:
    repository, _ = verified(vendor())
    one, two = ("a.json", "1" * 64), ("b.json", "2" * 64)
    first = digest_of(1, repository, Looked((one, two), (("x", SLOW), ("y", ABSENT))))
    assert first == digest_of(1, repository, Looked((two, one), (("y", ABSENT), ("x", SLOW))))


def test_documents_in_force_count_once_whether_they_were_asked_for_or_not() -> None:
    repository, _ = verified(vendor())
    asked = tuple((f"{role}.json", facts.digest) for role, facts in documents_in_force(repository))
    assert digest_of(1, repository, Looked(asked)) == digest_of(1, repository, Looked())


def test_that_there_is_no_next_root_says_nothing() -> None:
    repository, _ = verified(vendor())
    end = Looked(problems=(("2.root.json", ABSENT),))
    assert digest_of(1, repository, end) == digest_of(1, repository, Looked())
    broken = Looked(problems=(("2.root.json", SLOW),))
    assert digest_of(1, repository, broken) != digest_of(1, repository, Looked())


def test_another_anchor_document_or_problem_is_other_evidence() -> None:
    repo = vendor()
    before, _ = verified(repo)
    repo.publish(START + timedelta(days=1))
    after, _ = verified(repo)
    digests = {
        digest_of(1, before, Looked()),
        digest_of(2, before, Looked()),
        digest_of(None, before, Looked()),
        digest_of(1, after, Looked()),
        digest_of(1, before, Looked((("timestamp.json", "0" * 64),))),
        digest_of(1, before, Looked(problems=(("timestamp.json", ABSENT),))),
        digest_of(1, before, Looked(problems=(("timestamp.json", SLOW),))),
    }
    assert len(digests) == 7


def test_where_not_even_a_root_was_read_the_problems_are_the_evidence() -> None:
    repo = vendor()
    repository, _ = verified(repo, files={})
    repository.root = None
    one = digest_of(None, repository, Looked(problems=(("1.root.json", ABSENT),)))
    assert one != digest_of(None, repository, Looked())
